//! From the text of an endpoint and its options to the scheme, host and path that requests go to.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::error::{Error, Result};
use crate::escape::{self, Sink};
use crate::header::Parameter;
use crate::names;

/// Domain of the service's own hosts.
const SERVICE_DOMAIN: &str = ".aliyuncs.com";

/// Host of transfer acceleration, the same for all regions.
const ACCELERATE_HOST: &str = "oss-accelerate.aliyuncs.com";

/// Product in the scope of V4 signatures.
const PRODUCT: &str = "oss";
const CLOUDBOX_PRODUCT: &str = "oss-cloudbox";

/// Longest host name that DNS carries (RFC 1035, section 2.3.4), and longest label.
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// What an endpoint looks like, for messages.
const ALLOWED: &str = "an endpoint is [http://|https://]HOST[:PORT]";

/// How requests travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    /// 80 or 443.
    pub fn default_port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// Where a request says which bucket it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// In front of the host: `bucket.host/key`.
    VirtualHost,
    /// In the path: `host/bucket/key`.
    PathStyle,
    /// Nowhere, because the host is bound to one bucket: `host/key`.
    Cname,
}

/// A resolved endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// How requests travel.
    pub scheme: Scheme,
    /// Lower case; an IPv6 address stands in brackets.
    pub host: String,
    /// Only if it is not the default port of the scheme.
    pub port: Option<u16>,
    /// Where requests say which bucket they mean.
    pub addressing: Addressing,
}

/// What the user said about the endpoint. Empty texts count as not given.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndpointOptions<'a> {
    /// `[http://|https://]HOST[:PORT]`; without it the region tells the host.
    pub endpoint: Option<&'a str>,
    /// Region id such as `cn-hangzhou`.
    pub region: Option<&'a str>,
    /// The endpoint is a domain bound to one bucket.
    pub cname: bool,
    /// The bucket goes into the path.
    pub path_style: bool,
    /// The host for machines inside Alibaba Cloud.
    pub internal: bool,
    /// The host of transfer acceleration.
    pub accelerate: bool,
    /// The host that has IPv6 addresses too.
    pub dual_stack: bool,
    /// Id of a cloud box, which stands for the region in signatures.
    pub cloudbox_id: Option<&'a str>,
}

/// What the options come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Where requests go.
    pub endpoint: Endpoint,
    /// As given, or as the host of the service tells.
    pub region: Option<String>,
    /// `oss` or `oss-cloudbox`, for the scope of V4 signatures.
    pub product: &'static str,
    /// What stands for the region in that scope: the region, or the id of the cloud box.
    pub scope_region: Option<String>,
}

impl Endpoint {
    /// The name to connect to, without port.
    pub fn host_name_for(&self, bucket: Option<&str>) -> String {
        match (self.addressing, bucket) {
            (Addressing::VirtualHost, Some(bucket)) => format!("{bucket}.{}", self.host),
            _ => self.host.clone(),
        }
    }

    /// The value of the `Host` header: with the port unless it is the default one.
    pub fn host_for(&self, bucket: Option<&str>) -> String {
        let host = self.host_name_for(bucket);
        match self.port {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }

    /// The request target: percent-encoded path, and the parameters in the order given. An empty value and none are both
    /// written as the bare name, which is how they are signed.
    pub fn target_for(
        &self,
        bucket: Option<&str>,
        key: Option<&str>,
        query: &[Parameter<'_>],
    ) -> String {
        let mut target = String::with_capacity(64 + 2 * key.map_or(0, str::len));
        target.push('/');
        if let (Addressing::PathStyle, Some(bucket)) = (self.addressing, bucket) {
            escape::append(&mut target, bucket);
            target.push('/');
        }
        escape::append_path(&mut target, key.unwrap_or_default());
        for (position, (name, value)) in query.iter().enumerate() {
            target.put(if position == 0 { "?" } else { "&" });
            escape::append(&mut target, name);
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                target.push('=');
                escape::append(&mut target, value);
            }
        }
        target
    }

    /// The whole URL.
    pub fn url_for(
        &self,
        bucket: Option<&str>,
        key: Option<&str>,
        query: &[Parameter<'_>],
    ) -> String {
        let (host, target) = (self.host_for(bucket), self.target_for(bucket, key, query));
        format!("{}://{host}{target}", self.scheme.as_str())
    }
}

/// Checks the text of an endpoint by itself, without the options that go with it.
pub fn check(endpoint: &str) -> Result<()> {
    Authority::parse(endpoint).map(|_| ())
}

/// A URL taken apart: where it leads, and path and query as they stand there.
pub fn split_url(url: &str) -> Result<(Endpoint, &str)> {
    // Not quoted: who has a presigned URL has the right.
    let refuse = |problem: &str| Error::invalid(format!("`url`: it {problem}"));
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refuse(
            "has blanks, control characters or characters that are not ASCII; they have to be percent-encoded",
        ));
    }
    let begin = match url.split_once("://") {
        Some((scheme, _)) => scheme.len() + "://".len(),
        None => return Err(refuse("does not begin with http:// or https://")),
    };
    let rest = url.get(begin..).unwrap_or_default();
    let Some(path) = rest.find('/') else {
        return Err(refuse("has no path"));
    };
    if rest.contains('#') {
        return Err(refuse("has a fragment"));
    }
    let (authority, target) = url.split_at(begin + path);
    let authority = Authority::parse(authority)
        .map_err(|_| refuse("has no usable scheme, host and port in front of its path"))?;
    let endpoint = Endpoint {
        scheme: authority.scheme,
        host: authority.host,
        port: authority.port,
        addressing: Addressing::Cname,
    };
    Ok((endpoint, target))
}

