//! Every operation of the service as data. Operations are described here and nowhere else: what sends them, what signs them,
//! what repeats them and what documents them reads this.

use crate::operation::{Checked, Content, Level, Method, Operation};
use Checked::{Continued, FromStart};
use Content::{Bytes, Frames, Json, Text, Xml};
use Method::{Delete, Get, Head, Options, Post, Put};

/// All of them.
#[rustfmt::skip]
pub static OPERATIONS: [Operation; 189] = [
    // Service level.
    service(Get, "ListBuckets", "").answers(Xml("ListAllMyBucketsResult")),
    service(Get, "DescribeRegions", "regions").answers(Xml("RegionInfoList")),
    service(Get, "ListUserDataRedundancyTransition", "redundancyTransition").answers(Xml("ListBucketDataRedundancyTransition")),
    service(Get, "GetPublicAccessBlock", "publicAccessBlock").answers(Xml("PublicAccessBlockConfiguration")),
    service(Put, "PutPublicAccessBlock", "publicAccessBlock").takes(Xml("PublicAccessBlockConfiguration")),
    service(Delete, "DeletePublicAccessBlock", "publicAccessBlock").success(&[204]),
    service(Get, "ListCloudBoxes", "cloudboxes").answers(Xml("ListCloudBoxResult")),
    // Bucket basics.
    bucket(Put, "PutBucket", "").may_take(Xml("CreateBucketConfiguration")),
    bucket(Delete, "DeleteBucket", "").success(&[204]),
    bucket(Get, "GetBucketInfo", "bucketInfo").answers(Xml("BucketInfo")),
    bucket(Get, "GetBucketLocation", "location").answers(Xml("LocationConstraint")),
    bucket(Get, "GetBucketStat", "stat").answers(Xml("BucketStat")),
    bucket(Put, "PutBucketAcl", "acl").headers(&["x-oss-acl"]),
    bucket(Get, "GetBucketAcl", "acl").answers(Xml("AccessControlPolicy")),
    bucket(Get, "ListObjects", "").answers(Xml("ListBucketResult")),
    bucket(Get, "ListObjectsV2", "list-type=2").answers(Xml("ListBucketResult")),
    bucket(Get, "ListObjectVersions", "versions").answers(Xml("ListVersionsResult")),
    bucket(Put, "PutBucketVersioning", "versioning").takes(Xml("VersioningConfiguration")),
    bucket(Get, "GetBucketVersioning", "versioning").answers(Xml("VersioningConfiguration")),
    bucket(Put, "PutBucketRequestPayment", "requestPayment").takes(Xml("RequestPaymentConfiguration")),
    bucket(Get, "GetBucketRequestPayment", "requestPayment").answers(Xml("RequestPaymentConfiguration")),
    // Objects.
    object(Put, "PutObject", "").may_take(Bytes).success(&[200, 203]).transfers().checks(FromStart).typed_by_key().calls_back(),
    object(Get, "GetObject", "").answers(Bytes).success(&[200, 206, 304]).transfers().ranged(),
    object(Head, "HeadObject", "").success(&[200, 304]),
    object(Head, "GetObjectMeta", "objectMeta").success(&[200, 304]),
    object(Put, "CopyObject", "").headers(&["x-oss-copy-source"]).answers(Xml("CopyObjectResult")).success(&[200, 304]).transfers(),
    object(Post, "AppendObject", "append&position={}").may_take(Bytes).once().transfers().checks(Continued).typed_by_key().tells(&["x-oss-next-append-position"]),
    object(Post, "SealAppendObject", "seal&position={}"),
    object(Delete, "DeleteObject", "").success(&[204]),
    bucket(Post, "DeleteMultipleObjects", "delete").takes(Xml("Delete")).answers(Xml("DeleteResult")),
    object(Post, "RestoreObject", "restore").may_take(Xml("RestoreRequest")).success(&[202, 200]),
    object(Post, "CleanRestoredObject", "cleanRestoredObject"),
    object(Put, "PutObjectAcl", "acl").headers(&["x-oss-object-acl"]),
    object(Get, "GetObjectAcl", "acl").answers(Xml("AccessControlPolicy")),
    object(Put, "PutSymlink", "symlink").headers(&["x-oss-symlink-target"]),
    object(Get, "GetSymlink", "symlink").tells(&["x-oss-symlink-target"]),
    object(Put, "PutObjectTagging", "tagging").takes(Xml("Tagging")),
    object(Get, "GetObjectTagging", "tagging").answers(Xml("Tagging")),
    object(Delete, "DeleteObjectTagging", "tagging").success(&[204]),
    object(Put, "PutObjectRetention", "retention").takes(Xml("Retention")),
    object(Get, "GetObjectRetention", "retention").answers(Xml("Retention")),
    object(Put, "PutObjectLegalHold", "legalHold").takes(Xml("LegalHold")),
    object(Get, "GetObjectLegalHold", "legalHold").answers(Xml("LegalHold")),
    object(Options, "OptionObject", "").headers(&["Origin", "Access-Control-Request-Method"]),
    object(Post, "ProcessObject", "x-oss-process").takes(Text).answers(Json).once(),
    object(Post, "AsyncProcessObject", "x-oss-async-process").takes(Text).answers(Json).once(),
    object(Post, "SelectObject", "x-oss-process={}").takes(Xml("SelectRequest")).answers(Frames).success(&[200, 206]).reads(),
    object(Post, "CreateSelectObjectMeta", "x-oss-process={}").takes(Bytes).answers(Frames).reads(),
    // Multipart upload.
    object(Post, "InitiateMultipartUpload", "uploads").answers(Xml("InitiateMultipartUploadResult")).typed_by_key().tells(&["UploadId"]),
    object(Put, "UploadPart", "partNumber={}&uploadId={}").may_take(Bytes).transfers().checks(FromStart).tells(&["ETag"]),
    object(Put, "UploadPartCopy", "partNumber={}&uploadId={}").headers(&["x-oss-copy-source"]).answers(Xml("CopyPartResult")).success(&[200, 304]).transfers().ranged().tells(&["ETag"]),
    object(Post, "CompleteMultipartUpload", "uploadId={}").may_take(Xml("CompleteMultipartUpload")).answers(Xml("CompleteMultipartUploadResult")).success(&[200, 203]).once().calls_back(),
    object(Delete, "AbortMultipartUpload", "uploadId={}").success(&[200, 204]),
    bucket(Get, "ListMultipartUploads", "uploads").answers(Xml("ListMultipartUploadsResult")),
    object(Get, "ListParts", "uploadId={}").answers(Xml("ListPartsResult")),
    // Bucket settings in everyday use.
    bucket(Put, "PutBucketLifecycle", "lifecycle").takes(Xml("LifecycleConfiguration")),
    bucket(Get, "GetBucketLifecycle", "lifecycle").answers(Xml("LifecycleConfiguration")),
    bucket(Delete, "DeleteBucketLifecycle", "lifecycle").success(&[204]),
    bucket(Put, "PutBucketCors", "cors").takes(Xml("CORSConfiguration")),
    bucket(Get, "GetBucketCors", "cors").answers(Xml("CORSConfiguration")),
    bucket(Delete, "DeleteBucketCors", "cors").success(&[204]),
    bucket(Put, "PutBucketTags", "tagging").takes(Xml("Tagging")),
    bucket(Get, "GetBucketTags", "tagging").answers(Xml("Tagging")),
    bucket(Delete, "DeleteBucketTags", "tagging").success(&[204]),
    bucket(Put, "PutBucketEncryption", "encryption").takes(Xml("ServerSideEncryptionRule")),
    bucket(Get, "GetBucketEncryption", "encryption").answers(Xml("ServerSideEncryptionRule")),
    bucket(Delete, "DeleteBucketEncryption", "encryption").success(&[204]),
    bucket(Put, "PutBucketPolicy", "policy").takes(Json),
    bucket(Get, "GetBucketPolicy", "policy").answers(Json),
    bucket(Delete, "DeleteBucketPolicy", "policy").success(&[204]),
    bucket(Get, "GetBucketPolicyStatus", "policyStatus").answers(Xml("PolicyStatus")),
    bucket(Put, "PutBucketReferer", "referer").takes(Xml("RefererConfiguration")),
    bucket(Get, "GetBucketReferer", "referer").answers(Xml("RefererConfiguration")),
    bucket(Put, "PutBucketWebsite", "website").takes(Xml("WebsiteConfiguration")),
    bucket(Get, "GetBucketWebsite", "website").answers(Xml("WebsiteConfiguration")),
    bucket(Delete, "DeleteBucketWebsite", "website").success(&[204]),
    bucket(Put, "PutBucketLogging", "logging").takes(Xml("BucketLoggingStatus")),
    bucket(Get, "GetBucketLogging", "logging").answers(Xml("BucketLoggingStatus")),
    bucket(Delete, "DeleteBucketLogging", "logging").success(&[204]),
    bucket(Put, "PutBucketInventory", "inventory&inventoryId={}").takes(Xml("InventoryConfiguration")),
    bucket(Get, "GetBucketInventory", "inventory&inventoryId={}").answers(Xml("InventoryConfiguration")),
    bucket(Get, "ListBucketInventory", "inventory").answers(Xml("ListInventoryConfigurationsResult")),
    bucket(Delete, "DeleteBucketInventory", "inventory&inventoryId={}").success(&[204]),
    bucket(Post, "InitiateBucketWorm", "worm").takes(Xml("InitiateWormConfiguration")).once().tells(&["x-oss-worm-id"]),
    bucket(Delete, "AbortBucketWorm", "worm").success(&[204]),
    bucket(Post, "CompleteBucketWorm", "wormId={}"),
    bucket(Post, "ExtendBucketWorm", "wormExtend&wormId={}").takes(Xml("ExtendWormConfiguration")).once(),
    bucket(Get, "GetBucketWorm", "worm").answers(Xml("WormConfiguration")),
    bucket(Put, "PutBucketTransferAcceleration", "transferAcceleration").takes(Xml("TransferAccelerationConfiguration")),
    bucket(Get, "GetBucketTransferAcceleration", "transferAcceleration").answers(Xml("TransferAccelerationConfiguration")),
    bucket(Get, "GetBucketPublicAccessBlock", "publicAccessBlock").answers(Xml("PublicAccessBlockConfiguration")),
    bucket(Put, "PutBucketPublicAccessBlock", "publicAccessBlock").takes(Xml("PublicAccessBlockConfiguration")),
    bucket(Delete, "DeleteBucketPublicAccessBlock", "publicAccessBlock").success(&[204]),
    // Bucket settings of special kinds.
    bucket(Get, "ListAccessPoints", "accessPoint").answers(Xml("ListAccessPointsResult")),
    bucket(Get, "GetAccessPoint", "accessPoint").headers(&["x-oss-access-point-name"]).answers(Xml("GetAccessPointResult")),
    bucket(Get, "GetAccessPointPolicy", "accessPointPolicy").headers(&["x-oss-access-point-name"]).answers(Json),
    bucket(Delete, "DeleteAccessPointPolicy", "accessPointPolicy").headers(&["x-oss-access-point-name"]).success(&[204]),
    bucket(Put, "PutAccessPointPolicy", "accessPointPolicy").headers(&["x-oss-access-point-name"]).takes(Json),
    bucket(Delete, "DeleteAccessPoint", "accessPoint").headers(&["x-oss-access-point-name"]).success(&[204]),
    bucket(Put, "CreateAccessPoint", "accessPoint").takes(Xml("CreateAccessPointConfiguration")).answers(Xml("CreateAccessPointResult")).once(),
    bucket(Get, "GetAccessPointPublicAccessBlock", "publicAccessBlock&x-oss-access-point-name={}").answers(Xml("PublicAccessBlockConfiguration")),
    bucket(Put, "PutAccessPointPublicAccessBlock", "publicAccessBlock&x-oss-access-point-name={}").takes(Xml("PublicAccessBlockConfiguration")),
    bucket(Delete, "DeleteAccessPointPublicAccessBlock", "publicAccessBlock&x-oss-access-point-name={}").success(&[204]),
    bucket(Put, "PutBucketAccessMonitor", "accessmonitor").takes(Xml("AccessMonitorConfiguration")),
    bucket(Get, "GetBucketAccessMonitor", "accessmonitor").answers(Xml("AccessMonitorConfiguration")),
    bucket(Get, "GetBucketArchiveDirectRead", "bucketArchiveDirectRead").answers(Xml("ArchiveDirectReadConfiguration")),
    bucket(Put, "PutBucketArchiveDirectRead", "bucketArchiveDirectRead").takes(Xml("ArchiveDirectReadConfiguration")),
    bucket(Post, "PutCname", "cname&comp=add").takes(Xml("BucketCnameConfiguration")),
    bucket(Get, "ListCname", "cname").answers(Xml("ListCnameResult")),
    bucket(Post, "DeleteCname", "cname&comp=delete").takes(Xml("BucketCnameConfiguration")),
    bucket(Get, "GetCnameToken", "comp=token&cname={}").answers(Xml("CnameToken")),
    bucket(Post, "CreateCnameToken", "cname&comp=token").takes(Xml("BucketCnameConfiguration")).answers(Xml("CnameToken")),
    bucket(Get, "GetBucketHttpsConfig", "httpsConfig").answers(Xml("HttpsConfiguration")),
    bucket(Put, "PutBucketHttpsConfig", "httpsConfig").takes(Xml("HttpsConfiguration")),
    bucket(Put, "PutUserDefinedLogFieldsConfig", "userDefinedLogFieldsConfig").takes(Xml("UserDefinedLogFieldsConfiguration")),
    bucket(Get, "GetUserDefinedLogFieldsConfig", "userDefinedLogFieldsConfig").answers(Xml("UserDefinedLogFieldsConfiguration")),
    bucket(Delete, "DeleteUserDefinedLogFieldsConfig", "userDefinedLogFieldsConfig").success(&[204]),
    bucket(Get, "GetMetaQueryStatus", "metaQuery").answers(Xml("MetaQueryStatus")),
    bucket(Post, "CloseMetaQuery", "comp=delete&metaQuery"),
    bucket(Post, "DoMetaQuery", "comp=query&metaQuery").takes(Xml("MetaQuery")).answers(Xml("MetaQuery")).reads(),
    bucket(Post, "OpenMetaQuery", "comp=add&metaQuery").may_take(Xml("MetaQuery")).once(),
    bucket(Put, "CreateAccessPointForObjectProcess", "accessPointForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).takes(Xml("CreateAccessPointForObjectProcessConfiguration")).answers(Xml("CreateAccessPointForObjectProcessResult")).once(),
    bucket(Get, "GetAccessPointForObjectProcess", "accessPointForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).answers(Xml("GetAccessPointForObjectProcessResult")),
    service(Get, "ListAccessPointsForObjectProcess", "accessPointForObjectProcess").answers(Xml("ListAccessPointsForObjectProcessResult")),
    bucket(Delete, "DeleteAccessPointForObjectProcess", "accessPointForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).success(&[204]),
    bucket(Get, "GetAccessPointConfigForObjectProcess", "accessPointConfigForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).answers(Xml("GetAccessPointConfigForObjectProcessResult")),
    bucket(Put, "PutAccessPointConfigForObjectProcess", "accessPointConfigForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).takes(Xml("PutAccessPointConfigForObjectProcessConfiguration")),
    bucket(Put, "PutAccessPointPolicyForObjectProcess", "accessPointPolicyForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).takes(Json),
    bucket(Get, "GetAccessPointPolicyForObjectProcess", "accessPointPolicyForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).answers(Json),
    bucket(Delete, "DeleteAccessPointPolicyForObjectProcess", "accessPointPolicyForObjectProcess").headers(&["x-oss-access-point-for-object-process-name"]).success(&[204]),
    service(Post, "WriteGetObjectResponse", "x-oss-write-get-object-response").headers(&["x-oss-request-route", "x-oss-request-token", "x-oss-fwd-status"]).may_take(Bytes).once(),
    bucket(Put, "PutBucketObjectWormConfiguration", "objectWorm").takes(Xml("ObjectWormConfiguration")),
    bucket(Get, "GetBucketObjectWormConfiguration", "objectWorm").answers(Xml("ObjectWormConfiguration")),
    bucket(Put, "PutBucketOverwriteConfig", "overwriteConfig").takes(Xml("OverwriteConfiguration")),
    bucket(Get, "GetBucketOverwriteConfig", "overwriteConfig").answers(Xml("OverwriteConfiguration")),
    bucket(Delete, "DeleteBucketOverwriteConfig", "overwriteConfig").success(&[204]),
    bucket(Get, "ListBucketDataRedundancyTransition", "redundancyTransition").answers(Xml("ListBucketDataRedundancyTransition")),
    bucket(Get, "GetBucketDataRedundancyTransition", "redundancyTransition&x-oss-redundancy-transition-taskid={}").answers(Xml("BucketDataRedundancyTransition")),
    bucket(Post, "CreateBucketDataRedundancyTransition", "redundancyTransition&x-oss-target-redundancy-type={}").answers(Xml("BucketDataRedundancyTransition")).once(),
    bucket(Delete, "DeleteBucketDataRedundancyTransition", "redundancyTransition&x-oss-redundancy-transition-taskid={}").success(&[204]),
    bucket(Put, "PutBucketRtc", "rtc").takes(Xml("ReplicationRule")),
    bucket(Post, "PutBucketReplication", "comp=add&replication").takes(Xml("ReplicationConfiguration")).once(),
    bucket(Get, "GetBucketReplication", "replication").answers(Xml("ReplicationConfiguration")),
    bucket(Get, "GetBucketReplicationLocation", "replicationLocation").answers(Xml("ReplicationLocation")),
    bucket(Get, "GetBucketReplicationProgress", "replicationProgress&rule-id={}").answers(Xml("ReplicationProgress")),
    bucket(Post, "DeleteBucketReplication", "comp=delete&replication").takes(Xml("ReplicationRules")),
    bucket(Get, "GetBucketResourceGroup", "resourceGroup").answers(Xml("BucketResourceGroupConfiguration")),
    bucket(Put, "PutBucketResourceGroup", "resourceGroup").takes(Xml("BucketResourceGroupConfiguration")),
    bucket(Put, "PutStyle", "style&styleName={}").takes(Xml("Style")),
    bucket(Get, "ListStyle", "style").answers(Xml("StyleList")),
    bucket(Get, "GetStyle", "style&styleName={}").answers(Xml("Style")),
    bucket(Delete, "DeleteStyle", "style&styleName={}").success(&[204]),
    service(Post, "DoDataPipeLineAction", "dataPipeline&action={}").may_take(Bytes).answers(Bytes).once(),
    bucket(Post, "DoMetaQueryAction", "metaQuery&action={}").may_take(Bytes).answers(Bytes).once(),
    // Known to other official libraries only: forms, live channels, throttling, fetching, directories.
    bucket(Post, "PostObject", "").takes(Bytes).may_answer(Xml("PostResponse")).success(&[200, 201, 204]).transfers().calls_back(),
    object(Put, "PutLiveChannel", "live").takes(Xml("LiveChannelConfiguration")).answers(Xml("CreateLiveChannelResult")),
    object(Get, "GetLiveChannelInfo", "live").answers(Xml("LiveChannelConfiguration")),
    object(Get, "GetLiveChannelStat", "comp=stat&live").answers(Xml("LiveChannelStat")),
    object(Get, "GetLiveChannelHistory", "comp=history&live").answers(Xml("LiveChannelHistory")),
    object(Put, "PutLiveChannelStatus", "live&status={}"),
    object(Delete, "DeleteLiveChannel", "live").success(&[204]),
    bucket(Get, "ListLiveChannel", "live").answers(Xml("ListLiveChannelResult")),
    object(Post, "PostVodPlaylist", "endTime={}&startTime={}&vod"),
    object(Get, "GetVodPlaylist", "endTime={}&startTime={}&vod").answers(Text),
    bucket(Put, "PutBucketStorageCapacity", "qos").takes(Xml("BucketUserQos")),
    bucket(Get, "GetBucketStorageCapacity", "qos").answers(Xml("BucketUserQos")),
    service(Get, "GetUserQosInfo", "qosInfo").answers(Bytes),
    bucket(Put, "PutBucketQosInfo", "qosInfo").takes(Xml("QoSConfiguration")),
    bucket(Get, "GetBucketQosInfo", "qosInfo").answers(Xml("QoSConfiguration")),
    bucket(Delete, "DeleteBucketQosInfo", "qosInfo").success(&[204]),
    bucket(Put, "PutBucketRequesterQosInfo", "qosRequester={}&requesterQosInfo").takes(Xml("QoSConfiguration")),
    bucket(Get, "GetBucketRequesterQosInfo", "qosRequester={}&requesterQosInfo").answers(Bytes),
    bucket(Get, "ListBucketRequesterQosInfos", "requesterQosInfo").answers(Bytes),
    bucket(Delete, "DeleteBucketRequesterQosInfo", "qosRequester={}&requesterQosInfo").success(&[204]),
    service(Get, "ListResourcePools", "resourcePool").answers(Bytes),
    service(Get, "GetResourcePoolInfo", "resourcePool={}&resourcePoolInfo").answers(Bytes),
    service(Get, "ListResourcePoolBuckets", "resourcePool={}&resourcePoolBuckets").answers(Bytes),
    service(Put, "PutResourcePoolRequesterQosInfo", "qosRequester={}&requesterQosInfo&resourcePool={}").takes(Xml("QoSConfiguration")),
    service(Get, "GetResourcePoolRequesterQosInfo", "qosRequester={}&requesterQosInfo&resourcePool={}").answers(Bytes),
    service(Get, "ListResourcePoolRequesterQosInfos", "requesterQosInfo&resourcePool={}").answers(Bytes),
    service(Delete, "DeleteResourcePoolRequesterQosInfo", "qosRequester={}&requesterQosInfo&resourcePool={}").success(&[204]),
    bucket(Post, "PutAsyncFetchTask", "asyncFetch").takes(Xml("AsyncFetchTaskConfiguration")).answers(Xml("AsyncFetchTaskResult")).once(),
    bucket(Get, "GetAsyncFetchTask", "asyncFetch").headers(&["x-oss-task-id"]).answers(Xml("AsyncFetchTaskInfo")),
    bucket(Put, "PutBucketCallbackPolicy", "comp=callback&policy").takes(Xml("BucketCallbackPolicy")),
    bucket(Get, "GetBucketCallbackPolicy", "comp=callback&policy").answers(Xml("BucketCallbackPolicy")),
    bucket(Delete, "DeleteBucketCallbackPolicy", "comp=callback&policy").success(&[204]),
    object(Post, "CreateDirectory", "x-oss-dir").once(),
    object(Put, "RenameObject", "x-oss-rename").headers(&["x-oss-rename-source"]).once(),
    object(Post, "DeleteDirectory", "x-oss-delete").answers(Bytes),
];

/// The operation of that name.
pub const fn find(name: &str) -> Option<&'static Operation> {
    let mut index = 0;
    while index < OPERATIONS.len() {
        if compare(OPERATIONS[index].name, name) == 0 {
            return Some(&OPERATIONS[index]);
        }
        index += 1;
    }
    None
}

/// What an operation that is not in the table can be answered with.
const ANY: &[u16] = &[200, 201, 202, 203, 204, 206, 304];

/// What stands for operations that are not in the table: requests with a method and whatever body they are given.
static METHODS: [Operation; 6] = [
    Operation::new(Level::Service, Get, "GET", "")
        .answers(Bytes)
        .success(ANY),
    Operation::new(Level::Service, Head, "HEAD", "")
        .answers(Bytes)
        .success(ANY),
    Operation::new(Level::Service, Put, "PUT", "")
        .may_take(Bytes)
        .answers(Bytes)
        .success(ANY)
        .calls_back(),
    Operation::new(Level::Service, Post, "POST", "")
        .may_take(Bytes)
        .answers(Bytes)
        .success(ANY)
        .once()
        .calls_back(),
    Operation::new(Level::Service, Delete, "DELETE", "")
        .answers(Bytes)
        .success(ANY),
    Operation::new(Level::Service, Options, "OPTIONS", "")
        .answers(Bytes)
        .success(ANY),
];

/// What stands for an operation that is known by its method only.
pub fn method(method: Method) -> &'static Operation {
    let [get, head, put, post, delete, options] = &METHODS;
    match method {
        Get => get,
        Head => head,
        Put => put,
        Post => post,
        Delete => delete,
        Options => options,
    }
}

/// `operation!("GetObject")`: what the table says of it. A misspelt name does not compile. Without the feature `documents`
/// nothing looks in the table by name, and each operation that is used stands by itself, so that the others are left out.
#[cfg(feature = "documents")]
macro_rules! operation {
    ($name:literal) => {
        const { crate::table::named($name) }
    };
}
#[cfg(not(feature = "documents"))]
macro_rules! operation {
    ($name:literal) => {
        const {
            const COPY: crate::operation::Operation = *crate::table::named($name);
            &COPY
        }
    };
}
pub(crate) use operation;

/// The operation of that name, which has to be there; called by the compiler only, by [`operation!`].
#[expect(clippy::panic, reason = "called by the compiler only")]
pub(crate) const fn named(name: &str) -> &'static Operation {
    match find(name) {
        Some(operation) => operation,
        None => panic!("no operation of that name"),
    }
}

const fn service(method: Method, name: &'static str, query: &'static str) -> Operation {
    Operation::new(Level::Service, method, name, query)
}

const fn bucket(method: Method, name: &'static str, query: &'static str) -> Operation {
    Operation::new(Level::Bucket, method, name, query)
}

const fn object(method: Method, name: &'static str, query: &'static str) -> Operation {
    Operation::new(Level::Object, method, name, query)
}

/// Negative, 0 or positive as `a` stands before, at or after `b`; for the compiler, which cannot call that of texts.
pub(crate) const fn compare(a: &str, b: &str) -> i32 {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() {
        if a[index] != b[index] {
            return a[index] as i32 - b[index] as i32;
        }
        index += 1;
    }
    a.len() as i32 - b.len() as i32
}
