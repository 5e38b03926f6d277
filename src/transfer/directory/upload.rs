//! A directory becomes objects.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use super::links;
use super::remote::{Remote, Remotes, in_seconds};
use super::walk::{Found, Item, Walk};
use super::work::{Job, Shared, Step, Work};
use super::{DirectoryTransfer, Done, Way, What, directory_prefix, names, note};
use crate::error::{Error, Kind, Result};
use crate::file::{self, FileState};
use crate::names::{check_key_named, check_object_key};
use crate::operations::Bucket;
use crate::request::Options;
use crate::transfer::Transfer;
use crate::transfer::delete_prefix::{Doomed, in_pages};
use crate::transfer::report::{Outcome, OutcomeKind, PartlyDone, Report};

impl Bucket {
    /// Stores all regular files below `directory` as objects below `prefix`, to which a slash is added unless it ends with one
    /// or is empty: `a/b` in the directory becomes `PREFIX/a/b`. A file is unchanged, and not sent, if the object has its
    /// size and was stored after anything about the file was changed. If that was after the file was last written to, or within
    /// two seconds of it, the content decides: one HeadObject, and the file is read for its CRC-64. So a file that took the
    /// place of another one is sent, however old it says it is, and files that were unpacked or restored, or got another mode
    /// since, are compared each time. (Windows does not tell when those things happened: there the time of writing alone
    /// counts.) This machine's clock may be wrong now: the service's answers say by how much. What was written while it was
    /// slower than now can look older than it is: [`compare_content`](DirectoryTransfer::compare_content) finds it.
    ///
    /// Files are sent by a few workers, see [`DirectoryTransfer`]. One that fails does not stop the others; then the result is
    /// an error with the report. If the transfer fails or the program is killed, calling this again goes on where it stopped:
    /// what is there is unchanged, and a large file goes on by its record as with [`upload_file`](Bucket::upload_file).
    /// Unfinished files of transfers (`.NAME.alioss-...`) are skipped, and the report says so; records of uploads of files
    /// beside them are left out.
    ///
    /// Headers of `options` are those of each object. Timeout, cancellation and progress are of the whole; the progress counts
    /// bytes of the files that are sent, and has no total before all are known.
    pub fn upload_directory(
        &self,
        prefix: &str,
        directory: impl AsRef<Path>,
        how: &DirectoryTransfer<'_>,
        options: &Options<'_>,
    ) -> Result<Report, PartlyDone> {
        how.check()?;
        let prefix = directory_prefix(prefix);
        let root = file::absolute_directory("directory", directory.as_ref())?;
        if !prefix.is_empty() {
            check_key_named("prefix", &prefix)?;
        }
        let walk = Walk::new(&root, how.follows_links, how.filter)?;
        let work = Work::new(self, root, how, options, Upload)?;
        let ended = Plan::new(&work, how, &prefix).run(walk);
        work.ledger.close(ended, note(how.deletes))
    }
}

/// Times that are not further apart than so many seconds do not tell what was first: both clocks tell whole seconds.
const UNSURE: i64 = 2;

/// A machine that begins without the time, as those without a battery for their clock do, gives files times before this one,
/// in 2001, which say nothing.
const CLOCK_IS_SET: i64 = 1_000_000_000;

/// What is to be done with a file of the size of its object, by when it was written to, when anything about it was changed, and
/// when the object was stored by a clock that is so much `ahead`, at least and at most. `None` if it is unchanged.
fn step_by_times(
    modified: i64,
    changed: Option<i64>,
    stored: i64,
    ahead: (i64, i64),
) -> Option<Step> {
    let later = |here: i64, ahead| here.saturating_add(ahead).saturating_sub(stored);
    let is_older = |here| later(here, ahead.1) < -UNSURE;
    let is_untouched = changed.is_none_or(|time| time >= CLOCK_IS_SET && is_older(time));
    if later(modified, ahead.0) > UNSURE {
        Some(Step::Transfer)
    } else if is_older(modified) && is_untouched {
        None
    } else {
        // It may have been written to, or have taken the place of another one, after that was stored.
        Some(Step::Compare)
    }
}

/// The way of an upload.
struct Upload;

impl Way for Upload {
    const WHAT: What = What::Uploads;

