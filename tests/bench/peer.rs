//! The other end of every measurement: an HTTP server on loopback that costs less than any client. It signs nothing, checks
//! nothing and stores nothing: uploads are thrown away, downloads are bytes of `x`, as long as the last segment of the path
//! says. Answers have the headers of the service, with the right CRC-64.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use alioss::internals::crc64::Crc64;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

/// What is sent and dropped at a time; stays in the cache.
const PIECE: usize = 256 * 1024;

/// Bodies up to this leave in one write with their head.
const SMALL: usize = 16 * 1024;

/// The running servers; they end with the program.
pub struct Peer {
    http: u16,
    https: u16,
    ca_file: PathBuf,
}

impl Peer {
    /// Starts both servers; the certificate goes into `directory`.
    pub fn start(directory: &Path) -> Peer {
        let sums: Arc<Checksums> = Arc::default();
        let (config, pem) = tls();
        let ca_file = directory.join("ca.pem");
        std::fs::write(&ca_file, pem).unwrap();
        let for_tls = Arc::clone(&sums);
        Peer {
            http: listen(move |stream| serve(&mut Plain(stream), &sums)),
            https: listen(move |stream| {
                let connection = ServerConnection::new(Arc::clone(&config)).map_err(other)?;
                serve(&mut Tls(StreamOwned::new(connection, stream)), &for_tls)
            }),
            ca_file,
        }
    }

    /// Where the server for the scheme is.
    pub fn url(&self, https: bool) -> String {
        if https {
            format!("https://127.0.0.1:{}", self.https)
        } else {
            format!("http://127.0.0.1:{}", self.http)
        }
    }

    /// The certificate that clients have to trust.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }
}

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

fn tls() -> (Arc<ServerConfig>, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    (Arc::new(config), certificate.pem())
}

/// Listens on a free port; every connection runs `serve` on a thread of its own until the client closes it.
fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || {
                // How a client says farewell is its own matter; what it needed and did not get, it reports itself.
                let _ = stream.set_nodelay(true);
                let _ = serve(stream);
            });
        }
    });
    port
}

/// A connection, and the cheapest way to drop what comes over it.
trait Link: Read + Write {
    /// Reads up to `most` bytes and forgets them; 0 at the end.
    fn discard(&mut self, most: usize, buffer: &mut [u8]) -> io::Result<usize>;
}

struct Plain(TcpStream);

struct Tls(StreamOwned<ServerConnection, TcpStream>);

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Link for Plain {
    fn discard(&mut self, most: usize, _buffer: &mut [u8]) -> io::Result<usize> {
        // With MSG_TRUNC nothing is copied; the room only says how much may go.
        let mut room = [MaybeUninit::uninit(); PIECE];
        let most = most.min(PIECE);
        SockRef::from(&self.0).recv_with_flags(&mut room[..most], libc::MSG_TRUNC)
    }
}

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Link for Tls {
    fn discard(&mut self, most: usize, buffer: &mut [u8]) -> io::Result<usize> {
        let most = most.min(buffer.len());
        self.0.read(&mut buffer[..most])
    }
}

/// The CRC-64 of so many `x`.
#[derive(Default)]
struct Checksums(Mutex<HashMap<usize, u64>>);

impl Checksums {
    fn of(&self, length: usize) -> u64 {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(length).or_insert_with(|| {
            let mut crc = Crc64::new();
            let piece = vec![b'x'; PIECE];
            let mut rest = length;
            while rest > 0 {
                let take = rest.min(PIECE);
                crc.update(&piece[..take]);
                rest -= take;
            }
            crc.value()
        })
    }
}

struct Request {
    is_get: bool,
    /// What the path says.
    size: usize,
    /// Bytes of the body that are still to come.
    to_come: usize,
    length: usize,
    /// The official C SDK sends chunks although it knows the length.
    is_chunked: bool,
    /// What came last.
    tail: [u8; 5],
}

/// No chunk of `x` has it.
const LAST_CHUNK: &[u8; 5] = b"0\r\n\r\n";

