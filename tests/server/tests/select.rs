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

/// Of a text under a key of its own: rows, or the code of the refusal.
fn of(client: &Client<'_>, text: &[u8], process: &str, statement: &str, more: &str) -> String {
    client.put("of", text);
    match select(client, "of", process, statement, more) {
        Ok((rows, 200, _)) => rows,
        Ok((rows, status, message)) => format!("{rows}{status} {message}"),
        Err(code) => code,
    }
}

#[test]
fn csv_as_it_is_written_in_the_wild() {
    let server = Server::start(Options::default()).unwrap();
    let client = Client::new(&server, "bucket");
    let input = |csv: &str| format!("<InputSerialization><CSV>{csv}</CSV></InputSerialization>");
    let encoded = |name: &str, text: &str| format!("<{name}>{}</{name}>", STANDARD.encode(text));
    let all = "select * from ossobject";
    let rows = [
        ("a::b\nc::d\n", "select _2 from ossobject", input(&encoded("FieldDelimiter", "::")), "b\nd\n"),
        ("a|b\r\nc|d\r\n", "select _1 from ossobject", input(&(encoded("FieldDelimiter", "|") + &encoded("RecordDelimiter", "\r\n"))), "a\r\nc\r\n"),
        ("'a,1',b\n", "select _1 from ossobject", input(&encoded("QuoteCharacter", "'")), "'a,1'\n"),
        ("\"a\nb\",c\n", "select _2 from ossobject", String::new(), "c\n"),
        ("\"a\nb\",c\n", "select _1 from ossobject", input("<AllowQuotedRecordDelimiter>false</AllowQuotedRecordDelimiter>"), "a\n\"b\"\"\"\n"),
        ("a\n", all, input(&encoded("QuoteCharacter", "ab")), "InvalidArgument"),
        ("0\n1\n2\n3\n", all, input("<Range>line-range=1-2</Range>"), "1\n2\n"),
        ("h\n1\n2\n", all, input("<FileHeaderInfo>Ignore</FileHeaderInfo><Range>line-range=0-1</Range>"), "1\n"),
        ("a,b\nc\n", "select _1, _2 from ossobject", String::new(), "a,b\nc,\n"),
        ("a,b\nc\n", "select _1, _2 from ossobject", "<Options><SkipPartialDataRecord>true</SkipPartialDataRecord></Options>".to_owned(), "a,b\n400 InvalidCsvLine.a record has too few columns"),
        ("a,b\nc\nd,e\n", "select _1, _2 from ossobject", "<Options><SkipPartialDataRecord>true</SkipPartialDataRecord><MaxSkippedRecordsAllowed>1</MaxSkippedRecordsAllowed></Options>".to_owned(), "a,b\nd,e\n"),
        ("a,\"b\"c,d\n", all, String::new(), "400 InvalidCsvLine.a column goes on after its quotes"),
        ("#x\n1\n2\n", all, input("<Range>line-range=1-1</Range>"), "1\n"),
        ("1\n2\n", all, input("<Range>line-range=2-9</Range>"), "InvalidRange"),
        ("1.5\n\n2.25\n", "select sum(cast(_1 as double)), max(cast(_1 as double)) from ossobject", String::new(), "3.75,2.25\n"),
        ("a\n", "select _1 from ossobject'", String::new(), "a\n"),
        ("a\n", "select _1 as x as y from ossobject", String::new(), "a\n"),
        ("1\n", "select * from ossobject where avg(cast(_1 as int)) > 1", String::new(), "InvalidSqlParameter"),
        ("1\n", "select _1 || _2 from ossobject", String::new(), "InvalidSqlParameter"),
        ("1\n", all, "<InputSerialization><CompressionType>ZIP</CompressionType></InputSerialization>".to_owned(), "InvalidArgument"),
        ("1\n", all, "<InputSerialization><CompressionType>GZIP</CompressionType></InputSerialization>".to_owned(), "InvalidCompressionFormat"),
    ];
    for (text, statement, more, expected) in rows {
        let found = of(&client, text.as_bytes(), "csv/select", statement, &more);
        assert_eq!(found, expected, "{text:?} {statement} {more}");
    }
}

