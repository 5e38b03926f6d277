//! A directory belongs to oss-local, or it is left alone.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use oss_local::{Options, Server};
use support::*;

fn options(dir: &Path) -> Options {
    Options {
        dir: Some(dir.to_owned()),
        https_addr: None,
        threads: 1,
        ..Options::default()
    }
}

fn refusal(options: Options) -> String {
    match Server::start(options) {
        Ok(_) => panic!("it started"),
        Err(error) => error.to_string(),
    }
}

/// Every file below a directory with its content.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.clone(), Vec::new());
            found.extend(contents(&path));
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The only file below `dir` whose path ends so.
fn find(dir: &Path, end: &str) -> PathBuf {
    let all = contents(dir).into_keys();
    let found: Vec<PathBuf> = all
        .filter(|path| path.is_file() && path.to_str().unwrap().ends_with(end))
        .collect();
    assert_eq!(found.len(), 1, "{end}: {found:?}");
    found[0].clone()
}

/// The empty path would fill the directory that the program runs in.
#[test]
fn a_directory_has_a_name() {
    let said = refusal(options(Path::new("")));
    assert!(said.contains("the directory has no name"), "{said}");
    assert!(!Path::new("oss-local.json").exists());
}

#[test]
fn a_directory_of_somebody_else_is_left_alone() {
    let dir = TempDir::new("foreign");
    for (index, names) in [
        &["tmp/thesis.tex"][..],
        &["bodies/ab/photo.jpg", "ca.pem"],
        &["buckets/bucket/bucket.json"],
        &[".hidden"],
    ]
    .into_iter()
    .enumerate()
    {
        let place = dir.0.join(index.to_string());
        for name in names {
            write(&place.join(name), "precious");
        }
        let before = contents(&place);
        let message = refusal(options(&place));
        assert!(message.contains(place.to_str().unwrap()), "{message}");
        assert!(message.contains("it is not empty"), "{message}");
        assert_eq!(contents(&place), before);
    }
}

#[test]
fn a_mark_that_is_not_understood_is_left_alone() {
    let dir = TempDir::new("mark");
    for (mark, why) in [
        ("{\"oss_local_format\":2}", "has format 2"),
        ("something else", "is not the mark of oss-local"),
        ("{}", "is not the mark of oss-local"),
    ] {
        let place = dir.0.join(why.replace(' ', "-"));
        write(&place.join("oss-local.json"), mark);
        write(&place.join("tmp/precious"), "precious");
        let before = contents(&place);
        let message = refusal(options(&place));
        assert!(message.contains(why), "{message}");
        assert_eq!(contents(&place), before);
    }
}

