//! A request as it goes out, except for what each attempt computes anew.

use std::borrow::Cow;

use super::{Inner, authority};
use crate::config::check_header;
use crate::endpoint;
use crate::error::{Error, Result};
use crate::header::{Header, Parameter, Size};
use crate::names;
use crate::operation::Operation;
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
    pub heard: Option<&'r Heard>,
}

impl<'r> Prepared<'r> {
    pub fn new(
        client: &'r Inner,
        request: &'r Request<'_>,
        options: &'r Options<'_>,
    ) -> Result<Prepared<'r>> {
        check_size(client, options)?;
        match request.url {
            None => Prepared::signable(client, request, options),
            Some(url) => Prepared::signed(client, request, url, options),
        }
    }

    fn signable(
        client: &'r Inner,
        request: &'r Request<'_>,
        options: &'r Options<'_>,
    ) -> Result<Prepared<'r>> {
        if let Some(key) = request.key {
            names::check_object_key(key)?;
        }
        check_conflicts(request, options)?;
        let query = query(request, options);
        let mut headers: Vec<Header<'r>> = Vec::with_capacity(16);
        headers.push(("host".into(), client.host.as_str().into()));
        headers.push(("user-agent".into(), client.user_agent.as_str().into()));
        if let (Some(limit), true) = (&client.traffic_limit, request.operation.transfers) {
            headers.push(("x-oss-traffic-limit".into(), limit.as_str().into()));
        }
        for (name, value) in &client.user_headers {
            replace(&mut headers, name, value);
        }
        add_headers(&mut headers, request, options)?;
        let bucket = client.bucket.as_deref();
        let target = client.endpoint.target_for(bucket, request.key, &query);
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
            return Err(Error::invalid(
                "`query`: a presigned URL has its parameters, and its signature holds for no others",
            ));
        }
        let (endpoint, target) = endpoint::split_url(url)?;
        let authority = authority(&endpoint, None);
        let mut headers: Vec<Header<'r>> = vec![
            ("host".into(), authority.host_header().into()),
            ("user-agent".into(), client.user_agent.as_str().into()),
        ];
        add_headers(&mut headers, request, options)?;
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
        })
    }
}

/// What the caller may say better than the operation.
const DEFAULTS: [&str; 4] = [
    "content-md5",
    "content-type",
    "encoding-type",
    "x-oss-range-behavior",
];

/// An error if the caller's headers and parameters contradict what the operation was asked for. A call that is used again
/// still has those of the time before.
fn check_conflicts(request: &Request<'_>, options: &Options<'_>) -> Result<()> {
    let differ = |what: &str, name: &str, ours: &str, theirs: &str| {
        if ours == theirs || DEFAULTS.contains(&name.to_ascii_lowercase().as_str()) {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "`{what}`: {name} is given as {theirs:?}, but {} was asked for {ours:?}; leave one of the two out",
            request.operation.name
        )))
    };
    for (name, ours) in &request.headers {
        let mut given = options.headers.iter();
        if let Some((_, theirs)) = given.find(|(given, _)| given.eq_ignore_ascii_case(name)) {
            differ("header", name, ours, theirs)?;
        }
    }
    for (name, ours) in &request.query {
        let mut given = options.query.iter();
        // A sub-resource without a value may get one.
        if let (Some(ours), Some((_, theirs))) = (ours, given.find(|(given, _)| given == name)) {
            differ("query", name, ours, theirs.as_deref().unwrap_or_default())?;
        }
    }
    Ok(())
}

/// An error if there are more headers or parameters than a request may have.
fn check_size(client: &Inner, options: &Options<'_>) -> Result<()> {
    let (mut headers, mut query) = (Size::default(), Size::default());
    for (name, value) in &client.user_headers {
        headers.add(name, value);
    }
    for (name, value) in &options.headers {
        headers.add(name, value);
    }
    for (name, value) in &options.query {
        query.add(name, value.as_deref().unwrap_or_default());
    }
    headers.check("header", "headers")?;
    query.check("query", "query parameters")
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

fn add_headers<'r>(
    headers: &mut Vec<Header<'r>>,
    request: &'r Request<'_>,
    options: &'r Options<'_>,
) -> Result<()> {
    for (name, value) in &request.headers {
        replace(headers, name, value);
    }
    for (name, value) in &options.headers {
        check_header("header", name, value)?;
        replace(headers, name, value);
    }
    Ok(())
}

/// Later settings win over earlier ones of the same name.
fn replace<'r>(headers: &mut Vec<Header<'r>>, name: &'r str, value: &'r str) {
    headers.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(name));
    headers.push((name.into(), value.trim_matches([' ', '\t']).into()));
}
