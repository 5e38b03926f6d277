//! The version of the library, and what it can do.

use std::ffi::{c_char, c_int};

use super::guard::guard;
use super::support::optional_text;
use crate::table::find as find_operation;

/// The version of the library at run time, such as "0.1.0".
#[unsafe(no_mangle)]
pub extern "C" fn oss_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The same as a number to compare with OSS_VERSION_NUMBER: 10203 is 1.2.3.
#[unsafe(no_mangle)]
pub extern "C" fn oss_version_number() -> c_int {
    const NUMBER: c_int = number(env!("CARGO_PKG_VERSION"));
    NUMBER
}

/// Major times 10000, minor times 100 and patch, of a text with three numbers.
const fn number(version: &str) -> c_int {
    let (mut whole, mut part, mut at) = (0, 0, 0);
    let text = version.as_bytes();
    while at < text.len() && text[at] != b'-' {
        match text[at] {
            b'.' => {
                whole = (whole + part) * 100;
                part = 0;
            }
            digit => part = part * 10 + (digit - b'0') as c_int,
        }
        at += 1;
    }
    whole + part
}

/// Whether this build has a feature: "tls", "credentials" (all providers), or
/// an operation by its official name, such as "PutBucketLifecycle". 1 or 0; 0
/// for unknown names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_has(feature: *const c_char) -> c_int {
    // SAFETY: NULL or a string, as the header asks.
    let feature = guard(|| unsafe { optional_text(feature, "feature") });
    let known = |name| {
        name == "tls"
            || (name == "credentials" && cfg!(feature = "credentials"))
            || find_operation(name).is_some()
    };
    c_int::from(matches!(feature, Ok(Some(name)) if known(name)))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(number("0.1.0"), 100);
        assert_eq!(number("1.2.3"), 10203);
        assert_eq!(number("1.12.3-rc.1"), 11203);
    }
}
