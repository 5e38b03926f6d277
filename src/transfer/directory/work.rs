//! The files that are to be transferred, done by a few workers.
//!
//! Files are done several at a time, each by one worker; those that are so large that this would leave the others without
//! work are done one after the other, each by all workers. So no more threads run than one transfer may have.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::{DirectoryTransfer, Way};
use crate::cancel::stopped;
use crate::error::{Error, Kind, Result};
use crate::file::{self, Snapshot};
use crate::operations::Bucket;
use crate::request::{Options, Progress, Response};
use crate::transfer::plan::Plan;
use crate::transfer::pool::{self, Board, Lane};
use crate::transfer::report::{Ledger, Outcome, OutcomeKind};
use crate::transfer::{Common, TRAFFIC_LIMIT, Transfer};

/// Files that are planned before some are done.
const MOST_PLANNED: usize = 10_000;

/// Files that are done before the caller is told of each.
const TOGETHER: usize = 200;

/// What may have to be done with a file.
pub(super) struct Job {
    pub key: String,
    /// The name below the directory, with slashes.
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    pub step: Step,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is transferred.
    Transfer,
    /// It is transferred unless its content is the same on both sides.
    Compare,
    /// An object for an empty directory is made.
    Marker,
}

/// What threads share.
pub(super) struct Shared<'s> {
    pub bucket: &'s Bucket,
    pub common: Common,
    pub transfer: Transfer,
    pub root: PathBuf,
    pub follows_links: bool,
    pub is_dry_run: bool,
}

/// The work, on the calling thread.
pub(super) struct Work<'w, W> {
    pub shared: Shared<'w>,
    pub ledger: Ledger<'w>,
    way: W,
    workers: usize,
    progress: Option<&'w Progress<'w>>,
    queue: RefCell<Vec<Job>>,
    /// Bytes of all jobs that were ever in the queue.
    planned: Cell<u64>,
    is_all_planned: Cell<bool>,
    /// Bytes of the jobs that are done.
    done: Cell<u64>,
    told: Cell<u64>,
}

impl<'w, W: Way> Work<'w, W> {
    pub fn new(
        bucket: &'w Bucket,
        root: PathBuf,
        how: &DirectoryTransfer<'w>,
        options: &Options<'w>,
        way: W,
    ) -> Result<Work<'w, W>> {
        how.transfer.check()?;
        Ok(Work {
            workers: how.transfer.checked_workers()?,
            shared: Shared {
                bucket,
                common: Common::new(&bucket.client, W::WHAT, options)?,
                transfer: how.transfer.clone(),
                root,
                follows_links: how.follows_links,
                is_dry_run: how.is_dry_run,
            },
            ledger: Ledger::new(how.on_outcome, how.stops_at_failure),
            way,
            progress: options.progress,
            queue: RefCell::default(),
            planned: Cell::new(0),
            is_all_planned: Cell::new(false),
            done: Cell::new(0),
            told: Cell::new(0),
        })
    }

    /// Plans a job; when there are many, does them.
    pub fn add(&self, job: Job) -> Result<()> {
        let planned = self.planned.get().saturating_add(job.size);
        self.planned.set(planned);
        self.queue.borrow_mut().push(job);
        let waiting = self.queue.borrow().len();
        if waiting < MOST_PLANNED {
            return Ok(());
        }
        self.do_planned()
    }

    /// Does what is left.
    pub fn finish(&self) -> Result<()> {
        self.is_all_planned.set(true);
        self.do_planned()?;
        self.tell_end()
    }

    /// Does what was planned so far.
    pub fn do_planned(&self) -> Result<()> {
        let jobs = self.queue.take();
        let (large, small): (Vec<Job>, Vec<Job>) =
            jobs.into_iter().partition(|job| self.needs_all(job));
        for jobs in small.chunks(TOGETHER) {
            self.do_together(jobs)?;
        }
        large.iter().try_for_each(|job| self.do_alone(job))
    }

    /// Whether a file is so large that all workers do it together.
    fn needs_all(&self, job: &Job) -> bool {
        let plan = Plan::new("path", job.size, self.shared.transfer.part_size);
        let each = plan.map_or(u64::MAX, |plan| plan.part_size);
        self.workers > 1 && job.size > each.saturating_mul(self.workers as u64)
    }

    /// Each file by one worker.
    fn do_together(&self, jobs: &[Job]) -> Result<()> {
        let shared = &self.shared;
        let (workers, limit) = shared
            .common
            .shared_traffic(&shared.bucket.client, self.workers);
        let board = Board::new(0, jobs.iter().map(|job| job.size).sum());
        let outcomes = Mutex::new(Vec::new());
        let way = &self.way;
        let work = |job: &Job, lane: &Lane<'_>| {
            let outcome = do_in_lane(shared, way, job, lane, limit.as_deref())?;
            let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            outcomes.push(outcome);
            Ok(())
        };
        let told =
            |moved: u64, _: Option<u64>| self.tell_outcomes(&outcomes).is_ok() && self.tell(moved);
        let ended = pool::run(workers, jobs, &shared.common, &board, Some(&told), &work);
        let told = self.tell_outcomes(&outcomes);
        let total = jobs.iter().map(|job| job.size).sum();
        self.done.set(self.done.get().saturating_add(total));
        // Why the caller wanted no more, rather than what became of the workers then.
        told.and(ended)
    }

    /// One file by all workers.
    fn do_alone(&self, job: &Job) -> Result<()> {
        let told = |moved: u64, _: Option<u64>| self.tell(moved.min(job.size));
        let options = self.shared.common.options(|_| true).progress(&told);
        let outcome = perform(&self.shared, &self.way, job, self.workers, &options)?;
        self.done.set(self.done.get().saturating_add(job.size));
        self.ledger.add(outcome)?;
        self.tell_end()
    }

    /// Tells the caller that a part of the work is done.
    fn tell_end(&self) -> Result<()> {
        match self.tell(0) {
            true => Ok(()),
            false => Err(stopped()),
        }
    }

    /// Files the outcomes of other threads; an error if the caller wants no more.
    fn tell_outcomes(&self, outcomes: &Mutex<Vec<Outcome>>) -> Result<()> {
        let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let outcomes = std::mem::take(&mut *outcomes);
        for outcome in outcomes {
            // All of them happened; what it says is the same after each.
            let _ = self.ledger.add(outcome);
        }
        self.ledger.reason_to_stop().map_or(Ok(()), Err)
    }

    /// Tells the caller that so many bytes were moved since the last job was done; whether to go on.
    fn tell(&self, moved: u64) -> bool {
        let done = self.done.get().saturating_add(moved);
        let Some(progress) = self.progress else {
            return true;
        };
        if done < self.told.get() {
            return true;
        }
        self.told.set(done);
        let total = self.is_all_planned.get().then(|| self.planned.get());
        progress(done, total)
    }
}

