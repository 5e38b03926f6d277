//! Where answers end: every rule of HTTP/1.1 framing, over plain TCP and TLS, whole and byte by byte.

mod peer;
#[path = "peer/wire.rs"]
mod wire;

use std::io::Write;

use alioss::{Kind, Options};

use peer::read_request;
use wire::{Channel, WIRES, Wire};

/// How an answer is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// This is the body, and the connection takes the next request.
    Kept(&'static str),
    /// This is the body, and the connection is closed.
    Closed(&'static str),
    Refused(Kind),
}

use Taken::{Closed, Kept, Refused};

/// What the service says of "hello", so that its end shows.
const HELLO: &str = "x-oss-hash-crc64ecma: 11177612005948864433\r\n";

const REFUSED: Taken = Refused(Kind::BadResponse);

struct Row {
    name: &'static str,
    answer: String,
    taken: Taken,
}

fn row(name: &'static str, answer: impl AsRef<str>, taken: Taken) -> Row {
    let answer = answer.as_ref();
    let answer = match answer.starts_with("HTTP/") {
        true => answer.replacen("\r\n", "\r\nx-oss-request-id: R1\r\n", 1),
        false => format!("HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{answer}"),
    };
    Row {
        name,
        answer,
        taken,
    }
}

fn lengths() -> Vec<Row> {
    let length = |value: &str, taken| {
        row(
            "length",
            format!("content-length: {value}\r\n\r\nhello"),
            taken,
        )
    };
    vec![
        length("5", Kept("hello")),
        length("005", Kept("hello")),
        length("5, 5", Kept("hello")),
        length("5\r\ncontent-length: 5", Kept("hello")),
        length("5\r\ncontent-length: 6", REFUSED),
        length("5, 6", REFUSED),
        length("+5", REFUSED),
        length("-5", REFUSED),
        length("0x5", REFUSED),
        length("5 5", REFUSED),
        length("", REFUSED),
        length("18446744073709551616", REFUSED),
        row("leftover", "content-length: 4\r\n\r\nhello", Closed("hell")),
        row("no bytes", "content-length: 0\r\n\r\n", Kept("")),
        row(
            "old",
            "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi",
            Closed("hi"),
        ),
        row(
            "old, but kept",
            "HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 2\r\n\r\nhi",
            Kept("hi"),
        ),
        row(
            "close",
            "connection: foo, Close\r\ncontent-length: 2\r\n\r\nhi",
            Closed("hi"),
        ),
        row(
            "until the end",
            format!("{HELLO}\r\nhello"),
            Closed("hello"),
        ),
        row(
            "old until the end",
            format!("HTTP/1.0 200 OK\r\n{HELLO}\r\nhello"),
            Closed("hello"),
        ),
        row("until some end", "\r\nhello", REFUSED),
        row("old until some end", "HTTP/1.0 200 OK\r\n\r\n", REFUSED),
    ]
}

fn chunks() -> Vec<Row> {
    let chunked = |name, body: &str, taken| {
        row(
            name,
            format!("Transfer-Encoding: Chunked\r\n\r\n{body}"),
            taken,
        )
    };
    let extension = format!("5;{}\r\nhello\r\n0\r\n\r\n", "e".repeat(300));
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "e".repeat(9000));
    let trailers = format!("5\r\nhello\r\n0\r\n{}\r\n", "a: b\r\n".repeat(2000));
    vec![
        chunked(
            "two chunks",
            "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            Kept("hello"),
        ),
        chunked("none", "0\r\n\r\n", Kept("")),
        chunked("zeros", "0005\r\nhello\r\n000\r\n\r\n", Kept("hello")),
        chunked(
            "hexadecimal",
            "A\r\n0123456789\r\n0\r\n\r\n",
            Kept("0123456789"),
        ),
        chunked("spaces", "5  \r\nhello\r\n0\r\n\r\n", Kept("hello")),
        chunked("extension", &extension, Kept("hello")),
        chunked("endless extension", &long, REFUSED),
        chunked(
            "trailers",
            "5\r\nhello\r\n0\r\na: b\r\nc: d\r\n\r\n",
            Kept("hello"),
        ),
        chunked("endless trailers", &trailers, REFUSED),
        chunked("leftover", "5\r\nhello\r\n0\r\n\r\nHTTP", Closed("hello")),
        chunked("LF only", "5\nhello\n0\n\n", REFUSED),
        chunked("LF after the data", "5\r\nhello\n0\r\n\r\n", REFUSED),
        chunked("too much data", "5\r\nhello!\r\n0\r\n\r\n", REFUSED),
        chunked("no size", "\r\nhello\r\n0\r\n\r\n", REFUSED),
        chunked("no number", "zz\r\nhello\r\n0\r\n\r\n", REFUSED),
        chunked("negative", "-5\r\nhello\r\n0\r\n\r\n", REFUSED),
        chunked("overflow", "10000000000000000\r\nhello", REFUSED),
        chunked("CR inside a line", "5;\r\r\nhello\r\n0\r\n\r\n", REFUSED),
        row(
            "a length as well",
            "transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            Closed("hello"),
        ),
        row("gzip", "transfer-encoding: gzip\r\n\r\nhello", REFUSED),
        row(
            "gzip and chunked",
            "transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            REFUSED,
        ),
        row(
            "chunked twice",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            REFUSED,
        ),
    ]
}

