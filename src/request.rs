//! What operations speak: a request as data before addressing, signing and sending, and what came back.

mod body;
pub(crate) mod callback;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use body::{Body, Rewind, Seekable};

use crate::ascii::decimal;
use crate::cancel::{Cancel, Deadline};
#[cfg(feature = "documents")]
use crate::document::Document;
use crate::error::{Error, Kind, Result, ServiceError};
use crate::escape;
use crate::header::{Header, Parameter};
use crate::headers::{Headers, Known};
use crate::operation::{Operation, Value};
use crate::time::Timestamp;
use crate::xml::{self, Element};

/// CRC-64 of an object, in decimal digits.
pub(crate) const CRC64: &str = "x-oss-hash-crc64ecma";

/// Refused appends have it, too.
pub(crate) const NEXT_APPEND_POSITION: &str = "x-oss-next-append-position";

/// An operation on its way to the service; its body travels beside it.
pub(crate) struct Request<'a> {
    pub operation: &'static Operation,
    /// `None` at bucket or service level.
    pub key: Option<&'a str>,
    pub query: Vec<Parameter<'a>>,
    pub headers: Vec<Header<'a>>,
    /// Headers that the operation suggests, and that anybody may say better.
    pub guesses: Vec<Header<'a>>,
    /// Whether a good answer can do without the document of the row.
    pub answer_may_be_empty: bool,
    /// Where to send it, signed already; instead of the bucket, key and query, and without headers of the configuration.
    pub url: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// The request as the table has it, without the parameters that the caller has to give.
    pub fn new(operation: &'static Operation, key: Option<&'a str>) -> Request<'a> {
        let fixed = |(name, value): (&'static str, Value)| match value {
            Value::None => Some((name.into(), None)),
            Value::Fixed(value) => Some((name.into(), Some(value.into()))),
            Value::Given => None,
        };
        Request {
            operation,
            key,
            query: operation.parameters().filter_map(fixed).collect(),
            headers: Vec::new(),
            guesses: Vec::new(),
            answer_may_be_empty: false,
            url: None,
        }
    }

    /// Adds `name=value` to the query.
    pub fn parameter(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        self.query.push((name.into(), Some(value.into())));
    }

    /// Adds a header.
    pub fn header(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        self.headers.push((name.into(), value.into()));
    }

    /// Suggests a header; the configuration and the call may have a better one.
    pub fn guess(&mut self, name: &'a str, value: impl Into<Cow<'a, str>>) {
        self.guesses.push((name.into(), value.into()));
    }
}

/// Told how far a transfer is: bytes moved, and bytes in all if known. `false` stops the transfer.
pub type Progress<'a> = dyn Fn(u64, Option<u64>) -> bool + 'a;

/// Settings of one call. Nearly every option of an OSS operation is a header or a query parameter.
///
/// ```
/// # use alioss::Options;
/// let options = Options::new().header("x-oss-object-acl", "private").query("versionId", Some("CAEQ"));
/// ```
#[derive(Clone, Default)]
pub struct Options<'a> {
    pub(crate) headers: Vec<Header<'a>>,
    pub(crate) insists: bool,
    /// Whether the request may be repeated although that is not safe: who sends it looks afterwards what came of it.
    pub(crate) is_repeatable: bool,
    pub(crate) query: Vec<Parameter<'a>>,
    pub(crate) range: Option<Range>,
    pub(crate) fields: Vec<(Cow<'a, str>, Option<Cow<'a, str>>)>,
    pub(crate) initial_crc64: Option<u64>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) cancel: Option<Cancel>,
    pub(crate) progress: Option<&'a Progress<'a>>,
    pub(crate) heard: Option<&'a Heard>,
    pub(crate) deadline: Option<Deadline>,
}

/// What the service said last, beside the result of a call: it can still be read when something local fails afterwards.
#[derive(Default)]
pub(crate) struct Heard {
    attempts: Cell<u32>,
    /// The answer to the last attempt, without its body.
    answer: RefCell<Option<Answer>>,
}

/// A good answer, or a refusal.
#[derive(Clone)]
pub(crate) enum Answer {
    Good(Response),
    Refused(ServiceError),
}

impl Heard {
    /// Another attempt begins: nothing is known about it yet.
    pub fn begin(&self, attempt: u32) {
        self.attempts.set(attempt);
        self.answer.replace(None);
    }

    pub fn hear(&self, answer: Answer) {
        self.answer.replace(Some(answer));
    }

    /// How many attempts there were, and the answer to the last of them.
    pub fn into_parts(self) -> (u32, Option<Answer>) {
        (self.attempts.get(), self.answer.into_inner())
    }
}