/// Does a file on the thread of a worker.
fn do_in_lane<W: Way>(
    shared: &Shared<'_>,
    way: &W,
    job: &Job,
    lane: &Lane<'_>,
    limit: Option<&str>,
) -> Result<Outcome> {
    let left = Cell::new(job.size);
    let counted = Cell::new(0);
    let progress = |done: u64, _: Option<u64>| {
        // A request that is sent again begins at 0, and a file that grows has more than was planned.
        let more = done.saturating_sub(counted.get()).min(left.get());
        counted.set(counted.get().max(done));
        left.set(left.get() - more);
        lane.moved(more).is_ok()
    };
    let mut options = shared.common.options(|name| name != TRAFFIC_LIMIT);
    if let Some(limit) = limit {
        options = options.header(TRAFFIC_LIMIT, limit.to_owned());
    }
    let options = lane.options(options).progress(&progress);
    let outcome = perform(shared, way, job, 1, &options)?;
    lane.moved(left.get())?;
    Ok(outcome)
}

/// Does a file. An error is one that the others would have, too.
fn perform<W: Way>(
    shared: &Shared<'_>,
    way: &W,
    job: &Job,
    workers: usize,
    options: &Options<'_>,
) -> Result<Outcome> {
    let outcome = |kind| Outcome::new(kind, job.key.as_str(), job.size).at(&job.path);
    let transfer = shared.transfer.clone().workers(workers);
    match way.perform(shared, job, &transfer, options) {
        Ok(done) => {
            let outcome = outcome(done.kind).of_file(done.file);
            Ok(match &done.object {
                Some(object) => outcome.of_object(object),
                None => outcome,
            })
        }
        Err(error) if ends_all(&error) => Err(error),
        Err(error) => {
            shared.common.check()?;
            let kind = match way.vanished(job, &error) {
                true => OutcomeKind::Skipped,
                false => OutcomeKind::Failed,
            };
            Ok(outcome(kind).because(error))
        }
    }
}

/// Whether no other file can do better.
fn ends_all(error: &Error) -> bool {
    matches!(error.kind(), Kind::Cancelled | Kind::Credentials) || error.code() == "NoSuchBucket"
}

impl Shared<'_> {
    /// Whether a file is transferred in parts, and so has a record.
    pub fn is_in_parts(&self, size: u64) -> bool {
        let plan = Plan::new("path", size, self.transfer.part_size);
        plan.is_ok_and(|plan| !plan.is_single())
    }

    /// Whether the file at `path` is what `key` holds, and then the object's headers. If nobody can tell, it is not.
    pub fn is_same(&self, job: &Job, options: &Options<'_>) -> Result<Option<Response>> {
        let mut plain = self.common.plain_options();
        plain.cancel.clone_from(&options.cancel);
        let head = match self.bucket.head_object(&job.key, &plain) {
            Err(error) if error.http_status() == 404 => return Ok(None),
            head => head?,
        };
        let file = file::open("path", &job.path)?;
        let failed = |cause| Error::io("`path`: reading failed", cause);
        let before = Snapshot::of(&file).map_err(failed)?;
        let Some(theirs) = head.crc64() else {
            return Ok(None);
        };
        if head.content_length() != Some(before.size()) {
            return Ok(None);
        }
        let ours = self.common.crc_of(&file, 0, before.size())?;
        let is_same = ours == Some(theirs) && before.change(&file).map_err(failed)?.is_none();
        Ok(is_same.then_some(head))
    }
}
