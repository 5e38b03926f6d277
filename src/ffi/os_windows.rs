//! What `os` does by system calls of Windows.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsRawHandle, AsRawSocket, RawHandle, RawSocket};
use std::time::Duration;

use socket2::Socket;

/// As many sockets as one look takes; the attempts to connect to a host are fewer.
const MAX_SOCKETS: usize = 64;

/// `fd_set`.
#[repr(C)]
#[derive(Clone)]
struct Set {
    count: u32,
    sockets: [RawSocket; MAX_SOCKETS],
}

/// `timeval`.
#[repr(C)]
struct Time {
    seconds: i32,
    microseconds: i32,
}

#[link(name = "ws2_32")]
unsafe extern "system" {
    #[link_name = "select"]
    fn ws2_select(
        ignored: i32,
        readable: *mut Set,
        writable: *mut Set,
        failed: *mut Set,
        timeout: *const Time,
    ) -> i32;
    fn WSAGetLastError() -> i32;
}

/// What is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Readable,
    Writable,
}

/// Waits until one of `sockets` is ready or has failed: which of them. It is not `WSAPoll`, which does not notice that a
/// connection was refused before Windows 10 of 2020.
pub(super) fn select(
    sockets: &[&Socket],
    until: Until,
    milliseconds: i32,
) -> io::Result<Vec<bool>> {
    let mut all = Set {
        count: 0,
        sockets: [0; MAX_SOCKETS],
    };
    for (place, socket) in all.sockets.iter_mut().zip(sockets) {
        *place = socket.as_raw_socket();
        all.count += 1;
    }
    let none = Set {
        count: 0,
        sockets: [0; MAX_SOCKETS],
    };
    let (mut readable, mut writable) = match until {
        Until::Readable => (all.clone(), none),
        Until::Writable => (none, all.clone()),
    };
    let mut failed = all;
    let timeout = Time {
        seconds: milliseconds / 1000,
        microseconds: milliseconds % 1000 * 1000,
    };
    // SAFETY: the sets are this function's own, of the size that the system knows, and hold as many sockets as they say.
    let found = unsafe {
        ws2_select(
            0,
            &raw mut readable,
            &raw mut writable,
            &raw mut failed,
            &raw const timeout,
        )
    };
    if found < 0 {
        // SAFETY: asks for a number of this thread's.
        return Err(io::Error::from_raw_os_error(unsafe { WSAGetLastError() }));
    }
    let ready = if until == Until::Readable {
        readable
    } else {
        writable
    };
    Ok(sockets
        .iter()
        .map(|socket| ready.has(socket) || failed.has(socket))
        .collect())
}

impl Set {
    fn has(&self, socket: &Socket) -> bool {
        let count = self.count as usize;
        self.sockets
            .iter()
            .take(count)
            .any(|one| *one == socket.as_raw_socket())
    }
}

/// Waits until `socket` can be read from or has failed, or `timeout` is over; whether it is ready.
pub(crate) fn wait_readable(socket: &Socket, timeout: Duration) -> io::Result<bool> {
    let milliseconds = i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX);
    let ready = select(&[socket], Until::Readable, milliseconds)?;
    Ok(ready == [true])
}

/// What tells an open file from all others: its volume, and its number there.
pub(crate) fn file_identity(file: &File) -> io::Result<(u32, u64)> {
    /// `BY_HANDLE_FILE_INFORMATION`.
    #[repr(C)]
    #[derive(Default)]
    struct About {
        attributes: u32,
        times: [u32; 6],
        volume: u32,
        size: [u32; 2],
        links: u32,
        index: [u32; 2],
    }

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetFileInformationByHandle(file: RawHandle, about: *mut About) -> i32;
    }

    let mut about = About::default();
    // SAFETY: the handle is open as long as `file` lives, and `about` has the size that the system writes.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut about) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let [high, low] = about.index;
    Ok((about.volume, u64::from(high) << 32 | u64::from(low)))
}
