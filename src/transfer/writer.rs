//! An object whose bytes come piece by piece, and nobody knows how many.

use std::io;
use std::sync::Arc;

use super::multipart::{Multipart, lost};
use super::thread::Process;
use super::writers::{Job, Writers};
use super::{Common, TRAFFIC_LIMIT, Transfer, What, plan};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::memory;
use crate::names;
use crate::operations::{Bucket, UploadedPart, combined};
use crate::request::{Options, Response};
use crate::sort::sort_by;

/// Parts may have so many bytes for each worker before fewer of them are held at the same time.
const MEMORY: u64 = 64 * 1024 * 1024;

impl Bucket {
    /// Begins to write the object `key`; sends nothing yet. See [`ObjectWriter`].
    ///
    /// `options` are those of PutObject; headers go where they belong. The timeout and the cancellation are of the whole, up to
    /// the end of [`finish`](ObjectWriter::finish). [`Options::progress`] is refused: [`ObjectWriter::sent`] tells that. A
    /// writer keeps no record: what is not finished cannot be resumed.
    pub fn writer(
        &self,
        key: &str,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<ObjectWriter> {
        names::check_object_key(key)?;
        if options.progress.is_some() {
            return Err(Error::unusable(
                "progress",
                "a writer has none; it tells how much it has sent",
            ));
        }
        transfer.check()?;
        let common = Common::new(&self.client, What::Uploads, options)?;
        let (workers, limit) = common.shared_traffic(&self.client, transfer.checked_workers()?);
        let part_size = plan::next_part(1, 0, transfer.part_size).ok_or_else(lost)?;
        Ok(ObjectWriter {
            upload: Arc::new(Multipart::new(self, key, common)),
            writers: None,
            workers,
            limit,
            first_part_size: transfer.part_size,
            part_size,
            buffer: Vec::new(),
            number: 1,
            shipped: 0,
            parts: Vec::new(),
            sent: 0,
            failed: None,
            process: Process::this(),
        })
    }
}

/// An object that is being written, of any length up to 48.8 TB; from [`Bucket::writer`].
///
/// What fits into one part is stored by one PutObject, at the end; more by a multipart upload, whose parts are sent by as many
/// threads as the [`Transfer`] has workers, while the next one is filled; with one worker by the thread that writes. Parts
/// have the size that the transfer says, at first, and grow with what was written, so that 10,000 of them are enough.
///
/// Memory: one part for each worker, of which one is being filled. Parts that have grown beyond 64 MiB, after some 8 GB, are
/// fewer at a time; when only one is held, it has a 120th of what was written, and at most 5 GiB.
///
/// Nothing is stored unless [`finish`](ObjectWriter::finish) says so. The first error is kept: every later write and
/// `finish` return it, and what came before is deleted. Dropping a writer that was not finished aborts it.
///
/// ```no_run
/// # use alioss::{Bucket, Options, Result, Transfer};
/// # fn example(bucket: &Bucket, mut source: impl std::io::Read) -> Result<(), Box<dyn std::error::Error>> {
/// let mut writer = bucket.writer("backup.tar", &Transfer::new(), &Options::new())?;
/// std::io::copy(&mut source, &mut writer)?;
/// writer.finish()?;
/// # Ok(())
/// # }
/// ```
pub struct ObjectWriter {
    /// Has no id before there is more than one part.
    upload: Arc<Multipart>,
    writers: Option<Writers>,
    workers: usize,
    limit: Option<String>,
    /// As the caller gave it.
    first_part_size: Option<u64>,
    /// Of the part that is being filled.
    part_size: u64,
    buffer: Vec<u8>,
    /// Of the part that is being filled.
    number: u32,
    /// Bytes of the parts before.
    shipped: u64,
    /// Parts that this thread has sent.
    parts: Vec<UploadedPart>,
    sent: u64,
    failed: Option<Error>,
    process: Process,
}

impl std::fmt::Debug for ObjectWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectWriter")
            .field("key", &self.upload.key)
            .field("written", &self.written())
            .finish_non_exhaustive()
    }
}

