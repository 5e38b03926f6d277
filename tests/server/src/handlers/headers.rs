//! Headers that several operations share: metadata, conditions, ranges.

use crate::clock;
use crate::errors::{ApiError, Result};
use crate::percent;
use crate::request::Head;
use crate::store::Version;

/// Headers that are stored with an object and come back with it.
const STORED: [&str; 6] = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
];
const ENCRYPTION: [&str; 3] = [
    "x-oss-server-side-encryption",
    "x-oss-server-side-data-encryption",
    "x-oss-server-side-encryption-key-id",
];
/// What objects are encrypted with by KMS when no key is named.
pub const DEFAULT_KMS_KEY: &str = "9468da86-3509-4f8d-a61e-6eab1eac0000";
const META: &str = "x-oss-meta-";
const LARGEST_META: usize = 8 * 1024;

const BUCKET_ACLS: [&str; 3] = ["private", "public-read", "public-read-write"];
const OBJECT_ACLS: [&str; 4] = ["default", "private", "public-read", "public-read-write"];
pub const STORAGE_CLASSES: [&str; 5] = [
    "Standard",
    "IA",
    "Archive",
    "ColdArchive",
    "DeepColdArchive",
];

/// A header with one of a few values.
fn choice(head: &Head, name: &str, values: &[&str]) -> Result<Option<String>> {
    match head.header(name).filter(|value| !value.is_empty()) {
        None => Ok(None),
        Some(value) if values.contains(&value.as_ref()) => Ok(Some(value.into_owned())),
        Some(value) => Err(ApiError::argument(
            name,
            value,
            format!("The {name} you specified is invalid."),
        )),
    }
}

pub fn bucket_acl(head: &Head) -> Result<Option<String>> {
    choice(head, "x-oss-acl", &BUCKET_ACLS)
}

pub fn object_acl(head: &Head) -> Result<Option<String>> {
    choice(head, "x-oss-object-acl", &OBJECT_ACLS)
}

pub fn storage_class(head: &Head) -> Result<Option<String>> {
    choice(head, "x-oss-storage-class", &STORAGE_CLASSES)
}

/// All that makes an object but its bytes. `class` is what the bucket prefers.
pub fn describe(head: &Head, version: &mut Version, class: &str) -> Result<()> {
    version.headers = metadata(head)?;
    version.headers.extend(encryption(head)?);
    version.tags = tags(head)?;
    version.acl = object_acl(head)?.unwrap_or_else(|| "default".to_owned());
    version.storage_class = storage_class(head)?.unwrap_or_else(|| class.to_owned());
    Ok(())
}

/// Content headers and user metadata.
pub fn metadata(head: &Head) -> Result<Vec<(String, String)>> {
    let mut out: Vec<(String, String)> = STORED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), head.header(name)?.into_owned())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let mut size = 0;
    for (name, value) in &head.headers {
        let Some(rest) = name.as_str().strip_prefix(META) else {
            continue;
        };
        let value = String::from_utf8_lossy(value.as_bytes());
        if rest.is_empty()
            || !rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return Err(ApiError::argument(
                name.as_str(),
                value,
                "The names of user metadata hold letters, digits and hyphens.",
            ));
        }
        size += name.as_str().len() + value.len();
        out.push((name.as_str().to_owned(), value.into_owned()));
    }
    if size > LARGEST_META {
        return Err(ApiError::new(
            400,
            "InvalidArgument",
            "The user metadata is larger than 8 KB.",
        )
        .detail("ArgumentName", META));
    }
    Ok(out)
}

pub fn unknown_encryption() -> ApiError {
    let message =
        "The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS.";
    ApiError::new(400, "InvalidEncryptionAlgorithmError", message)
}

