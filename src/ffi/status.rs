//! How functions end: statuses, and the last error of each thread.

use std::cell::UnsafeCell;
use std::ffi::c_char;

use crate::error::{Error, Kind};

/// How a call ended: #OSS_OK, or the reason it failed. Numbers never change
/// meaning; later versions may add more, so treat an unknown one as a failure.
pub type oss_status = i32;

/// It worked.
pub const OSS_OK: oss_status = 0;
/// A parameter or option is missing or out of range; nothing was changed. Worth
/// a retry: no.
pub const OSS_INVALID_ARGUMENT: oss_status = 1;
/// No such bucket, object, upload or setting (HTTP 404): oss_call_code() tells
/// which. Worth a retry: no.
pub const OSS_NOT_FOUND: oss_status = 2;
/// The service refused: signature, key, token, policy or clock (401, 403).
/// Worth a retry: no.
pub const OSS_DENIED: oss_status = 3;
/// The bucket or object is there already (409). Worth a retry: no.
pub const OSS_EXISTS: oss_status = 4;
/// The state of the bucket or object forbids the operation (other 409). Worth a
/// retry: after its state has changed.
pub const OSS_CONFLICT: oss_status = 5;
/// A condition of the request did not hold (412). Worth a retry: no.
pub const OSS_PRECONDITION_FAILED: oss_status = 6;
/// The object has not changed since (304). Worth a retry: no.
pub const OSS_NOT_MODIFIED: oss_status = 7;
/// The service does not accept the request as it is (other 4xx). Worth a retry:
/// no.
pub const OSS_BAD_REQUEST: oss_status = 8;
/// Too many requests or too much traffic; try later (429, 503). Worth a retry:
/// yes, later.
pub const OSS_THROTTLED: oss_status = 9;
/// The service failed (5xx): worth a retry, yes. Or the object is stored, but
/// the callback that was asked for failed (HTTP 203): no.
pub const OSS_SERVER_ERROR: oss_status = 10;
/// No connection, or it broke: resolving, connecting, TLS, reset. Worth a
/// retry: yes.
pub const OSS_NETWORK: oss_status = 11;
/// A timeout of the configuration or of the call expired. Worth a retry: yes,
/// unless it was the total timeout.
pub const OSS_TIMEOUT: oss_status = 12;
/// oss_call_cancel() was called, or one of your callbacks gave up. Worth a
/// retry: no.
pub const OSS_CANCELLED: oss_status = 13;
/// Content and checksum do not agree. Worth a retry: yes.
pub const OSS_CHECKSUM_MISMATCH: oss_status = 14;
/// Fewer bytes arrived than were announced. Worth a retry: yes.
pub const OSS_TRUNCATED: oss_status = 15;
/// A local file failed, or your own stream ended early. Worth a retry: no.
pub const OSS_IO: oss_status = 16;
/// The handle is in use: by another thread, or by the call that runs this
/// callback. Worth a retry: when it is free.
pub const OSS_BUSY: oss_status = 17;
/// This library or this service cannot do that. Worth a retry: no.
pub const OSS_UNSUPPORTED: oss_status = 18;
/// No usable credentials; nothing was sent. Worth a retry: when there are keys.
pub const OSS_CREDENTIALS: oss_status = 19;
/// The answer makes no sense: not HTTP, not XML, or another document. Worth a
/// retry: no.
pub const OSS_BAD_RESPONSE: oss_status = 20;
/// There was not enough memory for something large, such as an answer. Small
/// allocations that fail end the process. Worth a retry: when there is memory.
pub const OSS_NO_MEMORY: oss_status = 21;
/// A defect of this library. Please report it. Worth a retry: no.
pub const OSS_BUG: oss_status = 99;

const NAMES: [(oss_status, &std::ffi::CStr); 23] = [
    (OSS_OK, c"OSS_OK"),
    (OSS_INVALID_ARGUMENT, c"OSS_INVALID_ARGUMENT"),
    (OSS_NOT_FOUND, c"OSS_NOT_FOUND"),
    (OSS_DENIED, c"OSS_DENIED"),
    (OSS_EXISTS, c"OSS_EXISTS"),
    (OSS_CONFLICT, c"OSS_CONFLICT"),
    (OSS_PRECONDITION_FAILED, c"OSS_PRECONDITION_FAILED"),
    (OSS_NOT_MODIFIED, c"OSS_NOT_MODIFIED"),
    (OSS_BAD_REQUEST, c"OSS_BAD_REQUEST"),
    (OSS_THROTTLED, c"OSS_THROTTLED"),
    (OSS_SERVER_ERROR, c"OSS_SERVER_ERROR"),
    (OSS_NETWORK, c"OSS_NETWORK"),
    (OSS_TIMEOUT, c"OSS_TIMEOUT"),
    (OSS_CANCELLED, c"OSS_CANCELLED"),
    (OSS_CHECKSUM_MISMATCH, c"OSS_CHECKSUM_MISMATCH"),
    (OSS_TRUNCATED, c"OSS_TRUNCATED"),
    (OSS_IO, c"OSS_IO"),
    (OSS_BUSY, c"OSS_BUSY"),
    (OSS_UNSUPPORTED, c"OSS_UNSUPPORTED"),
    (OSS_CREDENTIALS, c"OSS_CREDENTIALS"),
    (OSS_BAD_RESPONSE, c"OSS_BAD_RESPONSE"),
    (OSS_NO_MEMORY, c"OSS_NO_MEMORY"),
    (OSS_BUG, c"OSS_BUG"),
];

/// Why the last failing function on this thread failed, in words; never NULL.
/// Where work moves between threads (Go, async C#) use oss_call_error().
#[unsafe(no_mangle)]
pub extern "C" fn oss_last_error() -> *const c_char {
    LAST.try_with(|last| last.0.get().cast_const().cast())
        .unwrap_or(c"".as_ptr())
}

/// The name of a status, such as "OSS_NOT_FOUND"; never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn oss_status_name(status: oss_status) -> *const c_char {
    NAMES
        .iter()
        .find(|(number, _)| *number == status)
        .map_or(c"unknown status", |(_, name)| name)
        .as_ptr()
}

/// Makes `error` this thread's last error; its status.
pub(super) fn remember(error: &Error) -> oss_status {
    // During thread exit the buffer may be gone; then nobody reads it either.
    let _ = LAST.try_with(|last| last.set(error.message()));
    number(error)
}

/// The status that an error stands for.
pub(super) fn number(error: &Error) -> oss_status {
    match error.kind() {
        Kind::Bug => OSS_BUG,
        kind => kind as oss_status,
    }
}

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
