//! Faults on demand, seen from a bare socket.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use oss_local::{Action, Options, Rule, Server, Status};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        threads: 2,
        ..Options::default()
    })
    .unwrap()
}

const RESET: Option<ErrorKind> = Some(ErrorKind::ConnectionReset);

#[test]
fn statuses() {
    let server = server();
    let client = Client::new(&server, "bucket");
    server.inject(
        Rule::new(Action::Status(Status {
            headers: vec![("retry-after".into(), "1".into())],
            ..Status::new(503, "ServiceUnavailable")
        }))
        .method("PUT")
        .times(2),
    );
    for _ in 0..2 {
        let answer = client.put("k", b"x");
        assert_eq!(
            (
                answer.status,
                answer.code().as_str(),
                answer.header("retry-after")
            ),
            (503, "ServiceUnavailable", Some("1"))
        );
    }
    assert_eq!(client.put("k", b"x").status, 200);
    server.inject(Rule::new(Action::Status(Status {
        raw_body: Some("<html>".into()),
        ..Status::new(502, "")
    })));
    assert_eq!(client.get("k").body, b"<html>");

    // Early: the answer comes although most of the body never was read.
    server.inject(Rule::new(Action::Status(Status {
        early: true,
        ..Status::new(403, "AccessDenied")
    })));
    let mut stream = connect(server.http_port());
    stream
        .write_all(&client.head("PUT", "k", &[], &[], 1 << 30))
        .unwrap();
    let answer = read_to_end(&mut stream);
    assert_eq!((answer.status, answer.error), (403, None));
    assert_eq!(server.requests().last().unwrap().body_bytes_received, 0);

    server.inject(Rule::new(Action::Status(Status {
        then_reset: true,
        ..Status::new(500, "InternalError")
    })));
    let answer = client.put("k", b"x");
    assert_eq!((answer.status, answer.error), (500, RESET));
}

#[test]
fn ends_of_connections() {
    let server = server();
    let client = Client::new(&server, "bucket");
    server.inject(Rule::new(Action::Reset { after_bytes: 0 }));
    let answer = client.put("k", b"x");
    assert_eq!((answer.status, answer.error), (0, RESET));
    server.inject(Rule::new(Action::Reset {
        after_bytes: 100_000,
    }));
    let answer = client.put("k", &vec![0; 1 << 20]);
    assert_eq!((answer.status, answer.error), (0, RESET));
    assert!(server.requests().last().unwrap().body_bytes_received >= 100_000);
    server.inject(Rule::new(Action::Close { after_bytes: 0 }));
    let answer = client.put("k", b"x");
    assert_eq!((answer.status, answer.error), (0, None));
    assert_eq!(client.get("k").status, 404);
    server.inject(Rule::new(Action::StoreThenReset));
    let answer = client.put("k", b"stored");
    assert_eq!((answer.status, answer.error), (0, RESET));
    assert_eq!(client.get("k").body, b"stored");

    // A connection that closes without saying so.
    server.inject(Rule::new(Action::CloseIdle).skip(1));
    let mut stream = connect(server.http_port());
    for _ in 0..2 {
        client.send_on(&mut stream, "GET", "k", b"");
        let answer = read_one(&mut stream);
        assert_eq!(
            (answer.body.as_slice(), answer.header("connection")),
            (&b"stored"[..], None)
        );
    }
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    let connections: Vec<u64> = server
        .requests()
        .iter()
        .rev()
        .take(2)
        .map(|request| request.connection)
        .collect();
    assert_eq!(connections[0], connections[1]);
}

