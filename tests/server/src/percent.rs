//! Percent-encoding, byte for byte.
//!
//! Object keys are arbitrary bytes to HTTP, so nothing here goes through a URL type: those normalise.

/// Decodes `%XX`. A `%` that is not followed by two hex digits stands for itself, as the service has it.
pub fn decode(text: &[u8]) -> Vec<u8> {
    decode_with(text, false)
}

/// Decodes one name or value of a query, where `+` is a blank.
pub fn decode_query(text: &[u8]) -> Vec<u8> {
    decode_with(text, true)
}

fn decode_with(text: &[u8], plus_is_blank: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'%'
            && let (Some(high), Some(low)) = (hex(text.get(at + 1)), hex(text.get(at + 2)))
        {
            out.push(high << 4 | low);
            at += 3;
            continue;
        }
        out.push(if byte == b'+' && plus_is_blank {
            b' '
        } else {
            byte
        });
        at += 1;
    }
    out
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    (*digit? as char).to_digit(16).map(|value| value as u8)
}

/// Encodes everything but `A-Z a-z 0-9 - _ . ~`.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    encode_with(bytes.as_ref(), false)
}

/// Like [`encode`], but leaves `/` alone.
pub fn encode_path(bytes: impl AsRef<[u8]>) -> String {
    encode_with(bytes.as_ref(), true)
}

fn encode_with(bytes: &[u8], keep_slash: bool) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(bytes.len() + 16);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || (keep_slash && byte == b'/') {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_only_well_formed_escapes() {
        assert_eq!(decode(b"a%2Fb%2fc+%"), b"a/b/c+%");
        assert_eq!(decode(b"%zz%4"), b"%zz%4");
        assert_eq!(decode_query(b"a+b%2B"), b"a b+");
    }

    #[test]
    fn encodes_every_reserved_byte() {
        assert_eq!(encode("a b/~*+"), "a%20b%2F~%2A%2B");
        assert_eq!(encode_path("a/\u{676d}"), "a/%E6%9D%AD");
    }
}
