//! Downloads: bodies that are read as they arrive, checked, and picked up again when the connection breaks.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::body::no_fields;
use super::request;
use crate::client::{Client, MAX_COLLECTED, Reply, too_large};
use crate::crc64::Crc64;
use crate::error::{Error, Kind, Result};
use crate::request::{Body, Options, Progress, Range, Request, Response};
use crate::retry::random;
use crate::transport::{Incoming, Patience};
use crate::upload::stopped;

/// How much is moved at a time.
const CHUNK: usize = 256 * 1024;

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
    limits: Limits,
    /// How the body ended, once it has.
    ended: Option<Result<()>>,
}

/// What is needed to ask for the rest.
struct Resume {
    source: Source,
    etag: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    /// Where the answer's body begins in the object.
    start: u64,
    /// Attempts since the last byte came.
    attempts: u32,
}

struct Limits {
    client: Client,
    patience: Patience,
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
            patience,
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
            limits: Limits {
                client: client.clone(),
                patience,
            },
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
        let retry = self.limits.client.retry();
        let patience = self.limits.patience.clone();
        let (Some(resume), Some(length)) = (&mut self.resume, self.length) else {
            return Err(broken);
        };
        resume.attempts += 1;
        let wait = retry.wait(resume.attempts, None).unwrap_or_default();
        let Some(rest) = resume.rest(self.position, length) else {
            return Err(broken);
        };
        if !broken.is_retryable() || resume.attempts >= retry.attempts || patience.ends_within(wait)
        {
            return Err(broken);
        }
        log::debug!("{broken}; asking for the rest in {wait:?}");
        patience.sleep(wait)?;
        let options = resume.options(&patience);
        let request = resume.source.request(Some(rest))?;
        let client = &self.limits.client;
        let reply = client.stream_within(&request, &options, patience.clone())?;
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

impl Resume {
    fn new(source: Source, etag: &str, response: &Response, options: &Options<'_>) -> Resume {
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
    fn rest(&self, position: u64, length: u64) -> Option<Range> {
        let first = self.start.checked_add(position)?;
        let last = self.start.checked_add(length)?.checked_sub(1)?;
        (first <= last).then_some(Range::Bytes(first, last))
    }

    /// An error unless `rest` is of the object that `first` was of: a server need not honour If-Match.
    fn check_same(&self, rest: &Response, first: &Response) -> Result<()> {
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
    fn options(&self, patience: &Patience) -> Options<'_> {
        let mut options = Options::new().cancel(&patience.cancel);
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
enum Source {
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
                request.header("x-oss-range-behavior", "standard");
            }
            Source::Key(_) => {}
        }
        Ok(request)
    }

    /// Whether the answer is something else than the object is.
    fn is_processed(&self, options: &Options<'_>) -> bool {
        let mut query = options.query.iter();
        let in_url = match self {
            Source::Key(_) => false,
            Source::Url(url) => url.contains("x-oss-process="),
        };
        in_url || query.any(|(name, _)| name == "x-oss-process")
    }
}

fn check_range(range: Range, response: &Response) -> Result<()> {
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

/// Reads all of `object` into memory.
pub(super) fn collect(mut object: Object) -> Result<Response> {
    let mut body = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let got = object.read(&mut chunk)?;
        if got == 0 {
            object.response.body = body;
            return Ok(object.response);
        }
        body.extend_from_slice(chunk.get(..got).unwrap_or_default());
        if body.len() as u64 > MAX_COLLECTED {
            return Err(too_large());
        }
    }
}

/// Reads all of `object` into `buffer`.
pub(super) fn to_buffer(
    mut object: Object,
    buffer: &mut [u8],
    options: &Options<'_>,
) -> Result<(Response, usize)> {
    let capacity = buffer.len();
    let too_small = |size: String| {
        Error::invalid(format!(
            "the buffer has room for {capacity} bytes, the object has {size}"
        ))
    };
    if let Some(length) = object.length
        && length > capacity as u64
    {
        return Err(too_small(length.to_string()));
    }
    let mut filled = 0;
    loop {
        let free = buffer.get_mut(filled..).unwrap_or_default();
        let got = if free.is_empty() {
            match object.read(&mut [0])? {
                0 => 0,
                _ => return Err(too_small("more".to_owned())),
            }
        } else {
            object.read(free)?
        };
        if got == 0 {
            report_empty(options.progress, filled as u64)?;
            return Ok((object.response, filled));
        }
        filled += got;
        report(options.progress, filled as u64, object.length)?;
    }
}

/// Copies all of `object` to `writer`.
pub(super) fn to_writer(
    mut object: Object,
    writer: &mut dyn Write,
    options: &Options<'_>,
) -> Result<Response> {
    copy(&mut object, writer, options, "writing the object failed")?;
    Ok(object.response)
}

/// Copies all of what `open` opens to the file at `path`, which appears at the end or not at all. Asks the service for
/// nothing if the file cannot be written.
pub(super) fn to_file(
    path: &Path,
    options: &Options<'_>,
    open: impl FnOnce() -> Result<Object>,
) -> Result<Response> {
    let doing = format!("`path`: cannot write {}", path.display());
    let failed = |cause| Error::io(&doing, cause);
    let mut temporary = Temporary::beside(path).map_err(failed)?;
    let mut object = open()?;
    copy(&mut object, &mut temporary.file, options, &doing)?;
    temporary.publish(path).map_err(failed)?;
    Ok(object.response)
}

fn copy(
    object: &mut Object,
    writer: &mut dyn Write,
    options: &Options<'_>,
    doing: &str,
) -> Result<()> {
    let size = object
        .length
        .map_or(CHUNK, |length| length.clamp(1, CHUNK as u64) as usize);
    let mut chunk = vec![0; size];
    let mut done = 0;
    loop {
        let got = object.read(&mut chunk)?;
        if got == 0 {
            return report_empty(options.progress, done);
        }
        writer
            .write_all(chunk.get(..got).unwrap_or_default())
            .map_err(|cause| Error::from_io(Kind::Io, doing, cause))?;
        done += got as u64;
        report(options.progress, done, object.length)?;
    }
}

/// Reports an object without bytes too, so that whoever waits for the end of a transfer sees it.
fn report_empty(progress: Option<&Progress<'_>>, done: u64) -> Result<()> {
    if done > 0 {
        return Ok(());
    }
    report(progress, 0, Some(0))
}

fn report(progress: Option<&Progress<'_>>, done: u64, length: Option<u64>) -> Result<()> {
    match progress {
        Some(progress) if !progress(done, length) => Err(stopped()),
        _ => Ok(()),
    }
}

/// A file that vanishes unless it is published.
struct Temporary {
    file: File,
    path: PathBuf,
}

impl Temporary {
    /// A new file in the directory of `target`, so that renaming is atomic.
    fn beside(target: &Path) -> io::Result<Temporary> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::other("the path names no file"))?;
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // The name is cut so that the suffix fits into the 255 bytes that file systems allow.
        let name = name.to_string_lossy();
        let start: String = name.chars().take(40).collect();
        let path = target.with_file_name(format!(".{start}.{:016x}.part", random()));
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok(Temporary { file, path })
    }

    fn publish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)?;
        sync_directory(target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After publishing there is nothing of that name any more.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes a rename in the directory of `path` survive a power failure.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    match File::open(directory).and_then(|directory| directory.sync_all()) {
        // Some directories and file systems do not allow it; the file is in place all the same.
        Err(error) if is_not_allowed(&error) => Ok(()),
        done => done,
    }
}

#[cfg(unix)]
fn is_not_allowed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
    )
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
