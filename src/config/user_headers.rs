//! Headers for every request.

use std::fmt;

use crate::error::Result;
use crate::header::{Size, trimmed};

/// Names and values. One of them may be a key for encryption, so only the names are shown.
#[derive(Clone, Default)]
pub(crate) struct UserHeaders(pub Vec<(String, String)>);

impl UserHeaders {
    /// The same with one more, or with another value of one.
    pub fn with(&self, name: &str, value: &str) -> Result<UserHeaders> {
        let mut headers = self.0.clone();
        headers.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), trimmed(value).to_owned()));
        let mut size = Size::default();
        headers
            .iter()
            .for_each(|(name, value)| size.add(name, value));
        size.check("user_header", "headers")?;
        Ok(UserHeaders(headers))
    }
}

impl fmt::Debug for UserHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_not_shown() {
        let headers = UserHeaders::default();
        let headers = headers.with("x-oss-server-side-encryption-customer-key", "hush");
        let shown = format!("{:?}", headers.unwrap());
        assert!(shown.contains("customer-key") && !shown.contains("hush"));
    }
}
