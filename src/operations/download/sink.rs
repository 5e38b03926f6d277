//! Where a downloaded object goes: memory, a buffer, a writer, a file.

use std::io::Write;
use std::path::Path;

use super::Object;
use crate::cancel::stopped;
use crate::client::{MAX_COLLECTED, too_large};
use crate::error::{Error, Kind, Result};
use crate::file::Temporary;
use crate::memory;
use crate::request::{Options, Progress, Response};

/// How much is moved at a time.
const CHUNK: usize = 256 * 1024;

/// Reads all of `object` into memory.
pub(in crate::operations) fn collect(mut object: Object) -> Result<Response> {
    let mut body = Vec::new();
    let mut chunk = memory::zeros(CHUNK)?;
    loop {
        let got = object.read(&mut chunk)?;
        if got == 0 {
            object.response.body = body;
            return Ok(object.response);
        }
        memory::append(&mut body, chunk.get(..got).unwrap_or_default())?;
        if body.len() as u64 > MAX_COLLECTED {
            return Err(too_large());
        }
    }
}

/// Reads all of `object` into `buffer`.
pub(in crate::operations) fn to_buffer(
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
pub(in crate::operations) fn to_writer(
    mut object: Object,
    writer: &mut dyn Write,
    options: &Options<'_>,
) -> Result<Response> {
    copy(&mut object, writer, options, "writing the object failed")?;
    Ok(object.response)
}

/// Copies all of what `open` opens to the file at `path`, which appears at the end or not at all. Asks the service for
/// nothing if the file cannot be written.
pub(in crate::operations) fn to_file(
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
    let mut chunk = memory::zeros(size)?;
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
