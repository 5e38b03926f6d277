package main

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func bytesOf(length int) []byte {
	all := make([]byte, length)
	for index := range all {
		all[index] = byte(index % 251)
	}
	return all
}

func (b bucket) put(key, content string) *oss.PutObjectResult {
	return must(b.PutObject(ctx, &oss.PutObjectRequest{Bucket: b.name, Key: &key, Body: strings.NewReader(content)}))
}

func (b bucket) get(key string) string {
	return read(must(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: &key})))
}

func (b bucket) head(key string) *oss.HeadObjectResult {
	return must(b.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: b.name, Key: &key}))
}

func read(got *oss.GetObjectResult) string {
	defer got.Body.Close()
	return string(must(io.ReadAll(got.Body)))
}

func isNow(date *time.Time) bool {
	return date != nil && time.Since(*date).Abs() < 100*time.Second
}

func objects(b bucket) {
	for _, key := range oddKeys {
		content := strings.Repeat(key, 3)
		put := b.put(key, content)
		check("put "+key, of(put.StatusCode, len(*put.ETag)), 200, 34)
		got := must(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: &key}))
		check("get "+key, of(read(got), got.HashCRC64), content, put.HashCRC64)
	}
	b.put("empty", "")
	check("get nothing", of(b.get("empty")), "")

	put := must(b.PutObject(ctx, &oss.PutObjectRequest{
		Bucket:       b.name,
		Key:          oss.Ptr("described"),
		Body:         bytes.NewReader(bytesOf(1000)),
		ContentType:  oss.Ptr("text/x-odd"),
		CacheControl: oss.Ptr("no-store"),
		Metadata:     map[string]string{"colour": "red"},
		StorageClass: oss.StorageClassIA,
	}))
	head := b.head("described")
	check("head", of(head.ContentLength, head.ContentType, head.ETag, head.HashCRC64), 1000, "text/x-odd", put.ETag, put.HashCRC64)
	check("head: kind", of(head.ObjectType, head.StorageClass), "Normal", "IA")
	check("head: metadata", of(head.CacheControl, head.Metadata), "no-store", map[string]string{"colour": "red"})
	check("head: date", of(isNow(head.LastModified)), true)
	meta := must(b.GetObjectMeta(ctx, &oss.GetObjectMetaRequest{Bucket: b.name, Key: oss.Ptr("described")}))
	check("meta", of(meta.ContentLength, meta.ETag, meta.LastModified), 1000, put.ETag, head.LastModified)
	check("object exists", of(must(b.IsObjectExist(ctx, *b.name, "described"))), true)
	check("object does not exist", of(must(b.IsObjectExist(ctx, *b.name, "nothing"))), false)
	check("bucket exists", of(must(b.IsBucketExist(ctx, *b.name))), true)
	check("bucket does not exist", of(must(b.IsBucketExist(ctx, "no-such-bucket"))), false)
	b.put("page.html", "<p>")
	check("guessed type", of(b.head("page.html").ContentType), "text/html")

	overridden := must(b.GetObject(ctx, &oss.GetObjectRequest{
		Bucket: b.name, Key: oss.Ptr("described"),
		ResponseContentType: oss.Ptr("text/overridden"), ResponseCacheControl: oss.Ptr("max-age=7"),
	}))
	overridden.Body.Close()
	check("overridden headers", of(overridden.ContentType, overridden.Headers.Get("Cache-Control")), "text/overridden", "max-age=7")
	ranges(b)
}

func ranges(b bucket) {
	content := string(bytesOf(1000))
	for _, one := range []struct{ asked, wanted, header string }{
		{"bytes=10-19", content[10:20], "bytes 10-19/1000"},
		{"bytes=990-", content[990:], "bytes 990-999/1000"},
		{"bytes=-7", content[993:], "bytes 993-999/1000"},
	} {
		got := must(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: oss.Ptr("described"), Range: &one.asked}))
		check("range "+one.asked, of(got.StatusCode, got.ContentRange, read(got)), 206, one.header, one.wanted)
	}
	impossible := refused(b.GetObject(ctx, &oss.GetObjectRequest{
		Bucket: b.name, Key: oss.Ptr("described"), Range: oss.Ptr("bytes=5000-"), RangeBehavior: oss.Ptr("standard"),
	}))
	check("range that cannot be", of(impossible.StatusCode, impossible.Code), 416, "InvalidRange")
}

