//! What a call tells about its answer.

use std::ffi::{c_char, c_int, c_void};

use super::call::oss_call;
use super::guard::guard;
use super::memory::borrow;
use super::outcome::{ERROR, Output};
use super::status::{OSS_OK, number, oss_status, remember};
use super::support::{text, write};
use crate::request::NEXT_APPEND_POSITION;
use crate::xml;

/// Lends a text that `find` takes from the answer; `none` if there is none, or if the call is NULL or running.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn lend_text(
    call: *const oss_call,
    name: &str,
    none: *const c_char,
    find: &dyn Fn(&Output) -> Option<String>,
) -> *const c_char {
    let lent = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.read_state()?;
        let output = &state.output;
        Ok(find(output).map_or(none, |found| output.lend_text(name, found).as_ptr()))
    });
    lent.unwrap_or(none)
}

/// What `find` takes from the answer; `none` if there is nothing, or if the call is NULL or running.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn read_output<T>(
    call: *const oss_call,
    none: T,
    find: impl FnOnce(&Output) -> Option<T>,
) -> T {
    let found = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.read_state()?;
        Ok(find(&state.output))
    });
    found.ok().flatten().unwrap_or(none)
}

/// Lends a name and a value, of which `find` takes both.
///
/// # Safety
/// `call` is NULL or a live handle, `name` NULL or the caller's to be written to.
unsafe fn lend_pair(
    call: *const oss_call,
    list: &str,
    index: usize,
    name: *mut *const c_char,
    find: &dyn Fn(&Output) -> Option<(String, String)>,
) -> *const c_char {
    let none = std::ptr::null();
    // SAFETY: see above.
    unsafe {
        let key = format!(":{list} name:{index}");
        write(name, lend_text(call, &key, none, &|o| Some(find(o)?.0)));
        let key = format!(":{list} value:{index}");
        lend_text(call, &key, none, &|o| Some(find(o)?.1))
    }
}

/// What went wrong, in words; "" if nothing did. Like all that these
/// getters return, valid until its next request, oss_call_reset() or
/// oss_call_free(); the words also until something else is refused or fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_error(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe {
        lend_text(call, ERROR, c"".as_ptr(), &|o| {
            Some(o.error.as_ref()?.to_string())
        })
    }
}

/// The status that belongs to oss_call_error(), for functions that return none,
/// such as oss_writer_open(); #OSS_OK if nothing went wrong.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_status(call: *const oss_call) -> oss_status {
    let status = guard(|| {
        // SAFETY: NULL or a live handle.
        let state = unsafe { borrow(call, "call") }?.read_state()?;
        Ok(state.output.error.as_ref().map_or(OSS_OK, number))
    });
    status.unwrap_or_else(|error| remember(&error))
}

/// Whether the bytes of the last request were compared with the checksum of the
/// service: 1 or 0. A downloaded range, and an object stored without a
/// checksum, cannot be; its length is compared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_verified(call: *const oss_call) -> c_int {
    let find = |o: &Output| Some(c_int::from(o.response()?.verified()));
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, 0, find) }
}

/// HTTP status of the answer; 0 if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_http_status(call: *const oss_call) -> c_int {
    let find = |o: &Output| {
        let refused = o.refusal().map(|refusal| refusal.http_status);
        let status = refused.or_else(|| Some(o.response()?.status()))?;
        Some(c_int::from(status))
    };
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, 0, find) }
}

/// The service's error code, such as "NoSuchKey"; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_code(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe {
        lend_text(call, ":code", c"".as_ptr(), &|o| {
            Some(o.refusal()?.code.clone())
        })
    }
}

/// The service's error message; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_message(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.refusal()?.message.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":message", c"".as_ptr(), &find) }
}

/// The request id of the answer, good or bad; "" if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_request_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| {
        let refused = o.refusal();
        match refused {
            Some(service) => Some(service.request_id.clone()),
            None => Some(o.response()?.request_id().to_owned()),
        }
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":request_id", c"".as_ptr(), &find) }
}

