//! What the service makes of settings and asks of them, beyond their root element.

use std::collections::HashSet;

use super::headers;
use super::named::leaf;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::upkeep::DAY_MS;
use crate::xml::Node;

/// Elements that hold what a user wrote, whatever it looks like.
const FREE_TEXT: [&str; 8] = [
    "Content",
    "Description",
    "ID",
    "Key",
    "Prefix",
    "Suffix",
    "TargetPrefix",
    "Value",
];

/// Booleans that clients may leave empty.
const BOOLEANS: [&str; 8] = [
    "EnableReplacePrefix",
    "ExpiredObjectDeleteMarker",
    "MirrorCheckMd5",
    "MirrorFollowRedirect",
    "MirrorPassQueryString",
    "PassAll",
    "PassQueryString",
    "SupportSubDir",
];

/// What a bucket may be bounded in; -1 is without a bound.
const QOS: [&str; 9] = [
    "TotalUploadBandwidth",
    "IntranetUploadBandwidth",
    "ExtranetUploadBandwidth",
    "TotalDownloadBandwidth",
    "IntranetDownloadBandwidth",
    "ExtranetDownloadBandwidth",
    "TotalQps",
    "IntranetQps",
    "ExtranetQps",
];

/// Clients write booleans as their language does, and read what the service writes.
pub fn lower_booleans(node: &mut Node) {
    let text = node.text.trim().to_ascii_lowercase();
    if ["true", "false"].contains(&text.as_str()) && !FREE_TEXT.contains(&node.name.as_str()) {
        node.text = text;
    } else if node.text.trim().is_empty()
        && node.children.is_empty()
        && BOOLEANS.contains(&node.name.as_str())
    {
        "false".clone_into(&mut node.text);
    }
    node.children.iter_mut().for_each(lower_booleans);
}

/// All groups are there whose ids look like those that the service gives: `rg-`, then letters and digits. None is the
/// default group.
pub fn resource_group(id: &str) -> Result<()> {
    let id = id.trim();
    let rest = id.strip_prefix("rg-").unwrap_or_default();
    if id.is_empty() || !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let message = "The resource group id precheck error";
    Err(ApiError::new(400, "ResourceGroupIdPreCheckError", message)
        .detail("ResourceGroupId", id)
        .ec("0039-00000003"))
}

/// Makes of a setting what the service gives back: what nobody said, and its own way to write.
pub fn complete(name: &str, node: &mut Node) {
    let mut default = |field: &str, value: &str| {
        if node.child(field).is_none() {
            node.children.push(leaf(field, value));
        }
    };
    match name {
        "cors" => {
            default("ResponseVary", "false");
            let rules = node.children.iter_mut();
            for header in rules
                .flat_map(|rule| &mut rule.children)
                .filter(|child| child.name == "AllowedHeader")
            {
                header.text.make_ascii_lowercase();
            }
        }
        "resourceGroup" => {
            let group = node.children.iter_mut();
            for id in group.filter(|child| child.text.trim().is_empty()) {
                super::bucket::DEFAULT_RESOURCE_GROUP.clone_into(&mut id.text);
            }
        }
        "qosInfo" => QOS.iter().for_each(|field| default(field, "-1")),
        "referer" => {
            default("AllowTruncateQueryString", "true");
            default("TruncatePath", "false");
        }
        "logging" => {
            for enabled in &mut node.children {
                if enabled.child("TargetBucket").is_some()
                    && enabled.child("TargetPrefix").is_none()
                {
                    enabled.children.push(leaf("TargetPrefix", ""));
                }
            }
        }
        "encryption" => {
            for rule in &mut node.children {
                let by_kms = rule.get("SSEAlgorithm") == Some("KMS");
                rule.children.retain(|child| {
                    let unsaid = child.text.trim().is_empty() && child.children.is_empty();
                    !unsaid && (by_kms || child.name != "KMSDataEncryption")
                });
            }
        }
        "lifecycle" => {
            for rule in node.children.iter_mut().filter(|rule| rule.name == "Rule") {
                let unnamed = rule.get("ID").unwrap_or_default().is_empty();
                if unnamed {
                    rule.children.retain(|child| child.name != "ID");
                    rule.children.insert(0, leaf("ID", crate::random_hex(16)));
                }
            }
        }
        "httpsConfig" => {
            for tls in node.children.iter_mut().filter(|child| child.name == "TLS") {
                let mut seen = HashSet::new();
                tls.children
                    .retain(|child| child.name != "TLSVersion" || seen.insert(child.text.clone()));
            }
        }
        "website" => {
            for rules in node
                .children
                .iter_mut()
                .filter(|child| child.name == "RoutingRules")
            {
                rules.children.iter_mut().for_each(complete_redirect);
            }
        }
        _ => {}
    }
}

