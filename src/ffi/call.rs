//! One request and its answer.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use super::entry::{Entries, Lent, oss_entry};
use super::status::{OSS_OK, oss_status};
use super::support::{
    User, borrow, buffer, busy, free, guard, handle, optional_text, remember, status, text,
};
use crate::config::check_header;
use crate::error::{Error, Kind, Result};
use crate::operations::Object;
use crate::request::{Options, Progress, Range, Response};
use crate::transport::Cancel;
use crate::upload::stopped;

/// One request and its answer: headers, query and limits in; error, request id,
/// headers and body out. Reusable: what goes in stays until oss_call_reset(),
/// what comes out until the next request. The first bad value is remembered and
/// makes requests fail with its message. One thread at a time, except for
/// oss_call_cancel().
pub struct oss_call {
    cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    input: Input,
    pub(super) output: Output,
}

/// What the next request is sent with.
#[derive(Default)]
pub(super) struct Input {
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    range: Option<Range>,
    timeout: Option<Duration>,
    progress: Option<(ProgressFn, User)>,
    /// The first bad value: a request without what it should have carried must not go out.
    refused: Option<Error>,
}

/// What the last request brought.
#[derive(Default)]
pub(super) struct Output {
    pub(super) error: Option<Error>,
    pub(super) response: Option<Response>,
    pub(super) object: Option<Object>,
    pub(super) entries: Option<Entries>,
    entry: Option<Lent>,
    /// Texts that getters lend out.
    pub(super) texts: Mutex<Texts>,
    /// Texts and errors that are not told any more, but may still be lent.
    outdated: Vec<(Mutex<Texts>, Option<Error>)>,
}

type Texts = BTreeMap<String, CString>;

type ProgressFn = unsafe extern "C-unwind" fn(*mut c_void, i64, i64) -> c_int;

/// Told how far a transfer is: `done` of `total` bytes, `total` -1 if unknown.
/// Return 0 to go on, anything else to stop with #OSS_CANCELLED. Runs on the
/// calling thread, only during the call; must not throw, longjmp or use the call.
pub type oss_progress_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, done: i64, total: i64) -> c_int>;

impl Output {
    /// Files the answer of an operation without a body of its own.
    pub(super) fn answer(&mut self, response: Response) {
        self.response = Some(response);
    }

    pub(super) fn response(&self) -> Option<&Response> {
        self.response
            .as_ref()
            .or_else(|| self.object.as_ref().map(Object::response))
    }
}

impl oss_call {
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, State>> {
        self.state.try_lock().map_err(|_| busy("call"))
    }
}

/// Runs an operation. `call` may be NULL: then the defaults apply and the answer is dropped.
///
/// # Safety
/// `call` is NULL or a live handle.
pub(super) unsafe fn run(
    call: *mut oss_call,
    operation: impl FnOnce(&Options<'_>, &mut Output) -> Result<()>,
) -> oss_status {
    // SAFETY: see above.
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
    if output.object.is_none() && output.entries.is_none() {
        call.cancel.clear();
    }
    output.finish(result)
}

impl Input {
    /// The progress callback as the core wants it.
    fn progress(&self) -> Option<impl Fn(u64, Option<u64>) -> bool + use<>> {
        let (function, user) = self.progress?;
        Some(move |done: u64, total: Option<u64>| {
            let total = total.map_or(-1, |total| total.try_into().unwrap_or(i64::MAX));
            let done = done.try_into().unwrap_or(i64::MAX);
            let user: User = user;
            // SAFETY: the caller of oss_call_progress() vouches for both.
            unsafe { function(user.0, done, total) == 0 }
        })
    }

    fn options<'a>(&'a self, cancel: &Cancel, progress: Option<&'a Progress<'a>>) -> Options<'a> {
        let mut options = Options::new().cancel(cancel);
        for (name, value) in &self.headers {
            options = options.header(name.as_str(), value.as_str());
        }
        for (name, value) in &self.query {
            options = options.query(name.as_str(), value.as_deref());
        }
        if let Some(range) = self.range {
            options = options.range(range);
        }
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout);
        }
        if let Some(progress) = progress {
            options = options.progress(progress);
        }
        options
    }
}

