//! The part of HTTP/1.1 that ureq does: it writes and reads the messages, on connections that we open, watch and keep.
//!
//! ureq's own agent would look the host up for every request, keep its own pool, know nothing of cancelling and lose an
//! answer that comes before the body was sent. So an [`Engine`] is an agent with one socket to its name: before a request
//! the connection is put into its slot, ureq's connector takes it out as a [`Lease`], and when ureq asks the lease
//! whether it is still open, which it does exactly when the exchange ended cleanly, the connection goes back into the slot.

use std::fmt;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::Agent;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::body::Watch;
use super::connection::{BUFFER, Connection};
use crate::error::{Error, Kind};

/// Largest head of an answer.
const MAX_HEAD: usize = 96 * 1024;

/// Most that is read up to the final head, interim answers (1xx) included.
const MAX_HEADS: usize = 1024 * 1024;

/// A ureq agent that knows only the connection in its slot.
#[derive(Clone)]
pub(super) struct Engine {
    pub agent: Agent,
    pub slot: Slot,
}

impl Engine {
    pub fn new() -> Engine {
        let slot = Slot::default();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .allow_non_standard_methods(true)
            .max_response_header_size(MAX_HEAD)
            .build();
        let agent = Agent::with_parts(config, slot.clone(), NoResolver);
        Engine { agent, slot }
    }
}

/// Where an engine finds its connection, and leaves it when the exchange ended cleanly.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot(Arc<Mutex<Option<Lease>>>);

impl Slot {
    pub fn put(&self, lease: Lease) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lease);
    }

    pub fn take(&self) -> Option<Lease> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Connector for Slot {
    type Out = Lease;

    fn connect(
        &self,
        _: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Lease>, ureq::Error> {
        Ok(self.take())
    }
}

/// ureq asks for addresses before it asks the connector, which does not need any.
#[derive(Debug)]
struct NoResolver;

impl Resolver for NoResolver {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> std::result::Result<ResolvedSocketAddrs, ureq::Error> {
        Ok(self.empty())
    }
}

/// A connection while ureq uses it.
pub(super) struct Lease {
    pub(super) connection: Option<Connection>,
    pub(super) watch: Arc<Watch>,
    pub(super) slot: Slot,
    /// Whether the head waits for the first bytes of the body, to go out with them in one write.
    pub(super) hold_head: bool,
    /// Bytes at the start of the output buffer that wait.
    pub(super) held: usize,
    /// Writes so far.
    pub(super) sent: u32,
    /// Whether the last look at the input used any of it.
    pub(super) progress: bool,
    /// Whether the body goes out in chunks.
    pub(super) chunked: bool,
    /// Bytes that came before the head of the answer was done.
    pub(super) head_bytes: usize,
}

impl Lease {
    fn transmit(&mut self, amount: usize) -> io::Result<()> {
        let Some(connection) = &mut self.connection else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let mut ready = self.held + amount;
        if self.sent == 0 && self.held == 0 {
            if let Some(prefix) = &connection.absolute_form {
                ready += insert_after_method(&mut connection.output, prefix);
            }
            if self.hold_head {
                self.held = ready;
                return Ok(());
            }
        }
        self.held = 0;
        self.sent += 1;
        let limits = &self.watch.limits;
        if self.watch.early() || (self.sent > 1 && connection.has_answer(limits)?) {
            self.watch.early.store(true, Ordering::Relaxed);
            return Ok(());
        }
        match connection.write_all(ready, limits) {
            // The server may have answered before it hung up: the answer, if there is one, says more than the broken pipe.
            Err(cause) if is_hang_up(&cause) => {
                self.watch.early.store(true, Ordering::Relaxed);
                Ok(())
            }
            done => done,
        }
    }

    fn receive(&mut self) -> io::Result<bool> {
        let Some(connection) = &mut self.connection else {
            return Err(io::ErrorKind::NotConnected.into());
        };
        let reading_body = self.watch.reading_body.load(Ordering::Relaxed);
        let got = match connection.read(&self.watch.limits) {
            // ureq takes a broken connection for the end of a body without a length. It is not: only FIN, and over TLS
            // only a close_notify, ends one.
            Err(cause) if reading_body && is_broken(&cause) => {
                return Err(io::Error::other(Error::new(
                    Kind::Truncated,
                    format!("the connection broke before the answer was complete: {cause}"),
                )));
            }
            done => done?,
        };
        if got > 0 {
            self.watch.answered.store(true, Ordering::Relaxed);
        }
        self.head_bytes += if reading_body { 0 } else { got };
        if self.head_bytes > MAX_HEADS {
            return Err(io::Error::other(Error::new(
                Kind::BadResponse,
                format!("more than {MAX_HEADS} bytes came, but no final answer"),
            )));
        }
        Ok(got > 0)
    }

    fn output_from(&mut self, start: usize) -> &mut [u8] {
        let Some(connection) = &mut self.connection else {
            return &mut [];
        };
        if connection.output.len() < BUFFER {
            connection.output.resize(BUFFER, 0);
        }
        connection.output.get_mut(start..).unwrap_or_default()
    }

    /// Files the reason of a failure where `exchange` and `Body` look for it.
    fn report<T>(&self, result: io::Result<T>) -> std::result::Result<T, ureq::Error> {
        result.map_err(|cause| {
            let kind = cause.kind();
            if let Ok(error) = cause.downcast::<Error>() {
                self.watch.fail(error);
                return ureq::Error::Io(io::ErrorKind::Other.into());
            }
            ureq::Error::Io(kind.into())
        })
    }
}

impl Transport for Lease {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        _: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        let result = self.transmit(amount);
        self.report(result)
    }

    fn await_input(&mut self, _: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        let result = self.receive();
        self.report(result)
    }

    /// The exchange ended cleanly: see the head of this file. To ureq the connection is gone.
    fn is_open(&mut self) -> bool {
        if !self.watch.early()
            && let Some(connection) = self.connection.take()
        {
            self.slot.put(Lease {
                connection: Some(connection),
                watch: self.watch.clone(),
                slot: Slot::default(),
                hold_head: false,
                held: 0,
                sent: 0,
                progress: false,
                chunked: false,
                head_bytes: 0,
            });
        }
        false
    }

    fn is_tls(&self) -> bool {
        self.connection.as_ref().is_some_and(|c| c.tls.is_some())
    }
}

