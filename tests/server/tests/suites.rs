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

#[test]
fn settings_that_make_no_sense_are_refused() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let transition = |more: &str| {
        format!(
            "<Transition><Days>3</Days><StorageClass>Standard</StorageClass>{more}</Transition>"
        )
    };
    let tagged = |key: &str, value: &str| {
        format!(
            "<Expiration><Days>3</Days></Expiration><Tag><Key>{key}</Key><Value>{value}</Value></Tag>"
        )
    };
    let rows = [
        (transition(""), "InvalidArgument"),
        (transition("<IsAccessTime>true</IsAccessTime>"), ""),
        (tagged("%&amp;", "1"), "InvalidTag"),
        (tagged("a", ")%"), "InvalidTag"),
        (tagged("a", "1"), ""),
    ];
    for (actions, code) in rows {
        let body = format!(
            "<LifecycleConfiguration><Rule><ID>r</ID><Prefix></Prefix><Status>Enabled</Status>{actions}</Rule></LifecycleConfiguration>"
        );
        let set = client.send("PUT", "", &[("lifecycle", "")], &[], body.as_bytes());
        assert_eq!(set.code(), code, "{body}");
    }
    let body = b"<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>own</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>";
    let set = client.send("PUT", "", &[("encryption", "")], &[], body);
    assert_eq!(set.code(), "InvalidEncryptionAlgorithmError");
}

#[test]
fn no_text_of_a_listing_is_longer_than_a_name() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let long = "a".repeat(1025);
    let lists: [(Pairs<'_>, &[&str]); 3] = [
        (&[], &["prefix", "delimiter", "marker"]),
        (
            &[("list-type", "2")],
            &["prefix", "delimiter", "start-after"],
        ),
        (&[("versions", "")], &["prefix", "delimiter", "key-marker"]),
    ];
    for (list, names) in lists {
        for name in names {
            let with = |text: &str| {
                let mut query = list.to_vec();
                query.push((name, text));
                client.send("GET", "", &query, &[], b"")
            };
            assert_eq!(with(&long).code(), "InvalidArgument", "{name} {list:?}");
            assert_eq!(with(&long[1..]).status, 200, "{name} {list:?}");
        }
    }
}

#[test]
fn texts_are_packed_for_who_takes_them_so() {
    use std::io::Read;
    let server = server();
    let client = Client::new(&server, "bucket");
    let body = b"0123456789".repeat(200);
    let put = |key: &str, kind: &str, body: &[u8]| {
        client.send("PUT", key, &[], &[("content-type", kind)], body);
    };
    put("text", "text/plain", &body);
    put("short", "text/plain", &body[..1000]);
    put("image", "image/png", &body);
    let get = |key: &str, headers: Pairs<'_>| client.send("GET", key, &[], headers, b"");
    let packed = get("text", &[("accept-encoding", "deflate, gzip")]);
    assert_eq!(
        (
            packed.header("content-encoding"),
            packed.header("transfer-encoding")
        ),
        (Some("gzip"), Some("chunked"))
    );
    assert_eq!(
        (packed.header("content-length"), packed.header("etag")),
        (None, None)
    );
    let packed = unchunk(&packed.body);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, body);
    let whole = [
        ("text", &[][..]),
        ("text", &[("accept-encoding", "gzip;q=0")]),
        (
            "text",
            &[("accept-encoding", "gzip"), ("range", "bytes=0-1999")],
        ),
        ("short", &[("accept-encoding", "gzip")]),
        ("image", &[("accept-encoding", "gzip")]),
    ];
    for (key, headers) in whole {
        let answer = get(key, headers);
        assert_eq!(answer.header("content-encoding"), None, "{key} {headers:?}");
        assert!(answer.header("etag").is_some() && body.starts_with(&answer.body));
    }
}

/// The bytes that chunks hold.
fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            return out;
        }
        out.extend_from_slice(&rest[end + 2..][..size]);
        rest = &rest[end + 2 + size + 2..];
    }
}

#[test]
fn a_link_is_deleted_as_a_link_too() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let target = [("x-oss-symlink-target", "k")];
    client.send("PUT", "link", &[("symlink", "")], &target, b"");
    let deleted = client.send("DELETE", "link", &[("symlink", "")], &[], b"");
    assert_eq!((deleted.status, client.get("link").status), (204, 404));
    assert_eq!(client.get("k").status, 200);
    // Other parts of an object are not the object.
    let refused = client.send("DELETE", "k", &[("acl", "")], &[], b"");
    assert_eq!((refused.status, client.get("k").status), (405, 200));
}

