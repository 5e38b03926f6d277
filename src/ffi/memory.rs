//! Handles: memory that begins with a word saying what it is, so that a wrong or freed handle is an error and not a crash
//! where that can be seen.

use std::ptr;

use super::guard::guard;
use super::status::remember;
use super::support::is_null;
use crate::error::{Error, Result};

/// What C programs hold by a pointer.
pub(super) trait Handle: Sized {
    /// The first word of its memory; no two types share it.
    const WORD: u32;
    /// Its type in C.
    const TYPE: &'static str;
}

/// The first word of a handle that was freed, as long as its memory is not used for something else.
const FREED: u32 = u32::from_le_bytes(*b"gone");

/// All types of handles by their first words, to tell what a wrong one is.
const TYPES: [(u32, &str); 9] = [
    (word(b"conf"), "oss_config"),
    (word(b"cred"), "oss_credentials"),
    (word(b"keys"), "oss_keys"),
    (word(b"sess"), "oss_session"),
    (word(b"buck"), "oss_bucket"),
    (word(b"serv"), "oss_service"),
    (word(b"call"), "oss_call"),
    (word(b"writ"), "oss_writer"),
    (FREED, "a handle that was freed"),
];

/// The first word of a type of handles.
pub(super) const fn word(letters: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*letters)
}

/// A handle in memory. C sees a pointer to it as one to `T`.
#[repr(C)]
pub(super) struct Memory<T> {
    word: u32,
    value: T,
}

impl<T: Handle> Memory<T> {
    pub fn new(value: T) -> Memory<T> {
        Memory {
            word: T::WORD,
            value,
        }
    }

    /// The handle, to be lent to a callback.
    pub fn as_handle(&self) -> *mut T {
        ptr::from_ref(self).cast_mut().cast()
    }

    pub fn into_value(self) -> T {
        self.value
    }
}

/// As [`guard`], for functions that give a handle: NULL on failure.
pub(super) fn new_handle<T: Handle>(body: impl FnOnce() -> Result<T>) -> *mut T {
    match guard(body) {
        Ok(value) => Box::into_raw(Box::new(Memory::new(value))).cast(),
        Err(error) => {
            remember(&error);
            ptr::null_mut()
        }
    }
}

/// Frees a handle; NULL is fine, and what can be seen to be no handle of that type is left alone.
///
/// # Safety
/// `handle` is NULL or came from [`new_handle`] and is not used any more.
pub(super) unsafe fn free<T: Handle>(handle: *mut T) {
    if handle.is_null() {
        return;
    }
    let freed = guard(|| {
        // SAFETY: see above.
        unsafe { check(handle, "handle") }?;
        let memory: *mut Memory<T> = handle.cast();
        // SAFETY: it is a handle from `new_handle`, which nobody else uses.
        unsafe {
            (&raw mut (*memory).word).write_volatile(FREED);
            drop(Box::from_raw(memory));
        }
        Ok(())
    });
    if let Err(error) = freed {
        remember(&error);
    }
}

/// The object behind a handle; `name` is the parameter.
///
/// # Safety
/// `handle` is NULL or a live handle.
pub(super) unsafe fn borrow<'a, T: Handle>(handle: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: the same.
    unsafe { check(handle, name) }?;
    let memory: *const Memory<T> = handle.cast();
    // SAFETY: live, and of that type. Handles are only ever shared, never borrowed mutably.
    Ok(unsafe { &(*memory).value })
}

/// The address of the handle that holds `value`, which came from [`borrow`].
pub(super) fn address_of<T: Handle>(value: &T) -> usize {
    ptr::from_ref(value)
        .expose_provenance()
        .wrapping_sub(std::mem::offset_of!(Memory<T>, value))
}

/// An error unless `handle` is one of that type, as far as that can be seen.
///
/// # Safety
/// `handle` is NULL, unaligned, or the address of a readable word.
unsafe fn check<T: Handle>(handle: *const T, name: &str) -> Result<()> {
    let memory: *const Memory<T> = handle.cast();
    if memory.is_null() {
        return Err(is_null(name));
    }
    if !memory.is_aligned() {
        return Err(wrong::<T>(name, "not a handle of this library"));
    }
    // SAFETY: see above. Volatile, since memory that was freed is no object any more.
    let word = unsafe { (&raw const (*memory).word).read_volatile() };
    if word == T::WORD {
        return Ok(());
    }
    let known = TYPES.iter().find(|(candidate, _)| *candidate == word);
    Err(wrong::<T>(
        name,
        known.map_or("freed, or not a handle of this library", |(_, name)| name),
    ))
}

#[cold]
fn wrong<T: Handle>(name: &str, what: &str) -> Error {
    Error::invalid(format!("`{name}` is not an {}: it is {what}", T::TYPE))
}
