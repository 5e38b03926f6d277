//! Reads an answer out of memory with the parts that read it from a connection, for tests and for fuzzing.

use super::framing::{Chunk, Framing, Taken, framing};
use super::head::HeadReader;
use super::room::Input;
use crate::error::{Error, Kind, Result};
use crate::headers::Headers;

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All headers.
    pub headers: Headers,
    /// Without its framing.
    pub body: Vec<u8>,
    /// Whether the connection could take another request.
    pub reusable: bool,
}

/// Reads the answer to a request of `method` that arrives in `pieces`, after which the server closes.
pub fn answer<'p>(method: &str, pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<Answer> {
    let mut pieces = pieces.into_iter();
    let mut input = Input::default();
    let mut heads = HeadReader::default();
    let mut head = loop {
        input.append(pieces.next().ok_or_else(cut_off)?)?;
        if let Some(head) = heads.read(&mut input)? {
            break head;
        }
    };
    let (framing, persists) = framing(method, &mut head)?;
    let body = body(framing, &mut input, &mut pieces)?;
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
        reusable: persists && input.is_empty(),
    })
}

/// Reads a chunked body that arrives in `pieces`.
pub fn chunked<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Result<Vec<u8>> {
    let framing = Framing::Chunked(Chunk::Size(0));
    body(framing, &mut Input::default(), &mut pieces.into_iter())
}

fn body<'p>(
    mut framing: Framing,
    input: &mut Input,
    pieces: &mut impl Iterator<Item = &'p [u8]>,
) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    let mut buffer = [0; 1000];
    while !framing.is_over() {
        match framing.take(input, &mut buffer)? {
            Taken::Bytes(got) => body.extend_from_slice(buffer.get(..got).unwrap_or_default()),
            Taken::End => break,
            Taken::NeedsMore(_) => match pieces.next() {
                Some(piece) => input.append(piece)?,
                None if framing == Framing::UntilClose => break,
                None => return Err(cut_off()),
            },
        }
    }
    Ok(body)
}

fn cut_off() -> Error {
    Error::new(Kind::Truncated, "the answer is not complete")
}
