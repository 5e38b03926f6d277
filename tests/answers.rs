//! What the library makes of answers: success has to be proven, and what is not the service's word is not taken for it.

mod peer;

use std::io::Write;

use alioss::{Bucket, Config, Options};

use peer::{Peer, read_request};

/// Answers each request with `answer`, byte for byte.
fn always(answer: impl Into<String>) -> Peer {
    let answer = answer.into();
    Peer::start(move |mut stream| {
        while read_request(&mut stream).is_some() {
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

fn config(peer: &Peer) -> Config {
    let mut config = Config::new();
    config
        .endpoint(&peer.endpoint())
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .attempts(1);
    config
}

fn bucket(peer: &Peer) -> Bucket {
    Bucket::new(&config(peer), "examplebucket").unwrap()
}

/// An answer of the service's, with its length.
fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nx-oss-request-id: R1\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// CRC-64 of "hello", as the service writes it.
fn hello_crc() -> String {
    let mut crc = alioss::internals::crc64::Crc64::new();
    crc.update(b"hello");
    crc.value().to_string()
}

#[test]
fn uploads_tell_whether_they_were_compared() {
    let crc = format!("x-oss-hash-crc64ecma: {}\r\n", hello_crc());
    let with = always(answer("200 OK", &crc, ""));
    let without = always(answer("200 OK", "", ""));
    let put = |bucket: &Bucket| {
        let response = bucket.put_object("a", "hello", &Options::new());
        response.unwrap().verified()
    };
    assert!(put(&bucket(&with)));
    assert!(!put(&bucket(&without)), "there was nothing to compare with");
    let mut off = config(&with);
    off.crc64(false);
    let off = Bucket::new(&off, "examplebucket").unwrap();
    assert!(!put(&off), "crc64 is off");
}
