//! The connection below HTTP: it can be reset, closed or left hanging on demand.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio_rustls::server::TlsStream;

/// What becomes of a connection once the current answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum After {
    KeepAlive = 0,
    Close = 1,
    Reset = 2,
}

/// One TCP connection, shared by the code that moves bytes and the code that decides about them.
#[derive(Debug)]
pub struct Conn {
    pub id: u64,
    stream: TcpStream,
    /// The address at the other end.
    pub client: IpAddr,
    /// TLS version and SNI.
    pub tls: OnceLock<(String, Option<String>)>,
    request_line: Mutex<Sniffer>,
    after: AtomicU8,
    /// The answer is complete as far as HTTP is concerned; it may still wait in a buffer.
    answered: AtomicBool,
    /// The connection ends now, whatever HTTP thinks.
    over: AtomicBool,
    lingers: AtomicBool,
    flushes: AtomicU64,
    flushed: Notify,
    reader: Mutex<Option<Waker>>,
}

impl Conn {
    pub fn new(id: u64, stream: TcpStream, client: IpAddr) -> Conn {
        Conn {
            id,
            stream,
            client,
            tls: OnceLock::new(),
            request_line: Mutex::new(Sniffer::Collecting(Vec::new())),
            after: AtomicU8::new(After::KeepAlive as u8),
            answered: AtomicBool::new(false),
            over: AtomicBool::new(false),
            lingers: AtomicBool::new(false),
            flushes: AtomicU64::new(0),
            flushed: Notify::new(),
            reader: Mutex::new(None),
        }
    }

    /// The close that follows will be an RST.
    pub fn reset_on_close(&self) {
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
    }

    /// The answer to come is the last one; HTTP is not told, so no header announces it.
    pub fn set_after(&self, after: After) {
        self.after.store(after as u8, Ordering::SeqCst);
    }

    /// Unread bytes are swallowed for a while before the close: else the close becomes an RST and eats the answer.
    pub fn linger(&self) {
        self.lingers.store(true, Ordering::SeqCst);
    }

    /// The body of the answer came to its end.
    pub fn answer_ends(&self) {
        self.answered.store(true, Ordering::SeqCst);
    }

    /// How often everything written so far had reached the kernel.
    pub fn flush_count(&self) -> u64 {
        self.flushes.load(Ordering::SeqCst)
    }

    /// Waits until everything written so far has reached the kernel.
    pub async fn flushed_since(&self, count: u64) {
        loop {
            let notified = self.flushed.notified();
            if self.flush_count() > count {
                return;
            }
            notified.await;
        }
    }

    /// Waits until the client has closed its side.
    pub async fn gone(&self) {
        loop {
            match self.stream.ready(Interest::READABLE).await {
                Ok(ready) if !ready.is_read_closed() => {
                    tokio::time::sleep(Duration::from_millis(25)).await
                }
                _ => return,
            }
        }
    }

