//! Filling a multipart upload with what is known from its first to its last byte, and going on with one that was begun
//! before. Files and copies do that; they differ in how a part is sent and when one is right.

use std::path::PathBuf;
use std::sync::Mutex;

use super::checkpoint::Checkpoint;
use super::multipart::{Multipart, in_time_of_its_own, lost};
use super::plan::{Part, Plan};
use super::pool::{self, Board, Lane};
use super::{Common, Transfer};
use crate::error::{Error, Result};
use crate::file::Record;
use crate::operations::{Bucket, ListedPart, UploadedPart};
use crate::request::{Options, Progress, Response};
use crate::sort::sort_by;
use crate::time::Timestamp;

/// What records call the upload, and those that are still to be deleted.
const UPLOAD: &str = "upload_id";
const ABANDONED: &str = "abandoned_id";

/// What an upload is filled with.
pub(super) trait Content: Sync {
    /// First line of its records: the kind and the version.
    const RECORD: &'static str;

    /// Adds to a record what has to be the same when the upload goes on.
    fn describe(&self, checkpoint: Checkpoint) -> Checkpoint;

    /// Whether a part that the service has is as it is here.
    fn is_right(&self, part: &Part, there: &ListedPart, upload: &Multipart) -> Result<bool>;

    /// Sends one part; `limit` is that of the bandwidth.
    fn send(
        &self,
        part: &Part,
        upload: &Multipart,
        lane: &Lane<'_>,
        limit: Option<&str>,
    ) -> Result<UploadedPart>;

    /// An error if it is not what it was when the transfer began, or if `parts`, all of them or none, are not it.
    fn check(&self, parts: &[UploadedPart], upload: &Multipart) -> Result<()>;

    /// CRC-64 of the whole, if there is one.
    fn crc64(&self, upload: &Multipart) -> Result<Option<u64>>;

    /// Whether there is no use in going on after `error`.
    fn is_lost(&self, error: &Error) -> bool;
}

/// An upload on its way.
pub(super) struct Filling<'f, C> {
    content: &'f C,
    upload: Multipart,
    plan: Plan,
    workers: usize,
    record: Option<Record>,
    /// Earlier uploads of the same, which could not be deleted yet.
    abandoned: Vec<String>,
    /// Whether the transfer does without a record if there is no room for one.
    record_is_optional: bool,
}

/// What became of an upload that was found again.
enum Found {
    /// These parts are there and right.
    Parts(Vec<UploadedPart>),
    /// There is no such upload any more.
    Nothing,
}

