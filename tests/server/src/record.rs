//! What arrived, for tests to look at.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

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
}

impl RequestRecord {
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
pub struct Records(Mutex<VecDeque<Entry>>);

impl Records {
    const KEPT: usize = 20_000;

    pub fn add(&self, record: RequestRecord) -> Entry {
        let entry = Arc::new(Mutex::new(record));
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() == Self::KEPT {
            list.pop_front();
        }
        list.push_back(Arc::clone(&entry));
        entry
    }

    pub fn all(&self) -> Vec<RequestRecord> {
        let list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter()
            .map(|entry| entry.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect()
    }

    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
