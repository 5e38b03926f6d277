//! What the service does by itself: rules of lifecycles, and logs of access.

mod support;

use std::time::{Duration, Instant};

use oss_local::{Options, Server};
use serde_json::Value;
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap()
}

fn post(server: &Server, path: &str, body: &str) -> (u16, Value) {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = raw(server.http_port(), head.as_bytes());
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

/// What the rules do so many days later, as `key action`.
fn later(server: &Server, days: u32) -> Vec<String> {
    let (status, done) = post(server, "/_local/lifecycle", &format!("{{\"days\":{days}}}"));
    assert_eq!(status, 200, "{done}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = done.as_array().unwrap().iter();
    list.map(|done| text(&done["key"]) + " " + &text(&done["action"]))
        .collect()
}

fn set_rules(client: &Client<'_>, rules: &str) {
    let body = format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>");
    let answer = client.send("PUT", "", &[("lifecycle", "")], &[], body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn rule(prefix: &str, rest: &str) -> String {
    format!(
        "<Rule><ID>{prefix}-rule</ID><Prefix>{prefix}</Prefix><Status>Enabled</Status>{rest}</Rule>"
    )
}

fn set_versioning(client: &Client<'_>, status: &str) {
    let body =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    client.send("PUT", "", &[("versioning", "")], &[], body.as_bytes());
}

#[test]
fn objects_expire_by_days_and_by_date() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let after = "<Expiration><Days>3</Days></Expiration>";
    let before = |date: &str| {
        format!(
            "<Expiration><CreatedBeforeDate>{date}T00:00:00.000Z</CreatedBeforeDate></Expiration>"
        )
    };
    set_rules(
        &client,
        &[
            rule("days/", after),
            rule("old/", &before("2020-01-01")),
            rule("new/", &before("2100-01-01")),
        ]
        .concat(),
    );
    for key in ["days/a", "old/a", "new/a", "other"] {
        client.put(key, b"1");
    }
    assert_eq!(later(&server, 2), [""; 0]);
    assert_eq!(later(&server, 4), ["days/a expired"]);
    assert_eq!(client.get("days/a").code(), "NoSuchKey");
    assert_eq!(client.get("other").status, 200);
    // The date of the other rule comes, too: then what is older goes.
    assert_eq!(later(&server, 36_000), ["new/a expired"]);
    assert_eq!(client.get("old/a").status, 200);
    let disabled = rule("old/", after).replace("Enabled", "Disabled");
    set_rules(&client, &disabled);
    assert_eq!(later(&server, 100), [""; 0]);
}

#[test]
fn rules_look_at_tags_and_sizes() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let ends = "<Expiration><Days>1</Days></Expiration>";
    let filter = "<Filter><ObjectSizeGreaterThan>3</ObjectSizeGreaterThan><Not><Prefix>size/keep</Prefix></Not></Filter>";
    set_rules(
        &client,
        &[
            rule(
                "tag/",
                &format!("<Tag><Key>a</Key><Value>1</Value></Tag>{ends}"),
            ),
            rule("size/", &format!("{ends}{filter}")),
        ]
        .concat(),
    );
    client.send("PUT", "tag/yes", &[], &[("x-oss-tagging", "a=1&b=2")], b"1");
    client.send("PUT", "tag/no", &[], &[("x-oss-tagging", "a=2")], b"1");
    client.put("size/small", b"123");
    client.put("size/large", b"1234");
    client.put("size/keep", b"1234");
    assert_eq!(later(&server, 2), ["tag/yes expired", "size/large expired"]);
}

#[test]
fn classes_change_and_uploads_are_aborted() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let to = |days: u32, class: &str| {
        format!("<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>")
    };
    let abort = "<AbortMultipartUpload><Days>2</Days></AbortMultipartUpload>";
    set_rules(
        &client,
        &rule(
            "",
            &[to(1, "IA"), to(5, "Archive"), abort.to_owned()].concat(),
        ),
    );
    client.put("k", b"1");
    client.send("POST", "up", &[("uploads", "")], &[], b"");
    assert_eq!(later(&server, 1), ["k IA"]);
    assert_eq!(client.get("k").header("x-oss-storage-class"), Some("IA"));
    assert_eq!(later(&server, 6), ["k Archive", "up aborted"]);
    assert_eq!(client.get("k").code(), "InvalidObjectState");
    assert_eq!(later(&server, 7), [""; 0]);
}

#[test]
fn versions_end_after_they_are_replaced() {
    let server = server();
    let client = Client::new(&server, "bucket");
    set_versioning(&client, "Enabled");
    client.put("k", b"old");
    client.put("k", b"new");
    set_rules(
        &client,
        &rule(
            "",
            "<Expiration><Days>5</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>",
        ),
    );
    assert_eq!(later(&server, 3), ["k removed"]);
    assert_eq!(client.get("k").body, b"new");
    // The current one is hidden by a marker, then removed, and the marker is left.
    assert_eq!(later(&server, 6), ["k expired"]);
    assert_eq!(client.get("k").code(), "NoSuchKey");
    let versions = client.send("GET", "", &[("versions", "")], &[], b"").text();
    assert_eq!(elements(&versions, "VersionId").len(), 2, "{versions}");
    assert_eq!(later(&server, 9), ["k removed"]);
    set_rules(
        &client,
        &rule(
            "",
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
        ),
    );
    assert_eq!(later(&server, 9), ["k removed"]);
    let versions = client.send("GET", "", &[("versions", "")], &[], b"").text();
    assert!(elements(&versions, "VersionId").is_empty(), "{versions}");
}

#[test]
fn what_is_held_stays() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    client.put("l", b"1");
    let hold = b"<LegalHold><Status>ON</Status></LegalHold>";
    let held = client.send("PUT", "k", &[("legalHold", "")], &[], hold);
    assert_eq!(held.status, 200, "{}", held.text());
    set_rules(
        &client,
        &rule("", "<Expiration><Days>1</Days></Expiration>"),
    );
    assert_eq!(later(&server, 2), ["l expired"]);
    assert_eq!(client.get("k").status, 200);
}

