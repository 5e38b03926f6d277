//! Downloads over bad links and of objects that change: what is told, how often is asked, and what is left.

mod peer;
mod support;

use std::io::{Read as _, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use alioss::{Body, Bucket, Config, Error, Kind, Options, Range, Response};
use oss_local::{Action, Rule, Server};
use peer::{Peer, read_request, reset};
use support::{new_bucket, scratch, server};

/// Without waits that a test would feel.
fn config(endpoint: &str) -> Config {
    let mut config = support::config(endpoint);
    let short = std::time::Duration::from_millis(1);
    config.backoff(short, short);
    config
}

fn crc64(bytes: &[u8]) -> u64 {
    let mut crc = alioss::internals::crc64::Crc64::new();
    crc.update(bytes);
    crc.value()
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n * 7 % 251) as u8).collect()
}

/// A server with the object `a` of that size.
fn bucket(size: usize) -> (Server, Bucket) {
    let server = server();
    let bucket = new_bucket(&config(&server.endpoint()));
    bucket
        .put_object("a", &content(size), &Options::new())
        .unwrap();
    server.clear_requests();
    (server, bucket)
}

/// How many GET requests came.
fn gets(server: &Server) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.method == "GET")
        .count()
}

fn corrupt(times: u32) -> Rule {
    Rule::new(Action::CorruptBody { at: 10 })
        .method("GET")
        .times(times)
}

#[test]
fn the_read_that_brings_the_last_byte_brings_the_verdict() {
    for size in [1_usize, 1000, 300_000] {
        let (server, bucket) = bucket(size);
        server.inject(Rule::new(Action::CorruptBody { at: 0 }).times(5));
        for _ in 0..5 {
            let mut object = bucket.get_object("a", &Options::new()).unwrap();
            let mut left = size;
            let mut buffer = vec![0; size];
            let verdict = loop {
                match object.read(&mut buffer[..left]) {
                    Ok(got) => left -= got,
                    Err(error) => break error,
                }
                assert!(left > 0, "all {size} bytes came and no error");
            };
            assert_eq!(verdict.kind(), Kind::ChecksumMismatch, "{verdict}");
            assert!(!object.response().verified());
            let again = object.read(&mut buffer).unwrap_err();
            assert_eq!(again.to_string(), verdict.to_string());
        }
        let requests = server.requests();
        let first = requests[0].connection;
        assert!(
            requests.iter().all(|request| request.connection == first),
            "a connection was lost"
        );
    }
}

#[test]
fn a_good_object_is_verified_with_its_last_byte_and_the_connection_goes_back() {
    let (server, bucket) = bucket(100_000);
    for _ in 0..5 {
        let mut object = bucket.get_object("a", &Options::new()).unwrap();
        let mut body = vec![0; 100_000];
        let mut filled = 0;
        while filled < body.len() {
            assert!(!object.response().verified());
            filled += object.read(&mut body[filled..]).unwrap();
        }
        assert!(object.response().verified());
        assert_eq!(body, content(100_000));
        // Never read to the 0 at the end.
    }
    let requests = server.requests();
    let first = requests[0].connection;
    assert!(requests.iter().all(|request| request.connection == first));
    let options = Options::new().range(Range::Bytes(0, 9));
    let mut ten = [0; 10];
    let (response, _) = bucket
        .get_object_to_buffer("a", &mut ten, &options)
        .unwrap();
    assert!(!response.verified(), "a range has no CRC-64");
}

type Outcome = Result<Response, Error>;
type Download<'a> = Box<dyn Fn() -> Outcome + 'a>;

/// Downloads object `a` in all ways of which nothing is used before the end.
fn whole_downloads(bucket: &Bucket) -> Vec<(&'static str, Download<'_>)> {
    let folder = scratch("whole");
    let url = bucket
        .presign(
            alioss::Method::Get,
            Some("a"),
            std::time::Duration::from_secs(60),
            &Options::new(),
        )
        .unwrap()
        .url;
    let path = folder.join("out");
    let path_by_url = folder.join("out-by-url");
    vec![
        (
            "buffer",
            Box::new(|| {
                let mut buffer = vec![0; 1000];
                let got = bucket.get_object_to_buffer("a", &mut buffer, &Options::new());
                got.inspect(|_| assert_eq!(buffer, content(1000)))
                    .map(|(response, _)| response)
            }),
        ),
        (
            "file",
            Box::new(move || {
                let _ = std::fs::remove_file(&path);
                let got = bucket.get_object_to_file("a", &path, &Options::new());
                assert_eq!(got.is_ok(), path.exists());
                got.inspect(|_| assert_eq!(std::fs::read(&path).unwrap(), content(1000)))
            }),
        ),
        (
            "file by URL",
            Box::new(move || {
                let _ = std::fs::remove_file(&path_by_url);
                let got = bucket.get_object_by_url_to_file(&url, &path_by_url, &Options::new());
                assert_eq!(got.is_ok(), path_by_url.exists());
                got.inspect(|_| assert_eq!(std::fs::read(&path_by_url).unwrap(), content(1000)))
            }),
        ),
        (
            "by name",
            Box::new(|| {
                let got = bucket.invoke("GetObject", Some("a"), Body::Empty, &Options::new());
                got.inspect(|response| assert_eq!(response.body(), content(1000)))
            }),
        ),
    ]
}

