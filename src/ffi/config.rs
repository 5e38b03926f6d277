//! The configuration.

use std::ffi::{CStr, CString, c_char};
use std::sync::{Mutex, MutexGuard, TryLockError};

use super::guard::guard;
use super::memory::{Handle, borrow, free, new_handle, word};
use super::status::{OSS_OK, oss_status, remember};
use super::support::{busy, status, text};
use crate::config::Config;
use crate::error::{Error, Result};

/// How to reach the service. Setters copy what they are given. The first bad
/// value is remembered and makes oss_bucket_new() fail with its message, so the
/// results of setters need not be looked at. One thread at a time.
pub struct oss_config {
    state: Mutex<State>,
}

impl Handle for oss_config {
    const WORD: u32 = word(b"conf");
    const TYPE: &'static str = "oss_config";
}

pub(super) struct State {
    pub(super) config: Config,
    /// What oss_config_status() and oss_config_error() return.
    status: oss_status,
    error: Option<CString>,
}

impl State {
    pub(super) fn set_error(&mut self, error: Option<&Error>) {
        self.status = error.map_or(OSS_OK, |error| error.kind() as oss_status);
        self.error = error.and_then(|error| c_text(&error.to_string()));
    }
}

impl oss_config {
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => Err(busy("config")),
        }
    }

    /// Makes something of the configuration; a failure is also kept for oss_config_error().
    pub(super) fn build<T>(&self, make: impl FnOnce(&Config) -> Result<T>) -> Result<T> {
        let mut state = self.lock()?;
        let made = make(&state.config);
        state.set_error(made.as_ref().err());
        made
    }
}

/// Applies a setter. The configuration remembers its first bad value, but each
/// setter reports its own.
///
/// # Safety
/// `config` is NULL or a live handle.
pub(super) unsafe fn set(
    config: *mut oss_config,
    apply: impl FnOnce(&mut Config) -> Result<()>,
) -> oss_status {
    status(|| {
        // SAFETY: see above.
        let mut state = unsafe { borrow(config, "config") }?.lock()?;
        let earlier = state.config.error.take();
        let applied = apply(&mut state.config);
        let result = match state.config.error.take() {
            Some(error) => Err(error),
            None => applied,
        };
        state.config.error = earlier.or_else(|| result.as_ref().err().cloned());
        let first = state.config.error.clone();
        state.set_error(first.as_ref());
        result
    })
}

fn c_text(text: &str) -> Option<CString> {
    CString::new(text.replace('\0', " ")).ok()
}

/// Starts from the defaults, with credentials from the environment, which is
/// read when a bucket or a service is made. Free with oss_config_free().
#[unsafe(no_mangle)]
pub extern "C" fn oss_config_new() -> *mut oss_config {
    new_handle(|| {
        Ok(oss_config {
            state: Mutex::new(State {
                config: Config::new(),
                status: OSS_OK,
                error: None,
            }),
        })
    })
}

/// Refuses a configuration because its options `option` and `other` contradict
/// each other. For lists of options, as in oss_options.h: of two setters the
/// later one counts, but a list has no order. Always fails, with
/// #OSS_INVALID_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_refuse_both(
    config: *mut oss_config,
    option: *const c_char,
    other: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |_| {
            let (option, other) = (text(option, "option")?, text(other, "other")?);
            Err(Error::contradiction(option, other, "give one of them"))
        })
    }
}

/// Frees a configuration; handles made from it do not need it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_free(config: *mut oss_config) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(config) }
}

/// The status that belongs to oss_config_error(); #OSS_OK if all is well.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_status(config: *const oss_config) -> oss_status {
    // SAFETY: NULL or a live handle.
    let status = guard(|| Ok(unsafe { borrow(config, "config") }?.lock()?.status));
    status.unwrap_or_else(|error| remember(&error))
}

/// Why the configuration cannot be used: its first bad value, else why the last
/// oss_bucket_new() and the like failed; "" if all is well. Valid until
/// `config` is used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_error(config: *const oss_config) -> *const c_char {
    let words = guard(|| {
        // SAFETY: NULL or a live handle.
        let state = unsafe { borrow(config, "config") }?.lock()?;
        Ok(state.error.as_deref().map_or(c"".as_ptr(), CStr::as_ptr))
    });
    words.unwrap_or(c"`config` is NULL or in use".as_ptr())
}
