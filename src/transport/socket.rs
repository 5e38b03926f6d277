//! A TCP socket that blocks in short slices, so that cancelling and timeouts reach it wherever it waits.
//!
//! Everything that differs between operating systems once a connection stands is here: flags, and the look at what lies
//! ready without taking it.

use std::io::{self, IoSlice, Read};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::connect;
use crate::cancel::{Connecting, Limits, SLICE};
use crate::error::{Error, Result};
#[cfg(windows)]
use crate::ffi::os;

/// A connected socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// The timeout set on the socket now.
    slice: Duration,
}

/// What lies ready on a socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pending {
    Nothing,
    Bytes,
    Closed,
}

/// What a read brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Bytes(usize),
    /// Nothing for us: messages of TLS itself, or a part of a record.
    Nothing,
    /// The end, as the protocol announces it.
    End,
    /// The connection was cut.
    Cut,
}

/// Why a read or write did not happen.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The call has to stop: cancelled or out of time.
    Stop(Error),
    /// Nothing can be sent now, and the peer has sent something or closed.
    PeerSpeaks,
    Io(io::Error),
}

/// How long an exchange, or the making of a connection, may wait. The idle clock goes on over signals, slices and
/// whatever else is not a byte that moves.
pub(crate) struct Wait<'a> {
    limit: Limit<'a>,
    /// Since when no byte moves, as far as somebody looked.
    since: Option<Instant>,
    /// A byte has been given to the kernel.
    pub sent: bool,
}

