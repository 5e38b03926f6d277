package oss

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

// What neither XML nor JSON can carry is not sent as something else; the error has its path.
func TestSettingsThatCannotBeWrittenAreRefused(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	lifecycle := func(rule LifecycleRule) error {
		_, err := b.PutBucketLifecycle(ctx, LifecycleConfiguration{Rules: []LifecycleRule{{ID: "1"}, rule}})
		return err
	}
	tags := func(tags ...Tag) error { return second(b.PutBucketTags(ctx, tags)) }
	policy := func(statement PolicyStatement) error {
		return second(b.PutBucketPolicy(ctx, BucketPolicy{Statement: []PolicyStatement{statement}}))
	}
	for path, err := range map[string]error{
		"Rules[1].Prefix":            lifecycle(LifecycleRule{Prefix: "logs\xff/"}),
		"Rules[1].ID":                lifecycle(LifecycleRule{ID: "\x01"}),
		"Rules[1].Filter.Not[0].Tag": lifecycle(LifecycleRule{Filter: &LifecycleFilter{Not: []LifecycleNot{{Tag: &Tag{Key: "\uffff"}}}}}),
		"Rules[1].Other[0].Content":  lifecycle(LifecycleRule{Other: []Element{{Content: "<a>\x02</a>"}}}),
		"Tags[1].Value":              tags(Tag{"a", "b"}, Tag{"c", "\xed\xa0\x80"}),
		"Rules[0].AllowedOrigins[1]": second(b.PutBucketCORS(ctx, CORSConfiguration{Rules: []CORSRule{{AllowedOrigins: []string{"*", "http://b\xff"}}}})),
		"LoggingEnabled.TargetPrefix": second(b.PutBucketLogging(ctx,
			BucketLoggingStatus{LoggingEnabled: &LoggingEnabled{TargetPrefix: "\x00"}})),
		"Referers.Referers[0]":      second(b.PutBucketReferer(ctx, RefererConfiguration{Referers: RefererList{Referers: []string{"\xfe"}}})),
		"Default.KMSMasterKeyID":    second(b.PutBucketEncryption(ctx, ServerSideEncryptionRule{Default: EncryptionDefault{KMSMasterKeyID: "\v"}})),
		"Status":                    second(b.PutBucketVersioning(ctx, VersioningConfiguration{Status: "\b"})),
		"IndexDocument.Suffix":      second(b.PutBucketWebsite(ctx, WebsiteConfiguration{IndexDocument: &IndexDocument{Suffix: "\x1b"}})),
		"Statement[0].Resource[0]":  policy(PolicyStatement{Resource: Texts{"acs:\xff"}}),
		`Statement[0].Condition["`:  policy(PolicyStatement{Condition: map[string]map[string]Values{"B\xff": nil}}),
		`["b"][1]`:                  policy(PolicyStatement{Condition: map[string]map[string]Values{"a": {"b": {5, "\xff"}}}}),
		`Statement[0].Other["Newer`: policy(PolicyStatement{Other: map[string]json.RawMessage{"Newer": json.RawMessage("\"\xff\"")}}),
		"value":                     second(b.Invoke(ctx, "PutBucketTags", "", nil, WithField("TagSet.Tag.Key", "\xff"))),
	} {
		if e := wantError(t, err, InvalidArgument); !strings.Contains(e.Reason, path) {
			t.Errorf("%s is not in: %v", path, err)
		}
	}
	if sent := requests(t, b); len(sent) != 0 {
		t.Errorf("%d requests", len(sent))
	}
}

// Texts that go through the library's own hands.
func TestTextsThatAreNotUTF8AreRefused(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	put := func(option Option) error { return second(b.PutObjectBytes(ctx, "key", nil, option)) }
	for what, err := range map[string]error{
		"callback": put(WithCallback("{\"callbackUrl\":\"http://a/\xff\",\"callbackBody\":\"b\"}", "")),
		"variable": put(WithCallback(`{"callbackUrl":"http://a/","callbackBody":"b"}`, "{\"x:a\":\"\xff\"}")),
		"tag":      put(WithTag("a", "\xff")),
		"metadata": put(WithMetadata("a", "\xff")),
		"query":    put(WithQuery("a", "\xff")),
		"key":      second(b.PutObjectBytes(ctx, "\xff", nil)),
		"presign":  second(b.Presign(ctx, "GET", "key", time.Minute, WithQuery("response-content-type", "\xff"))),
		"policy":   second(b.PostPolicy(ctx, time.Minute, "[[\"starts-with\",\"$key\",\"\xff\"]]")),
		"select":   second(b.SelectObject(ctx, "key", "select * from ossobject where _1 = '\xff'")),
		"tagging":  second(b.PutObjectTagging(ctx, "key", []Tag{{"a", "\xff"}})),
	} {
		if err == nil {
			t.Errorf("%s is taken", what)
		} else {
			wantError(t, err, InvalidArgument)
		}
	}
	if sent := requests(t, b); len(sent) != 0 {
		t.Errorf("%d requests", len(sent))
	}
}

