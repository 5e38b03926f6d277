//! The requests of providers, by ureq: rare and small, so a well-kept client does them. It gets connections of ours, with the
//! session's TLS, proxy and name settings, and with the limits of the request that needs the keys.
//!
//! Whatever the other side does is bounded: 64 KiB, a few seconds, no redirects. Buffers that held keys are wiped.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{Request, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};
use zeroize::Zeroizing;

use super::Asking;
use super::keys::printable;
use crate::cancel::Limits;
use crate::endpoint::{self, Scheme};
use crate::error::{Error, Kind, Result, ServiceError};
use crate::time::Timestamp;
use crate::transport::{Authority, Stream};

/// Largest body of an answer.
const MAX_BODY: usize = 64 * 1024;

/// Largest head of an answer.
const MAX_HEAD: usize = 16 * 1024;

/// Both buffers of a connection.
const BUFFER: usize = 32 * 1024;

#[derive(Clone, Copy, Debug)]
pub(super) enum Method {
    Get,
    Put,
    Post,
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Put => "PUT",
            Method::Post => "POST",
        }
    }
}

/// Where something is asked for.
#[derive(Clone)]
pub(super) struct Url {
    authority: Authority,
    target: String,
}

impl Url {
    /// A URL that a user gave as `option`; without a path it is `/`.
    pub fn parse(option: &str, text: &str) -> Result<Url> {
        let has_path = text
            .split_once("://")
            .is_some_and(|(_, rest)| rest.contains('/'));
        let whole = match has_path {
            true => text.to_owned(),
            false => format!("{text}/"),
        };
        let (endpoint, target) = endpoint::split_url(&whole).map_err(|error| {
            let problem = error.message().trim_start_matches("`url`: ").to_owned();
            Error::unusable(
                option,
                format_args!("{problem}; such as https://example.com/path"),
            )
        })?;
        Ok(Url {
            authority: Authority {
                https: endpoint.scheme == Scheme::Https,
                host: endpoint.host_name_for(None),
                port: endpoint.port.unwrap_or(endpoint.scheme.default_port()),
            },
            target: target.to_owned(),
        })
    }

    /// As [`parse`](Url::parse), of a server whose paths are known: one that is given would not be used.
    pub fn parse_address(option: &str, text: &str) -> Result<Url> {
        let url = Url::parse(option, text)?;
        if url.target != "/" {
            return Err(Error::unusable(
                option,
                format_args!(
                    "{} has a path or a query, which would not be used; give {}",
                    url.shown(),
                    url.origin()
                ),
            ));
        }
        Ok(url)
    }

    /// The same place with another path and query.
    pub fn with_path(&self, target: &str) -> Url {
        Url {
            authority: self.authority.clone(),
            target: target.to_owned(),
        }
    }

    pub fn host(&self) -> &str {
        &self.authority.host
    }

    pub fn is_https(&self) -> bool {
        self.authority.https
    }

    /// As messages show it: without the query, which may hold a signature or a token.
    pub fn shown(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        let path = if path == "/" { "" } else { path };
        format!("{}{path}", self.origin())
    }

    fn origin(&self) -> String {
        let scheme = if self.authority.https {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.authority.host_header())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// An answer, whatever its status.
pub(super) struct Fetched {
    pub status: u16,
    pub body: Zeroizing<Vec<u8>>,
    /// The clock of who answered.
    pub date: Option<Timestamp>,
}

impl Fetched {
    pub fn expect_200(self, fetch: &Fetch<'_>, method: Method, url: &Url) -> Result<Fetched> {
        match self.status {
            200 => Ok(self),
            status => Err(fetch.status(status, &fetch.what(method, url))),
        }
    }

    /// The first line of a text.
    pub fn line(&self, fetch: &Fetch<'_>, url: &Url) -> Result<String> {
        let text = std::str::from_utf8(&self.body).unwrap_or_default();
        let line = text.trim().lines().next().unwrap_or_default().trim();
        let is_text = |line: &str| line.len() <= 1024 && line.bytes().all(|b| b.is_ascii_graphic());
        if line.is_empty() || !is_text(line) {
            return Err(fetch.error(format!(
                "{} is not a line of printable characters",
                url.shown()
            )));
        }
        Ok(line.to_owned())
    }
}

/// How one provider asks.
pub(super) struct Fetch<'a> {
    asking: &'a Asking<'a>,
    who: &'static str,
    timeout: Duration,
    proxied: bool,
    /// Nobody said that what is asked exists.
    is_guess: bool,
}

impl<'a> Fetch<'a> {
    /// For the provider `who`; each request may take `timeout`.
    pub fn new(asking: &'a Asking<'a>, who: &'static str, timeout: Duration) -> Fetch<'a> {
        Fetch {
            asking,
            who,
            timeout,
            proxied: true,
            is_guess: false,
        }
    }

    /// With `is_guess`, what cannot be connected to is not there, and trying again changes nothing.
    pub fn guess(mut self, is_guess: bool) -> Fetch<'a> {
        self.is_guess = is_guess;
        self
    }

