//! Signatures: pure functions of a message, keys and a time.

pub mod post_policy;
pub mod presign;
#[cfg(feature = "v1")]
pub mod v1;
#[cfg(not(feature = "v1"))]
#[path = "v1_without.rs"]
pub mod v1;
#[cfg(all(test, feature = "v1"))]
#[allow(dead_code, reason = "only refusals are tested here")]
mod v1_without;
pub mod v4;

use std::borrow::Cow;
use std::cmp::Ordering;

use sha2::digest::Update;
use zeroize::Zeroize;

use crate::escape::Sink;
use crate::header::{Header, Parameter, trimmed};
use crate::sort::sort_by;
use crate::swar::has_upper_case;
use crate::time::Dates;

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
    /// Where the dates live that the signature adds.
    pub dates: &'a Dates,
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

    /// Writes one line `name:value` for every name of the chosen headers, in lower case and sorted; values of repeated
    /// headers are joined with commas. `chosen` gets names in whatever case they are sent.
    fn put_headers(&self, out: &mut impl Sink, chosen: impl Fn(&str) -> bool) {
        // There are few, nearly always: no memory is asked for them.
        let mut few = [("", ""); 16];
        let mut many = Vec::new();
        let mut count = 0;
        for (name, value) in self.headers {
            if !chosen(name) {
                continue;
            }
            let line = (name.as_ref(), trimmed(value));
            match few.get_mut(count) {
                Some(place) => *place = line,
                None if many.is_empty() => many.extend(few.into_iter().chain([line])),
                None => many.push(line),
            }
            count += 1;
        }
        let lines = match few.get_mut(..count) {
            Some(lines) => lines,
            None => &mut many,
        };
        sort_lines(lines);
        put_header_lines(out, lines);
    }
}

/// By name; not in the generic function, of which there are several.
fn sort_lines(lines: &mut [(&str, &str)]) {
    sort_by(lines, |(a, _), (b, _)| compare_names(a, b));
}

/// Compares names of headers as if they were in lower case.
fn compare_names(a: &str, b: &str) -> Ordering {
    let a = a.bytes().map(|byte| byte.to_ascii_lowercase());
    a.cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// Writes one line `name:value` for every name; values of repeated headers are joined with commas.
fn put_header_lines(out: &mut impl Sink, headers: &[(&str, &str)]) {
    for same_name in headers.chunk_by(|a, b| a.0.eq_ignore_ascii_case(b.0)) {
        for (position, (name, value)) in same_name.iter().enumerate() {
            if position == 0 {
                out.put(&lower_case(name));
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
    if has_upper_case(name.as_bytes()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether the header is one of the service's own, whatever its case.
fn is_oss_header(name: &str) -> bool {
    // Nearly all names are in lower case.
    name.starts_with(OSS_PREFIX)
        || name
            .get(..OSS_PREFIX.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(OSS_PREFIX))
}

/// Hands text on to a hash in larger pieces: hashes are slow at taking single words. Tokens of temporary keys come by, so
/// nothing of it stays on the stack.
struct Pieces<'h, H: Update> {
    hash: &'h mut H,
    piece: [u8; 512],
    filled: usize,
}

impl<H: Update> Pieces<'_, H> {
    /// Hashes what `write` writes.
    fn hash(hash: &mut H, write: impl FnOnce(&mut Pieces<'_, H>)) {
        let mut pieces = Pieces {
            hash,
            piece: [0; 512],
            filled: 0,
        };
        write(&mut pieces);
        pieces.flush();
        // As a slice: element by element it would cost as much as the rest of the signature.
        pieces.piece.as_mut_slice().zeroize();
    }

    fn flush(&mut self) {
        self.hash
            .update(self.piece.get(..self.filled).unwrap_or_default());
        self.filled = 0;
    }
}

impl<H: Update> Sink for Pieces<'_, H> {
    fn put(&mut self, text: &str) {
        if text.len() > self.piece.len() - self.filled {
            self.flush();
        }
        match self.piece.get_mut(self.filled..self.filled + text.len()) {
            Some(place) => {
                // Half of all texts are a separator, for which a call of memcpy is much.
                match (&mut *place, text.as_bytes()) {
                    ([place], [byte]) => *place = *byte,
                    (place, bytes) => place.copy_from_slice(bytes),
                }
                self.filled += text.len();
            }
            None => self.hash.update(text.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_hash_fed_in_pieces_is_the_hash_of_the_whole() {
        for lengths in [
            &[0usize, 1, 511, 1][..],
            &[512],
            &[513],
            &[500, 12, 13],
            &[2000, 3, 600],
        ] {
            let words: Vec<String> = lengths.iter().map(|&length| "x".repeat(length)).collect();
            let mut hash = Sha256::new();
            Pieces::hash(&mut hash, |out| words.iter().for_each(|word| out.put(word)));
            assert_eq!(
                hash.finalize(),
                Sha256::digest(words.concat()),
                "{lengths:?}"
            );
        }
    }

    #[test]
    fn headers_of_the_service_are_known_in_any_case() {
        for (name, expected) in [
            ("x-oss-date", true),
            ("X-OSS-Date", true),
            ("x-oss-", true),
            ("x-oss", false),
            ("x-osé", false),
            ("", false),
        ] {
            assert_eq!(is_oss_header(name), expected, "{name}");
        }
    }
}