impl<'f, C: Content> Filling<'f, C> {
    /// One whose record is at `place`, if there is to be one. Nothing is sent yet.
    pub fn new(
        content: &'f C,
        upload: Multipart,
        plan: Plan,
        workers: usize,
        transfer: &Transfer,
        place: Option<PathBuf>,
    ) -> Result<Filling<'f, C>> {
        Ok(Filling {
            content,
            upload,
            plan,
            workers,
            record: transfer.open_record(place)?,
            abandoned: Vec::new(),
            record_is_optional: transfer.record_is_optional(),
        })
    }

    /// Resumes or begins the upload, and completes it. Afterwards there is no record any more; after a failure there is one
    /// if it can be resumed.
    pub fn run(mut self, progress: Option<&Progress<'_>>) -> Result<Response> {
        let response = match self.fill(progress) {
            Ok(response) => response,
            Err(error) => {
                self.upload.ended_by(&error);
                // What can be resumed stays; if nothing was begun, that is nothing.
                let has_begun = !self.upload.id.is_empty() || !self.abandoned.is_empty();
                if self.record.is_none() || !has_begun || self.content.is_lost(&error) {
                    self.give_up();
                }
                return Err(error);
            }
        };
        self.delete_abandoned();
        self.forget();
        Ok(response)
    }

    fn fill(&mut self, progress: Option<&Progress<'_>>) -> Result<Response> {
        let mut parts = match self.resume()? {
            Found::Parts(parts) => parts,
            Found::Nothing if !self.upload.id.is_empty() => match self.completed()? {
                Some(response) => return Ok(response),
                None => self.begin()?,
            },
            Found::Nothing => self.begin()?,
        };
        let board = Board::new(self.done(&parts), self.plan.size);
        // A second time if the service has lost parts, or the whole upload.
        for again in [false, true] {
            let sent = self.send(&mut parts, &board, progress);
            let completing = sent.is_ok();
            let error = match sent.and_then(|()| self.complete(&parts)) {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let answer_lost = completing && error.answer_was_lost();
            if answer_lost || error.code() == "NoSuchUpload" {
                match self.completed() {
                    Ok(Some(response)) => return Ok(response),
                    Ok(None) => {}
                    Err(_) if answer_lost => return Err(error),
                    Err(unknown) => return Err(unknown),
                }
            }
            match error.code() {
                // It may have become the object, which is another one by now: nobody else's may be replaced.
                "NoSuchUpload" if answer_lost => return Err(error),
                "NoSuchUpload" if !again => parts = self.begin()?,
                "InvalidPart" if !again => match self.keep_right()? {
                    Found::Parts(there) => parts = there,
                    Found::Nothing => parts = self.begin()?,
                },
                _ => return Err(error),
            }
        }
        Err(lost())
    }

    fn give_up(&mut self) {
        let id = std::mem::take(&mut self.upload.id);
        self.abandoned.push(id);
        self.delete_abandoned();
        self.forget();
    }

    /// Removes the record. What it alone knew of is told in the log.
    fn forget(&mut self) {
        for id in &self.abandoned {
            log::warn!(
                "the upload {id} of {:?} could not be deleted",
                self.upload.key
            );
        }
        if let Some(record) = self.record.take() {
            record.remove();
        }
    }

    /// Deletes earlier uploads as far as that is possible.
    fn delete_abandoned(&mut self) {
        let upload = &self.upload;
        self.abandoned.retain(|id| upload.abort(id).is_err());
    }

    /// What the record has to say, except for the upload's id.
    fn checkpoint(&self) -> Checkpoint {
        let bucket = &self.upload.bucket;
        let checkpoint = Checkpoint::new(C::RECORD)
            .with("endpoint", bucket.endpoint())
            .with("bucket", bucket.name())
            .with("key", &self.upload.key)
            .with("headers", self.upload.common.fingerprint())
            .with("size", self.plan.size)
            .with("part_size", self.plan.part_size);
        self.content.describe(checkpoint)
    }

    /// Looks for an upload that was begun before.
    fn resume(&mut self) -> Result<Found> {
        let Some(record) = &mut self.record else {
            return Ok(Found::Nothing);
        };
        let Some(checkpoint) = Checkpoint::parse(C::RECORD, &record.read()) else {
            return Ok(Found::Nothing);
        };
        self.abandoned = checkpoint.all(ABANDONED).map(str::to_owned).collect();
        let id = checkpoint.get(UPLOAD).unwrap_or_default().to_owned();
        let is_same = checkpoint.agrees_with(&self.checkpoint());
        if !is_same {
            // Other content, headers or parts: what was sent of it is of no use.
            self.abandoned.push(id.clone());
        }
        self.delete_abandoned();
        if !is_same || id.is_empty() {
            return Ok(Found::Nothing);
        }
        self.upload.id = id;
        let begun = checkpoint.get("begun").and_then(|time| time.parse().ok());
        self.upload.begun = begun.map(Timestamp);
        match self.keep_right() {
            // Whoever may write need not be allowed to list; then nobody knows what is there.
            Err(error) if error.code() == "AccessDenied" => self.replace(),
            found => found,
        }
    }

    /// Begins another upload instead of the one that was found.
    fn replace(&mut self) -> Result<Found> {
        let old = std::mem::take(&mut self.upload.id);
        // The record of the new one names it until it is deleted.
        self.abandoned.push(old.clone());
        match self.begin() {
            Ok(parts) => {
                self.delete_abandoned();
                Ok(Found::Parts(parts))
            }
            Err(error) => {
                self.abandoned.retain(|id| *id != old);
                self.upload.id = old;
                Err(error)
            }
        }
    }

    /// The parts that the service has and that are right. They are listed by number: what is out of order is sent again.
    fn keep_right(&self) -> Result<Found> {
        let Some(there) = self.upload.parts()? else {
            return Ok(Found::Nothing);
        };
        let mut right = Vec::new();
        for there in there {
            let Some(part) = self.plan.part_of(there.number) else {
                continue;
            };
            let is_next = right
                .last()
                .is_none_or(|last: &UploadedPart| last.number < there.number);
            if is_next
                && part.length == there.size
                && self.content.is_right(&part, &there, &self.upload)?
            {
                right.push(UploadedPart {
                    number: there.number,
                    etag: there.etag,
                    content: there.crc64.map(|crc| (part.length, crc)),
                });
            }
        }
        Ok(Found::Parts(right))
    }

    fn done(&self, parts: &[UploadedPart]) -> u64 {
        let lengths = parts
            .iter()
            .filter_map(|part| self.plan.part_of(part.number));
        lengths.map(|part| part.length).sum()
    }

    /// Begins an upload and writes down that it did.
    fn begin(&mut self) -> Result<Vec<UploadedPart>> {
        self.upload.begin()?;
        let mut checkpoint = self.checkpoint().with(UPLOAD, &self.upload.id);
        for id in &self.abandoned {
            checkpoint.add(ABANDONED, id);
        }
        if let Some(begun) = self.upload.begun {
            checkpoint.add("begun", begun.0);
        }
        let is_synced = self.upload.bucket.client.syncs_files();
        if let Some(record) = &mut self.record
            && let Err(error) = record.write(&checkpoint.to_bytes(), is_synced)
        {
            if !self.record_is_optional || !error.is_unwritable() {
                self.give_up();
                return Err(error);
            }
            log::warn!("{:?} is sent without a record: {error}", self.upload.key);
            self.forget();
        }
        Ok(Vec::new())
    }

    /// Sends the parts that are missing in `parts`, and adds them.
    fn send(
        &self,
        parts: &mut Vec<UploadedPart>,
        board: &Board,
        progress: Option<&Progress<'_>>,
    ) -> Result<()> {
        let missing: Vec<Part> = self
            .plan
            .parts()
            .filter(|part| parts.iter().all(|there| there.number != part.number))
            .collect();
        let common = &self.upload.common;
        let (workers, limit) = common.shared_traffic(&self.upload.bucket.client, self.workers);
        let sent = Mutex::new(Vec::new());
        let work = |part: &Part, lane: &Lane<'_>| {
            let part = self
                .content
                .send(part, &self.upload, lane, limit.as_deref())?;
            sent.lock().map_err(|_| lost())?.push(part);
            Ok(())
        };
        let outcome = pool::run(workers, &missing, common, board, progress, &work);
        parts.append(&mut sent.into_inner().map_err(|_| lost())?);
        sort_by(parts, |a, b| a.number.cmp(&b.number));
        outcome
    }

    fn complete(&self, parts: &[UploadedPart]) -> Result<Response> {
        // The service would take a list with gaps for a shorter object.
        if parts.len() != self.plan.parts().count() {
            return Err(lost());
        }
        self.content.check(parts, &self.upload)?;
        self.upload.complete(parts)
    }

    fn completed(&self) -> Result<Option<Response>> {
        let crc64 = self.content.crc64(&self.upload)?;
        let response = self.upload.completed(self.plan.size, crc64)?;
        if response.is_some() {
            self.content.check(&[], &self.upload)?;
        }
        Ok(response)
    }
}

