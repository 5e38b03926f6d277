//! What is wrong with a good answer is told with the status and the request id of that answer: whoever complains to the
//! service needs them.

use std::fs;

use super::*;
use crate::peer::folder;

fn assert_told<T>(result: Result<T>, kind: Kind, what: &str) {
    let error = result.map(drop).expect_err(what);
    let told = (error.kind(), error.http_status(), error.request_id());
    assert_eq!(told, (kind, 200, "R1"), "{what}: {error}");
    assert!(error.to_string().contains("R1"), "{what}: {error}");
    assert!(error.code().is_empty(), "{what}: {error}");
}

#[test]
fn what_was_stored_wrongly_is_told_with_status_and_request_id() {
    // Whatever was sent, it was something else.
    let headers = "x-oss-hash-crc64ecma: 1\r\netag: \"E\"\r\nx-oss-next-append-position: 2\r\n";
    let begun =
        "<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>";
    let (peer, _) = answering(move |request| match request.contains("?uploads") {
        true => good("", begun),
        false => good(headers, ""),
    });
    let mut config = config(&peer);
    config.attempts(2);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let none = &Options::new();
    let wrong = Kind::ChecksumMismatch;
    assert_told(bucket.put_object("a", "ab", none), wrong, "put");
    let part = bucket.upload_part("a", "U", 1, "ab", none);
    assert_told(part, wrong, "part");
    let appended = bucket.append_object("a", 0, "ab", &Options::new().initial_crc64(0));
    assert_told(appended, wrong, "append");
    let file = folder("told").join("f");
    fs::write(&file, vec![7; 300_000]).unwrap();
    assert_told(bucket.put_object_file("a", &file, none), wrong, "file");
    let parts = Transfer::new().part_size(102_400).without_record();
    let uploaded = bucket.upload_file("a", &file, &parts, none);
    assert_told(uploaded, wrong, "transfer");
    for length in [2, 300_000] {
        let mut writer = bucket.writer("a", &parts, none).unwrap();
        let written = writer.write_all(&vec![7; length]).map_err(|cause| {
            let cause = cause.downcast::<alioss::Error>();
            cause.expect("an error of this library")
        });
        let finished = written.and_then(|()| writer.finish());
        assert_told(finished, wrong, &format!("writer of {length}"));
    }
}

#[test]
fn an_append_that_goes_on_elsewhere_is_told_with_status_and_request_id() {
    let peer = always(good("x-oss-next-append-position: 9\r\n", ""));
    let appended = bucket(&peer).append_object("a", 0, "ab", &Options::new());
    assert_told(appended, Kind::BadResponse, "position");
}

#[test]
fn what_arrived_wrongly_is_told_with_status_and_request_id() {
    let peer = always(good("x-oss-hash-crc64ecma: 1\r\n", "hello"));
    let bucket = bucket(&peer);
    let file = folder("told-get").join("f");
    let got = bucket.get_object_to_file("a", &file, &Options::new());
    assert_told(got, Kind::ChecksumMismatch, "get");
    assert!(!file.exists());
    // A range was asked for, and this is all of it.
    let ranged = Options::new().range(Range::Bytes(0, 1));
    let got = bucket.get_object_to_file("a", &file, &ranged);
    assert_told(got, Kind::BadResponse, "range");
}
