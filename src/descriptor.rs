//! Descriptors 0 to 2 are not for files and sockets of this library: a program that runs without standard streams (a daemon)
//! would otherwise print into them.

use std::io;

#[cfg(unix)]
use std::os::fd::{AsRawFd, OwnedFd};

/// `it`, moved to a descriptor above standard error.
#[cfg(unix)]
pub(crate) fn above_standard<T: AsRawFd + Into<OwnedFd> + From<OwnedFd>>(it: T) -> io::Result<T> {
    if it.as_raw_fd() > libc::STDERR_FILENO {
        return Ok(it);
    }
    // The standard library duplicates to 3 and above.
    let low: OwnedFd = it.into();
    low.try_clone().map(T::from)
}

#[cfg(not(unix))]
pub(crate) fn above_standard<T>(it: T) -> io::Result<T> {
    Ok(it)
}
