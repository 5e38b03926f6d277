//! A file becomes an object, part by part.

use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use super::checkpoint::Checkpoint;
use super::plan::{Part, Plan};
use super::pool::{self, Board, Lane};
use super::{Common, TRAFFIC_LIMIT, Transfer};
use crate::error::{Error, Kind, Result};
use crate::file::{self, Record, Snapshot};
use crate::operations::{Bucket, ListParts, UploadedPart};
use crate::request::{Body, Options, Response};

const KIND: &str = "alioss-upload 1";

/// Headers that every request of an upload needs.
const ALWAYS: [&str; 1] = ["x-oss-request-payer"];

/// Headers that say what happens when the object appears.
const AT_THE_END: [&str; 5] = [
    "x-oss-callback",
    "x-oss-callback-var",
    "x-oss-forbid-overwrite",
    "x-oss-object-acl",
    "x-oss-request-payer",
];

/// Headers of single requests.
const NOT_AT_THE_BEGINNING: [&str; 3] = ["x-oss-callback", "x-oss-callback-var", TRAFFIC_LIMIT];

impl Bucket {
    /// Stores the regular file at `path` as `key`, up to 48.8 TB: in one request if it fits into one part, else by a multipart
    /// upload with several parts under way at the same time.
    ///
    /// If the transfer fails or the program is killed, calling this again with the same arguments goes on where it stopped:
    /// the upload's id is in a record beside the file (`.NAME.HASH.alioss-upload`, see [`Transfer`]), and parts that the
    /// service has are kept if their CRC-64 is that of the file now. A file that changed meanwhile is uploaded from the start.
    /// While the record is in use by another transfer, the result is [`Kind::Busy`]. What is not to be resumed has to be
    /// given up with [`abort_upload_file`](Bucket::abort_upload_file): parts are stored and billed.
    ///
    /// `options` are those of PutObject; headers go where they belong. The timeout, the cancellation and the progress are of
    /// the whole; the progress is told on the calling thread, does not go back, and counts parts that are kept as sent.
    pub fn upload_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Response> {
        let path =
            std::path::absolute(path.as_ref()).map_err(|cause| unreadable(path.as_ref(), cause))?;
        let common = Common::new(&self.client, options)?;
        let workers = transfer.checked_workers()?;
        let file = file::open("path", &path)?;
        let body = Body::file(&file).map_err(|cause| unreadable(&path, cause))?;
        let before = Snapshot::of(&file).map_err(|cause| unreadable(&path, cause))?;
        let plan = Plan::new(before.size(), transfer.part_size)?;
        if plan.is_single() || body.length().is_none() {
            let mut single = options.clone();
            single.deadline = common.deadline;
            return self.put_object(key, body, &single);
        }
        let what = format!("{} {}", self.name(), key);
        let record = transfer.record_path(&path, &what, "upload");
        let mut upload = Upload {
            bucket: self,
            key,
            file: &file,
            before,
            plan,
            workers,
            record: record.map(Record::open).transpose()?,
            common,
            id: String::new(),
        };
        let response = upload.run(options)?;
        if let Some(record) = upload.record {
            record.remove();
        }
        Ok(response)
    }

    /// Gives up what [`upload_file`](Bucket::upload_file) with the same arguments did not finish: deletes the parts that were
    /// sent, and the record. It is not an error if there are none.
    pub fn abort_upload_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<()> {
        let path =
            std::path::absolute(path.as_ref()).map_err(|cause| unreadable(path.as_ref(), cause))?;
        let what = format!("{} {}", self.name(), key);
        let Some(place) = transfer.record_path(&path, &what, "upload") else {
            return Ok(());
        };
        if !place.exists() {
            return Ok(());
        }
        let mut record = Record::open(place)?;
        let checkpoint = Checkpoint::parse(KIND, &record.read());
        if let Some(id) = checkpoint
            .as_ref()
            .and_then(|checkpoint| checkpoint.get("upload_id"))
        {
            match self.abort_multipart_upload(key, id, options) {
                Err(error) if error.code() != "NoSuchUpload" => return Err(error),
                _ => {}
            }
        }
        record.remove();
        Ok(())
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::io(format!("`path`: cannot read {}", path.display()), cause)
}

/// An upload in parts.
struct Upload<'u> {
    bucket: &'u Bucket,
    key: &'u str,
    file: &'u File,
    /// The file before anything of it was read.
    before: Snapshot,
    plan: Plan,
    workers: usize,
    record: Option<Record>,
    common: Common,
    /// Of the multipart upload; empty before there is one.
    id: String,
}

