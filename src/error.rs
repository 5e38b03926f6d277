//! The one error type of the library.
//!
//! An [`Error`] says what went wrong ([`Kind`], a dozen-odd reasons a program can act on), says it in words, and, when
//! the service answered, keeps everything the service said ([`ServiceError`]).

use std::fmt;
use std::io;
use std::time::Duration;

/// Short for results of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, in terms a program can act on.
///
/// The numbers are those of `oss_status` in the C API; they never change meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum Kind {
    /// A parameter or option is missing or out of range; nothing was sent.
    InvalidArgument = 1,
    /// No such bucket, object, upload or setting (404).
    NotFound = 2,
    /// The service refused: signature, key, token, policy or clock (401, 403).
    Denied = 3,
    /// The bucket or object is there already (409).
    Exists = 4,
    /// The state of the bucket or object forbids the operation (other 409 answers).
    Conflict = 5,
    /// A condition of the request did not hold (412).
    PreconditionFailed = 6,
    /// The object has not changed since (304).
    NotModified = 7,
    /// The service understood, but does not accept the request (400, 405, 411, 416 and other 4xx).
    BadRequest = 8,
    /// Too many requests or too much traffic; try later (429, 503).
    Throttled = 9,
    /// The service failed (5xx).
    Server = 10,
    /// No connection, or it broke: resolving, connecting, TLS, reset.
    Network = 11,
    /// A timeout of this library expired.
    Timeout = 12,
    /// The caller cancelled, or one of its callbacks gave up.
    Cancelled = 13,
    /// Content and checksum do not agree.
    ChecksumMismatch = 14,
    /// Fewer bytes arrived than were announced.
    Truncated = 15,
    /// A local file or the caller's own stream failed.
    Io = 16,
    /// The object is in use by another thread or by the call that runs the callback.
    Busy = 17,
    /// This library or this service cannot do that.
    Unsupported = 18,
    /// No usable credentials; nothing was sent.
    Credentials = 19,
    /// The answer does not make sense: not HTTP, not XML, wrong document.
    BadResponse = 20,
    /// There was not enough memory for something large, such as an answer.
    NoMemory = 21,
    /// A defect of this library.
    Bug = 99,
}

/// What the service said when it refused.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// HTTP status of the answer.
    pub http_status: u16,
    /// OSS error code such as `NoSuchKey`; empty when the answer carried none.
    pub code: String,
    /// OSS error message; empty when the answer carried none.
    pub message: String,
    /// Request id; quote it to the service's support.
    pub request_id: String,
    /// Host that answered.
    pub host_id: String,
    /// Finer error code, `nnnn-nnnnnnnn`.
    pub ec: String,
    /// Every other element of the error document, name and text, in order; then the header `x-oss-next-append-position`, if
    /// the refusal of an append has it.
    pub details: Vec<(String, String)>,
    /// The first 4 KiB of the answer as it came.
    pub body: Vec<u8>,
}

/// A failed call.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: Kind,
    message: String,
    service: Option<ServiceError>,
    retryable: bool,
    attempts: u32,
    answer_lost: bool,
    /// What the system said of a file.
    cause: Option<io::ErrorKind>,
    /// The number of what the system said of a file.
    os_error: Option<i32>,
    /// How long whoever failed is left alone.
    pause: Option<Duration>,
}