/// The names of the parameters of a request target or a URL, decoded.
pub(crate) fn parameters(target: &str) -> impl Iterator<Item = String> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|parameter| {
        let (name, _) = parameter.split_once('=').unwrap_or((parameter, ""));
        escape::decode(name).ok()
    })
}

/// Puts the options together.
///
/// An error if a part is malformed, if neither endpoint nor region is given, or if two of them contradict each other.
pub fn resolve(options: &EndpointOptions<'_>) -> Result<Resolved> {
    let given = |text: Option<&'_ str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let (text, region, cloudbox) = (
        given(options.endpoint),
        given(options.region),
        given(options.cloudbox_id),
    );
    if let Some(region) = &region {
        names::check_region(region)?;
    }
    if let Some(id) = &cloudbox {
        names::check_cloudbox_id(id)?;
    }
    let wanted = Wanted::from(options)?;
    let authority = match text {
        Some(text) => Authority::parse(&text)?,
        None => Authority::https(default_host(options, region.as_deref(), wanted)?),
    };
    let kind = HostKind::of(&authority.host);
    if let Some(wanted) = wanted {
        wanted.check(&authority.host, &kind)?;
    }
    let region = agree("region", region, kind.region(), &authority.host)?;
    let cloudbox = agree("cloudbox_id", cloudbox, kind.cloudbox(), &authority.host)?;
    let (product, scope_region) = match cloudbox {
        Some(id) => (CLOUDBOX_PRODUCT, Some(id)),
        None => (PRODUCT, region.clone()),
    };
    let addressing = authority.addressing(options);
    Ok(Resolved {
        endpoint: Endpoint {
            scheme: authority.scheme,
            port: authority
                .port
                .filter(|&port| port != authority.scheme.default_port()),
            host: authority.host,
            addressing,
        },
        region,
        product,
        scope_region,
    })
}

/// Public host of a region.
pub fn public_host(region: &str) -> String {
    format!("oss-{region}{SERVICE_DOMAIN}")
}

/// Host of a region for machines inside Alibaba Cloud.
pub fn internal_host(region: &str) -> String {
    format!("oss-{region}-internal{SERVICE_DOMAIN}")
}

/// Host of a region that has IPv6 addresses too.
pub fn dual_stack_host(region: &str) -> String {
    format!("{region}.oss{SERVICE_DOMAIN}")
}

/// The host that stands in for a missing endpoint.
fn default_host(
    options: &EndpointOptions<'_>,
    region: Option<&str>,
    wanted: Option<Wanted>,
) -> Result<String> {
    let missing = |why: &str| {
        Err(Error::invalid(format!(
            "`endpoint`: missing; {why}; {ALLOWED}"
        )))
    };
    if options.cname {
        return missing("with cname it is the custom domain");
    }
    if options.cloudbox_id.is_some_and(|id| !id.is_empty()) {
        return missing("with cloudbox_id it is the host of the cloud box");
    }
    match (wanted, region) {
        (Some(Wanted::Accelerate), _) => Ok(ACCELERATE_HOST.to_owned()),
        (None, Some(region)) => Ok(public_host(region)),
        (Some(Wanted::Internal), Some(region)) => Ok(internal_host(region)),
        (Some(Wanted::DualStack), Some(region)) => Ok(dual_stack_host(region)),
        (_, None) => missing("give it or a region"),
    }
}

/// The value given or inferred, which must not differ.
fn agree(
    name: &str,
    given: Option<String>,
    inferred: Option<&str>,
    host: &str,
) -> Result<Option<String>> {
    match (given, inferred) {
        (Some(given), Some(inferred)) if given != inferred => Err(Error::invalid(format!(
            "`{name}`: {given:?} contradicts the endpoint {host:?}, which says {inferred:?}"
        ))),
        (given, inferred) => Ok(given.or_else(|| inferred.map(str::to_owned))),
    }
}

/// The one special kind of host that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Internal,
    Accelerate,
    DualStack,
}

impl Wanted {
    fn from(options: &EndpointOptions<'_>) -> Result<Option<Wanted>> {
        let flags = [
            (options.internal, Wanted::Internal),
            (options.accelerate, Wanted::Accelerate),
            (options.dual_stack, Wanted::DualStack),
        ];
        let mut set = flags
            .iter()
            .filter(|(on, _)| *on)
            .map(|&(_, wanted)| wanted);
        let (first, second) = (set.next(), set.next());
        if let (Some(first), Some(second)) = (first, second) {
            return Err(Error::invalid(format!(
                "`{}` and `{}` contradict each other; at most one of them can be on",
                first.name(),
                second.name()
            )));
        }
        match first {
            Some(wanted) if options.cname => Err(Error::invalid(format!(
                "`{}` and `cname` contradict each other; a custom domain is used as it is",
                wanted.name()
            ))),
            wanted => Ok(wanted),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Wanted::Internal => "internal_endpoint",
            Wanted::Accelerate => "accelerate_endpoint",
            Wanted::DualStack => "dual_stack",
        }
    }

