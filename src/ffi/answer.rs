//! What a call tells about its answer.

use std::ffi::{CString, c_char, c_int, c_void};

use super::call::{Output, oss_call};
use super::support::{borrow, guard, text};
use crate::error::{Error, Kind};
use crate::request::NEXT_APPEND_POSITION;

/// Lends a text that `find` takes from the answer; `none` if there is none, or if the call is NULL or running.
///
/// # Safety
/// `call` is NULL or a live handle.
unsafe fn lend(
    call: *const oss_call,
    name: &str,
    none: *const c_char,
    find: &dyn Fn(&Output) -> Option<String>,
) -> *const c_char {
    let lent = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.lock()?;
        let Some(found) = find(&state.output) else {
            return Ok(none);
        };
        let mut texts = state
            .output
            .texts
            .lock()
            .map_err(|_| Error::new(Kind::Bug, "the texts of a call are lost"))?;
        // What was lent before stays where it is, so asking twice gives the same pointer.
        let text = texts
            .entry(name.to_owned())
            .or_insert_with(|| CString::new(found.replace('\0', " ")).unwrap_or_default());
        Ok(text.as_ptr())
    });
    lent.unwrap_or(none)
}

/// # Safety
/// `call` is NULL or a live handle.
unsafe fn look<T>(call: *const oss_call, none: T, find: impl FnOnce(&Output) -> Option<T>) -> T {
    let found = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.lock()?;
        Ok(find(&state.output))
    });
    found.ok().flatten().unwrap_or(none)
}

/// What went wrong, in words; "" if nothing did. Like all that a call lends,
/// valid until its next request, oss_call_reset() or oss_call_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_error(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe {
        lend(call, ":error", c"".as_ptr(), &|o| {
            Some(o.error.as_ref()?.to_string())
        })
    }
}

/// HTTP status of the answer; 0 if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_http_status(call: *const oss_call) -> c_int {
    let find = |o: &Output| {
        let refused = o
            .error
            .as_ref()
            .map(Error::http_status)
            .filter(|status| *status != 0);
        refused
            .or_else(|| Some(o.response()?.status()))
            .map(c_int::from)
    };
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, find) }
}

/// The service's error code, such as "NoSuchKey"; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_code(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe {
        lend(call, ":code", c"".as_ptr(), &|o| {
            Some(o.error.as_ref()?.code().to_owned())
        })
    }
}

/// The service's error message; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_message(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.error.as_ref()?.service()?.message.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":message", c"".as_ptr(), &find) }
}

/// The request id of the answer, good or bad; "" if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_request_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| {
        let refused = o.error.as_ref().and_then(Error::service);
        match refused {
            Some(service) => Some(service.request_id.clone()),
            None => Some(o.response()?.request_id().to_owned()),
        }
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":request_id", c"".as_ptr(), &find) }
}

/// The host that refused; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_host_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.error.as_ref()?.service()?.host_id.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":host_id", c"".as_ptr(), &find) }
}

/// The service's finer error code, such as "0026-00000001"; "" if there is
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_ec(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.error.as_ref()?.service()?.ec.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":ec", c"".as_ptr(), &find) }
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
        let details = &o.error.as_ref()?.service()?.details;
        let (_, value) = details.iter().find(|(candidate, _)| candidate == name)?;
        Some(value.clone())
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, &format!(":detail:{name}"), std::ptr::null(), &find) }
}

/// Whether the same request may succeed later: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_retryable(call: *const oss_call) -> c_int {
    // SAFETY: NULL or a live handle.
    unsafe {
        look(call, 0, |o| {
            Some(c_int::from(o.error.as_ref()?.is_retryable()))
        })
    }
}

/// How many times the request was sent, or tried to; 0 if it was not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_attempts(call: *const oss_call) -> c_int {
    let find = |o: &Output| {
        let attempts = match (&o.error, o.response()) {
            (Some(error), _) => error.attempts(),
            (None, response) => response?.attempts(),
        };
        attempts.try_into().ok()
    };
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, find) }
}

/// A header of a good answer by name, whatever its case; NULL if it has none.
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
    unsafe { lend(call, &name.to_ascii_lowercase(), std::ptr::null(), &find) }
}