/// The host that refused; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_host_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.refusal()?.host_id.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":host_id", c"".as_ptr(), &find) }
}

/// The service's finer error code, such as "0026-00000001"; "" if there is
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_ec(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.refusal()?.ec.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":ec", c"".as_ptr(), &find) }
}

/// Any other element of the service's error document, such as "StringToSign";
/// NULL if there is none of that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_error_detail(
    call: *const oss_call,
    name: *const c_char,
) -> *const c_char {
    // SAFETY: NULL or a string.
    let Ok(name) = guard(|| unsafe { text(name, "name") }) else {
        return std::ptr::null();
    };
    let find = |o: &Output| {
        let details = &o.refusal()?.details;
        let (_, value) = details.iter().find(|(candidate, _)| candidate == name)?;
        Some(value.clone())
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, &format!(":detail:{name}"), std::ptr::null(), &find) }
}

/// The other elements of the service's error document one by one: the value of
/// number `index`, from 0, or NULL after the last; `*name`, unless NULL, gets
/// its name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_error_detail_at(
    call: *const oss_call,
    index: usize,
    name: *mut *const c_char,
) -> *const c_char {
    let detail = |o: &Output| o.refusal()?.details.get(index).cloned();
    // SAFETY: NULL or a live handle, and the caller's to be written to.
    unsafe { lend_pair(call, "detail", index, name, &detail) }
}

/// Whether the same request may succeed later: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_retryable(call: *const oss_call) -> c_int {
    // SAFETY: NULL or a live handle.
    unsafe {
        read_output(call, 0, |o| {
            Some(c_int::from(o.error.as_ref()?.is_retryable()))
        })
    }
}

/// How many times the request was sent, or tried to; 0 if it was not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_attempts(call: *const oss_call) -> c_int {
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, 0, |o| o.total_attempts().try_into().ok()) }
}

/// What the system said of the local file that failed (#OSS_IO): its errno,
/// such as ENOENT, on Windows its GetLastError(). 0 if no file failed, or not
/// because of the system.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_os_error(call: *const oss_call) -> c_int {
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, 0, |o| o.error.as_ref()?.os_error()) }
}

/// A header of a good answer by name, whatever its case; NULL if it has none.
/// Bytes that are not UTF-8, as in metadata that others stored, become U+FFFD.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_response_header(
    call: *const oss_call,
    name: *const c_char,
) -> *const c_char {
    // SAFETY: NULL or a string.
    let Ok(name) = guard(|| unsafe { text(name, "name") }) else {
        return std::ptr::null();
    };
    let find = |o: &Output| Some(o.response()?.header(name)?.to_owned());
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, &name.to_ascii_lowercase(), std::ptr::null(), &find) }
}

/// The headers of a good answer one by one: the value of number `index`, from
/// 0, or NULL after the last; `*name`, unless NULL, gets its name in lower
/// case.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_response_header_at(
    call: *const oss_call,
    index: usize,
    name: *mut *const c_char,
) -> *const c_char {
    let header = |o: &Output| {
        let (name, value) = o.response()?.headers().at(index)?;
        Some((name.to_owned(), value.to_owned()))
    };
    // SAFETY: NULL or a live handle, and the caller's to be written to.
    unsafe { lend_pair(call, "header", index, name, &header) }
}

/// All headers of a good answer as one text: for each its name in lower case,
/// ": ", its value and a line feed. NULL if there is no good answer. Cheaper
/// than oss_call_response_header_at() for who wants them all. Values are as
/// with oss_call_response_header().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_response_headers(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| {
        let headers = o.response()?.headers();
        // With the NUL after it.
        let mut text = String::with_capacity(headers.most_bytes() + 3 * headers.len() + 1);
        for (name, value) in headers.iter() {
            for piece in [name, ": ", value, "\n"] {
                text.push_str(piece);
            }
        }
        Some(text)
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":headers", std::ptr::null(), &find) }
}