#[test]
fn what_is_not_a_directory_is_named() {
    let dir = TempDir::new("no-directory");
    let file = dir.0.join("file");
    fs::write(&file, "precious").unwrap();
    for place in [file.clone(), file.join("below")] {
        let message = refusal(options(&place));
        assert!(message.contains(place.to_str().unwrap()), "{message}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
}

#[test]
fn a_start_that_cannot_listen_changes_nothing() {
    let dir = TempDir::new("no-port");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let busy = |place: &Path| Options {
        http_addr: taken.local_addr().unwrap(),
        ..options(place)
    };
    let fresh = dir.0.join("fresh");
    assert!(refusal(busy(&fresh)).contains("cannot listen on"));
    assert!(!fresh.exists());

    drop(Server::start(options(&dir.0)).unwrap());
    write(&dir.0.join("tmp").join("0".repeat(32)), "half a record");
    let before = contents(&dir.0);
    assert!(refusal(busy(&dir.0)).contains("cannot listen on"));
    assert_eq!(contents(&dir.0), before);
}

#[test]
fn a_second_start_fails_and_does_no_harm() {
    let dir = TempDir::new("second");
    let server = Server::start(options(&dir.0)).unwrap();
    let client = Client::new(&server, "bucket");
    client.put("there", b"there");
    // An upload that is under way meanwhile.
    let body = vec![7; 1 << 20];
    let mut stream = connect(server.http_port());
    let head = client.head("PUT", "slow", &[], &[], body.len());
    stream.write_all(&head).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    while !contents(&dir.0.join("tmp"))
        .values()
        .any(|part| !part.is_empty())
    {
        std::thread::yield_now();
    }
    let message = refusal(options(&dir.0));
    assert!(
        message.contains("is in use by another oss-local"),
        "{message}"
    );
    stream.write_all(&body[body.len() / 2..]).unwrap();
    assert_eq!(read_to_end(&mut stream).status, 200);
    assert_eq!(client.get("slow").body, body);
    assert_eq!(client.get("there").body, b"there");

    drop(server);
    let server = Server::start(options(&dir.0)).unwrap();
    assert_eq!(server.notices(), [""; 0]);
    let client = Client::of(&server, "bucket");
    assert_eq!(client.get("slow").body, body);
}

#[test]
fn what_cannot_be_read_is_set_aside_and_named() {
    let dir = TempDir::new("aside");
    {
        let server = Server::start(options(&dir.0)).unwrap();
        let client = Client::new(&server, "bucket");
        client.put("good", b"good bytes");
        client.put("bad", b"bad bytes");
        Client::new(&server, "broken").put("k", b"bytes in broken");
        let upload = client.send("POST", "up", &[("uploads", "")], &[], b"");
        assert_eq!(upload.status, 200);
    }
    let objects = dir.0.join("buckets/bucket/objects");
    let bad: Vec<PathBuf> = contents(&objects)
        .into_iter()
        .filter(|(_, text)| String::from_utf8_lossy(text).contains("\"bad\""))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(bad.len(), 1);
    fs::write(&bad[0], "garbage of a record").unwrap();
    fs::write(
        dir.0.join("buckets/broken/bucket.json"),
        "garbage of a bucket",
    )
    .unwrap();
    fs::write(
        find(&dir.0.join("buckets"), "upload.json"),
        "garbage of an upload",
    )
    .unwrap();
    write(&dir.0.join("tmp/notes.txt"), "notes");
    write(&dir.0.join("bodies/zz/stray"), "stray");
    write(&dir.0.join("bodies/list.txt"), "list");
    fs::write(dir.0.join("ca-key.pem"), "garbage of a key").unwrap();
    let before = contents(&dir.0);

    let server = Server::start(options(&dir.0)).unwrap();
    let client = Client::of(&server, "bucket");
    assert_eq!(client.get("good").body, b"good bytes");
    assert_eq!(client.get("bad").status, 404);
    let aside = contents(&dir.0.join("set-aside"));
    for (path, text) in &before {
        let kept = path.is_dir()
            || path.exists() && &fs::read(path).unwrap() == text
            || aside.values().any(|other| other == text);
        assert!(kept, "{} is gone", path.display());
    }
    let notices = server.notices().join("\n");
    for name in [
        bad[0].to_str().unwrap(),
        "buckets/broken: its bucket.json cannot be read",
        "tmp/notes.txt: it is not from oss-local; moved to ",
        "bodies/zz/stray: no record names it",
        "bodies/list.txt: it is where a folder should be",
        "ca-key.pem: the CA cannot be read",
    ] {
        assert!(notices.contains(name), "{name} is missing in {notices}");
    }
    // The next start has nothing to say, and a new bucket of that name is empty.
    drop(server);
    let server = Server::start(options(&dir.0)).unwrap();
    assert_eq!(server.notices(), [""; 0]);
    assert_eq!(Client::new(&server, "broken").get("k").status, 404);
}

#[test]
fn a_record_cannot_claim_files_elsewhere() {
    let dir = TempDir::new("claim");
    {
        let server = Server::start(options(&dir.0)).unwrap();
        Client::new(&server, "bucket").put("k", b"12345");
    }
    let precious = dir.0.join("precious");
    fs::write(&precious, "12345").unwrap();
    let record = find(&dir.0.join("buckets/bucket/objects"), ".json");
    let body = contents(&dir.0.join("bodies"))
        .into_keys()
        .find(|path| path.is_file())
        .unwrap();
    let text = fs::read_to_string(&record).unwrap();
    let name = body.file_name().unwrap().to_str().unwrap();
    fs::write(&record, text.replace(name, "../../precious")).unwrap();
    {
        let server = Server::start(options(&dir.0)).unwrap();
        let notices = server.notices().join("\n");
        assert!(
            notices.contains("it names a file that is not a body"),
            "{notices}"
        );
        let client = Client::new(&server, "bucket");
        client.send("DELETE", "k", &[], &[], b"");
    }
    assert_eq!(fs::read(&precious).unwrap(), b"12345");
}

#[test]
fn unfinished_files_of_a_crash_go_away() {
    let dir = TempDir::new("crash");
    drop(Server::start(options(&dir.0)).unwrap());
    write(&dir.0.join("tmp").join("0a".repeat(16)), "half a body");
    write(
        &dir.0.join("tmp").join("0b".repeat(16)).join("bucket.json"),
        "{}",
    );
    let server = Server::start(options(&dir.0)).unwrap();
    assert_eq!(server.notices(), [""; 0]);
    assert!(contents(&dir.0.join("tmp")).is_empty());
}

#[test]
fn a_missing_body_is_named() {
    let dir = TempDir::new("missing");
    {
        let server = Server::start(options(&dir.0)).unwrap();
        Client::new(&server, "bucket").put("k", b"12345");
    }
    let body = contents(&dir.0.join("bodies"))
        .into_keys()
        .find(|path| path.is_file())
        .unwrap();
    fs::remove_file(&body).unwrap();
    let server = Server::start(options(&dir.0)).unwrap();
    let notices = server.notices().join("\n");
    assert!(notices.contains(body.to_str().unwrap()), "{notices}");
}

#[test]
fn the_ca_stays_the_same() {
    let dir = TempDir::new("same-ca");
    let tls = || Options {
        https_addr: Options::default().https_addr,
        ..options(&dir.0)
    };
    let first = Server::start(tls()).unwrap().ca_pem().to_owned();
    let server = Server::start(tls()).unwrap();
    assert_eq!(server.ca_pem(), first);
    assert_eq!(fs::read_to_string(server.ca_file()).unwrap(), first);
    assert_eq!(server.notices(), [""; 0]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = fs::metadata(dir.0.join("ca-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o777, 0o600);
    }
}
