//! Peers that misbehave: whatever they do, a call ends in time, says what happened, and never reports a half success.

#[path = "resilience/downloads.rs"]
mod downloads;
mod peer;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use alioss::{Body, Bucket, Config, Kind, Options, Range};

use peer::{Peer, bucket, config, is_cancelled_within, read_head, read_request, reset};

const OK: &str = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 0\r\n\r\n";

/// CRC-64 of "hello", as the service writes it.
fn hello_crc() -> String {
    let mut crc = alioss::internals::crc64::Crc64::new();
    crc.update(b"hello");
    crc.value().to_string()
}

fn denied() -> String {
    let body = "<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>R2</RequestId><EC>0003-00000001</EC></Error>";
    format!(
        "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn a_body_and_its_head_leave_in_one_write_and_connections_are_reused() {
    let peer = Peer::start(move |mut stream| {
        let mut first = vec![0; 64 * 1024];
        let got = stream.read(&mut first).unwrap();
        assert!(
            first[..got].ends_with(b"\r\n\r\nhello"),
            "head and body came apart"
        );
        stream.write_all(OK.as_bytes()).unwrap();
        while read_request(&mut stream).is_some() {
            stream.write_all(OK.as_bytes()).unwrap();
        }
    });
    let bucket = bucket(&peer);
    for _ in 0..5 {
        let response = bucket.put_object("a", "hello", &Options::new()).unwrap();
        assert_eq!(response.request_id(), "R1");
    }
    assert_eq!(peer.connections(), 1);
}

#[test]
fn a_source_shorter_than_announced_is_an_error_at_once() {
    let peer = Peer::start(|mut stream| {
        let _ = read_request(&mut stream);
    });
    let began = Instant::now();
    for announced in [6, 1_000_000] {
        let mut source: &[u8] = b"hello";
        let body = Body::Stream {
            reader: &mut source,
            length: Some(announced),
        };
        let error = bucket(&peer)
            .put_object("a", body, &Options::new())
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Io);
        assert_eq!(
            error.to_string(),
            format!("the body ended after 5 of the {announced} bytes announced")
        );
    }
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_early_answer_is_reported_although_the_upload_breaks() {
    for resets in [false, true] {
        let peer = Peer::start(move |mut stream| {
            read_head(&mut stream);
            stream.write_all(denied().as_bytes()).unwrap();
            if resets {
                std::thread::sleep(Duration::from_millis(50));
                reset(stream);
            }
        });
        let data = vec![7; 64 << 20];
        let error = bucket(&peer)
            .put_object("a", &data, &Options::new())
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{error}");
        assert_eq!(error.code(), "AccessDenied");
        assert_eq!(error.service().unwrap().ec, "0003-00000001");
        // The same when the length is not known.
        let mut endless = std::io::repeat(7).take(64 << 20);
        let body = Body::Stream {
            reader: &mut endless,
            length: None,
        };
        let error = bucket(&peer)
            .put_object("a", body, &Options::new())
            .unwrap_err();
        assert_eq!(error.code(), "AccessDenied", "{error}");
    }
}

#[test]
fn a_peer_that_hangs_up_in_the_middle_of_an_upload_is_a_network_error() {
    let peer = Peer::start(|mut stream| {
        read_head(&mut stream);
        reset(stream);
    });
    let data = vec![7; 8 << 20];
    let error = bucket(&peer)
        .put_object("a", &data, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Network, "{error}");
    assert!(error.is_retryable());
}

#[test]
fn a_stale_connection_is_replaced_without_the_caller_noticing() {
    let peer = Peer::start(|mut stream| {
        // One answer, and the next request finds a closed door that still looked open.
        read_request(&mut stream);
        stream.write_all(OK.as_bytes()).unwrap();
        read_head(&mut stream);
        reset(stream);
    });
    let bucket = bucket(&peer);
    for _ in 0..3 {
        bucket.put_object("a", "hello", &Options::new()).unwrap();
    }
    // The service may have done what a POST asked for: that is not repeated.
    let error = bucket
        .invoke("POST", Some("a"), "hello", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Network);
}

#[test]
fn malformed_answers_are_errors() {
    let header = format!(
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\nx-a: {}\r\n\r\n",
        "a".repeat(300_000)
    );
    let many = format!(
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{}\r\n",
        "x-a: b\r\n".repeat(5000)
    );
    for answer in [
        "",
        "\r\n\r\n",
        "HTTP",
        "HTTP/1.1\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n\0\0\0: x\r\n\r\n",
        "220 mail.example ESMTP\r\n",
        &header,
        &many,
    ] {
        let answer = answer.to_owned();
        let text = answer.clone();
        let peer = Peer::start(move |mut stream| {
            read_request(&mut stream);
            let _ = stream.write_all(answer.as_bytes());
        });
        let began = Instant::now();
        let result = bucket(&peer).head_object("a", &Options::new());
        let result = result.and_then(|_| {
            let mut buffer = [0; 100];
            bucket(&peer).get_object_to_buffer("a", &mut buffer, &Options::new())
        });
        let shown: String = text.chars().take(60).collect();
        assert!(result.is_err(), "{shown:?}");
        assert!(began.elapsed() < Duration::from_secs(5), "{shown:?}");
    }
}

#[test]
fn an_error_without_a_document_still_says_something() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        let page = "<html>Bad Gateway</html>";
        let answer = format!(
            "HTTP/1.1 502 Bad Gateway\r\nx-oss-request-id: R3\r\ncontent-length: {}\r\n\r\n{page}",
            page.len()
        );
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let error = bucket(&peer)
        .delete_object("a", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Server);
    assert_eq!(error.request_id(), "R3");
    assert_eq!(error.service().unwrap().body, b"<html>Bad Gateway</html>");
    assert_eq!(
        error.to_string(),
        "DeleteObject: 502: the answer carries no error document, it begins \"<html>Bad Gateway</html>\" (request id R3)"
    );
}

