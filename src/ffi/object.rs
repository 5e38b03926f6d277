//! Operations on objects.

use std::ffi::{c_char, c_int, c_void};
use std::io::{self, Read, Write};

use super::call::oss_call;
use super::entry::Entries;
use super::given::RewindFn;
use super::guard::callback;
use super::handles::{self, oss_bucket};
use super::outcome::Download;
use super::run::{download, on_object, on_object_lasting, run, run_question};
use super::status::oss_status;
use super::support::{
    User, buffer, bytes, file_path, is_null, length_or_unknown, optional_text, strings, text,
    to_unsigned, write,
};
use crate::error::{Error, Kind, Result};
use crate::operations::{CopySource, ObjectIdentifier};
use crate::request::{Body, Rewind};

/// Fills `buf` with up to `cap` bytes and returns how many; 0 at the end, a
/// negative number to give up with #OSS_CANCELLED. It may block: only the total
/// timeout runs meanwhile. Runs on the calling thread, only during the call;
/// must not throw, longjmp, or use the call it serves.
pub type oss_read_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, buf: *mut u8, cap: usize) -> i64>;

/// Takes `len` bytes; returns 0 to go on, anything else to give up. Runs on the
/// calling thread, only during the call; must not throw, longjmp, or use the
/// call it serves.
pub type oss_write_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, data: *const u8, len: usize) -> c_int>;

/// What a callback yields, as the body of an upload.
pub(super) struct Reader {
    function: unsafe extern "C-unwind" fn(*mut c_void, *mut u8, usize) -> i64,
    user: User,
    rewind: Option<(RewindFn, User)>,
}

impl Reader {
    /// NULL for `read` is refused; without `rewind` the body is sent once.
    pub fn new(
        read: oss_read_fn,
        user: *mut c_void,
        rewind: Option<(RewindFn, User)>,
    ) -> Result<Reader> {
        Ok(Reader {
            function: read.ok_or_else(|| is_null("read"))?,
            user: User(user),
            rewind,
        })
    }

    /// A body of `len` bytes, -1 if unknown.
    pub fn body(&mut self, len: i64) -> Result<Body<'_>> {
        let length = length_or_unknown(len, "len", "length")?;
        Ok(match self.rewind {
            Some(_) => Body::Rewindable {
                reader: self,
                length,
            },
            None => Body::Stream {
                reader: self,
                length,
            },
        })
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the caller vouches for the function; it may write to the whole buffer.
        let got =
            callback(|| unsafe { (self.function)(self.user.0, buffer.as_mut_ptr(), buffer.len()) });
        if got < 0 {
            return Err(io::Error::other(gave_up("read", got)));
        }
        // It may be more than an address has bits.
        match usize::try_from(got) {
            Ok(got) if got <= buffer.len() => Ok(got),
            _ => Err(io::Error::other(Error::invalid(format!(
                "`read` returned {got} for a buffer of {} bytes",
                buffer.len()
            )))),
        }
    }
}

impl Rewind for Reader {
    fn rewind(&mut self) -> io::Result<()> {
        let Some((function, user)) = self.rewind else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        // SAFETY: the caller of oss_call_set_rewind() vouches for both.
        match callback(|| unsafe { function(user.0) }) {
            0 => Ok(()),
            refused => Err(io::Error::other(gave_up("rewind", refused.into()))),
        }
    }
}

fn gave_up(callback: &str, result: i64) -> Error {
    Error::new(
        Kind::Cancelled,
        format!("the {callback} callback gave up ({result})"),
    )
}

struct Writer {
    function: unsafe extern "C-unwind" fn(*mut c_void, *const u8, usize) -> c_int,
    user: User,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the caller vouches for the function; it may read all of the bytes.
        match callback(|| unsafe { (self.function)(self.user.0, bytes.as_ptr(), bytes.len()) }) {
            0 => Ok(bytes.len()),
            refused => Err(io::Error::other(gave_up("write", refused.into()))),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// PutObject: stores `len` bytes as `key`, up to 5 GB. Content-Type is guessed
/// from the key unless the call has one. `call` may be NULL, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    data: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and `len` bytes, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.put_object(key, bytes(data, len, "data")?, options)
        })
    }
}

