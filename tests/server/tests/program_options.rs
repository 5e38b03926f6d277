//! What the options of the program do.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::json;
use support::program::{Running, program, start, start_as};
use support::*;

/// Ends the program, and gives what it wrote on standard error.
fn said(mut running: Running) -> String {
    let mut stderr = running.child.stderr.take().unwrap();
    assert_eq!(running.signal("TERM"), Some(0));
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    text
}

fn inject(running: &Running, rule: serde_json::Value) {
    let rule = rule.to_string();
    let head = format!(
        "POST /_local/rules HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{rule}",
        rule.len()
    );
    assert_eq!(raw(running.port(), head.as_bytes()).status, 200);
}

fn bucket(running: &Running) -> Client<'static> {
    let client = Client::at(running.port(), "bucket");
    assert_eq!(client.send("PUT", "", &[], &[], b"").status, 200);
    client
}

#[test]
fn a_domain_has_its_buckets_below_it() {
    let running = start(&["--domain", "oss-local", "--domain=OSS.example.net"]);
    let client = bucket(&running);
    let public = [("x-oss-object-acl", "public-read")];
    client.send("PUT", "k", &[], &public, b"text");
    let get = |host: &str, path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        raw(running.port(), head.as_bytes())
    };
    for host in [
        "bucket.oss-local:9000",
        "bucket.oss-local",
        "BUCKET.oss.example.net",
        "bucket.localhost:9000",
    ] {
        assert_eq!(get(host, "/k").body, b"text", "{host}");
    }
    // The domain itself is no bucket: there the path names it.
    assert_eq!(get("oss-local:9000", "/bucket/k").body, b"text");
    assert_eq!(get("other.oss-local", "/k").code(), "NoSuchBucket");
}

#[test]
fn who_gives_a_certificate_is_told_no_ca() {
    let dir = TempDir::new("certificate-of-options");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (dir.0.join("cert.pem"), dir.0.join("key.pem"));
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let options = [
        "--cert",
        cert.to_str().unwrap(),
        "--key",
        key.to_str().unwrap(),
    ];
    let running = start(&options);
    assert!(running.ready["https_port"].is_u64());
    assert!(running.ready["ca_file"].is_null(), "{}", running.ready);
}

#[test]
fn a_host_can_be_a_name() {
    for host in ["localhost", "127.0.0.1", "::1", "0.0.0.0"] {
        let running = start(&["--host", host]);
        let to = match host {
            "::1" => "::1",
            _ => "127.0.0.1",
        };
        let answered = std::net::TcpStream::connect((to, running.port()));
        assert!(answered.is_ok(), "{host}");
        assert_eq!(running.signal("TERM"), Some(0));
    }
}

#[test]
fn verbose_is_a_line_for_each_request() {
    let running = start(&["--verbose"]);
    let client = bucket(&running);
    client.put("a b", b"1");
    client.get("none");
    inject(&running, json!({"action": {"type": "reset"}}));
    client.get("a b");
    inject(
        &running,
        json!({"action": {"type": "wrong_crc"}, "also": [{"type": "store_then_reset"}]}),
    );
    client.put("c", b"1");
    inject(
        &running,
        json!({"action": {"type": "status", "status": 500}}),
    );
    client.get("c");
    running.get("/_local/health", "");
    let said = said(running);
    let lines: Vec<&str> = said.lines().collect();
    let expected = [
        "PUT /bucket/ PutBucket 200",
        "PUT /bucket/a%20b PutObject 200",
        "GET /bucket/none GetObject 404",
        "GET /bucket/a%20b GetObject no answer",
        "PUT /bucket/c PutObject no answer",
        "GET /bucket/c GetObject 500",
    ];
    assert_eq!(lines.len(), expected.len(), "{said}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(
            line.starts_with(&format!("127.0.0.1 {expected} ")) && line.ends_with(" ms"),
            "{line} instead of {expected}"
        );
    }
}

