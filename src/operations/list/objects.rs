//! Listings of objects.

use super::{
    Foldable, Listing, Marker, Page, add, add_count, common_prefixes, is_truncated, name_of,
    no_marker, owner, size_of,
};
use crate::error::Result;
use crate::operation::Operation;
use crate::request::Request;
use crate::sort::sort_by;
use crate::table::operation;
use crate::time::Timestamp;
use crate::xml::Element;

/// What ListObjectsV2 is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListObjectsV2 {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Keys that hold this after the prefix are folded into one common prefix; usually `/`.
    pub delimiter: String,
    /// Only keys after this one.
    pub start_after: String,
    /// Entries per page, 1..1000; the service takes 100 if `None`. The number of entries in all is not limited by it.
    pub max_keys: Option<u32>,
    /// Also ask for the owners.
    pub fetch_owner: bool,
}

/// What ListObjects, the older listing, is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListObjects {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Keys that hold this after the prefix are folded into one common prefix; usually `/`.
    pub delimiter: String,
    /// Only keys after this one.
    pub marker: String,
    /// Entries per page, 1..1000; the service takes 100 if `None`. The number of entries in all is not limited by it.
    pub max_keys: Option<u32>,
}

/// An entry of an object listing, in the order of keys and prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedObject {
    /// An object.
    Object(ObjectSummary),
    /// What keys share up to the delimiter.
    CommonPrefix(String),
}

/// What a listing says about an object. Texts that the service does not give are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectSummary {
    /// The whole key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was stored.
    pub last_modified: Option<Timestamp>,
    /// With its quotes.
    pub etag: String,
    /// Such as `Standard`.
    pub storage_class: String,
    /// `Normal`, `Appendable`, `Multipart` or `Symlink`.
    pub object_type: String,
    /// Restore state of an archived object, as the service words it.
    pub restore_info: String,
    /// Id of the owner, if asked for.
    pub owner_id: String,
    /// Name of the owner, if asked for.
    pub owner_name: String,
}

impl ListedObject {
    /// The key or the prefix.
    pub fn name(&self) -> &str {
        match self {
            ListedObject::Object(object) => &object.key,
            ListedObject::CommonPrefix(prefix) => prefix,
        }
    }
}

impl Listing for ListObjectsV2 {
    type Entry = ListedObject;
    const OPERATION: &'static Operation = operation!("ListObjectsV2");

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn name(entry: &ListedObject) -> &str {
        entry.name()
    }

    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>) {
        let token = marker.map_or("", |marker| &marker.name);
        add(
            request,
            &[
                ("prefix", &self.prefix),
                ("delimiter", &self.delimiter),
                ("start-after", &self.start_after),
                ("fetch-owner", if self.fetch_owner { "true" } else { "" }),
                ("continuation-token", token),
            ],
        );
        add_count(request, "max-keys", self.max_keys);
    }

    fn page(&self, root: &Element) -> Result<Page<ListedObject>> {
        Ok(Page {
            entries: entries(root)?.into(),
            next: Self::next(root, "NextContinuationToken")?,
        })
    }
}

impl Foldable for ListObjectsV2 {
    type Item = ObjectSummary;

    fn unfold(entry: ListedObject) -> Result<ObjectSummary, String> {
        match entry {
            ListedObject::Object(object) => Ok(object),
            ListedObject::CommonPrefix(prefix) => Err(prefix),
        }
    }
}

impl Listing for ListObjects {
    type Entry = ListedObject;
    const OPERATION: &'static Operation = operation!("ListObjects");

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn name(entry: &ListedObject) -> &str {
        entry.name()
    }

    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>) {
        let marker = marker.map_or(&self.marker, |marker| &marker.name);
        add(
            request,
            &[
                ("prefix", &self.prefix),
                ("delimiter", &self.delimiter),
                ("marker", marker),
            ],
        );
        add_count(request, "max-keys", self.max_keys);
    }

    fn page(&self, root: &Element) -> Result<Page<ListedObject>> {
        let entries = entries(root)?;
        let next = match is_truncated(root)? {
            // Without a delimiter the service may leave the marker out: it is the last key then.
            Some(true) if root.text_of("NextMarker").is_empty() => {
                let last = entries.last().ok_or_else(|| no_marker("NextMarker"))?;
                Some(last.name().to_owned().into())
            }
            _ => Self::next(root, "NextMarker")?,
        };
        Ok(Page {
            entries: entries.into(),
            next,
        })
    }
}

fn entries(root: &Element) -> Result<Vec<ListedObject>> {
    let encoded = root.is_encoded()?;
    let mut entries = Vec::new();
    for contents in root.children_named("Contents") {
        let size = size_of(contents)?;
        entries.push(ListedObject::Object(summary(contents, size, encoded)?));
    }
    for prefix in common_prefixes(root, encoded) {
        entries.push(ListedObject::CommonPrefix(prefix?));
    }
    // The service sends objects and prefixes apart; together they are in the order of their bytes.
    sort_by(&mut entries, |a, b| {
        a.name().as_bytes().cmp(b.name().as_bytes())
    });
    Ok(entries)
}

/// What an element `Contents`, `Version` or `DeleteMarker` says besides its size.
pub(super) fn summary(contents: &Element, size: u64, encoded: bool) -> Result<ObjectSummary> {
    let text = |name| contents.text_of(name).trim().to_owned();
    let (owner_id, owner_name) = owner(contents);
    Ok(ObjectSummary {
        key: name_of(contents, "Key", encoded)?,
        size,
        last_modified: contents.timestamp_of("LastModified"),
        etag: text("ETag"),
        storage_class: text("StorageClass"),
        object_type: text("Type"),
        restore_info: text("RestoreInfo"),
        owner_id,
        owner_name,
    })
}
