//! SelectObject, frame by frame.

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oss_local::{Options, Server};
use support::*;

/// Type and payload of each frame.
fn frames(mut bytes: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!(bytes[0], 1);
        let len = number(4) as usize;
        frames.push((number(0) & 0xFF_FFFF, bytes[12..12 + len].to_vec()));
        bytes = &bytes[12 + len + 4..];
    }
    frames
}

/// Rows, and the end's status and message.
fn select(
    client: &Client<'_>,
    key: &str,
    process: &str,
    statement: &str,
    more: &str,
) -> Result<(String, u32, String), String> {
    let body = format!(
        "<SelectRequest><Expression>{}</Expression>{more}</SelectRequest>",
        STANDARD.encode(statement)
    );
    let answer = client.send(
        "POST",
        key,
        &[("x-oss-process", process)],
        &[],
        body.as_bytes(),
    );
    if answer.status != 206 {
        return Err(answer.code());
    }
    let mut rows = Vec::new();
    for (kind, payload) in frames(&answer.body) {
        match kind {
            0x80_0001 => rows.extend_from_slice(&payload[8..]),
            0x80_0005 => {
                let status = u32::from_be_bytes(payload[16..20].try_into().unwrap());
                return Ok((
                    String::from_utf8(rows).unwrap(),
                    status,
                    String::from_utf8(payload[20..].to_vec()).unwrap(),
                ));
            }
            other => panic!("{other:x}"),
        }
    }
    panic!("no end")
}

#[test]
fn csv() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    client.put(
        "c",
        b"name,age,city\nann,31,\"Ulm, Donau\"\nbob,29,Bonn\ncid,x,Aachen\n",
    );
    let header =
        "<InputSerialization><CSV><FileHeaderInfo>Use</FileHeaderInfo></CSV></InputSerialization>";
    let rows = |statement: &str| {
        select(&client, "c", "csv/select", statement, header).map(|(rows, ..)| rows)
    };
    assert_eq!(
        rows("select name from ossobject where age > 30").as_deref(),
        Ok("ann\n")
    );
    assert_eq!(
        rows("select * from ossobject where city like '%,%'").as_deref(),
        Ok("ann,31,\"Ulm, Donau\"\n")
    );
    assert_eq!(
        rows("select _1, _2 from ossobject limit 2").as_deref(),
        Ok("ann,31\nbob,29\n")
    );
    assert_eq!(
        rows(
            "select count(*), max(cast(age as int)), avg(age) from ossobject where age in (31, 29)"
        )
        .as_deref(),
        Ok("2,31,30\n")
    );
    assert_eq!(
        rows("select nonsense("),
        Err("InvalidSqlParameter".to_owned())
    );
    let (rows, status, message) = select(
        &client,
        "c",
        "csv/select",
        "select cast(age as int) from ossobject",
        header,
    )
    .unwrap();
    assert_eq!((rows.as_str(), status), ("31\n29\n", 400));
    assert!(message.contains("cannot be cast"), "{message}");
    let raw = format!(
        "{header}<OutputSerialization><OutputRawData>true</OutputRawData></OutputSerialization>"
    );
    let body = format!(
        "<SelectRequest><Expression>{}</Expression>{raw}</SelectRequest>",
        STANDARD.encode("select age from ossobject limit 1")
    );
    let answer = client.send(
        "POST",
        "c",
        &[("x-oss-process", "csv/select")],
        &[],
        body.as_bytes(),
    );
    assert_eq!(
        (
            answer.body.as_slice(),
            answer.header("x-oss-select-output-raw")
        ),
        (&b"31\n"[..], Some("true"))
    );

    let meta = client.send(
        "POST",
        "c",
        &[("x-oss-process", "csv/meta")],
        &[],
        b"<CsvMetaRequest></CsvMetaRequest>",
    );
    let (kind, payload) = frames(&meta.body).remove(0);
    assert_eq!(
        (kind, &payload[16..20], &payload[24..36]),
        (
            0x80_0006,
            &200u32.to_be_bytes()[..],
            &[0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 3][..]
        )
    );
}

#[test]
fn json() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    client.put(
        "l",
        b"{\"a\":1,\"b\":{\"c\":[5,6]}}\n{\"a\":2,\"s\":\"x\"}\n",
    );
    client.put(
        "d",
        b"{\"contacts\": [{\"age\": 27, \"n\": \"ann\"}, {\"age\": 3}]}",
    );
    let rows = |key: &str, statement: &str, more: &str| {
        select(&client, key, "json/select", statement, more).map(|(rows, ..)| rows)
    };
    assert_eq!(
        rows("l", "select * from ossobject where a = 2", "").as_deref(),
        Ok("{\"a\":2,\"s\":\"x\"}\n")
    );
    assert_eq!(
        rows(
            "l",
            "select s.b.c[1] as six from ossobject s where s.b is not null",
            ""
        )
        .as_deref(),
        Ok("{\"six\":6}\n")
    );
    let document = "<InputSerialization><JSON><Type>DOCUMENT</Type></JSON></InputSerialization><OutputSerialization><JSON><RecordDelimiter>LA==</RecordDelimiter></JSON></OutputSerialization>";
    assert_eq!(
        rows(
            "d",
            "select * from ossobject.contacts[*] s where s.age = 27",
            document
        )
        .as_deref(),
        Ok("{\"age\":27,\"n\":\"ann\"},")
    );
    assert_eq!(
        rows("missing", "select * from ossobject", ""),
        Err("NoSuchKey".to_owned())
    );
}