fn complete_redirect(rule: &mut Node) {
    for redirect in rule
        .children
        .iter_mut()
        .filter(|child| child.name == "Redirect")
    {
        let mirrors = redirect.get("RedirectType") == Some("Mirror");
        // A mirror has one setting for queries, shown under both names.
        let passes = redirect
            .get("MirrorPassQueryString")
            .or_else(|| redirect.get("PassQueryString"))
            .unwrap_or("false")
            .to_owned();
        let mut defaults = vec![("EnableReplacePrefix", "false")];
        if mirrors {
            defaults.extend([
                ("MirrorPassQueryString", passes.as_str()),
                ("MirrorFollowRedirect", "true"),
                ("MirrorCheckMd5", "false"),
                ("MirrorPassOriginalSlashes", "false"),
            ]);
        } else {
            defaults.push(("RedirectType", "External"));
            defaults.push(("PassQueryString", "false"));
        }
        for (name, value) in defaults {
            if redirect.child(name).is_none() {
                redirect.children.push(leaf(name, value));
            }
        }
        if mirrors {
            redirect
                .children
                .retain(|child| child.name != "PassQueryString");
            redirect.children.push(leaf("PassQueryString", passes));
        }
    }
}

fn refused(message: &str) -> ApiError {
    ApiError::new(400, "InvalidArgument", message)
}

fn days(node: &Node, name: &str) -> Result<Option<u32>> {
    let Some(text) = node.get(name) else {
        return Ok(None);
    };
    let days = text.parse().ok().filter(|days| *days > 0);
    days.map(Some)
        .ok_or_else(|| ApiError::malformed_xml(format!("{name} must be a positive number")))
}

pub fn lifecycle(root: &Node) -> Result<()> {
    let rules: Vec<&Node> = root.all("Rule").collect();
    let mut ids = HashSet::new();
    for rule in &rules {
        if !matches!(rule.get("Status"), Some("Enabled" | "Disabled")) {
            return Err(ApiError::malformed_xml(
                "Status must be one of Enabled, Disabled",
            ));
        }
        if let Some(id) = rule.get("ID").filter(|id| !id.is_empty()) {
            if id.len() > 255 {
                return Err(refused("The ID of a rule has at most 255 bytes."));
            }
            if !ids.insert(id.to_owned()) {
                return Err(refused(
                    "Rule ID must be unique. Found same ID for more than one rule.",
                ));
            }
        }
        for tag in rule.all("Tag") {
            let field = |name: &str| tag.get(name).unwrap_or_default();
            headers::check_tag_characters(field("Key"), field("Value"))?;
        }
        lifecycle_rule(rule)?;
    }
    Ok(())
}

