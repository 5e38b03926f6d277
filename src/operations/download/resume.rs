//! Asking for the rest of an object when the connection broke.

use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};
use crate::operations::request;
use crate::request::{Options, Range, Request, Response};

/// What is needed to ask for the rest.
pub(super) struct Resume {
    pub source: Source,
    etag: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    /// Where the answer's body begins in the object.
    start: u64,
    /// Attempts since the last byte came.
    pub attempts: u32,
}

impl Resume {
    pub fn new(source: Source, etag: &str, response: &Response, options: &Options<'_>) -> Resume {
        let owned = |text: &str| text.to_owned();
        Resume {
            source,
            etag: etag.to_owned(),
            headers: options
                .headers
                .iter()
                .filter(|(name, _)| {
                    let name = name.to_ascii_lowercase();
                    name != "range" && !name.starts_with("if-")
                })
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
            query: options
                .query
                .iter()
                .map(|(name, value)| (owned(name), value.as_deref().map(owned)))
                .collect(),
            start: response
                .content_range()
                .map_or(0, |(range, _)| *range.start()),
            attempts: 0,
        }
    }

    /// What is missing of an answer of `length` bytes after `position` of them; `None` if nothing is.
    pub fn rest(&self, position: u64, length: u64) -> Option<Range> {
        let first = self.start.checked_add(position)?;
        let last = self.start.checked_add(length)?.checked_sub(1)?;
        (first <= last).then_some(Range::Bytes(first, last))
    }

    /// An error unless `rest` is of the object that `first` was of: a server need not honour If-Match.
    pub fn check_same(&self, rest: &Response, first: &Response) -> Result<()> {
        let size = |response: &Response| response.content_range().and_then(|(_, size)| size);
        let whole = size(first).or(first.content_length().filter(|_| first.status == 200));
        let same_size = size(rest).is_none() || whole.is_none() || size(rest) == whole;
        if rest.etag() == Some(self.etag.as_str()) && same_size {
            return Ok(());
        }
        Err(Error::new(
            Kind::BadResponse,
            "the object changed while it was downloaded",
        ))
    }

    /// The settings of the first request, and that the object has not changed.
    pub fn options(&self, limits: &Limits) -> Options<'_> {
        let mut options = Options::new().cancel(&limits.cancel);
        for (name, value) in &self.headers {
            options = options.header(name.as_str(), value.as_str());
        }
        for (name, value) in &self.query {
            options = options.query(name.as_str(), value.as_deref());
        }
        options.header("if-match", self.etag.as_str())
    }
}

/// Where an object is asked for.
pub(super) enum Source {
    Key(String),
    /// A presigned URL.
    Url(String),
}

impl Source {
    pub fn request(&self, range: Option<Range>) -> Result<Request<'_>> {
        let mut request = match self {
            Source::Key(key) => request!("GetObject", key.as_str()),
            Source::Url(_) => request!("GetObject", None),
        };
        if let Some(range) = range {
            request.header("range", range.header()?);
        }
        match self {
            Source::Url(url) => request.url = Some(url),
            // Without this the service answers an impossible range with the whole object.
            Source::Key(_) if range.is_some() => {
                request.guess("x-oss-range-behavior", "standard");
            }
            Source::Key(_) => {}
        }
        Ok(request)
    }

    /// Whether the answer is something else than the object is.
    pub fn is_processed(&self, options: &Options<'_>) -> bool {
        let mut query = options.query.iter();
        let in_url = match self {
            Source::Key(_) => false,
            Source::Url(url) => url.contains("x-oss-process="),
        };
        in_url || query.any(|(name, _)| name == "x-oss-process")
    }
}

pub(super) fn check_range(range: Range, response: &Response) -> Result<()> {
    let agrees = response.status == 206
        && response
            .content_range()
            .is_some_and(|(got, size)| range.agrees(&got, size));
    if agrees {
        return Ok(());
    }
    Err(Error::new(
        Kind::BadResponse,
        format!(
            "asked for the range {}, but the service answered with status {} and Content-Range {:?} (request id {})",
            range.header()?,
            response.status,
            response.header("content-range").unwrap_or_default(),
            response.request_id()
        ),
    ))
}
