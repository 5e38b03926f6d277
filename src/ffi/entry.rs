//! Entries of listings.

use std::ffi::{CString, c_char, c_int};

use crate::error::{Error, Kind, Result};
use crate::operations::{
    DeletedObject, ListBuckets, ListMultipartUploads, ListObjectVersions, ListObjects,
    ListObjectsV2, ListParts, ListedBucket, ListedObject, ListedPart, ListedUpload, ListedVersion,
    ObjectSummary, ObjectVersion, Pager,
};
use crate::request::Options;
use crate::time::Timestamp;
use crate::transfer::UploadsBefore;

/// An object, in the listing of a bucket.
pub const OSS_ENTRY_OBJECT: c_int = 1;
/// A common prefix: what the keys below it share up to the delimiter.
pub const OSS_ENTRY_PREFIX: c_int = 2;
/// A bucket, in the listing of the service.
pub const OSS_ENTRY_BUCKET: c_int = 3;
/// A version of an object.
pub const OSS_ENTRY_VERSION: c_int = 4;
/// A delete marker, in a listing of versions.
pub const OSS_ENTRY_DELETE_MARKER: c_int = 5;
/// A multipart upload.
pub const OSS_ENTRY_UPLOAD: c_int = 6;
/// A part of a multipart upload.
pub const OSS_ENTRY_PART: c_int = 7;
/// What oss_delete_multiple_objects() deleted.
pub const OSS_ENTRY_DELETED: c_int = 8;
/// What oss_delete_multiple_objects() could not delete.
pub const OSS_ENTRY_NOT_DELETED: c_int = 9;

/// What a listing lists. Only the library makes these; later versions add
/// fields at the end. Texts that the service does not give are NULL.
#[repr(C)]
pub struct oss_entry {
    /// What it is: one of the constants above.
    pub kind: c_int,
    /// Key, prefix or bucket name; NULL for a part.
    pub name: *const c_char,
    /// Bytes of an object or a part; -1 for what has no size.
    pub size: i64,
    /// When an object was modified, a bucket created or an upload begun, in
    /// seconds since 1970 UTC; -1 if unknown.
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
    /// Version of an object, delete marker or deleted object.
    pub version_id: *const c_char,
    /// Whether a version or delete marker is the latest: 1 or 0.
    pub is_latest: c_int,
    /// Number of a part, 1 to 10000; else 0.
    pub part_number: i32,
    /// Id of a multipart upload.
    pub upload_id: *const c_char,
    /// CRC-64 of a part; 0 if the service does not tell.
    pub crc64: u64,
    /// Version of the delete marker that deleting an object made or removed.
    pub delete_marker_version_id: *const c_char,
    /// Why an object could not be deleted: the service's error code, such as
    /// "AccessDenied".
    pub code: *const c_char,
    /// The same in words.
    pub message: *const c_char,
}

/// A listing on its way.
pub(super) enum Entries {
    Objects(Pager<ListObjectsV2>),
    ObjectsV1(Pager<ListObjects>),
    Versions(Pager<ListObjectVersions>),
    Uploads(Pager<ListMultipartUploads>),
    UploadsBefore(UploadsBefore),
    Parts(Pager<ListParts>),
    Buckets(Pager<ListBuckets>),
    Deleted(std::vec::IntoIter<DeletedObject>),
}

/// An entry in Rust's terms.
pub(super) enum Entry {
    Object(ListedObject),
    Version(ListedVersion),
    Upload(ListedUpload),
    Part(ListedPart),
    Bucket(ListedBucket),
    Deleted(DeletedObject),
}

impl Entries {
    pub fn next(&mut self, options: &Options<'_>) -> Result<Option<Entry>> {
        Ok(match self {
            Entries::Objects(pager) => pager.next(options)?.map(Entry::Object),
            Entries::ObjectsV1(pager) => pager.next(options)?.map(Entry::Object),
            Entries::Versions(pager) => pager.next(options)?.map(Entry::Version),
            Entries::Uploads(pager) => pager.next(options)?.map(Entry::Upload),
            Entries::UploadsBefore(uploads) => uploads.next(options)?.map(Entry::Upload),
            Entries::Parts(pager) => pager.next(options)?.map(Entry::Part),
            Entries::Deleted(deleted) => deleted.next().map(Entry::Deleted),
            Entries::Buckets(pager) => pager.next(options)?.map(Entry::Bucket),
        })
    }

    /// Whether [`Entries::next`] need not ask the service.
    pub fn is_ready(&self) -> bool {
        match self {
            Entries::Objects(pager) => pager.is_ready(&|_| true),
            Entries::ObjectsV1(pager) => pager.is_ready(&|_| true),
            Entries::Versions(pager) => pager.is_ready(&|_| true),
            Entries::Uploads(pager) => pager.is_ready(&|_| true),
            Entries::UploadsBefore(uploads) => uploads.is_ready(),
            Entries::Parts(pager) => pager.is_ready(&|_| true),
            Entries::Deleted(_) => true,
            Entries::Buckets(pager) => pager.is_ready(&|_| true),
        }
    }
}

/// An entry in C's terms, and the texts it points to.
pub(super) struct EntryMemory {
    entry: oss_entry,
    texts: Vec<CString>,
}

// SAFETY: the pointers of `entry` lead into `texts`, which moves with it and is never changed.
unsafe impl Send for EntryMemory {}
// SAFETY: the same.
unsafe impl Sync for EntryMemory {}

