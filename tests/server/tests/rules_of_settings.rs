//! What the service makes of settings, refuses in them, and says about them, in the words that clients compare.

mod support;

use oss_local::{Options, Server};
use support::*;

fn start() -> Server {
    Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap()
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let rule = |inner: &str| {
        format!(
            "<LifecycleConfiguration><Rule><Prefix>a</Prefix><Status>Enabled</Status>{inner}</Rule></LifecycleConfiguration>"
        )
    };
    let to = |days: u32, class: &str| {
        format!("<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>")
    };
    let encryption = |inner: &str| {
        format!(
            "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>{inner}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
        )
    };
    let expires = "<Expiration><Days>6</Days></Expiration>";
    let rows = [
        ("lifecycle", rule(""), "MalformedXML"),
        ("lifecycle", rule("<Expiration><Days>0</Days></Expiration>"), "MalformedXML"),
        ("lifecycle", rule(&format!("{expires}{}", to(5, "Cold"))), "MalformedXML"),
        ("lifecycle", rule(&format!("{expires}{}", to(7, "IA"))), "InvalidArgument"),
        ("lifecycle", rule(&format!("{expires}{}{}", to(5, "IA"), to(2, "Archive"))), "InvalidArgument"),
        ("lifecycle", rule(&format!("<Expiration><CreatedBeforeDate>2030-01-01T00:00:00Z</CreatedBeforeDate></Expiration>{}", to(3, "IA"))), "InvalidRequest"),
        ("lifecycle", rule(&format!("{expires}{}{}", to(2, "IA"), to(5, "Archive"))), ""),
        ("encryption", encryption("<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>"), "InvalidArgument"),
        ("encryption", encryption("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>"), ""),
        ("httpsConfig", "<HttpsConfiguration><TLS><Enable>true</Enable></TLS></HttpsConfiguration>".to_owned(), "MalformedXML"),
        ("httpsConfig", "<HttpsConfiguration><TLS><Enable>true</Enable><TLSVersion>a</TLSVersion></TLS></HttpsConfiguration>".to_owned(), "MalformedXML"),
        ("httpsConfig", "<HttpsConfiguration><TLS><Enable>False</Enable></TLS></HttpsConfiguration>".to_owned(), ""),
        ("qos", "<BucketUserQos><StorageCapacity>-2</StorageCapacity></BucketUserQos>".to_owned(), "InvalidArgument"),
        ("logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>nowhere</TargetBucket></LoggingEnabled></BucketLoggingStatus>".to_owned(), "InvalidTargetBucketForLogging"),
        ("logging", "<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket></LoggingEnabled></BucketLoggingStatus>".to_owned(), ""),
    ];
    for (name, body, code) in rows {
        let answer = client.send("PUT", "", &[(name, "")], &[], body.as_bytes());
        assert_eq!(answer.code(), code, "{name} {body}");
        assert_eq!(answer.status == 200, code.is_empty(), "{name} {body}");
    }
}

#[test]
fn settings_come_back_complete() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let back = |name: &str, body: &str| {
        assert_eq!(
            client
                .send("PUT", "", &[(name, "")], &[], body.as_bytes())
                .status,
            200,
            "{body}"
        );
        client.send("GET", "", &[(name, "")], &[], b"").text()
    };
    let cors = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
    assert!(back("cors", cors).contains("<ResponseVary>false</ResponseVary>"));
    let referer = "<RefererConfiguration><AllowEmptyReferer>True</AllowEmptyReferer><RefererList></RefererList></RefererConfiguration>";
    let referer = back("referer", referer);
    assert!(
        referer.contains("<AllowEmptyReferer>true<")
            && referer.contains("<AllowTruncateQueryString>true<"),
        "{referer}"
    );
    let tls = "<HttpsConfiguration><TLS><Enable>true</Enable><TLSVersion>TLSv1.2</TLSVersion><TLSVersion>TLSv1.2</TLSVersion></TLS></HttpsConfiguration>";
    assert_eq!(
        elements(&back("httpsConfig", tls), "TLSVersion"),
        ["TLSv1.2"]
    );
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>True</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></TagSet></Tagging>";
    assert_eq!(elements(&back("tagging", tags), "Value"), ["True", "2"]);
    // One tag goes, and buckets are found by the other.
    assert_eq!(
        client
            .send("DELETE", "", &[("tagging", "b")], &[], b"")
            .status,
        204
    );
    assert_eq!(
        elements(
            &client.send("GET", "", &[("tagging", "")], &[], b"").text(),
            "Key"
        ),
        ["a"]
    );
    let service = Client::of(&server, "");
    let by_tag = |tag: &str| {
        elements(
            &service
                .send("GET", "", &[("tagging", tag)], &[], b"")
                .text(),
            "Name",
        )
        .len()
    };
    assert_eq!((by_tag("\"a\":\"True\""), by_tag("\"a\":\"x\"")), (1, 0));
    assert_eq!(
        service
            .send("GET", "", &[("prefix", "A_b")], &[], b"")
            .status,
        400
    );
}

