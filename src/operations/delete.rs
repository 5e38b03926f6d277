//! Deleting many objects at once.

use super::{Bucket, request, send_for_document};
use crate::client::answer;
use crate::error::{Error, Result};
use crate::escape;
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
    /// deleted, or were not there, are listed, unless it is to be `quiet`: then those that could not be.
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
        let Some(root) = root else {
            return Ok((response, Vec::new()));
        };
        let name = "DeleteMultipleObjects";
        let deleted =
            deleted(&root, quiet).map_err(|error| answer::malformed(name, &response, &error))?;
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
            "objects",
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

fn deleted(root: &Element, quiet: bool) -> Result<Vec<DeletedObject>> {
    let encoded = root.text_of("EncodingType") == "url";
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
            key: escape::decode_if(encoded, entry.text_of("Key"))?,
            version_id: entry.text_of("VersionId").to_owned(),
            is_deleted,
            delete_marker: entry.bool_of("DeleteMarker")?.unwrap_or(false),
            delete_marker_version_id: entry.text_of("DeleteMarkerVersionId").to_owned(),
            code: entry.text_of("Code").to_owned(),
            message: entry.text_of("Message").to_owned(),
        });
    }
    Ok(objects)
}
