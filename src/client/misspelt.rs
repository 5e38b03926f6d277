//! Headers that look like a misspelt one of the service's. The service ignores headers that it does not know, so an object
//! meant to be private would be public without a word.

use crate::error::{Error, Result};
use crate::operation::Operation;

/// Operations that make or change an object.
const OBJECTS: &[&str] = &[
    "AppendObject",
    "CompleteMultipartUpload",
    "CopyObject",
    "InitiateMultipartUpload",
    "PutObject",
    "PutObjectAcl",
    "PutSymlink",
];

/// Names that mean something elsewhere, or with other services: the operations (none: all of them), what is given, what is
/// meant.
const CONFUSED: [(&[&str], &str, &str); 11] = [
    (OBJECTS, "x-oss-acl", "x-oss-object-acl"),
    (
        &["PutBucket", "PutBucketAcl"],
        "x-oss-object-acl",
        "x-oss-acl",
    ),
    (
        &["UploadPartCopy"],
        "x-oss-range",
        "x-oss-copy-source-range",
    ),
    (&["GetObject"], "x-oss-range", "Range"),
    (OBJECTS, "x-oss-cache-control", "Cache-Control"),
    (OBJECTS, "x-oss-content-disposition", "Content-Disposition"),
    (OBJECTS, "x-oss-content-encoding", "Content-Encoding"),
    (OBJECTS, "x-oss-content-type", "Content-Type"),
    (OBJECTS, "x-oss-tags", "x-oss-tagging"),
    (&[], "x-oss-meta", "x-oss-meta-NAME"),
    (&[], "x-oss-sse", "x-oss-server-side-encryption"),
];

/// Names that are right somewhere.
const KNOWN: [&str; 57] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "origin",
    "range",
    "referer",
    "user-agent",
    "x-oss-access-point-for-object-process-name",
    "x-oss-access-point-name",
    "x-oss-acl",
    "x-oss-allow-same-action-overlap",
    "x-oss-bypass-governance-retention",
    "x-oss-callback",
    "x-oss-callback-var",
    "x-oss-complete-all",
    "x-oss-copy-source",
    "x-oss-copy-source-if-match",
    "x-oss-copy-source-if-modified-since",
    "x-oss-copy-source-if-none-match",
    "x-oss-copy-source-if-unmodified-since",
    "x-oss-copy-source-range",
    "x-oss-data-redundancy-type",
    "x-oss-forbid-overwrite",
    "x-oss-fwd-status",
    "x-oss-hash-crc64ecma",
    "x-oss-hash-ctx",
    "x-oss-hash-sha1",
    "x-oss-meta",
    "x-oss-metadata-directive",
    "x-oss-object-acl",
    "x-oss-persistent-headers",
    "x-oss-process",
    "x-oss-range-behavior",
    "x-oss-rename-source",
    "x-oss-request-payer",
    "x-oss-request-route",
    "x-oss-request-token",
    "x-oss-resource-group-id",
    "x-oss-server-side-data-encryption",
    "x-oss-server-side-encryption",
    "x-oss-server-side-encryption-customer-algorithm",
    "x-oss-server-side-encryption-customer-key",
    "x-oss-server-side-encryption-key-id",
    "x-oss-storage-class",
    "x-oss-symlink-target",
    "x-oss-tagging",
    "x-oss-tagging-directive",
    "x-oss-task-id",
    "x-oss-traffic-limit",
];

/// Beginnings that anything may follow.
const OPEN: [&str; 2] = ["x-oss-meta-", "x-oss-fwd-header-"];

/// How many letters may be wrong in a name that is still recognised.
const SLIPS: usize = 2;

/// An error if `name` is in all likelihood not the header that was meant.
pub(super) fn check(operation: &Operation, name: &str) -> Result<()> {
    let Some(meant) = meant(operation.name, name) else {
        return Ok(());
    };
    Err(Error::unusable(
        "header",
        format_args!(
            "{name:?} means nothing to {}, and the service would ignore it; {meant:?} is probably meant (if it is right all the \
             same, `insist` sends it)",
            operation.name
        ),
    ))
}