    /// What is on this machine or beside it is never asked through a proxy.
    pub fn without_proxy(mut self) -> Fetch<'a> {
        self.proxied = false;
        self
    }

    /// Sends a request and reads the whole answer.
    pub fn send(
        &self,
        method: Method,
        url: &Url,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Fetched> {
        self.asking.check()?;
        let failed = |error: Error| {
            let why = format!("{} {} failed: {error}", method.as_str(), url.shown());
            match error.kind() {
                Kind::Cancelled => error,
                Kind::Timeout if self.is_over() => self.timed_out(&why),
                _ => self.error(why).with_retryable(error.is_retryable()),
            }
        };
        let end = Instant::now() + self.timeout;
        let limits = Limits {
            connect: self.timeout,
            idle: self.timeout,
            ..self.asking.limits.clone()
        };
        let stream = self
            .asking
            .session
            .open(&url.authority, self.proxied, limits)
            .map_err(|error| {
                let retryable = error.is_retryable() && !self.is_guess;
                failed(error.with_retryable(retryable))
            })?;
        let channel = Channel::new(stream, end, self.timeout);
        exchange(channel, method, url, headers, body).map_err(failed)
    }

    /// An error of this provider.
    pub fn error(&self, why: String) -> Error {
        Error::new(
            Kind::Credentials,
            format!("credentials from {}: {why}", self.who),
        )
    }

    /// Whether the request that needs the keys is over.
    pub fn is_over(&self) -> bool {
        self.asking.check().is_err()
    }

    /// The error of a request that has no more time; its owner acts on it as on any timeout.
    fn timed_out(&self, why: &str) -> Error {
        let text = format!("credentials from {}: {why}", self.who);
        Error::new(Kind::Timeout, text).with_retryable(false)
    }

    /// How sentences about an answer begin.
    pub fn what(&self, method: Method, url: &Url) -> String {
        format!(
            "credentials from {}: the answer to {} {}",
            self.who,
            method.as_str(),
            url.shown()
        )
    }

    /// The error of an answer that has another status than 200, and says no more.
    pub fn status(&self, status: u16, what: &str) -> Error {
        let service = ServiceError {
            http_status: status,
            ..ServiceError::default()
        };
        let text = format!("{what} has the status {status}");
        Error::from_service(Kind::Credentials, text, service).with_retryable(is_busy(status, ""))
    }

    /// The error of a service that says why it refuses.
    pub fn refused(&self, status: u16, code: String, message: String, request_id: String) -> Error {
        let text = format!(
            "credentials from {}: {status} {code}: {message} (request id {request_id})",
            self.who
        );
        let is_busy = is_busy(status, &code);
        let service = ServiceError {
            http_status: status,
            code,
            message,
            request_id,
            ..ServiceError::default()
        };
        Error::from_service(Kind::Credentials, text, service).with_retryable(is_busy)
    }
}

/// Whether who answered may give keys a moment later. STS says that it is asked too often with the status 400.
fn is_busy(status: u16, code: &str) -> bool {
    matches!(status, 408 | 429 | 500 | 502..600) || code.starts_with("Throttling")
}

fn exchange(
    channel: Channel,
    method: Method,
    url: &Url,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Result<Fetched> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent(concat!("alioss/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("")
        .max_response_header_size(MAX_HEAD)
        .build();
    let agent = Agent::with_parts(config, Ready(Mutex::new(Some(channel))), NoResolver);
    let mut request =
        Request::builder()
            .method(method.as_str())
            .uri(format!("{}{}", url.origin(), url.target));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let refused = |cause: ureq::http::Error| Error::invalid(format!("it cannot be asked: {cause}"));
    let answer = match (method, body) {
        (Method::Get, _) => agent.run(request.body(()).map_err(refused)?),
        (_, body) => agent.run(request.body(body.unwrap_or_default()).map_err(refused)?),
    };
    let mut answer = answer.map_err(reason)?;
    let date = answer.headers().get("date");
    let date = date.and_then(|date| Timestamp::parse_http_date(date.to_str().ok()?));
    Ok(Fetched {
        status: answer.status().as_u16(),
        date,
        body: read(&mut answer.body_mut().as_reader())?,
    })
}

fn read(from: &mut dyn Read) -> Result<Zeroizing<Vec<u8>>> {
    // All the room it may need, so that growing leaves no copies.
    let mut body = Zeroizing::new(vec![0; MAX_BODY + 1]);
    let mut filled = 0;
    loop {
        match from.read(body.get_mut(filled..).unwrap_or_default()) {
            Ok(0) if filled > MAX_BODY => {
                return Err(Error::new(
                    Kind::BadResponse,
                    format!("the answer is larger than {MAX_BODY} bytes"),
                ));
            }
            Ok(0) => {
                body.truncate(filled);
                return Ok(body);
            }
            Ok(got) => filled += got,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => {
                return Err(match cause.downcast::<ureq::Error>() {
                    Ok(cause) => reason(cause),
                    Err(cause) => Error::from_io(Kind::Network, "the answer broke off", cause),
                });
            }
        }
    }
}

/// What ureq failed for: our own reason, where there is one.
fn reason(cause: ureq::Error) -> Error {
    match cause {
        ureq::Error::Other(cause) => match cause.downcast::<Error>() {
            Ok(error) => *error,
            Err(cause) => Error::new(Kind::Network, printable(&cause.to_string())),
        },
        ureq::Error::Io(cause) => Error::from_io(Kind::Network, "the connection broke", cause),
        cause => Error::new(Kind::BadResponse, printable(&cause.to_string())),
    }
}

/// Hands out the one connection there is.
#[derive(Debug)]
struct Ready(Mutex<Option<Channel>>);

impl Connector for Ready {
    type Out = Channel;

    fn connect(
        &self,
        _: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<Channel>, ureq::Error> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).take())
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

/// A connection of ours, as ureq wants one.
struct Channel {
    stream: Stream,
    end: Instant,
    timeout: Duration,
    output: Zeroizing<Vec<u8>>,
    input: Zeroizing<Vec<u8>>,
    unread: std::ops::Range<usize>,
    progress: bool,
}

impl Channel {
    fn new(stream: Stream, end: Instant, timeout: Duration) -> Channel {
        Channel {
            stream,
            end,
            timeout,
            output: Zeroizing::new(vec![0; BUFFER]),
            input: Zeroizing::new(vec![0; BUFFER]),
            unread: 0..0,
            progress: false,
        }
    }

    fn check(&self) -> io::Result<()> {
        if Instant::now() < self.end {
            return Ok(());
        }
        Err(io::Error::other(Error::new(
            Kind::Timeout,
            format!("it took longer than {:?}", self.timeout),
        )))
    }

    fn transmit(&mut self, amount: usize) -> io::Result<()> {
        self.check()?;
        let bytes = self.output.get(..amount).unwrap_or_default();
        self.stream.write_all(bytes)
    }

    fn receive(&mut self) -> io::Result<bool> {
        self.check()?;
        if self.unread.start > 0 {
            self.input.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        let free = self.input.get_mut(self.unread.end..).unwrap_or_default();
        if free.is_empty() {
            return Err(io::Error::other(Error::new(
                Kind::BadResponse,
                format!("the head of the answer is larger than {MAX_HEAD} bytes"),
            )));
        }
        let got = self.stream.read(free)?;
        self.unread.end += got;
        Ok(got > 0)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Channel")
    }
}

fn for_ureq<T>(result: io::Result<T>) -> std::result::Result<T, ureq::Error> {
    result.map_err(|cause| match cause.downcast::<Error>() {
        Ok(error) => ureq::Error::Other(Box::new(error)),
        Err(cause) => ureq::Error::Io(cause),
    })
}

impl Transport for Channel {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self
    }

    fn transmit_output(
        &mut self,
        amount: usize,
        _: NextTimeout,
    ) -> std::result::Result<(), ureq::Error> {
        for_ureq(self.transmit(amount))
    }

    fn await_input(&mut self, _: NextTimeout) -> std::result::Result<bool, ureq::Error> {
        for_ureq(self.receive())
    }

    /// One request, one connection.
    fn is_open(&mut self) -> bool {
        false
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl Buffers for Channel {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.input.get(self.unread.clone()).unwrap_or_default()
    }

    /// Not used: this transport fills its own buffer.
    fn input_append_buf(&mut self) -> &mut [u8] {
        &mut []
    }

    fn input_appended(&mut self, _: usize) {}

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.unread.start = (self.unread.start + amount).min(self.unread.end);
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        // No provider sends in chunks, which is what the first would be for.
        (&mut [], &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.progress && !self.unread.is_empty()
    }
}