#[test]
fn days_can_be_short() {
    let server = Server::start(Options {
        https_addr: None,
        lifecycle_day: Some(Duration::from_millis(50)),
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    set_rules(
        &client,
        &rule("", "<Expiration><Days>1</Days></Expiration>"),
    );
    let end = Instant::now() + Duration::from_secs(60);
    while client.get("k").status != 404 {
        assert!(Instant::now() < end, "the object stays");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn numbers_of_days_are_checked() {
    let server = server();
    for body in [
        "{\"days\":-1}",
        "{\"days\":1e9}",
        "{}",
        "{\"days\":\"1\"}",
        "x",
    ] {
        assert_eq!(post(&server, "/_local/lifecycle", body).0, 400, "{body}");
    }
    assert_eq!(post(&server, "/_local/lifecycle", "").0, 200);
}

#[test]
fn logs_are_delivered_as_objects() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let logs = Client::new(&server, "logs");
    client.put("before", b"1");
    let on = b"<BucketLoggingStatus><LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>in/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>";
    assert_eq!(
        client.send("PUT", "", &[("logging", "")], &[], on).status,
        200
    );
    client.send("PUT", "a b", &[], &[("user-agent", "me \"you\"")], b"12345");
    client.get("none");
    let (status, delivered) = post(&server, "/_local/logs", "");
    assert_eq!(status, 200, "{delivered}");
    let place = delivered[0].as_str().unwrap();
    let key = place.strip_prefix("logs/").unwrap();
    assert!(key.starts_with("in/bucket2"), "{key}");
    let text = logs.get(key).text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(!text.contains("/bucket/before "), "{text}");
    let stored = lines
        .iter()
        .find(|line| line.contains("\"PutObject\""))
        .unwrap();
    assert!(stored.starts_with("127.0.0.1 - - ["), "{stored}");
    for piece in [
        "\"PUT /bucket/a%20b HTTP/1.1\" 200 0 ",
        "\"me  you \"",
        "\"bucket\" \"a%20b\"",
        " 5 \"0123456789012345\"",
    ] {
        assert!(stored.contains(piece), "{piece}: {stored}");
    }
    let refused = lines
        .iter()
        .find(|line| line.contains("\"GetObject\""))
        .unwrap();
    assert!(
        refused.contains(" 404 ") && refused.contains("\"NoSuchKey\""),
        "{refused}"
    );
    // Nothing is delivered twice.
    assert_eq!(post(&server, "/_local/logs", "").1, serde_json::json!([]));
}