impl<'a> Options<'a> {
    /// None: the defaults.
    pub fn new() -> Options<'a> {
        Options::default()
    }

    /// Adds a request header; it replaces one of the same name that was added before, or that the operation or the
    /// configuration would send.
    pub fn header(mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        let name = name.into();
        self.headers
            .retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(&name));
        self.headers.push((name, value.into()));
        self
    }

    /// Sends headers also if they look like a misspelt one of the service's, such as `x-oss-acl` with PutObject, which
    /// would be an error otherwise.
    pub fn insist(mut self) -> Self {
        self.insists = true;
        self
    }

    /// Adds a query parameter; `None` is a name without a value. It replaces one of the same name.
    pub fn query(mut self, name: impl Into<Cow<'a, str>>, value: Option<&'a str>) -> Self {
        let name = name.into();
        self.query.retain(|(earlier, _)| *earlier != name);
        self.query.push((name, value.map(Cow::Borrowed)));
        self
    }

    /// Asks a download for a part of the object.
    pub fn range(mut self, range: Range) -> Self {
        self.range = Some(range);
        self
    }

    /// Sets a field of the document that the request carries, such as `Rule[0].Expiration.Days`; `None` takes it out. Without
    /// a body a new document is built, with one it is changed. See [`Document`](crate::Document) for paths.
    pub fn field(mut self, path: impl Into<Cow<'a, str>>, value: Option<&'a str>) -> Self {
        self.fields.push((path.into(), value.map(Cow::Borrowed)));
        self
    }

    /// Tells AppendObject the CRC-64 of what is there already, so that the whole object can be compared. Not needed at
    /// position 0.
    pub fn initial_crc64(mut self, crc64: u64) -> Self {
        self.initial_crc64 = Some(crc64);
        self
    }

    /// Has the service call back when the object is stored (`x-oss-callback`): `callback` and `variables` are JSON texts, the
    /// latter may be empty. The answer of the callback is the body of the response. PutObject and CompleteMultipartUpload
    /// have this, and so have the transfers that end with one of them; others refuse it.
    pub fn callback(self, callback: &str, variables: &str) -> Self {
        let options = self.header("x-oss-callback", STANDARD.encode(callback));
        match variables {
            "" => options,
            _ => options.header("x-oss-callback-var", STANDARD.encode(variables)),
        }
    }

    /// Whether there is a header of that name.
    pub(crate) fn has_header(&self, name: &str) -> bool {
        let mut names = self.headers.iter().map(|(name, _)| name);
        names.any(|given| given.eq_ignore_ascii_case(name))
    }

    /// The same with the range in place of a header that asks for it, so that the answer is checked against it. A header in
    /// another form, such as one with several ranges, stays; so does one that the whole object answers as well: one for all
    /// from the first byte on, and one with If-Range.
    pub(crate) fn with_range_of_header(&self) -> Cow<'_, Options<'a>> {
        let is_range = |(name, _): &&Header<'_>| name.eq_ignore_ascii_case("range");
        let header = self.headers.iter().find(is_range);
        match header.and_then(|(_, value)| Range::of_header(value)) {
            Some(range)
                if self.range.is_none()
                    && range != Range::From(0)
                    && !self.has_header("if-range") =>
            {
                let mut options = self.clone();
                options.headers.retain(|header| !is_range(&header));
                options.range = Some(range);
                Cow::Owned(options)
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// Keeps what the service says in `heard`, whatever becomes of the call.
    pub(crate) fn heard(mut self, heard: &'a Heard) -> Self {
        self.heard = Some(heard);
        self
    }

    /// Limits this call, with its retries and the reading of its answer; instead of `total_timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Limits connecting in this call; instead of the configuration's.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Limits how long no byte moves in this call; instead of the configuration's.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = Some(timeout);
        self
    }

    /// Lets `cancel` end this call from another thread.
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = Some(cancel.clone());
        self
    }

    /// Has transfers report to `progress`, on the calling thread.
    pub fn progress(mut self, progress: &'a Progress<'a>) -> Self {
        self.progress = Some(progress);
        self
    }
}

/// A part of an object, in bytes (RFC 9110, section 14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From this byte to the end.
    From(u64),
    /// From the first to the second byte, both included.
    Bytes(u64, u64),
    /// The last so many bytes.
    Last(u64),
}

impl Range {
    pub(crate) fn header(self) -> Result<String> {
        match self {
            Range::From(first) => Ok(format!("bytes={first}-")),
            Range::Bytes(first, last) if first <= last => Ok(format!("bytes={first}-{last}")),
            Range::Bytes(first, last) => Err(Error::unusable(
                "range",
                format_args!("the first byte ({first}) comes after the last ({last})"),
            )),
            Range::Last(0) => Err(Error::unusable(
                "range",
                "the last 0 bytes of an object cannot be asked for; give 1 or more",
            )),
            Range::Last(count) => Ok(format!("bytes=-{count}")),
        }
    }

    /// What a header `Range` asks for, if it is one of these and written as here.
    fn of_header(value: &str) -> Option<Range> {
        let value = value.trim();
        let range = Range::asked(value)?;
        let written = range.header().ok()?;
        (written == value).then_some(range)
    }

