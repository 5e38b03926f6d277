//! Waiting and its ends: stale connections, cancelling and timeouts in every place where a call can wait, and the words
//! for connections that never work.

mod peer;
#[path = "peer/wire.rs"]
mod wire;

use std::io::{Read, Write};
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use alioss::{Bucket, Config, Error, Kind, Options};
use rcgen::{BasicConstraints, CertificateParams, IsCa};

use peer::{
    ClosedPort, FullBacklog, Peer, config_at, is_cancelled_within, read_head, read_request,
};
use wire::{Identity, WIRES, Wire};

const OK: &str = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 0\r\n\r\n";

fn delete(config: &Config) -> Error {
    let bucket = Bucket::new(config, "examplebucket").unwrap();
    bucket.delete_object("a", &Options::new()).unwrap_err()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Idle {
    Finish,
    Cut,
    Reset,
    Speak,
    /// Only when the next request has come.
    Late,
}

#[test]
fn a_connection_that_ended_while_idle_is_replaced() {
    for wire in WIRES {
        for idle in [
            Idle::Finish,
            Idle::Cut,
            Idle::Reset,
            Idle::Speak,
            Idle::Late,
        ] {
            let spoke = Arc::new(AtomicUsize::new(0));
            let speaks = Arc::clone(&spoke);
            let peer = wire::start(wire, move |mut channel| {
                read_request(&mut channel);
                channel.write_all(OK.as_bytes()).unwrap();
                match idle {
                    Idle::Finish => channel.finish(),
                    Idle::Cut => {
                        channel.cut();
                        channel.drain();
                    }
                    Idle::Reset => channel.reset(),
                    Idle::Speak => {
                        channel.write_all(OK.as_bytes()).unwrap();
                        speaks.fetch_add(1, Ordering::SeqCst);
                        channel.drain();
                    }
                    Idle::Late => {
                        read_head(&mut channel);
                        channel.reset();
                    }
                }
            });
            let bucket = wire::bucket(&peer, wire);
            for connections in 1..=3 {
                let stored = bucket.put_object("a", "hello", &Options::new());
                stored.unwrap_or_else(|error| panic!("{wire:?} {idle:?}: {error}"));
                assert_eq!(peer.connections(), connections, "{wire:?} {idle:?}");
                while idle == Idle::Speak && spoke.load(Ordering::SeqCst) < connections {
                    std::thread::sleep(Duration::from_millis(1));
                }
                std::thread::sleep(Duration::from_millis(30));
            }
        }
    }
}

/// Accepts, reads, and is silent.
fn silent(wire: Wire) -> Peer {
    wire::start(wire, |mut channel| {
        while channel.read(&mut [0; 4096]).is_ok_and(|got| got > 0) {}
    })
}

/// Reads nothing.
fn deaf(wire: Wire) -> Peer {
    wire::start(wire, |_channel| std::thread::sleep(Duration::from_secs(20)))
}

/// Answers in part.
fn stalled(wire: Wire) -> Peer {
    wire::start(wire, |mut channel| {
        while channel
            .read(&mut [0; 1 << 20])
            .is_ok_and(|got| got < 1 << 19)
        {
            let begin = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 99\r\n\r\n<a";
            let _ = channel.write_all(begin.as_bytes());
        }
    })
}

/// Where a call waits, and a configuration that leads it there.
fn places() -> Vec<(String, Config, Box<dyn std::any::Any>)> {
    let mut places: Vec<(String, Config, Box<dyn std::any::Any>)> = Vec::new();
    for wire in WIRES {
        for (place, peer) in [
            ("receiving", silent(wire)),
            ("sending", deaf(wire)),
            ("the body", stalled(wire)),
        ] {
            places.push((
                format!("{place} {wire:?}"),
                wire::config(&peer, wire),
                Box::new(peer),
            ));
        }
    }
    let full = FullBacklog::start();
    places.push((
        "connecting".into(),
        config_at(&full.endpoint()),
        Box::new(full),
    ));
    let peer = silent(Wire::Plain);
    let endpoint = format!("https://127.0.0.1:{}", peer.port());
    places.push(("the handshake".into(), config_at(&endpoint), Box::new(peer)));
    let peer = silent(Wire::Plain);
    let mut proxied = config_at("https://127.0.0.1:1");
    proxied.proxy(&peer.endpoint());
    places.push(("the proxy".into(), proxied, Box::new(peer)));
    places
}

/// A call that sends much, or asks for an answer with a body.
fn call(config: &Config, options: &Options<'_>, place: &str) -> Error {
    let bucket = Bucket::new(config, "examplebucket").unwrap();
    if place.starts_with("the body") {
        bucket.get_bucket_info(options).unwrap_err()
    } else {
        let data = vec![7; 32 << 20];
        bucket.put_object("a", &data, options).unwrap_err()
    }
}

#[test]
fn cancelling_ends_a_call_in_every_place() {
    for (place, config, _peer) in places() {
        let in_time = is_cancelled_within(Duration::from_secs(1), |options| {
            let error = call(&config, options, &place);
            assert_eq!(error.kind(), Kind::Cancelled, "{place}: {error}");
        });
        assert!(in_time, "{place}");
    }
}

#[test]
fn timeouts_end_a_call_in_every_place() {
    for (place, mut config, _peer) in places() {
        config
            .connect_timeout(Duration::from_millis(500))
            .read_timeout(Duration::from_millis(500));
        let began = Instant::now();
        let error = call(&config, &Options::new(), &place);
        assert_eq!(error.kind(), Kind::Timeout, "{place}: {error}");
        assert!(error.to_string().contains("500ms"), "{place}: {error}");
        assert!(began.elapsed() < Duration::from_secs(20), "{place}");
        config.total_timeout(Duration::from_millis(300));
        let error = call(&config, &Options::new(), &place);
        assert_eq!(error.kind(), Kind::Timeout, "{place}: {error}");
        assert!(error.to_string().contains("total"), "{place}: {error}");
    }
}

#[test]
fn schemes_that_were_mixed_up_are_named() {
    let plain = Peer::start(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let error = delete(&config_at(&format!("https://127.0.0.1:{}", plain.port())));
    assert!(error.to_string().contains("does it speak TLS?"), "{error}");
    let closing = Peer::start(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
    });
    let error = delete(&config_at(&format!("https://127.0.0.1:{}", closing.port())));
    assert!(error.to_string().contains("does it speak TLS?"), "{error}");
    // What a server of TLS says to a request in plain text.
    let alert = Peer::start(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(&[0x15, 3, 1, 0, 2, 2, 70]);
    });
    let error = delete(&config_at(&alert.endpoint()));
    assert!(error.to_string().contains("does it speak TLS?"), "{error}");
    assert_eq!(error.kind(), Kind::BadResponse);
}

