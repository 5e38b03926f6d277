//! An object becomes a file, part by part.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::checkpoint::Checkpoint;
use super::plan::{Part, Plan};
use super::pool::{self, Board, Lane};
use super::ranged::{RangedObject, is_proven};
use super::{CHUNK, Common, Transfer, What};
use crate::crc64::{self, Crc64};
use crate::error::{Error, Kind, Result};
use crate::file::{self, Record, Snapshot, Target, Temporary, write_all_at};
use crate::memory;
use crate::operations::Bucket;
use crate::request::{Options, Response};
use crate::sort::sort;

/// How often all parts are fetched if they are not what the service stored: then it is hardly the way that is at fault.
const MOST_ROUNDS: u32 = 3;

const KIND: &str = "alioss-download 1";

/// The record is written anew for every part of so many, and then for so large a share of the parts that are there: each time
/// it says all of them, and what it says has to be on the disk. A program that is killed loses so much, or this time's work.
const SHARE: usize = 40;
const SELDOM: Duration = Duration::from_secs(1);

impl Bucket {
    /// GetObject into the file at `path`, which appears whole or not at all, as with
    /// [`get_object_to_file`](Bucket::get_object_to_file): in one request if the object fits into one part, else by several
    /// parts under way at the same time. The whole is compared with the object's CRC-64.
    ///
    /// If the transfer fails or the program is killed, calling this again with the same arguments goes on where it stopped:
    /// what came is in a file beside the target (`.NAME.HASH.alioss-download`) that has the size of the object at once but
    /// only the disk blocks it needs, and what of it is right in a record (`.NAME.HASH.alioss-record`, see [`Transfer`]).
    /// Parts are kept if their CRC-64 is the recorded one. If the object changed, the transfer begins from the start; if it
    /// changes meanwhile, it fails with [`Kind::Conflict`]. While the record is in use by another transfer, the result is
    /// [`Kind::Busy`]. [`abort_download_file`](Bucket::abort_download_file) removes what is not to be resumed.
    ///
    /// The timeout, the cancellation and the progress of `options` are of the whole; the progress is told on the calling
    /// thread, does not go back, and counts parts that are kept as received.
    pub fn download_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Response> {
        self.download_file_if(key, path.as_ref(), transfer, options, &|| Ok(()))
    }

    /// The same, if `may_appear` says so right before the file does.
    pub(crate) fn download_file_if(
        &self,
        key: &str,
        path: &Path,
        transfer: &Transfer,
        options: &Options<'_>,
        may_appear: &(dyn Fn() -> Result<()> + Sync),
    ) -> Result<Response> {
        let common = Common::new(&self.client, What::Other("download_file"), options)?;
        let workers = transfer.checked_workers()?;
        let target = Target::find(path)?;
        let mut single = options.clone();
        single.deadline = common.deadline;
        let at_once = || self.get_object_to_file_if(key, path, &single, may_appear);
        // What is made of an object has neither its size nor its CRC-64.
        if options
            .query
            .iter()
            .any(|(name, _)| name == "x-oss-process")
        {
            return at_once();
        }
        let head = self.head_object(key, &common.options(|_| true))?;
        let Some(mut object) = RangedObject::new(self, key, common, &head) else {
            return at_once();
        };
        let plan = Plan::new("key", object.size, transfer.part_size)?;
        let version = version(options);
        let places = Places::new(transfer, self, key, &version, target.path());
        if plan.is_single() {
            let response = at_once()?;
            // An earlier transfer may have begun with smaller parts, or with a larger object.
            if let Err(error) = places.remove(target) {
                log::warn!("what an earlier download of {key:?} left is still there: {error}");
            }
            return Ok(response);
        }
        let record = places.record.clone().map(Record::open).transpose()?;
        let checkpoint = Checkpoint::new(KIND)
            .with("endpoint", self.endpoint())
            .with("bucket", self.name())
            .with("key", key)
            .with("version", &version)
            .with("etag", &object.etag)
            .with("size", object.size)
            .with("part_size", plan.part_size);
        let download = Download {
            workers: object.share_traffic(workers),
            object,
            plan,
            checkpoint,
            done: Mutex::new(Done::new()),
            record: Mutex::new(record),
            may_appear,
        };
        let verified = download.bring(target, places.data, options)?;
        Ok(Response { verified, ..head })
    }

