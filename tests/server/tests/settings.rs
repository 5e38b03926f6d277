//! Properties of objects, and the service.

mod support;

use std::time::Duration;

use oss_local::{Credential, Options, Server};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        threads: 2,
        restore_delay: Duration::from_secs(3),
        ..Options::default()
    })
    .unwrap()
}

#[test]
fn objects() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.send(
        "PUT",
        "k",
        &[],
        &[
            ("x-oss-tagging", "a=1&b%20c=%2B"),
            ("x-oss-server-side-encryption", "AES256"),
        ],
        b"x",
    );
    let got = client.get("k");
    assert_eq!(
        (
            got.header("x-oss-tagging-count"),
            got.header("x-oss-server-side-encryption")
        ),
        (Some("2"), Some("AES256"))
    );
    let tags = client.send("GET", "k", &[("tagging", "")], &[], b"").text();
    assert_eq!(
        (elements(&tags, "Key"), elements(&tags, "Value")),
        (
            vec!["a".to_owned(), "b c".to_owned()],
            vec!["1".to_owned(), "+".to_owned()]
        )
    );
    let body = b"<Tagging><TagSet><Tag><Key>z</Key><Value></Value></Tag></TagSet></Tagging>";
    assert_eq!(
        client
            .send("PUT", "k", &[("tagging", "")], &[], body)
            .status,
        200
    );
    assert_eq!(client.get("k").header("x-oss-tagging-count"), Some("1"));
    assert_eq!(
        client
            .send("PUT", "k", &[("tagging", "")], &[], b"<Tagging/>")
            .code(),
        "MalformedXML"
    );
    assert_eq!(
        client
            .send("DELETE", "k", &[("tagging", "")], &[], b"")
            .status,
        204
    );
    assert_eq!(client.get("k").header("x-oss-tagging-count"), None);

    assert_eq!(
        client
            .send(
                "PUT",
                "link",
                &[("symlink", "")],
                &[("x-oss-symlink-target", "k%20k")],
                b""
            )
            .status,
        200
    );
    assert_eq!(client.get("link").code(), "SymlinkTargetNotExist");
    client.put("k k", b"target");
    let got = client.get("link");
    assert_eq!(
        (got.body.as_slice(), got.header("x-oss-object-type")),
        (&b"target"[..], Some("Symlink"))
    );
    assert_eq!(
        client
            .send("GET", "link", &[("symlink", "")], &[], b"")
            .header("x-oss-symlink-target"),
        Some("k%20k")
    );
    assert_eq!(
        client.send("GET", "k", &[("symlink", "")], &[], b"").code(),
        "NotSymlink"
    );

    client.send(
        "POST",
        "log",
        &[("append", ""), ("position", "0")],
        &[],
        b"x",
    );
    assert_eq!(
        client
            .send("POST", "log", &[("seal", ""), ("position", "0")], &[], b"")
            .code(),
        "PositionNotEqualToLength"
    );
    assert_eq!(
        client
            .send("POST", "log", &[("seal", ""), ("position", "1")], &[], b"")
            .status,
        200
    );
    assert_eq!(
        client
            .send(
                "POST",
                "log",
                &[("append", ""), ("position", "1")],
                &[],
                b"x"
            )
            .code(),
        "ObjectNotAppendable"
    );

    assert_eq!(
        client
            .send(
                "PUT",
                "k",
                &[("legalHold", "")],
                &[],
                b"<LegalHold><Status>ON</Status></LegalHold>"
            )
            .status,
        200
    );
    assert_eq!(
        client.send("DELETE", "k", &[], &[], b"").code(),
        "FileImmutable"
    );
    assert_eq!(client.put("k", b"y").code(), "FileImmutable");
    client.send(
        "PUT",
        "k",
        &[("legalHold", "")],
        &[],
        b"<LegalHold><Status>OFF</Status></LegalHold>",
    );
    assert_eq!(client.send("DELETE", "k", &[], &[], b"").status, 204);
}

