//! Whole directories, and all objects that begin alike.

use std::cell::Cell;
use std::ffi::{CString, c_char, c_int, c_void};
use std::path::Path;

use super::call::oss_call;
use super::guard::{callback, guard};
use super::handles::{self, oss_bucket};
use super::input::set;
use super::memory::borrow;
use super::outcome::Output;
use super::run::run_lasting;
use super::status::{OSS_OK, number, oss_status};
use super::support::{User, file_path, text};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::operations::Bucket;
use crate::request::Options;
use crate::transfer::{
    Count, DeletePrefix, DirectoryTransfer, Outcome, OutcomeKind, PartlyDone, Report, Transfer,
};

/// Deletes at the target what the source does not have, after everything else:
/// not if anything failed, and not from a source that is unreadable or has no
/// file. What the filter leaves out, and what was skipped, stays. A local file
/// that was written to since it was listed stays, too, and fails; an object
/// goes by its key.
pub const OSS_DIRECTORY_DELETE: c_int = 1;
/// With OSS_DIRECTORY_DELETE: also if the source has no file, which then
/// deletes everything.
pub const OSS_DIRECTORY_DELETE_FROM_EMPTY: c_int = 2;
/// Transfers everything, also what is the same on both sides. An upload then
/// lists nothing. Not together with OSS_DIRECTORY_DELETE.
pub const OSS_DIRECTORY_OVERWRITE: c_int = 4;
/// Compares files of the same size by CRC-64, not by time. Local files are read
/// for it. An upload needs this if a whole directory took the place of another
/// one, by a rename or a link, since the files in it keep their times, or if
/// the clock was behind when files were written.
pub const OSS_DIRECTORY_COMPARE_CONTENT: c_int = 8;
/// Follows symbolic links. Otherwise an upload skips them, and in a download a
/// file fails that would be written through one.
pub const OSS_DIRECTORY_FOLLOW_LINKS: c_int = 16;
/// The first file that fails ends the transfer.
pub const OSS_DIRECTORY_STOP_AT_FAILURE: c_int = 32;
/// An upload makes an object of 0 bytes, with a slash at the end of its key,
/// for each empty directory.
pub const OSS_DIRECTORY_MARKERS: c_int = 64;
/// Changes nothing, but reports what would be done.
pub const OSS_DIRECTORY_DRY_RUN: c_int = 128;

/// Allows oss_delete_prefix() an empty prefix: every object of the bucket.
pub const OSS_DELETE_WHOLE_BUCKET: c_int = 1;
/// Deletes all versions and delete markers for good.
pub const OSS_DELETE_VERSIONS: c_int = 2;

/// It was uploaded or downloaded.
pub const OSS_OUTCOME_TRANSFERRED: c_int = 1;
/// It was the same on both sides already.
pub const OSS_OUTCOME_UNCHANGED: c_int = 2;
/// It was left out by a rule: a link, a pipe, a file that vanished, a part of a
/// file.
pub const OSS_OUTCOME_SKIPPED: c_int = 3;
/// It was to be transferred or deleted, but could not be.
pub const OSS_OUTCOME_FAILED: c_int = 4;
/// It was deleted.
pub const OSS_OUTCOME_DELETED: c_int = 5;

/// The numbers of the core's kinds.
const KINDS: [(c_int, OutcomeKind); 5] = [
    (OSS_OUTCOME_TRANSFERRED, OutcomeKind::Transferred),
    (OSS_OUTCOME_UNCHANGED, OutcomeKind::Unchanged),
    (OSS_OUTCOME_SKIPPED, OutcomeKind::Skipped),
    (OSS_OUTCOME_FAILED, OutcomeKind::Failed),
    (OSS_OUTCOME_DELETED, OutcomeKind::Deleted),
];

