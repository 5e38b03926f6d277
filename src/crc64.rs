//! CRC-64/XZ, the checksum of `x-oss-hash-crc64ecma`, running and joined.
//!
//! crc64fast has what every processor can do. Where one has 512-bit vectors, long pieces are folded with them, which is
//! two to four times as fast.

use crc64fast::Digest;

use crate::ffi::wide::{self, Distances, Pair};

/// The generator polynomial, reflected: bit 63 is the coefficient of x⁰.
const POLYNOMIAL: u64 = 0xc96c_5795_d787_0f42;

/// x⁰ in the same notation.
const ONE: u64 = 1 << 63;

/// x to the power of 8·2ⁿ: multiplying with the n-th moves a checksum over 2ⁿ bytes.
const MOVES: [u64; 64] = {
    let mut moves = [0; 64];
    let mut power = ONE >> 8;
    let mut n = 0;
    while n < 64 {
        moves[n] = power;
        power = multiply(power, power);
        n += 1;
    }
    moves
};

/// Shorter pieces gain nothing: folding has a beginning and an end, too.
const LEAST_WIDE: usize = 1024;

/// What folding moves polynomials by. A product of two reflected polynomials is one bit too long, so that each has one less.
const DISTANCES: Distances = Distances {
    block: over(2048),
    vector: over(512),
    lane: over(128),
};

/// The factors that move the halves of 128 bits over a distance in bits: the earlier half stands 64 bits before the later.
const fn over(bits: u64) -> Pair {
    [power(bits + 63), power(bits - 1)]
}

/// x to that power.
const fn power(exponent: u64) -> u64 {
    let mut power = ONE >> (exponent % 8);
    let mut bytes = exponent / 8;
    while bytes != 0 {
        power = multiply(MOVES[bytes.trailing_zeros() as usize], power);
        bytes &= bytes - 1;
    }
    power
}

/// The checksum of bytes that arrive piece by piece.
#[derive(Clone)]
pub struct Crc64 {
    digest: Digest,
    /// Checksum of what came before the first byte given here.
    before: u64,
    length: u64,
}

impl Crc64 {
    /// The checksum of nothing.
    pub fn new() -> Crc64 {
        Crc64::continued(0)
    }

    /// Goes on from the checksum of earlier bytes, as appending to an object does.
    pub fn continued(crc: u64) -> Crc64 {
        Crc64 {
            digest: Digest::new(),
            before: crc,
            length: 0,
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let rest = self.take_blocks(bytes).unwrap_or(bytes);
        self.digest.write(rest);
        self.length += rest.len() as u64;
    }

    /// Takes what the widest vectors can fold, and returns the rest. `None` if that is not worth it, or cannot be.
    fn take_blocks<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        if bytes.len() < LEAST_WIDE || !wide::is_available() {
            return None;
        }
        let (blocks, rest) = bytes.as_chunks();
        // The register is the complement of the checksum, and so is that with which a digest begins.
        let [earlier, later] = wide::fold(!self.value(), blocks, &DISTANCES)?;
        let mut digest = Digest::new();
        digest.write(&(!earlier).to_le_bytes());
        digest.write(&later.to_le_bytes());
        *self = Crc64::continued(digest.sum64());
        Some(rest)
    }

    /// The checksum of all bytes up to now. The service writes it as an unsigned decimal number.
    pub fn value(&self) -> u64 {
        combine(self.before, self.digest.sum64(), self.length)
    }
}

impl Default for Crc64 {
    fn default() -> Crc64 {
        Crc64::new()
    }
}

/// The checksum of one block after another, from the checksums of both and the length of the second in bytes.
pub fn combine(first: u64, second: u64, second_length: u64) -> u64 {
    let mut moved = first;
    let mut rest = second_length;
    while rest != 0 && moved != 0 {
        moved = multiply(MOVES[rest.trailing_zeros() as usize], moved);
        rest &= rest - 1;
    }
    moved ^ second
}

/// The product of two polynomials modulo the generator.
const fn multiply(a: u64, b: u64) -> u64 {
    let (mut product, mut a, mut b) = (0, a, b);
    while a != 0 {
        // Masks instead of branches: the bits are as good as random.
        product ^= b & 0u64.wrapping_sub(a >> 63);
        a <<= 1;
        b = (b >> 1) ^ (POLYNOMIAL & 0u64.wrapping_sub(b & 1));
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> u64 {
        let mut crc = Crc64::new();
        crc.update(bytes);
        crc.value()
    }

    #[test]
    fn check_value() {
        assert_eq!(of(b"123456789"), 0x995d_c9bb_df19_39fa);
        assert_eq!(of(b""), 0);
        assert_eq!(Crc64::continued(7).value(), 7);
    }

    #[test]
    fn joins_and_continues_at_every_place() {
        let bytes: Vec<u8> = (0..1000u32).map(|n| (n * n % 251) as u8).collect();
        for place in 0..bytes.len() {
            let (first, second) = bytes.split_at(place);
            assert_eq!(
                combine(of(first), of(second), second.len() as u64),
                of(&bytes)
            );
            let mut crc = Crc64::continued(of(first));
            crc.update(second);
            assert_eq!(crc.value(), of(&bytes));
        }
    }

    #[test]
    fn pieces_of_every_length_are_folded_like_single_bytes() {
        let bytes: Vec<u8> = (0..20_000u32).map(|n| (n * n % 251) as u8).collect();
        let mut plain = Digest::new();
        plain.write(b"before");
        let mut checked = Vec::new();
        for byte in &bytes {
            plain.write(&[*byte]);
            checked.push(plain.sum64());
        }
        for length in (1..600)
            .chain(LEAST_WIDE - 3..LEAST_WIDE + 600)
            .chain(19_900..=20_000)
        {
            let mut crc = Crc64::continued(of(b"before"));
            crc.update(&bytes[..length]);
            assert_eq!(crc.value(), checked[length - 1], "{length}");
            crc.update(&bytes[length..]);
            assert_eq!(
                crc.value(),
                checked[bytes.len() - 1],
                "{length} and the rest"
            );
        }
    }

    #[test]
    fn joins_lengths_no_machine_could_hold() {
        // Moving over 2⁶³ bytes twice is moving over 2⁶⁴, the square of the largest step.
        let step = combine(1, 0, 1 << 63);
        assert_eq!(
            combine(step, 0, 1 << 63),
            multiply(multiply(MOVES[63], MOVES[63]), 1)
        );
        assert_eq!(
            combine(1, 0, u64::MAX),
            combine(combine(1, 0, u64::MAX - 1), 0, 1)
        );
    }
}
