//! System calls that the standard library does not offer, as safe functions for the rest of the crate.
//!
//! Only `ffi` may hold `unsafe`. Connecting to the addresses of a host side by side (RFC 8305) without a thread needs
//! poll(2); a file that has no name until it is whole needs linkat(2), to know who uses a file takes flock(2), to end a
//! program with all that it started takes kill(2), to notice a fork without asking for the process id each time takes
//! pthread_atfork(3), and to know that a file cannot be replaced takes statx(2). So this is a file in `ffi` that the core uses.

#[cfg(unix)]
use std::fs::File;
use std::io;
#[cfg(target_os = "linux")]
use std::path::Path;
use std::time::Duration;

use socket2::Socket;

/// How many forks lie between this process and the one that asked first, counted from 1. So a child's number differs from
/// that of all its ancestors, which a process id need not.
#[cfg(unix)]
pub(crate) fn process_generation() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};

    /// 0 until somebody asks.
    static GENERATION: AtomicU32 = AtomicU32::new(0);
    /// Set if forks cannot be seen: then it is the process id that tells processes apart. No process id has this bit.
    const IS_PROCESS_ID: u32 = 1 << 31;

    extern "C" fn in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
    }

    let known = GENERATION.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    // Two threads may both register: then each fork counts twice. None of them goes on before forks are seen.
    // SAFETY: the handler does nothing but add to a number, which is allowed in the child of any process.
    if unsafe { libc::pthread_atfork(None, None, Some(in_child)) } != 0 {
        return std::process::id() | IS_PROCESS_ID;
    }
    match GENERATION.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => 1,
        Err(known) => known,
    }
}

/// There is no fork.
#[cfg(not(unix))]
pub(crate) fn process_generation() -> u32 {
    1
}

/// Waits until one of `sockets` can be written to or has failed, or `timeout` is over: which of them.
pub(crate) fn wait_writable(sockets: &[&Socket], timeout: Duration) -> io::Result<Vec<bool>> {
    // Rounded up, so that nobody comes back a moment too early again and again.
    let milliseconds = timeout.as_nanos().div_ceil(1_000_000);
    let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
    poll(sockets, milliseconds)
}

