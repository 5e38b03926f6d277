//! The keys that the server knows: those it was started with, and those it was given since, temporary ones mostly.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::errors::{ApiError, Result};
use crate::options::Credential;

#[derive(Debug, Default)]
pub struct Keyring {
    fixed: Vec<Credential>,
    issued: Mutex<HashMap<String, Credential>>,
}

/// How many temporary keys are remembered after they expired, so that they are refused as expired.
const REMEMBERED: usize = 10_000;

pub fn unknown(id: &str) -> ApiError {
    let message = "The OSS Access Key Id you provided does not exist in our records.";
    ApiError::new(403, "InvalidAccessKeyId", message)
        .detail("OSSAccessKeyId", id)
        .ec("0002-00000902")
}

impl Keyring {
    pub fn new(fixed: Vec<Credential>) -> Keyring {
        Keyring {
            fixed,
            issued: Mutex::default(),
        }
    }

    pub fn find(&self, id: &str) -> Result<Credential> {
        if let Some(known) = self.fixed.iter().find(|known| known.id == id) {
            return Ok(known.clone());
        }
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(id).cloned().ok_or_else(|| unknown(id))
    }

    /// Accepts further keys.
    pub fn add(&self, credential: Credential, now_ms: i64) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if issued.len() >= REMEMBERED {
            issued.retain(|_, known| !known.is_expired(now_ms));
        }
        issued.insert(credential.id.clone(), credential);
    }

    /// Forgets all keys that were added; their next use is refused.
    pub fn revoke(&self) {
        self.issued
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}
