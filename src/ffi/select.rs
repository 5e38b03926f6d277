//! SQL over objects.

use std::ffi::c_char;

use super::call::oss_call;
use super::handles::{self, oss_bucket};
use super::outcome::Download;
use super::run::{download, run};
use super::status::oss_status;
use super::support::{text, write};

/// SelectObject: what the SQL text `expression` finds in a CSV or JSON object;
/// read the rows with oss_call_read(), so `call` is required. Fields set the
/// rest, such as "InputSerialization.CSV.FileHeaderInfo" = "Use" (delimiters as
/// they are, not in base64). It is CSV unless there is a field below
/// "InputSerialization.JSON".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_select_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    expression: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        download(bucket, call, &|bucket, _, options| {
            let (key, expression) = (text(key, "key")?, text(expression, "expression")?);
            let select = bucket.select_object(key, expression, options)?;
            Ok(Download::Select(select))
        })
    }
}

/// CreateSelectObjectMeta: counts the rows of an object. `*splits`,
/// `*rows` and `*columns` (0 for JSON) get what was found, unless they are
/// NULL. Fields as for oss_select_object().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_create_select_object_meta(
    bucket: *const oss_bucket,
    key: *const c_char,
    splits: *mut u32,
    rows: *mut u64,
    columns: *mut u32,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        write(splits, 0);
        write(rows, 0);
        write(columns, 0);
        run(call, |options, output| {
            let bucket = handles::bucket(bucket)?;
            let (response, meta) = bucket.create_select_object_meta(text(key, "key")?, options)?;
            write(splits, meta.splits);
            write(rows, meta.rows);
            write(columns, meta.columns);
            output.answer(response);
            Ok(())
        })
    }
}
