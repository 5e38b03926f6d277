//! Sessions, buckets and services.

use std::ffi::c_char;

use super::config::oss_config;
use super::memory::{Handle, borrow, free, new_handle, word};
use super::support::text;
use crate::error::Result;
use crate::operations::{Bucket, Service};
use crate::transport::Session;

/// A pool of connections with its TLS, proxy and name settings, to be shared by
/// buckets and services. Optional. Any number of threads may use it.
pub struct oss_session(pub(super) Session);

impl Handle for oss_session {
    const WORD: u32 = word(b"sess");
    const TYPE: &'static str = "oss_session";
}

/// A bucket and the way to it. It never changes: use one from any number of
/// threads at once.
pub struct oss_bucket(pub(super) Bucket);

impl Handle for oss_bucket {
    const WORD: u32 = word(b"buck");
    const TYPE: &'static str = "oss_bucket";
}

/// The service itself: what is not about one bucket. Any number of threads.
pub struct oss_service(pub(super) Service);

impl Handle for oss_service {
    const WORD: u32 = word(b"serv");
    const TYPE: &'static str = "oss_service";
}

/// The bucket behind a handle, which may be freed while it is in use.
///
/// # Safety
/// `pointer` is NULL or a live handle.
pub(super) unsafe fn bucket(pointer: *const oss_bucket) -> Result<Bucket> {
    // SAFETY: the same.
    Ok(unsafe { borrow(pointer, "bucket") }?.0.clone())
}

/// The service behind a handle, likewise.
///
/// # Safety
/// `pointer` is NULL or a live handle.
pub(super) unsafe fn service(pointer: *const oss_service) -> Result<Service> {
    // SAFETY: the same.
    Ok(unsafe { borrow(pointer, "service") }?.0.clone())
}

/// Opens a session; connections are made when they are needed. NULL if `config`
/// is unusable: oss_config_error() says why. Free with oss_session_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_session_new(config: *mut oss_config) -> *mut oss_session {
    new_handle(|| {
        // SAFETY: NULL or a live handle.
        unsafe { borrow(config, "config") }?
            .build(Session::new)
            .map(oss_session)
    })
}

/// Frees a session; handles that share it keep it. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_session_free(session: *mut oss_session) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(session) }
}

/// Opens a bucket without talking to it yet. NULL if `config` or `name` is
/// unusable: oss_config_error() says why. Free with oss_bucket_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_new(
    config: *mut oss_config,
    name: *const c_char,
) -> *mut oss_bucket {
    new_handle(|| {
        // SAFETY: NULL or a live handle.
        unsafe { borrow(config, "config") }?.build(|config| {
            // SAFETY: NULL or a string.
            let name = unsafe { text(name, "name") }?;
            Bucket::new(config, name).map(oss_bucket)
        })
    })
}

/// Frees a bucket; calls in progress finish undisturbed. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_free(bucket: *mut oss_bucket) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(bucket) }
}

/// Opens the service without talking to it yet. NULL if `config` is unusable:
/// oss_config_error() says why. Free with oss_service_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_service_new(config: *mut oss_config) -> *mut oss_service {
    new_handle(|| {
        // SAFETY: NULL or a live handle.
        unsafe { borrow(config, "config") }?
            .build(Service::new)
            .map(oss_service)
    })
}

/// Frees a service; calls in progress finish undisturbed. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_service_free(service: *mut oss_service) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(service) }
}
