//! Between C and Rust: pointers to references, results to statuses, panics to `OSS_BUG`.

use std::any::Any;
use std::cell::UnsafeCell;
use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::status::{OSS_BUG, OSS_OK, oss_status};
use crate::error::{Error, Kind, Result};

/// Runs `body`; whatever happens comes back as a result, never as a panic.
pub(super) fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(bug(panic)))
}

/// The error that a panic stands for.
#[cold]
fn bug(panic: Box<dyn Any + Send>) -> Error {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    // Dropping the payload could panic again.
    std::mem::forget(panic);
    Error::new(
        Kind::Bug,
        format!("a defect of alioss, please report it: {said}"),
    )
}

/// As [`guard`], for functions that return a status.
pub(super) fn status(body: impl FnOnce() -> Result<()>) -> oss_status {
    match guard(body) {
        Ok(()) => OSS_OK,
        Err(error) => remember(&error),
    }
}

/// As [`guard`], for functions that give a handle: NULL on failure.
pub(super) fn handle<T>(body: impl FnOnce() -> Result<T>) -> *mut T {
    match guard(body) {
        Ok(value) => Box::into_raw(Box::new(value)),
        Err(error) => {
            remember(&error);
            std::ptr::null_mut()
        }
    }
}

/// Frees a handle; NULL is fine.
///
/// # Safety
/// `pointer` came from [`handle`] and is not used any more.
pub(super) unsafe fn free<T>(pointer: *mut T) {
    if !pointer.is_null() {
        // SAFETY: see above; the caller hands the handle back.
        let value = unsafe { Box::from_raw(pointer) };
        let _ = guard(move || {
            drop(value);
            Ok(())
        });
    }
}

/// Makes `error` this thread's last error; its status.
pub(super) fn remember(error: &Error) -> oss_status {
    // During thread exit the buffer may be gone; then nobody reads it either.
    let _ = LAST.try_with(|last| last.set(&error.to_string()));
    match error.kind() {
        Kind::Bug => OSS_BUG,
        kind => kind as oss_status,
    }
}

/// The object behind a handle.
///
/// # Safety
/// `pointer` is NULL or a live handle.
pub(super) unsafe fn borrow<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: live unless NULL. Handles are only ever shared, never borrowed mutably.
    unsafe { pointer.as_ref() }.ok_or_else(|| is_null(name))
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
    std::str::from_utf8(bytes)
        .map(Some)
        .map_err(|cause| Error::invalid(format!("`{name}` is not UTF-8: {cause}")))
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
    pointers
        .iter()
        // SAFETY: see above.
        .map(|&pointer| unsafe { optional_text(pointer, name) })
        .collect()
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
            "`{name}` is NULL but its length is not 0"
        )));
    }
    if isize::try_from(length).is_err() {
        return Err(Error::invalid(format!(
            "`{name}`: a length of {length} bytes is not possible"
        )));
    }
    Ok(())
}

/// A number of bytes that may be unknown, which is -1; `noun` says what it is.
pub(super) fn known(value: i64, name: &str, noun: &str) -> Result<Option<u64>> {
    match u64::try_from(value) {
        Ok(value) => Ok(Some(value)),
        Err(_) if value == -1 => Ok(None),
        Err(_) => Err(Error::invalid(format!(
            "`{name}`: {value} is no {noun}; allowed are 0 and more, and -1 for unknown"
        ))),
    }
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

/// The last error of a thread: a fixed buffer, so that failing allocates nothing and nothing has to be cleaned up when
/// the thread ends.
struct Last(UnsafeCell<[u8; SIZE]>);

const SIZE: usize = 1024;

thread_local! {
    static LAST: Last = const { Last(UnsafeCell::new([0; SIZE])) };
}

impl Last {
    fn set(&self, message: &str) {
        let mut end = message.len().min(SIZE - 1);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        // SAFETY: only this thread reaches the buffer, and no reference into it is kept.
        let buffer = unsafe { &mut *self.0.get() };
        for (to, from) in buffer.iter_mut().zip(&message.as_bytes()[..end]) {
            // A NUL in the middle would end the text for C.
            *to = if *from == 0 { b' ' } else { *from };
        }
        buffer[end] = 0;
    }
}

/// The buffer with this thread's last error.
pub(super) fn last_error() -> *const c_char {
    LAST.try_with(|last| last.0.get().cast_const().cast())
        .unwrap_or(c"".as_ptr())
}
