//! What settings protect: objects under retention policies, and buckets that block public access. And further settings
//! that act.

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

/// What the bucket's owner does, at a time when signatures of today are too old.
fn owner(server: &Server, method: &str, target: &str) -> Answer {
    let request = format!(
        "{method} /_local/owner/{target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    );
    raw(server.http_port(), request.as_bytes())
}

const DAY: i64 = 86_400;

#[test]
fn a_retention_policy_of_a_bucket_protects_its_objects() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let worm = |query: Pairs<'_>, method: &str, body: &str| {
        client.send(method, "", query, &[], body.as_bytes())
    };
    let days = |root: &str, days: u32| {
        format!("<{root}><RetentionPeriodInDays>{days}</RetentionPeriodInDays></{root}>")
    };
    let started = worm(
        &[("worm", "")],
        "POST",
        &days("InitiateWormConfiguration", 3),
    );
    assert_eq!(started.status, 200, "{}", started.text());
    let id = started.header("x-oss-worm-id").unwrap().to_owned();
    let immutable = |answer: Answer| {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (409, "FileImmutable")
        )
    };
    immutable(client.put("k", b"2"));
    immutable(client.send("DELETE", "k", &[], &[], b""));
    assert_eq!(client.put("new", b"1").status, 200);
    assert_eq!(client.get("k").body, b"1");

    // Given up, it protects nothing.
    assert_eq!(worm(&[("worm", "")], "DELETE", "").status, 204);
    assert_eq!(client.put("k", b"2").status, 200);

    let started = worm(
        &[("worm", "")],
        "POST",
        &days("InitiateWormConfiguration", 3),
    );
    let second = started.header("x-oss-worm-id").unwrap().to_owned();
    assert_ne!(id, second);
    let locked = worm(&[("wormId", &second)], "POST", "");
    assert_eq!(locked.status, 200, "{}", locked.text());
    server.set_clock_skew(2 * DAY);
    immutable(owner(&server, "DELETE", "bucket/k"));
    server.set_clock_skew(3 * DAY + 60);
    assert_eq!(owner(&server, "DELETE", "bucket/k").status, 204);
}

#[test]
fn a_retention_policy_that_was_not_locked_within_a_day_is_over() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let body = b"<InitiateWormConfiguration><RetentionPeriodInDays>30</RetentionPeriodInDays></InitiateWormConfiguration>";
    client.send("POST", "", &[("worm", "")], &[], body);
    assert_eq!(owner(&server, "DELETE", "bucket/k").status, 409);
    server.set_clock_skew(DAY + 60);
    assert_eq!(owner(&server, "DELETE", "bucket/k").status, 204);
}

