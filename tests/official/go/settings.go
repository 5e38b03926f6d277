package main

import (
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func lifecycle(b bucket) {
	get := &oss.GetBucketLifecycleRequest{Bucket: b.name}
	check("no lifecycle", of(refused(b.GetBucketLifecycle(ctx, get)).Code), "NoSuchLifecycle")
	must(b.PutBucketLifecycle(ctx, &oss.PutBucketLifecycleRequest{
		Bucket: b.name,
		LifecycleConfiguration: &oss.LifecycleConfiguration{Rules: []oss.LifecycleRule{{
			ID: oss.Ptr("days"), Prefix: oss.Ptr("logs/"), Status: oss.Ptr("Enabled"),
			Expiration:                  &oss.LifecycleRuleExpiration{Days: oss.Ptr(int32(30))},
			AbortMultipartUpload:        &oss.LifecycleRuleAbortMultipartUpload{Days: oss.Ptr(int32(3))},
			NoncurrentVersionExpiration: &oss.NoncurrentVersionExpiration{NoncurrentDays: oss.Ptr(int32(7))},
			Transitions: []oss.LifecycleRuleTransition{{
				Days: oss.Ptr(int32(10)), StorageClass: oss.StorageClassIA, IsAccessTime: oss.Ptr(false),
			}},
			Tags: tagsOf("k", "v"),
		}}},
	}))
	rules := must(b.GetBucketLifecycle(ctx, get)).LifecycleConfiguration.Rules
	check("number of rules", of(len(rules)), 1)
	rule := rules[0]
	check("lifecycle", of(rule.ID, rule.Prefix, rule.Status, rule.Expiration.Days), "days", "logs/", "Enabled", 30)
	check("lifecycle: more", of(rule.AbortMultipartUpload.Days, rule.NoncurrentVersionExpiration.NoncurrentDays), 3, 7)
	check("lifecycle: transition", of(rule.Transitions[0].Days, rule.Transitions[0].StorageClass, rule.Transitions[0].IsAccessTime), 10, "IA", false)
	check("lifecycle: tags", of(words(rule.Tags)), "k=v")
	must(b.DeleteBucketLifecycle(ctx, &oss.DeleteBucketLifecycleRequest{Bucket: b.name}))
	check("lifecycle is gone", of(refused(b.GetBucketLifecycle(ctx, get)).Code), "NoSuchLifecycle")
}

func cors(b bucket) {
	get := &oss.GetBucketCorsRequest{Bucket: b.name}
	check("no CORS", of(refused(b.GetBucketCors(ctx, get)).Code), "NoSuchCORSConfiguration")
	must(b.PutBucketCors(ctx, &oss.PutBucketCorsRequest{
		Bucket: b.name,
		CORSConfiguration: &oss.CORSConfiguration{ResponseVary: oss.Ptr(true), CORSRules: []oss.CORSRule{{
			AllowedOrigins: []string{"https://example.com"}, AllowedMethods: []string{"GET", "PUT"}, AllowedHeaders: []string{"*"},
			ExposeHeaders: []string{"x-oss-request-id"}, MaxAgeSeconds: oss.Ptr(int64(77)),
		}}},
	}))
	got := must(b.GetBucketCors(ctx, get)).CORSConfiguration
	rule := got.CORSRules[0]
	check("CORS", of(got.ResponseVary, rule.AllowedOrigins, rule.AllowedMethods, rule.AllowedHeaders, rule.ExposeHeaders, rule.MaxAgeSeconds),
		true, []string{"https://example.com"}, []string{"GET", "PUT"}, []string{"*"}, []string{"x-oss-request-id"}, 77)
	asked := must(b.OptionObject(ctx, &oss.OptionObjectRequest{
		Bucket: b.name, Key: oss.Ptr("any"), Origin: oss.Ptr("https://example.com"), AccessControlRequestMethod: oss.Ptr("PUT"),
	}))
	check("preflight", of(asked.AccessControlAllowOrigin, asked.AccessControlMaxAge), "https://example.com", 77)
	must(b.DeleteBucketCors(ctx, &oss.DeleteBucketCorsRequest{Bucket: b.name}))
	check("CORS is gone", of(refused(b.GetBucketCors(ctx, get)).Code), "NoSuchCORSConfiguration")
}

func website(b bucket) {
	get := &oss.GetBucketWebsiteRequest{Bucket: b.name}
	check("no website", of(refused(b.GetBucketWebsite(ctx, get)).Code), "NoSuchWebsiteConfiguration")
	must(b.PutBucketWebsite(ctx, &oss.PutBucketWebsiteRequest{
		Bucket: b.name,
		WebsiteConfiguration: &oss.WebsiteConfiguration{
			IndexDocument: &oss.IndexDocument{Suffix: oss.Ptr("index.html"), SupportSubDir: oss.Ptr(true), Type: oss.Ptr(int64(1))},
			ErrorDocument: &oss.ErrorDocument{Key: oss.Ptr("error.html"), HttpStatus: oss.Ptr(int64(404))},
			RoutingRules: &oss.RoutingRules{RoutingRules: []oss.RoutingRule{{
				RuleNumber: oss.Ptr(int64(1)),
				Condition:  &oss.RoutingRuleCondition{KeyPrefixEquals: oss.Ptr("old/")},
				Redirect: &oss.RoutingRuleRedirect{
					RedirectType: oss.Ptr("External"), HostName: oss.Ptr("example.com"), HttpRedirectCode: oss.Ptr(int64(302)),
				},
			}}},
		},
	}))
	got := must(b.GetBucketWebsite(ctx, get)).WebsiteConfiguration
	check("website: index", of(got.IndexDocument.Suffix, got.IndexDocument.SupportSubDir, got.IndexDocument.Type), "index.html", true, 1)
	check("website: error", of(got.ErrorDocument.Key, got.ErrorDocument.HttpStatus), "error.html", 404)
	rule := got.RoutingRules.RoutingRules[0]
	check("website: rule", of(rule.RuleNumber, rule.Condition.KeyPrefixEquals, rule.Redirect.HostName, rule.Redirect.HttpRedirectCode),
		1, "old/", "example.com", 302)
	must(b.DeleteBucketWebsite(ctx, &oss.DeleteBucketWebsiteRequest{Bucket: b.name}))
	check("website is gone", of(refused(b.GetBucketWebsite(ctx, get)).Code), "NoSuchWebsiteConfiguration")
}

func settings(b bucket) {
	acl := func() *string { return must(b.GetBucketAcl(ctx, &oss.GetBucketAclRequest{Bucket: b.name})).ACL }
	check("bucket ACL", of(acl()), "private")
	must(b.PutBucketAcl(ctx, &oss.PutBucketAclRequest{Bucket: b.name, Acl: oss.BucketACLPublicRead}))
	check("changed bucket ACL", of(acl()), "public-read")
	location := must(b.GetBucketLocation(ctx, &oss.GetBucketLocationRequest{Bucket: b.name}))
	check("location", of(location.LocationConstraint), "oss-"+region)

	must(b.PutBucketLogging(ctx, &oss.PutBucketLoggingRequest{
		Bucket: b.name,
		BucketLoggingStatus: &oss.BucketLoggingStatus{
			LoggingEnabled: &oss.LoggingEnabled{TargetBucket: b.name, TargetPrefix: oss.Ptr("logs/")},
		},
	}))
	logging := func() *oss.LoggingEnabled {
		return must(b.GetBucketLogging(ctx, &oss.GetBucketLoggingRequest{Bucket: b.name})).BucketLoggingStatus.LoggingEnabled
	}
	check("logging", of(logging().TargetBucket, logging().TargetPrefix), b.name, "logs/")
	must(b.DeleteBucketLogging(ctx, &oss.DeleteBucketLoggingRequest{Bucket: b.name}))
	check("no logging", of(logging().TargetBucket == nil || *logging().TargetBucket == ""), true)

	tags := func() string {
		return words(must(b.GetBucketTags(ctx, &oss.GetBucketTagsRequest{Bucket: b.name})).Tagging.TagSet.Tags)
	}
	tagging := &oss.Tagging{TagSet: &oss.TagSet{Tags: tagsOf("team", "storage & more")}}
	must(b.PutBucketTags(ctx, &oss.PutBucketTagsRequest{Bucket: b.name, Tagging: tagging}))
	check("bucket tags", of(tags()), "team=storage & more")
	found := must(b.ListBuckets(ctx, &oss.ListBucketsRequest{TagKey: oss.Ptr("team"), TagValue: oss.Ptr("storage & more")})).Buckets
	check("buckets by tag", of(len(found), found[0].Name), 1, b.name)
	must(b.DeleteBucketTags(ctx, &oss.DeleteBucketTagsRequest{Bucket: b.name}))
	check("no bucket tags", of(tags()), "")

	payer := func() *string {
		return must(b.GetBucketRequestPayment(ctx, &oss.GetBucketRequestPaymentRequest{Bucket: b.name})).Payer
	}
	check("payer", of(payer()), "BucketOwner")
	for _, one := range []oss.PayerType{oss.Requester, oss.BucketOwner} {
		must(b.PutBucketRequestPayment(ctx, &oss.PutBucketRequestPaymentRequest{
			Bucket: b.name, PaymentConfiguration: &oss.RequestPaymentConfiguration{Payer: one},
		}))
		check("changed payer", of(payer()), one)
	}
}

func protection(b bucket) {
	getReferer := &oss.GetBucketRefererRequest{Bucket: b.name}
	check("referer", of(must(b.GetBucketReferer(ctx, getReferer)).RefererConfiguration.AllowEmptyReferer), true)
	put := func(empty bool, good, bad []string) {
		must(b.PutBucketReferer(ctx, &oss.PutBucketRefererRequest{
			Bucket: b.name,
			RefererConfiguration: &oss.RefererConfiguration{
				AllowEmptyReferer: &empty, AllowTruncateQueryString: oss.Ptr(true), TruncatePath: oss.Ptr(false),
				RefererList: &oss.RefererList{Referers: good}, RefererBlacklist: &oss.RefererBlacklist{Referers: bad},
			},
		}))
	}
	good, bad := []string{"http://example.com", "https://*.example.com"}, []string{"http://bad.example.com"}
	put(false, good, bad)
	referer := must(b.GetBucketReferer(ctx, getReferer)).RefererConfiguration
	check("changed referer", of(referer.AllowEmptyReferer, referer.AllowTruncateQueryString, referer.TruncatePath), false, true, false)
	check("referers", of(referer.RefererList.Referers, referer.RefererBlacklist.Referers), good, bad)
	put(true, nil, nil)

	getEncryption := &oss.GetBucketEncryptionRequest{Bucket: b.name}
	check("no encryption", of(refused(b.GetBucketEncryption(ctx, getEncryption)).Code), "NoSuchServerSideEncryptionRule")
	must(b.PutBucketEncryption(ctx, &oss.PutBucketEncryptionRequest{
		Bucket: b.name,
		ServerSideEncryptionRule: &oss.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &oss.ApplyServerSideEncryptionByDefault{
			SSEAlgorithm: oss.Ptr("KMS"), KMSMasterKeyID: oss.Ptr("key-id"), KMSDataEncryption: oss.Ptr("SM4"),
		}},
	}))
	rule := must(b.GetBucketEncryption(ctx, getEncryption)).ServerSideEncryptionRule.ApplyServerSideEncryptionByDefault
	check("encryption", of(rule.SSEAlgorithm, rule.KMSMasterKeyID, rule.KMSDataEncryption), "KMS", "key-id", "SM4")
	b.put("encrypted", "")
	check("encrypted object", of(b.head("encrypted").ServerSideEncryption), "KMS")
	must(b.DeleteBucketEncryption(ctx, &oss.DeleteBucketEncryptionRequest{Bucket: b.name}))

	getPolicy := &oss.GetBucketPolicyRequest{Bucket: b.name}
	check("no policy", of(refused(b.GetBucketPolicy(ctx, getPolicy)).Code), "NoSuchBucketPolicy")
	policy := `{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["*"],"Resource":["acs:oss:*:*:` + *b.name + `/*"]}]}`
	must(b.PutBucketPolicy(ctx, &oss.PutBucketPolicyRequest{Bucket: b.name, Body: strings.NewReader(policy)}))
	check("policy", of(must(b.GetBucketPolicy(ctx, getPolicy)).Body), policy)
	status := must(b.GetBucketPolicyStatus(ctx, &oss.GetBucketPolicyStatusRequest{Bucket: b.name}))
	check("policy status", of(status.PolicyStatus.IsPublic), true)
	must(b.DeleteBucketPolicy(ctx, &oss.DeleteBucketPolicyRequest{Bucket: b.name}))
	check("policy is gone", of(refused(b.GetBucketPolicy(ctx, getPolicy)).Code), "NoSuchBucketPolicy")
}

