//! Operations on buckets, and any other operation.

use std::ffi::{c_char, c_int, c_void};

use super::call::oss_call;
use super::entry::Entries;
use super::handles::{self, oss_bucket, oss_service};
use super::run::{ask, on_bucket, run, run_with_call};
use super::status::oss_status;
use super::support::{bytes, optional_text, text};
use crate::error::Result;
use crate::operations::{Bucket, ListObjectVersions, ListObjects, ListObjectsV2, Listing, Pager};

/// PutBucket: creates the bucket. Its ACL comes as header "x-oss-acl", its class
/// and redundancy as fields "StorageClass" and "DataRedundancyType"; creating one's
/// own bucket again is a success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe { on_bucket(bucket, call, &|bucket, options| bucket.put_bucket(options)) }
}

/// DeleteBucket: the bucket has to be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.delete_bucket(options)
        })
    }
}

/// GetBucketInfo: oss_call_text() has "Bucket.StorageClass", "Bucket.Location" and
/// so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_info(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_info(options)
        })
    }
}

/// GetBucketStat: oss_call_text() has "Storage" in bytes, "ObjectCount" and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_stat(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_stat(options)
        })
    }
}

/// GetBucketLocation: oss_call_text() with "" has it, such as "oss-cn-hangzhou".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_location(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_location(options)
        })
    }
}

/// GetBucketAcl: oss_call_text() has "AccessControlList.Grant".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_acl(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_acl(options)
        })
    }
}

/// PutBucketAcl: `acl` is "private", "public-read" or "public-read-write".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_bucket_acl(
    bucket: *const oss_bucket,
    acl: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.put_bucket_acl(text(acl, "acl")?, options)
        })
    }
}

/// Whether the bucket exists, by GetBucketAcl: `*exists` gets 1 or 0. Only the
/// service's word that it does not is a 0; somebody else's is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_exists(
    bucket: *const oss_bucket,
    exists: *mut c_int,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and an int, or NULL, as the header asks.
    unsafe {
        ask(bucket, exists, call, |bucket, options| {
            bucket.bucket_exists(options)
        })
    }
}

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
pub(super) unsafe fn owned(pointer: *const c_char, name: &str) -> Result<String> {
    // SAFETY: see above.
    let text = unsafe { optional_text(pointer, name) }?;
    Ok(text.unwrap_or_default().to_owned())
}

/// ListObjectsV2: the objects whose keys begin with `prefix`, in key order; keys
/// that hold `delimiter` behind it are folded into one entry. Both may be NULL.
/// Step with oss_call_next(), so `call` is required; pages are fetched as needed.
/// Where to begin and how long pages are: query "start-after" and "max-keys".
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
                prefix: owned(prefix, "prefix")?,
                delimiter: owned(delimiter, "delimiter")?,
                ..ListObjectsV2::default()
            }))
        };
        list(bucket, call, open, Entries::Objects)
    }
}

/// ListObjects: as oss_list_objects_v2(), by the older operation; begins behind
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
                prefix: owned(prefix, "prefix")?,
                delimiter: owned(delimiter, "delimiter")?,
                ..ListObjects::default()
            }))
        };
        list(bucket, call, open, Entries::ObjectsV1)
    }
}

/// ListObjectVersions: as oss_list_objects_v2(), but all versions, with delete
/// markers, of one key the newest first; begins behind the query "key-marker" and
/// "version-id-marker".
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
                prefix: owned(prefix, "prefix")?,
                delimiter: owned(delimiter, "delimiter")?,
                ..ListObjectVersions::default()
            }))
        };
        list(bucket, call, open, Entries::Versions)
    }
}

/// Sends any operation by its official name, such as "PutBucketLifecycle"; `key` is
/// NULL at bucket level. Its document is given as bytes, built by oss_call_set_field(),
/// or both: then the fields change it, and oss_call_body() of the last answer may
/// be given. The answer is collected, up to 64 MiB: oss_call_text(). An operation
/// that this version does not know is sent by its method: "GET", "PUT" and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_invoke(
    bucket: *const oss_bucket,
    operation: *const c_char,
    key: *const c_char,
    body: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, strings and `len` bytes, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            let operation = text(operation, "operation")?;
            let key = optional_text(key, "key")?;
            bucket.invoke(operation, key, bytes(body, len, "body")?, options)
        })
    }
}

/// As oss_invoke(), at service level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_service_invoke(
    service: *const oss_service,
    operation: *const c_char,
    body: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and `len` bytes, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let service = handles::service(service)?;
            let (operation, body) = (text(operation, "operation")?, bytes(body, len, "body")?);
            output.answer(service.invoke(operation, body, options)?);
            Ok(())
        })
    }
}
