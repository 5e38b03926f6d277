//! The body of a request while it is sent: positions, checksum, progress, and starting over.

use std::fs::File;
use std::io::{self, Read};

use super::again::Again;
use crate::cancel::{Limits, stopped};
use crate::crc64::Crc64;
use crate::error::{Error, Kind, Result};
use crate::file::{Snapshot, changed, crc64_of, read_at};
use crate::request::{Body, Progress};
use crate::transport::Source;

/// A body on its way.
pub(crate) struct Upload<'a, 'o> {
    body: Body<'a>,
    length: Option<u64>,
    sent: u64,
    /// The most that was sent in any attempt: progress does not go back.
    reported: u64,
    /// The file as it was before its first byte was read.
    snapshot: Option<Snapshot>,
    /// Whether the source was asked for bytes since it began.
    touched: bool,
    crc: Option<Running>,
    progress: Option<&'o Progress<'o>>,
    limits: &'o Limits,
}

/// A checksum on the way.
struct Running {
    crc: Crc64,
    /// Where it began.
    initial: u64,
    /// Whether it is for the service's, and not only for those of other attempts.
    is_compared: bool,
    /// What a source that can begin again has to yield.
    again: Option<Again>,
}

impl<'a, 'o> Upload<'a, 'o> {
    /// Computes the CRC-64 on the way, from `initial_crc64` if there is one.
    pub fn new(
        body: Body<'a>,
        initial_crc64: Option<u64>,
        progress: Option<&'o Progress<'o>>,
        limits: &'o Limits,
    ) -> Self {
        let again = matches!(body, Body::Rewindable { .. }).then(Again::default);
        let initial = initial_crc64.unwrap_or(0);
        let crc = (initial_crc64.is_some() || again.is_some()).then(|| Running {
            crc: Crc64::continued(initial),
            initial,
            is_compared: initial_crc64.is_some(),
            again,
        });
        Upload {
            length: body.length(),
            snapshot: match &body {
                Body::File { file, .. } => Snapshot::of(file).ok(),
                _ => None,
            },
            body,
            sent: 0,
            reported: 0,
            touched: false,
            crc,
            progress,
            limits,
        }
    }

    /// Whether a body belongs to the request; an empty one may.
    pub fn exists(&self) -> bool {
        !matches!(self.body, Body::Empty)
    }

    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many bytes of it were sent since it began.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether the body can be sent from its first byte (again).
    pub fn is_replayable(&self) -> bool {
        !self.touched || !matches!(self.body, Body::Stream { .. })
    }

    /// Back to the first byte; only for replayable bodies.
    pub fn rewind(&mut self) -> Result<()> {
        if let Body::Rewindable { reader, .. } = &mut self.body
            && self.touched
        {
            reader
                .rewind()
                .map_err(|cause| Error::from_io(Kind::Io, "the body cannot begin again", cause))?;
            if let Some(running) = &mut self.crc
                && let Some(again) = &mut running.again
            {
                again.begin(&running.crc);
            }
        }
        self.touched = false;
        self.sent = 0;
        if let Some(running) = &mut self.crc {
            running.crc = Crc64::continued(running.initial);
        }
        Ok(())
    }

    /// Reports a body without bytes too, before it is sent: whoever waits for the end of a transfer sees it, and whoever
    /// wants to stop it still can.
    pub fn begin(&self) -> Result<()> {
        match self.length {
            Some(0) if self.exists() => self.report_nothing(),
            _ => Ok(()),
        }
    }

    fn report_nothing(&self) -> Result<()> {
        match self.progress {
            Some(progress) if !progress(0, Some(0)) => Err(stopped()),
            _ => Ok(()),
        }
    }

    /// CRC-64 of what was sent, after what was there.
    pub fn crc64(&self) -> Option<u64> {
        let compared = self.crc.as_ref().filter(|running| running.is_compared);
        compared.map(|running| running.crc.value())
    }
}

