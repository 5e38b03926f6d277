//! Signatures: pure functions of a message, keys and a time.

pub mod post_policy;
pub mod presign;
pub mod rpc;
pub mod v1;
pub mod v4;

use std::borrow::Cow;

use crate::header::{Header, Parameter};

/// Header names shared by the schemes.
const AUTHORIZATION: &str = "authorization";
const CONTENT_MD5: &str = "content-md5";
const CONTENT_TYPE: &str = "content-type";
const DATE: &str = "date";
const OSS_DATE: &str = "x-oss-date";
const SECURITY_TOKEN: &str = "x-oss-security-token";

/// Headers and parameters of the service's own, which are always signed.
const OSS_PREFIX: &str = "x-oss-";

/// A request that gets its signature in headers.
///
/// Bucket and key are raw, not percent-encoded; the bucket is given however the request is addressed.
pub struct Message<'m, 'a> {
    /// In upper case.
    pub method: &'m str,
    /// `None` for the service itself.
    pub bucket: Option<&'m str>,
    /// `None` for a bucket or the service.
    pub key: Option<&'m str>,
    /// Decoded names and values; `None` and an empty value are the same.
    pub query: &'m [Parameter<'a>],
    /// As they will be sent; the signature joins them.
    pub headers: &'m mut Vec<Header<'a>>,
}

impl<'a> Message<'_, 'a> {
    /// What of the message is signed.
    pub fn parts(&self) -> Parts<'_, 'a> {
        Parts {
            method: self.method,
            bucket: self.bucket,
            key: self.key,
            query: self.query,
            headers: self.headers,
        }
    }

    /// Overwrites the header, in its place, or adds it.
    fn set_header(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        match self
            .headers
            .iter_mut()
            .find(|header| is_named(header, name))
        {
            Some(header) => header.1 = value,
            None => self.headers.push((Cow::Borrowed(name), value)),
        }
    }
}

/// The parts of a request that signatures cover.
#[derive(Clone, Copy)]
pub struct Parts<'m, 'a> {
    /// In upper case.
    pub method: &'m str,
    /// `None` for the service itself.
    pub bucket: Option<&'m str>,
    /// `None` for a bucket or the service.
    pub key: Option<&'m str>,
    /// Decoded names and values; `None` and an empty value are the same.
    pub query: &'m [Parameter<'a>],
    /// As they will be sent.
    pub headers: &'m [Header<'a>],
}

impl<'m> Parts<'m, '_> {
    /// The value of the first header of that name, without blanks around it.
    fn header(&self, name: &str) -> Option<&'m str> {
        let header = self.headers.iter().find(|header| is_named(header, name));
        header.map(|(_, value)| trimmed(value))
    }

    /// Lower-case names and values without blanks around them of the chosen headers, sorted by name.
    fn sorted_headers(&self, chosen: impl Fn(&str) -> bool) -> Vec<(Cow<'m, str>, &'m str)> {
        let mut lines: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (lower_case(name), trimmed(value)))
            .filter(|(name, _)| chosen(name))
            .collect();
        lines.sort_by(|(a, _), (b, _)| a.cmp(b));
        lines
    }
}

/// Writes one line `name:value` for every name; values of repeated headers are joined with commas.
fn put_header_lines(out: &mut impl crate::escape::Sink, headers: &[(Cow<'_, str>, &str)]) {
    for same_name in headers.chunk_by(|a, b| a.0 == b.0) {
        for (position, (name, value)) in same_name.iter().enumerate() {
            if position == 0 {
                out.put(name);
                out.put(":");
            } else {
                out.put(",");
            }
            out.put(value);
        }
        out.put("\n");
    }
}

fn is_named(header: &Header<'_>, name: &str) -> bool {
    header.0.eq_ignore_ascii_case(name)
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Without the blanks that HTTP does not count as part of a header value.
fn trimmed(value: &str) -> &str {
    value.trim_matches([' ', '\t'])
}