#[test]
fn new_buckets_block_public_access_if_the_server_is_told_so() {
    let server = Server::start(Options {
        https_addr: None,
        block_public_access: true,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    let info = client
        .send("GET", "", &[("bucketInfo", "")], &[], b"")
        .text();
    assert!(
        info.contains("<BlockPublicAccess>true</BlockPublicAccess>"),
        "{info}"
    );
    let setting = client.send("GET", "", &[("publicAccessBlock", "")], &[], b"");
    assert!(
        setting.text().contains("<BlockPublicAccess>true<"),
        "{}",
        setting.text()
    );
    let denied = |answer: Answer, what: &str| {
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "AccessDenied"),
            "{what}"
        );
        assert!(answer.text().contains(what), "{what}: {}", answer.text());
    };
    let (open, object) = (
        [("x-oss-acl", "public-read")],
        [("x-oss-object-acl", "public-read")],
    );
    denied(
        client.send("PUT", "", &[("acl", "")], &open, b""),
        "public bucket acl",
    );
    denied(
        Client::of(&server, "other").send("PUT", "", &[], &open, b""),
        "public bucket acl",
    );
    denied(
        client.send("PUT", "k", &[], &object, b"1"),
        "public object acl",
    );
    assert_eq!(client.put("k", b"1").status, 200);
    denied(
        client.send("PUT", "k", &[("acl", "")], &object, b""),
        "public object acl",
    );
    denied(
        client.send(
            "POST",
            "a",
            &[("append", ""), ("position", "0")],
            &object,
            b"1",
        ),
        "public object acl",
    );
    denied(
        client.send("POST", "m", &[("uploads", "")], &object, b""),
        "public object acl",
    );
    let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Principal":["*"],"Action":["oss:GetObject"],"Resource":["acs:oss:*:*:bucket/*"]}]}"#;
    denied(
        client.send("PUT", "", &[("policy", "")], &[], policy.as_bytes()),
        "public bucket policy",
    );

    // Making it again opens it no more than setting its ACL does.
    denied(client.send("PUT", "", &[], &open, b""), "public bucket acl");

    // Unblocked, all that is allowed.
    assert_eq!(
        client
            .send("DELETE", "", &[("publicAccessBlock", "")], &[], b"")
            .status,
        204
    );
    assert_eq!(
        client.send("PUT", "", &[("acl", "")], &open, b"").status,
        200
    );
    assert_eq!(
        client.send("PUT", "k", &[("acl", "")], &object, b"").status,
        200
    );
    assert_eq!(
        client
            .send("PUT", "", &[("policy", "")], &[], policy.as_bytes())
            .status,
        200
    );
}

#[test]
fn a_public_link_does_not_open_what_it_leads_to() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("private", b"1");
    let open = ("x-oss-object-acl", "public-read");
    client.send("PUT", "public", &[], &[open], b"2");
    for target in ["private", "public"] {
        let headers = [open, ("x-oss-symlink-target", target)];
        let link = format!("to-{target}");
        let made = client.send("PUT", &link, &[("symlink", "")], &headers, b"");
        assert_eq!(made.status, 200, "{}", made.text());
    }
    let stranger = |method: &str, key: &str| {
        let request = format!(
            "{method} /bucket/{key} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        );
        raw(server.http_port(), request.as_bytes())
    };
    assert_eq!(stranger("GET", "to-public").body, b"2");
    for method in ["GET", "HEAD"] {
        assert_eq!(stranger(method, "to-private").code(), "AccessDenied");
    }
    assert_eq!(client.get("to-private").body, b"1");
}

#[test]
fn a_copy_follows_one_link_not_two() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    for (link, target) in [("one", "k"), ("two", "one")] {
        let headers = [("x-oss-symlink-target", target)];
        client.send("PUT", link, &[("symlink", "")], &headers, b"");
    }
    let copy =
        |source: &str| client.send("PUT", "copy", &[], &[("x-oss-copy-source", source)], b"");
    assert_eq!(copy("/bucket/one").status, 200);
    assert_eq!(client.get("copy").body, b"1");
    assert_eq!(copy("/bucket/two").code(), "InvalidTargetType");
}

#[test]
fn a_bucket_says_how_many_channels_it_has_and_that_it_is_replicated() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let get = |what: &str| client.send("GET", "", &[(what, "")], &[], b"").text();
    assert!(get("bucketInfo").contains("<CrossRegionReplication>Disabled<"));
    let rule = b"<ReplicationConfiguration><Rule><Destination><Bucket>target</Bucket><Location>oss-cn-beijing</Location></Destination></Rule></ReplicationConfiguration>";
    let query = [("comp", "add"), ("replication", "")];
    assert_eq!(client.send("POST", "", &query, &[], rule).status, 200);
    assert!(
        get("bucketInfo").contains("<CrossRegionReplication>Enabled<"),
        "{}",
        get("bucketInfo")
    );
    assert!(get("stat").contains("<LiveChannelCount>0<"));
    let channel =
        b"<LiveChannelConfiguration><Target><Type>HLS</Type></Target></LiveChannelConfiguration>";
    client.send("PUT", "channel", &[("live", "")], &[], channel);
    assert!(
        get("stat").contains("<LiveChannelCount>1<"),
        "{}",
        get("stat")
    );
}

#[test]
fn archives_of_a_bucket_with_direct_reads_need_no_restore() {
    let server = server();
    let client = Client::new(&server, "bucket");
    for class in ["Archive", "ColdArchive"] {
        client.send("PUT", class, &[], &[("x-oss-storage-class", class)], b"1");
    }
    let copy = || {
        client.send(
            "PUT",
            "copy",
            &[],
            &[("x-oss-copy-source", "/bucket/Archive")],
            b"",
        )
    };
    assert_eq!((client.get("Archive").status, copy().status), (403, 403));
    // Its sum is said all the same: clients compare it.
    let sum = |answer: Answer| answer.header("x-oss-hash-crc64ecma").map(str::to_owned);
    let head = client.send("HEAD", "Archive", &[], &[], b"");
    assert_eq!(sum(client.get("Archive")), sum(head));
    let on =
        b"<ArchiveDirectReadConfiguration><Enabled>true</Enabled></ArchiveDirectReadConfiguration>";
    let set = client.send("PUT", "", &[("bucketArchiveDirectRead", "")], &[], on);
    assert_eq!(set.status, 200, "{}", set.text());
    assert_eq!(client.get("Archive").body, b"1");
    assert_eq!(copy().status, 200);
    assert_eq!(client.get("ColdArchive").code(), "InvalidObjectState");
}

#[test]
fn a_copy_for_which_no_type_is_named_has_that_of_its_source() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let described = [
        ("cache-control", "no-cache"),
        ("content-type", "text/x"),
        ("x-oss-meta-a", "1"),
    ];
    client.send("PUT", "source", &[], &described, b"1");
    let copied = |more: Pairs<'_>| {
        let replace = [
            ("x-oss-copy-source", "/bucket/source"),
            ("x-oss-metadata-directive", "REPLACE"),
        ];
        let headers = [&replace[..], more].concat();
        assert_eq!(client.send("PUT", "copy", &[], &headers, b"").status, 200);
        client.get("copy")
    };
    let copy = copied(&[]);
    assert_eq!(copy.header("content-type"), Some("text/x"));
    assert_eq!(
        (copy.header("cache-control"), copy.header("x-oss-meta-a")),
        (None, None)
    );
    assert_eq!(
        copied(&[("content-type", "text/y")]).header("content-type"),
        Some("text/y")
    );
}

#[test]
fn a_domain_stays_bound_over_a_restart_and_only_its_bucket_lets_it_go() {
    let dir = TempDir::new("cnames");
    let start = || {
        Server::start(Options {
            dir: Some(dir.0.clone()),
            https_addr: None,
            ..Options::default()
        })
        .unwrap()
    };
    let cname = b"<BucketCnameConfiguration><Cname><Domain>img.example.com</Domain></Cname></BucketCnameConfiguration>";
    let by_domain = |server: &Server| {
        let request = "GET /k HTTP/1.1\r\nhost: img.example.com\r\nconnection: close\r\n\r\n";
        raw(server.http_port(), request.as_bytes()).code()
    };
    {
        let server = start();
        let client = Client::new(&server, "bucket");
        Client::new(&server, "other");
        let bound = client.send("POST", "", &[("cname", ""), ("comp", "add")], &[], cname);
        assert_eq!(bound.status, 200, "{}", bound.text());
        assert_eq!(by_domain(&server), "AccessDenied");
    }
    let server = start();
    assert_eq!(by_domain(&server), "AccessDenied");
    let remove = |bucket: &str| {
        let query = [("cname", ""), ("comp", "delete")];
        Client::of(&server, bucket).send("POST", "", &query, &[], cname)
    };
    assert_eq!(remove("other").status, 200);
    assert_eq!(by_domain(&server), "AccessDenied");
    assert_eq!(remove("bucket").status, 200);
    assert_ne!(by_domain(&server), "AccessDenied");
}