func switches(b bucket) {
	must(b.PutBucketTransferAcceleration(ctx, &oss.PutBucketTransferAccelerationRequest{
		Bucket: b.name, TransferAccelerationConfiguration: &oss.TransferAccelerationConfiguration{Enabled: oss.Ptr(true)},
	}))
	acceleration := must(b.GetBucketTransferAcceleration(ctx, &oss.GetBucketTransferAccelerationRequest{Bucket: b.name}))
	check("acceleration", of(acceleration.TransferAccelerationConfiguration.Enabled), true)
	must(b.PutBucketAccessMonitor(ctx, &oss.PutBucketAccessMonitorRequest{
		Bucket: b.name, AccessMonitorConfiguration: &oss.AccessMonitorConfiguration{Status: oss.AccessMonitorStatusEnabled},
	}))
	monitor := must(b.GetBucketAccessMonitor(ctx, &oss.GetBucketAccessMonitorRequest{Bucket: b.name}))
	check("access monitor", of(monitor.AccessMonitorConfiguration.Status), "Enabled")
	must(b.PutBucketResourceGroup(ctx, &oss.PutBucketResourceGroupRequest{
		Bucket: b.name, BucketResourceGroupConfiguration: &oss.BucketResourceGroupConfiguration{ResourceGroupId: oss.Ptr("rg-aekz")},
	}))
	group := must(b.GetBucketResourceGroup(ctx, &oss.GetBucketResourceGroupRequest{Bucket: b.name}))
	check("resource group", of(group.BucketResourceGroupConfiguration.ResourceGroupId), "rg-aekz")
	must(b.PutBucketArchiveDirectRead(ctx, &oss.PutBucketArchiveDirectReadRequest{
		Bucket: b.name, ArchiveDirectReadConfiguration: &oss.ArchiveDirectReadConfiguration{Enabled: oss.Ptr(true)},
	}))
	direct := must(b.GetBucketArchiveDirectRead(ctx, &oss.GetBucketArchiveDirectReadRequest{Bucket: b.name}))
	check("archive direct read", of(direct.ArchiveDirectReadConfiguration.Enabled), true)
	allowed := []string{"TLSv1.2", "TLSv1.3"}
	must(b.PutBucketHttpsConfig(ctx, &oss.PutBucketHttpsConfigRequest{
		Bucket: b.name, HttpsConfiguration: &oss.HttpsConfiguration{TLS: &oss.TLS{Enable: oss.Ptr(true), TLSVersions: allowed}},
	}))
	https := must(b.GetBucketHttpsConfig(ctx, &oss.GetBucketHttpsConfigRequest{Bucket: b.name})).HttpsConfiguration.TLS
	check("TLS versions", of(https.Enable, https.TLSVersions), true, allowed)

	blocked := func() *bool {
		got := must(b.GetBucketPublicAccessBlock(ctx, &oss.GetBucketPublicAccessBlockRequest{Bucket: b.name}))
		return got.PublicAccessBlockConfiguration.BlockPublicAccess
	}
	must(b.PutBucketPublicAccessBlock(ctx, &oss.PutBucketPublicAccessBlockRequest{
		Bucket: b.name, PublicAccessBlockConfiguration: &oss.PublicAccessBlockConfiguration{BlockPublicAccess: oss.Ptr(true)},
	}))
	check("public access block", of(blocked()), true)
	must(b.DeleteBucketPublicAccessBlock(ctx, &oss.DeleteBucketPublicAccessBlockRequest{Bucket: b.name}))
	check("no public access block", of(blocked()), false)
}