    /// Removes what [`download_file`](Bucket::download_file) with the same arguments did not finish. It is not an error if
    /// there is nothing.
    pub fn abort_download_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<()> {
        let target = Target::find(path.as_ref())?;
        let places = Places::new(transfer, self, key, &version(options), target.path());
        places.remove(target)
    }
}

/// The version that is asked for; empty for the latest.
fn version(options: &Options<'_>) -> String {
    let mut query = options.query.iter();
    let version = query.find(|(name, _)| name == "versionId");
    let value = version.and_then(|(_, value)| value.as_deref());
    value.unwrap_or_default().to_owned()
}

/// Where what is not finished lies.
struct Places {
    record: Option<PathBuf>,
    data: PathBuf,
}

impl Places {
    fn new(transfer: &Transfer, bucket: &Bucket, key: &str, version: &str, path: &Path) -> Places {
        let place = |of: &Transfer, kind| of.record_path(bucket, &[key, version], path, kind);
        Places {
            record: place(transfer, "record"),
            data: place(&Transfer::new(), "download").unwrap_or_default(),
        }
    }

    /// Removes it.
    fn remove(self, target: Target) -> Result<()> {
        if let Some(record) = self.record.filter(|record| record.exists()) {
            let record = Record::open(record)?;
            if self.data.exists() {
                Temporary::resumed(target, self.data)?.remove();
            }
            record.remove();
        }
        Ok(())
    }
}

/// A download in parts.
struct Download<'d> {
    object: RangedObject,
    plan: Plan,
    workers: usize,
    /// What the record says besides the parts.
    checkpoint: Checkpoint,
    done: Mutex<Done>,
    record: Mutex<Option<Record>>,
    /// Asked before the file appears.
    may_appear: &'d (dyn Fn() -> Result<()> + Sync),
}

/// The parts that are there.
struct Done {
    /// Numbers and CRC-64.
    parts: Vec<(u32, u64)>,
    /// How many of them the record says, and since when.
    recorded: usize,
    since: Instant,
}

impl Done {
    fn new() -> Done {
        Done {
            parts: Vec::new(),
            recorded: 0,
            since: Instant::now(),
        }
    }

    fn clear(&mut self) {
        *self = Done::new();
    }

