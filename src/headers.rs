//! The headers of an answer: all texts in one block, names in lower case, found by length first. Where those are that
//! every answer is asked for is noted while it is read.

use std::fmt;
use std::ops::Range;

use crate::swar::make_lower_case;

/// The headers of an answer, in the order in which they came.
#[derive(Clone, Default)]
pub struct Headers {
    /// All names and values, and maybe what was between them.
    text: String,
    spans: Vec<Span>,
    /// The number of the first header of each known name, counted from 1; 0 if there is none.
    known: [u16; KNOWN],
    /// Whether there are two of a known name.
    is_known_twice: bool,
}

/// Where name and value of a header are in the text.
#[derive(Clone, Copy)]
struct Span {
    name: (u32, u32),
    value: (u32, u32),
}

/// Headers that every answer is asked for, or that prove something and may not be there with two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    Connection,
    ContentLength,
    ContentRange,
    Crc64,
    ETag,
    LastModified,
    NextAppendPosition,
    RequestId,
    SymlinkTarget,
    TransferEncoding,
    VersionId,
}

const KNOWN: usize = Known::VersionId as usize + 1;

/// Those that prove something.
const PROOFS: [(Known, &str); 7] = [
    (Known::ContentRange, "Content-Range"),
    (Known::Crc64, "x-oss-hash-crc64ecma"),
    (Known::ETag, "ETag"),
    (Known::LastModified, "Last-Modified"),
    (Known::NextAppendPosition, "x-oss-next-append-position"),
    (Known::SymlinkTarget, "x-oss-symlink-target"),
    (Known::VersionId, "x-oss-version-id"),
];

impl Known {
    /// `name` is in lower case.
    fn of(name: &[u8]) -> Option<Known> {
        // Their lengths differ, or a byte does, so that each name is compared with one of them at most.
        let (known, text): (Known, &[u8]) = match (name.len(), name.get(6).unwrap_or(&0)) {
            (4, _) => (Known::ETag, b"etag"),
            (10, _) => (Known::Connection, b"connection"),
            (13, b'o') => (Known::LastModified, b"last-modified"),
            (13, _) => (Known::ContentRange, b"content-range"),
            (14, _) => (Known::ContentLength, b"content-length"),
            (16, b'v') => (Known::VersionId, b"x-oss-version-id"),
            (16, _) => (Known::RequestId, b"x-oss-request-id"),
            (17, _) => (Known::TransferEncoding, b"transfer-encoding"),
            (20, b's') => (Known::SymlinkTarget, b"x-oss-symlink-target"),
            (20, _) => (Known::Crc64, b"x-oss-hash-crc64ecma"),
            (26, _) => (Known::NextAppendPosition, b"x-oss-next-append-position"),
            _ => return None,
        };
        (name == text).then_some(known)
    }
}

impl Headers {
    pub(crate) fn with_capacity(headers: usize, bytes: usize) -> Headers {
        Headers {
            text: String::with_capacity(bytes),
            spans: Vec::with_capacity(headers),
            ..Headers::default()
        }
    }

    /// The headers whose names and values are there in `head`; `None` if they are not, or are not UTF-8.
    pub(crate) fn of_head(
        head: &[u8],
        count: usize,
        headers: impl Iterator<Item = (Range<usize>, Range<usize>)>,
    ) -> Option<Headers> {
        let mut block = head.to_vec();
        let mut result = Headers::with_capacity(count, 0);
        for (name, value) in headers {
            let name_in_block = block.get_mut(name.clone())?;
            make_lower_case(name_in_block);
            result.note(Known::of(name_in_block));
            result.spans.push(Span {
                name: short(name)?,
                value: short(value)?,
            });
        }
        result.text = String::from_utf8(block).ok()?;
        Some(result)
    }

