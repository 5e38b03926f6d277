//! What names are legal, and what strangers may do.

use crate::address;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::State;

/// Bucket and key of a request, by the naming rules. Sets the key.
pub fn check_names(exchange: &mut Exchange) -> Result<()> {
    if let Some(bucket) = &exchange.head.place.bucket
        && !address::is_bucket_name(bucket)
    {
        return Err(ApiError::new(
            400,
            "InvalidBucketName",
            "The specified bucket is not valid.",
        )
        .detail("BucketName", bucket));
    }
    if let Some(key) = &exchange.head.place.key {
        let valid = address::object_key(key).ok_or_else(|| {
            ApiError::new(
                400,
                "InvalidObjectName",
                "The specified object is not valid.",
            )
            .detail("ObjectName", String::from_utf8_lossy(key))
        })?;
        exchange.key = valid.to_owned();
    }
    Ok(())
}

/// Whoever signed owns everything here; others are judged by the ACLs.
pub fn check_access(exchange: &Exchange) -> Result<()> {
    if exchange.is_signed() || matches!(exchange.operation, "OptionObject" | "PostObject") {
        return Ok(());
    }
    if exchange.head.place.bucket.is_none() {
        return Err(
            ApiError::denied("Anonymous access is forbidden for this operation.")
                .ec("0003-00000001"),
        );
    }
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let reads = matches!(
        exchange.operation,
        "GetObject"
            | "HeadObject"
            | "GetObjectMeta"
            | "GetSymlink"
            | "ListObjects"
            | "ListObjectsV2"
            | "GetObjectTagging"
            | "SelectObject"
    );
    let writes = matches!(
        exchange.operation,
        "PutObject"
            | "CopyObject"
            | "AppendObject"
            | "DeleteObject"
            | "DeleteMultipleObjects"
            | "PutSymlink"
            | "InitiateMultipartUpload"
            | "UploadPart"
            | "UploadPartCopy"
            | "CompleteMultipartUpload"
            | "AbortMultipartUpload"
            | "ListParts"
            | "ListMultipartUploads"
    );
    if reads && may_read(&state, &exchange.key, exchange.version_id().as_deref())
        || writes && may_write(&state, &exchange.key)
    {
        return Ok(());
    }
    let what = if exchange.key.is_empty() {
        "bucket"
    } else {
        "object"
    };
    Err(ApiError::denied(format!(
        "You have no right to access this {what} because of bucket acl."
    ))
    .ec("0003-00000001"))
}

fn acl<'a>(state: &'a State, key: &str, id: Option<&str>) -> std::borrow::Cow<'a, str> {
    match state.find(key, id) {
        Ok(version) if version.acl != "default" => version.acl.clone().into(),
        _ => state.settings.acl.as_str().into(),
    }
}

fn may_read(state: &State, key: &str, id: Option<&str>) -> bool {
    acl(state, key, id).starts_with("public-read")
}

/// Whether strangers may store under this key; form uploads ask this too.
pub fn may_write(state: &State, key: &str) -> bool {
    acl(state, key, None) == "public-read-write"
}
