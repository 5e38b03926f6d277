//! Running an operation for a call.

use std::ffi::{c_char, c_int};

use super::call::{Download, Output, State, oss_call};
use super::handles::{self, oss_bucket};
use super::input::RewindFn;
use super::status::oss_status;
use super::support::{User, guard, is_null, remember, status, text};
use crate::error::Result;
use crate::operations::{Bucket, UploadedPart};
use crate::request::{Options, Progress, Response};

/// Runs an operation. `call` may be NULL: then the defaults apply and the answer is dropped.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn run(
    call: *mut oss_call,
    operation: impl FnOnce(&Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    let mut operation = Some(operation);
    let mut once = |options: &Options<'_>, output: &mut Output| match operation.take() {
        Some(operation) => operation(options, output),
        None => Ok(()),
    };
    // SAFETY: see above.
    unsafe { run_dyn(call, &mut once) }
}

/// The part of [`run`] that the library has only once, whatever the operation.
unsafe fn run_dyn(
    call: *mut oss_call,
    operation: &mut dyn FnMut(&Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    // SAFETY: as for `run`.
    let Some(call) = (unsafe { call.as_ref() }) else {
        return status(|| operation(&Options::new(), &mut Output::default()));
    };
    let mut state = match call.lock() {
        Ok(state) => state,
        Err(error) => return remember(&error),
    };
    let State { input, output } = &mut *state;
    // What the last request lent may be an argument of this one, so it goes only when this one is over.
    let _earlier = std::mem::take(output);
    let progress = input.progress();
    let progress = progress.as_ref().map(|progress| progress as &Progress<'_>);
    let options = input.options(&call.cancel, progress);
    let result = match &input.refused {
        Some(refused) => Err(refused.clone()),
        None => guard(|| operation(&options, output)),
    };
    // A body or a listing that is still to be read can still be cancelled.
    if output.download.is_none() && output.entries.is_none() {
        call.cancel.clear();
    }
    output.finish(result)
}

/// As [`run`], for operations whose answer can only be reached by a call.
///
/// # Safety
/// The same.
pub(super) unsafe fn run_with_call(
    call: *mut oss_call,
    operation: impl FnOnce(&Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    let required = !call.is_null();
    // SAFETY: see above.
    unsafe {
        run(call, |options, output| match required {
            true => operation(options, output),
            false => Err(is_null("call")),
        })
    }
}

/// As [`run`], for operations on a bucket whose answer is complete.
///
/// # Safety
/// Both are NULL or live handles.
pub(super) unsafe fn on_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
    operation: &dyn Fn(&Bucket, &Options<'_>) -> Result<Response>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run(call, |options, output| {
            output.answer(operation(&handles::bucket(bucket)?, options)?);
            Ok(())
        })
    }
}

/// As [`on_bucket`], for operations on an object.
///
/// # Safety
/// The same, and `key` is NULL or a string.
pub(super) unsafe fn on_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
    operation: &dyn Fn(&Bucket, &str, &Options<'_>) -> Result<Response>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            operation(bucket, text(key, "key")?, options)
        })
    }
}

/// As [`run`], for questions: `*exists` gets 1 or 0, and 0 on failure.
///
/// # Safety
/// As [`on_bucket`], and `exists` is NULL or the caller's to be written to.
pub(super) unsafe fn ask(
    bucket: *const oss_bucket,
    exists: *mut c_int,
    call: *mut oss_call,
    question: impl FnOnce(&Bucket, &Options<'_>) -> Result<bool>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run(call, |options, _| {
            let exists = exists.as_mut().ok_or_else(|| is_null("exists"))?;
            *exists = 0;
            *exists = question(&handles::bucket(bucket)?, options)?.into();
            Ok(())
        })
    }
}

/// As [`run_with_call`], for bodies that are read from the call.
///
/// # Safety
/// As [`on_bucket`].
pub(super) unsafe fn download(
    bucket: *const oss_bucket,
    call: *mut oss_call,
    open: &dyn Fn(&Bucket, &Options<'_>) -> Result<Download>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run_with_call(call, |options, output| {
            output.download = Some(open(&handles::bucket(bucket)?, options)?);
            Ok(())
        })
    }
}

/// The parts that were added to a call.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn parts(call: *const oss_call) -> Result<Vec<UploadedPart>> {
    // SAFETY: see above.
    match unsafe { call.as_ref() } {
        None => Ok(Vec::new()),
        Some(call) => Ok(call.lock()?.input.parts.clone()),
    }
}

/// How the streams that a call uploads begin again.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn rewind(call: *const oss_call) -> Option<(RewindFn, User)> {
    // SAFETY: see above. A call that is in use is refused where it runs.
    unsafe { call.as_ref() }?.lock().ok()?.input.rewind
}
