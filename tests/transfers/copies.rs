//! Large objects that become others within the service.

use std::cell::Cell;

use alioss::{CopySource, Error};

use super::*;

const SIZE: usize = 5 * PART as usize + 7;

/// A bucket with the object `from`.
fn source(server: &Server) -> Bucket {
    let bucket = bucket(server);
    bucket
        .put_object("from", &content(SIZE), &Options::new())
        .unwrap();
    server.clear_requests();
    bucket
}

fn copy(bucket: &Bucket, transfer: &Transfer) -> Result<Response> {
    bucket.copy_large_object("to", "from", transfer, &Options::new())
}

/// What of an object has to be the same whatever its size is.
fn described(bucket: &Bucket, key: &str) -> Vec<(String, String)> {
    let options = Options::new();
    let head = bucket.head_object(key, &options).unwrap();
    // An object of parts has no MD5 of its own.
    let differs = [
        "content-md5",
        "date",
        "etag",
        "last-modified",
        "x-oss-object-type",
    ];
    let ids = |name: &str| name.ends_with("-id") || name.starts_with("x-oss-server-time");
    let mut all: Vec<(String, String)> = head
        .headers()
        .iter()
        .filter(|(name, _)| !differs.contains(name) && !ids(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    all.sort();
    let tags = bucket.get_object_tagging(key, &options).unwrap();
    let acl = bucket.get_object_acl(key, &options).unwrap();
    for (name, answer) in [("tags", tags), ("acl", acl)] {
        let text = String::from_utf8_lossy(answer.body()).into_owned();
        all.push((name.to_owned(), text));
    }
    all
}

#[test]
fn a_copy_is_the_same_on_both_sides_of_the_threshold() {
    let server = server();
    let bucket = bucket(&server);
    let rich = Options::new()
        .header("Content-Type", "text/x-special")
        .header("Content-Disposition", "attachment; filename=\"a b.txt\"")
        .header("Content-Encoding", "x-own")
        .header("Content-Language", "de, en")
        .header("Cache-Control", "max-age=5")
        .header("Expires", "Thu, 01 Jan 2037 00:00:00 GMT")
        .header("x-oss-meta-color", "blue")
        .header("x-oss-tagging", "a%2Bb=c%3Dd&e=%2B%20f");
    bucket.put_object("from", &content(SIZE), &rich).unwrap();
    let copied = Options::new();
    let asked = Options::new()
        .header("x-oss-storage-class", "IA")
        .header("x-oss-object-acl", "public-read")
        .header("x-oss-meta-color", "is ignored")
        .header("x-oss-tagging", "is=ignored");
    let replaced = Options::new()
        .header("x-oss-metadata-directive", "REPLACE")
        .header("x-oss-tagging-directive", "Replace")
        .header("Content-Type", "text/x-other")
        .header("x-oss-meta-color", "red")
        .header("x-oss-tagging", "g=h");
    let bare = Options::new()
        .header("x-oss-metadata-directive", "replace")
        .header("x-oss-tagging-directive", "replace");
    for options in [copied, asked, replaced, bare] {
        let at_once = Transfer::new();
        let small = bucket
            .copy_large_object("small.html", "from", &at_once, &options)
            .unwrap();
        server.clear_requests();
        let large = bucket
            .copy_large_object("large.html", "from", &transfer(), &options)
            .unwrap();
        assert!(small.verified() && large.verified());
        assert_eq!(count(&server, "UploadPartCopy"), 6);
        assert_eq!(
            described(&bucket, "large.html"),
            described(&bucket, "small.html")
        );
        assert!(stored(&bucket, "large.html") == content(SIZE));
    }
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn small_objects_are_copied_by_one_request() {
    let server = server();
    let bucket = bucket(&server);
    for size in [0, 1, PART as usize] {
        bucket
            .put_object("from", &content(size), &Options::new())
            .unwrap();
        server.clear_requests();
        let told = Cell::new(None);
        let progress = |done: u64, total: Option<u64>| {
            assert_eq!(told.replace(Some((done, total))), None);
            true
        };
        let options = Options::new().progress(&progress);
        let response = bucket
            .copy_large_object("to", "from", &transfer(), &options)
            .unwrap();
        assert!(response.verified());
        assert_eq!(told.get(), Some((size as u64, Some(size as u64))));
        let operations: Vec<String> = server
            .requests()
            .into_iter()
            .map(|request| request.operation)
            .collect();
        assert_eq!(operations, ["HeadObject", "CopyObject"]);
        assert!(stored(&bucket, "to") == content(size));
    }
}

#[test]
fn progress_of_a_copy_is_told_here_and_ends_exactly() {
    let server = server();
    let bucket = source(&server);
    for workers in [1, 3] {
        let here = std::thread::current().id();
        let last = Cell::new(0);
        let progress = |done: u64, total: Option<u64>| {
            assert_eq!(std::thread::current().id(), here);
            assert_eq!(total, Some(SIZE as u64));
            assert!(last.replace(done) <= done);
            true
        };
        let options = Options::new().progress(&progress);
        bucket
            .copy_large_object("to", "from", &transfer().workers(workers), &options)
            .unwrap();
        assert_eq!(last.get(), SIZE as u64);
    }
}

#[test]
fn sources_can_be_in_other_buckets_and_old_versions() {
    let server = server();
    let bucket = source(&server);
    let first = bucket.head_object("from", &Options::new()).unwrap();
    assert_eq!(first.version_id(), None);
    let versioned = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    bucket
        .invoke("PutBucketVersioning", None, versioned, &Options::new())
        .unwrap();
    let tagged = Options::new().header("x-oss-tagging", "version=old");
    let old = bucket.put_object("from", &content(SIZE), &tagged).unwrap();
    bucket.put_object("from", "new", &Options::new()).unwrap();
    let other = Bucket::new(&config(&server), "otherbucket").unwrap();
    other.put_bucket(&Options::new()).unwrap();
    let source = CopySource {
        bucket: Some("examplebucket"),
        key: "from",
        version_id: old.version_id(),
    };
    other
        .copy_large_object("to", source, &transfer(), &Options::new())
        .unwrap();
    assert!(stored(&other, "to") == content(SIZE));
    let tags = other.get_object_tagging("to", &Options::new()).unwrap();
    let tags = tags.document().unwrap();
    assert_eq!(tags.text("TagSet.Tag[0].Value"), Some("old"));
}

/// What a copy fails with that is refused before anything is begun.
fn refused(server: &Server, copied: Result<Response>) -> Error {
    let error = copied.unwrap_err();
    for operation in ["InitiateMultipartUpload", "UploadPartCopy", "CopyObject"] {
        assert_eq!(count(server, operation), 0, "{error}");
    }
    error
}

#[test]
fn what_cannot_be_copied_is_said_before_anything_is_sent() {
    let server = server();
    let bucket = source(&server);
    bucket.put_symlink("link", "from", &Options::new()).unwrap();
    let copied = bucket.copy_large_object("to", "link", &transfer(), &Options::new());
    let error = refused(&server, copied);
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    assert!(error.to_string().contains("symbolic link"), "{error}");

    let document = "<Error><Code>AccessDenied</Code><Message>The bucket you are attempting to access must be addressed using \
                    the specified endpoint.</Message><Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint></Error>";
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(document);
    server.inject(
        Rule::new(Action::Status(Status {
            headers: vec![("x-oss-err".into(), encoded)],
            ..Status::new(403, "AccessDenied")
        }))
        .operation("HeadObject"),
    );
    let error = refused(&server, copy(&bucket, &transfer()));
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    let words = "another region (oss-cn-beijing.aliyuncs.com)";
    assert!(error.to_string().contains(words), "{error}");

    let missing = bucket.copy_large_object("to", "missing", &transfer(), &Options::new());
    assert_eq!(refused(&server, missing).kind(), Kind::NotFound);
    for (name, value, kind) in [
        (
            "x-oss-copy-source-if-match",
            "\"other\"",
            Kind::PreconditionFailed,
        ),
        (
            "x-oss-copy-source-if-modified-since",
            "Thu, 01 Jan 2037 00:00:00 GMT",
            Kind::NotModified,
        ),
        ("x-oss-metadata-directive", "MOVE", Kind::InvalidArgument),
        ("x-oss-callback", "e30=", Kind::InvalidArgument),
    ] {
        let options = Options::new().header(name, value);
        let copied = bucket.copy_large_object("to", "from", &transfer(), &options);
        let error = refused(&server, copied);
        assert_eq!(error.kind(), kind, "{name}: {error}");
    }
    let bad = bucket.copy_large_object("/to", "from", &transfer(), &Options::new());
    assert_eq!(refused(&server, bad).kind(), Kind::InvalidArgument);
}

#[test]
fn a_source_that_changes_meanwhile_is_a_conflict_and_nothing_is_stored() {
    for workers in [1, 3] {
        let server = server();
        let bucket = source(&server);
        let changed = Cell::new(false);
        let progress = |_: u64, _: Option<u64>| {
            if !changed.replace(true) {
                bucket
                    .put_object("from", &vec![9; SIZE], &Options::new())
                    .unwrap();
            }
            true
        };
        let delay = Rule::new(Action::Delay { ms: 300 }).operation("UploadPartCopy");
        server.inject(delay.times(100));
        let options = Options::new().progress(&progress);
        let error = bucket
            .copy_large_object("to", "from", &transfer().workers(workers), &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert_eq!(uploads(&bucket), 0);
        assert!(!bucket.object_exists("to", &Options::new()).unwrap());
    }
}

#[test]
fn parts_that_are_not_what_the_source_is_are_not_completed() {
    let server = server();
    let bucket = source(&server);
    server.inject(Rule::new(Action::WrongCrc).operation("HeadObject"));
    let error = copy(&bucket, &transfer()).unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch, "{error}");
    assert_eq!(count(&server, "CompleteMultipartUpload"), 0);
    assert_eq!(uploads(&bucket), 0);
    // The service need not give a CRC-64.
    server.inject(Rule::new(Action::OmitCrc).operation("HeadObject"));
    assert!(!copy(&bucket, &transfer()).unwrap().verified());
    assert!(copy(&bucket, &transfer()).unwrap().verified());
}

/// A copy that stopped before part 4; its server, bucket and folder of records.
fn stopped_copy(name: &str) -> (Server, Bucket, Transfer, PathBuf) {
    let server = server();
    let bucket = source(&server);
    let records = scratch(name);
    let transfer = transfer().workers(1).record_directory(&records);
    refuse_part(&server, 4);
    copy(&bucket, &transfer).unwrap_err();
    assert_eq!(names(&records).len(), 1);
    server.clear_rules();
    server.clear_requests();
    (server, bucket, transfer, records)
}

#[test]
fn a_copy_with_a_record_goes_on_where_it_stopped() {
    let (server, bucket, transfer, records) = stopped_copy("copy-resumed");
    assert!(copy(&bucket, &transfer).unwrap().verified());
    assert_eq!(count(&server, "UploadPartCopy"), 3);
    assert_eq!(count(&server, "InitiateMultipartUpload"), 0);
    assert!(stored(&bucket, "to") == content(SIZE));
    assert!(names(&records).is_empty());
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn a_copy_begins_afresh_if_source_or_headers_are_others() {
    let (server, bucket, transfer, records) = stopped_copy("copy-afresh");
    bucket
        .put_object("from", &vec![9; SIZE], &Options::new())
        .unwrap();
    copy(&bucket, &transfer).unwrap();
    assert_eq!(count(&server, "UploadPartCopy"), 6);
    assert!(stored(&bucket, "to") == vec![9; SIZE]);
    assert_eq!(uploads(&bucket), 0);

    refuse_part(&server, 4);
    copy(&bucket, &transfer).unwrap_err();
    server.clear_rules();
    let options = Options::new()
        .header("x-oss-metadata-directive", "REPLACE")
        .header("x-oss-meta-color", "red");
    bucket
        .copy_large_object("to", "from", &transfer, &options)
        .unwrap();
    let head = bucket.head_object("to", &Options::new()).unwrap();
    assert_eq!(head.header("x-oss-meta-color"), Some("red"));
    assert!(names(&records).is_empty());
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn a_copy_can_be_given_up() {
    let (_server, bucket, transfer, records) = stopped_copy("copy-given-up");
    assert_eq!(uploads(&bucket), 1);
    for _ in 0..2 {
        bucket
            .abort_copy_large_object("to", "from", &transfer, &Options::new())
            .unwrap();
        assert_eq!(uploads(&bucket), 0);
        assert!(names(&records).is_empty());
    }
    // Without a record there is nothing to give up.
    bucket
        .abort_copy_large_object("to", "from", &Transfer::new(), &Options::new())
        .unwrap();
}

/// The same content was there before: that it is there now proves nothing about new metadata.
#[test]
fn an_older_object_of_the_same_content_is_not_taken_for_the_copy() {
    let server = server();
    let bucket = source(&server);
    std::thread::sleep(Duration::from_millis(1100));
    let options = Options::new()
        .header("x-oss-metadata-directive", "REPLACE")
        .header("x-oss-meta-color", "red");
    // As if somebody had aborted the upload.
    let gone = Action::Status(Status::new(404, "NoSuchUpload"));
    server.inject(Rule::new(gone).operation("CompleteMultipartUpload"));
    bucket
        .copy_large_object("from", "from", &transfer(), &options)
        .unwrap();
    assert_eq!(count(&server, "CompleteMultipartUpload"), 2);
    let head = bucket.head_object("from", &Options::new()).unwrap();
    assert_eq!(head.header("x-oss-meta-color"), Some("red"));
}

#[test]
fn cancelling_and_deadlines_end_a_copy() {
    let server = server();
    let bucket = source(&server);
    for workers in [1, 3] {
        let delay = Rule::new(Action::Delay { ms: 60_000 }).operation("UploadPartCopy");
        server.clear_requests();
        server.inject(delay.times(100));
        let transfer = transfer().workers(workers);
        let cancel = Cancel::new();
        let error = std::thread::scope(|scope| {
            scope.spawn(|| {
                while count(&server, "UploadPartCopy") == 0 {
                    std::thread::sleep(Duration::from_millis(1));
                }
                cancel.cancel();
            });
            let options = Options::new().cancel(&cancel);
            bucket
                .copy_large_object("to", "from", &transfer, &options)
                .unwrap_err()
        });
        assert_eq!(error.kind(), Kind::Cancelled, "{error}");
        let options = Options::new().timeout(Duration::from_secs(2));
        let error = bucket
            .copy_large_object("to", "from", &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout, "{error}");
        let stop = |_: u64, _: Option<u64>| false;
        server.clear_rules();
        let options = Options::new().progress(&stop);
        let error = bucket
            .copy_large_object("to", "from", &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    }
    assert_eq!(uploads(&bucket), 0, "nothing is left without a record");
}

#[test]
fn a_custom_domain_leads_to_no_other_bucket() {
    let mut config = support::config("http://cdn.example.com");
    config.cname(true);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let source = CopySource {
        bucket: Some("otherbucket"),
        key: "from",
        version_id: None,
    };
    let error = bucket
        .copy_large_object("to", source, &transfer(), &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    assert!(error.to_string().starts_with("`cname`"), "{error}");
    assert_eq!(error.attempts(), 0);
}

/// Headers are texts here, and other bytes could not be carried over as they are.
#[test]
fn a_source_with_metadata_that_is_no_text_is_refused_before_anything_is_sent() {
    let server = server();
    let bucket = source(&server);
    let name = "x-oss-meta-name";
    let odd = Options::new().header(name, "caf\u{fffd}");
    bucket
        .put_object("from", &content(5 * PART as usize), &odd)
        .unwrap();
    server.clear_requests();
    let copy = |options: &Options<'_>| bucket.copy_large_object("to", "from", &transfer(), options);
    let error = copy(&Options::new()).unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    assert!(error.to_string().contains(name), "{error}");
    assert_eq!(count(&server, "InitiateMultipartUpload"), 0);
    let replace = Options::new().header("x-oss-metadata-directive", "REPLACE");
    copy(&replace).unwrap();
}
