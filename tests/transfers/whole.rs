//! What is the same in both directions: sizes, headers, records, limits.

use std::cell::Cell;
use std::fs;
use std::time::Instant;

use super::downloads::download;
use super::uploads::upload;
use super::*;

#[test]
fn files_of_all_sizes_go_there_and_back() {
    let server = server();
    let bucket = bucket(&server);
    let part = PART as usize;
    for size in [0, 1, part - 1, part, part + 1, 5 * part, 5 * part + 7] {
        for workers in [1, 3] {
            let folder = folder("sizes", size);
            let transfer = transfer().workers(workers);
            let here = std::thread::current().id();
            let last = Cell::new(None);
            let progress = |done: u64, total: Option<u64>| {
                assert_eq!(std::thread::current().id(), here);
                assert_eq!(total, Some(size as u64));
                assert!(last.get() <= Some(done), "progress went back");
                last.set(Some(done));
                true
            };
            let options = Options::new().progress(&progress);
            let response = bucket
                .upload_file("a", folder.join("in"), &transfer, &options)
                .unwrap();
            assert!(response.verified(), "{size}");
            assert_eq!(last.take(), Some(size as u64));
            assert!(stored(&bucket, "a") == content(size), "{size}");
            let response = bucket
                .download_file("a", folder.join("out"), &transfer, &options)
                .unwrap();
            assert!(response.verified(), "{size}");
            assert_eq!(last.take(), Some(size as u64));
            assert!(fs::read(folder.join("out")).unwrap() == content(size));
            assert_eq!(names(&folder), ["in", "out"]);
        }
    }
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn what_a_single_put_would_store_is_stored_once() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("headers", 3 * PART as usize);
    let options = Options::new()
        .header("x-oss-meta-color", "blue")
        .header("x-oss-tagging", "k=v")
        .header("x-oss-object-acl", "public-read")
        .header("Cache-Control", "no-cache")
        .header("x-oss-forbid-overwrite", "true");
    let upload = || bucket.upload_file("a.html", folder.join("in"), &transfer(), &options);
    upload().unwrap();
    let head = bucket.head_object("a.html", &Options::new()).unwrap();
    assert_eq!(head.header("x-oss-meta-color"), Some("blue"));
    assert_eq!(head.header("x-oss-tagging-count"), Some("1"));
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("content-type"), Some("text/html"));
    let acl = bucket.get_object_acl("a.html", &Options::new()).unwrap();
    assert!(String::from_utf8_lossy(acl.body()).contains("public-read"));
    assert_eq!(upload().unwrap_err().kind(), Kind::Exists);
}

#[test]
fn a_transfer_has_its_record_to_itself() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("busy", 4 * PART as usize);
    let asked = Cell::new(false);
    let progress = |_: u64, _: Option<u64>| {
        if !asked.replace(true) {
            let error = upload(&bucket, &folder).unwrap_err();
            assert_eq!(error.kind(), Kind::Busy, "{error}");
        }
        true
    };
    let options = Options::new().progress(&progress);
    let transfer = transfer().workers(1);
    bucket
        .upload_file("a", folder.join("in"), &transfer, &options)
        .unwrap();
    assert!(asked.replace(false));
    let progress = |_: u64, _: Option<u64>| {
        if !asked.replace(true) {
            let error = download(&bucket, &folder).unwrap_err();
            assert_eq!(error.kind(), Kind::Busy, "{error}");
        }
        true
    };
    let options = Options::new().progress(&progress);
    bucket
        .download_file("a", folder.join("out"), &transfer, &options)
        .unwrap();
    assert!(asked.get());
    assert_eq!(names(&folder), ["in", "out"]);
}

#[test]
fn without_a_record_a_failure_leaves_nothing() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("no-record", 4 * PART as usize);
    let transfer = transfer().without_record();
    refuse_part(&server, 4);
    let up = bucket.upload_file("a", folder.join("in"), &transfer, &Options::new());
    assert_eq!(up.unwrap_err().kind(), Kind::Denied);
    assert_eq!(uploads(&bucket), 0);
    assert_eq!(names(&folder), ["in"]);
    server.clear_rules();
    bucket
        .upload_file("a", folder.join("in"), &transfer, &Options::new())
        .unwrap();
    refuse_ranges(&server, 2);
    let down = bucket.download_file("a", folder.join("out"), &transfer, &Options::new());
    assert_eq!(down.unwrap_err().kind(), Kind::Denied);
    assert_eq!(names(&folder), ["in"]);
}

#[test]
fn records_can_be_in_a_directory_of_the_callers() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("directory", 4 * PART as usize);
    let records = folder.join("records");
    fs::create_dir(&records).unwrap();
    let transfer = transfer().record_directory(&records);
    refuse_part(&server, 4);
    let up = || bucket.upload_file("a", folder.join("in"), &transfer, &Options::new());
    up().unwrap_err();
    assert_eq!(names(&folder), ["in", "records"]);
    assert_eq!(names(&records).len(), 1);
    server.clear_rules();
    up().unwrap();
    assert!(names(&records).is_empty());
    let missing = transfer.record_directory(folder.join("missing"));
    let error = bucket
        .upload_file("a", folder.join("in"), &missing, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error}");
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn cancelling_stopping_and_deadlines_end_the_whole() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("ends", 8 * PART as usize);
    let path = folder.join("in");
    for workers in [1, 3] {
        let transfer = transfer().workers(workers);
        let stop = |done: u64, _: Option<u64>| done < 2 * PART;
        let options = Options::new().progress(&stop);
        let error = bucket
            .upload_file("a", &path, &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Cancelled, "{error}");

        server.inject(
            Rule::new(Action::Delay { ms: 20_000 })
                .operation("UploadPart")
                .times(100),
        );
        let cancel = Cancel::new();
        let began = Instant::now();
        let ended = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(300));
                cancel.cancel();
            });
            let options = Options::new().cancel(&cancel);
            bucket
                .upload_file("a", &path, &transfer, &options)
                .unwrap_err()
        });
        assert_eq!(ended.kind(), Kind::Cancelled, "{ended}");
        assert!(began.elapsed() < Duration::from_secs(15));

        let options = Options::new().timeout(Duration::from_millis(500));
        let began = Instant::now();
        let error = bucket
            .upload_file("a", &path, &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout, "{error}");
        assert!(began.elapsed() < Duration::from_secs(15));
        server.clear_rules();
    }
    // What was ended can be resumed.
    let transfer = transfer().workers(3);
    bucket
        .upload_file("a", &path, &transfer, &Options::new())
        .unwrap();
    assert!(stored(&bucket, "a") == content(8 * PART as usize));
    assert_eq!(uploads(&bucket), 0);
    assert_eq!(names(&folder), ["in"]);
}

