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
/// what comes out until the next request. One thread at a time, except for
/// oss_call_cancel().
pub struct oss_call {
    cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    input: Input,
    output: Output,
}

/// What the next request is sent with.
#[derive(Default)]
pub(super) struct Input {
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    range: Option<Range>,
    timeout: Option<Duration>,
    progress: Option<(ProgressFn, User)>,
}

/// What the last request brought.
#[derive(Default)]
pub(super) struct Output {
    error: Option<Error>,
    response: Option<Response>,
    pub(super) object: Option<Object>,
    pub(super) entries: Option<Entries>,
    entry: Option<Lent>,
    /// Texts that getters lend out.
    texts: Mutex<BTreeMap<String, CString>>,
}

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

    fn response(&self) -> Option<&Response> {
        self.response
            .as_ref()
            .or_else(|| self.object.as_ref().map(Object::response))
    }
}

impl oss_call {
    fn lock(&self) -> Result<MutexGuard<'_, State>> {
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
    *output = Output::default();
    let progress = input.progress();
    let progress = progress.as_ref().map(|progress| progress as &Progress<'_>);
    let options = input.options(&call.cancel, progress);
    let result = guard(|| operation(&options, output));
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
        self.texts = Mutex::default();
        self.error = Some(error);
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
        set(input).inspect_err(|error| output.fail(error.clone()))
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

/// Lends a text that `find` takes from the answer; `none` if there is none, or if the call is NULL or running.
///
/// # Safety
/// `call` is NULL or a live handle.
unsafe fn lend<'a>(
    call: *const oss_call,
    name: &str,
    none: *const c_char,
    find: impl FnOnce(&Output) -> Option<String> + 'a,
) -> *const c_char {
    let lent = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.lock()?;
        let Some(found) = find(&state.output) else {
            return Ok(none);
        };
        let mut texts = state
            .output
            .texts
            .lock()
            .map_err(|_| Error::new(Kind::Bug, "the texts of a call are lost"))?;
        // What was lent before stays where it is, so asking twice gives the same pointer.
        let text = texts
            .entry(name.to_owned())
            .or_insert_with(|| CString::new(found.replace('\0', " ")).unwrap_or_default());
        Ok(text.as_ptr())
    });
    lent.unwrap_or(none)
}

/// # Safety
/// `call` is NULL or a live handle.
unsafe fn look<T>(call: *const oss_call, none: T, find: impl FnOnce(&Output) -> Option<T>) -> T {
    let found = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.lock()?;
        Ok(find(&state.output))
    });
    found.ok().flatten().unwrap_or(none)
}

/// What went wrong, in words; "" if nothing did. Like all that a call lends,
/// valid until the call is used for another request or freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_error(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe {
        lend(call, ":error", c"".as_ptr(), |o| {
            Some(o.error.as_ref()?.to_string())
        })
    }
}

/// HTTP status of the answer; 0 if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_http_status(call: *const oss_call) -> c_int {
    let find = |o: &Output| {
        let refused = o
            .error
            .as_ref()
            .map(Error::http_status)
            .filter(|status| *status != 0);
        refused
            .or_else(|| Some(o.response()?.status()))
            .map(c_int::from)
    };
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, find) }
}

/// The service's error code, such as "NoSuchKey"; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_code(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe {
        lend(call, ":code", c"".as_ptr(), |o| {
            Some(o.error.as_ref()?.code().to_owned())
        })
    }
}

/// The service's error message; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_message(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.error.as_ref()?.service()?.message.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":message", c"".as_ptr(), find) }
}

/// The request id of the answer, good or bad; "" if there was none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_request_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| {
        let refused = o.error.as_ref().and_then(Error::service);
        match refused {
            Some(service) => Some(service.request_id.clone()),
            None => Some(o.response()?.request_id().to_owned()),
        }
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":request_id", c"".as_ptr(), find) }
}

/// The host that refused; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_host_id(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.error.as_ref()?.service()?.host_id.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":host_id", c"".as_ptr(), find) }
}

/// The service's finer error code, such as "0026-00000001"; "" if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_ec(call: *const oss_call) -> *const c_char {
    let find = |o: &Output| Some(o.error.as_ref()?.service()?.ec.clone());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, ":ec", c"".as_ptr(), find) }
}

