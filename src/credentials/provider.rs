//! Where the credentials of a request come from.

use std::env::{self, VarError};
use std::fmt;

use super::Credentials;
use crate::error::{Error, Kind, Result};

/// Asked for credentials before every attempt of every request, from any thread.
pub trait CredentialsProvider: Send + Sync {
    /// The credentials to sign with; `None` sends the request unsigned.
    fn credentials(&self) -> Result<Option<Credentials>>;
}

impl fmt::Debug for dyn CredentialsProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialsProvider")
    }
}

/// The environment: `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET` and, for temporary keys, `OSS_SESSION_TOKEN`. The default.
///
/// It is read once, by [`Environment::new`]: reading it later would race with a program that changes it (`setenv`).
/// [`Bucket::new`](crate::Bucket::new) and [`Service::new`](crate::Service::new) do so if no other credentials are given.
#[derive(Clone, Debug)]
pub struct Environment(Result<Credentials>);

impl Environment {
    /// Reads the environment, now. What is missing or malformed is the error of the first request, which is not sent.
    pub fn new() -> Environment {
        Environment(Environment::read())
    }

    fn read() -> Result<Credentials> {
        let id = required("OSS_ACCESS_KEY_ID")?;
        let secret = required("OSS_ACCESS_KEY_SECRET")?;
        let token = read("OSS_SESSION_TOKEN")?;
        let credentials = Credentials::new(id, secret, token);
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
    fn credentials(&self) -> Result<Option<Credentials>> {
        self.0.clone().map(Some)
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

fn read(name: &str) -> Result<Option<String>> {
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
pub struct Static(Credentials);

impl Static {
    /// Checks the keys; the messages name the parameters of `keys`.
    pub fn new(credentials: Credentials) -> Result<Static> {
        credentials.check("`keys`", Kind::InvalidArgument)?;
        Ok(Static(credentials))
    }
}

impl CredentialsProvider for Static {
    fn credentials(&self) -> Result<Option<Credentials>> {
        Ok(Some(self.0.clone()))
    }
}

/// No credentials: requests go unsigned, for what is public.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl CredentialsProvider for Anonymous {
    fn credentials(&self) -> Result<Option<Credentials>> {
        Ok(None)
    }
}

/// A closure that is asked; for keys that a program keeps and renews itself.
pub struct Callback<F>(pub F);

impl<F> CredentialsProvider for Callback<F>
where
    F: Fn() -> Result<Credentials> + Send + Sync,
{
    fn credentials(&self) -> Result<Option<Credentials>> {
        let credentials = (self.0)()?;
        credentials.check("the credentials callback", Kind::Credentials)?;
        Ok(Some(credentials))
    }
}
