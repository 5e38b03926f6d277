//! Buckets and objects, over a bare socket.

mod support;

use std::io::{Read, Write};

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

#[test]
fn put_get_head_delete() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let put = client.send(
        "PUT",
        "a b/\u{676d}+?#",
        &[],
        &[
            ("content-type", "text/plain"),
            ("x-oss-meta-one", "1"),
            ("cache-control", "no-cache"),
        ],
        b"123456789",
    );
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(
        put.header("x-oss-hash-crc64ecma"),
        Some("11051210869376104954")
    );
    assert_eq!(
        put.header("etag"),
        Some("\"25F9E794323B453885F5181F1B624D0B\"")
    );
    assert_eq!(put.header("server"), Some("AliyunOSS"));
    assert_eq!(put.header("x-oss-request-id").unwrap().len(), 24);

    let got = client.get("a b/\u{676d}+?#");
    assert_eq!((got.status, got.body.as_slice()), (200, &b"123456789"[..]));
    for (name, value) in [
        ("content-type", "text/plain"),
        ("x-oss-meta-one", "1"),
        ("cache-control", "no-cache"),
        ("x-oss-object-type", "Normal"),
        ("x-oss-storage-class", "Standard"),
        ("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="),
    ] {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    let head = client.send("HEAD", "a b/\u{676d}+?#", &[], &[], b"");
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, Some("9"), 0)
    );
    let meta = client.send("HEAD", "a b/\u{676d}+?#", &[("objectMeta", "")], &[], b"");
    assert_eq!(
        (
            meta.status,
            meta.header("content-length"),
            meta.header("x-oss-meta-one")
        ),
        (200, Some("9"), None)
    );

    let part = client.send(
        "GET",
        "a b/\u{676d}+?#",
        &[],
        &[("range", "bytes=2-4")],
        b"",
    );
    assert_eq!(
        (
            part.status,
            part.body.as_slice(),
            part.header("content-range")
        ),
        (206, &b"345"[..], Some("bytes 2-4/9"))
    );
    let outside = client.send("GET", "a b/\u{676d}+?#", &[], &[("range", "bytes=9-")], b"");
    assert_eq!((outside.status, outside.body.len()), (200, 9));
    let standard = client.send(
        "GET",
        "a b/\u{676d}+?#",
        &[],
        &[("range", "bytes=9-"), ("x-oss-range-behavior", "standard")],
        b"",
    );
    assert_eq!(
        (standard.status, standard.code().as_str()),
        (416, "InvalidRange")
    );

    assert_eq!(
        client.send("DELETE", "", &[], &[], b"").code(),
        "BucketNotEmpty"
    );
    assert_eq!(
        client
            .send("DELETE", "a b/\u{676d}+?#", &[], &[], b"")
            .status,
        204
    );
    assert_eq!(
        client
            .send("DELETE", "a b/\u{676d}+?#", &[], &[], b"")
            .status,
        204
    );
    let missing = client.send("HEAD", "a b/\u{676d}+?#", &[], &[], b"");
    assert_eq!(
        (
            missing.status,
            missing.code().as_str(),
            missing.header("x-oss-ec")
        ),
        (404, "NoSuchKey", Some("0026-00000001"))
    );
    assert_eq!(client.send("DELETE", "", &[], &[], b"").status, 204);
    assert_eq!(client.get("x").code(), "NoSuchBucket");
}

#[test]
fn conditions_and_overrides() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let etag = client.put("k", b"x").header("etag").unwrap().to_owned();
    let status =
        |name: &str, value: &str| client.send("GET", "k", &[], &[(name, value)], b"").status;
    let (past, future) = (http_date(now() - 3600), http_date(now() + 3600));
    assert_eq!(status("if-match", &etag), 200);
    assert_eq!(status("if-match", "\"x\""), 412);
    assert_eq!(status("if-none-match", &etag), 304);
    assert_eq!(status("if-none-match", "\"x\""), 200);
    assert_eq!(status("if-modified-since", &past), 200);
    assert_eq!(status("if-modified-since", &future), 304);
    assert_eq!(status("if-unmodified-since", &past), 412);
    assert_eq!(status("if-unmodified-since", &future), 200);
    let got = client.send(
        "GET",
        "k",
        &[
            ("response-content-type", "a/b; c"),
            ("response-cache-control", "no-store"),
        ],
        &[],
        b"",
    );
    assert_eq!(
        (got.header("content-type"), got.header("cache-control")),
        (Some("a/b; c"), Some("no-store"))
    );
}