fn heads() -> Vec<Row> {
    let metadata: String = (0..400)
        .map(|i| format!("x-oss-meta-{i}: {i}\r\n"))
        .collect();
    let large = format!("x-a: {}\r\n", "a".repeat(90_000));
    let too_large = format!("x-a: {}\r\n", "a".repeat(100_000));
    let body = "content-length: 2\r\n\r\nhi";
    let answer = format!("HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{body}");
    vec![
        row("metadata", format!("{metadata}{body}"), Kept("hi")),
        row("a large header", large + body, Kept("hi")),
        row("too large a header", too_large + body, REFUSED),
        row(
            "LF only",
            "HTTP/1.1 200 OK\r\ncontent-length: 2\n\nhi",
            Kept("hi"),
        ),
        row("no reason", format!("HTTP/1.1 200\r\n{body}"), Kept("hi")),
        row(
            "continue",
            format!("HTTP/1.1 100 Continue\r\n\r\n{answer}"),
            Kept("hi"),
        ),
        row(
            "three interim answers",
            format!(
                "HTTP/1.1 102 Processing\r\na: b\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: c\r\n\r\nHTTP/1.1 199 X\r\n\r\n{answer}"
            ),
            Kept("hi"),
        ),
        row(
            "switching",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            REFUSED,
        ),
        row("HTTP/2", format!("HTTP/2 200 OK\r\n{body}"), REFUSED),
        row(
            "a low status",
            format!("HTTP/1.1 099 OK\r\n{body}"),
            REFUSED,
        ),
        row(
            "a long status",
            format!("HTTP/1.1 2000 OK\r\n{body}"),
            REFUSED,
        ),
        row(
            "a folded header",
            format!("x-a: b\r\n c\r\n\td\r\n{body}"),
            Kept("hi"),
        ),
        row(
            "a folded header with line feeds only",
            format!("x-a:\n b\n{}", body.replace('\r', "")),
            Kept("hi"),
        ),
        row(
            "a folded interim answer",
            format!("HTTP/1.1 103 Early Hints\r\nlink: a,\r\n b\r\n\r\n{answer}"),
            Kept("hi"),
        ),
        row(
            "folded metadata",
            format!("{metadata}x-a: b\r\n c\r\n{body}"),
            Kept("hi"),
        ),
        row(
            "a folded length",
            "content-length: 1\r\n 1\r\n\r\nhello, hello",
            REFUSED,
        ),
        row("a nameless header", format!(": b\r\n{body}"), REFUSED),
        row(
            "a space before the colon",
            "x-a : b\r\nContent-Length \t: 2\r\n\r\nhi",
            Kept("hi"),
        ),
        row("a control character", format!("x-a: \0\r\n{body}"), REFUSED),
    ]
}

/// Answers the first request of a connection, and the second one only if nothing was said about it.
fn serve(mut channel: Channel, answer: &[u8], piece: usize) {
    while read_request(&mut channel).is_some() {
        for part in answer.chunks(piece) {
            if channel.write_all(part).is_err() {
                return;
            }
        }
        let head = String::from_utf8_lossy(answer).to_lowercase();
        let has_length = head.contains("content-length") || head.contains("transfer-encoding");
        if !has_length {
            return channel.finish();
        }
    }
}

