package oss

// #include "shim.h"
import "C"

import (
	"context"
	"time"
)

// PutBucket creates the bucket. [WithBucketACL], [WithBucketStorageClass] and [WithRedundancy] say which kind of bucket;
// creating one's own again is a success.
func (b *Bucket) PutBucket(ctx context.Context, options ...Option) (*Answer, error) {
	return b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_put_bucket(b.bucket(), via.self, via.call, via.outcome)
	})
}

// DeleteBucket deletes the bucket, which has to be empty.
func (b *Bucket) DeleteBucket(ctx context.Context, options ...Option) (*Answer, error) {
	return b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_delete_bucket(b.bucket(), via.self, via.call, via.outcome)
	})
}

// BucketExists reports whether the bucket exists. Only the service's word that it does not is a false; a bucket of somebody
// else is an error.
func (b *Bucket) BucketExists(ctx context.Context, options ...Option) (bool, error) {
	var exists C.int
	_, err := b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_bucket_exists(b.bucket(), &exists, via.self, via.call, via.outcome)
	})
	return exists != 0, err
}

// A BucketInfo says what kind of bucket one is. Texts that the service does not give are empty.
type BucketInfo struct {
	Answer `xml:"-"`
	// Name of the bucket.
	Name string
	// CreationDate is when it was created.
	CreationDate time.Time
	// Location is such as "oss-cn-hangzhou".
	Location string
	// StorageClass is such as "Standard".
	StorageClass string
	// DataRedundancyType is "LRS" or "ZRS".
	DataRedundancyType string
	// ACL is "private", "public-read" or "public-read-write".
	ACL string `xml:"AccessControlList>Grant"`
	// ExtranetEndpoint and IntranetEndpoint are the public and the internal endpoint.
	ExtranetEndpoint, IntranetEndpoint string
	// Owner is whose it is.
	Owner Owner
	// ResourceGroupID is the resource group that it belongs to.
	ResourceGroupID string `xml:"ResourceGroupId"`
	// Comment is what its owner has noted.
	Comment string
	// Versioning is "Enabled", "Suspended", or "" if it never was enabled.
	Versioning string
	// AccessMonitor, TransferAcceleration and CrossRegionReplication are "Enabled" or "Disabled".
	AccessMonitor, TransferAcceleration, CrossRegionReplication string
	// BlockPublicAccess: nothing can be made public.
	BlockPublicAccess bool
	// SSEAlgorithm, KMSMasterKeyID and KMSDataEncryption say how objects are encrypted.
	SSEAlgorithm      string `xml:"ServerSideEncryptionRule>SSEAlgorithm"`
	KMSMasterKeyID    string `xml:"ServerSideEncryptionRule>KMSMasterKeyID"`
	KMSDataEncryption string `xml:"ServerSideEncryptionRule>KMSDataEncryption"`
	// LogBucket and LogPrefix say where the access log goes.
	LogBucket string `xml:"BucketPolicy>LogBucket"`
	LogPrefix string `xml:"BucketPolicy>LogPrefix"`
}

// GetBucketInfo returns what kind of bucket this is.
func (b *Bucket) GetBucketInfo(ctx context.Context, options ...Option) (*BucketInfo, error) {
	answer, err := b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_get_bucket_info(b.bucket(), via.self, via.call, via.outcome)
	})
	document, err := fromXML[struct{ Bucket BucketInfo }](answer, err)
	if err != nil {
		return nil, err
	}
	document.Bucket.Answer = *answer
	return &document.Bucket, nil
}

// A BucketStat says what is in a bucket, as of LastModifiedTime. Storage is in bytes; "real" is what was stored, without what
// is billed beyond.
type BucketStat struct {
	Answer `xml:"-"`
	// Storage is that of all objects, whose number is ObjectCount.
	Storage, ObjectCount int64
	// MultipartUploadCount and MultipartPartCount are about uploads that were neither completed nor aborted.
	MultipartUploadCount, MultipartPartCount int64
	// LiveChannelCount is the number of live channels.
	LiveChannelCount int64
	// DeleteMarkerCount is the number of delete markers.
	DeleteMarkerCount int64
	// LastModifiedTime is when this was counted, in seconds since 1970 UTC.
	LastModifiedTime int64

	StandardStorage, StandardObjectCount                                              int64
	InfrequentAccessStorage, InfrequentAccessRealStorage, InfrequentAccessObjectCount int64
	ArchiveStorage, ArchiveRealStorage, ArchiveObjectCount                            int64
	ColdArchiveStorage, ColdArchiveRealStorage, ColdArchiveObjectCount                int64
	DeepColdArchiveStorage, DeepColdArchiveRealStorage, DeepColdArchiveObjectCount    int64
}

// GetBucketStat returns how much is in the bucket.
func (b *Bucket) GetBucketStat(ctx context.Context, options ...Option) (*BucketStat, error) {
	answer, err := b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_get_bucket_stat(b.bucket(), via.self, via.call, via.outcome)
	})
	stat, err := fromXML[BucketStat](answer, err)
	if err != nil {
		return nil, err
	}
	stat.Answer = *answer
	return stat, nil
}

// A BucketLocation says where a bucket is.
type BucketLocation struct {
	Answer
	// Location is such as "oss-cn-hangzhou".
	Location string
}

// GetBucketLocation returns where the bucket is.
func (b *Bucket) GetBucketLocation(ctx context.Context, options ...Option) (*BucketLocation, error) {
	answer, err := b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_get_bucket_location(b.bucket(), via.self, via.call, via.outcome)
	})
	if err != nil {
		return nil, err
	}
	return &BucketLocation{*answer, answer.Text("")}, nil
}

// An Owner is whose a bucket or an object is.
type Owner struct {
	ID          string
	DisplayName string
}

// An ACL says who may do what.
type ACL struct {
	Answer `xml:"-"`
	// Owner is whose it is.
	Owner Owner
	// Grant is such as "private" or "public-read"; "default" for an object that has none of its own.
	Grant string `xml:"AccessControlList>Grant"`
}

// GetBucketACL returns the ACL of the bucket.
func (b *Bucket) GetBucketACL(ctx context.Context, options ...Option) (*ACL, error) {
	answer, err := b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_get_bucket_acl(b.bucket(), via.self, via.call, via.outcome)
	})
	return newACL(answer, err)
}

func newACL(answer *Answer, err error) (*ACL, error) {
	acl, err := fromXML[ACL](answer, err)
	if err != nil {
		return nil, err
	}
	acl.Answer = *answer
	return acl, nil
}

// PutBucketACL sets the ACL of the bucket: "private", "public-read" or "public-read-write".
func (b *Bucket) PutBucketACL(ctx context.Context, acl string, options ...Option) (*Answer, error) {
	a, err := newText("acl", acl)
	if err != nil {
		return nil, err
	}
	return b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_put_bucket_acl(b.bucket(), a.pointer(), via.self, via.call, via.outcome)
	})
}
