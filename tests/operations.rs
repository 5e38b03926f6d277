//! The operations against a real server: objects, buckets, listings, and what the wire shows of them.

#[path = "operations/attempts.rs"]
mod attempts;
#[path = "operations/connections.rs"]
mod connections;
mod support;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use alioss::{
    Anonymous, Body, Bucket, Callback, Config, Credentials, Kind, ListBuckets, ListObjectsV2,
    ListedObject, Options, Range, Service, Session, SignatureVersion, TlsVersion,
};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Action, Rule, Server, Status};
use support::{config, new_bucket, server};

/// A new bucket over HTTP.
fn bucket(server: &Server) -> Bucket {
    new_bucket(&config(&server.endpoint()))
}

/// Every byte value, and longer than any buffer.
fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i % 251) as u8).collect()
}

fn keys(bucket: &Bucket, list: ListObjectsV2) -> Vec<String> {
    bucket
        .list_objects_v2(list, &Options::new())
        .map(|entry| entry.unwrap().name().to_owned())
        .collect()
}

fn get(bucket: &Bucket, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let mut object = bucket.get_object(key, &Options::new()).unwrap();
    Read::read_to_end(&mut object, &mut body).unwrap();
    body
}

#[test]
fn objects_come_back_as_they_went_whatever_the_way() {
    let server = server();
    let https = {
        let mut config = config(&server.https_endpoint());
        config.ca_file(server.ca_file());
        config
    };
    let mut v1 = config(&server.endpoint());
    v1.signature_version(SignatureVersion::V1);
    let name = config(&server.endpoint().replace("127.0.0.1", "localhost"));
    for (name, config) in [
        ("http", config(&server.endpoint())),
        ("https", https),
        ("v1", v1),
        ("name", name),
    ] {
        let bucket = Bucket::new(&config, &format!("bucket-{name}")).unwrap();
        bucket.put_bucket(&Options::new()).unwrap();
        for length in [0, 1, 1024, 128 * 1024, 3_000_000] {
            let data = pattern(length);
            let put = bucket
                .put_object("dir/a.txt", &data, &Options::new())
                .unwrap();
            let mut crc = alioss::internals::crc64::Crc64::new();
            crc.update(&data);
            assert_eq!(put.crc64(), Some(crc.value()), "{name} {length}");
            assert_eq!(put.attempts(), 1);
            assert_eq!(get(&bucket, "dir/a.txt"), data, "{name} {length}");
            let head = bucket.head_object("dir/a.txt", &Options::new()).unwrap();
            assert_eq!(head.content_length(), Some(length as u64));
            assert_eq!(head.header("content-type"), Some("text/plain"));
            let meta = bucket
                .get_object_meta("dir/a.txt", &Options::new())
                .unwrap();
            assert_eq!(meta.etag(), head.etag());
            // Of unknown length, in chunks.
            let mut source = &data[..];
            let body = Body::Stream {
                reader: &mut source,
                length: None,
            };
            bucket.put_object("stream", body, &Options::new()).unwrap();
            assert_eq!(get(&bucket, "stream"), data, "{name} {length}");
        }
        bucket.delete_object("dir/a.txt", &Options::new()).unwrap();
        bucket.delete_object("stream", &Options::new()).unwrap();
        let error = bucket
            .get_object("dir/a.txt", &Options::new())
            .err()
            .unwrap();
        assert_eq!((error.kind(), error.code()), (Kind::NotFound, "NoSuchKey"));
        assert_eq!(error.service().unwrap().ec, "0026-00000001");
        bucket.delete_bucket(&Options::new()).unwrap();
        let error = bucket
            .head_object("dir/a.txt", &Options::new())
            .unwrap_err();
        assert_eq!(
            error.code(),
            "NoSuchBucket",
            "from the header x-oss-err: {error}"
        );
    }
    let all = server.requests();
    let connections: std::collections::HashSet<_> = all.iter().map(|r| r.connection).collect();
    assert_eq!(connections.len(), 4, "one connection per handle");
}

