//! Downloads: bodies that are read as they arrive, checked, and picked up again when the connection breaks.

mod resume;
mod sink;

use std::io::{self, Read};

use resume::{Resume, Source, check_range};
pub(super) use sink::{collect, to_buffer, to_file, to_writer};

use super::body::no_fields;
use crate::cancel::Limits;
use crate::client::{Client, Reply};
use crate::crc64::Crc64;
use crate::error::{Error, Kind, Result};
use crate::request::{Body, Options, Response};
use crate::transport::Incoming;

/// An object being downloaded: the answer's headers, and its body to be read.
///
/// The last read checks: an error instead of the end means that what came before is not the object.
pub struct Object {
    response: Response,
    body: Incoming,
    /// Bytes of the answer's body that have been read.
    position: u64,
    length: Option<u64>,
    crc: Option<(Crc64, u64)>,
    resume: Option<Resume>,
    client: Client,
    limits: Limits,
    /// How the body ended, once it has.
    ended: Option<Result<()>>,
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
        let Reply {
            response,
            incoming,
            limits,
            ..
        } = client.stream(&source.request(options.range)?, Body::Empty, options)?;
        let length = expected_length(options, &response)?;
        let encoded =
            response.header("content-encoding").is_some() && asks_for_encoding(client, options);
        let processed = source.is_processed(options);
        let whole = response.status == 200 && !processed && !encoded;
        let crc = response
            .crc64()
            .filter(|_| whole && client.checks_crc64())
            .map(|expected| (Crc64::new(), expected));
        let resumable = length.is_some() && !processed && !encoded;
        let resume = response
            .etag()
            .filter(|_| resumable)
            .map(|etag| Resume::new(source, etag, &response, options));
        Ok(Object {
            response,
            body: incoming,
            position: 0,
            length,
            crc,
            resume,
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
        let got = self.read_on(buffer);
        match &got {
            Ok(0) => self.ended = Some(Ok(())),
            Ok(_) => {}
            Err(error) => self.ended = Some(Err(error.clone())),
        }
        got
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match self.body.read(buffer) {
                Ok(0) => return self.check_end().map(|()| 0),
                Ok(got) => {
                    self.position += got as u64;
                    self.check_length()?;
                    if let Some((crc, _)) = &mut self.crc {
                        crc.update(buffer.get(..got).unwrap_or_default());
                    }
                    if let Some(resume) = &mut self.resume {
                        resume.attempts = 0;
                    }
                    return Ok(got);
                }
                Err(error) => self.pick_up(error)?,
            }
        }
    }

    /// After picking up, the length of what follows is the server's word only.
    fn check_length(&self) -> Result<()> {
        match self.length {
            Some(length) if self.position > length => Err(Error::new(
                Kind::BadResponse,
                format!("the answer goes on after the {length} bytes announced"),
            )),
            _ => Ok(()),
        }
    }

    fn check_end(&self) -> Result<()> {
        if let Some(length) = self.length
            && self.position != length
        {
            let error = Error::new(Kind::Truncated, "the answer ended early");
            return Err(self.in_numbers(error));
        }
        if let Some((crc, expected)) = &self.crc
            && crc.value() != *expected
        {
            return Err(Error::new(
                Kind::ChecksumMismatch,
                format!(
                    "what arrived is not what the service stored: CRC-64 {} here, {expected} there (request id {})",
                    crc.value(),
                    self.response.request_id()
                ),
            ));
        }
        Ok(())
    }

    /// Asks for the rest of the object after `broken` ended the answer.
    fn pick_up(&mut self, broken: Error) -> Result<()> {
        let broken = self.in_numbers(broken);
        let retry = self.client.retry();
        let limits = self.limits.clone();
        let (Some(resume), Some(length)) = (&mut self.resume, self.length) else {
            return Err(broken);
        };
        resume.attempts += 1;
        let wait = retry.wait(resume.attempts, None).unwrap_or_default();
        let Some(rest) = resume.rest(self.position, length) else {
            return Err(broken);
        };
        if !broken.is_retryable() || resume.attempts >= retry.attempts || limits.ends_within(wait) {
            return Err(broken);
        }
        log::debug!("{broken}; asking for the rest in {wait:?}");
        limits.sleep(wait)?;
        let options = resume.options(&limits);
        let request = resume.source.request(Some(rest))?;
        let client = &self.client;
        let reply = client.stream_within(&request, &options, limits.clone())?;
        check_range(rest, &reply.response)?;
        resume.check_same(&reply.response, &self.response)?;
        self.body = reply.incoming;
        Ok(())
    }

    /// The error of an answer that ended early, with how much of it came.
    fn in_numbers(&self, error: Error) -> Error {
        match self.length {
            Some(length) if error.kind() == Kind::Truncated => Error::new(
                Kind::Truncated,
                format!("the answer ended after {} of {length} bytes", self.position),
            ),
            _ => error,
        }
    }
}

impl Read for Object {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Object::read(self, buffer).map_err(io::Error::other)
    }
}

/// How long the body has to be, as far as the answer says it; an error if the answer is not to what was asked.
fn expected_length(options: &Options<'_>, response: &Response) -> Result<Option<u64>> {
    let announced = response.content_length();
    if let Some(range) = options.range {
        check_range(range, response)?;
    }
    let ranged = options.range.is_some() || sends(options, "range");
    match (response.status, response.content_range()) {
        (200, _) => Ok(announced),
        (206, Some((range, _))) if ranged => {
            let length = (range.end() - range.start()).checked_add(1);
            if announced.is_some() && announced != length {
                return Err(Error::new(
                    Kind::BadResponse,
                    format!("the answer announces {announced:?} bytes and Content-Range {range:?}"),
                ));
            }
            Ok(length)
        }
        (status, _) => Err(Error::new(
            Kind::BadResponse,
            format!(
                "GetObject was answered with status {status}, which is no object (request id {})",
                response.request_id()
            ),
        )),
    }
}

fn sends(options: &Options<'_>, header: &str) -> bool {
    let mut names = options.headers.iter().map(|(name, _)| name);
    names.any(|name| name.eq_ignore_ascii_case(header))
}

fn asks_for_encoding(client: &Client, options: &Options<'_>) -> bool {
    sends(options, "accept-encoding") || client.always_sends("accept-encoding")
}
