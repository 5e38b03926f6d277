// Alibaba Cloud's Go SDK v2, unchanged, against the local server.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"runtime"
	"strings"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

const part = 100 * 1024

var (
	ctx    = context.Background()
	region = os.Getenv("OSS_REGION")
	passed int
	failed int
)

// Keys that something between a program and the service could mistake: percent, plus, query, XML, blanks, dots, scripts.
var oddKeys = []string{
	" blank at both ends ",
	"%41 is not A",
	"a+b c",
	"a//b/",
	"back\\slash",
	"dots/../in/./it",
	"line\nand\ttab",
	"query?a=b&c=d#e",
	"quote\"'<&>]]>",
	"~tilde-_.!*()",
	"\u00e9\u6587\u4ef6/\U0001f600",
}

// text is how a value is compared: without its pointer and without the name of its type.
func text(value any) string {
	reflected := reflect.ValueOf(value)
	if reflected.Kind() == reflect.Pointer {
		if reflected.IsNil() {
			return "nothing"
		}
		return text(reflected.Elem().Interface())
	}
	return fmt.Sprintf("%+q", fmt.Sprint(value))
}

func texts(values []any) string {
	var all []string
	for _, value := range values {
		all = append(all, text(value))
	}
	return strings.Join(all, " ")
}

// of makes a list of what is to be compared.
func of(values ...any) []any { return values }

// check compares, says what came of it and counts.
func check(what string, got []any, wanted ...any) {
	if texts(got) == texts(wanted) {
		passed++
		fmt.Printf("ok %s\n", text(what))
		return
	}
	failed++
	fmt.Printf("FAILED %s: %s is not %s\n", text(what), texts(got), texts(wanted))
}

// stop ends the program because the next steps make no sense.
func stop(err any) {
	_, file, line, _ := runtime.Caller(2)
	fmt.Printf("FAILED %s:%d: %v\n", file, line, err)
	os.Exit(1)
}

func must[T any](got T, err error) T {
	if err != nil {
		stop(err)
	}
	return got
}

// refused is the service's answer to a call that has to fail: a check, too.
func refused[T any](_ T, err error) *oss.ServiceError {
	var answer *oss.ServiceError
	if !errors.As(err, &answer) {
		stop(fmt.Sprintf("not refused: %v", err))
	}
	check("refused by the service, with a request id", of(len(answer.RequestID)), 24)
	return answer
}

// transport connects to the local server whatever the host, so that the service's own host names can be used.
func transport(port string) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
	}}
}

func newClient(id, secret, token string) *oss.Client {
	versions := map[string]oss.SignatureVersionType{"v1": oss.SignatureVersionV1, "v4": oss.SignatureVersionV4}
	version, known := versions[os.Getenv("OSS_SIGNATURE")]
	if !known {
		stop("OSS_SIGNATURE is neither v1 nor v4")
	}
	config := oss.LoadDefaultConfig().
		WithRegion(region).
		WithEndpoint(os.Getenv("OSS_ENDPOINT")).
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(id, secret, token)).
		WithSignatureVersion(version)
	if port := os.Getenv("CONNECT_TO"); port != "" {
		config.WithHttpClient(&http.Client{Transport: transport(port)})
		http.DefaultTransport = transport(port)
	}
	return oss.NewClient(config)
}

func ordinary() *oss.Client {
	return newClient(os.Getenv("OSS_ACCESS_KEY_ID"), os.Getenv("OSS_ACCESS_KEY_SECRET"), "")
}

// bucket is where one area of checks works.
type bucket struct {
	*oss.Client
	name *string
}

// remove deletes a bucket with all that is in it.
func (b bucket) remove() {
	uploads := b.NewListMultipartUploadsPaginator(&oss.ListMultipartUploadsRequest{Bucket: b.name})
	for uploads.HasNext() {
		for _, one := range must(uploads.NextPage(ctx)).Uploads {
			must(b.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: b.name, Key: one.Key, UploadId: one.UploadId}))
		}
	}
	versions := b.NewListObjectVersionsPaginator(&oss.ListObjectVersionsRequest{Bucket: b.name})
	for versions.HasNext() {
		page := must(versions.NextPage(ctx))
		for _, one := range page.ObjectVersions {
			must(b.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: b.name, Key: one.Key, VersionId: one.VersionId}))
		}
		for _, one := range page.ObjectDeleteMarkers {
			must(b.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: b.name, Key: one.Key, VersionId: one.VersionId}))
		}
	}
	deleted := must(b.DeleteBucket(ctx, &oss.DeleteBucketRequest{Bucket: b.name}))
	check("delete bucket", of(deleted.StatusCode), 204)
	gone := refused(b.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: b.name}))
	check("bucket is gone", of(gone.Code), "NoSuchBucket")
}

func main() {
	areas := []struct {
		name string
		run  func(bucket)
	}{
		{"objects", objects}, {"conditions", conditions}, {"copies", copies}, {"appends", appends},
		{"properties", properties}, {"archived", archived}, {"multipart", multipart}, {"uploads", uploads},
		{"transfers", transfers}, {"listings", listings}, {"deleting", deleting}, {"versions", versions},
		{"presigned", presigned}, {"lifecycle", lifecycle}, {"cors", cors}, {"website", website},
		{"settings", settings}, {"protection", protection}, {"switches", switches}, {"names", names}, {"worm", worm},
		{"inventory", inventory}, {"descriptions", descriptions}, {"temporary", temporary}, {"errors", serviceErrors},
	}
	client := ordinary()
	var buckets []bucket
	for number, area := range areas {
		b := bucket{client, oss.Ptr(fmt.Sprintf("go-%02d-%s", number, area.name))}
		must(b.PutBucket(ctx, &oss.PutBucketRequest{
			Bucket: b.name,
			Acl:    oss.BucketACLPrivate,
			CreateBucketConfiguration: &oss.CreateBucketConfiguration{
				StorageClass:       oss.StorageClassStandard,
				DataRedundancyType: oss.DataRedundancyLRS,
			},
		}))
		buckets = append(buckets, b)
	}
	service(client, buckets)
	for number, area := range areas {
		area.run(buckets[number])
		buckets[number].remove()
	}
	fmt.Printf("%d checks passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
