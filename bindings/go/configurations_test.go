package oss

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// wantEqual fails the test unless both are the same, and what pointers lead to, too.
func wantEqual[T any](t testing.TB, got *T, want T) {
	t.Helper()
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("%+v instead of %+v", *got, want)
	}
}

func TestBucketKinds(t *testing.T) {
	ctx := live(t)
	b := must(NewBucket(fmt.Sprintf("go-kinds-%d", os.Getpid()), options()))(t)
	defer b.Close()
	must(b.PutBucket(ctx, WithBucketACL("public-read"), WithBucketStorageClass("IA"), WithRedundancy("ZRS")))(t)
	info := must(b.GetBucketInfo(ctx))(t)
	if info.Name != b.Name() || info.ACL != "public-read" || info.StorageClass != "IA" || info.DataRedundancyType != "ZRS" || info.Location != "oss-"+region ||
		info.Owner.ID == "" || time.Since(info.CreationDate) > time.Minute || info.ExtranetEndpoint == "" || info.RequestID == "" || info.BlockPublicAccess {
		t.Errorf("%+v", info)
	}
	must(b.PutBucketACL(ctx, "private"))(t)
	if acl := must(b.GetBucketACL(ctx))(t); acl.Grant != "private" || acl.Owner.ID == "" {
		t.Errorf("%+v", acl)
	}
	if location := must(b.GetBucketLocation(ctx))(t); location.Location != "oss-"+region {
		t.Errorf("%+v", location)
	}
	must(b.PutObjectBytes(ctx, "key", pattern(1000)))(t)
	if stat := must(b.GetBucketStat(ctx))(t); stat.ObjectCount != 1 || stat.Storage < 1000 {
		t.Errorf("%+v", stat)
	}
	_, err := b.PutBucketACL(ctx, "secret")
	wantError(t, err, InvalidArgument)
	fault(t, b, 1, map[string]any{"type": "status", "status": 200, "raw_body": "<BucketStat><Storage>many</Storage></BucketStat>"})
	_, err = b.GetBucketStat(ctx)
	if e := wantError(t, err, BadResponse); e.HTTPStatus != 200 || len(e.Body) == 0 {
		t.Errorf("%+v", e)
	}
	none := must(NewBucket("go-never-created", options()))(t)
	defer none.Close()
	_, err = none.GetBucketInfo(ctx)
	wantError(t, err, NotFound)
	_, err = none.GetBucketLocation(ctx)
	wantError(t, err, NotFound)
}

func TestDescribeRegions(t *testing.T) {
	s := must(NewService(options()))(t)
	defer s.Close()
	all := must(s.DescribeRegions(live(t)))(t)
	if len(all.Regions) < 2 || all.Count("RegionInfo") != len(all.Regions) {
		t.Fatalf("%+v", all)
	}
	one := must(s.DescribeRegions(live(t), WithQuery("regions", all.Regions[1].Region)))(t)
	if len(one.Regions) != 1 || one.Regions[0] != all.Regions[1] || one.Regions[0].InternetEndpoint == "" {
		t.Errorf("%+v", one.Regions)
	}
	s.Close()
	if _, err := s.DescribeRegions(live(t)); err != ErrClosed {
		t.Error(err)
	}
}

