//! Operations on buckets, and on the service as a whole.

use std::ffi::{c_char, c_int};

use super::call::oss_call;
use super::handles::{self, oss_bucket, oss_service};
use super::run::{on_bucket, run, run_question};
use super::status::oss_status;
use super::support::text;

/// PutBucket: creates the bucket. oss_call_set_bucket_acl() sets its ACL, the
/// fields "StorageClass" and "DataRedundancyType" its class and redundancy.
/// Creating one's own bucket again is a success.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe { on_bucket(bucket, call, &|bucket, options| bucket.put_bucket(options)) }
}

/// DeleteBucket: the bucket must be empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_delete_bucket(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.delete_bucket(options)
        })
    }
}

/// GetBucketInfo: oss_call_text() has "Bucket.StorageClass", "Bucket.Location"
/// and so on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_info(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_info(options)
        })
    }
}

/// GetBucketStat: oss_call_text() has "Storage" in bytes, "ObjectCount" and so
/// on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_stat(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_stat(options)
        })
    }
}

/// GetBucketLocation: oss_call_text() with "" has it, such as
/// "oss-cn-hangzhou".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_location(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_location(options)
        })
    }
}

/// GetBucketAcl: oss_call_text() has "AccessControlList.Grant".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_get_bucket_acl(
    bucket: *const oss_bucket,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.get_bucket_acl(options)
        })
    }
}

/// PutBucketAcl: `acl` is OSS_ACL_PRIVATE, OSS_ACL_PUBLIC_READ or
/// OSS_ACL_PUBLIC_READ_WRITE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_put_bucket_acl(
    bucket: *const oss_bucket,
    acl: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        on_bucket(bucket, call, &|bucket, options| {
            bucket.put_bucket_acl(text(acl, "acl")?, options)
        })
    }
}

/// Whether the bucket exists, by GetBucketAcl: `*exists` gets 1 or 0. Only the
/// service's word that it does not is a 0; somebody else's is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_bucket_exists(
    bucket: *const oss_bucket,
    exists: *mut c_int,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and an int, or NULL, as the header asks.
    unsafe {
        run_question(bucket, exists, call, |bucket, options| {
            bucket.bucket_exists(options)
        })
    }
}

/// DescribeRegions: oss_call_count() of "RegionInfo", oss_call_text() of
/// "RegionInfo[0].Region" and so on. The query "regions" names one of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_describe_regions(
    service: *const oss_service,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles or NULL.
    unsafe {
        run(call, |options, output| {
            output.answer(handles::service(service)?.describe_regions(options)?);
            Ok(())
        })
    }
}
