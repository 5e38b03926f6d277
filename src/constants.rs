//! Values of the service that programs use by name. The C header gets each as `OSS_` and the names of module and constant.

/// Access control lists of objects and, without `DEFAULT`, of buckets.
pub mod acl {
    /// An object has what its bucket has.
    pub const DEFAULT: &str = "default";
    /// Only the owner.
    pub const PRIVATE: &str = "private";
    /// Anybody can read.
    pub const PUBLIC_READ: &str = "public-read";
    /// Anybody can read and write.
    pub const PUBLIC_READ_WRITE: &str = "public-read-write";
}

/// Storage classes of buckets and objects.
pub mod storage_class {
    /// For what is used often.
    pub const STANDARD: &str = "Standard";
    /// Infrequent access: at least 30 days.
    pub const IA: &str = "IA";
    /// At least 60 days; has to be restored, unless the bucket gives direct access.
    pub const ARCHIVE: &str = "Archive";
    /// At least 180 days; has to be restored.
    pub const COLD_ARCHIVE: &str = "ColdArchive";
    /// At least 180 days; has to be restored.
    pub const DEEP_COLD_ARCHIVE: &str = "DeepColdArchive";
}

/// Server-side encryption.
pub mod encryption {
    /// Keys of OSS itself.
    pub const AES256: &str = "AES256";
    /// Keys of the Key Management Service.
    pub const KMS: &str = "KMS";
    /// Keys of OSS itself, by the Chinese standard.
    pub const SM4: &str = "SM4";
}

/// Names of headers.
pub mod header {
    /// Type of an object.
    pub const CONTENT_TYPE: &str = "Content-Type";
    /// How long others may keep a copy.
    pub const CACHE_CONTROL: &str = "Cache-Control";
    /// Whether browsers show it or save it, and as what.
    pub const CONTENT_DISPOSITION: &str = "Content-Disposition";
    /// Such as "gzip".
    pub const CONTENT_ENCODING: &str = "Content-Encoding";
    /// When a copy is out of date.
    pub const EXPIRES: &str = "Expires";
    /// Only if the ETag is this one.
    pub const IF_MATCH: &str = "If-Match";
    /// Only if the ETag is not this one.
    pub const IF_NONE_MATCH: &str = "If-None-Match";
    /// Only if it has changed since.
    pub const IF_MODIFIED_SINCE: &str = "If-Modified-Since";
    /// Only if it has not changed since.
    pub const IF_UNMODIFIED_SINCE: &str = "If-Unmodified-Since";
    /// Access to an object.
    pub const OBJECT_ACL: &str = "x-oss-object-acl";
    /// Access to a bucket.
    pub const BUCKET_ACL: &str = "x-oss-acl";
    /// Storage class of an object.
    pub const STORAGE_CLASS: &str = "x-oss-storage-class";
    /// What the names of user metadata begin with.
    pub const META_PREFIX: &str = "x-oss-meta-";
    /// Whether a copy keeps the metadata of its source: COPY or REPLACE.
    pub const METADATA_DIRECTIVE: &str = "x-oss-metadata-directive";
    /// Tags of an object: names and values, escaped, as in a query.
    pub const TAGGING: &str = "x-oss-tagging";
    /// Whether a copy keeps the tags of its source: Copy or Replace.
    pub const TAGGING_DIRECTIVE: &str = "x-oss-tagging-directive";
    /// How the service encrypts an object.
    pub const ENCRYPTION: &str = "x-oss-server-side-encryption";
    /// With which key of the Key Management Service.
    pub const ENCRYPTION_KEY_ID: &str = "x-oss-server-side-encryption-key-id";
    /// "true": an upload fails if the key is in use.
    pub const FORBID_OVERWRITE: &str = "x-oss-forbid-overwrite";
    /// Bandwidth in bit/s.
    pub const TRAFFIC_LIMIT: &str = "x-oss-traffic-limit";
    /// "requester": who asks pays.
    pub const REQUEST_PAYER: &str = "x-oss-request-payer";
    /// In answers: CRC-64 of the object.
    pub const HASH_CRC64: &str = "x-oss-hash-crc64ecma";
    /// In answers: Normal, Appendable, Multipart or Symlink.
    pub const OBJECT_TYPE: &str = "x-oss-object-type";
    /// In answers: the state of an archived object.
    pub const RESTORE: &str = "x-oss-restore";
    /// In answers: the version of the object.
    pub const VERSION_ID: &str = "x-oss-version-id";
    /// In answers: "true" for a delete marker.
    pub const DELETE_MARKER: &str = "x-oss-delete-marker";
}

