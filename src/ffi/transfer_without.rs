//! What a build without the feature `transfers` has of them: no call asks for one.

use super::call::oss_call;
use crate::transfer::Transfer;

/// How a call wants objects to be read ahead: not at all.
///
/// # Safety
/// Always safe.
pub(super) unsafe fn prefetch(_: *const oss_call) -> Option<Transfer> {
    None
}
