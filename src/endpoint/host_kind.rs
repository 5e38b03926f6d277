//! What the name of a host of the service tells: which kind of host it is, and the region that it names.
//!
//! Not all that follows `oss-` is a region: a region that is only guessed makes requests whose signature is wrong. So a
//! region is read only from what has the shape of one, and what has another shape is a host without a region.

use super::SERVICE_DOMAIN;
use crate::names;

/// What the name of a host tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostKind<'h> {
    /// `oss-REGION.aliyuncs.com`
    Public(Option<&'h str>),
    /// `oss-REGION-internal.aliyuncs.com`
    Internal(Option<&'h str>),
    /// `REGION.oss.aliyuncs.com`
    DualStack(&'h str),
    /// `oss-accelerate.aliyuncs.com`, `oss-accelerate-overseas.aliyuncs.com`
    Accelerate,
    /// The accelerator of a region or of one of its zones: `ZONE-internal.oss-data-acc.aliyuncs.com`.
    Accelerator(Option<&'h str>),
    /// Another service beside OSS, of a region: `REGION.oss-dls.aliyuncs.com`.
    Beside,
    /// `ID.REGION.oss-cloudbox.aliyuncs.com`, `ID.REGION.oss-cloudbox-control.aliyuncs.com`
    Cloudbox { id: &'h str, region: &'h str },
    /// Somebody else's host, or one without meaning to us.
    Other,
}

impl<'h> HostKind<'h> {
    pub fn of(host: &'h str) -> HostKind<'h> {
        let Some(name) = host.strip_suffix(SERVICE_DOMAIN) else {
            return HostKind::Other;
        };
        let labels: Vec<&str> = name.split('.').collect();
        match labels.as_slice() {
            ["oss-accelerate" | "oss-accelerate-overseas"] => HostKind::Accelerate,
            [label] => HostKind::of_label(label),
            [region, "oss"] if is_region(region) => HostKind::DualStack(region),
            [zone, "oss-data-acc"] => HostKind::Accelerator(region_of_zone(without_internal(zone))),
            // Before these stands the id of a cloud box, too, however it looks.
            [_, "oss-cloudbox" | "oss-cloudbox-control"] => HostKind::Other,
            [region, service]
                if HostKind::of_label(service) == HostKind::Public(None)
                    && region_of_zone(without_internal(region)).is_some() =>
            {
                HostKind::Beside
            }
            [id, region, "oss-cloudbox" | "oss-cloudbox-control"]
                if id.starts_with("cb-") && names::check_region(region).is_ok() =>
            {
                HostKind::Cloudbox { id, region }
            }
            _ => HostKind::Other,
        }
    }

    /// Of the one label before the domain of the service.
    fn of_label(label: &'h str) -> HostKind<'h> {
        let named = |region: &'h str| Some(region).filter(|region| is_region(region));
        match label.strip_prefix("oss-") {
            Some(rest) if names::is_id(rest) => match rest.strip_suffix("-internal") {
                Some(region) => HostKind::Internal(named(region)),
                None => HostKind::Public(named(rest)),
            },
            _ => HostKind::Other,
        }
    }

    pub fn region(self) -> Option<&'h str> {
        match self {
            HostKind::Public(region)
            | HostKind::Internal(region)
            | HostKind::Accelerator(region) => region,
            HostKind::DualStack(region) | HostKind::Cloudbox { region, .. } => Some(region),
            HostKind::Accelerate | HostKind::Beside | HostKind::Other => None,
        }
    }

    pub fn cloudbox(self) -> Option<&'h str> {
        match self {
            HostKind::Cloudbox { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// The region that a host of the service names, also in the domain of a bucket.
pub(super) fn region_of(host: &str) -> Option<&str> {
    let of_bucket = || HostKind::of(host.split_once('.')?.1).region();
    HostKind::of(host).region().or_else(of_bucket)
}

/// Whether a name has the shape of a region id: an area, a place, and perhaps a number, a kind and its number, as in
/// `cn-hangzhou`, `ap-southeast-1`, `cn-shanghai-finance-1` and `cn-north-2-gov-1`. Regions to come have it too.
///
/// `cn-hangzhou-vpc`, `cn-beijing-finance-1-pub` and `cache-cn-beijing-h` are in the names of hosts, but no regions.
fn is_region(name: &str) -> bool {
    /// What may follow the place.
    const KINDS: [&str; 6] = ["acdr", "finance", "gov", "jva", "lr", "mainland"];
    /// How hosts of the finance cloud abbreviate regions that have longer names.
    const ABBREVIATED: [&str; 3] = ["cn-hzfinance", "cn-hzjbp", "cn-szfinance"];
    let is_word = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_kind = |part: &str| KINDS.contains(&part);
    let parts: Vec<&str> = name.split('-').collect();
    let [area, place, rest @ ..] = parts.as_slice() else {
        return false;
    };
    let follows = match rest {
        [] => true,
        [last] => is_number(last) || is_kind(last),
        [kind, number] if is_kind(kind) => is_number(number),
        [number, kind] => is_number(number) && is_kind(kind),
        [first, kind, number] => is_number(first) && is_kind(kind) && is_number(number),
        _ => false,
    };
    let is_place = area.len() == 2 && is_word(area) && place.len() > 2 && is_word(place);
    is_place && follows && !parts.contains(&"") && !ABBREVIATED.contains(&name)
}

/// The region of a zone, such as `cn-hangzhou-j` or `ap-southeast-1c`; a region is taken as well.
fn region_of_zone(name: &str) -> Option<&str> {
    if is_region(name) {
        return Some(name);
    }
    let region = name.strip_suffix(|letter: char| letter.is_ascii_lowercase())?;
    let is_numbered = region.ends_with(|end: char| end.is_ascii_digit());
    let region = match region.strip_suffix('-') {
        None if !is_numbered => return None,
        None => region,
        Some(region) => region,
    };
    Some(region).filter(|region| is_region(region))
}

fn without_internal(name: &str) -> &str {
    name.strip_suffix("-internal").unwrap_or(name)
}

/// Whether somebody means a region of the service by a name without its domain: `cn-hangzhou`, `ap-southeast-1-internal`.
pub(super) fn is_known_place(name: &str) -> bool {
    const AREAS: [&str; 8] = ["ap", "cn", "eu", "me", "na", "rg", "sa", "us"];
    let place = without_internal(name);
    let area = place.split_once('-').map(|(area, _)| area);
    // Those outside of China are numbered; what is not may be a host of one's own.
    let is_numbered = place.ends_with(|end: char| end.is_ascii_digit());
    let is_place = |area| AREAS.contains(&area) && (is_numbered || ["cn", "rg"].contains(&area));
    area.is_some_and(is_place) && names::is_id(name)
}
