//! What a server has to hold out: a sudden end, a full disk, bodies larger than its memory, clients that never finish.

#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use support::program::{start, start_as};
use support::*;

/// A body that tells which object it is of.
fn body(number: u64) -> Vec<u8> {
    format!("{number} ").repeat(2000).into_bytes()
}

#[test]
fn what_was_acknowledged_is_there_after_a_sudden_end() {
    let dir = TempDir::new("killed");
    let path = dir.0.join("data");
    let arguments = ["--dir", path.to_str().unwrap()];
    let mut running = start(&arguments);
    let port = running.port();
    assert_eq!(
        Client::at(port, "bucket")
            .send("PUT", "", &[], &[], b"")
            .status,
        200
    );
    let (next, stored) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // Writes until nobody answers any more.
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let client = Client::at(port, "bucket");
                    let mut stream = match std::net::TcpStream::connect(("127.0.0.1", port)) {
                        Ok(stream) => stream,
                        Err(_) => return,
                    };
                    let body = body(number);
                    let mut request =
                        client.head("PUT", &format!("k{number}"), &[], &[], body.len());
                    request.extend_from_slice(&body);
                    let _ = stream.write_all(&request);
                    if read_to_end(&mut stream).status != 200 {
                        return;
                    }
                    stored.lock().unwrap().push(number);
                }
            });
        }
        while stored.lock().unwrap().len() < 200 {
            std::thread::yield_now();
        }
        running.child.kill().unwrap();
        running.child.wait().unwrap();
    });
    let again = start(&arguments);
    let client = Client::at(again.port(), "bucket");
    let stored = stored.into_inner().unwrap();
    assert!(stored.len() >= 200);
    for number in &stored {
        assert_eq!(
            client.get(&format!("k{number}")).body,
            body(*number),
            "k{number}"
        );
    }
    // What was under way is there as a whole or not at all.
    for number in 0..next.into_inner() {
        let found = client.get(&format!("k{number}"));
        assert!(
            found.status == 404 || found.body == body(number),
            "k{number}: {}",
            found.status
        );
    }
}

#[test]
fn a_full_disk_is_an_error_and_what_is_stored_stays() {
    let dir = TempDir::new("full");
    let path = dir.0.join("data");
    // A file can have 1 MB, or 2, by what the shell counts in; the write after that fails, as on a disk that is full.
    let mut command = Command::new("sh");
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_oss-local"))
        .args(["--port", "0", "--https-port", "0", "--dir"])
        .arg(&path);
    let running = start_as(command);
    let client = Client::at(running.port(), "bucket");
    assert_eq!(client.send("PUT", "", &[], &[], b"").status, 200);
    assert_eq!(client.put("small", b"1").status, 200);
    let refused = client.put("large", &vec![7; 3 << 20]);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (500, "InternalError")
    );
    assert_eq!(client.put("small", &vec![7; 3 << 20]).status, 500);
    assert_eq!(client.get("small").body, b"1");
    assert_eq!(client.get("large").status, 404);
    assert_eq!(client.put("next", b"2").status, 200);
    // Nothing is left of what failed.
    let unfinished = fs::read_dir(path.join("tmp")).unwrap().count();
    assert_eq!(unfinished, 0);
}

/// How many bytes the body has, all of which must be five.
fn count_of_fives(stream: &mut impl Read) -> usize {
    const FIVES: &[u8] = &[5; 1 << 20];
    let mut reader = BufReader::with_capacity(FIVES.len(), stream);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        assert_ne!(
            reader.read_line(&mut line).unwrap(),
            0,
            "the head ends too early"
        );
    }
    let mut count = 0;
    loop {
        let block = reader.fill_buf().unwrap();
        if block.is_empty() {
            return count;
        }
        assert!(block == &FIVES[..block.len()]);
        count += block.len();
        let len = block.len();
        reader.consume(len);
    }
}

#[test]
fn large_bodies_need_little_memory() {
    const SIZE: usize = 2 << 30;
    let dir = TempDir::new("large");
    let path = dir.0.join("data");
    let running = start(&["--dir", path.to_str().unwrap(), "--no-md5"]);
    let client = Client::at(running.port(), "bucket");
    client.send("PUT", "", &[], &[], b"");
    let mut stream = connect(running.port());
    stream
        .write_all(&client.head("PUT", "k", &[], &[], SIZE))
        .unwrap();
    let block = vec![5; 1 << 20];
    for _ in 0..SIZE / block.len() {
        stream.write_all(&block).unwrap();
    }
    assert_eq!(read_to_end(&mut stream).status, 200);
    let mut stream = connect(running.port());
    stream
        .write_all(&client.head("GET", "k", &[], &[], 0))
        .unwrap();
    assert_eq!(count_of_fives(&mut stream), SIZE);
    let status = fs::read_to_string(format!("/proc/{}/status", running.child.id())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kilobytes < 27 * 1024, "{line}");
}

#[test]
fn memory_for_objects_can_be_bounded() {
    let running = start(&["--memory-limit", "4"]);
    let client = Client::at(running.port(), "bucket");
    client.send("PUT", "", &[], &[], b"");
    assert_eq!(client.put("a", &vec![1; 3 << 20]).status, 200);
    let refused = client.put("b", &vec![2; 2 << 20]);
    assert_eq!(refused.status, 500);
    assert!(
        refused.text().contains("more than 4194304 bytes of memory"),
        "{}",
        refused.text()
    );
    assert_eq!(client.get("a").body.len(), 3 << 20);
    // What goes away gives its place back.
    assert_eq!(client.send("DELETE", "a", &[], &[], b"").status, 204);
    assert_eq!(client.put("b", &vec![2; 2 << 20]).status, 200);
}

#[test]
fn clients_that_never_finish_their_head_hold_nobody_up() {
    let running = start(&[]);
    let mut halves = Vec::new();
    for _ in 0..100 {
        let mut stream = connect(running.port());
        stream
            .write_all(b"GET /bucket/key HTTP/1.1\r\nhost: loc")
            .unwrap();
        halves.push(stream);
    }
    let client = Client::at(running.port(), "bucket");
    assert_eq!(client.send("PUT", "", &[], &[], b"").status, 200);
    assert_eq!(client.put("key", b"1").status, 200);
    // They are still served when they go on.
    for stream in &mut halves {
        stream
            .write_all(b"alhost\r\nconnection: close\r\n\r\n")
            .unwrap();
        assert_eq!(read_to_end(stream).status, 403);
    }
}

#[test]
fn ten_thousand_objects_are_listed_page_by_page() {
    let running = start(&[]);
    let client = Client::at(running.port(), "bucket");
    client.send("PUT", "", &[], &[], b"");
    let mut stream = connect(running.port());
    for number in 0..10_000 {
        client.send_on(
            &mut stream,
            "PUT",
            &format!("{:02}/{number:05}", number % 20),
            b"",
        );
        assert_eq!(read_one(&mut stream).status, 200);
    }
    let (mut marker, mut keys) = (String::new(), Vec::new());
    loop {
        let query = [("max-keys", "1000"), ("marker", marker.as_str())];
        let page = client.send("GET", "", &query, &[], b"").text();
        keys.extend(elements(&page, "Key"));
        match elements(&page, "NextMarker").pop() {
            Some(next) => marker = next,
            None => break,
        }
    }
    assert_eq!(keys.len(), 10_000);
    assert!(keys.is_sorted());
    let folders = client
        .send("GET", "", &[("delimiter", "/")], &[], b"")
        .text();
    assert_eq!(elements(&folders, "CommonPrefixes").len(), 20);
}