    /// Swallows what the client still sends, for a limited time.
    pub async fn drain(&self) {
        if !self.lingers.load(Ordering::SeqCst) {
            return;
        }
        let _ = SockRef::from(&self.stream).shutdown(std::net::Shutdown::Write);
        let mut sink = vec![0; 256 * 1024];
        let swallow = async {
            while self.stream.readable().await.is_ok() {
                match self.stream.try_read(&mut sink) {
                    Ok(0) => break,
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => break,
                    _ => {}
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), swallow).await;
    }

    /// The request target of the request that is being handled, if the connection could tell.
    pub fn take_target(&self) -> Option<Vec<u8>> {
        let mut sniffer = self
            .request_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Sniffer::Line(line) = std::mem::replace(&mut *sniffer, Sniffer::Idle) else {
            return None;
        };
        let first = line.iter().position(|&byte| byte == b' ')?;
        let last = line.iter().rposition(|&byte| byte == b' ')?;
        (first < last).then(|| line[first + 1..last].to_vec())
    }

    fn sniff(&self, bytes: &[u8]) {
        const LONGEST: usize = 64 * 1024;
        let mut sniffer = self
            .request_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Sniffer::Collecting(line) = &mut *sniffer {
            // Empty lines ahead of a request are legal.
            let bytes = if line.is_empty() {
                bytes.trim_ascii_start()
            } else {
                bytes
            };
            let end = bytes.iter().position(|&byte| byte == b'\n');
            line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
            if end.is_some() {
                *sniffer = Sniffer::Line(std::mem::take(line).trim_ascii_end().to_vec());
            } else if line.len() > LONGEST {
                *sniffer = Sniffer::Idle;
            }
        }
    }

    fn wrote_everything(&self) {
        self.flushes.fetch_add(1, Ordering::SeqCst);
        self.flushed.notify_waiters();
        if self.answered.swap(false, Ordering::SeqCst) {
            let mut sniffer = self
                .request_line
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *sniffer = Sniffer::Collecting(Vec::new());
            drop(sniffer);
            let after = self.after.load(Ordering::SeqCst);
            if after != After::KeepAlive as u8 {
                if after == After::Reset as u8 {
                    self.reset_on_close();
                }
                self.over.store(true, Ordering::SeqCst);
                if let Some(waker) = self
                    .reader
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take()
                {
                    waker.wake();
                }
            }
        }
    }
}

/// Finds the request line among the bytes read, so that the target can be seen exactly as it came.
#[derive(Debug)]
enum Sniffer {
    Idle,
    Collecting(Vec<u8>),
    Line(Vec<u8>),
}

/// The bare socket, below TLS.
pub struct Raw(pub Arc<Conn>);

impl AsyncRead for Raw {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Buffers arrive uninitialised and would be cleared in full for each read: take a part of large ones.
        const MOST: usize = 128 * 1024;
        loop {
            ready!(self.0.stream.poll_read_ready(cx))?;
            let space = buf.remaining().min(MOST);
            match self.0.stream.try_read(buf.initialize_unfilled_to(space)) {
                Ok(count) => {
                    buf.advance(count);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl Raw {
    fn write_with(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.stream.poll_write_ready(cx))?;
            match write(&self.0.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

impl AsyncWrite for Raw {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write_with(cx, |stream| stream.try_write(buf))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write_with(cx, |stream| stream.try_write_vectored(bufs))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&self.0.stream).shutdown(std::net::Shutdown::Write))
    }
}

enum Io {
    Plain(Raw),
    Tls(Box<TlsStream<Raw>>),
}

/// The connection as HTTP sees it.
pub struct Wire {
    io: Io,
    conn: Arc<Conn>,
}

impl Wire {
    pub fn plain(conn: &Arc<Conn>) -> Wire {
        Wire {
            io: Io::Plain(Raw(Arc::clone(conn))),
            conn: Arc::clone(conn),
        }
    }

    pub fn tls(conn: &Arc<Conn>, stream: TlsStream<Raw>) -> Wire {
        Wire {
            io: Io::Tls(Box::new(stream)),
            conn: Arc::clone(conn),
        }
    }

    fn writer(&mut self) -> Pin<&mut (dyn AsyncWrite + Send + Unpin)> {
        match &mut self.io {
            Io::Plain(raw) => Pin::new(raw),
            Io::Tls(stream) => Pin::new(stream.as_mut()),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        *self
            .conn
            .reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        if self.conn.over.load(Ordering::SeqCst) {
            // To HTTP this is a client that went away, so it closes quietly.
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let result = match &mut self.io {
            Io::Plain(raw) => Pin::new(raw).poll_read(cx, buf),
            Io::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        };
        self.conn.sniff(&buf.filled()[before..]);
        result
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writer().poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writer().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Plain(raw) => raw.is_write_vectored(),
            Io::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.writer().poll_flush(cx))?;
        self.conn.wrote_everything();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.conn.over.load(Ordering::SeqCst)
            && self.conn.after.load(Ordering::SeqCst) == After::Reset as u8
        {
            return Poll::Ready(Ok(()));
        }
        self.writer().poll_shutdown(cx)
    }
}
