//! HTTP/1.1: ureq writes and reads the messages, on connections that we open, watch and keep.
//!
//! ureq's own agent would look the host up for every request, keep its own pool, know nothing of cancelling and lose an
//! answer that comes before the body was sent. So an [`Engine`] is an agent with one socket to its name: before a request
//! the connection is put into its slot, ureq's connector takes it out as a [`Lease`], and when ureq asks the lease
//! whether it is still open, which it does exactly when the exchange ended cleanly, the connection goes back into the slot.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ureq::http::{HeaderName, HeaderValue, Request, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use ureq::{Agent, SendBody};

use super::cancel::Patience;
use super::session::Shared;
use super::socket::{Pending, Socket};
use super::tls;
use super::{Authority, Failure, Incoming, Outgoing, Payload};
use crate::error::{Error, Kind, Result};

/// Size of each of the two buffers of a connection. From 64 KiB on, larger ones make transfers no faster.
const BUFFER: usize = 128 * 1024;

/// Largest head of an answer.
const MAX_HEAD: usize = 96 * 1024;

/// A connection and what has been read from it but not used yet.
pub(crate) struct Connection {
    authority: Authority,
    socket: Socket,
    tls: Option<tls::Stream>,
    /// For requests that a proxy forwards: the part of the target before the path (RFC 9112, section 3.2.2).
    absolute_form: Option<String>,
    output: Vec<u8>,
    /// Room for ureq to read a piece of the body into, before it frames it as a chunk.
    scratch: Vec<u8>,
    input: Vec<u8>,
    unread: std::ops::Range<usize>,
    engine: Engine,
    used: bool,
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
        }
    }

    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whether an idle connection can take another request.
    pub fn is_alive(&mut self, patience: &Patience) -> bool {
        match (self.socket.pending(), &mut self.tls) {
            (Pending::Nothing, _) => true,
            // TLS has messages of its own, such as session tickets.
            (Pending::Bytes, Some(tls)) => {
                matches!(tls.has_plaintext(&self.socket, patience), Ok(false))
            }
            // An idle server has nothing to say.
            _ => false,
        }
    }

    fn read(&mut self, patience: &Patience) -> io::Result<usize> {
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
            Some(tls) => tls.read(socket, patience, free)?,
            None => socket.with(patience).read(free)?,
        };
        unread.end += got;
        Ok(got)
    }

    fn write_all(&mut self, length: usize, patience: &Patience) -> io::Result<()> {
        let bytes = self.output.get(..length).unwrap_or_default();
        match &mut self.tls {
            Some(tls) => tls.write_all(&self.socket, patience, bytes),
            None => self.socket.with(patience).write_all(bytes),
        }
    }

    /// Whether the server has begun to answer, or hung up.
    fn has_answer(&mut self, patience: &Patience) -> io::Result<bool> {
        match (self.socket.pending(), &mut self.tls) {
            (Pending::Nothing, _) => Ok(false),
            (Pending::Bytes, Some(tls)) => tls.has_plaintext(&self.socket, patience),
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

/// Sends `request` on `connection` and waits for the head of the answer.
pub(crate) fn exchange(
    shared: &Arc<Shared>,
    mut connection: Connection,
    request: &mut Outgoing<'_>,
    proxy_authorization: Option<&str>,
    patience: &Patience,
) -> Result<Incoming, Failure> {
    let watch = Arc::new(Watch::new(patience.clone()));
    let reused = std::mem::replace(&mut connection.used, true);
    connection
        .socket
        .set_slice(patience)
        .map_err(|cause| Error::new(Kind::Network, format!("the connection broke: {cause}")))?;
    let engine = connection.engine.clone();
    let mut source = Source::new(request.payload.take(), &watch);
    let head = head(request, &source, proxy_authorization)?;
    engine.slot.put(Lease {
        hold_head: source.length != Some(0),
        connection: Some(connection),
        watch: watch.clone(),
        slot: engine.slot.clone(),
        held: 0,
        sent: 0,
        progress: false,
        chunked: source.length.is_none(),
    });
    let answer = if source.exists() {
        let body = SendBody::from_reader(&mut source);
        engine.agent.run(head.map(|()| body))
    } else {
        engine.agent.run(head)
    };
    let answer = answer.map_err(|error| {
        let error = watch.failure().unwrap_or_else(|| translate(error));
        let stale = reused && !watch.answered() && error.kind() == Kind::Network;
        Failure { error, stale }
    })?;
    let (head, body) = answer.into_parts();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    let mut body = Body {
        reader: Some(Box::new(body.into_reader())),
        slot: engine.slot,
        shared: shared.clone(),
        watch,
    };
    // Without a body the exchange is over already.
    body.keep_connection();
    Ok(Incoming {
        status: head.status.as_u16(),
        headers,
        body,
    })
}

fn head(
    request: &Outgoing<'_>,
    source: &Source<'_>,
    proxy_authorization: Option<&str>,
) -> Result<Request<()>> {
    let illegal = |what: &str, name: &str| {
        Error::invalid(format!(
            "header {name:?}: {what} has a character that HTTP does not allow"
        ))
    };
    let scheme = if request.authority.https {
        "https"
    } else {
        "http"
    };
    let host = request.authority.host_header();
    let uri: Uri = format!("{scheme}://{host}{}", request.target)
        .parse()
        .map_err(|cause| Error::invalid(format!("cannot form a URL for {host}: {cause}")))?;
    let mut head = Request::builder()
        .method(request.method)
        .uri(uri)
        .body(())
        .map_err(|cause| Error::invalid(format!("method {:?}: {cause}", request.method)))?;
    let mut add = |name: &str, value: &str| {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal("the name", name))?;
        let value =
            HeaderValue::from_bytes(value.as_bytes()).map_err(|_| illegal("the value", name))?;
        head.headers_mut().append(key, value);
        Ok::<(), Error>(())
    };
    for (name, value) in request.headers {
        add(name, value)?;
    }
    if let Some(value) = proxy_authorization {
        add("proxy-authorization", value)?;
    }
    match source.length {
        Some(length) if source.exists() => add("content-length", &length.to_string())?,
        None => add("transfer-encoding", "chunked")?,
        Some(_) => {}
    }
    Ok(head)
}

fn translate(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Error::new(
            Kind::Network,
            "the server closed the connection before it had answered",
        ),
        ureq::Error::Io(cause) => Error::from_io(Kind::Network, "the connection broke", cause),
        ureq::Error::Protocol(cause) => Error::new(
            Kind::BadResponse,
            format!("the answer is not HTTP/1.1: {cause}"),
        ),
        ureq::Error::LargeResponseHeader(size, limit) => Error::new(
            Kind::BadResponse,
            format!("the head of the answer has {size} bytes, more than {limit}"),
        ),
        ureq::Error::Http(cause) => Error::invalid(format!("cannot form the request: {cause}")),
        other => Error::new(Kind::Network, format!("the exchange failed: {other}")),
    }
}

