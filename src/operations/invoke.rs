//! Any operation by its name.

use super::delete::is_quiet;
use super::download::{self, Object};
use super::{Bucket, Service, body, multipart, send};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::operation::{Content, Level, Method, Operation, Value};
use crate::request::{Body, Options, Request, Response};
use crate::table;

impl Bucket {
    /// Sends any operation on buckets and objects by its official name, such as `PutBucketLifecycle`: `key` is `None` at
    /// bucket level, parameters and headers come from `options`, and a document is given as bytes or built from the fields
    /// of `options`. The answer is collected, up to 64 MiB.
    ///
    /// An operation that this version does not know can be sent by its HTTP method (`GET`, `HEAD`, `PUT`, `POST`, `DELETE`,
    /// `OPTIONS`), with sub-resources as parameters.
    pub fn invoke<'a>(
        &self,
        operation: &str,
        key: Option<&str>,
        body: impl Into<Body<'a>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        invoke(&self.client, operation, key, body.into(), options)
    }
}

impl Service {
    /// Sends any operation at service level by its official name; see [`Bucket::invoke`].
    pub fn invoke<'a>(
        &self,
        operation: &str,
        body: impl Into<Body<'a>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        invoke(&self.client, operation, None, body.into(), options)
    }
}

fn invoke(
    client: &Client,
    name: &str,
    key: Option<&str>,
    body: Body<'_>,
    options: &Options<'_>,
) -> Result<Response> {
    let Some(operation) = table::find(name) else {
        let method = Method::parse(name).ok_or_else(|| unknown(name))?;
        let request = Request::new(table::method(method), key);
        return send(client, request, body, options);
    };
    check_level(client, operation, key)?;
    check_parameters(client, operation, options)?;
    body::check(operation, &body, options)?;
    match (operation.name, key) {
        // The checks of a download, which a collected answer would not get.
        ("GetObject", Some(key)) => download::collect(Object::open(client, key, options)?),
        ("UploadPartCopy", _) => {
            let options = &*options.with_range_of_header();
            let mut request = Request::new(operation, key);
            multipart::add_source_range(&mut request, options)?;
            send(client, request, body, options)
        }
        ("DeleteMultipleObjects", _) => {
            let mut request = Request::new(operation, key);
            let mut fields = options.fields.iter().rev();
            let field = fields.find(|(path, _)| path == "Quiet");
            request.answer_may_be_empty = match (field, &body) {
                (Some((_, value)), _) => value.as_deref() == Some("true"),
                (None, Body::Bytes(bytes)) => is_quiet(bytes),
                (None, _) => false,
            };
            send(client, request, body, options)
        }
        (name, _) if operation.answer == Content::Frames => Err(Error::unusable(
            "operation",
            format_args!("{name} answers in frames, which its own function reads and checks"),
        )),
        _ => send(client, Request::new(operation, key), body, options),
    }
}

/// The error of a name that is neither an operation nor a method.
fn unknown(name: &str) -> Error {
    let mut operations = table::OPERATIONS.iter();
    let similar = operations
        .find(|operation| operation.name.eq_ignore_ascii_case(name))
        .map(|operation| format!(" (did you mean {}?)", operation.name))
        .unwrap_or_default();
    Error::unusable(
        "operation",
        format_args!(
            "{name:?} is unknown{similar}; allowed are official names such as \"GetBucketAcl\", and GET, HEAD, PUT, \
         POST, DELETE and OPTIONS for what this version does not know"
        ),
    )
}

fn check_level(client: &Client, operation: &Operation, key: Option<&str>) -> Result<()> {
    let name = operation.name;
    let problem = match (operation.level, client.bucket(), key) {
        (Level::Service, Some(_), _) => {
            "is about the service as a whole; use a service, not a bucket"
        }
        (Level::Bucket | Level::Object, None, _) => {
            "is about a bucket; use a bucket, not the service"
        }
        (Level::Bucket, _, Some(_)) => "is about a bucket; the key has to be left out",
        (Level::Object, _, None) => "is about an object; `key` is missing",
        _ => return Ok(()),
    };
    Err(Error::unusable(
        "operation",
        format_args!("{name} {problem}"),
    ))
}

fn check_parameters(client: &Client, operation: &Operation, options: &Options<'_>) -> Result<()> {
    let missing = |what: &str, name: &str| {
        Err(Error::missing(
            name,
            format_args!("{} needs this {what}", operation.name),
        ))
    };
    for (name, value) in operation.parameters() {
        let given = || {
            let mut query = options.query.iter();
            query.any(|(given, value)| {
                given == name && value.as_deref().is_some_and(|v| !v.is_empty())
            })
        };
        if value == Value::Given && !given() {
            return missing("query parameter", name);
        }
    }
    for name in operation.headers {
        let mut headers = options.headers.iter();
        let given = headers.any(|(given, _)| given.eq_ignore_ascii_case(name));
        if !given && !client.always_sends(name) {
            return missing("header", name);
        }
    }
    Ok(())
}
