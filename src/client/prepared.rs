//! A request as it goes out, except for what each attempt computes anew.

use std::borrow::Cow;
use std::sync::Arc;

use zeroize::Zeroize;

use super::{Inner, authority, headers};
use crate::credentials::Credentials;
use crate::endpoint::{self, Addressing};
use crate::error::{Error, Result};
use crate::header::{Header, Parameter};
use crate::names;
use crate::operation::{Method, Operation};
use crate::request::{Heard, Options, Request};
use crate::transport::Authority;

/// A request with everything but its signature.
pub(super) struct Prepared<'r> {
    pub operation: &'static Operation,
    pub authority: Cow<'r, Authority>,
    pub target: Cow<'r, str>,
    pub key: Option<&'r str>,
    pub query: Vec<Parameter<'r>>,
    pub headers: Vec<Header<'r>>,
    /// How many of the headers are there before signing.
    pub unsigned: usize,
    /// The target carries a signature.
    pub is_signed: bool,
    /// Where the caller reads what the service said.
    pub heard: Option<&'r Heard>,
    /// A cache may answer for the service.
    pub may_be_cached: bool,
    /// A good answer can do without the document of the row.
    pub answer_may_be_empty: bool,
    /// What the request was signed with last.
    pub credentials: Option<Arc<Credentials>>,
}

impl<'r> Prepared<'r> {
    pub fn new(
        client: &'r Inner,
        request: &'r Request<'_>,
        options: &'r Options<'_>,
    ) -> Result<Prepared<'r>> {
        headers::check_settings(request, options)?;
        headers::check_size(client, options)?;
        let prepared = match request.url {
            None => Prepared::signable(client, request, options),
            Some(url) => Prepared::signed(client, request, url, options),
        }?;
        headers::check_metadata(&prepared.headers)?;
        Ok(prepared)
    }

    fn signable(
        client: &'r Inner,
        request: &'r Request<'_>,
        options: &'r Options<'_>,
    ) -> Result<Prepared<'r>> {
        if let Some(key) = request.key {
            names::check_object_key(key)?;
        }
        let query = query(request, options);
        let host = client.host.as_str().into();
        let headers = headers::of_request(client, host, request, options)?;
        let bucket = client.bucket.as_deref();
        let target = client.endpoint.target_for(bucket, request.key, &query);
        let is_custom = client.endpoint.addressing == Addressing::Cname;
        Ok(Prepared {
            operation: request.operation,
            authority: Cow::Borrowed(&client.authority),
            target: target.into(),
            key: request.key,
            query,
            unsigned: headers.len(),
            headers,
            is_signed: false,
            heard: options.heard,
            may_be_cached: is_custom && reads_object(request),
            answer_may_be_empty: request.answer_may_be_empty,
            credentials: None,
        })
    }

    /// A request whose URL was signed by somebody else, for exactly the headers that the caller gives.
    fn signed(
        client: &'r Inner,
        request: &'r Request<'_>,
        url: &'r str,
        options: &'r Options<'_>,
    ) -> Result<Prepared<'r>> {
        if !options.query.is_empty() {
            return Err(Error::unusable(
                "query",
                "a presigned URL has its parameters, and its signature holds for no others",
            ));
        }
        let (endpoint, target) = endpoint::split_url(url)?;
        let authority = authority(&endpoint, None);
        let host = authority.host_header().into();
        let headers = headers::of_request(client, host, request, options)?;
        Ok(Prepared {
            operation: request.operation,
            authority: Cow::Owned(authority),
            target: target.into(),
            key: None,
            query: Vec::new(),
            unsigned: headers.len(),
            headers,
            is_signed: true,
            heard: options.heard,
            may_be_cached: reads_object(request),
            answer_may_be_empty: request.answer_may_be_empty,
            credentials: None,
        })
    }

    /// Takes the signature out again, and wipes the token of temporary keys.
    pub fn unsign(&mut self) {
        for (_, value) in self.headers.drain(self.unsigned.min(self.headers.len())..) {
            wipe(value);
        }
    }

    /// Whether the request has the header `name`, which begins with `x-oss-`, or the parameter of that name, with or
    /// without its beginning.
    pub fn asks_for(&self, name: &'static str) -> bool {
        let short = name.strip_prefix("x-oss-").unwrap_or(name);
        let is_meant = |parameter: &str| parameter == name || parameter == short;
        let mut headers = self.headers.iter();
        headers.any(|(header, _)| header.eq_ignore_ascii_case(name))
            || self.query.iter().any(|(name, _)| is_meant(name))
            || (self.is_signed && endpoint::parameters(&self.target).any(|name| is_meant(&name)))
    }

    /// Whether the answer may be that nothing has changed.
    pub fn has_condition(&self) -> bool {
        const CONDITIONS: [&str; 4] = [
            "if-none-match",
            "if-modified-since",
            "x-oss-copy-source-if-none-match",
            "x-oss-copy-source-if-modified-since",
        ];
        let mut headers = self.headers.iter();
        headers.any(|(name, _)| CONDITIONS.iter().any(|c| name.eq_ignore_ascii_case(c)))
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        self.unsign();
    }
}

/// Overwrites what is dropped, if it was not lent.
pub(super) fn wipe(value: Cow<'_, str>) {
    if let Cow::Owned(mut text) = value {
        text.as_mut_str().zeroize(); // element by element it would cost ten times as much
    }
}

/// Whether the data or the headers of an object are asked for, which caches keep.
fn reads_object(request: &Request<'_>) -> bool {
    let operation = request.operation;
    let is_read = matches!(operation.method, Method::Get | Method::Head);
    match operation.name {
        "GetObject" | "HeadObject" | "GetObjectMeta" => true,
        name => is_read && name == operation.method.as_str() && request.key.is_some(),
    }
}

/// The parameters of the operation and those of the caller, who may say what a sub-resource is worth.
pub(super) fn query<'r>(request: &'r Request<'_>, options: &'r Options<'_>) -> Vec<Parameter<'r>> {
    let is_given = |name: &str| options.query.iter().any(|(given, _)| given == name);
    let own = request.query.iter().filter(|(name, _)| !is_given(name));
    own.chain(&options.query)
        .map(|(name, value)| {
            let value = value.as_deref().map(Cow::Borrowed);
            (Cow::Borrowed(name.as_ref()), value)
        })
        .collect()
}
