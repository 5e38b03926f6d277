//! The operations.

mod bucket;
mod callback;
mod callee;
mod checks;
mod compress;
mod configs;
mod copy;
mod cors;
mod delete;
mod form;
mod get;
mod headers;
mod list;
mod live;
mod multipart;
mod named;
mod object;
mod overwrite;
mod points;
mod put;
mod replication;
pub mod route;
mod select;
mod service;
mod versions;
mod website;
pub mod worm;

pub use headers::STORAGE_CLASSES;
pub use put::LENGTHS_OF_MD5;

use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::{Settings, Version};
use crate::xml;

pub async fn dispatch(exchange: &mut Exchange) -> Result<Answer> {
    match exchange.operation {
        "ListBuckets" => service::list_buckets(exchange),
        "DescribeRegions" => service::describe_regions(exchange),

        "PutBucket" => bucket::put(exchange).await,
        "DeleteBucket" => bucket::delete(exchange),
        "GetBucketInfo" => bucket::info(exchange),
        "GetBucketLocation" => bucket::location(exchange),
        "GetBucketStat" => bucket::stat(exchange),
        "GetBucketAcl" => bucket::get_acl(exchange),
        "PutBucketAcl" => bucket::put_acl(exchange),
        "ListObjects" => list::v1(exchange),
        "ListObjectsV2" => list::v2(exchange),

        "PutObject" => put::put(exchange).await,
        "AppendObject" => put::append(exchange).await,
        "CopyObject" => copy::copy(exchange),
        "GetObject" => get::get(exchange),
        "HeadObject" => get::head(exchange),
        "GetObjectMeta" => get::meta(exchange),
        "DeleteObject" => delete::one(exchange),
        "DeleteMultipleObjects" => delete::many(exchange).await,
        "GetObjectAcl" => object::get_acl(exchange),
        "PutObjectAcl" => object::put_acl(exchange),

        "InitiateMultipartUpload" => multipart::initiate(exchange),
        "UploadPart" => multipart::upload_part(exchange).await,
        "UploadPartCopy" => multipart::upload_part_copy(exchange),
        "CompleteMultipartUpload" => multipart::complete(exchange).await,
        "AbortMultipartUpload" => multipart::abort(exchange),
        "ListParts" => multipart::list_parts(exchange),
        "ListMultipartUploads" => multipart::list_uploads(exchange),

        "ListObjectVersions" => versions::list(exchange),
        "GetBucketVersioning" => configs::get_versioning(exchange),
        "PutBucketVersioning" => configs::put_versioning(exchange).await,
        "PutObjectTagging" => object::put_tagging(exchange).await,
        "GetObjectTagging" => object::get_tagging(exchange),
        "DeleteObjectTagging" => object::delete_tagging(exchange),
        "PutSymlink" => object::put_symlink(exchange),
        "GetSymlink" => object::get_symlink(exchange),
        "PutObjectRetention" => object::put_retention(exchange).await,
        "GetObjectRetention" => object::get_retention(exchange),
        "PutObjectLegalHold" => object::put_legal_hold(exchange).await,
        "GetObjectLegalHold" => object::get_legal_hold(exchange),
        "SealAppendObject" => object::seal(exchange),
        "RestoreObject" => object::restore(exchange).await,
        "CleanRestoredObject" => object::clean_restored(exchange),
        "SelectObject" => select::select(exchange).await,
        "CreateSelectObjectMeta" => select::create_meta(exchange).await,
        "PostObject" => form::post(exchange).await,
        "OptionObject" => cors::option(exchange),

        "GetBucketPolicy" => configs::get_policy(exchange),
        "PutBucketPolicy" => configs::put_policy(exchange).await,
        "DeleteBucketPolicy" => configs::delete_policy(exchange),
        "GetBucketPolicyStatus" => configs::policy_status(exchange),
        "GetPublicAccessBlock" | "PutPublicAccessBlock" | "DeletePublicAccessBlock" => {
            service::public_access_block(exchange).await
        }
        "ListCloudBoxes" => service::list_cloud_boxes(exchange),
        "PutBucketInventory"
        | "GetBucketInventory"
        | "DeleteBucketInventory"
        | "ListBucketInventory" => named::inventory(exchange).await,
        "PutStyle" | "GetStyle" | "DeleteStyle" | "ListStyle" => named::style(exchange).await,
        "PutCname" | "DeleteCname" | "ListCname" | "GetCnameToken" | "CreateCnameToken" => {
            named::cname(exchange).await
        }
        "PutBucketReplication"
        | "GetBucketReplication"
        | "DeleteBucketReplication"
        | "GetBucketReplicationLocation"
        | "GetBucketReplicationProgress"
        | "PutBucketRtc" => replication::replication(exchange).await,
        "CreateAccessPoint" | "GetAccessPoint" | "DeleteAccessPoint" | "ListAccessPoints" => {
            points::access_point(exchange).await
        }
        "CreateBucketDataRedundancyTransition"
        | "GetBucketDataRedundancyTransition"
        | "DeleteBucketDataRedundancyTransition"
        | "ListBucketDataRedundancyTransition"
        | "ListUserDataRedundancyTransition" => replication::transition(exchange),
        "InitiateBucketWorm" | "AbortBucketWorm" | "CompleteBucketWorm" | "ExtendBucketWorm"
        | "GetBucketWorm" => worm::perform(exchange).await,
        "GetAccessPointPolicy"
        | "PutAccessPointPolicy"
        | "DeleteAccessPointPolicy"
        | "GetAccessPointPolicyForObjectProcess"
        | "PutAccessPointPolicyForObjectProcess"
        | "DeleteAccessPointPolicyForObjectProcess" => points::policy(exchange).await,
        "GetAccessPointPublicAccessBlock"
        | "PutAccessPointPublicAccessBlock"
        | "DeleteAccessPointPublicAccessBlock" => points::public_access_block(exchange).await,
        "CreateAccessPointForObjectProcess"
        | "GetAccessPointForObjectProcess"
        | "DeleteAccessPointForObjectProcess"
        | "ListAccessPointsForObjectProcess"
        | "GetAccessPointConfigForObjectProcess"
        | "PutAccessPointConfigForObjectProcess" => points::for_object_process(exchange).await,
        "PutLiveChannel"
        | "GetLiveChannelInfo"
        | "GetLiveChannelStat"
        | "GetLiveChannelHistory"
        | "PutLiveChannelStatus"
        | "DeleteLiveChannel"
        | "ListLiveChannel"
        | "PostVodPlaylist"
        | "GetVodPlaylist" => live::perform(exchange).await,
        "OpenMetaQuery" | "GetMetaQueryStatus" | "CloseMetaQuery" => points::meta_query(exchange),
        operation if configs::is_setting(operation) => configs::perform(exchange).await,

        route::NOT_ALLOWED => {
            let resource = if exchange.key.is_empty() {
                "BUCKET"
            } else {
                "OBJECT"
            };
            Err(ApiError::method_not_allowed(
                &exchange.head.method,
                resource,
            ))
        }
        other => {
            // What is not there comes before what cannot be done.
            if exchange.head.place.bucket.is_some() {
                exchange.bucket()?;
            }
            if matches!(other, "ProcessObject" | "AsyncProcessObject") {
                object::named(exchange)?;
            }
            Err(ApiError::not_implemented(other))
        }
    }
}

