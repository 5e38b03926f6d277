//! A file becomes an object, part by part.

use std::fs::File;
use std::path::Path;

use super::checkpoint::Checkpoint;
use super::filling::{Content, Filling, abort_left, abort_recorded};
use super::multipart::Multipart;
use super::plan::{Part, Plan};
use super::pool::Lane;
use super::{Common, TRAFFIC_LIMIT, Transfer, What};
use crate::error::{Error, Kind, Result};
use crate::file::{self, Snapshot, changed};
use crate::operations::{Bucket, ListedPart, UploadedPart, combined};
use crate::request::{Body, Options, Response};

const RECORD: &str = "alioss-upload 1";

impl Bucket {
    /// Stores the regular file at `path` as `key`, up to 48.8 TB: in one request if it fits into one part, else by a multipart
    /// upload with several parts under way at the same time.
    ///
    /// If the transfer fails or the program is killed, calling this again with the same arguments goes on where it stopped:
    /// the upload's id is in a record beside the file (`.NAME.HASH.alioss-upload`, see [`Transfer`]), and parts that the
    /// service has are kept if their CRC-64 is that of the file now. A file that changed meanwhile is uploaded from the start.
    /// While the record is in use by another transfer, the result is [`Kind::Busy`]. What is not to be resumed has to be
    /// given up with [`abort_upload_file`](Bucket::abort_upload_file): parts are stored and billed. Beside a file in a
    /// directory that cannot be written to, or is full, there is no record; an upload that fails then leaves nothing, one
    /// that is killed leaves parts for [`abort_uploads_before`](Bucket::abort_uploads_before).
    ///
    /// A file that changes while it is read fails. What is stored is what it was when its last bytes were read; it may change
    /// while the answer is awaited. Whoever removes it afterwards takes its [`FileState`](crate::FileState) before the call
    /// and compares.
    ///
    /// `options` are those of PutObject; headers go where they belong, and those of single requests (Content-MD5,
    /// Content-Length, Range, Accept-Encoding) are refused, as by all transfers. The timeout, the cancellation and the progress
    /// are of the whole; the progress is told on the calling thread, does not go back, and counts parts that are kept as sent.
    pub fn upload_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Response> {
        let path = file::absolute("path", path.as_ref())?;
        let common = Common::new(&self.client, What::Uploads, options)?;
        let workers = transfer.checked_workers()?;
        let file = file::open("path", &path)?;
        let body = Body::file(&file).map_err(|cause| unreadable(&path, cause))?;
        let before = Snapshot::of(&file).map_err(|cause| unreadable(&path, cause))?;
        let plan = Plan::new("path", before.size(), transfer.part_size)?;
        let place = transfer.record_path(self, &[key], &path, "upload");
        if plan.is_single() || body.length().is_none() {
            let mut single = options.clone();
            single.deadline = common.deadline;
            let response = self.put_object(key, body, &single)?;
            // An earlier transfer may have begun with smaller parts, or with a larger file.
            abort_left(self, key, RECORD, place, &common);
            return Ok(response);
        }
        let content = Source {
            file: &file,
            before,
            size: plan.size,
        };
        let upload = Multipart::new(self, key, common);
        let filling = Filling::new(&content, upload, plan, workers, transfer, place)?;
        filling.run(options.progress)
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
        let path = file::absolute("path", path.as_ref())?;
        let Some(place) = transfer.record_path(self, &[key], &path, "upload") else {
            return Ok(());
        };
        abort_recorded(self, key, RECORD, place, options)
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::io(format!("`path`: cannot read {}", path.display()), cause)
}

/// A file that is uploaded.
struct Source<'u> {
    file: &'u File,
    /// The file before anything of it was read.
    before: Snapshot,
    size: u64,
}

impl Source<'_> {
    fn check_unchanged(&self) -> Result<()> {
        let change = self.before.change(self.file);
        match change.map_err(|cause| Error::io("`path`: reading failed", cause))? {
            None => Ok(()),
            Some(what) => Err(changed(&what)),
        }
    }

    /// An error if `parts`, all of them, are not what the file is now, although its size and time are as they were: programs
    /// can set a time back. Asked only if something about the file was touched, since all of it is read for it.
    fn check_content(&self, parts: &[UploadedPart], common: &Common) -> Result<()> {
        let touched = self.before.was_touched(self.file);
        if !touched.map_err(|cause| Error::io("`path`: reading failed", cause))? {
            return Ok(());
        }
        let Some(sent) = combined(parts) else {
            return Ok(());
        };
        match common.crc_of(self.file, 0, self.size)? == Some(sent) {
            true => Ok(()),
            false => Err(changed(
                "it has the same size and time, but another content",
            )),
        }
    }
}

impl Content for Source<'_> {
    const RECORD: &'static str = RECORD;

    fn describe(&self, checkpoint: Checkpoint) -> Checkpoint {
        checkpoint.with("modified", self.before.modified())
    }

    fn is_right(&self, part: &Part, there: &ListedPart, upload: &Multipart) -> Result<bool> {
        let Some(theirs) = there.crc64 else {
            return Ok(false);
        };
        let ours = upload.common.crc_of(self.file, part.offset, part.length)?;
        Ok(ours == Some(theirs))
    }

    fn send(
        &self,
        part: &Part,
        upload: &Multipart,
        lane: &Lane<'_>,
        limit: Option<&str>,
    ) -> Result<UploadedPart> {
        self.check_unchanged()?;
        let mut options = upload.options();
        if let Some(limit) = limit {
            options = options.header(TRAFFIC_LIMIT, limit.to_owned());
        }
        let body = Body::File {
            file: self.file,
            offset: part.offset,
            length: Some(part.length),
        };
        let response = lane.request(options, |options| {
            let bucket = &upload.bucket;
            bucket.upload_part(&upload.key, &upload.id, part.number, body, options)
        })?;
        Ok(UploadedPart {
            number: part.number,
            etag: response.etag().unwrap_or_default().to_owned(),
            content: response.crc64().map(|crc| (part.length, crc)),
        })
    }

    fn check(&self, parts: &[UploadedPart], upload: &Multipart) -> Result<()> {
        self.check_unchanged()?;
        match parts {
            [] => Ok(()),
            parts => self.check_content(parts, &upload.common),
        }
    }

    fn crc64(&self, upload: &Multipart) -> Result<Option<u64>> {
        upload.common.crc_of(self.file, 0, self.size)
    }

    fn is_lost(&self, error: &Error) -> bool {
        let is_changed = matches!(self.before.change(self.file), Ok(Some(_)));
        is_changed || error.kind() == Kind::ChecksumMismatch
    }
}
