//! HTTP/1.1 over TCP and TLS, behind a narrow interface of our own.
//!
//! In go a method, an authority, the exact request target, a header list and a body source; out come a status, a header
//! list and a body to read into the caller's buffer. Nothing of httparse or rustls shows, so the data path can be
//! replaced without touching another module. Connections belong to a [`Session`], which any number of threads share.

mod body;
#[cfg(feature = "builtin-roots")]
mod builtin_roots;
#[cfg(all(feature = "tls", not(feature = "builtin-roots")))]
#[path = "builtin_roots_without.rs"]
mod builtin_roots;
mod connect;
mod connection;
mod framing;
mod head;
mod http;
mod pool;
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(not(feature = "proxy"))]
#[path = "proxy_without.rs"]
mod proxy;
#[cfg(all(test, feature = "proxy"))]
#[allow(dead_code, reason = "only refusals are tested here")]
mod proxy_without;
#[cfg(feature = "tls")]
mod records;
pub mod replay;
mod resolve;
mod room;
mod session;
mod socket;
#[cfg(feature = "credentials")]
mod stream;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_without.rs"]
mod tls;
#[cfg(all(test, feature = "tls"))]
#[allow(dead_code, reason = "only refusals are tested here")]
mod tls_without;
#[cfg(feature = "tls")]
mod verify;

use std::fmt;
use std::sync::Arc;

pub(crate) use proxy::Proxy;
pub(crate) use resolve::{Override, Resolver};
pub use session::Session;
pub(crate) use session::SessionOptions;
#[cfg(feature = "credentials")]
pub(crate) use stream::Stream;

use crate::error::{Error, Result};
use crate::header::Header;
use crate::headers::Headers;

/// TLS protocol versions this library speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// RFC 5246.
    V1_2,
    /// RFC 8446.
    V1_3,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TlsVersion::V1_2 => "TLS 1.2",
            TlsVersion::V1_3 => "TLS 1.3",
        })
    }
}

/// Whose certificates are accepted.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trust {
    /// Mozilla's roots, built in, and those of the system where it has any.
    #[default]
    BuiltInAndSystem,
    /// Only these, in PEM.
    Pem(Arc<[u8]>),
    /// Everybody. For tests of one's own.
    Anybody,
}

/// Who to talk to: scheme, host and port decide which connections may be shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Authority {
    pub https: bool,
    /// Name or address; IPv6 in brackets.
    pub host: String,
    pub port: u16,
}

impl Authority {
    /// `host[:port]` as the `Host` header wants it: without the scheme's default port.
    pub fn host_header(&self) -> String {
        if self.port == if self.https { 443 } else { 80 } {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// Where the bytes of a request body come from. What it hands out counts as sent.
pub(crate) trait Source {
    /// The next bytes where they lie, at most `most` of them, none at the end; `None` if the body is not in memory.
    fn lend(&mut self, most: usize) -> Result<Option<&[u8]>>;

    /// Fills `buffer` from its start: how many bytes, 0 at the end. Asked only for as much as was announced.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize>;
}

/// A request body as it goes on the wire.
pub(crate) struct Payload<'a> {
    pub source: &'a mut dyn Source,
    /// `None` sends the body in chunks (RFC 9112, section 7.1).
    pub length: Option<u64>,
}

/// One request.
pub(crate) struct Outgoing<'a> {
    pub method: &'a str,
    pub authority: &'a Authority,
    /// Path and query, percent-encoded; sent as it is.
    pub target: &'a str,
    /// Everything but the length of the body, which follows from `payload`.
    pub headers: &'a [Header<'a>],
    pub payload: Option<Payload<'a>>,
}

/// Status line and headers of an answer; the body follows.
pub(crate) struct Incoming {
    pub status: u16,
    pub headers: Headers,
    /// The answer came before the whole body was sent, and the rest was not.
    pub cut_short: bool,
    body: body::Body,
}

impl Incoming {
    /// Reads on in the body: how many bytes, 0 at its end. An end that comes too early is an error.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.body.read(buffer)
    }

    /// Whether the last byte of the body has been read, so that the next read would give 0.
    pub fn is_over(&self) -> bool {
        self.body.is_over()
    }

    /// Whether only the end of the connection ends the body: whether that was all of it, nobody says.
    pub fn ends_with_connection(&self) -> bool {
        self.body.ends_with_connection()
    }
}

/// An exchange that brought no answer.
pub(crate) struct Failure {
    pub error: Error,
    /// The request went out on a connection that had been idle, and not one byte came back: in all likelihood the
    /// server had closed it in the meantime. The same request on a new connection is the cure, if it may be repeated.
    pub stale: bool,
    /// A byte of the request may have reached the server. If not, whatever was asked for has not happened.
    pub sent: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure {
            error,
            stale: false,
            sent: false,
        }
    }
}
