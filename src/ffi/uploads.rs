//! Multipart uploads that were left behind.

use std::ffi::c_char;
use std::time::Duration;

use super::call::oss_call;
use super::entry::Entries;
use super::handles::{self, oss_bucket};
use super::list::text_or_empty;
use super::run::{run, run_with_call};
use super::status::oss_status;
use super::support::{to_unsigned, write};
use crate::transfer::{AbortedUploads, UploadsBefore};

/// As oss_list_multipart_uploads(), but only uploads that began `seconds` ago
/// or earlier, by the service's clock; 0 lists all. `prefix` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_uploads_before(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    seconds: i64,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        run_with_call(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let prefix = text_or_empty(prefix, "prefix")?;
            let age = Duration::from_secs(to_unsigned(seconds, "seconds", "0 and more")?);
            let (uploads, response) = UploadsBefore::open(&bucket, &prefix, age, options)?;
            output.answer(response);
            output.entries = Some(Entries::UploadsBefore(uploads));
            Ok(())
        })
    }
}

/// Aborts all uploads of keys that begin with `prefix` (NULL: of the whole
/// bucket) and began `seconds` ago or earlier, by the service's clock: their
/// parts are stored and billed as long as nobody does. Choose an age that no
/// running transfer reaches. `*aborted`, unless NULL, gets how many were, also
/// if one of them fails, which ends this.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_abort_uploads_before(
    bucket: *const oss_bucket,
    prefix: *const c_char,
    seconds: i64,
    aborted: *mut i64,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles, a string and a number, or NULL, as the header asks.
    unsafe {
        write(aborted, 0);
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let prefix = text_or_empty(prefix, "prefix")?;
            let age = Duration::from_secs(to_unsigned(seconds, "seconds", "0 and more")?);
            let mut counts = AbortedUploads::default();
            let result = bucket.abort_uploads(&prefix, age, options, &mut counts);
            write(aborted, counts.aborted.try_into().unwrap_or(i64::MAX));
            output.answer(result?);
            Ok(())
        })
    }
}