#[test]
fn keys_are_byte_exact() {
    let server = server();
    let bucket = bucket(&server);
    let long = "\u{4e2d}".repeat(341);
    let mut odd = vec![
        "a//b",
        "a/./b",
        "a/../b",
        "..",
        ".",
        "%2F",
        "a+b",
        "a b",
        "a?b=c&d",
        "a#b",
        "~-_.!*'()",
        "\u{1}\u{7f}",
        "line\nbreak\r\n",
        "\u{4e2d}\u{6587}\u{1f600}",
        "a\\b",
        "<&>\"'",
        " ",
        "a/",
        &long,
    ];
    for key in &odd {
        bucket
            .put_object(key, *key, &Options::new())
            .unwrap_or_else(|e| panic!("{key:?}: {e}"));
        assert_eq!(get(&bucket, key), key.as_bytes(), "{key:?}");
    }
    odd.sort_unstable_by_key(|key| key.as_bytes());
    assert_eq!(keys(&bucket, ListObjectsV2::default()), odd);
    let three = ListObjectsV2 {
        max_keys: Some(3),
        ..ListObjectsV2::default()
    };
    assert_eq!(keys(&bucket, three), odd, "in pages of three");
    for bad in ["", "/a", "\\a", &"a".repeat(1024)] {
        server.clear_requests();
        let error = bucket.put_object(bad, "", &Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
        assert!(error.to_string().starts_with("`key`: "), "{error}");
        assert!(server.requests().is_empty(), "something was sent");
    }
}

#[test]
fn listings_page_and_fold() {
    let server = server();
    let bucket = bucket(&server);
    for i in 0..25 {
        bucket
            .put_object(&format!("logs/{i:02}"), "x", &Options::new())
            .unwrap();
    }
    bucket
        .put_object("readme", "hello", &Options::new())
        .unwrap();
    let list = |prefix: &str, delimiter: &str, max_keys| ListObjectsV2 {
        prefix: prefix.into(),
        delimiter: delimiter.into(),
        max_keys,
        ..ListObjectsV2::default()
    };
    assert_eq!(keys(&bucket, list("", "/", None)), ["logs/", "readme"]);
    assert_eq!(keys(&bucket, list("logs/", "/", Some(10))).len(), 25);
    server.clear_requests();
    // Pages are fetched only as the iterator gets there.
    let options = Options::new();
    let mut entries = bucket.list_objects_v2(list("logs/", "", Some(10)), &options);
    assert_eq!(entries.by_ref().take(10).count(), 10);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(entries.count(), 15);
    assert_eq!(server.requests().len(), 3);
    let behind = ListObjectsV2 {
        start_after: "logs/24".into(),
        fetch_owner: true,
        ..ListObjectsV2::default()
    };
    let entries: Vec<_> = bucket
        .list_objects_v2(behind, &options)
        .map(Result::unwrap)
        .collect();
    let [ListedObject::Object(object)] = &entries[..] else {
        panic!("{entries:?}");
    };
    assert_eq!((object.key.as_str(), object.size), ("readme", 5));
    assert_eq!(object.storage_class, "Standard");
    assert!(!object.owner_id.is_empty());
    assert!(object.last_modified.unwrap().0 > 1_700_000_000);
}

#[test]
fn the_service_lists_buckets() {
    let server = server();
    let config = config(&server.endpoint());
    for name in ["list-a", "list-b", "list-c", "other"] {
        Bucket::new(&config, name)
            .unwrap()
            .put_bucket(&Options::new())
            .unwrap();
    }
    let service = Service::new(&config).unwrap();
    let options = Options::new();
    let list = ListBuckets {
        prefix: "list-".into(),
        max_keys: Some(2),
        ..ListBuckets::default()
    };
    let buckets: Vec<_> = service
        .list_buckets(list, &options)
        .map(Result::unwrap)
        .collect();
    let names: Vec<_> = buckets.iter().map(|bucket| bucket.name.as_str()).collect();
    assert_eq!(names, ["list-a", "list-b", "list-c"]);
    assert_eq!(buckets[0].region, "cn-hangzhou");
    assert!(buckets[0].creation_date.unwrap().0 > 1_700_000_000);
}

#[test]
fn files_go_up_and_come_down_whole() {
    let server = server();
    let bucket = bucket(&server);
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("operations-files");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let (source, target) = (folder.join("source.png"), folder.join("target"));
    let data = pattern(5_000_000);
    std::fs::write(&source, &data).unwrap();
    let seen = std::cell::RefCell::new(Vec::new());
    let progress = |done, total| {
        seen.borrow_mut().push((done, total));
        true
    };
    let options = Options::new().progress(&progress);
    bucket
        .put_object_file("picture.png", &source, &options)
        .unwrap();
    let up = seen.take();
    assert_eq!(up.last(), Some(&(5_000_000, Some(5_000_000))));
    assert!(up.is_sorted());
    let response = bucket
        .get_object_to_file("picture.png", &target, &options)
        .unwrap();
    assert_eq!(response.header("content-type"), Some("image/png"));
    assert_eq!(std::fs::read(&target).unwrap(), data);
    assert_eq!(seen.take().last(), Some(&(5_000_000, Some(5_000_000))));
    // A wrong byte on the way: no file, and the old one stays.
    server.inject(
        Rule::new(Action::CorruptBody { at: 1_000_000 })
            .method("GET")
            .times(9),
    );
    let error = bucket
        .get_object_to_file("picture.png", &target, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch);
    assert_eq!(std::fs::read(&target).unwrap(), data);
    server.clear_rules();
    let stop = |done, _| done < 1_000_000;
    let error = bucket
        .get_object_to_file("picture.png", &target, &Options::new().progress(&stop))
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        2,
        "a temporary file stayed"
    );
    for path in [folder.as_path(), std::path::Path::new("/nowhere/x")] {
        server.clear_requests();
        assert!(
            bucket
                .get_object_to_file("picture.png", path, &Options::new())
                .is_err()
        );
        assert!(bucket.put_object_file("a", path, &Options::new()).is_err());
        assert!(server.requests().is_empty(), "something was sent");
    }
}