fn serve(link: &mut impl Link, sums: &Checksums) -> io::Result<()> {
    let mut buffer = vec![0; PIECE];
    let body = vec![b'x'; PIECE];
    let mut answer = Vec::with_capacity(2 * SMALL);
    while let Some(request) = receive(link, &mut buffer)? {
        if !discard(link, &request, &mut buffer)? {
            return Ok(());
        }
        answer.clear();
        if !request.is_get {
            put_head(&mut answer, None, sums.of(request.length));
            link.write_all(&answer)?;
        } else {
            put_head(&mut answer, Some(request.size), sums.of(request.size));
            let with_head = if request.size <= SMALL {
                request.size
            } else {
                0
            };
            answer.extend_from_slice(&body[..with_head]);
            link.write_all(&answer)?;
            let mut rest = request.size - with_head;
            while rest > 0 {
                let take = rest.min(PIECE);
                link.write_all(&body[..take])?;
                rest -= take;
            }
        }
        link.flush()?;
    }
    Ok(())
}

/// Reads the rest of a body and forgets it; whether it came whole.
fn discard(link: &mut impl Link, request: &Request, buffer: &mut [u8]) -> io::Result<bool> {
    let mut rest = request.to_come;
    while rest > 0 && !request.is_chunked {
        match link.discard(rest, buffer)? {
            0 => return Ok(false),
            got => rest -= got,
        }
    }
    let mut tail = request.tail;
    while request.is_chunked && &tail != LAST_CHUNK {
        let got = match link.read(buffer)? {
            0 => return Ok(false),
            got => got,
        };
        tail = tail_of(tail, &buffer[..got]);
    }
    Ok(true)
}

/// The last bytes of all that came.
fn tail_of(before: [u8; 5], bytes: &[u8]) -> [u8; 5] {
    let newest = &bytes[bytes.len().saturating_sub(5)..];
    let mut tail = [0; 5];
    let (old, new) = tail.split_at_mut(5 - newest.len());
    old.copy_from_slice(&before[newest.len()..]);
    new.copy_from_slice(newest);
    tail
}

/// Reads a request's head, and of its body what came with it. `None` when the client has closed the connection.
fn receive(link: &mut impl Link, buffer: &mut [u8]) -> io::Result<Option<Request>> {
    let mut have = 0;
    let end = loop {
        let got = link.read(&mut buffer[have..])?;
        if got == 0 {
            return Ok(None);
        }
        have += got;
        let head = &buffer[..have];
        if let Some(at) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = std::str::from_utf8(&buffer[..end]).map_err(other)?;
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let target = line.split(' ').nth(1).unwrap_or_default();
    let size = target.rsplit('/').next().unwrap_or_default();
    let value_of = |wanted: &str| {
        let mut lines = headers.lines().filter_map(|line| line.split_once(':'));
        let header = lines.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        header.map(|(_, value)| value.trim())
    };
    let length: usize = value_of("content-length")
        .map_or(Ok(0), str::parse)
        .map_err(other)?;
    Ok(Some(Request {
        is_get: line.starts_with("GET "),
        size: size.parse().map_err(other)?,
        to_come: length.saturating_sub(have - end),
        length,
        is_chunked: value_of("transfer-encoding") == Some("chunked"),
        tail: tail_of([0; 5], &buffer[end..have]),
    }))
}

/// The head of a good answer: of a download if `length` is given, else of an upload.
fn put_head(out: &mut Vec<u8>, length: Option<usize>, crc: u64) {
    let written = write!(
        out,
        "HTTP/1.1 200 OK\r\nServer: AliyunOSS\r\nDate: Fri, 17 May 2024 08:09:10 GMT\r\nContent-Length: {}\r\n\
         Connection: keep-alive\r\nx-oss-request-id: 6647B2D6C1A1F23032A5E1B7\r\n\
         ETag: \"5D41402ABC4B2A76B9719D911017C592\"\r\nx-oss-hash-crc64ecma: {crc}\r\n\
         Content-MD5: XUFAKrxLKna5cZ2REBfFkg==\r\nx-oss-server-time: 12\r\n",
        length.unwrap_or_default()
    );
    written.expect("a vector takes everything");
    if length.is_some() {
        out.extend_from_slice(
            b"Content-Type: application/octet-stream\r\nAccept-Ranges: bytes\r\n\
              Last-Modified: Fri, 17 May 2024 08:09:10 GMT\r\nx-oss-object-type: Normal\r\nx-oss-storage-class: Standard\r\n",
        );
    }
    out.extend_from_slice(b"\r\n");
}