#[test]
fn archives() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.send(
        "PUT",
        "k",
        &[],
        &[("x-oss-storage-class", "ColdArchive")],
        b"x",
    );
    client.put("warm", b"x");
    let restore = |key: &str, body: &[u8]| client.send("POST", key, &[("restore", "")], &[], body);
    assert_eq!(
        (client.get("k").status, client.get("k").code().as_str()),
        (403, "InvalidObjectState")
    );
    assert_eq!(restore("warm", b"").code(), "OperationNotSupported");
    let body = b"<RestoreRequest><Days>2</Days><JobParameters><Tier>Expedited</Tier></JobParameters></RestoreRequest>";
    let first = restore("k", body);
    assert_eq!(
        (first.status, first.header("x-oss-object-restore-priority")),
        (202, Some("Expedited"))
    );
    assert_eq!(restore("k", body).code(), "RestoreAlreadyInProgress");
    assert_eq!(
        client
            .send("HEAD", "k", &[], &[], b"")
            .header("x-oss-restore"),
        Some("ongoing-request=\"true\"")
    );
    assert_eq!(
        client
            .send("POST", "k", &[("cleanRestoredObject", "")], &[], b"")
            .code(),
        "ArchiveRestoreNotFinished"
    );
    std::thread::sleep(Duration::from_millis(3100));
    assert_eq!(client.get("k").body, b"x");
    assert!(
        client
            .get("k")
            .header("x-oss-restore")
            .unwrap()
            .starts_with("ongoing-request=\"false\", expiry-date=")
    );
    assert_eq!(restore("k", b"").status, 200);
    assert_eq!(
        client
            .send("POST", "k", &[("cleanRestoredObject", "")], &[], b"")
            .status,
        200
    );
    assert_eq!(client.get("k").code(), "InvalidObjectState");
}

#[test]
fn service() {
    let server = server();
    for name in ["abc", "abd", "xyz"] {
        Client::new(&server, name);
    }
    let service = Client::of(&server, "");
    let list = |query: Pairs<'_>| service.send("GET", "", query, &[], b"").text();
    assert_eq!(elements(&list(&[]), "Name"), ["abc", "abd", "xyz"]);
    let page = list(&[("prefix", "ab"), ("max-keys", "1")]);
    assert_eq!(
        (elements(&page, "Name"), elements(&page, "NextMarker")),
        (vec!["abc".to_owned()], vec!["abc".to_owned()])
    );
    assert_eq!(
        elements(&list(&[("prefix", "ab"), ("marker", "abc")]), "Name"),
        ["abd"]
    );
    assert!(list(&[("regions", "")]).contains("<Region>oss-cn-hangzhou</Region>"));
    assert_eq!(
        service.send("PUT", "", &[], &[], b"").code(),
        "MethodNotAllowed"
    );

    let bad = Client::of(&server, "bucket");
    assert_eq!(bad.send("PUT", "", &[], &[], b"<CreateBucketConfiguration><StorageClass>Nonsense</StorageClass></CreateBucketConfiguration>").code(), "InvalidArgument");
    assert_eq!(bad.send("PUT", "", &[], &[], b"<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>").status, 200);
    assert_eq!(bad.put("k", b"12").status, 200);
    assert_eq!(bad.get("k").header("x-oss-storage-class"), Some("IA"));
    let stat = bad.send("GET", "", &[("stat", "")], &[], b"").text();
    assert_eq!(
        (
            elements(&stat, "Storage"),
            elements(&stat, "InfrequentAccessObjectCount")
        ),
        (vec!["2".to_owned()], vec!["1".to_owned()])
    );
    assert!(
        bad.send("GET", "", &[("location", "")], &[], b"")
            .text()
            .contains(">oss-cn-hangzhou<")
    );
}

#[test]
fn rules_keep_objects_from_being_replaced() {
    let server = Server::start(Options {
        https_addr: None,
        credentials: vec![
            Credential::new(oss_local::ACCESS_KEY_ID, oss_local::ACCESS_KEY_SECRET),
            Credential::new("b", "b").of_account("other"),
        ],
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    let open = [("x-oss-acl", "public-read-write")];
    client.send("PUT", "", &[("acl", "")], &open, b"");
    let rules = b"<OverwriteConfiguration>\
        <Rule><ID>a</ID><Action>forbid</Action><Prefix>logs/</Prefix><Suffix>.txt</Suffix></Rule>\
        <Rule><ID>b</ID><Action>forbid</Action><Prefix>theirs/</Prefix><Principals><Principal>oth*</Principal></Principals></Rule>\
        </OverwriteConfiguration>";
    let set = client.send("PUT", "", &[("overwriteConfig", "")], &[], rules);
    assert_eq!(set.status, 200);
    let other = Client {
        id: "b",
        secret: "b",
        ..client.clone()
    };
    for key in ["logs/a.txt", "logs/a", "a.txt", "theirs/a"] {
        assert_eq!(client.put(key, b"1").status, 200, "{key}");
    }
    let refused = client.put("logs/a.txt", b"2");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "FileAlreadyExists")
    );
    let source = [("x-oss-copy-source", "/bucket/a.txt")];
    assert_eq!(
        client.send("PUT", "logs/a.txt", &[], &source, b"").status,
        409
    );
    for key in ["logs/a", "a.txt", "theirs/a"] {
        assert_eq!(client.put(key, b"2").status, 200, "{key}");
    }
    assert_eq!(other.put("theirs/a", b"3").status, 409);
    assert_eq!(other.put("theirs/b", b"3").status, 200);
    assert_eq!(client.get("logs/a.txt").body, b"1");
    client.send("DELETE", "", &[("overwriteConfig", "")], &[], b"");
    assert_eq!(client.put("logs/a.txt", b"2").status, 200);
}