impl io::Write for ObjectWriter {
    /// Takes bytes; the error, if there is one, holds an [`Error`].
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes).map_err(io::Error::other)
    }

    /// Does nothing: a part is sent when it is full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ObjectWriter {
    /// Bytes that were written.
    pub fn written(&self) -> u64 {
        self.shipped + self.buffer.len() as u64
    }

    /// Bytes that the service has.
    pub fn sent(&self) -> u64 {
        self.sent + self.writers.as_ref().map_or(0, Writers::sent)
    }

    /// Stores the object. Its content is compared with the CRC-64 of what was written.
    pub fn finish(mut self) -> Result<Response> {
        self.end()
    }

    /// Gives the object up: deletes what was sent. The error, if that failed; the parts that may then be left are those of an
    /// upload that nobody completes.
    pub fn abort(mut self) -> Result<()> {
        self.discard()
    }

    /// As [`finish`](Self::finish), for who cannot give the writer away.
    pub(crate) fn end(&mut self) -> Result<Response> {
        self.process.check()?;
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        match self.complete() {
            Ok(response) => {
                self.failed = Some(Error::invalid("the writer was finished already"));
                Ok(response)
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// As [`abort`](Self::abort), likewise.
    pub(crate) fn discard(&mut self) -> Result<()> {
        if let Err(error) = self.process.check() {
            // The other process writes on.
            std::mem::forget(self.writers.take());
            return Err(error);
        }
        self.failed
            .get_or_insert_with(|| Error::invalid("the writer was aborted"));
        self.buffer = Vec::new();
        // Without its threads, nobody else holds the upload.
        self.writers = None;
        match Arc::get_mut(&mut self.upload) {
            Some(upload) => {
                self.failed.iter().for_each(|error| upload.ended_by(error));
                upload.discard()
            }
            None => Err(lost()),
        }
    }

    /// How many of `bytes` were taken; not 0 unless there are none.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<usize> {
        self.process.check()?;
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        self.fill(bytes).map_err(|error| self.fail(error))
    }

    /// What ends the object from outside.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.upload.common.cancel
    }

    /// Ends the object since a piece cannot be taken, unless it is over already; why.
    pub(crate) fn refuse(&mut self, error: Error) -> Error {
        match &self.failed {
            Some(error) => error.clone(),
            None => self.fail(error),
        }
    }

    /// Ends the object with its first error.
    pub(crate) fn fail(&mut self, error: Error) -> Error {
        self.failed = Some(error.clone());
        let _ = self.discard();
        error
    }

    fn fill(&mut self, bytes: &[u8]) -> Result<usize> {
        self.upload.common.check()?;
        if bytes.is_empty() {
            return Ok(0);
        }
        // Only now: what fits into one part is stored by one request.
        if self.buffer.len() as u64 >= self.part_size {
            self.ship()?;
            self.next_part()?;
        }
        let part_size = usize::try_from(self.part_size).unwrap_or(usize::MAX);
        let room = part_size.saturating_sub(self.buffer.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        memory::append_within(&mut self.buffer, taken, part_size)?;
        Ok(taken.len())
    }

    /// The part that is filled goes on its way.
    fn ship(&mut self) -> Result<()> {
        if self.upload.id.is_empty() {
            self.begin()?;
        }
        let job = Job {
            number: self.number,
            bytes: std::mem::take(&mut self.buffer),
        };
        self.shipped += job.bytes.len() as u64;
        self.number += 1;
        if let Some(writers) = &self.writers {
            writers.give(job);
            return Ok(());
        }
        let cancel = &self.upload.common.cancel;
        let part = send(&self.upload, &job, cancel, self.limit.as_deref())?;
        self.parts.push(part);
        self.sent = self.shipped;
        self.buffer = job.bytes;
        self.buffer.clear();
        Ok(())
    }

    fn begin(&mut self) -> Result<()> {
        Arc::get_mut(&mut self.upload).ok_or_else(lost)?.begin()?;
        if self.workers > 1 {
            let (upload, limit) = (Arc::clone(&self.upload), self.limit.clone());
            let send =
                move |job: &Job, cancel: &Cancel| send(&upload, job, cancel, limit.as_deref());
            self.writers = Writers::start(self.workers, Arc::new(send));
        }
        Ok(())
    }

    /// The size of the part that begins now, and memory for it.
    fn next_part(&mut self) -> Result<()> {
        let size = plan::next_part(self.number, self.shipped, self.first_part_size);
        self.part_size = size.ok_or_else(|| {
            Error::invalid("more was written than an object can have: 10000 parts are full")
        })?;
        if let Some(writers) = &self.writers {
            let memory = MEMORY.saturating_mul(self.workers as u64);
            let most = usize::try_from(memory / self.part_size).unwrap_or(usize::MAX);
            let most = most.clamp(1, self.workers);
            self.buffer = writers.buffer(&self.upload.common, most)?;
        }
        Ok(())
    }

    fn complete(&mut self) -> Result<Response> {
        self.upload.common.check()?;
        if self.upload.id.is_empty() {
            let options = self.upload.common.options(|_| true);
            let body = self.buffer.as_slice();
            let response = self
                .upload
                .bucket
                .put_object(&self.upload.key, body, &options)?;
            self.sent = self.buffer.len() as u64;
            return Ok(response);
        }
        if !self.buffer.is_empty() {
            self.ship()?;
        }
        if let Some(writers) = self.writers.take() {
            self.parts = writers.finish(&self.upload.common)?;
        }
        sort_by(&mut self.parts, |a, b| a.number.cmp(&b.number));
        // The service would take a list with gaps for a shorter object.
        if self.parts.len() as u64 + 1 != u64::from(self.number) {
            return Err(lost());
        }
        let response = complete(&self.upload, &mut self.parts, self.shipped)?;
        self.sent = self.shipped;
        // It is not there any more.
        if let Some(upload) = Arc::get_mut(&mut self.upload) {
            upload.id.clear();
        }
        Ok(response)
    }
}

impl Drop for ObjectWriter {
    fn drop(&mut self) {
        let _ = self.discard();
    }
}

/// Sends one part.
fn send(
    upload: &Multipart,
    job: &Job,
    cancel: &Cancel,
    limit: Option<&str>,
) -> Result<UploadedPart> {
    let mut options = upload.options().cancel(cancel);
    if let Some(limit) = limit {
        options = options.header(TRAFFIC_LIMIT, limit);
    }
    let (bytes, number) = (job.bytes.as_slice(), job.number);
    let response = upload
        .bucket
        .upload_part(&upload.key, &upload.id, number, bytes, &options)?;
    Ok(UploadedPart {
        number,
        etag: response.etag().unwrap_or_default().to_owned(),
        content: response.crc64().map(|crc| (bytes.len() as u64, crc)),
    })
}

/// Makes `parts`, which are `size` bytes, the object.
fn complete(upload: &Multipart, parts: &mut [UploadedPart], size: u64) -> Result<Response> {
    for again in [false, true] {
        let error = match upload.complete(parts) {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        if (error.answer_was_lost() || error.code() == "NoSuchUpload")
            && let Ok(Some(response)) = upload.completed(size, combined(parts))
        {
            return Ok(response);
        }
        if again || error.code() != "InvalidPart" || !relist(upload, parts)? {
            return Err(error);
        }
    }
    Err(lost())
}

/// Takes over how the service names the parts; whether it has all of them, with the same content. A late attempt may have
/// replaced a part by the same bytes under another ETag.
fn relist(upload: &Multipart, parts: &mut [UploadedPart]) -> Result<bool> {
    let there = upload.parts()?.unwrap_or_default();
    for part in parts {
        let content = part.content;
        let same = there.iter().find(|there| {
            there.number == part.number
                && content.is_some()
                && there.crc64.map(|crc| (there.size, crc)) == content
        });
        match same {
            Some(same) => part.etag.clone_from(&same.etag),
            None => return Ok(false),
        }
    }
    Ok(true)
}
