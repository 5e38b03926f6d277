//! Operations on objects.

use std::ffi::{c_char, c_int, c_void};
use std::io::{self, Read, Write};

use super::call::{oss_call, run};
use super::handles::{self, oss_bucket};
use super::status::oss_status;
use super::support::{User, buffer, bytes, is_null, text};
use crate::error::{Error, Kind};
use crate::request::Body;

/// Fills `buf` with up to `cap` bytes and returns how many; 0 at the end, -1 to
/// give up. Runs on the calling thread, only during the call; must not throw,
/// longjmp, or use the call it serves.
pub type oss_read_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, buf: *mut u8, cap: usize) -> i64>;

/// Takes `len` bytes; returns 0 to go on, anything else to give up. Runs on the
/// calling thread, only during the call; must not throw, longjmp, or use the
/// call it serves.
pub type oss_write_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, data: *const u8, len: usize) -> c_int>;

struct Reader {
    function: unsafe extern "C-unwind" fn(*mut c_void, *mut u8, usize) -> i64,
    user: User,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the caller vouches for the function; it may write to the whole buffer.
        let got = unsafe { (self.function)(self.user.0, buffer.as_mut_ptr(), buffer.len()) };
        match usize::try_from(got) {
            Ok(got) if got <= buffer.len() => Ok(got),
            Ok(got) => Err(io::Error::other(Error::invalid(format!(
                "`read` returned {got} for a buffer of {} bytes",
                buffer.len()
            )))),
            Err(_) => Err(io::Error::other(Error::new(
                Kind::Cancelled,
                format!("the read callback gave up ({got})"),
            ))),
        }
    }
}

struct Writer {
    function: unsafe extern "C-unwind" fn(*mut c_void, *const u8, usize) -> c_int,
    user: User,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the caller vouches for the function; it may read all of the bytes.
        match unsafe { (self.function)(self.user.0, bytes.as_ptr(), bytes.len()) } {
            0 => Ok(bytes.len()),
            refused => Err(io::Error::other(Error::new(
                Kind::Cancelled,
                format!("the write callback gave up ({refused})"),
            ))),
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
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let (key, body) = (text(key, "key")?, bytes(data, len, "data")?);
            output.answer(bucket.put_object(key, body, options)?);
            Ok(())
        })
    }
}

/// PutObject from the file at `path`, up to 5 GB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let (key, path) = (text(key, "key")?, text(path, "path")?);
            output.answer(bucket.put_object_file(key, path, options)?);
            Ok(())
        })
    }
}

/// PutObject of what `read` yields: `len` bytes, or -1 if unknown. With a length,
/// `read` is asked once more after the last byte and must then return 0. Repeated
/// on failure only as long as nothing was read.
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
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let key = text(key, "key")?;
            let length = match u64::try_from(len) {
                Ok(length) => Some(length),
                Err(_) if len == -1 => None,
                Err(_) => {
                    return Err(Error::invalid(format!(
                        "`len`: {len} is no length; allowed are 0 and more, and -1 for unknown"
                    )));
                }
            };
            let mut reader = Reader {
                function: read.ok_or_else(|| is_null("read"))?,
                user: User(user),
            };
            let body = Body::Stream {
                reader: &mut reader,
                length,
            };
            output.answer(bucket.put_object(key, body, options)?);
            Ok(())
        })
    }
}

/// GetObject: asks for `key`; then fetch the body with oss_call_read(), so `call`
/// is required. Until its end the call keeps a connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        let required = !call.is_null();
        run(call, |options, output| {
            if !required {
                return Err(is_null("call"));
            }
            let bucket = handles::bucket(bucket)?;
            let object = bucket.get_object(text(key, "key")?, options)?;
            output.object = Some(object);
            Ok(())
        })
    }
}

/// GetObject into `buf` of `cap` bytes; `*len`, unless NULL, gets how many came.
/// A larger object is #OSS_INVALID_ARGUMENT and stays unread.
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
        run(call, |options, output| {
            if let Some(len) = len.as_mut() {
                *len = 0;
            }
            let bucket = handles::bucket(bucket)?;
            let (key, buffer) = (text(key, "key")?, buffer(buf, cap, "buf")?);
            let (response, length) = bucket.get_object_to_buffer(key, buffer, options)?;
            if let Some(len) = len.as_mut() {
                *len = length;
            }
            output.answer(response);
            Ok(())
        })
    }
}

/// GetObject into the file at `path`, which appears whole or not at all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_to_file(
    bucket: *const oss_bucket,
    key: *const c_char,
    path: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let (key, path) = (text(key, "key")?, text(path, "path")?);
            output.answer(bucket.get_object_to_file(key, path, options)?);
            Ok(())
        })
    }
}

/// GetObject into `write`, piece by piece. Unless this returns #OSS_OK, what was
/// written is not the object.
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
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let mut writer = Writer {
                function: write.ok_or_else(|| is_null("write"))?,
                user: User(user),
            };
            let key = text(key, "key")?;
            output.answer(bucket.get_object_to_writer(key, &mut writer, options)?);
            Ok(())
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
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            output.answer(bucket.head_object(text(key, "key")?, options)?);
            Ok(())
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
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            output.answer(bucket.get_object_meta(text(key, "key")?, options)?);
            Ok(())
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
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            output.answer(bucket.delete_object(text(key, "key")?, options)?);
            Ok(())
        })
    }
}