#[test]
fn a_bucket_is_made_as_its_headers_and_body_say() {
    let server = start();
    let client = Client::of(&server, "bucket");
    let kms = [
        ("x-oss-server-side-encryption", "KMS"),
        ("x-oss-server-side-encryption-key-id", "key-1"),
        ("x-oss-resource-group-id", "rg-1"),
    ];
    let class =
        b"<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>";
    assert_eq!(client.send("PUT", "", &[], &kms, class).status, 200);
    let info = client
        .send("GET", "", &[("bucketInfo", "")], &[], b"")
        .text();
    for (name, value) in [
        ("SSEAlgorithm", "KMS"),
        ("KMSMasterKeyID", "key-1"),
        ("ResourceGroupId", "rg-1"),
        ("StorageClass", "IA"),
        ("Comment", ""),
    ] {
        assert_eq!(elements(&info, name), [value], "{info}");
    }
    assert_eq!(client.send("PUT", "", &[], &[], class).status, 200);
    assert_eq!(
        client.send("PUT", "", &[], &[], b"").code(),
        "BucketAlreadyExists"
    );
    // PutBucketAcl makes a bucket, too.
    let other = Client::of(&server, "made-by-acl");
    let made = other.send(
        "PUT",
        "",
        &[("acl", "")],
        &[("x-oss-acl", "public-read")],
        b"",
    );
    assert_eq!(
        (made.status, made.header("location")),
        (200, Some("/made-by-acl"))
    );
    assert_eq!(other.put("k", b"").status, 200);
}

#[test]
fn live_channels_are_kept() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let empty = client.send("GET", "", &[("live", "")], &[], b"").text();
    assert_eq!(elements(&empty, "IsTruncated"), ["false"]);
    let missing = client.send("GET", "channel", &[("live", "")], &[], b"");
    assert_eq!(missing.code(), "NoSuchLiveChannel");
    let configuration = b"<LiveChannelConfiguration><Description>d</Description><Status>enabled</Status><Target><Type>HLS</Type></Target></LiveChannelConfiguration>";
    let made = client
        .send("PUT", "channel", &[("live", "")], &[], configuration)
        .text();
    assert_eq!(
        elements(&made, "Url")[0],
        "rtmp://bucket.127.0.0.1/live/channel"
    );
    let info = client
        .send("GET", "channel", &[("live", "")], &[], b"")
        .text();
    assert_eq!(
        (
            elements(&info, "FragDuration"),
            elements(&info, "FragCount")
        ),
        (vec!["5".to_owned()], vec!["3".to_owned()])
    );
    assert_eq!(
        client
            .send(
                "PUT",
                "channel",
                &[("live", ""), ("status", "disabled")],
                &[],
                b""
            )
            .status,
        200
    );
    let stat = client
        .send(
            "GET",
            "channel",
            &[("live", ""), ("comp", "stat")],
            &[],
            b"",
        )
        .text();
    assert_eq!(elements(&stat, "Status"), ["Disabled"]);
    let now = now();
    let (start, end) = ((now - 60).to_string(), (now + 60).to_string());
    let span = [
        ("vod", ""),
        ("startTime", start.as_str()),
        ("endTime", end.as_str()),
    ];
    assert_eq!(
        client
            .send("POST", "channel/list.m3u8", &span, &[], b"")
            .header("x-oss-ec"),
        Some("0044-00000308")
    );
    client.put("channel/1.ts", b"x");
    assert_eq!(
        client
            .send("POST", "channel/list.m3u8", &span, &[], b"")
            .status,
        200
    );
    assert!(client.get("channel/list.m3u8").text().contains("\n1.ts\n"));
    assert_eq!(
        client
            .send("DELETE", "channel", &[("live", "")], &[], b"")
            .status,
        204
    );
}

#[test]
fn what_is_missing_comes_before_what_cannot_be_done() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let process = [("x-oss-process", "image/resize,w_1")];
    assert_eq!(
        client.send("GET", "k", &process, &[], b"").code(),
        "NoSuchKey"
    );
    assert_eq!(
        Client::of(&server, "none")
            .send("GET", "k", &process, &[], b"")
            .code(),
        "NoSuchBucket"
    );
    client.put("k", b"1");
    assert_eq!(
        client.send("GET", "k", &process, &[], b"").code(),
        "NotImplemented"
    );
    assert_eq!(
        client
            .send("POST", "k", &[("x-oss-process", "")], &[], b"")
            .code(),
        "NotImplemented"
    );
}

