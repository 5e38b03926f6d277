//! Credentials and where they come from.

mod provider;

use std::fmt;

use zeroize::Zeroizing;

pub use provider::{Anonymous, Callback, CredentialsProvider, Environment, Static};

use crate::error::{Error, Kind, Result};

/// An access key pair, with a security token when it is temporary (STS).
///
/// The secret and the token are wiped from memory on drop and never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: Zeroizing<String>,
    pub(crate) security_token: Option<Zeroizing<String>>,
}

impl Credentials {
    /// A key pair; `security_token` comes with temporary keys, and an empty one is none.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: Option<String>,
    ) -> Credentials {
        Credentials {
            access_key_id: access_key_id.into(),
            access_key_secret: Zeroizing::new(access_key_secret.into()),
            security_token: security_token
                .filter(|token| !token.is_empty())
                .map(Zeroizing::new),
        }
    }

    /// An error if a part is empty or could not stand in a header; `from` says whose they are.
    pub(crate) fn check(&self, from: &str, kind: Kind) -> Result<()> {
        let parts = [
            ("access key id", Some(self.access_key_id.as_str())),
            ("access key secret", Some(self.access_key_secret.as_str())),
            (
                "security token",
                self.security_token.as_ref().map(|t| t.as_str()),
            ),
        ];
        for (part, value) in parts {
            let Some(value) = value else { continue };
            if value.is_empty() {
                return Err(Error::new(kind, format!("{from}: the {part} is empty")));
            }
            if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Error::new(
                    kind,
                    format!(
                        "{from}: the {part} has blanks, control characters or non-ASCII characters"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The public half of the pair.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("temporary", &self.security_token.is_some())
            .finish_non_exhaustive()
    }
}