impl oss_entry {
    /// An entry of which nothing is known.
    const EMPTY: oss_entry = oss_entry {
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
        version_id: std::ptr::null(),
        is_latest: 0,
        part_number: 0,
        upload_id: std::ptr::null(),
        crc64: 0,
        delete_marker_version_id: std::ptr::null(),
        code: std::ptr::null(),
        message: std::ptr::null(),
    };
}

impl EntryMemory {
    pub fn new(entry: Entry) -> Result<EntryMemory> {
        let mut memory = EntryMemory {
            entry: oss_entry::EMPTY,
            texts: Vec::new(),
        };
        match entry {
            Entry::Object(ListedObject::Object(object)) => memory.object(&object)?,
            Entry::Version(ListedVersion::Version(version)) => memory.version(&version)?,
            Entry::Object(ListedObject::CommonPrefix(prefix))
            | Entry::Version(ListedVersion::CommonPrefix(prefix))
            | Entry::Upload(ListedUpload::CommonPrefix(prefix)) => memory.prefix(&prefix)?,
            Entry::Upload(ListedUpload::Upload {
                key,
                upload_id,
                initiated,
            }) => memory.upload(&key, &upload_id, initiated)?,
            Entry::Part(part) => memory.part(&part)?,
            Entry::Bucket(bucket) => memory.bucket(&bucket)?,
            Entry::Deleted(deleted) => memory.deleted(&deleted)?,
        }
        Ok(memory)
    }

    fn prefix(&mut self, prefix: &str) -> Result<()> {
        self.entry.kind = OSS_ENTRY_PREFIX;
        self.entry.name = self.text("the prefix", prefix)?;
        Ok(())
    }

    fn upload(&mut self, key: &str, id: &str, initiated: Option<Timestamp>) -> Result<()> {
        self.entry.kind = OSS_ENTRY_UPLOAD;
        self.entry.name = self.text("the key", key)?;
        self.entry.upload_id = self.optional("the upload id", id)?;
        self.entry.time = initiated.map_or(-1, |time| time.0);
        Ok(())
    }

    fn part(&mut self, part: &ListedPart) -> Result<()> {
        self.entry.kind = OSS_ENTRY_PART;
        self.entry.part_number = part.number.try_into().unwrap_or(i32::MAX);
        self.entry.size = part.size.try_into().unwrap_or(i64::MAX);
        self.entry.time = part.last_modified.map_or(-1, |time| time.0);
        self.entry.etag = self.optional("the ETag", &part.etag)?;
        self.entry.crc64 = part.crc64.unwrap_or(0);
        Ok(())
    }

    fn deleted(&mut self, deleted: &DeletedObject) -> Result<()> {
        self.entry.kind = if deleted.is_deleted {
            OSS_ENTRY_DELETED
        } else {
            OSS_ENTRY_NOT_DELETED
        };
        self.entry.name = self.text("the key", &deleted.key)?;
        self.entry.version_id = self.optional("the version", &deleted.version_id)?;
        let marker = &deleted.delete_marker_version_id;
        self.entry.delete_marker_version_id = self.optional("the marker", marker)?;
        self.entry.code = self.optional("the code", &deleted.code)?;
        self.entry.message = self.optional("the message", &deleted.message)?;
        Ok(())
    }

    fn object(&mut self, object: &ObjectSummary) -> Result<()> {
        self.entry.kind = OSS_ENTRY_OBJECT;
        self.entry.name = self.text("the key", &object.key)?;
        self.entry.size = object.size.try_into().unwrap_or(i64::MAX);
        self.entry.time = object.last_modified.map_or(-1, |time| time.0);
        self.entry.etag = self.optional("the ETag", &object.etag)?;
        self.entry.storage_class = self.optional("the class", &object.storage_class)?;
        self.entry.object_type = self.optional("the type", &object.object_type)?;
        self.entry.restore_info = self.optional("the state", &object.restore_info)?;
        self.entry.owner_id = self.optional("the owner", &object.owner_id)?;
        self.entry.owner_name = self.optional("the owner", &object.owner_name)?;
        Ok(())
    }

    fn version(&mut self, version: &ObjectVersion) -> Result<()> {
        self.object(&version.object)?;
        self.entry.version_id = self.optional("the version", &version.version_id)?;
        self.entry.is_latest = version.is_latest.into();
        self.entry.kind = OSS_ENTRY_VERSION;
        if version.is_delete_marker {
            self.entry.kind = OSS_ENTRY_DELETE_MARKER;
            self.entry.size = -1;
        }
        Ok(())
    }

    fn bucket(&mut self, bucket: &ListedBucket) -> Result<()> {
        self.entry.kind = OSS_ENTRY_BUCKET;
        self.entry.name = self.text("the bucket", &bucket.name)?;
        self.entry.time = bucket.creation_date.map_or(-1, |time| time.0);
        self.entry.storage_class = self.optional("the class", &bucket.storage_class)?;
        self.entry.region = self.optional("the region", &bucket.region)?;
        self.entry.location = self.optional("the location", &bucket.location)?;
        self.entry.extranet_endpoint = self.optional("the endpoint", &bucket.extranet_endpoint)?;
        self.entry.intranet_endpoint = self.optional("the endpoint", &bucket.intranet_endpoint)?;
        Ok(())
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
        let text = CString::new(text).map_err(|_| {
            Error::new(
                Kind::BadResponse,
                format!("{what} {text:?} holds a NUL, which C strings cannot"),
            )
        })?;
        let pointer = text.as_ptr();
        self.texts.push(text);
        Ok(pointer)
    }
}
