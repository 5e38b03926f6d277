package oss

import (
	"context"
	"encoding/xml"
)

// Configurations of a bucket as structs. What such a struct has no field for is kept in Other, so that what was read can be
// changed and written back as a whole. Pointers are for what differs from its zero value when it is not there; see [Ptr].

// Ptr returns a pointer to a value, for the optional fields of configurations.
func Ptr[T any](value T) *T {
	return &value
}

// An Element is one that this version has no field for, with all that is in it.
type Element struct {
	XMLName xml.Name
	Content string `xml:",innerxml"`
}

// get fetches a configuration.
func get[T any](ctx context.Context, b *Bucket, operation string, options []Option) (*T, error) {
	answer, err := b.invoke(ctx, 0, operation, "", nil, options)
	return fromXML[T](answer, err)
}

// put sends a configuration, whose type has the name of the root element.
func (b *Bucket) put(ctx context.Context, operation string, configuration any, options []Option) (*Answer, error) {
	if err := inXML.checkAll(configuration); err != nil {
		return nil, err
	}
	body, err := xml.Marshal(configuration)
	if err != nil {
		return nil, newError(InvalidArgument, "`configuration`: "+err.Error())
	}
	return b.invoke(ctx, 0, operation, "", body, options)
}

// A CORSConfiguration says which pages of other origins may use the bucket.
type CORSConfiguration struct {
	Rules []CORSRule `xml:"CORSRule"`
	// ResponseVary has answers say "Vary: Origin".
	ResponseVary *bool     `xml:",omitempty"`
	Other        []Element `xml:",any"`
}

// A CORSRule lets some origins send some requests. Up to one asterisk stands for anything.
type CORSRule struct {
	AllowedOrigins []string  `xml:"AllowedOrigin"`
	AllowedMethods []string  `xml:"AllowedMethod"`
	AllowedHeaders []string  `xml:"AllowedHeader"`
	ExposeHeaders  []string  `xml:"ExposeHeader"`
	MaxAgeSeconds  *int      `xml:",omitempty"`
	Other          []Element `xml:",any"`
}

// PutBucketCORS replaces the CORS rules.
func (b *Bucket) PutBucketCORS(
	ctx context.Context, configuration CORSConfiguration, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketCors", configuration, options)
}

// GetBucketCORS returns the CORS rules; [NotFound] if there are none.
func (b *Bucket) GetBucketCORS(ctx context.Context, options ...Option) (*CORSConfiguration, error) {
	return get[CORSConfiguration](ctx, b, "GetBucketCors", options)
}

// DeleteBucketCORS takes off the CORS rules.
func (b *Bucket) DeleteBucketCORS(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketCors", "", nil, options)
}

// A BucketLoggingStatus says whether accesses are logged.
type BucketLoggingStatus struct {
	// LoggingEnabled is nil if they are not.
	LoggingEnabled *LoggingEnabled `xml:",omitempty"`
	Other          []Element       `xml:",any"`
}

// LoggingEnabled says where the log goes.
type LoggingEnabled struct {
	TargetBucket string
	TargetPrefix string
	LoggingRole  string    `xml:",omitempty"`
	Other        []Element `xml:",any"`
}

// PutBucketLogging has accesses logged, or not.
func (b *Bucket) PutBucketLogging(
	ctx context.Context, configuration BucketLoggingStatus, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketLogging", configuration, options)
}

// GetBucketLogging returns whether accesses are logged.
func (b *Bucket) GetBucketLogging(ctx context.Context, options ...Option) (*BucketLoggingStatus, error) {
	status, err := get[BucketLoggingStatus](ctx, b, "GetBucketLogging", options)
	// The service may answer with an element that is empty.
	if err == nil && status.LoggingEnabled != nil && status.LoggingEnabled.TargetBucket == "" {
		status.LoggingEnabled = nil
	}
	return status, err
}

// DeleteBucketLogging ends logging.
func (b *Bucket) DeleteBucketLogging(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketLogging", "", nil, options)
}

// A RefererConfiguration says from which pages the bucket may be used.
type RefererConfiguration struct {
	// AllowEmptyReferer lets requests through that do not say where they come from.
	AllowEmptyReferer bool
	// AllowTruncateQueryString has query strings not matter; that is so if it is nil.
	AllowTruncateQueryString *bool `xml:",omitempty"`
	// TruncatePath has paths not matter.
	TruncatePath *bool `xml:",omitempty"`
	// Referers may, in which * and ? stand for anything and any character. It has to be sent even if it is empty.
	Referers RefererList `xml:"RefererList"`
	// Blacklist may not.
	Blacklist *RefererList `xml:"RefererBlacklist,omitempty"`
	Other     []Element    `xml:",any"`
}

