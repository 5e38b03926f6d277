//! The checksum of the service, for callers that have it of their own data.

use std::ffi::c_void;

use super::guard::guard;
use super::status::remember;
use super::support::bytes;
use crate::crc64::{Crc64, combine};

/// CRC-64 (ECMA-182, as x-oss-hash-crc64ecma has it) of `len` bytes after those
/// whose checksum is `before`, 0 for none. That of no bytes is 0. If `data` is
/// NULL and `len` is not 0, the result is `before`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_crc64(before: u64, data: *const c_void, len: usize) -> u64 {
    let computed = guard(|| {
        let mut crc = Crc64::continued(before);
        // SAFETY: NULL or `len` bytes, as the header asks.
        crc.update(unsafe { bytes(data, len, "data") }?);
        Ok(crc.value())
    });
    computed.unwrap_or_else(|error| {
        remember(&error);
        before
    })
}

/// CRC-64 of one block after another, from the checksum `first` of the one, and
/// the checksum `second` of the other, which has `second_len` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn oss_crc64_combine(first: u64, second: u64, second_len: u64) -> u64 {
    combine(first, second, second_len)
}