#[test]
fn archives_are_read_directly_where_the_bucket_says_so() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    for class in ["Archive", "ColdArchive"] {
        let header = [("x-oss-storage-class", class)];
        client.send("PUT", class, &[], &header, b"text");
        assert_eq!(client.get(class).code(), "InvalidObjectState");
    }
    let set = |value: &str| {
        let text = format!(
            "<ArchiveDirectReadConfiguration><Enabled>{value}</Enabled></ArchiveDirectReadConfiguration>"
        );
        client.send(
            "PUT",
            "",
            &[("bucketArchiveDirectRead", "")],
            &[],
            text.as_bytes(),
        )
    };
    assert_eq!(set("true").status, 200);
    assert_eq!(client.get("Archive").body, b"text");
    assert_eq!(client.get("ColdArchive").code(), "InvalidObjectState");
    assert_eq!(set("false").status, 200);
    assert_eq!(client.get("Archive").code(), "InvalidObjectState");
}

#[test]
fn a_point_for_object_processing_has_its_own_code_when_it_is_gone() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let send = |method: &str, name: &str, body: &[u8]| {
        let named = [("x-oss-access-point-for-object-process-name", "fc-ap")];
        client.send(method, "", &[(name, "")], &named, body)
    };
    let create = b"<CreateAccessPointForObjectProcessConfiguration><AccessPointName>ap</AccessPointName></CreateAccessPointForObjectProcessConfiguration>";
    assert_eq!(
        send("PUT", "accessPointForObjectProcess", create).status,
        200
    );
    let point = send("GET", "accessPointForObjectProcess", b"").text();
    assert_eq!(
        elements(&point, "PublicEndpoint"),
        ["fc-ap-0123456789012345.oss-cn-hangzhou.oss-object-process.aliyuncs.com"]
    );
    assert_eq!(
        send("DELETE", "accessPointForObjectProcess", b"").status,
        204
    );
    for (method, name) in [
        ("GET", "accessPointForObjectProcess"),
        ("DELETE", "accessPointForObjectProcess"),
        ("GET", "accessPointConfigForObjectProcess"),
        ("GET", "accessPointPolicyForObjectProcess"),
    ] {
        let gone = send(method, name, b"");
        assert_eq!(
            (gone.status, gone.code().as_str()),
            (404, "NoSuchAccessPointForObjectProcess"),
            "{method} {name}"
        );
    }
}

#[test]
fn the_mode_in_which_a_meta_query_was_opened_is_shown() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let open = |query: &[(&str, &str)]| {
        let all = [&[("metaQuery", ""), ("comp", "add")], query].concat();
        client.send("POST", "", &all, &[], b"")
    };
    let refused = open(&[("mode", "clever")]);
    assert_eq!(refused.code(), "InvalidArgument", "{}", refused.text());
    for (query, mode) in [(&[][..], "basic"), (&[("mode", "semantic")], "semantic")] {
        assert_eq!(open(query).status, 200);
        let state = client.send("GET", "", &[("metaQuery", "")], &[], b"");
        assert_eq!(elements(&state.text(), "MetaQueryMode"), [mode]);
        let close = [("metaQuery", ""), ("comp", "delete")];
        assert_eq!(client.send("POST", "", &close, &[], b"").status, 200);
    }
}

#[test]
fn the_last_page_of_live_channels_has_an_empty_marker() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let channel =
        b"<LiveChannelConfiguration><Target><Type>HLS</Type></Target></LiveChannelConfiguration>";
    for name in ["one", "two"] {
        let made = client.send("PUT", name, &[("live", "")], &[], channel);
        assert_eq!(made.status, 200, "{}", made.text());
    }
    for (query, marker) in [
        (&[("live", "")][..], ""),
        (&[("live", ""), ("max-keys", "1")], "one"),
        (&[("live", ""), ("max-keys", "1"), ("marker", "one")], ""),
    ] {
        let page = client.send("GET", "", query, &[], b"").text();
        assert_eq!(elements(&page, "NextMarker"), [marker], "{query:?}: {page}");
    }
}