    /// Whether it is time to write the record.
    fn is_due(&self) -> bool {
        let new = self.parts.len() - self.recorded;
        new.saturating_mul(SHARE) >= self.parts.len() || self.since.elapsed() >= SELDOM
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Download<'_> {
    /// Brings the file to `target`, by way of `data`; whether it could be compared with the object's CRC-64.
    fn bring(&self, target: Target, data: PathBuf, options: &Options<'_>) -> Result<bool> {
        let resumes = lock(&self.record).is_some();
        let content = lock(&self.record).as_mut().map(Record::read);
        let content = content.unwrap_or_default();
        let claimed = self.claimed(&content);
        let is_begun = data.exists();
        let verified = if !is_begun && self.has_all(&claimed, target.path())? {
            self.compare()?
        } else {
            let file = match resumes {
                true => Temporary::resumed(target, data),
                false => Temporary::create(target),
            };
            // Nothing belongs to a record that was only just made.
            if file.is_err() && content.is_empty() {
                self.remove_record();
            }
            self.run(file?, claimed, options)?
        };
        self.remove_record();
        Ok(verified)
    }

    /// Whether the whole could be compared with its CRC-64.
    fn run(
        &self,
        file: Temporary,
        claimed: Option<Checkpoint>,
        options: &Options<'_>,
    ) -> Result<bool> {
        self.resume(claimed, &file)?;
        let done = lock(&self.done).parts.clone();
        let all: Vec<Part> = self.plan.parts().collect();
        let is_missing = |part: &&Part| done.iter().all(|(number, _)| *number != part.number);
        let missing: Vec<Part> = all.iter().filter(is_missing).copied().collect();
        let kept = done
            .iter()
            .filter_map(|(number, _)| self.plan.part_of(*number));
        let board = Board::new(kept.map(|part| part.length).sum(), self.plan.size);
        let fetch = |parts: &[Part]| {
            let work = |part: &Part, lane: &Lane<'_>| self.fetch(part, lane, &file);
            let (workers, common) = (self.workers, &self.object.common);
            pool::run(workers, parts, common, &board, options.progress, &work)?;
            self.compare()
        };
        let mut fetched = fetch(&missing);
        let most = self.object.bucket.client.retry().most().min(MOST_ROUNDS);
        for _ in 1..most {
            // Parts have no CRC-64 of the service's, so nobody knows which of them arrived wrong.
            match &fetched {
                Err(error) if error.kind() == Kind::ChecksumMismatch => log::warn!("{error}"),
                _ => break,
            }
            fetched = self.drop_parts().and_then(|()| fetch(&all));
        }
        match fetched {
            Ok(verified) => {
                // A program that is killed after the file appeared finds there that it is whole.
                self.write_rest(&file);
                (self.may_appear)()?;
                file.publish(self.object.bucket.client.syncs_files())?;
                Ok(verified)
            }
            Err(error) => {
                // Whether the object is another one is seen the next time, by its ETag: others, too, answer 404.
                let is_lost = error.kind() == Kind::ChecksumMismatch || is_proven(&error);
                if is_lost || lock(&self.done).parts.is_empty() {
                    self.forget(file);
                } else {
                    self.write_rest(&file);
                }
                Err(error)
            }
        }
    }

    /// What was downloaded is of no use, or is nothing.
    fn forget(&self, file: Temporary) {
        file.remove();
        self.remove_record();
    }

    fn remove_record(&self) {
        if let Some(record) = lock(&self.record).take() {
            record.remove();
        }
    }

    /// Keeps the parts that the record claims and the file has, and makes the file as long as it will be.
    fn resume(&self, claimed: Option<Checkpoint>, file: &Temporary) -> Result<()> {
        let failed = |cause| Error::io("`path`: the unfinished file", cause);
        let size = file.shared().metadata().map_err(failed)?.len();
        match claimed.filter(|_| size == self.plan.size) {
            Some(claimed) => self.keep_right(&claimed, file.shared()),
            None => {
                // Nothing of what is there stays.
                file.shared().set_len(0).map_err(failed)?;
                file.shared().set_len(self.plan.size).map_err(failed)
            }
        }
    }

    /// What the record says, if it is about this transfer.
    fn claimed(&self, content: &[u8]) -> Option<Checkpoint> {
        let claimed = Checkpoint::parse(KIND, content)?;
        claimed.agrees_with(&self.checkpoint).then_some(claimed)
    }

    /// Whether the file at `path` is what the record says, all of it: then only removing the record was left to do.
    fn has_all(&self, claimed: &Option<Checkpoint>, path: &Path) -> Result<bool> {
        let Some(claimed) = claimed else {
            return Ok(false);
        };
        let parts = self.plan.parts().count();
        if claimed.all("part").count() != parts {
            return Ok(false);
        }
        let Ok(file) = file::open("path", path) else {
            return Ok(false);
        };
        if Snapshot::of(&file).map(|found| found.size()).ok() != Some(self.plan.size) {
            return Ok(false);
        }
        self.keep_right(claimed, &file)?;
        let mut done = lock(&self.done);
        let has_all = done.parts.len() == parts;
        if !has_all {
            done.clear();
        }
        Ok(has_all)
    }

    fn keep_right(&self, claimed: &Checkpoint, file: &File) -> Result<()> {
        for claim in claimed.all("part") {
            let Some((number, crc)) = claim.split_once(' ') else {
                continue;
            };
            let (Ok(number), Ok(crc)) = (number.parse::<u32>(), crc.parse::<u64>()) else {
                continue;
            };
            let Some(part) = self.plan.part_of(number) else {
                continue;
            };
            let there = self.object.common.crc_of(file, part.offset, part.length)?;
            let mut done = lock(&self.done);
            if there == Some(crc) && done.parts.iter().all(|(other, _)| *other != number) {
                done.parts.push((number, crc));
                done.recorded += 1;
            }
        }
        Ok(())
    }

    fn fetch(&self, part: &Part, lane: &Lane<'_>, file: &Temporary) -> Result<()> {
        let mut object = self.object.open(part, lane.stop())?;
        let mut chunk = memory::zeros(part.length.min(CHUNK as u64) as usize)?;
        let mut crc = Crc64::new();
        let mut done = 0;
        loop {
            let got = object.read(&mut chunk)?;
            if got == 0 {
                break;
            }
            let bytes = chunk.get(..got).unwrap_or_default();
            write_all_at(file.shared(), bytes, part.offset + done)
                .map_err(|cause| Error::io("`path`: writing failed", cause))?;
            crc.update(bytes);
            done += got as u64;
            lane.moved(got as u64)?;
        }
        if done != part.length {
            return Err(Error::new(
                Kind::Truncated,
                format!(
                    "part {} has {done} bytes instead of {}",
                    part.number, part.length
                ),
            ));
        }
        self.finish_part(part.number, crc.value(), file)
    }

    /// Forgets all parts, also in the record.
    fn drop_parts(&self) -> Result<()> {
        let is_synced = self.object.bucket.client.syncs_files();
        lock(&self.done).clear();
        match lock(&self.record).as_mut() {
            Some(record) => record.write(&self.checkpoint.to_bytes(), is_synced),
            None => Ok(()),
        }
    }

    /// Remembers that a part is there.
    fn finish_part(&self, number: u32, crc: u64, file: &Temporary) -> Result<()> {
        let is_due = {
            let mut done = lock(&self.done);
            done.parts.push((number, crc));
            done.is_due()
        };
        match is_due {
            true => self.write_record(file),
            false => Ok(()),
        }
    }

    /// Writes down which parts are there, after they are on the disk; with file_sync off, after they were written.
    fn write_record(&self, file: &Temporary) -> Result<()> {
        let is_synced = self.object.bucket.client.syncs_files();
        // One after the other: a record never says less than the one before.
        let mut record = lock(&self.record);
        let Some(record) = record.as_mut() else {
            return Ok(());
        };
        let parts = {
            let mut done = lock(&self.done);
            if done.recorded == done.parts.len() {
                return Ok(());
            }
            done.recorded = done.parts.len();
            done.since = Instant::now();
            done.parts.clone()
        };
        if is_synced {
            file.sync()?;
        }
        let mut checkpoint = self.checkpoint.clone();
        for (number, crc) in parts {
            checkpoint.add("part", format!("{number} {crc}"));
        }
        record.write(&checkpoint.to_bytes(), is_synced)
    }

    /// The same at the end, where nothing depends on it any more.
    fn write_rest(&self, file: &Temporary) {
        if let Err(error) = self.write_record(file) {
            log::warn!("the last parts of a download are not recorded: {error}");
        }
    }

    /// Compares the whole with its CRC-64; whether that was possible.
    fn compare(&self) -> Result<bool> {
        let mut done = lock(&self.done).parts.clone();
        sort(&mut done);
        let numbers = done.iter().map(|(number, _)| *number);
        if !numbers.eq(self.plan.parts().map(|part| part.number)) {
            return Err(Error::new(
                Kind::Bug,
                "a defect of alioss, please report it: a part of a transfer was lost",
            ));
        }
        let whole = done.iter().try_fold(0, |whole, (number, crc)| {
            let part = self.plan.part_of(*number)?;
            Some(crc64::combine(whole, *crc, part.length))
        });
        self.object.check_whole(whole.unwrap_or_default())
    }
}
