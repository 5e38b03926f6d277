//! What goes into the next request of a call.

use std::ffi::{c_char, c_int, c_void};

use super::call::oss_call;
use super::given::{Lasting, Once};
use super::memory::borrow;
use super::options::duration_from_ms;
use super::status::oss_status;
use super::support::{User, is_null, length_or_unknown, optional_text, status, text, value_of};
use crate::config::{check_header, check_timeout};
use crate::error::{Error, Result};
use crate::operations::UploadedPart;
use crate::request::{Options, Range, callback};

/// Receives how far a transfer is: `done` of `total` bytes, `total` -1 if not
/// known.
/// Return 0 to go on, anything else to stop with #OSS_CANCELLED. Runs on the
/// calling thread, only during the call; must not throw, longjmp or use the
/// call.
pub type oss_progress_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, done: i64, total: i64) -> c_int>;

/// Goes back to the first byte of the body, so that #oss_read_fn yields the
/// same bytes again; returns 0, or anything else to give up. If other bytes
/// come, the upload ends with OSS_IO before it is complete. Not called before
/// the first attempt. Runs on the calling thread, only during the call; must
/// not throw, longjmp or use the call.
pub type oss_rewind_fn = Option<unsafe extern "C-unwind" fn(user: *mut c_void) -> c_int>;

/// Changes what stays until the call is reset.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn set(
    call: *mut oss_call,
    set: &dyn Fn(&mut Lasting) -> Result<()>,
) -> oss_status {
    // SAFETY: see above.
    status(|| unsafe { borrow(call, "call") }?.set(set))
}

/// Changes what the next request uses up.
///
/// # Safety
/// The same.
pub(super) unsafe fn set_once(
    call: *mut oss_call,
    set: &dyn Fn(&mut Once) -> Result<()>,
) -> oss_status {
    // SAFETY: see above.
    status(|| unsafe { borrow(call, "call") }?.set_once(set))
}

/// Sets a request header, such as "x-oss-object-acl", replacing an earlier one
/// of that name. Both strings are copied. Spaces and tabs at the ends of a
/// value are no part of it (RFC 9110) and get lost: escape them, as by %20.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_header(
    call: *mut oss_call,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        set(call, &|lasting| {
            let name = text(name, "name")?;
            let value = value_of(name, value)?.ok_or_else(|| is_null("value"))?;
            check_header(["header"; 2], name, value)?;
            lasting.set_header(name, value)
        })
    }
}

/// Sets a query parameter, such as "versionId", replacing an earlier one of
/// that name; `value` is NULL for a name without a value. Both strings are
/// copied, and escaped when they are sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_query(
    call: *mut oss_call,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        set(call, &|lasting| {
            let name = text(name, "name")?;
            if name.is_empty() {
                return Err(Error::invalid("`name` of a query parameter is empty"));
            }
            lasting.set_query(name, value_of(name, value)?)
        })
    }
}

/// Makes the service call back when an upload is stored: `callback` is a JSON
/// object with "callbackUrl" and "callbackBody", `variables` one or NULL. The
/// answer of the callback is then the body; if it fails, the upload is stored
/// and HTTP status 203 the error. PutObject, CompleteMultipartUpload and
/// uploads that end with one of them take this; others refuse it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_upload_callback(
    call: *mut oss_call,
    callback: *const c_char,
    variables: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        set_once(call, &|once| {
            let given = text(callback, "callback")?;
            let variables = optional_text(variables, "variables")?.unwrap_or_default();
            callback::check_callback(given)?;
            callback::check_variables(variables)?;
            once.set_headers(Options::new().callback(given, variables).headers)
        })
    }
}

/// Gives oss_append_object() the CRC-64 of what is there already, so that the
/// whole object is compared: oss_call_crc64() of the append before, to be set
/// anew for each. Not needed at position 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_initial_crc64(call: *mut oss_call, crc64: u64) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set_once(call, &|once| {
            once.initial_crc64 = Some(crc64);
            Ok(())
        })
    }
}

