package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func keys(listed []oss.ObjectProperties) []string {
	var all []string
	for _, one := range listed {
		all = append(all, *one.Key)
	}
	return all
}

func prefixes(listed []oss.CommonPrefix) []string {
	var all []string
	for _, one := range listed {
		all = append(all, *one.Prefix)
	}
	return all
}

func listings(b bucket) {
	var odd, files []string
	for _, key := range oddKeys {
		b.put("odd/"+key, key)
		odd = append(odd, "odd/"+key)
		if !strings.Contains(key, "/") {
			files = append(files, "odd/"+key)
		}
	}
	slices.Sort(odd)
	slices.Sort(files)
	directories := []string{"odd/a/", "odd/dots/", "odd/\u00e9\u6587\u4ef6/"}
	prefix, slash := oss.Ptr("odd/"), oss.Ptr("/")

	first := must(b.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: b.name, Prefix: prefix})).Contents[0]
	check("what a listing says", of(first.Size, first.Type, first.StorageClass, len(*first.ETag), isNow(first.LastModified)),
		len(oddKeys[0]), "Normal", "Standard", 34, true)
	with := must(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b.name, Prefix: prefix, FetchOwner: true}))
	check("owner in a listing", of(with.Contents[0].Owner.ID, with.KeyCount), first.Owner.ID, len(odd))
	without := must(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b.name, Prefix: prefix}))
	check("no owner in a listing", of(without.Contents[0].Owner == nil), true)

	for _, size := range []int32{1, 3, int32(len(odd))} {
		var one, two []string
		pages := b.NewListObjectsPaginator(&oss.ListObjectsRequest{Bucket: b.name, Prefix: prefix, MaxKeys: size})
		for pages.HasNext() {
			one = append(one, keys(must(pages.NextPage(ctx)).Contents)...)
		}
		pagesV2 := b.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: b.name, Prefix: prefix, MaxKeys: size})
		for pagesV2.HasNext() {
			two = append(two, keys(must(pagesV2.NextPage(ctx)).Contents)...)
		}
		check("pages", of(one), odd)
		check("pages, V2", of(two), odd)
	}
	listed := must(b.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: b.name, Prefix: prefix, Delimiter: slash}))
	check("directories", of(prefixes(listed.CommonPrefixes), keys(listed.Contents)), directories, files)
	listedV2 := must(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b.name, Prefix: prefix, Delimiter: slash}))
	check("directories, V2", of(prefixes(listedV2.CommonPrefixes), keys(listedV2.Contents)), directories, files)
	marked := must(b.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: b.name, Prefix: prefix, Marker: &odd[4]}))
	check("marker", of(keys(marked.Contents)), odd[5:])
	after := must(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b.name, Prefix: prefix, StartAfter: &odd[4]}))
	check("start after", of(keys(after.Contents)), odd[5:])
	nothing := must(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b.name, Prefix: oss.Ptr("no such")}))
	check("nothing", of(len(nothing.Contents), nothing.IsTruncated), 0, false)
}

func deleting(b bucket) {
	var doomed []oss.DeleteObject
	for _, key := range oddKeys {
		b.put(key, "")
		doomed = append(doomed, oss.DeleteObject{Key: &key})
	}
	for range 2 {
		deleted := must(b.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: b.name, Key: &oddKeys[0]}))
		check("delete", of(deleted.StatusCode, deleted.DeleteMarker), 204, false)
	}
	var deleted []string
	for _, one := range must(b.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: b.name, Objects: doomed})).DeletedObjects {
		deleted = append(deleted, *one.Key)
	}
	check("delete many", of(deleted), oddKeys)
	b.put("quiet", "")
	quiet := must(b.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{
		Bucket: b.name, Objects: []oss.DeleteObject{{Key: oss.Ptr("quiet")}}, Quiet: true,
	}))
	check("delete many quietly", of(quiet.StatusCode, len(quiet.DeletedObjects)), 200, 0)
	left := must(b.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: b.name}))
	check("all are gone", of(len(left.Contents)), 0)
}

func (b bucket) setVersioning(status oss.VersioningStatusType) {
	must(b.PutBucketVersioning(ctx, &oss.PutBucketVersioningRequest{
		Bucket: b.name, VersioningConfiguration: &oss.VersioningConfiguration{Status: status},
	}))
}