func names(b bucket) {
	style := oss.Ptr("small")
	content := oss.Ptr("image/resize,w_100")
	must(b.PutStyle(ctx, &oss.PutStyleRequest{Bucket: b.name, StyleName: style, Style: &oss.StyleContent{Content: content}}))
	got := must(b.GetStyle(ctx, &oss.GetStyleRequest{Bucket: b.name, StyleName: style})).Style
	check("style", of(got.Name, got.Content), style, content)
	styles := func() []oss.StyleInfo {
		return must(b.ListStyle(ctx, &oss.ListStyleRequest{Bucket: b.name})).StyleList.Styles
	}
	check("styles", of(len(styles()), styles()[0].Name), 1, style)
	must(b.DeleteStyle(ctx, &oss.DeleteStyleRequest{Bucket: b.name, StyleName: style}))
	check("no styles", of(len(styles())), 0)

	domain := oss.Ptr("img.example.com")
	configuration := &oss.BucketCnameConfiguration{Cname: &oss.Cname{Domain: domain}}
	token := must(b.CreateCnameToken(ctx, &oss.CreateCnameTokenRequest{Bucket: b.name, BucketCnameConfiguration: configuration})).CnameToken
	same := must(b.GetCnameToken(ctx, &oss.GetCnameTokenRequest{Bucket: b.name, Cname: domain})).CnameToken
	check("CNAME token", of(same.Token, same.Cname), token.Token, domain)
	must(b.PutCname(ctx, &oss.PutCnameRequest{Bucket: b.name, BucketCnameConfiguration: configuration}))
	cnames := func() []oss.CnameInfo { return must(b.ListCname(ctx, &oss.ListCnameRequest{Bucket: b.name})).Cnames }
	check("CNAMEs", of(len(cnames()), cnames()[0].Domain), 1, domain)
	must(b.DeleteCname(ctx, &oss.DeleteCnameRequest{Bucket: b.name, BucketCnameConfiguration: configuration}))
	check("no CNAMEs", of(len(cnames())), 0)
}