/// `1,a LF 2,b LF`, packed by gzip.
const PACKED: &str = "H4sIAAAAAAACAzPUSeQy0kniAgCpdCtxCAAAAA==";

#[test]
fn packed_objects_ranges_of_bytes_and_numbers_with_all_digits() {
    let server = Server::start(Options::default()).unwrap();
    let client = Client::new(&server, "bucket");
    let packed = STANDARD.decode(PACKED).unwrap();
    let gzip = "<InputSerialization><CompressionType>GZIP</CompressionType></InputSerialization>";
    assert_eq!(
        of(
            &client,
            &packed,
            "csv/select",
            "select _2 from ossobject where _1 > 1",
            gzip
        ),
        "b\n"
    );

    client.put("of", b"test\nabc\n");
    let body = format!(
        "<SelectRequest><Expression>{}</Expression><OutputSerialization><OutputRawData>true</OutputRawData></OutputSerialization></SelectRequest>",
        STANDARD.encode("select * from ossobject")
    );
    let part = |range| {
        client
            .send(
                "POST",
                "of",
                &[("x-oss-process", "csv/select")],
                &[("range", range)],
                body.as_bytes(),
            )
            .text()
    };
    assert_eq!(
        [part("bytes=0-1"), part("bytes=1-8"), part("bytes=0-5")],
        ["test\n", "abc\n", "test\nabc\n"]
    );

    let numbers = "<InputSerialization><JSON><Type>LINES</Type><ParseJsonNumberAsString>true</ParseJsonNumberAsString></JSON></InputSerialization>";
    let text = br#"{"a":123456789.123456789,"s":"7 \" 8"},{"a":[1e400],"s":"2"}"#;
    let json = |statement| of(&client, text, "json/select", statement, numbers);
    assert_eq!(
        json("select a from ossobject"),
        "{\"a\":123456789.123456789}\n{\"a\":[1e400]}\n"
    );
    assert_eq!(
        json("select s from ossobject where cast(a as double) > 123456789 limit 1"),
        "{\"s\":\"7 \\\" 8\"}\n"
    );
    assert_eq!(
        of(
            &client,
            b"{\"a\":1",
            "json/select",
            "select * from ossobject",
            "<InputSerialization><JSON><Type>DOCUMENT</Type></JSON></InputSerialization>"
        ),
        "InvalidJsonFile"
    );
}

#[test]
fn what_was_counted_once_is_answered_again_unless_it_is_to_be_counted_anew() {
    let server = Server::start(Options::default()).unwrap();
    let client = Client::new(&server, "bucket");
    client.put("k", b"a,b|c\n1,2|3\n\n");
    let count = |delimiters: [&str; 2], overwrite: bool| {
        let [record, field] = delimiters.map(|text| STANDARD.encode(text));
        let body = format!(
            "<CsvMetaRequest><InputSerialization><CSV><RecordDelimiter>{record}</RecordDelimiter>\
            <FieldDelimiter>{field}</FieldDelimiter></CSV></InputSerialization>\
            <OverwriteIfExists>{overwrite}</OverwriteIfExists></CsvMetaRequest>"
        );
        let process = [("x-oss-process", "csv/meta")];
        let meta = client.send("POST", "k", &process, &[], body.as_bytes());
        let (_, payload) = frames(&meta.body).remove(0);
        let status = u32::from_be_bytes(payload[16..20].try_into().unwrap());
        let rows = u64::from_be_bytes(payload[24..32].try_into().unwrap());
        let columns = u32::from_be_bytes(payload[32..36].try_into().unwrap());
        (status, rows, columns)
    };
    assert_eq!(count(["\n", ","], false), (200, 3, 2));
    assert_eq!(count(["\n\n", "|"], false), (200, 3, 2));
    assert_eq!(count(["\n\n", "|"], true), (200, 1, 3));
    // Another object of that name has never been counted, and one that is broken cannot be.
    client.put("k", b"a\n\"b\"c\n");
    assert_eq!(count(["\n", ","], false).0, 400);
}
