//! Texts are packed for who takes them so: the length and the ETag of the object are not those of what is sent then.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::request::Head;
use crate::store::body::Body;

const TYPES: [&str; 9] = [
    "application/javascript",
    "application/json",
    "application/rss+xml",
    "application/x-javascript",
    "text/cache-manifest",
    "text/css",
    "text/json",
    "text/plain",
    "text/xml",
];

/// The smallest object that is worth it for the service.
const SMALLEST: u64 = 1024;
/// What is packed stands in memory as a whole.
const LARGEST: u64 = 8 << 20;

/// Whether an object of this size is packed for this request.
pub fn is_wanted(head: &Head, answer: &Answer, size: u64) -> bool {
    let takes = |value: &str| {
        let mut codings = value.split(',').map(|one| one.trim().to_ascii_lowercase());
        codings.any(|one| one == "gzip" || one.starts_with("gzip;") && !one.ends_with("q=0"))
    };
    let kind = answer
        .headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .map(|(_, kind)| kind.split(';').next().unwrap_or_default().trim());
    head.method == "GET"
        && head
            .header("accept-encoding")
            .is_some_and(|value| takes(&value))
        && !head.headers.contains_key("range")
        && !answer.has("content-encoding")
        && kind.is_some_and(|kind| TYPES.contains(&kind))
        && (SMALLEST..=LARGEST).contains(&size)
}

/// The answer with the packed object.
pub fn pack(mut answer: Answer, body: &Body) -> Result<Answer> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let mut outcome = Ok(());
    body.each_block(|block| {
        if outcome.is_ok() {
            outcome = packer.write_all(block);
        }
    })?;
    let packed = outcome
        .and_then(|()| packer.finish())
        .map_err(ApiError::from)?;
    answer.remove("etag");
    answer.remove("content-md5");
    answer.chunked = true;
    Ok(answer
        .header("content-encoding", "gzip")
        .header("vary", "Accept-Encoding")
        .bytes(packed))
}