impl Error {
    /// An error of the given kind; `message` is a whole sentence without a full stop.
    pub fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            service: None,
            retryable: matches!(
                kind,
                Kind::Network | Kind::Timeout | Kind::ChecksumMismatch | Kind::Truncated
            ),
            attempts: 0,
            answer_lost: false,
            cause: None,
            os_error: None,
            pause: None,
        }))
    }

    /// An argument is unusable; `message` names it, says what is wrong and what is allowed.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(Kind::InvalidArgument, message)
    }

    /// An option or parameter has a value that it cannot have: `wrong` says which one and why, `allowed` what it could be.
    pub(crate) fn refused(
        option: &str,
        wrong: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Error {
        Error::invalid(format!("`{option}`: {wrong}; allowed are {allowed}"))
    }

    /// An option or parameter cannot be used as it is: `wrong` says why, and what else is possible.
    pub(crate) fn unusable(option: &str, wrong: impl fmt::Display) -> Error {
        Error::invalid(format!("`{option}`: {wrong}"))
    }

    /// An option or parameter is needed, but not given; `needed` says by what.
    pub(crate) fn missing(option: &str, needed: impl fmt::Display) -> Error {
        Error::invalid(format!("`{option}` is missing: {needed}"))
    }

    /// Two options, each of which is fine by itself, cannot be given together; `advice` says what to do.
    pub(crate) fn contradiction(option: &str, other: &str, advice: &str) -> Error {
        Error::invalid(format!(
            "`{option}` and `{other}` contradict each other; {advice}"
        ))
    }

    /// A local file or stream failed while `doing`.
    pub fn io(doing: impl fmt::Display, cause: io::Error) -> Error {
        let mut error = Error::new(Kind::Io, format!("{doing}: {cause}"));
        error.0.cause = Some(cause.kind());
        error.0.os_error = cause.raw_os_error();
        error
    }

    /// What an `io::Error` stands for: the [`Error`] it carries, or a new one.
    pub(crate) fn from_io(kind: Kind, doing: impl fmt::Display, cause: io::Error) -> Error {
        match cause.downcast::<Error>() {
            Ok(error) => error,
            Err(cause) => {
                let mut error = Error::new(kind, format!("{doing}: {cause}"));
                if kind == Kind::Io {
                    error.0.os_error = cause.raw_os_error();
                }
                error
            }
        }
    }

    pub(crate) fn from_service(kind: Kind, message: String, service: ServiceError) -> Error {
        let mut error = Error::new(kind, in_one_line(message));
        error.0.service = Some(service);
        error
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Error {
        self.0.retryable = retryable;
        self
    }

    /// The same; whoever failed is not asked again before `pause` is over.
    pub(crate) fn with_pause(mut self, pause: Option<Duration>) -> Error {
        self.0.pause = pause;
        self
    }

    /// How long it makes no sense to try again.
    pub(crate) fn pause(&self) -> Option<Duration> {
        self.0.pause
    }

    /// The same under another heading: what the service said stays.
    pub(crate) fn recast(mut self, kind: Kind, message: String) -> Error {
        self.0.kind = kind;
        self.0.message = message;
        self
    }

    /// The same, of the proxy `whom`.
    pub(crate) fn of_proxy(self, whom: &str) -> Error {
        let message = format!("{whom}: {}", self.message());
        let kind = self.kind();
        self.recast(kind, message)
    }

    /// Adds what the caller should know besides.
    pub(crate) fn with_note(mut self, note: &str) -> Error {
        self.0.message += &format!("; {note}");
        self
    }

    /// Whether a file could not be written because nothing can be: no right, no room.
    pub(crate) fn is_unwritable(&self) -> bool {
        use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
        let causes = [
            PermissionDenied,
            ReadOnlyFilesystem,
            StorageFull,
            QuotaExceeded,
        ];
        self.0.cause.is_some_and(|cause| causes.contains(&cause))
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Error {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_lost_answer(mut self, lost: bool) -> Error {
        self.0.answer_lost = lost;
        self
    }

    /// The reason a program can act on.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What the service answered, if it was the service that refused.
    pub fn service(&self) -> Option<&ServiceError> {
        self.0.service.as_ref()
    }

    /// The reason in words, without the service's parts.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// HTTP status of the answer; 0 when there was none.
    pub fn http_status(&self) -> u16 {
        self.service().map_or(0, |s| s.http_status)
    }

    /// OSS error code such as `NoSuchKey`; empty when the service did not answer.
    pub fn code(&self) -> &str {
        self.service().map_or("", |s| &s.code)
    }

    /// Request id of the answer; empty when the service did not answer.
    pub fn request_id(&self) -> &str {
        self.service().map_or("", |s| &s.request_id)
    }

    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether an attempt may have reached the service whose answer did not arrive. What was asked for may then have been
    /// done, although the call failed.
    pub fn answer_was_lost(&self) -> bool {
        self.0.answer_lost
    }

    /// What the operating system said of the local file that failed: its errno, on Windows its `GetLastError()`. None if no
    /// file failed, or not because of the system.
    pub fn os_error(&self) -> Option<i32> {
        self.0.os_error
    }

    /// How many attempts were made, those included that reached nobody or found no keys; 0 when nothing was to be sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }
}

/// `text` without what the service, or who stands in its place, could forge lines of a log with.
pub(crate) fn in_one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let mut line = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c.is_control() {
            true => line.extend(c.escape_debug()),
            false => line.push(c),
        }
    }
    line
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("attempts", &self.0.attempts)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceError")
            .field("http_status", &self.http_status)
            .field("code", &self.code)
            .field("message", &self.message)
            .field("request_id", &self.request_id)
            .field("ec", &self.ec)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_says_is_one_line_of_the_message_and_stays_as_it_is_beside_it() {
        let said = "no\r\nERROR: forged\t\u{1b}[31m\0";
        let service = ServiceError {
            message: said.to_owned(),
            ..ServiceError::default()
        };
        let message = format!("GetObject: {said}; caf\u{e9}");
        let error = Error::from_service(Kind::BadResponse, message, service);
        assert_eq!(
            error.to_string(),
            "GetObject: no\\r\\nERROR: forged\\t\\u{1b}[31m\\0; caf\u{e9}"
        );
        assert_eq!(error.service().unwrap().message, said);
    }
}
