package oss

import "context"

// A WebsiteConfiguration makes a website of the bucket.
type WebsiteConfiguration struct {
	IndexDocument *IndexDocument `xml:",omitempty"`
	ErrorDocument *ErrorDocument `xml:",omitempty"`
	RoutingRules  *RoutingRules  `xml:",omitempty"`
	Other         []Element      `xml:",any"`
}

// An IndexDocument is what directories show.
type IndexDocument struct {
	// Suffix is its name, such as "index.html".
	Suffix string
	// SupportSubDir has it looked for in all directories, Type says how: 0 redirect, 1 not found, 2 index.
	SupportSubDir *bool     `xml:",omitempty"`
	Type          *int      `xml:",omitempty"`
	Other         []Element `xml:",any"`
}

// An ErrorDocument is shown for what is not there.
type ErrorDocument struct {
	Key        string
	HTTPStatus *int      `xml:"HttpStatus,omitempty"`
	Other      []Element `xml:",any"`
}

// RoutingRules are up to 20 rules.
type RoutingRules struct {
	Rules []RoutingRule `xml:"RoutingRule"`
	Other []Element     `xml:",any"`
}

// A RoutingRule sends some requests elsewhere, or fetches from there what is missing.
type RoutingRule struct {
	// RuleNumber says in which order rules are tried.
	RuleNumber int
	Condition  RoutingCondition
	Redirect   RoutingRedirect
	Other      []Element `xml:",any"`
}

// A RoutingCondition says which requests. All that is given has to hold.
type RoutingCondition struct {
	KeyPrefixEquals             string          `xml:",omitempty"`
	KeySuffixEquals             string          `xml:",omitempty"`
	HTTPErrorCodeReturnedEquals int             `xml:"HttpErrorCodeReturnedEquals,omitempty"`
	IncludeHeaders              []IncludeHeader `xml:"IncludeHeader"`
	Other                       []Element       `xml:",any"`
}

// An IncludeHeader is a header that requests have to have.
type IncludeHeader struct {
	Key    string
	Equals string    `xml:",omitempty"`
	Other  []Element `xml:",any"`
}

// A RoutingRedirect says where to. More about mirroring is in Other.
type RoutingRedirect struct {
	// RedirectType is "Mirror", "External", "AliCDN" or "Internal".
	RedirectType string
	// Protocol is "http" or "https".
	Protocol             string `xml:",omitempty"`
	HostName             string `xml:",omitempty"`
	ReplaceKeyWith       string `xml:",omitempty"`
	ReplaceKeyPrefixWith string `xml:",omitempty"`
	EnableReplacePrefix  *bool  `xml:",omitempty"`
	HTTPRedirectCode     int    `xml:"HttpRedirectCode,omitempty"`
	PassQueryString      *bool  `xml:",omitempty"`
	// MirrorURL is where to fetch from what is missing.
	MirrorURL             string         `xml:",omitempty"`
	MirrorPassQueryString *bool          `xml:",omitempty"`
	MirrorFollowRedirect  *bool          `xml:",omitempty"`
	MirrorCheckMD5        *bool          `xml:"MirrorCheckMd5,omitempty"`
	MirrorHeaders         *MirrorHeaders `xml:",omitempty"`
	Other                 []Element      `xml:",any"`
}

// MirrorHeaders say which headers are passed on when mirroring.
type MirrorHeaders struct {
	PassAll *bool     `xml:",omitempty"`
	Pass    []string  `xml:"Pass"`
	Remove  []string  `xml:"Remove"`
	Set     []Tag     `xml:"Set"`
	Other   []Element `xml:",any"`
}

// PutBucketWebsite makes a website of the bucket.
func (b *Bucket) PutBucketWebsite(
	ctx context.Context, configuration WebsiteConfiguration, options ...Option,
) (*Answer, error) {
	return b.put(ctx, "PutBucketWebsite", configuration, options)
}

// GetBucketWebsite returns how the bucket is a website; [NotFound] if it is none.
func (b *Bucket) GetBucketWebsite(ctx context.Context, options ...Option) (*WebsiteConfiguration, error) {
	return get[WebsiteConfiguration](ctx, b, "GetBucketWebsite", options)
}

// DeleteBucketWebsite has the bucket be no website any more.
func (b *Bucket) DeleteBucketWebsite(ctx context.Context, options ...Option) (*Answer, error) {
	return b.invoke(ctx, 0, "DeleteBucketWebsite", "", nil, options)
}
