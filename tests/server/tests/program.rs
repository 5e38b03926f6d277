//! The program as people and their tests start it.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use serde_json::Value;
use support::program::{program, start};
use support::*;

fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = program().args(arguments).output().unwrap();
    assert_eq!(status.code(), Some(2), "{arguments:?}");
    String::from_utf8(stderr).unwrap()
}

#[test]
fn it_says_where_it_is_and_ends_when_told() {
    for name in ["TERM", "INT"] {
        let dir = TempDir::new(&format!("program-{name}"));
        let file = dir.0.join("ready.json");
        let running = start(&["--ready-file", file.to_str().unwrap()]);
        let written: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(written, running.ready);
        assert_eq!(running.get("/_local/health", "").status, 200);
        let ca = running.ready["ca_file"].as_str().unwrap().to_owned();
        assert!(fs::metadata(&ca).is_ok());
        assert_eq!(running.signal(name), Some(0));
        assert!(
            !file.exists() && fs::metadata(&ca).is_err(),
            "files are left"
        );
    }
}

/// A killed server cannot remove the file of its CA: the next one does, and leaves alone those of servers that run.
#[cfg(unix)]
#[test]
fn a_killed_server_leaves_no_file_for_long() {
    let dir = TempDir::new("ca-of-a-killed-server");
    fs::create_dir_all(&dir.0).unwrap();
    let start = || {
        let mut command = program();
        command.env("TMPDIR", &dir.0);
        support::program::start_as(command)
    };
    let ca =
        |running: &support::program::Running| running.ready["ca_file"].as_str().unwrap().to_owned();
    let running = start();
    let killed = start();
    let left = ca(&killed);
    assert_eq!(killed.signal("KILL"), None);
    assert!(fs::metadata(&left).is_ok());
    let next = start();
    assert!(fs::metadata(&left).is_err(), "{left} is left");
    assert!(fs::metadata(ca(&running)).is_ok() && fs::metadata(ca(&next)).is_ok());
    assert_eq!(
        (running.signal("TERM"), next.signal("TERM")),
        (Some(0), Some(0))
    );
}

#[test]
fn options_may_be_variables() {
    let output = program()
        .env("OSS_LOCAL_HTTPS_PORT", "65536")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("OSS_LOCAL_HTTPS_PORT: \"65536\" is not a port"),
        "{said}"
    );
    let mut child = program()
        .env("OSS_LOCAL_JSON", "1")
        .env("OSS_LOCAL_REGION", "cn-beijing")
        .env("OSS_LOCAL_ACCESS_KEY", "me:secret")
        .args(["--region", "cn-shanghai"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let _ = child.kill();
    let _ = child.wait();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["region"], "cn-shanghai");
    assert_eq!(ready["access_key_id"], "me");
}