#[test]
fn bodies() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let body: Vec<u8> = (0..1_000_000u32).map(|i| (i % 251) as u8).collect();
    let put = client.put("k", &body);
    let crc = put.header("x-oss-hash-crc64ecma");

    for (reset, end) in [(false, None), (true, RESET)] {
        server.inject(Rule::new(Action::CutBody {
            after_bytes: 400_000,
            reset,
        }));
        let cut = client.get("k");
        assert_eq!(
            (cut.status, cut.header("content-length"), cut.error),
            (200, Some("1000000"), end)
        );
        assert!(cut.body == body[..400_000], "{} bytes", cut.body.len());
    }
    server.inject(Rule::new(Action::CorruptBody { at: 999_999 }));
    let corrupt = client.get("k");
    assert_eq!(corrupt.header("x-oss-hash-crc64ecma"), crc);
    assert_eq!(corrupt.body.len(), body.len());
    assert_eq!(
        corrupt
            .body
            .iter()
            .zip(&body)
            .filter(|(a, b)| a != b)
            .count(),
        1
    );

    server.inject(Rule::new(Action::WrongCrc).method("PUT"));
    assert_ne!(client.put("k", &body).header("x-oss-hash-crc64ecma"), crc);
    server.inject(Rule::new(Action::WrongCrc));
    assert_ne!(client.get("k").header("x-oss-hash-crc64ecma"), crc);
    server.inject(Rule::new(Action::OmitCrc));
    assert_eq!(client.get("k").header("x-oss-hash-crc64ecma"), None);

    server.inject(Rule::new(Action::Chunked));
    let chunked = client.get("k");
    assert_eq!(
        (
            chunked.header("content-length"),
            chunked.header("transfer-encoding")
        ),
        (None, Some("chunked"))
    );
    assert!(chunked.body.len() > body.len() && chunked.body.ends_with(b"0\r\n\r\n"));

    server.inject(Rule::new(Action::ExtraHeaders {
        headers: vec![("ETag".into(), "\"x\"".into())],
    }));
    assert_eq!(client.get("k").header("etag"), Some("\"x\""));
    server.inject(Rule::new(Action::Redirect {
        location: "http://x/".into(),
        status: 307,
    }));
    let answer = client.get("k");
    assert_eq!(
        (answer.status, answer.header("location")),
        (307, Some("http://x/"))
    );
}

#[test]
fn time() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", &[7; 10_000]);
    let timed = |rule: Rule| {
        server.inject(rule);
        let start = Instant::now();
        assert_eq!(client.get("k").body.len(), 10_000);
        start.elapsed()
    };
    assert!(timed(Rule::new(Action::Delay { ms: 200 })) >= Duration::from_millis(200));
    assert!(timed(Rule::new(Action::DelayBody { ms: 200 })) >= Duration::from_millis(200));
    let slow = timed(Rule::new(Action::Slow {
        bytes_per_sec: 20_000,
    }));
    assert!(slow >= Duration::from_millis(400), "{slow:?}");

    // Stalls last until the client goes away.
    server.inject(Rule::new(Action::StallResponse { after_bytes: 100 }));
    let mut stream = connect(server.http_port());
    stream
        .write_all(&client.head("GET", "k", &[], &[], 0))
        .unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    let mut bytes = Vec::new();
    assert_eq!(
        stream.read_to_end(&mut bytes).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    assert!(bytes.ends_with(&[7; 100]) && !bytes.ends_with(&[7; 101]));
    server.inject(Rule::new(Action::StallRequest { after_bytes: 100 }));
    let mut stream = connect(server.http_port());
    stream
        .set_write_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    stream
        .write_all(&client.head("PUT", "k", &[], &[], 1 << 30))
        .unwrap();
    let stalled = loop {
        if let Err(error) = stream.write_all(&[0; 1 << 20]) {
            break error.kind();
        }
    };
    assert_eq!(stalled, ErrorKind::WouldBlock);

    // Clocks.
    server.inject(Rule::new(Action::SkewClock { seconds: 3600 }));
    let skewed = client.get("k");
    assert_eq!(
        (skewed.status, skewed.code().as_str()),
        (403, "RequestTimeTooSkewed")
    );
    assert!(
        skewed
            .text()
            .contains("<MaxAllowedSkewMilliseconds>900000<")
    );
    server.set_clock_skew(-800);
    assert_eq!(client.get("k").status, 200);
    server.set_clock_skew(-1000);
    assert_eq!(client.get("k").code(), "RequestTimeTooSkewed");
}

