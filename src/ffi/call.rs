//! One request and its answer.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use super::entry::{Entries, Lent, oss_entry};
use super::status::{OSS_OK, oss_status};
use super::support::{
    User, borrow, buffer, busy, free, guard, handle, optional_text, remember, status, text,
};
use crate::config::check_header;
use crate::document::Document;
use crate::error::{Error, Kind, Result};
use crate::operations::{Object, Select, UploadedPart};
use crate::request::{Options, Progress, Range, Response};
use crate::transport::Cancel;
use crate::upload::stopped;

/// One request and its answer: headers, query and limits in; error, request id,
/// headers and body out. Reusable: what goes in stays until oss_call_reset(),
/// what comes out until the next request. The first bad value is remembered and
/// makes requests fail with its message. One thread at a time, except for
/// oss_call_cancel().
pub struct oss_call {
    pub(super) cancel: Cancel,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) input: Input,
    pub(super) output: Output,
}

/// What the next request is sent with.
#[derive(Default)]
pub(super) struct Input {
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    fields: Vec<(String, Option<String>)>,
    pub(super) parts: Vec<UploadedPart>,
    initial_crc64: Option<u64>,
    range: Option<Range>,
    timeout: Option<Duration>,
    progress: Option<(ProgressFn, User)>,
    /// The first bad value: a request without what it should have carried must not go out.
    pub(super) refused: Option<Error>,
}

/// What the last request brought.
#[derive(Default)]
pub(super) struct Output {
    pub(super) error: Option<Error>,
    pub(super) response: Option<Response>,
    pub(super) download: Option<Download>,
    pub(super) entries: Option<Entries>,
    pub(super) signed: Option<Signed>,
    /// The document in the body, once it has been asked for.
    pub(super) document: OnceLock<Option<Document>>,
    entry: Option<Lent>,
    /// Texts that getters lend out.
    pub(super) texts: Mutex<Texts>,
    /// Texts and errors that are not told any more, but may still be lent.
    outdated: Vec<(Mutex<Texts>, Option<Error>)>,
}

/// A body that is still to be read.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one per call, and a box would be an allocation more"
)]
pub(super) enum Download {
    Object(Object),
    Select(Select),
}

/// What was signed for others to send.
pub(super) struct Signed {
    pub url: String,
    /// Headers of a URL, fields of a form.
    pub along: Vec<(String, String)>,
    pub expiration: i64,
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
            .or_else(|| self.download.as_ref().map(Download::response))
    }

    /// The document in the body of a good answer, if there is one.
    pub(super) fn document(&self) -> Option<&Document> {
        self.document
            .get_or_init(|| self.response.as_ref()?.document().ok())
            .as_ref()
    }
}

impl Download {
    pub(super) fn response(&self) -> &Response {
        match self {
            Download::Object(object) => object.response(),
            Download::Select(select) => select.response(),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Download::Object(object) => object.read(buffer),
            Download::Select(select) => select.read(buffer),
        }
    }

    /// How far reading is, and how far it goes.
    fn progress(&self) -> (u64, Option<u64>) {
        match self {
            Download::Object(object) => (object.position(), object.response().content_length()),
            Download::Select(select) => (select.scanned(), None),
        }
    }
}

impl oss_call {
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, State>> {
        self.state.try_lock().map_err(|_| busy("call"))
    }
}

impl Input {
    /// The progress callback as the core wants it.
    pub(super) fn progress(&self) -> Option<impl Fn(u64, Option<u64>) -> bool + use<>> {
        let (function, user) = self.progress?;
        Some(move |done: u64, total: Option<u64>| {
            let total = total.map_or(-1, |total| total.try_into().unwrap_or(i64::MAX));
            let done = done.try_into().unwrap_or(i64::MAX);
            let user: User = user;
            // SAFETY: the caller of oss_call_progress() vouches for both.
            unsafe { function(user.0, done, total) == 0 }
        })
    }

