//! Where a downloaded object goes: memory, a buffer, a writer, a file.

use std::io::Write;
use std::path::Path;

use super::Object;
use crate::cancel::stopped;
use crate::client::{Client, MAX_COLLECTED, too_large};
use crate::error::{Error, Kind, Result};
use crate::file::{Target, Temporary};
use crate::memory;
use crate::request::{Options, Progress, Response};

/// How much is moved at a time.
const CHUNK: usize = 256 * 1024;

/// Reads all of `object` into memory.
pub(in crate::operations) fn collect(mut object: Object) -> Result<Response> {
    loop {
        match collect_once(&mut object) {
            Ok(body) => {
                object.response.body = body;
                return Ok(object.into_response());
            }
            Err(error) => object.begin_again(error)?,
        }
    }
}

fn collect_once(object: &mut Object) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut chunk = memory::zeros(CHUNK)?;
    loop {
        let got = object.read(&mut chunk)?;
        if got == 0 {
            return Ok(body);
        }
        memory::append(&mut body, chunk.get(..got).unwrap_or_default())?;
        if body.len() as u64 > MAX_COLLECTED {
            return Err(too_large());
        }
    }
}

/// Reads all of `object` into `buffer`; again, if what came is wrong.
pub(in crate::operations) fn to_buffer(
    mut object: Object,
    buffer: &mut [u8],
    options: &Options<'_>,
) -> Result<(Response, usize)> {
    let mut report = Report::new(options.progress);
    loop {
        match fill(&mut object, buffer, &mut report) {
            Ok(filled) => return Ok((object.into_response(), filled)),
            Err(error) => object.begin_again(error)?,
        }
    }
}

fn fill(object: &mut Object, buffer: &mut [u8], report: &mut Report<'_>) -> Result<usize> {
    let capacity = buffer.len();
    let length = object.arriving.length;
    let too_small = |size: String| {
        Error::unusable(
            "buf",
            format_args!("it has room for {capacity} bytes, and the object has {size}"),
        )
    };
    if let Some(length) = length
        && length > capacity as u64
    {
        return Err(object.counted(too_small(length.to_string())));
    }
    let mut filled = 0;
    loop {
        let free = buffer.get_mut(filled..).unwrap_or_default();
        let got = if free.is_empty() {
            match object.read(&mut [0])? {
                0 => 0,
                _ => return Err(object.counted(too_small("more".to_owned()))),
            }
        } else {
            object.read(free)?
        };
        if got == 0 {
            report.end(filled as u64)?;
            return Ok(filled);
        }
        filled += got;
        report.moved(filled as u64, length)?;
    }
}

/// Copies all of `object` to `writer`.
pub(in crate::operations) fn to_writer(
    mut object: Object,
    writer: &mut dyn Write,
    options: &Options<'_>,
) -> Result<Response> {
    let mut report = Report::new(options.progress);
    copy(
        &mut object,
        writer,
        &mut report,
        "writing the object failed",
    )?;
    Ok(object.into_response())
}

/// Copies all of what `open` opens to the file at `path`, which appears at the end or not at all; again, if what came is
/// wrong. Asks the service for nothing if the file cannot be written. `may_appear` is asked last.
pub(in crate::operations) fn to_file(
    path: &Path,
    client: &Client,
    options: &Options<'_>,
    open: impl FnOnce() -> Result<Object>,
    may_appear: &dyn Fn() -> Result<()>,
) -> Result<Response> {
    let doing = format!("`path`: cannot write {}", path.display());
    let mut report = Report::new(options.progress);
    let mut temporary = Temporary::create(Target::find(path)?)?;
    let mut object = open()?;
    while let Err(error) = copy(&mut object, temporary.file(), &mut report, &doing) {
        object.begin_again(error)?;
        temporary.clear()?;
    }
    may_appear()
        .and_then(|()| temporary.publish(client.syncs_files()))
        .map_err(|error| object.counted(error))?;
    Ok(object.into_response())
}

fn copy(
    object: &mut Object,
    writer: &mut dyn Write,
    report: &mut Report<'_>,
    doing: &str,
) -> Result<()> {
    let length = object.arriving.length;
    let size = length.map_or(CHUNK, |length| length.clamp(1, CHUNK as u64) as usize);
    let mut chunk = memory::zeros(size)?;
    let mut done = 0;
    loop {
        let got = object.read(&mut chunk)?;
        if got == 0 {
            return report.end(done);
        }
        let written = writer.write_all(chunk.get(..got).unwrap_or_default());
        written.map_err(|cause| object.counted(Error::from_io(Kind::Io, doing, cause)))?;
        done += got as u64;
        report.moved(done, length)?;
    }
}

/// Tells the caller how far a download is.
struct Report<'o> {
    progress: Option<&'o Progress<'o>>,
    /// The most that was reported: progress does not go back when the object is asked for again.
    most: u64,
}

impl<'o> Report<'o> {
    fn new(progress: Option<&'o Progress<'o>>) -> Report<'o> {
        Report { progress, most: 0 }
    }

    fn moved(&mut self, done: u64, length: Option<u64>) -> Result<()> {
        self.most = self.most.max(done);
        match self.progress {
            Some(progress) if !progress(self.most, length) => Err(stopped()),
            _ => Ok(()),
        }
    }

    /// Reports an object without bytes too, so that whoever waits for the end of a transfer sees it.
    fn end(&mut self, done: u64) -> Result<()> {
        match done {
            0 => self.moved(0, Some(0)),
            _ => Ok(()),
        }
    }
}
