//! Opening a connection to a host with several addresses (RFC 8305): the next one gets its try 250 ms after the one before,
//! or as soon as that failed, and the first that stands is taken. All of it in the calling thread.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket as RawSocket, Type};

use crate::cancel::{Connecting, SLICE};
use crate::error::{Error, Kind, Result};
use crate::ffi::os;

/// How long an address is tried alone.
const HEAD_START: Duration = Duration::from_millis(250);

/// A connection to the first of `addresses` that answers, and which one that is. `whom` names the peer in messages.
pub(crate) fn connect(
    addresses: &[SocketAddr],
    whom: &str,
    limit: &Connecting<'_>,
) -> Result<(TcpStream, SocketAddr)> {
    let mut race = Race {
        waiting: Vec::new(),
        failures: Vec::new(),
        stands: None,
    };
    let mut addresses = addresses.iter();
    let mut next_start = Instant::now();
    loop {
        if let Some((socket, address)) = race.stands.take() {
            let broke = |cause| Error::new(Kind::Network, format!("cannot connect: {cause}"));
            return prepared(socket).map(|s| (s, address)).map_err(broke);
        }
        limit.check(whom)?;
        let now = Instant::now();
        if race.waiting.is_empty() || now >= next_start {
            match addresses.next() {
                Some(address) => race.start(*address),
                None if race.waiting.is_empty() => return Err(race.lost(whom)),
                None => {}
            }
            next_start = now + HEAD_START;
        }
        if race.waiting.is_empty() || race.stands.is_some() {
            continue;
        }
        let mut wait = SLICE.min(limit.left());
        if addresses.len() > 0 {
            wait = wait.min(next_start.saturating_duration_since(now));
        }
        let failed = race.failures.len();
        race.wait(wait);
        if race.failures.len() > failed {
            next_start = Instant::now();
        }
    }
}

/// Attempts that run side by side.
struct Race {
    waiting: Vec<(RawSocket, SocketAddr)>,
    failures: Vec<(SocketAddr, io::Error)>,
    stands: Option<(RawSocket, SocketAddr)>,
}

impl Race {
    fn start(&mut self, address: SocketAddr) {
        match begin(address) {
            Ok((socket, true)) => self.stands = Some((socket, address)),
            Ok((socket, false)) => self.waiting.push((socket, address)),
            Err(cause) => self.failures.push((address, cause)),
        }
    }

    /// Waits until an attempt has ended, or `time` is over. A signal only ends the wait.
    fn wait(&mut self, time: Duration) {
        let sockets: Vec<&RawSocket> = self.waiting.iter().map(|(socket, _)| socket).collect();
        let ready = match os::wait_writable(&sockets, time) {
            Ok(ready) => ready,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => return,
            Err(cause) => {
                let (_, address) = self.waiting.swap_remove(0);
                return self.failures.push((address, cause));
            }
        };
        let waiting = std::mem::take(&mut self.waiting);
        for ((socket, address), ready) in waiting.into_iter().zip(ready) {
            if !ready {
                self.waiting.push((socket, address));
                continue;
            }
            match socket.take_error() {
                Ok(None) if self.stands.is_none() => self.stands = Some((socket, address)),
                Ok(None) => {}
                Ok(Some(cause)) | Err(cause) => self.failures.push((address, cause)),
            }
        }
    }

    /// No address is left.
    fn lost(&self, whom: &str) -> Error {
        let tried: Vec<String> = self
            .failures
            .iter()
            .map(|(address, cause)| format!("{address}: {cause}"))
            .collect();
        let tried = match tried.as_slice() {
            [] => "the name has no address".to_owned(),
            tried => tried.join("; "),
        };
        Error::new(Kind::Network, format!("cannot connect to {whom} ({tried})"))
    }
}

/// Begins to connect; whether the connection stands already.
fn begin(address: SocketAddr) -> io::Result<(RawSocket, bool)> {
    let socket = RawSocket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    let socket = above_stdio(socket)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Ok(()) => Ok((socket, true)),
        Err(cause) if is_in_progress(&cause) => Ok((socket, false)),
        Err(cause) => Err(cause),
    }
}

#[cfg(unix)]
fn is_in_progress(cause: &io::Error) -> bool {
    matches!(cause.raw_os_error(), Some(libc::EINPROGRESS | libc::EINTR))
}

#[cfg(not(unix))]
fn is_in_progress(cause: &io::Error) -> bool {
    cause.kind() == io::ErrorKind::WouldBlock
}

/// A daemon may have closed its standard streams. Their numbers are not for sockets: what the program prints would be sent.
#[cfg(unix)]
fn above_stdio(socket: RawSocket) -> io::Result<RawSocket> {
    use std::os::fd::{AsRawFd, OwnedFd};
    if socket.as_raw_fd() > libc::STDERR_FILENO {
        return Ok(socket);
    }
    // The standard library duplicates to 3 and above.
    OwnedFd::from(socket).try_clone().map(RawSocket::from)
}

#[cfg(not(unix))]
fn above_stdio(socket: RawSocket) -> io::Result<RawSocket> {
    Ok(socket)
}

/// The socket as requests use it: it blocks, in slices.
fn prepared(socket: RawSocket) -> io::Result<TcpStream> {
    socket.set_nonblocking(false)?;
    socket.set_tcp_nodelay(true)?;
    socket.set_read_timeout(Some(SLICE))?;
    socket.set_write_timeout(Some(SLICE))?;
    Ok(socket.into())
}