#[test]
fn a_wrong_download_is_repeated_where_nothing_was_used_of_it() {
    let (server, bucket) = bucket(1000);
    for (name, download) in whole_downloads(&bucket) {
        server.inject(corrupt(2));
        server.clear_requests();
        let response = download().unwrap();
        assert!(response.verified(), "{name}");
        assert_eq!(response.attempts(), 3, "{name}");
        assert_eq!(gets(&server), 3, "{name}");

        server.inject(corrupt(3));
        server.clear_requests();
        let error = download().unwrap_err();
        assert_eq!(error.kind(), Kind::ChecksumMismatch, "{name}: {error}");
        assert_eq!(error.attempts(), 3, "{name}");
        assert_eq!(gets(&server), 3, "{name}");
    }
}

#[test]
fn progress_does_not_go_back_when_a_download_is_repeated() {
    let (server, bucket) = bucket(1000);
    server.inject(corrupt(2));
    let last = std::cell::Cell::new(0);
    let progress = |done: u64, total: Option<u64>| {
        assert!(done >= last.get(), "from {} to {done}", last.get());
        assert_eq!(total, Some(1000));
        last.set(done);
        true
    };
    let mut buffer = vec![0; 1000];
    bucket
        .get_object_to_buffer("a", &mut buffer, &Options::new().progress(&progress))
        .unwrap();
    assert_eq!(last.get(), 1000);
}

#[test]
fn a_writer_gets_everything_once() {
    let (server, bucket) = bucket(1000);
    server.inject(corrupt(1));
    let mut written = Vec::new();
    let error = bucket
        .get_object_to_writer("a", &mut written, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch);
    assert_eq!(gets(&server), 1, "what was written stays written");
    assert!(written.len() < 1000, "the last bytes were withheld");
}

/// A server of one object whose connections break after so many bytes of the body.
fn breaking_link(object: Vec<u8>, after: usize) -> (Peer, Arc<AtomicU64>) {
    let requests = Arc::new(AtomicU64::new(0));
    let counter = requests.clone();
    let peer = Peer::start(move |mut stream| {
        let Some(head) = read_request(&mut stream) else {
            return;
        };
        counter.fetch_add(1, Ordering::SeqCst);
        answer_range(&mut stream, &head, &object, after);
        // What was written has to arrive before the reset.
        std::thread::sleep(std::time::Duration::from_millis(5));
        reset(stream);
    });
    (peer, requests)
}

fn answer_range(stream: &mut TcpStream, head: &str, object: &[u8], after: usize) {
    let size = object.len();
    let range = head
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="))
        .map(|range| range.split_once('-').unwrap().0.parse().unwrap());
    let first: usize = range.unwrap_or(0);
    let rest = &object[first..];
    let status = match range {
        None => "200 OK".to_owned(),
        Some(_) => format!(
            "206 Partial Content\r\ncontent-range: bytes {first}-{}/{size}",
            size - 1
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nx-oss-request-id: R1\r\netag: \"E1\"\r\nx-oss-hash-crc64ecma: {}\r\ncontent-length: {}\r\n\r\n",
        crc64(object),
        rest.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&rest[..after.min(rest.len())]);
}

#[test]
fn a_link_that_breaks_after_each_byte_is_given_up() {
    let (peer, requests) = breaking_link(content(100), 1);
    let bucket = Bucket::new(&config(&peer.endpoint()), "examplebucket").unwrap();
    let mut buffer = [0; 100];
    let error = bucket
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Truncated, "{error}");
    // The first cause, not the last.
    assert_eq!(error.to_string(), "the answer ended after 1 of 100 bytes");
    assert_eq!(requests.load(Ordering::SeqCst), 3);
    assert_eq!(error.attempts(), 3);
}

#[test]
fn a_link_that_breaks_after_each_part_brings_the_object() {
    let object = content(2_000_000);
    // 20 attempts, each of which brings a part.
    let (peer, requests) = breaking_link(object.clone(), 100 * 1024);
    let bucket = Bucket::new(&config(&peer.endpoint()), "examplebucket").unwrap();
    let mut buffer = vec![0; object.len()];
    let (response, _) = bucket
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap();
    assert_eq!(buffer, object);
    assert!(response.verified());
    assert_eq!(requests.load(Ordering::SeqCst), 20);
    assert_eq!(response.attempts(), 20);
}