/// A ureq agent that knows only the connection in its slot.
#[derive(Clone)]
struct Engine {
    agent: Agent,
    slot: Slot,
}

impl Engine {
    fn new() -> Engine {
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
struct Slot(Arc<Mutex<Option<Lease>>>);

impl Slot {
    fn put(&self, lease: Lease) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lease);
    }

    fn take(&self) -> Option<Lease> {
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

/// What the transport, the body source and the caller of one exchange tell each other.
struct Watch {
    patience: Patience,
    /// A byte of the answer has arrived.
    answered: AtomicBool,
    /// The answer came, or the connection broke, before the body was sent: nothing more is sent.
    early: AtomicBool,
    failure: Mutex<Option<Error>>,
}

impl Watch {
    fn new(patience: Patience) -> Watch {
        Watch {
            patience,
            answered: AtomicBool::new(false),
            early: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    fn answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    fn early(&self) -> bool {
        self.early.load(Ordering::Relaxed)
    }

    /// Keeps the first reason.
    fn fail(&self, error: Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
    }

    fn failure(&self) -> Option<Error> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// A connection while ureq uses it.
struct Lease {
    connection: Option<Connection>,
    watch: Arc<Watch>,
    slot: Slot,
    /// Whether the head waits for the first bytes of the body, to go out with them in one write.
    hold_head: bool,
    /// Bytes at the start of the output buffer that wait.
    held: usize,
    /// Writes so far.
    sent: u32,
    /// Whether the last look at the input used any of it.
    progress: bool,
    /// Whether the body goes out in chunks.
    chunked: bool,
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
        let patience = &self.watch.patience;
        if self.watch.early() || (self.sent > 1 && connection.has_answer(patience)?) {
            self.watch.early.store(true, Ordering::Relaxed);
            return Ok(());
        }
        match connection.write_all(ready, patience) {
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
        let got = connection.read(&self.watch.patience)?;
        if got > 0 {
            self.watch.answered.store(true, Ordering::Relaxed);
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

fn is_hang_up(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
    )
}

/// The body that is sent, as ureq reads it. Holds the caller to the length it announced.
struct Source<'a> {
    reader: Option<&'a mut dyn Read>,
    length: Option<u64>,
    taken: u64,
    watch: Arc<Watch>,
}

impl<'a> Source<'a> {
    fn new(payload: Option<Payload<'a>>, watch: &Arc<Watch>) -> Source<'a> {
        let (reader, length) = match payload {
            Some(payload) => (Some(payload.reader), payload.length),
            None => (None, Some(0)),
        };
        Source {
            reader,
            length,
            taken: 0,
            watch: watch.clone(),
        }
    }

    fn exists(&self) -> bool {
        self.reader.is_some()
    }

    fn fail(&self, error: Error) -> io::Error {
        self.watch.fail(error);
        io::ErrorKind::Other.into()
    }

    fn take(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(reader) = &mut self.reader else {
            return Ok(0);
        };
        loop {
            match reader.read(buffer) {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => {
                    let error = Error::from_io(Kind::Io, "reading the body failed", cause);
                    return Err(self.fail(error));
                }
                Ok(got) if got > buffer.len() => {
                    return Err(self.fail(Error::invalid(
                        "the source of the body claims more bytes than there was room for",
                    )));
                }
                done => return done,
            }
        }
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let early = self.watch.early();
        let Some(length) = self.length else {
            return if early { Ok(0) } else { self.take(buffer) };
        };
        let left = length - self.taken;
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let room = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        if early {
            // ureq counts to the announced length; what it counts is not sent any more.
            self.taken += room as u64;
            return Ok(room);
        }
        let got = self.take(buffer.get_mut(..room).unwrap_or_default())?;
        self.taken += got as u64;
        if got == 0 {
            return Err(self.fail(Error::new(
                Kind::Io,
                format!(
                    "the body ended after {} of the {length} bytes announced",
                    self.taken
                ),
            )));
        }
        // Before the last bytes leave: is that really all? Afterwards the object would be stored, cut off.
        if self.taken == length && self.take(&mut [0])? > 0 {
            return Err(self.fail(Error::new(
                Kind::Io,
                format!("the body goes on after the {length} bytes announced"),
            )));
        }
        Ok(got)
    }
}

/// The body that is received.
pub(crate) struct Body {
    reader: Option<Box<ureq::BodyReader<'static>>>,
    slot: Slot,
    shared: Arc<Shared>,
    watch: Arc<Watch>,
}

impl Body {
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let Some(reader) = &mut self.reader else {
            return Ok(0);
        };
        let result = reader.read(buffer);
        match result {
            Ok(0) if !buffer.is_empty() => {
                self.reader = None;
                self.keep_connection();
                Ok(0)
            }
            Ok(got) => Ok(got),
            Err(cause) => {
                self.reader = None;
                Err(self.watch.failure().unwrap_or_else(|| {
                    if cause.kind() == io::ErrorKind::UnexpectedEof {
                        return Error::new(
                            Kind::Truncated,
                            "the connection ended before the answer was complete",
                        );
                    }
                    Error::from_io(
                        Kind::Network,
                        "the connection broke during the answer",
                        cause,
                    )
                }))
            }
        }
    }

    fn keep_connection(&mut self) {
        if let Some(connection) = self
            .slot
            .take()
            .and_then(|mut lease| lease.connection.take())
        {
            self.shared.keep(connection);
        }
    }
}
