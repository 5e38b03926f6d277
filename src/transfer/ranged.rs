//! An object that is fetched by ranges: each has to be of the same object, and all of them together what the service stored.

use std::sync::OnceLock;

use super::plan::Part;
use super::{Common, TRAFFIC_LIMIT};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::operations::{Bucket, Object};
use crate::request::{Range, Response};

/// An object that is fetched by ranges, and has to stay the same.
pub(super) struct RangedObject {
    pub bucket: Bucket,
    pub key: String,
    pub etag: String,
    pub size: u64,
    pub common: Common,
    /// Bandwidth of each connection.
    limit: Option<String>,
    /// CRC-64 of the whole: what HeadObject said, else what comes with the parts.
    crc64: OnceLock<u64>,
}

impl RangedObject {
    /// What `head` tells of; `None` if it tells no size or no ETag.
    pub fn new(
        bucket: &Bucket,
        key: &str,
        common: Common,
        head: &Response,
    ) -> Option<RangedObject> {
        Some(RangedObject {
            bucket: bucket.clone(),
            key: key.to_owned(),
            etag: head.etag()?.to_owned(),
            size: head.content_length()?,
            common,
            limit: None,
            crc64: head.crc64().map_or_else(OnceLock::new, OnceLock::from),
        })
    }

    /// Has so many connections share the bandwidth; how many there may be.
    pub fn share_traffic(&mut self, workers: usize) -> usize {
        let (workers, limit) = self.common.shared_traffic(&self.bucket.client, workers);
        self.limit = limit;
        workers
    }

    /// Asks for one part; the flag ends that.
    pub fn open(&self, part: &Part, cancel: &Cancel) -> Result<Object> {
        let last = part.offset + part.length - 1;
        let mut options = self
            .common
            .options(|name| !name.starts_with("if-") && name != "range" && name != TRAFFIC_LIMIT)
            .cancel(cancel)
            .header("if-match", self.etag.as_str())
            .range(Range::Bytes(part.offset, last));
        if let Some(limit) = &self.limit {
            options = options.header(TRAFFIC_LIMIT, limit.as_str());
        }
        let object = self
            .bucket
            .get_object(&self.key, &options)
            .map_err(changed)?;
        let response = object.response();
        let size = response.content_range().and_then(|(_, size)| size);
        let is_other = size.is_some_and(|size| size != self.size);
        if is_other || response.etag() != Some(self.etag.as_str()) {
            return Err(changed_now());
        }
        if let Some(crc64) = response.crc64() {
            self.crc64.get_or_init(|| crc64);
        }
        Ok(object)
    }

    /// Compares the CRC-64 of what arrived with that of the whole; whether that was possible.
    pub fn check_whole(&self, arrived: u64) -> Result<bool> {
        let expected = self
            .crc64
            .get()
            .filter(|_| self.bucket.client.checks_crc64());
        match expected {
            None => Ok(false),
            Some(expected) if *expected == arrived => Ok(true),
            Some(expected) => Err(Error::new(
                Kind::ChecksumMismatch,
                format!(
                    "what arrived is not what the service stored: CRC-64 {arrived} here, {expected} there"
                ),
            )),
        }
    }
}

/// What a refused part means: with our condition, 412 and 404 say that the object is another one.
fn changed(error: Error) -> Error {
    match error.http_status() {
        404 | 412 | 416 => {
            let message = format!("the object changed while it was downloaded: {error}");
            error.recast(Kind::Conflict, message).with_retryable(true)
        }
        _ => error,
    }
}

/// Whether the service, and not whoever is between, says that the object is another one or is gone.
pub(super) fn is_proven(change: &Error) -> bool {
    let codes = ["PreconditionFailed", "NoSuchKey", "NoSuchVersion"];
    change.kind() == Kind::Conflict && codes.contains(&change.code())
}

fn changed_now() -> Error {
    Error::new(Kind::Conflict, "the object changed while it was downloaded").with_retryable(true)
}
