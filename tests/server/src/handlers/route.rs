//! From method, resource and query to the official name of an operation.

use crate::request::Head;

/// Operations on a bucket by sub-resource: GET, PUT, DELETE, POST.
const BUCKET: &[(&str, [&str; 4])] = &[
    ("acl", ["GetBucketAcl", "PutBucketAcl", "", ""]),
    ("bucketInfo", ["GetBucketInfo", "", "", ""]),
    ("location", ["GetBucketLocation", "", "", ""]),
    ("stat", ["GetBucketStat", "", "", ""]),
    ("versions", ["ListObjectVersions", "", "", ""]),
    (
        "versioning",
        ["GetBucketVersioning", "PutBucketVersioning", "", ""],
    ),
    (
        "requestPayment",
        ["GetBucketRequestPayment", "PutBucketRequestPayment", "", ""],
    ),
    ("delete", ["", "", "", "DeleteMultipleObjects"]),
    ("uploads", ["ListMultipartUploads", "", "", ""]),
    (
        "lifecycle",
        [
            "GetBucketLifecycle",
            "PutBucketLifecycle",
            "DeleteBucketLifecycle",
            "",
        ],
    ),
    (
        "cors",
        ["GetBucketCors", "PutBucketCors", "DeleteBucketCors", ""],
    ),
    (
        "tagging",
        ["GetBucketTags", "PutBucketTags", "DeleteBucketTags", ""],
    ),
    (
        "encryption",
        [
            "GetBucketEncryption",
            "PutBucketEncryption",
            "DeleteBucketEncryption",
            "",
        ],
    ),
    ("policyStatus", ["GetBucketPolicyStatus", "", "", ""]),
    (
        "policy",
        [
            "GetBucketPolicy",
            "PutBucketPolicy",
            "DeleteBucketPolicy",
            "",
        ],
    ),
    ("referer", ["GetBucketReferer", "PutBucketReferer", "", ""]),
    (
        "website",
        [
            "GetBucketWebsite",
            "PutBucketWebsite",
            "DeleteBucketWebsite",
            "",
        ],
    ),
    (
        "logging",
        [
            "GetBucketLogging",
            "PutBucketLogging",
            "DeleteBucketLogging",
            "",
        ],
    ),
    (
        "userDefinedLogFieldsConfig",
        [
            "GetUserDefinedLogFieldsConfig",
            "PutUserDefinedLogFieldsConfig",
            "DeleteUserDefinedLogFieldsConfig",
            "",
        ],
    ),
    ("wormExtend", ["", "", "", "ExtendBucketWorm"]),
    (
        "worm",
        ["GetBucketWorm", "", "AbortBucketWorm", "InitiateBucketWorm"],
    ),
    (
        "transferAcceleration",
        [
            "GetBucketTransferAcceleration",
            "PutBucketTransferAcceleration",
            "",
            "",
        ],
    ),
    (
        "accessmonitor",
        ["GetBucketAccessMonitor", "PutBucketAccessMonitor", "", ""],
    ),
    (
        "bucketArchiveDirectRead",
        [
            "GetBucketArchiveDirectRead",
            "PutBucketArchiveDirectRead",
            "",
            "",
        ],
    ),
    (
        "httpsConfig",
        ["GetBucketHttpsConfig", "PutBucketHttpsConfig", "", ""],
    ),
    (
        "objectWorm",
        [
            "GetBucketObjectWormConfiguration",
            "PutBucketObjectWormConfiguration",
            "",
            "",
        ],
    ),
    (
        "overwriteConfig",
        [
            "GetBucketOverwriteConfig",
            "PutBucketOverwriteConfig",
            "DeleteBucketOverwriteConfig",
            "",
        ],
    ),
    (
        "resourceGroup",
        ["GetBucketResourceGroup", "PutBucketResourceGroup", "", ""],
    ),
    ("rtc", ["", "PutBucketRtc", "", ""]),
    (
        "replicationLocation",
        ["GetBucketReplicationLocation", "", "", ""],
    ),
    (
        "replicationProgress",
        ["GetBucketReplicationProgress", "", "", ""],
    ),
    ("dataPipeline", ["", "", "", "DoDataPipeLineAction"]),
];

