//! A connection for others than the object path: bytes in, bytes out, within limits.

use std::io;

use super::Authority;
use super::connection::Connection;
use super::session::Session;
use super::socket::{Fault, Received, Wait};
use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};

/// A connection of its own, never pooled. Errors carry an [`Error`] when the call has to stop.
pub(crate) struct Stream {
    connection: Box<Connection>,
    limits: Limits,
}

impl Session {
    /// Connects to `authority` as the session does, `proxied` through its proxy for https if there is one.
    pub(crate) fn open(
        &self,
        authority: &Authority,
        proxied: bool,
        limits: Limits,
    ) -> Result<Stream> {
        let mut connection = self.connect(authority, proxied, &limits)?;
        connection
            .set_slice(&limits)
            .map_err(|cause| Error::new(Kind::Network, format!("the connection broke: {cause}")))?;
        Ok(Stream { connection, limits })
    }
}

impl Stream {
    /// How many bytes came; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut wait = Wait::moving(&self.limits);
        match self.connection.receive(buffer, &mut wait) {
            Ok(Received::Bytes(got)) => Ok(got),
            Ok(Received::Nothing | Received::End) => Ok(0),
            Ok(Received::Cut) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(fault) => Err(into_io(fault)),
        }
    }

    pub fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let mut wait = Wait::moving(&self.limits);
        while !bytes.is_empty() {
            let sent = self
                .connection
                .send(bytes, &[], &mut wait)
                .map_err(into_io)?;
            bytes = bytes.get(sent..).unwrap_or_default();
        }
        self.connection.flush(&mut wait).map_err(into_io)
    }
}

/// What came are keys.
impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.wipe();
    }
}

fn into_io(fault: Fault) -> io::Error {
    match fault {
        Fault::Stop(error) => io::Error::other(error),
        Fault::PeerSpeaks => io::ErrorKind::WouldBlock.into(),
        Fault::Io(cause) => cause,
    }
}
