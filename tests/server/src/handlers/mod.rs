//! The operations.

mod bucket;
mod copy;
mod delete;
mod get;
mod headers;
mod list;
mod object;
mod put;
pub mod route;
mod service;

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
        other => Err(ApiError::not_implemented(other)),
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

/// The tags in a `Tagging` document.
fn tags_of(document: Option<&String>) -> Vec<(String, String)> {
    let root = document.and_then(|text| xml::parse(text.as_bytes()).ok());
    let set = root.as_ref().and_then(|root| root.child("TagSet"));
    let field = |tag: &xml::Node, name: &str| {
        tag.child(name)
            .map(|node| node.text.clone())
            .unwrap_or_default()
    };
    set.map(|set| {
        set.all("Tag")
            .map(|tag| (field(tag, "Key"), field(tag, "Value")))
            .collect()
    })
    .unwrap_or_default()
}
