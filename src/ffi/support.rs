//! Between C and Rust: pointers to references, results to statuses.

use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

use super::guard::guard;
use super::status::{OSS_OK, oss_status, remember};
use crate::error::{Error, Kind, Result};

/// As [`guard`], for functions that return a status.
pub(super) fn status(body: impl FnOnce() -> Result<()>) -> oss_status {
    match guard(body) {
        Ok(()) => OSS_OK,
        Err(error) => remember(&error),
    }
}

/// A number for the caller, who may not want it.
///
/// # Safety
/// `place` is NULL or the caller's to be written to.
pub(super) unsafe fn write<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: see above.
        unsafe { place.write(value) };
    }
}

/// A string the caller must give.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string that lives during the call.
pub(super) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: the same.
    unsafe { optional_text(pointer, name) }?.ok_or_else(|| is_null(name))
}

/// A string the caller may leave out.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn optional_text<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, so NUL-terminated and alive.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    std::str::from_utf8(bytes).map(Some).map_err(|cause| {
        let at = cause.valid_up_to();
        let rest = bytes.get(at..).unwrap_or_default();
        Error::invalid(match rest.starts_with(ENCODED_NUL) {
            true => {
                format!("`{name}` is not UTF-8: a NUL stands at index {at}, which no text can have")
            }
            false => format!("`{name}` is not UTF-8: {cause}"),
        })
    })
}

/// How a NUL inside of a text comes here from languages whose texts may have one.
const ENCODED_NUL: &[u8] = b"\xc0\x80";

/// As [`text`], for the value of the header or parameter that is called `of`.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn value_of<'a>(of: &str, pointer: *const c_char) -> Result<Option<&'a str>> {
    // SAFETY: the same.
    unsafe {
        // Only now is the name needed.
        let named = |_| optional_text(pointer, &format!("value` of `{of}"));
        optional_text(pointer, "value").or_else(named)
    }
}

/// The name of a local file that the caller must give: on Unix any bytes, elsewhere UTF-8.
///
/// # Safety
/// As [`text`].
pub(super) unsafe fn file_path<'a>(pointer: *const c_char, name: &str) -> Result<&'a Path> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        if pointer.is_null() {
            return Err(is_null(name));
        }
        // SAFETY: not NULL, so NUL-terminated and alive.
        let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
        Ok(Path::new(std::ffi::OsStr::from_bytes(bytes)))
    }
    #[cfg(not(unix))]
    // SAFETY: the same.
    unsafe { text(pointer, name) }.map(Path::new)
}

/// An array of `count` strings, each of which may be NULL.
///
/// # Safety
/// `pointer` is NULL or has `count` pointers, each as for [`text`].
pub(super) unsafe fn strings<'a>(
    pointer: *const *const c_char,
    count: usize,
    name: &str,
) -> Result<Vec<Option<&'a str>>> {
    let size = count.saturating_mul(size_of::<*const c_char>());
    check_buffer(pointer.cast(), size, name)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: not NULL and `count` pointers long, which fit into the address space.
    let pointers = unsafe { std::slice::from_raw_parts(pointer, count) };
    let element = |(index, &pointer): (usize, &*const c_char)| {
        // SAFETY: see above.
        unsafe { optional_text(pointer, name) }.map_err(|_| {
            // SAFETY: the same. Only now is the name needed.
            let error = unsafe { optional_text(pointer, &format!("{name}[{index}]")) };
            error.err().unwrap_or_else(|| busy(name))
        })
    };
    pointers.iter().enumerate().map(element).collect()
}

/// Bytes the caller lends; NULL and 0 are none.
///
/// # Safety
/// `pointer` is NULL or has `length` bytes that live and do not change during the call.
pub(super) unsafe fn bytes<'a>(
    pointer: *const c_void,
    length: usize,
    name: &str,
) -> Result<&'a [u8]> {
    check_buffer(pointer, length, name)?;
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: not NULL and `length` bytes long, which fit into the address space.
    Ok(unsafe { std::slice::from_raw_parts(pointer.cast(), length) })
}

/// A buffer the caller lends for writing; NULL and 0 are none.
///
/// # Safety
/// `pointer` is NULL or has `length` bytes that live during the call and that nobody else uses.
pub(super) unsafe fn buffer<'a>(
    pointer: *mut c_void,
    length: usize,
    name: &str,
) -> Result<&'a mut [u8]> {
    check_buffer(pointer, length, name)?;
    if length == 0 {
        return Ok(&mut []);
    }
    // SAFETY: not NULL and `length` bytes long, which fit into the address space.
    Ok(unsafe { std::slice::from_raw_parts_mut(pointer.cast(), length) })
}

fn check_buffer(pointer: *const c_void, length: usize, name: &str) -> Result<()> {
    if pointer.is_null() && length != 0 {
        return Err(Error::invalid(format!(
            "`{name}` is NULL, and its length is {length}; allowed are bytes with their length, and NULL with 0 (a literal of \
             C++ that has a NUL in it has to be given with its length)"
        )));
    }
    if isize::try_from(length).is_err() {
        return Err(Error::unusable(
            name,
            format_args!("a length of {length} bytes is not possible"),
        ));
    }
    Ok(())
}

/// A number of bytes, or `None` if it is unknown, which is -1; `noun` says what it is.
pub(super) fn length_or_unknown(value: i64, name: &str, noun: &str) -> Result<Option<u64>> {
    match u64::try_from(value) {
        Ok(value) => Ok(Some(value)),
        Err(_) if value == -1 => Ok(None),
        Err(_) => Err(Error::refused(
            name,
            format_args!("{value} is not a valid {noun}"),
            "0 and more, and -1 for unknown",
        )),
    }
}

/// A number that must not be negative, as the type that the core has for it; the core knows what else is `allowed`.
pub(super) fn to_unsigned<T: TryFrom<i64>>(value: i64, name: &str, allowed: &str) -> Result<T> {
    T::try_from(value)
        .map_err(|_| Error::refused(name, format_args!("{value} is out of range"), allowed))
}

pub(super) fn is_null(name: &str) -> Error {
    Error::invalid(format!("`{name}` is NULL"))
}

/// The error of a handle that another thread, or a callback of this one, is using.
pub(super) fn busy(name: &str) -> Error {
    Error::new(
        Kind::Busy,
        format!("`{name}` is in use: by another thread, or by the call that runs this callback"),
    )
}

/// What a caller hands through to its callbacks.
#[derive(Clone, Copy)]
pub(super) struct User(pub *mut c_void);

// SAFETY: the library only passes the pointer on; the header says from which threads.
unsafe impl Send for User {}
// SAFETY: the same.
unsafe impl Sync for User {}
