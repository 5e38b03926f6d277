//! From the text of an endpoint and its options to the scheme, host and path that requests go to.

pub(crate) mod authority;
mod host_kind;

use authority::Authority;
use host_kind::{HostKind, region_of};
use zeroize::Zeroizing;

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

/// Longest host name that DNS carries (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;

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
    /// The bucket that requests are about; `None` for the service itself. Its own domain may be given as the endpoint.
    pub bucket: Option<&'a str>,
}

/// What the options come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Where requests go.
    pub endpoint: Endpoint,
    /// As given, or as the host of the service tells if none is given.
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
        // Room for the whole query: a token of temporary keys in it leaves no copies behind by growing.
        let most = |(name, value): &Parameter<'_>| {
            3 * (name.len() + value.as_deref().map_or(0, str::len)) + 2
        };
        let query_size: usize = query.iter().map(most).sum();
        let mut target = String::with_capacity(64 + 2 * key.map_or(0, str::len) + query_size);
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
        let host = self.host_for(bucket);
        let target = Zeroizing::new(self.target_for(bucket, key, query));
        let scheme = self.scheme.as_str();
        let mut url = String::with_capacity(scheme.len() + 3 + host.len() + target.len());
        for part in [scheme, "://", &host, &target] {
            url.push_str(part);
        }
        url
    }
}

/// Checks the text of an endpoint by itself, without the options that go with it.
pub fn check(endpoint: &str) -> Result<()> {
    Authority::parse(endpoint).map(|_| ())
}

/// A URL taken apart: where it leads, and path and query as they stand there.
pub fn split_url(url: &str) -> Result<(Endpoint, &str)> {
    // Not quoted: who has a presigned URL has the right.
    let refuse = |problem: &str| Error::unusable("url", format_args!("it {problem}"));
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refuse(
            "has spaces, control characters or characters that are not ASCII; they have to be percent-encoded",
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
        .map_err(|_| refuse("has no usable scheme, host and port before its path"))?;
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
/// An error if a part is malformed, if neither endpoint nor region is given, or if two options contradict each other. A
/// region that is given wins over the one in the name of the host.
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
    let is_given = text.is_some();
    let mut authority = match text {
        Some(text) => Authority::parse(&text)?,
        None => Authority::https(default_host(options, region.as_deref(), wanted)?),
    };
    authority.check(options)?;
    if !options.cname {
        authority.host = without_bucket(&authority.host, options.bucket)?.to_owned();
    }
    let kind = HostKind::of(&authority.host);
    if let Some(wanted) = wanted.filter(|_| is_given) {
        wanted.check(&authority.host, kind)?;
    }
    // What is said wins over what is guessed: not every host that looks like a region's is named after its region.
    let region = region.or_else(|| region_of(&authority.host).map(str::to_owned));
    let cloudbox = cloudbox.or_else(|| kind.cloudbox().map(str::to_owned));
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
        Err(Error::unusable(
            "endpoint",
            format_args!("missing; {why}; {ALLOWED}"),
        ))
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

/// The host of the service in the domain of a bucket, as the console shows it: `BUCKET.oss-cn-hangzhou.aliyuncs.com`.
fn without_bucket<'h>(host: &'h str, bucket: Option<&str>) -> Result<&'h str> {
    let Some((first, rest)) = host.split_once('.') else {
        return Ok(host);
    };
    // A server on this machine is told the bucket in the path.
    if rest == "localhost" && bucket == Some(first) {
        return Ok(rest);
    }
    let kind = HostKind::of(rest);
    if HostKind::of(host) != HostKind::Other || kind == HostKind::Other {
        return Ok(host);
    }
    let problem = match bucket {
        Some(bucket) if bucket == first => return Ok(rest),
        // What stands before such a host may be something else than a bucket.
        _ if matches!(kind, HostKind::Public(None) | HostKind::Internal(None)) => return Ok(host),
        Some(bucket) => format!("is the domain of the bucket {first:?}, not of {bucket:?}"),
        None => format!("is the domain of the bucket {first:?}, not of the service"),
    };
    Err(Error::unusable(
        "endpoint",
        format_args!("{host:?} {problem}; give {rest:?}"),
    ))
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
            return Err(Error::contradiction(
                first.name(),
                second.name(),
                "at most one of them can be on",
            ));
        }
        match first {
            Some(wanted) if options.cname => Err(Error::contradiction(
                wanted.name(),
                "cname",
                "a custom domain is used as it is",
            )),
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

    fn check(self, host: &str, kind: HostKind<'_>) -> Result<()> {
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

#[cfg(test)]
mod tests;