/// ETag of the object with its quotes; NULL if the answer has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_etag(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { oss_call_response_header(call, c"etag".as_ptr()) }
}

/// Version of the object; NULL if the bucket keeps none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_version_id(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { oss_call_response_header(call, c"x-oss-version-id".as_ptr()) }
}

/// CRC-64 of the whole object as the service computed it; 0 if the answer has
/// none. That of an empty object is 0, too: whether there is one is told by
/// oss_call_response_header() with #OSS_HEADER_HASH_CRC64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_crc64(call: *const oss_call) -> u64 {
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, 0, |o| o.response()?.crc64()) }
}

/// Content-Length in bytes: of the object for oss_head_object(), of the answer
/// otherwise; -1 if the answer has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_content_length(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe {
        read_output(call, -1, |o| {
            o.response()?.content_length()?.try_into().ok()
        })
    }
}

/// Last-Modified of the object in seconds since 1970 UTC; -1 if the answer has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_last_modified(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, -1, |o| Some(o.response()?.last_modified()?.0)) }
}

/// The body of the answer, or of the error the first 4 KiB; `*len`, unless
/// NULL, gets its length in bytes. NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_body(call: *const oss_call, len: *mut usize) -> *const c_void {
    let mut length = 0;
    let find = |o: &Output| {
        let refused = o.refusal();
        let body = match refused {
            Some(service) => service.body.as_slice(),
            None => o.response.as_ref()?.body(),
        };
        length = body.len();
        (!body.is_empty()).then_some(body.as_ptr())
    };
    // SAFETY: NULL or a live handle.
    let body = unsafe { read_output(call, std::ptr::null(), find) };
    // SAFETY: NULL, or the caller's to be written to.
    unsafe { write(len, length) };
    body.cast()
}

/// Where oss_append_object() goes on, which is the size of the object, also
/// after a refusal for a wrong position; -1 if the answer does not tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_next_append_position(call: *const oss_call) -> i64 {
    let find = |o: &Output| {
        let position = match o.refusal() {
            None => o.response()?.next_append_position()?,
            Some(refused) => {
                let mut details = refused.details.iter();
                let (_, position) = details.find(|(name, _)| name == NEXT_APPEND_POSITION)?;
                position.parse().ok()?
            }
        };
        position.try_into().ok()
    };
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, -1, find) }
}

/// Where the link of oss_get_symlink() leads: a key of the same bucket; NULL if
/// the answer does not tell, or if the key has a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_symlink_target(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| {
        let target = o.response()?.symlink_target().ok()?;
        target.filter(|key| !key.contains('\0'))
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":symlink", std::ptr::null(), &find) }
}

/// The upload id of oss_initiate_multipart_upload(); NULL if the answer has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_upload_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| {
        let root = xml::parse(&o.response.as_ref()?.body).ok()?;
        Some(root.child("UploadId")?.text.trim().to_owned())
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":upload-id", std::ptr::null(), &find) }
}

/// The URL of oss_presign(), or where to send the form of oss_post_policy();
/// NULL if nothing was signed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_url(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.signed.as_ref()?.url.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":url", std::ptr::null(), &find) }
}

/// What has to be sent along, the headers of oss_presign() or the form fields
/// of oss_post_policy(), one by one: the value of number `index`, from 0, or
/// NULL after the last; `*name`, unless NULL, gets its name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_signed_at(
    call: *const oss_call,
    index: usize,
    name: *mut *const c_char,
) -> *const c_char {
    let pair = |o: &Output| o.signed.as_ref()?.along.get(index).cloned();
    // SAFETY: NULL or a live handle, and the caller's to be written to.
    unsafe { lend_pair(call, "signed", index, name, &pair) }
}

/// When what oss_presign() or oss_post_policy() signed ends, in seconds since
/// 1970 UTC; -1 if nothing was signed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_expiration(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, -1, |o| Some(o.signed.as_ref()?.expiration)) }
}
