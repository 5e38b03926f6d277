//! Percent-encoding as OSS canonicalises it: everything but `A-Z a-z 0-9 - _ . ~` becomes `%XX` (RFC 3986, section 2.3).

use std::borrow::Cow;

use crate::error::{Error, Kind, Result};

/// Takes text piece by piece: a string that grows, or a hash.
pub trait Sink {
    /// Takes the next piece.
    fn put(&mut self, text: &str);
}

impl Sink for String {
    fn put(&mut self, text: &str) {
        self.push_str(text);
    }
}

/// For each byte, whether it stands for itself.
type Kept = [bool; 256];

const NAMES_AND_VALUES: Kept = kept(false);
const PATHS: Kept = kept(true);

/// `%00%01%02...%FF`.
static ESCAPES: &str = match std::str::from_utf8(&ESCAPE_BYTES) {
    Ok(text) => text,
    Err(_) => panic!("evaluated by the compiler"),
};

const ESCAPE_BYTES: [u8; 3 * 256] = {
    let digits = b"0123456789ABCDEF";
    let mut text = [b'%'; 3 * 256];
    let mut byte = 0;
    while byte < 256 {
        text[3 * byte + 1] = digits[byte >> 4];
        text[3 * byte + 2] = digits[byte & 15];
        byte += 1;
    }
    text
};

const fn kept(slash: bool) -> Kept {
    let mut kept = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        kept[byte] = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    kept[b'/' as usize] = slash;
    kept
}

/// `text` encoded for a query name or value, and for header values that hold keys; `/` becomes `%2F`.
pub fn encode(text: &str) -> Cow<'_, str> {
    encode_with(text, &NAMES_AND_VALUES)
}

/// `text` encoded for a path; `/` stays.
pub fn encode_path(text: &str) -> Cow<'_, str> {
    encode_with(text, &PATHS)
}

/// Appends [`encode`]d `text`.
pub fn append(out: &mut impl Sink, text: &str) {
    append_with(out, text, &NAMES_AND_VALUES);
}

/// Appends [`encode_path`]d `text`.
pub fn append_path(out: &mut impl Sink, text: &str) {
    append_with(out, text, &PATHS);
}

fn encode_with<'t>(text: &'t str, kept: &Kept) -> Cow<'t, str> {
    let escaped = text
        .bytes()
        .filter(|&byte| !kept[usize::from(byte)])
        .count();
    if escaped == 0 {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2 * escaped);
    append_with(&mut out, text, kept);
    Cow::Owned(out)
}

fn append_with(out: &mut impl Sink, text: &str, kept: &Kept) {
    let mut run = 0;
    for (position, byte) in text.bytes().enumerate() {
        let byte = usize::from(byte);
        if kept[byte] {
            continue;
        }
        // Runs hold ASCII only, so both ends are character boundaries; an empty run may lie inside a character.
        if run < position {
            out.put(&text[run..position]);
        }
        out.put(&ESCAPES[3 * byte..3 * byte + 3]);
        run = position + 1;
    }
    if run < text.len() {
        out.put(&text[run..]);
    }
}

/// Undoes [`encode`], for listings with `encoding-type=url`. `+` stays `+`: the service writes a blank as `%20`.
///
/// An error ([`Kind::BadResponse`]) if `%` is not followed by two hexadecimal digits, or if the bytes are not UTF-8.
pub fn decode(text: &str) -> Result<String> {
    let bad = |what: &str| {
        Error::new(
            Kind::BadResponse,
            format!("{what} in the encoded text {text:?}"),
        )
    };
    let Some(first) = text.find('%') else {
        return Ok(text.to_owned());
    };
    let (plain, mut rest) = text.as_bytes().split_at(first);
    let mut bytes = Vec::with_capacity(text.len());
    bytes.extend_from_slice(plain);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = after
            .split_first_chunk()
            .and_then(|(&[high, low], after)| Some((hex(high)? << 4 | hex(low)?, after)));
        let Some((value, after)) = digits else {
            return Err(bad("a % without two hexadecimal digits after it"));
        };
        bytes.push(value);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| bad("bytes that are not UTF-8"))
}

/// [`decode`]s `text` if it is encoded.
pub fn decode_if(encoded: bool, text: &str) -> Result<String> {
    match encoded {
        true => decode(text),
        false => Ok(text.to_owned()),
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_unreserved_only() {
        assert_eq!(encode("AZaz09-_.~"), "AZaz09-_.~");
        assert!(matches!(encode("abc"), Cow::Borrowed("abc")));
        assert_eq!(encode(" +*/%"), "%20%2B%2A%2F%25");
        assert_eq!(encode_path("a/b c"), "a/b%20c");
        assert_eq!(encode("é中😀x"), "%C3%A9%E4%B8%AD%F0%9F%98%80x");
        assert_eq!(encode("\0\u{7f}"), "%00%7F");
        assert_eq!(encode(""), "");
    }

    #[test]
    fn decodes_what_it_encodes() {
        let text: String = (0..0x300).filter_map(char::from_u32).collect();
        assert_eq!(decode(&encode(&text)).unwrap(), text);
        assert_eq!(decode("a+b%2b%2B").unwrap(), "a+b++");
        assert_eq!(decode("").unwrap(), "");
    }

    #[test]
    fn refuses_broken_escapes() {
        for text in ["%", "a%2", "100%zz%2", "%+1", "%FF", "%é1"] {
            assert_eq!(
                decode(text).unwrap_err().kind(),
                Kind::BadResponse,
                "{text}"
            );
        }
    }
}
