//! Where the body of an answer ends (RFC 9112, section 6), and what of the bytes that arrive belongs to it.

use super::head::Head;
use super::room::Input;
use crate::ascii::decimal;
use crate::error::{Error, Kind, Result};
use crate::header::trimmed;
use crate::headers::Known;

/// Longest line that gives the size of a chunk, with its extensions.
const MAX_CHUNK_LINE: usize = 8 * 1024;

/// Most bytes of headers after the last chunk.
const MAX_TRAILERS: usize = 8 * 1024;

/// What is still to come of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes.
    Length(u64),
    Chunked(Chunk),
    /// Everything until the server closes.
    UntilClose,
}

/// Where in a chunked body we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chunk {
    /// At a line with a size; so many bytes of it have been looked at.
    Size(usize),
    /// In a chunk; so many bytes are to come.
    Data(u64),
    /// At the line end after a chunk.
    DataEnd,
    /// After the last chunk; so many bytes of trailers are gone, and so many of the next line looked at.
    Trailer(usize, usize),
    End,
}

/// What [`Framing::take`] did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// So many bytes of the body are in the buffer.
    Bytes(usize),
    /// The input is used up. If the number is not 0, the next so many bytes that arrive are all of the body.
    NeedsMore(u64),
    End,
}

/// How the body that `head` begins is framed, and whether the connection may be used again after it.
pub(crate) fn framing(method: &str, head: &mut Head) -> Result<(Framing, bool)> {
    let headers = &head.headers;
    let says = |word: &str| {
        let mut values = headers.all_known(Known::Connection);
        values.any(|value| match value {
            // What nearly every answer says needs no list to be taken apart.
            "keep-alive" => word == value,
            list => list.split(',').any(|v| v.trim().eq_ignore_ascii_case(word)),
        })
    };
    let persists = !says("close") && (!head.is_old || says("keep-alive"));
    let length = content_length(head)?;
    let coding = transfer_coding(head)?;
    if method == "HEAD" || matches!(head.status, 204 | 304) {
        return Ok((Framing::Length(0), persists));
    }
    Ok(match (coding, length) {
        // Two lengths may be two opinions where the next answer begins.
        (true, length) => {
            let reusable = persists && length.is_none() && !head.is_old;
            // The wrong one is not told to anybody.
            if length.is_some() {
                head.headers = head.headers.without("content-length");
            }
            (Framing::Chunked(Chunk::Size(0)), reusable)
        }
        (false, Some(length)) => (Framing::Length(length), persists),
        (false, None) => (Framing::UntilClose, false),
    })
}

/// Whether the body is chunked.
fn transfer_coding(head: &Head) -> Result<bool> {
    let values = head.headers.all_known(Known::TransferEncoding);
    let mut codings = values.flat_map(|value| value.split(',')).map(str::trim);
    let first = codings.next();
    match (first, codings.next()) {
        (None, _) => Ok(false),
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(true),
        _ => Err(Error::new(
            Kind::BadResponse,
            "the answer has a transfer-encoding other than chunked",
        )),
    }
}

/// The announced length; repeated, it has to be the same.
fn content_length(head: &Head) -> Result<Option<u64>> {
    let mut length = None;
    let values = head.headers.all_known(Known::ContentLength);
    for text in values.flat_map(|value| value.split(',')) {
        let text = trimmed(text);
        match decimal(text) {
            Some(value) if length.is_none_or(|length| length == value) => length = Some(value),
            _ => {
                let shown: String = text.chars().take(40).collect();
                return Err(Error::new(
                    Kind::BadResponse,
                    format!("the answer has an invalid content-length, {shown:?}"),
                ));
            }
        }
    }
    Ok(length)
}

impl Framing {
    pub fn is_over(&self) -> bool {
        matches!(self, Framing::Length(0) | Framing::Chunked(Chunk::End))
    }

    /// Copies what `input` has of the body into `buffer`, which is not empty.
    pub fn take(&mut self, input: &mut Input, buffer: &mut [u8]) -> Result<Taken> {
        match self {
            Framing::Length(0) => Ok(Taken::End),
            Framing::Length(left) => Ok(take_of(left, input, buffer)),
            Framing::UntilClose => Ok(take_of(&mut { u64::MAX }, input, buffer)),
            Framing::Chunked(chunk) => loop {
                if let Chunk::Data(left) = chunk {
                    let taken = take_of(left, input, buffer);
                    if *left == 0 {
                        *chunk = Chunk::DataEnd;
                        // The end is part of the body: whoever has its last byte need not read on to see that.
                        while chunk.advance(input)? {}
                    }
                    return Ok(taken);
                }
                if *chunk == Chunk::End {
                    return Ok(Taken::End);
                }
                if !chunk.advance(input)? {
                    return Ok(Taken::NeedsMore(0));
                }
            },
        }
    }

