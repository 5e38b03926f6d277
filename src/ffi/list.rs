//! Listings: opened here, walked through by oss_call_next().

use std::ffi::c_char;

use super::call::oss_call;
use super::entry::Entries;
use super::handles::{self, oss_bucket, oss_service};
use super::run::run_with_call;
use super::status::oss_status;
use super::support::{optional_text, text};
use crate::error::Result;
use crate::operations::{
    Bucket, ListBuckets, ListMultipartUploads, ListObjectVersions, ListObjects, ListObjectsV2,
    ListParts, Listing, Pager,
};

/// Begins a listing.
///
/// # Safety
/// Both are NULL or live handles.
pub(super) unsafe fn list<L: Listing>(
    bucket: *const oss_bucket,
    call: *mut oss_call,
    open: impl FnOnce(&Bucket) -> Result<Pager<L>>,
    entries: impl FnOnce(Pager<L>) -> Entries,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run_with_call(call, |options, output| {
            let mut pager = open(&handles::bucket(bucket)?)?;
            output.answer(pager.fetch(options)?);
            output.entries = Some(entries(pager));
            Ok(())
        })
    }
}

/// A string that may be left out, as an owned one.
///
/// # Safety
/// `pointer` is NULL or a string.
pub(super) unsafe fn text_or_empty(pointer: *const c_char, name: &str) -> Result<String> {
    // SAFETY: see above.
    let text = unsafe { optional_text(pointer, name) }?;
    Ok(text.unwrap_or_default().to_owned())
}

/// ListObjectsV2: the objects whose keys begin with `prefix`, in key order;
/// keys that hold `delimiter` after it are folded into one entry. Both may be
/// NULL. Step with oss_call_next(), so `call` is required. Begins after the
/// query "start-after"; the query "max-keys", 1 to 1000, is how long pages are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_objects_v2(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    delimiter: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        let open = |bucket: &Bucket| {
            Ok(bucket.object_pager(ListObjectsV2 {
                prefix: text_or_empty(prefix, "prefix")?,
                delimiter: text_or_empty(delimiter, "delimiter")?,
                ..ListObjectsV2::default()
            }))
        };
        list(bucket, call, open, Entries::Objects)
    }
}

/// ListObjects: as oss_list_objects_v2(), by the older operation; begins after
/// the query "marker".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_objects(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    delimiter: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        let open = |bucket: &Bucket| {
            Ok(bucket.object_v1_pager(ListObjects {
                prefix: text_or_empty(prefix, "prefix")?,
                delimiter: text_or_empty(delimiter, "delimiter")?,
                ..ListObjects::default()
            }))
        };
        list(bucket, call, open, Entries::ObjectsV1)
    }
}

/// ListObjectVersions: as oss_list_objects_v2(), but all versions, with delete
/// markers, of one key the newest first; begins after the query "key-marker"
/// and "version-id-marker".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_object_versions(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    delimiter: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        let open = |bucket: &Bucket| {
            Ok(bucket.version_pager(ListObjectVersions {
                prefix: text_or_empty(prefix, "prefix")?,
                delimiter: text_or_empty(delimiter, "delimiter")?,
                ..ListObjectVersions::default()
            }))
        };
        list(bucket, call, open, Entries::Versions)
    }
}

/// ListBuckets: the buckets of the account whose names begin with `prefix`
/// (NULL for all). Step with oss_call_next(), so `call` is required.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_buckets(
    service: *const oss_service,
    prefix: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        run_with_call(call, |options, output| {
            let service = handles::service(service)?;
            let list = ListBuckets {
                prefix: optional_text(prefix, "prefix")?
                    .unwrap_or_default()
                    .to_owned(),
                ..ListBuckets::default()
            };
            let mut pager = service.bucket_pager(list);
            output.answer(pager.fetch(options)?);
            output.entries = Some(Entries::Buckets(pager));
            Ok(())
        })
    }
}

/// ListParts: the parts of an upload in the order of their numbers. Step with
/// oss_call_next(), so `call` is required; pages are fetched as needed. Begins
/// after the query "part-number-marker".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_parts(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        let open = |bucket: &Bucket| {
            Ok(bucket.part_pager(ListParts {
                key: text(key, "key")?.to_owned(),
                upload_id: text(upload_id, "upload_id")?.to_owned(),
                ..ListParts::default()
            }))
        };
        list(bucket, call, open, Entries::Parts)
    }
}

/// ListMultipartUploads: as oss_list_objects_v2(), but the uploads that were
/// neither completed nor aborted; begins after the query "key-marker" and
/// "upload-id-marker".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_multipart_uploads(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    delimiter: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        let open = |bucket: &Bucket| {
            Ok(bucket.upload_pager(ListMultipartUploads {
                prefix: text_or_empty(prefix, "prefix")?,
                delimiter: text_or_empty(delimiter, "delimiter")?,
                ..ListMultipartUploads::default()
            }))
        };
        list(bucket, call, open, Entries::Uploads)
    }
}
