//! A connection between requests: socket, TLS, buffers, and whether it still lives.

use std::fmt;
use std::io::{self, Read, Write};

use super::Authority;
use super::engine::Engine;
use super::socket::{Pending, Socket};
use super::tls;
use crate::cancel::Limits;
use crate::error::{Error, Kind};

/// Size of each of the two buffers of a connection. From 64 KiB on, larger ones make transfers no faster.
pub(super) const BUFFER: usize = 128 * 1024;

/// A connection and what has been read from it but not used yet.
pub(crate) struct Connection {
    pub(super) authority: Authority,
    pub(super) socket: Socket,
    pub(super) tls: Option<tls::Stream>,
    /// For requests that a proxy forwards: the part of the target before the path (RFC 9112, section 3.2.2).
    pub(super) absolute_form: Option<String>,
    pub(super) output: Vec<u8>,
    /// Room for ureq to read a piece of the body into, before it frames it as a chunk.
    pub(super) scratch: Vec<u8>,
    pub(super) input: Vec<u8>,
    pub(super) unread: std::ops::Range<usize>,
    pub(super) engine: Engine,
    pub(super) used: bool,
    /// The process that made it.
    pub(super) process: u32,
}

impl Connection {
    pub fn new(
        authority: Authority,
        socket: Socket,
        tls: Option<tls::Stream>,
        absolute_form: Option<String>,
    ) -> Connection {
        Connection {
            authority,
            socket,
            tls,
            absolute_form,
            output: Vec::new(),
            scratch: Vec::new(),
            input: Vec::new(),
            unread: 0..0,
            engine: Engine::new(),
            used: false,
            process: std::process::id(),
        }
    }

    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whether an idle connection can take another request.
    pub fn is_alive(&mut self, limits: &Limits) -> bool {
        match (self.socket.pending(), &mut self.tls) {
            (Pending::Nothing, _) => true,
            // TLS has messages of its own, such as session tickets.
            (Pending::Bytes, Some(tls)) => {
                matches!(tls.has_plaintext(&self.socket, limits), Ok(false))
            }
            // An idle server has nothing to say.
            _ => false,
        }
    }

    pub fn read(&mut self, limits: &Limits) -> io::Result<usize> {
        let Connection {
            socket,
            tls,
            input,
            unread,
            ..
        } = self;
        if input.is_empty() {
            input.resize(BUFFER, 0);
        }
        if unread.start > 0 {
            input.copy_within(unread.clone(), 0);
            *unread = 0..unread.len();
        }
        let free = input.get_mut(unread.end..).unwrap_or_default();
        if free.is_empty() {
            return Err(io::Error::other(Error::new(
                Kind::BadResponse,
                format!("the head of the answer is longer than {BUFFER} bytes"),
            )));
        }
        let got = match tls {
            Some(tls) => tls.read(socket, limits, free)?,
            None => socket.with(limits).read(free)?,
        };
        unread.end += got;
        Ok(got)
    }

    pub fn write_all(&mut self, length: usize, limits: &Limits) -> io::Result<()> {
        let bytes = self.output.get(..length).unwrap_or_default();
        match &mut self.tls {
            Some(tls) => tls.write_all(&self.socket, limits, bytes),
            None => self.socket.with(limits).write_all(bytes),
        }
    }

    /// Whether the server has begun to answer, or hung up.
    pub fn has_answer(&mut self, limits: &Limits) -> io::Result<bool> {
        match (self.socket.pending(), &mut self.tls) {
            (Pending::Nothing, _) => Ok(false),
            (Pending::Bytes, Some(tls)) => tls.has_plaintext(&self.socket, limits),
            _ => Ok(true),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
