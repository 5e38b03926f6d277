//! Listings of the versions of objects.

use super::objects::summary;
use super::{
    Foldable, Listing, Marker, ObjectSummary, Page, add, add_count, common_prefixes, id_of, size_of,
};
use crate::error::Result;
use crate::operation::Operation;
use crate::request::Request;
use crate::sort::sort_by;
use crate::table::operation;
use crate::xml::Element;

/// What ListObjectVersions is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListObjectVersions {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Keys that hold this after the prefix are folded into one common prefix; usually `/`.
    pub delimiter: String,
    /// Only keys after this one, and with `version_id_marker` also the older versions of this one.
    pub key_marker: String,
    /// Only versions of `key_marker` that are older than this one.
    pub version_id_marker: String,
    /// Entries per page, 1..1000; the service takes 100 if `None`. The number of entries in all is not limited by it.
    pub max_keys: Option<u32>,
}

/// An entry of a listing of versions: in the order of keys and prefixes, of one key the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedVersion {
    /// A version of an object, or a delete marker.
    Version(ObjectVersion),
    /// What keys share up to the delimiter.
    CommonPrefix(String),
}

/// A version of an object, or a delete marker, which hides the versions before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectVersion {
    /// Id of the version; `null` for what was stored without versioning.
    pub version_id: String,
    /// Whether this is what the key means without a version.
    pub is_latest: bool,
    /// Whether this is a delete marker, which has no size, ETag and class.
    pub is_delete_marker: bool,
    /// The object.
    pub object: ObjectSummary,
}

impl ListedVersion {
    /// The key or the prefix.
    pub fn name(&self) -> &str {
        match self {
            ListedVersion::Version(version) => &version.object.key,
            ListedVersion::CommonPrefix(prefix) => prefix,
        }
    }
}

impl Foldable for ListObjectVersions {
    type Item = ObjectVersion;

    fn unfold(entry: ListedVersion) -> Result<ObjectVersion, String> {
        match entry {
            ListedVersion::Version(version) => Ok(version),
            ListedVersion::CommonPrefix(prefix) => Err(prefix),
        }
    }
}

impl Listing for ListObjectVersions {
    type Entry = ListedVersion;
    const OPERATION: &'static Operation = operation!("ListObjectVersions");

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn name(entry: &ListedVersion) -> &str {
        entry.name()
    }

    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>) {
        let (key, version) = match marker {
            Some(marker) => (&marker.name, &marker.id),
            None => (&self.key_marker, &self.version_id_marker),
        };
        add(
            request,
            &[
                ("prefix", &self.prefix),
                ("delimiter", &self.delimiter),
                ("key-marker", key),
                ("version-id-marker", version),
            ],
        );
        add_count(request, "max-keys", self.max_keys);
    }

    fn page(&self, root: &Element) -> Result<Page<ListedVersion>> {
        let encoded = root.is_encoded()?;
        let mut entries = Vec::new();
        for entry in &root.children {
            let is_delete_marker = match entry.name.as_str() {
                "Version" => false,
                "DeleteMarker" => true,
                _ => continue,
            };
            let size = match is_delete_marker {
                true => 0,
                false => size_of(entry)?,
            };
            entries.push(ListedVersion::Version(ObjectVersion {
                version_id: id_of(entry, "VersionId")?,
                is_latest: entry.bool_of("IsLatest")?.unwrap_or(false),
                is_delete_marker,
                object: summary(entry, size, encoded)?,
            }));
        }
        for prefix in common_prefixes(root, encoded) {
            entries.push(ListedVersion::CommonPrefix(prefix?));
        }
        // Stable, so the versions of a key stay in their order.
        sort_by(&mut entries, |a, b| {
            a.name().as_bytes().cmp(b.name().as_bytes())
        });
        Ok(Page {
            entries: entries.into(),
            next: Self::next_pair(root, "NextKeyMarker", "NextVersionIdMarker")?,
        })
    }
}