func versions(b bucket) {
	versioning := func() *string {
		return must(b.GetBucketVersioning(ctx, &oss.GetBucketVersioningRequest{Bucket: b.name})).VersionStatus
	}
	check("no versioning", of(versioning()), (*string)(nil))
	b.setVersioning(oss.VersionEnabled)
	check("versioning", of(versioning()), "Enabled")
	key := oss.Ptr("many")
	older, newer := b.put(*key, "old").VersionId, b.put(*key, "newer").VersionId
	marker := must(b.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: b.name, Key: key}))
	check("delete marker", of(marker.DeleteMarker, *older != *newer), true, true)
	hidden := refused(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: key}))
	check("hidden by a marker", of(hidden.Code, hidden.Headers.Get("x-oss-delete-marker")), "NoSuchKey", "true")
	check("old version", of(read(must(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: key, VersionId: older})))), "old")
	head := must(b.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: b.name, Key: key, VersionId: newer}))
	check("head of a version", of(head.ContentLength, head.VersionId), 5, newer)
	copied := must(b.CopyObject(ctx, &oss.CopyObjectRequest{
		Bucket: b.name, Key: oss.Ptr("restored"), SourceKey: key, SourceVersionId: older,
	}))
	check("copied version", of(b.get("restored"), copied.SourceVersionId), "old", older)

	listed := must(b.ListObjectVersions(ctx, &oss.ListObjectVersionsRequest{Bucket: b.name, Prefix: key}))
	var seen []any
	for _, one := range listed.ObjectVersions {
		seen = append(seen, one.VersionId, one.IsLatest, one.Size)
	}
	check("versions", seen, newer, false, 5, older, false, 3)
	markers := listed.ObjectDeleteMarkers
	check("markers", of(len(markers), markers[0].VersionId, markers[0].IsLatest), 1, marker.VersionId, true)
	pages := b.NewListObjectVersionsPaginator(&oss.ListObjectVersionsRequest{Bucket: b.name, MaxKeys: 1})
	seen = nil
	for pages.HasNext() {
		page := must(pages.NextPage(ctx))
		for _, one := range page.ObjectDeleteMarkers {
			seen = append(seen, one.VersionId)
		}
		for _, one := range page.ObjectVersions {
			seen = append(seen, one.VersionId)
		}
	}
	check("versions by pages", seen, marker.VersionId, newer, older, copied.VersionId)
	must(b.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: b.name, Key: key, VersionId: marker.VersionId}))
	check("without the marker", of(b.get(*key)), "newer")
	oddVersions(b)
	b.setVersioning(oss.VersionSuspended)
	check("suspended", of(b.put("null", "").VersionId), "null")
}

func oddVersions(b bucket) {
	var doomed []oss.DeleteObject
	var wanted, deleted []string
	for _, key := range oddKeys {
		doomed = append(doomed, oss.DeleteObject{Key: &key, VersionId: b.put(key, "").VersionId})
		wanted = append(wanted, key+*doomed[len(doomed)-1].VersionId)
	}
	for _, one := range must(b.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: b.name, Objects: doomed})).DeletedObjects {
		deleted = append(deleted, *one.Key+*one.VersionId)
	}
	check("delete versions", of(deleted), wanted)
}

// plain sends a request without the SDK: its status, headers and content.
func plain(method, url, content string, headers map[string]string) (int, http.Header, string) {
	request := must(http.NewRequest(method, url, strings.NewReader(content)))
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer := must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	return answer.StatusCode, answer.Header, string(must(io.ReadAll(answer.Body)))
}

func presigned(b bucket) {
	sign := func(request any) *oss.PresignResult {
		return must(b.Presign(ctx, request, oss.PresignExpires(10*time.Minute)))
	}
	for _, key := range oddKeys {
		status, _, _ := plain("PUT", sign(&oss.PutObjectRequest{Bucket: b.name, Key: &key}).URL, key, nil)
		check("presigned put of "+key, of(status), 200)
		status, _, content := plain("GET", sign(&oss.GetObjectRequest{Bucket: b.name, Key: &key}).URL, "", nil)
		check("presigned get of "+key, of(status, content), 200, key)
		status, headers, _ := plain("HEAD", sign(&oss.HeadObjectRequest{Bucket: b.name, Key: &key}).URL, "", nil)
		check("presigned head of "+key, of(status, headers.Get("Content-Length")), 200, len(key))
	}
	key := oss.Ptr("signed")
	put := sign(&oss.PutObjectRequest{
		Bucket: b.name, Key: key, ContentType: oss.Ptr("text/x-odd"), Metadata: map[string]string{"colour": "red"},
	})
	status, _, _ := plain("PUT", put.URL, "1", put.SignedHeaders)
	check("presigned put with headers", of(status, b.head(*key).Metadata), 200, map[string]string{"colour": "red"})
	status, _, content := plain("PUT", put.URL, "1", map[string]string{"Content-Type": "text/x-odd", "x-oss-meta-colour": "blue"})
	check("presigned put with another header", of(status, strings.Contains(content, "SignatureDoesNotMatch")), 403, true)
	get := sign(&oss.GetObjectRequest{Bucket: b.name, Key: key, ResponseContentDisposition: oss.Ptr("attachment; filename=a")})
	status, headers, content := plain("GET", get.URL, "", nil)
	check("presigned parameter", of(status, headers.Get("Content-Disposition"), content), 200, "attachment; filename=a", "1")
	status, _, _ = plain("PUT", get.URL, "2", nil)
	check("wrong method", of(status), 403)

	upload := must(b.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: b.name, Key: key})).UploadId
	status, _, _ = plain("PUT", sign(&oss.UploadPartRequest{Bucket: b.name, Key: key, UploadId: upload, PartNumber: 1}).URL, "part", nil)
	check("presigned part", of(status), 200)
	status, _, _ = plain("DELETE", sign(&oss.AbortMultipartUploadRequest{Bucket: b.name, Key: key, UploadId: upload}).URL, "", nil)
	check("presigned abort", of(status), 204)
}