impl Output {
    fn fail(&mut self, error: Error) {
        let known = |earlier: &Error| earlier.to_string() == error.to_string();
        if self.error.as_ref().is_some_and(known) {
            return;
        }
        // What was lent stays valid until the next request.
        let texts = std::mem::take(&mut self.texts);
        self.outdated.push((texts, self.error.replace(error)));
    }

    fn finish(&mut self, result: Result<()>) -> oss_status {
        match result {
            Ok(()) => OSS_OK,
            Err(error) => {
                let status = remember(&error);
                self.fail(error);
                status
            }
        }
    }
}

/// Makes a call object. Free with oss_call_free().
#[unsafe(no_mangle)]
pub extern "C" fn oss_call_new() -> *mut oss_call {
    handle(|| {
        Ok(oss_call {
            cancel: Cancel::new(),
            state: Mutex::default(),
        })
    })
}

/// Lets go of a call and of all it lent out; not while it runs. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_free(call: *mut oss_call) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(call) }
}

/// Makes a call as good as new: nothing in, nothing out, not cancelled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_reset(call: *mut oss_call) -> oss_status {
    status(|| {
        // SAFETY: NULL or a live handle.
        let call = unsafe { borrow(call, "call") }?;
        *call.lock()? = State::default();
        call.cancel.clear();
        Ok(())
    })
}

/// # Safety
/// `call` is NULL or a live handle.
unsafe fn input(call: *mut oss_call, set: impl FnOnce(&mut Input) -> Result<()>) -> oss_status {
    status(|| {
        // SAFETY: see above.
        let mut state = unsafe { borrow(call, "call") }?.lock()?;
        let State { input, output } = &mut *state;
        set(&mut *input).inspect_err(|error| {
            input.refused.get_or_insert_with(|| error.clone());
            output.fail(error.clone());
        })
    })
}

/// Adds a request header, such as "x-oss-object-acl"; a later one of the same
/// name replaces it. Both strings are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_header(
    call: *mut oss_call,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        input(call, |input| {
            let (name, value) = (text(name, "name")?, text(value, "value")?);
            check_header("header", name, value)?;
            input.headers.push((name.to_owned(), value.to_owned()));
            Ok(())
        })
    }
}

/// Adds a query parameter, such as "versionId"; `value` is NULL for a name
/// without a value. Both strings are copied, and escaped when they are sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_query(
    call: *mut oss_call,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        input(call, |input| {
            let name = text(name, "name")?;
            if name.is_empty() {
                return Err(Error::invalid("`name` of a query parameter is empty"));
            }
            let value = optional_text(value, "value")?.map(str::to_owned);
            input.query.push((name.to_owned(), value));
            Ok(())
        })
    }
}

/// Asks downloads for the bytes `first` to `last`, both included; `last` -1 is
/// the end. A negative `first` asks for the last bytes: -100, -1 for 100 of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_range(call: *mut oss_call, first: i64, last: i64) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        input(call, |input| {
            input.range = Some(match (u64::try_from(first), u64::try_from(last)) {
                (Ok(first), Err(_)) if last == -1 => Range::From(first),
                (Ok(first), Ok(last)) if first <= last => Range::Bytes(first, last),
                (Err(_), Err(_)) if last == -1 => Range::Last(first.unsigned_abs()),
                _ => {
                    return Err(Error::invalid(format!(
                        "`first` and `last`: {first} to {last} is no range; allowed are first <= last, \
                         last = -1 for the end, and first < 0 with last = -1 for the last bytes"
                    )));
                }
            });
            Ok(())
        })
    }
}

/// Has uploads and downloads report to `function`; NULL ends that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_progress(
    call: *mut oss_call,
    function: oss_progress_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        input(call, |input| {
            input.progress = function.map(|function| (function, User(user)));
            Ok(())
        })
    }
}