func conditions(b bucket) {
	key := oss.Ptr("conditional")
	etag := b.put(*key, "1").ETag
	same := refused(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: key, IfNoneMatch: etag}))
	check("If-None-Match", of(same.StatusCode), 304)
	other := refused(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: key, IfMatch: oss.Ptr(`"0"`)}))
	check("If-Match", of(other.StatusCode, other.Code), 412, "PreconditionFailed")
	check("If-Match that holds", of(read(must(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: key, IfMatch: etag})))), "1")
	exists := refused(b.PutObject(ctx, &oss.PutObjectRequest{
		Bucket: b.name, Key: key, Body: strings.NewReader("2"), ForbidOverwrite: oss.Ptr("true"),
	}))
	check("overwriting forbidden", of(exists.StatusCode, exists.Code), 409, "FileAlreadyExists")
	check("not overwritten", of(b.get(*key)), "1")
}

func copies(b bucket) {
	red := map[string]string{"colour": "red"}
	for _, key := range oddKeys {
		put := must(b.PutObject(ctx, &oss.PutObjectRequest{Bucket: b.name, Key: &key, Body: strings.NewReader(key), Metadata: red}))
		copied := must(b.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: b.name, Key: oss.Ptr("copy of " + key), SourceKey: &key}))
		check("copy "+key, of(b.get("copy of "+key), copied.ETag, copied.HashCRC64), key, put.ETag, put.HashCRC64)
	}
	key := "copy of " + oddKeys[0]
	check("metadata is copied", of(b.head(key).Metadata), red)
	round := map[string]string{"shape": "round"}
	must(b.CopyObject(ctx, &oss.CopyObjectRequest{
		Bucket: b.name, Key: &key, SourceKey: &oddKeys[0], MetadataDirective: oss.Ptr("REPLACE"), Metadata: round,
	}))
	check("metadata is replaced", of(b.head(key).Metadata), round)
	missing := refused(b.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: b.name, Key: &key, SourceKey: oss.Ptr("nothing")}))
	check("copy of nothing", of(missing.Code), "NoSuchKey")
}

func appends(b bucket) {
	add := func(position int64, content string, crc *string) (*oss.AppendObjectResult, error) {
		return b.AppendObject(ctx, &oss.AppendObjectRequest{
			Bucket: b.name, Key: oss.Ptr("appended"), Position: &position, Body: strings.NewReader(content), InitHashCRC64: crc,
		})
	}
	first := must(add(0, "one,", oss.Ptr("0")))
	check("first append", of(first.NextPosition), 4)
	second := must(add(first.NextPosition, "two", first.HashCRC64))
	check("second append", of(second.NextPosition), 7)
	check("appended", of(b.get("appended")), "one,two")
	head := b.head("appended")
	check("kind of appended", of(head.ObjectType, head.NextAppendPosition), "Appendable", 7)
	elsewhere := refused(add(3, "x", nil))
	check("append elsewhere", of(elsewhere.StatusCode, elsewhere.Code, elsewhere.EC), 409, "PositionNotEqualToLength", "0026-00000016")
	must(b.SealAppendObject(ctx, &oss.SealAppendObjectRequest{Bucket: b.name, Key: oss.Ptr("appended"), Position: oss.Ptr(int64(7))}))
	check("sealed", of(refused(add(7, "x", nil)).StatusCode), 409)
}

func tagsOf(pairs ...string) []oss.Tag {
	var tags []oss.Tag
	for index := 0; index < len(pairs); index += 2 {
		tags = append(tags, oss.Tag{Key: &pairs[index], Value: &pairs[index+1]})
	}
	return tags
}

func words(tags []oss.Tag) string {
	var all []string
	for _, tag := range tags {
		all = append(all, oss.ToString(tag.Key)+"="+oss.ToString(tag.Value))
	}
	return strings.Join(all, ";")
}

