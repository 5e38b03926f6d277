//! `/_local/`: what tests in other languages use instead of the library's functions.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::exchange::Upload;
use crate::faults::Rule;
use crate::request::Head;
use crate::server::Shared;

/// By target, not by key: whatever the host name, this path is never an object.
pub fn is_admin(head: &Head) -> bool {
    head.target.starts_with(b"/_local/") || head.target == b"/_local"
}

pub async fn answer(shared: &Shared, head: &Head, mut body: Upload) -> Answer {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = body.next().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > 1 << 20 {
            return reply(413, &json!({"error": "the body is too large"}));
        }
    }
    let path = head
        .target
        .split(|&byte| byte == b'?')
        .next()
        .unwrap_or_default();
    match route(shared, &head.method, path, &bytes) {
        Ok(value) => reply(200, &value),
        Err((status, error)) => reply(status, &json!({ "error": error })),
    }
}

fn reply(status: u16, value: &Value) -> Answer {
    Answer::new(status)
        .header("content-type", "application/json")
        .bytes(format!("{value}\n").into_bytes())
}

fn route(shared: &Shared, method: &str, path: &[u8], body: &[u8]) -> Result<Value, (u16, String)> {
    let parsed = || serde_json::from_slice::<Value>(body).map_err(|error| (400, error.to_string()));
    let text = |value: &Value, name: &str| {
        value[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| (400, format!("{name} is missing")))
    };
    match (method, path) {
        ("GET", b"/_local/requests") => Ok(json!(shared.records.all())),
        ("DELETE", b"/_local/requests") => {
            shared.records.clear();
            Ok(json!({}))
        }
        ("GET", b"/_local/rules") => Ok(json!(shared.rules.all())),
        ("POST", b"/_local/rules") => {
            // One rule or a list of them.
            let value = parsed()?;
            let rules = if value.is_array() { serde_json::from_value::<Vec<Rule>>(value) } else { serde_json::from_value(value).map(|rule| vec![rule]) };
            for rule in rules.map_err(|error| (400, error.to_string()))? {
                shared.rules.add(rule);
            }
            Ok(json!({}))
        }
        ("DELETE", b"/_local/rules") => {
            shared.rules.clear();
            Ok(json!({}))
        }
        ("POST", b"/_local/cnames") => {
            let value = parsed()?;
            shared.add_cname(&text(&value, "domain")?, &text(&value, "bucket")?);
            Ok(json!({}))
        }
        ("DELETE", b"/_local/cnames") => {
            shared.remove_cname(&text(&parsed()?, "domain")?);
            Ok(json!({}))
        }
        ("POST", b"/_local/clock") => {
            let skew = parsed()?["skew_seconds"].as_i64().ok_or((400, "skew_seconds is missing".to_owned()))?;
            shared.clock.set_skew(skew);
            Ok(json!({}))
        }
        ("GET", b"/_local/info") => Ok(json!({
            "http_port": shared.http_port,
            "https_port": shared.https_port,
            "region": shared.region,
            "ca_pem": shared.ca_pem,
            "ca_file": shared.ca_file,
            "clock_skew_seconds": (shared.clock.now_ms() - crate::clock::true_now_ms() + 500) / 1000,
        })),
        _ => Err((404, "nothing here; see /_local/requests, /_local/rules, /_local/cnames, /_local/clock, /_local/info".to_owned())),
    }
}
