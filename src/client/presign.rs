//! Signing what others will send.

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroize;

use super::attempts::Attempts;
use super::headers;
use super::prepared::{query, wipe};
use super::{Client, Signer};
use crate::credentials::Credentials;
use crate::error::{Error, Kind, Result};
use crate::header::Header;
use crate::json::{self, Value};
use crate::names;
use crate::operation::Method;
use crate::request::{Options, Request, callback};
use crate::sign::post_policy::{self, Field};
use crate::sign::presign::{self, Link};
use crate::sign::v4::Scope;
use crate::time::Timestamp;

/// A request that anybody can send until it expires.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presigned {
    /// The method it is for.
    pub method: Method,
    /// The whole URL. Who has it has the right.
    pub url: String,
    /// The headers of the call, to be sent with it as they are: first those that are signed, without which the service refuses
    /// the URL, then the others.
    pub headers: Vec<(String, String)>,
    /// When it ends.
    pub expiration: Timestamp,
}

/// A form that anybody can upload an object with until it expires (PostObject).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PostPolicy {
    /// Where to send the form.
    pub url: String,
    /// Fields that the form has to have, besides `key` and, as the last one, `file`.
    pub fields: Vec<(String, String)>,
    /// When it ends.
    pub expiration: Timestamp,
}

/// Without what gives the right.
impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigned")
            .field("method", &self.method)
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

/// Without what gives the right.
impl fmt::Debug for PostPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostPolicy")
            .field("expiration", &self.expiration)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// The URL of `request`, signed for `expires` seconds.
    pub fn presign(
        &self,
        request: &Request<'_>,
        expires: u64,
        options: &Options<'_>,
    ) -> Result<Presigned> {
        let inner = &*self.0;
        if let Some(key) = request.key {
            names::check_object_key(key)?;
        }
        headers::check_settings(request, options)?;
        headers::check_given(request, options)?;
        check_query(options)?;
        let credentials = self.credentials_to_sign(options)?;
        let now = inner.service_time();
        let mut query = query(request, options);
        let mut link = Link {
            method: request.operation.method.as_str(),
            bucket: inner.bucket.as_deref(),
            key: request.key,
            query: &mut query,
            headers: &options.headers,
        };
        let headers = match &inner.signer {
            Signer::V1(scheme) => scheme.presign(&mut link, &credentials, now, expires)?,
            Signer::V4 {
                region,
                product,
                additional_headers,
                keys,
            } => {
                let scope = Scope { region, product };
                let more = additional_headers;
                presign::v4(&mut link, &credentials, &scope, now, expires, more, keys)?
            }
        };
        // Whoever uses the URL would not know of the others: that they are not signed does not say that they do not matter.
        let is_other = |header: &&Header<'_>| !headers.iter().any(|(name, _)| *name == header.0);
        let others: Vec<Header<'_>> = options.headers.iter().filter(is_other).cloned().collect();
        let owned = |(name, value): Header<'_>| (name.into_owned(), value.into_owned());
        let bucket = inner.bucket.as_deref();
        let url = inner.endpoint.url_for(bucket, request.key, &query);
        query
            .into_iter()
            .filter_map(|(_, value)| value)
            .for_each(wipe);
        Ok(Presigned {
            method: request.operation.method,
            url,
            headers: headers.into_iter().chain(others).map(owned).collect(),
            expiration: until(now, expires),
        })
    }

    /// The fields of a form that is good for `expires` seconds and satisfies `conditions`, the text of a JSON array.
    pub fn post_policy(
        &self,
        expires: u64,
        conditions: &str,
        options: &Options<'_>,
    ) -> Result<PostPolicy> {
        let inner = &*self.0;
        let most = match inner.signer {
            Signer::V1(_) => u64::MAX,
            Signer::V4 { .. } => presign::MAX_V4_EXPIRY,
        };
        if !(1..=most).contains(&expires) {
            return Err(Error::unusable(
                "expires",
                format_args!(
                    "{expires} seconds; a form is good for 1 second or more, with V4 for at most {} (seven days)",
                    presign::MAX_V4_EXPIRY
                ),
            ));
        }
        check_form(options)?;
        let conditions = elements(conditions)?.trim_matches(json::BLANKS);
        let conditions: &[&str] = match conditions {
            "" => &[],
            _ => &[conditions],
        };
        let credentials = self.credentials_to_sign(options)?;
        let now = inner.service_time();
        let expiration = until(now, expires);
        let bucket: Field = ("bucket", inner.bucket.clone().unwrap_or_default());
        let fields = match &inner.signer {
            Signer::V1(scheme) => {
                let policy = post_policy::policy(expiration, conditions, &[bucket]);
                scheme.form(&policy, &credentials)
            }
            Signer::V4 {
                region,
                product,
                keys,
                ..
            } => {
                let scope = Scope { region, product };
                let mut required = post_policy::v4_conditions(&credentials, &scope, now);
                required.push(bucket);
                let policy = post_policy::policy(expiration, conditions, &required);
                // One of them is the token of temporary keys.
                required.iter_mut().for_each(|(_, value)| value.zeroize());
                post_policy::v4(&policy, &credentials, &scope, now, keys)
            }
        };
        let owned = |(name, value): Field| (name.to_owned(), value);
        Ok(PostPolicy {
            url: inner.endpoint.url_for(inner.bucket.as_deref(), None, &[]),
            fields: fields.into_iter().map(owned).collect(),
            expiration,
        })
    }

    fn credentials_to_sign(&self, options: &Options<'_>) -> Result<Arc<Credentials>> {
        let limits = self.limits(options)?;
        let mut attempts = Attempts::new(self.0.retry);
        self.0.credentials(&limits, &mut attempts)?.ok_or_else(|| {
            Error::new(
                Kind::Credentials,
                "the bucket is used anonymously; without keys nothing can be signed",
            )
        })
    }
}

