//! Asking for the rest of an object when the connection broke, and how often.

use crate::cancel::Limits;
use crate::client::answer;
use crate::error::{Error, Kind, Result};
use crate::operations::request;
use crate::request::{Options, Range, Request, Response};

/// What an attempt has to bring to count as progress: the smallest part of a multipart upload.
const STEP: u64 = 100 * 1024;

/// What was asked for, to ask for it again.
pub(super) struct Origin {
    source: Source,
    headers: Vec<(String, String)>,
    insists: bool,
    query: Vec<(String, Option<String>)>,
    pub range: Option<Range>,
}

impl Origin {
    pub fn new(source: Source, options: &Options<'_>) -> Origin {
        let owned = |text: &str| text.to_owned();
        Origin {
            source,
            headers: options
                .headers
                .iter()
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
            insists: options.insists,
            query: options
                .query
                .iter()
                .map(|(name, value)| (owned(name), value.as_deref().map(owned)))
                .collect(),
            range: options.range,
        }
    }

    pub fn request(&self, range: Option<Range>) -> Result<Request<'_>> {
        self.source.request(range)
    }

    /// The settings of the first request.
    pub fn options(&self, limits: &Limits) -> Options<'_> {
        self.options_with(limits, |_| true)
    }

    /// The settings of the first request, and that the object is still the one of that ETag.
    pub fn options_for_rest<'a>(&'a self, etag: &'a str, limits: &Limits) -> Options<'a> {
        self.options_with(limits, |name| {
            let name = name.to_ascii_lowercase();
            name != "range" && !name.starts_with("if-")
        })
        .header("if-match", etag)
    }

    fn options_with(&self, limits: &Limits, wanted: impl Fn(&str) -> bool) -> Options<'_> {
        let mut options = Options::new();
        options.insists = self.insists;
        options.cancel.clone_from(&limits.cancel);
        for (name, value) in self.headers.iter().filter(|(name, _)| wanted(name)) {
            options = options.header(name.as_str(), value.as_str());
        }
        for (name, value) in &self.query {
            options = options.query(name.as_str(), value.as_deref());
        }
        options
    }

    /// Whether the caller gave that header.
    pub fn sends(&self, header: &str) -> bool {
        self.header(header).is_some()
    }

    /// That header of the caller's.
    fn header(&self, header: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case(header));
        found.map(|(_, value)| value.as_str())
    }

    /// An error if the answer is not to the range that was asked for. One in a header that stayed a header, the whole object
    /// answers as well; a part of it has to be the one that was meant.
    pub fn check_range(&self, response: &Response) -> Result<()> {
        match (self.range, self.header("range")) {
            (Some(range), _) => check_range(range, response),
            (None, Some(header)) if response.status == 206 => match Range::asked(header) {
                Some(range) if is_answer(range, response) => Ok(()),
                _ => Err(not_asked_for(header, response)),
            },
            (None, _) => Ok(()),
        }
    }

    /// Whether the answer is something else than the object is.
    pub fn is_processed(&self) -> bool {
        let mut query = self.query.iter();
        let in_url = match &self.source {
            Source::Key(_) => false,
            Source::Url(url) => url.contains("x-oss-process="),
        };
        in_url || query.any(|(name, _)| name == "x-oss-process")
    }
}

/// How often an object, or a part of it, was asked for.
pub(super) struct Tries {
    /// Requests in all.
    pub requests: u32,
    /// How often the whole was begun.
    pub begun: u32,
    /// Attempts in a row that brought less than a step.
    failed: u32,
    /// Where the running attempt began.
    began_at: u64,
    /// Why the first of them ended.
    first: Option<Error>,
}

impl Tries {
    pub fn new(requests: u32) -> Tries {
        Tries {
            requests,
            begun: 1,
            failed: 0,
            began_at: 0,
            first: None,
        }
    }

    /// The running attempt ended at `position` by `cause`.
    pub fn failed_at(&mut self, position: u64, cause: &Error) {
        if position.saturating_sub(self.began_at) >= STEP {
            self.failed = 0;
            self.first = None;
        }
        self.began_at = position;
        self.failed += 1;
        self.first.get_or_insert_with(|| cause.clone());
    }

    /// Attempts in a row, up to the one that just ended, that brought too little.
    pub fn failed(&self) -> u32 {
        self.failed
    }

    /// Why the first of those ended; the others may only be what follows from it.
    pub fn first_cause(&self, last: Error) -> Error {
        self.first.clone().unwrap_or(last)
    }

    /// The whole is begun again, which took so many requests.
    pub fn begin_again(&mut self, requests: u32) {
        *self = Tries {
            begun: self.begun + 1,
            ..Tries::new(self.requests.saturating_add(requests))
        };
    }
}

/// The error if `rest` is of another object than `first`, whose ETag is `etag`: a server need not honour If-Match.
pub(super) fn changed(etag: &str, rest: &Response, first: &Response) -> Option<Error> {
    let size = |response: &Response| response.content_range().and_then(|(_, size)| size);
    let whole = size(first).or(first.content_length().filter(|_| first.status == 200));
    let same_size = size(rest).is_none() || whole.is_none() || size(rest) == whole;
    let is_same = rest.etag() == Some(etag) && same_size;
    (!is_same).then(|| Error::new(Kind::Conflict, CHANGED).with_retryable(true))
}

const CHANGED: &str = "the object changed while it was downloaded";

/// What a download failed for that broke by `first`, when asking again for it, or for the rest of it, failed by `then`.
pub(super) fn follow_up(first: Error, then: Error) -> Error {
    match then.http_status() {
        // The condition that it is the same, or that it is there and long enough, does not hold.
        404 => conflict(then, "the object was deleted while it was downloaded"),
        412 | 416 => conflict(then, CHANGED),
        0 if then.is_retryable() => first.with_note(&format!("asking again failed: {then}")),
        _ if matches!(then.kind(), Kind::Cancelled | Kind::Timeout) => then,
        _ => then.with_note(&format!("it was asked for again because {first}")),
    }
}

fn conflict(refusal: Error, what: &str) -> Error {
    let message = format!("{what}: {refusal}");
    refusal.recast(Kind::Conflict, message).with_retryable(true)
}

/// Where an object is asked for.
pub(super) enum Source {
    Key(String),
    /// A presigned URL.
    Url(String),
}

impl Source {
    fn request(&self, range: Option<Range>) -> Result<Request<'_>> {
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
}

pub(super) fn check_range(range: Range, response: &Response) -> Result<()> {
    match is_answer(range, response) {
        true => Ok(()),
        false => Err(not_asked_for(&range.header()?, response)),
    }
}

fn is_answer(range: Range, response: &Response) -> bool {
    let got = response.content_range();
    response.status == 206 && got.is_some_and(|(got, size)| range.agrees(&got, size))
}

fn not_asked_for(range: &str, response: &Response) -> Error {
    answer::not_proven(
        Kind::BadResponse,
        response,
        format!(
            "asked for the range {range}, but the service answered with status {} and Content-Range {:?}",
            response.status,
            response.header("content-range").unwrap_or_default()
        ),
    )
}
