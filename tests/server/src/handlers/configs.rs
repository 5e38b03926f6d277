//! Bucket settings that are one document each: stored when well-formed and of the right kind, given back as they were.

use serde_json::Value;

use super::checks::{self, lower_booleans};
use super::cors;
use super::headers;
use super::route;
use crate::answer::Answer;
use crate::auth::bucket_policy;
use crate::auth::policy::is_closed;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::xml::{self, DECLARATION, Node, write_node};

const LARGEST: usize = 2 << 20;

/// What a GET answers before anything was set.
enum Unset {
    Error(&'static str),
    Document(&'static str),
}

/// GET, PUT, DELETE; name of the document, its root element, and what stands for nothing.
struct Setting(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Unset,
);

use Unset::{Document, Error};

const SETTINGS: &[Setting] = &[
    Setting(
        "GetBucketLifecycle",
        "PutBucketLifecycle",
        "DeleteBucketLifecycle",
        "lifecycle",
        "LifecycleConfiguration",
        Error("NoSuchLifecycle"),
    ),
    Setting(
        "GetBucketCors",
        "PutBucketCors",
        "DeleteBucketCors",
        "cors",
        "CORSConfiguration",
        Error("NoSuchCORSConfiguration"),
    ),
    Setting(
        "GetBucketTags",
        "PutBucketTags",
        "DeleteBucketTags",
        "tagging",
        "Tagging",
        Document("<Tagging><TagSet></TagSet></Tagging>"),
    ),
    Setting(
        "GetBucketEncryption",
        "PutBucketEncryption",
        "DeleteBucketEncryption",
        "encryption",
        "ServerSideEncryptionRule",
        Error("NoSuchServerSideEncryptionRule"),
    ),
    Setting(
        "GetBucketReferer",
        "PutBucketReferer",
        "",
        "referer",
        "RefererConfiguration",
        Document(
            "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath><RefererList></RefererList></RefererConfiguration>",
        ),
    ),
    Setting(
        "GetBucketWebsite",
        "PutBucketWebsite",
        "DeleteBucketWebsite",
        "website",
        "WebsiteConfiguration",
        Error("NoSuchWebsiteConfiguration"),
    ),
    Setting(
        "GetBucketLogging",
        "PutBucketLogging",
        "DeleteBucketLogging",
        "logging",
        "BucketLoggingStatus",
        Document("<BucketLoggingStatus><LoggingEnabled></LoggingEnabled></BucketLoggingStatus>"),
    ),
    Setting(
        "GetBucketTransferAcceleration",
        "PutBucketTransferAcceleration",
        route::DELETE_ACCELERATION,
        "transferAcceleration",
        "TransferAccelerationConfiguration",
        Error("NoSuchTransferAccelerationConfiguration"),
    ),
    Setting(
        "GetBucketPublicAccessBlock",
        "PutBucketPublicAccessBlock",
        "DeleteBucketPublicAccessBlock",
        "publicAccessBlock",
        "PublicAccessBlockConfiguration",
        Document(super::service::NOT_BLOCKED),
    ),
    Setting(
        "GetBucketRequestPayment",
        "PutBucketRequestPayment",
        "",
        "requestPayment",
        "RequestPaymentConfiguration",
        Document(
            "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
        ),
    ),
    Setting(
        "GetBucketAccessMonitor",
        "PutBucketAccessMonitor",
        "",
        "accessmonitor",
        "AccessMonitorConfiguration",
        Document(
            "<AccessMonitorConfiguration><Status>Disabled</Status></AccessMonitorConfiguration>",
        ),
    ),
    Setting(
        "GetBucketArchiveDirectRead",
        "PutBucketArchiveDirectRead",
        "",
        "bucketArchiveDirectRead",
        "ArchiveDirectReadConfiguration",
        Document(
            "<ArchiveDirectReadConfiguration><Enabled>false</Enabled></ArchiveDirectReadConfiguration>",
        ),
    ),
    Setting(
        "GetBucketHttpsConfig",
        "PutBucketHttpsConfig",
        "",
        "httpsConfig",
        "HttpsConfiguration",
        Document("<HttpsConfiguration><TLS><Enable>false</Enable></TLS></HttpsConfiguration>"),
    ),
    Setting(
        "GetBucketObjectWormConfiguration",
        "PutBucketObjectWormConfiguration",
        "",
        "objectWorm",
        "ObjectWormConfiguration",
        Error("NoSuchObjectWORMConfiguration"),
    ),
    Setting(
        "GetBucketOverwriteConfig",
        "PutBucketOverwriteConfig",
        "DeleteBucketOverwriteConfig",
        "overwriteConfig",
        "OverwriteConfiguration",
        Error("NoSuchBucketOverwriteConfig"),
    ),
    Setting(
        "GetBucketResourceGroup",
        "PutBucketResourceGroup",
        "",
        "resourceGroup",
        "BucketResourceGroupConfiguration",
        Document(
            "<BucketResourceGroupConfiguration><ResourceGroupId>rg-acfmxazb4ph6aiy</ResourceGroupId></BucketResourceGroupConfiguration>",
        ),
    ),
    Setting(
        "GetUserDefinedLogFieldsConfig",
        "PutUserDefinedLogFieldsConfig",
        "DeleteUserDefinedLogFieldsConfig",
        "userDefinedLogFieldsConfig",
        "UserDefinedLogFieldsConfiguration",
        Error("NoSuchUserDefinedLogFieldsConfig"),
    ),
    Setting(
        "GetBucketStorageCapacity",
        "PutBucketStorageCapacity",
        "",
        "qos",
        "BucketUserQos",
        Document("<BucketUserQos><StorageCapacity>-1</StorageCapacity></BucketUserQos>"),
    ),
    Setting(
        "GetBucketQosInfo",
        "PutBucketQosInfo",
        "DeleteBucketQosInfo",
        "qosInfo",
        "QoSConfiguration",
        Error("NoSuchBucketQosInfo"),
    ),
    Setting(
        "GetBucketCallbackPolicy",
        "PutBucketCallbackPolicy",
        "DeleteBucketCallbackPolicy",
        "callbackPolicy",
        "BucketCallbackPolicy",
        Error("BucketCallbackPolicyNotExist"),
    ),
];

/// The settings whose PUT the service takes for one that makes a bucket, if there is no such bucket.
const CREATES: [&str; 2] = ["objectWorm", "overwriteConfig"];

/// Parses a body and insists on its root element.
pub fn read_root(body: &[u8], root: &str) -> Result<Node> {
    let mut node = xml::parse(body).map_err(ApiError::malformed_xml)?;
    if node.name == root {
        lower_booleans(&mut node);
        Ok(node)
    } else {
        Err(ApiError::malformed_xml(format!(
            "the root element is {}, not {root}",
            node.name
        )))
    }
}

/// The tags of a `Tagging` body.
pub fn read_tags(body: &[u8]) -> Result<Vec<(String, String)>> {
    let root = read_root(body, "Tagging")?;
    if root.child("TagSet").is_none() {
        return Err(ApiError::malformed_xml("TagSet is missing"));
    }
    Ok(super::tags_of(&root))
}

pub fn is_setting(operation: &str) -> bool {
    find(operation).is_some()
}

fn find(operation: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|setting| [setting.0, setting.1, setting.2].contains(&operation))
}

pub async fn perform(exchange: &mut Exchange) -> Result<Answer> {
    let Some(Setting(get, put, _, name, root, unset)) = find(exchange.operation) else {
        return Err(ApiError::not_implemented(exchange.operation));
    };
    let bucket = exchange.bucket().map_err(|error| {
        if exchange.operation == *put && CREATES.contains(name) {
            ApiError::malformed_xml("there is no such bucket, and no bucket is made of this")
                .ec("0015-00000231")
        } else {
            error
        }
    })?;
    if exchange.operation == *get {
        let document = bucket.lock().settings.documents.get(*name).cloned();
        return match (document, unset) {
            (Some(document), _) => Ok(answer(&document)),
            (None, Document(document)) => Ok(answer(document)),
            (None, Error(code)) => Err(unset_error(code, &bucket.name)),
        };
    }
    if exchange.operation == *put {
        let body = exchange.read_all(LARGEST).await?;
        let mut node = read_root(&body, root)?;
        check(exchange, name, &node, &body)?;
        checks::complete(name, &mut node);
        save(exchange, name, Some(write_node(&node)))?;
        return Ok(Answer::new(200));
    }
    if *name == "tagging"
        && let Some(keys) = exchange.query("tagging").filter(|keys| !keys.is_empty())
    {
        return remove_tags(exchange, &keys);
    }
    save(exchange, name, None)?;
    Ok(Answer::new(204))
}

/// Removes the tags of these keys, which commas part.
fn remove_tags(exchange: &Exchange, keys: &str) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let document = bucket.lock().settings.documents.get("tagging").cloned();
    if let Some(mut root) = document.and_then(|text| xml::parse(text.as_bytes()).ok()) {
        for set in &mut root.children {
            set.children.retain(|tag| {
                !keys
                    .split(',')
                    .any(|key| tag.get("Key") == Some(key.trim()))
            });
        }
        save(exchange, "tagging", Some(write_node(&root)))?;
    }
    Ok(Answer::new(204))
}

