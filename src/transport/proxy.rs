//! HTTP proxies: who goes through one, and how a tunnel is opened (RFC 9110, section 9.3.6).

use std::env::VarError;
use std::fmt;
use std::io;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::Authority;
use super::resolve::is_loopback_name;
use super::socket::{Fault, Socket, Wait};
use crate::ascii;
use crate::cancel::Connecting;
use crate::endpoint::authority::{host_and_port, split_port};
use crate::error::{Error, Kind, Result, in_one_line};
use crate::escape;

/// Longest answer to CONNECT that is read.
const MAX_ANSWER: usize = 16 * 1024;

/// How much of its first line messages show.
const SHOWN: usize = 200;

/// A proxy and the hosts that are reached without it.
#[derive(Clone)]
pub(crate) struct Proxy {
    host: String,
    port: u16,
    /// Value of `Proxy-Authorization`.
    authorization: Option<Zeroizing<String>>,
    bypass: Vec<String>,
}

/// The variable of that name in upper or lower case, and how it is spelled; an empty one is none.
fn variable(name: &str) -> Result<Option<(String, String)>> {
    match spelled(name.to_owned())? {
        None => spelled(name.to_ascii_lowercase()),
        found => Ok(found),
    }
}

fn spelled(name: String) -> Result<Option<(String, String)>> {
    match std::env::var(&name) {
        Ok(value) if !value.trim().is_empty() => Ok(Some((name, value))),
        Ok(_) | Err(VarError::NotPresent) => Ok(None),
        // It was meant for something: going without would lead elsewhere.
        Err(VarError::NotUnicode(_)) => Err(Error::unusable(&name, "it is not UTF-8")),
    }
}

impl Proxy {
    /// Reads `http://[user:password@]host[:port]`; user and password may be percent-encoded, the port is 80 if not given.
    pub fn parse(text: &str) -> Result<Proxy> {
        Proxy::parse_named("proxy", text)
    }

