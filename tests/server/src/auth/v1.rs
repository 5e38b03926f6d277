//! V1 signatures: HMAC-SHA1 over a short text.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{
    Identity, Verifier, header_lines, joined, mismatch, missing_date, parse_date, unreadable_date,
};
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::options::Credential;
use crate::request::Head;

/// Parameters that every client signs.
const SHORT: &[&str] = &[
    "acl",
    "append",
    "bucketInfo",
    "callback",
    "callback-var",
    "cloudboxes",
    "continuation-token",
    "delete",
    "location",
    "objectMeta",
    "partNumber",
    "position",
    "regionList",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "security-token",
    "sequential",
    "stat",
    "symlink",
    "tagging",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
];

/// Parameters that the service signs too, but not every client.
const LONG: &[&str] = &[
    "MetaQuery",
    "accessPoint",
    "accessPointConfigForObjectProcess",
    "accessPointForObjectProcess",
    "accessPointPolicy",
    "accessPointPolicyForObjectProcess",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "cleanRestoredObject",
    "cname",
    "comp",
    "cors",
    "dataPipeline",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "legalHold",
    "lifecycle",
    "link",
    "live",
    "logging",
    "metaQuery",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "objectInfo",
    "objectWorm",
    "overwriteConfig",
    "policy",
    "policyStatus",
    "processConfiguration",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "qosRequester",
    "quota",
    "redundancyTransition",
    "referer",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "responseHeader",
    "retention",
    "rtc",
    "seal",
    "startTime",
    "status",
    "style",
    "styleName",
    "transferAcceleration",
    "udf",
    "udfApplication",
    "udfApplicationLog",
    "udfId",
    "udfImage",
    "udfImageDesc",
    "udfName",
    "userDefinedLogFieldsConfig",
    "vip",
    "vod",
    "vpcip",
    "website",
    "withHashContext",
    "worm",
    "wormExtend",
    "wormId",
];

pub(super) fn sign(secret: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(text);
    crate::base64(mac.finalize().into_bytes())
}

pub(super) fn header(verifier: &Verifier<'_>, head: &Head, fields: &str) -> Result<Identity> {
    let Some((id, signature)) = fields.rsplit_once(':') else {
        return Err(ApiError::argument(
            "Authorization",
            fields,
            "Authorization header is invalid.",
        ));
    };
    let date = head
        .header("x-oss-date")
        .or_else(|| head.header("date"))
        .ok_or_else(missing_date)?;
    let seconds = parse_date(&date).ok_or_else(|| unreadable_date(&date))?;
    verifier.check_skew(seconds.saturating_mul(1000))?;
    let known = verifier.credential(id)?;
    // Two official clients send the token under its old name, unsigned.
    let token = head
        .header("x-oss-security-token")
        .or_else(|| head.header("security-token"));
    verifier.check_token(&known, token.as_deref())?;

    // Two official clients always put `Date` on the line, even next to an `x-oss-date`.
    let plain = head.header("date").unwrap_or_else(|| date.clone());
    check(head, &[date.trim(), plain.trim()], id, signature, &known)
}

pub(super) fn url(verifier: &Verifier<'_>, head: &Head) -> Result<Identity> {
    let missing = |name: &str| {
        ApiError::denied(format!(
            "Query-string authentication requires the {name} parameter."
        ))
    };
    let id = head
        .query
        .get("OSSAccessKeyId")
        .ok_or_else(|| missing("OSSAccessKeyId"))?;
    let signature = head
        .query
        .get("Signature")
        .ok_or_else(|| missing("Signature"))?;
    let expires = head
        .query
        .get("Expires")
        .ok_or_else(|| missing("Expires"))?;
    let until: i64 = expires.parse().map_err(|_| {
        ApiError::denied("Invalid date (should be seconds since epoch).")
            .detail("Expires", expires.clone())
            .ec("0002-00000070")
    })?;
    if verifier.now_ms > until.saturating_mul(1000) {
        return Err(ApiError::denied("Request has expired.")
            .detail(
                "Expires",
                clock::iso_date(until.clamp(0, 253_402_300_799) * 1000),
            )
            .detail("ServerTime", clock::iso_date(verifier.now_ms)));
    }
    let known = verifier.credential(&id)?;
    let token = head
        .query
        .get("security-token")
        .or_else(|| head.header("x-oss-security-token"));
    verifier.check_token(&known, token.as_deref())?;
    check(head, &[&expires], &id, &signature, &known)
}

/// The whole list of parameters is tried first; some clients know only the short one.
fn check(
    head: &Head,
    dates: &[&str],
    id: &str,
    signature: &str,
    known: &Credential,
) -> Result<Identity> {
    for date in dates {
        for long in [true, false] {
            if sign(&known.secret, &string_to_sign(head, date, long)) == signature {
                return Ok(Identity::of(known));
            }
        }
    }
    Err(mismatch(
        id,
        signature,
        &string_to_sign(head, dates[0], true),
    ))
}

fn string_to_sign(head: &Head, date: &str, long: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(head.method.as_bytes());
    out.push(b'\n');
    for name in ["content-md5", "content-type"] {
        out.extend_from_slice(&joined(&head.headers, name));
        out.push(b'\n');
    }
    out.extend_from_slice(date.as_bytes());
    out.push(b'\n');

    let mut names: Vec<&str> = head
        .headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| name.starts_with("x-oss-"))
        .collect();
    names.sort_unstable();
    out.extend_from_slice(&header_lines(&head.headers, names.into_iter()));

    out.push(b'/');
    if let Some(bucket) = &head.place.bucket {
        out.extend_from_slice(bucket.as_bytes());
        out.push(b'/');
        out.extend_from_slice(head.place.key.as_deref().unwrap_or_default());
    }
    let mut params: Vec<(&[u8], &[u8])> = head
        .query
        .0
        .iter()
        .map(|param| (param.name.as_slice(), param.value.as_slice()))
        .filter(|(name, _)| {
            let listed = |list: &[&str]| list.iter().any(|known| known.as_bytes() == *name);
            name.starts_with(b"x-oss-") || listed(SHORT) || (long && listed(LONG))
        })
        .collect();
    params.sort_by(|a, b| a.0.cmp(b.0));
    for (index, (name, value)) in params.into_iter().enumerate() {
        out.push(if index == 0 { b'?' } else { b'&' });
        out.extend_from_slice(name);
        if !value.is_empty() {
            out.push(b'=');
            out.extend_from_slice(value);
        }
    }
    out
}