#[test]
fn mistakes_are_named() {
    let rows = [
        (&["--port", "x"][..], "--port: \"x\" is not a port"),
        (
            &["--host", "no.such.host.invalid"],
            "--host: \"no.such.host.invalid\" is neither an address",
        ),
        (
            &["--account", "a=b"],
            "--account: give NAME=ACCESS_KEY_ID:ACCESS_KEY_SECRET",
        ),
        (&["--cert", "a.pem"], "--cert and --key: give both or none"),
        (
            &["--cert", "/nowhere/a.pem", "--key", "/nowhere/b.pem"],
            "/nowhere/a.pem",
        ),
        (&["--region", "oss-cn-hangzhou"], "is not a region"),
        (&["--json=1"], "--json takes no value"),
        (&["--dir"], "--dir needs a value"),
        (&["--dir", ""], "--dir needs a value"),
        (
            &["--memory", "--dir", "q"],
            "--memory and --dir contradict each other",
        ),
        (
            &["--domain", "http://x"],
            "--domain: \"http://x\" is not a domain",
        ),
        (&["--region", "A_B"], "--region: \"A_B\" is not a region"),
        (&["--what"], "--what is unknown"),
        (
            &["--memory-limit", "0"],
            "--memory-limit: \"0\" is not a number of MB; give 1 or more",
        ),
        (
            &["--lifecycle-clock", "x"],
            "--lifecycle-clock: \"x\" is not a number of seconds",
        ),
        (
            &["--restore-delay", "0"],
            "--restore-delay: \"0\" is not a number of seconds; give 1 or more",
        ),
        (&["--dir", "/dev/null"], "/dev/null"),
        (&["--seed", "/nowhere"], "--seed: /nowhere"),
    ];
    for (arguments, expected) in rows {
        let said = refused(arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn version_and_help() {
    let said = |argument| {
        let output = program().arg(argument).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        said("--version"),
        format!("oss-local {}\n", env!("CARGO_PKG_VERSION"))
    );
    assert!(said("--help").contains("--ready-file FILE"));
}

#[test]
fn pages_of_other_origins_cannot_use_the_admin_calls() {
    let running = start(&[]);
    assert_eq!(running.get("/_local/info", "").status, 200);
    assert_eq!(
        running
            .get("/_local/info", "origin: http://localhost\r\n")
            .status,
        200
    );
    for header in [
        "origin: http://evil.example\r\n",
        "origin: null\r\n",
        "sec-fetch-site: cross-site\r\n",
        "sec-fetch-site: same-site\r\n",
    ] {
        for path in ["/_local/info", "/_local/", "/_local/owner/"] {
            assert_eq!(running.get(path, header).status, 403, "{path} {header}");
        }
    }
}

#[test]
fn names_that_strangers_can_have_do_not_reach_the_admin_calls() {
    let running = start(&["--domain", "oss.example.net"]);
    let status = |host: &str, more: &str| {
        let head =
            format!("GET /_local/info HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n");
        raw(running.port(), head.as_bytes()).status
    };
    for own in [
        "localhost:1",
        "bucket.localhost",
        "127.0.0.1:9000",
        "[::1]:9000",
        "10.0.0.7",
        "oss-local:9000",
        "host.docker.internal",
        "oss.example.net",
        "bucket.oss.example.net",
    ] {
        assert_eq!(status(own, ""), 200, "{own}");
    }
    for strange in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:9000",
        "example.net",
    ] {
        assert_eq!(status(strange, ""), 403, "{strange}");
    }
    // A site in a bucket is of the bucket's origin, not of the server's.
    assert_eq!(
        status("localhost:9", "sec-fetch-site: same-origin\r\n"),
        200
    );
    assert_eq!(
        status("b.localhost:9", "sec-fetch-site: same-origin\r\n"),
        403
    );
    assert_eq!(
        status("b.oss.example.net", "origin: http://b.oss.example.net\r\n"),
        403
    );
}

#[test]
fn requests_in_the_name_of_the_owner_need_no_signature() {
    let server = oss_local::Server::start(oss_local::Options {
        https_addr: None,
        credentials: vec![oss_local::Credential::new("a", "b").of_account("somebody")],
        ..oss_local::Options::default()
    })
    .unwrap();
    let client = Client {
        id: "a",
        secret: "b",
        ..Client::of(&server, "bucket")
    };
    assert_eq!(client.send("PUT", "", &[], &[], b"").status, 200);
    client.put("a/b c", b"text");
    let ask = |line: &str, body: &str| {
        let head = format!(
            "{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        raw(server.http_port(), head.as_bytes())
    };
    let before = server.requests().len();
    let answer = ask("GET /_local/owner/bucket/a%2Fb%20c", "");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"text"[..]));
    assert!(
        answer
            .header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("sandbox"))
    );
    assert_eq!(ask("PUT /_local/owner/bucket/new", "1").status, 200);
    assert_eq!(client.get("new").body, b"1");
    assert_eq!(ask("GET /_local/owner/bucket/none", "").code(), "NoSuchKey");
    // What no browser leaves in a path.
    let dots = "/_local/owner/bucket/?local-key=%2e.";
    assert_eq!(ask(&format!("PUT {dots}"), "dots").status, 200);
    let answer = ask(&format!("GET {dots}&versionId=null"), "");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"dots"[..]));
    let gone = ask("DELETE /_local/owner/bucket?local-key=..", "");
    assert_eq!(gone.status, 204);
    assert_eq!(ask(&format!("GET {dots}"), "").code(), "NoSuchKey");
    assert_eq!(
        ask("PUT /_local/owner/Bad_Name", "").code(),
        "InvalidBucketName"
    );
    // They are not among the requests that the client under test sent.
    assert_eq!(server.requests().len(), before + 1);
    let buckets: Value = serde_json::from_slice(&ask("GET /_local/buckets", "").body).unwrap();
    assert_eq!(buckets[0]["owner"], "somebody");
    assert_eq!(
        (&buckets[0]["objects"], &buckets[0]["bytes"]),
        (&2.into(), &5.into())
    );
}

