//! Settings of buckets that are documents.

mod support;

use oss_local::{Options, Server};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        threads: 2,
        ..Options::default()
    })
    .unwrap()
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
            "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule><ResponseVary>true</ResponseVary></CORSConfiguration>",
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
            "<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath><RefererList></RefererList></RefererConfiguration>",
            "",
        ),
        (
            "website",
            "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
            "NoSuchWebsiteConfiguration",
        ),
        (
            "logging",
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket><TargetPrefix>in/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
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

    let unblock = client.send("DELETE", "", &[("publicAccessBlock", "")], &[], b"");
    assert_eq!(unblock.status, 204);
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
    let inventory = "<InventoryConfiguration><Id>r1</Id><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format><Bucket>acs:oss:::bucket</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions><Filter><Prefix>a</Prefix></Filter><OptionalFields><Field>Size</Field></OptionalFields></InventoryConfiguration>";
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
    // What a rule does comes to its end first; the destination is free at once.
    let closing = worm("GET", &[("replication", "")], b"").text();
    assert!(closing.contains("<Status>closing</Status>"), "{closing}");
    let again = worm("POST", &[("replication", ""), ("comp", "add")], rules);
    assert_eq!(again.status, 200, "{}", again.text());
    let twice = worm("POST", &[("replication", ""), ("comp", "add")], rules);
    assert_eq!(
        (twice.status, twice.code().as_str()),
        (400, "BucketReplicationAlreadyExist")
    );
}

#[test]
fn access_points() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let create = b"<CreateAccessPointConfiguration><AccessPointName>ap</AccessPointName><NetworkOrigin>internet</NetworkOrigin></CreateAccessPointConfiguration>";
    assert_eq!(
        client
            .send("PUT", "", &[("accessPoint", "")], &[], create)
            .status,
        200
    );
    assert_eq!(
        client
            .send("PUT", "", &[("accessPoint", "")], &[], create)
            .status,
        409
    );
    let named = [("x-oss-access-point-name", "ap")];
    assert!(
        client
            .send("GET", "", &[("accessPoint", "")], &named, b"")
            .text()
            .contains("<GetAccessPointResult>")
    );
    assert!(
        client
            .send("GET", "", &[("accessPoint", "")], &[], b"")
            .text()
            .contains("<ListAccessPointsResult>")
    );
    let policy = br#"{"Statement":[{"Effect":"Allow"}]}"#;
    let send = |method: &str, body: &[u8]| {
        client.send(method, "", &[("accessPointPolicy", "")], &named, body)
    };
    assert_eq!(send("GET", b"").code(), "NoSuchAccessPointPolicy");
    assert_eq!(send("PUT", policy).status, 200);
    assert_eq!(send("GET", b"").body, policy);
    assert_eq!(
        client
            .send("DELETE", "", &[("accessPoint", "")], &named, b"")
            .status,
        204
    );

    let named = [("x-oss-access-point-for-object-process-name", "fc")];
    let create = b"<CreateAccessPointForObjectProcessConfiguration><AccessPointName>ap</AccessPointName><ObjectProcessConfiguration><AllowedFeatures><AllowedFeature>x</AllowedFeature></AllowedFeatures></ObjectProcessConfiguration></CreateAccessPointForObjectProcessConfiguration>";
    let send = |method: &str, name: &str, body: &[u8]| {
        client.send(method, "", &[(name, "")], &named, body)
    };
    assert_eq!(
        send("PUT", "accessPointForObjectProcess", create).status,
        200
    );
    assert!(
        send("GET", "accessPointConfigForObjectProcess", b"")
            .text()
            .contains("<AllowedFeature>x<")
    );
    let service = Client::of(&server, "");
    let list = service
        .send("GET", "", &[("accessPointForObjectProcess", "")], &[], b"")
        .text();
    assert_eq!(elements(&list, "AccessPointNameForObjectProcess"), ["fc"]);
    assert_eq!(
        send("DELETE", "accessPointForObjectProcess", b"").status,
        204
    );

    let meta = |method: &str, comp: &str| {
        client.send(method, "", &[("metaQuery", ""), ("comp", comp)], &[], b"")
    };
    assert_eq!(
        client
            .send("GET", "", &[("metaQuery", "")], &[], b"")
            .code(),
        "MetaQueryNotExist"
    );
    assert_eq!(
        (
            meta("POST", "add").status,
            meta("POST", "add").code().as_str()
        ),
        (200, "MetaQueryAlreadyExist")
    );
    assert_eq!(meta("POST", "query").code(), "NotImplemented");
    assert_eq!(meta("POST", "delete").status, 200);
}

/// Python writes `True`, and reads `true` only.
#[test]
fn booleans_of_other_languages() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let cases: [(Pairs<'_>, &str); 3] = [
        (
            &[("publicAccessBlock", "")],
            "<PublicAccessBlockConfiguration><BlockPublicAccess>True</BlockPublicAccess></PublicAccessBlockConfiguration>",
        ),
        (
            &[("inventory", ""), ("inventoryId", "r")],
            "<InventoryConfiguration><Id>r</Id><IsEnabled>True</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format><Bucket>acs:oss:::bucket</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions><Filter><Prefix>a</Prefix></Filter><OptionalFields><Field>Size</Field></OptionalFields></InventoryConfiguration>",
        ),
        (
            &[("transferAcceleration", "")],
            "<TransferAccelerationConfiguration><Enabled>True</Enabled></TransferAccelerationConfiguration>",
        ),
    ];
    for (query, document) in cases {
        let put = client.send("PUT", "", query, &[], document.as_bytes());
        assert_eq!(put.status, 200, "{}", put.text());
        let got = client.send("GET", "", query, &[], b"").text();
        assert!(got.ends_with(&document.replace("True", "true")), "{got}");
    }
    let tags = "<Tagging><TagSet><Tag><Key>True</Key><Value>True</Value></Tag></TagSet></Tagging>";
    client.send("PUT", "", &[("tagging", "")], &[], tags.as_bytes());
    let got = client.send("GET", "", &[("tagging", "")], &[], b"").text();
    assert!(got.ends_with(tags), "only booleans change: {got}");
}
