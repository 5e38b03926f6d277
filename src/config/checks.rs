//! Which values options may have.

use std::time::Duration;

use super::MAX_TIMEOUT;
use crate::error::{Error, Result};

pub(crate) fn in_range<T: PartialOrd + std::fmt::Display>(
    option: &str,
    value: T,
    min: T,
    max: T,
    unit: &str,
) -> Result<T> {
    if min <= value && value <= max {
        return Ok(value);
    }
    Err(Error::refused(
        option,
        format_args!("{value} is out of range"),
        format_args!("{min} to {max} {unit}"),
    ))
}

pub(crate) fn check_timeout(option: &str, timeout: Duration) -> Result<Duration> {
    if timeout >= Duration::from_millis(1) && timeout <= MAX_TIMEOUT {
        return Ok(timeout);
    }
    Err(Error::refused(
        option,
        format_args!("{} ms is out of range", timeout.as_millis()),
        format_args!("1 to {} ms", MAX_TIMEOUT.as_millis()),
    ))
}

/// Headers that follow from the rest of the request.
const RESERVED: [&str; 16] = [
    "authorization",
    "connection",
    "content-length",
    "date",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-oss-content-sha256",
    "x-oss-date",
    "x-oss-security-token",
];

/// A header that a user may add; `parameters` are those that its name and its value come from.
pub(crate) fn check_header(parameters: [&str; 2], name: &str, value: &str) -> Result<()> {
    let [parameter, of_value] = parameters;
    check_header_name(parameter, name)?;
    if RESERVED
        .iter()
        .any(|reserved| name.eq_ignore_ascii_case(reserved))
    {
        return Err(Error::unusable(
            parameter,
            format_args!("the header {name:?} is written by the library and cannot be set"),
        ));
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(Error::unusable(
            of_value,
            format_args!("the value of {name:?} holds a line break or another control character"),
        ));
    }
    Ok(())
}

/// A header that can be signed: some are added after signing, or never sent.
pub(super) fn check_signable(name: &str) -> Result<()> {
    const NEVER: [&str; 11] = [
        "authorization",
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    check_header_name("additional_signed_header", name)?;
    if NEVER.iter().any(|never| name.eq_ignore_ascii_case(never)) {
        return Err(Error::unusable(
            "additional_signed_header",
            format_args!(
                "{name:?} is not among the headers when a request is signed, so it would go unsigned; \
             give another one, such as \"content-disposition\""
            ),
        ));
    }
    Ok(())
}

/// Headers that say something about the bytes of one request.
const OF_ONE_REQUEST: [&str; 6] = [
    "accept-encoding",
    "content-length",
    "content-md5",
    "content-range",
    "if-range",
    "range",
];

/// Whether a header belongs to one request, and can be neither of all requests nor of those that a transfer makes.
pub(crate) fn is_of_one_request(name: &str) -> bool {
    let mut own = OF_ONE_REQUEST.iter();
    own.any(|own| name.eq_ignore_ascii_case(own))
}

/// A header that can be the same for all requests.
pub(super) fn check_common(name: &str) -> Result<()> {
    if is_of_one_request(name) {
        return Err(Error::unusable(
            "user_header",
            format_args!("{name:?} belongs to a single request; give it to the call"),
        ));
    }
    Ok(())
}

pub(super) fn check_header_name(parameter: &str, name: &str) -> Result<()> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.is_empty() && name.len() <= 128 && name.bytes().all(legal) {
        return Ok(());
    }
    Err(Error::refused(
        parameter,
        format_args!("{name:?} is not a header name"),
        "1 to 128 letters, digits and !#$%&'*+-.^_`|~ (RFC 9110)",
    ))
}
