//! Properties of objects and settings of buckets.

mod support;

use std::time::Duration;

use oss_local::{Options, Server};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        threads: 2,
        restore_delay: Duration::from_millis(300),
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
    std::thread::sleep(Duration::from_millis(350));
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

/// Sub-resource, document, and what a GET of nothing answers.
#[test]
fn documents() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let cases = [
        (
            "lifecycle",
            "<LifecycleConfiguration><Rule><ID>a</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>",
            "NoSuchLifecycle",
        ),
        (
            "cors",
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
            "NoSuchCORSConfiguration",
        ),
        (
            "tagging",
            "<Tagging><TagSet><Tag><Key>a</Key><Value>1 &amp; 2</Value></Tag></TagSet></Tagging>",
            "",
        ),
        (
            "encryption",
            "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
            "NoSuchServerSideEncryptionRule",
        ),
        (
            "referer",
            "<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList></RefererList></RefererConfiguration>",
            "",
        ),
        (
            "website",
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
            "NoSuchWebsiteConfiguration",
        ),
        (
            "logging",
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket></LoggingEnabled></BucketLoggingStatus>",
            "",
        ),
        (
            "transferAcceleration",
            "<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>",
            "NoSuchTransferAccelerationConfiguration",
        ),
        (
            "publicAccessBlock",
            "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>",
            "",
        ),
        (
            "requestPayment",
            "<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>",
            "",
        ),
        (
            "accessmonitor",
            "<AccessMonitorConfiguration><Status>Enabled</Status></AccessMonitorConfiguration>",
            "",
        ),
        (
            "httpsConfig",
            "<HttpsConfiguration><TLS><Enable>true</Enable><TLSVersion>TLSv1.2</TLSVersion></TLS></HttpsConfiguration>",
            "",
        ),
        (
            "resourceGroup",
            "<BucketResourceGroupConfiguration><ResourceGroupId>rg-1</ResourceGroupId></BucketResourceGroupConfiguration>",
            "",
        ),
    ];
    for (name, document, unset) in cases {
        let send =
            |method: &str, body: &str| client.send(method, "", &[(name, "")], &[], body.as_bytes());
        let before = send("GET", "");
        if unset.is_empty() {
            assert_eq!(before.status, 200, "{name}: {}", before.text());
        } else {
            assert_eq!(
                (before.status, before.code().as_str()),
                (404, unset),
                "{name}"
            );
        }
        assert_eq!(send("PUT", "<Wrong/>").code(), "MalformedXML", "{name}");
        assert_eq!(send("PUT", "<Wrong>").code(), "MalformedXML", "{name}");
        assert_eq!(
            send("PUT", document).status,
            200,
            "{name}: {}",
            send("PUT", document).text()
        );
        assert!(
            send("GET", "").text().ends_with(document),
            "{name}: {}",
            send("GET", "").text()
        );
    }
    assert_eq!(
        client.put("k", b"").header("x-oss-server-side-encryption"),
        Some("KMS")
    );
    let info = client
        .send("GET", "", &[("bucketInfo", "")], &[], b"")
        .text();
    for piece in [
        "<SSEAlgorithm>KMS</SSEAlgorithm>",
        "<TransferAcceleration>Enabled</TransferAcceleration>",
        "<ResourceGroupId>rg-1<",
    ] {
        assert!(info.contains(piece), "{piece}");
    }
    assert_eq!(
        client
            .send("DELETE", "", &[("lifecycle", "")], &[], b"")
            .status,
        204
    );
    assert_eq!(
        client
            .send("GET", "", &[("lifecycle", "")], &[], b"")
            .code(),
        "NoSuchLifecycle"
    );

    let policy = br#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["*"],"Resource":["*"]}]}"#;
    assert_eq!(
        client.send("GET", "", &[("policy", "")], &[], b"").code(),
        "NoSuchBucketPolicy"
    );
    assert_eq!(
        client.send("PUT", "", &[("policy", "")], &[], b"{").code(),
        "InvalidPolicyDocument"
    );
    assert_eq!(
        client
            .send("PUT", "", &[("policy", "")], &[], policy)
            .status,
        200
    );
    assert_eq!(
        client.send("GET", "", &[("policy", "")], &[], b"").body,
        policy
    );
    assert!(
        client
            .send("GET", "", &[("policyStatus", "")], &[], b"")
            .text()
            .contains("<IsPublic>true<")
    );
}