/// A stall ends with the client, also if the next request lies behind it, so that nobody else sees the end.
#[test]
fn a_stall_ends_with_a_client_that_has_sent_more() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", &[7; 10_000]);
    server.inject(Rule::new(Action::StallResponse { after_bytes: 100 }));
    let mut stream = connect(server.http_port());
    let head = client.head("GET", "k", &[], &[], 0);
    stream.write_all(&head).unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(&[7; 100]) {
        let mut some = [0; 1000];
        let got = stream.read(&mut some).unwrap();
        assert_ne!(got, 0, "the answer ends before it stalls");
        bytes.extend(&some[..got]);
    }
    stream.write_all(&head).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let _ = stream.read_to_end(&mut bytes);
    assert!(!bytes.ends_with(&[7; 101]));
    assert_eq!(client.get("k").body.len(), 10_000);
}

/// Nobody is answered before the last one is there, time and again.
#[test]
fn gathering() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"x");
    for early in [2, 3, 2] {
        let requests = early + 1;
        server.inject(
            Rule::new(Action::Gather { requests })
                .method("GET")
                .times(requests as u32),
        );
        std::thread::scope(|scope| {
            let early: Vec<_> = (0..early)
                .map(|_| scope.spawn(|| client.get("k")))
                .collect();
            std::thread::sleep(Duration::from_millis(200));
            assert!(!early.iter().any(|thread| thread.is_finished()));
            assert_eq!(client.get("k").status, 200);
            for thread in early {
                assert_eq!(thread.join().unwrap().body, b"x");
            }
        });
    }
}

#[test]
fn over_http() {
    let server = server();
    let admin = |method: &str, path: &str, body: &str| {
        raw(server.http_port(), format!("{method} /_local/{path} HTTP/1.1\r\nhost: b.localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes())
    };
    let client = Client::new(&server, "bucket");
    server.clear_requests();
    client.put("a//../b", b"12345");
    let requests: Vec<oss_local::RequestRecord> =
        serde_json::from_slice(&admin("GET", "requests", "").body).unwrap();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!(
        (
            request.method.as_str(),
            request.target.as_str(),
            request.operation.as_str()
        ),
        ("PUT", "/bucket/a//%2E%2E/b", "PutObject")
    );
    assert_eq!(
        (
            request.status,
            request.body_bytes_received,
            request.host.as_str()
        ),
        (200, 5, "127.0.0.1")
    );
    assert_eq!(request.header("content-length"), Some("5"));
    assert_eq!((&request.tls_version, &request.sni), (&None, &None));
    assert_eq!(admin("DELETE", "requests", "").status, 200);
    assert!(server.requests().is_empty());

    assert_eq!(admin("POST", "rules", r#"[{"bucket": "bucket", "key_prefix": "x", "action": {"type": "status", "status": 418, "code": "Teapot"}}]"#).status, 200);
    assert_eq!(client.get("y").status, 404);
    assert_eq!(client.get("x").status, 418);
    assert_eq!(
        admin("POST", "rules", r#"{"action": {"type": "nonsense"}}"#).status,
        400
    );
    admin(
        "POST",
        "rules",
        r#"{"times": 9, "action": {"type": "reset"}}"#,
    );
    admin("DELETE", "rules", "");
    assert_eq!(client.get("x").status, 404);
    assert_eq!(
        admin(
            "POST",
            "cnames",
            r#"{"domain": "Img.Example.com", "bucket": "bucket"}"#
        )
        .status,
        200
    );
    assert_eq!(
        admin("POST", "clock", r#"{"skew_seconds": 86400}"#).status,
        200
    );
    assert_eq!(client.get("x").code(), "RequestTimeTooSkewed");
    assert_eq!(admin("GET", "nothing", "").status, 404);
}

/// Whatever comes in, the server lives on.
#[test]
fn nonsense() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let requests: [&[u8]; 14] = [
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /%ff%fe/%c0 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /bucket/k?x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=a/b/c&x-oss-date=x HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /bucket/k?OSSAccessKeyId=&Signature=&Expires=99999999999999999999 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /bucket/k?OSSAccessKeyId=&Signature=&Expires=9223372036854775807 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /bucket/k HTTP/1.1\r\nhost: \xff\xfe\r\nauthorization: OSS \xff\r\n\r\n",
        b"PUT /bucket/k HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"PUT /bucket/k HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ];
    for request in requests {
        let mut stream = connect(server.http_port());
        let _ = stream.write_all(request);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        read_to_end(&mut stream);
    }
    assert_eq!(client.put("k", b"x").status, 200);
}
