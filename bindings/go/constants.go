package oss

// Access control lists of objects and, without `DEFAULT`, of buckets.
const (
	// ACLDefault: an object has what its bucket has.
	ACLDefault = "default"
	// ACLPrivate: only the owner.
	ACLPrivate = "private"
	// ACLPublicRead: anybody can read.
	ACLPublicRead = "public-read"
	// ACLPublicReadWrite: anybody can read and write.
	ACLPublicReadWrite = "public-read-write"
)

// Storage classes of buckets and objects.
const (
	// StorageClassStandard: for what is used often.
	StorageClassStandard = "Standard"
	// StorageClassIA: infrequent access: at least 30 days.
	StorageClassIA = "IA"
	// StorageClassArchive: at least 60 days; has to be restored, unless the bucket gives real-time access.
	StorageClassArchive = "Archive"
	// StorageClassColdArchive: at least 180 days; has to be restored.
	StorageClassColdArchive = "ColdArchive"
	// StorageClassDeepColdArchive: at least 180 days; has to be restored.
	StorageClassDeepColdArchive = "DeepColdArchive"
)

// Server-side encryption.
const (
	// EncryptionAES256: keys of OSS itself.
	EncryptionAES256 = "AES256"
	// EncryptionKMS: keys of the Key Management Service.
	EncryptionKMS = "KMS"
	// EncryptionSM4: keys of OSS itself, by the Chinese standard.
	EncryptionSM4 = "SM4"
)

// Names of headers.
const (
	// HeaderContentType: type of an object.
	HeaderContentType = "Content-Type"
	// HeaderCacheControl: how long others may keep a copy.
	HeaderCacheControl = "Cache-Control"
	// HeaderContentDisposition: whether browsers show it or save it, and as what.
	HeaderContentDisposition = "Content-Disposition"
	// HeaderContentEncoding: such as "gzip".
	HeaderContentEncoding = "Content-Encoding"
	// HeaderExpires: when a copy is out of date.
	HeaderExpires = "Expires"
	// HeaderIfMatch: only if the ETag is this one.
	HeaderIfMatch = "If-Match"
	// HeaderIfNoneMatch: only if the ETag is not this one.
	HeaderIfNoneMatch = "If-None-Match"
	// HeaderIfModifiedSince: only if it has changed since.
	HeaderIfModifiedSince = "If-Modified-Since"
	// HeaderIfUnmodifiedSince: only if it has not changed since.
	HeaderIfUnmodifiedSince = "If-Unmodified-Since"
	// HeaderObjectACL: access to an object.
	HeaderObjectACL = "x-oss-object-acl"
	// HeaderBucketACL: access to a bucket.
	HeaderBucketACL = "x-oss-acl"
	// HeaderStorageClass: storage class of an object.
	HeaderStorageClass = "x-oss-storage-class"
	// HeaderMetaPrefix: what the names of user metadata begin with.
	HeaderMetaPrefix = "x-oss-meta-"
	// HeaderMetadataDirective: whether a copy keeps the metadata of its source: COPY or REPLACE.
	HeaderMetadataDirective = "x-oss-metadata-directive"
	// HeaderTagging: tags of an object: names and values, escaped, as in a query.
	HeaderTagging = "x-oss-tagging"
	// HeaderTaggingDirective: whether a copy keeps the tags of its source: Copy or Replace.
	HeaderTaggingDirective = "x-oss-tagging-directive"
	// HeaderEncryption: how the service encrypts an object.
	HeaderEncryption = "x-oss-server-side-encryption"
	// HeaderEncryptionKeyID: with which key of the Key Management Service.
	HeaderEncryptionKeyID = "x-oss-server-side-encryption-key-id"
	// HeaderForbidOverwrite: "true": an upload fails if the key is in use.
	HeaderForbidOverwrite = "x-oss-forbid-overwrite"
	// HeaderTrafficLimit: bandwidth in bit/s.
	HeaderTrafficLimit = "x-oss-traffic-limit"
	// HeaderRequestPayer: "requester": who asks pays.
	HeaderRequestPayer = "x-oss-request-payer"
	// HeaderHashCRC64: in answers: CRC-64 of the object.
	HeaderHashCRC64 = "x-oss-hash-crc64ecma"
	// HeaderObjectType: in answers: Normal, Appendable, Multipart or Symlink.
	HeaderObjectType = "x-oss-object-type"
	// HeaderRestore: in answers: the state of an archived object.
	HeaderRestore = "x-oss-restore"
	// HeaderVersionID: in answers: the version of the object.
	HeaderVersionID = "x-oss-version-id"
	// HeaderDeleteMarker: in answers: "true" for a delete marker.
	HeaderDeleteMarker = "x-oss-delete-marker"
)