/// What became of a file or an object. Only the library makes these; later
/// versions add fields at the end.
#[repr(C)]
pub struct oss_outcome {
    /// What became of it: one of the constants above.
    pub kind: c_int,
    /// The whole key of the object.
    pub key: *const c_char,
    /// The version that was deleted; NULL if none was named.
    pub version_id: *const c_char,
    /// The local file; NULL if there is none.
    pub path: *const c_char,
    /// Bytes; 0 if that is not known. Of an upload, what the file had then.
    pub size: i64,
    /// Why it was skipped or failed; #OSS_OK for the others.
    pub status: oss_status,
    /// The same in words; NULL for the others.
    pub reason: *const c_char,
    /// ETag, with its quotes, of the object that was stored, fetched or was the
    /// same already; NULL if that is not known.
    pub etag: *const c_char,
    /// Last-Modified of an object that was fetched or the same already, in
    /// seconds since 1970 UTC; -1 if that is not known.
    pub last_modified: i64,
    /// Of an upload, the file just before it was read: when it was written to
    /// (`st_mtim`), in nanoseconds since 1970; 0 if not known. Who removes what
    /// was uploaded has to compare `size` and these four with the file as it is
    /// then: it may have changed while the answer was awaited, or since.
    pub file_modified_ns: i64,
    /// When anything about it was changed (`st_ctim`), likewise; 0 on Windows.
    pub file_changed_ns: i64,
    /// The device that it is on (`st_dev`); 0 on Windows.
    pub file_device: u64,
    /// Its number there (`st_ino`); 0 on Windows.
    pub file_number: u64,
}

/// Is told of each file when it is done. `outcome` lives as long as this runs.
/// Return 0 to go on, anything else to stop the rest with #OSS_CANCELLED. Runs
/// on the calling thread, only during the call; must not throw, longjmp or use
/// the call.
pub type oss_outcome_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, outcome: *const oss_outcome) -> c_int>;

/// Says whether a file is to be looked at: 1, or 0 to leave it out on both
/// sides; a negative number stops the transfer with #OSS_CANCELLED. `name` is
/// its name below the directory, such as "a/b"; that of a directory ends with a
/// slash. Runs on the calling thread, only during the call; must not throw,
/// longjmp or use the call.
pub type oss_filter_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, name: *const c_char) -> c_int>;

pub(super) type OutcomeFn = unsafe extern "C-unwind" fn(*mut c_void, *const oss_outcome) -> c_int;
pub(super) type FilterFn = unsafe extern "C-unwind" fn(*mut c_void, *const c_char) -> c_int;

/// An outcome in C's terms, and the texts it points to.
pub(super) struct OutcomeMemory {
    outcome: oss_outcome,
    _texts: Vec<CString>,
}

// SAFETY: the pointers of `outcome` lead into its texts, which move with it and are never changed.
unsafe impl Send for OutcomeMemory {}
// SAFETY: the same.
unsafe impl Sync for OutcomeMemory {}

impl OutcomeMemory {
    fn new(outcome: &Outcome) -> OutcomeMemory {
        let mut texts = Vec::new();
        let mut lend = |bytes: Vec<u8>| {
            if bytes.is_empty() {
                return std::ptr::null();
            }
            let text = c_text(bytes);
            let pointer = text.as_ptr();
            texts.push(text);
            pointer
        };
        let reason = outcome.error.as_ref();
        let file = outcome.file.unwrap_or_default();
        let outcome = oss_outcome {
            kind: outcome.kind as c_int,
            key: lend(outcome.key.clone().into_bytes()),
            version_id: lend(outcome.version_id.clone().into_bytes()),
            path: lend(path_bytes(&outcome.path)),
            size: outcome.size.try_into().unwrap_or(i64::MAX),
            status: reason.map_or(OSS_OK, number),
            reason: reason.map_or(std::ptr::null(), |error| {
                lend(error.to_string().into_bytes())
            }),
            etag: lend(outcome.etag.clone().into_bytes()),
            last_modified: outcome.last_modified.map_or(-1, |time| time.0),
            file_modified_ns: file.modified_ns,
            file_changed_ns: file.changed_ns,
            file_device: file.device,
            file_number: file.number,
        };
        OutcomeMemory {
            outcome,
            _texts: texts,
        }
    }
}