#[test]
fn restores_ask_for_tiers_only_where_there_are_some() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let restore = |key: &str, tier: &str| {
        let body = format!(
            "<RestoreRequest><Days>1</Days><JobParameters><Tier>{tier}</Tier></JobParameters></RestoreRequest>"
        );
        client
            .send("POST", key, &[("restore", "")], &[], body.as_bytes())
            .code()
    };
    for class in ["Archive", "ColdArchive"] {
        client.send("PUT", class, &[], &[("x-oss-storage-class", class)], b"1");
    }
    assert_eq!(restore("Archive", "Bulk"), "MalformedXML");
    assert_eq!(restore("ColdArchive", "Never"), "InvalidArgument");
    assert_eq!(restore("ColdArchive", "Bulk"), "");
}

#[test]
fn traffic_limits_slow_down_both_ways() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let limit = [("x-oss-traffic-limit", "819200")];
    let body = vec![1; 50 * 1024];
    // 50 KiB at 100 KiB a second take half a second, at least.
    let timed = |act: &dyn Fn() -> Answer| {
        let began = std::time::Instant::now();
        assert_eq!(act().status, 200);
        began.elapsed().as_millis()
    };
    assert!(timed(&|| client.send("PUT", "k", &[], &limit, &body)) >= 450);
    assert!(timed(&|| client.send("GET", "k", &[], &limit, b"")) >= 450);
}

#[test]
fn digests_of_the_official_c_client_are_taken() {
    use base64::Engine;
    use md5::Digest;
    let server = start();
    let client = Client::new(&server, "bucket");
    let mut digest = md5::Md5::digest(b"hello").to_vec();
    digest.extend_from_slice(&[0; 4]);
    let text = base64::engine::general_purpose::STANDARD.encode(&digest);
    assert_eq!(
        client
            .send("PUT", "k", &[], &[("content-md5", text.as_str())], b"hello")
            .status,
        200
    );
    assert_eq!(
        client
            .send("PUT", "k", &[], &[("content-md5", text.as_str())], b"other")
            .code(),
        "InvalidDigest"
    );
}

#[test]
fn resource_groups_are_those_whose_ids_can_be() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let set = |id: &str| {
        let body = format!(
            "<BucketResourceGroupConfiguration><ResourceGroupId>{id}</ResourceGroupId></BucketResourceGroupConfiguration>"
        );
        client.send("PUT", "", &[("resourceGroup", "")], &[], body.as_bytes())
    };
    for id in ["", "rg-acfmxazb4ph6aiy"] {
        assert_eq!(set(id).status, 200, "{id}");
    }
    for id in ["rg-not-exist", "rg-", "group"] {
        let header = [("x-oss-resource-group-id", id)];
        let made = Client::of(&server, "other").send("PUT", "", &[], &header, b"");
        for refused in [set(id), made] {
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (400, "ResourceGroupIdPreCheckError"),
                "{id}"
            );
            assert_eq!(refused.header("x-oss-ec"), Some("0039-00000003"));
        }
    }
}

#[test]
fn headers_of_cors_rules_are_kept_in_lower_case() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let body = b"<CORSConfiguration><CORSRule><AllowedOrigin>http://A</AllowedOrigin><AllowedMethod>GET</AllowedMethod>\
        <AllowedHeader>X-Own</AllowedHeader><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>";
    assert_eq!(
        client.send("PUT", "", &[("cors", "")], &[], body).status,
        200
    );
    let kept = client.send("GET", "", &[("cors", "")], &[], b"").text();
    for (element, text) in [
        ("AllowedHeader", "x-own"),
        ("AllowedOrigin", "http://A"),
        ("AllowedMethod", "GET"),
        ("ExposeHeader", "ETag"),
    ] {
        assert_eq!(elements(&kept, element), [text]);
    }
}

/// The service takes these for a PUT that makes the bucket.
#[test]
fn two_settings_of_a_bucket_that_is_not_there_are_documents_of_the_wrong_kind() {
    let server = start();
    let client = Client::of(&server, "missing");
    let rows = [
        (
            "PUT",
            "overwriteConfig",
            (400, "MalformedXML", "0015-00000231"),
        ),
        ("PUT", "objectWorm", (400, "MalformedXML", "0015-00000231")),
        (
            "GET",
            "overwriteConfig",
            (404, "NoSuchBucket", "0015-00000101"),
        ),
        (
            "DELETE",
            "overwriteConfig",
            (404, "NoSuchBucket", "0015-00000101"),
        ),
        ("PUT", "cors", (404, "NoSuchBucket", "0015-00000101")),
    ];
    for (method, name, expected) in rows {
        let answer = client.send(method, "", &[(name, "")], &[], b"");
        let code = answer.code();
        let ec = answer.header("x-oss-ec").unwrap_or_default();
        assert_eq!(
            (answer.status, code.as_str(), ec),
            expected,
            "{method} {name}"
        );
    }
}
