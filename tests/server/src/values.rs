//! The values that options of the command line may have.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use oss_local::{is_bucket_name, is_host_name};

/// 1 to as many as a century has.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| (1..=3_155_760_000).contains(seconds));
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is not a number of seconds; give 1 or more"))
}

/// Two texts, neither of them empty.
pub fn pair(text: &str, separator: char) -> Option<(&str, &str)> {
    text.split_once(separator)
        .filter(|(left, right)| !left.is_empty() && !right.is_empty())
}

pub fn address(text: &str) -> Result<IpAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let found: Vec<SocketAddr> = (text, 0)
        .to_socket_addrs()
        .map_err(|error| format!("{text:?} is neither an address nor a known name: {error}"))?
        .collect();
    // Where a name stands for both, the older one serves as well.
    let best = found
        .iter()
        .find(|address| address.is_ipv4())
        .or(found.first());
    best.map(SocketAddr::ip)
        .ok_or_else(|| format!("{text:?} has no address"))
}

/// The domain of buckets, without the dot of the root.
pub fn domain(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    if is_host_name(name) && name.parse::<IpAddr>().is_err() {
        return Ok(name.to_owned());
    }
    Err(format!(
        "{text:?} is not a domain; give the name alone, such as oss.example.net"
    ))
}

/// A custom domain and its bucket.
pub fn cname(text: &str) -> Result<(String, String), String> {
    let (domain, bucket) =
        pair(text, '=').ok_or_else(|| format!("{text:?} is not DOMAIN=BUCKET"))?;
    let name = domain.strip_suffix('.').unwrap_or(domain);
    if !is_host_name(name) {
        return Err(format!(
            "{domain:?} is not a domain; give the name alone, such as img.example.com"
        ));
    }
    if !is_bucket_name(bucket) {
        return Err(format!(
            "{bucket:?} is not the name of a bucket; one has 3 to 63 lower-case letters, digits and hyphens, none at the ends"
        ));
    }
    Ok((name.to_owned(), bucket.to_owned()))
}

/// A region becomes a part of a label of host names: `oss-REGION-internal`.
pub fn region(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let whole = !text.starts_with("oss-") && !text.ends_with("-internal");
    let edges = text.starts_with('-') || text.ends_with('-');
    if whole && !edges && (1..=50).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not a region; give the plain id, like cn-hangzhou"
    ))
}

/// The name of a role, which is asked for in a path.
pub fn role(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if text.len() <= 64 && text.bytes().all(allowed) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{text:?} is not a role; one has up to 64 letters, digits, dots, hyphens and underscores"
    ))
}
