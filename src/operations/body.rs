//! Bodies of requests: built from fields, framed, described by headers.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::content_type;
use crate::error::{Error, Result};
use crate::operation::{Content, Method, Operation};
use crate::request::{Body, Options, Request};

/// The error of fields without a document.
pub(super) fn no_fields(operation: &str) -> Error {
    Error::unusable(
        "field",
        format_args!(
            "{operation} carries no document, so it has no fields; a call that is used again still has those of before"
        ),
    )
}

/// An error if `operation` needs a body and there is none, or the other way round.
pub(super) fn check(operation: &Operation, body: &Body<'_>, options: &Options<'_>) -> Result<()> {
    let given = !matches!(body, Body::Empty | Body::Bytes([])) || !options.fields.is_empty();
    let name = operation.name;
    let is_document = matches!(
        operation.body,
        Content::Xml(_) | Content::Json | Content::Text
    );
    if is_document && !matches!(body, Body::Empty | Body::Bytes(_)) {
        return Err(Error::unusable(
            "body",
            format_args!("the document of {name} has to be given as bytes"),
        ));
    }
    let expected = match operation.body {
        Content::Nothing if !options.fields.is_empty() => return Err(no_fields(name)),
        Content::Nothing if given => {
            return Err(Error::unusable("body", format_args!("{name} takes none")));
        }
        Content::Nothing => return Ok(()),
        _ if given || operation.body_is_optional => return Ok(()),
        Content::Xml(root) => Cow::from(format!("an XML document <{root}>, as bytes or by fields")),
        Content::Json => "a JSON text, as bytes or by fields".into(),
        Content::Text => "a text".into(),
        Content::Bytes | Content::Frames => "a body".into(),
    };
    Err(Error::unusable(
        "body",
        format_args!("{name} needs {expected}"),
    ))
}

/// A GET without a body has no length either; PUT and POST always have one.
pub(super) fn framed(method: Method, body: Body<'_>) -> Body<'_> {
    let always = matches!(method, Method::Put | Method::Post);
    match body {
        Body::Empty if always => Body::Bytes(&[]),
        Body::Bytes([]) if !always => Body::Empty,
        body => body,
    }
}

/// Adds the headers that go with the body.
pub(super) fn describe(request: &mut Request<'_>, body: &Body<'_>) {
    let operation = request.operation;
    if operation.typed_by_key {
        let key = request.key.unwrap_or_default();
        request.guess("content-type", content_type::guess(key));
    }
    let content_type = match operation.body {
        Content::Xml(_) => "application/xml",
        Content::Json => "application/json",
        Content::Text => "text/plain",
        _ => return,
    };
    if let Body::Bytes(bytes @ [_, ..]) = body {
        request.guess("content-type", content_type);
        request.guess("content-md5", STANDARD.encode(Md5::digest(bytes)));
    }
}
