//! What is read from a call piece by piece: bodies and listings.

use std::ffi::{c_int, c_void};

use super::answer::read_output;
use super::call::{State, oss_call};
use super::entry::{Entries, EntryMemory, oss_entry};
use super::guard::guard;
use super::memory::borrow;
use super::outcome::{Download, Output};
use super::status::{oss_status, remember};
use super::support::{buffer, is_null, write};
use crate::cancel::stopped;
use crate::error::{Error, Result};
use crate::request::Heard;

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
    let _works = call.works();
    let State { input, output } = &mut *state;
    let result = guard(|| {
        // SAFETY: NULL or `cap` bytes that are the caller's alone.
        let buffer = unsafe { buffer(buf, cap, "buf") }?;
        let got = read_body(output, buffer)?;
        if got > 0
            && let Some(progress) = input.lasting.progress()
            && let Some((done, total)) = output.download.as_ref().map(Download::progress)
            && !progress(done, total)
        {
            // The answer stays, without the body.
            output.response = output.response().cloned();
            output.download = None;
            return Err(stopped());
        }
        Ok(got)
    });
    match result {
        Ok(got) => {
            call.finish(output, Ok(()));
            got.try_into().unwrap_or(i64::MAX)
        }
        Err(error) => -i64::from(call.finish(output, Err(error))),
    }
}

fn read_body(output: &mut Output, buffer: &mut [u8]) -> Result<usize> {
    if buffer.is_empty() {
        return Err(Error::invalid("`buf` has no space: `cap` is 0"));
    }
    let download = output.download.as_mut().ok_or_else(|| {
        Error::invalid(
            "`call` has no body to read: oss_get_object() or the like has to succeed before",
        )
    })?;
    download.read(buffer)
}

/// Steps to the next entry of a listing, fetching pages as needed, each by a
/// request of `call`. `*entry` is valid until the call is used again, and NULL
/// after the last one. If a page cannot be fetched, this fails, and asks for it
/// again when called again. The entries so far are right, but they are not all;
/// the error of the call is that of the last step, so it goes once a step
/// succeeds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_next(
    call: *mut oss_call,
    entry: *mut *const oss_entry,
) -> oss_status {
    // SAFETY: NULL, or the caller's to be written to.
    unsafe { write(entry, std::ptr::null()) };
    // SAFETY: NULL or a live handle.
    let call = match guard(|| unsafe { borrow(call, "call") }) {
        Ok(call) => call,
        Err(error) => return remember(&error),
    };
    let mut state = match call.lock() {
        Ok(state) => state,
        Err(error) => return remember(&error),
    };
    let _works = call.works();
    let State { input, output } = &mut *state;
    let heard = Heard::default();
    let result = guard(|| {
        if entry.is_null() {
            return Err(is_null("entry"));
        }
        output.entry = None;
        let options = input.lasting.options(&call.cancel, None, &heard);
        let asks = |entries: &Entries| !entries.is_ready();
        if output.entries.as_ref().is_some_and(asks) {
            input.lasting.check()?;
            output.begin_request();
        }
        let entries = output.entries.as_mut().ok_or_else(|| {
            Error::invalid(
                "`call` has no listing: oss_list_objects_v2() or the like has to succeed before",
            )
        })?;
        if let Some(next) = entries.next(&options)? {
            let lent = output.entry.insert(EntryMemory::new(next)?);
            // SAFETY: not NULL, so the caller's to be written to.
            unsafe { write(entry, lent.entry()) };
        }
        Ok(())
    });
    output.keep(heard);
    if result.is_err() && output.heard.is_none() {
        // What the service said about an earlier page is not about this one.
        output.response = None;
    }
    call.finish(output, result)
}

/// Whether oss_call_next() gives what it has: 1 if it returns an entry, or NULL
/// as there is no other, without asking the service; 0 if it has to fetch a
/// page first, or if there is no listing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_next_is_ready(call: *const oss_call) -> c_int {
    let find = |o: &Output| Some(c_int::from(o.entries.as_ref()?.is_ready()));
    // SAFETY: NULL or a live handle.
    unsafe { read_output(call, 0, find) }
}