fn lifecycle_rule(rule: &Node) -> Result<()> {
    const ACTIONS: [&str; 5] = [
        "Expiration",
        "Transition",
        "AbortMultipartUpload",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionTransition",
    ];
    if !ACTIONS.iter().any(|action| rule.child(action).is_some()) {
        return Err(ApiError::malformed_xml("a rule needs an action"));
    }
    for name in ["Expiration", "Transition", "AbortMultipartUpload"] {
        rule.all(name).try_for_each(|action| moment(name, action))?;
    }
    let by_date =
        |node: &Node| node.child("CreatedBeforeDate").is_some() || node.child("Date").is_some();
    let dated = |name: &str| rule.all(name).any(by_date);
    let counted = |name: &str| rule.all(name).any(|node| node.child("Days").is_some());
    let (expires_by_date, expires_by_days) = (dated("Expiration"), counted("Expiration"));
    if expires_by_date && counted("Transition") || expires_by_days && dated("Transition") {
        let message = "Days in the actions of a rule cannot be mixed with dates.";
        return Err(ApiError::new(400, "InvalidRequest", message));
    }
    let end = match rule.child("Expiration") {
        Some(expiration) => days(expiration, "Days")?,
        None => None,
    };
    transitions(rule, "Transition", "Days", end)?;
    let end = match rule.child("NoncurrentVersionExpiration") {
        Some(expiration) => days(expiration, "NoncurrentDays")?,
        None => None,
    };
    transitions(rule, "NoncurrentVersionTransition", "NoncurrentDays", end)
}

/// When an action is due is said once, and a date is the beginning of a day.
fn moment(name: &str, action: &Node) -> Result<()> {
    let filled = |field: &str| action.get(field).filter(|text| !text.is_empty());
    let dates = ["CreatedBeforeDate", "Date"];
    let marker = filled("ExpiredObjectDeleteMarker") == Some("true");
    let given = ["Days", dates[0], dates[1]].map(|field| filled(field).is_some());
    let given = given.iter().filter(|is| **is).count() + usize::from(marker);
    if given != 1 {
        let detail = format!("{name} needs just one of Days and CreatedBeforeDate");
        let error = ApiError::malformed_xml(detail);
        return Err(match (name, given) {
            ("Expiration", 0) => error.ec("0014-00000060"),
            ("Expiration", _) => error.ec("0014-00000061"),
            ("Transition", 2..) => error.ec("0014-00000050"),
            _ => error,
        });
    }
    for (field, text) in dates.map(|field| (field, filled(field))) {
        let midnight = |text| clock::parse_iso(text).is_some_and(|at| at % DAY_MS == 0);
        if let Some(text) = text.filter(|text| !midnight(text)) {
            let message = format!("{field} is not a midnight (UTC) as yyyy-MM-ddT00:00:00.000Z.");
            return Err(ApiError::argument(field, text, message).ec("0014-00000087"));
        }
    }
    Ok(())
}

/// Colder classes come later, and all of them before the end.
fn transitions(rule: &Node, name: &str, unit: &str, end: Option<u32>) -> Result<()> {
    let mut steps = Vec::new();
    for node in rule.all(name) {
        let class = node.get("StorageClass").unwrap_or_default();
        let mut classes = headers::STORAGE_CLASSES.iter();
        let Some(rank) = classes.position(|known| *known == class) else {
            return Err(ApiError::malformed_xml(format!("StorageClass is {class}")));
        };
        // Only after a read back to the class it came from.
        if rank == 0 && node.get("IsAccessTime") != Some("true") {
            return Err(refused("Objects cannot go back to Standard by their age."));
        }
        if let Some(days) = days(node, unit)? {
            steps.push((rank, days));
        }
    }
    steps.sort_unstable();
    if steps.windows(2).any(|pair| pair[0].1 >= pair[1].1) {
        return Err(refused(
            "A transition to a colder storage class must come later.",
        ));
    }
    if let Some(end) = end
        && steps.iter().any(|(_, days)| *days >= end)
    {
        return Err(refused(
            "The days of an expiration must be more than those of a transition.",
        ));
    }
    Ok(())
}

pub fn encryption(root: &Node) -> Result<()> {
    let rule = root.child("ApplyServerSideEncryptionByDefault");
    let field = |name: &str| {
        rule.and_then(|rule| rule.get(name))
            .filter(|value| !value.is_empty())
    };
    let algorithm = field("SSEAlgorithm");
    match algorithm {
        Some("AES256" | "KMS" | "SM4") => {}
        Some(_) => return Err(headers::unknown_encryption()),
        None => return Err(ApiError::malformed_xml("SSEAlgorithm is missing")),
    }
    if algorithm != Some("KMS") && field("KMSMasterKeyID").is_some() {
        return Err(refused(
            "KMSMasterKeyID is not applicable if the algorithm is not KMS.",
        ));
    }
    Ok(())
}