func properties(b bucket) {
	target := oss.Ptr("target")
	b.put(*target, "aim")
	acl := func() *string {
		return must(b.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: b.name, Key: target})).ACL
	}
	check("default ACL", of(acl()), "default")
	for _, wanted := range []oss.ObjectACLType{oss.ObjectACLPublicRead, oss.ObjectACLPrivate, oss.ObjectACLDefault} {
		must(b.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: b.name, Key: target, Acl: wanted}))
		check("ACL", of(acl()), wanted)
	}

	for _, key := range []string{*target, oddKeys[len(oddKeys)-1]} {
		b.put(key, "aim")
		// This SDK leaves the escaping to its callers.
		must(b.PutSymlink(ctx, &oss.PutSymlinkRequest{Bucket: b.name, Key: oss.Ptr("link"), Target: oss.Ptr(url.PathEscape(key))}))
		link := must(b.GetSymlink(ctx, &oss.GetSymlinkRequest{Bucket: b.name, Key: oss.Ptr("link")}))
		check("target of the link", of(must(url.PathUnescape(*link.Target))), key)
		check("through the link", of(b.get("link")), "aim")
	}

	tags := func(key *string) string {
		return words(must(b.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: b.name, Key: key})).Tags)
	}
	tagging := &oss.Tagging{TagSet: &oss.TagSet{Tags: tagsOf("owner", "me", "a b+c", "/=:")}}
	must(b.PutObjectTagging(ctx, &oss.PutObjectTaggingRequest{Bucket: b.name, Key: target, Tagging: tagging}))
	check("tags", of(tags(target)), "owner=me;a b+c=/=:")
	must(b.DeleteObjectTagging(ctx, &oss.DeleteObjectTaggingRequest{Bucket: b.name, Key: target}))
	check("no tags", of(tags(target)), "")
	must(b.PutObject(ctx, &oss.PutObjectRequest{Bucket: b.name, Key: oss.Ptr("tagged"), Tagging: oss.Ptr("owner=me&a%20b=%2F")}))
	check("tags by header", of(tags(oss.Ptr("tagged"))), "owner=me;a b=/")
	check("number of tags", of(b.head("tagged").TaggingCount), 2)
}

func archived(b bucket) {
	store := func(key string, class oss.StorageClassType) {
		must(b.PutObject(ctx, &oss.PutObjectRequest{Bucket: b.name, Key: &key, Body: strings.NewReader("ice"), StorageClass: class}))
	}
	frozen := oss.Ptr("frozen")
	cannot := func() string {
		return refused(b.GetObject(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: frozen})).Code
	}
	store(*frozen, oss.StorageClassArchive)
	check("frozen", of(cannot()), "InvalidObjectState")
	request := &oss.RestoreObjectRequest{Bucket: b.name, Key: frozen, RestoreRequest: &oss.RestoreRequest{Days: 2}}
	check("restore", of(must(b.RestoreObject(ctx, request)).StatusCode), 202)
	check("restore again", of(refused(b.RestoreObject(ctx, request)).Code), "RestoreAlreadyInProgress")
	for strings.Contains(*b.head(*frozen).Restore, `ongoing-request="true"`) {
		time.Sleep(100 * time.Millisecond)
	}
	check("thawed", of(b.get(*frozen)), "ice")
	must(b.CleanRestoredObject(ctx, &oss.CleanRestoredObjectRequest{Bucket: b.name, Key: frozen}))
	check("frozen again", of(cannot()), "InvalidObjectState")
	store("cold", oss.StorageClassColdArchive)
	restored := must(b.RestoreObject(ctx, &oss.RestoreObjectRequest{
		Bucket: b.name, Key: oss.Ptr("cold"), RestoreRequest: &oss.RestoreRequest{Days: 2, JobParameters: &oss.JobParameters{Tier: oss.Ptr("Expedited")}},
	}))
	check("restore with a tier", of(restored.RestorePriority), "Expedited")
}

func parts(b bucket, key string) (*string, []byte, []oss.UploadPart) {
	content := bytesOf(3*part - 77)
	upload := must(b.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{
		Bucket: b.name, Key: &key, Metadata: map[string]string{"colour": "red"},
	}))
	check("initiated", of(upload.Bucket, upload.Key), b.name, key)
	var sent []oss.UploadPart
	for start := 0; start < len(content); start += part {
		number := int32(len(sent) + 1)
		one := must(b.UploadPart(ctx, &oss.UploadPartRequest{
			Bucket: b.name, Key: &key, UploadId: upload.UploadId, PartNumber: number,
			Body: bytes.NewReader(content[start:min(start+part, len(content))]),
		}))
		sent = append(sent, oss.UploadPart{PartNumber: number, ETag: one.ETag})
	}
	return upload.UploadId, content, sent
}

func (b bucket) complete(key string, upload *string, parts []oss.UploadPart) *oss.CompleteMultipartUploadResult {
	return must(b.CompleteMultipartUpload(ctx, &oss.CompleteMultipartUploadRequest{
		Bucket: b.name, Key: &key, UploadId: upload, CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: parts},
	}))
}

