//! What a build without the feature `v1` makes of the older scheme: an error that says what it lacks. The scheme cannot be
//! made here, so that the compiler drops what would use it.

use super::post_policy::Field;
use super::presign::Link;
use super::{Message, Parts};
use crate::credentials::Credentials;
use crate::error::Result;
use crate::escape::Sink;
use crate::header::Header;
use crate::lacking::lacking;
use crate::time::Timestamp;

/// A scheme that cannot be.
#[derive(Clone, Copy)]
pub enum Scheme {}

impl Scheme {
    /// Fails.
    pub fn new() -> Result<Scheme> {
        Err(lacking("signature_version", "V1", "v1", "it can be V4"))
    }

    /// Cannot be called.
    pub fn sign(self, _: &mut Message<'_, '_>, _: &Credentials, _: Timestamp) {
        match self {}
    }

    /// Cannot be called.
    pub fn string_to_sign(self, _: &mut impl Sink, _: &Parts<'_, '_>, _: &str) {
        match self {}
    }

    /// Cannot be called.
    pub fn presign<'a>(
        self,
        _: &mut Link<'_, 'a>,
        _: &Credentials,
        _: Timestamp,
        _: u64,
    ) -> Result<Vec<Header<'a>>> {
        match self {}
    }

    /// Cannot be called.
    pub fn form(self, _: &str, _: &Credentials) -> Vec<Field> {
        match self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn v1_is_refused() {
        let error = Scheme::new().map(drop).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert_eq!(
            error.message(),
            "`signature_version`: V1 is not possible, as this build of the library lacks the feature `v1`; it can be V4"
        );
    }
}
