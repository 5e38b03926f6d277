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

/// The parts of the library that a build may leave out, and whether this one has them.
const PARTS: [(&str, bool); 8] = [
    ("builtin-roots", cfg!(feature = "builtin-roots")),
    ("credentials", cfg!(feature = "credentials")),
    ("documents", cfg!(feature = "documents")),
    ("proxy", cfg!(feature = "proxy")),
    ("select", cfg!(feature = "select")),
    ("tls", cfg!(feature = "tls")),
    ("transfers", cfg!(feature = "transfers")),
    ("v1", cfg!(feature = "v1")),
];

/// 1 if this build has `feature`, else 0. Features are "builtin-roots",
/// "credentials" (providers of keys other than the environment), "documents",
/// "proxy", "select", "tls", "transfers" and "v1", which a build may lack, and
/// every operation that oss_invoke() knows, such as "PutBucketLifecycle".
/// Functions of a part that a build lacks are not in it: linking fails. What
/// else needs such a part fails with #OSS_UNSUPPORTED and names it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_has(feature: *const c_char) -> c_int {
    // SAFETY: NULL or a string, as the header asks.
    let feature = guard(|| unsafe { optional_text(feature, "feature") });
    let known = |name| match PARTS.iter().find(|(part, _)| *part == name) {
        Some((_, is_there)) => *is_there,
        None => cfg!(feature = "documents") && find_operation(name).is_some(),
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