#[test]
fn a_reset_leaves_nothing() {
    let dir = TempDir::new("reset");
    let server = oss_local::Server::start(oss_local::Options {
        dir: Some(dir.0.clone()),
        https_addr: None,
        cnames: vec![("first.example.com".to_owned(), "bucket".to_owned())],
        ..oss_local::Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    client.send("POST", "up", &[("uploads", "")], &[], b"");
    server.add_cname("img.example.com", "bucket");
    let reset =
        "POST /_local/reset HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(raw(server.http_port(), reset.as_bytes()).status, 200);
    assert_eq!(client.get("k").code(), "NoSuchBucket");
    assert!(server.requests().len() == 1);
    assert!(
        fs::read_dir(dir.0.join("buckets"))
            .unwrap()
            .next()
            .is_none()
    );
    let client = Client::new(&server, "bucket");
    assert_eq!(client.get("k").code(), "NoSuchKey");
    // The custom domains are those of the start.
    let public = [("x-oss-object-acl", "public-read")];
    client.send("PUT", "open", &[], &public, b"1");
    let status = |domain: &str| {
        let head = format!("GET /open HTTP/1.1\r\nhost: {domain}\r\nconnection: close\r\n\r\n");
        raw(server.http_port(), head.as_bytes()).status
    };
    assert_eq!(
        (status("first.example.com"), status("img.example.com")),
        (200, 404)
    );
}

#[test]
fn the_fault_in_the_help_works() {
    let output = program().arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let rule = help
        .split_once("curl -d '")
        .unwrap()
        .1
        .split_once('\'')
        .unwrap()
        .0;
    let server = oss_local::Server::start(oss_local::Options::default()).unwrap();
    let client = Client::new(&server, "bucket");
    let post = |body: &str| {
        let head = format!(
            "POST /_local/rules HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        raw(server.http_port(), head.as_bytes())
    };
    assert_eq!(post(rule).status, 200);
    let started = client
        .send("POST", "k", &[("uploads", "")], &[], b"")
        .text();
    let id = &elements(&started, "UploadId")[0];
    let part = |number: &str| {
        let query = [("partNumber", number), ("uploadId", id.as_str())];
        client.send("PUT", "k", &query, &[], b"1").status
    };
    assert_eq!(
        [part("1"), part("3"), part("2"), part("3"), part("3")],
        [200, 503, 200, 503, 200]
    );
}

#[test]
fn a_rule_with_a_mistake_is_refused_and_says_what_is_allowed() {
    let server = oss_local::Server::start(oss_local::Options::default()).unwrap();
    let client = Client::new(&server, "bucket");
    let post = |body: &str| {
        let head = format!(
            "POST /_local/rules HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        raw(server.http_port(), head.as_bytes())
    };
    let status = r#""action":{"type":"status"}"#;
    let rows = [
        (
            format!(r#"{{"operation":"UploadPrt",{status}}}"#),
            "did you mean UploadPart?",
        ),
        (
            format!(r#"{{"operation":"Nothing",{status}}}"#),
            "Allowed are AbortBucketWorm, AbortMultipartUpload, ",
        ),
        (
            format!(r#"{{"tiems":2,{status}}}"#),
            "unknown field `tiems`, expected one of `method`, `bucket`",
        ),
        (
            format!(r#"{{"method":"FETCH",{status}}}"#),
            "one of GET, HEAD, PUT, POST, DELETE, OPTIONS",
        ),
        (
            format!(r#"{{"bucket":"My_Bucket",{status}}}"#),
            "3 to 63 of a-z, 0-9 and -",
        ),
        (format!(r#"{{"times":0,{status}}}"#), "1 or more is allowed"),
        (
            r#"{"action":{"type":"stats"}}"#.to_owned(),
            "unknown variant `stats`, expected one of `status`, `reset`",
        ),
        (
            r#"{"action":{"type":"status","cod":"x"}}"#.to_owned(),
            "unknown field `cod`, expected one of `status`, `code`",
        ),
        (
            r#"{"action":{"type":"status","status":42}}"#.to_owned(),
            "200 to 599 are allowed",
        ),
        (
            r#"{"action":{"type":"delay","ms":1,"sec":1}}"#.to_owned(),
            "unknown field `sec`, expected `ms`",
        ),
        (
            r#"{"action":{"type":"wrong_crc","at":1}}"#.to_owned(),
            "unknown field `at`: the action wrong_crc has no fields",
        ),
        (
            r#"{"action":{"type":"chunked"},"also":[{"type":"omit_crc","x":1}]}"#.to_owned(),
            "unknown field `x`",
        ),
        (
            r#"{"action":{"type":"redirect","location":"/","status":200}}"#.to_owned(),
            "301, 302, 303, 307 and 308 do",
        ),
        (r#"{"times":1}"#.to_owned(), "missing field `action`"),
    ];
    for (rule, expected) in rows {
        let answer = post(&rule);
        assert_eq!(answer.status, 400, "{rule}");
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        let said = said["error"].as_str().unwrap();
        assert!(said.contains(expected), "{rule}: {said}");
    }
    // A list with a mistake is refused as a whole.
    assert_eq!(
        post(&format!(r#"[{{{status}}},{{"skpi":1,{status}}}]"#)).status,
        400
    );
    assert_eq!(client.get("k").code(), "NoSuchKey");
}

#[test]
fn a_status_on_demand_has_a_code_that_fits() {
    let server = oss_local::Server::start(oss_local::Options::default()).unwrap();
    let client = Client::new(&server, "bucket");
    let rows = [
        (400, "InvalidArgument"),
        (403, "AccessDenied"),
        (404, "NoSuchKey"),
        (405, "MethodNotAllowed"),
        (409, "FileAlreadyExists"),
        (412, "PreconditionFailed"),
        (416, "InvalidRange"),
        (418, "InvalidRequest"),
        (500, "InternalError"),
        (503, "ServiceUnavailable"),
        (599, "InternalError"),
    ];
    for (status, code) in rows {
        let rule = format!(r#"{{"action":{{"type":"status","status":{status}}}}}"#);
        server.inject(serde_json::from_str(&rule).unwrap());
        let answer = client.get("k");
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
    }
    let own = r#"{"action":{"type":"status","status":403,"code":"QuotaExceeded"}}"#;
    server.inject(serde_json::from_str(own).unwrap());
    let answer = client.get("k");
    assert_eq!(answer.code(), "QuotaExceeded");
    assert!(
        !answer.text().contains("no right to access"),
        "{}",
        answer.text()
    );
}
