//! What this server does not do is said in `/_local/info` and in the README, and both are right.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use alioss::{Level, OPERATIONS, Operation, Value};
use oss_local::{Options, Server};
use support::*;

fn info(server: &Server) -> serde_json::Value {
    let head = "GET /_local/info HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    serde_json::from_slice(&raw(server.http_port(), head.as_bytes()).body).unwrap()
}

/// The status that a request gets which has all that its operation asks for, and no body.
fn status(server: &Server, operation: &Operation) -> u16 {
    let place = match operation.level {
        Level::Service => "",
        Level::Bucket => "bucket/",
        Level::Object => "bucket/key",
    };
    let query: Vec<String> = operation
        .parameters()
        .map(|(name, value)| match value {
            Value::None => name.to_owned(),
            Value::Fixed(value) => format!("{name}={value}"),
            // Other languages than that of queries are processing.
            Value::Given if operation.name == "SelectObject" => format!("{name}=csv/select"),
            Value::Given if operation.name == "CreateSelectObjectMeta" => {
                format!("{name}=csv/meta")
            }
            Value::Given => format!("{name}=x"),
        })
        .collect();
    let headers: String = operation
        .headers
        .iter()
        .map(|name| format!("{name}: x\r\n"))
        .collect();
    let head = format!(
        "{} /_local/owner/{place}?{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n{headers}\r\n",
        operation.method.as_str(),
        query.join("&")
    );
    raw(server.http_port(), head.as_bytes()).status
}

#[test]
fn every_operation_that_is_answered_with_501_is_listed_and_no_other() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client::of(&server, "bucket");
    let mut found = BTreeSet::new();
    for operation in &OPERATIONS {
        // Some operations remove what others need.
        client.send("PUT", "", &[], &[], b"");
        client.put("key", b"1");
        if status(&server, operation) == 501 {
            found.insert(operation.name.to_owned());
        }
    }
    let info = info(&server);
    let groups = info["not_implemented"].as_object().unwrap().values();
    let listed: Vec<String> = groups
        .flat_map(|group| group.as_array().unwrap())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), found);
    assert_eq!(listed.len(), found.len(), "something is listed twice");
}

/// What a bucket can be told, and under which name it is listed if that does nothing; `None` acts.
const SETTINGS: [(&str, Option<&str>); 34] = [
    ("CreateAccessPoint", Some("access points")),
    ("CreateAccessPointForObjectProcess", Some("access points")),
    (
        "PutAccessPointConfigForObjectProcess",
        Some("access points"),
    ),
    ("PutAccessPointPolicy", Some("access points")),
    (
        "PutAccessPointPolicyForObjectProcess",
        Some("access points"),
    ),
    ("PutAccessPointPublicAccessBlock", Some("access points")),
    ("PutBucket", None),
    ("PutBucketAccessMonitor", None),
    ("PutBucketAcl", None),
    ("PutBucketArchiveDirectRead", None),
    ("PutBucketCallbackPolicy", None),
    ("PutBucketCors", None),
    ("PutBucketEncryption", Some("encryption")),
    ("PutBucketHttpsConfig", Some("HTTPS settings")),
    ("PutBucketInventory", Some("inventory")),
    ("PutBucketLifecycle", None),
    ("PutBucketLogging", None),
    (
        "PutBucketObjectWormConfiguration",
        Some("default retention of new objects"),
    ),
    ("PutBucketOverwriteConfig", None),
    ("PutBucketPolicy", None),
    ("PutBucketPublicAccessBlock", None),
    ("PutBucketQosInfo", Some("QoS")),
    ("PutBucketReferer", None),
    ("PutBucketRequestPayment", None),
    (
        "PutBucketRequesterQosInfo",
        Some("QoS of accounts and requesters"),
    ),
    ("PutBucketResourceGroup", None),
    ("PutBucketRtc", Some("replication")),
    ("PutBucketStorageCapacity", Some("storage capacity")),
    ("PutBucketTags", None),
    (
        "PutBucketTransferAcceleration",
        Some("transfer acceleration"),
    ),
    ("PutBucketVersioning", None),
    ("PutBucketWebsite", None),
    ("PutStyle", Some("styles")),
    (
        "PutUserDefinedLogFieldsConfig",
        Some("fields of one's own in logs"),
    ),
];

/// A new setting in the table of operations is decided on here: it acts or is listed.
#[test]
fn every_setting_acts_or_is_listed() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let info = info(&server);
    let listed = |entry: &str| {
        info["not_implemented"].get(entry).is_some()
            || info["accepted_without_effect"]
                .as_array()
                .unwrap()
                .contains(&entry.into())
    };
    for (setting, entry) in SETTINGS {
        assert!(
            entry.is_none_or(listed),
            "{setting}: {entry:?} is not listed"
        );
    }
    let settings = OPERATIONS
        .iter()
        .filter(|operation| operation.level == Level::Bucket && operation.method.as_str() == "PUT");
    let there: BTreeSet<&str> = settings.map(|operation| operation.name).collect();
    assert_eq!(there, SETTINGS.iter().map(|(name, _)| *name).collect());
}

#[test]
fn the_readme_says_the_same() {
    let server = Server::start(Options::default()).unwrap();
    let info = info(&server);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(file).unwrap();
    let section = readme.split("## What it does not do").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let section = section.split_whitespace().collect::<Vec<_>>().join(" ");
    let effects = info["accepted_without_effect"].as_array().unwrap().iter();
    let missing = info["not_implemented"].as_object().unwrap().keys();
    let names = effects
        .map(|name| name.as_str().unwrap().to_owned())
        .chain(missing.cloned());
    for name in names {
        assert!(
            section.to_lowercase().contains(&name.to_lowercase()),
            "{name} is not in {section}"
        );
    }
}
