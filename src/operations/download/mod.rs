//! Downloads: bodies that are read as they arrive, checked, and picked up again when the connection breaks.

mod resume;
mod sink;

use std::borrow::Cow;
use std::io::{self, Read};

use resume::{Origin, Source, Tries, changed, check_range, follow_up};
pub(super) use sink::{collect, to_buffer, to_file, to_writer};

use super::body::no_fields;
use crate::cancel::Limits;
use crate::client::answer::{self, no_end};
use crate::client::{Client, Reply};
use crate::crc64::Crc64;
use crate::error::{Error, Kind, Result};
use crate::request::{Body, Options, Range, Response};
use crate::transport::Incoming;

/// An object being downloaded: the answer's headers, and its body to be read.
///
/// The read that brings the last byte checks the whole: an error instead of that byte means that what came before is not
/// the object. When the connection breaks midway, the rest is fetched as a range. That ends after as many attempts in a row
/// as [`Config::attempts`](crate::Config::attempts) allows of which none brought 100 KiB or more.
pub struct Object {
    response: Response,
    arriving: Arriving,
    /// Bytes of the answer's body that have been read.
    position: u64,
    origin: Origin,
    tries: Tries,
    client: Client,
    limits: Limits,
    /// How the body ended, once it has.
    ended: Option<Result<()>>,
}

/// The body of an answer, and what it has to be.
struct Arriving {
    body: Incoming,
    length: Option<u64>,
    crc: Option<(Crc64, u64)>,
    /// Whether the end of the connection may be the end of the body, or may have cut it off.
    is_endless: bool,
    /// Whether the rest can be asked for when the body breaks, if the object has an ETag.
    is_resumable: bool,
    /// Where the body begins in the object.
    start: u64,
}

impl Arriving {
    fn new(
        client: &Client,
        origin: &Origin,
        response: &Response,
        body: Incoming,
    ) -> Result<Arriving> {
        let length = expected_length(origin, response)?;
        let encoded =
            origin.sends("accept-encoding") && response.header("content-encoding").is_some();
        let is_object = !encoded && !origin.is_processed();
        let crc = response
            .crc64()
            .filter(|_| response.status == 200 && is_object && client.checks_crc64())
            .map(|expected| (Crc64::new(), expected));
        Ok(Arriving {
            is_endless: body.ends_with_connection() && length.is_none() && crc.is_none(),
            body,
            length,
            crc,
            is_resumable: length.is_some() && is_object,
            start: response
                .content_range()
                .map_or(0, |(range, _)| *range.start()),
        })
    }
}

impl Object {
    pub(super) fn open(client: &Client, key: &str, options: &Options<'_>) -> Result<Object> {
        Object::open_source(client, Source::Key(key.to_owned()), options)
    }

    pub(super) fn open_url(client: &Client, url: &str, options: &Options<'_>) -> Result<Object> {
        Object::open_source(client, Source::Url(url.to_owned()), options)
    }

    fn open_source(client: &Client, source: Source, options: &Options<'_>) -> Result<Object> {
        if !options.fields.is_empty() {
            return Err(no_fields("GetObject"));
        }
        let of_header = match &source {
            Source::Key(_) => options.with_range_of_header(),
            // Nothing can be added to a URL that is signed, so that the whole object is an answer, too.
            Source::Url(_) => Cow::Borrowed(options),
        };
        let options = &*of_header;
        let origin = Origin::new(source, options);
        let Reply {
            response,
            incoming,
            limits,
            ..
        } = client.stream(&origin.request(options.range)?, Body::Empty, options)?;
        Ok(Object {
            arriving: Arriving::new(client, &origin, &response, incoming)?,
            tries: Tries::new(response.attempts),
            response,
            position: 0,
            origin,
            client: client.clone(),
            limits,
            ended: None,
        })
    }

