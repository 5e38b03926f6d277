//! What a build without the feature `proxy` makes of proxies: an error that says what it lacks. No proxy can be made here, so
//! that the compiler drops what would use it.

use super::Authority;
use super::socket::Socket;
use crate::cancel::Connecting;
use crate::error::{Error, Result};
use crate::lacking::lacking;

/// A proxy that cannot be.
#[derive(Clone, Debug)]
pub(crate) enum Proxy {}

impl Proxy {
    pub fn parse(_: &str) -> Result<Proxy> {
        Err(lacking("proxy", "one", "proxy", LEAVE_OUT))
    }

    pub fn from_environment(_: bool) -> Result<Option<Proxy>> {
        Err(lacking("proxy_from_env", "a proxy", "proxy", LEAVE_OUT))
    }

    pub fn applies_to(&self, _: &Authority) -> bool {
        match *self {}
    }

    pub fn authorization(&self) -> Option<&str> {
        match *self {}
    }

    pub fn host(&self) -> &str {
        match *self {}
    }

    pub fn port(&self) -> u16 {
        match *self {}
    }

    pub fn whom(&self) -> String {
        match *self {}
    }

    pub fn wants_credentials(&self, _: &str) -> Error {
        match *self {}
    }

    pub fn open_tunnel(&self, _: &Socket, _: &Authority, _: &Connecting) -> Result<()> {
        match *self {}
    }
}

const LEAVE_OUT: &str = "leave it out";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn proxies_are_refused_by_the_name_of_the_option() {
        for (option, error) in [
            ("`proxy`: ", Proxy::parse("http://proxy").unwrap_err()),
            (
                "`proxy_from_env`: ",
                Proxy::from_environment(true).unwrap_err(),
            ),
        ] {
            assert_eq!(error.kind(), Kind::Unsupported);
            assert!(error.message().starts_with(option), "{error}");
            assert!(
                error.message().contains("lacks the feature `proxy`"),
                "{error}"
            );
        }
    }
}
