//! Making, describing and removing buckets.

use std::collections::BTreeMap;

use super::checks;
use super::headers::{self, STORAGE_CLASSES};
use super::named::{leaf, tree};
use super::service::{BLOCKED, owner, resource_group};
use crate::answer::Answer;
use crate::auth::policy::is_blocked;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::options::OWNER;
use crate::request::Head;
use crate::store::{Kind, Settings, Version};
use crate::xml::{self, Node, Writer, write_node};

/// The group that holds what is in no other.
pub const DEFAULT_RESOURCE_GROUP: &str = "rg-acfmxazb4ph6aiy";

pub async fn put(exchange: &mut Exchange) -> Result<Answer> {
    let acl = headers::bucket_acl(&exchange.head)?;
    let body = exchange.read_all(64 * 1024).await?;
    let mut settings = fresh(exchange, acl.as_deref().unwrap_or("private"));
    if let Some(group) = exchange.head.header("x-oss-resource-group-id") {
        checks::resource_group(&group)?;
        settings.documents.insert(
            "resourceGroup".to_owned(),
            write_node(&tree(
                "BucketResourceGroupConfiguration",
                vec![leaf("ResourceGroupId", group)],
            )),
        );
    }
    if let Some(document) = default_encryption(&exchange.head)? {
        settings.documents.insert("encryption".to_owned(), document);
    }
    if !body.trim_ascii().is_empty() {
        let root = xml::parse(&body).map_err(ApiError::malformed_xml)?;
        configure(&mut settings, &root, &exchange.shared.region)?;
    }
    let location = format!("/{}", settings.name);
    let known = exchange.bucket().ok();
    let known = known.map(|bucket| bucket.lock().settings.clone());
    // That of somebody else stands in the way, whatever it is like.
    let known = known.filter(|known| known.owner == settings.owner);
    if settings.acl != "private" && is_blocked(exchange, known.as_ref().unwrap_or(&settings)) {
        return Err(public_acl());
    }
    exchange.shared.store.create_bucket(settings, acl)?;
    Ok(Answer::new(200).header("location", location))
}

/// What the body of PutBucket says.
fn configure(settings: &mut Settings, root: &Node, region: &str) -> Result<()> {
    if root.name != "CreateBucketConfiguration" {
        let detail = format!("the root element is {}", root.name);
        return Err(ApiError::malformed_xml(detail));
    }
    if let Some(location) = root
        .get("LocationConstraint")
        .filter(|text| !text.is_empty())
        && location.strip_prefix("oss-").unwrap_or(location) != region
    {
        let message = "The specified location-constraint is not valid";
        return Err(ApiError::new(400, "InvalidLocationConstraint", message)
            .detail("LocationConstraint", location));
    }
    if let Some(class) = root.get("StorageClass") {
        if !STORAGE_CLASSES.contains(&class) {
            let message = "The storage class you specified is invalid.";
            return Err(ApiError::argument("StorageClass", class, message));
        }
        settings.storage_class = class.to_owned();
    }
    if let Some(redundancy) = root.get("DataRedundancyType") {
        if !["LRS", "ZRS"].contains(&redundancy) {
            let message = "The redundancy type you specified is invalid.";
            return Err(ApiError::argument(
                "DataRedundancyType",
                redundancy,
                message,
            ));
        }
        settings.redundancy = redundancy.to_owned();
    }
    Ok(())
}

/// The encryption that a new bucket is asked for by headers.
fn default_encryption(head: &Head) -> Result<Option<String>> {
    let given = headers::encryption(head)?;
    if given.is_empty() {
        return Ok(None);
    }
    let name = |header: &str| match header {
        "x-oss-server-side-encryption" => "SSEAlgorithm",
        "x-oss-server-side-data-encryption" => "KMSDataEncryption",
        _ => "KMSMasterKeyID",
    };
    let fields = given
        .iter()
        .map(|(header, value)| leaf(name(header), value))
        .collect();
    let rule = tree("ApplyServerSideEncryptionByDefault", fields);
    Ok(Some(write_node(&tree(
        "ServerSideEncryptionRule",
        vec![rule],
    ))))
}