    pub(super) fn options<'a>(
        &'a self,
        cancel: &Cancel,
        progress: Option<&'a Progress<'a>>,
    ) -> Options<'a> {
        let mut options = Options::new().cancel(cancel);
        for (name, value) in &self.headers {
            options = options.header(name.as_str(), value.as_str());
        }
        for (name, value) in &self.query {
            options = options.query(name.as_str(), value.as_deref());
        }
        for (path, value) in &self.fields {
            options = options.field(path.as_str(), value.as_deref());
        }
        if let Some(crc64) = self.initial_crc64 {
            options = options.initial_crc64(crc64);
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
    pub(super) fn fail(&mut self, error: Error) {
        let known = |earlier: &Error| earlier.to_string() == error.to_string();
        if self.error.as_ref().is_some_and(known) {
            return;
        }
        // What was lent stays valid until the next request.
        let texts = std::mem::take(&mut self.texts);
        self.outdated.push((texts, self.error.replace(error)));
    }

    pub(super) fn finish(&mut self, result: Result<()>) -> oss_status {
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

/// Sets an element of the XML document that the next request carries, such as
/// "Rule[0].Expiration.Days"; NULL takes it out. Missing elements are made; an
/// index may be one behind the last. A request with a body is changed by this,
/// one without gets a new document. See oss_invoke().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_field(
    call: *mut oss_call,
    path: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        input(call, |input| {
            let path = text(path, "path")?.to_owned();
            let value = optional_text(value, "value")?.map(str::to_owned);
            input.fields.push((path, value));
            Ok(())
        })
    }
}

/// Has the service call back when an upload is stored: `callback` and `variables`
/// are JSON texts, the latter may be NULL. The answer of the callback is then the
/// body; if it fails, the upload is stored and HTTP status 203 the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_callback(
    call: *mut oss_call,
    callback: *const c_char,
    variables: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL.
    unsafe {
        input(call, |input| {
            let callback = text(callback, "callback")?;
            let variables = optional_text(variables, "variables")?.unwrap_or_default();
            for (name, value) in Options::new().callback(callback, variables).headers {
                input.headers.push((name.into_owned(), value.into_owned()));
            }
            Ok(())
        })
    }
}

/// Tells oss_append_object() the CRC-64 of what is there already, so that the
/// whole object is compared; oss_call_crc64() of the last append. Not needed at
/// position 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_initial_crc64(call: *mut oss_call, crc64: u64) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        input(call, |input| {
            input.initial_crc64 = Some(crc64);
            Ok(())
        })
    }
}

/// Adds a part for oss_complete_multipart_upload(), in ascending order of
/// `number`, 1 to 10000: its ETag, and its size in bytes and CRC-64, so that the
/// whole object is compared; size -1 if they are not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_part(
    call: *mut oss_call,
    number: i32,
    etag: *const c_char,
    size: i64,
    crc64: u64,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe {
        input(call, |input| {
            let etag = text(etag, "etag")?.to_owned();
            let content = match u64::try_from(size) {
                Ok(size) => Some((size, crc64)),
                Err(_) if size == -1 => None,
                Err(_) => {
                    return Err(Error::invalid(format!(
                        "`size`: {size} is no size; allowed are 0 and more, and -1 for unknown"
                    )));
                }
            };
            input.parts.push(UploadedPart {
                number: part_number(number)?,
                etag,
                content,
            });
            Ok(())
        })
    }
}

/// A part number of the caller's; the core checks its range.
pub(super) fn part_number(number: i32) -> Result<u32> {
    number.try_into().map_err(|_| {
        Error::invalid(format!(
            "`number`: {number} is no part number; allowed are 1 to 10000"
        ))
    })
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

/// Reads on in the body of oss_get_object(), oss_get_object_by_url() or in the
/// rows of oss_select_object(). Returns how many bytes, at most `cap`; 0 at the
/// end, when length and checksum have been found right; or a negated #oss_status,
/// and then what came before is not the object.
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
        let download = output.download.as_mut().ok_or_else(|| {
            Error::invalid(
                "`call` has no body to read: oss_get_object() or the like has to succeed before",
            )
        })?;
        let got = download.read(buffer)?;
        let (done, total) = download.progress();
        if got > 0
            && let Some(progress) = input.progress()
            && !progress(done, total)
        {
            output.download = None;
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