    /// Adds a header; the name becomes lower case. What does not fit into 4 GiB is left out.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        let start = self.text.len();
        let name_end = start.saturating_add(name.len());
        let value_end = name_end.saturating_add(value.len());
        let (Some(name_span), Some(value_span)) =
            (short(start..name_end), short(name_end..value_end))
        else {
            return;
        };
        let name = name.to_ascii_lowercase();
        self.note(Known::of(name.as_bytes()));
        self.text.push_str(&name);
        self.text.push_str(value);
        self.spans.push(Span {
            name: name_span,
            value: value_span,
        });
    }

    /// The next header is the first of that name, if it is.
    fn note(&mut self, known: Option<Known>) {
        if let Some(place) = known.and_then(|known| self.known.get_mut(known as usize)) {
            match place {
                0 => *place = u16::try_from(self.spans.len() + 1).unwrap_or(0),
                _ => self.is_known_twice = true,
            }
        }
    }

    /// A header that proves something, if it is there with two values.
    pub(crate) fn contradiction(&self) -> Option<&'static str> {
        let has_two = |known| {
            let mut values = self.all_known(known);
            let first = values.next();
            values.any(|other| Some(other) != first)
        };
        let mut proofs = PROOFS.into_iter().filter(|_| self.is_known_twice);
        proofs
            .find(|(known, _)| has_two(*known))
            .map(|(_, name)| name)
    }

    /// The value of the first header of that name.
    pub(crate) fn known(&self, known: Known) -> Option<&str> {
        let number = *self.known.get(known as usize)?;
        let span = self.spans.get(usize::from(number).checked_sub(1)?)?;
        self.slice(span.value)
    }

    /// The values of all headers of that name.
    pub(crate) fn all_known(&self, known: Known) -> impl Iterator<Item = &str> {
        let number = self.known.get(known as usize).copied().unwrap_or(0);
        // Without a first one there are no others.
        let first = usize::from(number).checked_sub(1).unwrap_or(usize::MAX);
        let from_first = self.spans.get(first..).unwrap_or_default();
        from_first.iter().filter_map(move |span| {
            let name = self.slice(span.name)?;
            (Known::of(name.as_bytes()) == Some(known)).then(|| self.slice(span.value))?
        })
    }

    fn slice(&self, (start, end): (u32, u32)) -> Option<&str> {
        self.text.get(start as usize..end as usize)
    }

    /// How many there are; a repeated name counts each time.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// How long all names and values are together, at most.
    pub(crate) fn most_bytes(&self) -> usize {
        self.text.len()
    }

    /// Name and value of number `index`, counted from 0.
    pub fn at(&self, index: usize) -> Option<(&str, &str)> {
        let span = self.spans.get(index)?;
        Some((self.slice(span.name)?, self.slice(span.value)?))
    }

    /// The value of the first header of that name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// The values of all headers of that name, whatever its case.
    pub fn get_all<'h, 'n>(&'h self, name: &'n str) -> impl Iterator<Item = &'h str> + use<'h, 'n> {
        self.spans.iter().filter_map(move |span| {
            // Almost every name differs in its length already.
            if (span.name.1 - span.name.0) as usize != name.len() {
                return None;
            }
            let candidate = self.slice(span.name)?;
            candidate
                .eq_ignore_ascii_case(name)
                .then(|| self.slice(span.value))?
        })
    }

    /// All but those of that name.
    pub(crate) fn without(&self, name: &str) -> Headers {
        let mut others = Headers::with_capacity(self.len(), self.text.len());
        for (other, value) in self.iter() {
            if !other.eq_ignore_ascii_case(name) {
                others.push(other, value);
            }
        }
        others
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.len()).filter_map(|index| self.at(index))
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Headers) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

fn short(range: Range<usize>) -> Option<(u32, u32)> {
    let (start, end) = (range.start.try_into().ok()?, range.end.try_into().ok()?);
    (start <= end).then_some((start, end))
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_by_name_and_by_number() {
        let mut headers = Headers::with_capacity(4, 64);
        for (name, value) in [("ETag", "\"E\""), ("X-A", ""), ("x-b", "1"), ("X-B", "2")] {
            headers.push(name, value);
        }
        assert_eq!(headers.len(), 4);
        assert_eq!(headers.get("etag"), Some("\"E\""));
        assert_eq!(headers.get("ETAG"), Some("\"E\""));
        assert_eq!(headers.get("x-a"), Some(""));
        assert_eq!(headers.get_all("x-B").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(headers.get("x-"), None);
        assert_eq!(headers.at(0), Some(("etag", "\"E\"")));
        assert_eq!(headers.at(3), Some(("x-b", "2")));
        assert_eq!(headers.at(4), None);
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["etag", "x-a", "x-b", "x-b"]);
        assert_eq!(
            format!("{headers:?}"),
            r#"{"etag": "\"E\"", "x-a": "", "x-b": "1", "x-b": "2"}"#
        );
        let names: Vec<_> = headers
            .without("X-B")
            .iter()
            .map(|(name, _)| name.to_owned())
            .collect();
        assert_eq!(names, ["etag", "x-a"]);
        assert!(Headers::default().is_empty());
    }
    #[test]
    fn known_headers_are_found_without_a_search() {
        let head = b"ETag: e\r\nContent-Length: 1\r\nx: \r\ncontent-length: 2\r\n";
        let spans = [
            (0..4, 6..7),
            (9..23, 25..26),
            (28..29, 31..31),
            (33..47, 49..50),
        ];
        let mut headers = Headers::of_head(head, 4, spans.into_iter()).unwrap();
        assert_eq!(headers.known(Known::ETag), Some("e"));
        assert_eq!(headers.known(Known::ContentLength), Some("1"));
        assert_eq!(headers.known(Known::RequestId), None);
        let lengths: Vec<_> = headers.all_known(Known::ContentLength).collect();
        assert_eq!(lengths, ["1", "2"]);
        assert_eq!(headers.all_known(Known::Connection).count(), 0);
        assert_eq!(headers.get("X"), Some(""));
        headers.push("X-OSS-Request-Id", "R");
        assert_eq!(headers.known(Known::RequestId), Some("R"));
        assert_eq!(headers.at(4), Some(("x-oss-request-id", "R")));
        let others = headers.without("content-length");
        assert_eq!(others.known(Known::ContentLength), None);
        assert_eq!(others.known(Known::RequestId), Some("R"));
        let mut same = Headers::default();
        for (name, value) in headers.iter() {
            same.push(name, value);
        }
        assert_eq!(same, headers);
        assert_eq!(
            Headers::of_head(b"a: \xff", 1, [(0..1, 3..4)].into_iter()),
            None
        );
        assert_eq!(
            Headers::of_head(b"a: b", 1, [(3..9, 0..1)].into_iter()),
            None
        );
    }
}