pub fn delete(exchange: &Exchange) -> Result<Answer> {
    exchange
        .shared
        .store
        .delete_bucket(exchange.bucket_name())?;
    Ok(Answer::new(204))
}

pub fn info(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let settings = bucket.lock().settings.clone();
    let region = &exchange.shared.region;
    let document = |name: &str| settings.documents.get(name);
    let field = |name: &str, field: &str| {
        document(name)
            .and_then(|text| xml::parse(text.as_bytes()).ok())
            .and_then(|root| root.get(field).map(str::to_owned))
    };
    // Of these there may be several, each with a name after the kind.
    let has = |kind: &str| count(&settings, kind) > 0;
    let switched = |on: bool| if on { "Enabled" } else { "Disabled" };

    let mut xml = Writer::new("BucketInfo");
    xml.open("Bucket")
        .text(
            "AccessMonitor",
            &field("accessmonitor", "Status").unwrap_or_else(|| "Disabled".to_owned()),
        )
        .text("CreationDate", &clock::iso_date(settings.created_ms))
        .text("ExtranetEndpoint", &format!("oss-{region}.aliyuncs.com"))
        .text(
            "IntranetEndpoint",
            &format!("oss-{region}-internal.aliyuncs.com"),
        )
        .text("Location", &format!("oss-{region}"))
        .text("StorageClass", &settings.storage_class)
        .text("DataRedundancyType", &settings.redundancy)
        .text(
            "TransferAcceleration",
            switched(field("transferAcceleration", "Enabled").as_deref() == Some("true")),
        )
        .text("CrossRegionReplication", switched(has("replication")))
        .text("Name", &settings.name);
    xml.text("ResourceGroupId", &resource_group(&settings))
        .text("Comment", "");
    owner(&mut xml, &settings.owner);
    xml.open("AccessControlList")
        .text("Grant", &settings.acl)
        .close();
    xml.open("ServerSideEncryptionRule");
    let rule = document("encryption").and_then(|text| xml::parse(text.as_bytes()).ok());
    match rule
        .as_ref()
        .and_then(|rule| rule.child("ApplyServerSideEncryptionByDefault"))
    {
        Some(rule) => {
            let by_kms = rule.get("SSEAlgorithm") == Some("KMS");
            for name in ["SSEAlgorithm", "KMSMasterKeyID", "KMSDataEncryption"] {
                // The key of KMS is shown, even where none was named.
                let none = Some("").filter(|_| by_kms && name == "KMSMasterKeyID");
                if let Some(value) = rule.get(name).or(none) {
                    xml.text(name, value);
                }
            }
        }
        None => {
            xml.text("SSEAlgorithm", "None");
        }
    }
    xml.close();
    let logging = document("logging").and_then(|text| xml::parse(text.as_bytes()).ok());
    let logging = logging
        .as_ref()
        .and_then(|root| root.child("LoggingEnabled"));
    let part = |name: &str| logging.and_then(|node| node.get(name)).unwrap_or_default();
    xml.open("BucketPolicy")
        .text("LogBucket", part("TargetBucket"))
        .text("LogPrefix", part("TargetPrefix"))
        .close();
    if let Some(versioning) = &settings.versioning {
        xml.text("Versioning", versioning);
    }
    xml.text(
        "BlockPublicAccess",
        &field("publicAccessBlock", "BlockPublicAccess").unwrap_or_else(|| "false".to_owned()),
    );
    Ok(Answer::xml(xml.finish()))
}

/// How many documents of a kind there are.
fn count(settings: &Settings, kind: &str) -> usize {
    let names = settings.documents.keys();
    let rest = names.filter_map(|name| name.strip_prefix(kind));
    rest.filter(|rest| rest.starts_with(':')).count()
}

pub fn location(exchange: &Exchange) -> Result<Answer> {
    exchange.bucket()?;
    let mut xml = Writer::new("LocationConstraint");
    xml.content(&format!("oss-{}", exchange.shared.region));
    Ok(Answer::xml(xml.finish()))
}

