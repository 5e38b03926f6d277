//! Listing all versions of all objects.

use std::sync::Arc;

use super::list::{Wanted, beyond, write_version};
use super::service::owner;
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::Version;
use crate::xml::Writer;

pub fn list(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let wanted = Wanted::new(exchange)?;
    let key_marker = exchange.query("key-marker").unwrap_or_default();
    let id_marker = exchange.query("version-id-marker").unwrap_or_default();
    if key_marker.is_empty() && !id_marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(ApiError::argument("version-id-marker", id_marker, message));
    }
    wanted.check(&[
        ("key-marker", &key_marker),
        ("version-id-marker", &id_marker),
    ])?;
    let state = bucket.lock();
    let skipped = wanted
        .common(&key_marker)
        .filter(|common| *common == key_marker)
        .and_then(|common| beyond(&common));

    let mut versions: Vec<(Arc<Version>, bool)> = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let mut last = (String::new(), String::new());
    let mut truncated = false;
    'keys: for (key, list) in state.objects.range(key_marker.clone()..) {
        if !key.starts_with(&wanted.prefix) || skipped.as_ref().is_some_and(|next| key < next) {
            continue;
        }
        let mut rest = list.as_slice();
        if *key == key_marker {
            // Without an id the marker stands for all versions of its key; an id that is gone hides none of them.
            if id_marker.is_empty() {
                continue;
            }
            let behind = list
                .iter()
                .position(|version| version.id == id_marker)
                .map_or(0, |at| at + 1);
            rest = &list[behind..];
        }
        let common = wanted.common(key);
        for version in rest {
            if common.is_some() && prefixes.last() == common.as_ref() {
                continue 'keys;
            }
            if versions.len() + prefixes.len() == wanted.max {
                truncated = true;
                break 'keys;
            }
            if let Some(common) = &common {
                last = (common.clone(), String::new());
                prefixes.push(common.clone());
            } else {
                last = (key.clone(), version.id.clone());
                let latest = list
                    .first()
                    .is_some_and(|first| Arc::ptr_eq(first, version));
                versions.push((Arc::clone(version), latest));
            }
        }
    }

    let account = state.settings.owner.clone();
    let mut xml = Writer::new("ListVersionsResult");
    xml.text("Name", &bucket.name)
        .text("Prefix", &wanted.write(&wanted.prefix))
        .text("KeyMarker", &wanted.write(&key_marker))
        .text("VersionIdMarker", &id_marker)
        .number("MaxKeys", wanted.max)
        .text("Delimiter", &wanted.write(&wanted.delimiter));
    if wanted.encoded {
        xml.text("EncodingType", "url");
    }
    xml.number("IsTruncated", truncated);
    if truncated {
        xml.text("NextKeyMarker", &wanted.write(&last.0))
            .text("NextVersionIdMarker", &last.1);
    }
    for (version, latest) in &versions {
        xml.open(if version.is_marker() {
            "DeleteMarker"
        } else {
            "Version"
        })
        .text("Key", &wanted.write(&version.key))
        .text("VersionId", &version.id)
        .number("IsLatest", latest);
        if version.is_marker() {
            xml.text("LastModified", &clock::iso_date(version.modified_ms));
        } else {
            write_version(&mut xml, version, exchange.now_ms);
        }
        owner(&mut xml, &account);
        xml.close();
    }
    for prefix in &prefixes {
        xml.open("CommonPrefixes")
            .text("Prefix", &wanted.write(prefix))
            .close();
    }
    Ok(Answer::xml(xml.finish()))
}
