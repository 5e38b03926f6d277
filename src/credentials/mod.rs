//! Credentials and where they come from.
//!
//! A provider is a file: what it needs, what it asks, what it makes of the answer. [`Cached`] keeps what providers of
//! temporary keys give; [`Recipe`] makes each of them from one text.

mod asking;
mod cache;
mod giving;
mod helpers;
mod provider;

#[cfg(feature = "credentials")]
mod chain;
#[cfg(feature = "credentials")]
mod command;
#[cfg(feature = "credentials")]
mod ecs_ram_role;
#[cfg(feature = "credentials")]
mod environment;
#[cfg(feature = "credentials")]
mod fetch;
#[cfg(feature = "credentials")]
mod ini;
#[cfg(feature = "credentials")]
mod keys;
#[cfg(feature = "credentials")]
mod profile;
#[cfg(feature = "credentials")]
mod recipe;
#[cfg(not(feature = "credentials"))]
#[path = "recipe_without.rs"]
mod recipe;
#[cfg(all(test, feature = "credentials"))]
mod recipe_without;
#[cfg(feature = "credentials")]
pub(crate) mod rpc;
#[cfg(feature = "credentials")]
mod sts;
#[cfg(feature = "credentials")]
mod uri;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

pub use asking::Asking;
pub use cache::Cached;
pub(crate) use giving::Giving;
pub(crate) use helpers::Helpers;
pub(crate) use provider::read as variable;
pub use provider::{Anonymous, Callback, CredentialsProvider, Environment, Static};
pub use recipe::Recipe;
#[cfg(feature = "credentials")]
pub use {
    chain::Chain,
    command::Process,
    ecs_ram_role::EcsRamRole,
    profile::Profile,
    sts::{AssumeRole, OidcRole, Role},
    uri::Uri,
};

use crate::error::{Error, Kind, Result};
use crate::time::Timestamp;

/// An access key pair, with a security token when it is temporary (STS).
///
/// The secret and the token are wiped from memory on drop and never printed. Clones share them, so that signing a request
/// copies no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    keys: Arc<Keys>,
    expiration: Option<Timestamp>,
    /// The time of who gave them, when they were given: its clock made `expiration`, not ours.
    given: Option<Timestamp>,
}

#[derive(PartialEq, Eq)]
struct Keys {
    access_key_id: String,
    access_key_secret: Zeroizing<String>,
    security_token: Option<Zeroizing<String>>,
}

impl Credentials {
    /// A key pair; `security_token` comes with temporary keys, and an empty one is none.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: Option<String>,
    ) -> Credentials {
        Credentials {
            keys: Arc::new(Keys {
                access_key_id: access_key_id.into(),
                access_key_secret: Zeroizing::new(access_key_secret.into()),
                security_token: security_token
                    .filter(|token| !token.is_empty())
                    .map(Zeroizing::new),
            }),
            expiration: None,
            given: None,
        }
    }

    /// The same keys, good until `expiration`.
    pub fn expires(mut self, expiration: Timestamp) -> Credentials {
        self.expiration = Some(expiration);
        self
    }

    /// The same keys, given when the clock of their giver showed `time`.
    #[cfg(feature = "credentials")]
    pub(crate) fn given(mut self, time: Option<Timestamp>) -> Credentials {
        self.given = time;
        self
    }

    /// When they end, if that is known.
    pub fn expiration(&self) -> Option<Timestamp> {
        self.expiration
    }

    /// How long they are good for from the moment they were given, which is `now` as far as we know; `None` if nobody knows.
    pub(crate) fn life(&self, now: i64) -> Option<Duration> {
        let end = self.expiration?.0;
        let begin = self.given.map_or(now, |given| given.0);
        let seconds = u64::try_from(end.saturating_sub(begin)).unwrap_or(0);
        Some(Duration::from_secs(seconds))
    }

    /// Whether they had ended when they were given, at `now` as far as we know, by two clocks: who gave them told the time,
    /// and ours agrees. One of the two alone may be wrong.
    pub(crate) fn had_ended(&self, now: i64) -> bool {
        let ends_by = |time: i64| self.expiration.is_some_and(|end| end.0 <= time);
        self.given.is_some_and(|given| ends_by(given.0)) && ends_by(now)
    }

    /// An error if a part is empty or could not stand in a header; `from` says whose they are.
    pub(crate) fn check(&self, from: &str, kind: Kind) -> Result<()> {
        let parts = [
            ("access key id", Some(self.access_key_id())),
            ("access key secret", Some(self.access_key_secret())),
            ("security token", self.security_token()),
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
                        "{from}: the {part} has spaces, control characters or non-ASCII characters"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The public half of the pair.
    pub fn access_key_id(&self) -> &str {
        &self.keys.access_key_id
    }

    pub(crate) fn access_key_secret(&self) -> &str {
        &self.keys.access_key_secret
    }

    pub(crate) fn security_token(&self) -> Option<&str> {
        self.keys
            .security_token
            .as_ref()
            .map(|token| token.as_str())
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.keys.access_key_id)
            .field("temporary", &self.keys.security_token.is_some())
            .finish_non_exhaustive()
    }
}
