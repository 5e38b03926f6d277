//! What is kept, where, and for how long.

mod support;

use std::io::{Read, Write};

use oss_local::{Options, Server};
use support::*;

fn stored(dir: &TempDir) -> Server {
    Server::start(Options {
        dir: Some(dir.0.clone()),
        https_addr: None,
        threads: 2,
        ..Options::default()
    })
    .unwrap()
}

#[test]
fn keys_never_leave_the_directory() {
    let dir = TempDir::new("escape");
    let inner = TempDir(dir.0.join("a/b/store"));
    let long = "\u{4e2d}".repeat(341);
    let keys = [
        "../../../x",
        "..",
        ".",
        "a/../../../../etc/passwd",
        "a//b",
        "a/",
        "\u{0}",
        "c:\\x",
        "\n",
        "%2e%2e",
        long.as_str(),
        "-rf ~",
        "a\u{202e}b",
        "con",
        "~",
    ];
    {
        let server = stored(&inner);
        let client = Client::new(&server, "bucket");
        for key in keys {
            assert_eq!(client.put(key, key.as_bytes()).status, 200, "{key:?}");
        }
        for bad in ["/x", "\\x", "//"] {
            assert_eq!(client.put(bad, b"").code(), "InvalidObjectName");
        }
    }
    let server = stored(&inner);
    let client = Client::of(&server, "bucket");
    for key in keys {
        assert_eq!(client.get(key).body, key.as_bytes(), "{key:?}");
    }
    assert_eq!(
        elements(&client.send("GET", "", &[], &[], b"").text(), "Key").len(),
        keys.len()
    );
    // Nothing beside the store, and nothing in it that is named by a client.
    let names = |path: &std::path::Path| -> Vec<String> {
        std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names(&dir.0), ["a"]);
    assert_eq!(names(&dir.0.join("a")), ["b"]);
    assert_eq!(names(&dir.0.join("a/b")), ["store"]);
    let mut inside = names(&inner.0);
    inside.sort();
    assert_eq!(
        inside,
        [
            "bodies",
            "buckets",
            "ca-key.pem",
            "ca.pem",
            "oss-local.json",
            "tmp"
        ]
    );
}

#[test]
fn survives_a_restart() {
    let dir = TempDir::new("restart");
    let count_bodies = || {
        std::fs::read_dir(dir.0.join("bodies"))
            .unwrap()
            .map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count())
            .sum::<usize>()
    };
    {
        let server = stored(&dir);
        let client = Client::new(&server, "bucket");
        client.put("k", b"old");
        client.send("PUT", "k", &[], &[("content-type", "a/b")], b"new");
        client.put("gone", b"x");
        client.send("DELETE", "gone", &[], &[], b"");
        client.send(
            "POST",
            "log",
            &[("append", ""), ("position", "0")],
            &[],
            b"1",
        );
        client.send(
            "POST",
            "log",
            &[("append", ""), ("position", "1")],
            &[],
            b"2",
        );
        client.send(
            "PUT",
            "copy",
            &[],
            &[("x-oss-copy-source", "/bucket/log")],
            b"",
        );
        client.send(
            "PUT",
            "",
            &[("acl", "")],
            &[("x-oss-acl", "public-read")],
            b"",
        );
        assert_eq!(count_bodies(), 3);
    }
    std::fs::create_dir_all(dir.0.join("bodies/zz")).unwrap();
    std::fs::write(dir.0.join("bodies/zz/stray"), b"stray").unwrap();
    {
        let server = stored(&dir);
        let client = Client::of(&server, "bucket");
        let got = client.get("k");
        assert_eq!(
            (got.body.as_slice(), got.header("content-type")),
            (&b"new"[..], Some("a/b"))
        );
        assert_eq!(client.get("gone").status, 404);
        assert_eq!(client.get("log").body, b"12");
        assert_eq!(
            client
                .send(
                    "POST",
                    "log",
                    &[("append", ""), ("position", "2")],
                    &[],
                    b"3"
                )
                .status,
            200
        );
        assert_eq!(client.get("copy").body, b"12");
        client.send("DELETE", "copy", &[], &[], b"");
        assert_eq!(client.get("log").body, b"123");
        client.send("DELETE", "log", &[], &[], b"");
        client.send("DELETE", "k", &[], &[], b"");
        assert!(
            client
                .send("GET", "", &[("acl", "")], &[], b"")
                .text()
                .contains("public-read")
        );
    }
    assert_eq!(count_bodies(), 0);
}

#[test]
fn a_reader_keeps_what_it_reads() {
    for dir in [None, Some(TempDir::new("reader"))] {
        let options = Options {
            dir: dir.as_ref().map(|dir| dir.0.clone()),
            https_addr: None,
            ..Options::default()
        };
        let server = Server::start(options).unwrap();
        let client = Client::new(&server, "bucket");
        let old = vec![1u8; 16 << 20];
        client.put("k", &old);
        let mut stream = connect(server.http_port());
        stream
            .write_all(&client.head("GET", "k", &[], &[], 0))
            .unwrap();
        let mut first = [0; 1000];
        stream.read_exact(&mut first).unwrap();
        client.put("k", b"new");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert!(first.len() + rest.len() > old.len());
        assert!(rest.iter().all(|byte| *byte == 1));
        assert_eq!(client.get("k").body, b"new");
    }
}
