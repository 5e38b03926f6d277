//! What an answer has to prove: that it is about what was asked for, and that it tells what it is for. Settings of a call or
//! of the configuration must not switch that off.

#[path = "proofs/bodies.rs"]
mod bodies;
#[path = "proofs/contradictions.rs"]
mod contradictions;
#[path = "proofs/folded.rs"]
mod folded;
#[path = "proofs/lost.rs"]
mod lost;
mod peer;
#[path = "proofs/told.rs"]
mod told;

use std::io::Write;
use std::sync::{Arc, Mutex};

use alioss::{
    Bucket, DeletePrefix, Kind, ListMultipartUploads, ListObjectVersions, ListObjectsV2, ListParts,
    ObjectIdentifier, Options, Range, Result, Service, Transfer,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use peer::{Peer, bucket, config, read_request};

const CALLBACK: &str = r#"{"callbackUrl":"http://a.example/","callbackBody":"${object}"}"#;

/// Answers each request with what `answer` makes of it; the requests in lower case.
fn answering(
    answer: impl Fn(&str) -> String + Send + Sync + 'static,
) -> (Peer, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = seen.clone();
    let peer = Peer::start(move |mut stream| {
        while let Some(request) = read_request(&mut stream) {
            log.lock().unwrap().push(request.clone());
            if stream.write_all(answer(&request).as_bytes()).is_err() {
                return;
            }
        }
    });
    (peer, seen)
}

fn always(answer: String) -> Peer {
    answering(move |_| answer.clone()).0
}

/// An answer of the service's.
fn good(headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A word for each operation that `result` is not a refusal of, before anything was sent.
fn assert_refused<T>(result: Result<T>, what: &str, words: &str) {
    let error = result.map(drop).expect_err(what);
    assert_eq!(error.kind(), Kind::InvalidArgument, "{what}: {error}");
    assert_eq!(error.attempts(), 0, "{what}: {error}");
    assert!(error.to_string().contains(words), "{what}: {error}");
}

fn assert_bad<T>(result: Result<T>, what: &str, words: &str) {
    let error = result.map(drop).expect_err(what);
    assert_eq!(error.kind(), Kind::BadResponse, "{what}: {error}");
    assert!(error.to_string().contains(words), "{what}: {error}");
}

#[test]
fn a_callback_is_refused_where_the_service_calls_nobody_back() {
    let (peer, seen) = answering(|_| good("", ""));
    let bucket = bucket(&peer);
    let by_call = Options::new().callback(CALLBACK, "");
    let encoded = STANDARD.encode(CALLBACK);
    let by_query = Options::new().query("callback", Some(&encoded));
    for options in [&by_call, &by_query] {
        let list = ListObjectsV2::default;
        let listed: Result<Vec<_>> = bucket.list_objects_v2(list(), options).collect();
        let words = "`callback`: ListObjectsV2 takes none";
        assert_refused(listed, "ListObjectsV2", words);
        let whole = DeletePrefix::new().whole_bucket();
        let deleted = bucket.delete_prefix("", &whole, options);
        let deleted = deleted.map_err(|partly| partly.error().clone());
        assert_refused(deleted, "delete_prefix", "`callback`: delete_prefix");
        assert_refused(
            bucket.initiate_multipart_upload("a", options),
            "InitiateMultipartUpload",
            "`callback`",
        );
        assert_refused(
            bucket.upload_part("a", "id", 1, "", options),
            "UploadPart",
            "`callback`",
        );
        assert_refused(bucket.copy_object("a", "b", options), "copy", "`callback`");
        assert_refused(bucket.get_bucket_info(options), "info", "`callback`");
        assert_refused(
            bucket.invoke(
                "PutObjectAcl",
                Some("a"),
                b"",
                &options.clone().header("x-oss-object-acl", "private"),
            ),
            "PutObjectAcl",
            "`callback`",
        );
    }
    assert!(seen.lock().unwrap().is_empty(), "nothing is sent");
}

#[test]
fn a_callback_of_the_configuration_proves_nothing_elsewhere() {
    for body in ["", "<html>log in</html>", "{}"] {
        let (peer, seen) = answering(move |_| good("", body));
        let mut config = config(&peer);
        config.user_header("x-oss-callback", &STANDARD.encode(CALLBACK));
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let none = &Options::new();
        let listed: Result<Vec<_>> = bucket
            .list_objects_v2(ListObjectsV2::default(), none)
            .collect();
        assert_bad(listed, body, "ListObjectsV2");
        let whole = DeletePrefix::new().whole_bucket();
        let deleted = bucket.delete_prefix("", &whole, none);
        let deleted = deleted.map_err(|partly| partly.error().clone());
        assert_bad(deleted, body, "ListObjectsV2");
        assert_bad(bucket.initiate_multipart_upload("a", none), body, "");
        assert_bad(bucket.copy_object("a", "b", none), body, "CopyObject");
        assert_bad(bucket.get_bucket_info(none), body, "GetBucketInfo");
        if !body.is_empty() {
            assert_bad(bucket.put_object_acl("a", "private", none), body, "");
            assert_bad(bucket.put_symlink("a", "b", none), body, "PutSymlink");
            let processed = &Options::new().query("x-oss-process", Some("image/info"));
            assert_bad(bucket.put_symlink("a", "b", processed), body, "PutSymlink");
        }
        let sent = seen.lock().unwrap().clone();
        assert!(!sent.iter().any(|request| request.contains("callback")));
        bucket.put_object("a", "", none).unwrap();
        let sent = seen.lock().unwrap().pop().unwrap();
        assert!(sent.contains("x-oss-callback: "), "{sent}");
    }
}

#[test]
fn a_callback_that_the_service_cannot_use_is_refused_before_anything_is_sent() {
    let (peer, seen) = answering(|_| good("etag: \"E\"\r\n", ""));
    let bucket = bucket(&peer);
    for (callback, variables, words) in [
        ("{", "", "`callback`: it is not a usable JSON text"),
        ("[]", "", "`callback`: it is JSON, but not an object"),
        ("\"\"", "", "`callback`: it is JSON, but not an object"),
        ("{}", "", "`callback`: it has no text \"callbackUrl\""),
        (r#"{"callbackUrl":"http://a/"}"#, "", "\"callbackBody\""),
        (CALLBACK, "[]", "`variables`: it is JSON, but not an object"),
        (CALLBACK, "{", "`variables`: it is not a usable JSON text"),
    ] {
        let options = &Options::new().callback(callback, variables);
        assert_refused(bucket.put_object("a", "b", options), callback, words);
        let file = peer::folder("callbacks").join("a");
        std::fs::write(&file, vec![0; 300_000]).unwrap();
        let transfer = &Transfer::new().part_size(100 << 10).without_record();
        let uploaded = bucket.upload_file("a", &file, transfer, options);
        assert_refused(uploaded, callback, words);
    }
    let raw = &Options::new().header("X-Oss-Callback", "{}");
    assert_refused(bucket.put_object("a", "b", raw), "raw", "it is not base64");
    assert!(seen.lock().unwrap().is_empty(), "nothing is sent");
    for callback in [CALLBACK, r#"{"callbackPolicy":"p"}"#] {
        let options = &Options::new().callback(callback, r#"{"x:a":"1"}"#);
        bucket.put_object("a", "b", options).unwrap();
    }
}

#[test]
fn a_callback_of_the_configuration_that_cannot_be_used_is_refused_there() {
    let peer = always(good("", ""));
    for (name, value, words) in [
        ("X-Oss-Callback", CALLBACK, "it is not base64"),
        ("x-oss-callback", "", "callbackUrl"),
        ("x-oss-callback-var", "[1]", "it is not base64"),
    ] {
        let mut config = config(&peer);
        config.user_header(name, value);
        assert_refused(Bucket::new(&config, "examplebucket"), value, words);
    }
    let mut config = config(&peer);
    config.user_header("x-oss-callback-var", &STANDARD.encode("[1]"));
    let bucket = Bucket::new(&config, "examplebucket");
    assert_refused(bucket, "[1]", "not an object");
}

#[test]
fn headers_of_one_request_are_not_for_all() {
    let peer = always(good("", ""));
    for name in ["Accept-Encoding", "content-range", "If-Range", "Range"] {
        let mut config = config(&peer);
        config.user_header(name, "gzip");
        let words = format!("`user_header`: {name:?} belongs to a single request");
        assert_refused(Bucket::new(&config, "examplebucket"), name, &words);
        let options = &Options::new().header(name, "gzip");
        let file = peer::folder("of-one").join("a");
        let got = bucket(&peer).download_file("a", file, &Transfer::new(), options);
        assert_refused(got, name, "is of a single request");
    }
}

#[test]
fn a_range_by_header_is_checked_like_any_other() {
    for (answer, is_right) in [
        (
            "206 Partial Content\r\ncontent-range: bytes 0-1/5\r\ncontent-length: 2\r\n\r\nhe",
            true,
        ),
        (
            "206 Partial Content\r\ncontent-range: bytes 1-2/5\r\ncontent-length: 2\r\n\r\nel",
            false,
        ),
        ("200 OK\r\ncontent-length: 5\r\n\r\nhello", false),
    ] {
        let (peer, seen) = answering(move |_| {
            format!("HTTP/1.1 {answer}").replacen("\r\n", "\r\nx-oss-request-id: R1\r\n", 1)
        });
        let bucket = bucket(&peer);
        for options in [
            Options::new().header("range", "bytes=0-1"),
            Options::new().range(Range::Bytes(0, 1)),
        ] {
            let mut buffer = [0; 10];
            let got = bucket.get_object_to_buffer("a", &mut buffer, &options);
            match is_right {
                true => assert_eq!(got.unwrap().1, 2),
                false => assert_bad(got, answer, "asked for the range bytes=0-1"),
            }
            let sent = seen.lock().unwrap().pop().unwrap();
            assert!(sent.contains("range: bytes=0-1"), "{sent}");
            assert!(sent.contains("x-oss-range-behavior: standard"), "{sent}");
        }
    }
    // These the whole object answers as well.
    for header in ["bytes=0-", "bytes=0-1"] {
        let (peer, seen) = answering(|_| good("", "hello"));
        let bucket = bucket(&peer);
        let mut options = Options::new().header("range", header);
        if header != "bytes=0-" {
            options = options.header("if-range", "\"E\"");
        }
        let mut buffer = [0; 10];
        let got = bucket.get_object_to_buffer("a", &mut buffer, &options);
        assert_eq!(got.unwrap().1, 5, "{header}");
        let sent = seen.lock().unwrap().pop().unwrap();
        assert!(sent.contains(&format!("range: {header}\r")), "{sent}");
        assert!(!sent.contains("x-oss-range-behavior"), "{sent}");
    }
    let peer = always(good("", ""));
    let bucket = bucket(&peer);
    let range = &Options::new().header("Range", "bytes=0-1");
    let words = "`range`: ";
    assert_refused(bucket.head_object("a", range), "head", words);
    assert_refused(bucket.put_object("a", "", range), "put", words);
    assert_refused(bucket.copy_object("a", "b", range), "copy", words);
    let listed: Result<Vec<_>> = bucket
        .list_objects_v2(ListObjectsV2::default(), range)
        .collect();
    assert_refused(listed, "list", words);
}

#[test]
fn what_the_answer_does_not_name_is_not_deleted() {
    let body = "<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>v</Key><VersionId>1</VersionId></Deleted>\
        <Error><Key>e</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>";
    let peer = always(good("", body));
    let version = |id| ObjectIdentifier {
        key: "v",
        version_id: Some(id),
    };
    let objects = [
        "a".into(),
        "b".into(),
        version("1"),
        version("2"),
        "e".into(),
    ];
    let deleted = bucket(&peer).delete_multiple_objects(&objects, false, &Options::new());
    let deleted: Vec<String> = deleted
        .unwrap()
        .1
        .iter()
        .map(|d| {
            format!(
                "{} {} {} {} {}",
                d.key, d.version_id, d.is_deleted, d.code, d.message
            )
        })
        .collect();
    let silent = "the answer of the service does not name it";
    assert_eq!(
        deleted,
        [
            "a  true  ".to_owned(),
            "v 1 true  ".to_owned(),
            "e  false AccessDenied no".to_owned(),
            format!("b  false  {silent}"),
            format!("v 2 false  {silent}"),
        ]
    );
    let nameless = always(good("", "<DeleteResult><Deleted/></DeleteResult>"));
    let deleted = bucket(&nameless).delete_multiple_objects(&["a".into()], false, &Options::new());
    assert_bad(deleted, "no key", "an entry of the answer has no Key");
}

#[test]
fn an_answer_without_what_it_is_for_is_no_success() {
    let none = &Options::new();
    let peer = always(good("", ""));
    let part = bucket(&peer).upload_part("a", "id", 1, "x", none);
    assert_bad(part, "UploadPart", "UploadPart: the answer has no ETag");
    let part = bucket(&peer).append_object("a", 0, "x", none);
    assert_bad(part, "AppendObject", "has no x-oss-next-append-position");
    let peer = always(good("", "<CopyPartResult/>"));
    let part = bucket(&peer).upload_part_copy("a", "id", 1, "b", none);
    assert_bad(
        part,
        "UploadPartCopy",
        "UploadPartCopy: the answer has no ETag",
    );
    let peer = always(good("", "<InitiateMultipartUploadResult/>"));
    let begun = bucket(&peer).initiate_multipart_upload("a", none);
    assert_bad(begun, "InitiateMultipartUpload", "has no UploadId");
}

#[test]
fn an_append_ends_where_the_service_says_that_it_goes_on() {
    for (said, is_right) in [("7", true), ("2", false), ("5", false), ("x", false)] {
        let peer = always(good(&format!("x-oss-next-append-position: {said}\r\n"), ""));
        let appended = bucket(&peer).append_object("a", 5, "ab", &Options::new());
        match is_right {
            true => assert_eq!(appended.unwrap().next_append_position(), Some(7)),
            false => assert_bad(appended, said, "should end at 7"),
        }
    }
}

#[test]
fn entries_of_a_listing_say_what_they_are() {
    const END: &str = "<IsTruncated>false</IsTruncated>";
    let page = |root: &str, entry: &str, end: &str| {
        bucket(&always(good("", &format!("<{root}>{entry}{end}</{root}>"))))
    };
    let none = &Options::new();
    let objects = |entry: &str, end: &str| {
        let bucket = page("ListBucketResult", entry, end);
        let list = bucket.list_objects_v2(ListObjectsV2::default(), none);
        list.collect::<Result<Vec<_>>>()
    };
    let (keyless, sizeless) = (
        "<Contents><Size>1</Size></Contents>",
        "<Contents><Key>a</Key></Contents>",
    );
    assert_bad(objects(keyless, END), "object", "has no Key");
    assert_bad(objects(sizeless, END), "object", "has no Size");
    assert_bad(objects("<CommonPrefixes/>", END), "prefix", "has no Prefix");
    assert_bad(objects("", ""), "end", "the listing has no IsTruncated");
    let versions = |entry: &str| {
        let bucket = page("ListVersionsResult", entry, END);
        let list = bucket.list_object_versions(ListObjectVersions::default(), none);
        list.collect::<Result<Vec<_>>>()
    };
    let unversioned = "<Version><Key>a</Key><Size>1</Size></Version>";
    assert_bad(versions(unversioned), "version", "has no VersionId");
    let marker = "<DeleteMarker><Key>a</Key><VersionId>1</VersionId></DeleteMarker>";
    assert_eq!(versions(marker).unwrap().len(), 1);
    let bucket = page(
        "ListMultipartUploadsResult",
        "<Upload><Key>a</Key></Upload>",
        END,
    );
    let list = bucket.list_multipart_uploads(ListMultipartUploads::default(), none);
    let uploads: Result<Vec<_>> = list.collect();
    assert_bad(uploads, "upload", "has no UploadId");
    for (number, words) in [
        ("", "has no PartNumber"),
        ("0", "\"0\", not 1 to 10000"),
        ("99999999999", "not 1 to 10000"),
        ("10001", "not 1 to 10000"),
    ] {
        let part = format!("<Part><PartNumber>{number}</PartNumber><Size>1</Size></Part>");
        let list = ListParts {
            key: "a".into(),
            upload_id: "id".into(),
            ..ListParts::default()
        };
        let bucket = page("ListPartsResult", &part, END);
        let parts: Result<Vec<_>> = bucket.list_parts(list, none).collect();
        assert_bad(parts, number, words);
    }
    // The service leaves out whether that is all.
    let whole = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>";
    let nameless = "<ListAllMyBucketsResult><Buckets><Bucket/></Buckets></ListAllMyBucketsResult>";
    let buckets = |body: &str| {
        let service = Service::new(&config(&always(good("", body)))).unwrap();
        let list = service.list_buckets(Default::default(), none);
        list.collect::<Result<Vec<_>>>()
    };
    assert_eq!(buckets(whole).unwrap().len(), 1);
    assert_bad(buckets(nameless), "bucket", "has no Name");
}

#[test]
fn a_presigned_url_drops_nothing_of_the_call() {
    let peer = always(good("", ""));
    for version in [alioss::SignatureVersion::V1, alioss::SignatureVersion::V4] {
        let mut config = config(&peer);
        config.signature_version(version);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let minute = std::time::Duration::from_secs(60);
        let presign =
            |options: &Options<'_>| bucket.presign(alioss::Method::Put, Some("a"), minute, options);
        let names = [
            "Cache-Control",
            "If-Match",
            "Range",
            "Content-Type",
            "x-oss-meta-a",
        ];
        let options = names
            .iter()
            .fold(Options::new(), |options, name| options.header(*name, "1"));
        let signed = presign(&options).unwrap();
        for name in names {
            let same = |header: &&(String, String)| header.0 == name;
            assert_eq!(signed.headers.iter().filter(same).count(), 1, "{name}");
        }
        for name in [
            "Expires",
            "Signature",
            "x-oss-expires",
            "x-oss-signature",
            "x-oss-date",
        ] {
            let options = Options::new().query(name, Some("1"));
            assert_refused(presign(&options), name, "is written when the URL is signed");
        }
        let form = |options: &Options<'_>| bucket.post_policy(minute, "", options);
        form(&Options::new()).unwrap();
        for (options, words) in [
            (Options::new().range(Range::From(1)), "`range`"),
            (Options::new().field("A", Some("1")), "`field`"),
            (Options::new().initial_crc64(1), "`initial_crc64`"),
            (Options::new().callback(CALLBACK, ""), "`callback`"),
            (
                Options::new().header("x-oss-object-acl", "private"),
                "`header`",
            ),
            (Options::new().query("a", None), "`query`"),
        ] {
            assert_refused(form(&options), words, words);
        }
    }
}
