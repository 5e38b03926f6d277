//! Reading objects and their headers.

use std::sync::Arc;

use super::compress;
use super::headers::{self, Range, Verdict};
use crate::answer::Answer;
use crate::auth::policy;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::{Kind, Version};

/// Query parameter and the header it replaces.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-content-type", "content-type"),
    ("response-content-language", "content-language"),
    ("response-expires", "expires"),
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
];

/// What is read: an object, or what a symbolic link points to.
struct Found {
    /// The version that was named; its headers are the ones to show.
    named: Arc<Version>,
    /// The one that has the bytes.
    target: Arc<Version>,
    id: Option<String>,
    /// It has to be restored before it can be read.
    frozen: bool,
}

fn find(exchange: &Exchange) -> Result<Found> {
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let id = exchange.version_id();
    let named = state.find(&exchange.key, id.as_deref())?;
    if named.is_marker() {
        return Err(
            ApiError::method_not_allowed(&exchange.head.method, "DeleteMarker")
                .header("x-oss-delete-marker", "true")
                .header("x-oss-version-id", &named.id)
                .header("allow", "DELETE"),
        );
    }
    let reported = state.reported_id(&named);
    let target = state.target_of(&named)?;
    let frozen = state.is_frozen(&target, exchange.now_ms);
    drop(state);
    if named.kind == Kind::Symlink {
        // Who may follow the link need not be one who may read what it leads to.
        policy::check(exchange, &bucket, "GetObject", &target.key)?;
    }
    Ok(Found {
        named,
        target,
        id: reported,
        frozen,
    })
}

/// Headers of an object, with the length of all of it.
fn describe(found: &Found, now_ms: i64) -> Answer {
    let Found {
        named, target, id, ..
    } = found;
    let mut answer = Answer::new(200)
        .header("etag", format!("\"{}\"", target.etag))
        .header("last-modified", clock::http_date(target.modified_ms))
        .header("accept-ranges", "bytes")
        .header("x-oss-object-type", named.kind.name())
        .header("x-oss-storage-class", &named.storage_class)
        .header("x-oss-hash-crc64ecma", target.crc.to_string())
        .maybe("content-md5", target.md5.clone())
        .maybe("x-oss-version-id", id.clone());
    answer.headers.extend(
        named
            .headers
            .iter()
            .map(|(name, value)| (name.clone().into(), value.clone())),
    );
    if !answer.has("content-type") {
        answer = answer.header("content-type", "application/octet-stream");
    }
    if !named.tags.is_empty() {
        answer = answer.header("x-oss-tagging-count", named.tags.len().to_string());
    }
    if named.kind == Kind::Appendable {
        answer = answer.header("x-oss-next-append-position", named.size.to_string());
    }
    if let Some(sealed) = named.sealed_ms {
        answer = answer.header("x-oss-sealed-time", clock::http_date(sealed));
    }
    if let Some((from, until)) = named.restored {
        if now_ms < from {
            answer = answer.header("x-oss-restore", "ongoing-request=\"true\"");
        } else if now_ms < until {
            answer = answer.header(
                "x-oss-restore",
                format!(
                    "ongoing-request=\"false\", expiry-date=\"{}\"",
                    clock::http_date(until)
                ),
            );
        }
    }
    answer
}

fn check_conditions(exchange: &Exchange, version: &Version) -> Result<()> {
    match headers::conditions(&exchange.head, "", &version.etag, version.modified_ms) {
        Verdict::Proceed => Ok(()),
        Verdict::Failed(condition) => Err(ApiError::precondition(condition)),
        Verdict::NotModified => Err(ApiError::new(304, "NotModified", "Not Modified")
            .header("etag", format!("\"{}\"", version.etag))
            .header("last-modified", clock::http_date(version.modified_ms))),
    }
}

pub fn get(exchange: &Exchange) -> Result<Answer> {
    let limit = headers::traffic_limit(&exchange.head)?;
    let found = find(exchange)?;
    if let Some(process) = exchange
        .query("x-oss-process")
        .filter(|process| !process.is_empty())
    {
        return Err(ApiError::not_implemented("x-oss-process").detail("Process", process));
    }
    check_conditions(exchange, &found.target)?;
    if found.frozen {
        return Err(ApiError::new(
            403,
            "InvalidObjectState",
            "The operation is not valid for the object's state.",
        )
        .detail("ObjectName", &exchange.key)
        // The sum is that of the object, as if it were there: clients that compare it with what came see that it is not.
        .header("x-oss-hash-crc64ecma", found.target.crc.to_string()));
    }
    let mut answer = describe(&found, exchange.now_ms);
    answer.speed = limit.map(|bits| bits / 8);
    for (parameter, header) in OVERRIDES {
        let Some(value) = exchange.query(parameter).filter(|value| !value.is_empty()) else {
            continue;
        };
        if !exchange.is_signed() {
            return Err(ApiError::new(
                400,
                "InvalidRequest",
                "Overriding response headers needs a signed request.",
            )
            .detail("ArgumentName", parameter));
        }
        answer.set(header, value);
    }
    found.target.body.check()?;
    let size = found.target.size;
    let standard = exchange
        .head
        .header("x-oss-range-behavior")
        .is_some_and(|value| value == "standard");
    match headers::range(exchange.head.header("range").as_deref(), size, standard) {
        Range::Whole if compress::is_wanted(&exchange.head, &answer, size) => {
            compress::pack(answer, &found.target.body)
        }
        Range::Whole => Ok(answer.range(&found.target.body, 0, size)),
        Range::Part(first, last) => {
            answer.status = 206;
            Ok(answer
                .header("content-range", format!("bytes {first}-{last}/{size}"))
                .range(&found.target.body, first, last - first + 1))
        }
        Range::Unsatisfiable => Err(ApiError::new(
            416,
            "InvalidRange",
            "The requested range cannot be satisfied.",
        )
        .detail("ActualObjectSize", size.to_string())
        .detail(
            "RangeRequested",
            exchange.head.header("range").unwrap_or_default(),
        )
        .header("content-range", format!("bytes */{size}"))
        .ec("0016-00000817")),
    }
}

pub fn head(exchange: &Exchange) -> Result<Answer> {
    let found = find(exchange)?;
    check_conditions(exchange, &found.target)?;
    let mut answer = describe(&found, exchange.now_ms);
    answer.announced = Some(found.target.size);
    Ok(answer)
}

pub fn meta(exchange: &Exchange) -> Result<Answer> {
    let found = find(exchange)?;
    let mut answer = Answer::new(200)
        .header("etag", format!("\"{}\"", found.target.etag))
        .header("last-modified", clock::http_date(found.target.modified_ms))
        .header("x-oss-hash-crc64ecma", found.target.crc.to_string())
        .maybe("x-oss-version-id", found.id.clone());
    let monitored = exchange
        .bucket()?
        .lock()
        .settings
        .documents
        .get("accessmonitor")
        .is_some_and(|document| document.contains("<Status>Enabled</Status>"));
    if monitored {
        answer.set(
            "x-oss-last-access-time",
            clock::http_date(found.target.modified_ms),
        );
    }
    answer.announced = Some(if exchange.head.method == "HEAD" {
        found.target.size
    } else {
        0
    });
    Ok(answer)
}