/// Error codes of the service that programs tell apart; its documentation has them all.
pub mod code {
    /// There is no such object.
    pub const NO_SUCH_KEY: &str = "NoSuchKey";
    /// There is no such version of the object.
    pub const NO_SUCH_VERSION: &str = "NoSuchVersion";
    /// There is no such bucket.
    pub const NO_SUCH_BUCKET: &str = "NoSuchBucket";
    /// There is no such multipart upload: completed, aborted or never begun.
    pub const NO_SUCH_UPLOAD: &str = "NoSuchUpload";
    /// The bucket has no lifecycle rules.
    pub const NO_SUCH_LIFECYCLE: &str = "NoSuchLifecycle";
    /// The bucket has no rules for other origins.
    pub const NO_SUCH_CORS_CONFIGURATION: &str = "NoSuchCORSConfiguration";
    /// The bucket has no policy.
    pub const NO_SUCH_BUCKET_POLICY: &str = "NoSuchBucketPolicy";
    /// Not allowed for these keys.
    pub const ACCESS_DENIED: &str = "AccessDenied";
    /// The service does not know the key id.
    pub const INVALID_ACCESS_KEY_ID: &str = "InvalidAccessKeyId";
    /// The secret is wrong.
    pub const SIGNATURE_DOES_NOT_MATCH: &str = "SignatureDoesNotMatch";
    /// The temporary keys are not valid any more.
    pub const SECURITY_TOKEN_EXPIRED: &str = "SecurityTokenExpired";
    /// The token does not belong to the keys.
    pub const INVALID_SECURITY_TOKEN: &str = "InvalidSecurityToken";
    /// The clock is off by more than 15 minutes.
    pub const REQUEST_TIME_TOO_SKEWED: &str = "RequestTimeTooSkewed";
    /// Somebody else has a bucket of this name.
    pub const BUCKET_ALREADY_EXISTS: &str = "BucketAlreadyExists";
    /// Only empty buckets can be deleted.
    pub const BUCKET_NOT_EMPTY: &str = "BucketNotEmpty";
    /// The key is in use, and overwriting is forbidden.
    pub const FILE_ALREADY_EXISTS: &str = "FileAlreadyExists";
    /// A condition of the request does not hold.
    pub const PRECONDITION_FAILED: &str = "PreconditionFailed";
    /// The object does not end where the append begins.
    pub const POSITION_NOT_EQUAL_TO_LENGTH: &str = "PositionNotEqualToLength";
    /// The object was not made by appending.
    pub const OBJECT_NOT_APPENDABLE: &str = "ObjectNotAppendable";
    /// The object is archived and has to be restored first.
    pub const INVALID_OBJECT_STATE: &str = "InvalidObjectState";
    /// A part is missing, or its ETag is another one.
    pub const INVALID_PART: &str = "InvalidPart";
    /// Parts have to be named in ascending order.
    pub const INVALID_PART_ORDER: &str = "InvalidPartOrder";
    /// A part other than the last is under 100 KB.
    pub const ENTITY_TOO_SMALL: &str = "EntityTooSmall";
    /// More than 5 GB in one request.
    pub const ENTITY_TOO_LARGE: &str = "EntityTooLarge";
    /// The service has failed.
    pub const INTERNAL_ERROR: &str = "InternalError";
}