// Blanks and line ends are part of a text.
func TestBlankTextsComeBack(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	for _, text := range []string{" ", "\t", "\n", "\r", "\r\n", " a\rb\n\tc ", "\u00a0", "\u0085", "\u2028"} {
		must(b.PutBucketLifecycle(ctx, LifecycleConfiguration{Rules: []LifecycleRule{{ID: "1", Prefix: text, Status: "Enabled", Expiration: &LifecycleExpiration{Days: Ptr(1)}}}}))(t)
		document := must(must(b.Invoke(ctx, "GetBucketLifecycle", "", nil))(t).Document())(t)
		must(b.Invoke(ctx, "PutBucketLifecycle", "", document.Bytes()))(t)
		must(b.PutBucketLifecycle(ctx, *must(b.GetBucketLifecycle(ctx))(t)))(t)
		if got := must(b.Invoke(ctx, "GetBucketLifecycle", "", nil))(t).Text("Rule.Prefix"); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// A policy that is read, changed and written back keeps what has no field, and booleans and numbers as such.
func TestPoliciesKeepTheRest(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	text := `{"Version":"1","Id":"my-id","Statement":[{"Sid":"s","Effect":"Deny","Principal":["*"],"Action":["oss:GetObject"],
		"Resource":["acs:oss:*:*:` + b.Name() + `/*"],"Condition":{"Bool":{"acs:SecureTransport":[false]},"NumericLessThan":{"oss:x":[5,12345678901234567890]},
		"IpAddress":{"acs:SourceIp":["10.0.0.0/8"]}},"Newer":{"a":[1,null,"<"]}}],"Later":1.50}`
	must(b.Invoke(ctx, "PutBucketPolicy", "", []byte(text)))(t)
	policy := must(b.GetBucketPolicy(ctx))(t)
	if string(policy.Other["Id"]) != `"my-id"` || policy.Statement[0].Other["Newer"] == nil || policy.Statement[0].Condition["Bool"]["acs:SecureTransport"][0] != false {
		t.Errorf("%+v", policy)
	}
	must(b.PutBucketPolicy(ctx, *policy))(t)
	var want, got map[string]any
	for into, data := range map[*map[string]any][]byte{&want: []byte(text), &got: must(b.Invoke(ctx, "GetBucketPolicy", "", nil))(t).Body} {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v instead of %v", got, want)
	}
	policy.Other["version"] = json.RawMessage("2")
	_, err := b.PutBucketPolicy(ctx, *policy)
	wantError(t, err, InvalidArgument)
	policy.Other = map[string]json.RawMessage{"Id": json.RawMessage("{")}
	_, err = b.PutBucketPolicy(ctx, *policy)
	wantError(t, err, InvalidArgument)
}

// One value stands for a list of it, null for nothing.
func TestPoliciesWithoutLists(t *testing.T) {
	var statement PolicyStatement
	err := json.Unmarshal([]byte(`{"Effect":"Allow","Action":"a","NotAction":null,"Condition":{"Bool":{"a":true,"b":null,"c":7}}}`), &statement)
	want := PolicyStatement{Effect: "Allow", Action: Texts{"a"}, Condition: map[string]map[string]Values{"Bool": {"a": {true}, "b": nil, "c": {json.Number("7")}}}}
	if err != nil || !reflect.DeepEqual(statement, want) {
		t.Errorf("%+v %v", statement, err)
	}
	if err := json.Unmarshal([]byte(`{"Action":5}`), &statement); err == nil {
		t.Errorf("%+v", statement)
	}
}

// In lists of the website, of referers and of exemptions, too.
func TestInnerListsKeepTheRest(t *testing.T) {
	ctx := context.Background()
	b := newBucket(t)
	more := "<Unheard><Of>x</Of></Unheard>"
	must(b.Invoke(ctx, "PutBucketReferer", "", []byte("<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList><Referer>a</Referer>"+
		more+"</RefererList></RefererConfiguration>")))(t)
	must(b.PutBucketReferer(ctx, *must(b.GetBucketReferer(ctx))(t)))(t)
	must(b.Invoke(ctx, "PutBucketLifecycle", "", []byte("<LifecycleConfiguration><Rule><ID>1</ID><Prefix>a</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration>"+
		"<Filter><Not><Prefix>ab</Prefix>"+more+"</Not></Filter></Rule></LifecycleConfiguration>")))(t)
	must(b.PutBucketLifecycle(ctx, *must(b.GetBucketLifecycle(ctx))(t)))(t)
	for operation, path := range map[string]string{"GetBucketReferer": "RefererList", "GetBucketLifecycle": "Rule.Filter.Not"} {
		if got := must(b.Invoke(ctx, operation, "", nil))(t).Text(path + ".Unheard.Of"); got != "x" {
			t.Errorf("%s: %q", operation, got)
		}
	}
}