    /// What a header `Range` asks for, if that is one range, however it is written.
    pub(crate) fn asked(value: &str) -> Option<Range> {
        let (unit, range) = value.split_once('=')?;
        let (first, last) = range.split_once('-')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        Some(match (first.trim(), last.trim()) {
            ("", count) => Range::Last(decimal(count)?),
            (first, "") => Range::From(decimal(first)?),
            (first, last) => Range::Bytes(decimal(first)?, decimal(last)?),
        })
    }

    /// Whether `got`, out of `size`, is what was asked for. If nobody says the size, only the very bytes that were asked for
    /// are: fewer may be the end of the object, or a piece of it.
    pub(crate) fn agrees(self, got: &RangeInclusive<u64>, size: Option<u64>) -> bool {
        let Some(size) = size else {
            return self == Range::Bytes(*got.start(), *got.end());
        };
        let end = size.saturating_sub(1);
        let (first, last) = match self {
            Range::From(first) => (first, end),
            Range::Bytes(first, last) => (first, last.min(end)),
            Range::Last(count) => (size.saturating_sub(count), end),
        };
        (*got.start(), *got.end()) == (first, last)
    }
}

/// A good answer: status and headers, and the body of all operations but downloads.
#[derive(Clone, Debug, Default)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
    pub(crate) attempts: u32,
    pub(crate) verified: bool,
}

impl Response {
    /// Stands for the lost answer to an attempt that, as `error` of a later one shows, succeeded.
    pub(crate) fn repeated(error: &Error) -> Response {
        Response {
            status: 204,
            attempts: error.attempts(),
            ..Response::default()
        }
    }

    /// HTTP status, 2xx.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// All headers, names in lower case, values as of [`header`](Response::header).
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The XML document in the body.
    #[cfg(feature = "documents")]
    pub fn document(&self) -> Result<Document> {
        Document::parse(&self.body)
    }

    /// The root of an answer in XML.
    pub(crate) fn root(&self) -> Result<Element> {
        xml::parse(&self.body)
            .map_err(|error| Error::new(error.kind(), format!("the answer is {error}")))
    }

    /// The first header of that name, whatever its case. Bytes that are not UTF-8, as in metadata that others stored, become
    /// U+FFFD.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// The body; empty for downloads, whose body is read as it arrives.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether the data was compared with what the service has, by length and by CRC-64. `false` if `crc64` is off, if the
    /// service gives no CRC-64 (of old objects and of ranges), if the operation transfers no data, and for downloads until
    /// the last byte was read.
    pub fn verified(&self) -> bool {
        self.verified
    }

    /// `x-oss-request-id`.
    pub fn request_id(&self) -> &str {
        self.headers.known(Known::RequestId).unwrap_or_default()
    }

    /// `ETag`, with its quotes.
    pub fn etag(&self) -> Option<&str> {
        self.headers.known(Known::ETag)
    }

    /// `x-oss-version-id`, in buckets with versioning.
    pub fn version_id(&self) -> Option<&str> {
        self.header("x-oss-version-id")
    }

    /// `x-oss-hash-crc64ecma`: CRC-64 of the whole object.
    pub fn crc64(&self) -> Option<u64> {
        decimal(self.headers.known(Known::Crc64)?.trim())
    }

    /// `x-oss-next-append-position`: where AppendObject goes on, which is the size of the object.
    pub fn next_append_position(&self) -> Option<u64> {
        decimal(self.header(NEXT_APPEND_POSITION)?.trim())
    }

    /// `Content-Length` in bytes: of the object for HeadObject, of the answer otherwise.
    pub fn content_length(&self) -> Option<u64> {
        decimal(self.headers.known(Known::ContentLength)?)
    }

    /// `Date`: what the service's clock says.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        Timestamp::parse_http_date(self.header("date")?)
    }

    /// `Last-Modified`.
    pub fn last_modified(&self) -> Option<Timestamp> {
        Timestamp::parse_http_date(self.header("last-modified")?)
    }

    /// `Content-Range` of a partial answer: first and last byte, and the size of the object, `None` if the server says `*`.
    pub fn content_range(&self) -> Option<(RangeInclusive<u64>, Option<u64>)> {
        let value = self.headers.known(Known::ContentRange)?;
        let (unit, range) = value.trim().split_once(' ')?;
        let (range, size) = range.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (decimal(first.trim())?, decimal(last.trim())?);
        let size = match size.trim() {
            "*" => None,
            size => Some(decimal(size)?),
        };
        let is_possible = first <= last && size.is_none_or(|size| last < size);
        (unit.eq_ignore_ascii_case("bytes") && is_possible).then_some((first..=last, size))
    }

    /// `x-oss-symlink-target` of GetSymlink: where the link leads, a key of the same bucket.
    pub fn symlink_target(&self) -> Result<Option<String>> {
        let Some(target) = self.header("x-oss-symlink-target") else {
            return Ok(None);
        };
        // It stands for bytes that were no text: the service percent-encodes keys, and so that character of a key, too.
        if target.contains(char::REPLACEMENT_CHARACTER) {
            let message = format!("x-oss-symlink-target is not UTF-8: {target:?}");
            return Err(Error::new(Kind::BadResponse, message));
        }
        escape::decode(target).map(Some)
    }
}