func TestConfigurations(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	_, err := b.GetBucketCORS(ctx)
	wantError(t, err, NotFound)
	cors := CORSConfiguration{Rules: []CORSRule{{AllowedOrigins: []string{"https://*.example.com"}, AllowedMethods: []string{"GET", "PUT"}, MaxAgeSeconds: Ptr(0)}}, ResponseVary: Ptr(true)}
	must(b.PutBucketCORS(ctx, cors))(t)
	wantEqual(t, must(b.GetBucketCORS(ctx))(t), cors)
	must(b.DeleteBucketCORS(ctx))(t)
	_, err = b.GetBucketCORS(ctx)
	wantError(t, err, NotFound)

	logging := BucketLoggingStatus{LoggingEnabled: &LoggingEnabled{TargetBucket: b.Name(), TargetPrefix: "log/"}}
	must(b.PutBucketLogging(ctx, logging))(t)
	wantEqual(t, must(b.GetBucketLogging(ctx))(t), logging)
	must(b.DeleteBucketLogging(ctx))(t)
	wantEqual(t, must(b.GetBucketLogging(ctx))(t), BucketLoggingStatus{})

	referer := RefererConfiguration{AllowTruncateQueryString: Ptr(false), TruncatePath: Ptr(false), Referers: RefererList{Referers: []string{"https://a?b=c&d"}}, Blacklist: &RefererList{Referers: []string{"x"}}}
	must(b.PutBucketReferer(ctx, referer))(t)
	wantEqual(t, must(b.GetBucketReferer(ctx))(t), referer)

	rule := ServerSideEncryptionRule{Default: EncryptionDefault{SSEAlgorithm: "KMS", KMSMasterKeyID: "id", KMSDataEncryption: "SM4"}}
	must(b.PutBucketEncryption(ctx, rule))(t)
	wantEqual(t, must(b.GetBucketEncryption(ctx))(t), rule)
	must(b.DeleteBucketEncryption(ctx))(t)
	_, err = b.GetBucketEncryption(ctx)
	wantError(t, err, NotFound)

	wantEqual(t, must(b.GetBucketVersioning(ctx))(t), VersioningConfiguration{})
	must(b.PutBucketVersioning(ctx, VersioningConfiguration{Status: "Suspended"}))(t)
	wantEqual(t, must(b.GetBucketVersioning(ctx))(t), VersioningConfiguration{Status: "Suspended"})

	tags := []Tag{{"a", "1"}, {"b", "<&>"}}
	must(b.PutBucketTags(ctx, tags))(t)
	wantEqual(t, &must(b.GetBucketTags(ctx))(t).Tags, tags)
	must(b.DeleteBucketTags(ctx))(t)
	if left := must(b.GetBucketTags(ctx))(t); len(left.Tags) != 0 {
		t.Errorf("%+v", left.Tags)
	}

	_, err = b.GetBucketPolicy(ctx)
	wantError(t, err, NotFound)
	policy := BucketPolicy{Version: "1", Statement: []PolicyStatement{{Effect: "Deny", Principal: Texts{"*"}, Action: Texts{"oss:PutObject"},
		Resource: Texts{"acs:oss:*:*:" + b.Name() + "/*"}, Condition: map[string]map[string]Values{"NotIpAddress": {"acs:SourceIp": {"10.0.0.0/8"}}}}}}
	must(b.PutBucketPolicy(ctx, policy))(t)
	wantEqual(t, must(b.GetBucketPolicy(ctx))(t), policy)
	must(b.Invoke(ctx, "PutBucketPolicy", "", []byte(strings.NewReplacer(`["*"]`, `"*"`, "BUCKET", b.Name()).Replace(
		`{"Version":"1","Statement":[{"Effect":"Allow","Principal":["*"],"Action":"oss:GetObject","Resource":["acs:oss:*:*:BUCKET/*"]}]}`))))(t)
	if one := must(b.GetBucketPolicy(ctx))(t).Statement[0]; !reflect.DeepEqual(one.Action, Texts{"oss:GetObject"}) || one.Principal[0] != "*" {
		t.Errorf("%+v", one)
	}
	must(b.DeleteBucketPolicy(ctx))(t)
	_, err = b.GetBucketPolicy(ctx)
	wantError(t, err, NotFound)
}

func TestLifecycleConfiguration(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	lifecycle := LifecycleConfiguration{Rules: []LifecycleRule{
		{ID: "1", Prefix: "logs/", Status: "Enabled", Tags: []Tag{{"k", "v"}}, Expiration: &LifecycleExpiration{Days: Ptr(30)},
			Transitions: []LifecycleTransition{{Days: Ptr(10), StorageClass: "IA", IsAccessTime: Ptr(true), ReturnToStdWhenVisit: Ptr(false)}},
			Filter:      &LifecycleFilter{ObjectSizeGreaterThan: Ptr(int64(500)), Not: []LifecycleNot{{Prefix: "logs/keep", Tag: &Tag{"k", "w"}}}}},
		{ID: "2", Status: "Disabled", AbortMultipartUpload: &LifecycleAbort{CreatedBeforeDate: "2024-01-01T00:00:00.000Z"},
			NoncurrentVersionExpiration:  &NoncurrentVersionExpiration{NoncurrentDays: 7},
			NoncurrentVersionTransitions: []NoncurrentVersionTransition{{NoncurrentDays: 3, StorageClass: "IA"}}},
	}}
	must(b.PutBucketLifecycle(ctx, lifecycle))(t)
	wantEqual(t, must(b.GetBucketLifecycle(ctx))(t), lifecycle)
	must(b.DeleteBucketLifecycle(ctx))(t)
	_, err := b.GetBucketLifecycle(ctx)
	wantError(t, err, NotFound)
	_, err = b.PutBucketLifecycle(ctx, LifecycleConfiguration{Rules: []LifecycleRule{{Status: "a\x00b"}}})
	if err == nil {
		t.Error("this status is none")
	}
}