#[test]
fn checks_of_puts() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let code = |headers: Pairs<'_>| client.send("PUT", "k", &[], headers, b"x").code();
    assert_eq!(
        code(&[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")]),
        "InvalidDigest"
    );
    assert_eq!(code(&[("content-md5", "nonsense")]), "InvalidDigest");
    assert_eq!(code(&[("x-oss-object-acl", "nonsense")]), "InvalidArgument");
    assert_eq!(
        code(&[("x-oss-storage-class", "nonsense")]),
        "InvalidArgument"
    );
    assert_eq!(code(&[("x-oss-traffic-limit", "1")]), "InvalidArgument");
    assert_eq!(client.get("k").status, 404);
    client.put("k", b"1");
    assert_eq!(
        code(&[("x-oss-forbid-overwrite", "true")]),
        "FileAlreadyExists"
    );
    assert_eq!(client.get("k").body, b"1");

    // Neither length nor chunks.
    let mut head = String::from_utf8(client.head("PUT", "k", &[], &[], 0)).unwrap();
    head = head.replace("content-length: 0\r\n", "");
    assert_eq!(raw(server.http_port(), head.as_bytes()).status, 411);
    // Chunks.
    let mut request = client.head("PUT", "k", &[], &[("transfer-encoding", "chunked")], 0);
    request.extend_from_slice(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert_eq!(raw(server.http_port(), &request).status, 200);
    assert_eq!(client.get("k").body, b"abcde");
    // A body that breaks off stores nothing.
    let mut stream = connect(server.http_port());
    stream
        .write_all(&client.head("PUT", "k", &[], &[], 100))
        .unwrap();
    stream.write_all(b"short").unwrap();
    drop(stream);
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert_eq!(client.get("k").body, b"abcde");
    // A client that asks first gets told first.
    let mut stream = connect(server.http_port());
    stream
        .write_all(&client.head("PUT", "k", &[], &[("expect", "100-continue")], 5))
        .unwrap();
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100 Continue"));
    stream.write_all(b"after").unwrap();
    assert_eq!(read_to_end(&mut stream).status, 200);
    assert_eq!(client.get("k").body, b"after");
}

#[test]
fn listing_in_byte_order() {
    let server = server();
    let client = Client::new(&server, "bucket");
    // U+FF00 comes before U+10000 in bytes, but after it in UTF-16.
    let mut keys = vec![
        "a",
        "a!b",
        "a/1",
        "a/2",
        "a/b/c",
        "a//",
        "a0",
        "A",
        "b",
        "\u{676d}/x",
        "\u{ff00}",
        "\u{10000}",
        "\u{1}",
    ];
    for key in &keys {
        assert_eq!(client.put(key, key.as_bytes()).status, 200);
    }
    keys.sort_unstable();
    let list = |query: Pairs<'_>| client.send("GET", "", query, &[], b"").text();
    let decoded = |xml: &str, name: &str| -> Vec<String> {
        elements(xml, name)
            .iter()
            .map(|text| {
                text.replace("%2F", "/")
                    .replace("%21", "!")
                    .replace("%01", "\u{1}")
                    .replace("%E6%9D%AD", "\u{676d}")
                    .replace("%EF%BC%80", "\u{ff00}")
                    .replace("%F0%90%80%80", "\u{10000}")
            })
            .collect()
    };
    assert_eq!(decoded(&list(&[("encoding-type", "url")]), "Key"), keys);
    assert!(list(&[]).contains("&#x1;"));

    // Page by page, each way, one entry at a time.
    for v2 in [false, true] {
        let (mut seen, mut marker) = (Vec::new(), String::new());
        loop {
            let cursor = if v2 { "continuation-token" } else { "marker" };
            let mut query = vec![("max-keys", "1"), ("delimiter", "/")];
            if v2 {
                query.push(("list-type", "2"));
            }
            if !marker.is_empty() {
                query.push((cursor, &marker));
            }
            let xml = list(&query);
            let prefixes = elements(&xml, "CommonPrefixes")
                .iter()
                .flat_map(|inner| elements(inner, "Prefix"))
                .collect::<Vec<_>>();
            seen.extend(elements(&xml, "Key").into_iter().chain(prefixes));
            if elements(&xml, "IsTruncated") == ["false"] {
                break;
            }
            marker = elements(
                &xml,
                if v2 {
                    "NextContinuationToken"
                } else {
                    "NextMarker"
                },
            )
            .remove(0)
            .replace("&#x1;", "\u{1}");
        }
        assert_eq!(
            seen,
            [
                "&#x1;",
                "A",
                "a",
                "a!b",
                "a/",
                "a0",
                "b",
                "\u{676d}/",
                "\u{ff00}",
                "\u{10000}"
            ],
            "v2: {v2}"
        );
    }
    let xml = list(&[
        ("list-type", "2"),
        ("prefix", "a/"),
        ("delimiter", "/"),
        ("start-after", "a/1"),
        ("fetch-owner", "true"),
    ]);
    assert_eq!(elements(&xml, "Key"), ["a/2"]);
    assert_eq!(elements(&xml, "KeyCount"), ["2"]);
    assert!(
        !xml.contains("<Prefix>a//</Prefix>")
            && xml.contains("<Prefix>a/b/</Prefix>")
            && xml.contains("<Owner>")
    );
    assert_eq!(
        client
            .send("GET", "", &[("max-keys", "1001")], &[], b"")
            .code(),
        "InvalidArgument"
    );
    assert_eq!(
        client
            .send("GET", "", &[("encoding-type", "x")], &[], b"")
            .code(),
        "InvalidArgument"
    );
}

#[test]
fn deleting_many() {
    use base64::Engine;
    use md5::Digest;
    let server = server();
    let client = Client::new(&server, "bucket");
    for key in ["a", "b\u{1}", "c"] {
        client.put(key, b"x");
    }
    let delete = |body: &str| {
        let md5 =
            base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(body.as_bytes()));
        client.send(
            "POST",
            "",
            &[("delete", ""), ("encoding-type", "url")],
            &[("content-md5", &md5)],
            body.as_bytes(),
        )
    };
    let answer =
        delete("<Delete><Object><Key>a</Key></Object><Object><Key>b&#x01;</Key></Object></Delete>");
    assert_eq!(elements(&answer.text(), "Key"), ["a", "b%01"]);
    let answer = delete("<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>");
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert!(elements(&client.send("GET", "", &[], &[], b"").text(), "Key").is_empty());
    assert_eq!(delete("<Delete></Delete>").code(), "MalformedXML");
    assert_eq!(delete("<Delete>").code(), "MalformedXML");
    assert_eq!(
        client
            .send("POST", "", &[("delete", "")], &[], b"<Delete/>")
            .code(),
        "MissingArgument"
    );
}

#[test]
fn append_and_copy() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let append = |position: &str, body: &[u8]| {
        client.send(
            "POST",
            "log",
            &[("append", ""), ("position", position)],
            &[],
            body,
        )
    };
    assert_eq!(
        append("0", b"12345").header("x-oss-next-append-position"),
        Some("5")
    );
    let second = append("5", b"6789");
    assert_eq!(
        second.header("x-oss-hash-crc64ecma"),
        Some("11051210869376104954")
    );
    let wrong = append("5", b"6789");
    assert_eq!(
        (
            wrong.status,
            wrong.code().as_str(),
            wrong.header("x-oss-next-append-position")
        ),
        (409, "PositionNotEqualToLength", Some("9"))
    );
    assert_eq!(client.get("log").body, b"123456789");
    client.put("normal", b"x");
    assert_eq!(
        client
            .send(
                "POST",
                "normal",
                &[("append", ""), ("position", "1")],
                &[],
                b"y"
            )
            .code(),
        "ObjectNotAppendable"
    );

    let copy = client.send(
        "PUT",
        "c/d",
        &[],
        &[
            ("x-oss-copy-source", "/bucket/log"),
            ("x-oss-metadata-directive", "COPY"),
        ],
        b"",
    );
    assert_eq!(copy.status, 200, "{}", copy.text());
    assert_eq!(client.get("c/d").body, b"123456789");
    let refused = client.send(
        "PUT",
        "c/e",
        &[],
        &[
            ("x-oss-copy-source", "/bucket/log"),
            ("x-oss-copy-source-if-match", "x"),
        ],
        b"",
    );
    assert_eq!(refused.status, 412);
    client.send("DELETE", "log", &[], &[], b"");
    assert_eq!(client.get("c/d").body, b"123456789");
}