/// An error if the call has a parameter that signing writes.
fn check_query(options: &Options<'_>) -> Result<()> {
    let mut query = options.query.iter();
    match query.find(|(name, _)| presign::is_of_signature(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Error::unusable(
            "query",
            format_args!("{name:?} is written when the URL is signed; leave it out"),
        )),
    }
}

/// An error if the call has something that a form does not take over.
fn check_form(options: &Options<'_>) -> Result<()> {
    let given = [
        ("range", options.range.is_some()),
        ("field", !options.fields.is_empty()),
        ("initial_crc64", options.initial_crc64.is_some()),
        ("callback", callback::is_in(options)),
        ("header", !options.headers.is_empty()),
        ("query", !options.query.is_empty()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((what, _)) => Err(Error::unusable(
            what,
            "a form takes none from the call; give it as a field of the form, and as one of its `conditions`",
        )),
    }
}

fn until(now: Timestamp, expires: u64) -> Timestamp {
    let seconds = i64::try_from(expires).unwrap_or(i64::MAX);
    Timestamp(now.0.saturating_add(seconds))
}

/// The elements of a JSON array of conditions, without its brackets.
fn elements(conditions: &str) -> Result<&str> {
    let is_condition = |value: &Value| matches!(value, Value::Array(_) | Value::Object(_));
    let text = conditions.trim_matches(json::BLANKS);
    if text.is_empty() {
        return Ok(text);
    }
    let wrong = match json::parse(text.as_bytes()) {
        Ok(Value::Array(items)) => match items.iter().find(|item| !is_condition(item)) {
            None => return Ok(text.get(1..text.len() - 1).unwrap_or_default()),
            Some(_) => "an element of it is neither an array nor an object".to_owned(),
        },
        Ok(_) => "it is not an array".to_owned(),
        Err(error) => error.message().to_owned(),
    };
    Err(Error::unusable(
        "conditions",
        format_args!(
            "{wrong}; give a JSON array of conditions, such as [[\"eq\",\"$key\",\"a\"]], or leave it empty"
        ),
    ))
}
