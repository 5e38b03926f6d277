//! Multipart uploads that nobody finishes: their parts are stored and billed until somebody deletes them.

use std::time::Duration;

use crate::error::{Error, Kind, Result};
use crate::operations::{Bucket, ListMultipartUploads, ListedUpload, Pager};
use crate::request::{Options, Response};

/// What [`Bucket::abort_uploads_before`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AbortedUploads {
    /// Uploads that were deleted.
    pub aborted: u64,
    /// Uploads that were not old enough.
    pub kept: u64,
}

/// Uploads that began before some time, page by page.
pub(crate) struct UploadsBefore {
    pager: Pager<ListMultipartUploads>,
    /// In seconds since 1970, by the service's clock.
    before: i64,
    /// How many began later.
    pub later: u64,
}

impl UploadsBefore {
    /// Fetches the first page, whose answer tells what time it is.
    pub fn open(
        bucket: &Bucket,
        prefix: &str,
        age: Duration,
        options: &Options<'_>,
    ) -> Result<(UploadsBefore, Response)> {
        let mut pager = bucket.upload_pager(ListMultipartUploads {
            prefix: prefix.to_owned(),
            ..ListMultipartUploads::default()
        });
        let response = pager.fetch(options)?;
        let now = response.date().ok_or_else(|| {
            Error::new(
                Kind::BadResponse,
                "ListMultipartUploads: the answer has no Date, so nobody knows how old uploads are",
            )
        })?;
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let before = now.0.saturating_sub(age);
        let uploads = UploadsBefore {
            pager,
            before,
            later: 0,
        };
        Ok((uploads, response))
    }

    /// The next one; `None` after the last. What the service gives no time for is not old.
    pub fn next(&mut self, options: &Options<'_>) -> Result<Option<ListedUpload>> {
        while let Some(entry) = self.pager.next_item(options)? {
            if is_old(&entry, self.before) {
                return Ok(Some(entry));
            }
            self.later += 1;
        }
        Ok(None)
    }

    /// Whether [`UploadsBefore::next`] need not ask the service.
    pub fn is_ready(&self) -> bool {
        self.pager.is_ready(&|entry| is_old(entry, self.before))
    }
}

/// Whether an upload began `before` or earlier.
fn is_old(entry: &ListedUpload, before: i64) -> bool {
    matches!(entry, ListedUpload::Upload { initiated: Some(begun), .. } if begun.0 <= before)
}

impl Bucket {
    /// ListMultipartUploads of keys that begin with `prefix` (empty: all), but only those that began `age` ago or earlier, by
    /// the service's clock. Pages are fetched as the iterator moves.
    pub fn list_uploads_before<'a>(
        &self,
        prefix: &str,
        age: Duration,
        options: &'a Options<'a>,
    ) -> Result<impl Iterator<Item = Result<ListedUpload>> + use<'a>> {
        let (mut uploads, _) = UploadsBefore::open(self, prefix, age, options)?;
        let mut failed = false;
        Ok(std::iter::from_fn(move || {
            if failed {
                return None;
            }
            let next = uploads.next(options).transpose();
            failed = matches!(next, Some(Err(_)));
            next
        }))
    }

    /// AbortMultipartUpload of all uploads of keys that begin with `prefix` (empty: of the whole bucket) and that began `age`
    /// ago or earlier, by the service's clock. Choose an age that no running transfer reaches. Uploads that somebody else
    /// finishes meanwhile are no errors; any other failure ends this, and says how many were aborted before. The timeout is of
    /// the whole.
    pub fn abort_uploads_before(
        &self,
        prefix: &str,
        age: Duration,
        options: &Options<'_>,
    ) -> Result<AbortedUploads> {
        let mut counts = AbortedUploads::default();
        self.abort_uploads(prefix, age, options, &mut counts)
            .map_err(|error| match counts.aborted {
                0 => error,
                count => error.with_note(&format!("{count} uploads were aborted before")),
            })?;
        Ok(counts)
    }

    /// As [`abort_uploads_before`](Self::abort_uploads_before); `counts` is right after a failure, too.
    pub(crate) fn abort_uploads(
        &self,
        prefix: &str,
        age: Duration,
        options: &Options<'_>,
        counts: &mut AbortedUploads,
    ) -> Result<Response> {
        let deadline = match options.deadline {
            Some(deadline) => Some(deadline),
            None => self.client.deadline(options)?,
        };
        let options = Options {
            deadline,
            ..options.clone()
        };
        let (mut uploads, response) = UploadsBefore::open(self, prefix, age, &options)?;
        while let Some(upload) = uploads.next(&options)? {
            counts.kept = uploads.later;
            let ListedUpload::Upload { key, upload_id, .. } = upload else {
                continue;
            };
            match self.abort_multipart_upload(&key, &upload_id, &options) {
                Err(error) if error.code() == "NoSuchUpload" => {}
                aborted => {
                    aborted?;
                    counts.aborted += 1;
                }
            }
        }
        counts.kept = uploads.later;
        Ok(response)
    }
}