#[test]
fn named_settings() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let inventory =
        "<InventoryConfiguration><Id>r1</Id><IsEnabled>true</IsEnabled></InventoryConfiguration>";
    let query = [("inventory", ""), ("inventoryId", "r1")];
    assert_eq!(
        client.send("GET", "", &query, &[], b"").code(),
        "NoSuchInventory"
    );
    assert_eq!(
        client
            .send("PUT", "", &query, &[], inventory.as_bytes())
            .status,
        200
    );
    assert_eq!(
        client
            .send("PUT", "", &query, &[], inventory.as_bytes())
            .code(),
        "InventoryAlreadyExist"
    );
    assert!(
        client
            .send("GET", "", &[("inventory", "")], &[], b"")
            .text()
            .contains(inventory)
    );
    assert_eq!(client.send("DELETE", "", &query, &[], b"").status, 204);

    let cname = b"<BucketCnameConfiguration><Cname><Domain>img.example.com</Domain></Cname></BucketCnameConfiguration>";
    assert_eq!(
        client
            .send("POST", "", &[("cname", ""), ("comp", "add")], &[], cname)
            .status,
        200
    );
    assert!(
        client
            .send("GET", "", &[("cname", "")], &[], b"")
            .text()
            .contains("<Domain>img.example.com</Domain>")
    );
    client.send(
        "PUT",
        "k",
        &[],
        &[("x-oss-object-acl", "public-read")],
        b"x",
    );
    assert_eq!(
        raw(
            server.http_port(),
            b"GET /k HTTP/1.1\r\nhost: img.example.com\r\nconnection: close\r\n\r\n"
        )
        .body,
        b"x"
    );
    assert_eq!(
        client
            .send("POST", "", &[("cname", ""), ("comp", "delete")], &[], cname)
            .status,
        200
    );
    assert_ne!(
        raw(
            server.http_port(),
            b"GET /k HTTP/1.1\r\nhost: img.example.com\r\nconnection: close\r\n\r\n"
        )
        .status,
        200
    );

    let style = [("style", ""), ("styleName", "s")];
    assert_eq!(
        client
            .send(
                "PUT",
                "",
                &style,
                &[],
                b"<Style><Content>image/resize,p_50</Content></Style>"
            )
            .status,
        200
    );
    assert!(
        client
            .send("GET", "", &style, &[], b"")
            .text()
            .contains("<Content>image/resize,p_50</Content>")
    );

    let worm =
        |method: &str, query: Pairs<'_>, body: &[u8]| client.send(method, "", query, &[], body);
    assert_eq!(
        worm("GET", &[("worm", "")], b"").code(),
        "NoSuchWORMConfiguration"
    );
    let body = b"<InitiateWormConfiguration><RetentionPeriodInDays>3</RetentionPeriodInDays></InitiateWormConfiguration>";
    let id = worm("POST", &[("worm", "")], body)
        .header("x-oss-worm-id")
        .unwrap()
        .to_owned();
    assert_eq!(worm("POST", &[("wormId", &id)], b"").status, 200);
    assert_eq!(
        worm("DELETE", &[("worm", "")], b"").code(),
        "WORMConfigurationLocked"
    );
    let body = b"<ExtendWormConfiguration><RetentionPeriodInDays>4</RetentionPeriodInDays></ExtendWormConfiguration>";
    assert_eq!(
        worm("POST", &[("wormExtend", ""), ("wormId", &id)], body).status,
        200
    );
    let text = worm("GET", &[("worm", "")], b"").text();
    assert_eq!(
        (
            elements(&text, "RetentionPeriodInDays"),
            elements(&text, "State")
        ),
        (vec!["4".to_owned()], vec!["Locked".to_owned()])
    );

    let rules = b"<ReplicationConfiguration><Rule><Destination><Bucket>other</Bucket><Location>oss-cn-beijing</Location></Destination></Rule></ReplicationConfiguration>";
    let id = worm("POST", &[("replication", ""), ("comp", "add")], rules)
        .header("x-oss-replication-rule-id")
        .unwrap()
        .to_owned();
    assert!(
        worm("GET", &[("replication", "")], b"")
            .text()
            .contains(&id)
    );
    let delete = format!("<ReplicationRules><ID>{id}</ID></ReplicationRules>");
    assert_eq!(
        worm(
            "POST",
            &[("replication", ""), ("comp", "delete")],
            delete.as_bytes()
        )
        .status,
        200
    );
    assert_eq!(
        worm("GET", &[("replication", "")], b"").code(),
        "NoSuchReplicationConfiguration"
    );
}

#[test]
fn service() {
    let server = server();
    for name in ["abc", "abd", "xyz"] {
        Client::new(&server, name);
    }
    let service = Client {
        server: &server,
        bucket: String::new(),
    };
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

    let bad = Client {
        server: &server,
        bucket: "bucket".to_owned(),
    };
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
