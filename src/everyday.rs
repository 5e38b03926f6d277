//! The headers that everyday requests carry, by name instead of by header.

use std::fmt::Display;

use crate::constants::header;
use crate::escape;
use crate::request::Options;
use crate::time::Timestamp;

/// The value of the header with an object's tags, when `name` and `value` come after those of `earlier`.
pub(crate) fn tagging(earlier: &str, name: &str, value: &str) -> String {
    let between = if earlier.is_empty() { "" } else { "&" };
    format!(
        "{earlier}{between}{}={}",
        escape::encode(name),
        escape::encode(value)
    )
}

impl Options<'_> {
    fn with(self, name: &'static str, value: impl Display) -> Self {
        self.header(name, value.to_string())
    }

    /// Type of the object, such as `text/plain`. Guessed from the key unless it is given.
    pub fn content_type(self, value: &str) -> Self {
        self.with(header::CONTENT_TYPE, value)
    }

    /// How long others may keep a copy, such as `max-age=3600` or `no-cache`.
    pub fn cache_control(self, value: &str) -> Self {
        self.with(header::CACHE_CONTROL, value)
    }

    /// Whether browsers show the object or save it, such as `attachment; filename="a.pdf"`.
    pub fn content_disposition(self, value: &str) -> Self {
        self.with(header::CONTENT_DISPOSITION, value)
    }

    /// Access to the object; see [`acl`](crate::constants::acl).
    pub fn object_acl(self, acl: &str) -> Self {
        self.with(header::OBJECT_ACL, acl)
    }

    /// Access to a new bucket; see [`acl`](crate::constants::acl).
    pub fn bucket_acl(self, acl: &str) -> Self {
        self.with(header::BUCKET_ACL, acl)
    }

    /// Storage class of the object; see [`storage_class`](crate::constants::storage_class).
    pub fn storage_class(self, class: &str) -> Self {
        self.with(header::STORAGE_CLASS, class)
    }

    /// User metadata of the object; `name` without `x-oss-meta-`.
    pub fn metadata(self, name: &str, value: &str) -> Self {
        self.header(format!("{}{name}", header::META_PREFIX), value.to_owned())
    }

    /// Adds a tag to the object, up to 10; escaped as needed.
    pub fn tag(self, name: &str, value: &str) -> Self {
        let tags = self.headers.iter().rev();
        let earlier = tags
            .filter(|(header, _)| header.eq_ignore_ascii_case(header::TAGGING))
            .map(|(_, value)| value.to_string())
            .next()
            .unwrap_or_default();
        let value = tagging(&earlier, name, value);
        self.with(header::TAGGING, value)
    }

    /// How the service encrypts the object, see [`encryption`](crate::constants::encryption); with `KMS` a key id may be given.
    /// Without one, an earlier one is not sent either.
    pub fn server_side_encryption(self, algorithm: &str, key_id: Option<&str>) -> Self {
        let mut options = self.with(header::ENCRYPTION, algorithm);
        let is_id = |name: &str| name.eq_ignore_ascii_case(header::ENCRYPTION_KEY_ID);
        options.headers.retain(|(name, _)| !is_id(name));
        match key_id {
            Some(id) => options.with(header::ENCRYPTION_KEY_ID, id),
            None => options,
        }
    }

    /// Whether an upload fails with [`Kind::Exists`](crate::Kind::Exists) if the key is in use.
    pub fn forbid_overwrite(self, on: bool) -> Self {
        self.with(header::FORBID_OVERWRITE, on)
    }

    /// Only if the object has this ETag, quotes included.
    pub fn if_match(self, etag: &str) -> Self {
        self.with(header::IF_MATCH, etag)
    }

    /// Only if the object does not have this ETag, quotes included.
    pub fn if_none_match(self, etag: &str) -> Self {
        self.with(header::IF_NONE_MATCH, etag)
    }

    /// Only if the object has changed since that time.
    pub fn if_modified_since(self, time: Timestamp) -> Self {
        self.with(header::IF_MODIFIED_SINCE, time.http_date())
    }

    /// Only if the object has not changed since that time.
    pub fn if_unmodified_since(self, time: Timestamp) -> Self {
        self.with(header::IF_UNMODIFIED_SINCE, time.http_date())
    }

    /// Limits the bandwidth, in bit/s, 819200..838860800, instead of the configuration's limit.
    pub fn traffic_limit(self, bits_per_second: u64) -> Self {
        self.with(header::TRAFFIC_LIMIT, bits_per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_escaped_and_joined() {
        let options = Options::new().tag("a b", "c&d=e").tag("no", "");
        let (name, value) = options.headers.last().unwrap();
        assert_eq!(
            (&**name, &**value),
            ("x-oss-tagging", "a%20b=c%26d%3De&no=")
        );
    }

    #[test]
    fn times_are_written_as_http_has_them() {
        let options = Options::new().if_modified_since(Timestamp(784_111_777));
        assert_eq!(options.headers[0].1, "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
