//! Whom the service calls back when an object is stored, and which requests can ask for it.
//!
//! The answer to such a request is the callback's, so it proves nothing else: everywhere else a callback is refused. What the
//! service would refuse only when all parts of an upload are there is refused here before the first.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Options;
use crate::error::{Error, Result};
use crate::json::{self, Value};
use crate::operation::Operation;

const CALLBACK: &str = "x-oss-callback";
const VARIABLES: &str = "x-oss-callback-var";

/// Whether a header is about a callback.
pub(crate) fn is_header(name: &str) -> bool {
    name.eq_ignore_ascii_case(CALLBACK) || name.eq_ignore_ascii_case(VARIABLES)
}

/// Whether a parameter is.
pub(crate) fn is_parameter(name: &str) -> bool {
    matches!(name, CALLBACK | VARIABLES | "callback" | "callback-var")
}

/// An error if a call asks for a callback and `operation` has none, or if the service could not use it.
pub(crate) fn check_options(operation: &Operation, options: &Options<'_>) -> Result<()> {
    if !is_in(options) {
        return Ok(());
    }
    if !operation.calls_back {
        return Err(no_callback(operation.name));
    }
    check_usable(options)
}

/// Whether a call asks for a callback.
pub(crate) fn is_in(options: &Options<'_>) -> bool {
    let mut headers = options.headers.iter();
    let mut query = options.query.iter();
    headers.any(|(name, _)| is_header(name)) || query.any(|(name, _)| is_parameter(name))
}

/// The error of what has no callback.
pub(crate) fn no_callback(what: &str) -> Error {
    Error::unusable(
        "callback",
        format_args!(
            "{what} takes none; PutObject and CompleteMultipartUpload do, and uploads that end with one of them"
        ),
    )
}

/// An error if the service could not use what a call says about a callback.
pub(crate) fn check_usable(options: &Options<'_>) -> Result<()> {
    let headers = options.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_ref()));
    let query = options.query.iter().filter(|(name, _)| is_parameter(name));
    let query = query.map(|(name, value)| {
        let name = name.strip_prefix("x-oss-").unwrap_or(name);
        (
            format!("x-oss-{name}"),
            value.as_deref().unwrap_or_default(),
        )
    });
    headers
        .chain(query)
        .try_for_each(|(name, value)| check_header(&name, value))
}

/// The same for one header; others than those about a callback are not looked at.
pub(crate) fn check_header(name: &str, value: &str) -> Result<()> {
    match name {
        _ if name.eq_ignore_ascii_case(CALLBACK) => check_callback(&decoded("callback", value)?),
        _ if name.eq_ignore_ascii_case(VARIABLES) => check_variables(&decoded("variables", value)?),
        _ => Ok(()),
    }
}

fn decoded(parameter: &str, value: &str) -> Result<String> {
    let bytes = STANDARD.decode(value.trim()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| {
        Error::unusable(
            parameter,
            format_args!("it is not base64 of a JSON text, which its header has to be"),
        )
    })
}

/// An error if `callback` is not a JSON object that says whom to call with what, or which callback of the bucket is meant.
pub(crate) fn check_callback(callback: &str) -> Result<()> {
    let members = members("callback", callback)?;
    let has = |wanted: &str| {
        let mut members = members.iter();
        members.any(|(name, value)| {
            name == wanted && matches!(value, Value::Text(text) if !text.is_empty())
        })
    };
    if has("callbackPolicy") {
        return Ok(());
    }
    match ["callbackUrl", "callbackBody"]
        .into_iter()
        .find(|name| !has(name))
    {
        None => Ok(()),
        Some(name) => Err(Error::unusable(
            "callback",
            format_args!(
                "it has no text {name:?}; give an object with \"callbackUrl\" and \"callbackBody\""
            ),
        )),
    }
}

/// An error if `variables` is neither empty nor a JSON object.
pub(crate) fn check_variables(variables: &str) -> Result<()> {
    match variables {
        "" => Ok(()),
        variables => members("variables", variables).map(drop),
    }
}

fn members(parameter: &str, text: &str) -> Result<Vec<(String, Value)>> {
    let wrong = match json::parse(text.as_bytes()) {
        Ok(Value::Object(members)) => return Ok(members),
        Ok(_) => "it is JSON, but not an object".to_owned(),
        Err(error) => format!("it is {}", error.message()),
    };
    let example = match parameter {
        "callback" => r#"{"callbackUrl":"http://a.example/","callbackBody":"${object}"}"#,
        _ => r#"{"x:name":"value"}"#,
    };
    Err(Error::unusable(
        parameter,
        format_args!("{wrong}; give a JSON object such as {example}"),
    ))
}
