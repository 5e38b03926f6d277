//! MD5 and CRC-64 of bodies.

use crc64fast::Digest as Crc;
use md5::{Digest, Md5};

/// Both sums of a body while it arrives.
pub struct Sums {
    md5: Option<Md5>,
    crc: Crc,
    len: u64,
}

/// What came out.
#[derive(Debug, Clone, Copy)]
pub struct Summed {
    pub md5: Option<[u8; 16]>,
    pub crc: u64,
    pub len: u64,
}

impl Sums {
    pub fn new(with_md5: bool) -> Sums {
        Sums {
            md5: with_md5.then(Md5::new),
            crc: Crc::new(),
            len: 0,
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        self.crc.write(bytes);
        self.len += bytes.len() as u64;
    }

    pub fn finish(self) -> Summed {
        Summed {
            md5: self.md5.map(|md5| md5.finalize().into()),
            crc: self.crc.sum64(),
            len: self.len,
        }
    }
}

impl Summed {
    pub fn etag(&self) -> String {
        match &self.md5 {
            Some(md5) => crate::hex(md5).to_ascii_uppercase(),
            None => format!("{:016X}{:016X}", self.crc, self.len),
        }
    }
}

pub fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

/// Upper-case hex, as ETags are.
pub fn md5_hex(bytes: &[u8]) -> String {
    crate::hex(&md5(bytes)).to_ascii_uppercase()
}

/// CRC-64 of two bodies in a row, from the CRCs of both and the length of the second.
///
/// Appending zero bits is a linear map over GF(2); squaring it doubles their number (the method of zlib).
pub fn combine(first: u64, second: u64, second_len: u64) -> u64 {
    const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;
    if second_len == 0 {
        return first;
    }
    let mut operator = [0u64; 64];
    operator[0] = POLYNOMIAL;
    for (bit, row) in operator.iter_mut().enumerate().skip(1) {
        *row = 1 << (bit - 1);
    }
    // From one zero bit to eight.
    for _ in 0..3 {
        operator = square(&operator);
    }
    let mut crc = first;
    let mut left = second_len;
    while left != 0 {
        if left & 1 == 1 {
            crc = apply(&operator, crc);
        }
        operator = square(&operator);
        left >>= 1;
    }
    crc ^ second
}

fn apply(matrix: &[u64; 64], vector: u64) -> u64 {
    let mut sum = 0;
    let mut left = vector;
    while left != 0 {
        sum ^= matrix[left.trailing_zeros() as usize];
        left &= left - 1;
    }
    sum
}

fn square(matrix: &[u64; 64]) -> [u64; 64] {
    std::array::from_fn(|row| apply(matrix, matrix[row]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combining_equals_summing() {
        let text: Vec<u8> = (0..10_000u32).map(|i| (i * 7 % 251) as u8).collect();
        let crc = |bytes: &[u8]| {
            let mut sums = Sums::new(false);
            sums.update(bytes);
            sums.finish().crc
        };
        assert_eq!(crc(b"123456789"), 0x995d_c9bb_df19_39fa);
        for at in [0, 1, 9, 4096, 9999, 10_000] {
            assert_eq!(
                combine(crc(&text[..at]), crc(&text[at..]), (text.len() - at) as u64),
                crc(&text),
                "{at}"
            );
        }
    }
}
