//! One request and its answer.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::sync::{Mutex, MutexGuard, OnceLock};

use super::entry::{Entries, Lent};
use super::input::Input;
use super::status::{OSS_OK, oss_status};
use super::support::{borrow, busy, free, handle, remember, status};
use crate::cancel::Cancel;
use crate::document::Document;
use crate::error::{Error, Result};
use crate::operations::{Object, Select};
use crate::request::Response;

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
    pub(super) entry: Option<Lent>,
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

/// By what they are asked for.
type Texts = BTreeMap<String, CString>;

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

impl oss_call {
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, State>> {
        self.state.try_lock().map_err(|_| busy("call"))
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
