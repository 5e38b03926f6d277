package oss

import "context"

// A LifecycleConfiguration says what happens to objects as they age.
type LifecycleConfiguration struct {
	Rules []LifecycleRule `xml:"Rule"`
	Other []Element       `xml:",any"`
}

// A LifecycleRule says what happens to some objects. Dates are such as "2024-12-31T00:00:00.000Z".
type LifecycleRule struct {
	ID string `xml:",omitempty"`
	// Prefix is what keys begin with; "" for all.
	Prefix string
	// Status is "Enabled" or "Disabled".
	Status                       string
	Tags                         []Tag                         `xml:"Tag"`
	Filter                       *LifecycleFilter              `xml:",omitempty"`
	Expiration                   *LifecycleExpiration          `xml:",omitempty"`
	Transitions                  []LifecycleTransition         `xml:"Transition"`
	AbortMultipartUpload         *LifecycleAbort               `xml:",omitempty"`
	NoncurrentVersionExpiration  *NoncurrentVersionExpiration  `xml:",omitempty"`
	NoncurrentVersionTransitions []NoncurrentVersionTransition `xml:"NoncurrentVersionTransition"`
	// AtimeBase is where counting begins for objects without a last access, in seconds since 1970; the service sets it.
	AtimeBase *int64    `xml:",omitempty"`
	Other     []Element `xml:",any"`
}

// A LifecycleFilter narrows down a rule.
type LifecycleFilter struct {
	// ObjectSizeGreaterThan and ObjectSizeLessThan are in bytes.
	ObjectSizeGreaterThan *int64         `xml:",omitempty"`
	ObjectSizeLessThan    *int64         `xml:",omitempty"`
	Not                   []LifecycleNot `xml:"Not"`
	Other                 []Element      `xml:",any"`
}

// A LifecycleNot exempts objects from a rule.
type LifecycleNot struct {
	Prefix string
	Tag    *Tag      `xml:",omitempty"`
	Other  []Element `xml:",any"`
}

// A LifecycleExpiration deletes objects. One of its fields is set.
type LifecycleExpiration struct {
	// Days after the last change.
	Days *int `xml:",omitempty"`
	// CreatedBeforeDate is about what was changed last before it, Date is when it happens to all.
	CreatedBeforeDate string `xml:",omitempty"`
	Date              string `xml:",omitempty"`
	// ExpiredObjectDeleteMarker deletes delete markers that have no versions after them.
	ExpiredObjectDeleteMarker *bool     `xml:",omitempty"`
	Other                     []Element `xml:",any"`
}

// A LifecycleTransition moves objects to another class.
type LifecycleTransition struct {
	Days              *int   `xml:",omitempty"`
	CreatedBeforeDate string `xml:",omitempty"`
	StorageClass      string
	// IsAccessTime counts days from the last access.
	IsAccessTime *bool `xml:",omitempty"`
	// ReturnToStdWhenVisit moves objects back when they are read.
	ReturnToStdWhenVisit *bool `xml:",omitempty"`
	// AllowSmallFile is about objects of less than 64 KB.
	AllowSmallFile *bool     `xml:",omitempty"`
	Other          []Element `xml:",any"`
}

// A LifecycleAbort aborts multipart uploads that were not completed.
type LifecycleAbort struct {
	Days              *int      `xml:",omitempty"`
	CreatedBeforeDate string    `xml:",omitempty"`
	Date              string    `xml:",omitempty"`
	Other             []Element `xml:",any"`
}

// A NoncurrentVersionExpiration deletes versions that are not the latest.
type NoncurrentVersionExpiration struct {
	NoncurrentDays int
	Other          []Element `xml:",any"`
}

// A NoncurrentVersionTransition moves versions that are not the latest to another class.
type NoncurrentVersionTransition struct {
	NoncurrentDays       int
	StorageClass         string
	IsAccessTime         *bool     `xml:",omitempty"`
	ReturnToStdWhenVisit *bool     `xml:",omitempty"`
	AllowSmallFile       *bool     `xml:",omitempty"`
	Other                []Element `xml:",any"`
}

// PutBucketLifecycle replaces the lifecycle rules.
func (b *Bucket) PutBucketLifecycle(
	ctx context.Context, configuration LifecycleConfiguration, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketLifecycle", configuration, options)
}

// GetBucketLifecycle returns the lifecycle rules; [NotFound] if there are none.
func (b *Bucket) GetBucketLifecycle(ctx context.Context, options ...Option) (*LifecycleConfiguration, error) {
	return get[LifecycleConfiguration](ctx, b, "GetBucketLifecycle", options)
}

// DeleteBucketLifecycle takes off the lifecycle rules.
func (b *Bucket) DeleteBucketLifecycle(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketLifecycle", "", nil, options)
}