/// The same for what an earlier transfer left that this one, now over, did not go on with. If that is not possible now, the
/// record still says it.
pub(super) fn abort_left(
    bucket: &Bucket,
    key: &str,
    kind: &'static str,
    place: Option<PathBuf>,
    common: &Common,
) {
    let options = in_time_of_its_own(common, common.check().is_err());
    let aborted = place.map(|place| abort_recorded(bucket, key, kind, place, &options));
    if let Some(Err(error)) = aborted {
        log::warn!("what an earlier transfer to {key:?} left is still there: {error}");
    }
}

/// Deletes the upload that the record at `place` names, and the record. It is not an error if there is none.
pub(super) fn abort_recorded(
    bucket: &Bucket,
    key: &str,
    kind: &'static str,
    place: PathBuf,
    options: &Options<'_>,
) -> Result<()> {
    if !place.exists() {
        return Ok(());
    }
    let mut record = Record::open(place)?;
    let checkpoint = Checkpoint::parse(kind, &record.read()).unwrap_or_default();
    for id in checkpoint.all(UPLOAD).chain(checkpoint.all(ABANDONED)) {
        match bucket.abort_multipart_upload(key, id, options) {
            Err(error) if error.code() != "NoSuchUpload" => return Err(error),
            _ => {}
        }
    }
    record.remove();
    Ok(())
}