pub fn unset_error(code: &'static str, bucket: &str) -> ApiError {
    let message = match code {
        "NoSuchCORSConfiguration" => "The CORS Configuration does not exist.",
        "NoSuchLifecycle" => "No Row found in Lifecycle Table.",
        "NoSuchWebsiteConfiguration" => {
            "The specified bucket does not have a website configuration."
        }
        "NoSuchReplicationConfiguration" => {
            "The bucket you specified does not have replication configuration."
        }
        "NoSuchReplicationRule" => "The BucketReplicationRule you specified does not exist.",
        "NoSuchAccessPoint" | "NoSuchAccessPointForObjectProcess" => "Accesspoint not found",
        _ => "The specified configuration does not exist.",
    };
    ApiError::new(404, code, message).detail("BucketName", bucket)
}

/// A stored document as an answer.
pub fn answer(document: &str) -> Answer {
    Answer::xml(format!("{DECLARATION}{document}"))
}

/// Stores a document under a name, or removes it.
pub fn save(exchange: &Exchange, name: &str, document: Option<String>) -> Result<()> {
    let bucket = exchange.bucket()?;
    exchange.shared.store.change_settings(&bucket, |settings| {
        match document {
            Some(document) => settings.documents.insert(name.to_owned(), document),
            None => settings.documents.remove(name),
        };
    })
}

