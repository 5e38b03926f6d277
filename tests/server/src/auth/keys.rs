//! The keys that the server knows.

use crate::errors::{ApiError, Result};
use crate::options::Credential;

#[derive(Debug, Default)]
pub struct Keyring {
    fixed: Vec<Credential>,
}

impl Keyring {
    pub fn new(fixed: Vec<Credential>) -> Keyring {
        Keyring { fixed }
    }

    pub fn find(&self, id: &str) -> Result<Credential> {
        let known = self.fixed.iter().find(|known| known.id == id);
        known.cloned().ok_or_else(|| {
            let message = "The OSS Access Key Id you provided does not exist in our records.";
            ApiError::new(403, "InvalidAccessKeyId", message)
                .detail("OSSAccessKeyId", id)
                .ec("0002-00000902")
        })
    }
}
