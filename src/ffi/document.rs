//! Documents of requests and answers, by path.

use std::ffi::c_char;

use super::answer::{lend_text, read_output};
use super::call::oss_call;
use super::guard::guard;
use super::input::set_once;
use super::outcome::Output;
use super::status::oss_status;
use super::support::{text, value_of};

/// Sets an element of the XML document, or a string of the JSON text, that the
/// next request carries, such as "Rule[0].Expiration.Days"; NULL takes it out.
/// Missing elements are made; an index may be one after the last. A body that
/// the request has is changed by this; see oss_invoke().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_field(
    call: *mut oss_call,
    path: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        set_once(call, &|once| {
            let path = text(path, "path")?;
            once.set_field(path, value_of(path, value)?)
        })
    }
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
    unsafe { lend_text(call, &format!(":text:{path}"), std::ptr::null(), &find) }
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
    unsafe { read_output(call, 0, |o| Some(o.document()?.count(path))) }
}

/// The elements inside of the one at `path`, "" for the root, of the XML
/// document in the answer, one by one: the last name of the path to number
/// `index`, from 0, such as "Rule[1]"; NULL after the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_element_at(
    call: *const oss_call,
    path: *const c_char,
    index: usize,
) -> *const c_char {
    // SAFETY: NULL or a string.
    let Ok(path) = guard(|| unsafe { text(path, "path") }) else {
        return std::ptr::null();
    };
    let find = |o: &Output| o.document()?.name_at(path, index);
    // SAFETY: NULL or a live handle.
    unsafe { lend_text(call, ":element", std::ptr::null(), &find) }
}
