//! A large object becomes another one without passing through here, part by part.
//!
//! CopyObject carries headers, metadata and tags of its source; a multipart upload begins without any. So they are asked
//! for and given to the upload, and a copy is the same whatever its size is.

use std::path::{Path, PathBuf};

use super::checkpoint::Checkpoint;
use super::filling::{Content, Filling, abort_left, abort_recorded};
use super::multipart::Multipart;
use super::plan::{Part, Plan};
use super::pool::Lane;
use super::{Common, TRAFFIC_LIMIT, Transfer, What};
use crate::client::answer;
use crate::error::{Error, Kind, Result};
use crate::escape;
use crate::names;
use crate::operations::{Bucket, CopySource, ListedPart, UploadedPart, combined};
use crate::request::{Options, Range, Response};

const RECORD: &str = "alioss-copy 1";

/// Bytes per part if nothing else is asked for: the service needs a second or so for them.
const USUAL_PART: u64 = 64 * 1024 * 1024;

/// Most bytes that CopyObject copies whatever is asked for, such as another storage class.
const ONE_REQUEST: u64 = 1024 * 1024 * 1024;

/// Conditions on the source.
const CONDITION: &str = "x-oss-copy-source-";
const IF_MATCH: &str = "x-oss-copy-source-if-match";

const METADATA_DIRECTIVE: &str = "x-oss-metadata-directive";
const TAGGING_DIRECTIVE: &str = "x-oss-tagging-directive";
const METADATA: &str = "x-oss-meta-";
const TAGGING: &str = "x-oss-tagging";
const CONTENT_TYPE: &str = "content-type";

/// What describes an object besides its metadata.
const DESCRIBING: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    CONTENT_TYPE,
    "expires",
];

impl Bucket {
    /// Makes `key` a copy of `source`, up to 48.8 TB, without its data passing through here: by CopyObject if it fits into one
    /// part (default 64 MiB, see [`Transfer`]), else by UploadPartCopy with several parts under way at the same time.
    ///
    /// The copy has the headers, metadata and tags of the source, or those of `options` if these say so
    /// (`x-oss-metadata-directive: REPLACE`, `x-oss-tagging-directive: Replace`); storage class, access and encryption are
    /// what `options` ask for. The source is asked for first (HeadObject, and GetObjectTagging if a large one has tags), and
    /// has to stay the same: if it changes meanwhile, the result is [`Kind::Conflict`]. The copy is compared with the CRC-64
    /// of the source. Symbolic links and sources in other regions are [`Kind::Unsupported`], before anything is sent.
    ///
    /// There is no local file that a record could be beside, so a copy that failed goes on where it stopped only if
    /// [`Transfer::record_directory`] is given (`.HASH.alioss-copy`); else it leaves nothing.
    /// [`abort_copy_large_object`](Bucket::abort_copy_large_object) gives up what is not to be resumed. The timeout, the
    /// cancellation and the progress of `options` are of the whole; the progress is told on the calling thread, after each
    /// part, and does not go back.
    pub fn copy_large_object<'s>(
        &self,
        key: &str,
        source: impl Into<CopySource<'s>>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Response> {
        let source = source.into();
        let mut common = Common::new(&self.client, What::Other("copy_large_object"), options)?;
        let workers = transfer.checked_workers()?;
        check_arguments(self, key, source, &common)?;
        let origin = Origin::find(self, source, &common)?;
        let plan = Plan::with_usual("source", origin.size, transfer.part_size, USUAL_PART)?;
        let place = record_path(self, key, source, transfer);
        if plan.is_single() && origin.size <= ONE_REQUEST {
            let response = origin.copy_at_once(self, key, &common, options)?;
            // An earlier transfer may have begun with smaller parts, or with a larger source.
            abort_left(self, key, RECORD, place, &common);
            return Ok(response);
        }
        common.headers = origin.headers(self, &common)?;
        let upload = Multipart::new(self, key, common);
        let filling = Filling::new(&origin, upload, plan, workers, transfer, place)?;
        let response = filling.run(options.progress)?;
        origin.compare(self, response)
    }

    /// Gives up what [`copy_large_object`](Bucket::copy_large_object) with the same arguments did not finish: deletes the
    /// parts and the record. It is not an error if there are none.
    pub fn abort_copy_large_object<'s>(
        &self,
        key: &str,
        source: impl Into<CopySource<'s>>,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<()> {
        match record_path(self, key, source.into(), transfer) {
            Some(place) => abort_recorded(self, key, RECORD, place, options),
            None => Ok(()),
        }
    }
}

fn record_path(
    bucket: &Bucket,
    key: &str,
    source: CopySource<'_>,
    transfer: &Transfer,
) -> Option<PathBuf> {
    let from = source.bucket.unwrap_or(bucket.name());
    let version = source.version_id.unwrap_or_default();
    let what = [key, from, source.key, version];
    transfer.record_path(bucket, &what, Path::new(""), "copy")
}