impl Buffers for Lease {
    fn output(&mut self) -> &mut [u8] {
        self.output_from(self.held)
    }

    fn input(&self) -> &[u8] {
        self.connection
            .as_ref()
            .and_then(|c| c.input.get(c.unread.clone()))
            .unwrap_or_default()
    }

    /// Not used: this transport fills its own buffer.
    fn input_append_buf(&mut self) -> &mut [u8] {
        &mut []
    }

    fn input_appended(&mut self, _: usize) {}

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        if let Some(connection) = &mut self.connection {
            let unread = &mut connection.unread;
            unread.start = (unread.start + amount).min(unread.end);
        }
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        let (held, chunked) = (self.held, self.chunked);
        self.output_from(held);
        let Some(connection) = &mut self.connection else {
            return (&mut [], &mut []);
        };
        if chunked && connection.scratch.is_empty() {
            // A chunk and its frame have to fit behind what is held.
            connection.scratch.resize(BUFFER / 2, 0);
        }
        let output = connection.output.get_mut(held..).unwrap_or_default();
        (&mut connection.scratch, output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && !self.input().is_empty()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lease({:?})", self.connection)
    }
}

/// Turns `GET /path` into `GET http://host/path`; how many bytes that added.
fn insert_after_method(output: &mut Vec<u8>, prefix: &str) -> usize {
    match output.iter().position(|byte| *byte == b' ') {
        Some(blank) => {
            output.splice(blank + 1..blank + 1, prefix.bytes());
            prefix.len()
        }
        None => 0,
    }
}

/// Why a body stops being sent although the call may go on: the server hung up, or has something to say.
fn is_hang_up(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::WouldBlock
    )
}

fn is_broken(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::UnexpectedEof
    )
}