#[test]
fn ranges_and_conditions() {
    let server = server();
    let bucket = bucket(&server);
    let put = bucket
        .put_object("a", "0123456789", &Options::new())
        .unwrap();
    for (range, expected) in [
        (Range::Bytes(2, 4), "234"),
        (Range::From(7), "789"),
        (Range::Last(3), "789"),
        (Range::Bytes(5, 99), "56789"),
        (Range::Last(99), "0123456789"),
    ] {
        let mut buffer = [0; 10];
        let options = Options::new().range(range);
        let (_, length) = bucket
            .get_object_to_buffer("a", &mut buffer, &options)
            .unwrap();
        assert_eq!(&buffer[..length], expected.as_bytes(), "{range:?}");
    }
    let options = Options::new().range(Range::From(10));
    let error = bucket.get_object("a", &options).err().unwrap();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::BadRequest, "InvalidRange")
    );
    let etag = put.etag().unwrap();
    let unchanged = Options::new().header("If-None-Match", etag);
    assert_eq!(
        bucket.head_object("a", &unchanged).unwrap_err().kind(),
        Kind::NotModified
    );
    let changed = Options::new().header("If-Match", "\"0\"");
    let error = bucket.get_object("a", &changed).err().unwrap();
    assert_eq!(error.kind(), Kind::PreconditionFailed);
    let once = Options::new().header("x-oss-forbid-overwrite", "true");
    let error = bucket.put_object("a", "", &once).unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Exists, "FileAlreadyExists")
    );
    let mut small = [0; 9];
    let error = bucket
        .get_object_to_buffer("a", &mut small, &Options::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`buf`: it has room for 9 bytes, and the object has 10"
    );
}

#[test]
fn metadata_and_headers_travel_both_ways() {
    let server = server();
    let bucket = bucket(&server);
    let options = Options::new()
        .header("x-oss-meta-author", " \talice  b \t")
        .header("x-oss-meta-empty", "")
        .header("x-oss-meta-wide", "\u{a0}wide\u{3000}")
        .header("Cache-Control", "no-cache")
        .header("content-type", "application/x-own");
    bucket.put_object("a.txt", "x", &options).unwrap();
    let head = bucket.head_object("a.txt", &Options::new()).unwrap();
    assert_eq!(head.header("X-OSS-Meta-Author"), Some("alice  b"));
    assert_eq!(head.header("x-oss-meta-empty"), Some(""));
    assert_eq!(head.header("x-oss-meta-wide"), Some("\u{a0}wide\u{3000}"));
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("content-type"), Some("application/x-own"));
    for (name, value) in [
        ("Host", "x"),
        ("content-length", "1"),
        ("a b", "x"),
        ("x-a", "line\nbreak"),
    ] {
        let mut config = support::config(&server.endpoint());
        config.user_header(name, value);
        let error = Bucket::new(&config, "examplebucket").unwrap_err();
        assert!(error.to_string().starts_with("`user_header`: "), "{error}");
        server.clear_requests();
        let options = Options::new().header(name, value);
        let error = bucket.put_object("a", "x", &options).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{name}");
        assert!(error.to_string().starts_with("`header`: "), "{error}");
        assert!(server.requests().is_empty());
    }
}

#[test]
fn headers_of_the_configuration_are_sent() {
    let server = server();
    let mut config = config(&server.endpoint());
    config
        .app_name("camera 7")
        .user_header("x-oss-request-payer", "requester")
        .traffic_limit(819_200);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    bucket.put_bucket(&Options::new()).unwrap();
    bucket.put_object("a", "x", &Options::new()).unwrap();
    let requests = server.requests();
    let agent = requests[0].header("user-agent").unwrap();
    let start = concat!("alioss/", env!("CARGO_PKG_VERSION"), " (");
    assert!(
        agent.starts_with(start) && agent.ends_with(")/camera 7"),
        "{agent}"
    );
    assert_eq!(requests[0].header("x-oss-request-payer"), Some("requester"));
    assert_eq!(
        requests[0].header("x-oss-traffic-limit"),
        None,
        "not an object's data"
    );
    assert_eq!(requests[1].header("x-oss-traffic-limit"), Some("819200"));
    assert_eq!(requests[0].header("accept-encoding"), None);
}

#[test]
fn raw_requests_reach_everything() {
    let server = server();
    let bucket = bucket(&server);
    let acl = bucket
        .invoke("GET", None, "", &Options::new().query("acl", None))
        .unwrap();
    assert!(String::from_utf8_lossy(acl.body()).contains("<Grant>private</Grant>"));
    let error = bucket
        .invoke("FETCH", None, "", &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument);
    let service = Service::new(&config(&server.endpoint())).unwrap();
    let list = service.invoke("GET", "", &Options::new()).unwrap();
    assert!(String::from_utf8_lossy(list.body()).contains("examplebucket"));
}
