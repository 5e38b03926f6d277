//! Loops over the bytes of headers, eight bytes at a time: every request has hundreds of them.
//!
//! The tricks are those of "Bit Twiddling Hacks" ("Determine if a word has a byte less than n"): each finds out whether any
//! byte of a word is meant, not which.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Whether any byte is a control character other than a tab.
pub(crate) fn has_control(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut suspect = 0;
    for word in words {
        let word = u64::from_ne_bytes(*word);
        let below_space = word.wrapping_sub(ONES * 0x20) & !word;
        let is_delete = word ^ (ONES * 0x7f);
        suspect |= below_space | (is_delete.wrapping_sub(ONES) & !is_delete);
    }
    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\t' || *byte == 0x7f;
    // A tab, which is allowed, is as suspect as the others.
    (suspect & HIGHS != 0 && bytes.iter().any(is_control)) || rest.iter().any(is_control)
}

/// Whether any byte is an ASCII capital.
pub(crate) fn has_upper_case(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut capitals = 0;
    for word in words {
        capitals |= capitals_of(u64::from_ne_bytes(*word));
    }
    capitals != 0 || rest.iter().any(u8::is_ascii_uppercase)
}

/// The highest bit of each byte that is an ASCII capital.
fn capitals_of(word: u64) -> u64 {
    // Of bytes without their highest bit: one that is set here is from `A`, or after `Z`.
    let low = word & !HIGHS;
    let from_a = low + ONES * (0x80 - b'A' as u64);
    let after_z = low + ONES * (0x7f - b'Z' as u64);
    from_a & !after_z & !word & HIGHS
}

/// Makes the ASCII letters among `bytes` small.
pub(crate) fn make_lower_case(bytes: &mut [u8]) {
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for place in words {
        let word = u64::from_ne_bytes(*place);
        *place = (word | capitals_of(word) >> 2).to_ne_bytes();
    }
    rest.make_ascii_lowercase();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_judged_alike_at_every_place() {
        for byte in 0..=255_u8 {
            for at in 0..20 {
                for filler in [b'a', b'Z', 0x80, 0xff, b' ', b'~'] {
                    let mut bytes = [filler; 20];
                    bytes[at] = byte;
                    let expected = byte < b' ' && byte != b'\t' || byte == 0x7f;
                    assert_eq!(has_control(&bytes), expected, "{byte} at {at}");
                    let mut lower = bytes;
                    make_lower_case(&mut lower);
                    assert_eq!(lower, bytes.map(|byte| byte.to_ascii_lowercase()));
                    assert_eq!(has_upper_case(&bytes), lower != bytes);
                }
            }
        }
        assert!(!has_control(b"\t\t\t\t\t\t\t\t\t"));
        assert!(has_control(b"\t\t\t\t\t\t\t\n\t"));
        assert!(!has_control(b""));
    }
}
