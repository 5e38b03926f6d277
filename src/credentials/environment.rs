//! The variables that say where keys are; an empty one counts as not set. They are read when a provider is made.

use std::env;
use std::path::PathBuf;

use super::provider::read;
use crate::error::Result;

/// The value of a variable; one that is not UTF-8 is an error.
pub(super) fn given(name: &str) -> Result<Option<String>> {
    Ok(read(name)?.filter(|value| !value.is_empty()))
}

/// The value of a variable that names a file: on Unix any bytes.
pub(super) fn given_path(name: &str) -> Option<PathBuf> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

/// Whether it is `true`, in any case.
pub(super) fn is_true(name: &str) -> Result<bool> {
    Ok(given(name)?.is_some_and(|value| value.eq_ignore_ascii_case("true")))
}

/// Whether it is `true`, in any case, or `1`.
pub(super) fn is_on(name: &str) -> Result<bool> {
    Ok(is_true(name)? || given(name)?.as_deref() == Some("1"))
}
