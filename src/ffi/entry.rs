//! Entries of listings.

use std::ffi::{CString, c_char, c_int};

use super::call::c_string;
use crate::error::Result;
use crate::operations::{ListBuckets, ListObjectsV2, ListedBucket, ListedObject, Pager};
use crate::request::Options;

/// An object, in the listing of a bucket.
pub const OSS_ENTRY_OBJECT: c_int = 1;
/// A common prefix: what the keys below it share up to the delimiter.
pub const OSS_ENTRY_PREFIX: c_int = 2;
/// A bucket, in the listing of the service.
pub const OSS_ENTRY_BUCKET: c_int = 3;

/// What a listing lists. Only the library makes these; later versions add
/// fields at the end. Texts that the service does not give are NULL.
#[repr(C)]
pub struct oss_entry {
    /// #OSS_ENTRY_OBJECT, #OSS_ENTRY_PREFIX or #OSS_ENTRY_BUCKET.
    pub kind: c_int,
    /// Key, prefix or bucket name.
    pub name: *const c_char,
    /// Bytes of an object; -1 for what has no size.
    pub size: i64,
    /// When an object was modified or a bucket created, in seconds since 1970
    /// UTC; -1 if unknown.
    pub time: i64,
    /// ETag of an object, with its quotes.
    pub etag: *const c_char,
    /// Storage class, such as "Standard".
    pub storage_class: *const c_char,
    /// Type of an object: "Normal", "Appendable", "Multipart", "Symlink".
    pub object_type: *const c_char,
    /// Restore state of an archived object, as the service words it.
    pub restore_info: *const c_char,
    /// Id of the owner, if asked for with the query "fetch-owner" = "true".
    pub owner_id: *const c_char,
    /// Name of the owner, likewise.
    pub owner_name: *const c_char,
    /// Region of a bucket, such as "cn-hangzhou".
    pub region: *const c_char,
    /// Location of a bucket, such as "oss-cn-hangzhou".
    pub location: *const c_char,
    /// Public endpoint of a bucket.
    pub extranet_endpoint: *const c_char,
    /// Internal endpoint of a bucket.
    pub intranet_endpoint: *const c_char,
}

/// A listing on its way.
pub(super) enum Entries {
    Objects(Pager<ListObjectsV2>),
    Buckets(Pager<ListBuckets>),
}

/// An entry in Rust's terms.
pub(super) enum Entry {
    Object(ListedObject),
    Bucket(ListedBucket),
}

impl Entries {
    pub fn next(&mut self, options: &Options<'_>) -> Result<Option<Entry>> {
        Ok(match self {
            Entries::Objects(pager) => pager.next(options)?.map(Entry::Object),
            Entries::Buckets(pager) => pager.next(options)?.map(Entry::Bucket),
        })
    }
}

/// An entry in C's terms, and the texts it points to.
pub(super) struct Lent {
    entry: oss_entry,
    texts: Vec<CString>,
}

// SAFETY: the pointers of `entry` lead into `texts`, which moves with it and is never changed.
unsafe impl Send for Lent {}

impl Lent {
    pub fn new(entry: Entry) -> Result<Lent> {
        let mut lent = Lent {
            entry: oss_entry {
                kind: 0,
                name: std::ptr::null(),
                size: -1,
                time: -1,
                etag: std::ptr::null(),
                storage_class: std::ptr::null(),
                object_type: std::ptr::null(),
                restore_info: std::ptr::null(),
                owner_id: std::ptr::null(),
                owner_name: std::ptr::null(),
                region: std::ptr::null(),
                location: std::ptr::null(),
                extranet_endpoint: std::ptr::null(),
                intranet_endpoint: std::ptr::null(),
            },
            texts: Vec::new(),
        };
        match entry {
            Entry::Object(ListedObject::Object(object)) => {
                lent.entry.kind = OSS_ENTRY_OBJECT;
                lent.entry.name = lent.text("the key", &object.key)?;
                lent.entry.size = object.size.try_into().unwrap_or(i64::MAX);
                lent.entry.time = object.last_modified.map_or(-1, |time| time.0);
                lent.entry.etag = lent.optional("the ETag", &object.etag)?;
                lent.entry.storage_class = lent.optional("the class", &object.storage_class)?;
                lent.entry.object_type = lent.optional("the type", &object.object_type)?;
                lent.entry.restore_info = lent.optional("the state", &object.restore_info)?;
                lent.entry.owner_id = lent.optional("the owner", &object.owner_id)?;
                lent.entry.owner_name = lent.optional("the owner", &object.owner_name)?;
            }
            Entry::Object(ListedObject::CommonPrefix(prefix)) => {
                lent.entry.kind = OSS_ENTRY_PREFIX;
                lent.entry.name = lent.text("the prefix", &prefix)?;
            }
            Entry::Bucket(bucket) => {
                lent.entry.kind = OSS_ENTRY_BUCKET;
                lent.entry.name = lent.text("the bucket", &bucket.name)?;
                lent.entry.time = bucket.creation_date.map_or(-1, |time| time.0);
                lent.entry.storage_class = lent.optional("the class", &bucket.storage_class)?;
                lent.entry.region = lent.optional("the region", &bucket.region)?;
                lent.entry.location = lent.optional("the location", &bucket.location)?;
                lent.entry.extranet_endpoint =
                    lent.optional("the endpoint", &bucket.extranet_endpoint)?;
                lent.entry.intranet_endpoint =
                    lent.optional("the endpoint", &bucket.intranet_endpoint)?;
            }
        }
        Ok(lent)
    }

    pub fn entry(&self) -> *const oss_entry {
        &raw const self.entry
    }

    fn optional(&mut self, what: &str, text: &str) -> Result<*const c_char> {
        if text.is_empty() {
            return Ok(std::ptr::null());
        }
        self.text(what, text)
    }

    fn text(&mut self, what: &str, text: &str) -> Result<*const c_char> {
        let text = c_string(text, what)?;
        let pointer = text.as_ptr();
        self.texts.push(text);
        Ok(pointer)
    }
}
