//! Properties of objects.

use super::bucket::acl_xml;
use super::headers;
use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::Version;

/// The version a request names, which must not be a delete marker, and the id to report.
pub fn named(exchange: &Exchange) -> Result<(std::sync::Arc<Version>, Option<String>)> {
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let version = state.find(&exchange.key, exchange.version_id().as_deref())?;
    if version.is_marker() {
        return Err(marker(exchange));
    }
    let id = state.reported_id(&version);
    Ok((version, id))
}

fn marker(exchange: &Exchange) -> ApiError {
    ApiError::method_not_allowed(&exchange.head.method, "DeleteMarker")
        .header("x-oss-delete-marker", "true")
}

/// Changes the version a request names; returns the id to report.
pub fn change(
    exchange: &Exchange,
    change: impl FnOnce(&mut Version) -> Result<()>,
) -> Result<Option<String>> {
    let bucket = exchange.bucket()?;
    let id = exchange.version_id();
    let (_, reported) =
        exchange
            .shared
            .store
            .update(&bucket, &exchange.key, id.as_deref(), |version, _| {
                if version.is_marker() {
                    Err(marker(exchange))
                } else {
                    change(version)
                }
            })?;
    Ok(reported)
}

pub fn get_acl(exchange: &Exchange) -> Result<Answer> {
    let (version, id) = named(exchange)?;
    Ok(acl_xml(&version.acl).maybe("x-oss-version-id", id))
}

pub fn put_acl(exchange: &Exchange) -> Result<Answer> {
    let acl = headers::object_acl(&exchange.head)?.ok_or_else(|| {
        ApiError::new(400, "MissingArgument", "Missing Some Required Arguments.")
            .detail("ArgumentName", "x-oss-object-acl")
    })?;
    let id = change(exchange, |version| {
        version.acl = acl;
        Ok(())
    })?;
    Ok(Answer::new(200).maybe("x-oss-version-id", id))
}