#[cfg(unix)]
fn poll(sockets: &[&Socket], milliseconds: i32) -> io::Result<Vec<bool>> {
    use std::os::fd::AsRawFd;

    let mut waiting: Vec<libc::pollfd> = sockets
        .iter()
        .map(|socket| libc::pollfd {
            fd: socket.as_raw_fd(),
            events: libc::POLLOUT,
            revents: 0,
        })
        .collect();
    let Ok(count) = libc::nfds_t::try_from(waiting.len()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    // SAFETY: `waiting` holds `count` entries; the sockets are open as long as they are borrowed.
    if unsafe { libc::poll(waiting.as_mut_ptr(), count, milliseconds) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(waiting.iter().map(|entry| entry.revents != 0).collect())
}

#[cfg(windows)]
use super::os_windows::{Until, select};
#[cfg(windows)]
pub(crate) use super::os_windows::{file_identity, wait_readable};

#[cfg(windows)]
fn poll(sockets: &[&Socket], milliseconds: i32) -> io::Result<Vec<bool>> {
    select(sockets, Until::Writable, milliseconds)
}

/// Gives `file`, which was opened without a name (`O_TMPFILE`), the name `path`. Fails if that exists.
#[cfg(target_os = "linux")]
pub(crate) fn link_file(file: &File, path: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStrExt;

    let from = CString::new(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
    let to = CString::new(path.as_os_str().as_bytes())?;
    let here = libc::AT_FDCWD;
    // SAFETY: both are NUL-terminated strings that outlive the call, which keeps neither.
    let result = unsafe {
        libc::linkat(
            here,
            from.as_ptr(),
            here,
            to.as_ptr(),
            libc::AT_SYMLINK_FOLLOW,
        )
    };
    if result == 0 {
        return Ok(());
    }
    Err(io::Error::last_os_error())
}

/// Why a file or a directory stays as it is, whoever asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fixed {
    pub is_mount_point: bool,
    pub is_immutable: bool,
    pub is_append_only: bool,
}

/// What the system says of `path`, links not followed; nothing where it does not know.
#[cfg(target_os = "linux")]
pub(crate) fn fixed(path: &Path) -> Fixed {
    use std::ffi::CString;
    use std::os::unix::ffi::OsStrExt;

    // Not every libc has statx(2), nor its structure: 256 bytes, of which these are the attributes.
    const ATTRIBUTES: usize = 1;
    const IMMUTABLE: u64 = 0x10;
    const APPEND: u64 = 0x20;
    const MOUNT_ROOT: u64 = 0x2000;

    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else {
        return Fixed::default();
    };
    let mut about = [0_u64; 32];
    // SAFETY: a NUL-terminated string and room for the structure, both of which outlive the call, which keeps neither.
    let result = unsafe {
        libc::syscall(
            libc::SYS_statx,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_SYMLINK_NOFOLLOW,
            0,
            about.as_mut_ptr(),
        )
    };
    let attributes = if result == 0 { about[ATTRIBUTES] } else { 0 };
    Fixed {
        is_mount_point: attributes & MOUNT_ROOT != 0,
        is_immutable: attributes & IMMUTABLE != 0,
        is_append_only: attributes & APPEND != 0,
    }
}

/// Other systems say so when it is too late.
#[cfg(not(target_os = "linux"))]
pub(crate) fn fixed(_: &std::path::Path) -> Fixed {
    Fixed::default()
}

/// The user whose rights this program has.
#[cfg(unix)]
pub(crate) fn user() -> u32 {
    // SAFETY: it takes nothing and cannot fail.
    unsafe { libc::geteuid() }
}

/// Locks `file` for as long as it is open, against whoever asks in the same way (`flock`); whether it was free.
#[cfg(unix)]
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    use std::os::fd::AsRawFd;

    // SAFETY: the descriptor is open as long as `file` lives.
    if unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) } == 0 {
        return Ok(true);
    }
    match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        error => Err(error),
    }
}

/// Kills a child that leads a process group, and all in that group. The caller has not waited for it: its number is its own.
#[cfg(all(unix, feature = "credentials"))]
pub(crate) fn kill_group(leader: &std::process::Child) {
    if let Ok(group) = libc::pid_t::try_from(leader.id())
        && group > 1
    {
        // SAFETY: passes numbers only.
        unsafe { libc::kill(-group, libc::SIGKILL) };
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The root of a mounted file system is one everywhere.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_mount_point_is_seen() {
        let expected = Fixed {
            is_mount_point: true,
            ..Fixed::default()
        };
        let proc = fixed(Path::new("/proc"));
        if proc == Fixed::default() {
            // Said past what tests keep back; tests/run repeats it.
            let said =
                b"\nNOT CHECKED: mount points, which this kernel (before 5.8) does not tell\n";
            return io::Write::write_all(&mut io::stderr(), said).unwrap();
        }
        assert_eq!(proc, expected);
        for path in ["/proc/self/status", "/nonexistent", ""] {
            assert_eq!(fixed(Path::new(path)), Fixed::default(), "{path}");
        }
    }

    #[test]
    fn a_child_is_another_process_and_so_is_its_child() {
        let ours = process_generation();
        assert_eq!(process_generation(), ours);
        // SAFETY: the children only read a number, fork, wait and exit.
        let status = unsafe {
            match libc::fork() {
                0 => {
                    let childs = process_generation();
                    match libc::fork() {
                        0 => {
                            let grandchilds = process_generation();
                            let differs = grandchilds != childs && grandchilds != ours;
                            libc::_exit(i32::from(!differs))
                        }
                        grandchild => {
                            let mut status = -1;
                            libc::waitpid(grandchild, &raw mut status, 0);
                            libc::_exit(i32::from(status != 0 || childs == ours))
                        }
                    }
                }
                child => {
                    let mut status = -1;
                    libc::waitpid(child, &raw mut status, 0);
                    status
                }
            }
        };
        assert_eq!(status, 0, "a child took itself for an ancestor");
        assert_eq!(process_generation(), ours);
    }
}
