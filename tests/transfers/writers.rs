//! Objects that are written piece by piece.

use std::io::Write;

use alioss::{Error, ObjectWriter};

use super::*;

fn writer(bucket: &Bucket, workers: usize) -> ObjectWriter {
    let transfer = transfer().workers(workers);
    bucket.writer("a", &transfer, &Options::new()).unwrap()
}

fn error_of(error: &std::io::Error) -> &Error {
    error
        .get_ref()
        .and_then(|error| error.downcast_ref())
        .unwrap()
}

/// Writes in odd pieces, up to the first error.
fn write(writer: &mut ObjectWriter, bytes: &[u8]) -> std::io::Result<()> {
    bytes
        .chunks(7777)
        .try_for_each(|piece| writer.write_all(piece))
}

#[test]
fn streams_of_all_lengths_are_stored_whole() {
    let server = server();
    let bucket = bucket(&server);
    let part = PART as usize;
    for size in [0, 1, part - 1, part, part + 1, 5 * part, 5 * part + 7] {
        for workers in [1, 3] {
            server.clear_requests();
            let mut writer = writer(&bucket, workers);
            write(&mut writer, &content(size)).unwrap();
            writer.flush().unwrap();
            assert_eq!(writer.written(), size as u64);
            let response = writer.finish().unwrap();
            assert!(response.verified(), "{size}");
            assert!(stored(&bucket, "a") == content(size), "{size}");
            let single = usize::from(size <= part);
            assert_eq!(count(&server, "PutObject"), single, "{size}");
            assert_eq!(count(&server, "CompleteMultipartUpload"), 1 - single);
        }
    }
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn headers_of_a_writer_go_where_they_belong() {
    let server = server();
    let bucket = bucket(&server);
    for size in [10, 3 * PART as usize] {
        let options = Options::new()
            .header("x-oss-meta-color", "blue")
            .header("x-oss-tagging", "k=v")
            .header("x-oss-object-acl", "public-read")
            .header("x-oss-forbid-overwrite", "true");
        let write = || {
            let mut writer = bucket.writer("a.html", &transfer(), &options)?;
            writer
                .write_all(&content(size))
                .map_err(|error| error_of(&error).clone())?;
            writer.finish()
        };
        write().unwrap();
        let head = bucket.head_object("a.html", &Options::new()).unwrap();
        assert_eq!(head.header("x-oss-meta-color"), Some("blue"));
        assert_eq!(head.header("x-oss-tagging-count"), Some("1"));
        assert_eq!(head.header("content-type"), Some("text/html"));
        let acl = bucket.get_object_acl("a.html", &Options::new()).unwrap();
        assert!(String::from_utf8_lossy(acl.body()).contains("public-read"));
        assert_eq!(write().unwrap_err().kind(), Kind::Exists);
        bucket.delete_object("a.html", &Options::new()).unwrap();
    }
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn the_first_error_is_kept_and_a_prefix_is_never_completed() {
    for workers in [1, 3] {
        let server = server();
        let bucket = bucket(&server);
        bucket.put_object("a", "old", &Options::new()).unwrap();
        refuse_part(&server, 2);
        let mut writer = writer(&bucket, workers);
        let mut first = None;
        for piece in content(20 * PART as usize).chunks(5000) {
            // The caller does not look.
            if let Err(error) = writer.write_all(piece) {
                first.get_or_insert(error_of(&error).to_string());
            }
        }
        let error = writer.finish().unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{error}");
        assert_eq!(Some(error.to_string()), first);
        assert_eq!(count(&server, "CompleteMultipartUpload"), 0);
        assert_eq!(stored(&bucket, "a"), b"old");
        assert_eq!(uploads(&bucket), 0);
    }
}

#[test]
fn dropping_and_aborting_store_nothing_and_leave_nothing() {
    let server = server();
    let bucket = bucket(&server);
    for workers in [1, 3] {
        for size in [10, 4 * PART as usize] {
            let mut dropped = writer(&bucket, workers);
            write(&mut dropped, &content(size)).unwrap();
            drop(dropped);
            let mut aborted = writer(&bucket, workers);
            write(&mut aborted, &content(size)).unwrap();
            aborted.abort().unwrap();
            assert_eq!(uploads(&bucket), 0);
            assert!(!bucket.object_exists("a", &Options::new()).unwrap());
        }
    }
}

#[test]
fn parts_are_sent_by_several_threads_at_the_same_time_and_memory_is_bounded() {
    let server = server();
    let bucket = bucket(&server);
    // Nothing goes on before three are there.
    let gather = Rule::new(Action::Gather { requests: 3 }).operation("UploadPart");
    server.inject(gather.times(6));
    let mut writer = writer(&bucket, 3);
    write(&mut writer, &content(6 * PART as usize)).unwrap();
    writer.finish().unwrap();
    assert!(stored(&bucket, "a") == content(6 * PART as usize));

    // With all of them stuck, the writer takes one part for each worker, and no more.
    let delay = Rule::new(Action::Delay { ms: 60_000 }).operation("UploadPart");
    server.inject(delay.times(100));
    let options = Options::new().timeout(Duration::from_millis(500));
    let transfer = transfer().workers(3);
    let mut writer = bucket.writer("a", &transfer, &options).unwrap();
    let bytes = content(10 * PART as usize);
    let error = write(&mut writer, &bytes).unwrap_err();
    assert_eq!(error_of(&error).kind(), Kind::Timeout, "{error}");
    assert!(writer.written() <= 3 * PART, "{}", writer.written());
}

#[test]
fn a_stream_of_more_than_ten_thousand_first_parts_is_stored() {
    let server = server();
    let bucket = bucket(&server);
    let transfer = transfer().workers(2);
    let mut writer = bucket.writer("a", &transfer, &Options::new()).unwrap();
    let block = content(1 << 20);
    let mut crc = alioss::internals::crc64::Crc64::new();
    for _ in 0..1100 {
        crc.update(&block);
        writer.write_all(&block).unwrap();
    }
    let response = writer.finish().unwrap();
    const { assert!(1100 << 20 > 10_000 * PART) };
    assert_eq!(response.crc64(), Some(crc.value()));
    assert!(count(&server, "UploadPart") < 1000, "parts grow");
}

#[test]
fn parts_whose_names_changed_are_listed_again() {
    let server = server();
    let bucket = bucket(&server);
    let refusal = Action::Status(Status::new(400, "InvalidPart"));
    server.inject(Rule::new(refusal).operation("CompleteMultipartUpload"));
    let mut writer = writer(&bucket, 3);
    write(&mut writer, &content(4 * PART as usize)).unwrap();
    writer.finish().unwrap();
    assert_eq!(count(&server, "ListParts"), 1);
    assert!(stored(&bucket, "a") == content(4 * PART as usize));
}

#[test]
fn cancelling_and_deadlines_end_a_writer() {
    let server = server();
    let bucket = bucket(&server);
    for workers in [1, 3] {
        let cancel = Cancel::new();
        let options = Options::new().cancel(&cancel);
        let transfer = transfer().workers(workers);
        let mut writer = bucket.writer("a", &transfer, &options).unwrap();
        write(&mut writer, &content(2 * PART as usize)).unwrap();
        cancel.cancel();
        let error = writer.write_all(b"x").unwrap_err();
        assert_eq!(error_of(&error).kind(), Kind::Cancelled, "{error}");
        cancel.clear();
        assert_eq!(writer.finish().unwrap_err().kind(), Kind::Cancelled);

        let options = Options::new().timeout(Duration::from_secs(2));
        let mut writer = bucket.writer("a", &transfer, &options).unwrap();
        write(&mut writer, &content(2 * PART as usize)).unwrap();
        std::thread::sleep(Duration::from_millis(2100));
        assert_eq!(writer.finish().unwrap_err().kind(), Kind::Timeout);
    }
    assert_eq!(uploads(&bucket), 0);
    assert!(!bucket.object_exists("a", &Options::new()).unwrap());
}

#[test]
fn a_writer_checks_its_arguments_and_sends_nothing_for_them() {
    let server = server();
    let bucket = bucket(&server);
    server.clear_requests();
    let plain = Options::new();
    let progress = |_: u64, _: Option<u64>| true;
    let told = Options::new().progress(&progress);
    let ranged = Options::new().range(alioss::Range::From(1));
    for (key, transfer, options, words) in [
        ("/a", transfer(), &plain, "`key`"),
        ("a", transfer().workers(0), &plain, "`workers`"),
        ("a", Transfer::new().part_size(1), &plain, "`part_size`"),
        ("a", transfer(), &told, "`progress`"),
        ("a", transfer(), &ranged, "`range`"),
    ] {
        let error = bucket.writer(key, &transfer, options).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    drop(writer(&bucket, 3));
    assert!(server.requests().is_empty());
}