pub use website::{enter, instead};

/// What all answers get, refusals too.
pub fn decorate(answer: &mut Answer, exchange: &Exchange) {
    cors::decorate(answer, exchange);
    if exchange.head.method == "HEAD"
        && matches!(exchange.operation, "ListObjects" | "ListObjectsV2")
        && answer.status < 300
    {
        // Who only asks whether there is the bucket learns where it is.
        let region = format!("oss-{}", exchange.shared.region);
        answer.set("x-oss-bucket-region", region);
    }
    if let Ok(Some(bits)) = headers::traffic_limit(&exchange.head)
        && answer.status < 300
    {
        // How long the limit held the bytes back, in milliseconds.
        let bytes = exchange.body.received.saturating_add(answer.len());
        let delay = bytes.saturating_mul(8000) / bits;
        answer.set("x-oss-qos-delay-time", delay.to_string());
    }
}

/// Encryption headers are echoed wherever an object is stored.
fn with_encryption(mut answer: Answer, version: &Version) -> Answer {
    answer.headers.extend(
        version
            .headers
            .iter()
            .filter(|(name, _)| headers::is_encryption(name))
            .map(|(name, value)| (name.clone().into(), value.clone())),
    );
    answer
}

/// What the bucket says about encryption, for an object that says nothing.
fn default_encryption(settings: &Settings, version: &mut Version) {
    if version
        .headers
        .iter()
        .any(|(name, _)| headers::is_encryption(name))
    {
        return;
    }
    let Some(root) = settings
        .documents
        .get("encryption")
        .and_then(|text| xml::parse(text.as_bytes()).ok())
    else {
        return;
    };
    let Some(rule) = root.child("ApplyServerSideEncryptionByDefault") else {
        return;
    };
    let fields = [
        ("SSEAlgorithm", "x-oss-server-side-encryption"),
        ("KMSDataEncryption", "x-oss-server-side-data-encryption"),
        ("KMSMasterKeyID", "x-oss-server-side-encryption-key-id"),
    ];
    for (field, header) in fields {
        if let Some(value) = rule.get(field).filter(|value| !value.is_empty()) {
            version.headers.push((header.to_owned(), value.to_owned()));
        }
    }
}

/// The tags of a `Tagging` document.
fn tags_of(root: &xml::Node) -> Vec<(String, String)> {
    let field = |tag: &xml::Node, name: &str| {
        tag.child(name)
            .map(|node| node.text.clone())
            .unwrap_or_default()
    };
    let set = root.child("TagSet");
    set.map(|set| {
        set.all("Tag")
            .map(|tag| (field(tag, "Key"), field(tag, "Value")))
            .collect()
    })
    .unwrap_or_default()
}
