//! CRC-64 folded with 512-bit vectors, on processors that have them.
//!
//! Only `ffi` may hold `unsafe`, and what a processor may not have can be called in no other way. What is folded, and what
//! becomes of the result, is up to `crc64`.

/// Bytes that are folded in one step.
pub(crate) const BLOCK: usize = 256;

/// What moves two 64-bit halves of a 128-bit polynomial over a distance.
pub(crate) type Pair = [u64; 2];

/// Distances of the folds, as pairs for the earlier and the later half.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "other processors have no such vectors")
)]
pub(crate) struct Distances {
    /// Over four vectors, 2048 bits.
    pub block: Pair,
    /// Over one vector, 512 bits.
    pub vector: Pair,
    /// Over one lane of a vector, 128 bits.
    pub lane: Pair,
}

/// Whether this processor has such vectors.
pub(crate) fn is_available() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("vpclmulqdq");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Folds whole blocks, before the first of which `register` stands, to 128 bits of the same remainder. `None` if this
/// processor cannot, or there is no block.
#[cfg(target_arch = "x86_64")]
pub(crate) fn fold(
    register: u64,
    blocks: &[[u8; BLOCK]],
    distances: &Distances,
) -> Option<[u64; 2]> {
    let (first, others) = blocks.split_first()?;
    // SAFETY: the processor has what the function is compiled for.
    is_available().then(|| unsafe { x86::fold(register, first, others, distances) })
}

/// Other processors have no such vectors.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn fold(_: u64, _: &[[u8; BLOCK]], _: &Distances) -> Option<[u64; 2]> {
    None
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{BLOCK, Distances, Pair};

    #[target_feature(enable = "avx512f,vpclmulqdq")]
    pub fn fold(
        register: u64,
        first: &[u8; BLOCK],
        others: &[[u8; BLOCK]],
        distances: &Distances,
    ) -> [u64; 2] {
        // Written out: optimized for size, a loop over four vectors keeps them in memory and is five times as slow.
        let (mut a, mut b, mut c, mut d) = load(first);
        let start = _mm512_zextsi128_si512(_mm_set_epi64x(0, register as i64));
        a = _mm512_xor_si512(a, start);
        let over_block = wide(distances.block);
        for block in others {
            let (next_a, next_b, next_c, next_d) = load(block);
            a = moved(a, over_block, next_a);
            b = moved(b, over_block, next_b);
            c = moved(c, over_block, next_c);
            d = moved(d, over_block, next_d);
        }
        let over_vector = wide(distances.vector);
        let last = moved(
            moved(moved(a, over_vector, b), over_vector, c),
            over_vector,
            d,
        );
        let over_lane = wide(distances.lane);
        let [a, b, c, d] = [
            _mm512_extracti32x4_epi32::<0>(last),
            _mm512_extracti32x4_epi32::<1>(last),
            _mm512_extracti32x4_epi32::<2>(last),
            _mm512_extracti32x4_epi32::<3>(last),
        ]
        .map(|lane| _mm512_zextsi128_si512(lane));
        let one = moved(moved(moved(a, over_lane, b), over_lane, c), over_lane, d);
        let one = _mm512_castsi512_si128(one);
        let mut halves = [0; 2];
        // SAFETY: as many bytes as that vector has.
        unsafe { _mm_storeu_si128(halves.as_mut_ptr().cast(), one) };
        halves
    }

    /// `sum` moved over the distance of `by`, with `next` added, in each lane.
    #[inline]
    #[target_feature(enable = "avx512f,vpclmulqdq")]
    fn moved(sum: __m512i, by: __m512i, next: __m512i) -> __m512i {
        const XOR_OF_THREE: i32 = 0x96;
        let earlier = _mm512_clmulepi64_epi128::<0x00>(sum, by);
        let later = _mm512_clmulepi64_epi128::<0x11>(sum, by);
        _mm512_ternarylogic_epi64::<XOR_OF_THREE>(earlier, later, next)
    }

    /// The pair in each lane.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn wide([earlier, later]: Pair) -> __m512i {
        let (earlier, later) = (earlier as i64, later as i64);
        _mm512_set4_epi64(later, earlier, later, earlier)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn load(block: &[u8; BLOCK]) -> (__m512i, __m512i, __m512i, __m512i) {
        // SAFETY: four vectors of 64 bytes each are the block; they need not be aligned.
        let at = |place| unsafe { _mm512_loadu_si512(block.as_ptr().add(place).cast()) };
        (at(0), at(64), at(128), at(192))
    }
}
