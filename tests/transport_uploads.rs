//! What a server may say while a body is on its way to it, over plain TCP and TLS.

mod peer;
#[path = "peer/wire.rs"]
mod wire;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use alioss::{Body, Bucket, Error, Kind, Options};

use peer::{read_head, read_request};
use wire::{Channel, WIRES, Wire};

const OK: &str = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 0\r\n\r\n";

const INTERIM: &str = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nx-a: b\r\n\r\n\
                       HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nlink: </b>\r\n\r\n";

const LENGTH: usize = 8 << 20;

fn denied() -> String {
    let body =
        "<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>R2</RequestId></Error>";
    format!(
        "HTTP/1.1 403 Forbidden\r\nx-oss-request-id: R2\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Uploads of 32 MiB, with and without a length.
fn upload(bucket: &Bucket, length: Option<u64>) -> alioss::Result<()> {
    let mut source = std::io::repeat(7).take(32 << 20);
    let body = Body::Stream {
        reader: &mut source,
        length,
    };
    bucket.put_object("a", body, &Options::new()).map(drop)
}

fn failed_upload(bucket: &Bucket, length: Option<u64>, what: &str) -> Error {
    match upload(bucket, length) {
        Ok(()) => panic!("{what}: stored"),
        Err(error) => error,
    }
}

const LENGTHS: [Option<u64>; 2] = [Some(32 << 20), None];

/// Reads so many bytes of a body.
fn read_some(channel: &mut Channel, amount: u64) {
    std::io::copy(
        &mut Read::by_ref(channel).take(amount),
        &mut std::io::sink(),
    )
    .unwrap();
}

#[test]
fn interim_answers_do_not_end_sending_wherever_they_come() {
    for wire in WIRES {
        for late in [0, 1, LENGTH / 2] {
            let peer = wire::start(wire, move |mut channel| {
                for _ in 0..2 {
                    let head = read_head(&mut channel);
                    if head.is_empty() {
                        return;
                    }
                    read_some(&mut channel, late as u64);
                    channel.write_all(INTERIM.as_bytes()).unwrap();
                    // A part of one now, the rest with the answer.
                    channel.write_all(b"HTTP/1.1 1").unwrap();
                    read_some(&mut channel, (LENGTH - late) as u64);
                    let rest = format!("00 Continue\r\n\r\n{INTERIM}{OK}");
                    channel.write_all(rest.as_bytes()).unwrap();
                }
            });
            let bucket = wire::bucket(&peer, wire);
            let data = vec![7; LENGTH];
            for _ in 0..2 {
                bucket
                    .put_object("a", &data, &Options::new())
                    .unwrap_or_else(|error| panic!("{wire:?} {late}: {error}"));
            }
            assert_eq!(peer.connections(), 1, "{wire:?} {late}");
        }
    }
}

#[test]
fn interim_answers_reach_who_is_stuck() {
    for wire in WIRES {
        let peer = wire::start(wire, |mut channel| {
            read_head(&mut channel);
            std::thread::sleep(Duration::from_millis(300));
            channel.write_all(INTERIM.as_bytes()).unwrap();
            std::thread::sleep(Duration::from_millis(300));
            read_some(&mut channel, 32 << 20);
            channel.write_all(OK.as_bytes()).unwrap();
            channel.drain();
        });
        let result = upload(&wire::bucket(&peer, wire), LENGTHS[0]);
        result.unwrap_or_else(|error| panic!("{wire:?}: {error}"));
    }
}

#[derive(Clone, Copy, Debug)]
enum After {
    Finish,
    Cut,
    Reset,
    Silence,
}

#[test]
fn an_early_answer_is_the_answer_however_the_connection_ends() {
    for wire in WIRES {
        for after in [After::Finish, After::Cut, After::Reset, After::Silence] {
            for read_first in [0, 1 << 20] {
                let peer = wire::start(wire, move |mut channel| {
                    read_head(&mut channel);
                    read_some(&mut channel, read_first);
                    channel.write_all(denied().as_bytes()).unwrap();
                    std::thread::sleep(Duration::from_millis(50));
                    match after {
                        After::Finish => channel.finish(),
                        After::Cut => {
                            channel.cut();
                            std::thread::sleep(Duration::from_secs(10));
                        }
                        After::Reset => channel.reset(),
                        After::Silence => std::thread::sleep(Duration::from_secs(10)),
                    }
                });
                for length in LENGTHS {
                    let what = format!("{wire:?} {after:?} {read_first} {length:?}");
                    let began = Instant::now();
                    let error = failed_upload(&wire::bucket(&peer, wire), length, &what);
                    assert_eq!(error.kind(), Kind::Denied, "{what}: {error}");
                    assert_eq!(error.code(), "AccessDenied", "{what}: {error}");
                    assert!(began.elapsed() < Duration::from_secs(8), "{what}");
                }
            }
        }
    }
}

#[test]
fn success_before_the_whole_body_was_sent_is_none() {
    for wire in WIRES {
        let peer = wire::start(wire, |mut channel| {
            read_head(&mut channel);
            channel.write_all(OK.as_bytes()).unwrap();
            std::thread::sleep(Duration::from_secs(10));
        });
        for length in LENGTHS {
            let what = format!("{wire:?} {length:?}");
            let error = failed_upload(&wire::bucket(&peer, wire), length, &what);
            assert_eq!(error.kind(), Kind::BadResponse, "{what}: {error}");
        }
    }
}

#[test]
fn nonsense_while_sending_is_a_bad_response() {
    for wire in WIRES {
        let peer = wire::start(wire, |mut channel| {
            read_head(&mut channel);
            channel.write_all(b"220 mail.example ESMTP\r\n").unwrap();
            std::thread::sleep(Duration::from_secs(10));
        });
        let what = format!("{wire:?}");
        let error = failed_upload(&wire::bucket(&peer, wire), LENGTHS[0], &what);
        assert_eq!(error.kind(), Kind::BadResponse, "{what}: {error}");
    }
}

#[test]
fn endless_interim_answers_end_sending() {
    for wire in WIRES {
        let peer = wire::start(wire, |mut channel| {
            read_head(&mut channel);
            while channel.write_all(INTERIM.as_bytes()).is_ok() {}
        });
        let what = format!("{wire:?}");
        let began = Instant::now();
        let error = failed_upload(&wire::bucket(&peer, wire), LENGTHS[0], &what);
        // All that has come is taken in at once, and not so much per slice.
        assert!(began.elapsed() < Duration::from_secs(8), "{what}");
        assert_eq!(error.kind(), Kind::BadResponse, "{what}: {error}");
    }
}

#[test]
fn a_server_that_hangs_up_while_sending_is_a_network_error() {
    for wire in WIRES {
        for after in [After::Finish, After::Cut, After::Reset] {
            let peer = wire::start(wire, move |mut channel| {
                read_head(&mut channel);
                match after {
                    After::Finish => channel.finish(),
                    After::Reset => channel.reset(),
                    // Stops reading and sends FIN: whoever waits for it to read waits for ever.
                    _ => {
                        channel.cut();
                        std::thread::sleep(Duration::from_secs(10));
                    }
                }
            });
            for length in LENGTHS {
                let what = format!("{wire:?} {after:?} {length:?}");
                let began = Instant::now();
                let error = failed_upload(&wire::bucket(&peer, wire), length, &what);
                assert_eq!(error.kind(), Kind::Network, "{what}: {error}");
                assert!(error.is_retryable(), "{what}");
                assert!(began.elapsed() < Duration::from_secs(8), "{what}");
            }
        }
    }
}

#[test]
fn keys_of_tls_may_change_at_any_time() {
    let peer = wire::start(Wire::Tls13, |mut channel| {
        for _ in 0..3 {
            if read_head(&mut channel).is_empty() {
                return;
            }
            for _ in 0..8 {
                channel.update_keys();
                read_some(&mut channel, LENGTH as u64 / 8);
            }
            channel.update_keys();
            let (begin, end) = OK.split_at(20);
            channel.write_all(begin.as_bytes()).unwrap();
            channel.update_keys();
            channel.write_all(end.as_bytes()).unwrap();
            channel.update_keys();
        }
    });
    let bucket = wire::bucket(&peer, Wire::Tls13);
    let data = vec![7; LENGTH];
    for _ in 0..3 {
        bucket.put_object("a", &data, &Options::new()).unwrap();
    }
    assert_eq!(peer.connections(), 1);
}

#[test]
fn an_alert_ends_the_exchange_it_comes_in() {
    for wire in [Wire::Tls12, Wire::Tls13] {
        let peer = wire::start(wire, |mut channel| {
            read_head(&mut channel);
            channel.alert();
            std::thread::sleep(Duration::from_secs(10));
        });
        let error = failed_upload(&wire::bucket(&peer, wire), LENGTHS[0], "an alert");
        assert_eq!(error.kind(), Kind::Network, "{wire:?}: {error}");

        let peer = wire::start(wire, |mut channel| {
            read_request(&mut channel);
            let answer =
                "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\ncontent-length: 10\r\n\r\nhello";
            channel.write_all(answer.as_bytes()).unwrap();
            channel.alert();
            std::thread::sleep(Duration::from_secs(10));
        });
        let mut buffer = [0; 10];
        let error = wire::bucket(&peer, wire)
            .get_object_to_buffer("a", &mut buffer, &Options::new())
            .unwrap_err();
        assert!(
            matches!(error.kind(), Kind::Network | Kind::Truncated),
            "{wire:?}: {error}"
        );
    }
}

#[test]
fn head_and_body_of_a_small_upload_are_one_record() {
    for wire in [Wire::Tls12, Wire::Tls13] {
        let peer = wire::start(wire, |mut channel| {
            let mut first = vec![0; 64 * 1024];
            while let Ok(got @ 1..) = channel.read(&mut first) {
                assert!(first[..got].ends_with(b"\r\n\r\nhello"), "they came apart");
                channel.write_all(OK.as_bytes()).unwrap();
            }
        });
        let bucket = wire::bucket(&peer, wire);
        for _ in 0..3 {
            bucket.put_object("a", "hello", &Options::new()).unwrap();
        }
        assert_eq!(peer.connections(), 1);
    }
}
