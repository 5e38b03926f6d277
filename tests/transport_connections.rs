//! Which connections are kept, which are used again, and what arrives over them besides answers.

mod peer;
#[path = "peer/wire.rs"]
mod wire;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use alioss::{Bucket, Config, Options, Session};
use rustls::{HandshakeKind, ServerConfig};

use peer::{Peer, read_head, read_request};
use wire::{Channel, WIRES, Wire, handshake, identity};

const OK: &str = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 0\r\n\r\n";

const LENGTH: usize = 4 << 20;

fn put(bucket: &Bucket, data: &[u8]) {
    bucket.put_object("a", data, &Options::new()).unwrap();
}

/// Answers every request until the client closes.
fn answer_all(mut channel: impl Read + Write) {
    while read_request(&mut channel).is_some() {
        channel.write_all(OK.as_bytes()).unwrap();
    }
}

/// How a server speaks TLS 1.3 that hands out so many tickets.
fn with_tickets(count: usize) -> Arc<ServerConfig> {
    let mut config = Arc::unwrap_or_clone(identity().server(Wire::Tls13));
    config.send_tls13_tickets = count;
    Arc::new(config)
}

#[test]
fn tickets_are_not_answers() {
    let config = with_tickets(32);
    let peer = Peer::start(move |mut stream| {
        let Some(mut tls) = handshake(&config, &mut stream) else {
            return;
        };
        // Tickets that the handshake left are held back, and then come in the midst of a body, byte by byte.
        let mut tickets = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut tickets).unwrap();
        }
        let mut channel = Channel {
            stream,
            tls: Some(tls),
        };
        let head = read_head(&mut channel);
        assert!(!head.is_empty());
        for byte in tickets {
            channel.stream.write_all(&[byte]).unwrap();
        }
        let mut body = vec![0; LENGTH];
        channel.read_exact(&mut body).unwrap();
        channel.write_all(OK.as_bytes()).unwrap();
        answer_all(channel);
    });
    let bucket = wire::bucket(&peer, Wire::Tls13);
    put(&bucket, &vec![7; LENGTH]);
    put(&bucket, b"more");
    assert_eq!(peer.connections(), 1);
}

#[test]
fn tickets_shorten_the_next_handshake() {
    for wire in [Wire::Tls12, Wire::Tls13] {
        let kinds: Arc<Mutex<Vec<HandshakeKind>>> = Arc::default();
        let seen = kinds.clone();
        let peer = wire::start(wire, move |mut channel| {
            let kind = channel.tls.as_ref().unwrap().handshake_kind();
            seen.lock().unwrap().extend(kind);
            if read_request(&mut channel).is_some() {
                let last = OK.replacen("content", "connection: close\r\ncontent", 1);
                channel.write_all(last.as_bytes()).unwrap();
                channel.finish();
            }
        });
        let bucket = wire::bucket(&peer, wire);
        put(&bucket, b"first");
        put(&bucket, b"second");
        let kinds = kinds.lock().unwrap();
        assert_eq!(
            *kinds,
            [HandshakeKind::Full, HandshakeKind::Resumed],
            "{wire:?}"
        );
    }
}

/// An answer that has no end of its own, but a checksum.
const UNTIL_THE_END: &[u8] = b"HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n\
    x-oss-hash-crc64ecma: 11177612005948864433\r\n\r\nhello";

#[test]
fn a_server_that_has_said_all_may_still_listen() {
    for wire in WIRES {
        let (said, heard) = channel();
        let said = Mutex::new(said);
        let peer = wire::start(wire, move |mut channel| {
            if read_request(&mut channel).is_none() {
                return;
            }
            channel.write_all(UNTIL_THE_END).unwrap();
            if let Some(tls) = &mut channel.tls {
                tls.send_close_notify();
                tls.write_tls(&mut channel.stream).unwrap();
            }
            channel.stream.shutdown(Shutdown::Write).unwrap();
            // Half of the connection is left, and nothing but its end may come over it.
            let mut rest = Vec::new();
            let _ = channel.read_to_end(&mut rest);
            said.lock().unwrap().send(rest).unwrap();
        });
        let bucket = wire::bucket(&peer, wire);
        for _ in 0..2 {
            let mut buffer = [0; 10];
            let (_, length) = bucket
                .get_object_to_buffer("a", &mut buffer, &Options::new())
                .unwrap_or_else(|error| panic!("{wire:?}: {error}"));
            assert_eq!(&buffer[..length], b"hello", "{wire:?}");
            let rest = heard.recv_timeout(Duration::from_secs(10)).unwrap();
            assert_eq!(String::from_utf8_lossy(&rest), "", "{wire:?}");
        }
        assert_eq!(peer.connections(), 2, "{wire:?}");
    }
}

#[test]
fn a_proxy_may_answer_connect_byte_by_byte() {
    let tls = identity().server(Wire::Tls13);
    let peer = Peer::start(move |mut stream| {
        stream.set_nodelay(true).unwrap();
        let head = read_head(&mut stream);
        assert!(
            head.starts_with("CONNECT 127.0.0.1:443 HTTP/1.1\r\n"),
            "{head}"
        );
        let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 Connection established\r\nvia: 1.1 a\r\n\r\n";
        for byte in answer.bytes() {
            stream.write_all(&[byte]).unwrap();
        }
        // The tunnel ends here.
        let Some(tls) = handshake(&tls, &mut stream) else {
            return;
        };
        answer_all(Channel {
            stream,
            tls: Some(tls),
        });
    });
    let mut config = wire::config(&peer, Wire::Tls13);
    config
        .endpoint("https://127.0.0.1")
        .proxy(&format!("http://127.0.0.1:{}", peer.port()));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    put(&bucket, b"hello");
    put(&bucket, b"hello");
    assert_eq!(peer.connections(), 1);
}

