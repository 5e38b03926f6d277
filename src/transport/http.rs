//! One HTTP/1.1 exchange on a connection: request out, head of the answer in.
//!
//! The server may answer, or hang up, before it has the whole body. So there is a look at what has arrived before each
//! piece of the body, and whenever sending is stuck or fails. A final answer ends sending, interim ones (1xx) do not.

use std::io;
use std::sync::Arc;

use zeroize::Zeroize;

use super::body::Body;
use super::connection::Connection;
use super::framing::framing;
use super::head::{self, Head, HeadReader, MAX_HEAD};
use super::room::Room;
use super::session::Shared;
use super::socket::{Fault, Received, Wait};
use super::{Failure, Incoming, Outgoing, Payload};
use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};

/// How much of a body is taken from its source at a time, at most and as long as its end is not in sight.
const PIECE: usize = 256 * 1024;

/// How much room the frame of a chunk needs before and after its data.
const FRAME: usize = 64;
const FRAME_END: &[u8] = b"\r\n";

/// Sends `request` on `connection` and waits for the head of the answer.
pub(super) fn exchange(
    shared: &Arc<Shared>,
    mut connection: Box<Connection>,
    request: &mut Outgoing<'_>,
    proxy_authorization: Option<&str>,
    limits: &Limits,
) -> Result<Incoming, Failure> {
    let reused = std::mem::replace(&mut connection.used, true);
    connection
        .set_slice(limits)
        .map_err(|cause| network("the connection broke", cause))?;
    write_head(&mut connection, request, proxy_authorization)?;
    let mut exchange = Exchange {
        connection: &mut connection,
        wait: Wait::moving(limits),
        heads: HeadReader::default(),
        has_answered: false,
        answer: None,
        broken: None,
    };
    let result = exchange
        .send(request.payload.take())
        .and_then(|sending| Ok((sending, exchange.answer()?)));
    let (sent, has_answered) = (exchange.wait.sent, exchange.has_answered);
    let is_silent = reused && !has_answered;
    let failed = |error: Error| {
        // That the call has no more time says something only of a connection that was dead all along.
        if is_silent || error.is_retryable() {
            shared.distrust(request.authority, &error);
        }
        Failure {
            stale: is_silent && error.kind() == Kind::Network,
            error,
            sent,
        }
    };
    let (sending, mut head) = result.map_err(failed)?;
    let cut_short = sending == Sending::Early;
    let (framing, reusable) = framing(request.method, &mut head).map_err(failed)?;
    Ok(Incoming {
        status: head.status,
        headers: head.headers,
        cut_short,
        body: Body::new(connection, framing, reusable && !cut_short, shared, limits),
    })
}

fn write_head(
    connection: &mut Connection,
    request: &Outgoing<'_>,
    proxy_authorization: Option<&str>,
) -> Result<()> {
    let absolute = connection.absolute_form.as_deref().unwrap_or_default();
    let head = &mut connection.head;
    head.clear();
    // Room for everything before there is anything in it: the token of temporary keys leaves no copies behind by growing.
    let headers: usize = request
        .headers
        .iter()
        .map(|(name, value)| name.len() + value.len() + 4)
        .sum();
    let size =
        absolute.len() + request.target.len() + headers + proxy_authorization.map_or(0, str::len);
    head.reserve(size + 128);
    head::write_request_line(head, request.method, absolute, request.target)?;
    for (name, value) in request.headers {
        head::write_header(head, name, value)?;
    }
    if let Some(value) = proxy_authorization {
        head::write_header(head, "proxy-authorization", value)?;
    }
    if let Some(payload) = &request.payload {
        head::write_length(head, payload.length);
    }
    head.extend_from_slice(b"\r\n");
    Ok(())
}

/// How sending ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    Complete,
    /// The server answered or hung up before it had everything.
    Early,
}

struct Exchange<'a> {
    connection: &'a mut Connection,
    wait: Wait<'a>,
    heads: HeadReader,
    /// A byte of the answer has arrived.
    has_answered: bool,
    /// The final head, or why there is none, if that turned out while the body was sent.
    answer: Option<Result<Head>>,
    /// Why sending failed.
    broken: Option<io::Error>,
}

