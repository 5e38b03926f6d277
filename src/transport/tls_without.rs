//! What a build without the feature `tls` makes of https: an error that says what it lacks. Nothing of TLS can be made here,
//! so that the compiler drops what would use it.

use super::socket::{Fault, Received, Socket, Wait};
use super::{Authority, TlsVersion, Trust};
use crate::cancel::Connecting;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::lacking::lacking;

/// Whom to trust does not matter to `http://`, so roots are taken and left alone.
#[derive(Debug)]
pub(crate) struct Tls;

impl Tls {
    pub fn new(_: TlsVersion, _: TlsVersion, _: Trust, _: Clock) -> Result<Tls> {
        Ok(Tls)
    }

    /// The error of an endpoint that is reached over https.
    pub fn check(&self, https: bool) -> Result<()> {
        match https {
            true => Err(https_is_lacking()),
            false => Ok(()),
        }
    }

    pub fn connect(&self, _: &Authority, _: &Socket, _: &Connecting) -> Result<Records> {
        Err(https_is_lacking())
    }
}

fn https_is_lacking() -> Error {
    lacking("endpoint", "https", "tls", "it can be http://HOST")
}

/// A connection that cannot be.
pub(crate) enum Records {}

impl Records {
    pub fn receive(
        &mut self,
        _: &Socket,
        _: &mut [u8],
        _: &mut Wait<'_>,
        _: bool,
    ) -> Result<Received, Fault> {
        match *self {}
    }

    pub fn send(
        &mut self,
        _: &Socket,
        _: &[u8],
        _: &[u8],
        _: &mut Wait<'_>,
    ) -> Result<usize, Fault> {
        match *self {}
    }

    pub fn flush(&mut self, _: &Socket, _: &mut Wait<'_>) -> Result<(), Fault> {
        match *self {}
    }

    pub fn is_quiet(&mut self, _: &Socket, _: &mut Wait<'_>) -> bool {
        match *self {}
    }

    pub fn has_leftover(&mut self) -> bool {
        match *self {}
    }

    #[cfg(feature = "credentials")]
    pub fn wipe(&mut self) {
        match *self {}
    }

    pub fn rest(&mut self) {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn https_is_refused_and_http_is_not() {
        let (any, roots) = (TlsVersion::V1_2, Trust::Pem(Vec::new().into()));
        let tls = Tls::new(any, any, roots, Clock::default()).unwrap();
        tls.check(false).unwrap();
        let error = tls.check(true).unwrap_err();
        assert_eq!(error.kind(), Kind::Unsupported);
        assert_eq!(
            error.message(),
            "`endpoint`: https is not possible, as this build of the library lacks the feature `tls`; it can be http://HOST"
        );
    }
}