// Error codes of the service that programs tell apart; its documentation has them all.
const (
	// CodeNoSuchKey: there is no such object.
	CodeNoSuchKey = "NoSuchKey"
	// CodeNoSuchVersion: there is no such version of the object.
	CodeNoSuchVersion = "NoSuchVersion"
	// CodeNoSuchBucket: there is no such bucket.
	CodeNoSuchBucket = "NoSuchBucket"
	// CodeNoSuchUpload: there is no such multipart upload: completed, aborted or never begun.
	CodeNoSuchUpload = "NoSuchUpload"
	// CodeNoSuchLifecycle: the bucket has no lifecycle rules.
	CodeNoSuchLifecycle = "NoSuchLifecycle"
	// CodeNoSuchCORSConfiguration: the bucket has no rules for other origins.
	CodeNoSuchCORSConfiguration = "NoSuchCORSConfiguration"
	// CodeNoSuchBucketPolicy: the bucket has no policy.
	CodeNoSuchBucketPolicy = "NoSuchBucketPolicy"
	// CodeAccessDenied: not allowed for these keys.
	CodeAccessDenied = "AccessDenied"
	// CodeInvalidAccessKeyID: the service does not know the key id.
	CodeInvalidAccessKeyID = "InvalidAccessKeyId"
	// CodeSignatureDoesNotMatch: the secret is wrong.
	CodeSignatureDoesNotMatch = "SignatureDoesNotMatch"
	// CodeSecurityTokenExpired: the temporary keys are not valid any more.
	CodeSecurityTokenExpired = "SecurityTokenExpired"
	// CodeInvalidSecurityToken: the token does not belong to the keys.
	CodeInvalidSecurityToken = "InvalidSecurityToken"
	// CodeRequestTimeTooSkewed: the clock is off by more than 15 minutes.
	CodeRequestTimeTooSkewed = "RequestTimeTooSkewed"
	// CodeBucketAlreadyExists: somebody else has a bucket of this name.
	CodeBucketAlreadyExists = "BucketAlreadyExists"
	// CodeBucketNotEmpty: only empty buckets can be deleted.
	CodeBucketNotEmpty = "BucketNotEmpty"
	// CodeFileAlreadyExists: the key is in use, and overwriting is forbidden.
	CodeFileAlreadyExists = "FileAlreadyExists"
	// CodePreconditionFailed: a condition of the request does not hold.
	CodePreconditionFailed = "PreconditionFailed"
	// CodePositionNotEqualToLength: the object does not end where the append begins.
	CodePositionNotEqualToLength = "PositionNotEqualToLength"
	// CodeObjectNotAppendable: the object was not made by appending.
	CodeObjectNotAppendable = "ObjectNotAppendable"
	// CodeInvalidObjectState: the object is archived and has to be restored first.
	CodeInvalidObjectState = "InvalidObjectState"
	// CodeInvalidPart: a part is missing, or its ETag is another one.
	CodeInvalidPart = "InvalidPart"
	// CodeInvalidPartOrder: parts have to be named in ascending order.
	CodeInvalidPartOrder = "InvalidPartOrder"
	// CodeEntityTooSmall: a part other than the last is under 100 KB.
	CodeEntityTooSmall = "EntityTooSmall"
	// CodeEntityTooLarge: more than 5 GB in one request.
	CodeEntityTooLarge = "EntityTooLarge"
	// CodeInternalError: the service has failed.
	CodeInternalError = "InternalError"
)