/// Without a record, what was sent is deleted at the end. Nobody who cancelled waits long for a service that does not answer.
#[test]
fn giving_up_does_not_keep_who_cancelled() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("gives-up", 8 * PART as usize);
    let transfer = transfer().without_record();
    let cancel = Cancel::new();
    let cancelled = Options::new().cancel(&cancel);
    let timed = Options::new().timeout(Duration::from_millis(300));
    let stop = |_: u64, _: Option<u64>| false;
    let stopped = Options::new().progress(&stop);
    let both = ["AbortMultipartUpload", "UploadPart"];
    for (stalls, options, kind) in [
        (&both[..], cancelled, Kind::Cancelled),
        (&both[..], timed, Kind::Timeout),
        (&both[..1], stopped, Kind::Cancelled),
    ] {
        server.clear_rules();
        for operation in stalls {
            let stalled = Rule::new(Action::Delay { ms: 60_000 }).operation(*operation);
            server.inject(stalled.times(100));
        }
        let began = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(300));
                cancel.cancel();
            });
            let error = bucket
                .upload_file("a", folder.join("in"), &transfer, &options)
                .unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
        });
        assert!(began.elapsed() < Duration::from_secs(9));
    }
}

#[test]
fn a_limit_of_the_bandwidth_is_shared() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("limit", 4 * PART as usize);
    for (limit, each) in [
        ("83886080", "27962026"),
        ("1638400", "819200"),
        ("819200", "819200"),
    ] {
        server.clear_requests();
        let options = Options::new().header("x-oss-traffic-limit", limit);
        bucket
            .upload_file("a", folder.join("in"), &transfer(), &options)
            .unwrap();
        bucket
            .download_file("a", folder.join("out"), &transfer(), &options)
            .unwrap();
        let requests = server.requests();
        let limits: Vec<&str> = requests
            .iter()
            .filter(|request| ["UploadPart", "GetObject"].contains(&request.operation.as_str()))
            .filter_map(|request| {
                request
                    .headers
                    .iter()
                    .find(|(name, _)| name == "x-oss-traffic-limit")
            })
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(limits, [each; 8], "{limit}");
    }
}

#[test]
fn arguments_are_checked_before_anything_is_sent() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("arguments", 4 * PART as usize);
    server.clear_requests();
    let options = Options::new();
    let range = Options::new().range(alioss::Range::From(1));
    let rows = [
        (transfer().workers(0), &options, "`workers`"),
        (transfer().workers(65), &options, "`workers`"),
        (Transfer::new().part_size(1), &options, "`part_size`"),
        (transfer(), &range, "`range`"),
    ];
    for (transfer, options, words) in rows {
        let error = bucket
            .upload_file("a", folder.join("in"), &transfer, options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(error.to_string().starts_with(words), "{error}");
    }
    let missing = bucket.upload_file("a", folder.join("missing"), &transfer(), &options);
    assert_eq!(missing.unwrap_err().kind(), Kind::Io);
    let device = bucket.download_file("a", "/dev/null", &transfer(), &options);
    assert_eq!(device.unwrap_err().kind(), Kind::InvalidArgument);
    assert!(server.requests().is_empty());
}

#[test]
fn headers_of_single_requests_are_refused_whatever_the_size_is() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("single-headers", 10);
    bucket
        .put_object("a", content(10).as_slice(), &Options::new())
        .unwrap();
    server.clear_requests();
    let one = [
        ("Range", "bytes=0-4"),
        ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ("Accept-Encoding", "gzip"),
        ("content-length", "10"),
    ];
    for (name, value) in one {
        let options = Options::new().header(name, value).insist();
        let (file, out, how) = (folder.join("in"), folder.join("out"), transfer());
        let results = [
            bucket.upload_file("b", &file, &how, &options).map(drop),
            bucket.download_file("a", &out, &how, &options).map(drop),
            bucket.copy_large_object("b", "a", &how, &options).map(drop),
            bucket.writer("b", &how, &options).map(drop),
        ];
        for result in results {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
            assert!(error.to_string().contains(name), "{name}: {error}");
        }
    }
    assert!(server.requests().is_empty());
}

/// Answers repeat the key, and not all characters fit into XML.
#[test]
fn any_key_can_be_uploaded_in_parts() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("any-key", 3 * PART as usize);
    for key in ["a\u{1}b", "a b+c%20&<>\"'", "\u{fffe}", "a\nb"] {
        let path = folder.join("in");
        bucket
            .upload_file(key, &path, &transfer(), &Options::new())
            .unwrap_or_else(|error| panic!("{key:?}: {error}"));
        assert!(
            stored(&bucket, key) == content(3 * PART as usize),
            "{key:?}"
        );
    }
}
