//! The system's clocks, by clock_gettime(2) where the standard library has no function for one, or one that ends in 2038.

use std::time::Duration;

/// What the system's clock says, since 1970, UTC; nothing if it says a time before that, or cannot be asked.
#[cfg(not(all(target_os = "linux", target_pointer_width = "32")))]
pub(crate) fn system_time() -> Option<Duration> {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).ok()
}

/// The same where the standard library may ask a function whose seconds have 32 bits: it fails from 2038 on, and a panic follows.
#[cfg(all(target_os = "linux", target_pointer_width = "32"))]
pub(crate) fn system_time() -> Option<Duration> {
    /// clock_gettime64, which has one number on all machines but MIPS.
    const ASK: libc::c_long = if cfg!(any(target_arch = "mips", target_arch = "mips32r6")) {
        4403
    } else {
        403
    };

    let mut time: [i64; 2] = [0; 2];
    // SAFETY: the call writes two numbers of 64 bits to `time`, and does not keep it.
    if unsafe { libc::syscall(ASK, libc::CLOCK_REALTIME, time.as_mut_ptr()) } != 0 {
        // Linux before 5.1, or a sandbox.
        // SAFETY: all its fields are numbers, for which zeros are values.
        let mut old: libc::timespec = unsafe { std::mem::zeroed() };
        // SAFETY: the call writes to `old` alone, and does not keep it.
        if unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut old) } != 0 {
            return None;
        }
        time = [old.tv_sec.into(), old.tv_nsec.into()];
    }
    let seconds = u64::try_from(time[0]).ok()?;
    Some(Duration::new(seconds, u32::try_from(time[1]).unwrap_or(0)))
}

/// A time that never jumps and that goes on while the machine sleeps, which `Instant` does not do here.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub(crate) fn time_with_sleep() -> Duration {
    // On Apple's systems, this is the one that goes on.
    #[cfg(target_vendor = "apple")]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    #[cfg(not(target_vendor = "apple"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_BOOTTIME;

    // SAFETY: all its fields are numbers, for which zeros are values.
    let mut time: libc::timespec = unsafe { std::mem::zeroed() };
    // The other one is there where a kernel is too old for the first, or a sandbox refuses it.
    for clock in [CLOCK, libc::CLOCK_MONOTONIC] {
        // SAFETY: the call writes to `time` alone, and does not keep it.
        if unsafe { libc::clock_gettime(clock, &raw mut time) } == 0 {
            break;
        }
    }
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}
