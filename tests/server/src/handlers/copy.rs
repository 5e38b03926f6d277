//! Copying objects. Pieces are immutable, so a copy shares them with its source.

use std::sync::Arc;

use super::headers::{self, Verdict};
use super::overwrite;
use crate::address;
use crate::answer::Answer;
use crate::auth::policy;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::percent;
use crate::store::{Kind, Version};
use crate::xml::Writer;

/// The object that `x-oss-copy-source` names, if the conditions on it hold; and its id to report.
pub fn source(exchange: &Exchange) -> Result<(Arc<Version>, Option<String>, String)> {
    let text = exchange
        .head
        .header("x-oss-copy-source")
        .unwrap_or_default()
        .into_owned();
    let invalid = || {
        ApiError::argument(
            "x-oss-copy-source",
            &text,
            "Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.",
        )
    };
    let (path, id) = match text.split_once("?versionId=") {
        Some((path, id)) => (path, Some(id)),
        None => (text.as_str(), None),
    };
    // Decoded before the split: some clients escape the slash behind the bucket, too.
    let decoded = percent::decode(path.as_bytes());
    let decoded = decoded.strip_prefix(b"/").unwrap_or(&decoded);
    let slash = decoded
        .iter()
        .position(|&byte| byte == b'/')
        .ok_or_else(invalid)?;
    let name = std::str::from_utf8(&decoded[..slash]).map_err(|_| invalid())?;
    let key = address::object_key(&decoded[slash + 1..])
        .ok_or_else(|| ApiError::object_name(&String::from_utf8_lossy(&decoded[slash + 1..])))?;

    let bucket = exchange.shared.store.bucket(name)?;
    policy::check(exchange, &bucket, "GetObject", key)?;
    let state = bucket.lock();
    let mut version = state.find(key, id)?;
    if version.is_marker() {
        return Err(ApiError::new(
            400,
            "InvalidArgument",
            "The source of a copy must not be a delete marker.",
        )
        .detail("ArgumentName", "x-oss-copy-source"));
    }
    let reported = state.reported_id(&version);
    version = state.target_of(&version)?;
    let frozen = state.is_frozen(&version, exchange.now_ms);
    drop(state);
    if version.key != key {
        policy::check(exchange, &bucket, "GetObject", &version.key)?;
    }
    match headers::conditions(
        &exchange.head,
        "x-oss-copy-source-",
        &version.etag,
        version.modified_ms,
    ) {
        Verdict::Proceed => {}
        Verdict::Failed(condition) => return Err(ApiError::precondition(condition)),
        Verdict::NotModified => {
            return Err(ApiError::new(304, "NotModified", "Not Modified")
                .header("etag", format!("\"{}\"", version.etag)));
        }
    }
    if frozen {
        return Err(ApiError::new(
            403,
            "InvalidObjectState",
            "The operation is not valid for the object's state.",
        )
        .detail("ObjectName", key));
    }
    Ok((version, reported, name.to_owned()))
}

fn directive(exchange: &Exchange, name: &'static str) -> Result<bool> {
    match exchange.head.header(name) {
        None => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("copy") => Ok(false),
        Some(value) if value.eq_ignore_ascii_case("replace") => Ok(true),
        Some(value) => Err(ApiError::argument(
            name,
            value,
            format!("The {name} you specified is invalid."),
        )),
    }
}

/// Even where all else is replaced, a copy for which no type is named has that of its source.
fn keep_type(source: &Version, version: &mut Version) {
    if let Some(kind) = source.header("content-type")
        && version.header("content-type").is_none()
    {
        let kind = ("content-type".to_owned(), kind.to_owned());
        version.headers.push(kind);
    }
}

/// How a client has encrypted the bytes that are copied: stays with them, unless a replacement says it anew.
fn keep_client_encryption(source: &Version, version: &mut Version) {
    for (name, value) in &source.headers {
        let stays = name.starts_with("x-oss-meta-client-side-encryption-");
        if stays && version.header(name).is_none() {
            version.headers.push((name.clone(), value.clone()));
        }
    }
}

pub fn copy(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    headers::traffic_limit(&exchange.head)?;
    let replace_metadata = directive(exchange, "x-oss-metadata-directive")?;
    let replace_tags = directive(exchange, "x-oss-tagging-directive")?;
    let (source, source_id, _) = source(exchange)?;

    let mut version = Version::new(&exchange.key, Kind::Normal, exchange.now_ms);
    {
        let state = bucket.lock();
        headers::describe(&exchange.head, &mut version, &state.settings.storage_class)?;
        overwrite::check(exchange, &state)?;
        if replace_metadata {
            keep_type(&source, &mut version);
            keep_client_encryption(&source, &mut version);
        } else {
            // How the source is encrypted does not come along.
            let kept = version.headers.into_iter();
            let kept = kept.filter(|(name, _)| headers::is_encryption(name));
            let copied = source.headers.iter().cloned();
            let copied = copied.filter(|(name, _)| !headers::is_encryption(name));
            version.headers = copied.chain(kept).collect();
        }
        super::default_encryption(&state.settings, &mut version);
    }
    if !replace_tags {
        version.tags.clone_from(&source.tags);
    }
    if source.kind == Kind::Multipart {
        version.kind = Kind::Multipart;
    }
    version.size = source.size;
    version.etag.clone_from(&source.etag);
    version.crc = source.crc;
    version.md5.clone_from(&source.md5);
    version.body = source.body.clone();
    let (version, id) = exchange
        .shared
        .store
        .put(&bucket, version, |state| overwrite::check(exchange, state))?;

    let mut xml = Writer::new("CopyObjectResult");
    xml.text("ETag", &format!("\"{}\"", version.etag))
        .text("LastModified", &clock::iso_date(version.modified_ms));
    let answer = Answer::xml(xml.finish())
        .header("etag", format!("\"{}\"", version.etag))
        .header("x-oss-hash-crc64ecma", version.crc.to_string())
        .maybe("x-oss-version-id", id)
        .maybe("x-oss-copy-source-version-id", source_id);
    Ok(super::with_encryption(answer, &version))
}
