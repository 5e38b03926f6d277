//! Opening a connection to a host with several addresses (RFC 8305): the next one gets its try 250 ms after the one before,
//! or as soon as that failed, and the first that stands is taken. All of it in the calling thread.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockRef, Socket as RawSocket, Type};

use crate::cancel::{Connecting, SLICE};
use crate::descriptor::above_standard;
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
    let socket = above_standard(socket)?;
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

/// The socket as requests use it: it wakes up after a slice.
fn prepared(socket: RawSocket) -> io::Result<TcpStream> {
    #[cfg(unix)]
    socket.set_nonblocking(false)?;
    socket.set_tcp_nodelay(true)?;
    set_slice(&SockRef::from(&socket), SLICE)?;
    Ok(socket.into())
}

/// Has a socket wake up that often.
#[cfg(unix)]
pub(super) fn set_slice(socket: &SockRef<'_>, slice: Duration) -> io::Result<()> {
    socket.set_read_timeout(Some(slice))?;
    socket.set_write_timeout(Some(slice))
}

/// After a timeout of its own, Windows says nothing of what was sent before: part of a body would be sent twice. So these
/// sockets never block, and are waited for.
#[cfg(windows)]
pub(super) fn set_slice(_: &SockRef<'_>, _: Duration) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::cancel::Limits;

    fn limits(connect: Duration) -> Limits {
        Limits {
            cancel: None,
            connect,
            idle: Duration::from_secs(60),
            deadline: None,
        }
    }

    /// An address that neither accepts nor refuses: the queue of its listener is full.
    fn silent() -> (SocketAddr, Vec<RawSocket>) {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let listener = RawSocket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&any.into()).unwrap();
        listener.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut sockets = vec![listener];
        for _ in 0..8 {
            let filler = RawSocket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            filler.set_nonblocking(true).unwrap();
            let _ = filler.connect(&address);
            sockets.push(filler);
        }
        std::thread::sleep(Duration::from_millis(50));
        (address.as_socket().unwrap(), sockets)
    }

    /// Bound, so that nobody else gets it, but nobody listens.
    fn refusing() -> SocketAddr {
        let socket = RawSocket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket
            .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
            .unwrap();
        let address = socket.local_addr().unwrap().as_socket().unwrap();
        std::mem::forget(socket);
        address
    }

    #[test]
    fn an_address_that_is_silent_or_refuses_does_not_hold_up_the_next() {
        let (silent, _sockets) = silent();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = listener.local_addr().unwrap();
        let limits = limits(Duration::from_secs(30));
        for (addresses, head_starts) in [
            (vec![good, silent], 0),
            (vec![refusing(), good], 0),
            (vec![silent, good], 1),
            (vec![silent, silent, good], 2),
            (vec![silent, refusing(), good], 1),
        ] {
            let began = Instant::now();
            let (_, winner) = connect(&addresses, "host", &limits.connecting()).unwrap();
            assert_eq!(winner, good, "{addresses:?}");
            let took = began.elapsed();
            assert!(took >= HEAD_START * head_starts, "{addresses:?}: {took:?}");
            assert!(took < Duration::from_secs(10), "{addresses:?}: {took:?}");
        }
    }

    #[test]
    fn failures_name_every_address_and_silence_is_a_timeout() {
        let (silent, _sockets) = silent();
        let (one, two) = (refusing(), refusing());
        let limits = limits(Duration::from_millis(400));
        let error = connect(&[one, two], "host", &limits.connecting()).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("cannot connect to host ("), "{text}");
        assert!(
            text.contains(&one.to_string()) && text.contains(&two.to_string()),
            "{text}"
        );
        let error = connect(&[silent, one], "host", &limits.connecting()).unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout);
        let error = connect(&[], "host", &limits.connecting()).unwrap_err();
        assert_eq!(error.kind(), Kind::Network);
    }
}
