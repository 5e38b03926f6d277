//! Names to addresses: overrides first, then literals and loopback names, then the system's resolver with a short memory.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::cancel::Limits;
use crate::endpoint::authority::check_host;
use crate::error::{Error, Kind, Result};
use crate::process::ForkLock;

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
        // The dot of the root is not in the names of endpoints.
        let pattern = host.strip_suffix('.').unwrap_or(host);
        let name = pattern.strip_prefix("*.").unwrap_or(pattern);
        if host != "*" && (name.starts_with('[') || check_host(name).is_err()) {
            return Err(Error::unusable(
                "resolve",
                format_args!("{host:?} is not a host name; give a name, \"*.suffix\" or \"*\""),
            ));
        }
        let unbracketed = address
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(address);
        let (address, port) = if let Ok(address) = unbracketed.parse::<IpAddr>() {
            (address, None)
        } else if let Ok(address) = address.parse::<SocketAddr>()
            && address.port() != 0
        {
            (address.ip(), Some(address.port()))
        } else {
            return Err(Error::unusable(
                "resolve",
                format_args!(
                    "{address:?} is not an address; give an IPv4 or IPv6 address, with a port from 1 on or without"
                ),
            ));
        };
        Ok(Override {
            pattern: pattern.to_ascii_lowercase(),
            address,
            port,
        })
    }

    /// Patterns are of names, and not of addresses; a mere `*` is of those that somebody has to be asked for, and so not of
    /// this machine.
    fn matches(&self, host: &str) -> bool {
        let is_address = || bare(host).parse::<IpAddr>().is_ok();
        match self.pattern.strip_prefix('*') {
            Some(_) if is_address() => false,
            Some("") => !is_loopback_name(host),
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
    known: ForkLock<HashMap<String, Known>>,
}

/// An answer of the system's resolver.
#[derive(Debug)]
struct Known {
    since: Instant,
    addresses: Vec<IpAddr>,
}

impl Resolver {
    pub fn new(overrides: Vec<Override>) -> Resolver {
        Resolver {
            overrides,
            known: ForkLock::new(),
        }
    }

    /// The addresses of `host` in the order in which to try them; never empty.
    pub fn resolve(&self, host: &str, port: u16, limits: &Limits) -> Result<Vec<SocketAddr>> {
        if let Some(found) = self.overrides.iter().find(|o| o.matches(host)) {
            let port = found.port.unwrap_or(port);
            return Ok(vec![SocketAddr::new(found.address, port)]);
        }
        let bare = bare(host);
        let addresses = if let Ok(address) = bare.parse::<IpAddr>() {
            vec![address]
        } else if is_loopback_name(bare) {
            vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
        } else {
            self.look_up(bare, limits)?
        };
        Ok(addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .collect())
    }

    /// Drops what is remembered of `host`: its addresses did not answer.
    pub fn forget(&self, host: &str) {
        let _known = self.known.with(|known| known.remove(bare(host)));
    }

    /// From now on, `address` of `host` is tried first: it answered before the others.
    pub fn prefer(&self, host: &str, address: IpAddr) {
        self.known.with(|known| {
            if let Some(known) = known.get_mut(bare(host))
                && let Some(at) = known.addresses.iter().position(|known| *known == address)
                && let Some(before) = known.addresses.get_mut(..=at)
            {
                before.rotate_right(1);
            }
        });
    }

    fn look_up(&self, host: &str, limits: &Limits) -> Result<Vec<IpAddr>> {
        let began = Instant::now();
        let known = self.known.with(|known| {
            let known = known.get(host)?;
            let is_fresh = began.saturating_duration_since(known.since) < MEMORY;
            is_fresh.then(|| known.addresses.clone())
        });
        if let Some(addresses) = known {
            return Ok(addresses);
        }
        let answer = (host, 0).to_socket_addrs();
        // Nothing can end the system's resolver, but what it says may come too late.
        limits.check()?;
        let addresses: Vec<IpAddr> = answer
            .map_err(|cause| unresolved(host, &cause.to_string()))?
            .map(|address| address.ip())
            .collect();
        let addresses = interleaved(addresses);
        if addresses.is_empty() {
            return Err(unresolved(host, "the name has no address"));
        }
        let since = Instant::now();
        let known = Known {
            since,
            addresses: addresses.clone(),
        };
        let _replaced = self.known.with(|all| {
            let full = if all.len() >= MEMORY_NAMES {
                std::mem::take(all)
            } else {
                HashMap::new()
            };
            (full, all.insert(host.to_owned(), known))
        });
        // The attempt is over, but the next one has the answer.
        if since.duration_since(began) >= limits.connect {
            return Err(Error::new(
                Kind::Timeout,
                format!(
                    "resolving {host} took longer than connect_timeout ({:?})",
                    limits.connect
                ),
            ));
        }
        Ok(addresses)
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

/// Without repetitions, and the families in turn, beginning with that of the first (RFC 8305, section 4).
fn interleaved(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let Some(first) = addresses.first().map(IpAddr::is_ipv4) else {
        return addresses;
    };
    let mut seen = HashSet::new();
    let (own, other): (Vec<IpAddr>, Vec<IpAddr>) = addresses
        .into_iter()
        .filter(|address| seen.insert(*address))
        .partition(|address| address.is_ipv4() == first);
    let (mut own, mut other) = (own.into_iter(), other.into_iter());
    let mut ordered = Vec::new();
    loop {
        match (own.next(), other.next()) {
            (None, None) => return ordered,
            (one, two) => ordered.extend(one.into_iter().chain(two)),
        }
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

    fn limits() -> Limits {
        Limits {
            cancel: None,
            connect: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            deadline: None,
        }
    }

    fn resolve(resolver: &Resolver, host: &str) -> String {
        match resolver.resolve(host, 80, &limits()) {
            Ok(addresses) => addresses[0].to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn patterns_are_of_names_alone() {
        let to = |host: &str| Override::parse(host, "10.9.8.7").unwrap();
        let resolver = Resolver::new(vec![to("*"), to("*.1")]);
        for (host, expected) in [
            ("localhost", "127.0.0.1:80"),
            ("127.0.0.1", "127.0.0.1:80"),
            ("100.100.100.200", "100.100.100.200:80"),
            ("[::1]", "[::1]:80"),
            ("oss.example.com", "10.9.8.7:80"),
        ] {
            assert_eq!(resolve(&resolver, host), expected, "{host}");
        }
        let below = Resolver::new(vec![to("*.localhost")]);
        assert_eq!(resolve(&below, "bucket.localhost"), "10.9.8.7:80");
        let exact = Resolver::new(vec![to("127.0.0.1")]);
        assert_eq!(resolve(&exact, "127.0.0.1"), "10.9.8.7:80");
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
    fn families_take_turns_and_the_winner_comes_first() {
        let addresses = |texts: &[&str]| -> Vec<IpAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let given = addresses(&["::1", "::2", "::1", "::3", "10.0.0.1", "10.0.0.2"]);
        let ordered = addresses(&["::1", "10.0.0.1", "::2", "10.0.0.2", "::3"]);
        assert_eq!(interleaved(given), ordered);
        assert!(interleaved(Vec::new()).is_empty());
        let resolver = Resolver::default();
        let known = Known {
            since: Instant::now(),
            addresses: ordered,
        };
        resolver.known.with(|all| all.insert("a".into(), known));
        resolver.prefer("a", "::2".parse().unwrap());
        resolver.prefer("a", "::9".parse().unwrap());
        resolver.prefer("b", "::9".parse().unwrap());
        let first = addresses(&["::2", "::1", "10.0.0.1", "10.0.0.2", "::3"]);
        assert_eq!(resolver.look_up("a", &limits()).unwrap(), first);
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
        let rooted = Override::parse("*.Example.com.", "10.0.0.4").unwrap();
        let rooted = Resolver::new(vec![rooted]);
        assert_eq!(resolve(&rooted, "a.example.com"), "10.0.0.4:80");
        let everything = Resolver::new(vec![Override::parse("*", "10.0.0.3").unwrap()]);
        assert_eq!(resolve(&everything, "example.com"), "10.0.0.3:80");
        for (host, address) in [
            ("", "10.0.0.1"),
            ("a b", "10.0.0.1"),
            ("a", "10.0.0"),
            ("a", "name"),
            ("*.", "::1"),
            ("a", "10.0.0.1:0"),
            ("a", "[::1]:0"),
            ("a..b", "::1"),
            (".a", "::1"),
            ("*..a", "::1"),
            ("256.1.1.1", "::1"),
            ("[::1]", "::1"),
            (&"a".repeat(64), "::1"),
        ] {
            let error = Override::parse(host, address).unwrap_err();
            assert!(error.to_string().starts_with("`resolve`: "), "{error}");
        }
    }
}
