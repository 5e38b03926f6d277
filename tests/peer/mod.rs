//! Servers for tests that misbehave on purpose.
#![allow(dead_code)] // each test uses its part

use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use alioss::{Bucket, Cancel, Config, Options};
use socket2::{Domain, SockRef, Socket, Type};

/// A listener on loopback that hands every connection to a closure.
pub struct Peer {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Peer {
    /// Every connection runs `serve` on a thread of its own, which ends with the test program.
    pub fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream));
            }
        });
        Peer { port, connections }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// For one attempt at `endpoint`.
pub fn config_at(endpoint: &str) -> Config {
    let mut config = Config::new();
    config
        .endpoint(endpoint)
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .attempts(1);
    config
}

/// For one attempt at `peer`.
pub fn config(peer: &Peer) -> Config {
    config_at(&peer.endpoint())
}

pub fn bucket(peer: &Peer) -> Bucket {
    Bucket::new(&config(peer), "examplebucket").unwrap()
}

/// Whether `call` is over so soon after it was cancelled in its midst: one time of five, as a busy machine may take its time to
/// wake a thread, but not each time.
pub fn is_cancelled_within(limit: Duration, call: impl Fn(&Options<'_>)) -> bool {
    let late = |_| {
        let cancel = Cancel::new();
        let options = Options::new().cancel(&cancel);
        let raised = std::thread::scope(|scope| {
            let canceller = scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(400));
                cancel.cancel();
                Instant::now()
            });
            call(&options);
            canceller.join().unwrap()
        });
        raised.elapsed()
    };
    (0..5).map(late).any(|late| late < limit)
}

/// A listener whose queue is full: connecting to it neither succeeds nor fails.
pub struct FullBacklog {
    port: u16,
    _listener: Socket,
    _fillers: Vec<Socket>,
}

impl FullBacklog {
    pub fn start() -> FullBacklog {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        listener.bind(&any.into()).unwrap();
        listener.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let fillers = (0..8)
            .map(|_| {
                let filler = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
                filler.set_nonblocking(true).unwrap();
                let _ = filler.connect(&address);
                filler
            })
            .collect();
        std::thread::sleep(Duration::from_millis(50));
        FullBacklog {
            port: address.as_socket().unwrap().port(),
            _listener: listener,
            _fillers: fillers,
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// A port that nobody listens on, and that nobody else gets as long as this lives: connections to it are refused. A port that
/// was only looked for and let go may soon be that of another test's server.
pub struct ClosedPort {
    socket: Socket,
}

impl ClosedPort {
    pub fn start() -> ClosedPort {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        socket.bind(&any.into()).unwrap();
        ClosedPort { socket }
    }

    pub fn port(&self) -> u16 {
        self.socket
            .local_addr()
            .unwrap()
            .as_socket()
            .unwrap()
            .port()
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }
}

/// Reads the head of a request; what follows stays unread. Empty at the end of the connection.
pub fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return String::new(),
        }
    }
    String::from_utf8(head).unwrap()
}

/// Reads a whole request with a `content-length`; its head in lower case. `None` if it does not arrive whole.
pub fn read_request(stream: &mut impl Read) -> Option<String> {
    let head = read_head(stream).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    (!head.is_empty()).then_some(head)
}

/// Closes a connection with RST.
pub fn reset(stream: TcpStream) {
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
}

/// A new empty folder for files of a test.
pub fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}