func worm(b bucket) {
	id := must(b.InitiateBucketWorm(ctx, &oss.InitiateBucketWormRequest{
		Bucket: b.name, InitiateWormConfiguration: &oss.InitiateWormConfiguration{RetentionPeriodInDays: oss.Ptr(int32(1))},
	})).WormId
	get := func() *oss.WormConfiguration {
		return must(b.GetBucketWorm(ctx, &oss.GetBucketWormRequest{Bucket: b.name})).WormConfiguration
	}
	check("worm", of(get().WormId, get().State, get().RetentionPeriodInDays), id, "InProgress", 1)
	must(b.CompleteBucketWorm(ctx, &oss.CompleteBucketWormRequest{Bucket: b.name, WormId: id}))
	must(b.ExtendBucketWorm(ctx, &oss.ExtendBucketWormRequest{
		Bucket: b.name, WormId: id, ExtendWormConfiguration: &oss.ExtendWormConfiguration{RetentionPeriodInDays: oss.Ptr(int32(2))},
	}))
	check("extended worm", of(get().State, get().RetentionPeriodInDays), "Locked", 2)
}

func inventory(b bucket) {
	id := oss.Ptr("daily")
	must(b.PutBucketInventory(ctx, &oss.PutBucketInventoryRequest{
		Bucket: b.name, InventoryId: id,
		InventoryConfiguration: &oss.InventoryConfiguration{
			Id: id, IsEnabled: oss.Ptr(true), IncludedObjectVersions: oss.Ptr("All"),
			Filter:   &oss.InventoryFilter{Prefix: oss.Ptr("data/")},
			Schedule: &oss.InventorySchedule{Frequency: oss.InventoryFrequencyDaily},
			Destination: &oss.InventoryDestination{OSSBucketDestination: &oss.InventoryOSSBucketDestination{
				Format: oss.InventoryFormatCSV, AccountId: oss.Ptr("1234567890"), RoleArn: oss.Ptr("acs:ram::1234567890:role/r"),
				Bucket: oss.Ptr("acs:oss:::" + *b.name), Prefix: oss.Ptr("inventory/"),
			}},
			OptionalFields: &oss.OptionalFields{Fields: []oss.InventoryOptionalFieldType{"Size", "ETag"}},
		},
	}))
	get := &oss.GetBucketInventoryRequest{Bucket: b.name, InventoryId: id}
	got := must(b.GetBucketInventory(ctx, get)).InventoryConfiguration
	check("inventory", of(got.Id, got.IsEnabled, got.Filter.Prefix, got.Schedule.Frequency), "daily", true, "data/", "Daily")
	check("inventory: more", of(got.OptionalFields.Fields, got.Destination.OSSBucketDestination.Bucket), []string{"Size", "ETag"}, "acs:oss:::"+*b.name)
	listed := must(b.ListBucketInventory(ctx, &oss.ListBucketInventoryRequest{Bucket: b.name})).ListInventoryConfigurationsResult
	check("inventories", of(len(listed.InventoryConfigurations), listed.InventoryConfigurations[0].Id, listed.IsTruncated), 1, "daily", false)
	must(b.DeleteBucketInventory(ctx, &oss.DeleteBucketInventoryRequest{Bucket: b.name, InventoryId: id}))
	check("inventory is gone", of(refused(b.GetBucketInventory(ctx, get)).Code), "NoSuchInventory")
}