#[test]
fn a_body_that_is_gone_is_an_error_of_the_server_and_a_line() {
    let dir = TempDir::new("gone");
    let data = dir.0.join("data");
    let running = start(&["--dir", data.to_str().unwrap()]);
    let client = bucket(&running);
    client.put("k", b"12345");
    for folder in fs::read_dir(data.join("bodies")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            fs::write(file.unwrap().path(), "1").unwrap();
        }
    }
    let answer = client.get("k");
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (500, "InternalError")
    );
    // Who looks at the page learns it in the same way.
    assert_eq!(running.get("/_local/owner/bucket/k", "").status, 500);
    // That a fault is wanted is no news.
    inject(
        &running,
        json!({"action": {"type": "status", "status": 500}}),
    );
    assert_eq!(client.get("k").status, 500);
    let said = said(running);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    for line in lines {
        assert!(line.starts_with("oss-local: GET /bucket/k: "), "{line}");
        assert!(
            line.contains(data.to_str().unwrap()),
            "{line} names no file"
        );
    }
}

#[test]
fn a_seed_fills_buckets_and_what_is_there_stays() {
    let dir = TempDir::new("seed");
    let seed = dir.0.join("seed");
    for (path, text) in [
        ("one/a.txt", "a"),
        ("one/deep/b c.txt", "b"),
        ("two/page.html", "c"),
        ("notes.txt", "left out"),
    ] {
        let path = seed.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let data = dir.0.join("data");
    let arguments = [
        "--seed",
        seed.to_str().unwrap(),
        "--dir",
        data.to_str().unwrap(),
    ];
    let running = start(&arguments);
    let one = Client::at(running.port(), "one");
    assert_eq!(one.get("deep/b c.txt").body, b"b");
    let page = Client::at(running.port(), "two").get("page.html");
    assert_eq!(page.header("content-type"), Some("text/html"));
    // Nobody but the clients is in the list of requests.
    let requests: serde_json::Value =
        serde_json::from_slice(&running.get("/_local/requests", "").body).unwrap();
    assert_eq!(requests.as_array().unwrap().len(), 2, "{requests}");
    one.put("a.txt", b"mine");
    one.send("DELETE", "deep/b c.txt", &[], &[], b"");
    let said = said(running);
    assert!(
        said.contains("notes.txt is left out: only folders become buckets"),
        "{said}"
    );

    let again = start(&arguments);
    let one = Client::at(again.port(), "one");
    assert_eq!(one.get("a.txt").body, b"mine");
    assert_eq!(one.get("deep/b c.txt").body, b"b");
}

#[cfg(unix)]
#[test]
fn a_seed_that_cannot_be_is_named() {
    let dir = TempDir::new("bad-seed");
    let refused = |seed: &std::path::Path| {
        let output = program().arg("--seed").arg(seed).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let name = dir.0.join("name");
    fs::create_dir_all(name.join("Not_A_Bucket")).unwrap();
    let said = refused(&name);
    assert!(
        said.contains("--seed: ") && said.contains("Not_A_Bucket"),
        "{said}"
    );
    // Nobody writes into this pipe.
    let pipe = dir.0.join("pipe/bucket");
    fs::create_dir_all(&pipe).unwrap();
    let made = Command::new("mkfifo").arg(pipe.join("waits")).status();
    assert!(made.unwrap().success());
    let said = refused(&dir.0.join("pipe"));
    assert!(said.contains("waits is not a file"), "{said}");
}

/// In a container the program is process 1, for which a signal that nobody handles does nothing.
#[cfg(target_os = "linux")]
#[test]
fn process_1_ends_when_told_too() {
    let root = Command::new("id").arg("-u").output().unwrap();
    let mut namespace = vec!["--pid", "--fork", "--kill-child"];
    if root.stdout.trim_ascii() != b"0" {
        namespace.push("--map-root-user");
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(&namespace);
        command
    };
    let tried = unshare().arg("true").stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        // Not by a macro, whose words are kept back from those who run the tests; tests/run repeats it.
        let said =
            "\nNOT CHECKED: process 1, which needs root or namespaces of users (unshare fails)\n";
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    }
    for name in ["TERM", "INT"] {
        let mut command = unshare();
        command.args([
            env!("CARGO_BIN_EXE_oss-local"),
            "--port",
            "0",
            "--https-port",
            "0",
        ]);
        let mut running = start_as(command);
        assert_eq!(running.ready["pid"], 1);
        let ca = running.ready["ca_file"].as_str().unwrap().to_owned();
        assert!(fs::metadata(&ca).is_ok());
        let outer = running.child.id();
        let children = fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).unwrap();
        let kill = Command::new("kill")
            .args(["-s", name, children.trim()])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(running.child.wait().unwrap().code(), Some(0), "{name}");
        assert!(fs::metadata(&ca).is_err(), "{ca} is left");
    }
}
