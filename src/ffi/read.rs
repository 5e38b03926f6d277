//! What is read from a call piece by piece: bodies and listings.

use std::ffi::{CString, c_void};

use super::call::{Download, State, oss_call};
use super::entry::{Lent, oss_entry};
use super::status::oss_status;
use super::support::{borrow, buffer, guard, is_null, remember, status};
use crate::cancel::stopped;
use crate::error::{Error, Kind, Result};
use crate::request::Response;

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

/// Reads on in the body of oss_get_object(), oss_get_object_by_url() or in the
/// rows of oss_select_object(). Returns how many bytes, at most `cap`; 0 at the
/// end, when length and checksum have been found right; or a negated
/// #oss_status, and then what came before is not the object.
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
            return Err(is_null("entry"));
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
