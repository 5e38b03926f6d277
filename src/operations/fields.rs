//! Documents that requests carry, written field by field.

use super::body::no_fields;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::operation::{Content, Operation};
use crate::request::{Body, Options};

/// The document that the fields of `options` make of `body`; `None` without fields.
pub(super) fn edited(
    operation: &Operation,
    body: &Body<'_>,
    options: &Options<'_>,
) -> Result<Option<Vec<u8>>> {
    if options.fields.is_empty() {
        return Ok(None);
    }
    let empty = match operation.body {
        Content::Xml(root) => Document::new(root),
        Content::Json => Document::json(),
        _ => return Err(no_fields(operation.name)),
    };
    let mut document = match body {
        Body::Empty | Body::Bytes([]) => empty,
        Body::Bytes(bytes) => parse(bytes, empty.root())?,
        _ => {
            return Err(Error::unusable(
                "field",
                "fields can be set in a document that is given as bytes, not in a file or a stream",
            ));
        }
    };
    for (path, value) in &options.fields {
        match value {
            Some(value) => document.set(path, value)?,
            None => document.remove(path).map(drop)?,
        }
    }
    Ok(Some(document.to_text().into_bytes()))
}

/// A document of the caller's.
fn parse(bytes: &[u8], root: &str) -> Result<Document> {
    let unusable = |why: String| Error::unusable("body", format_args!("{why}"));
    let document = Document::parse_named(bytes, "body")?;
    if document.root() != root {
        return Err(unusable(format!(
            "it is a document {} instead of {}",
            name_of(document.root()),
            name_of(root)
        )));
    }
    Ok(document)
}

fn name_of(root: &str) -> String {
    match root {
        "" => "in JSON".to_owned(),
        root => format!("<{root}>"),
    }
}
