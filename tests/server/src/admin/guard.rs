//! Who may use `/_local/`: programs, and the page that the server itself shows. Any page that the user of this machine
//! visits can send requests here, too, and with a name of its own that resolves to this machine even read the answers.

use std::net::IpAddr;

use crate::address::host_name;
use crate::request::Head;
use crate::server::Shared;

/// Ends of names that no stranger can have in the public DNS, and the service's own.
const SAFE_ENDS: [&str; 6] = [
    ".localhost",
    ".local",
    ".internal",
    ".test",
    ".home.arpa",
    ".aliyuncs.com",
];

/// Why this request is refused, if it is.
pub fn refusal(shared: &Shared, head: &Head) -> Option<String> {
    let name = host_name(&head.host);
    if !is_own(shared, &name) {
        return Some(format!(
            "{name:?} may be a name of somebody else; use localhost or an address, or start with --domain {name}"
        ));
    }
    let site = head.header("sec-fetch-site");
    let origin = head.header("origin");
    let foreign = origin
        .as_deref()
        .is_some_and(|origin| !is_same(origin, &head.host))
        || site
            .as_deref()
            .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    if foreign {
        return Some("pages of other origins may not use this".to_owned());
    }
    // A site that a bucket shows has the bucket's host name for its origin.
    let from_page = origin.is_some() || site.as_deref() == Some("same-origin");
    (from_page && is_of_bucket(shared, &name))
        .then(|| "pages of buckets may not use this".to_owned())
}

fn is_same(origin: &str, host: &str) -> bool {
    origin
        .split_once("://")
        .is_some_and(|(_, own)| own.eq_ignore_ascii_case(host))
}

fn is_own(shared: &Shared, name: &str) -> bool {
    // A single label is a name of this machine or its network.
    name.parse::<IpAddr>().is_ok()
        || !name.contains('.')
        || SAFE_ENDS.iter().any(|end| name.ends_with(end))
        || shared
            .domains
            .iter()
            .any(|domain| name == &domain[1..] || name.ends_with(domain.as_str()))
}

fn is_of_bucket(shared: &Shared, name: &str) -> bool {
    let below = |domain: &str| name.len() > domain.len() && name.ends_with(domain);
    below(".localhost") || shared.domains.iter().any(|domain| below(domain))
}
