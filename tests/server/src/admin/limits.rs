//! What this server does not do, for programs (`/_local/info`) and for people: the README says the same.

use serde_json::{Value, json};

/// What is kept and given back, and changes nothing else here.
const WITHOUT_EFFECT: [&str; 15] = [
    "access points",
    "certificates of custom domains",
    "default retention of new objects",
    "encryption",
    "fields of one's own in logs",
    "HTTPS settings",
    "inventory",
    "live channels",
    "meta query",
    "QoS",
    "replication",
    "storage capacity",
    "styles",
    "transfer acceleration",
    "website mirrors",
];

/// What is answered with 501, and the names of its operations.
const NOT_IMPLEMENTED: [(&str, &[&str]); 7] = [
    (
        "asynchronous fetch",
        &["GetAsyncFetchTask", "PutAsyncFetchTask"],
    ),
    ("data pipelines", &["DoDataPipeLineAction"]),
    (
        "directories of a hierarchical namespace",
        &["CreateDirectory", "DeleteDirectory", "RenameObject"],
    ),
    (
        "image and document processing",
        &[
            "AsyncProcessObject",
            "ProcessObject",
            "WriteGetObjectResponse",
        ],
    ),
    ("meta queries", &["DoMetaQuery", "DoMetaQueryAction"]),
    (
        "QoS of accounts and requesters",
        &[
            "DeleteBucketRequesterQosInfo",
            "GetBucketRequesterQosInfo",
            "GetUserQosInfo",
            "ListBucketRequesterQosInfos",
            "PutBucketRequesterQosInfo",
        ],
    ),
    (
        "resource pools",
        &[
            "DeleteResourcePoolRequesterQosInfo",
            "GetResourcePoolInfo",
            "GetResourcePoolRequesterQosInfo",
            "ListResourcePoolBuckets",
            "ListResourcePoolRequesterQosInfos",
            "ListResourcePools",
            "PutResourcePoolRequesterQosInfo",
        ],
    ),
];

pub fn without_effect() -> Value {
    json!(WITHOUT_EFFECT)
}

pub fn not_implemented() -> Value {
    let groups = NOT_IMPLEMENTED.iter();
    groups
        .map(|(group, operations)| ((*group).to_owned(), json!(operations)))
        .collect::<serde_json::Map<String, Value>>()
        .into()
}