/// Adds a part for oss_complete_multipart_upload(), in ascending order of
/// `number`, 1 to 10000: its ETag, and its size in bytes and CRC-64, so that
/// the whole object is compared; size -1 or CRC-64 0 if they are not known. A
/// call that holds parts refuses all other requests, such as that for the next
/// part, and keeps them: collect them in a call of their own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_add_part(
    call: *mut oss_call,
    number: i32,
    etag: *const c_char,
    size: i64,
    crc64: u64,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe {
        set_once(call, &|once| {
            let etag = text(etag, "etag")?.to_owned();
            // Only nothing has the CRC-64 0.
            let content = length_or_unknown(size, "size", "size")?
                .filter(|size| *size == 0 || crc64 != 0)
                .map(|size| (size, crc64));
            once.add_part(UploadedPart {
                number: part_number(number)?,
                etag,
                content,
            })
        })
    }
}

/// A part number of the caller's.
pub(super) fn part_number(number: i32) -> Result<u32> {
    let known = u32::try_from(number).ok();
    known
        .filter(|number| (1..=10_000).contains(number))
        .ok_or_else(|| {
            Error::refused(
                "number",
                format_args!("{number} is not a valid part number"),
                "1 to 10000",
            )
        })
}

/// Asks downloads for the bytes `first` to `last`, both included; `last` -1 is
/// the end. A negative `first` asks for the last bytes: -100, -1 for 100 of
/// them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_range(
    call: *mut oss_call,
    first: i64,
    last: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set_once(call, &|once| {
            once.range = Some(match (u64::try_from(first), u64::try_from(last)) {
                (Ok(first), Err(_)) if last == -1 => Range::From(first),
                (Ok(first), Ok(last)) if first <= last => Range::Bytes(first, last),
                (Err(_), Err(_)) if last == -1 => Range::Last(first.unsigned_abs()),
                _ => {
                    return Err(Error::invalid(format!(
                        "`first` and `last`: {first} to {last} is not a valid range; allowed are first <= last, \
                         last = -1 for the end, and first < 0 with last = -1 for the last bytes"
                    )));
                }
            });
            Ok(())
        })
    }
}

/// Makes uploads and downloads report to `function`, about every 128 KiB; NULL
/// ends that. Of an upload it counts what the system has taken over, not what
/// the service has. If a request is retried, `done` may repeat or get smaller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_progress(
    call: *mut oss_call,
    function: oss_progress_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            lasting.progress = function.map(|function| (function, User(user)));
            Ok(())
        })
    }
}

/// Lets uploads from #oss_read_fn begin again by `function`, so that they are
/// retried after a failure as others are; NULL ends that. Stays until
/// oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_rewind(
    call: *mut oss_call,
    function: oss_rewind_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            lasting.rewind = function.map(|function| (function, User(user)));
            Ok(())
        })
    }
}

/// Limits each request with its retries and the reading of its answer, in
/// milliseconds, 1 to 604800000; instead of oss_config_set_total_timeout_ms().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_timeout_ms(
    call: *mut oss_call,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            let timeout = duration_from_ms("timeout", milliseconds)?;
            lasting.timeout = Some(check_timeout("timeout", timeout)?);
            Ok(())
        })
    }
}

/// Limits TCP connect, proxy and TLS handshake of each request, in
/// milliseconds, 1 to 604800000; instead of
/// oss_config_set_connect_timeout_ms().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_connect_timeout_ms(
    call: *mut oss_call,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            let timeout = duration_from_ms("connect_timeout", milliseconds)?;
            lasting.connect_timeout = Some(check_timeout("connect_timeout", timeout)?);
            Ok(())
        })
    }
}

/// Limits how long no byte moves in either direction, in milliseconds, 1 to
/// 604800000; instead of oss_config_set_read_timeout_ms().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_read_timeout_ms(
    call: *mut oss_call,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            let timeout = duration_from_ms("read_timeout", milliseconds)?;
            lasting.read_timeout = Some(check_timeout("read_timeout", timeout)?);
            Ok(())
        })
    }
}
