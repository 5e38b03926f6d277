//! Objects that arrive cut off, changed or in pieces: the rest is fetched, or nothing is taken for the whole.

use super::*;

#[test]
fn a_truncated_answer_is_never_a_success() {
    for (head, what) in [
        ("content-length: 10", "plain"),
        ("transfer-encoding: chunked", "chunked"),
    ] {
        let peer = Peer::start(move |mut stream| {
            read_request(&mut stream);
            let body = if what == "chunked" {
                "a\r\nhello"
            } else {
                "hello"
            };
            let answer = format!("HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{head}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let mut object = bucket(&peer).get_object("a", &Options::new()).unwrap();
        let mut buffer = [0; 100];
        assert_eq!(object.read(&mut buffer).unwrap(), 5);
        // Asking again does not make it better.
        for _ in 0..2 {
            let error = object.read(&mut buffer).unwrap_err();
            assert_eq!(error.kind(), Kind::Truncated, "{what}: {error}");
        }
    }
}

#[test]
fn a_truncated_download_leaves_no_file() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        let answer = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 10\r\n\r\nhello";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let folder = peer::folder("truncated");
    let target = folder.join("object");
    std::fs::write(&target, "what was there before").unwrap();
    let error = bucket(&peer)
        .get_object_to_file("a", &target, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Truncated);
    assert_eq!(error.to_string(), "the answer ended after 5 of 10 bytes");
    assert_eq!(
        std::fs::read_to_string(&target).unwrap(),
        "what was there before"
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_broken_download_is_picked_up_where_it_broke() {
    let peer = Peer::start(|mut stream| {
        while let Some(request) = read_request(&mut stream) {
            let crc = hello_crc();
            if request.contains("range: bytes=2-4") {
                assert!(request.contains("if-match: \"e1\""), "{request}");
                let answer = format!(
                    "HTTP/1.1 206 Partial Content\r\nx-oss-request-id: R1\r\netag: \"E1\"\r\ncontent-range: bytes 2-4/5\r\ncontent-length: 3\r\nx-oss-hash-crc64ecma: {crc}\r\n\r\nllo"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            } else {
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\netag: \"E1\"\r\ncontent-length: 5\r\nx-oss-hash-crc64ecma: {crc}\r\n\r\nhe"
                );
                stream.write_all(answer.as_bytes()).unwrap();
                return;
            }
        }
    });
    let mut config = config(&peer);
    config.attempts(3);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let mut buffer = [0; 5];
    let (_, length) = bucket
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap();
    assert_eq!(&buffer[..length], b"hello");
}

#[test]
fn a_download_with_another_checksum_is_refused() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        let answer = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 5\r\nx-oss-hash-crc64ecma: 1\r\n\r\nhello";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let mut buffer = [0; 5];
    let error = bucket(&peer)
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch);
}

#[test]
fn a_range_is_what_was_asked_for_or_an_error() {
    for (answer, good) in [
        ("206 Partial Content\r\ncontent-range: bytes 1-3/5", true),
        ("206 Partial Content\r\ncontent-range: bytes 0-2/5", false),
        ("206 Partial Content\r\ncontent-range: bytes 1-4/5", false),
        ("206 Partial Content", false),
        ("200 OK", false),
    ] {
        let peer = Peer::start(move |mut stream| {
            read_request(&mut stream);
            let answer = format!(
                "HTTP/1.1 {answer}\r\nx-oss-request-id: R1\r\ncontent-length: 3\r\n\r\nell"
            );
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let mut buffer = [0; 5];
        let options = Options::new().range(Range::Bytes(1, 3));
        let result = bucket(&peer).get_object_to_buffer("a", &mut buffer, &options);
        match result {
            Ok((_, length)) => assert!(good && &buffer[..length] == b"ell", "{answer}"),
            Err(error) => {
                assert!(!good, "{answer}: {error}");
                assert_eq!(error.kind(), Kind::BadResponse);
            }
        }
    }
}

#[test]
fn what_is_no_whole_object_is_no_object() {
    for (answer, range) in [
        (
            "206 P\r\ncontent-range: bytes 0-3/10\r\ncontent-length: 4",
            None,
        ),
        ("202 Accepted\r\ncontent-length: 4", None),
        ("204 No Content", None),
        (
            "206 P\r\ncontent-range: bytes 0-9/100\r\ncontent-length: 4",
            Some(Range::Bytes(0, 9)),
        ),
        (
            "206 P\r\ncontent-range: bytes 0-9/100",
            Some(Range::Bytes(0, 9)),
        ),
    ] {
        let peer = Peer::start(move |mut stream| {
            read_request(&mut stream);
            let answer = format!("HTTP/1.1 {answer}\r\nx-oss-request-id: R1\r\n\r\nhell");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let mut options = Options::new();
        if let Some(range) = range {
            options = options.range(range);
        }
        let mut buffer = [0; 10];
        let result = bucket(&peer).get_object_to_buffer("a", &mut buffer, &options);
        assert!(result.is_err(), "{answer}: {result:?}");
    }
}

#[test]
fn a_reset_is_no_end_of_a_body_without_a_length() {
    let peer = Peer::start(|mut stream| {
        read_request(&mut stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n\r\nhello")
            .unwrap();
        std::thread::sleep(Duration::from_millis(100));
        reset(stream);
    });
    let mut buffer = [0; 10];
    let error = bucket(&peer)
        .get_object_to_buffer("a", &mut buffer, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Truncated, "{error}");
}

#[test]
fn another_object_is_not_the_rest_of_this_one() {
    let rows = [
        (
            "etag: \"E2\"\r\ncontent-range: bytes 2-4/5\r\ncontent-length: 3\r\n\r\nllo",
            Kind::Conflict,
        ),
        (
            "etag: \"E1\"\r\ncontent-range: bytes 2-4/999\r\ncontent-length: 3\r\n\r\nllo",
            Kind::Conflict,
        ),
        (
            "etag: \"E1\"\r\ncontent-range: bytes 2-4/5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nllo!!\r\n0\r\n\r\n",
            Kind::BadResponse,
        ),
    ];
    for (rest, kind) in rows {
        let peer = Peer::start(move |mut stream| {
            let request = read_request(&mut stream).unwrap();
            let answer = if request.contains("range: bytes=2-4") {
                format!("HTTP/1.1 206 Partial Content\r\nx-oss-request-id: R1\r\n{rest}")
            } else {
                "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\netag: \"E1\"\r\ncontent-length: 5\r\n\r\nhe".to_owned()
            };
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let mut config = config(&peer);
        config.attempts(3);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let mut buffer = [0; 10];
        let error = bucket
            .get_object_to_buffer("a", &mut buffer, &Options::new())
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{rest}: {error}");
    }
}
