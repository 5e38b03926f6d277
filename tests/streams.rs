//! Bodies that are read from the caller: how much is taken of them, and when they begin again.

mod support;

use std::io::{self, Cursor, Read, Seek, Write};

use alioss::{Body, Bucket, Kind, Options, Rewind, Seekable};
use oss_local::{Action, Rule, Server, Status};
use support::{config, new_bucket, server};

fn bucket(server: &Server) -> Bucket {
    new_bucket(&config(&server.endpoint()))
}

fn unavailable(times: u32) -> Rule {
    let status = Status::new(503, "ServiceUnavailable");
    Rule::new(Action::Status(status))
        .key_prefix("again")
        .times(times)
}

fn content(bucket: &Bucket, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let mut object = bucket.get_object(key, &Options::new()).unwrap();
    object.read_to_end(&mut body).unwrap();
    body
}

#[test]
fn a_stream_of_known_length_is_not_asked_after_its_last_byte() {
    let server = server();
    let bucket = bucket(&server);
    for (length, key) in [(5, "five"), (0, "none")] {
        let (mut reader, mut writer) = io::pipe().unwrap();
        writer.write_all(b"hello, next frame").unwrap();
        let body = Body::Stream {
            reader: &mut reader,
            length: Some(length),
        };
        // The pipe stays open: asking it again would take a byte that belongs to somebody else, or block for ever.
        bucket.put_object(key, body, &Options::new()).unwrap();
        drop(writer);
        let mut left = String::new();
        reader.read_to_string(&mut left).unwrap();
        assert_eq!(left, "hello, next frame"[length as usize..], "{key}");
        assert_eq!(content(&bucket, key).len() as u64, length);
    }
}

fn five(reader: &mut dyn Read) -> Body<'_> {
    Body::Stream {
        reader,
        length: Some(5),
    }
}

#[test]
fn parts_and_appends_from_streams_take_no_more_than_announced_either() {
    let server = server();
    let bucket = bucket(&server);
    let options = Options::new();
    let (_, id) = bucket.initiate_multipart_upload("p", &options).unwrap();
    let mut source: &[u8] = b"hello, next frame";
    bucket
        .upload_part("p", &id, 1, five(&mut source), &options)
        .unwrap();
    assert_eq!(source, b", next frame");
    bucket
        .append_object("a", 0, five(&mut source), &options)
        .unwrap();
    assert_eq!(source, b"t frame");
    assert_eq!(content(&bucket, "a"), b", nex");
}

#[test]
fn a_source_that_can_seek_is_sent_again_from_where_it_stood() {
    let server = server();
    let bucket = bucket(&server);
    let data: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
    for length in [Some(299_000), None] {
        server.inject(unavailable(2));
        let mut cursor = Cursor::new(&data);
        cursor.seek(io::SeekFrom::Start(1000)).unwrap();
        let mut source = Seekable::new(cursor).unwrap();
        let body = Body::Rewindable {
            reader: &mut source,
            length,
        };
        let response = bucket.put_object("again", body, &Options::new()).unwrap();
        assert_eq!(response.attempts(), 3, "{length:?}");
        assert_eq!(content(&bucket, "again"), data[1000..], "{length:?}");
    }
}

/// A source that yields `hello` once, and cannot begin again.
struct Stuck(Cursor<&'static str>);

impl Read for Stuck {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Rewind for Stuck {
    fn rewind(&mut self) -> io::Result<()> {
        Err(io::Error::other("the tape is torn"))
    }
}

#[test]
fn a_source_that_cannot_begin_again_leaves_the_first_cause() {
    let server = server();
    let bucket = bucket(&server);
    server.inject(unavailable(1));
    let mut source = Stuck(Cursor::new("hello"));
    let body = Body::Rewindable {
        reader: &mut source,
        length: Some(5),
    };
    let error = bucket
        .put_object("again", body, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Throttled, "{error}");
    assert_eq!(error.attempts(), 1);
    assert!(error.to_string().contains("the tape is torn"), "{error}");
}