/// Limits each request with its repetitions and the reading of its answer, in
/// milliseconds, 1 to 604800000; instead of oss_config_total_timeout_ms().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_timeout_ms(call: *mut oss_call, milliseconds: i64) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        input(call, |input| {
            let timeout = Duration::from_millis(milliseconds.try_into().unwrap_or(0));
            input.timeout = Some(crate::config::check_timeout("timeout", timeout)?);
            Ok(())
        })
    }
}

/// Ends the running request, or the next one if none runs, with #OSS_CANCELLED
/// within 250 ms. Any thread may do this. oss_call_reset() takes it back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_cancel(call: *mut oss_call) -> oss_status {
    status(|| {
        // SAFETY: NULL or a live handle.
        unsafe { borrow(call, "call") }?.cancel.cancel();
        Ok(())
    })
}

/// Reads on in the body of oss_get_object(). Returns how many bytes, at most
/// `cap`; 0 at the end, when length and CRC-64 have been found right; or a
/// negated #oss_status, and then what came before is not the object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_read(call: *mut oss_call, buf: *mut c_void, cap: usize) -> i64 {
    // SAFETY: NULL or a live handle.
    let call = match guard(|| unsafe { borrow(call, "call") }) {
        Ok(call) => call,
        Err(error) => return -i64::from(remember(&error)),
    };
    let mut state = match call.lock() {
        Ok(state) => state,
        Err(error) => return -i64::from(remember(&error)),
    };
    let State { input, output } = &mut *state;
    let result = guard(|| {
        // SAFETY: NULL or `cap` bytes that are the caller's alone.
        let buffer = unsafe { buffer(buf, cap, "buf") }?;
        if buffer.is_empty() {
            return Err(Error::invalid("`buf` has no room: `cap` is 0"));
        }
        let object = output.object.as_mut().ok_or_else(|| {
            Error::invalid("`call` has no body to read: oss_get_object() has to succeed before")
        })?;
        let got = object.read(buffer)?;
        if got > 0
            && let Some(progress) = input.progress()
            && !progress(object.position(), object.response().content_length())
        {
            output.object = None;
            return Err(stopped());
        }
        Ok(got)
    });
    match result {
        Ok(0) => {
            call.cancel.clear();
            0
        }
        Ok(got) => got.try_into().unwrap_or(i64::MAX),
        Err(error) => {
            // The body is over, and with it a cancellation that ended it.
            call.cancel.clear();
            -i64::from(output.finish(Err(error)))
        }
    }
}

/// Steps to the next entry of a listing, fetching pages as needed. `*entry` is
/// lent until the call is used again, and NULL after the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_next(
    call: *mut oss_call,
    entry: *mut *const oss_entry,
) -> oss_status {
    status(|| {
        if entry.is_null() {
            return Err(super::support::is_null("entry"));
        }
        // SAFETY: not NULL, so the caller's to be written to.
        unsafe { *entry = std::ptr::null() };
        // SAFETY: NULL or a live handle.
        let call = unsafe { borrow(call, "call") }?;
        let mut state = call.lock()?;
        let State { input, output } = &mut *state;
        output.entry = None;
        let options = input.options(&call.cancel, None);
        let next = match &mut output.entries {
            Some(entries) => entries.next(&options),
            None => Err(Error::invalid(
                "`call` has no listing: oss_list_objects_v2() or the like has to succeed before",
            )),
        };
        match next.and_then(|next| next.map(Lent::new).transpose()) {
            Ok(Some(lent)) => {
                let lent = output.entry.insert(lent);
                // SAFETY: as above.
                unsafe { *entry = lent.entry() };
                Ok(())
            }
            Ok(None) => {
                call.cancel.clear();
                Ok(())
            }
            Err(error) => {
                call.cancel.clear();
                output.fail(error.clone());
                Err(error)
            }
        }
    })
}

/// `text` for C; a NUL inside cannot be expressed.
pub(super) fn c_string(text: &str, what: &str) -> Result<CString> {
    CString::new(text).map_err(|_| {
        Error::new(
            Kind::BadResponse,
            format!("{what} {text:?} holds a NUL, which C strings cannot"),
        )
    })
}
