//! Headers and query parameters as data, and how many of them a request may have.

use std::borrow::Cow;

use crate::error::{Error, Result};

/// A query parameter; `None` is a name without a value, as in `?acl`.
pub type Parameter<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

/// A header. Names are compared without regard to case.
pub type Header<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Puts in a header, instead of earlier ones of that name.
pub(crate) fn replace(headers: &mut Vec<(String, String)>, name: String, value: String) {
    headers.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(&name));
    headers.push((name, value));
}

/// Most headers, and most query parameters, of a request.
const MAX_COUNT: usize = 1000;

/// Most bytes of their names and values together; the service takes less.
const MAX_BYTES: usize = 64 * 1024;

/// How much the headers, or the query parameters, of a request are.
#[derive(Default)]
pub(crate) struct Size {
    count: usize,
    bytes: usize,
}

impl Size {
    pub fn add(&mut self, name: &str, value: &str) {
        self.count += 1;
        self.bytes = self.bytes.saturating_add(name.len() + value.len());
    }

    /// An error if it is too much; `option` is how they were given, `what` they are.
    pub fn check(&self, option: &str, what: &str) -> Result<()> {
        if self.count <= MAX_COUNT && self.bytes <= MAX_BYTES {
            return Ok(());
        }
        Err(Error::refused(
            option,
            format_args!(
                "{} {what} with {} bytes are too many",
                self.count, self.bytes
            ),
            format_args!("{MAX_COUNT} with {MAX_BYTES} bytes in all"),
        ))
    }
}

/// `value` without the spaces and tabs around it, which HTTP does not count as part of it.
pub(crate) fn trimmed(value: &str) -> &str {
    // Nearly no value has any, and searching both ends for several characters is not free.
    match value.as_bytes() {
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => value.trim_matches([' ', '\t']),
        _ => value,
    }
}