/// What is meant instead of `name`; `None` if it may be right.
fn meant(operation: &str, name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let confused = CONFUSED.iter().find(|(operations, given, _)| {
        *given == lower && (operations.is_empty() || operations.contains(&operation))
    });
    if let Some((_, _, meant)) = confused {
        return Some((*meant).to_owned());
    }
    if KNOWN.contains(&lower.as_str()) || OPEN.iter().any(|open| lower.starts_with(open)) {
        return None;
    }
    if let Some(rest) = lower.strip_prefix("x-amz-") {
        let ours = format!("x-oss-{rest}");
        return meant(operation, &ours).or(Some(ours));
    }
    let plain = squeezed(&lower);
    if let Some(open) = OPEN.iter().find(|open| plain.starts_with(&squeezed(open))) {
        return Some(format!("{open}NAME"));
    }
    if let Some(known) = KNOWN.iter().find(|known| squeezed(known) == plain) {
        return Some((*known).to_owned());
    }
    // Only among the service's own: others may be anybody's.
    let is_ours = plain.starts_with("xoss");
    let near = KNOWN
        .iter()
        .filter(|known| is_ours && known.starts_with("x-oss-"))
        .map(|known| (distance(known, &lower), *known))
        .min()?;
    (near.0 <= SLIPS).then(|| near.1.to_owned())
}

/// Without what separates words.
fn squeezed(name: &str) -> String {
    name.replace(['-', '_'], "")
}

/// How many letters have to be added, left out or replaced to make one of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > SLIPS {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = usize::from(x != y);
            let best = (diagonal + cost).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::OPERATIONS;

    #[test]
    fn misspelt_headers_are_recognised() {
        for (operation, name, expected) in [
            ("PutObject", "x-oss-acl", "x-oss-object-acl"),
            ("AppendObject", "X-Oss-Acl", "x-oss-object-acl"),
            ("PutBucket", "x-oss-object-acl", "x-oss-acl"),
            ("PutObject", "x-oss-objectacl", "x-oss-object-acl"),
            ("PutObject", "x_oss_object_acl", "x-oss-object-acl"),
            ("PutObject", "x-oss-storage-clas", "x-oss-storage-class"),
            (
                "PutObject",
                "x-oss-forbid-overwirte",
                "x-oss-forbid-overwrite",
            ),
            ("PutObject", "x-oss-meta_color", "x-oss-meta-NAME"),
            ("PutObject", "x-oss-meta", "x-oss-meta-NAME"),
            ("PutObject", "x-amz-acl", "x-oss-object-acl"),
            ("PutObject", "x-amz-meta-color", "x-oss-meta-color"),
            ("PutObject", "Content_Type", "content-type"),
            ("PutObject", "ContentType", "content-type"),
            (
                "CopyObject",
                "x-oss-copy-source-if-matches",
                "x-oss-copy-source-if-match",
            ),
            ("GetObject", "x-oss-range", "Range"),
        ] {
            assert_eq!(
                meant(operation, name).as_deref(),
                Some(expected),
                "{operation} {name}"
            );
        }
    }

    #[test]
    fn what_may_be_right_is_left_alone() {
        for name in [
            "x-oss-meta-acl",
            "x-oss-something-new",
            "x-forwarded-for",
            "traceparent",
            "Rage",
            "x-oss-object-acl",
        ] {
            assert_eq!(meant("PutObject", name), None, "{name}");
        }
        for operation in &OPERATIONS {
            for name in operation.headers {
                assert_eq!(
                    meant(operation.name, name),
                    None,
                    "{} {name}",
                    operation.name
                );
            }
        }
        assert_eq!(meant("PutBucketAcl", "x-oss-acl"), None);
    }
}
