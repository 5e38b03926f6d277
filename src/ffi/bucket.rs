//! Operations on buckets, and any other operation.

use std::ffi::{c_char, c_void};

use super::call::{oss_call, run};
use super::entry::Entries;
use super::handles::{self, oss_bucket, oss_service};
use super::status::oss_status;
use super::support::{bytes, is_null, optional_text, text};
use crate::operations::ListObjectsV2;

/// PutBucket: creates the bucket. Its ACL comes as header "x-oss-acl"; creating
/// one's own bucket again is a success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        run(call, |options, output| {
            output.answer(handles::bucket(bucket)?.put_bucket(options)?);
            Ok(())
        })
    }
}

/// DeleteBucket: the bucket has to be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        run(call, |options, output| {
            output.answer(handles::bucket(bucket)?.delete_bucket(options)?);
            Ok(())
        })
    }
}

/// ListObjectsV2: the objects whose keys begin with `prefix`, in key order; keys
/// that hold `delimiter` behind it are folded into one entry. Both may be NULL.
/// Step with oss_call_next(), so `call` is required; pages are fetched as needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_objects_v2(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    delimiter: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        let required = !call.is_null();
        run(call, |options, output| {
            if !required {
                return Err(is_null("call"));
            }
            let bucket = handles::bucket(bucket)?;
            let owned = |text: Option<&str>| text.unwrap_or_default().to_owned();
            let list = ListObjectsV2 {
                prefix: owned(optional_text(prefix, "prefix")?),
                delimiter: owned(optional_text(delimiter, "delimiter")?),
                ..ListObjectsV2::default()
            };
            let mut pager = bucket.object_pager(list);
            output.answer(pager.fetch(options)?);
            output.entries = Some(Entries::Objects(pager));
            Ok(())
        })
    }
}

/// Sends a signed request of your own and collects the answer, up to 64 MiB:
/// `method` is "GET", "HEAD", "PUT", "POST", "DELETE" or "OPTIONS"; `key` is NULL
/// at bucket level; sub-resources and headers come from the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_invoke(
    bucket: *const oss_bucket,
    method: *const c_char,
    key: *const c_char,
    body: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, strings and `len` bytes, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let method = text(method, "method")?;
            let key = optional_text(key, "key")?;
            let body = bytes(body, len, "body")?;
            output.answer(bucket.invoke(method, key, body, options)?);
            Ok(())
        })
    }
}

/// As oss_invoke(), at service level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_service_invoke(
    service: *const oss_service,
    method: *const c_char,
    body: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and `len` bytes, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let service = handles::service(service)?;
            let (method, body) = (text(method, "method")?, bytes(body, len, "body")?);
            output.answer(service.invoke(method, body, options)?);
            Ok(())
        })
    }
}
