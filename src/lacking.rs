//! The error of what a build of the library was made without.

use crate::error::{Error, Kind};

/// `what` of `option` needs the Cargo feature `feature`, which this build lacks; `instead` says what is possible.
pub(crate) fn lacking(option: &str, what: &str, feature: &str, instead: &str) -> Error {
    Error::new(
        Kind::Unsupported,
        format!(
            "`{option}`: {what} is not possible, as this build of the library lacks the feature `{feature}`; {instead}"
        ),
    )
}
