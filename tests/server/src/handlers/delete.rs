//! Deleting objects, one or many.

use crate::address;
use crate::answer::Answer;
use crate::auth::policy;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::percent;
use crate::xml::{self, Writer};

const MOST_KEYS: usize = 1000;
const LARGEST_BODY: usize = 2 << 20;

pub fn one(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let id = exchange.version_id();
    let deleted =
        exchange
            .shared
            .store
            .delete(&bucket, &exchange.key, id.as_deref(), exchange.now_ms)?;
    let answer = Answer::new(204).maybe("x-oss-version-id", deleted.version_id);
    Ok(if deleted.marker {
        answer.header("x-oss-delete-marker", "true")
    } else {
        answer
    })
}

pub async fn many(exchange: &mut Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    if !exchange.head.headers.contains_key("content-md5") {
        return Err(
            ApiError::new(400, "MissingArgument", "Missing Some Required Arguments.")
                .detail("ArgumentName", "Content-MD5"),
        );
    }
    let body = exchange.read_all(LARGEST_BODY).await?;
    let root = xml::parse(&body).map_err(ApiError::malformed_xml)?;
    let objects: Vec<_> = root.all("Object").collect();
    if root.name != "Delete" || objects.is_empty() || objects.len() > MOST_KEYS {
        return Err(ApiError::malformed_xml(
            "a Delete element with 1 to 1000 Object elements is expected",
        ));
    }
    let quiet = root
        .get("Quiet")
        .is_some_and(|quiet| quiet.eq_ignore_ascii_case("true"));
    let encoded = exchange
        .query("encoding-type")
        .or_else(|| Some(exchange.head.header("encoding-type")?.into_owned()))
        .is_some_and(|encoding| encoding == "url");
    let write = |key: &str| {
        if encoded {
            percent::encode(key)
        } else {
            key.to_owned()
        }
    };

    let mut xml = Writer::new("DeleteResult");
    if encoded {
        xml.text("EncodingType", "url");
    }
    // All names are checked before anything is deleted.
    for object in &objects {
        let key = object
            .child("Key")
            .map(|key| key.text.as_str())
            .unwrap_or_default();
        if address::object_key(key.as_bytes()).is_none() {
            return Err(ApiError::new(
                400,
                "InvalidObjectName",
                "The specified object is not valid.",
            )
            .detail("ObjectName", key));
        }
        if let Some(id) = object.get("VersionId")
            && !(id.is_empty() || id == "null" || id.starts_with("CAEQ"))
        {
            return Err(ApiError::argument(
                "versionId",
                id,
                "Invalid version id specified",
            ));
        }
        policy::check(exchange, &bucket, "DeleteObject", key)?;
    }
    for object in objects {
        let key = object
            .child("Key")
            .map(|key| key.text.as_str())
            .unwrap_or_default();
        let id = object.get("VersionId").filter(|id| !id.is_empty());
        let result = exchange
            .shared
            .store
            .delete(&bucket, key, id, exchange.now_ms);
        if quiet {
            continue;
        }
        let Ok(deleted) = result else { continue };
        xml.open("Deleted").text("Key", &write(key));
        if let Some(id) = id {
            xml.text("VersionId", id);
        }
        if deleted.marker {
            xml.text("DeleteMarker", "true");
            if let Some(marker) = &deleted.version_id {
                xml.text("DeleteMarkerVersionId", marker);
            }
        }
        xml.close();
    }
    Ok(if quiet {
        Answer::new(200)
    } else {
        Answer::xml(xml.finish())
    })
}
