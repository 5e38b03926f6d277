//! Names to addresses: overrides first, then literals and loopback names, then the system's resolver with a short memory.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};

/// How long an answer of the system's resolver is used again. Only new connections ask at all.
const MEMORY: Duration = Duration::from_secs(60);

/// Names kept at most; a process that talks to more forgets them all and starts over.
const MEMORY_NAMES: usize = 256;

/// Where a name leads, decided by the user.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    /// Lower case; `*` for every name, `*.suffix` for the names below one.
    pattern: String,
    address: IpAddr,
    /// Connect here instead of the port of the endpoint.
    port: Option<u16>,
}

impl Override {
    /// `host` is a name, `*.suffix` or `*`; `address` an IP address, with a port if another one is to be used.
    pub fn parse(host: &str, address: &str) -> Result<Override> {
        let name = host.strip_prefix("*.").unwrap_or(host);
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
        if host != "*" && (name.is_empty() || !name.bytes().all(legal)) {
            return Err(Error::invalid(format!(
                "`resolve`: {host:?} is no host name; give a name, \"*.suffix\" or \"*\""
            )));
        }
        let unbracketed = address
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(address);
        let (address, port) = if let Ok(address) = unbracketed.parse::<IpAddr>() {
            (address, None)
        } else if let Ok(address) = address.parse::<SocketAddr>() {
            (address.ip(), Some(address.port()))
        } else {
            return Err(Error::invalid(format!(
                "`resolve`: {address:?} is no address; give an IPv4 or IPv6 address, with a port or without"
            )));
        };
        Ok(Override {
            pattern: host.to_ascii_lowercase(),
            address,
            port,
        })
    }

    fn matches(&self, host: &str) -> bool {
        match self.pattern.strip_prefix('*') {
            Some("") => true,
            Some(suffix) => {
                host.len() > suffix.len() && host.to_ascii_lowercase().ends_with(suffix)
            }
            None => host.eq_ignore_ascii_case(&self.pattern),
        }
    }
}

/// The resolver of a session.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    overrides: Vec<Override>,
    known: Mutex<HashMap<String, (Instant, Vec<IpAddr>)>>,
}

impl Resolver {
    pub fn new(overrides: Vec<Override>) -> Resolver {
        Resolver {
            overrides,
            known: Mutex::default(),
        }
    }

    /// The addresses of `host`, best first; never empty.
    pub fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
        if let Some(found) = self.overrides.iter().find(|o| o.matches(host)) {
            let port = found.port.unwrap_or(port);
            return Ok(vec![SocketAddr::new(found.address, port)]);
        }
        let bare = host
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(host);
        let addresses = if let Ok(address) = bare.parse::<IpAddr>() {
            vec![address]
        } else if is_loopback_name(bare) {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        } else {
            self.look_up(bare)?
        };
        Ok(addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .collect())
    }

    /// Drops what is remembered of `host`: its addresses did not answer.
    pub fn forget(&self, host: &str) {
        if let Ok(mut known) = self.known.lock() {
            known.remove(host);
        }
    }

    fn look_up(&self, host: &str) -> Result<Vec<IpAddr>> {
        if let Ok(known) = self.known.lock()
            && let Some((since, addresses)) = known.get(host)
            && since.elapsed() < MEMORY
        {
            return Ok(addresses.clone());
        }
        let addresses: Vec<IpAddr> = (host, 0)
            .to_socket_addrs()
            .map_err(|cause| unresolved(host, &cause.to_string()))?
            .map(|address| address.ip())
            .collect();
        if addresses.is_empty() {
            return Err(unresolved(host, "the name has no address"));
        }
        if let Ok(mut known) = self.known.lock() {
            if known.len() >= MEMORY_NAMES {
                known.clear();
            }
            known.insert(host.to_owned(), (Instant::now(), addresses.clone()));
        }
        Ok(addresses)
    }
}

fn unresolved(host: &str, why: &str) -> Error {
    Error::new(Kind::Network, format!("cannot resolve {host}: {why}"))
}

/// `localhost` and everything below it is this machine (RFC 6761, section 6.3), whatever the system's resolver thinks.
pub(crate) fn is_loopback_name(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.eq_ignore_ascii_case("localhost")
        || host
            .len()
            .checked_sub(".localhost".len())
            .and_then(|at| host.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(resolver: &Resolver, host: &str) -> String {
        match resolver.resolve(host, 80) {
            Ok(addresses) => addresses[0].to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn loopback_names_and_literals_need_no_resolver() {
        let resolver = Resolver::default();
        for (host, expected) in [
            ("localhost", "127.0.0.1:80"),
            ("LOCALHOST.", "127.0.0.1:80"),
            ("bucket.localhost", "127.0.0.1:80"),
            ("10.1.2.3", "10.1.2.3:80"),
            ("[::1]", "[::1]:80"),
        ] {
            assert_eq!(resolve(&resolver, host), expected, "{host}");
        }
        assert!(!is_loopback_name("notlocalhost"));
        assert!(!is_loopback_name("localhost.example.com"));
    }

    #[test]
    fn overrides_come_first() {
        let rules = [
            ("a.example.com", "10.0.0.1"),
            ("*.example.com", "[fd00::1]:8080"),
            ("localhost", "10.0.0.2:1"),
        ];
        let rules = rules.map(|(host, address)| Override::parse(host, address).unwrap());
        let resolver = Resolver::new(rules.into());
        for (host, expected) in [
            ("A.Example.com", "10.0.0.1:80"),
            ("b.example.com", "[fd00::1]:8080"),
            ("c.b.example.com", "[fd00::1]:8080"),
            ("localhost", "10.0.0.2:1"),
            ("127.0.0.1", "127.0.0.1:80"),
        ] {
            assert_eq!(resolve(&resolver, host), expected, "{host}");
        }
        let everything = Resolver::new(vec![Override::parse("*", "10.0.0.3").unwrap()]);
        assert_eq!(resolve(&everything, "example.com"), "10.0.0.3:80");
        for (host, address) in [
            ("", "10.0.0.1"),
            ("a b", "10.0.0.1"),
            ("a", "10.0.0"),
            ("a", "name"),
            ("*.", "::1"),
        ] {
            let error = Override::parse(host, address).unwrap_err();
            assert!(error.to_string().starts_with("`resolve`: "), "{error}");
        }
    }
}