#[test]
fn redirects_are_shown_not_followed() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        let answer = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://other.example/\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let error = bucket(&peer)
        .delete_object("a", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::BadResponse);
    assert!(
        error.to_string().contains("http://other.example/"),
        "{error}"
    );
    assert_eq!(peer.connections(), 1);
}

#[test]
fn time_outs_are_exact_and_say_which() {
    // Accepts, reads, and is silent.
    let silent = Peer::start(
        |mut stream| {
            while stream.read(&mut [0; 4096]).is_ok_and(|got| got > 0) {}
        },
    );
    let mut quick = config(&silent);
    quick.read_timeout(Duration::from_millis(300));
    let began = Instant::now();
    let error = Bucket::new(&quick, "examplebucket")
        .unwrap()
        .delete_object("a", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(
        error.to_string().contains("read_timeout (300ms)"),
        "{error}"
    );
    let took = began.elapsed();
    assert!((250..4000).contains(&took.as_millis()), "{took:?}");

    let mut total = config(&silent);
    total.total_timeout(Duration::from_millis(300)).attempts(10);
    let began = Instant::now();
    let error = Bucket::new(&total, "examplebucket")
        .unwrap()
        .delete_object("a", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(
        error.to_string().contains("total_timeout (300ms)"),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[test]
fn slow_but_moving_is_fine() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 25\r\n\r\n")
            .unwrap();
        for _ in 0..25 {
            std::thread::sleep(Duration::from_millis(100));
            stream.write_all(b"x").unwrap();
        }
    });
    let mut config = config(&peer);
    config.read_timeout(Duration::from_secs(2));
    let mut buffer = [0; 25];
    Bucket::new(&config, "examplebucket")
        .unwrap()
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap();
    assert_eq!(buffer, [b'x'; 25]);
}

#[test]
fn a_connection_that_never_stands_times_out() {
    let peer = peer::FullBacklog::start();
    let mut config = Config::new();
    config
        .endpoint(&peer.endpoint())
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .attempts(1)
        .connect_timeout(Duration::from_millis(400));
    let began = Instant::now();
    let error = Bucket::new(&config, "examplebucket")
        .unwrap()
        .delete_object("a", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    assert!(
        error.to_string().contains("connect_timeout (400ms)"),
        "{error}"
    );
    let took = began.elapsed();
    assert!((350..4000).contains(&took.as_millis()), "{took:?}");
}

#[test]
fn cancelling_ends_a_call_wherever_it_waits() {
    let silent = Peer::start(
        |mut stream| {
            while stream.read(&mut [0; 4096]).is_ok_and(|got| got > 0) {}
        },
    );
    let deaf = Peer::start(|_stream| std::thread::sleep(Duration::from_secs(20)));
    let full = peer::FullBacklog::start();
    let data = vec![7; 64 << 20];
    for (endpoint, what) in [
        (silent.endpoint(), "receiving"),
        (deaf.endpoint(), "sending"),
        (full.endpoint(), "connecting"),
    ] {
        let mut config = Config::new();
        config
            .endpoint(&endpoint)
            .region("cn-hangzhou")
            .keys("id", "secret", None);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let in_time = is_cancelled_within(Duration::from_millis(350), |options| {
            let error = bucket.put_object("a", &data, options).unwrap_err();
            assert_eq!(error.kind(), Kind::Cancelled, "{what}: {error}");
        });
        assert!(in_time, "{what}");
    }
}

#[test]
fn throttling_is_repeated_after_what_the_server_asks_for() {
    let peer = Peer::start(|mut stream| {
        for attempt in 1.. {
            if read_request(&mut stream).is_none() {
                return;
            }
            let answer = if attempt < 3 {
                "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"
            } else {
                OK
            };
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let mut config = config(&peer);
    config.attempts(3);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let began = Instant::now();
    let response = bucket.put_object("a", "hello", &Options::new()).unwrap();
    assert_eq!(response.attempts(), 3);
    assert!(began.elapsed() >= Duration::from_secs(2));
    // What cannot be read again is not repeated.
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let mut config = self::config(&peer);
    config.attempts(3);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let mut source: &[u8] = b"hello";
    let body = Body::Stream {
        reader: &mut source,
        length: Some(5),
    };
    let error = bucket.put_object("a", body, &Options::new()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Throttled, 1));
    assert!(error.is_retryable());
}

#[test]
fn success_before_the_body_was_sent_is_no_success() {
    for length in [Some(6 << 20), None] {
        let peer = Peer::start(|mut stream| {
            read_head(&mut stream);
            stream.write_all(OK.as_bytes()).unwrap();
            std::thread::sleep(Duration::from_secs(5));
        });
        let mut config = config(&peer);
        config.crc64(false);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let mut source = std::io::repeat(7).take(6 << 20);
        let body = Body::Stream {
            reader: &mut source,
            length,
        };
        let error = bucket.put_object("a", body, &Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::BadResponse, "{length:?}: {error}");
    }
}

#[test]
fn an_answer_that_comes_while_sending_is_stuck_is_read() {
    let peer = Peer::start(|mut stream| {
        read_head(&mut stream);
        std::thread::sleep(Duration::from_millis(500));
        stream.write_all(denied().as_bytes()).unwrap();
        // Neither reads nor closes.
        std::thread::sleep(Duration::from_secs(20));
    });
    let began = Instant::now();
    let data = vec![7; 64 << 20];
    let error = bucket(&peer)
        .put_object("a", &data, &Options::new())
        .unwrap_err();
    assert_eq!(error.code(), "AccessDenied", "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_listing_that_leads_in_a_circle_ends() {
    let peer = Peer::start(|mut stream| {
        for page in 0.. {
            if read_request(&mut stream).is_none() {
                return;
            }
            let token = ["A", "B", "C"][page % 3];
            let body = format!(
                "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken></ListBucketResult>"
            );
            let head = format!(
                "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
        }
    });
    let options = Options::new();
    let entries = bucket(&peer).list_objects_v2(alioss::ListObjectsV2::default(), &options);
    let error = entries.last().unwrap().unwrap_err();
    assert!(error.to_string().contains("circle"), "{error}");
}

#[test]
fn interim_answers_do_not_go_on_for_ever() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        while stream
            .write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            .is_ok()
        {}
    });
    let began = Instant::now();
    let error = bucket(&peer)
        .delete_object("a", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::BadResponse, "{error}");
    assert!(began.elapsed() < Duration::from_secs(10));
}