// What a struct has no field for comes back as it was, however deep it is.
func TestConfigurationsKeepTheRest(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	mirror := "<MirrorAuth><AuthType>S3V4</AuthType><Region>a&amp;b</Region></MirrorAuth><MirrorSNI>true</MirrorSNI>"
	must(b.Invoke(ctx, "PutBucketWebsite", "", []byte("<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument>"+
		"<RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://a/</MirrorURL>"+mirror+
		"</Redirect><LuaConfig><Script>demo</Script></LuaConfig></RoutingRule></RoutingRules></WebsiteConfiguration>")))(t)
	website := must(b.GetBucketWebsite(ctx))(t)
	website.IndexDocument.Suffix = "home.html"
	website.RoutingRules.Rules[0].Condition.HTTPErrorCodeReturnedEquals = 404
	must(b.PutBucketWebsite(ctx, *website))(t)
	answer := must(b.Invoke(ctx, "GetBucketWebsite", "", nil))(t)
	redirect := "RoutingRules.RoutingRule.Redirect."
	for path, want := range map[string]string{"IndexDocument.Suffix": "home.html", redirect + "MirrorURL": "https://a/", redirect + "MirrorAuth.Region": "a&b",
		redirect + "MirrorSNI": "true", "RoutingRules.RoutingRule.LuaConfig.Script": "demo", "RoutingRules.RoutingRule.Condition.HttpErrorCodeReturnedEquals": "404"} {
		if got := answer.Text(path); got != want {
			t.Errorf("%s: %q instead of %q", path, got, want)
		}
	}
	must(b.DeleteBucketWebsite(ctx))(t)
	_, err := b.GetBucketWebsite(ctx)
	wantError(t, err, NotFound)
}

// The same by paths: in the package, and in the library.
func TestDocumentsKeepTheRest(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	must(b.Invoke(ctx, "PutBucketLifecycle", "", nil, WithField("Rule[0].ID", "a"), WithField("Rule[0].Prefix", "p/"), WithField("Rule[0].Status", "Enabled"),
		WithField("Rule[0].Expiration.Days", "3"), WithField("Rule[0].Unheard[0].Of", "x<y")))(t)
	document := must(must(b.Invoke(ctx, "GetBucketLifecycle", "", nil))(t).Document())(t)
	if err := document.Set("Rule[0].Expiration.Days", "4"); err != nil {
		t.Fatal(err)
	}
	if !document.Remove("Rule.ID") || document.Root() != "LifecycleConfiguration" {
		t.Errorf("%s", document.Bytes())
	}
	must(b.Invoke(ctx, "PutBucketLifecycle", "", document.Bytes()))(t)
	answer := must(b.Invoke(ctx, "GetBucketLifecycle", "", nil))(t)
	must(b.Invoke(ctx, "PutBucketLifecycle", "", answer.Body, WithField("Rule[1].Status", "Disabled"), WithField("Rule[1].Prefix", "q/"),
		WithField("Rule[1].Expiration.Days", "5"), WithoutField("Rule[0].Prefix"), WithField("Rule[0].Prefix", "")))(t)
	answer = must(b.Invoke(ctx, "GetBucketLifecycle", "", nil))(t)
	for path, want := range map[string]string{"Rule[0].Expiration.Days": "4", "Rule[0].Unheard.Of": "x<y", "Rule[0].Prefix": "", "Rule[1].Status": "Disabled"} {
		if got := answer.Text(path); got != want {
			t.Errorf("%s: %q instead of %q", path, got, want)
		}
	}
	// The service makes up an id for a rule that comes without.
	if id := answer.Text("Rule[0].ID"); id == "" || id == "a" {
		t.Errorf("the id that was taken out is %q", id)
	}
	if answer.Count("Rule") != 2 || answer.Count("Rule[1].Transition") != 0 {
		t.Errorf("%s", answer.Body)
	}
	_, err := b.Invoke(ctx, "PutBucketLifecycle", "", nil, WithField("Rule..ID", "a"))
	wantError(t, err, InvalidArgument)
	_, err = b.Invoke(ctx, "PutBucketLifecycle", "", nil, WithField("Rule[1].ID", "a"))
	wantError(t, err, InvalidArgument)
	_, err = b.Invoke(ctx, "PutBucketLifecycle", "key", nil, WithField("Rule[0].ID", "a"))
	wantError(t, err, InvalidArgument)
	_, err = b.Invoke(ctx, "putbucketlifecycle", "", nil)
	if e := wantError(t, err, InvalidArgument); !strings.Contains(e.Reason, "PutBucketLifecycle") {
		t.Error(e)
	}
}