fn check_arguments(
    bucket: &Bucket,
    key: &str,
    source: CopySource<'_>,
    common: &Common,
) -> Result<()> {
    names::check_object_key(key)?;
    source.header(bucket.name())?;
    for name in [METADATA_DIRECTIVE, TAGGING_DIRECTIVE] {
        replaces(common, name)?;
    }
    Ok(())
}

/// Whether the copy gets what `common` says, and not what the source has.
fn replaces(common: &Common, directive: &str) -> Result<bool> {
    match common.header(directive) {
        None => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("copy") => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("replace") => Ok(true),
        Some(value) => Err(Error::refused(
            "header",
            format_args!("{directive:?} is {value:?}"),
            "COPY and REPLACE",
        )),
    }
}

/// An object that is copied.
struct Origin<'s> {
    source: CopySource<'s>,
    /// The bucket it is in.
    bucket: Bucket,
    head: Response,
    etag: String,
    size: u64,
}

impl<'s> Origin<'s> {
    /// Asks for it, and whether it can be copied at all.
    fn find(target: &Bucket, source: CopySource<'s>, common: &Common) -> Result<Origin<'s>> {
        let bucket = match source.bucket {
            Some(name) if name != target.name() => Bucket {
                client: target.client.for_bucket(name)?,
            },
            _ => target.clone(),
        };
        let head = bucket
            .head_object(source.key, &options_for(source, common))
            .map_err(elsewhere)?;
        if head.header("x-oss-object-type") == Some("Symlink") {
            return Err(Error::new(
                Kind::Unsupported,
                format!(
                    "`source`: {:?} is a symbolic link, whose data cannot be copied in parts; name the object that it \
                     leads to, or copy the link itself by CopyObject",
                    source.key
                ),
            ));
        }
        let (Some(size), Some(etag)) = (head.content_length(), head.etag()) else {
            return Err(Error::new(
                Kind::BadResponse,
                "HeadObject of the source: the answer has no length or no ETag",
            ));
        };
        Ok(Origin {
            source,
            bucket,
            etag: etag.to_owned(),
            size,
            head,
        })
    }

    /// By one request, with the headers as they were given.
    fn copy_at_once(
        &self,
        target: &Bucket,
        key: &str,
        common: &Common,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut single = options.clone().header(IF_MATCH, self.etag.as_str());
        single.deadline = common.deadline;
        single.progress = None;
        let copied = target.copy_object(key, self.source, &single);
        let response = self.compare(target, copied.map_err(changed)?)?;
        if let Some(progress) = options.progress {
            // It is done, whatever the answer is.
            let _ = progress(self.size, Some(self.size));
        }
        Ok(response)
    }

    /// What the headers of the upload have to be for the copy to be as CopyObject makes it.
    fn headers(&self, target: &Bucket, common: &Common) -> Result<Vec<(String, String)>> {
        let is_described = |name: &str| DESCRIBING.contains(&name) || name.starts_with(METADATA);
        let replaces_metadata = replaces(common, METADATA_DIRECTIVE)?;
        let replaces_tags = replaces(common, TAGGING_DIRECTIVE)?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in &common.headers {
            let lower = name.to_ascii_lowercase();
            let is_dropped = lower.starts_with(CONDITION)
                || [METADATA_DIRECTIVE, TAGGING_DIRECTIVE].contains(&lower.as_str())
                || (is_described(&lower) && !replaces_metadata)
                || (lower == TAGGING && !replaces_tags);
            if !is_dropped {
                headers.push((lower, value.clone()));
            }
        }
        if !replaces_metadata {
            let described = self.head.headers().iter();
            for (name, value) in described.filter(|(name, _)| is_described(name)) {
                if value.contains(char::REPLACEMENT_CHARACTER) {
                    return Err(not_utf8(name));
                }
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        // Otherwise it would be guessed from the key. CopyObject keeps that of the source, whatever else is replaced.
        if headers.iter().all(|(name, _)| name != CONTENT_TYPE)
            && !target.client.always_sends(CONTENT_TYPE)
        {
            let known = self.head.header(CONTENT_TYPE);
            let known = known.filter(|kind| !kind.contains(char::REPLACEMENT_CHARACTER));
            let kind = known.unwrap_or("application/octet-stream");
            headers.push((CONTENT_TYPE.into(), kind.into()));
        }
        if !replaces_tags && let Some(tags) = self.tags(common)? {
            headers.push((TAGGING.into(), tags));
        }
        Ok(headers)
    }

    /// Its tags as a header has them; `None` if it has none.
    fn tags(&self, common: &Common) -> Result<Option<String>> {
        if matches!(
            self.head.header("x-oss-tagging-count"),
            None | Some("0" | "")
        ) {
            return Ok(None);
        }
        let mut options = options_for(self.source, common);
        options.headers.retain(|(name, _)| !name.starts_with("if-"));
        let answer = self.bucket.get_object_tagging(self.source.key, &options)?;
        let root = answer.root()?;
        let set = root.child("TagSet");
        let tags = set.into_iter().flat_map(|set| set.children_named("Tag"));
        let tags: Vec<String> = tags
            .map(|tag| {
                let text = |name: &str| escape::encode(tag.text_of(name));
                format!("{}={}", text("Key"), text("Value"))
            })
            .collect();
        Ok(Some(tags.join("&")))
    }

    /// `response` if it speaks of the same content, which is then verified.
    fn compare(&self, target: &Bucket, mut response: Response) -> Result<Response> {
        response.verified = false;
        if target.client.checks_crc64()
            && let (Some(ours), Some(theirs)) = (self.head.crc64(), response.crc64())
        {
            if ours != theirs {
                let message = self.difference(theirs);
                return Err(answer::not_proven(
                    Kind::ChecksumMismatch,
                    &response,
                    message,
                ));
            }
            response.verified = true;
        }
        Ok(response)
    }

    fn difference(&self, theirs: u64) -> String {
        format!(
            "the copy is not what its source is: CRC-64 {theirs} instead of {}",
            self.head.crc64().unwrap_or_default()
        )
    }
}

/// Options for asking about the source: its version, and what the caller demands of it.
fn options_for<'o>(source: CopySource<'o>, common: &'o Common) -> Options<'o> {
    let mut options = common.plain_options();
    for (name, value) in &common.headers {
        let lower = name.to_ascii_lowercase();
        if let Some(condition) = lower.strip_prefix(CONDITION) {
            options = options.header(condition.to_owned(), value.as_str());
        }
    }
    match source.version_id {
        Some(version) if !version.is_empty() => options.query("versionId", Some(version)),
        _ => options,
    }
}

/// Headers are texts here: other bytes would be others in the copy.
fn not_utf8(name: &str) -> Error {
    Error::new(
        Kind::Unsupported,
        format!(
            "`source`: its header {name} is not UTF-8, which a copy in parts cannot carry over; give headers and metadata \
             anew, with x-oss-metadata-directive: REPLACE"
        ),
    )
}

/// What it means that the source cannot be asked for.
fn elsewhere(error: Error) -> Error {
    let endpoint = error.service().and_then(|service| {
        let mut details = service.details.iter();
        details.find(|(name, _)| name == "Endpoint").cloned()
    });
    match endpoint {
        Some((_, endpoint)) => {
            let message = format!(
                "`source`: its bucket is in another region ({endpoint}), and the service copies only within one; download \
                 and upload it instead: {error}"
            );
            error.recast(Kind::Unsupported, message)
        }
        None => error,
    }
}

/// What a refused copy means: with our condition, these say that the source is another one.
fn changed(error: Error) -> Error {
    match error.code() {
        "PreconditionFailed" | "NoSuchKey" | "NoSuchVersion" | "InvalidRange" => {
            let message = format!("the source changed while it was copied: {error}");
            error.recast(Kind::Conflict, message).with_retryable(true)
        }
        _ => error,
    }
}

impl Content for Origin<'_> {
    const RECORD: &'static str = RECORD;

    fn describe(&self, checkpoint: Checkpoint) -> Checkpoint {
        checkpoint
            .with("source_bucket", self.bucket.name())
            .with("source_key", self.source.key)
            .with("source_version", self.source.version_id.unwrap_or_default())
            .with("etag", &self.etag)
    }

    /// The record names the ETag that each part was copied on condition of; the whole is compared at the end.
    fn is_right(&self, _: &Part, _: &ListedPart, _: &Multipart) -> Result<bool> {
        Ok(true)
    }

    fn send(
        &self,
        part: &Part,
        upload: &Multipart,
        lane: &Lane<'_>,
        limit: Option<&str>,
    ) -> Result<UploadedPart> {
        let mut options = lane
            .options(upload.options())
            .header(IF_MATCH, self.etag.as_str())
            .range(Range::Bytes(part.offset, part.offset + part.length - 1));
        if let Some(limit) = limit {
            options = options.header(TRAFFIC_LIMIT, limit.to_owned());
        }
        let (key, id) = (&upload.key, &upload.id);
        let copied = upload
            .bucket
            .upload_part_copy(key, id, part.number, self.source, &options);
        let response = copied.map_err(changed)?;
        let root = response.root()?;
        lane.moved(part.length)?;
        Ok(UploadedPart {
            number: part.number,
            etag: root.text_of("ETag").to_owned(),
            content: response.crc64().map(|crc| (part.length, crc)),
        })
    }

    fn check(&self, parts: &[UploadedPart], _: &Multipart) -> Result<()> {
        match (self.head.crc64(), combined(parts)) {
            (Some(ours), Some(theirs)) if ours != theirs && self.bucket.client.checks_crc64() => {
                Err(Error::new(Kind::ChecksumMismatch, self.difference(theirs)))
            }
            _ => Ok(()),
        }
    }

    fn crc64(&self, _: &Multipart) -> Result<Option<u64>> {
        Ok(self.head.crc64())
    }

    fn is_lost(&self, error: &Error) -> bool {
        matches!(error.kind(), Kind::Conflict | Kind::ChecksumMismatch)
    }
}
