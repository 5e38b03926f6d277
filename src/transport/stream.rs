//! A connection for others than the object path: bytes in, bytes out, within limits.

use std::io::{self, Read, Write};

use super::Authority;
use super::session::Session;
use super::socket::Socket;
use super::tls;
use crate::cancel::Limits;
use crate::error::Result;

/// A connection of its own, never pooled.
pub(crate) struct Stream {
    socket: Socket,
    tls: Option<tls::Stream>,
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
        let connection = self.connect(authority, proxied, &limits)?;
        let (mut socket, tls) = (connection.socket, connection.tls);
        socket.set_slice(&limits).map_err(|cause| {
            crate::error::Error::new(
                crate::error::Kind::Network,
                format!("the connection broke: {cause}"),
            )
        })?;
        Ok(Stream {
            socket,
            tls,
            limits,
        })
    }
}

impl Stream {
    /// How many bytes came; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.tls {
            Some(tls) => tls.read(&self.socket, &self.limits, buffer),
            None => self.socket.with(&self.limits).read(buffer),
        }
    }

    pub fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => tls.write_all(&self.socket, &self.limits, bytes),
            None => self.socket.with(&self.limits).write_all(bytes),
        }
    }
}