/// A text for C, with spaces where it holds a NUL.
fn c_text(mut bytes: Vec<u8>) -> CString {
    for byte in bytes.iter_mut().filter(|byte| **byte == 0) {
        *byte = b' ';
    }
    CString::new(bytes).unwrap_or_default()
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

/// Who is told of outcomes, and who is asked about names.
#[derive(Clone, Copy, Default)]
pub(super) struct Watchers {
    pub outcome: Option<(OutcomeFn, User)>,
    pub filter: Option<(FilterFn, User)>,
}

impl Watchers {
    /// Whether to go on after `outcome`.
    fn tell(&self, outcome: &Outcome) -> bool {
        let Some((function, user)) = self.outcome else {
            return true;
        };
        let memory = OutcomeMemory::new(outcome);
        // SAFETY: the caller of oss_call_set_outcome() vouches for both; the outcome lives until then.
        callback(|| unsafe { function(user.0, &raw const memory.outcome) == 0 })
    }

    /// What the filter says of `name`; 1 without one.
    fn judge(&self, name: &str) -> c_int {
        let Some((function, user)) = self.filter else {
            return 1;
        };
        let name = c_text(name.as_bytes().to_vec());
        // SAFETY: the caller of oss_call_set_filter() vouches for both; the name lives until then.
        callback(|| unsafe { function(user.0, name.as_ptr()) })
    }
}

/// A filter that may give up: then nothing more is wanted, and the transfer is cancelled.
struct Sieve<'s> {
    watchers: &'s Watchers,
    cancel: Option<&'s Cancel>,
    gave_up: Cell<Option<c_int>>,
}

impl Sieve<'_> {
    fn wants(&self, name: &str) -> bool {
        if self.gave_up.get().is_some() {
            return false;
        }
        let said = self.watchers.judge(name);
        if said < 0 {
            self.gave_up.set(Some(said));
            if let Some(cancel) = self.cancel {
                cancel.cancel();
            }
        }
        said > 0
    }

    /// What `done` is, unless the filter gave up; also if the transfer was over before it could be cancelled.
    fn result(&self, done: Result<Report, PartlyDone>) -> Result<Report, PartlyDone> {
        let Some(said) = self.gave_up.get() else {
            return done;
        };
        let report = done.unwrap_or_else(|partly| partly.into_parts().1);
        let why = format!("the filter gave up ({said})");
        Err(PartlyDone::new(Error::new(Kind::Cancelled, why), report))
    }
}

/// Files the report of a call about many files.
fn keep(output: &mut Output, done: Result<Report, PartlyDone>) -> Result<()> {
    let (report, result) = match done {
        Ok(report) => (report, Ok(())),
        Err(partly) => {
            let (error, report) = partly.into_parts();
            (report, Err(error))
        }
    };
    output.outcomes = report.problems().iter().map(OutcomeMemory::new).collect();
    output.report = report;
    result
}

/// Has `function` told of each file of oss_upload_directory(),
/// oss_download_directory() and oss_delete_prefix(); NULL ends that. Stays
/// until oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_outcome(
    call: *mut oss_call,
    function: oss_outcome_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            lasting.watchers.outcome = function.map(|function| (function, User(user)));
            Ok(())
        })
    }
}

/// Has `function` asked which files oss_upload_directory() and
/// oss_download_directory() look at, also for deleting; NULL: all. Stays until
/// oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_filter(
    call: *mut oss_call,
    function: oss_filter_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            lasting.watchers.filter = function.map(|function| (function, User(user)));
            Ok(())
        })
    }
}