pub fn encryption(head: &Head) -> Result<Vec<(String, String)>> {
    let mut out = Vec::new();
    for name in ENCRYPTION {
        let Some(value) = head.header(name) else {
            continue;
        };
        let valid = match name {
            "x-oss-server-side-encryption" => ["AES256", "KMS", "SM4"].contains(&value.as_ref()),
            "x-oss-server-side-data-encryption" => value == "SM4",
            _ => !value.is_empty(),
        };
        if !valid {
            return Err(unknown_encryption());
        }
        out.push((name.to_owned(), value.into_owned()));
    }
    // How data is encrypted is asked of KMS alone.
    if out
        .first()
        .is_some_and(|(name, value)| name == ENCRYPTION[0] && value != "KMS")
    {
        out.retain(|(name, _)| name != ENCRYPTION[1]);
    }
    // The service has a key of its own for those who name none.
    if head.header(ENCRYPTION[0]).as_deref() == Some("KMS")
        && !head.headers.contains_key(ENCRYPTION[2])
    {
        out.push((ENCRYPTION[2].to_owned(), DEFAULT_KMS_KEY.to_owned()));
    }
    if out.len() == 1 && out[0].0 == ENCRYPTION[1] {
        return Ok(Vec::new());
    }
    if !out.is_empty() && !head.headers.contains_key(ENCRYPTION[0]) {
        return Err(ApiError::new(
            400,
            "InvalidEncryptionRequest",
            "The encryption request you specified is not valid.",
        ));
    }
    Ok(out)
}

/// Parts are encrypted as their upload says when it begins.
pub fn refuse_encryption(head: &Head) -> Result<()> {
    match ENCRYPTION
        .iter()
        .find(|name| head.headers.contains_key(**name))
    {
        Some(name) => {
            let message = "Encryption is said when the upload is initiated.";
            Err(ApiError::argument(
                *name,
                head.header(name).unwrap_or_default(),
                message,
            ))
        }
        None => Ok(()),
    }
}

pub fn is_encryption(name: &str) -> bool {
    ENCRYPTION.contains(&name)
}

/// The `x-oss-tagging` header: `k1=v1&k2=v2`.
pub fn tags(head: &Head) -> Result<Vec<(String, String)>> {
    let Some(text) = head.header("x-oss-tagging").filter(|text| !text.is_empty()) else {
        return Ok(Vec::new());
    };
    let decode =
        |part: &str| String::from_utf8(percent::decode_query(part.as_bytes())).unwrap_or_default();
    let tags: Vec<(String, String)> = text
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    check_tags(&tags, 10, 128, 256)?;
    Ok(tags)
}

pub fn check_tags(
    tags: &[(String, String)],
    most: usize,
    longest_key: usize,
    longest_value: usize,
) -> Result<()> {
    let invalid = |message: String| Err(ApiError::new(400, "InvalidTag", message));
    // Those of buckets may hold more.
    let strict = most == 10;
    if tags.len() > most {
        return invalid(format!("There are more than {most} tags."));
    }
    for (index, (key, value)) in tags.iter().enumerate() {
        if key.is_empty()
            || key.chars().count() > longest_key
            || value.chars().count() > longest_value
        {
            return invalid(format!("The tag {key} is too long or has no name."));
        }
        if strict {
            check_tag_characters(key, value)?;
        }
        if tags[..index].iter().any(|(other, _)| other == key) {
            return invalid(format!("The tag {key} occurs twice."));
        }
    }
    Ok(())
}

pub fn check_tag_characters(key: &str, value: &str) -> Result<()> {
    let legal = |c: char| c.is_alphanumeric() || " +-=._:/".contains(c);
    if key.chars().all(legal) && value.chars().all(legal) {
        return Ok(());
    }
    let message = format!("The tag {key} holds characters that are not allowed.");
    Err(ApiError::new(400, "InvalidTag", message))
}