    /// Status and headers of the answer.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// How many bytes of the body have been read.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Reads on: how many bytes, 0 at the end. `buffer` must not be empty. After an error every further read repeats it.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if let Some(ended) = &self.ended {
            return ended.clone().map(|()| 0);
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        let got = self.read_on(buffer).map_err(|error| self.counted(error));
        match &got {
            Ok(0) => self.ended = Some(Ok(())),
            Ok(_) if Some(self.position) == self.arriving.length => self.ended = Some(Ok(())),
            Ok(_) => {}
            Err(error) => self.ended = Some(Err(error.clone())),
        }
        got
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match self.arriving.body.read(buffer) {
                Ok(0) if self.is_early() => {
                    self.resume(Error::new(Kind::Truncated, "the answer ended early"))?;
                }
                Ok(0) if self.arriving.is_endless => {
                    return Err(no_end("GetObject", &self.response));
                }
                Ok(0) => return self.compare().map(|()| 0),
                Ok(got) => {
                    self.position += got as u64;
                    self.check_length(self.position)?;
                    if let Some((crc, _)) = &mut self.arriving.crc {
                        crc.update(buffer.get(..got).unwrap_or_default());
                    }
                    if Some(self.position) == self.arriving.length {
                        self.check_end()?;
                    }
                    return Ok(got);
                }
                Err(error) => self.resume(error)?,
            }
        }
    }

    /// What has not been read yet; `None` if that cannot be asked for, or nothing is.
    fn rest(&self) -> Option<Range> {
        let arriving = &self.arriving;
        let first = arriving.start.checked_add(self.position)?;
        let last = arriving.start.checked_add(arriving.length?)?;
        let last = last.checked_sub(1)?;
        let is_resumable = arriving.is_resumable && self.response.etag().is_some();
        (is_resumable && first <= last).then_some(Range::Bytes(first, last))
    }

    fn is_early(&self) -> bool {
        let length = self.arriving.length;
        length.is_some_and(|length| self.position < length)
    }

    /// After picking up, the length of what follows is the server's word only.
    fn check_length(&self, position: u64) -> Result<()> {
        match self.arriving.length {
            Some(length) if position > length => Err(Error::new(
                Kind::BadResponse,
                format!("the answer goes on after the {length} bytes announced"),
            )),
            _ => Ok(()),
        }
    }

    /// With the last byte: the answer has to end, which also gives its connection back, and the whole to be right.
    fn check_end(&mut self) -> Result<()> {
        let more = self.arriving.body.read(&mut [0])?;
        self.check_length(self.position + more as u64)?;
        self.compare()
    }

    fn compare(&mut self) -> Result<()> {
        let Some((crc, expected)) = &self.arriving.crc else {
            return Ok(());
        };
        self.response.verified = crc.value() == *expected;
        if self.response.verified {
            return Ok(());
        }
        Err(answer::not_proven(
            Kind::ChecksumMismatch,
            &self.response,
            format!(
                "what arrived is not what the service stored: CRC-64 {} here, {expected} there",
                crc.value()
            ),
        ))
    }

    /// Asks for the rest of the object after `broken` ended the answer.
    fn resume(&mut self, broken: Error) -> Result<()> {
        let broken = self.with_progress(broken);
        self.tries.failed_at(self.position, &broken);
        let Some(rest) = self.rest() else {
            return Err(broken);
        };
        if !broken.is_retryable() {
            return Err(broken);
        }
        let retry = self.client.retry();
        let wait = retry.wait(self.tries.failed(), None).unwrap_or_default();
        if self.tries.failed() >= retry.most() || self.limits.ends_within(wait) {
            return Err(self.tries.first_cause(broken));
        }
        log::debug!("{broken}; asking for the rest in {wait:?}");
        self.limits.sleep(wait)?;
        let request = self.origin.request(Some(rest))?;
        let etag = self.response.etag().unwrap_or_default();
        let options = self.origin.options_for_rest(etag, &self.limits);
        let limits = self.limits.clone();
        let reply = match self.client.stream_within(&request, &options, limits) {
            Ok(reply) => reply,
            Err(error) => return Err(follow_up(self.tries.first_cause(broken), error)),
        };
        self.tries.requests += reply.response.attempts;
        if let Some(change) = changed(etag, &reply.response, &self.response) {
            return Err(change);
        }
        check_range(rest, &reply.response)?;
        self.response.attempts = self.tries.requests;
        self.arriving.body = reply.incoming;
        Ok(())
    }

    /// Begins from the first byte again, after `error`; gives that back if it does not help, or not any more. Only for who has
    /// not used what came yet.
    fn begin_again(&mut self, error: Error) -> Result<()> {
        let retry = self.client.retry();
        let can_go_on = self.rest().is_some();
        let helps = error.kind() == Kind::ChecksumMismatch || !can_go_on;
        let wait = retry.wait(self.tries.begun, None).unwrap_or_default();
        if !error.is_retryable()
            || !helps
            || self.tries.begun >= retry.most()
            || self.limits.ends_within(wait)
        {
            return Err(error);
        }
        log::debug!("{error}; asking for the object again in {wait:?}");
        self.limits.sleep(wait)?;
        let request = self.origin.request(self.origin.range)?;
        let options = self.origin.options(&self.limits);
        let limits = self.limits.clone();
        let reply = match self.client.stream_within(&request, &options, limits) {
            Ok(reply) => reply,
            Err(again) => return Err(follow_up(error, again)),
        };
        self.arriving = Arriving::new(&self.client, &self.origin, &reply.response, reply.incoming)?;
        self.tries.begin_again(reply.response.attempts);
        self.response = reply.response;
        self.response.attempts = self.tries.requests;
        self.position = 0;
        self.ended = None;
        Ok(())
    }

    /// The error of an answer that ended early, with how much of it came.
    fn with_progress(&self, error: Error) -> Error {
        match self.arriving.length {
            Some(length) if error.kind() == Kind::Truncated => Error::new(
                Kind::Truncated,
                format!("the answer ended after {} of {length} bytes", self.position),
            ),
            _ => error,
        }
    }

    /// `error` with how often the object, or a part of it, was asked for.
    fn counted(&self, error: Error) -> Error {
        let attempts = self.tries.requests.saturating_add(error.attempts());
        error.with_attempts(attempts)
    }

    /// What is left when all was read.
    fn into_response(self) -> Response {
        self.response
    }
}

impl Read for Object {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Object::read(self, buffer).map_err(io::Error::other)
    }
}

/// How long the body has to be, as far as the answer says it; an error if the answer is not to what was asked.
fn expected_length(origin: &Origin, response: &Response) -> Result<Option<u64>> {
    let announced = response.content_length();
    origin.check_range(response)?;
    let ranged = origin.range.is_some() || origin.sends("range");
    match (response.status, response.content_range()) {
        (200, _) => Ok(announced),
        (206, Some((range, _))) if ranged => {
            let length = (range.end() - range.start()).checked_add(1);
            if let Some(announced) = announced
                && Some(announced) != length
            {
                return Err(answer::not_proven(
                    Kind::BadResponse,
                    response,
                    format!(
                        "the answer announces {announced} bytes, and a Content-Range from {} to {}",
                        range.start(),
                        range.end()
                    ),
                ));
            }
            Ok(length)
        }
        (status, _) => Err(answer::not_proven(
            Kind::BadResponse,
            response,
            format!("GetObject was answered with status {status}, which is not an object"),
        )),
    }
}