/// Stores all regular files below `directory` as objects below `prefix` (a
/// slash is added unless it is "" or ends with one). A file is unchanged if its
/// object has its size and was stored after anything about the file was
/// changed. If that was after the file was written to (it was moved here,
/// restored, or got another mode), the content is compared: a HeadObject, and
/// the file is read; each time until the object is stored anew. What unfinished
/// transfers left (`.NAME.alioss-part`) is skipped. `flags` are those above, or
/// 0. After a failure or a kill the same call goes on where it stopped. Files
/// go on if one fails; then the status is that of the first, and
/// oss_call_outcome_at() has each. Headers, timeout, progress and cancel are of
/// the whole; the progress has no total before all files are known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_upload_directory(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    directory: *const c_char,
    flags: c_int,
    call: *mut oss_call,
) -> oss_status {
    let run =
        |bucket: &Bucket,
         prefix: &str,
         path: &Path,
         how: &DirectoryTransfer<'_>,
         options: &Options<'_>| { bucket.upload_directory(prefix, path, how, options) };
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe { on_directory(bucket, prefix, directory, flags, call, &run) }
}

/// Fetches all objects below `prefix`, as above, into `directory`, which is
/// made if there is none. Files get the times of their objects, and are
/// unchanged if they have size and time, or size and CRC-64, of them; who sets
/// times by hand needs OSS_DIRECTORY_COMPARE_CONTENT. What cannot be a file
/// there fails and is written nowhere: keys with "..", a NUL, nothing between
/// two slashes, on Windows names of devices and the like; "a/b" beside "a";
/// what symbolic links are in the way of. A key with a slash at its end becomes
/// a directory. All else as for oss_upload_directory().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_download_directory(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    directory: *const c_char,
    flags: c_int,
    call: *mut oss_call,
) -> oss_status {
    let run =
        |bucket: &Bucket,
         prefix: &str,
         path: &Path,
         how: &DirectoryTransfer<'_>,
         options: &Options<'_>| { bucket.download_directory(prefix, path, how, options) };
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe { on_directory(bucket, prefix, directory, flags, call, &run) }
}

type OnDirectory<'f> = dyn Fn(&Bucket, &str, &Path, &DirectoryTransfer<'_>, &Options<'_>) -> Result<Report, PartlyDone>
    + 'f;

/// Runs a transfer of a directory.
///
/// # Safety
/// Handles and strings, each NULL or alive.
unsafe fn on_directory(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    directory: *const c_char,
    flags: c_int,
    call: *mut oss_call,
    operation: &OnDirectory<'_>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run_lasting(call, |lasting, options, output| {
            let watchers = lasting.watchers;
            let told = |outcome: &Outcome| watchers.tell(outcome);
            let bucket = handles::bucket(bucket)?;
            let (prefix, path) = (text(prefix, "prefix")?, file_path(directory, "directory")?);
            let mut how = with_flags(lasting.transfer.clone(), flags)?;
            if watchers.outcome.is_some() {
                how = how.on_outcome(&told);
            }
            let sieve = Sieve {
                watchers: &watchers,
                cancel: options.cancel.as_ref(),
                gave_up: Cell::new(None),
            };
            let wanted = |name: &str| sieve.wants(name);
            if watchers.filter.is_some() {
                how = how.filter(&wanted);
            }
            let done = operation(&bucket, prefix, path, &how, options);
            keep(output, sieve.result(done))
        })
    }
}

/// A rule of the core that a flag stands for.
type Setter = for<'a> fn(DirectoryTransfer<'a>) -> DirectoryTransfer<'a>;