#[test]
fn all_addresses_that_refused_are_named() {
    let closed = ClosedPort::start();
    let port = closed.port();
    let mut config = config_at(&format!("http://localhost:{port}"));
    config.attempts(1);
    let error = delete(&config);
    let text = error.to_string();
    assert_eq!(error.kind(), Kind::Network, "{text}");
    assert!(text.contains(&format!("127.0.0.1:{port}: ")), "{text}");
    // Containers without IPv6 do not have it.
    let mut addresses = ("localhost", port).to_socket_addrs().unwrap();
    if addresses.any(|address| address.is_ipv6()) {
        assert!(text.contains(&format!("[::1]:{port}: ")), "{text}");
    }
}

#[test]
fn a_proxy_that_wants_a_password_says_so_for_http_as_for_https() {
    let proxy = Peer::start(|mut stream| {
        read_head(&mut stream);
        let refusal =
            "HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 6\r\n\r\n<html>";
        stream.write_all(refusal.as_bytes()).unwrap();
    });
    for endpoint in ["http://127.0.0.1:1", "https://127.0.0.1:1"] {
        let mut config = config_at(endpoint);
        config.proxy(&proxy.endpoint()).attempts(3);
        let error = delete(&config);
        assert_eq!(error.kind(), Kind::Network, "{error}");
        assert!(!error.is_retryable());
        let expected = format!(
            "proxy 127.0.0.1:{} wants other credentials (HTTP/1.1 407 Proxy Authentication Required); see `proxy`",
            proxy.port()
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_clock_that_is_wrong_is_named() {
    let params = {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2090, 1, 1);
        params
    };
    let identity = Identity::new(params);
    let server = identity.server(Wire::Tls13);
    let peer = tls_peer(server);
    for (now, words) in [
        (86_400, "`clock` says 1970-01-02"),
        (4_102_444_800, "`clock` says 2100-01-01"),
    ] {
        let mut config = config_at(&format!("https://127.0.0.1:{}", peer.port()));
        config.ca_pem(identity.pem.as_bytes()).clock(move || now);
        let error = delete(&config);
        assert!(error.to_string().contains(words), "{error}");
        if now > 4_000_000_000 {
            assert!(error.to_string().contains("valid until"), "{error}");
        }
    }
}

/// Answers every request with OK over TLS.
fn tls_peer(config: std::sync::Arc<rustls::ServerConfig>) -> Peer {
    Peer::start(move |mut stream| {
        let mut tls = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut stream = rustls::Stream::new(&mut tls, &mut stream);
        while read_request(&mut stream).is_some() {
            let answer = "HTTP/1.1 204 No Content\r\nx-oss-request-id: R1\r\n\r\n";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    })
}

#[test]
fn the_servers_own_certificate_may_be_among_the_roots_whatever_it_is_for() {
    let of = |name: &str, is_ca: bool| {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        Identity::new(params)
    };
    let delete = |served: &Identity, trusted: &str, now: Option<i64>| {
        let peer = tls_peer(served.server(Wire::Tls13));
        let mut config = config_at(&format!("https://127.0.0.1:{}", peer.port()));
        config.ca_pem(trusted.as_bytes());
        if let Some(now) = now {
            config.clock(move || now);
        }
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        bucket.delete_object("a", &Options::new()).map(drop)
    };
    let own = of("127.0.0.1", true);
    delete(&own, &own.pem, None).unwrap();
    let both = format!("{}{}", of("other", true).pem, own.pem);
    delete(&own, &both, None).unwrap();
    delete(&of("127.0.0.1", false), &own.pem, None).unwrap_err();
    // Another certificate of the same name and kind is another certificate.
    delete(&of("127.0.0.1", true), &own.pem, None).unwrap_err();
    // Name and time hold for it, too.
    let other = of("other.example", true);
    delete(&other, &other.pem, None).unwrap_err();
    let error = delete(&own, &own.pem, Some(0)).unwrap_err();
    assert!(error.to_string().contains("says 1970"), "{error}");
}
