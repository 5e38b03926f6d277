//! What a request carries: bytes, a file, or what a reader yields.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};

use crate::file::read_at;

/// A request body.
pub enum Body<'a> {
    /// None at all.
    Empty,
    /// These bytes; sent from where they are.
    Bytes(&'a [u8]),
    /// A file from `offset`, `length` bytes of it. Its read position is neither used nor moved. If the file is written to
    /// meanwhile, the upload fails and nothing is stored.
    File {
        /// The open file.
        file: &'a File,
        /// First byte.
        offset: u64,
        /// How many bytes; `None` is up to the end, wherever that is: the body is sent in chunks.
        length: Option<u64>,
    },
    /// Whatever a reader yields. Such a request is repeated only as long as nothing was read.
    Stream {
        /// The source. With a length just that many bytes are taken from it, and it is not asked again after the last.
        reader: &'a mut dyn Read,
        /// `None` if unknown: the body is sent in chunks.
        length: Option<u64>,
    },
    /// As `Stream`, of a source that can begin again: such a request is repeated like any other. [`Seekable`] makes one of
    /// whatever can seek.
    Rewindable {
        /// The source.
        reader: &'a mut dyn Rewind,
        /// `None` if unknown: the body is sent in chunks.
        length: Option<u64>,
    },
}

/// Whether nothing of a file lies on a disk: it is made up when it is read, or has holes only.
#[cfg(unix)]
fn has_no_blocks(metadata: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::blocks(metadata) == 0
}

#[cfg(not(unix))]
fn has_no_blocks(_: &Metadata) -> bool {
    false
}

/// A source of bytes that can begin again.
pub trait Rewind: Read {
    /// Goes back to where the body began. The bytes that follow have to be the same: the request fails if they are not.
    fn rewind(&mut self) -> io::Result<()>;
}

/// A reader that can seek, as a body that begins where the reader stands now.
///
/// ```
/// # use std::io::Cursor;
/// # use alioss::{Body, Seekable};
/// let mut source = Seekable::new(Cursor::new("hello"))?;
/// let body = Body::Rewindable { reader: &mut source, length: Some(5) };
/// # assert_eq!(body.length(), Some(5));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Seekable<R> {
    reader: R,
    start: u64,
}

impl<R: Read + Seek> Seekable<R> {
    /// Fails if `reader` cannot say where it stands.
    pub fn new(mut reader: R) -> io::Result<Seekable<R>> {
        let start = reader.stream_position()?;
        Ok(Seekable { reader, start })
    }
}

impl<R: Read> Read for Seekable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl<R: Read + Seek> Rewind for Seekable<R> {
    fn rewind(&mut self) -> io::Result<()> {
        match self.reader.seek(SeekFrom::Start(self.start))? {
            at if at == self.start => Ok(()),
            at => Err(io::Error::other(format!(
                "it stands at {at} after it went to {}",
                self.start
            ))),
        }
    }
}

impl<'a> Body<'a> {
    /// The whole of `file`, which has to be a regular file. Its length is not known if its size says 0 but bytes come, as
    /// those of `/proc` do.
    pub fn file(file: &'a File) -> io::Result<Body<'a>> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file; use a stream for pipes and devices",
            ));
        }
        let is_known = match metadata.len() {
            0 => read_at(file, &mut [0], 0)? == 0,
            // Files of /sys have the size of a page, whatever is in them.
            size if has_no_blocks(&metadata) => read_at(file, &mut [0], size - 1)? == 1,
            _ => true,
        };
        Ok(Body::File {
            file,
            offset: 0,
            length: is_known.then_some(metadata.len()),
        })
    }

    /// How many bytes, if that is known before they are read.
    pub fn length(&self) -> Option<u64> {
        match self {
            Body::Empty => Some(0),
            Body::Bytes(bytes) => Some(bytes.len() as u64),
            Body::File { length, .. }
            | Body::Stream { length, .. }
            | Body::Rewindable { length, .. } => *length,
        }
    }
}

impl<'a> From<&'a [u8]> for Body<'a> {
    fn from(bytes: &'a [u8]) -> Body<'a> {
        Body::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Body<'a> {
    fn from(bytes: &'a [u8; N]) -> Body<'a> {
        Body::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Body<'a> {
    fn from(bytes: &'a Vec<u8>) -> Body<'a> {
        Body::Bytes(bytes)
    }
}

impl<'a> From<&'a str> for Body<'a> {
    fn from(text: &'a str) -> Body<'a> {
        Body::Bytes(text.as_bytes())
    }
}