#[test]
fn what_an_account_has_in_all_buckets() {
    let server = server();
    for name in ["one", "two"] {
        let target = [("x-oss-target-redundancy-type", "ZRS")];
        let query = [
            ("redundancyTransition", ""),
            ("x-oss-target-redundancy-type", "ZRS"),
        ];
        let begun = Client::new(&server, name).send("POST", "", &query, &target, b"");
        assert_eq!(begun.status, 200, "{}", begun.text());
    }
    let service = Client::of(&server, "");
    let listed = service
        .send("GET", "", &[("redundancyTransition", "")], &[], b"")
        .text();
    assert_eq!(elements(&listed, "Bucket"), ["one", "two"], "{listed}");
    let regions = |name: &str| service.send("GET", "", &[("regions", name)], &[], b"");
    assert!(regions("").text().contains("oss-cn-chengdu.aliyuncs.com"));
    assert_eq!(
        elements(&regions("oss-cn-chengdu").text(), "Region"),
        ["oss-cn-chengdu"]
    );
    assert_eq!(regions("aaa").code(), "NoSuchRegion");
}

#[test]
fn errors_have_the_codes_that_clients_compare() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let ec = |answer: &Answer| answer.header("x-oss-ec").unwrap_or_default().to_owned();
    let gone = [("uploadId", "gone")];
    let part = [("partNumber", "1"), ("uploadId", "gone")];
    assert_eq!(
        ec(&client.send("PUT", "k", &part, &[], b"1")),
        "0042-00000104"
    );
    assert_eq!(
        ec(&client.send("GET", "k", &gone, &[], b"")),
        "0042-00000002"
    );
    assert_eq!(
        ec(&client.send("DELETE", "k", &gone, &[], b"")),
        "0042-00000002"
    );
    client.send(
        "PUT",
        "cold",
        &[],
        &[("x-oss-storage-class", "Archive")],
        b"1",
    );
    let restore = || client.send("POST", "cold", &[("restore", "")], &[], b"");
    assert_eq!(restore().status, 202);
    assert_eq!(ec(&restore()), "0016-00000701");
    let clean = client.send("POST", "cold", &[("cleanRestoredObject", "")], &[], b"");
    assert_eq!(
        (clean.status, clean.code().as_str()),
        (409, "ArchiveRestoreNotFinished")
    );
    // Where there are no versions, none is named.
    client.put("k", b"1");
    let deleted = client.send("DELETE", "k", &[("versionId", "null")], &[], b"");
    assert_eq!(
        (deleted.status, deleted.header("x-oss-version-id")),
        (204, None)
    );
    // A bucket that is not there is noticed before keys that nobody knows.
    for (bucket, code) in [
        ("bucket", "InvalidAccessKeyId"),
        ("missing", "NoSuchBucket"),
    ] {
        let stranger = Client {
            id: "nobody",
            ..Client::of(&server, bucket)
        };
        assert_eq!(stranger.get("k").code(), code);
    }
}

#[test]
fn encryption_is_said_once_and_for_one_object() {
    let server = server();
    let client = Client::new(&server, "bucket");
    const BY: &str = "x-oss-server-side-encryption";
    const DATA: &str = "x-oss-server-side-data-encryption";
    for (algorithm, data) in [("KMS", Some("SM4")), ("AES256", None), ("SM4", None)] {
        let put = client.send("PUT", "k", &[], &[(BY, algorithm), (DATA, "SM4")], b"1");
        assert_eq!((put.header(BY), put.header(DATA)), (Some(algorithm), data));
        let source = [("x-oss-copy-source", "/bucket/k")];
        assert_eq!(client.send("PUT", "copy", &[], &source, b"").status, 200);
        assert_eq!(client.get("copy").header(BY), None);
    }
    let begun = client.send("POST", "k", &[("uploads", "")], &[(BY, "AES256")], b"");
    let id = elements(&begun.text(), "UploadId").remove(0);
    let part = [("partNumber", "1"), ("uploadId", id.as_str())];
    let refused = client.send("PUT", "k", &part, &[(BY, "AES256")], b"1");
    assert_eq!(refused.code(), "InvalidArgument");
    let stored = client.send("PUT", "k", &part, &[], b"1");
    assert_eq!((stored.status, stored.header(BY)), (200, Some("AES256")));
    // Without an algorithm the rest says nothing.
    let put = client.send("PUT", "k", &[], &[(DATA, "SM4")], b"1");
    assert_eq!((put.status, put.header(DATA)), (200, None));
}

