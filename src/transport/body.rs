//! The bodies of an exchange, both ways, and what its parts tell each other.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Payload;
use super::engine::Slot;
use super::session::Shared;
use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};

/// What the transport, the body source and the caller of one exchange tell each other.
pub(super) struct Watch {
    pub limits: Limits,
    /// A byte of the answer has arrived.
    pub answered: AtomicBool,
    /// The answer came, or the connection broke, before the body was sent: nothing more is sent.
    pub early: AtomicBool,
    /// The head of the answer is done.
    pub reading_body: AtomicBool,
    failure: Mutex<Option<Error>>,
}

impl Watch {
    pub fn new(limits: Limits) -> Watch {
        Watch {
            limits,
            answered: AtomicBool::new(false),
            early: AtomicBool::new(false),
            reading_body: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    pub fn answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    pub fn early(&self) -> bool {
        self.early.load(Ordering::Relaxed)
    }

    /// Keeps the first reason.
    pub fn fail(&self, error: Error) {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert(error);
    }

    pub fn failure(&self) -> Option<Error> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// The body that is sent, as ureq reads it. Holds the caller to the length it announced.
pub(super) struct Source<'a> {
    reader: Option<&'a mut dyn super::Source>,
    pub length: Option<u64>,
    taken: u64,
    watch: Arc<Watch>,
}

impl<'a> Source<'a> {
    pub fn new(payload: Option<Payload<'a>>, watch: &Arc<Watch>) -> Source<'a> {
        let (reader, length) = match payload {
            Some(payload) => (Some(payload.source), payload.length),
            None => (None, Some(0)),
        };
        Source {
            reader,
            length,
            taken: 0,
            watch: watch.clone(),
        }
    }

    pub fn exists(&self) -> bool {
        self.reader.is_some()
    }

    fn take(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(reader) = &mut self.reader else {
            return Ok(0);
        };
        reader
            .read(buffer)
            .map_err(|error| fail(&self.watch, error))
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let early = self.watch.early();
        let Some(length) = self.length else {
            return if early { Ok(0) } else { self.take(buffer) };
        };
        let left = length - self.taken;
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let room = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        if early {
            // ureq counts to the announced length; what it counts is not sent any more.
            self.taken += room as u64;
            return Ok(room);
        }
        let got = self.take(buffer.get_mut(..room).unwrap_or_default())?;
        self.taken += got as u64;
        if got == 0 {
            return Err(fail(
                &self.watch,
                Error::new(
                    Kind::Io,
                    format!(
                        "the body ended after {} of the {length} bytes announced",
                        self.taken
                    ),
                ),
            ));
        }
        Ok(got)
    }
}

fn fail(watch: &Watch, error: Error) -> io::Error {
    watch.fail(error);
    io::ErrorKind::Other.into()
}

/// The body that is received.
pub(crate) struct Body {
    pub(super) reader: Option<Box<ureq::BodyReader<'static>>>,
    pub(super) slot: Slot,
    pub(super) shared: Arc<Shared>,
    pub(super) watch: Arc<Watch>,
}

impl Body {
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let Some(reader) = &mut self.reader else {
            return Ok(0);
        };
        let result = reader.read(buffer);
        match result {
            Ok(0) if !buffer.is_empty() => {
                self.reader = None;
                self.keep_connection();
                Ok(0)
            }
            Ok(got) => Ok(got),
            Err(cause) => {
                self.reader = None;
                Err(self.watch.failure().unwrap_or_else(|| {
                    if cause.kind() == io::ErrorKind::UnexpectedEof {
                        return Error::new(
                            Kind::Truncated,
                            "the connection ended before the answer was complete",
                        );
                    }
                    Error::from_io(
                        Kind::Network,
                        "the connection broke during the answer",
                        cause,
                    )
                }))
            }
        }
    }

    pub(super) fn keep_connection(&mut self) {
        if let Some(connection) = self
            .slot
            .take()
            .and_then(|mut lease| lease.connection.take())
        {
            self.shared.keep(connection);
        }
    }
}