/// The headers of a good answer one by one: the value of number `index`, from
/// 0, or NULL behind the last; `*name`, unless NULL, gets its name in lower
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
    // SAFETY: NULL or a live handle.
    unsafe {
        if let Some(name) = name.as_mut() {
            let key = format!(":name:{index}");
            *name = lend(call, &key, std::ptr::null(), &|o| Some(header(o)?.0));
        }
        let key = format!(":value:{index}");
        lend(call, &key, std::ptr::null(), &|o| Some(header(o)?.1))
    }
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
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_crc64(call: *const oss_call) -> u64 {
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, |o| o.response()?.crc64()) }
}

/// Content-Length in bytes: of the object for oss_head_object(), of the answer
/// otherwise; -1 if the answer has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_content_length(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe {
        look(call, -1, |o| {
            o.response()?.content_length()?.try_into().ok()
        })
    }
}

/// Last-Modified of the object in seconds since 1970 UTC; -1 if the answer has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_last_modified(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { look(call, -1, |o| Some(o.response()?.last_modified()?.0)) }
}

/// The body of the answer, or of the error the first 4 KiB; `*len`, unless
/// NULL, gets its length in bytes. NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_body(call: *const oss_call, len: *mut usize) -> *const c_void {
    let mut length = 0;
    let find = |o: &Output| {
        let refused = o.error.as_ref().and_then(Error::service);
        let body = match refused {
            Some(service) => service.body.as_slice(),
            None => o.response.as_ref()?.body(),
        };
        length = body.len();
        (!body.is_empty()).then_some(body.as_ptr())
    };
    // SAFETY: NULL or a live handle.
    let body = unsafe { look(call, std::ptr::null(), find) };
    if !len.is_null() {
        // SAFETY: not NULL, so the caller's to be written to.
        unsafe { *len = length };
    }
    body.cast()
}

/// The text of an element of the XML document or JSON text in the answer, such
/// as "Rule[0].Expiration.Days", the root not named; "" if it holds only other
/// elements, NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_text(
    call: *const oss_call,
    path: *const c_char,
) -> *const c_char {
    // SAFETY: NULL or a string.
    let Ok(path) = guard(|| unsafe { text(path, "path") }) else {
        return std::ptr::null();
    };
    let find = |o: &Output| Some(o.document()?.text(path)?.to_owned());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, &format!(":text:{path}"), std::ptr::null(), &find) }
}

/// How many elements of the document in the answer have the last name of
/// `path`, such as "Rule" or "Rule[0].Transition".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_count(call: *const oss_call, path: *const c_char) -> usize {
    // SAFETY: NULL or a string.
    let Ok(path) = guard(|| unsafe { text(path, "path") }) else {
        return 0;
    };
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, |o| Some(o.document()?.count(path))) }
}

/// Where oss_append_object() goes on, which is the size of the object, also
/// after a refusal for a wrong position; -1 if the answer does not tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_next_append_position(call: *const oss_call) -> i64 {
    let find = |o: &Output| {
        let position = match o.error.as_ref().and_then(Error::service) {
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
    unsafe { look(call, -1, find) }
}

/// Where the link of oss_get_symlink() leads: a key of the same bucket; NULL if
/// the answer does not tell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_symlink_target(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| o.response()?.symlink_target().ok()?;
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":symlink", std::ptr::null(), &find) }
}

/// The upload id of oss_initiate_multipart_upload(); NULL if the answer has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_upload_id(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { oss_call_text(call, c"UploadId".as_ptr()) }
}

/// The URL of oss_presign(), or where to send the form of oss_post_policy();
/// NULL if nothing was signed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_url(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.signed.as_ref()?.url.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":url", std::ptr::null(), &find) }
}

/// What has to be sent along, the headers of oss_presign() or the form fields
/// of oss_post_policy(), one by one: the value of number `index`, from 0, or
/// NULL behind the last; `*name`, unless NULL, gets its name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_signed_at(
    call: *const oss_call,
    index: usize,
    name: *mut *const c_char,
) -> *const c_char {
    let pair = |o: &Output| o.signed.as_ref()?.along.get(index).cloned();
    // SAFETY: NULL or a live handle.
    unsafe {
        if let Some(name) = name.as_mut() {
            let key = format!(":signed name:{index}");
            *name = lend(call, &key, std::ptr::null(), &|o| Some(pair(o)?.0));
        }
        let key = format!(":signed value:{index}");
        lend(call, &key, std::ptr::null(), &|o| Some(pair(o)?.1))
    }
}

/// When what oss_presign() or oss_post_policy() signed ends, in seconds since
/// 1970 UTC; -1 if nothing was signed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_expiration(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { look(call, -1, |o| Some(o.signed.as_ref()?.expiration)) }
}