/// Any other element of the service's error document, such as "StringToSign";
/// NULL if there is none of that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_error_detail(
    call: *const oss_call,
    name: *const c_char,
) -> *const c_char {
    // SAFETY: NULL or a string.
    let Ok(name) = guard(|| unsafe { text(name, "name") }) else {
        return std::ptr::null();
    };
    let find = |o: &Output| {
        let details = &o.error.as_ref()?.service()?.details;
        let (_, value) = details.iter().find(|(candidate, _)| candidate == name)?;
        Some(value.clone())
    };
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, &format!(":detail:{name}"), std::ptr::null(), find) }
}

/// Whether the same request may succeed later: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_retryable(call: *const oss_call) -> c_int {
    // SAFETY: NULL or a live handle.
    unsafe {
        look(call, 0, |o| {
            Some(c_int::from(o.error.as_ref()?.is_retryable()))
        })
    }
}

/// How many times the request was sent, or tried to; 0 if it was not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_attempts(call: *const oss_call) -> c_int {
    let find = |o: &Output| {
        let attempts = match (&o.error, o.response()) {
            (Some(error), _) => error.attempts(),
            (None, response) => response?.attempts(),
        };
        attempts.try_into().ok()
    };
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, find) }
}

/// A header of a good answer by name, whatever its case; NULL if it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_response_header(
    call: *const oss_call,
    name: *const c_char,
) -> *const c_char {
    // SAFETY: NULL or a string.
    let Ok(name) = guard(|| unsafe { text(name, "name") }) else {
        return std::ptr::null();
    };
    let find = |o: &Output| Some(o.response()?.header(name)?.to_owned());
    // SAFETY: NULL or a live handle.
    unsafe { lend(call, &name.to_ascii_lowercase(), std::ptr::null(), find) }
}

/// The headers of a good answer one by one: the value of number `index`, from 0,
/// or NULL behind the last; `*name`, unless NULL, gets its name in lower case.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_response_header_at(
    call: *const oss_call,
    index: usize,
    name: *mut *const c_char,
) -> *const c_char {
    let header = |o: &Output| o.response()?.headers().get(index).cloned();
    // SAFETY: NULL or a live handle.
    unsafe {
        if let Some(name) = name.as_mut() {
            let key = format!(":name:{index}");
            *name = lend(call, &key, std::ptr::null(), |o| Some(header(o)?.0));
        }
        let key = format!(":value:{index}");
        lend(call, &key, std::ptr::null(), |o| Some(header(o)?.1))
    }
}

/// ETag of the object with its quotes; NULL if the answer has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_etag(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { oss_call_response_header(call, c"etag".as_ptr()) }
}

/// Version of the object; NULL if the bucket keeps none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_version_id(call: *const oss_call) -> *const c_char {
    // SAFETY: NULL or a live handle.
    unsafe { oss_call_response_header(call, c"x-oss-version-id".as_ptr()) }
}

/// CRC-64 of the whole object as the service computed it; 0 if the answer has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_crc64(call: *const oss_call) -> u64 {
    // SAFETY: NULL or a live handle.
    unsafe { look(call, 0, |o| o.response()?.crc64()) }
}

/// Content-Length in bytes: of the object for oss_head_object(), of the answer
/// otherwise; -1 if the answer has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_content_length(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe {
        look(call, -1, |o| {
            o.response()?.content_length()?.try_into().ok()
        })
    }
}

/// Last-Modified of the object in seconds since 1970 UTC; -1 if the answer has
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_last_modified(call: *const oss_call) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { look(call, -1, |o| Some(o.response()?.last_modified()?.0)) }
}

/// The body of the answer, or of the error the first 4 KiB; `*len`, unless NULL,
/// gets its length in bytes. NULL if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_body(call: *const oss_call, len: *mut usize) -> *const c_void {
    let mut length = 0;
    let find = |o: &Output| {
        let refused = o.error.as_ref().and_then(Error::service);
        let body = match refused {
            Some(service) => service.body.as_slice(),
            None => o.response.as_ref()?.body(),
        };
        length = body.len();
        (!body.is_empty()).then_some(body.as_ptr())
    };
    // SAFETY: NULL or a live handle.
    let body = unsafe { look(call, std::ptr::null(), find) };
    if !len.is_null() {
        // SAFETY: not NULL, so the caller's to be written to.
        unsafe { *len = length };
    }
    body.cast()
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
        let entries = output.entries.as_mut().ok_or_else(|| {
            Error::invalid(
                "`call` has no listing: oss_list_objects_v2() or the like has to succeed before",
            )
        })?;
        let next = entries
            .next(&options)
            .and_then(|next| next.map(Lent::new).transpose());
        match next {
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
