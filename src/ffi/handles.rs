//! Sessions, buckets and services.

use std::ffi::{CString, c_char};

use super::config::oss_config;
use super::guard::guard;
use super::memory::{Handle, borrow, free, new_handle, word};
use super::status::remember;
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
pub struct oss_bucket {
    bucket: Bucket,
    /// What the getters return, as C has it.
    name: CString,
    endpoint: CString,
}

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
    Ok(unsafe { borrow(pointer, "bucket") }?.bucket.clone())
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
            let bucket = Bucket::new(config, name)?;
            // Neither can hold a NUL: both have been checked.
            Ok(oss_bucket {
                name: CString::new(bucket.name()).unwrap_or_default(),
                endpoint: CString::new(bucket.endpoint()).unwrap_or_default(),
                bucket,
            })
        })
    })
}

/// Frees a bucket; calls in progress finish undisturbed. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_free(bucket: *mut oss_bucket) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(bucket) }
}

/// The name of the bucket, for as long as the handle lives; "" if it is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_name(bucket: *const oss_bucket) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { text_of(bucket, |bucket| &bucket.name) }
}

/// Where the service is, such as "https://oss-cn-hangzhou.aliyuncs.com", for as
/// long as the handle lives; "" if it is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_endpoint(bucket: *const oss_bucket) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { text_of(bucket, |bucket| &bucket.endpoint) }
}

/// # Safety
/// `pointer` is NULL or a live handle.
unsafe fn text_of(
    pointer: *const oss_bucket,
    text: impl Fn(&oss_bucket) -> &CString,
) -> *const c_char {
    // SAFETY: see above.
    let bucket = guard(|| unsafe { borrow(pointer, "bucket") });
    match bucket {
        Ok(bucket) => text(bucket).as_ptr(),
        Err(error) => {
            remember(&error);
            c"".as_ptr()
        }
    }
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
