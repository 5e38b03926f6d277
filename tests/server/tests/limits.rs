//! What a client sends fills no memory and ends no request without an answer.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oss_local::{Options, Server};
use support::*;

fn server() -> Server {
    Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap()
}

/// A form that nobody signed, with a head of its own for the file.
fn post_form(server: &Server, fields: &[(&str, String)], file_head: &str) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body +=
            &format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += &format!(
        "--xyz\r\nContent-Disposition: form-data; {file_head}\r\n\r\nbytes\r\n--xyz--\r\n"
    );
    let request = format!(
        "POST / HTTP/1.1\r\nhost: bucket.localhost\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=xyz\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(server.http_port(), request.as_bytes())
}

/// Whatever the bucket's owner may do, without a signature.
fn owner(server: &Server, method: &str, target: &str, body: &str) -> Answer {
    let request = format!(
        "{method} /_local/owner/{target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(server.http_port(), request.as_bytes())
}

#[test]
fn the_fields_of_a_form_are_bounded_together() {
    let server = server();
    Client::new(&server, "bucket");
    let large = || "x".repeat(1_900_000);
    let fields: Vec<(&str, String)> = ["a", "b", "c", "d", "e"]
        .map(|name| (name, large()))
        .to_vec();
    let file = "name=\"file\"; filename=\"f\"";
    let refused = post_form(&server, &fields, file);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "FieldItemTooLong")
    );
    // So many are none too many: the form lacks something else.
    let refused = post_form(&server, &fields[..4], file);
    assert_eq!(refused.code(), "InvalidArgument", "{}", refused.text());
}

#[test]
fn the_name_of_a_file_may_hold_semicolons_and_quotes() {
    let server = server();
    let client = Client::of(&server, "bucket");
    let open = [("x-oss-acl", "public-read-write")];
    assert_eq!(client.send("PUT", "", &[], &open, b"").status, 200);
    for (head, key) in [
        (r#"name="file"; filename="a; name=b.txt""#, "a; name=b.txt"),
        (
            r#"name="file"; filename="say \"x;y\".txt""#,
            "say \"x;y\".txt",
        ),
        (r#"filename="C:\dir\c.txt"; name="file""#, "c.txt"),
        ("name=file; filename=plain.txt", "plain.txt"),
        (
            r#"name="file" ; filename = "spaced out.txt""#,
            "spaced out.txt",
        ),
    ] {
        let fields = [("key", "${filename}".to_owned())];
        let stored = post_form(&server, &fields, head);
        assert_eq!(stored.status, 204, "{head}: {}", stored.text());
        assert_eq!(client.get(key).body, b"bytes", "{key}");
    }
}

#[test]
fn any_times_of_a_playlist_are_answered() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let configuration =
        b"<LiveChannelConfiguration><Target><Type>HLS</Type></Target></LiveChannelConfiguration>";
    let made = client.send("PUT", "channel", &[("live", "")], &[], configuration);
    assert_eq!(made.status, 200, "{}", made.text());
    let query = [
        ("endTime", "9223372036854775807"),
        ("startTime", "-9223372036854775808"),
        ("vod", ""),
    ];
    let refused = client.send("GET", "channel", &query, &[], b"");
    assert_eq!(refused.code(), "InvalidArgument", "{}", refused.text());
    // A second that begins and ends at once is none too short: there is just nothing in it.
    let query = [("endTime", "5"), ("startTime", "5"), ("vod", "")];
    let empty = client.send("GET", "channel", &query, &[], b"");
    assert!(empty.text().contains("0044-00000308"), "{}", empty.text());
}

#[test]
fn a_clock_as_wrong_as_can_be_ends_no_request() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let archive = [("x-oss-storage-class", "Archive")];
    client.send("PUT", "k", &[], &archive, b"1");
    let cname = "<BucketCnameConfiguration><Cname><Domain>a.example.com</Domain></Cname></BucketCnameConfiguration>";
    for skew in [i64::MAX, i64::MIN] {
        server.set_clock_skew(skew);
        let token = owner(&server, "POST", "bucket/?cname&comp=token", cname);
        assert_eq!(token.status, 200, "{skew}: {}", token.text());
        for _ in 0..2 {
            let restored = owner(&server, "POST", "bucket/k?restore", "");
            assert!([200, 202, 409].contains(&restored.status), "{skew}");
        }
        // A signature of today is of another time, but it is judged.
        assert_eq!(client.get("k").code(), "RequestTimeTooSkewed", "{skew}");
    }
}