    /// As [`parse`](Self::parse), of the option or variable of that name.
    fn parse_named(name: &str, text: &str) -> Result<Proxy> {
        let refuse = |why: &str| {
            // The text may hold a password: it is not repeated.
            Error::unusable(
                name,
                format_args!("{why}; expected \"http://[user:password@]host[:port]\""),
            )
        };
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err(refuse("only http:// proxies are supported")),
            None => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user_info, address) = match rest.rsplit_once('@') {
            Some((user_info, address)) => (Some(user_info), address),
            None => (None, rest),
        };
        if address.contains(['/', '?', '#']) {
            return Err(refuse("it has a path"));
        }
        let (host, port) =
            host_and_port(address).map_err(|problem| refuse(&format!("it {problem}")))?;
        if matches!(user_info, Some("" | ":")) {
            return Err(refuse("it has neither a user nor a password before its @"));
        }
        let authorization = user_info
            .map(|user_info| {
                basic(user_info)
                    .ok_or_else(|| refuse("user or password is not valid percent-encoding"))
            })
            .transpose()?;
        Ok(Proxy {
            host: host.to_owned(),
            port: port.unwrap_or(80),
            authorization,
            bypass: Vec::new(),
        })
    }

    /// The proxy that `HTTPS_PROXY` or `HTTP_PROXY` (by the scheme of the endpoint), else `ALL_PROXY` names, in upper or
    /// lower case, with the exceptions of `NO_PROXY`. `HTTP_PROXY` is ignored where `REQUEST_METHOD` is set, which is in CGI
    /// programs.
    pub fn from_environment(https: bool) -> Result<Option<Proxy>> {
        let own = match https {
            true => variable("HTTPS_PROXY")?,
            // In a CGI program HTTP_PROXY is the header `Proxy` of the visitor's request. Where names of variables have no
            // case, the other spelling is the same variable.
            false if std::env::var_os("REQUEST_METHOD").is_none() => variable("HTTP_PROXY")?,
            false if cfg!(windows) => None,
            false => spelled("http_proxy".to_owned())?,
        };
        let found = match own {
            None => variable("ALL_PROXY")?,
            own => own,
        };
        let Some((name, text)) = found else {
            return Ok(None);
        };
        let mut proxy = Proxy::parse_named(&name, text.trim())?;
        let bypass = variable("NO_PROXY")?.map(|(_, text)| text);
        proxy.bypass = bypass
            .unwrap_or_default()
            .split([',', ' '])
            .map(|rule| rule.trim().to_ascii_lowercase())
            .filter(|rule| !rule.is_empty())
            .collect();
        Ok(Some(proxy))
    }

    /// Whether `authority` is reached through this proxy.
    pub fn applies_to(&self, authority: &Authority) -> bool {
        !self
            .bypass
            .iter()
            .any(|rule| bypasses(rule, &authority.host, authority.port))
    }

    /// Value of the `Proxy-Authorization` header, if the proxy wants one.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(|value| value.as_str())
    }

    /// Its own name or address.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How messages call it.
    pub fn whom(&self) -> String {
        format!("proxy {}:{}", self.host, self.port)
    }

    /// The error when the proxy refuses the user, with its status line.
    pub fn wants_credentials(&self, status_line: &str) -> Error {
        let whom = self.whom();
        let why = format!("{whom} wants other credentials ({status_line}); see `proxy`");
        Error::new(Kind::Network, why).with_retryable(false)
    }

    /// Asks for a tunnel to `authority` on a fresh connection.
    pub fn open_tunnel(
        &self,
        socket: &Socket,
        authority: &Authority,
        limit: &Connecting,
    ) -> Result<()> {
        let whom = self.whom();
        let target = format!("{}:{}", authority.host, authority.port);
        let mut request =
            Zeroizing::new(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"));
        if let Some(authorization) = self.authorization() {
            request.push_str("Proxy-Authorization: ");
            request.push_str(authorization);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        let mut wait = Wait::connecting(limit, &whom);
        let broke = |fault| broke(fault, &whom);
        let mut rest = request.as_bytes();
        while !rest.is_empty() {
            let sent = socket.send(rest, &[], &mut wait).map_err(broke)?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        let mut answer = read_head(socket, &mut wait).map_err(broke)?;
        while status(&answer).starts_with('1') {
            answer = read_head(socket, &mut wait).map_err(broke)?;
        }
        let status_line = answer.lines().next().unwrap_or_default();
        let status_line = &in_one_line(status_line.chars().take(SHOWN).collect());
        let status = status(&answer);
        match status.as_bytes().first() {
            Some(b'2') => Ok(()),
            _ if matches!(status, "401" | "407") => Err(self.wants_credentials(status_line)),
            // What the client did wrong is as wrong the next time.
            _ => Err(Error::new(
                Kind::Network,
                format!("{whom} refused a tunnel to {target}: {status_line}"),
            )
            .with_retryable(!status.starts_with('4'))),
        }
    }
}

/// One head of an answer to CONNECT, byte by byte: what follows it belongs to the tunnel. Its lines may end with a line feed
/// alone, as those of other answers may.
fn read_head(socket: &Socket, wait: &mut Wait<'_>) -> Result<String, Fault> {
    let mut head = Vec::new();
    while !head.ends_with(b"\n\r\n") && !head.ends_with(b"\n\n") {
        let mut byte = [0];
        if head.len() >= MAX_ANSWER || socket.receive(&mut byte, wait)? == 0 {
            let why = "it did not answer CONNECT with an HTTP head";
            return Err(Fault::Io(io::Error::other(why)));
        }
        head.extend(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn status(head: &str) -> &str {
    head.strip_prefix("HTTP/1.")
        .and_then(|line| line.get(2..5))
        .unwrap_or_default()
}

fn broke(fault: Fault, whom: &str) -> Error {
    match fault {
        Fault::Stop(error) => error,
        Fault::PeerSpeaks => Error::new(Kind::Network, format!("{whom} broke the connection")),
        Fault::Io(cause) => {
            Error::from_io(Kind::Network, format!("{whom} broke the connection"), cause)
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("authorization", &self.authorization.is_some())
            .field("bypass", &self.bypass)
            .finish()
    }
}

fn basic(user_info: &str) -> Option<Zeroizing<String>> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let user = escape::decode(user).ok()?;
    let password = Zeroizing::new(escape::decode(password).ok()?);
    let pair = Zeroizing::new(format!("{user}:{}", password.as_str()));
    let mut value = Zeroizing::new(String::from("Basic "));
    STANDARD.encode_string(pair.as_bytes(), &mut value);
    Some(value)
}

/// One entry of `NO_PROXY`: `*`, a name (which covers the names below it), an address, or a network in CIDR notation; names
/// and addresses with a port or without.
fn bypasses(rule: &str, host: &str, port: u16) -> bool {
    if rule == "*" {
        return true;
    }
    let host = without_brackets(host).to_ascii_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        if let Some((network, bits)) = rule.split_once('/') {
            return in_network(address, network, bits).unwrap_or(false);
        }
        if without_brackets(rule).parse() == Ok(address) {
            return true;
        }
    }
    let Ok((name, wanted)) = split_port(rule) else {
        return false;
    };
    if wanted.is_some_and(|wanted| wanted != port) {
        return false;
    }
    let name = without_brackets(name)
        .trim_start_matches('*')
        .trim_start_matches('.')
        // The dot of the root.
        .trim_end_matches('.');
    host == name
        || (name == "localhost" && is_loopback_name(&host))
        || (!name.is_empty()
            && host
                .strip_suffix(name)
                .is_some_and(|above| above.ends_with('.')))
}

/// What stands in the brackets of an IPv6 address.
fn without_brackets(text: &str) -> &str {
    let inner = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    inner.unwrap_or(text)
}

fn in_network(address: IpAddr, network: &str, bits: &str) -> Option<bool> {
    let bits = u32::try_from(ascii::decimal(bits)?).ok()?;
    Some(match (address, without_brackets(network).parse().ok()?) {
        (IpAddr::V4(a), IpAddr::V4(n)) => {
            let drop = 32_u32.checked_sub(bits)?;
            u64::from(a.to_bits()) >> drop == u64::from(n.to_bits()) >> drop
        }
        (IpAddr::V6(a), IpAddr::V6(n)) => {
            let drop = 128_u32.checked_sub(bits)?;
            drop == 128 || a.to_bits() >> drop == n.to_bits() >> drop
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_proxy() {
        let proxy = Proxy::parse("http://user:p%40ss@proxy.example:3128/").unwrap();
        assert_eq!((proxy.host.as_str(), proxy.port), ("proxy.example", 3128));
        assert_eq!(proxy.authorization(), Some("Basic dXNlcjpwQHNz"));
        assert!(!format!("{proxy:?}").contains("p@ss"));
        for (text, host, port) in [
            ("[::1]", "[::1]", 80),
            ("http://[::1]:8080", "[::1]", 8080),
            ("proxy.example.:3128", "proxy.example", 3128),
            ("a_b", "a_b", 80),
            ("http://:key@10.0.0.1:1/", "10.0.0.1", 1),
        ] {
            let proxy = Proxy::parse(text).unwrap();
            assert_eq!((proxy.host.as_str(), proxy.port), (host, port), "{text}");
        }
        for bad in [
            "socks5://h",
            "http://",
            "http://h:0",
            "http://h:99999",
            "http://h h",
            "http://h:80/path",
            "http://u:%zz@h",
            "http://::1",
            "http://::1:8080",
            "http://[::1",
            "http://[::1]x",
            "http://[zz]:80",
            "http://[127.0.0.1]:80",
            "http://a..b:1",
            "http://.a",
            "http://256.1.1.1:80",
            "http://127.0.0.01",
            "http://a:+80",
            "http://a:",
            "http://a:1:2",
            "http://@h",
            "http://:@h",
            "http://u@",
            "http://\u{4e2d}",
            &format!("http://{}", "a".repeat(64)),
        ] {
            let error = Proxy::parse(bad).unwrap_err();
            assert!(error.to_string().starts_with("`proxy`: "), "{bad}: {error}");
        }
    }

    #[test]
    fn honours_exceptions() {
        for (rule, host, expected) in [
            ("*", "anything", true),
            ("example.com", "example.com", true),
            ("example.com", "a.example.com", true),
            (".example.com", "a.example.com", true),
            ("example.com", "notexample.com", false),
            ("aliyuncs.com.", "oss-cn-hangzhou.aliyuncs.com", true),
            (".example.com.:443", "a.example.com", true),
            (".", "a.example.com", false),
            ("example.com:8080", "example.com", false),
            ("example.com:443", "example.com", true),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("::1", "[::1]", true),
            ("fd00::/8", "[fd12::1]", true),
            ("[fd00::]/8", "[fd12::1]", true),
            ("[::1]/128", "[::1]", true),
            ("[::1]/128", "[::2]", false),
            ("[::1]:443", "[::1]", true),
            ("[::1]:80", "[::1]", false),
            ("10.0.0.0/+8", "10.1.2.3", false),
            ("example.com:+443", "example.com", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("10.0.0.0/99", "10.1.2.3", false),
            ("localhost", "bucket.localhost", true),
        ] {
            assert_eq!(bypasses(rule, host, 443), expected, "{rule} {host}");
        }
    }
}