/// Something is set, and a page that is set has a name.
pub fn website(root: &Node) -> Result<()> {
    let parts = ["IndexDocument", "ErrorDocument", "RoutingRules"];
    if !parts.iter().any(|part| root.child(part).is_some()) {
        let parts = parts.join(", ");
        return Err(ApiError::malformed_xml(format!("none of {parts} is there")));
    }
    for (page, field, values) in [
        ("IndexDocument", "Type", &["0", "1", "2"][..]),
        ("ErrorDocument", "HttpStatus", &["200", "404"]),
    ] {
        let value = root.child(page).and_then(|page| page.get(field));
        if let Some(value) = value.filter(|value| !value.is_empty() && !values.contains(value)) {
            return Err(ApiError::argument(
                field,
                value,
                format!("{field} is Invalid"),
            ));
        }
    }
    for (page, field) in [("IndexDocument", "Suffix"), ("ErrorDocument", "Key")] {
        let Some(node) = root.child(page) else {
            continue;
        };
        let name = node.get(field).unwrap_or_default();
        if name.is_empty() || field == "Suffix" && name.starts_with('/') {
            let message = format!("The {field} of {page} is the name of an object.");
            return Err(ApiError::argument(field, name, message));
        }
    }
    let rules = root.child("RoutingRules").into_iter();
    for rule in rules.flat_map(|rules| rules.all("RoutingRule")) {
        let code = rule
            .child("Condition")
            .and_then(|condition| condition.get("HttpErrorCodeReturnedEquals"))
            .unwrap_or("404");
        let kind = rule
            .child("Redirect")
            .and_then(|redirect| redirect.get("RedirectType"));
        // What is forbidden is not fetched elsewhere.
        if kind == Some("Mirror") && code != "404" {
            let message = "A mirror is asked for what is not found: 404.";
            return Err(ApiError::argument(
                "HttpErrorCodeReturnedEquals",
                code,
                message,
            ));
        }
    }
    Ok(())
}

/// What an inventory must say: when, of what, and where the lists go.
pub fn inventory(root: &Node) -> Result<()> {
    let schedule = root.child("Schedule");
    let target = root
        .child("Destination")
        .and_then(|node| node.child("OSSBucketDestination"));
    let rows = [
        (Some(root), "IsEnabled", &["true", "false"][..]),
        (schedule, "Frequency", &["Daily", "Weekly"]),
        (Some(root), "IncludedObjectVersions", &["All", "Current"]),
        (target, "Format", &["CSV", "Parquet", "ORC"]),
    ];
    for (node, field, known) in rows {
        let value = node.and_then(|node| node.get(field)).unwrap_or_default();
        if !known.contains(&value) {
            let known = known.join(", ");
            return Err(ApiError::malformed_xml(format!(
                "{field} must be one of {known}"
            )));
        }
    }
    if target
        .and_then(|node| node.get("Bucket"))
        .unwrap_or_default()
        .is_empty()
    {
        return Err(ApiError::malformed_xml(
            "the Bucket of Destination is missing",
        ));
    }
    Ok(())
}

pub fn https(root: &Node) -> Result<()> {
    let tls = root.child("TLS").cloned().unwrap_or_default();
    let mut versions = tls.all("TLSVersion").peekable();
    let known = ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
    let wrong = match tls.get("Enable") {
        Some("true") => {
            versions.peek().is_none()
                || !versions.all(|version| known.contains(&version.text.trim()))
        }
        Some("false") => false,
        _ => true,
    };
    if wrong {
        return Err(ApiError::malformed_xml(format!(
            "Enable is true with some of {}, or false",
            known.join(", ")
        )));
    }
    Ok(())
}

pub fn capacity(root: &Node) -> Result<()> {
    let text = root.get("StorageCapacity").unwrap_or_default();
    if text.parse().is_ok_and(|capacity: i64| capacity >= -1) {
        return Ok(());
    }
    let message = "The storage capacity is a number of GB, or -1.";
    Err(ApiError::argument("StorageCapacity", text, message))
}