/// What goes beyond a root element.
fn check(exchange: &Exchange, name: &str, node: &Node, body: &[u8]) -> Result<()> {
    let one_of = |field: &'static str, values: &[&str]| match node.get(field) {
        Some(value) if values.contains(&value) => Ok(()),
        _ => Err(ApiError::malformed_xml(format!(
            "{field} must be one of {}",
            values.join(", ")
        ))),
    };
    let some = |field: &'static str, most: usize| match node.all(field).count() {
        0 => Err(ApiError::malformed_xml(format!("{field} is missing"))),
        count if count > most => Err(ApiError::malformed_xml(format!(
            "there are more than {most} {field} elements"
        ))),
        _ => Ok(()),
    };
    match name {
        "lifecycle" => {
            some("Rule", 1000)?;
            checks::lifecycle(node)
        }
        "cors" => cors::check(node, body.len()),
        "tagging" => headers::check_tags(&read_tags(body)?, 20, 64, 128),
        "encryption" => checks::encryption(node),
        "website" => checks::website(node),
        "httpsConfig" => checks::https(node),
        "qos" => checks::capacity(node),
        "logging" => check_target(exchange, node),
        "referer" => one_of("AllowEmptyReferer", &["true", "false"]),
        "requestPayment" => one_of("Payer", &["BucketOwner", "Requester"]),
        "accessmonitor" => one_of("Status", &["Enabled", "Disabled"]),
        "transferAcceleration" | "bucketArchiveDirectRead" => one_of("Enabled", &["true", "false"]),
        "publicAccessBlock" => one_of("BlockPublicAccess", &["true", "false"]),
        "resourceGroup" => {
            some("ResourceGroupId", 1)?;
            checks::resource_group(node.get("ResourceGroupId").unwrap_or_default())
        }
        _ => Ok(()),
    }
}

