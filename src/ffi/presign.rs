//! Presigned URLs and signed forms.

use std::ffi::{c_char, c_void};
use std::time::Duration;

use super::call::oss_call;
use super::handles::{self, oss_bucket};
use super::outcome::{Download, Signed};
use super::run::{download, on_bucket, run_with_call};
use super::status::oss_status;
use super::support::{bytes, file_path, optional_text, text, to_unsigned};
use crate::error::{Error, Result};
use crate::operation::Method;

fn seconds(expires: i64) -> Result<Duration> {
    Ok(Duration::from_secs(to_unsigned(
        expires,
        "expires",
        "1 second and more",
    )?))
}

fn method(name: &str) -> Result<Method> {
    Method::parse(name).ok_or_else(|| {
        Error::refused(
            "method",
            format_args!("{name:?} is not one of them"),
            "GET, HEAD, PUT, POST, DELETE and OPTIONS",
        )
    })
}

/// Signs a URL that lets anybody send `method`, such as "GET", for `key`, or
/// NULL for the bucket, for `expires` seconds, with V4 up to 604800. The query
/// of the call is part of it, and its headers are for whoever sends it. Then
/// oss_call_url() and oss_call_signed_at(), so `call` is required. Sends
/// nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_presign(
    bucket: *const oss_bucket,
    method: *const c_char,
    key: *const c_char,
    expires: i64,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run_with_call(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let (method, key) = (
                self::method(text(method, "method")?)?,
                optional_text(key, "key")?,
            );
            let presigned = bucket.presign(method, key, seconds(expires)?, options)?;
            output.signed = Some(Signed {
                url: presigned.url,
                along: presigned.headers,
                expiration: presigned.expiration.0,
            });
            Ok(())
        })
    }
}

/// Signs a form that lets anybody upload an object for `expires` seconds
/// (PostObject), under `conditions`, a JSON array such as
/// [["starts-with","$key","user/"]], or NULL. Then oss_call_url() and
/// oss_call_signed_at(); the form has those fields, "key", and as the last one
/// "file". `call` is required, and has nothing of a request, such as headers.
/// Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_post_policy(
    bucket: *const oss_bucket,
    expires: i64,
    conditions: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run_with_call(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let conditions = optional_text(conditions, "conditions")?.unwrap_or_default();
            let form = bucket.post_policy(seconds(expires)?, conditions, options)?;
            output.signed = Some(Signed {
                url: form.url,
                along: form.fields,
                expiration: form.expiration.0,
            });
            Ok(())
        })
    }
}

/// PutObject by a presigned URL, compared with its CRC-64. Of `bucket` only the
/// connections and settings are used; the call must have the signed headers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object_by_url(
    bucket: *const oss_bucket,
    url: *const c_char,
    data: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.put_object_by_url(text(url, "url")?, bytes(data, len, "data")?, options)
        })
    }
}

/// GetObject by a presigned URL; then fetch the body with oss_call_read(), so
/// `call` is required. Checked as oss_get_object() is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_by_url(
    bucket: *const oss_bucket,
    url: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        download(bucket, call, &|bucket, _, options| {
            let object = bucket.get_object_by_url(text(url, "url")?, options)?;
            Ok(Download::Object(object))
        })
    }
}

/// GetObject by a presigned URL into the file at `path`; see
/// oss_get_object_to_file().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_by_url_to_file(
    bucket: *const oss_bucket,
    url: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_object_by_url_to_file(text(url, "url")?, file_path(path, "path")?, options)
        })
    }
}

/// HeadObject by a presigned URL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_head_object_by_url(
    bucket: *const oss_bucket,
    url: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.head_object_by_url(text(url, "url")?, options)
        })
    }
}