fn check(wire: Wire, row: &Row, piece: usize) {
    let what = format!(
        "{wire:?}, {}, {piece} bytes at a time: {:.80?}",
        row.name, row.answer
    );
    let answer = row.answer.clone().into_bytes();
    let peer = wire::start(wire, move |channel| serve(channel, &answer, piece));
    let bucket = wire::bucket(&peer, wire);
    for connections in 1..=2 {
        let got = bucket
            .get_object("a", &Options::new())
            .and_then(|mut object| {
                let mut body = [0; 100];
                let mut filled = 0;
                loop {
                    match object.read(&mut body[filled..])? {
                        0 => return Ok(String::from_utf8_lossy(&body[..filled]).into_owned()),
                        got => filled += got,
                    }
                }
            });
        match (row.taken, got) {
            (Kept(body), Ok(got)) => {
                assert_eq!(got, body, "{what}");
                assert_eq!(peer.connections(), 1, "{what}");
            }
            (Closed(body), Ok(got)) => {
                assert_eq!(got, body, "{what}");
                assert_eq!(peer.connections(), connections, "{what}");
            }
            (Refused(kind), Err(error)) => assert_eq!(error.kind(), kind, "{what}: {error}"),
            (_, got) => panic!("{what}: {got:?}"),
        }
    }
}

fn check_all(rows: &[Row]) {
    for wire in WIRES {
        for row in rows {
            check(wire, row, usize::MAX);
            // In pieces, what is left over comes at a time of its own.
            if row.answer.len() < 600 && row.name != "leftover" {
                check(wire, row, 1);
            }
        }
    }
}

#[test]
fn lengths_are_what_they_say() {
    check_all(&lengths());
}

#[test]
fn chunks_are_what_they_say() {
    check_all(&chunks());
}

#[test]
fn heads_are_read_whatever_their_number_of_headers() {
    check_all(&heads());
}

#[test]
fn answers_without_a_body_leave_the_connection_as_it_was() {
    for wire in WIRES {
        for answer in [
            "HTTP/1.1 204 No Content\r\nx-oss-request-id: R1\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nx-oss-request-id: R1\r\ncontent-length: 7\r\n\r\n",
            "HTTP/1.1 204 No Content\r\nx-oss-request-id: R1\r\ntransfer-encoding: chunked\r\n\r\n",
        ] {
            let peer = wire::start(wire, move |mut channel| {
                while read_request(&mut channel).is_some() {
                    channel.write_all(answer.as_bytes()).unwrap();
                }
            });
            let bucket = wire::bucket(&peer, wire);
            for _ in 0..3 {
                bucket.delete_object("a", &Options::new()).unwrap();
            }
            assert_eq!(peer.connections(), 1, "{wire:?} {answer:?}");
        }
    }
}

#[test]
fn the_length_of_an_answer_to_head_is_the_objects() {
    for wire in WIRES {
        let peer = wire::start(wire, |mut channel| {
            while read_request(&mut channel).is_some() {
                let answer = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 7\r\n\r\n";
                channel.write_all(answer.as_bytes()).unwrap();
            }
        });
        let bucket = wire::bucket(&peer, wire);
        for _ in 0..3 {
            let response = bucket.head_object("a", &Options::new()).unwrap();
            assert_eq!(response.content_length(), Some(7));
        }
        assert_eq!(peer.connections(), 1, "{wire:?}");
    }
}

/// How a connection ends in the middle of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    Finish,
    Cut,
    Reset,
}

#[test]
fn an_answer_that_breaks_off_is_truncated() {
    let until_close = format!("{HELLO}\r\n");
    for wire in WIRES {
        for (framing, begin) in [
            ("content-length: 10\r\n\r\n", "hello"),
            ("transfer-encoding: chunked\r\n\r\n", "a\r\nhello"),
            ("transfer-encoding: chunked\r\n\r\n", "5\r\nhello\r\n"),
            ("transfer-encoding: chunked\r\n\r\n", "5\r\nhello\r\n0\r\n"),
            (until_close.as_str(), "hello"),
        ] {
            for how in [Break::Finish, Break::Cut, Break::Reset] {
                let ends = match how {
                    Break::Finish => true,
                    Break::Cut => wire == Wire::Plain,
                    Break::Reset => false,
                };
                let answer = format!("HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{framing}{begin}");
                let peer = wire::start(wire, move |mut channel| {
                    read_request(&mut channel);
                    channel.write_all(answer.as_bytes()).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(30));
                    match how {
                        Break::Finish => channel.finish(),
                        Break::Cut => {
                            channel.cut();
                            channel.drain();
                        }
                        Break::Reset => channel.reset(),
                    }
                });
                let mut buffer = [0; 100];
                let got = wire::bucket(&peer, wire).get_object_to_buffer(
                    "a",
                    &mut buffer,
                    &Options::new(),
                );
                let what = format!("{wire:?} {framing:?} {begin:?} {how:?}");
                if framing == until_close && ends {
                    assert_eq!(got.unwrap().1, 5, "{what}");
                } else {
                    let error = got.unwrap_err();
                    assert_eq!(error.kind(), Kind::Truncated, "{what}: {error}");
                }
            }
        }
    }
}