/// PutObject from the regular file at `path`, up to 5 GB. If it is written to
/// meanwhile, the result is #OSS_IO and nothing is stored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.put_object_file(key, file_path(path, "path")?, options)
        })
    }
}

/// PutObject of what `read` yields: just `len` bytes, or -1 for all up to its
/// end. After a failure it is retried only as long as nothing was read, unless
/// oss_call_set_rewind() lets it begin again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object_stream(
    bucket: *const oss_bucket,
    key: *const c_char,
    len: i64,
    read: oss_read_fn,
    user: *mut c_void,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            let mut reader = Reader::new(read, user, lasting.rewind)?;
            bucket.put_object(key, reader.body(len)?, options)
        })
    }
}

/// GetObject: asks for `key`; then fetch the body with oss_call_read(), so
/// `call` is required. The call keeps a connection until the end of the body.
/// If it is reset, freed or used again before, the rest is dropped and the
/// connection closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        download(bucket, call, &|bucket, lasting, options| {
            let key = text(key, "key")?;
            Ok(match &lasting.read_ahead() {
                Some(transfer) => {
                    Download::Prefetch(bucket.prefetch_object(key, transfer, options)?)
                }
                None => Download::Object(bucket.get_object(key, options)?),
            })
        })
    }
}

/// GetObject into `buf` of `cap` bytes; `*len`, unless NULL, gets how many
/// came. A larger object is #OSS_INVALID_ARGUMENT and stays unread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_to_buffer(
    bucket: *const oss_bucket,
    key: *const c_char,
    buf: *mut c_void,
    cap: usize,
    len: *mut usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and `cap` bytes, or NULL, as the header asks.
    unsafe {
        write(len, 0);
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let (key, buffer) = (text(key, "key")?, buffer(buf, cap, "buf")?);
            let (response, length) = bucket.get_object_to_buffer(key, buffer, options)?;
            write(len, length);
            output.answer(response);
            Ok(())
        })
    }
}

/// GetObject into the file at `path`, which appears whole or not at all, after
/// an fsync unless oss_config_set_file_sync() is 0. A new file has mode 0666
/// less the umask; a replaced one keeps its mode and, where allowed, its owner.
/// Links are followed; only files are replaced. If it is killed, nothing stays,
/// or, where files need a name, `.NAME.alioss-part` until the next download.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_to_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.get_object_to_file(key, file_path(path, "path")?, options)
        })
    }
}

/// GetObject into `write`, piece by piece. Unless this returns #OSS_OK, what
/// was written is not the object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_to_stream(
    bucket: *const oss_bucket,
    key: *const c_char,
    write: oss_write_fn,
    user: *mut c_void,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            let mut writer = Writer {
                function: write.ok_or_else(|| is_null("write"))?,
                user: User(user),
            };
            match &lasting.read_ahead() {
                Some(transfer) => bucket
                    .prefetch_object(key, transfer, options)?
                    .read_to(&mut writer, options.progress),
                None => bucket.get_object_to_writer(key, &mut writer, options),
            }
        })
    }
}

/// HeadObject: the headers of the object without its body; see the getters of
/// the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_head_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.head_object(key, options)
        })
    }
}

/// GetObjectMeta: ETag, size and time of the object; cheaper than HeadObject.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_meta(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.get_object_meta(key, options)
        })
    }
}

/// DeleteObject. Deleting what is not there is a success, as with the service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.delete_object(key, options)
        })
    }
}