fn with_flags<'a>(transfer: Transfer, flags: c_int) -> Result<DirectoryTransfer<'a>> {
    const ALL: [(c_int, Setter); 8] = [
        (OSS_DIRECTORY_DELETE, |how| how.delete()),
        (OSS_DIRECTORY_DELETE_FROM_EMPTY, |how| {
            how.delete_from_empty()
        }),
        (OSS_DIRECTORY_OVERWRITE, |how| how.overwrite()),
        (OSS_DIRECTORY_COMPARE_CONTENT, |how| how.compare_content()),
        (OSS_DIRECTORY_FOLLOW_LINKS, |how| how.follow_links()),
        (OSS_DIRECTORY_STOP_AT_FAILURE, |how| how.stop_at_failure()),
        (OSS_DIRECTORY_MARKERS, |how| how.markers()),
        (OSS_DIRECTORY_DRY_RUN, |how| how.dry_run()),
    ];
    check_flags(flags, 255, "OSS_DIRECTORY_")?;
    let set = ALL.iter().filter(|(flag, _)| flags & flag != 0);
    let how = DirectoryTransfer::new().transfer(transfer);
    Ok(set.fold(how, |how, (_, set)| set(how)))
}

fn check_flags(flags: c_int, known: c_int, names: &str) -> Result<()> {
    if flags & !known == 0 {
        return Ok(());
    }
    Err(Error::refused(
        "flags",
        format_args!("{flags} has bits of no flag"),
        format_args!("0 and the constants {names}*, joined with |"),
    ))
}

/// Deletes every object whose key begins with `prefix`, 1000 in a request. The
/// prefix is a piece of text: "log" is also "logs/a" and "log2". An empty one
/// is #OSS_INVALID_ARGUMENT, unless `flags` has OSS_DELETE_WHOLE_BUCKET. What
/// cannot be deleted does not stop the rest; then the status is that of the
/// first, and oss_call_outcome_at() has each. oss_call_outcome_count() tells
/// how many were deleted. Timeout and cancel are of the whole.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_prefix(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    flags: c_int,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run_lasting(call, |lasting, options, output| {
            let watchers = lasting.watchers;
            let told = |outcome: &Outcome| watchers.tell(outcome);
            let (bucket, prefix) = (handles::bucket(bucket)?, text(prefix, "prefix")?);
            let known = OSS_DELETE_WHOLE_BUCKET | OSS_DELETE_VERSIONS;
            check_flags(flags, known, "OSS_DELETE_")?;
            let mut how = DeletePrefix::new();
            if flags & OSS_DELETE_WHOLE_BUCKET != 0 {
                how = how.whole_bucket();
            }
            if flags & OSS_DELETE_VERSIONS != 0 {
                how = how.versions();
            }
            if watchers.outcome.is_some() {
                how = how.on_outcome(&told);
            }
            keep(output, bucket.delete_prefix(prefix, &how, options))
        })
    }
}

/// Looks into the report of a call.
///
/// # Safety
/// `call` is NULL or a live handle.
unsafe fn count(call: *const oss_call, kind: c_int, number: fn(Count) -> u64) -> i64 {
    let counted = guard(|| {
        // SAFETY: see above.
        let state = unsafe { borrow(call, "call") }?.read_state()?;
        let kind = KINDS.iter().find(|(known, _)| *known == kind);
        let count = kind.map(|(_, kind)| state.output.report.count(*kind));
        Ok(count.map_or(0, number))
    });
    counted.unwrap_or(0).try_into().unwrap_or(i64::MAX)
}

/// How many files of the last request ended like `kind`, such as
/// OSS_OUTCOME_DELETED; 0 if there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_outcome_count(call: *const oss_call, kind: c_int) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { count(call, kind, |count| count.files) }
}

/// How many bytes these files have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_outcome_bytes(call: *const oss_call, kind: c_int) -> i64 {
    // SAFETY: NULL or a live handle.
    unsafe { count(call, kind, |count| count.bytes) }
}

/// The files that were skipped or failed one by one, the first 1000 of each
/// kind: number `index`, from 0, or NULL after the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_outcome_at(
    call: *const oss_call,
    index: usize,
) -> *const oss_outcome {
    let found = guard(|| {
        // SAFETY: NULL or a live handle.
        let state = unsafe { borrow(call, "call") }?.read_state()?;
        let memory = state.output.outcomes.get(index);
        Ok(memory.map(|memory| &raw const memory.outcome))
    });
    found.ok().flatten().unwrap_or(std::ptr::null())
}
