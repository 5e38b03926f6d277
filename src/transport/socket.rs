//! A TCP socket that blocks in short slices, so that cancelling and time-outs reach it wherever it waits.

use std::io::{self, IoSlice, Read, Write};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, Socket as RawSocket, Type};

use crate::cancel::{Connecting, Limits, SLICE};
use crate::error::{Error, Kind};

/// A connected socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// The time-out set on the socket now.
    slice: Duration,
}

/// What lies ready on an idle socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    Nothing,
    Bytes,
    Closed,
}

impl Socket {
    /// Connects to the first address that answers. All addresses share what is left of the connect time-out; each but
    /// the last gets half of it.
    pub fn connect(
        addresses: &[SocketAddr],
        whom: &str,
        limit: &Connecting,
    ) -> Result<Socket, Error> {
        let mut failure = None;
        for (index, address) in addresses.iter().enumerate() {
            let last = index + 1 == addresses.len();
            let share = if last { limit.left() } else { limit.left() / 2 };
            match connect_one(*address, Instant::now() + share, whom, limit) {
                Ok(Some(stream)) => {
                    let slice = SLICE;
                    return Ok(Socket { stream, slice });
                }
                Ok(None) => {}
                Err(Unreached::Stop(error)) => return Err(error),
                Err(Unreached::Address(error)) => failure = Some((*address, error)),
            }
        }
        limit.check(whom)?;
        Err(Error::new(
            Kind::Network,
            match failure {
                Some((address, error)) => format!("cannot connect to {whom} ({address}): {error}"),
                None => format!("cannot connect to {whom}: no address answered in time"),
            },
        ))
    }

    /// Lets the socket wake up as often as `limits` wants to be asked.
    pub fn set_slice(&mut self, limits: &Limits) -> io::Result<()> {
        let slice = limits.slice();
        if slice != self.slice {
            self.stream.set_read_timeout(Some(slice))?;
            self.stream.set_write_timeout(Some(slice))?;
            self.slice = slice;
        }
        Ok(())
    }

    /// Looks without waiting and without taking anything.
    pub fn pending(&self) -> Pending {
        let mut byte = [MaybeUninit::uninit()];
        match SockRef::from(&self.stream).recv_with_flags(&mut byte, PEEK_NOW) {
            Ok(0) => Pending::Closed,
            Ok(_) => Pending::Bytes,
            Err(error) if is_slice(&error) => Pending::Nothing,
            Err(_) => Pending::Closed,
        }
    }

    /// The socket as a reader and writer that gives up when `limits` ends.
    pub fn with<'a>(&'a self, limits: &'a Limits) -> Guarded<'a> {
        Guarded {
            socket: self,
            limit: Limit::Moving(limits),
        }
    }

    /// The same while the connection is being set up.
    pub fn while_connecting<'a>(&'a self, limit: &'a Connecting<'a>, whom: &'a str) -> Guarded<'a> {
        Guarded {
            socket: self,
            limit: Limit::Connecting(limit, whom),
        }
    }
}

const PEEK_NOW: i32 = libc::MSG_PEEK | libc::MSG_DONTWAIT;

/// Never raise SIGPIPE: a library must not kill its host because a peer closed.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// Elsewhere the standard library sets SO_NOSIGPIPE on the socket.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_SIGNAL: i32 = 0;

enum Unreached {
    /// The call ends: cancelled, or out of time.
    Stop(Error),
    /// Only this address failed.
    Address(io::Error),
}

impl From<io::Error> for Unreached {
    fn from(error: io::Error) -> Unreached {
        Unreached::Address(error)
    }
}

/// `None` when `until` came first.
fn connect_one(
    address: SocketAddr,
    until: Instant,
    whom: &str,
    limit: &Connecting,
) -> Result<Option<TcpStream>, Unreached> {
    let socket = RawSocket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_read_timeout(Some(SLICE))?;
    socket.set_write_timeout(Some(SLICE))?;
    while !connect_slice(&socket, address)? {
        limit.check(whom).map_err(Unreached::Stop)?;
        if Instant::now() >= until {
            return Ok(None);
        }
    }
    socket.set_tcp_nodelay(true)?;
    Ok(Some(socket.into()))
}

/// Waits one slice for the connection; whether it stands.
///
/// On Linux the send time-out also bounds `connect(2)`, which then reports EINPROGRESS and may be called again.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn connect_slice(socket: &RawSocket, address: SocketAddr) -> io::Result<bool> {
    match socket.connect(&address.into()) {
        Ok(()) => Ok(true),
        Err(error) => match error.raw_os_error() {
            Some(libc::EISCONN) => Ok(true),
            Some(libc::EINPROGRESS | libc::EALREADY | libc::EAGAIN | libc::EINTR) => Ok(false),
            _ => Err(error),
        },
    }
}

/// Elsewhere a connection attempt is one slice of at most five seconds.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn connect_slice(socket: &RawSocket, address: SocketAddr) -> io::Result<bool> {
    socket
        .connect_timeout(&address.into(), Duration::from_secs(5))
        .map(|()| true)
}

enum Limit<'a> {
    Moving(&'a Limits),
    Connecting(&'a Connecting<'a>, &'a str),
}

/// A socket and the limits of the call that uses it. Its errors carry an [`Error`] when the call has to stop.
pub(crate) struct Guarded<'a> {
    socket: &'a Socket,
    limit: Limit<'a>,
}

impl Guarded<'_> {
    /// As [`wait`](Self::wait), but gives up with `WouldBlock` when the peer speaks or closes meanwhile.
    fn wait_to_write<T>(&self, io: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        let moving = matches!(self.limit, Limit::Moving(_));
        let interrupted = || moving && self.socket.pending() != Pending::Nothing;
        self.wait_unless(interrupted, "sending to the server", io)
    }

    fn wait<T>(&self, doing: &str, io: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        self.wait_unless(|| false, doing, io)
    }

    fn wait_unless<T>(
        &self,
        interrupted: impl Fn() -> bool,
        doing: &str,
        mut io: impl FnMut() -> io::Result<T>,
    ) -> io::Result<T> {
        self.check(None, doing)?;
        let mut since = None;
        loop {
            match io() {
                Err(error) if is_slice(&error) => {
                    let slice = self.socket.slice;
                    // The first slice is over: the wait began one slice ago.
                    let since = *since.get_or_insert_with(|| {
                        let now = Instant::now();
                        now.checked_sub(slice).unwrap_or(now)
                    });
                    self.check(Some(since), doing)?;
                    if interrupted() {
                        return Err(io::ErrorKind::WouldBlock.into());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }

    fn check(&self, since: Option<Instant>, doing: &str) -> io::Result<()> {
        match (&self.limit, since) {
            (Limit::Moving(limits), None) => limits.check(),
            (Limit::Moving(limits), Some(since)) => limits.check_idle(since, doing),
            (Limit::Connecting(limit, whom), _) => limit.check(whom),
        }
        .map_err(io::Error::other)
    }
}

impl Read for Guarded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut stream = &self.socket.stream;
        self.wait("waiting for the server", || stream.read(buffer))
    }
}

impl Write for Guarded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stream = &self.socket.stream;
        self.wait_to_write(|| stream.write(bytes))
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let stream = SockRef::from(&self.socket.stream);
        self.wait_to_write(|| stream.send_vectored_with_flags(slices, NO_SIGNAL))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a socket call ended only because its slice was over.
fn is_slice(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ) && error.raw_os_error() != Some(libc::ETIMEDOUT)
}