/// Somebody who answers one callback with these bytes and then waits for the end of the connection.
fn callee(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut bytes, mut text) = (vec![0; 4096], String::new());
        while !text.contains("END") {
            let count = stream.read(&mut bytes).unwrap();
            text += &String::from_utf8_lossy(&bytes[..count]);
        }
        stream.write_all(answer.as_bytes()).unwrap();
        while stream.read(&mut bytes).is_ok_and(|count| count > 0) {}
    });
    port
}

fn put_with_callback(client: &Client<'_>, callback: &str) -> Answer {
    let callback = STANDARD.encode(callback);
    client.send("PUT", "k", &[], &[("x-oss-callback", &callback)], b"1")
}

#[test]
fn a_callback_is_over_when_its_answer_is() {
    let server = server();
    let client = Client::new(&server, "bucket");
    for (answer, status, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            200,
            "{}",
        ),
        (
            "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
            203,
            "Error status : 404.",
        ),
    ] {
        let port = callee(answer);
        let callback = format!(r#"{{"callbackUrl":"127.0.0.1:{port}","callbackBody":"END"}}"#);
        let stored = put_with_callback(&client, &callback);
        assert_eq!(stored.status, status, "{answer}: {}", stored.text());
        assert!(stored.text().contains(body), "{answer}: {}", stored.text());
    }
}

#[test]
fn an_odd_answer_to_a_callback_fails_it() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let callback = format!(r#"{{"callbackUrl":"127.0.0.1:{port}","callbackBody":"END"}}"#);
    let stored = put_with_callback(&client, &callback);
    assert_eq!(
        (stored.status, stored.code().as_str()),
        (203, "CallbackFailed")
    );
    thread.join().unwrap();
}

#[test]
fn a_callback_brings_no_lines_of_its_own() {
    let server = server();
    let client = Client::new(&server, "bucket");
    for callback in [
        r#"{"callbackUrl":"127.0.0.1:1/a HTTP/1.1\r\nX: y","callbackBody":"b"}"#,
        r#"{"callbackUrl":"127.0.0.1:1","callbackHost":"a\r\nX: y","callbackBody":"b"}"#,
    ] {
        let refused = put_with_callback(&client, callback);
        assert_eq!(refused.code(), "InvalidArgument", "{callback}");
    }
}

#[test]
fn tokens_of_the_metadata_service_end() {
    let server = Server::start(Options {
        https_addr: None,
        ram_role: Some("reader".to_owned()),
        ..Options::default()
    })
    .unwrap();
    let ask = |method: &str, path: &str, header: &str| {
        let request = format!(
            "{method} /latest/{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-length: 0\r\nx-aliyun-ecs-metadata-{header}\r\n\r\n"
        );
        raw(server.http_port(), request.as_bytes())
    };
    let token = ask("PUT", "api/token", "token-ttl-seconds: 60").text();
    let roles = || {
        let path = "meta-data/ram/security-credentials/";
        ask("GET", path, &format!("token: {token}")).status
    };
    assert_eq!(roles(), 200);
    server.set_clock_skew(61);
    assert_eq!(roles(), 401);
}

#[test]
fn a_signed_request_reaches_keys_that_begin_like_the_page() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let by_host = |method: &str, body: &[u8]| {
        let head = client.head(method, "_local/key", &[], &[], body.len());
        let head = String::from_utf8(head).unwrap();
        let head = head
            .replace(" /bucket/%5Flocal/key ", " /_local/key ")
            .replace("host: 127.0.0.1", "host: bucket.localhost");
        raw(server.http_port(), &[head.as_bytes(), body].concat())
    };
    let stored = by_host("PUT", b"1");
    assert_eq!(stored.status, 200, "{}", stored.text());
    assert_eq!(by_host("GET", b"").body, b"1");
    // Nobody else gets there by this path.
    let health =
        "GET /_local/health HTTP/1.1\r\nhost: bucket.localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(raw(server.http_port(), health.as_bytes()).status, 200);
}

#[test]
fn many_small_metadata_are_taken() {
    let server = server();
    let client = Client::new(&server, "bucket");
    let names: Vec<String> = (0..400).map(|at| format!("x-oss-meta-{at}")).collect();
    let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    let stored = client.send("PUT", "k", &[], &headers, b"1");
    assert_eq!(stored.status, 200, "{}", stored.text());
    let got = client.get("k");
    assert!(names.iter().all(|name| got.header(name) == Some("v")));
    // More than 8 KB are refused as the service does it.
    let large = "v".repeat(100);
    let headers: Vec<(&str, &str)> = names
        .iter()
        .map(|name| (name.as_str(), large.as_str()))
        .collect();
    assert_eq!(
        client.send("PUT", "k", &[], &headers, b"1").code(),
        "InvalidArgument"
    );
}