#[test]
fn who_goes_on_with_an_upload_learns_how_it_is_encrypted() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let headers = [("x-oss-meta-client-side-encryption-key", "abc")];
    let begun = client.send("POST", "k", &[("uploads", "")], &headers, b"");
    let id = elements(&begun.text(), "UploadId").remove(0);
    let parts = client
        .send("GET", "k", &[("uploadId", &id)], &[], b"")
        .text();
    assert_eq!(elements(&parts, "ClientEncryptionKey"), ["abc"], "{parts}");
}

#[test]
fn what_is_left_out_of_a_setting_has_its_default() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let kept = |query: Pairs<'_>, body: &str| {
        let set = client.send("PUT", "", query, &[], body.as_bytes());
        assert_eq!(set.status, 200, "{}", set.text());
        client.send("GET", "", query, &[], b"").text()
    };
    let qos = kept(
        &[("qosInfo", "")],
        "<QoSConfiguration><TotalQps>5</TotalQps></QoSConfiguration>",
    );
    assert_eq!(
        (elements(&qos, "TotalQps"), elements(&qos, "ExtranetQps")),
        (vec!["5".to_owned()], vec!["-1".to_owned()])
    );
    let group = "<BucketResourceGroupConfiguration><ResourceGroupId></ResourceGroupId></BucketResourceGroupConfiguration>";
    assert!(kept(&[("resourceGroup", "")], group).contains("<ResourceGroupId>rg-"));
    let mirror = "<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Redirect><RedirectType>Mirror</RedirectType>\
        <PassQueryString>false</PassQueryString><MirrorPassQueryString>true</MirrorPassQueryString></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>";
    assert_eq!(
        elements(&kept(&[("website", "")], mirror), "PassQueryString"),
        ["true"]
    );
    let inventory = "<InventoryConfiguration><Id>i</Id><Filter><StorageClass>Standard,IA</StorageClass></Filter><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format><Bucket>acs:oss:::bucket</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>";
    let query = [("inventory", ""), ("inventoryId", "i")];
    assert_eq!(
        elements(&kept(&query, inventory), "StorageClass"),
        ["IA,Standard"]
    );
    let stat = client.send("GET", "", &[("stat", "")], &[], b"").text();
    assert_eq!(elements(&stat, "LastModifiedTime"), ["0"]);
}

#[test]
fn a_policy_that_names_nobody_is_about_everybody() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let public = || {
        let status = client.send("GET", "", &[("policyStatus", "")], &[], b"");
        elements(&status.text(), "IsPublic")
    };
    assert_eq!(public(), ["false"]);
    let policy = br#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Resource":["acs:oss:*:*:bucket/*"]}]}"#;
    client.send("PUT", "", &[("policy", "")], &[], policy);
    assert_eq!(public(), ["true"]);
    let request = b"GET /bucket/k HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(raw(server.http_port(), request).status, 200);
}

#[test]
fn a_copy_is_encrypted_by_the_client_as_its_source_is() {
    let server = server();
    let client = Client::new(&server, "bucket");
    const KEY: &str = "x-oss-meta-client-side-encryption-key";
    let meta = [(KEY, "abc"), ("x-oss-meta-color", "red")];
    client.send("PUT", "k", &[], &meta, b"1");
    for (key, more) in [("abc", None), ("new", Some((KEY, "new")))] {
        let mut headers = vec![
            ("x-oss-copy-source", "/bucket/k"),
            ("x-oss-metadata-directive", "REPLACE"),
        ];
        headers.extend(more);
        let copied = client.send("PUT", "copy", &[], &headers, b"");
        assert_eq!(copied.status, 200, "{}", copied.text());
        let got = client.get("copy");
        assert_eq!(
            (got.header(KEY), got.header("x-oss-meta-color")),
            (Some(key), None)
        );
    }
}

/// With `--restore-delay`, as the service takes its time.
#[test]
fn what_is_still_being_restored_is_not_cleaned() {
    let server = Server::start(Options {
        https_addr: None,
        restore_delay: std::time::Duration::from_secs(3600),
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    let cold = [("x-oss-storage-class", "ColdArchive")];
    client.send("PUT", "k", &[], &cold, b"1");
    let restored = client.send("POST", "k", &[("restore", "")], &[], b"");
    let cleaned = client.send("POST", "k", &[("cleanRestoredObject", "")], &[], b"");
    assert_eq!((restored.status, cleaned.status), (202, 409));
    assert_eq!(cleaned.header("x-oss-ec"), Some("0016-00000719"));
}
