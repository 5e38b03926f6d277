//! One request and its answer.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use super::given::{self, Given, Input, Lasting, Once};
use super::guard::{WorksFor, guard};
use super::memory::{Handle, address_of, borrow, free, new_handle, word};
use super::outcome::Output;
use super::run::Operation;
use super::status::{OSS_CANCELLED, OSS_OK, oss_status, remember};
use super::support::{busy, status};
use crate::behalf::owner;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::request::{Heard, Progress};

/// One request and its answer: headers, query and limits in; error, request id,
/// headers and body out. Reusable. What comes out stays until the next request.
/// Of what goes in, headers, query, progress, rewind and timeouts stay until
/// oss_call_reset(); range, initial CRC-64, fields and upload callback are used
/// up by one request, refused or not, and parts by the next completion. The
/// first bad value is remembered and makes requests fail with its message. One
/// thread at a time, except that a finished call may be read by several at
/// once, and for oss_call_cancel().
pub struct oss_call {
    pub(super) cancel: Cancel,
    state: RwLock<State>,
}

impl Handle for oss_call {
    const WORD: u32 = word(b"call");
    const TYPE: &'static str = "oss_call";
}

#[derive(Default)]
pub(super) struct State {
    pub input: Input,
    pub output: Output,
}

// Readers share a call.
const _: () = {
    const fn is_shared<T: Sync>() {}
    is_shared::<oss_call>();
};

impl oss_call {
    /// The state, to be changed; an error if somebody uses it.
    pub(super) fn lock(&self) -> Result<RwLockWriteGuard<'_, State>> {
        match self.state.try_write() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => Err(busy("call")),
        }
    }

    /// The state, to be read, by any number of threads; an error if somebody changes it.
    pub(super) fn read_state(&self) -> Result<RwLockReadGuard<'_, State>> {
        match self.state.try_read() {
            Ok(state) => Ok(state),
            Err(TryLockError::Poisoned(state)) => Ok(state.into_inner()),
            Err(TryLockError::WouldBlock) => Err(busy("call")),
        }
    }

    /// Runs `operation` with what was given; its result is kept. Whether it `completes` an upload, and so takes parts.
    pub(super) fn run(&self, completes: bool, operation: &mut Operation<'_>) -> oss_status {
        let mut state = match self.lock() {
            Ok(state) => state,
            Err(error) => return remember(&error),
        };
        let State { input, output } = &mut *state;
        let _works = self.works();
        // What the last request lent may be an argument of this one, so it goes only when this one is over.
        let earlier = std::mem::take(output);
        let once = std::mem::take(&mut input.once);
        let heard = Heard::default();
        let result = guard(|| {
            given::check(&input.lasting, &once, completes)?;
            let progress = input.lasting.progress();
            let progress = progress.as_ref().map(|progress| progress as &Progress<'_>);
            let options = input.lasting.options(&self.cancel, progress, &heard);
            let given = Given {
                lasting: &input.lasting,
                parts: &once.parts,
            };
            operation(&given, &once.add_to(options), output)
        });
        input.once.keep_parts(once, completes, result.is_ok());
        output.keep(heard);
        let status = self.finish(output, result);
        // Closing a connection is where a thread may be cancelled, so that happens inside, too.
        let _ = guard(|| {
            drop(earlier);
            Ok(())
        });
        status
    }

    /// Has this thread work for this call.
    pub(super) fn works(&self) -> WorksFor {
        WorksFor::now(address_of(self))
    }

    /// Files how a request, or a part of it, ended.
    pub(super) fn finish(&self, output: &mut Output, result: Result<()>) -> oss_status {
        let status = output.finish(result);
        if status == OSS_CANCELLED && !output.cancel_is_cleared {
            // Only here: a cancel that ended nothing is for the next request.
            self.cancel.clear();
        }
        status
    }

    /// Changes what stays; a bad value is remembered as long.
    pub(super) fn set(&self, set: &dyn Fn(&mut Lasting) -> Result<()>) -> Result<()> {
        let mut state = self.lock()?;
        let State { input, output } = &mut *state;
        set(&mut input.lasting).inspect_err(|error| {
            input.lasting.refused.get_or_insert_with(|| error.clone());
            output.fail(error.clone());
        })
    }

    /// Changes what the next request uses up, likewise.
    pub(super) fn set_once(&self, set: &dyn Fn(&mut Once) -> Result<()>) -> Result<()> {
        let mut state = self.lock()?;
        let State { input, output } = &mut *state;
        set(&mut input.once).inspect_err(|error| {
            input.once.refused.get_or_insert_with(|| error.clone());
            output.fail(error.clone());
        })
    }
}

/// Makes a call object. Free with oss_call_free().
#[unsafe(no_mangle)]
pub extern "C" fn oss_call_new() -> *mut oss_call {
    new_handle(|| {
        Ok(oss_call {
            cancel: Cancel::new(),
            state: RwLock::default(),
        })
    })
}

/// Frees a call and all that its getters returned; not while it runs. NULL is
/// fine.
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

/// For callbacks that know no call, those for keys, time and the log: the call
/// whose request this thread works for, also if it is a worker of a transfer;
/// NULL if that was given none, and outside of callbacks. Only to be compared:
/// that of an oss_writer, the one it was opened with, may be freed already.
#[unsafe(no_mangle)]
pub extern "C" fn oss_current_call() -> *const oss_call {
    std::ptr::with_exposed_provenance(owner())
}

/// Ends the running request, or the next one if none runs, with #OSS_CANCELLED
/// within 250 ms, or when the callback that runs has returned; a transfer that
/// has no record deletes what it sent, which takes up to 2 s more. What comes
/// too late for one request ends the next. May be called from any thread and in
/// signal handlers. oss_call_reset() takes it back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_cancel(call: *mut oss_call) -> oss_status {
    // Nothing but an atomic addition on the good path: a signal handler may be in the middle of anything.
    // SAFETY: NULL or a live handle.
    match unsafe { borrow(call, "call") } {
        Ok(call) => {
            call.cancel.cancel();
            OSS_OK
        }
        Err(error) => remember(&error),
    }
}
