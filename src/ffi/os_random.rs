//! Whether the system gives random numbers: where it does not, the standard library ends in a panic as soon as it needs one.

use crate::error::Result;

/// An error that says what is missing. Asks each time, because what a process may do can be taken from it.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) fn check_random() -> Result<()> {
    use crate::error::{Error, Kind};

    // As the standard library does it: without waiting, then from the file.
    let mut byte = 0_u8;
    for flags in [libc::GRND_INSECURE, libc::GRND_NONBLOCK] {
        // SAFETY: the call writes one byte to `byte`, and does not keep it.
        if unsafe { libc::syscall(libc::SYS_getrandom, &raw mut byte, 1_usize, flags) } == 1 {
            return Ok(());
        }
    }
    let refused = std::io::Error::last_os_error();
    match std::fs::File::open("/dev/urandom") {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(
            Kind::Io,
            format!(
                "this system gives no random numbers: getrandom(2): {refused}, /dev/urandom: {error}; one of them is needed"
            ),
        )),
    }
}

/// Other systems have no such choice.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn check_random() -> Result<()> {
    Ok(())
}
