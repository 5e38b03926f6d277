//! Names the service accepts, checked before anything is sent.

use crate::error::{Error, Result};

/// Bytes of an object key, at most.
const MAX_KEY: usize = 1023;

/// Characters of a bucket name.
const BUCKET_LENGTH: std::ops::RangeInclusive<usize> = 3..=63;

/// Bucket names have 3 to 63 characters of `a-z`, `0-9` and `-`, with no `-` at either end.
pub fn check_bucket_name(name: &str) -> Result<()> {
    check_bucket_named("bucket", name)
}

/// As [`check_bucket_name`], of a name that was given as the argument `argument`.
pub(crate) fn check_bucket_named(argument: &str, name: &str) -> Result<()> {
    let problem = if name.is_empty() {
        "is empty"
    } else if !is_id(name) {
        "has a character that is not allowed"
    } else if !BUCKET_LENGTH.contains(&name.len()) {
        "is too short or too long"
    } else if name.starts_with('-') || name.ends_with('-') {
        "begins or ends with a hyphen"
    } else {
        return Ok(());
    };
    Err(Error::unusable(
        argument,
        format_args!(
            "{name:?} {problem}; a bucket name has 3 to 63 lower-case letters, digits and hyphens, none at the ends"
        ),
    ))
}

/// Object keys have 1 to 1023 bytes of UTF-8 and begin with neither `/` nor `\`.
pub fn check_object_key(key: &str) -> Result<()> {
    check_key_named("key", key)
}

/// As [`check_object_key`], of a key that was given as the argument `name`.
pub(crate) fn check_key_named(name: &str, key: &str) -> Result<()> {
    let problem = match key.len() {
        0 => "it is empty".to_owned(),
        1..=MAX_KEY if key.starts_with(['/', '\\']) => {
            format!("{key:?} begins with a slash or a backslash")
        }
        1..=MAX_KEY => return Ok(()),
        length => format!("it has {length} bytes"),
    };
    Err(Error::unusable(
        name,
        format_args!(
            "{problem}; an object key has 1 to {MAX_KEY} bytes of UTF-8 and begins with neither / nor \\"
        ),
    ))
}

/// Characters of a region id at most: its internal endpoint has it in a label of 63, between `oss-` and `-internal`.
const MAX_REGION: usize = MAX_LABEL - "oss--internal".len();

/// Longest label of a host name (RFC 1035, section 2.3.4).
pub(crate) const MAX_LABEL: usize = 63;

/// Region ids have 1 to 50 of `a-z`, `0-9` and `-`, with no `-` at either end and no `oss-` in front.
pub fn check_region(region: &str) -> Result<()> {
    let plain = region.strip_prefix("oss-").unwrap_or(region);
    if let Some(plain) = plain.strip_suffix("-internal") {
        return Err(Error::unusable(
            "region",
            format_args!(
                "{region:?} is not a region but how its internal endpoint is called; the region is {plain:?}, and \
                 `internal_endpoint` reaches that endpoint"
            ),
        ));
    }
    if plain != region {
        return Err(Error::unusable(
            "region",
            format_args!(
                "{region:?} is the name of a location; the region is {plain:?}, without \"oss-\""
            ),
        ));
    }
    check_label("region", "region id", "cn-hangzhou", region, MAX_REGION)
}

/// Cloud box ids have 1 to 63 of `a-z`, `0-9` and `-`, with no `-` at either end, such as `cb-f8z7yvzgwfkl9q0h`.
pub fn check_cloudbox_id(id: &str) -> Result<()> {
    check_label("cloudbox_id", "cloud box id", "cb-123", id, MAX_LABEL)
}

/// Checks the value of `option`, which becomes a label of a host name, or a part of one.
fn check_label(option: &str, what: &str, example: &str, text: &str, most: usize) -> Result<()> {
    let is_whole = !text.starts_with('-') && !text.ends_with('-');
    if is_id(text) && is_whole && text.len() <= most {
        return Ok(());
    }
    Err(Error::unusable(
        option,
        format_args!(
            "{text:?} is not a {what}; one has up to {most} lower-case letters, digits and hyphens, none at the ends, such as \
             {example:?}"
        ),
    ))
}

/// Whether a text has only what region ids have.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names() {
        for name in ["abc", "1-2", &"a".repeat(63)] {
            assert!(check_bucket_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            "ab",
            "-ab",
            "ab-",
            "aBc",
            "a.c",
            "a c",
            "桶桶桶",
            &"a".repeat(64),
        ] {
            let error = check_bucket_name(name).unwrap_err();
            assert!(error.message().starts_with("`bucket`: "), "{error}");
        }
    }

    #[test]
    fn object_keys() {
        for key in ["a", ".", "a/", "\0", &"中".repeat(341)] {
            assert!(check_object_key(key).is_ok(), "{key}");
        }
        for key in ["", "/a", "\\a", &"a".repeat(1024), &"中".repeat(342)] {
            let error = check_object_key(key).unwrap_err();
            assert!(error.message().starts_with("`key`: "), "{error}");
        }
    }

    #[test]
    fn regions() {
        assert!(check_region("cn-hangzhou").is_ok());
        let error = check_region("oss-cn-hangzhou").unwrap_err();
        assert!(error.message().contains("\"cn-hangzhou\""), "{error}");
        for region in ["cn-hangzhou-internal", "oss-cn-hangzhou-internal"] {
            let error = check_region(region).unwrap_err();
            let words = "the region is \"cn-hangzhou\", and `internal_endpoint`";
            assert!(error.message().contains(words), "{error}");
        }
        for region in [
            "",
            "CN-Hangzhou",
            "cn.hangzhou",
            "cn/hangzhou",
            "-",
            "-cn",
            "cn-",
        ] {
            let error = check_region(region).unwrap_err();
            assert!(error.message().contains(" is not a region id; "), "{error}");
        }
    }

    /// What can be no label, or no part of one, is never asked for.
    #[test]
    fn what_becomes_a_label_is_as_short_as_one() {
        let internal = crate::endpoint::internal_host(&"a".repeat(50));
        assert_eq!(internal.find('.'), Some(63), "{internal}");
        assert!(check_region(&"a".repeat(50)).is_ok());
        let error = check_region(&"a".repeat(51)).unwrap_err();
        assert!(error.message().contains("up to 50 lower-case"), "{error}");
        for id in ["cb-abc", &"a".repeat(63)] {
            assert!(check_cloudbox_id(id).is_ok(), "{id}");
        }
        for id in ["", "cb/abc", "-", "cb-", "-cb", &"a".repeat(64)] {
            let error = check_cloudbox_id(id).unwrap_err();
            assert!(error.message().starts_with("`cloudbox_id`: "), "{error}");
        }
    }
}
