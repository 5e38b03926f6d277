//! Operations on the service itself.

use std::sync::PoisonError;

use super::bucket::DEFAULT_RESOURCE_GROUP;
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::options::OWNER;
use crate::store::Settings;
use crate::xml::{self, Writer};

pub fn owner(xml: &mut Writer, account: &str) {
    xml.open("Owner")
        .text("ID", account)
        .text("DisplayName", account)
        .close();
}

/// The account that sends the request, which must be known.
fn account(exchange: &Exchange) -> &str {
    exchange.identity.account().unwrap_or(OWNER)
}

pub fn list_buckets(exchange: &Exchange) -> Result<Answer> {
    let prefix = exchange.query("prefix").unwrap_or_default();
    let marker = exchange.query("marker").unwrap_or_default();
    let max = exchange.number("max-keys", 100, 1..=1000)? as usize;
    let region = &exchange.shared.region;
    let tag = |name: &str| exchange.query(name).filter(|value| !value.is_empty());
    if let (None, Some(value)) = (tag("tag-key"), tag("tag-value")) {
        let message = "The value of a tag needs its key, tag-key.";
        return Err(ApiError::argument("tag-value", value, message));
    }
    let mut wanted_tags: Vec<(String, Option<String>)> = Vec::new();
    wanted_tags.extend(tag("tag-key").map(|key| (key, tag("tag-value"))));
    // Clients ask for `"key":"value","key":"value"` in one parameter.
    for pair in tag("tagging").unwrap_or_default().split(',') {
        let mut parts = pair
            .splitn(2, ':')
            .map(|part| part.trim_matches('"').to_owned());
        let key = parts.next().filter(|key| !key.is_empty());
        wanted_tags.extend(key.map(|key| (key, parts.next())));
    }
    if prefix.len() > 63
        || prefix
            .chars()
            .any(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
    {
        let message = "The prefix holds lower-case letters, digits and hyphens.";
        return Err(ApiError::argument("prefix", prefix, message));
    }
    let wanted_group = exchange.head.header("x-oss-resource-group-id");

    let mut buckets: Vec<_> = exchange
        .shared
        .store
        .buckets()
        .into_iter()
        .filter(|bucket| bucket.name.starts_with(&prefix) && bucket.name > marker)
        .map(|bucket| bucket.lock().settings.clone())
        .filter(|settings| settings.owner == account(exchange))
        .filter(|settings| {
            let wanted = wanted_group.as_deref().filter(|group| !group.is_empty());
            wanted.is_none_or(|wanted| wanted == resource_group(settings))
        })
        .filter(|settings| {
            let tags = tags_of(settings);
            wanted_tags.iter().all(|(key, value)| {
                let same = |(k, v): &(String, String)| {
                    k == key && value.as_ref().is_none_or(|value| v == value)
                };
                tags.iter().any(same)
            })
        })
        .collect();
    let truncated = buckets.len() > max;
    buckets.truncate(max);

    let mut xml = Writer::new("ListAllMyBucketsResult");
    owner(&mut xml, account(exchange));
    let paged = exchange.query("max-keys").is_some();
    if truncated || paged || !prefix.is_empty() || !marker.is_empty() {
        xml.text("Prefix", &prefix)
            .text("Marker", &marker)
            .number("MaxKeys", max)
            .number("IsTruncated", truncated);
        if let Some(last) = buckets.last().filter(|_| truncated) {
            xml.text("NextMarker", &last.name);
        }
    }
    xml.open("Buckets");
    for settings in &buckets {
        xml.open("Bucket")
            .text("CreationDate", &clock::iso_date(settings.created_ms))
            .text("ExtranetEndpoint", &format!("oss-{region}.aliyuncs.com"))
            .text(
                "IntranetEndpoint",
                &format!("oss-{region}-internal.aliyuncs.com"),
            )
            .text("Location", &format!("oss-{region}"))
            .text("Name", &settings.name)
            .text("Region", region)
            .text("ResourceGroupId", &resource_group(settings))
            .text("StorageClass", &settings.storage_class);
        if !wanted_tags.is_empty() {
            xml.open("Tagging").open("TagSet");
            for (key, value) in tags_of(settings) {
                xml.open("Tag")
                    .text("Key", &key)
                    .text("Value", &value)
                    .close();
            }
            xml.close().close();
        }
        xml.close();
    }
    xml.close();
    Ok(Answer::xml(xml.finish()))
}

fn tags_of(settings: &Settings) -> Vec<(String, String)> {
    let document = settings.documents.get("tagging");
    let root = document.and_then(|text| xml::parse(text.as_bytes()).ok());
    root.map(|root| super::tags_of(&root)).unwrap_or_default()
}

/// The group of a bucket.
pub fn resource_group(settings: &Settings) -> String {
    settings
        .documents
        .get("resourceGroup")
        .and_then(|text| xml::parse(text.as_bytes()).ok())
        .and_then(|root| root.get("ResourceGroupId").map(str::to_owned))
        .unwrap_or_else(|| DEFAULT_RESOURCE_GROUP.to_owned())
}

/// Some of those that there are.
const REGIONS: [&str; 10] = [
    "oss-cn-hangzhou",
    "oss-cn-shanghai",
    "oss-cn-qingdao",
    "oss-cn-beijing",
    "oss-cn-shenzhen",
    "oss-cn-chengdu",
    "oss-cn-hongkong",
    "oss-us-west-1",
    "oss-ap-southeast-1",
    "oss-eu-central-1",
];

pub fn describe_regions(exchange: &Exchange) -> Result<Answer> {
    let asked = exchange
        .query("regions")
        .filter(|region| !region.is_empty());
    let own = format!("oss-{}", exchange.shared.region);
    let mut xml = Writer::new("RegionInfoList");
    let mut regions: Vec<&str> = REGIONS.to_vec();
    if !regions.contains(&own.as_str()) {
        regions.insert(0, &own);
    }
    if let Some(asked) = &asked {
        regions.retain(|region| region == asked);
        if regions.is_empty() {
            return Err(ApiError::new(404, "NoSuchRegion", asked.clone()));
        }
    }
    for region in regions {
        xml.open("RegionInfo")
            .text("Region", region)
            .text("InternetEndpoint", &format!("{region}.aliyuncs.com"))
            .text(
                "InternalEndpoint",
                &format!("{region}-internal.aliyuncs.com"),
            )
            .text("AccelerateEndpoint", "oss-accelerate.aliyuncs.com")
            .close();
    }
    Ok(Answer::xml(xml.finish()))
}

pub const BLOCKED: &str = "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>";
pub const NOT_BLOCKED: &str = "<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration>";

pub async fn public_access_block(exchange: &mut Exchange) -> Result<Answer> {
    let body = exchange.read_all(64 * 1024).await?;
    let mut setting = exchange
        .shared
        .public_access_block
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    match exchange.operation {
        "PutPublicAccessBlock" => {
            let root = super::configs::read_root(&body, "PublicAccessBlockConfiguration")?;
            if !matches!(root.get("BlockPublicAccess"), Some("true" | "false")) {
                return Err(ApiError::malformed_xml(
                    "BlockPublicAccess must be one of true, false",
                ));
            }
            *setting = Some(xml::write_node(&root));
            Ok(Answer::new(200))
        }
        "DeletePublicAccessBlock" => {
            *setting = None;
            Ok(Answer::new(204))
        }
        _ => Ok(super::configs::answer(
            setting.as_deref().unwrap_or(NOT_BLOCKED),
        )),
    }
}

/// There are none on this machine.
pub fn list_cloud_boxes(exchange: &Exchange) -> Result<Answer> {
    let mut xml = Writer::new("ListCloudBoxResult");
    owner(&mut xml, account(exchange));
    xml.open("CloudBoxes").close();
    Ok(Answer::xml(xml.finish()))
}