#[test]
fn the_connection_that_was_used_last_is_used_next() {
    const TOGETHER: usize = 3;
    for wire in WIRES {
        let most = Arc::new(AtomicUsize::new(0));
        let counter = most.clone();
        let barrier = Arc::new(Barrier::new(TOGETHER));
        let peer = wire::start(wire, move |mut channel| {
            let mut served = 0;
            while read_request(&mut channel).is_some() {
                served += 1;
                if served == 1 {
                    barrier.wait(); // so that none of the first requests finds a connection
                }
                counter.fetch_max(served, Ordering::SeqCst);
                channel.write_all(OK.as_bytes()).unwrap();
            }
        });
        let bucket = wire::bucket(&peer, wire);
        std::thread::scope(|scope| {
            for _ in 0..TOGETHER {
                scope.spawn(|| put(&bucket, b"hello"));
            }
        });
        for _ in 0..10 {
            put(&bucket, b"hello");
        }
        assert_eq!(peer.connections(), TOGETHER, "{wire:?}");
        assert_eq!(most.load(Ordering::SeqCst), 11, "{wire:?}");
    }
}

#[test]
fn a_session_keeps_so_many_connections_in_all() {
    const HOSTS: usize = 300;
    const KEPT: usize = 256;
    let open = Arc::new(AtomicUsize::new(0));
    let counter = open.clone();
    let peer = Peer::start(move |stream| {
        counter.fetch_add(1, Ordering::SeqCst);
        answer_all(stream);
        counter.fetch_sub(1, Ordering::SeqCst);
    });
    let mut config = Config::new();
    config
        .endpoint(&format!("http://oss.example.com:{}", peer.port()))
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .crc64(false);
    let mut names = Config::new();
    for number in 0..HOSTS {
        names.resolve(&format!("bucket-{number}.oss.example.com"), "127.0.0.1");
    }
    config.session(&Session::new(&names).unwrap());
    for number in 0..HOSTS {
        let bucket = Bucket::new(&config, &format!("bucket-{number}")).unwrap();
        put(&bucket, b"hello");
    }
    assert_eq!(peer.connections(), HOSTS);
    // A server learns of the end of a connection a moment later.
    let began = Instant::now();
    while open.load(Ordering::SeqCst) > KEPT && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(open.load(Ordering::SeqCst), KEPT);
    // The oldest are gone, the others are used again.
    for number in HOSTS - KEPT..HOSTS {
        let bucket = Bucket::new(&config, &format!("bucket-{number}")).unwrap();
        put(&bucket, b"hello");
    }
    assert_eq!(peer.connections(), HOSTS);
}

/// What becomes of connections that were idle: how a second request over one of them ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// Nothing comes any more, as after a router forgot the connection.
    Silence,
    Reset,
    /// The head of the answer begins.
    InHead,
    /// The body of the answer does not come.
    InBody,
}

#[test]
fn one_dead_connection_speaks_for_all_that_are_idle() {
    const TOGETHER: usize = 3;
    let answer = OK.replace("length: 0", "length: 1");
    // A reset is repeated at once, and does not count.
    for (death, attempts) in [
        (Death::Silence, 2),
        (Death::Reset, 1),
        (Death::InHead, 2),
        (Death::InBody, 2),
    ] {
        let barrier = Arc::new(Barrier::new(TOGETHER));
        let connections = Arc::new(AtomicUsize::new(0));
        let answer = answer.clone();
        let peer = Peer::start(move |mut stream| {
            let number = connections.fetch_add(1, Ordering::SeqCst);
            for request in 0.. {
                if read_request(&mut stream).is_none() {
                    return;
                }
                match death {
                    _ if request == 0 && number < TOGETHER => _ = barrier.wait(),
                    _ if number >= TOGETHER => {}
                    Death::Reset => return peer::reset(stream),
                    Death::InHead => stream.write_all(answer.trim_end().as_bytes()).unwrap(),
                    Death::InBody => stream.write_all(answer.as_bytes()).unwrap(),
                    Death::Silence => {}
                }
                if request == 0 || number >= TOGETHER {
                    stream.write_all(format!("{answer}x").as_bytes()).unwrap();
                }
            }
        });
        let mut config = Config::new();
        config
            .endpoint(&peer.endpoint())
            .region("cn-hangzhou")
            .keys("id", "secret", None)
            .attempts(attempts);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let get = |timeout| {
            let options = Options::new().read_timeout(Duration::from_millis(timeout));
            bucket.invoke("GET", Some("a"), alioss::Body::Empty, &options)
        };
        std::thread::scope(|scope| {
            for _ in 0..TOGETHER {
                scope.spawn(|| get(60_000).unwrap());
            }
        });
        let response = get(2_000);
        assert_eq!(response.unwrap().attempts(), 2, "{death:?}");
        assert_eq!(get(60_000).unwrap().attempts(), 1, "{death:?}");
        assert_eq!(peer.connections(), TOGETHER + 1, "{death:?}");
    }
}