/// What the conditional headers of a request say about a version.
pub enum Verdict {
    Proceed,
    NotModified,
    Failed(&'static str),
}

/// `prefix` is empty for reads, `x-oss-copy-source-` for copies.
pub fn conditions(head: &Head, prefix: &str, etag: &str, modified_ms: i64) -> Verdict {
    let get = |name: &str| head.header(&format!("{prefix}{name}"));
    let matches = |list: &str| {
        list.split(',')
            .any(|one| one.trim() == "*" || one.trim().trim_matches('"').eq_ignore_ascii_case(etag))
    };
    let seconds = modified_ms / 1000;
    if get("if-match").is_some_and(|list| !matches(&list)) {
        return Verdict::Failed("If-Match");
    }
    // A date is only looked at when there is no ETag to decide; one that cannot be read is ignored.
    if get("if-match").is_none()
        && get("if-unmodified-since")
            .and_then(|date| clock::parse_http_date(&date))
            .is_some_and(|date| seconds > date)
    {
        return Verdict::Failed("If-Unmodified-Since");
    }
    if let Some(list) = get("if-none-match") {
        return if matches(&list) {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        };
    }
    if get("if-modified-since")
        .and_then(|date| clock::parse_http_date(&date))
        .is_some_and(|date| seconds <= date)
    {
        return Verdict::NotModified;
    }
    Verdict::Proceed
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Whole,
    /// First and last byte.
    Part(u64, u64),
    Unsatisfiable,
}

/// By default a range that does not lie within the object counts for nothing; `standard` refuses it or trims its end.
pub fn range(text: Option<&str>, size: u64, standard: bool) -> Range {
    let Some(spec) = text.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Range::Whole;
    };
    let outside = if standard {
        Range::Unsatisfiable
    } else {
        Range::Whole
    };
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Range::Whole;
    };
    let number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (first, last) {
        ("", "") => Range::Whole,
        ("", suffix) => match number(suffix) {
            None => Range::Whole,
            // No object has a part of no bytes.
            Some(0) => Range::Unsatisfiable,
            Some(_) if size == 0 => outside,
            Some(count) if count > size && !standard => Range::Whole,
            Some(count) => Range::Part(size.saturating_sub(count), size - 1),
        },
        (first, "") => match number(first) {
            None => Range::Whole,
            Some(first) if first < size => Range::Part(first, size - 1),
            Some(_) => outside,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first > last => Range::Whole,
            (Some(first), Some(last)) if last < size => Range::Part(first, last),
            (Some(first), Some(_)) if first < size && standard => Range::Part(first, size - 1),
            (Some(_), Some(_)) => outside,
            _ => Range::Whole,
        },
    }
}

/// `x-oss-traffic-limit`, header or parameter, in bits a second: it must lie within the documented bounds.
pub fn traffic_limit(head: &Head) -> Result<Option<u64>> {
    let text = head
        .header("x-oss-traffic-limit")
        .or_else(|| head.query.get("x-oss-traffic-limit"));
    let Some(text) = text else { return Ok(None) };
    match text.parse::<u64>() {
        Ok(bits) if (245_760..=838_860_800).contains(&bits) => Ok(Some(bits)),
        _ => {
            let message = "The x-oss-traffic-limit you specified is invalid.";
            Err(ApiError::argument("x-oss-traffic-limit", text, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        use Range::{Part, Unsatisfiable, Whole};
        let cases = [
            ("bytes=0-9", Part(0, 9), Part(0, 9)),
            ("bytes=0-0", Part(0, 0), Part(0, 0)),
            ("bytes=9-", Part(9, 9), Part(9, 9)),
            ("bytes=-3", Part(7, 9), Part(7, 9)),
            ("bytes=-10", Part(0, 9), Part(0, 9)),
            ("bytes=-11", Whole, Part(0, 9)),
            ("bytes=-0", Unsatisfiable, Unsatisfiable),
            ("bytes=5-10", Whole, Part(5, 9)),
            ("bytes=10-", Whole, Unsatisfiable),
            ("bytes=10-20", Whole, Unsatisfiable),
            ("bytes=99999999999999999999-", Whole, Unsatisfiable),
            ("bytes=5-4", Whole, Whole),
            ("bytes=a-b", Whole, Whole),
            ("bytes=-", Whole, Whole),
            ("bytes=0-1,3-4", Whole, Whole),
            ("items=0-1", Whole, Whole),
            ("", Whole, Whole),
        ];
        for (text, default, standard) in cases {
            assert_eq!(range(Some(text), 10, false), default, "{text}");
            assert_eq!(range(Some(text), 10, true), standard, "{text} standard");
        }
        assert_eq!(range(Some("bytes=0-"), 0, false), Whole);
        assert_eq!(range(Some("bytes=-1"), 0, true), Unsatisfiable);
        assert_eq!(range(None, 10, true), Whole);
    }
}
