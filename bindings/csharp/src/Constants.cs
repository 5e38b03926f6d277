namespace Alioss
{
    /// <summary>Access control lists of objects and, without Default, of buckets.</summary>
    public static class Acls
    {
        /// <summary>An object has what its bucket has.</summary>
        public const string Default = "default";

        /// <summary>Only the owner.</summary>
        public const string Private = "private";

        /// <summary>Anybody can read.</summary>
        public const string PublicRead = "public-read";

        /// <summary>Anybody can read and write.</summary>
        public const string PublicReadWrite = "public-read-write";
    }

    /// <summary>Storage classes of buckets and objects.</summary>
    public static class StorageClasses
    {
        /// <summary>For what is used often.</summary>
        public const string Standard = "Standard";

        /// <summary>Infrequent access: at least 30 days.</summary>
        public const string Ia = "IA";

        /// <summary>At least 60 days; has to be restored, unless the bucket gives real-time access.</summary>
        public const string Archive = "Archive";

        /// <summary>At least 180 days; has to be restored.</summary>
        public const string ColdArchive = "ColdArchive";

        /// <summary>At least 180 days; has to be restored.</summary>
        public const string DeepColdArchive = "DeepColdArchive";
    }

    /// <summary>Server-side encryption.</summary>
    public static class Encryptions
    {
        /// <summary>Keys of OSS itself.</summary>
        public const string Aes256 = "AES256";

        /// <summary>Keys of the Key Management Service.</summary>
        public const string Kms = "KMS";

        /// <summary>Keys of OSS itself, by the Chinese standard.</summary>
        public const string Sm4 = "SM4";
    }

    /// <summary>Names of headers.</summary>
    public static class HeaderNames
    {
        /// <summary>Type of an object.</summary>
        public const string ContentType = "Content-Type";

        /// <summary>How long others may keep a copy.</summary>
        public const string CacheControl = "Cache-Control";

        /// <summary>Whether browsers show it or save it, and as what.</summary>
        public const string ContentDisposition = "Content-Disposition";

        /// <summary>Such as "gzip".</summary>
        public const string ContentEncoding = "Content-Encoding";

        /// <summary>When a copy is out of date.</summary>
        public const string Expires = "Expires";

        /// <summary>Only if the ETag is this one.</summary>
        public const string IfMatch = "If-Match";

        /// <summary>Only if the ETag is not this one.</summary>
        public const string IfNoneMatch = "If-None-Match";

        /// <summary>Only if it has changed since.</summary>
        public const string IfModifiedSince = "If-Modified-Since";

        /// <summary>Only if it has not changed since.</summary>
        public const string IfUnmodifiedSince = "If-Unmodified-Since";

        /// <summary>Access to an object.</summary>
        public const string ObjectAcl = "x-oss-object-acl";

        /// <summary>Access to a bucket.</summary>
        public const string BucketAcl = "x-oss-acl";

        /// <summary>Storage class of an object.</summary>
        public const string StorageClass = "x-oss-storage-class";

        /// <summary>What the names of user metadata begin with.</summary>
        public const string MetaPrefix = "x-oss-meta-";

        /// <summary>Whether a copy keeps the metadata of its source: COPY or REPLACE.</summary>
        public const string MetadataDirective = "x-oss-metadata-directive";

        /// <summary>Tags of an object: names and values, escaped, as in a query.</summary>
        public const string Tagging = "x-oss-tagging";

        /// <summary>Whether a copy keeps the tags of its source: Copy or Replace.</summary>
        public const string TaggingDirective = "x-oss-tagging-directive";

        /// <summary>How the service encrypts an object.</summary>
        public const string Encryption = "x-oss-server-side-encryption";

        /// <summary>With which key of the Key Management Service.</summary>
        public const string EncryptionKeyId = "x-oss-server-side-encryption-key-id";

        /// <summary>"true": an upload fails if the key is in use.</summary>
        public const string ForbidOverwrite = "x-oss-forbid-overwrite";

        /// <summary>Bandwidth in bit/s.</summary>
        public const string TrafficLimit = "x-oss-traffic-limit";

        /// <summary>"requester": who asks pays.</summary>
        public const string RequestPayer = "x-oss-request-payer";

        /// <summary>In answers: CRC-64 of the object.</summary>
        public const string HashCrc64 = "x-oss-hash-crc64ecma";

        /// <summary>In answers: Normal, Appendable, Multipart or Symlink.</summary>
        public const string ObjectType = "x-oss-object-type";

        /// <summary>In answers: the state of an archived object.</summary>
        public const string Restore = "x-oss-restore";

        /// <summary>In answers: the version of the object.</summary>
        public const string VersionId = "x-oss-version-id";

        /// <summary>In answers: "true" for a delete marker.</summary>
        public const string DeleteMarker = "x-oss-delete-marker";
    }

    /// <summary>Error codes of the service that programs tell apart; its documentation has them all.</summary>
    public static class ErrorCodes
    {
        /// <summary>There is no such object.</summary>
        public const string NoSuchKey = "NoSuchKey";

        /// <summary>There is no such version of the object.</summary>
        public const string NoSuchVersion = "NoSuchVersion";

        /// <summary>There is no such bucket.</summary>
        public const string NoSuchBucket = "NoSuchBucket";

        /// <summary>There is no such multipart upload: completed, aborted or never begun.</summary>
        public const string NoSuchUpload = "NoSuchUpload";

        /// <summary>The bucket has no lifecycle rules.</summary>
        public const string NoSuchLifecycle = "NoSuchLifecycle";

        /// <summary>The bucket has no rules for other origins.</summary>
        public const string NoSuchCorsConfiguration = "NoSuchCORSConfiguration";

        /// <summary>The bucket has no policy.</summary>
        public const string NoSuchBucketPolicy = "NoSuchBucketPolicy";

        /// <summary>Not allowed for these keys.</summary>
        public const string AccessDenied = "AccessDenied";

        /// <summary>The service does not know the key id.</summary>
        public const string InvalidAccessKeyId = "InvalidAccessKeyId";

        /// <summary>The secret is wrong.</summary>
        public const string SignatureDoesNotMatch = "SignatureDoesNotMatch";

        /// <summary>The temporary keys are not valid any more.</summary>
        public const string SecurityTokenExpired = "SecurityTokenExpired";

        /// <summary>The token does not belong to the keys.</summary>
        public const string InvalidSecurityToken = "InvalidSecurityToken";

        /// <summary>The clock is off by more than 15 minutes.</summary>
        public const string RequestTimeTooSkewed = "RequestTimeTooSkewed";

        /// <summary>Somebody else has a bucket of this name.</summary>
        public const string BucketAlreadyExists = "BucketAlreadyExists";

        /// <summary>Only empty buckets can be deleted.</summary>
        public const string BucketNotEmpty = "BucketNotEmpty";

        /// <summary>The key is in use, and overwriting is forbidden.</summary>
        public const string FileAlreadyExists = "FileAlreadyExists";

        /// <summary>A condition of the request does not hold.</summary>
        public const string PreconditionFailed = "PreconditionFailed";

        /// <summary>The object does not end where the append begins.</summary>
        public const string PositionNotEqualToLength = "PositionNotEqualToLength";

        /// <summary>The object was not made by appending.</summary>
        public const string ObjectNotAppendable = "ObjectNotAppendable";

        /// <summary>The object is archived and has to be restored first.</summary>
        public const string InvalidObjectState = "InvalidObjectState";

        /// <summary>A part is missing, or its ETag is another one.</summary>
        public const string InvalidPart = "InvalidPart";

        /// <summary>Parts have to be named in ascending order.</summary>
        public const string InvalidPartOrder = "InvalidPartOrder";

        /// <summary>A part other than the last is under 100 KB.</summary>
        public const string EntityTooSmall = "EntityTooSmall";

        /// <summary>More than 5 GB in one request.</summary>
        public const string EntityTooLarge = "EntityTooLarge";

        /// <summary>The service has failed.</summary>
        public const string InternalError = "InternalError";
    }
}
