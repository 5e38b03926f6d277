//! Memory in amounts that depend on the peer, or that are simply large: if there is none, the call fails and the process
//! goes on. Small allocations that fail end the process, as in any Rust program.

use crate::error::{Error, Kind, Result};

/// `length` zeros.
pub(crate) fn zeros(length: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    lengthen(&mut bytes, length)?;
    Ok(bytes)
}

/// Makes `bytes` as long as `length` with zeros at the end.
pub(crate) fn lengthen(bytes: &mut Vec<u8>, length: usize) -> Result<()> {
    let more = length.saturating_sub(bytes.len());
    bytes
        .try_reserve_exact(more)
        .map_err(|_| exhausted(length))?;
    bytes.resize(length, 0);
    Ok(())
}

/// Adds `more` at the end.
pub(crate) fn append(bytes: &mut Vec<u8>, more: &[u8]) -> Result<()> {
    bytes
        .try_reserve(more.len())
        .map_err(|_| exhausted(bytes.len().saturating_add(more.len())))?;
    bytes.extend_from_slice(more);
    Ok(())
}

/// Adds `more` at the end of what will never be longer than `most`: no more than that is reserved.
pub(crate) fn append_within(bytes: &mut Vec<u8>, more: &[u8], most: usize) -> Result<()> {
    let length = bytes.len().saturating_add(more.len());
    if length > bytes.capacity() {
        let room = length.max(bytes.capacity().saturating_mul(2).min(most));
        bytes
            .try_reserve_exact(room - bytes.len())
            .map_err(|_| exhausted(room))?;
    }
    bytes.extend_from_slice(more);
    Ok(())
}

#[cold]
fn exhausted(bytes: usize) -> Error {
    Error::new(
        Kind::NoMemory,
        format!("there is no memory for {bytes} bytes"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_had_is_an_error() {
        assert_eq!(zeros(3).unwrap(), [0, 0, 0]);
        let error = zeros(isize::MAX as usize).unwrap_err();
        assert_eq!(error.kind(), Kind::NoMemory);
        let mut bytes = vec![1, 2];
        assert!(lengthen(&mut bytes, usize::MAX).is_err());
        append(&mut bytes, &[3]).unwrap();
        assert_eq!(bytes, [1, 2, 3]);
        let mut bytes = Vec::new();
        for _ in 0..10 {
            append_within(&mut bytes, &[7; 100], 1000).unwrap();
        }
        assert_eq!((bytes.len(), bytes.capacity()), (1000, 1000));
    }
}
