//! `/_local/`: the page for people, and what tests in other languages use instead of the library's functions.

mod guard;
mod limits;
mod owner;
mod page;
mod rules;

use std::sync::PoisonError;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::exchange::Upload;
use crate::record::scheme;
use crate::request::Head;
use crate::server::Shared;
use crate::upkeep;

pub use guard::refusal;
pub use owner::{harmless, owned, owner_of};

/// By target, not by key: whatever the host name, this path is no object, unless a client of the service asks for one:
/// it names a bucket by the host, and signs.
pub fn is_admin(head: &Head) -> bool {
    if !(head.target.starts_with(b"/_local/") || head.target == b"/_local") {
        return false;
    }
    let by_path = head
        .place
        .bucket
        .as_deref()
        .is_none_or(|bucket| bucket == "_local");
    by_path || scheme(head).is_empty()
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
    if head.method == "GET" && matches!(path, b"/_local" | b"/_local/") {
        return page::answer();
    }
    match route(shared, head, path, &bytes) {
        Ok(value) => reply(200, &value),
        Err((status, error)) => reply(status, &json!({ "error": error })),
    }
}

/// Says why this request is not carried out.
pub fn refuse(why: &str) -> Answer {
    reply(403, &json!({ "error": why }))
}

fn reply(status: u16, value: &Value) -> Answer {
    Answer::new(status)
        .header("content-type", "application/json")
        .bytes(format!("{value}\n").into_bytes())
}

fn route(shared: &Shared, head: &Head, path: &[u8], body: &[u8]) -> Result<Value, (u16, String)> {
    let parsed = || serde_json::from_slice::<Value>(body).map_err(|error| (400, error.to_string()));
    let text = |value: &Value, name: &str| {
        value[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| (400, format!("{name} is missing")))
    };
    match (head.method.as_str(), path) {
        ("GET", b"/_local/requests") => Ok(json!(match head.query.get("last") {
            Some(count) => shared.records.last(count.parse().map_err(|_| (400, format!("last: {count:?} is not a number")))?),
            None => shared.records.all(),
        })),
        ("GET", b"/_local/buckets") => Ok(buckets(shared)),
        ("DELETE", b"/_local/requests") => {
            shared.records.clear();
            Ok(json!({}))
        }
        ("GET", b"/_local/rules") => Ok(json!(shared.rules.all())),
        ("POST", b"/_local/rules") => {
            let rules = rules::parse(parsed()?).map_err(|error| (400, error))?;
            rules.into_iter().for_each(|rule| shared.rules.add(rule));
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
        ("POST", b"/_local/lifecycle") => {
            let days = if body.is_empty() { Some(0.0) } else { parsed()?["days"].as_f64() };
            let days = days.filter(|days| (0.0..=36_500.0).contains(days));
            let days = days.ok_or((400, "days: how many days later it is, 0 to 36500, or no body".to_owned()))?;
            let later = (days * upkeep::DAY_MS as f64) as i64;
            let now_ms = crate::clock::moved(shared.clock.now_ms(), later);
            Ok(json!(upkeep::run_lifecycle(shared, now_ms, upkeep::DAY_MS)))
        }
        ("POST", b"/_local/logs") => {
            let delivered = upkeep::deliver_logs(shared, shared.clock.now_ms());
            delivered.map(|list| json!(list)).map_err(|error| (500, error.message.to_string()))
        }
        ("GET", b"/_local/health") => Ok(json!({"status": "ok"})),
        ("POST", b"/_local/reset") => {
            shared.store.reset().map_err(|error| (500, error.to_string()))?;
            shared.records.clear();
            shared.rules.clear();
            shared.logs.clear();
            shared.clock.set_skew(0);
            shared.bind_cnames();
            *shared.public_access_block.lock().unwrap_or_else(PoisonError::into_inner) = None;
            Ok(json!({}))
        }
        ("GET", b"/_local/info") => Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "accepted_without_effect": limits::without_effect(),
            "not_implemented": limits::not_implemented(),
            "http_port": shared.http_port,
            "https_port": shared.https_port,
            "region": shared.region,
            "ca_pem": shared.ca_pem,
            "ca_file": shared.ca_file,
            "clock_skew_seconds": (shared.clock.now_ms() - crate::clock::true_now_ms() + 500) / 1000,
        })),
        _ => Err((404, "nothing here; see /_local/ (the page), /_local/health, /_local/buckets, /_local/info, /_local/requests, /_local/rules, /_local/cnames, /_local/clock, /_local/lifecycle, /_local/logs, /_local/reset".to_owned())),
    }
}

/// What there is, of all accounts.
fn buckets(shared: &Shared) -> Value {
    let describe = |bucket: std::sync::Arc<crate::store::Bucket>| {
        let state = bucket.lock();
        let settings = &state.settings;
        let current = state
            .objects
            .values()
            .filter_map(|versions| versions.first());
        let objects = current.filter(|version| !version.is_marker()).count();
        let bytes: u64 = state
            .objects
            .values()
            .flatten()
            .map(|version| version.size)
            .sum();
        json!({
            "name": settings.name,
            "owner": settings.owner,
            "created_ms": settings.created_ms,
            "acl": settings.acl,
            "storage_class": settings.storage_class,
            "versioning": settings.versioning,
            "settings": settings.documents.keys().collect::<Vec<_>>(),
            "objects": objects,
            "bytes": bytes,
            "uploads": state.uploads.len(),
        })
    };
    shared.store.buckets().into_iter().map(describe).collect()
}
