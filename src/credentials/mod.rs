//! Credentials and where they come from.

use std::fmt;

use zeroize::Zeroizing;

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
    /// A key pair; `security_token` comes with temporary keys.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: Option<String>,
    ) -> Credentials {
        Credentials {
            access_key_id: access_key_id.into(),
            access_key_secret: Zeroizing::new(access_key_secret.into()),
            security_token: security_token.map(Zeroizing::new),
        }
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