func multipart(b bucket) {
	key := "parts/" + oddKeys[2]
	upload, content, sent := parts(b, key)
	pages := b.NewListPartsPaginator(&oss.ListPartsRequest{Bucket: b.name, Key: &key, UploadId: upload, MaxParts: 1})
	var listed []any
	for pages.HasNext() {
		for _, one := range must(pages.NextPage(ctx)).Parts {
			listed = append(listed, one.PartNumber, one.ETag, one.Size)
		}
	}
	check("parts by pages", listed, 1, sent[0].ETag, part, 2, sent[1].ETag, part, 3, sent[2].ETag, part-77)
	done := b.complete(key, upload, sent)
	check("completed", of(done.Bucket, done.Key, strings.HasSuffix(*done.ETag, `-3"`)), b.name, key, true)
	head := b.head(key)
	check("object of parts", of(head.ContentLength, head.ObjectType, head.Metadata, head.HashCRC64),
		len(content), "Multipart", map[string]string{"colour": "red"}, done.HashCRC64)
	check("content of parts", of(b.get(key) == string(content)), true)

	target := "parts/copied"
	again := must(b.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: b.name, Key: &target}))
	var copied []oss.UploadPart
	for number, wanted := range []string{fmt.Sprintf("bytes=0-%d", part-1), fmt.Sprintf("bytes=%d-%d", part, len(content)-1)} {
		one := must(b.UploadPartCopy(ctx, &oss.UploadPartCopyRequest{
			Bucket: b.name, Key: &target, UploadId: again.UploadId, PartNumber: int32(number + 1), SourceKey: &key, Range: &wanted,
		}))
		copied = append(copied, oss.UploadPart{PartNumber: int32(number + 1), ETag: one.ETag})
	}
	check("CRC of copied parts", of(b.complete(target, again.UploadId, copied).HashCRC64), head.HashCRC64)
	check("object of copied parts", of(b.get(target) == string(content)), true)
}

func uploads(b bucket) {
	wanted := map[string]string{}
	for _, key := range oddKeys {
		wanted[key] = *must(b.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: b.name, Key: &key})).UploadId
	}
	listed := map[string]string{}
	pages := b.NewListMultipartUploadsPaginator(&oss.ListMultipartUploadsRequest{Bucket: b.name, MaxUploads: 3})
	for pages.HasNext() {
		for _, one := range must(pages.NextPage(ctx)).Uploads {
			listed[*one.Key] = *one.UploadId
		}
	}
	check("uploads by pages", of(listed), wanted)
	for key, upload := range wanted {
		aborted := must(b.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: b.name, Key: &key, UploadId: &upload}))
		check("abort "+key, of(aborted.StatusCode), 204)
	}
	left := must(b.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: b.name})).Uploads
	check("all uploads aborted", of(len(left)), 0)
	key := oddKeys[0]
	gone := refused(b.ListParts(ctx, &oss.ListPartsRequest{Bucket: b.name, Key: &key, UploadId: oss.Ptr(wanted[key])}))
	check("upload is gone", of(gone.StatusCode, gone.Code), 404, "NoSuchUpload")
}

func transfers(b bucket) {
	content := bytesOf(5*part + 1)
	path := os.Getenv("SCRATCH") + "/large"
	if err := os.WriteFile(path, content, 0o600); err != nil {
		stop(err)
	}
	uploader := b.NewUploader(func(options *oss.UploaderOptions) { options.PartSize, options.ParallelNum = part, 2 })
	must(uploader.UploadFile(ctx, &oss.PutObjectRequest{Bucket: b.name, Key: oss.Ptr("large")}, path))
	check("uploader", of(b.head("large").ObjectType), "Multipart")
	downloader := b.NewDownloader(func(options *oss.DownloaderOptions) { options.PartSize, options.ParallelNum = part, 2 })
	must(downloader.DownloadFile(ctx, &oss.GetObjectRequest{Bucket: b.name, Key: oss.Ptr("large")}, path+".fetched"))
	check("downloader", of(bytes.Equal(must(os.ReadFile(path+".fetched")), content)), true)
	copier := b.NewCopier(func(options *oss.CopierOptions) {
		options.PartSize, options.ParallelNum, options.MultipartCopyThreshold, options.DisableShallowCopy = part, 2, part, true
	})
	must(copier.Copy(ctx, &oss.CopyObjectRequest{Bucket: b.name, Key: oss.Ptr("copied"), SourceKey: oss.Ptr("large")}))
	check("copier", of(b.get("copied") == string(content)), true)

	log := must(b.AppendFile(ctx, *b.name, "log"))
	must(log.Write([]byte("one,")))
	must(log.Write([]byte("two")))
	check("append file", of(log.Close(), b.get("log")), nil, "one,two")
	file := must(b.OpenFile(ctx, *b.name, "large"))
	defer file.Close()
	must(file.Seek(part, io.SeekStart))
	some := make([]byte, 10)
	must(io.ReadFull(file, some))
	check("open file", of(some), content[part:part+10])
}
