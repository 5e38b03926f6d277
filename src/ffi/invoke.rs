//! Any operation, by its official name.

use std::ffi::{c_char, c_void};

use super::call::oss_call;
use super::handles::{self, oss_bucket, oss_service};
use super::run::{on_bucket, run};
use super::status::oss_status;
use super::support::{bytes, optional_text, text};

/// Sends any operation by its official name, such as "PutBucketLifecycle";
/// or by a method such as "PUT", for what this version does not know; `key` is
/// NULL at bucket level. Its document is `body`, or the fields of the call, or
/// both: then the fields change `body`, which may be oss_call_body() of the
/// last answer. The answer is collected, up to 64 MiB: oss_call_text().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_invoke(
    bucket: *const oss_bucket,
    operation: *const c_char,
    key: *const c_char,
    body: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, strings and `len` bytes, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            let operation = text(operation, "operation")?;
            let key = optional_text(key, "key")?;
            bucket.invoke(operation, key, bytes(body, len, "body")?, options)
        })
    }
}

/// As oss_invoke(), at service level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_service_invoke(
    service: *const oss_service,
    operation: *const c_char,
    body: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and `len` bytes, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let service = handles::service(service)?;
            let (operation, body) = (text(operation, "operation")?, bytes(body, len, "body")?);
            output.answer(service.invoke(operation, body, options)?);
            Ok(())
        })
    }
}
