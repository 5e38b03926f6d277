//! Operations on what belongs to an object besides its data: ACL, link target, tags, restoring, processing.

use std::ffi::c_char;

use super::call::oss_call;
use super::handles::oss_bucket;
use super::run::on_object;
use super::status::oss_status;
use super::support::{is_null, optional_text, strings, text};
use crate::error::{Error, Result};

/// PutObjectAcl: `acl` is OSS_ACL_DEFAULT, OSS_ACL_PRIVATE, OSS_ACL_PUBLIC_READ
/// or OSS_ACL_PUBLIC_READ_WRITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object_acl(
    bucket: *const oss_bucket,
    key: *const c_char,
    acl: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.put_object_acl(key, text(acl, "acl")?, options)
        })
    }
}

/// GetObjectAcl: oss_call_text() has "AccessControlList.Grant".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_acl(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.get_object_acl(key, options)
        })
    }
}

/// PutSymlink: makes `key` a link to `target`, a key of the same bucket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_symlink(
    bucket: *const oss_bucket,
    key: *const c_char,
    target: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.put_symlink(key, text(target, "target")?, options)
        })
    }
}

/// GetSymlink: oss_call_symlink_target() is where the link leads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_symlink(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.get_symlink(key, options)
        })
    }
}

/// PutObjectTagging: replaces all tags of the object by `count` of them, up to
/// 10.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_object_tagging(
    bucket: *const oss_bucket,
    key: *const c_char,
    names: *const *const c_char,
    values: *const *const c_char,
    count: usize,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let names = strings(names, count, "names")?;
            let values = strings(values, count, "values")?;
            let tags = names
                .into_iter()
                .zip(values)
                .enumerate()
                .map(|(index, (name, value))| {
                    let name = name.ok_or_else(|| is_null(&format!("names[{index}]")))?;
                    Ok((name, value.unwrap_or_default()))
                })
                .collect::<Result<Vec<_>>>()?;
            bucket.put_object_tagging(key, &tags, options)
        })
    }
}

/// GetObjectTagging: oss_call_count() of "TagSet.Tag", oss_call_text() of
/// "TagSet.Tag[0].Key" and "TagSet.Tag[0].Value" and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_object_tagging(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.get_object_tagging(key, options)
        })
    }
}

/// DeleteObjectTagging: takes off all tags.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_object_tagging(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.delete_object_tagging(key, options)
        })
    }
}

/// RestoreObject: makes an archived object readable, for `days` days, or 0
/// for the service's choice, at the speed `tier`, "Expedited", "Standard" or
/// "Bulk", or NULL. HTTP status 202: begun; 200: it is readable already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_restore_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    days: i32,
    tier: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            let days = u32::try_from(days).map_err(|_| {
                Error::refused("days", format_args!("{days} is negative"), "0 and more")
            })?;
            let days = (days > 0).then_some(days);
            bucket.restore_object(key, days, optional_text(tier, "tier")?, options)
        })
    }
}

/// CleanRestoredObject: ends the time in which a restored object is readable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_clean_restored_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.clean_restored_object(key, options)
        })
    }
}

/// ProcessObject: does `process`, such as
/// "image/resize,w_100|sys/saveas,o_...". oss_call_body() is a JSON text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_process_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    process: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.process_object(key, text(process, "process")?, options)
        })
    }
}

/// AsyncProcessObject: as oss_process_object(), but only begins it;
/// oss_call_body() has the id of the task.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_async_process_object(
    bucket: *const oss_bucket,
    key: *const c_char,
    process: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and strings, or NULL, as the header asks.
    unsafe {
        on_object(bucket, key, call, &|bucket, key, options| {
            bucket.async_process_object(key, text(process, "process")?, options)
        })
    }
}
