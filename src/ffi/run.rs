//! Running an operation for a call.

use std::ffi::{c_char, c_int};

use super::call::oss_call;
use super::given::{Given, Lasting};
use super::guard::{WorksFor, guard};
use super::handles::{self, oss_bucket};
use super::memory::borrow;
use super::outcome::{Download, Output};
use super::status::{oss_status, remember};
use super::support::{is_null, status, text, write};
use crate::error::{Error, Kind, Result};
use crate::operations::Bucket;
use crate::request::{Options, Response};

/// What runs for a call, with its settings, some of which are in the options already.
pub(super) type Operation<'o> = dyn FnMut(&Given<'_>, &Options<'_>, &mut Output) -> Result<()> + 'o;

/// Runs an operation. `call` may be NULL: then the defaults apply and the answer is dropped.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn run(
    call: *mut oss_call,
    operation: impl FnOnce(&Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    // SAFETY: see above.
    unsafe { run_lasting(call, |_, options, output| operation(options, output)) }
}

/// As [`run`], for operations that go by settings of the call which are not options of a request.
///
/// # Safety
/// The same.
pub(super) unsafe fn run_lasting(
    call: *mut oss_call,
    operation: impl FnOnce(&Lasting, &Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run_given(call, false, |given, options, output| {
            operation(given.lasting, options, output)
        })
    }
}

/// As [`run`], for what `completes` an upload: it takes the parts that were added, which others refuse.
///
/// # Safety
/// The same.
pub(super) unsafe fn run_given(
    call: *mut oss_call,
    completes: bool,
    operation: impl FnOnce(&Given<'_>, &Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    // What follows takes any operation by a pointer, so that the library has it only once: generic, it would be 160 KB.
    let mut operation = Some(operation);
    let mut once =
        |given: &Given<'_>, options: &Options<'_>, output: &mut Output| match operation.take() {
            Some(operation) => operation(given, options, output),
            None => Err(Error::new(Kind::Bug, "an operation ran twice")),
        };
    // SAFETY: see above.
    unsafe { run_dyn(call, completes, &mut once) }
}

unsafe fn run_dyn(
    call: *mut oss_call,
    completes: bool,
    operation: &mut Operation<'_>,
) -> oss_status {
    if call.is_null() {
        let _works = WorksFor::now(0);
        let given = Given {
            lasting: &Lasting::default(),
            parts: &[],
        };
        return status(|| operation(&given, &Options::new(), &mut Output::default()));
    }
    // SAFETY: as for `run`.
    match guard(|| unsafe { borrow(call, "call") }) {
        Ok(call) => call.run(completes, operation),
        Err(error) => remember(&error),
    }
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
        run(call, |options, output| {
            if !required {
                return Err(is_null("call"));
            }
            operation(options, output)
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
        on_object_lasting(bucket, key, call, &|bucket, key, _, options| {
            operation(bucket, key, options)
        })
    }
}

/// As [`on_object`] and [`run_lasting`].
///
/// # Safety
/// As [`on_object`].
pub(super) unsafe fn on_object_lasting(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
    operation: &dyn Fn(&Bucket, &str, &Lasting, &Options<'_>) -> Result<Response>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run_lasting(call, |lasting, options, output| {
            let (bucket, key) = (handles::bucket(bucket)?, text(key, "key")?);
            output.answer(operation(&bucket, key, lasting, options)?);
            Ok(())
        })
    }
}

/// As [`run`], for questions: `*exists` gets 1 or 0, and 0 on failure.
///
/// # Safety
/// As [`on_bucket`], and `exists` is NULL or the caller's to be written to.
pub(super) unsafe fn run_question(
    bucket: *const oss_bucket,
    exists: *mut c_int,
    call: *mut oss_call,
    question: impl FnOnce(&Bucket, &Options<'_>) -> Result<bool>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        write(exists, 0);
        run(call, |options, _| {
            if exists.is_null() {
                return Err(is_null("exists"));
            }
            let answer = question(&handles::bucket(bucket)?, options)?;
            write(exists, answer.into());
            Ok(())
        })
    }
}

/// As [`run_lasting`], for bodies that are read from the call, without which nobody could.
///
/// # Safety
/// As [`on_bucket`].
pub(super) unsafe fn download(
    bucket: *const oss_bucket,
    call: *mut oss_call,
    open: &dyn Fn(&Bucket, &Lasting, &Options<'_>) -> Result<Download>,
) -> oss_status {
    let required = !call.is_null();
    // SAFETY: see above.
    unsafe {
        run_lasting(call, |lasting, options, output| {
            if !required {
                return Err(is_null("call"));
            }
            output.download = Some(open(&handles::bucket(bucket)?, lasting, options)?);
            Ok(())
        })
    }
}
