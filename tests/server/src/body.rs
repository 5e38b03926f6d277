//! The body of an answer on its way to the wire, with the faults that can befall it there.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::answer::{Content, Slice};
use crate::socket::Conn;
use crate::store::body::Reading;

/// Bytes read from a file at once.
const BLOCK: u64 = 512 * 1024;

/// Faults of the body; positions count bytes of the body.
#[derive(Debug, Default, Clone)]
pub struct Effects {
    pub delay: Option<Duration>,
    pub stall_after: Option<u64>,
    /// Position, and whether by RST.
    pub cut_after: Option<(u64, bool)>,
    pub bytes_per_second: Option<u64>,
    pub corrupt_at: Option<u64>,
    /// Hides the length, which makes HTTP send chunks.
    pub chunked: bool,
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

pub struct AnswerBody {
    content: Content,
    reading: Option<Reading>,
    remaining: u64,
    sent: u64,
    effects: Option<Box<Effects>>,
    wait: Option<Wait>,
    /// Set while waiting for the last bytes before a cut to reach the kernel.
    cutting: bool,
    /// Set while waiting for the client to go away.
    stalling: bool,
    conn: Arc<Conn>,
}

impl AnswerBody {
    pub fn new(
        content: Content,
        len: u64,
        effects: Option<Box<Effects>>,
        conn: Arc<Conn>,
    ) -> AnswerBody {
        let delay = effects.as_ref().and_then(|effects| effects.delay);
        let wait = delay
            .filter(|_| len > 0)
            .map(|delay| Box::pin(tokio::time::sleep(delay)) as Wait);
        AnswerBody {
            content,
            reading: None,
            remaining: len,
            sent: 0,
            effects,
            wait,
            cutting: false,
            stalling: false,
            conn,
        }
    }

    /// The next bytes, at most `most`.
    fn block(&mut self, most: u64) -> io::Result<Option<Bytes>> {
        match &mut self.content {
            Content::Bytes(bytes) => {
                let len = usize::try_from(most).unwrap_or(usize::MAX).min(bytes.len());
                Ok((len > 0).then(|| bytes.split_to(len)))
            }
            Content::Pieces(slices) => block_of_pieces(slices, &mut self.reading, most),
        }
    }

    fn poll_effects(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(cx));
            self.wait = None;
        }
        let Some(effects) = &self.effects else {
            return Poll::Ready(Ok(u64::MAX));
        };
        let mut most = u64::MAX;
        if let Some((limit, reset)) = effects.cut_after {
            if self.sent >= limit {
                if self.cutting {
                    if reset {
                        self.conn.reset_on_close();
                    }
                    return Poll::Ready(Err(io::Error::other("cut on demand")));
                }
                // Only what reached the kernel can reach the client; an RST even forgets what is still on its way.
                self.cutting = true;
                let grace = Duration::from_millis(if reset { 50 } else { 0 });
                let (conn, count) = (Arc::clone(&self.conn), self.conn.flush_count());
                return self.wait_for(
                    cx,
                    Box::pin(async move {
                        conn.flushed_since(count).await;
                        tokio::time::sleep(grace).await;
                    }),
                );
            }
            most = limit - self.sent;
        }
        if let Some(limit) = effects.stall_after {
            if self.sent >= limit {
                if self.stalling {
                    return Poll::Ready(Err(io::Error::other(
                        "stalled until the client went away",
                    )));
                }
                self.stalling = true;
                let conn = Arc::clone(&self.conn);
                return self.wait_for(cx, Box::pin(async move { conn.gone().await }));
            }
            most = most.min(limit - self.sent);
        }
        if let Some(speed) = effects.bytes_per_second {
            // Twenty pieces a second, or single bytes for the very slow.
            most = most.min((speed / 20).max(1));
        }
        Poll::Ready(Ok(most))
    }

    fn wait_for(&mut self, cx: &mut Context<'_>, mut wait: Wait) -> Poll<io::Result<u64>> {
        match wait.as_mut().poll(cx) {
            Poll::Ready(()) => self.poll_effects(cx),
            Poll::Pending => {
                self.wait = Some(wait);
                Poll::Pending
            }
        }
    }

    fn disturb(&mut self, block: Bytes) -> Bytes {
        let len = block.len() as u64;
        let Some(effects) = &self.effects else {
            return block;
        };
        if let Some(speed) = effects.bytes_per_second {
            let pause = Duration::from_secs_f64(len as f64 / speed.max(1) as f64);
            self.wait = Some(Box::pin(tokio::time::sleep(pause)));
        }
        match effects.corrupt_at {
            Some(at) if (self.sent..self.sent + len).contains(&at) => {
                let mut copy = block.to_vec();
                copy[(at - self.sent) as usize] ^= 1;
                Bytes::from(copy)
            }
            _ => block,
        }
    }
}

fn block_of_pieces(
    slices: &mut VecDeque<Slice>,
    reading: &mut Option<Reading>,
    most: u64,
) -> io::Result<Option<Bytes>> {
    loop {
        let Some(slice) = slices.front_mut() else {
            return Ok(None);
        };
        if slice.len == 0 {
            slices.pop_front();
            *reading = None;
            continue;
        }
        let len = slice.len.min(most);
        let block = slice.piece.read(
            reading,
            slice.start,
            len.min(BLOCK.max(slice.piece.direct_len())),
        )?;
        slice.start += block.len() as u64;
        slice.len -= block.len() as u64;
        return Ok(Some(block));
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.conn.answer_ends();
    }
}

impl http_body::Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let most = ready!(self.poll_effects(cx))?;
        match self.block(most)? {
            Some(block) => {
                let block = self.disturb(block);
                self.sent += block.len() as u64;
                self.remaining = self.remaining.saturating_sub(block.len() as u64);
                Poll::Ready(Some(Ok(Frame::data(block))))
            }
            None => Poll::Ready(Some(Err(io::Error::other(
                "a stored body is shorter than its record",
            )))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        match &self.effects {
            Some(effects) if effects.chunked && self.remaining > 0 => SizeHint::default(),
            _ => SizeHint::with_exact(self.remaining),
        }
    }
}
