//! Deleting many objects at once.

use std::collections::HashSet;

use super::list::name_of;
use super::{Bucket, request, send_for_document};
use crate::client::answer;
use crate::error::{Error, Result};
use crate::names;
use crate::request::{Body, Options, Response};
use crate::xml::{self, Element};

/// Objects of one request.
const MAX_OBJECTS: usize = 1000;

/// An object to delete, or one version of it.
#[derive(Clone, Copy, Debug)]
pub struct ObjectIdentifier<'a> {
    /// The key.
    pub key: &'a str,
    /// The version; `None` for the latest, which in a bucket with versioning is only hidden by a delete marker.
    pub version_id: Option<&'a str>,
}

impl<'a> From<&'a str> for ObjectIdentifier<'a> {
    fn from(key: &'a str) -> ObjectIdentifier<'a> {
        ObjectIdentifier {
            key,
            version_id: None,
        }
    }
}

/// What DeleteMultipleObjects says about an object. Texts that the service does not give are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeletedObject {
    /// The key.
    pub key: String,
    /// The version that was asked for.
    pub version_id: String,
    /// Whether it is gone; `false` if it could not be deleted.
    pub is_deleted: bool,
    /// Whether a delete marker was made or deleted.
    pub delete_marker: bool,
    /// The version of that marker.
    pub delete_marker_version_id: String,
    /// Why it could not be deleted, as an error code such as `AccessDenied`, if the service tells.
    pub code: String,
    /// The same in words.
    pub message: String,
}

impl Bucket {
    /// DeleteMultipleObjects: deletes 1 to 1000 objects or versions, with whatever characters in their keys. Those that were
    /// deleted, or were not there, are listed, unless it is to be `quiet`: then those that could not be. Unless it is, those
    /// that the answer does not name are listed as not deleted.
    pub fn delete_multiple_objects(
        &self,
        objects: &[ObjectIdentifier<'_>],
        quiet: bool,
        options: &Options<'_>,
    ) -> Result<(Response, Vec<DeletedObject>)> {
        let body = document(objects, quiet)?;
        let mut request = request!("DeleteMultipleObjects", None);
        request.parameter("encoding-type", "url");
        // Then the body is empty if there is nothing to list.
        request.answer_may_be_empty = quiet;
        let body = Body::from(body.as_str());
        let (mut response, root) = send_for_document(&self.client, request, body, options)?;
        response.body = Vec::new();
        let name = "DeleteMultipleObjects";
        if quiet && root.is_none() {
            return Ok((response, Vec::new()));
        }
        let root = answer::document(name, &response, root)?;
        let mut deleted =
            deleted(&root, quiet).map_err(|error| answer::malformed(name, &response, &error))?;
        if !quiet {
            add_missing(&mut deleted, objects);
        }
        Ok((response, deleted))
    }
}

/// Whether a document asks for nothing but failures.
pub(super) fn is_quiet(body: &[u8]) -> bool {
    let quiet = xml::parse(body).map(|root| root.bool_of("Quiet"));
    matches!(quiet, Ok(Ok(Some(true))))
}

fn document(objects: &[ObjectIdentifier<'_>], quiet: bool) -> Result<String> {
    if !(1..=MAX_OBJECTS).contains(&objects.len()) {
        return Err(Error::unusable(
            "keys",
            format_args!(
                "{} of them; DeleteMultipleObjects takes 1 to {MAX_OBJECTS}",
                objects.len()
            ),
        ));
    }
    let mut body = String::from("<Delete>");
    xml::element(&mut body, "Quiet", if quiet { "true" } else { "false" });
    for (index, object) in objects.iter().enumerate() {
        names::check_key_named(&format!("keys[{index}]"), object.key)?;
        body += "<Object>";
        xml::element(&mut body, "Key", object.key);
        if let Some(version) = object.version_id.filter(|id| !id.is_empty()) {
            xml::element(&mut body, "VersionId", version);
        }
        body += "</Object>";
    }
    body += "</Delete>";
    Ok(body)
}

/// Adds the `objects` that the answer does not name: nobody knows that they are gone.
fn add_missing(deleted: &mut Vec<DeletedObject>, objects: &[ObjectIdentifier<'_>]) {
    let named: HashSet<(&str, &str)> = deleted
        .iter()
        .map(|object| (object.key.as_str(), object.version_id.as_str()))
        .collect();
    let asked = objects
        .iter()
        .map(|object| (object.key, object.version_id.unwrap_or_default()));
    let missing: Vec<DeletedObject> = asked
        .filter(|object| !named.contains(object))
        .map(|(key, version_id)| DeletedObject {
            key: key.to_owned(),
            version_id: version_id.to_owned(),
            message: "the answer of the service does not name it".to_owned(),
            ..DeletedObject::default()
        })
        .collect();
    deleted.extend(missing);
}

fn deleted(root: &Element, quiet: bool) -> Result<Vec<DeletedObject>> {
    let encoded = root.is_encoded()?;
    let trimmed = |entry: &Element, name| entry.text_of(name).trim().to_owned();
    let mut objects = Vec::new();
    for entry in &root.children {
        let is_deleted = match entry.name.as_str() {
            // A quiet answer lists what could not be deleted.
            "Deleted" => !quiet,
            // What services that are compatible with others say.
            "Error" => false,
            _ => continue,
        };
        objects.push(DeletedObject {
            key: name_of(entry, "Key", encoded)?,
            version_id: trimmed(entry, "VersionId"),
            is_deleted,
            delete_marker: entry.bool_of("DeleteMarker")?.unwrap_or(false),
            delete_marker_version_id: trimmed(entry, "DeleteMarkerVersionId"),
            code: trimmed(entry, "Code"),
            message: entry.text_of("Message").to_owned(),
        });
    }
    Ok(objects)
}
