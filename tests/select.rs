//! SelectObject: rows come whole and checked, or not at all.

mod support;

use std::time::Duration;

use alioss::{Bucket, Kind, Options, Result};
use oss_local::{Action, Rule, Server};
use support::{config, new_bucket, server};

const CSV: &str = "name,age\nann,31\nbob,7\n\"o, neil\",50\n";

fn bucket(server: &Server) -> Bucket {
    let bucket = new_bucket(config(&server.endpoint()).attempts(1));
    bucket
        .put_object("people.csv", CSV, &Options::new())
        .unwrap();
    bucket
}

fn select(bucket: &Bucket, key: &str, expression: &str, options: &Options<'_>) -> Result<String> {
    let mut select = bucket.select_object(key, expression, options)?;
    let mut rows = Vec::new();
    let mut buffer = [0; 7];
    loop {
        match select.read(&mut buffer)? {
            0 => break,
            got => rows.extend_from_slice(&buffer[..got]),
        }
    }
    assert_eq!(
        select.read(&mut buffer).unwrap(),
        0,
        "the end stays the end"
    );
    Ok(String::from_utf8(rows).unwrap())
}

#[test]
fn csv_and_json_rows() {
    let server = server();
    let bucket = bucket(&server);
    let header = Options::new().field("InputSerialization.CSV.FileHeaderInfo", Some("Use"));
    let adults = "select name from ossobject where cast(age as int) > 18";
    let rows = select(&bucket, "people.csv", adults, &header).unwrap();
    assert_eq!(rows, "ann\n\"o, neil\"\n");

    let lines = "{\"name\":\"ann\",\"age\":31}\n{\"name\":\"bob\",\"age\":7}\n";
    bucket
        .put_object("people.json", lines, &Options::new())
        .unwrap();
    let json = Options::new().field("InputSerialization.JSON.Type", Some("LINES"));
    let young = "select * from ossobject s where s.age < 18";
    let rows = select(&bucket, "people.json", young, &json).unwrap();
    assert_eq!(rows, "{\"name\":\"bob\",\"age\":7}\n");

    let (_, meta) = bucket
        .create_select_object_meta("people.csv", &Options::new())
        .unwrap();
    assert_eq!((meta.rows, meta.columns), (4, 2));
}

#[test]
fn delimiters_are_given_as_they_are() {
    let server = server();
    let bucket = bucket(&server);
    bucket
        .put_object("odd", "a;1|b;2|", &Options::new())
        .unwrap();
    let options = Options::new()
        .field("InputSerialization.CSV.FieldDelimiter", Some(";"))
        .field("InputSerialization.CSV.RecordDelimiter", Some("|"))
        .field("OutputSerialization.CSV.RecordDelimiter", Some("\n"));
    let rows = select(&bucket, "odd", "select _2 from ossobject", &options).unwrap();
    assert_eq!(rows, "1\n2\n");
}

#[test]
fn raw_rows_come_without_frames() {
    let server = server();
    let bucket = bucket(&server);
    let raw = Options::new().field("OutputSerialization.OutputRawData", Some("true"));
    let rows = select(&bucket, "people.csv", "select _2 from ossobject", &raw).unwrap();
    assert_eq!(rows, "age\n31\n7\n50\n");
}

#[test]
fn what_the_service_does_not_understand_is_an_error() {
    let server = server();
    let bucket = bucket(&server);
    let error = select(&bucket, "people.csv", "selekt it", &Options::new()).unwrap_err();
    assert_eq!(error.kind(), Kind::BadRequest, "{error}");
    assert!(!error.code().is_empty(), "{error}");
    let error = select(
        &bucket,
        "none.csv",
        "select * from ossobject",
        &Options::new(),
    )
    .unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::NotFound, "NoSuchKey"));
}

/// Whatever bit is wrong on the way: either it does not matter, or it is noticed.
#[test]
fn a_corrupted_answer_is_noticed() {
    let server = server();
    let bucket = bucket(&server);
    let all = "select * from ossobject";
    let rows = select(&bucket, "people.csv", all, &Options::new()).unwrap();
    let mut noticed = 0;
    let length = 12 + 8 + rows.len() as u64 + 4;
    for at in 0..length {
        server.inject(Rule::new(Action::CorruptBody { at }).times(1));
        // A wrong length may make the rest of the answer look unfinished.
        let options = Options::new().timeout(Duration::from_secs(20));
        match select(&bucket, "people.csv", all, &options) {
            Ok(read) => assert_eq!(read, rows, "byte {at}"),
            Err(error) => {
                let kinds = [Kind::ChecksumMismatch, Kind::BadResponse, Kind::Truncated];
                assert!(kinds.contains(&error.kind()), "byte {at}: {error}");
                noticed += 1;
            }
        }
    }
    assert!(
        noticed + 4 >= length,
        "only {noticed} of {length} were noticed"
    );
}

#[test]
fn a_cut_answer_is_noticed() {
    let server = server();
    let bucket = bucket(&server);
    let all = "select * from ossobject";
    for after_bytes in 0..80 {
        server.inject(
            Rule::new(Action::CutBody {
                after_bytes,
                reset: false,
            })
            .times(1),
        );
        let error = select(&bucket, "people.csv", all, &Options::new()).unwrap_err();
        assert_eq!(
            error.kind(),
            Kind::Truncated,
            "after {after_bytes}: {error}"
        );
    }
}