// A RefererList is a list of referers.
type RefererList struct {
	Referers []string  `xml:"Referer"`
	Other    []Element `xml:",any"`
}

// PutBucketReferer replaces the rules about referers. No rules at all: AllowEmptyReferer and an empty list.
func (b *Bucket) PutBucketReferer(
	ctx context.Context, configuration RefererConfiguration, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketReferer", configuration, options)
}

// GetBucketReferer returns the rules about referers.
func (b *Bucket) GetBucketReferer(ctx context.Context, options ...Option) (*RefererConfiguration, error) {
	return get[RefererConfiguration](ctx, b, "GetBucketReferer", options)
}

// A ServerSideEncryptionRule says how new objects are encrypted.
type ServerSideEncryptionRule struct {
	Default EncryptionDefault `xml:"ApplyServerSideEncryptionByDefault"`
	Other   []Element         `xml:",any"`
}

// An EncryptionDefault is for objects that do not say otherwise.
type EncryptionDefault struct {
	// SSEAlgorithm is "AES256", "KMS" or "SM4".
	SSEAlgorithm string
	// KMSMasterKeyID is the key; without one KMS uses its own.
	KMSMasterKeyID string `xml:",omitempty"`
	// KMSDataEncryption is "SM4", or "" for AES-256.
	KMSDataEncryption string    `xml:",omitempty"`
	Other             []Element `xml:",any"`
}

// PutBucketEncryption sets how new objects are encrypted.
func (b *Bucket) PutBucketEncryption(
	ctx context.Context, rule ServerSideEncryptionRule, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketEncryption", rule, options)
}

// GetBucketEncryption returns how new objects are encrypted; [NotFound] if they are not.
func (b *Bucket) GetBucketEncryption(ctx context.Context, options ...Option) (*ServerSideEncryptionRule, error) {
	return get[ServerSideEncryptionRule](ctx, b, "GetBucketEncryption", options)
}

// DeleteBucketEncryption has new objects not encrypted.
func (b *Bucket) DeleteBucketEncryption(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketEncryption", "", nil, options)
}

// A VersioningConfiguration says whether versions are kept.
type VersioningConfiguration struct {
	// Status is "Enabled", "Suspended", or "" if versioning never was enabled.
	Status string    `xml:",omitempty"`
	Other  []Element `xml:",any"`
}

// PutBucketVersioning enables or suspends versioning.
func (b *Bucket) PutBucketVersioning(
	ctx context.Context, configuration VersioningConfiguration, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketVersioning", configuration, options)
}

// GetBucketVersioning returns whether versions are kept.
func (b *Bucket) GetBucketVersioning(ctx context.Context, options ...Option) (*VersioningConfiguration, error) {
	return get[VersioningConfiguration](ctx, b, "GetBucketVersioning", options)
}

// A Tag is a name with a value, on a bucket or an object.
type Tag struct {
	Key   string
	Value string
}

// Tagging is all tags of a bucket or an object.
type Tagging struct {
	Answer `xml:"-"`
	Tags   []Tag     `xml:"TagSet>Tag"`
	Other  []Element `xml:",any"`
}

func newTagging(answer *Answer, err error) (*Tagging, error) {
	tagging, err := fromXML[Tagging](answer, err)
	if err != nil {
		return nil, err
	}
	tagging.Answer = *answer
	return tagging, nil
}

// PutBucketTags replaces all tags of the bucket, which may have up to 20.
func (b *Bucket) PutBucketTags(ctx context.Context, tags []Tag, options ...Option) (*Answer, error) {
	return b.put(ctx, "PutBucketTags", Tagging{Tags: tags}, options)
}

// GetBucketTags returns the tags of the bucket.
func (b *Bucket) GetBucketTags(ctx context.Context, options ...Option) (*Tagging, error) {
	answer, err := b.invoke(ctx, 0, "GetBucketTags", "", nil, options)
	return newTagging(answer, err)
}

// DeleteBucketTags takes off all tags of the bucket.
func (b *Bucket) DeleteBucketTags(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketTags", "", nil, options)
}
