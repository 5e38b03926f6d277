//! What the official suites of tests found, each with a check of our own.

mod support;

use oss_local::{Options, Server};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap()
}

#[test]
fn buckets_are_found_by_all_tags_and_show_them() {
    let server = server();
    let tags = |pairs: &[(&str, &str)]| {
        let tag = |(key, value): &(&str, &str)| {
            format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")
        };
        let list: String = pairs.iter().map(tag).collect();
        format!("<Tagging><TagSet>{list}</TagSet></Tagging>")
    };
    for (name, pairs) in [
        ("one", &[("a", "1"), ("b", "2")][..]),
        ("two", &[("a", "1")]),
    ] {
        let client = Client::new(&server, name);
        let set = client.send("PUT", "", &[("tagging", "")], &[], tags(pairs).as_bytes());
        assert_eq!(set.status, 200);
    }
    let service = Client::of(&server, "");
    let found = |name: &str, value: &str| {
        let listed = service.send("GET", "", &[(name, value)], &[], b"").text();
        (elements(&listed, "Name"), listed)
    };
    let (names, listed) = found("tagging", "\"a\":\"1\",\"b\":\"2\"");
    assert_eq!(names, ["one"], "{listed}");
    assert!(
        listed.contains("<Tag><Key>b</Key><Value>2</Value></Tag>"),
        "{listed}"
    );
    assert_eq!(found("tagging", "\"a\":\"1\"").0, ["one", "two"]);
}

#[test]
fn uploads_in_order_have_a_sum_of_the_whole() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let start = |key: &str, query: &[(&str, &str)]| {
        let started = client.send("POST", key, query, &[], b"").text();
        elements(&started, "UploadId").remove(0)
    };
    let complete = |key: &str, id: &str| {
        client.send(
            "PUT",
            key,
            &[("partNumber", "1"), ("uploadId", id)],
            &[],
            b"hello",
        );
        client.send(
            "POST",
            key,
            &[("uploadId", id)],
            &[("x-oss-complete-all", "yes")],
            b"",
        )
    };
    let id = start("k", &[("uploads", ""), ("sequential", "")]);
    assert_eq!(
        complete("k", &id).header("content-md5"),
        Some("XUFAKrxLKna5cZ2REBfFkg==")
    );
    assert_eq!(
        client.get("k").header("content-md5"),
        Some("XUFAKrxLKna5cZ2REBfFkg==")
    );
    let id = start("l", &[("uploads", "")]);
    assert_eq!(complete("l", &id).header("content-md5"), None);
}

#[test]
fn names_that_cannot_be() {
    let server = server();
    let client = Client::new(&server, "bucket");
    assert_eq!(client.send("HEAD", "/k", &[], &[], b"").code(), "NoSuchKey");
    assert_eq!(
        client.send("GET", "/k", &[], &[], b"").code(),
        "InvalidObjectName"
    );
    let long = format!("/bucket/{}", "A".repeat(1024));
    let copied = client.send("PUT", "k", &[], &[("x-oss-copy-source", &long)], b"");
    assert_eq!(copied.code(), "InvalidObjectName");
}

#[test]
fn an_unlocked_retention_policy_cannot_be_lengthened() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let body = |name: &str, days: u32| {
        format!("<{name}><RetentionPeriodInDays>{days}</RetentionPeriodInDays></{name}>")
    };
    let begun = client.send(
        "POST",
        "",
        &[("worm", "")],
        &[],
        body("InitiateWormConfiguration", 1).as_bytes(),
    );
    let id = begun.header("x-oss-worm-id").unwrap().to_owned();
    let extend = || {
        let query = [("wormExtend", ""), ("wormId", id.as_str())];
        client.send(
            "POST",
            "",
            &query,
            &[],
            body("ExtendWormConfiguration", 2).as_bytes(),
        )
    };
    let refused = extend();
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "InvalidWORMConfiguration")
    );
    assert_eq!(
        client.send("POST", "", &[("wormId", &id)], &[], b"").status,
        200
    );
    assert_eq!(extend().status, 200);
}

#[test]
fn a_limit_of_traffic_says_how_long_it_held_back() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let limit = [("x-oss-traffic-limit", "819200")];
    let put = client.send("PUT", "k", &[], &limit, &[0; 10_240]);
    assert_eq!(put.header("x-oss-qos-delay-time"), Some("100"));
    let got = client.send("GET", "k", &[], &limit, b"");
    assert_eq!(got.header("x-oss-qos-delay-time"), Some("100"));
    assert_eq!(client.get("k").header("x-oss-qos-delay-time"), None);
}