/// Logs go to a bucket that is there, and of the same owner.
fn check_target(exchange: &Exchange, node: &Node) -> Result<()> {
    let Some(target) = node
        .child("LoggingEnabled")
        .and_then(|enabled| enabled.get("TargetBucket"))
    else {
        return Ok(());
    };
    let own = |bucket: &std::sync::Arc<crate::store::Bucket>| {
        Some(bucket.lock().settings.owner.as_str()) == exchange.identity.account()
    };
    match exchange.shared.store.bucket(target) {
        Ok(bucket) if own(&bucket) => Ok(()),
        _ => {
            let message = "put bucket log requester is not target bucket owner.";
            Err(ApiError::new(400, "InvalidTargetBucketForLogging", message)
                .detail("TargetBucket", target))
        }
    }
}

pub fn get_versioning(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let status = bucket.lock().settings.versioning.clone();
    let mut xml = xml::Writer::new("VersioningConfiguration");
    if let Some(status) = status {
        xml.text("Status", &status);
    }
    Ok(Answer::xml(xml.finish()))
}

pub async fn put_versioning(exchange: &mut Exchange) -> Result<Answer> {
    let root = read_root(
        &exchange.read_all(LARGEST).await?,
        "VersioningConfiguration",
    )?;
    let status = root
        .get("Status")
        .filter(|status| ["Enabled", "Suspended"].contains(status));
    let status = status
        .ok_or_else(|| ApiError::malformed_xml("Status must be one of Enabled, Suspended"))?
        .to_owned();
    let bucket = exchange.bucket()?;
    exchange
        .shared
        .store
        .change_settings(&bucket, |settings| settings.versioning = Some(status))?;
    Ok(Answer::new(200))
}

/// The refusal of a policy, with what is wrong in it.
pub fn invalid_policy(what: &str) -> ApiError {
    ApiError::new(
        400,
        "InvalidPolicyDocument",
        "The content of the policy document is invalid.",
    )
    .detail("ErrorDetail", what)
}

pub async fn put_policy(exchange: &mut Exchange) -> Result<Answer> {
    let body = exchange.read_all(LARGEST).await?;
    let value: Value =
        serde_json::from_slice(&body).map_err(|error| invalid_policy(&error.to_string()))?;
    if body.len() > 16 * 1024 {
        return Err(invalid_policy("it has more than 16 KB"));
    }
    let bucket = exchange.bucket()?;
    bucket_policy::check(&value, Some(&bucket.name)).map_err(|what| invalid_policy(&what))?;
    if bucket_policy::is_public(&value) && is_closed(exchange, &bucket.lock()) {
        let message = "Put public bucket policy is not allowed";
        return Err(ApiError::denied(message));
    }
    save(
        exchange,
        "policy",
        Some(String::from_utf8_lossy(&body).into_owned()),
    )?;
    Ok(Answer::new(200))
}

pub fn get_policy(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let policy = bucket.lock().settings.documents.get("policy").cloned();
    let policy = policy.ok_or_else(|| unset_error("NoSuchBucketPolicy", &bucket.name))?;
    Ok(Answer::new(200)
        .header("content-type", "application/json")
        .bytes(policy.into_bytes()))
}

pub fn delete_policy(exchange: &Exchange) -> Result<Answer> {
    save(exchange, "policy", None)?;
    Ok(Answer::new(204))
}

/// Public is what lets anybody in without a condition.
pub fn policy_status(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let policy = bucket.lock().settings.documents.get("policy").cloned();
    let value: Option<Value> = policy.and_then(|text| serde_json::from_str(&text).ok());
    let public = value.is_some_and(|policy| bucket_policy::is_public(&policy));
    let mut xml = xml::Writer::new("PolicyStatus");
    xml.number("IsPublic", public);
    Ok(Answer::xml(xml.finish()))
}
