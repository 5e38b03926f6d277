//! Form uploads and callbacks.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Options, Server};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        threads: 2,
        ..Options::default()
    })
    .unwrap()
}

fn post(server: &Server, fields: Pairs<'_>, file: &[u8]) -> Answer {
    post_as(server, "multipart/form-data; boundary=xyz", fields, file)
}

/// With this content type, whose boundary is `xyz`.
fn post_as(server: &Server, kind: &str, fields: Pairs<'_>, file: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    body.extend_from_slice(b"--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\f.txt\"\r\nContent-Type: text/x\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--xyz\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n--xyz--\r\n");
    let mut request = format!("POST / HTTP/1.1\r\nhost: bucket.localhost\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    request.extend_from_slice(&body);
    raw(server.http_port(), &request)
}

fn signed(conditions: &str) -> (String, String) {
    let policy = STANDARD.encode(format!(
        r#"{{"expiration":"2099-01-01T00:00:00.000Z","conditions":{conditions}}}"#
    ));
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(ACCESS_KEY_SECRET.as_bytes()).unwrap();
    mac.update(policy.as_bytes());
    (policy, STANDARD.encode(mac.finalize().into_bytes()))
}

#[test]
fn names_in_the_content_type_of_a_form_are_without_case() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let (policy, signature) = signed(r#"[{"bucket":"bucket"}]"#);
    let fields = [
        ("key", "k"),
        ("OSSAccessKeyId", ACCESS_KEY_ID),
        ("policy", policy.as_str()),
        ("Signature", signature.as_str()),
    ];
    for kind in [
        "Multipart/Form-Data; Boundary=xyz",
        "MULTIPART/FORM-DATA;charset=utf-8; BOUNDARY=\"xyz\"",
        "multipart/form-data ; a=\";\"; boundary=xyz; b",
    ] {
        let body = kind.as_bytes();
        assert_eq!(post_as(&server, kind, &fields, body).status, 204, "{kind}");
        assert_eq!(client.get("k").body, body);
    }
    for kind in [
        "multipart/form-data; Boundary=XYZ",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data-x; boundary=xyz",
        "text/plain; boundary=xyz",
    ] {
        assert_eq!(post_as(&server, kind, &fields, b"1").status, 400, "{kind}");
    }
}

#[test]
fn forms() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let (policy, signature) = signed(
        r#"[{"bucket":"bucket"},["starts-with","$key","user/"],["content-length-range",1,1000000]]"#,
    );
    let send = |key: &str, more: Pairs<'_>, file: &[u8]| {
        let fields = [
            &[
                ("key", key),
                ("OSSAccessKeyId", ACCESS_KEY_ID),
                ("policy", &policy),
                ("Signature", &signature),
            ],
            more,
        ]
        .concat();
        post(&server, &fields, file)
    };
    let file: Vec<u8> = (0..300_000u32)
        .map(|i| if i % 97 == 0 { b'\r' } else { b'-' })
        .collect();
    let answer = send(
        "user/${filename}",
        &[("success_action_status", "201"), ("x-oss-meta-a", "1")],
        &file,
    );
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.text().contains("<Key>user/f.txt</Key>"));
    let got = client.get("user/f.txt");
    assert!(got.body == file);
    assert_eq!(
        (got.header("content-type"), got.header("x-oss-meta-a")),
        (Some("text/x"), Some("1"))
    );
    assert_eq!(send("user/x", &[], b"x").status, 204);
    let redirect = send(
        "user/x",
        &[("success_action_redirect", "http://x/?a=b")],
        b"x",
    );
    assert_eq!(redirect.status, 303);
    assert!(
        redirect
            .header("location")
            .unwrap()
            .starts_with("http://x/?a=b&bucket=bucket&key=user%2Fx&etag=")
    );
    assert_eq!(send("other", &[], b"x").code(), "AccessDenied");
    assert_eq!(send("user/x", &[], b"").code(), "EntityTooSmall");
    assert_eq!(
        send("user/x", &[], &vec![0; 1_000_001]).code(),
        "EntityTooLarge"
    );
    assert_eq!(
        post(
            &server,
            &[
                ("key", "user/x"),
                ("OSSAccessKeyId", ACCESS_KEY_ID),
                ("policy", &policy),
                ("Signature", "x")
            ],
            b""
        )
        .code(),
        "SignatureDoesNotMatch"
    );
    assert_eq!(post(&server, &[("key", "x")], b"x").code(), "AccessDenied");
    client.send(
        "PUT",
        "",
        &[("acl", "")],
        &[("x-oss-acl", "public-read-write")],
        b"",
    );
    assert_eq!(post(&server, &[("key", "x")], b"x").status, 204);
    assert_eq!(post(&server, &[], b"x").code(), "InvalidArgument");
    let request = b"POST / HTTP/1.1\r\nhost: bucket.localhost\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx";
    assert_eq!(
        raw(server.http_port(), request).code(),
        "MalformedPOSTRequest"
    );
}

