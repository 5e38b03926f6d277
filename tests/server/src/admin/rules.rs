//! Rules as people write them in JSON: a mistake is named together with what is allowed, since a rule that hits nothing
//! looks like a client without faults.

use alioss::OPERATIONS;
use serde_json::Value;

use crate::address;
use crate::faults::{Action, Rule};
use crate::sts;

/// What requests can be besides the operations of the client's table.
const FURTHER: [&str; 7] = [
    "OptionObject",
    "SelectObject",
    "CreateSelectObjectMeta",
    "ProcessObject",
    "PostObject",
    sts::STS,
    sts::METADATA,
];
const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];
/// The actions without fields.
const BARE: [&str; 5] = [
    "wrong_crc",
    "omit_crc",
    "close_idle",
    "store_then_reset",
    "chunked",
];

/// One rule or a list of them.
pub fn parse(value: Value) -> Result<Vec<Rule>, String> {
    let values = match value {
        Value::Array(values) => values,
        value => vec![value],
    };
    values.into_iter().map(one).collect()
}

fn one(value: Value) -> Result<Rule, String> {
    for action in
        std::iter::once(&value["action"]).chain(value["also"].as_array().into_iter().flatten())
    {
        check_bare(action)?;
    }
    let rule: Rule = serde_json::from_value(value).map_err(|error| error.to_string())?;
    check(&rule)?;
    Ok(rule)
}

/// The parser takes whatever stands beside a type that has no fields.
fn check_bare(action: &Value) -> Result<(), String> {
    let kind = action["type"].as_str().unwrap_or_default();
    let extra = action
        .as_object()
        .filter(|_| BARE.contains(&kind))
        .and_then(|fields| fields.keys().find(|name| *name != "type"));
    match extra {
        Some(name) => Err(format!(
            "unknown field `{name}`: the action {kind} has no fields"
        )),
        None => Ok(()),
    }
}

fn check(rule: &Rule) -> Result<(), String> {
    if let Some(name) = &rule.operation {
        check_operation(name)?;
    }
    if let Some(method) = &rule.method
        && !METHODS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(method))
    {
        return Err(format!(
            "method: {method:?} is not one of {}",
            METHODS.join(", ")
        ));
    }
    if let Some(bucket) = &rule.bucket
        && !address::is_bucket_name(bucket)
    {
        return Err(format!(
            "bucket: {bucket:?} is not the name of a bucket: 3 to 63 of a-z, 0-9 and -"
        ));
    }
    if rule.times == 0 {
        return Err("times: 0 would hit nothing; 1 or more is allowed".to_owned());
    }
    for action in std::iter::once(&rule.action).chain(&rule.also) {
        check_action(action)?;
    }
    Ok(())
}

fn check_action(action: &Action) -> Result<(), String> {
    match action {
        Action::Status(status) if !(200..=599).contains(&status.status) => Err(format!(
            "status: {} is not one; 200 to 599 are allowed",
            status.status
        )),
        Action::Redirect { status, .. } if !matches!(status, 301 | 302 | 303 | 307 | 308) => Err(
            format!("status: {status} does not redirect; 301, 302, 303, 307 and 308 do"),
        ),
        Action::Slow { bytes_per_sec: 0 } => {
            Err("bytes_per_sec: 0 sends nothing; use stall_response".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_operation(name: &str) -> Result<(), String> {
    let mut known: Vec<&str> = OPERATIONS
        .iter()
        .map(|operation| operation.name)
        .chain(FURTHER)
        .collect();
    known.sort_unstable();
    known.dedup();
    if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let close = known.iter().min_by_key(|known| distance(known, name));
    Err(format!(
        "operation: {name:?} is not the name of an operation; did you mean {}? Allowed are {}",
        close.unwrap_or(&""),
        known.join(", ")
    ))
}

/// How many letters have to change to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b
        .chars()
        .take(100)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x.to_ascii_lowercase() != *y);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
