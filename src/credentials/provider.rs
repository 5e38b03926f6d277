//! Where the credentials of a request come from.

use std::env::{self, VarError};
use std::fmt;
use std::sync::Arc;

use super::{Asking, Credentials};
use crate::error::{Error, Kind, Result};

/// Asked for credentials before every attempt of every request, from any thread. See [`Cached`](super::Cached) for one that
/// is slow.
pub trait CredentialsProvider: Send + Sync {
    /// The credentials to sign with; `None` sends the request unsigned. What waits looks at [`Asking::check`] meanwhile.
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>>;

    /// Told that the service refused these credentials as unknown, expired or mismatched. Whether asking again may give
    /// others: then the request is repeated once.
    fn refused(&self, _credentials: &Credentials) -> bool {
        true
    }

    /// Whether it has to be asked on the thread of a request, as a function of the caller's wants it. Then nobody renews its
    /// keys in the background.
    fn needs_request_thread(&self) -> bool {
        false
    }

    /// What it is called in messages, with the one that it found for the chain.
    fn name(&self) -> String {
        "provider".into()
    }
}

impl<P: CredentialsProvider + ?Sized> CredentialsProvider for Arc<P> {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        (**self).credentials(asking)
    }

    fn refused(&self, credentials: &Credentials) -> bool {
        (**self).refused(credentials)
    }

    fn needs_request_thread(&self) -> bool {
        (**self).needs_request_thread()
    }

    fn name(&self) -> String {
        (**self).name()
    }
}

impl fmt::Debug for dyn CredentialsProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialsProvider")
    }
}

/// The environment: `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET` and, for temporary keys, `OSS_SESSION_TOKEN`. The default.
/// On request `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and `ALIBABA_CLOUD_SECURITY_TOKEN`.
///
/// It is read once, by [`Environment::new`]: reading it later would race with a program that changes it (`setenv`).
/// [`Bucket::new`](crate::Bucket::new) and [`Service::new`](crate::Service::new) do so if no other credentials are given.
#[derive(Clone, Debug)]
pub struct Environment(Result<Arc<Credentials>>);

/// Names of the variables that hold id, secret and token.
struct Variables(&'static str, &'static str, &'static str);

const OSS: Variables = Variables(
    "OSS_ACCESS_KEY_ID",
    "OSS_ACCESS_KEY_SECRET",
    "OSS_SESSION_TOKEN",
);

const ALIBABA_CLOUD: Variables = Variables(
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
);

impl Environment {
    /// Reads the environment, now. What is missing or malformed is the error of the first request, which is not sent.
    pub fn new() -> Environment {
        Environment(OSS.read().map(Arc::new))
    }

    /// As [`new`](Environment::new), with the names `ALIBABA_CLOUD_...`.
    pub fn alibaba_cloud() -> Environment {
        Environment(ALIBABA_CLOUD.read().map(Arc::new))
    }

    /// Those of which anything is set. A part without the rest, or a malformed one, is one whose error says so.
    #[cfg(feature = "credentials")]
    pub(super) fn all_given() -> impl Iterator<Item = Environment> {
        let given = [OSS, ALIBABA_CLOUD]
            .into_iter()
            .filter(Variables::are_given);
        given.map(|variables| Environment(variables.read().map(Arc::new)))
    }
}

impl Variables {
    #[cfg(feature = "credentials")]
    fn are_given(&self) -> bool {
        let given = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        given(self.0) || given(self.1)
    }

    fn read(&self) -> Result<Credentials> {
        let credentials = Credentials::new(required(self.0)?, required(self.1)?, read(self.2)?);
        credentials.check("the environment", Kind::Credentials)?;
        Ok(credentials)
    }
}

impl Default for Environment {
    fn default() -> Environment {
        Environment::new()
    }
}

impl CredentialsProvider for Environment {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        self.0.clone().map(Some)
    }

    fn refused(&self, _: &Credentials) -> bool {
        false
    }

    fn name(&self) -> String {
        "environment".into()
    }
}

fn required(name: &str) -> Result<String> {
    let why = match read(name)? {
        Some(value) if !value.is_empty() => return Ok(value),
        Some(_) => "is empty",
        None => "is not set",
    };
    Err(Error::new(
        Kind::Credentials,
        format!(
            "the environment variable {name} {why}; set it, or give keys or another credentials provider in the configuration"
        ),
    ))
}

/// The value of a variable, if it is set. One that is not UTF-8 was meant for something: it is not passed over.
pub(crate) fn read(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(Error::new(
            Kind::Credentials,
            format!("the environment variable {name} is not UTF-8"),
        )),
    }
}

/// Always the same keys.
#[derive(Clone, Debug)]
pub struct Static(Arc<Credentials>);

impl Static {
    /// Checks the keys; the messages name the parameters of `keys`.
    pub fn new(credentials: Credentials) -> Result<Static> {
        credentials.check("`keys`", Kind::InvalidArgument)?;
        Ok(Static(Arc::new(credentials)))
    }
}

impl CredentialsProvider for Static {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        Ok(Some(self.0.clone()))
    }

    fn refused(&self, _: &Credentials) -> bool {
        false
    }

    fn name(&self) -> String {
        "static".into()
    }
}

/// No credentials: requests go unsigned, for what is public.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl CredentialsProvider for Anonymous {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        Ok(None)
    }

    fn refused(&self, _: &Credentials) -> bool {
        false
    }

    fn name(&self) -> String {
        "anonymous".into()
    }
}

/// A closure that is asked; for keys that a program keeps and renews itself.
pub struct Callback<F>(pub F);

impl<F> CredentialsProvider for Callback<F>
where
    F: Fn() -> Result<Credentials> + Send + Sync,
{
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let credentials = (self.0)()?;
        credentials.check("the credentials callback", Kind::Credentials)?;
        Ok(Some(Arc::new(credentials)))
    }

    fn name(&self) -> String {
        "callback".into()
    }
}
