//! Numbers and short texts of known length, without memory for them: dates and signatures, of which every request has several.

/// ASCII text of `N` bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    /// Text to be written over.
    pub fn new() -> Ascii<N> {
        Ascii([b' '; N])
    }

    pub fn as_str(&self) -> &str {
        // It is ASCII, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Writes `text` from byte `at` on; where the next one goes. What does not fit is left out.
    pub fn put(&mut self, at: usize, text: &str) -> usize {
        let end = at + text.len();
        if let Some(place) = self.0.get_mut(at..end)
            && text.is_ascii()
        {
            place.copy_from_slice(text.as_bytes());
        }
        end
    }

    /// Writes two decimal digits of `value`, which is from 0 to 99, at byte `at`; where the next text goes.
    pub fn put_pair(&mut self, at: usize, value: i64) -> usize {
        let value = value.rem_euclid(100) as u8;
        if let Some(place) = self.0.get_mut(at..at + 2) {
            place.copy_from_slice(&[b'0' + value / 10, b'0' + value % 10]);
        }
        at + 2
    }
}

/// The number that decimal digits, at least one, stand for.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    // Nineteen digits always fit, so that only the rest can be too much.
    let (always, rest) = text.as_bytes().split_at(text.len().min(19));
    let mut number: u64 = 0;
    for byte in always {
        number = number.wrapping_mul(10).wrapping_add(digit(*byte)?);
    }
    for byte in rest {
        number = number.checked_mul(10)?.checked_add(digit(*byte)?)?;
    }
    (!text.is_empty()).then_some(number)
}

fn digit(byte: u8) -> Option<u64> {
    let digit = byte.wrapping_sub(b'0');
    (digit <= 9).then_some(digit.into())
}

/// The two lower-case hexadecimal digits of each byte.
static HEX: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

/// The lower-case hexadecimal digits of 32 bytes.
pub(crate) fn hex(bytes: &[u8; 32]) -> Ascii<64> {
    let mut text = Ascii::new();
    let (pairs, _) = text.0.as_chunks_mut::<2>();
    for (pair, byte) in pairs.iter_mut().zip(bytes) {
        *pair = HEX[usize::from(*byte)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_inside_its_bounds_only() {
        let mut text = Ascii::<8>::new();
        let at = text.put(0, "ab");
        let at = text.put_pair(at, 7);
        assert_eq!(at, 4);
        text.put(7, "xyz");
        text.put(4, "é");
        text.put_pair(7, 12);
        assert_eq!(text.as_str(), "ab07    ");
    }

    #[test]
    fn hex_has_both_halves_of_every_byte() {
        let mut bytes = [0; 32];
        bytes[..3].copy_from_slice(&[0x01, 0xab, 0xf0]);
        assert_eq!(hex(&bytes).as_str(), format!("01abf0{:058}", 0));
    }
}
