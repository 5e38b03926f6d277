//! Answers that no honest server gives: refused as such, in bounded time and memory, and the connection or process survives.

mod support;

use std::time::{Duration, Instant};

use alioss::{Bucket, Kind, ListObjectsV2, Options};
use oss_local::{Action, Rule, Server, Status};
use support::{config, new_bucket, server};

/// Far more than any of these should take, far less than a parser that has lost its way.
const PATIENCE: Duration = Duration::from_secs(60);

fn bucket(server: &Server) -> Bucket {
    new_bucket(&config(&server.endpoint()))
}

fn answer(server: &Server, status: u16, body: String) {
    let status = Status {
        raw_body: Some(body),
        ..Status::new(status, "")
    };
    server.clear_rules();
    server.inject(Rule::new(Action::Status(status)).times(10));
}

fn documents() -> Vec<(&'static str, String)> {
    let open = "<a>".repeat(10_000);
    let close = "</a>".repeat(10_000);
    let entities = "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    vec![
        ("nothing", String::new()),
        ("blanks", " \n".to_owned()),
        ("text", "hello".to_owned()),
        ("html", "<html><body><br></body></html>".to_owned()),
        ("cut off", "<ListBucketResult><Contents><Key>a".to_owned()),
        ("cut off in a tag", "<ListBucketResult><Conte".to_owned()),
        ("wrong end", "<ListBucketResult></ListBucket>".to_owned()),
        ("deep", format!("<ListBucketResult>{open}{close}</ListBucketResult>")),
        ("deep and cut off", open.clone()),
        ("entities", format!("{entities}<ListBucketResult><Prefix>&b;</Prefix></ListBucketResult>")),
        ("unknown entity", "<ListBucketResult><Prefix>&x;</Prefix></ListBucketResult>".to_owned()),
        (
            "one element of 64 MiB",
            format!("<ListBucketResult><Prefix>{}</Prefix></ListBucketResult>", "a".repeat(64 << 20)),
        ),
        (
            "a million elements",
            format!("<ListBucketResult>{}</ListBucketResult>", "<a/>".repeat(1_000_000)),
        ),
        (
            "another document",
            "<ListAllMyBucketsResult></ListAllMyBucketsResult>".to_owned(),
        ),
        (
            "a number that is none",
            "<ListBucketResult><Contents><Key>a</Key><Size>many</Size></Contents></ListBucketResult>".to_owned(),
        ),
        (
            "a broken escape",
            "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key></Contents></ListBucketResult>"
                .to_owned(),
        ),
        (
            "truncated without a marker",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>".to_owned(),
        ),
        ("control characters", "<ListBucketResult>\u{1}</ListBucketResult>".to_owned()),
    ]
}

#[test]
fn listings_that_are_none_are_refused() {
    let server = server();
    let bucket = bucket(&server);
    for (name, body) in documents() {
        answer(&server, 200, body);
        let begin = Instant::now();
        let options = Options::new();
        let entries: Vec<_> = bucket
            .list_objects_v2(ListObjectsV2::default(), &options)
            .collect();
        let error = match entries.as_slice() {
            [Err(error)] => error,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(error.kind(), Kind::BadResponse, "{name}: {error}");
        assert!(
            error.to_string().len() < 2000,
            "{name}: a message without end"
        );
        assert!(begin.elapsed() < PATIENCE, "{name}: {:?}", begin.elapsed());
    }
}

#[test]
fn a_listing_with_a_marker_goes_on_unless_it_says_that_it_is_whole() {
    let server = server();
    let bucket = bucket(&server);
    let page = |key: &str, end: &str| {
        format!(
            "<ListBucketResult><Contents><Key>{key}</Key><Size>1</Size></Contents>{end}</ListBucketResult>"
        )
    };
    const END: &str = "<IsTruncated>false</IsTruncated>";
    let marker = "<NextContinuationToken>T</NextContinuationToken>";
    let whole = format!("{END}{marker}");
    for (first, expected) in [(marker, &["a", "b"][..]), (whole.as_str(), &["a"])] {
        server.clear_rules();
        for body in [page("a", first), page("b", END)] {
            let status = Status {
                raw_body: Some(body),
                ..Status::new(200, "")
            };
            server.inject(Rule::new(Action::Status(status)).times(1));
        }
        let options = Options::new();
        let keys: Vec<String> = bucket
            .list_objects_v2(ListObjectsV2::default(), &options)
            .map(|entry| entry.unwrap().name().to_owned())
            .collect();
        assert_eq!(keys, expected, "{first}");
    }
}

#[test]
fn errors_that_are_none_keep_their_status() {
    let server = server();
    let bucket = bucket(&server);
    for (name, body) in documents() {
        answer(&server, 403, body);
        let error = bucket.get_bucket_info(&Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{name}: {error}");
        assert_eq!(error.http_status(), 403, "{name}");
        assert!(error.service().unwrap().body.len() <= 4096, "{name}");
    }
}

#[test]
fn an_endless_listing_ends() {
    let server = server();
    let bucket = bucket(&server);
    let body = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken>\
                <Contents><Key>a</Key><Size>1</Size></Contents></ListBucketResult>";
    let status = Status {
        raw_body: Some(body.to_owned()),
        ..Status::new(200, "")
    };
    server.inject(Rule::new(Action::Status(status)).times(1000));
    let options = Options::new();
    let last = bucket
        .list_objects_v2(ListObjectsV2::default(), &options)
        .take(100)
        .last()
        .unwrap();
    assert_eq!(last.unwrap_err().kind(), Kind::BadResponse);
}

#[test]
fn an_error_with_a_good_status_is_an_error() {
    let server = server();
    let bucket = bucket(&server);
    let body =
        "<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>late</Message></Error>";
    answer(&server, 200, body.to_owned());
    bucket.put_object("a", "a", &Options::new()).unwrap_err();
    let error = bucket.copy_object("b", "a", &Options::new()).unwrap_err();
    assert_eq!(error.code(), "InternalError");
    let error = bucket
        .complete_multipart_upload("b", "id", &[], &Options::new())
        .unwrap_err();
    assert_eq!((error.code(), error.attempts()), ("InternalError", 1));
}
