//! The text of an endpoint, taken apart and looked at by itself.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::host_kind::{HostKind, is_known_place};
use super::public_host;
use super::{ALLOWED, Addressing, EndpointOptions, MAX_HOST, SERVICE_DOMAIN, Scheme};
use crate::error::{Error, Result};
use crate::names::MAX_LABEL;

/// The text of an endpoint, taken apart.
#[derive(Debug)]
pub(super) struct Authority {
    pub scheme: Scheme,
    pub host: String,
    pub port: Option<u16>,
}

impl Authority {
    pub fn https(host: String) -> Authority {
        Authority {
            scheme: Scheme::Https,
            host,
            port: None,
        }
    }

    pub fn parse(text: &str) -> Result<Authority> {
        // User info may hold a password, which must not show up in a message.
        if text.contains('@') {
            return Err(Error::unusable(
                "endpoint",
                format_args!(
                    "it has an @, but user names and passwords cannot be given there; {ALLOWED}"
                ),
            ));
        }
        // What follows the host may be a signature or a token.
        let begin = text.find("://").map_or(0, |at| at + 3);
        let host = text.get(begin..).unwrap_or_default();
        let end = host
            .find(['/', '?', '#'])
            .map_or(text.len(), |at| begin + at);
        let shown = text.get(..end).unwrap_or_default();
        let more = if shown.len() < text.len() { "..." } else { "" };
        let refuse = |problem: &str| {
            Error::unusable(
                "endpoint",
                format_args!("\"{}{more}\" {problem}; {ALLOWED}", shown.escape_debug()),
            )
        };
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse(
                "has spaces, control characters or characters that are not ASCII",
            ));
        }
        let (scheme, rest) = match text.split_once("://") {
            None => (Scheme::Https, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            Some(_) => return Err(refuse("has a scheme that is neither http nor https")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '\\']) {
            return Err(refuse("has a path, query or fragment"));
        }
        let (host, port) = host_and_port(rest).map_err(refuse)?;
        Ok(Authority {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
        })
    }

    fn is_address(&self) -> bool {
        self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok()
    }

    /// An error if the options say of the host what cannot be, or if most of it was left out.
    pub fn check(&self, options: &EndpointOptions<'_>) -> Result<()> {
        if options.cname && options.path_style {
            return Err(Error::contradiction(
                "cname",
                "path_style",
                "a custom domain leads to its bucket without naming it",
            ));
        }
        if options.cname && self.is_address() {
            return Err(Error::unusable(
                "cname",
                format_args!(
                    "the endpoint {:?} is an address, which cannot be bound to a bucket; give the custom domain, and the \
                 address with `resolve`",
                    self.host
                ),
            ));
        }
        if options.cname && HostKind::of(&self.host) != HostKind::Other {
            return Err(Error::unusable(
                "cname",
                format_args!(
                    "the endpoint {:?} is a host of the service, not a custom domain, so it leads to no bucket; leave \
                     `cname` out",
                    self.host
                ),
            ));
        }
        // Whoever names a port of their own has a server of their own; what the service has may be written all the same.
        let is_own = self.port.is_some_and(|port| ![80, 443].contains(&port));
        if is_own || options.cname || options.path_style || self.host.contains('.') {
            return Ok(());
        }
        let whole = match self.host.strip_prefix("oss-") {
            Some(region) if is_known_place(region) || region.starts_with("accelerate") => {
                format!("{}{SERVICE_DOMAIN}", self.host)
            }
            None if is_known_place(&self.host) => public_host(&self.host),
            _ => return Ok(()),
        };
        Err(Error::unusable(
            "endpoint",
            format_args!(
                "{:?} is not a whole host name, {SERVICE_DOMAIN:?} is missing; give {whole:?}",
                self.host
            ),
        ))
    }

    pub fn addressing(&self, options: &EndpointOptions<'_>) -> Addressing {
        // An address cannot carry a bucket in front.
        if self.is_address() {
            Addressing::PathStyle
        } else if options.cname {
            Addressing::Cname
        } else if options.path_style || self.host == "localhost" {
            Addressing::PathStyle
        } else {
            Addressing::VirtualHost
        }
    }
}

/// Host and port of `HOST[:PORT]`, both as they can be; the brackets of an IPv6 address belong to the host. The dot of the
/// root, which neither certificates nor signatures have, is left out.
pub(crate) fn host_and_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let (host, port) = split_port(text)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    check_host(host)?;
    Ok((host, port))
}

/// As [`host_and_port`], whatever the host is.
pub(crate) fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    let end_of_host = match text.find(']') {
        Some(bracket) => bracket + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    match text.split_at(end_of_host) {
        (host, "") => Ok((host, None)),
        (host, rest) => match rest.strip_prefix(':') {
            Some(port) if port.contains(':') => {
                Err("has too many colons; an IPv6 address stands in brackets")
            }
            Some(port) => Ok((host, Some(parse_port(port)?))),
            None => Err("has something between the address and the port"),
        },
    }
}

fn parse_port(text: &str) -> Result<u16, &'static str> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if port != 0 && digits_only => Ok(port),
        _ => Err("has a port that is not a number from 1 to 65535"),
    }
}

/// Whether a name or an address can be the host of anything; the reason if not.
pub(crate) fn check_host(host: &str) -> Result<(), &'static str> {
    if let Some(address) = host.strip_prefix('[') {
        let address = address.strip_suffix(']').unwrap_or_default();
        return match address.parse::<Ipv6Addr>() {
            Ok(_) => Ok(()),
            Err(_) => Err("has a malformed IPv6 address"),
        };
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label =
        |label: &str| (1..=MAX_LABEL).contains(&label.len()) && label.bytes().all(allowed);
    // Four numbers. Less of them, such as 127.1, are names to the official SDKs, too.
    let is_like_address = || {
        let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
        host.split('.').count() == 4 && host.split('.').all(is_number)
    };
    if host.is_empty() {
        Err("has no host")
    } else if is_like_address() && host.parse::<Ipv4Addr>().is_err() {
        // Some systems would take it for an address of another machine.
        Err(
            "looks like an IPv4 address, whose four numbers are from 0 to 255, without zeros in front",
        )
    } else if host.len() > MAX_HOST || !host.split('.').all(is_label) {
        Err("has a malformed host")
    } else {
        Ok(())
    }
}