/// Operations on an object by sub-resource: GET, PUT, DELETE, POST.
const OBJECT: &[(&str, [&str; 4])] = &[
    ("acl", ["GetObjectAcl", "PutObjectAcl", "", ""]),
    ("append", ["", "", "", "AppendObject"]),
    ("seal", ["", "", "", "SealAppendObject"]),
    ("restore", ["", "", "", "RestoreObject"]),
    ("cleanRestoredObject", ["", "", "", "CleanRestoredObject"]),
    ("symlink", ["GetSymlink", "PutSymlink", "", ""]),
    (
        "tagging",
        [
            "GetObjectTagging",
            "PutObjectTagging",
            "DeleteObjectTagging",
            "",
        ],
    ),
    (
        "retention",
        ["GetObjectRetention", "PutObjectRetention", "", ""],
    ),
    (
        "legalHold",
        ["GetObjectLegalHold", "PutObjectLegalHold", "", ""],
    ),
    ("uploads", ["", "", "", "InitiateMultipartUpload"]),
    (
        "asyncFetch",
        ["GetAsyncFetchTask", "", "", "SetAsyncFetchTask"],
    ),
    (
        "live",
        [
            "GetLiveChannelInfo",
            "PutLiveChannel",
            "DeleteLiveChannel",
            "",
        ],
    ),
    ("vod", ["GetVodPlaylist", "", "", "PostVodPlaylist"]),
    ("x-oss-async-process", ["", "", "", "AsyncProcessObject"]),
];

/// Stands for methods that a resource does not take.
pub const NOT_ALLOWED: &str = "MethodNotAllowed";

fn pick(names: &[&'static str; 4], method: &str) -> &'static str {
    let name = match method {
        "GET" | "HEAD" => names[0],
        "PUT" => names[1],
        "DELETE" => names[2],
        "POST" => names[3],
        _ => "",
    };
    if name.is_empty() { NOT_ALLOWED } else { name }
}

pub fn operation(head: &Head) -> &'static str {
    match (&head.place.bucket, &head.place.key) {
        (None, _) => service(head),
        (Some(_), None) => bucket(head),
        (Some(_), Some(_)) => object(head),
    }
}

fn service(head: &Head) -> &'static str {
    let has = |name| head.query.has(name);
    match head.method.as_str() {
        "GET" if has("regions") => "DescribeRegions",
        "GET" if has("redundancyTransition") => "ListUserDataRedundancyTransition",
        "GET" if has("cloudboxes") => "ListCloudBoxes",
        "GET" if has("accessPoint") => "ListAccessPoints",
        "GET" if has("accessPointForObjectProcess") => "ListAccessPointsForObjectProcess",
        method if has("publicAccessBlock") => pick(
            &[
                "GetPublicAccessBlock",
                "PutPublicAccessBlock",
                "DeletePublicAccessBlock",
                "",
            ],
            method,
        ),
        "POST" if has("x-oss-write-get-object-response") => "WriteGetObjectResponse",
        "POST" if has("dataPipeline") => "DoDataPipeLineAction",
        "GET" | "HEAD" => "ListBuckets",
        _ => NOT_ALLOWED,
    }
}