impl Source for Upload<'_, '_> {
    fn lend(&mut self, most: usize) -> Result<Option<&[u8]>> {
        let Body::Bytes(bytes) = self.body else {
            return Ok(None);
        };
        let at = usize::try_from(self.sent).unwrap_or(usize::MAX);
        let rest = bytes.get(at..).unwrap_or_default();
        let piece = rest.get(..most).unwrap_or(rest);
        self.touched |= !piece.is_empty();
        if let Some(running) = &mut self.crc {
            running.crc.update(piece);
        }
        self.account(piece.len())?;
        Ok(Some(piece))
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let got = self
            .take(buffer)
            .map_err(|cause| Error::from_io(Kind::Io, "reading the body failed", cause))?;
        let bytes = buffer.get(..got).unwrap_or_default();
        if let (Some(running), false) = (&mut self.crc, buffer.is_empty()) {
            match &mut running.again {
                Some(again) => again.take(bytes, &mut running.crc)?,
                None => running.crc.update(bytes),
            }
        }
        if self.length == Some(self.sent.saturating_add(got as u64)) {
            self.check_content()?;
        }
        self.account(got)?;
        if got == 0 && self.sent == 0 && self.length.is_none() && self.exists() {
            self.report_nothing()?;
        }
        Ok(got)
    }
}

impl Upload<'_, '_> {
    fn take(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // What follows the announced length is not ours: asking a pipe for it could block for ever.
        let left = self.length.map_or(u64::MAX, |length| length - self.sent);
        let room = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        let buffer = buffer.get_mut(..room).unwrap_or_default();
        if buffer.is_empty() {
            return Ok(0);
        }
        self.touched = true;
        loop {
            let got = match &mut self.body {
                Body::Empty => Ok(0),
                Body::Bytes(bytes) => {
                    let at = usize::try_from(self.sent).unwrap_or(usize::MAX);
                    bytes.get(at..).unwrap_or_default().read(buffer)
                }
                Body::File { file, offset, .. } => {
                    let at = offset.saturating_add(self.sent);
                    read_at(file, buffer, at).and_then(|got| {
                        // Before the last bytes leave: afterwards a mixture of old and new would be stored.
                        if got == 0 || got as u64 == left {
                            check_unchanged(file, self.snapshot, got, self.length.and(Some(left)))?;
                        }
                        Ok(got)
                    })
                }
                Body::Stream { reader, .. } => reader.read(buffer),
                Body::Rewindable { reader, .. } => reader.read(buffer),
            };
            match got {
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Ok(got) if got > buffer.len() => {
                    return Err(io::Error::other(Error::invalid(
                        "the source of the body claims more bytes than there was room for",
                    )));
                }
                done => return done,
            }
        }
    }

    /// An error if the file is not what was read of it, although its size and time are as they were: programs can set a time
    /// back. Asked before the last bytes leave, and only if something about the file was touched: all of it is read for it.
    fn check_content(&mut self) -> Result<()> {
        let (Body::File { file, offset, .. }, Some(sent), Some(before), Some(length)) =
            (&self.body, &self.crc, self.snapshot, self.length)
        else {
            return Ok(());
        };
        let Some(touched) = Snapshot::of(file).ok().filter(|now| *now != before) else {
            return Ok(());
        };
        let begin = Crc64::continued(sent.initial);
        let now = crc64_of(file, *offset, length, begin, || self.limits.check())?;
        match now.is_some_and(|now| now.value() == sent.crc.value()) {
            true => {
                // Not again for the next attempt.
                self.snapshot = Some(touched);
                Ok(())
            }
            false => Err(changed(
                "it has the same size and time, but another content",
            )),
        }
    }

    /// Counts what was handed out, and reports it.
    fn account(&mut self, moved: usize) -> Result<()> {
        self.sent += moved as u64;
        self.reported = self.reported.max(self.sent);
        match self.progress {
            Some(progress) if moved > 0 && !progress(self.reported, self.length) => Err(stopped()),
            _ => Ok(()),
        }
    }
}

/// An error if `file` is not what it was, or ends although bytes are `left`.
fn check_unchanged(
    file: &File,
    before: Option<Snapshot>,
    got: usize,
    left: Option<u64>,
) -> io::Result<()> {
    let change = match before {
        Some(before) => before.change(file)?,
        None => None,
    };
    let ends_early = || {
        let left = left.filter(|_| got == 0)?;
        Some(format!("it ends {left} bytes earlier than its size says"))
    };
    match change.or_else(ends_early) {
        None => Ok(()),
        Some(what) => Err(io::Error::other(changed(&what))),
    }
}
