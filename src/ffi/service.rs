//! Operations on the service as a whole.

use std::ffi::c_char;

use super::call::oss_call;
use super::entry::Entries;
use super::handles::{self, oss_service};
use super::run::{run, run_with_call};
use super::status::oss_status;
use super::support::optional_text;
use crate::operations::ListBuckets;

/// ListBuckets: the buckets of the account whose names begin with `prefix` (NULL
/// for all). Step with oss_call_next(), so `call` is required.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_list_buckets(
    service: *const oss_service,
    prefix: *const c_char,
    call: *mut oss_call,
) -> oss_status {
    // SAFETY: live handles and a string, or NULL, as the header asks.
    unsafe {
        run_with_call(call, |options, output| {
            let service = handles::service(service)?;
            let list = ListBuckets {
                prefix: optional_text(prefix, "prefix")?
                    .unwrap_or_default()
                    .to_owned(),
                ..ListBuckets::default()
            };
            let mut pager = service.bucket_pager(list);
            output.answer(pager.fetch(options)?);
            output.entries = Some(Entries::Buckets(pager));
            Ok(())
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
