//! Setters for the headers of everyday requests; each is short for oss_call_set_header().

use std::ffi::{c_char, c_int};

use super::call::oss_call;
use super::input;
use super::status::oss_status;
use super::support::{optional_text, text};
use crate::config::{check_header, in_range};
use crate::constants::header;
use crate::error::Result;
use crate::everyday::tagging;
use crate::time::Timestamp;

/// Sets the header `name` to a text of the caller's, which `parameter` names.
///
/// # Safety
/// `call` is NULL or a live handle, `value` NULL or a string.
unsafe fn set_text(
    call: *mut oss_call,
    name: &str,
    value: *const c_char,
    parameter: &str,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        set(call, [parameter; 2], &|| {
            Ok((name.to_owned(), text(value, parameter)?.to_owned()))
        })
    }
}

/// `parameters` are those that the name and the value of the header come from.
///
/// # Safety
/// `call` is NULL or a live handle.
unsafe fn set(
    call: *mut oss_call,
    parameters: [&str; 2],
    header: &dyn Fn() -> Result<(String, String)>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        input::set(call, &|lasting| {
            let (name, value) = header()?;
            check_header(parameters, &name, &value)?;
            lasting.set_header(&name, &value)
        })
    }
}

/// Type of the object, such as "text/plain". Guessed from the key unless given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_content_type(
    call: *mut oss_call,
    content_type: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::CONTENT_TYPE, content_type, "content_type") }
}

/// How long others may keep a copy, such as "max-age=3600" or "no-cache".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_cache_control(
    call: *mut oss_call,
    cache_control: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::CACHE_CONTROL, cache_control, "cache_control") }
}

/// Whether browsers show the object or save it, such as "attachment".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_content_disposition(
    call: *mut oss_call,
    disposition: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe {
        set_text(
            call,
            header::CONTENT_DISPOSITION,
            disposition,
            "disposition",
        )
    }
}

/// Access to the object that is stored: OSS_ACL_PRIVATE and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_object_acl(
    call: *mut oss_call,
    acl: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::OBJECT_ACL, acl, "acl") }
}

/// Access to the bucket that is made: OSS_ACL_PRIVATE and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_bucket_acl(
    call: *mut oss_call,
    acl: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::BUCKET_ACL, acl, "acl") }
}

/// Storage class of the object that is stored: OSS_STORAGE_CLASS_IA and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_storage_class(
    call: *mut oss_call,
    storage_class: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::STORAGE_CLASS, storage_class, "storage_class") }
}

/// User metadata of the object that is stored; `name` without "x-oss-meta-".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_metadata(
    call: *mut oss_call,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        set(call, ["name", "value"], &|| {
            let name = format!("{}{}", header::META_PREFIX, text(name, "name")?);
            Ok((name, text(value, "value")?.to_owned()))
        })
    }
}

/// Adds a tag to the object that is stored, up to 10. Escaped as needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_add_tag(
    call: *mut oss_call,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        input::set(call, &|lasting| {
            let (name, value) = (text(name, "name")?, text(value, "value")?);
            let earlier = lasting.header(header::TAGGING).unwrap_or_default();
            let value = tagging(earlier, name, value);
            lasting.set_header(header::TAGGING, &value)
        })
    }
}

/// How the service encrypts the object that is stored: OSS_ENCRYPTION_AES256
/// and so on. `key_id` is a key of the Key Management Service; NULL for none,
/// also if one was set before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_server_side_encryption(
    call: *mut oss_call,
    algorithm: *const c_char,
    key_id: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        input::set(call, &|lasting| {
            let algorithm = text(algorithm, "algorithm")?;
            let id = optional_text(key_id, "key_id")?;
            lasting.remove_header(header::ENCRYPTION_KEY_ID);
            for (name, value, parameter) in [
                (header::ENCRYPTION, Some(algorithm), "algorithm"),
                (header::ENCRYPTION_KEY_ID, id, "key_id"),
            ] {
                let Some(value) = value else { continue };
                check_header([parameter; 2], name, value)?;
                lasting.set_header(name, value)?;
            }
            Ok(())
        })
    }
}

/// 1: an upload fails with #OSS_EXISTS if the key is in use; 0: it overwrites,
/// which is the default.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_forbid_overwrite(
    call: *mut oss_call,
    on: c_int,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, ["on"; 2], &|| {
            Ok((header::FORBID_OVERWRITE.to_owned(), (on != 0).to_string()))
        })
    }
}

/// Only if the object has this ETag, quotes included; else the request fails
/// with #OSS_PRECONDITION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_if_match(
    call: *mut oss_call,
    etag: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::IF_MATCH, etag, "etag") }
}

/// Only if the object does not have this ETag, quotes included; else the
/// request fails with #OSS_NOT_MODIFIED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_if_none_match(
    call: *mut oss_call,
    etag: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe { set_text(call, header::IF_NONE_MATCH, etag, "etag") }
}

/// Only if the object has changed since `time`, in seconds since 1970 UTC; else
/// the request fails with #OSS_NOT_MODIFIED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_if_modified_since(
    call: *mut oss_call,
    time: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe { set_time(call, header::IF_MODIFIED_SINCE, time) }
}

/// Only if the object has not changed since `time`, in seconds since 1970 UTC;
/// else the request fails with #OSS_PRECONDITION_FAILED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_if_unmodified_since(
    call: *mut oss_call,
    time: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe { set_time(call, header::IF_UNMODIFIED_SINCE, time) }
}

/// The last second of the year 9999, beyond which a date has no form.
const LAST_TIME: i64 = 253_402_300_799;

/// # Safety
/// `call` is NULL or a live handle.
unsafe fn set_time(call: *mut oss_call, name: &str, time: i64) -> oss_status {
    // SAFETY: see above.
    unsafe {
        set(call, ["time"; 2], &|| {
            let time = in_range("time", time, 0, LAST_TIME, "seconds since 1970")?;
            Ok((name.to_owned(), Timestamp(time).http_date()))
        })
    }
}

/// Limits the bandwidth of the request, in bit/s, 819200..838860800; instead of
/// oss_config_set_traffic_limit().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_traffic_limit(
    call: *mut oss_call,
    bits_per_second: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, ["traffic_limit"; 2], &|| {
            let limit = in_range(
                "traffic_limit",
                bits_per_second,
                819_200,
                838_860_800,
                "bit/s",
            )?;
            Ok((header::TRAFFIC_LIMIT.to_owned(), limit.to_string()))
        })
    }
}

/// 1: sends headers even if they look like a misspelt one of the service, such
/// as "x-oss-acl" for an object; 0: that is #OSS_INVALID_ARGUMENT, which is the
/// default, because the service ignores headers that it does not know.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_insist(call: *mut oss_call, on: c_int) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        input::set(call, &|lasting| {
            lasting.insists = on != 0;
            Ok(())
        })
    }
}
