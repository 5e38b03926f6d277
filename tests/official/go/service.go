package main

import (
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func service(client *oss.Client, buckets []bucket) {
	var wanted, listed []string
	for _, one := range buckets {
		wanted = append(wanted, *one.name)
	}
	pages := client.NewListBucketsPaginator(&oss.ListBucketsRequest{MaxKeys: 2})
	for pages.HasNext() {
		for _, one := range must(pages.NextPage(ctx)).Buckets {
			listed = append(listed, *one.Name)
		}
	}
	check("buckets by pages", of(listed), wanted)
	all := must(client.ListBuckets(ctx, nil))
	first := all.Buckets[0]
	check("buckets", of(len(all.Buckets), first.Name, first.Location, first.StorageClass, first.Region, isNow(first.CreationDate)),
		len(wanted), wanted[0], "oss-"+region, "Standard", region, true)
	some := must(client.ListBuckets(ctx, &oss.ListBucketsRequest{Prefix: &wanted[1]}))
	check("buckets by prefix", of(len(some.Buckets), some.Buckets[0].Name), 1, wanted[1])
	regions := must(client.DescribeRegions(ctx, &oss.DescribeRegionsRequest{Regions: oss.Ptr("oss-" + region)})).RegionInfoList.RegionInfos
	check("regions", of(len(regions), regions[0].InternetEndpoint), 1, "oss-"+region+".aliyuncs.com")
	must(client.PutPublicAccessBlock(ctx, &oss.PutPublicAccessBlockRequest{
		PublicAccessBlockConfiguration: &oss.PublicAccessBlockConfiguration{BlockPublicAccess: oss.Ptr(true)},
	}))
	block := must(client.GetPublicAccessBlock(ctx, &oss.GetPublicAccessBlockRequest{}))
	check("public access block of the account", of(block.PublicAccessBlockConfiguration.BlockPublicAccess), true)
	must(client.DeletePublicAccessBlock(ctx, &oss.DeletePublicAccessBlockRequest{}))
}

func descriptions(b bucket) {
	b.put("one", "12345")
	must(b.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: b.name, Key: oss.Ptr("two"), Body: strings.NewReader("123"), StorageClass: oss.StorageClassIA,
	}))
	must(b.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: b.name, Key: oss.Ptr("three")}))
	stat := must(b.GetBucketStat(ctx, &oss.GetBucketStatRequest{Bucket: b.name}))
	check("stat", of(stat.ObjectCount, stat.Storage, stat.MultipartUploadCount), 2, 8, 1)
	check("stat by class", of(stat.StandardObjectCount, stat.InfrequentAccessObjectCount, stat.InfrequentAccessStorage), 1, 1, 3)
	info := must(b.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: b.name})).BucketInfo
	check("info", of(info.Name, info.Location, info.StorageClass, info.ACL), b.name, "oss-"+region, "Standard", "private")
	check("info: more", of(info.DataRedundancyType, info.AccessMonitor, info.Versioning, info.BlockPublicAccess), "LRS", "Disabled", (*string)(nil), false)
	check("info: date", of(isNow(info.CreationDate)), true)
	check("info: endpoint", of(info.ExtranetEndpoint), "oss-"+region+".aliyuncs.com")
}

func temporary(b bucket) {
	id, secret := os.Getenv("STS_ACCESS_KEY_ID"), os.Getenv("STS_ACCESS_KEY_SECRET")
	with := bucket{newClient(id, secret, os.Getenv("STS_TOKEN")), b.name}
	with.put("temporary", "token")
	check("with a token", of(with.get("temporary")), "token")
	get := &oss.GetObjectRequest{Bucket: b.name, Key: oss.Ptr("temporary")}
	signed := must(with.Presign(ctx, get, oss.PresignExpires(10*time.Minute)))
	_, _, content := plain("GET", signed.URL, "", nil)
	check("presigned with a token", of(content), "token")
	wrong := refused(newClient(id, secret, "wrong").GetObject(ctx, get))
	check("wrong token", of(wrong.StatusCode, wrong.Code), 403, "InvalidSecurityToken")
}

func serviceErrors(b bucket) {
	get := &oss.GetObjectRequest{Bucket: b.name, Key: oss.Ptr("nothing")}
	missing := refused(b.GetObject(ctx, get))
	check("missing object", of(missing.StatusCode, missing.Code, missing.EC, missing.Message),
		404, "NoSuchKey", "0026-00000001", "The specified key does not exist.")
	check("request id", of(missing.RequestID), missing.Headers.Get("x-oss-request-id"))
	missing = refused(b.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: b.name, Key: get.Key}))
	check("missing object, HEAD", of(missing.StatusCode, missing.Code, missing.EC), 404, "NoSuchKey", "0026-00000001")
	missing = refused(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: oss.Ptr("no-such-bucket")}))
	check("missing bucket", of(missing.Code, missing.EC), "NoSuchBucket", "0015-00000101")
	wrong := refused(newClient(os.Getenv("OSS_ACCESS_KEY_ID"), "wrong", "").GetObject(ctx, get))
	check("wrong secret", of(wrong.StatusCode, wrong.Code, wrong.EC), 403, "SignatureDoesNotMatch", "0002-00000040")
	unknown := refused(newClient("unknown", "wrong", "").GetObject(ctx, get))
	check("unknown key", of(unknown.StatusCode, unknown.Code), 403, "InvalidAccessKeyId")
	b.put("any", "")
	used := refused(b.DeleteBucket(ctx, &oss.DeleteBucketRequest{Bucket: b.name}))
	check("bucket in use", of(used.StatusCode, used.Code), 409, "BucketNotEmpty")
	spoiltCRC(b)
}

// spoiltCRC lets the server answer with a wrong CRC meanwhile.
func spoiltCRC(b bucket) {
	rules := os.Getenv("OSS_ENDPOINT") + "/_local/rules"
	status, _, _ := plain("POST", rules, `{"operation": "PutObject", "times": 1000, "action": {"type": "wrong_crc"}}`, nil)
	check("rule is set", of(status), http.StatusOK)
	_, err := b.PutObject(ctx, &oss.PutObjectRequest{Bucket: b.name, Key: oss.Ptr("spoilt"), Body: strings.NewReader("x")})
	check("a wrong CRC is noticed", of(err != nil && strings.Contains(err.Error(), "crc is inconsistent")), true)
	plain("DELETE", rules, "", nil)
}
