//! The older scheme, HMAC-SHA1, in the `Authorization` header, and what its other forms share with it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::{
    AUTHORIZATION, CONTENT_MD5, CONTENT_TYPE, DATE, Message, OSS_DATE, OSS_PREFIX, Parts,
    SECURITY_TOKEN, put_header_lines,
};
use crate::credentials::Credentials;
use crate::escape::Sink;
use crate::time::Timestamp;

type HmacSha1 = Hmac<Sha1>;

/// Query parameters that are signed besides those that begin with `x-oss-`, sorted.
///
/// The union of what the official libraries sign: each of them lacks some names, and the service knows all.
const SIGNED_PARAMETERS: [&str; 106] = [
    "MetaQuery",
    "accessPoint",
    "accessPointConfigForObjectProcess",
    "accessPointForObjectProcess",
    "accessPointPolicy",
    "accessPointPolicyForObjectProcess",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cleanRestoredObject",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "dataPipeline",
    "delete",
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
    "location",
    "logging",
    "metaQuery",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "objectInfo",
    "objectMeta",
    "objectWorm",
    "overwriteConfig",
    "partNumber",
    "policy",
    "policyStatus",
    "position",
    "processConfiguration",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "qosRequester",
    "quota",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "responseHeader",
    "restore",
    "retention",
    "rtc",
    "seal",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "udf",
    "udfApplication",
    "udfApplicationLog",
    "udfId",
    "udfImage",
    "udfImageDesc",
    "udfName",
    "uploadId",
    "uploads",
    "userDefinedLogFieldsConfig",
    "versionId",
    "versioning",
    "versions",
    "vip",
    "vod",
    "vpcip",
    "website",
    "withHashContext",
    "worm",
    "wormExtend",
    "wormId",
];

impl Sink for HmacSha1 {
    fn put(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
    }
}

/// Signs `message`: sets `date`, with a token `x-oss-security-token`, and `authorization`.
///
/// An `x-oss-date` that the message carries is signed in place of `date`.
pub fn sign(message: &mut Message<'_, '_>, credentials: &Credentials, time: Timestamp) {
    message.set_header(DATE, time.http_date());
    if let Some(token) = &credentials.security_token {
        message.set_header(SECURITY_TOKEN, token.to_string());
    }
    let parts = message.parts();
    let date = parts.header(OSS_DATE).or(parts.header(DATE));
    let signature = signature(&parts, credentials, date.unwrap_or_default());
    let authorization = format!("OSS {}:{signature}", credentials.access_key_id);
    message.set_header(AUTHORIZATION, authorization);
}

/// The base64 signature of a request, with `date` as the text on the date line.
pub(super) fn signature(parts: &Parts<'_, '_>, credentials: &Credentials, date: &str) -> String {
    let mut mac = keyed(credentials);
    string_to_sign(&mut mac, parts, date);
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Writes the string to sign, with `date` as the text on the date line.
pub fn string_to_sign(out: &mut impl Sink, parts: &Parts<'_, '_>, date: &str) {
    let lines = [
        parts.method,
        parts.header(CONTENT_MD5).unwrap_or_default(),
        parts.header(CONTENT_TYPE).unwrap_or_default(),
        date,
    ];
    for line in lines {
        out.put(line);
        out.put("\n");
    }
    put_header_lines(
        out,
        &parts.sorted_headers(|name| name.starts_with(OSS_PREFIX)),
    );
    canonical_resource(out, parts);
}

/// Writes `/bucket/key?parameters`, nothing of it percent-encoded.
pub fn canonical_resource(out: &mut impl Sink, parts: &Parts<'_, '_>) {
    out.put("/");
    if let Some(bucket) = parts.bucket {
        out.put(bucket);
        out.put("/");
        out.put(parts.key.unwrap_or_default());
    }
    let mut signed: Vec<(&str, &str)> = parts
        .query
        .iter()
        .filter(|(name, _)| is_signed_parameter(name))
        .map(|(name, value)| (name.as_ref(), value.as_deref().unwrap_or_default()))
        .collect();
    signed.sort_by_key(|&(name, _)| name);
    for (position, (name, value)) in signed.into_iter().enumerate() {
        out.put(if position == 0 { "?" } else { "&" });
        out.put(name);
        if !value.is_empty() {
            out.put("=");
            out.put(value);
        }
    }
}

fn is_signed_parameter(name: &str) -> bool {
    name.starts_with(OSS_PREFIX) || SIGNED_PARAMETERS.binary_search(&name).is_ok()
}

/// An HMAC keyed with the secret.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub(super) fn keyed(credentials: &Credentials) -> HmacSha1 {
    HmacSha1::new_from_slice(credentials.access_key_secret.as_bytes())
        .expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_sorted() {
        assert!(SIGNED_PARAMETERS.is_sorted());
        assert!(is_signed_parameter("versionId"));
        assert!(is_signed_parameter("x-oss-anything"));
        assert!(!is_signed_parameter("prefix"));
        assert!(!is_signed_parameter("VersionId"));
    }
}