    /// `amount` bytes of the body, all that [`Taken::NeedsMore`] spoke of or a part, were received past the input.
    pub fn passed(&mut self, amount: usize) {
        let amount = amount as u64;
        match self {
            Framing::Length(left) => *left = left.saturating_sub(amount),
            Framing::Chunked(chunk) => {
                if let Chunk::Data(left) = chunk {
                    *left = left.saturating_sub(amount);
                    if *left == 0 {
                        *chunk = Chunk::DataEnd;
                    }
                }
            }
            Framing::UntilClose => {}
        }
    }
}

fn take_of(left: &mut u64, input: &mut Input, buffer: &mut [u8]) -> Taken {
    if input.is_empty() {
        return Taken::NeedsMore(*left);
    }
    let room = usize::try_from(*left)
        .unwrap_or(usize::MAX)
        .min(buffer.len());
    let got = input.take(buffer.get_mut(..room).unwrap_or_default());
    *left -= got as u64;
    Taken::Bytes(got)
}

impl Chunk {
    /// Goes on by one line, unless a chunk or the end is reached or the input is used up; whether it went on.
    fn advance(&mut self, input: &mut Input) -> Result<bool> {
        match *self {
            Chunk::Data(_) | Chunk::End => Ok(false),
            Chunk::DataEnd => match input.unread() {
                [b'\r', b'\n', ..] => {
                    input.consume(2);
                    *self = Chunk::Size(0);
                    Ok(true)
                }
                [] | [b'\r'] => Ok(false),
                _ => Err(bad_chunk("a chunk does not end where it should")),
            },
            Chunk::Size(searched) => {
                let Some(line) = line(input, searched, MAX_CHUNK_LINE)? else {
                    *self = Chunk::Size(input.unread().len());
                    return Ok(false);
                };
                let size = chunk_size(input.unread().get(..line).unwrap_or_default())?;
                input.consume(line + 2);
                *self = match size {
                    0 => Chunk::Trailer(0, 0),
                    size => Chunk::Data(size),
                };
                Ok(true)
            }
            Chunk::Trailer(gone, searched) => {
                let Some(line) = line(input, searched, MAX_TRAILERS - gone)? else {
                    *self = Chunk::Trailer(gone, input.unread().len());
                    return Ok(false);
                };
                input.consume(line + 2);
                *self = match line {
                    0 => Chunk::End,
                    _ if gone + line + 2 >= MAX_TRAILERS => return Err(too_long()),
                    _ => Chunk::Trailer(gone + line + 2, 0),
                };
                Ok(true)
            }
        }
    }
}

/// How many bytes the line at the begin of `input` has before its CR LF; `None` if that is still to come.
fn line(input: &Input, searched: usize, most: usize) -> Result<Option<usize>> {
    let unread = input.unread();
    let from = searched.min(unread.len());
    let new = unread.get(from..).unwrap_or_default();
    let Some(at) = new.iter().position(|byte| *byte == b'\n') else {
        return if unread.len() > most {
            Err(too_long())
        } else {
            Ok(None)
        };
    };
    let end = from + at;
    if end > most {
        return Err(too_long());
    }
    let line = unread.get(..end).unwrap_or_default();
    match line.split_last() {
        Some((b'\r', line)) if !line.contains(&b'\r') => Ok(Some(line.len())),
        _ => Err(bad_chunk("a line does not end with CR LF")),
    }
}

/// The size at the begin of a line: hexadecimal digits, then nothing, spaces, or extensions after a semicolon.
fn chunk_size(line: &[u8]) -> Result<u64> {
    let mut size: u64 = 0;
    let mut digits = 0;
    for byte in line {
        let Some(digit) = char::from(*byte).to_digit(16) else {
            break;
        };
        digits += 1;
        size = size
            .checked_mul(16)
            .and_then(|size| size.checked_add(u64::from(digit)))
            .ok_or_else(|| bad_chunk("a chunk is larger than any object"))?;
    }
    let rest = line.get(digits..).unwrap_or_default().trim_ascii_start();
    if digits == 0 || !matches!(rest.first(), None | Some(b';')) {
        return Err(bad_chunk("a chunk has no size"));
    }
    Ok(size)
}

fn too_long() -> Error {
    bad_chunk("a chunk size or its trailers are too long")
}

fn bad_chunk(why: &str) -> Error {
    Error::new(
        Kind::BadResponse,
        format!("the answer is not chunked as HTTP/1.1 has it: {why}"),
    )
}
