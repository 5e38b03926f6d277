//! What arrived, for tests to look at.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::errors::ApiError;
use crate::request::Head;

/// One request as it came in. Status 0: not answered (yet).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// The request id of the answer.
    pub id: String,
    /// Number of the TCP connection, never used twice.
    pub connection: u64,
    pub method: String,
    /// The request target exactly as received (bytes that are not UTF-8 are replaced).
    pub target: String,
    pub host: String,
    /// Lower-case names, in order.
    pub headers: Vec<(String, String)>,
    /// `TLSv1.2` or `TLSv1.3`; `None` for plain HTTP.
    pub tls_version: Option<String>,
    pub sni: Option<String>,
    pub status: u16,
    pub body_bytes_received: u64,
    /// From the request's head to the answer's head.
    pub time_ms: u64,
    /// When the head arrived, in milliseconds since 1970.
    pub received_at_ms: i64,
    /// Official name of the operation, e.g. `PutObject`.
    pub operation: String,
    /// How it is signed: `V4`, `V4 URL`, `V1`, `V1 URL`, `form`, or nothing.
    pub scheme: String,
    /// `valid`, `refused` or `none`; nothing if it was not looked at, because a rule answered.
    pub signature: String,
    /// A rule hit it.
    pub injected: bool,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
}

/// An error as the server sees it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub ec: Option<String>,
    /// The further elements of the error: for a signature that does not match `StringToSign` and, with V4,
    /// `CanonicalRequest`, as the server computed them.
    pub details: Vec<(String, String)>,
}

impl Refusal {
    pub(crate) fn new(error: &ApiError) -> Refusal {
        let details = error
            .details
            .iter()
            .filter(|(name, _)| *name != "StringToSignBytes")
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        Refusal {
            code: error.code.to_string(),
            message: error.message.to_string(),
            ec: error.ec.as_ref().map(ToString::to_string),
            details,
        }
    }
}

/// How a request is signed, by what it has, not by whether that is right.
pub(crate) fn scheme(head: &Head) -> &'static str {
    let authorization = head.header("authorization");
    match authorization.as_deref() {
        Some(text) if text.starts_with("OSS4-") => "V4",
        Some(text) if text.starts_with("OSS ") => "V1",
        Some(_) => "unknown",
        None if head.query.has("x-oss-signature") => "V4 URL",
        None if head.query.has("Signature") => "V1 URL",
        None => "",
    }
}

impl RequestRecord {
    /// `tls` is the version and the name the client asked for.
    pub(crate) fn new(
        head: &Head,
        id: &str,
        operation: &str,
        connection: u64,
        tls: Option<(String, Option<String>)>,
    ) -> RequestRecord {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (tls_version, sni) = match tls {
            Some((version, sni)) => (Some(version), sni),
            None => (None, None),
        };
        RequestRecord {
            id: id.to_owned(),
            connection,
            method: head.method.clone(),
            target: text(&head.target),
            host: head.host.clone(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
                .collect(),
            tls_version,
            sni,
            received_at_ms: clock::true_now_ms(),
            operation: operation.to_owned(),
            scheme: match operation {
                "PostObject" => "form".to_owned(),
                _ => scheme(head).to_owned(),
            },
            ..RequestRecord::default()
        }
    }

    /// About what it takes in memory. The texts of a refusal repeat it, so it counts three times.
    fn size(&self) -> usize {
        let headers = self.headers.iter();
        let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
        500 + 3 * (self.target.len() + self.host.len() + headers)
    }

    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

pub type Entry = Arc<Mutex<RequestRecord>>;

/// The latest requests, oldest first.
#[derive(Debug, Default)]
pub struct Records(Mutex<List>);

#[derive(Debug, Default)]
struct List {
    /// Each with its size.
    entries: VecDeque<(Entry, usize)>,
    size: usize,
}

impl Records {
    const KEPT: usize = 20_000;
    /// Bytes of what is kept, so that heads as long as HTTP takes them do not fill the memory.
    const LARGEST: usize = 64 << 20;

    pub fn add(&self, record: RequestRecord) -> Entry {
        let size = record.size();
        let entry = Arc::new(Mutex::new(record));
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while list.entries.len() >= Self::KEPT || list.size + size > Self::LARGEST {
            let Some((_, size)) = list.entries.pop_front() else {
                break;
            };
            list.size -= size;
        }
        list.size += size;
        list.entries.push_back((Arc::clone(&entry), size));
        entry
    }

    pub fn all(&self) -> Vec<RequestRecord> {
        self.last(Self::KEPT)
    }

    /// The last so many.
    pub fn last(&self, count: usize) -> Vec<RequestRecord> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.entries
            .iter()
            .skip(list.entries.len().saturating_sub(count))
            .map(|(entry, _)| entry.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect()
    }

    pub fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = List::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_requests_push_older_ones_out_sooner() {
        let records = Records::default();
        for number in 0..100 {
            records.add(RequestRecord {
                id: number.to_string(),
                target: "x".repeat(1 << 20),
                ..RequestRecord::default()
            });
        }
        let kept = records.all();
        assert!((10..30).contains(&kept.len()), "{}", kept.len());
        assert_eq!(kept.last().unwrap().id, "99");
        records.clear();
        records.add(RequestRecord::default());
        assert_eq!(records.all().len(), 1);
    }
}
