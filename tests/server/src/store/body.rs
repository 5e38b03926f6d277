//! Bytes of objects: immutable pieces, in memory or in files of their own.
//!
//! A piece is never changed once written. An append adds a piece, a multipart upload lines its parts up, a copy
//! shares pieces; whoever reads keeps the pieces alive, so a replaced object can be read to its end.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};

use super::disk::publish;
use super::space::Space;
use crate::answer::Slice;

/// A file with the bytes of a piece. It is named by random digits, never by anything a client says.
#[derive(Debug)]
pub struct BodyFile {
    path: PathBuf,
    /// Stored versions and parts that refer to it. A file without any goes away with its last reader.
    references: AtomicUsize,
}

impl Drop for BodyFile {
    fn drop(&mut self) {
        if self.references.load(Ordering::SeqCst) == 0 {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl BodyFile {
    pub fn at(path: PathBuf) -> Arc<BodyFile> {
        Arc::new(BodyFile {
            path,
            references: AtomicUsize::new(0),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn name(&self) -> String {
        self.path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub enum Piece {
    Memory(Bytes),
    /// A range of a file.
    File {
        file: Arc<BodyFile>,
        offset: u64,
        len: u64,
    },
}

/// A file that is being read, and where in it.
#[derive(Debug)]
pub struct Reading {
    file: File,
    at: u64,
}

impl Piece {
    pub fn len(&self) -> u64 {
        match self {
            Piece::Memory(bytes) => bytes.len() as u64,
            Piece::File { len, .. } => *len,
        }
    }

    /// How much of it can be handed out without copying.
    pub fn direct_len(&self) -> u64 {
        match self {
            Piece::Memory(bytes) => bytes.len() as u64,
            Piece::File { .. } => 0,
        }
    }

    /// Up to `len` bytes from `start` on. `reading` keeps the file open from call to call.
    pub fn read(&self, reading: &mut Option<Reading>, start: u64, len: u64) -> io::Result<Bytes> {
        let too_short = || {
            io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "a stored body is shorter than its record",
            )
        };
        match self {
            Piece::Memory(bytes) => {
                let (start, len) = (start as usize, len as usize);
                if start + len > bytes.len() {
                    return Err(too_short());
                }
                Ok(bytes.slice(start..start + len))
            }
            Piece::File { file, offset, .. } => {
                let start = offset + start;
                let mut open = match reading.take() {
                    Some(reading) => reading,
                    None => Reading {
                        file: File::open(&file.path)?,
                        at: 0,
                    },
                };
                if open.at != start {
                    open.file.seek(SeekFrom::Start(start))?;
                    open.at = start;
                }
                let mut buffer = Vec::with_capacity(len as usize);
                let count = (&open.file).take(len).read_to_end(&mut buffer)? as u64;
                open.at += count;
                *reading = Some(open);
                if count == len {
                    Ok(Bytes::from(buffer))
                } else {
                    Err(too_short())
                }
            }
        }
    }
}

/// A row of pieces.
#[derive(Debug, Clone, Default)]
pub struct Body(pub Arc<Vec<Piece>>);

impl Body {
    pub fn join<'a>(bodies: impl Iterator<Item = &'a Body>) -> Body {
        Body(Arc::new(
            bodies.flat_map(|body| body.0.iter().cloned()).collect(),
        ))
    }

    /// A part of a body, sharing its bytes.
    pub fn part(&self, start: u64, len: u64) -> Body {
        let cut = |slice: Slice| match slice.piece {
            Piece::Memory(bytes) => {
                let start = slice.start as usize;
                Piece::Memory(bytes.slice(start..start + slice.len as usize))
            }
            Piece::File { file, offset, .. } => Piece::File {
                file,
                offset: offset + slice.start,
                len: slice.len,
            },
        };
        Body(Arc::new(
            self.slices(start, len).into_iter().map(cut).collect(),
        ))
    }

    /// Reads everything, block by block. That may take long: other threads carry on with the other requests meanwhile.
    pub fn each_block(&self, act: impl FnMut(&[u8])) -> io::Result<()> {
        tokio::task::block_in_place(|| self.walk(act))
    }

    fn walk(&self, mut act: impl FnMut(&[u8])) -> io::Result<()> {
        const BLOCK: u64 = 1 << 20;
        for piece in self.0.iter() {
            let (mut reading, mut at) = (None, 0);
            while at < piece.len() {
                let block = piece.read(&mut reading, at, BLOCK.min(piece.len() - at))?;
                at += block.len() as u64;
                act(&block);
            }
        }
        Ok(())
    }

    pub fn slices(&self, mut start: u64, mut len: u64) -> VecDeque<Slice> {
        let mut slices = VecDeque::new();
        for piece in self.0.iter() {
            if start >= piece.len() {
                start -= piece.len();
                continue;
            }
            let take = len.min(piece.len() - start);
            if take == 0 {
                break;
            }
            slices.push_back(Slice {
                piece: piece.clone(),
                start,
                len: take,
            });
            len -= take;
            start = 0;
        }
        slices
    }

    /// The whole body in one buffer; for small things.
    pub fn read_all(&self) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.each_block(|block| out.extend_from_slice(block))?;
        Ok(out)
    }

    /// Whether all files are there, and long enough.
    pub fn check(&self) -> io::Result<()> {
        for piece in self.0.iter() {
            if let Piece::File { file, offset, len } = piece {
                let named = |error: io::Error| {
                    io::Error::new(error.kind(), format!("{}: {error}", file.path.display()))
                };
                let length = std::fs::metadata(&file.path).map_err(named)?.len();
                if length < offset + len {
                    return Err(named(io::Error::from(io::ErrorKind::UnexpectedEof)));
                }
            }
        }
        Ok(())
    }

    /// Marks the files as belonging to a stored record.
    pub fn keep(&self) {
        self.files(|file| {
            file.references.fetch_add(1, Ordering::SeqCst);
        });
    }

    /// The record is gone; so are the files, once nobody reads them any more.
    pub fn release(&self) {
        self.files(|file| {
            file.references.fetch_sub(1, Ordering::SeqCst);
        });
    }

    fn files(&self, act: impl Fn(&BodyFile)) {
        for piece in self.0.iter() {
            if let Piece::File { file, .. } = piece {
                act(file);
            }
        }
    }
}

/// Takes the bytes of a new body as they arrive.
pub enum Sink {
    Memory {
        pieces: Vec<Piece>,
        small: BytesMut,
        space: Space,
    },
    File {
        partial: Partial,
        out: io::BufWriter<File>,
        len: u64,
    },
}

/// A file that is still being written. It goes away unless it gets its name.
pub struct Partial {
    tmp: PathBuf,
    path: PathBuf,
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.tmp);
    }
}

impl Sink {
    /// Chunks of at least this size are kept as they are; smaller ones are gathered, so that reads come in large pieces.
    const DIRECT: usize = 256 * 1024;
    const GATHER: usize = 1024 * 1024;

    pub fn memory(space: Space) -> Sink {
        Sink::Memory {
            pieces: Vec::new(),
            small: BytesMut::new(),
            space,
        }
    }

    /// Writes in `tmp`; the finished body goes to `bodies`.
    pub fn file(tmp: &Path, bodies: &Path) -> io::Result<Sink> {
        let name = crate::random_hex(16);
        let partial = Partial {
            tmp: tmp.join(&name),
            path: body_path(bodies, &name),
        };
        let out = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&partial.tmp)?;
        Ok(Sink::File {
            partial,
            out: io::BufWriter::with_capacity(Sink::DIRECT, out),
            len: 0,
        })
    }

    pub fn write(&mut self, chunk: Bytes) -> io::Result<()> {
        match self {
            Sink::Memory {
                pieces,
                small,
                space,
            } => {
                if chunk.len() >= Sink::DIRECT || small.len() + chunk.len() > Sink::GATHER {
                    if !small.is_empty() {
                        let gathered = space.hold(std::mem::take(small).freeze())?;
                        pieces.push(Piece::Memory(gathered));
                    }
                    if chunk.len() >= Sink::DIRECT {
                        pieces.push(Piece::Memory(space.hold(chunk)?));
                        return Ok(());
                    }
                }
                if small.is_empty() && !pieces.is_empty() {
                    small.reserve(Sink::GATHER);
                }
                small.extend_from_slice(&chunk);
                Ok(())
            }
            Sink::File { out, len, .. } => {
                *len += chunk.len() as u64;
                out.write_all(&chunk)
            }
        }
    }

    pub fn finish(self) -> io::Result<Body> {
        let pieces = match self {
            Sink::Memory {
                mut pieces,
                small,
                space,
            } => {
                if !small.is_empty() {
                    pieces.push(Piece::Memory(space.hold(small.freeze())?));
                }
                pieces
            }
            Sink::File {
                partial,
                mut out,
                len,
            } => {
                out.flush()?;
                if len == 0 {
                    Vec::new()
                } else {
                    publish(&partial.tmp, &partial.path)?;
                    vec![Piece::File {
                        file: BodyFile::at(partial.path.clone()),
                        offset: 0,
                        len,
                    }]
                }
            }
        };
        Ok(Body(Arc::new(pieces)))
    }
}

/// Files are spread over 256 directories.
pub fn body_path(bodies: &Path, name: &str) -> PathBuf {
    bodies.join(name.get(..2).unwrap_or("00")).join(name)
}