impl Exchange<'_> {
    fn send(&mut self, payload: Option<Payload<'_>>) -> Result<Sending> {
        let mut head = std::mem::take(&mut self.connection.head);
        let mut piece = std::mem::take(&mut self.connection.piece);
        let result = match payload {
            None => self.push(&head, &[]),
            Some(payload) => match payload.length {
                Some(length) => self.send_body(&head, payload, length, &mut piece),
                None => self.send_chunks(&head, payload, &mut piece),
            },
        };
        head.as_mut_slice().zeroize();
        self.connection.head = head;
        self.connection.piece = piece;
        result
    }

    /// Sends `head` and just `length` bytes of the body.
    fn send_body(
        &mut self,
        mut head: &[u8],
        payload: Payload<'_>,
        length: u64,
        room: &mut Room,
    ) -> Result<Sending> {
        let source = payload.source;
        let mut left = length;
        if left == 0 {
            return self.push(head, &[]);
        }
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE);
            let (got, sending) = match source.lend(most)? {
                Some(piece) => (piece.len(), self.push_piece(head, piece)?),
                None => {
                    room.grow(most, 0)?;
                    let got = source.read(room.get_mut(0, most))?.min(most);
                    (got, self.push_piece(head, room.get(0, got))?)
                }
            };
            if got == 0 {
                return Err(Error::new(
                    Kind::Io,
                    format!(
                        "the body ended after {} of the {length} bytes announced",
                        length - left
                    ),
                ));
            }
            if sending == Sending::Early {
                return Ok(Sending::Early);
            }
            head = &[];
            left = left.saturating_sub(got as u64);
        }
        Ok(Sending::Complete)
    }

    /// Sends `head` and all that the source of the body has, in chunks.
    fn send_chunks(
        &mut self,
        mut head: &[u8],
        payload: Payload<'_>,
        room: &mut Room,
    ) -> Result<Sending> {
        let size = FRAME + PIECE;
        room.grow(size + FRAME_END.len(), 0)?;
        loop {
            let got = payload.source.read(room.get_mut(FRAME, size))?.min(PIECE);
            let frame = if got == 0 {
                self.push_after_look(head, b"0\r\n\r\n")?
            } else {
                let line = format!("{got:x}\r\n");
                let start = FRAME - line.len();
                let end = FRAME + got + FRAME_END.len();
                room.get_mut(start, FRAME).copy_from_slice(line.as_bytes());
                room.get_mut(FRAME + got, end).copy_from_slice(FRAME_END);
                self.push_after_look(head, room.get(start, end))?
            };
            if got == 0 || frame == Sending::Early {
                return Ok(frame);
            }
            head = &[];
        }
    }

    /// As [`push_after_look`](Self::push_after_look), but an empty piece, which is an error, is not sent.
    fn push_piece(&mut self, head: &[u8], piece: &[u8]) -> Result<Sending> {
        if piece.is_empty() {
            return Ok(Sending::Complete);
        }
        self.push_after_look(head, piece)
    }

    /// Sends `head` and `piece`, unless the server has said its last word already. With the head, it cannot have.
    fn push_after_look(&mut self, head: &[u8], piece: &[u8]) -> Result<Sending> {
        if head.is_empty() && self.connection.is_readable() && self.look()? == Sending::Early {
            return Ok(Sending::Early);
        }
        self.push(head, piece)
    }

    /// Sends all of `head` and `piece`.
    fn push(&mut self, head: &[u8], piece: &[u8]) -> Result<Sending> {
        let total = head.len() + piece.len();
        let mut given = 0;
        loop {
            let sent = if given < total {
                let first = head.get(given..).unwrap_or_default();
                let second = piece.get(given.saturating_sub(head.len())..);
                let second = second.unwrap_or_default();
                let sent = self.connection.send(first, second, &mut self.wait);
                sent.map(|amount| given += amount)
            } else {
                match self.connection.flush(&mut self.wait) {
                    Ok(()) => return Ok(Sending::Complete),
                    Err(fault) => Err(fault),
                }
            };
            match sent {
                Ok(()) => {}
                Err(Fault::PeerSpeaks) => {
                    if self.look()? == Sending::Early {
                        return Ok(Sending::Early);
                    }
                }
                // The server may have answered before it hung up: the answer, if there is one, says more.
                Err(Fault::Io(cause)) => {
                    self.broken = Some(cause);
                    return Ok(Sending::Early);
                }
                Err(Fault::Stop(error)) => return Err(error),
            }
        }
    }

    /// Takes in all that the server has sent, and whether that ends sending. Who is stuck comes here once in a slice only.
    fn look(&mut self) -> Result<Sending> {
        loop {
            match self.receive(false) {
                Ok(Some(head)) => {
                    self.answer = Some(Ok(head));
                    return Ok(Sending::Early);
                }
                Ok(None) if self.connection.is_readable() => {}
                Ok(None) => return Ok(Sending::Complete),
                Err(error) if is_final(&error) => return Err(error),
                Err(error) => {
                    self.answer = Some(Err(error));
                    return Ok(Sending::Early);
                }
            }
        }
    }

    /// Waits for the head of the final answer.
    fn answer(&mut self) -> Result<Head> {
        let mut result = self.answer.take();
        loop {
            match result {
                Some(Ok(head)) => return Ok(head),
                // Why sending failed is the first thing that went wrong.
                Some(Err(error)) => {
                    return Err(match self.broken.take() {
                        Some(cause) if error.kind() == Kind::Network => {
                            network("the connection broke", cause)
                        }
                        _ => error,
                    });
                }
                None => result = self.receive(true).transpose(),
            }
        }
    }

    /// Receives once, and looks for the head of the final answer.
    fn receive(&mut self, blocks: bool) -> Result<Option<Head>> {
        // A head that is longer than the room there is gets more.
        let size = (self.connection.input.unread().len() * 2).min(MAX_HEAD);
        let received = self.connection.fill(size, &mut self.wait, blocks);
        match received {
            Ok(Received::Bytes(_)) => {
                self.has_answered = true;
                self.heads.read(&mut self.connection.input)
            }
            Ok(Received::Nothing) => Ok(None),
            Ok(Received::End | Received::Cut) => Err(Error::new(
                Kind::Network,
                "the server closed the connection before it had answered",
            )),
            Err(Fault::Io(cause)) => Err(network("the connection broke", cause)),
            Err(Fault::Stop(error)) => Err(error),
            Err(Fault::PeerSpeaks) => Err(Error::new(Kind::Bug, "reading waited for sending")),
        }
    }
}

/// Whether the call has to stop, whatever the server does.
fn is_final(error: &Error) -> bool {
    matches!(error.kind(), Kind::Cancelled | Kind::Timeout)
}

fn network(doing: &str, cause: io::Error) -> Error {
    Error::from_io(Kind::Network, doing, cause)
}
