//! The multipart upload that a transfer fills: begun, completed, looked for when an answer was lost, and given up.

use std::time::Duration;

use super::Common;
use super::plan::MAX_PARTS;
use crate::error::{Error, Kind, Result};
use crate::operations::{Bucket, ListParts, ListedPart, UploadedPart};
use crate::request::{Options, Response};
use crate::time::Timestamp;

/// Headers that say what happens when the object appears.
const AT_THE_END: [&str; 5] = [
    "x-oss-callback",
    "x-oss-callback-var",
    "x-oss-forbid-overwrite",
    "x-oss-object-acl",
    "x-oss-request-payer",
];

/// Headers of single requests.
const NOT_AT_THE_BEGINNING: [&str; 3] =
    ["x-oss-callback", "x-oss-callback-var", super::TRAFFIC_LIMIT];

/// Headers that the object has as they were given, besides its metadata.
const KEPT: [&str; 5] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-type",
    "x-oss-storage-class",
];

/// How long giving up may take after a failure.
const GIVING_UP: Duration = Duration::from_secs(10);

/// The same if the transfer was cancelled or its time is over: somebody waits for its end.
const GIVING_UP_AT_ONCE: Duration = Duration::from_secs(2);

/// An upload in parts, by whoever fills it.
pub(super) struct Multipart {
    pub bucket: Bucket,
    pub key: String,
    pub common: Common,
    /// Empty before there is one.
    pub id: String,
    /// When it began, by the service's clock; what is older was not stored by it.
    pub begun: Option<Timestamp>,
    /// Whether somebody waits for the end: it was cancelled, or its time is over.
    hurries: bool,
}

impl Multipart {
    pub fn new(bucket: &Bucket, key: &str, common: Common) -> Multipart {
        Multipart {
            bucket: bucket.clone(),
            key: key.to_owned(),
            common,
            id: String::new(),
            begun: None,
            hurries: false,
        }
    }

    /// Options that every request can have.
    pub fn options(&self) -> Options<'_> {
        self.common.plain_options()
    }

    /// Begins the upload.
    pub fn begin(&mut self) -> Result<()> {
        let options = self
            .common
            .options(|name| !NOT_AT_THE_BEGINNING.contains(&name));
        let (response, id) = self.bucket.initiate_multipart_upload(&self.key, &options)?;
        drop(options);
        self.id = id;
        self.begun = response.date();
        Ok(())
    }

    /// The parts that the service has; `None` if it does not know the upload any more.
    pub fn parts(&self) -> Result<Option<Vec<ListedPart>>> {
        let list = ListParts {
            key: self.key.clone(),
            upload_id: self.id.clone(),
            ..ListParts::default()
        };
        let options = self.options();
        let mut parts = Vec::new();
        for part in self.bucket.list_parts(list, &options) {
            match part {
                Err(error) if error.code() == "NoSuchUpload" => return Ok(None),
                part => parts.push(part?),
            }
            if parts.len() as u64 > MAX_PARTS {
                return Err(Error::new(
                    Kind::BadResponse,
                    format!("ListParts: more than {MAX_PARTS} parts were listed"),
                ));
            }
        }
        Ok(Some(parts))
    }

    /// Makes `parts` the object. What is repeated after all was done finds no upload any more: then, and if the answer is lost,
    /// [`completed`](Self::completed) tells.
    pub fn complete(&self, parts: &[UploadedPart]) -> Result<Response> {
        let mut options = self.common.options(|name| AT_THE_END.contains(&name));
        options.is_repeatable = true;
        let completed = self
            .bucket
            .complete_multipart_upload(&self.key, &self.id, parts, &options);
        completed.map_err(|error| match error.code() {
            "NoSuchUpload" if error.answer_was_lost() => {
                let message = format!(
                    "the answer of an earlier attempt was lost, and another upload could replace what somebody else has \
                     stored since: {error}"
                );
                error.recast(Kind::Network, message).with_retryable(false)
            }
            _ => error,
        })
    }

    /// Whether the upload that is gone, or whose answer was lost, has become the object, by its size and CRC-64. Others may
    /// have stored the same content: an object that is older than the upload, was not stored in parts or does not have the
    /// headers that were asked for has nothing to do with it. An error if the service cannot be asked now.
    pub fn completed(&self, size: u64, crc64: Option<u64>) -> Result<Option<Response>> {
        let options = self.options();
        let head = match self.bucket.head_object(&self.key, &options) {
            Ok(head) => head,
            // Whoever may write need not be allowed to read; then nobody knows.
            Err(error) if matches!(error.http_status(), 400..=499) && !error.is_retryable() => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let is_new = match (self.begun, head.last_modified()) {
            (Some(begun), Some(modified)) => modified >= begun,
            _ => true,
        };
        let is_same = is_new
            && head.header("x-oss-object-type") == Some("Multipart")
            && self.common.headers.iter().all(|header| has(&head, header))
            && head.content_length() == Some(size)
            && head.crc64().is_some()
            && head.crc64() == crc64;
        Ok(is_same.then_some(Response {
            verified: true,
            ..head
        }))
    }

    /// Takes in why it ended, before it is deleted.
    pub fn ended_by(&mut self, error: &Error) {
        self.hurries = matches!(error.kind(), Kind::Cancelled | Kind::Timeout);
    }

    /// Deletes the upload, if there is one, in a time of its own.
    pub fn discard(&mut self) -> Result<()> {
        let id = std::mem::take(&mut self.id);
        self.abort(&id)
    }

    /// Deletes the upload `id` of this key, likewise.
    pub fn abort(&self, id: &str) -> Result<()> {
        if id.is_empty() {
            return Ok(());
        }
        let options = in_time_of_its_own(&self.common, self.hurries);
        match self.bucket.abort_multipart_upload(&self.key, id, &options) {
            Err(error) if error.code() != "NoSuchUpload" => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether the object whose headers are `head` has what the upload was asked to give it.
fn has(head: &Response, (name, value): &(String, String)) -> bool {
    let name = name.to_ascii_lowercase();
    let is_kept = KEPT.contains(&name.as_str()) || name.starts_with("x-oss-meta-");
    let found = head.header(&name).unwrap_or_default();
    !is_kept || found.trim() == value.trim()
}

/// Options for giving something up.
pub(super) fn in_time_of_its_own(common: &Common, hurries: bool) -> Options<'_> {
    let time = match hurries {
        false => GIVING_UP,
        true => GIVING_UP_AT_ONCE,
    };
    let mut options = common.plain_options();
    options.deadline = None;
    options.cancel = None;
    options.timeout(time)
}

pub(super) fn lost() -> Error {
    Error::new(
        Kind::Bug,
        "a defect of alioss, please report it: a part of a transfer was lost",
    )
}