#[test]
fn acls() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"x");
    let anonymous = |method: &str, target: &str| {
        raw(server.http_port(), format!("{method} {target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").as_bytes())
    };
    assert_eq!(anonymous("GET", "/bucket/k").code(), "AccessDenied");
    assert_eq!(
        client
            .send(
                "PUT",
                "k",
                &[("acl", "")],
                &[("x-oss-object-acl", "public-read")],
                b""
            )
            .status,
        200
    );
    assert_eq!(anonymous("GET", "/bucket/k").status, 200);
    assert_eq!(anonymous("GET", "/bucket/k?response-expires=1").status, 400);
    assert_eq!(anonymous("PUT", "/bucket/k").code(), "AccessDenied");
    assert_eq!(anonymous("GET", "/bucket/").code(), "AccessDenied");
    assert_eq!(
        client
            .send(
                "PUT",
                "",
                &[("acl", "")],
                &[("x-oss-acl", "public-read-write")],
                b""
            )
            .status,
        200
    );
    assert_eq!(anonymous("PUT", "/bucket/new").status, 200);
    assert_eq!(anonymous("GET", "/bucket/").status, 200);
    assert_eq!(anonymous("PUT", "/bucket/k").code(), "AccessDenied");
    assert!(
        client
            .send("GET", "", &[("acl", "")], &[], b"")
            .text()
            .contains("<Grant>public-read-write</Grant>")
    );
    assert_eq!(anonymous("GET", "/").code(), "AccessDenied");
    assert_eq!(anonymous("GET", "/Bad_Name/").code(), "InvalidBucketName");
}