    fn perform(
        &self,
        shared: &Shared<'_>,
        job: &Job,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Done> {
        if job.step == Step::Marker {
            let stored = match shared.is_dry_run {
                true => None,
                false => Some(shared.bucket.put_object(&job.key, &[][..], options)?),
            };
            return Ok(Done::new(OutcomeKind::Transferred, stored));
        }
        links::check(shared, job)?;
        // As it is before anything of it is read: if it is the same later, it is what was read.
        let file = FileState::of(&job.path).map_err(|cause| {
            Error::io(format!("`path`: cannot read {}", job.path.display()), cause)
        })?;
        if job.step == Step::Compare
            && let Some(head) = shared.is_same(job, options)?
        {
            forget_record(shared, &job.key, &job.path);
            return Ok(Done::new(OutcomeKind::Unchanged, Some(head)).of_file(file));
        }
        let stored = match shared.is_dry_run {
            true => None,
            false => {
                let bucket = shared.bucket;
                Some(bucket.upload_file(&job.key, &job.path, transfer, options)?)
            }
        };
        Ok(Done::new(OutcomeKind::Transferred, stored).of_file(file))
    }

    fn vanished(&self, job: &Job, error: &Error) -> bool {
        error.kind() == Kind::Io && is_gone(&job.path)
    }
}

/// Removes the record of a file that is stored: the program was killed when only that was left to do.
fn forget_record(shared: &Shared<'_>, key: &str, path: &Path) {
    if !shared.is_dry_run {
        let options = shared.common.plain_options();
        let bucket = shared.bucket;
        // Somebody else may be using it.
        let _ = bucket.abort_upload_file(key, path, &shared.transfer, &options);
    }
}

/// Whether certainly nothing below `root` has that name: no file, or for a name with a slash at the end no directory.
fn has_gone(shared: &Shared<'_>, name: &str) -> bool {
    let path = names::path_of(&shared.root, name);
    // Other names would be looked for where these lead.
    !names::is_path(name)
        || is_gone(&path)
        || match name.ends_with('/') {
            true => fs::metadata(&path).is_ok_and(|found| !found.is_dir()),
            false => is_walked_into(&path, shared.follows_links),
        }
}

/// Whether there is a directory at `path`, and not a link that is skipped: what is at the names of those stays.
fn is_walked_into(path: &Path, follows_links: bool) -> bool {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => follows_links && path.is_dir() && !leads_up(path),
        found => found.is_ok_and(|found| found.is_dir()),
    }
}

/// Whether a link leads to a directory that it lies in, or may do so.
fn leads_up(link: &Path) -> bool {
    let (real, around) = (fs::canonicalize(link), link.parent().map(fs::canonicalize));
    match (real, around) {
        (Ok(real), Some(Ok(around))) => around.starts_with(real),
        _ => true,
    }
}

/// Whether there is certainly nothing at `path`.
fn is_gone(path: &Path) -> bool {
    use std::io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound};
    let gone = [NotFound, NotADirectory, InvalidInput, InvalidFilename];
    fs::symlink_metadata(path).is_err_and(|cause| gone.contains(&cause.kind()))
}

/// Decides what is to be done.
struct Plan<'p, 'w> {
    work: &'p Work<'w, Upload>,
    how: &'p DirectoryTransfer<'w>,
    prefix: &'p str,
    /// How many files the source has.
    source_files: u64,
    /// Below this name nothing is deleted.
    hidden: Option<String>,
    /// What only the bucket has.
    extra: Vec<Remote>,
}

impl<'p, 'w> Plan<'p, 'w> {
    fn new(
        work: &'p Work<'w, Upload>,
        how: &'p DirectoryTransfer<'w>,
        prefix: &'p str,
    ) -> Plan<'p, 'w> {
        Plan {
            work,
            how,
            prefix,
            source_files: 0,
            hidden: None,
            extra: Vec::new(),
        }
    }

