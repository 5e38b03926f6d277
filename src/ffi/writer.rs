//! Objects that are written piece by piece.

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, TryLockError};

use super::call::oss_call;
use super::guard::WorksFor;
use super::handles::{self, oss_bucket};
use super::memory::{Handle, borrow, free, new_handle, word};
use super::run::{run, run_lasting, run_with_call};
use super::status::oss_status;
use super::support::{busy, bytes, status, text};
use crate::behalf::owner;
use crate::cancel::stopped;
use crate::error::{Error, Kind, Result};
use crate::transfer::ObjectWriter;

/// A progress function that keeps what it needs.
type OwnProgress = dyn Fn(u64, Option<u64>) -> bool + Send;

/// An object that is being written, of any length up to 48.8 TB. Memory: one
/// part for each worker. One thread at a time; it need not always be the same.
pub struct oss_writer {
    state: Mutex<State>,
    /// Whether a piece came while somebody else was writing, and was not taken.
    has_lost: AtomicBool,
}

impl Handle for oss_writer {
    const WORD: u32 = word(b"writ");
    const TYPE: &'static str = "oss_writer";
}

struct State {
    writer: ObjectWriter,
    progress: Option<Box<OwnProgress>>,
    /// The address of the call that it was opened with, or 0: whom it works for.
    owner: usize,
    /// What was told last.
    told: u64,
    has_failed: bool,
    /// What went wrong last, for who asks.
    last: Option<Error>,
}

impl oss_writer {
    /// To work with it; until the second is dropped, this thread works for the call that it was opened with.
    fn work(&self) -> Result<(MutexGuard<'_, State>, WorksFor)> {
        let state = match self.state.try_lock() {
            Ok(state) => state,
            Err(TryLockError::Poisoned(state)) => state.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(busy("writer")),
        };
        let works = WorksFor::now(state.owner);
        Ok((state, works))
    }

    /// The same, to go on with the object; an error if it lacks a piece.
    fn go_on(&self) -> Result<(MutexGuard<'_, State>, WorksFor)> {
        let (mut state, works) = self.work()?;
        if self.has_lost.load(Ordering::Acquire) {
            let error = Error::new(
                Kind::Busy,
                "a piece is missing: it came while another thread was writing",
            );
            let error = state.writer.refuse(error);
            return Err(state.failed(error));
        }
        Ok((state, works))
    }
}

impl Drop for State {
    fn drop(&mut self) {
        // One that was not finished is aborted, which may need keys.
        let _works = WorksFor::now(self.owner);
        let _ = self.writer.discard();
    }
}

impl State {
    fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let taken = self.writer.take(bytes)?;
            bytes = bytes.get(taken..).unwrap_or_default();
            self.tell(None)?;
        }
        Ok(())
    }

    /// Tells how much the service has, if that is news.
    fn tell(&mut self, total: Option<u64>) -> Result<()> {
        let sent = self.writer.sent();
        if let Some(progress) = &self.progress
            && (sent > self.told || total.is_some())
        {
            self.told = sent;
            if !progress(sent, total) && total.is_none() {
                return Err(self.writer.fail(stopped()));
            }
        }
        Ok(())
    }

    /// The flag that ended the object has done so; it is not for the next request of the call.
    fn failed(&mut self, error: Error) -> Error {
        if !self.has_failed && error.kind() == Kind::Cancelled {
            self.writer.cancel().clear();
        }
        self.has_failed = true;
        self.keep(error)
    }

    /// For who asks later.
    fn keep(&mut self, error: Error) -> Error {
        self.last = Some(error.clone());
        error
    }
}

