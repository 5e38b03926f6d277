//! A connection: socket, TLS, what was received and not used yet, and whether it still lives.

use std::fmt;

use super::Authority;
use super::room::{Input, Room};
use super::socket::{Fault, Pending, Received, Socket, Wait};
use super::tls::Records;
use crate::cancel::Limits;
use crate::process;

/// Room for what is received at first: most heads with their body.
const INPUT: usize = 8 * 1024;

/// Memory of this and less is kept by an idle connection.
const IDLE_INPUT: usize = 8 * 1024;
const IDLE_HEAD: usize = 4 * 1024;

/// A connection and what it keeps from one request to the next.
pub(crate) struct Connection {
    pub(super) authority: Authority,
    socket: Socket,
    tls: Option<Box<Records>>,
    /// For requests that a proxy forwards: the part of the target before the path (RFC 9112, section 3.2.2).
    pub(super) absolute_form: Option<String>,
    /// Where the head of a request is written.
    pub(super) head: Vec<u8>,
    /// Where the pieces of a body that is not in memory are read to.
    pub(super) piece: Room,
    /// Received and not used yet.
    pub(super) input: Input,
    /// Whether a request went over it.
    pub(super) used: bool,
    /// The process that made it.
    pub(super) process: u32,
}

impl Connection {
    pub fn new(
        authority: Authority,
        socket: Socket,
        tls: Option<Box<Records>>,
        absolute_form: Option<String>,
    ) -> Connection {
        Connection {
            authority,
            socket,
            tls,
            absolute_form,
            head: Vec::new(),
            piece: Room::default(),
            input: Input::default(),
            used: false,
            process: process::id(),
        }
    }

    /// Whether an idle connection can take another request.
    pub fn is_alive(&mut self, limits: &Limits) -> bool {
        match (self.socket.pending(), &mut self.tls) {
            (Pending::Nothing, _) => true,
            // TLS has messages of its own, such as session tickets.
            (Pending::Bytes, Some(tls)) => tls.is_quiet(&self.socket, &mut Wait::moving(limits)),
            // An idle server has nothing to say.
            _ => false,
        }
    }

    /// Lets the socket wake up as often as `limits` wants to be asked.
    pub fn set_slice(&mut self, limits: &Limits) -> std::io::Result<()> {
        self.socket.set_slice(limits)
    }

    /// Whether the server has sent something or closed.
    pub fn is_readable(&self) -> bool {
        self.socket.pending() != Pending::Nothing
    }

    /// Receives into the input, which gets room for at least `size` bytes. With `blocks`, it waits for bytes of HTTP;
    /// without, the caller knows that the socket has something.
    pub fn fill(
        &mut self,
        size: usize,
        wait: &mut Wait<'_>,
        blocks: bool,
    ) -> Result<Received, Fault> {
        self.check_process()?;
        let room = self.input.free(size.max(INPUT)).map_err(Fault::Stop)?;
        let received = receive(&self.socket, &mut self.tls, room, wait, blocks)?;
        if let Received::Bytes(got) = received {
            self.input.received(got);
        }
        Ok(received)
    }

    /// Receives into `buffer`, past the input, which is empty.
    pub fn receive(&mut self, buffer: &mut [u8], wait: &mut Wait<'_>) -> Result<Received, Fault> {
        self.check_process()?;
        receive(&self.socket, &mut self.tls, buffer, wait, true)
    }

    /// An error in a child of `fork`: what it took from the socket would be missing in its parent, whose connection it is.
    fn check_process(&self) -> Result<(), Fault> {
        process::check(self.process).map_err(Fault::Stop)
    }

    /// Sends some of `first` and then `second`: how many bytes need not be given again.
    pub fn send(
        &mut self,
        first: &[u8],
        second: &[u8],
        wait: &mut Wait<'_>,
    ) -> Result<usize, Fault> {
        self.check_process()?;
        match &mut self.tls {
            Some(tls) => tls.send(&self.socket, first, second, wait),
            None => self.socket.send(first, second, wait),
        }
    }

    /// Sends what [`send`](Self::send) has taken but not sent.
    pub fn flush(&mut self, wait: &mut Wait<'_>) -> Result<(), Fault> {
        match &mut self.tls {
            Some(tls) => tls.flush(&self.socket, wait),
            None => Ok(()),
        }
    }

    /// Whether more has arrived than the answers to our requests.
    pub fn has_leftover(&mut self) -> bool {
        !self.input.is_empty() || self.tls.as_mut().is_some_and(|tls| tls.has_leftover())
    }

    /// Overwrites what was received. To be used no more.
    #[cfg(feature = "credentials")]
    pub fn wipe(&mut self) {
        self.input.wipe();
        if let Some(tls) = &mut self.tls {
            tls.wipe();
        }
    }

    /// Gives back the memory that an idle connection does not need.
    pub fn rest(&mut self) {
        self.input.shrink(IDLE_INPUT);
        self.piece.shrink(0);
        if self.head.capacity() > IDLE_HEAD {
            self.head = Vec::new();
        }
        if let Some(tls) = &mut self.tls {
            tls.rest();
        }
    }
}

fn receive(
    socket: &Socket,
    tls: &mut Option<Box<Records>>,
    buffer: &mut [u8],
    wait: &mut Wait<'_>,
    blocks: bool,
) -> Result<Received, Fault> {
    match tls {
        Some(tls) => tls.receive(socket, buffer, wait, blocks),
        None => Ok(match socket.receive(buffer, wait)? {
            0 => Received::End,
            got => Received::Bytes(got),
        }),
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}
