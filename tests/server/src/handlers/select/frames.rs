//! The frames in which selects answer.

pub const DATA: u32 = 0x80_0001;
pub const END: u32 = 0x80_0005;
pub const END_OF_CSV_META: u32 = 0x80_0006;
pub const END_OF_JSON_META: u32 = 0x80_0007;

pub fn frame(out: &mut Vec<u8>, kind: u32, payload: &[u8], with_crc: bool) {
    out.push(1);
    out.extend_from_slice(&kind.to_be_bytes()[1..]);
    out.extend_from_slice(&(payload.len() as u32).to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
    out.extend_from_slice(&(if with_crc { crc32(payload) } else { 0 }).to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(crc & 1))
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn crc32() {
        assert_eq!(super::crc32(b"123456789"), 0xCBF4_3926);
    }
}