pub fn stat(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let of = |class: &str| {
        let versions = || {
            state
                .objects
                .values()
                .flatten()
                .filter(|version| version.storage_class == class && !version.is_marker())
        };
        (
            versions().map(|version| version.size).sum::<u64>(),
            versions().count(),
        )
    };
    let markers = state
        .objects
        .values()
        .flatten()
        .filter(|version| version.kind == Kind::DeleteMarker)
        .count();
    let all: Vec<&Version> = state
        .objects
        .values()
        .flatten()
        .map(|version| version.as_ref())
        .filter(|version| !version.is_marker())
        .collect();
    let modified = all
        .iter()
        .map(|version| version.modified_ms)
        .max()
        .unwrap_or(0);

    let mut xml = Writer::new("BucketStat");
    xml.number(
        "Storage",
        all.iter().map(|version| version.size).sum::<u64>(),
    )
    .number("ObjectCount", all.len())
    .number("MultipartUploadCount", state.uploads.len())
    .number("LiveChannelCount", count(&state.settings, "live"))
    .number("LastModifiedTime", modified / 1000);
    for (class, prefix) in [
        ("Standard", "Standard"),
        ("IA", "InfrequentAccess"),
        ("Archive", "Archive"),
        ("ColdArchive", "ColdArchive"),
        ("DeepColdArchive", "DeepColdArchive"),
    ] {
        let (size, count) = of(class);
        xml.number(&format!("{prefix}Storage"), size);
        if class != "Standard" {
            xml.number(&format!("{prefix}RealStorage"), size);
        }
        xml.number(&format!("{prefix}ObjectCount"), count);
    }
    let parts: usize = state
        .uploads
        .values()
        .map(|upload| upload.parts.len())
        .sum();
    xml.number("MultipartPartCount", parts)
        .number("DeleteMarkerCount", markers);
    Ok(Answer::xml(xml.finish()))
}

/// Both ACL answers have this form.
pub fn acl_xml(acl: &str, account: &str) -> Answer {
    let mut xml = Writer::new("AccessControlPolicy");
    owner(&mut xml, account);
    xml.open("AccessControlList").text("Grant", acl);
    Answer::xml(xml.finish())
}

pub fn get_acl(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let settings = bucket.lock().settings.clone();
    Ok(acl_xml(&settings.acl, &settings.owner))
}

/// Also makes the bucket, if there is none of that name. Without an ACL nothing changes.
pub fn put_acl(exchange: &Exchange) -> Result<Answer> {
    let acl = headers::bucket_acl(&exchange.head)?;
    let store = &exchange.shared.store;
    match exchange.bucket() {
        Ok(bucket) => {
            let opens = acl.as_ref().is_some_and(|acl| acl != "private");
            if opens && is_blocked(exchange, &bucket.lock().settings) {
                return Err(public_acl());
            }
            if let Some(acl) = acl {
                store.change_settings(&bucket, |settings| settings.acl = acl)?;
            }
        }
        Err(_) => {
            let settings = fresh(exchange, acl.as_deref().unwrap_or("private"));
            if settings.acl != "private" && is_blocked(exchange, &settings) {
                return Err(public_acl());
            }
            store.create_bucket(settings, None)?;
        }
    }
    Ok(Answer::new(200).header("location", format!("/{}", exchange.bucket_name())))
}

fn public_acl() -> ApiError {
    ApiError::denied("Put public bucket acl is not allowed")
}

fn fresh(exchange: &Exchange, acl: &str) -> Settings {
    let mut documents = BTreeMap::new();
    if exchange.shared.block_public_access {
        documents.insert("publicAccessBlock".to_owned(), BLOCKED.to_owned());
    }
    Settings {
        name: exchange.bucket_name().to_owned(),
        owner: exchange.identity.account().unwrap_or(OWNER).to_owned(),
        created_ms: exchange.now_ms,
        acl: acl.to_owned(),
        storage_class: "Standard".to_owned(),
        redundancy: "LRS".to_owned(),
        versioning: None,
        documents,
    }
}