/// Whether the object exists, by GetObjectMeta: `*exists` gets 1 or 0. Only the
/// service's word that it does not is a 0; a refusal, a missing bucket and a
/// network failure are errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_object_exists(
    bucket: *const oss_bucket,
    key: *const c_char,
    exists: *mut c_int,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and an int, or NULL, as the header asks.
    unsafe {
        run_question(bucket, exists, call, |bucket, options| {
            bucket.object_exists(text(key, "key")?, options)
        })
    }
}

/// A source to copy from.
///
/// # Safety
/// All are NULL or strings that live during the call.
pub(super) unsafe fn copy_source<'a>(
    bucket: *const c_char,
    key: *const c_char,
    version_id: *const c_char,
) -> Result<CopySource<'a>> {
    // SAFETY: see above.
    unsafe {
        Ok(CopySource {
            bucket: optional_text(bucket, "source_bucket")?,
            key: text(key, "source_key")?,
            version_id: optional_text(version_id, "source_version_id")?,
        })
    }
}

/// CopyObject: makes `key` a copy of `source_key`, up to 5 GB. NULL for the
/// bucket of the source is this one, NULL for its version the latest. New
/// metadata comes as headers, with OSS_HEADER_METADATA_DIRECTIVE = "REPLACE".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_copy_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    source_bucket: *const c_char,
    source_key: *const c_char,
    source_version_id: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let source = copy_source(source_bucket, source_key, source_version_id)?;
            bucket.copy_object(key, source, options)
        })
    }
}

/// AppendObject: adds `len` bytes to an appendable object whose size has to be
/// `position`; 0 makes it. Go on at oss_call_next_append_position(). Never
/// retried: after a lost answer oss_head_object() shows whether it happened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_append_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    position: i64,
    data: *const c_void,
    len: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and `len` bytes, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let position = to_unsigned(position, "position", "0 and more")?;
            bucket.append_object(key, position, bytes(data, len, "data")?, options)
        })
    }
}

/// AppendObject of what `read` yields: just `len` bytes, or -1 for all up to
/// its end.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_append_object_stream(
    bucket: *const oss_bucket,
    key: *const c_char,
    position: i64,
    len: i64,
    read: oss_read_fn,
    user: *mut c_void,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object_lasting(bucket, key, call, &|bucket, key, lasting, options| {
            let position = to_unsigned(position, "position", "0 and more")?;
            let mut reader = Reader::new(read, user, lasting.rewind)?;
            bucket.append_object(key, position, reader.body(len)?, options)
        })
    }
}

/// SealAppendObject: nothing can be appended any more; `position` is the size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_seal_append_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    position: i64,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.seal_append_object(
                key,
                to_unsigned(position, "position", "0 and more")?,
                options,
            )
        })
    }
}

/// DeleteMultipleObjects: `count` objects, 1 to 1000, by `keys` and, unless
/// NULL, `version_ids`, each of which may be NULL. #OSS_OK even if some could
/// not be deleted: oss_call_next() steps through what the service says, with
/// `quiet` 0 all of them, else only the failures; look at the `kind` of the
/// entries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_multiple_objects(
    bucket: *const oss_bucket,
    keys: *const *const c_char,
    version_ids: *const *const c_char,
    count: usize,
    quiet: c_int,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and `count` strings, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let keys = strings(keys, count, "keys")?;
            let versions = match version_ids.is_null() {
                true => vec![None; keys.len()],
                false => strings(version_ids, count, "version_ids")?,
            };
            let objects = keys
                .into_iter()
                .zip(versions)
                .enumerate()
                .map(|(index, (key, version_id))| {
                    let key = key.ok_or_else(|| is_null(&format!("keys[{index}]")))?;
                    Ok(ObjectIdentifier { key, version_id })
                })
                .collect::<Result<Vec<_>>>()?;
            let (response, deleted) =
                bucket.delete_multiple_objects(&objects, quiet != 0, options)?;
            output.answer(response);
            output.entries = Some(Entries::Deleted(deleted.into_iter()));
            Ok(())
        })
    }
}