fn bucket(head: &Head) -> &'static str {
    let method = head.method.as_str();
    let has = |name| head.query.has(name);
    let comp = head.query.get("comp").unwrap_or_default();
    let named = |names| pick(names, method);
    if has("list-type") && method == "GET" {
        return "ListObjectsV2";
    }
    // Sub-resources whose operation depends on more than the method.
    if has("cname") {
        return match (method, comp.as_ref()) {
            ("GET", "token") => "GetCnameToken",
            ("GET", _) => "ListCname",
            ("POST", "add") => "PutCname",
            ("POST", "delete") => "DeleteCname",
            ("POST", "token") => "CreateCnameToken",
            _ => NOT_ALLOWED,
        };
    }
    if has("replication") {
        return match (method, comp.as_ref()) {
            ("GET", _) => "GetBucketReplication",
            ("POST", "add") => "PutBucketReplication",
            ("POST", "delete") => "DeleteBucketReplication",
            _ => NOT_ALLOWED,
        };
    }
    if has("metaQuery") {
        return match (method, comp.as_ref()) {
            ("GET", _) => "GetMetaQueryStatus",
            ("POST", "add") => "OpenMetaQuery",
            ("POST", "query") => "DoMetaQuery",
            ("POST", "delete") => "CloseMetaQuery",
            ("POST", _) if has("action") => "DoMetaQueryAction",
            _ => NOT_ALLOWED,
        };
    }
    if has("inventory") {
        let get = if has("inventoryId") {
            "GetBucketInventory"
        } else {
            "ListBucketInventory"
        };
        return named(&[get, "PutBucketInventory", "DeleteBucketInventory", ""]);
    }
    if has("style") {
        return named(&[
            if has("styleName") {
                "GetStyle"
            } else {
                "ListStyle"
            },
            "PutStyle",
            "DeleteStyle",
            "",
        ]);
    }
    if has("redundancyTransition") {
        let get = if has("x-oss-redundancy-transition-taskid") {
            "GetBucketDataRedundancyTransition"
        } else {
            "ListBucketDataRedundancyTransition"
        };
        return named(&[
            get,
            "",
            "DeleteBucketDataRedundancyTransition",
            "CreateBucketDataRedundancyTransition",
        ]);
    }
    if has("publicAccessBlock") {
        return if has("x-oss-access-point-name") {
            named(&[
                "GetAccessPointPublicAccessBlock",
                "PutAccessPointPublicAccessBlock",
                "DeleteAccessPointPublicAccessBlock",
                "",
            ])
        } else {
            named(&[
                "GetBucketPublicAccessBlock",
                "PutBucketPublicAccessBlock",
                "DeleteBucketPublicAccessBlock",
                "",
            ])
        };
    }
    if has("accessPointPolicyForObjectProcess") {
        return named(&[
            "GetAccessPointPolicyForObjectProcess",
            "PutAccessPointPolicyForObjectProcess",
            "DeleteAccessPointPolicyForObjectProcess",
            "",
        ]);
    }
    if has("accessPointConfigForObjectProcess") {
        return named(&[
            "GetAccessPointConfigForObjectProcess",
            "PutAccessPointConfigForObjectProcess",
            "",
            "",
        ]);
    }
    if has("accessPointForObjectProcess") {
        return named(&[
            "GetAccessPointForObjectProcess",
            "CreateAccessPointForObjectProcess",
            "DeleteAccessPointForObjectProcess",
            "",
        ]);
    }
    if has("accessPointPolicy") {
        return named(&[
            "GetAccessPointPolicy",
            "PutAccessPointPolicy",
            "DeleteAccessPointPolicy",
            "",
        ]);
    }
    if has("accessPoint") {
        let get = if head.headers.contains_key("x-oss-access-point-name") {
            "GetAccessPoint"
        } else {
            "ListAccessPoints"
        };
        return named(&[get, "CreateAccessPoint", "DeleteAccessPoint", ""]);
    }
    if let Some((_, names)) = BUCKET.iter().find(|(name, _)| has(name)) {
        return named(names);
    }
    match method {
        "GET" | "HEAD" => "ListObjects",
        "PUT" => "PutBucket",
        "DELETE" => "DeleteBucket",
        "POST" if has("wormId") => "CompleteBucketWorm",
        "POST" => "PostObject",
        "OPTIONS" => "OptionObject",
        _ => NOT_ALLOWED,
    }
}

fn object(head: &Head) -> &'static str {
    let method = head.method.as_str();
    let has = |name| head.query.has(name);
    if method == "OPTIONS" {
        return "OptionObject";
    }
    if method == "HEAD" {
        return if has("objectMeta") {
            "GetObjectMeta"
        } else {
            "HeadObject"
        };
    }
    if method == "GET" && has("objectMeta") {
        return "GetObjectMeta";
    }
    if method == "POST" && has("x-oss-process") {
        let process = head.query.get("x-oss-process").unwrap_or_default();
        return match process.as_ref() {
            "csv/select" | "json/select" => "SelectObject",
            "csv/meta" | "json/meta" => "CreateSelectObjectMeta",
            _ => "ProcessObject",
        };
    }
    if has("uploadId") && !has("uploads") {
        let put = if head.headers.contains_key("x-oss-copy-source") {
            "UploadPartCopy"
        } else {
            "UploadPart"
        };
        return pick(
            &[
                "ListParts",
                put,
                "AbortMultipartUpload",
                "CompleteMultipartUpload",
            ],
            method,
        );
    }
    if let Some((_, names)) = OBJECT.iter().find(|(name, _)| has(name)) {
        return pick(names, method);
    }
    match method {
        "GET" => "GetObject",
        "PUT" if head.headers.contains_key("x-oss-copy-source") => "CopyObject",
        "PUT" => "PutObject",
        "DELETE" => "DeleteObject",
        _ => NOT_ALLOWED,
    }
}
