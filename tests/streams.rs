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

/// A source that says it begins again, and goes on with another body: the next of these.
struct Other {
    bodies: Vec<Vec<u8>>,
    at: usize,
}

impl Read for Other {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let body = &self.bodies[0];
        let got = (&body[self.at..]).read(buffer)?;
        self.at += got;
        Ok(got)
    }
}

impl Rewind for Other {
    fn rewind(&mut self) -> io::Result<()> {
        self.bodies.remove(0);
        self.at = 0;
        Ok(())
    }
}

#[test]
fn a_source_that_yields_something_else_when_it_begins_again_stores_nothing() {
    const SIZE: usize = 300_000;
    let server = server();
    let whole = vec![7; SIZE];
    let mut another = whole.clone();
    another[150_000] = 8;
    let more = vec![7; SIZE + 1];
    let half = vec![7; SIZE / 2];
    for (crc64, is_stored) in [(true, false), (false, false), (true, true)] {
        let mut config = config(&server.endpoint());
        config.crc64(crc64);
        let bucket = new_bucket(&config);
        for (length, second, words) in [
            (None, vec![], "it ended after 0 bytes"),
            (None, half.clone(), "it ended after 150000 bytes"),
            (None, another.clone(), "it has other bytes"),
            (Some(SIZE as u64), another.clone(), "it has other bytes"),
            (None, more.clone(), "it goes on after 300000 bytes"),
        ] {
            bucket
                .put_object("again", "what was there", &Options::new())
                .unwrap();
            // The answer comes when all of the first body was read, or is lost after it was stored.
            server.inject(match is_stored {
                true => Rule::new(Action::StoreThenReset)
                    .key_prefix("again")
                    .times(1),
                false => unavailable(1),
            });
            let mut source = Other {
                bodies: vec![whole.clone(), second],
                at: 0,
            };
            let body = Body::Rewindable {
                reader: &mut source,
                length,
            };
            let error = bucket
                .put_object("again", body, &Options::new())
                .unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (Kind::Io, 2), "{error}");
            assert!(error.to_string().contains(words), "{words}: {error}");
            let stored = content(&bucket, "again");
            let expected = if is_stored {
                &whole[..]
            } else {
                b"what was there"
            };
            assert!(stored == expected, "{words}: {} bytes", stored.len());
        }
    }
}

#[test]
fn a_source_that_ends_where_another_attempt_was_cut_is_the_same() {
    let server = server();
    let bucket = bucket(&server);
    let data: Vec<u8> = (0..3_000_000_u32).map(|n| (n >> 7) as u8).collect();
    for length in [Some(data.len() as u64), None] {
        for bytes in [1_000_000, 10] {
            let reset = Action::Reset { after_bytes: bytes };
            server.inject(Rule::new(reset).key_prefix("again").times(1));
        }
        let mut source = Seekable::new(Cursor::new(&data)).unwrap();
        let body = Body::Rewindable {
            reader: &mut source,
            length,
        };
        let response = bucket.put_object("again", body, &Options::new()).unwrap();
        assert_eq!(response.attempts(), 3, "{length:?}");
        assert_eq!(content(&bucket, "again"), data, "{length:?}");
    }
}
