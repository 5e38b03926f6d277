//! The body of an answer, read as it arrives; with its last byte the connection goes back to its session.

use std::sync::Arc;

use super::connection::Connection;
use super::framing::{Framing, Taken};
use super::session::Shared;
use super::socket::{Fault, Received, Wait};
use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};

/// What is wanted past the input has to be worth a system call of its own.
const DIRECT: usize = 8 * 1024;

/// Room for the input of a body that is read in small pieces.
const INPUT: usize = 16 * 1024;

/// The body of an answer.
pub(crate) struct Body {
    /// `None` once the body has ended.
    connection: Option<Box<Connection>>,
    framing: Framing,
    ends_with_connection: bool,
    /// Whether the connection may be used again after the body.
    reusable: bool,
    shared: Arc<Shared>,
    limits: Limits,
    /// What the reading of the body failed of.
    failure: Option<Error>,
}

impl Body {
    pub fn new(
        connection: Box<Connection>,
        framing: Framing,
        reusable: bool,
        shared: &Arc<Shared>,
        limits: &Limits,
    ) -> Body {
        let mut body = Body {
            connection: Some(connection),
            framing,
            ends_with_connection: framing == Framing::UntilClose,
            reusable,
            shared: shared.clone(),
            limits: limits.clone(),
            failure: None,
        };
        if framing.is_over() {
            body.finish();
        }
        body
    }

    /// Whether the last byte has been read.
    pub fn is_over(&self) -> bool {
        self.connection.is_none() && self.failure.is_none()
    }

    /// Whether the body has no end of its own.
    pub fn ends_with_connection(&self) -> bool {
        self.ends_with_connection
    }

    /// Reads on: how many bytes, 0 at the end. An error stays.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if let Some(error) = &self.failure {
            return Err(error.clone());
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        let result = self.read_on(buffer);
        match &result {
            Ok(_) if self.framing.is_over() => self.finish(),
            Ok(_) => {}
            Err(error) => {
                // That the call has no more time says nothing of the connection.
                if let Some(connection) = self.connection.take()
                    && error.is_retryable()
                {
                    self.shared.distrust(&connection.authority, error);
                }
                self.failure = Some(error.clone());
            }
        }
        result
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let Some(connection) = &mut self.connection else {
            return Ok(0);
        };
        let mut wait = Wait::moving(&self.limits);
        loop {
            let needed = match self.framing.take(&mut connection.input, buffer)? {
                Taken::Bytes(got) => return Ok(got),
                Taken::End => return Ok(0),
                Taken::NeedsMore(needed) => needed,
            };
            let room = buffer
                .len()
                .min(usize::try_from(needed).unwrap_or(usize::MAX));
            // The rest of a body of known length needs no room beside the caller's.
            let is_rest = matches!(self.framing, Framing::Length(left) if left == room as u64);
            let is_direct = room >= DIRECT || is_rest;
            let received = if is_direct {
                connection.receive(buffer.get_mut(..room).unwrap_or_default(), &mut wait)
            } else {
                connection.fill(INPUT, &mut wait, true)
            };
            match received.map_err(broken)? {
                Received::Bytes(got) if is_direct => {
                    self.framing.passed(got);
                    return Ok(got);
                }
                Received::Bytes(_) | Received::Nothing => {}
                // Only FIN, and over TLS only a close_notify, ends a body without a length.
                Received::End if self.framing == Framing::UntilClose => {
                    self.framing = Framing::Length(0);
                    return Ok(0);
                }
                Received::End | Received::Cut => {
                    return Err(Error::new(
                        Kind::Truncated,
                        "the connection ended before the answer was complete",
                    ));
                }
            }
        }
    }

    fn finish(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && self.reusable
            && !connection.has_leftover()
        {
            self.shared.keep(connection);
        }
    }
}

fn broken(fault: Fault) -> Error {
    match fault {
        Fault::Stop(error) => error,
        Fault::PeerSpeaks => Error::new(Kind::Bug, "reading waited for sending"),
        Fault::Io(cause) if is_cut(&cause) => Error::new(
            Kind::Truncated,
            format!("the connection broke before the answer was complete: {cause}"),
        ),
        Fault::Io(cause) => Error::from_io(
            Kind::Network,
            "the connection broke during the answer",
            cause,
        ),
    }
}

fn is_cut(cause: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(
        cause.kind(),
        ConnectionReset | ConnectionAborted | UnexpectedEof
    )
}
