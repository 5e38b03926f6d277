//! Which headers a request has: one place where it is decided who wins, what does not fit and what looks misspelt.

use std::borrow::Cow;

use super::Inner;
use super::misspelt;
use crate::config::check_header;
use crate::error::{Error, Result};
use crate::header::{Header, Size, trimmed};
use crate::request::{Options, Request, callback};

/// Longest user metadata of an object, in bytes: names and values.
const MAX_METADATA: usize = 8 * 1024;

const METADATA: &str = "x-oss-meta-";

/// Parameters that the caller may say better than the operation.
const DEFAULT_PARAMETERS: [&str; 1] = ["encoding-type"];

/// The headers of a request before it is signed. Of one name the last in this order wins:
///
/// | who | what |
/// |---|---|
/// | the library | Host, User-Agent, the option `traffic_limit` |
/// | the operation, by guess | Content-Type by the key or the document, Content-MD5 of documents |
/// | the configuration | `user_header`; not for presigned URLs, and callbacks only where the service calls back |
/// | the operation, by its arguments | such as `acl`, `source`, `target`, `range` |
/// | the call | `header`; it must not contradict an argument |
pub(super) fn of_request<'r>(
    client: &'r Inner,
    host: Cow<'r, str>,
    request: &'r Request<'_>,
    options: &'r Options<'_>,
) -> Result<Vec<Header<'r>>> {
    let mut headers: Vec<Header<'r>> = Vec::with_capacity(16);
    headers.push(("host".into(), host));
    headers.push(("user-agent".into(), client.user_agent.as_str().into()));
    if let Some(limit) = &client.traffic_limit
        && request.operation.transfers
        && request.url.is_none()
    {
        headers.push(("x-oss-traffic-limit".into(), limit.as_str().into()));
    }
    for (name, value) in &request.guesses {
        replace(&mut headers, name, value);
    }
    if request.url.is_none() {
        let of_callback = |name: &str| callback::is_header(name) && !request.operation.calls_back;
        let fitting = client.user_headers.iter();
        for (name, value) in fitting.filter(|(name, _)| !of_callback(name)) {
            replace(&mut headers, name, value);
        }
    }
    for (name, value) in &request.headers {
        replace(&mut headers, name, value);
    }
    check_given(request, options)?;
    for (name, value) in &options.headers {
        replace(&mut headers, name, value);
    }
    Ok(headers)
}

/// An error if the caller's headers are illegal, look misspelt, or contradict the arguments.
pub(super) fn check_given(request: &Request<'_>, options: &Options<'_>) -> Result<()> {
    for (name, value) in &options.headers {
        check_header(["header"; 2], name, value)?;
        if !options.insists {
            misspelt::check(request.operation, name)?;
        }
        let mut own = request.headers.iter();
        if let Some((_, ours)) = own.find(|(own, _)| own.eq_ignore_ascii_case(name)) {
            contradiction(request, "header", name, ours, value)?;
        }
    }
    for (name, ours) in &request.query {
        let mut given = options.query.iter();
        // A sub-resource without a value may get one.
        if let (Some(ours), Some((_, theirs))) = (ours, given.find(|(given, _)| given == name))
            && !DEFAULT_PARAMETERS.contains(&name.as_ref())
        {
            contradiction(
                request,
                "query",
                name,
                ours,
                theirs.as_deref().unwrap_or_default(),
            )?;
        }
    }
    Ok(())
}

fn contradiction(
    request: &Request<'_>,
    what: &str,
    name: &str,
    ours: &str,
    theirs: &str,
) -> Result<()> {
    if ours == theirs {
        return Ok(());
    }
    Err(Error::unusable(
        what,
        format_args!(
            "{name} is given as {theirs:?}, but {} was asked for {ours:?}; leave one of the two out",
            request.operation.name
        ),
    ))
}

/// An error if a setting of the call is not one that the operation has.
pub(super) fn check_settings(request: &Request<'_>, options: &Options<'_>) -> Result<()> {
    let name = request.operation.name;
    callback::check_options(request.operation, options)?;
    let by_header = options.has_header("range") && !request.operation.is_any();
    if (options.range.is_some() || by_header) && !request.operation.ranged {
        return Err(Error::unusable(
            "range",
            format_args!("{name} takes none; GetObject and UploadPartCopy do"),
        ));
    }
    let appends = request.operation.checked == crate::operation::Checked::Continued;
    if options.initial_crc64.is_some() && !appends {
        return Err(Error::unusable(
            "initial_crc64",
            format_args!("{name} takes none; AppendObject does"),
        ));
    }
    Ok(())
}

/// An error if there are more headers or parameters than a request may have.
pub(super) fn check_size(client: &Inner, options: &Options<'_>) -> Result<()> {
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

/// An error if the user metadata is more than the service keeps.
pub(super) fn check_metadata(headers: &[Header<'_>]) -> Result<()> {
    let is_metadata = |name: &str| {
        let start = name.get(..METADATA.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(METADATA))
    };
    let size: usize = headers
        .iter()
        .filter(|(name, _)| is_metadata(name))
        .map(|(name, value)| name.len() - METADATA.len() + value.len())
        .sum();
    if size <= MAX_METADATA {
        return Ok(());
    }
    Err(Error::refused(
        "header",
        format_args!("the user metadata ({METADATA}*) has {size} bytes"),
        format_args!("{MAX_METADATA}, names and values together"),
    ))
}

/// Later settings win over earlier ones of the same name.
fn replace<'r>(headers: &mut Vec<Header<'r>>, name: &'r str, value: &'r str) {
    headers.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(name));
    headers.push((name.into(), trimmed(value).into()));
}