/// What happens to an object while it is downloaded.
type Change = fn(&Bucket);

#[test]
fn an_object_that_changes_meanwhile_is_a_conflict() {
    let changes: [(&str, Change, u16); 3] = [
        (
            "the object changed while it was downloaded",
            |bucket| {
                let other = vec![1; 400_000];
                bucket.put_object("a", &other, &Options::new()).unwrap();
            },
            412,
        ),
        (
            "the object changed while it was downloaded",
            |bucket| {
                bucket.put_object("a", "short", &Options::new()).unwrap();
            },
            412,
        ),
        (
            "the object was deleted while it was downloaded",
            |bucket| {
                bucket.delete_object("a", &Options::new()).unwrap();
            },
            404,
        ),
    ];
    for (words, change, status) in changes {
        let (server, bucket) = bucket(400_000);
        server.inject(
            Rule::new(Action::CutBody {
                after_bytes: 200_000,
                reset: false,
            })
            .method("GET"),
        );
        let mut object = bucket.get_object("a", &Options::new()).unwrap();
        change(&bucket);
        let mut buffer = vec![0; 400_000];
        let error = loop {
            match object.read(&mut buffer) {
                Ok(got) => assert!(got > 0, "it ended well"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert!(error.to_string().starts_with(words), "{error}");
        assert_eq!(error.http_status(), status, "what the service said stays");
        assert!(!error.request_id().is_empty());
        assert!(error.is_retryable());
    }
}

#[test]
fn a_condition_of_the_caller_is_not_a_conflict() {
    let (_server, bucket) = bucket(1000);
    let options = Options::new().header("if-match", "\"other\"");
    let error = bucket.get_object("a", &options).err().unwrap();
    assert_eq!(error.kind(), Kind::PreconditionFailed, "{error}");
}

#[test]
fn what_cannot_be_picked_up_begins_again_where_nothing_was_used_of_it() {
    // Without an ETag nobody knows whether the rest is of the same object.
    let requests = Arc::new(AtomicU64::new(0));
    let counter = requests.clone();
    let peer = Peer::start(move |mut stream| {
        while read_request(&mut stream).is_some() {
            let head = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 5\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            if counter.fetch_add(1, Ordering::SeqCst) < 2 {
                stream.write_all(b"he").unwrap();
                return;
            }
            stream.write_all(b"hello").unwrap();
        }
    });
    let bucket = Bucket::new(&config(&peer.endpoint()), "examplebucket").unwrap();
    let mut buffer = [0; 5];
    let (response, got) = bucket
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap();
    assert_eq!((&buffer, got), (b"hello", 5));
    assert_eq!(response.attempts(), 3);
    assert_eq!(requests.load(Ordering::SeqCst), 3);
}

#[test]
fn the_deadline_is_one_for_all_repetitions() {
    let (server, bucket) = bucket(1000);
    server.inject(corrupt(100).and(Action::Delay { ms: 200 }));
    let mut config = support::config(&server.endpoint());
    config.attempts(100);
    drop(bucket);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let began = std::time::Instant::now();
    let limit = std::time::Duration::from_millis(1500);
    let mut buffer = vec![0; 1000];
    let error = bucket
        .get_object_to_buffer("a", &mut buffer, &Options::new().timeout(limit))
        .unwrap_err();
    assert!(
        matches!(error.kind(), Kind::ChecksumMismatch | Kind::Timeout),
        "{error}"
    );
    assert!(began.elapsed() < std::time::Duration::from_secs(10));
}

#[test]
fn local_failures_tell_how_often_the_service_was_asked() {
    let (_server, bucket) = bucket(1000);
    let small = bucket
        .get_object_to_buffer("a", &mut [0; 10], &Options::new())
        .unwrap_err();
    assert_eq!(small.kind(), Kind::InvalidArgument, "{small}");
    assert_eq!(small.attempts(), 1);
    let mut full: &mut [u8] = &mut [0; 10];
    let error = bucket
        .get_object_to_writer("a", &mut full, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error}");
    assert_eq!(error.attempts(), 1);
}

/// What the caller insists on is insisted on for the rest, too.
#[test]
fn the_rest_is_asked_for_with_all_that_the_first_request_had() {
    let (server, bucket) = bucket(400_000);
    let cut = Action::CutBody {
        after_bytes: 200_000,
        reset: false,
    };
    server.inject(Rule::new(cut).method("GET"));
    let options = Options::new().header("x-oss-range", "odd").insist();
    let mut object = bucket.get_object("a", &options).unwrap();
    let mut all = Vec::new();
    object.read_to_end(&mut all).unwrap();
    assert_eq!(all.len(), 400_000);
    assert_eq!(object.response().attempts(), 2);
}
