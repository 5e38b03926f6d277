//! Large files in parts.

use std::ffi::{c_char, c_int};

use super::call::oss_call;
use super::given::Lasting;
use super::handles::{self, oss_bucket};
use super::input::set;
use super::object::copy_source;
use super::run::{on_object_lasting, run_lasting};
use super::status::oss_status;
use super::support::{file_path, text, to_unsigned};
use crate::error::{Error, Result};
use crate::operations::Bucket;
use crate::request::Options;
use crate::transfer::Transfer;

fn change(lasting: &mut Lasting, change: impl FnOnce(Transfer) -> Transfer) -> Result<()> {
    let changed = change(lasting.transfer.clone());
    changed.check()?;
    lasting.transfer = changed;
    Ok(())
}

/// Bytes per part of transfers, 102400 to 5368709120, at most 10000 parts.
/// Default 8 MiB, and more for files of more than 80 GB. What fits into one
/// part is sent in one request. Stays until oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_part_size(call: *mut oss_call, bytes: i64) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            let bytes = to_unsigned(bytes, "part_size", "102400 to 5368709120 bytes")?;
            change(lasting, |transfer| transfer.part_size(bytes))
        })
    }
}

/// How many parts are under way at the same time, 1 to 64, default 3. With 1
/// all happens on the calling thread; else that many threads end with the
/// transfer, and credentials and log functions are called on them. Stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_workers(call: *mut oss_call, workers: c_int) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            let workers = to_unsigned(workers.into(), "workers", "1 to 64")?;
            change(lasting, |transfer| transfer.workers(workers))
        })
    }
}

/// Has oss_get_object() and oss_get_object_to_stream() hold that many parts,
/// the one being read and those after it, each fetched by a thread and a
/// connection of its own: for links that one connection does not fill. 2 to 64,
/// and 0 for off, which is the default. Parts have the size that
/// oss_call_set_part_size() says; what fits into one, and ranges, are read as
/// without. The object is asked for by HeadObject first, and if it changes,
/// reading fails with #OSS_CONFLICT. Stays until oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_prefetch(call: *mut oss_call, parts: c_int) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(call, &|lasting| {
            lasting.prefetch = match usize::try_from(parts) {
                Ok(0) => None,
                Ok(parts @ 2..=64) => Some(parts),
                _ => {
                    return Err(Error::refused(
                        "prefetch",
                        format_args!("{parts} is out of range"),
                        "2 to 64, and 0 for off",
                    ));
                }
            };
            Ok(())
        })
    }
}

/// Keeps records of transfers in `directory`, which has to exist, instead of
/// beside the local file. Stays until oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_record_directory(
    call: *mut oss_call,
    directory: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL.
    unsafe {
        set(call, &|lasting| {
            let directory = file_path(directory, "directory")?;
            if directory.as_os_str().is_empty() {
                return Err(Error::invalid("`directory` is empty"));
            }
            change(lasting, |transfer| transfer.record_directory(directory))
        })
    }
}

/// Keeps no records: a transfer that fails leaves nothing, and begins from the
/// start the next time. To delete what was sent it takes up to 10 s, or 2 s if
/// it was cancelled or timed out. Stays until oss_call_reset().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_call_set_no_record(call: *mut oss_call) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe { set(call, &|lasting| change(lasting, Transfer::without_record)) }
}

/// Gives up a transfer to or from an object, which has no answer to show.
///
/// # Safety
/// As [`on_object_lasting`].
unsafe fn give_up(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
    abort: &dyn Fn(&Bucket, &str, &Lasting, &Options<'_>) -> Result<()>,
) -> oss_status {
    // SAFETY: see above.
    unsafe {
        run_lasting(call, |lasting, options, _| {
            let (bucket, key) = (handles::bucket(bucket)?, text(key, "key")?);
            abort(&bucket, key, lasting, options)
        })
    }
}

/// Stores the regular file at `path`, up to 48.8 TB, in parts. After a failure
/// or a kill the same call goes on where it stopped; the record is
/// `.NAME.HASH.alioss-upload`. On a full or read-only disk there is none, and a
/// kill leaves parts for oss_abort_uploads_before(). Headers, timeout, progress
/// and cancel are of the whole; Content-MD5, Content-Length, Range and
/// Accept-Encoding are of single requests, and all transfers refuse them.
/// #OSS_BUSY if another transfer is using the record. What is stored is what
/// the file was when its last bytes were read; it may change while the answer
/// is awaited. Who removes it has to compare size and times of before the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_upload_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            bucket.upload_file(key, file_path(path, "path")?, &lasting.transfer, options)
        })
    }
}

/// Gives up what oss_upload_file() with the same arguments did not finish:
/// deletes the parts that were sent, and the record. #OSS_OK if there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_abort_upload_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        give_up(bucket, key, call, &|bucket, key, lasting, options| {
            bucket.abort_upload_file(key, file_path(path, "path")?, &lasting.transfer, options)
        })
    }
}

/// GetObject into the file at `path` in parts, as oss_get_object_to_file().
/// After a failure or a kill the same call goes on where it stopped; what came
/// is in `.NAME.HASH.alioss-download`. #OSS_CONFLICT if the object changes
/// meanwhile, #OSS_BUSY if another transfer is using the record.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_download_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            bucket.download_file(key, file_path(path, "path")?, &lasting.transfer, options)
        })
    }
}

/// Removes what oss_download_file() with the same arguments did not finish.
/// #OSS_OK if there is nothing. Sends nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_abort_download_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        give_up(bucket, key, call, &|bucket, key, lasting, options| {
            bucket.abort_download_file(key, file_path(path, "path")?, &lasting.transfer, options)
        })
    }
}

/// Makes `key` a copy of `source_key`, up to 48.8 TB, within the service:
/// arguments and result are as of oss_copy_object(), but a source of more than
/// one part (default 64 MiB here) is copied in parts, and has the same headers,
/// metadata and tags afterwards. The source is asked for first; #OSS_CONFLICT
/// if it changes meanwhile, #OSS_UNSUPPORTED for symbolic links and sources in
/// other regions. Goes on where it stopped only if
/// oss_call_set_record_directory() was given: there is no local file that a
/// record could be beside.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_copy_large_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    source_bucket: *const c_char,
    source_key: *const c_char,
    source_version_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            let source = copy_source(source_bucket, source_key, source_version_id)?;
            bucket.copy_large_object(key, source, &lasting.transfer, options)
        })
    }
}

/// Gives up what oss_copy_large_object() with the same arguments did not
/// finish: deletes the parts and the record. #OSS_OK if there are none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_abort_copy_large_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    source_bucket: *const c_char,
    source_key: *const c_char,
    source_version_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        give_up(bucket, key, call, &|bucket, key, lasting, options| {
            let source = copy_source(source_bucket, source_key, source_version_id)?;
            bucket.abort_copy_large_object(key, source, &lasting.transfer, options)
        })
    }
}