/// What became of an upload that was found again.
enum Found {
    /// These parts are there and right.
    Parts(Vec<UploadedPart>),
    /// There is no such upload any more.
    Nothing,
}

impl Upload<'_> {
    fn run(&mut self, options: &Options<'_>) -> Result<Response> {
        let known = self.resume()?;
        let mut parts = match known {
            Found::Parts(parts) => parts,
            Found::Nothing if !self.id.is_empty() => match self.completed()? {
                Some(response) => return Ok(response),
                None => self.begin()?,
            },
            Found::Nothing => self.begin()?,
        };
        let board = Board::new(self.done(&parts), self.plan.size);
        // A second time if the service has lost parts, or the whole upload.
        for again in [false, true] {
            let sent = self.send(&mut parts, &board, options);
            let completing = sent.is_ok();
            let error = match sent.and_then(|()| self.complete(&parts)) {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let lost = completing && error.answer_was_lost();
            if (lost || error.code() == "NoSuchUpload")
                && let Some(response) = self.completed()?
            {
                return Ok(response);
            }
            match error.code() {
                "NoSuchUpload" if !again => parts = self.begin()?,
                "InvalidPart" if !again => match self.keep_right()? {
                    Found::Parts(there) => parts = there,
                    Found::Nothing => parts = self.begin()?,
                },
                _ => return Err(self.failed(error)),
            }
        }
        Err(lost())
    }

    /// After a failure: what can be resumed stays.
    fn failed(&mut self, error: Error) -> Error {
        let changed = matches!(self.before.change(self.file), Ok(Some(_)));
        if changed || self.record.is_none() || error.kind() == Kind::ChecksumMismatch {
            self.give_up();
        }
        error
    }

    /// Deletes the upload as far as that is possible.
    fn give_up(&mut self) {
        let id = std::mem::take(&mut self.id);
        if !id.is_empty() {
            // Of its own time: the transfer may have failed because that was over.
            let mut options = self.common.options(|name| ALWAYS.contains(&name));
            options.deadline = None;
            options.cancel = None;
            let options = options.timeout(std::time::Duration::from_secs(10));
            let _ = self.bucket.abort_multipart_upload(self.key, &id, &options);
        }
        if let Some(record) = self.record.take() {
            record.remove();
        }
    }

    /// What the record has to say, except for the upload's id.
    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(KIND)
            .with("endpoint", self.bucket.endpoint())
            .with("bucket", self.bucket.name())
            .with("key", self.key)
            .with("size", self.plan.size)
            .with("modified", self.before.modified())
            .with("part_size", self.plan.part_size)
    }

    /// Looks for an upload that was begun before.
    fn resume(&mut self) -> Result<Found> {
        let Some(record) = &mut self.record else {
            return Ok(Found::Nothing);
        };
        let Some(checkpoint) = Checkpoint::parse(KIND, &record.read()) else {
            return Ok(Found::Nothing);
        };
        let id = checkpoint.get("upload_id").unwrap_or_default().to_owned();
        if id.is_empty() {
            return Ok(Found::Nothing);
        }
        if !checkpoint.agrees_with(&self.checkpoint()) {
            // Another file, or other parts: what was sent of it is of no use.
            let options = self.common.options(|name| ALWAYS.contains(&name));
            let _ = self.bucket.abort_multipart_upload(self.key, &id, &options);
            return Ok(Found::Nothing);
        }
        self.id = id;
        self.keep_right()
    }

    /// The parts that the service has and that are as the file is.
    fn keep_right(&self) -> Result<Found> {
        let list = ListParts {
            key: self.key.to_owned(),
            upload_id: self.id.clone(),
            ..ListParts::default()
        };
        let options = self.common.options(|name| ALWAYS.contains(&name));
        let mut right = Vec::new();
        for part in self.bucket.list_parts(list, &options) {
            let there = match part {
                Err(error) if error.code() == "NoSuchUpload" => return Ok(Found::Nothing),
                part => part?,
            };
            let (Some(part), Some(crc)) = (self.plan.part_of(there.number), there.crc64) else {
                continue;
            };
            if part.length == there.size
                && self.common.crc_of(self.file, part.offset, part.length)? == Some(crc)
            {
                right.push(UploadedPart {
                    number: there.number,
                    etag: there.etag,
                    content: Some((part.length, crc)),
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
        let options = self
            .common
            .options(|name| !NOT_AT_THE_BEGINNING.contains(&name));
        let (_, id) = self.bucket.initiate_multipart_upload(self.key, &options)?;
        drop(options);
        self.id = id;
        let checkpoint = self.checkpoint().with("upload_id", &self.id);
        if let Some(record) = &mut self.record
            && let Err(error) = record.write(&checkpoint.to_bytes())
        {
            self.give_up();
            return Err(error);
        }
        Ok(Vec::new())
    }

    /// Sends the parts that are missing in `parts`, and adds them.
    fn send(
        &self,
        parts: &mut Vec<UploadedPart>,
        board: &Board,
        options: &Options<'_>,
    ) -> Result<()> {
        let missing: Vec<Part> = self
            .plan
            .parts()
            .filter(|part| parts.iter().all(|there| there.number != part.number))
            .collect();
        let (workers, limit) = self
            .common
            .shared_traffic(&self.bucket.client, self.workers);
        let sent = Mutex::new(Vec::new());
        let work = |part: &Part, lane: &Lane<'_>| {
            let part = self.send_part(part, lane, limit.as_deref())?;
            sent.lock().map_err(|_| lost())?.push(part);
            Ok(())
        };
        let outcome = pool::run(
            workers,
            &missing,
            &self.common,
            board,
            options.progress,
            &work,
        );
        parts.append(&mut sent.into_inner().map_err(|_| lost())?);
        parts.sort_by_key(|part| part.number);
        outcome?;
        self.check_unchanged()
    }

    fn send_part(&self, part: &Part, lane: &Lane<'_>, limit: Option<&str>) -> Result<UploadedPart> {
        self.check_unchanged()?;
        let mut options = self.common.options(|name| ALWAYS.contains(&name));
        if let Some(limit) = limit {
            options = options.header(TRAFFIC_LIMIT, limit.to_owned());
        }
        let body = Body::File {
            file: self.file,
            offset: part.offset,
            length: Some(part.length),
        };
        let response = lane.request(options, |options| {
            self.bucket
                .upload_part(self.key, &self.id, part.number, body, options)
        })?;
        let etag = response.etag().unwrap_or_default().to_owned();
        if etag.is_empty() {
            return Err(Error::new(
                Kind::BadResponse,
                format!(
                    "UploadPart: the answer for part {} has no ETag",
                    part.number
                ),
            ));
        }
        Ok(UploadedPart {
            number: part.number,
            etag,
            content: response.crc64().map(|crc| (part.length, crc)),
        })
    }

    fn check_unchanged(&self) -> Result<()> {
        let change = self.before.change(self.file);
        match change.map_err(|cause| Error::io("`path`: reading failed", cause))? {
            None => Ok(()),
            Some(what) => Err(Error::new(
                Kind::Io,
                format!("the file changed while it was sent: {what}; nothing was stored"),
            )),
        }
    }

    fn complete(&self, parts: &[UploadedPart]) -> Result<Response> {
        // The service would take a list with gaps for a shorter object.
        if parts.len() != self.plan.parts().count() {
            return Err(lost());
        }
        let options = self.common.options(|name| AT_THE_END.contains(&name));
        self.bucket
            .complete_multipart_upload(self.key, &self.id, parts, &options)
    }

    /// Whether the upload that is gone, or whose answer was lost, has become the object: its size and CRC-64 tell.
    fn completed(&self) -> Result<Option<Response>> {
        let options = self.common.options(|name| ALWAYS.contains(&name));
        let head = match self.bucket.head_object(self.key, &options) {
            Ok(head) => head,
            // Whoever may write need not be allowed to read; then nobody knows.
            Err(_) => return Ok(None),
        };
        let same_size = head.content_length() == Some(self.plan.size);
        let Some(theirs) = head.crc64().filter(|_| same_size) else {
            return Ok(None);
        };
        let ours = self.common.crc_of(self.file, 0, self.plan.size)?;
        if ours != Some(theirs) {
            return Ok(None);
        }
        self.check_unchanged()?;
        Ok(Some(Response {
            verified: true,
            ..head
        }))
    }
}

fn lost() -> Error {
    Error::new(
        Kind::Bug,
        "a defect of alioss, please report it: a part of a transfer was lost",
    )
}