    fn run(mut self, mut walk: Walk<'_>) -> Result<()> {
        let shared = &self.work.shared;
        let mut there = Remotes::list(shared.bucket, self.prefix, self.how, &shared.common);
        if self.how.overwrites {
            there = there.none();
        }
        let (mut item, mut remote) = (walk.next(), there.next()?);
        loop {
            shared.common.check()?;
            let order = match (&item, &remote) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(item), Some(remote)) => match item.found {
                    Found::Failed { .. } => Ordering::Less,
                    _ => item.name.as_bytes().cmp(remote.name.as_bytes()),
                },
            };
            let matching = match order {
                Ordering::Less => None,
                _ => remote.take(),
            };
            match (order, item.take()) {
                (Ordering::Greater, kept) => {
                    item = kept;
                    matching.map_or(Ok(()), |remote| self.only_there(remote))?;
                }
                (_, Some(taken)) => {
                    self.take(taken, matching)?;
                    item = walk.next();
                }
                (_, None) => {}
            }
            if order != Ordering::Less {
                remote = there.next()?;
            }
        }
        self.work.finish()?;
        self.delete()
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn only_there(&mut self, remote: Remote) -> Result<()> {
        let is_hidden = |hidden: &String| remote.name.starts_with(hidden.as_str());
        if !self.how.deletes
            || remote.name.is_empty()
            || self.hidden.as_ref().is_some_and(is_hidden)
        {
            return Ok(());
        }
        self.extra.try_reserve(1).map_err(|_| no_memory())?;
        self.extra.push(remote);
        Ok(())
    }

    /// Something in the directory, with what the bucket has at that name.
    fn take(&mut self, item: Item, remote: Option<Remote>) -> Result<()> {
        let key = self.key(&item.name);
        match item.found {
            Found::Hidden => {
                self.hidden = Some(item.name);
                Ok(())
            }
            Found::Skipped { path, why } => {
                let why = Error::new(Kind::Unsupported, why);
                let outcome = Outcome::new(OutcomeKind::Skipped, key, 0).at(path);
                self.work.ledger.add(outcome.because(why))
            }
            Found::Failed { path, error } => {
                let outcome = Outcome::new(OutcomeKind::Failed, key, 0).at(path);
                self.work.ledger.add(outcome.because(error))
            }
            Found::Directory { is_empty } => match remote {
                None if is_empty && self.how.makes_markers => {
                    let path = names::path_of(&self.work.shared.root, &item.name);
                    self.work.add(Job {
                        key,
                        path,
                        name: item.name,
                        size: 0,
                        step: Step::Marker,
                    })
                }
                _ => Ok(()),
            },
            Found::File {
                path,
                state,
                modified,
            } => {
                self.source_files += 1;
                let file = Outcome::new(OutcomeKind::Unchanged, key, state.size).at(path);
                let modified = modified.map(|time| in_seconds(time).0);
                self.take_file(file.of_file(Some(state)), item.name, modified, remote)
            }
        }
    }

    fn take_file(
        &self,
        mut file: Outcome,
        name: String,
        modified: Option<i64>,
        remote: Option<Remote>,
    ) -> Result<()> {
        if let Err(error) = check_object_key(&file.key) {
            let failed = Outcome::new(OutcomeKind::Failed, file.key, file.size);
            return self.work.ledger.add(failed.at(file.path).because(error));
        }
        let step = remote.as_ref().map_or(Some(Step::Transfer), |remote| {
            self.step(&file, modified, remote)
        });
        match (step, remote) {
            (None, remote) => {
                forget_record(&self.work.shared, &file.key, &file.path);
                if let Some(remote) = remote {
                    file.etag = remote.etag;
                    file.last_modified = remote.modified;
                }
                self.work.ledger.add(file)
            }
            (Some(step), _) => self.work.add(Job {
                key: file.key,
                name,
                path: file.path,
                size: file.size,
                step,
            }),
        }
    }

    /// What is to be done with a file that is on both sides; `None` if it is unchanged.
    fn step(&self, file: &Outcome, modified: Option<i64>, remote: &Remote) -> Option<Step> {
        if !remote.is_link && remote.size != file.size {
            return Some(Step::Transfer);
        }
        if remote.is_link || self.how.compares_content {
            return Some(Step::Compare);
        }
        let (Some(modified), Some(stored)) = (modified, remote.modified) else {
            return Some(Step::Compare);
        };
        let changed = file.file.and_then(|file| file.changed());
        step_by_times(modified, changed, stored.0, remote.ahead)
    }

    /// Deletes what only the bucket has.
    fn delete(self) -> Result<()> {
        let (work, shared) = (self.work, &self.work.shared);
        if work.ledger.has_failures() {
            return Ok(());
        }
        self.how
            .check_deletion(self.source_files, self.extra.len())?;
        let prefix = self.prefix;
        // What has come meanwhile stays.
        let doomed = self
            .extra
            .into_iter()
            .filter(|remote| has_gone(shared, &remote.name));
        let mut doomed =
            doomed.map(|remote| Doomed::new(format!("{prefix}{}", remote.name), remote.size));
        if shared.is_dry_run {
            let outcome =
                |doomed: Doomed| Outcome::new(OutcomeKind::Deleted, doomed.key, doomed.size);
            return doomed.try_for_each(|doomed| work.ledger.add(outcome(doomed)));
        }
        in_pages(shared.bucket, &shared.common, &work.ledger, || {
            Ok(doomed.next())
        })
    }
}

fn no_memory() -> Error {
    Error::new(
        Kind::NoMemory,
        "there is no memory to note down what is to be deleted",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_nobody_touched_since_is_unchanged_by_its_times() {
        const STORED: i64 = 1_800_000_000;
        let (compare, transfer) = (Some(Step::Compare), Some(Step::Transfer));
        let rows = [
            ("older", -10, Some(-5), (0, 0), None),
            ("no such time on this system", -10, None, (0, 0), None),
            (
                "another one with an old time",
                -900,
                Some(10),
                (0, 0),
                compare,
            ),
            ("changed in the same second", -10, Some(0), (0, 0), compare),
            ("written since", 10, Some(10), (0, 0), transfer),
            ("written in the same second", 1, Some(1), (0, 0), compare),
            ("a clock that is slow", -70, Some(-50), (60, 60), compare),
            (
                "a clock that is slow, before",
                -90,
                Some(-70),
                (60, 60),
                None,
            ),
            ("a clock that is fast", 50, Some(50), (-60, -60), None),
            (
                "a clock of which little is known",
                -10,
                Some(-10),
                (-20, 20),
                compare,
            ),
            (
                "a clock that was not set",
                -STORED,
                Some(-STORED),
                (0, 0),
                compare,
            ),
        ];
        for (name, modified, changed, ahead, expected) in rows {
            let changed = changed.map(|changed| STORED + changed);
            let step = step_by_times(STORED + modified, changed, STORED, ahead);
            assert_eq!(step, expected, "{name}");
        }
    }
}