enum Limit<'a> {
    Moving(&'a Limits),
    Connecting(&'a Connecting<'a>, &'a str),
}

impl<'a> Wait<'a> {
    /// For an exchange.
    pub fn moving(limits: &'a Limits) -> Wait<'a> {
        Wait {
            limit: Limit::Moving(limits),
            since: None,
            sent: false,
        }
    }

    /// For what comes before the first exchange; `whom` names the peer.
    pub fn connecting(limit: &'a Connecting<'a>, whom: &'a str) -> Wait<'a> {
        Wait {
            limit: Limit::Connecting(limit, whom),
            since: None,
            sent: false,
        }
    }

    /// An error if the call has to stop, before it waits.
    fn check(&self) -> Result<()> {
        match &self.limit {
            Limit::Moving(limits) => limits.check(),
            Limit::Connecting(limit, whom) => limit.check(whom),
        }
    }

    /// Nothing moved for `at_least`: an error if the call has to stop.
    fn check_idle(&mut self, at_least: Duration, doing: &str) -> Result<()> {
        let since = *self.since.get_or_insert_with(|| {
            let now = Instant::now();
            now.checked_sub(at_least).unwrap_or(now)
        });
        match &self.limit {
            Limit::Moving(limits) => limits.check_idle(since, doing),
            Limit::Connecting(limit, whom) => limit.check(whom),
        }
    }

    fn is_moving(&self) -> bool {
        matches!(self.limit, Limit::Moving(_))
    }
}

impl Socket {
    /// Connects to the first address that answers, and says which one that is.
    pub fn connect(
        addresses: &[SocketAddr],
        whom: &str,
        limit: &Connecting,
    ) -> Result<(Socket, SocketAddr)> {
        let (stream, address) = connect::connect(addresses, whom, limit)?;
        let slice = SLICE;
        Ok((Socket { stream, slice }, address))
    }

    /// Lets the socket wake up as often as `limits` wants to be asked.
    pub fn set_slice(&mut self, limits: &Limits) -> io::Result<()> {
        let slice = limits.slice();
        if slice != self.slice {
            connect::set_slice(&SockRef::from(&self.stream), slice)?;
            self.slice = slice;
        }
        Ok(())
    }

    /// Looks without waiting and without taking anything.
    pub fn pending(&self) -> Pending {
        let mut byte = [MaybeUninit::uninit()];
        loop {
            return match peek_now(&SockRef::from(&self.stream), &mut byte) {
                Ok(0) => Pending::Closed,
                Ok(_) => Pending::Bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_slice(&error) => Pending::Nothing,
                Err(_) => Pending::Closed,
            };
        }
    }

    /// Receives into `buffer`: how many bytes, 0 after the peer's FIN.
    pub fn receive(&self, buffer: &mut [u8], wait: &mut Wait<'_>) -> Result<usize, Fault> {
        wait.check().map_err(Fault::Stop)?;
        loop {
            let cause = match (&self.stream).read(buffer) {
                Ok(got) => {
                    if got > 0 {
                        wait.since = None;
                    }
                    return Ok(got);
                }
                Err(cause) => cause,
            };
            self.judge(cause, wait, "waiting for the server", wait_readable)?;
        }
    }

    /// Sends some of `first` and then `second`: how many bytes. Gives up with [`Fault::PeerSpeaks`] when it is stuck and the
    /// peer has sent something or closed.
    pub fn send(&self, first: &[u8], second: &[u8], wait: &mut Wait<'_>) -> Result<usize, Fault> {
        wait.check().map_err(Fault::Stop)?;
        let socket = SockRef::from(&self.stream);
        loop {
            let sent = match (first, second) {
                (one, []) | ([], one) => socket.send_with_flags(one, NO_SIGNAL),
                _ => {
                    let slices = [IoSlice::new(first), IoSlice::new(second)];
                    socket.send_vectored_with_flags(&slices, NO_SIGNAL)
                }
            };
            let cause = match sent {
                Ok(sent) => {
                    wait.sent = true;
                    wait.since = None;
                    return Ok(sent);
                }
                Err(cause) => cause,
            };
            self.judge(cause, wait, "sending to the server", wait_writable)?;
            if wait.is_moving() && self.pending() != Pending::Nothing {
                return Err(Fault::PeerSpeaks);
            }
        }
    }

    /// Whether to try again after `cause`; `ready` waits until there is reason to, where the call itself has not.
    fn judge(
        &self,
        cause: io::Error,
        wait: &mut Wait<'_>,
        doing: &str,
        ready: fn(&SockRef<'_>, Duration) -> io::Result<bool>,
    ) -> Result<(), Fault> {
        let waited = if is_slice(&cause) {
            if ready(&SockRef::from(&self.stream), self.slice).map_err(Fault::Io)? {
                return Ok(());
            }
            self.slice
        } else if cause.kind() == io::ErrorKind::Interrupted {
            // A signal may come again and again before the slice is over: the clock says how long it has been.
            Duration::ZERO
        } else {
            return Err(Fault::Io(cause));
        };
        wait.check_idle(waited, doing).map_err(Fault::Stop)
    }
}

#[cfg(unix)]
fn peek_now(socket: &SockRef<'_>, byte: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
    socket.recv_with_flags(byte, libc::MSG_PEEK | libc::MSG_DONTWAIT)
}

/// No call on these sockets blocks.
#[cfg(windows)]
fn peek_now(socket: &SockRef<'_>, byte: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
    socket.peek(byte)
}

/// The call has waited already.
#[cfg(unix)]
fn wait_readable(_: &SockRef<'_>, _: Duration) -> io::Result<bool> {
    Ok(false)
}

#[cfg(windows)]
fn wait_readable(socket: &SockRef<'_>, slice: Duration) -> io::Result<bool> {
    os::wait_readable(socket, slice)
}

/// The call has waited already.
#[cfg(unix)]
fn wait_writable(_: &SockRef<'_>, _: Duration) -> io::Result<bool> {
    Ok(false)
}

#[cfg(windows)]
fn wait_writable(socket: &SockRef<'_>, slice: Duration) -> io::Result<bool> {
    os::wait_writable(&[&**socket], slice).map(|ready| ready == [true])
}

/// Never raise SIGPIPE: a library must not kill its host because a peer closed.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;
/// Elsewhere SO_NOSIGPIPE is set when the socket is made.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NO_SIGNAL: i32 = 0;

/// Whether a socket call ended only because its slice was over.
fn is_slice(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    ) && !is_dead_peer(error)
}

/// The peer does not answer the kernel any more.
#[cfg(unix)]
fn is_dead_peer(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ETIMEDOUT)
}

/// The end of a slice has the same number.
#[cfg(not(unix))]
fn is_dead_peer(_: &io::Error) -> bool {
    false
}