    fn check(self, host: &str, kind: &HostKind<'_>) -> Result<()> {
        let agrees = matches!(
            (self, kind),
            (Wanted::Internal, HostKind::Internal(_))
                | (Wanted::Accelerate, HostKind::Accelerate)
                | (Wanted::DualStack, HostKind::DualStack(_))
        );
        if agrees {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "`{}` contradicts the endpoint {host:?}, which is not of that kind; leave one of the two out",
            self.name()
        )))
    }
}

/// What the name of a host tells.
enum HostKind<'h> {
    /// `oss-REGION.aliyuncs.com`
    Public(&'h str),
    /// `oss-REGION-internal.aliyuncs.com`
    Internal(&'h str),
    /// `REGION.oss.aliyuncs.com`
    DualStack(&'h str),
    /// `oss-accelerate.aliyuncs.com`, `oss-accelerate-overseas.aliyuncs.com`
    Accelerate,
    /// `ID.REGION.oss-cloudbox.aliyuncs.com`, `ID.REGION.oss-cloudbox-control.aliyuncs.com`
    Cloudbox { id: &'h str, region: &'h str },
    /// Somebody else's host, or one without meaning to us.
    Other,
}

impl<'h> HostKind<'h> {
    fn of(host: &'h str) -> HostKind<'h> {
        let Some(name) = host.strip_suffix(SERVICE_DOMAIN) else {
            return HostKind::Other;
        };
        let labels: Vec<&str> = name.split('.').collect();
        match labels.as_slice() {
            ["oss-accelerate" | "oss-accelerate-overseas"] => HostKind::Accelerate,
            [label] => match label.strip_prefix("oss-") {
                Some(rest) => match rest.strip_suffix("-internal") {
                    Some(region) => HostKind::with_region(region, HostKind::Internal),
                    None => HostKind::with_region(rest, HostKind::Public),
                },
                None => HostKind::Other,
            },
            [region, "oss"] => HostKind::with_region(region, HostKind::DualStack),
            [id, region, "oss-cloudbox" | "oss-cloudbox-control"] if id.starts_with("cb-") => {
                HostKind::with_region(region, |region| HostKind::Cloudbox { id, region })
            }
            _ => HostKind::Other,
        }
    }

    fn with_region(region: &'h str, kind: impl FnOnce(&'h str) -> HostKind<'h>) -> HostKind<'h> {
        match names::check_region(region) {
            Ok(()) => kind(region),
            Err(_) => HostKind::Other,
        }
    }

    fn region(&self) -> Option<&'h str> {
        match self {
            HostKind::Public(region)
            | HostKind::Internal(region)
            | HostKind::DualStack(region)
            | HostKind::Cloudbox { region, .. } => Some(region),
            HostKind::Accelerate | HostKind::Other => None,
        }
    }

    fn cloudbox(&self) -> Option<&'h str> {
        match self {
            HostKind::Cloudbox { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// The text of an endpoint, taken apart.
#[derive(Debug)]
struct Authority {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

impl Authority {
    fn https(host: String) -> Authority {
        Authority {
            scheme: Scheme::Https,
            host,
            port: None,
        }
    }

    fn parse(text: &str) -> Result<Authority> {
        // User info may hold a password, which must not show up in a message.
        if text.contains('@') {
            return Err(Error::invalid(format!(
                "`endpoint`: it has an @, but user names and passwords cannot be given there; {ALLOWED}"
            )));
        }
        let refuse =
            |problem: &str| Error::invalid(format!("`endpoint`: {text:?} {problem}; {ALLOWED}"));
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse(
                "has blanks, control characters or characters that are not ASCII",
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
        let (host, port) = split_port(rest).map_err(refuse)?;
        let port = port.map(parse_port).transpose().map_err(refuse)?;
        check_host(host).map_err(refuse)?;
        Ok(Authority {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
        })
    }

    fn addressing(&self, options: &EndpointOptions<'_>) -> Addressing {
        let is_address = self.host.starts_with('[') || self.host.parse::<Ipv4Addr>().is_ok();
        // An address can carry neither a bucket in front nor the binding of a custom domain.
        if is_address {
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

/// Host and port of `HOST[:PORT]`; the brackets of an IPv6 address belong to the host.
fn split_port(text: &str) -> Result<(&str, Option<&str>), &'static str> {
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
            Some(port) => Ok((host, Some(port))),
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

fn check_host(host: &str) -> Result<(), &'static str> {
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
    if host.is_empty() {
        Err("has no host")
    } else if host.len() > MAX_HOST || !host.split('.').all(is_label) {
        Err("has a malformed host")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
