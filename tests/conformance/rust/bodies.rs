//! Bodies that are sent, and where bodies go that come.

use std::io::{self, Read, Write};

use alioss::{Error, Kind};

use crate::Refusal::{self, Unsupported};
use crate::outcome::Outcome;

/// A body in memory.
pub fn body(name: &str) -> Result<Vec<u8>, Refusal> {
    match name.split_once(':') {
        Some(("text", text)) => Ok(text.as_bytes().to_vec()),
        Some(("pattern" | "stop", length)) => {
            let length: usize = length.parse().map_err(|_| Unsupported)?;
            Ok((0..length).map(|index| (index % 251) as u8).collect())
        }
        _ => Err(Unsupported),
    }
}

/// A body as a stream.
pub fn source(name: &str) -> Result<Source, Refusal> {
    Ok(Source {
        bytes: io::Cursor::new(body(name)?),
        gives_up: name.starts_with("stop:"),
    })
}

pub struct Source {
    bytes: io::Cursor<Vec<u8>>,
    gives_up: bool,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.bytes.read(buffer)? {
            0 if self.gives_up => Err(io::Error::other(Error::new(
                Kind::Cancelled,
                "the read callback gave up (-1)",
            ))),
            got => Ok(got),
        }
    }
}

pub struct Receiver<'o> {
    pub outcome: &'o mut Outcome,
    pub stop: Option<u64>,
}

impl Write for Receiver<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outcome.receive(bytes);
        match self.stop {
            Some(stop) if self.outcome.bytes >= stop => Err(io::Error::other(Error::new(
                Kind::Cancelled,
                "the write callback gave up (1)",
            ))),
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
