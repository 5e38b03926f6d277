//! The variables that say where keys are; an empty one counts as not set. They are read when a provider is made.

use std::env;
use std::path::PathBuf;

/// The value of a variable.
pub(super) fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The value of a variable that names a file: on Unix any bytes.
pub(super) fn given_path(name: &str) -> Option<PathBuf> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

/// Whether it is `true`, in any case.
pub(super) fn is_true(name: &str) -> bool {
    given(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Whether it is `true`, in any case, or `1`.
pub(super) fn is_on(name: &str) -> bool {
    is_true(name) || given(name).as_deref() == Some("1")
}