/// Begins to write the object `key`; sends nothing yet. What fits into one part
/// is stored by one PutObject, more in parts by the workers of `call`, which
/// grow so that 10,000 are enough. Headers, timeout (up to the end of
/// oss_writer_finish()), progress (what the service has; `total` -1 up to the
/// end), part size and workers are those of `call`, which is free afterwards:
/// what is set in it later is not for the writer. What the progress function
/// needs has to live until oss_writer_free(). oss_call_cancel() of that call
/// ends the writer, also in oss_writer_finish() with another one; what was
/// sent is then deleted, which takes up to 2 s. `call` may be
/// NULL. Returns NULL if something is unusable: see oss_call_status() and
/// oss_call_error(), without a call oss_last_error(). Free with
/// oss_writer_free().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_writer_open(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> *mut oss_writer {
    let mut opened = None;
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        run_lasting(call, |lasting, options, _| {
            let (bucket, key) = (handles::bucket(bucket)?, text(key, "key")?);
            let mut options = options.clone();
            options.progress = None;
            // Another request of the call may come first, and use up the cancel that is for the writer, too.
            options.cancel = options.cancel.map(|cancel| cancel.branch());
            opened = Some(State {
                writer: bucket.writer(key, &lasting.transfer, &options)?,
                progress: lasting
                    .progress()
                    .map(|progress| Box::new(progress) as Box<OwnProgress>),
                owner: owner(),
                told: 0,
                has_failed: false,
                last: None,
            });
            Ok(())
        });
    }
    match opened {
        None => std::ptr::null_mut(),
        Some(state) => new_handle(|| {
            Ok(oss_writer {
                state: Mutex::new(state),
                has_lost: AtomicBool::new(false),
            })
        }),
    }
}

/// Writes `len` bytes; copies them. Sends a part when it is full, and waits for
/// memory. After an error, also of a piece that cannot be or came while the
/// writer was #OSS_BUSY, every further write and oss_writer_finish() return it,
/// and what was sent is deleted. For the words see oss_last_error(), for
/// the rest oss_writer_failure().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_writer_write(
    writer: *mut oss_writer,
    data: *const c_void,
    len: usize,
) -> oss_status {
    status(|| {
        // SAFETY: a live handle and `len` bytes, or NULL, as the header asks.
        let (writer, bytes) = unsafe { (borrow(writer, "writer")?, bytes(data, len, "data")) };
        let (mut state, _works) = writer.go_on().inspect_err(|error| {
            let is_lost = error.kind() == Kind::Busy && len > 0;
            writer.has_lost.fetch_or(is_lost, Ordering::Release);
        })?;
        let written = match bytes {
            Ok(bytes) => state.write(bytes),
            Err(error) => Err(state.writer.refuse(error)),
        };
        written.map_err(|error| state.failed(error))
    })
}

/// Stores the object: only if this returns #OSS_OK is it there, whole, and
/// compared with its CRC-64. Returns the first error of the writer, if there
/// was one; nothing is stored then. `call` gets the answer or the error; it may
/// be NULL, the one that opened the writer or another one. The writer still has
/// to be freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_writer_finish(
    writer: *mut oss_writer,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL, as the header asks.
    unsafe {
        run(call, |_, output| {
            // The call that the writer was opened with is what can be cancelled; this one may be another.
            output.cancel_is_cleared = true;
            let (mut state, _works) = borrow(writer, "writer")?.go_on()?;
            let response = state.writer.end().map_err(|error| state.failed(error))?;
            let total = state.writer.sent();
            state.tell(Some(total))?;
            output.answer(response);
            Ok(())
        })
    }
}

/// Gives the object up and deletes what was sent of it; nothing is stored. If
/// deleting fails, the status says why, oss_writer_failure() all of it, and
/// oss_abort_uploads_before() can do it later. After oss_writer_finish() this
/// does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_writer_abort(writer: *mut oss_writer) -> oss_status {
    status(|| {
        // SAFETY: NULL or a live handle.
        let writer = unsafe { borrow(writer, "writer") }?;
        let (mut state, _works) = writer.work()?;
        let discarded = state.writer.discard();
        discarded.map_err(|error| state.keep(error))
    })
}

/// Gives `call`, which may not be NULL, what went wrong last when the writer
/// wrote, finished or aborted: code, message, request id and the rest, as of a
/// request of `call` that failed. Returns the status of that; #OSS_OK if all is
/// well. Sends nothing, and changes nothing in the writer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_writer_failure(
    writer: *const oss_writer,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL, as the header asks.
    unsafe {
        run_with_call(call, |_, output| {
            let (state, _works) = borrow(writer, "writer")?.work()?;
            // Nothing of this call was cancelled.
            output.cancel_is_cleared = true;
            state.last.clone().map_or(Ok(()), Err)
        })
    }
}

/// Frees a writer; not while it is used, so not in its progress function. One
/// that was not finished is aborted. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_writer_free(writer: *mut oss_writer) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(writer) }
}
