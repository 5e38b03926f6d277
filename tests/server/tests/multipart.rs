//! Multipart uploads, and versions.

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

const SMALLEST: usize = 100 * 1024;

fn initiate(client: &Client<'_>, key: &str) -> String {
    let answer = client.send(
        "POST",
        key,
        &[("uploads", "")],
        &[("content-type", "a/b"), ("x-oss-meta-x", "1")],
        b"",
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    elements(&answer.text(), "UploadId").remove(0)
}

fn part(client: &Client<'_>, key: &str, id: &str, number: &str, body: &[u8]) -> String {
    let answer = client.send(
        "PUT",
        key,
        &[("partNumber", number), ("uploadId", id)],
        &[],
        body,
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.header("etag").unwrap().to_owned()
}

fn list(parts: &[(&str, &str)]) -> String {
    let parts: String = parts
        .iter()
        .map(|(number, etag)| {
            format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
        })
        .collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>")
}

#[test]
fn uploads() {
    let dir = TempDir::new("multipart");
    for dir in [None, Some(dir.0.clone())] {
        let server = Server::start(Options {
            dir,
            https_addr: None,
            threads: 2,
            ..Options::default()
        })
        .unwrap();
        let client = Client::new(&server, "bucket");
        let (one, two) = (vec![1; SMALLEST + 7], vec![2; 10]);
        let id = initiate(&client, "k");
        assert!(
            elements(
                &client.send("GET", "", &[("uploads", "")], &[], b"").text(),
                "UploadId"
            )
            .contains(&id)
        );
        assert_eq!(
            client.send("DELETE", "", &[], &[], b"").code(),
            "BucketNotEmpty"
        );
        let first = part(&client, "k", &id, "1", &one);
        part(&client, "k", &id, "3", b"replaced");
        let third = part(&client, "k", &id, "3", &two);
        let parts = client
            .send(
                "GET",
                "k",
                &[("uploadId", &id), ("max-parts", "1")],
                &[],
                b"",
            )
            .text();
        assert_eq!(
            (
                elements(&parts, "PartNumber"),
                elements(&parts, "NextPartNumberMarker")
            ),
            (vec!["1".to_owned()], vec!["1".to_owned()])
        );
        let parts = client
            .send(
                "GET",
                "k",
                &[("uploadId", &id), ("part-number-marker", "1")],
                &[],
                b"",
            )
            .text();
        assert_eq!(
            (elements(&parts, "PartNumber"), elements(&parts, "Size")),
            (vec!["3".to_owned()], vec!["10".to_owned()])
        );

        let complete =
            |body: &str| client.send("POST", "k", &[("uploadId", &id)], &[], body.as_bytes());
        assert_eq!(
            complete(&list(&[("3", &third), ("1", &first)])).code(),
            "InvalidPartOrder"
        );
        assert_eq!(complete(&list(&[("1", &third)])).code(), "InvalidPart");
        assert_eq!(complete(&list(&[("2", &first)])).code(), "InvalidPart");
        assert_eq!(complete("<x/>").code(), "MalformedXML");
        assert_eq!(client.get("k").status, 404);
        let done = complete(&list(&[("1", &first), ("3", third.trim_matches('"'))]));
        assert_eq!(done.status, 200, "{}", done.text());
        let whole = [one.clone(), two.clone()].concat();
        let got = client.get("k");
        assert!(got.body == whole);
        assert_eq!(
            got.header("x-oss-hash-crc64ecma"),
            client.put("same", &whole).header("x-oss-hash-crc64ecma")
        );
        assert_eq!(
            got.header("x-oss-hash-crc64ecma"),
            done.header("x-oss-hash-crc64ecma")
        );
        assert_eq!(
            (
                got.header("x-oss-object-type"),
                got.header("content-type"),
                got.header("x-oss-meta-x")
            ),
            (Some("Multipart"), Some("a/b"), Some("1"))
        );
        assert!(got.header("etag").unwrap().ends_with("-2\""));
        let middle = client.send(
            "GET",
            "k",
            &[],
            &[("range", &format!("bytes={}-{}", one.len() - 1, one.len()))],
            b"",
        );
        assert_eq!(middle.body, [1, 2]);
        assert_eq!(complete(&list(&[("1", &first)])).code(), "NoSuchUpload");

        // Too small, aborted, copied, all.
        let id = initiate(&client, "l");
        let small = part(&client, "l", &id, "1", b"x");
        let last = part(&client, "l", &id, "2", b"y");
        assert_eq!(
            client
                .send(
                    "POST",
                    "l",
                    &[("uploadId", &id)],
                    &[],
                    list(&[("1", &small), ("2", &last)]).as_bytes()
                )
                .code(),
            "EntityTooSmall"
        );
        let headers = [
            ("x-oss-copy-source", "/bucket/k"),
            ("x-oss-copy-source-range", "bytes=1-102410"),
        ];
        let copied = client.send(
            "PUT",
            "l",
            &[("partNumber", "1"), ("uploadId", &id)],
            &headers,
            b"",
        );
        assert_eq!(copied.status, 200, "{}", copied.text());
        assert_eq!(
            client
                .send(
                    "POST",
                    "l",
                    &[("uploadId", &id)],
                    &[("x-oss-complete-all", "yes")],
                    b""
                )
                .status,
            200
        );
        assert!(client.get("l").body == [&whole[1..=102_410], b"y"].concat());
        let id = initiate(&client, "m");
        assert_eq!(
            client
                .send("DELETE", "m", &[("uploadId", &id)], &[], b"")
                .status,
            204
        );
        assert_eq!(
            client
                .send("DELETE", "m", &[("uploadId", &id)], &[], b"")
                .code(),
            "NoSuchUpload"
        );
        assert_eq!(
            client
                .send(
                    "PUT",
                    "m",
                    &[("partNumber", "10001"), ("uploadId", &id)],
                    &[],
                    b""
                )
                .code(),
            "InvalidArgument"
        );
    }
    // An upload goes on after a restart.
    let open = || {
        Server::start(Options {
            dir: Some(dir.0.clone()),
            https_addr: None,
            ..Options::default()
        })
        .unwrap()
    };
    let id = {
        let server = open();
        let client = Client::of(&server, "bucket");
        let id = initiate(&client, "n");
        part(&client, "n", &id, "1", &[5; SMALLEST]);
        id
    };
    let server = open();
    let client = Client::of(&server, "bucket");
    part(&client, "n", &id, "2", b"end");
    assert_eq!(
        client
            .send(
                "POST",
                "n",
                &[("uploadId", &id)],
                &[("x-oss-complete-all", "yes")],
                b""
            )
            .status,
        200
    );
    assert_eq!(client.get("n").body.len(), SMALLEST + 3);
}

#[test]
fn an_upload_without_parts_is_an_empty_object() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let list = &b"<CompleteMultipartUpload></CompleteMultipartUpload>"[..];
    let all = [("x-oss-complete-all", "yes")];
    for (headers, body) in [(&[][..], list), (&all[..], b"")] {
        client.put("k", b"before");
        let id = initiate(&client, "k");
        let done = client.send("POST", "k", &[("uploadId", &id)], headers, body);
        assert_eq!(done.status, 200, "{}", done.text());
        let got = client.get("k");
        assert_eq!((got.status, got.body.len()), (200, 0));
        assert_eq!(got.header("x-oss-hash-crc64ecma"), Some("0"));
        assert_eq!(got.header("etag"), done.header("etag"));
    }
}

#[test]
fn listing_uploads() {
    let server = server();
    let client = Client::new(&server, "bucket");
    for key in ["a/1", "a/2", "b", "b", "c"] {
        initiate(&client, key);
    }
    // The last page names its last upload, too.
    let all = client.send("GET", "", &[("uploads", "")], &[], b"").text();
    assert_eq!(elements(&all, "IsTruncated"), ["false"]);
    assert_eq!(elements(&all, "NextKeyMarker"), ["c"]);
    assert_eq!(
        elements(&all, "NextUploadIdMarker").last(),
        elements(&all, "UploadId").last()
    );
    for delimiter in ["", "/"] {
        let (mut seen, mut key, mut id) = (0, String::new(), String::new());
        loop {
            let query = [
                ("uploads", ""),
                ("max-uploads", "1"),
                ("delimiter", delimiter),
                ("key-marker", &key),
                ("upload-id-marker", &id),
            ];
            let xml = client.send("GET", "", &query, &[], b"").text();
            seen += elements(&xml, "Upload").len() + elements(&xml, "CommonPrefixes").len();
            if elements(&xml, "IsTruncated") == ["false"] {
                break;
            }
            key = elements(&xml, "NextKeyMarker").remove(0);
            id = elements(&xml, "NextUploadIdMarker").remove(0);
        }
        assert_eq!(seen, if delimiter.is_empty() { 5 } else { 4 });
    }
    let xml = client
        .send(
            "GET",
            "",
            &[
                ("uploads", ""),
                ("prefix", "longer/than/the/marker"),
                ("key-marker", "a"),
                ("delimiter", "/"),
            ],
            &[],
            b"",
        )
        .text();
    assert!(elements(&xml, "Upload").is_empty());
}

#[test]
fn versions() {
    let server = server();
    let client = Client::new(&server, "bucket");
    client.put("k", b"before");
    let versioning = |status: &str| {
        let body =
            format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        client
            .send("PUT", "", &[("versioning", "")], &[], body.as_bytes())
            .status
    };
    assert_eq!(versioning("Nonsense"), 400);
    assert_eq!(versioning("Enabled"), 200);
    let one = client
        .put("k", b"one")
        .header("x-oss-version-id")
        .unwrap()
        .to_owned();
    let two = client
        .put("k", b"two")
        .header("x-oss-version-id")
        .unwrap()
        .to_owned();
    let get = |id: &str| client.send("GET", "k", &[("versionId", id)], &[], b"");
    assert_eq!(
        (
            get(&one).body.as_slice(),
            get("null").body.as_slice(),
            client.get("k").body.as_slice()
        ),
        (&b"one"[..], &b"before"[..], &b"two"[..])
    );
    assert_eq!(get("CAEQnothing").code(), "NoSuchVersion");

    let deleted = client.send("DELETE", "k", &[], &[], b"");
    let marker = deleted.header("x-oss-version-id").unwrap().to_owned();
    assert_eq!(deleted.header("x-oss-delete-marker"), Some("true"));
    let gone = client.get("k");
    assert_eq!(
        (gone.code().as_str(), gone.header("x-oss-delete-marker")),
        ("NoSuchKey", Some("true"))
    );
    assert_eq!(
        (get(&marker).status, get(&marker).code().as_str()),
        (405, "MethodNotAllowed")
    );
    assert!(elements(&client.send("GET", "", &[], &[], b"").text(), "Key").is_empty());

    // Interleaved, newest first, page by page.
    let (mut seen, mut key, mut id) = (Vec::new(), String::new(), String::new());
    loop {
        let query = [
            ("versions", ""),
            ("max-keys", "1"),
            ("key-marker", &key),
            ("version-id-marker", &id),
        ];
        let xml = client.send("GET", "", &query, &[], b"").text();
        seen.extend(elements(&xml, "VersionId"));
        if elements(&xml, "IsTruncated") == ["false"] {
            break;
        }
        key = elements(&xml, "NextKeyMarker").remove(0);
        id = elements(&xml, "NextVersionIdMarker").remove(0);
    }
    assert_eq!(seen, [marker.as_str(), &two, &one, "null"]);

    // An old version copied is current again; a marker removed brings the object back.
    assert_eq!(
        client
            .send("DELETE", "k", &[("versionId", &marker)], &[], b"")
            .header("x-oss-delete-marker"),
        Some("true")
    );
    assert_eq!(client.get("k").body, b"two");
    client.send(
        "PUT",
        "k",
        &[],
        &[("x-oss-copy-source", &format!("/bucket/k?versionId={one}"))],
        b"",
    );
    assert_eq!(client.get("k").body, b"one");
    assert_eq!(
        client
            .send(
                "PUT",
                "k",
                &[("acl", ""), ("versionId", "null")],
                &[("x-oss-object-acl", "private")],
                b""
            )
            .status,
        200
    );
    assert_eq!(versioning("Suspended"), 200);
    assert_eq!(
        client.put("k", b"new null").header("x-oss-version-id"),
        Some("null")
    );
    assert_eq!(
        (get("null").body.as_slice(), get(&two).body.as_slice()),
        (&b"new null"[..], &b"two"[..])
    );
}
