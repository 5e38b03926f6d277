//! CreateSelectObjectMeta: how many rows and columns an object has. What was counted once is kept with the object and
//! answered again, whatever delimiters are named then, until somebody asks to have it overwritten.

use super::frames::{END_OF_CSV_META, END_OF_JSON_META, frame};
use super::input::{Documents, Records};
use super::{compression, content, dialect, flag, process_is_json};
use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::handlers::{configs, object};
use crate::store::Counted;

pub async fn create(exchange: &mut Exchange) -> Result<Answer> {
    let json = process_is_json(exchange);
    let name = if json {
        "JsonMetaRequest"
    } else {
        "CsvMetaRequest"
    };
    let root = configs::read_root(&exchange.read_all(256 * 1024).await?, name)?;
    let input = root.child("InputSerialization");
    if compression(input)? {
        return Err(ApiError::argument(
            "CompressionType",
            "GZIP",
            "There is no meta of compressed objects.",
        ));
    }
    let dialect = dialect(input.and_then(|node| node.child("CSV")))?;
    let bytes = content(exchange)?;
    let size = bytes.len() as u64;
    let kept = object::named(exchange)?.0.counted.clone();
    // An object that was appended to since is counted anew.
    let kept = kept.filter(|kept| kept.json == json && kept.size == size);
    let mut counted = Counted {
        json,
        size,
        ..Counted::default()
    };
    let mut problem = None;
    if let Some(kept) = kept.filter(|_| !flag(Some(&root), "OverwriteIfExists")) {
        counted = kept;
    } else {
        problem = if json {
            count_documents(&bytes, &mut counted)
        } else {
            count_records(Records::new(&bytes, &dialect), &mut counted)
        };
        if problem.is_none() {
            let counted = counted.clone();
            object::change(exchange, |version| {
                version.counted = Some(counted);
                Ok(())
            })?;
        }
    }
    Ok(reply(&counted, problem))
}

/// What is wrong with the first document that cannot be read, if there is one.
fn count_documents(bytes: &[u8], counted: &mut Counted) -> Option<String> {
    for document in Documents::new(bytes) {
        match document {
            Ok(_) => counted.rows += 1,
            Err(error) => return Some(format!("InvalidJson.{error}")),
        }
    }
    None
}

/// What is wrong with the first record that cannot be read, if there is one.
fn count_records(mut records: Records<'_>, counted: &mut Counted) -> Option<String> {
    for record in records.by_ref() {
        if record.broken {
            return Some("InvalidCsvLine.a column goes on after its quotes".to_owned());
        }
        if counted.columns == 0 {
            counted.columns = u32::try_from(record.fields.len()).unwrap_or(u32::MAX);
        }
    }
    counted.rows = records.lines;
    None
}

fn reply(counted: &Counted, problem: Option<String>) -> Answer {
    let status: u32 = if problem.is_none() { 200 } else { 400 };
    let len = counted.size.to_be_bytes();
    let mut payload = [len, len].concat();
    payload.extend_from_slice(&status.to_be_bytes());
    payload.extend_from_slice(&1u32.to_be_bytes());
    payload.extend_from_slice(&counted.rows.to_be_bytes());
    if !counted.json {
        payload.extend_from_slice(&counted.columns.to_be_bytes());
    }
    payload.extend_from_slice(problem.unwrap_or_default().as_bytes());
    let kind = if counted.json {
        END_OF_JSON_META
    } else {
        END_OF_CSV_META
    };
    let mut out = Vec::new();
    frame(&mut out, kind, &payload, true);
    Answer::new(200)
        .header("content-type", "application/octet-stream")
        .bytes(out)
}