/// Answers one request and returns it.
fn callee(answer: &'static str) -> (u16, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = vec![0; 4096];
        let mut text = String::new();
        while !text.contains("END") {
            let count = stream.read(&mut bytes).unwrap();
            text += &String::from_utf8_lossy(&bytes[..count]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        text
    });
    (port, thread)
}

#[test]
fn callbacks() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let put = |url: &str| {
        let callback = STANDARD.encode(format!(r#"{{"callbackUrl":"{url}","callbackBody":"b=${{bucket}}&k=${{object}}&s=${{size}}&v=${{x:v}}&END"}}"#));
        let variables = STANDARD.encode(r#"{"x:v":"1 2"}"#);
        client.send(
            "PUT",
            "a/b",
            &[],
            &[
                ("x-oss-callback", &callback),
                ("x-oss-callback-var", &variables),
            ],
            b"123",
        )
    };
    let (port, thread) = callee(
        "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{\"ok\": \"yes\"}",
    );
    let answer = put(&format!("http://127.0.0.1:{port}/cb?x"));
    assert_eq!(
        (
            answer.status,
            answer.body.as_slice(),
            answer.header("content-type")
        ),
        (200, &b"{\"ok\": \"yes\"}"[..], Some("application/json"))
    );
    let seen = thread.join().unwrap();
    assert!(
        seen.starts_with("POST /cb?x HTTP/1.1\r\n")
            && seen.contains("b=bucket&k=a%2Fb&s=3&v=1%202&END"),
        "{seen}"
    );

    let (port, thread) =
        callee("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let answer = put(&format!("http://localhost:{port}"));
    assert_eq!(
        (
            answer.status,
            answer.code().as_str(),
            answer.header("x-oss-ec")
        ),
        (203, "CallbackFailed", Some("0007-00000203"))
    );
    assert!(answer.header("etag").is_some());
    thread.join().unwrap();
    assert_eq!(client.get("a/b").body, b"123");
    assert_eq!(put("http://192.0.2.1/").status, 203);
    assert_eq!(
        client
            .send("PUT", "k", &[], &[("x-oss-callback", "nonsense")], b"")
            .code(),
        "InvalidArgument"
    );
    assert_eq!(client.get("k").status, 404);
}

fn callback(text: &str) -> String {
    STANDARD.encode(text)
}

#[test]
fn callbacks_go_over_https_too() {
    let server = server();
    let client = Client::new(&server, "bucket");
    // Another server is called, whose certificate nobody has signed.
    let called = Server::start(Options::default()).unwrap();
    let url = format!(
        "https://localhost:{}/_local/clock",
        called.https_port().unwrap()
    );
    for server_name in [true, false] {
        let text = format!(
            r#"{{"callbackUrl":"{url}","callbackBody":"{{\"skew_seconds\":0,\"k\":${{object}}}}","callbackBodyType":"application/json","callbackSNI":{server_name}}}"#
        );
        let put = client.send(
            "PUT",
            "k",
            &[],
            &[("x-oss-callback", &callback(&text))],
            b"1",
        );
        assert_eq!((put.status, put.text().trim()), (200, "{}"));
    }
}

#[test]
fn callbacks_may_be_those_of_the_bucket() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let (port, thread) =
        callee("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    let kept = callback(&format!(
        r#"{{"callbackUrl":"http://127.0.0.1:{port}/","callbackBody":"a=${{x:a}}&b=${{x:b}}&END"}}"#
    ));
    let variables = callback(r#"{"x:a":"kept","x:b":"kept"}"#);
    let document = format!(
        "<BucketCallbackPolicy><PolicyItem><PolicyName>one</PolicyName><Callback>{kept}</Callback>\
         <CallbackVar>{variables}</CallbackVar></PolicyItem></BucketCallbackPolicy>"
    );
    let policy = [("policy", ""), ("comp", "callback")];
    let set = client.send("PUT", "", &policy, &[], document.as_bytes());
    assert_eq!(set.status, 200, "{}", set.text());
    let put = |name: &str| {
        let named = callback(&format!(r#"{{"callbackPolicy":"{name}"}}"#));
        let own = callback(r#"{"x:b":"own"}"#);
        let headers = [
            ("x-oss-callback", named.as_str()),
            ("x-oss-callback-var", own.as_str()),
        ];
        client.send("PUT", "k", &[], &headers, b"1")
    };
    assert_eq!(put("other").code(), "BucketCallbackPolicyNotExist");
    assert_eq!((put("one").status, client.get("k").status), (200, 200));
    let seen = thread.join().unwrap();
    assert!(seen.ends_with("a=kept&b=own&END"), "{seen}");
    client.send("DELETE", "", &policy, &[], b"");
    assert_eq!(put("one").code(), "BucketCallbackPolicyNotExist");
}
