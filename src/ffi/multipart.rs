//! Multipart uploads.

use std::ffi::{c_char, c_void};

use super::call::oss_call;
use super::handles::{self, oss_bucket};
use super::input::part_number;
use super::object::{Reader, copy_source, oss_read_fn};
use super::run::{on_object, on_object_lasting, run_given, run_with_call};
use super::status::oss_status;
use super::support::{bytes, file_path, text, to_unsigned};

/// InitiateMultipartUpload: begins an upload; oss_call_upload_id() is its id,
/// so `call` is required. Headers of the call become those of the object. What
/// is never completed or aborted is stored and billed as parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_initiate_multipart_upload(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run_with_call(call, |options, output| {
            let (bucket, key) = (handles::bucket(bucket)?, text(key, "key")?);
            output.answer(bucket.initiate_multipart_upload(key, options)?.0);
            Ok(())
        })
    }
}

/// UploadPart: stores `len` bytes as part `number`, 1 to 10000; 100 KB to 5 GB,
/// the last one also less. Keep oss_call_etag() and oss_call_crc64() for
/// completing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_upload_part(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    number: i32,
    data: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let (id, number) = (text(upload_id, "upload_id")?, part_number(number)?);
            bucket.upload_part(key, id, number, bytes(data, len, "data")?, options)
        })
    }
}

/// UploadPart of `len` bytes of the file at `path`, from `offset` on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_upload_part_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    number: i32,
    path: *const c_char,
    offset: i64,
    len: i64,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let (id, number) = (text(upload_id, "upload_id")?, part_number(number)?);
            let (offset, len) = (
                to_unsigned(offset, "offset", "0 and more")?,
                to_unsigned(len, "len", "0 and more")?,
            );
            bucket.upload_part_file(
                key,
                id,
                number,
                file_path(path, "path")?,
                offset,
                len,
                options,
            )
        })
    }
}

/// UploadPart of what `read` yields; see oss_put_object_stream().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_upload_part_stream(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    number: i32,
    len: i64,
    read: oss_read_fn,
    user: *mut c_void,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            let (id, number) = (text(upload_id, "upload_id")?, part_number(number)?);
            let mut reader = Reader::new(read, user, lasting.rewind)?;
            bucket.upload_part(key, id, number, reader.body(len)?, options)
        })
    }
}

/// UploadPartCopy: makes part `number` a copy of an object, or of the range
/// that oss_call_set_range() sets. The source as for oss_copy_object().
/// oss_call_text() has the "ETag".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_upload_part_copy(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    number: i32,
    source_bucket: *const c_char,
    source_key: *const c_char,
    source_version_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let (id, number) = (text(upload_id, "upload_id")?, part_number(number)?);
            let source = copy_source(source_bucket, source_key, source_version_id)?;
            bucket.upload_part_copy(key, id, number, source, options)
        })
    }
}

/// CompleteMultipartUpload: makes the parts of oss_call_add_part() the object,
/// and compares its CRC-64 if all of them have theirs; without any, all parts
/// that were uploaded. After a failure the parts have to be added again. Never
/// retried: after a lost answer oss_head_object() shows whether it happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_complete_multipart_upload(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run_given(call, true, |given, options, output| {
            let (bucket, key) = (handles::bucket(bucket)?, text(key, "key")?);
            let id = text(upload_id, "upload_id")?;
            output.answer(bucket.complete_multipart_upload(key, id, given.parts, options)?);
            Ok(())
        })
    }
}

/// AbortMultipartUpload: ends an upload and deletes its parts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_abort_multipart_upload(
    bucket: *const oss_bucket,
    key: *const c_char,
    upload_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.abort_multipart_upload(key, text(upload_id, "upload_id")?, options)
        })
    }
}
