// Alibaba Cloud's Go SDK v1, unchanged, as the table of clients in the local server's README has it.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

var passed int

func must(err error) {
	if err != nil {
		fmt.Println("FAILED", err)
		os.Exit(1)
	}
}

func check(what string, holds bool, found ...any) {
	if !holds {
		must(fmt.Errorf("%s: %v", what, found))
	}
	passed++
	fmt.Println("ok", what)
}

func refused(what string, err error, code string) {
	var service oss.ServiceError
	check(what, errors.As(err, &service) && service.Code == code, err)
}

func read(body io.ReadCloser, err error) string {
	must(err)
	defer body.Close()
	all, err := io.ReadAll(body)
	must(err)
	return string(all)
}

func connect(secret string, version oss.AuthVersionType) *oss.Client {
	client, err := oss.New(os.Getenv("OSS_ENDPOINT"), os.Getenv("OSS_ACCESS_KEY_ID"), secret,
		oss.AuthVersion(version), oss.Region(os.Getenv("OSS_REGION")))
	must(err)
	return client
}

func use(name string, version oss.AuthVersionType) {
	secret := os.Getenv("OSS_ACCESS_KEY_SECRET")
	client := connect(secret, version)
	must(client.CreateBucket(name))
	buckets, err := client.ListBuckets(oss.Prefix(name))
	must(err)
	check("ListBuckets", len(buckets.Buckets) == 1, buckets)
	bucket, err := client.Bucket(name)
	must(err)

	const key = "a b/%41+\u00e9?#.txt"
	must(bucket.PutObject(key, strings.NewReader("hello"), oss.Meta("color", "blue")))
	text := read(bucket.GetObject(key))
	check("GetObject", text == "hello", text)
	meta, err := bucket.GetObjectDetailedMeta(key)
	must(err)
	check("GetObjectDetailedMeta", meta.Get("X-Oss-Meta-Color") == "blue", meta)
	listed, err := bucket.ListObjectsV2(oss.Prefix("a b/"))
	must(err)
	check("ListObjectsV2", len(listed.Objects) == 1 && listed.Objects[0].Key == key, listed.Objects)

	file := filepath.Join(os.Getenv("SCRATCH"), name)
	all := bytes.Repeat([]byte{7}, 700<<10)
	must(os.WriteFile(file, all, 0o600))
	must(bucket.UploadFile("large", file, 256<<10, oss.Routines(2)))
	must(bucket.DownloadFile("large", file+".back", 256<<10, oss.Routines(2)))
	back, err := os.ReadFile(file + ".back")
	must(err)
	check("UploadFile and DownloadFile", bytes.Equal(all, back))

	url, err := bucket.SignURL(key, oss.HTTPGet, 60)
	must(err)
	text = read(bucket.GetObjectWithURL(url))
	check("a signed URL", text == "hello", text)
	_, err = bucket.GetObject("missing")
	refused("a missing key", err, "NoSuchKey")
	wrong, err := connect("x", version).Bucket(name)
	must(err)
	_, err = wrong.GetObject(key)
	refused("a wrong secret", err, "SignatureDoesNotMatch")

	_, err = bucket.DeleteObjects([]string{key, "large"})
	must(err)
	must(client.DeleteBucket(name))
	there, err := client.IsBucketExist(name)
	must(err)
	check("it is gone", !there)
}

func main() {
	use("go-v1", oss.AuthV1)
	use("go-v4", oss.AuthV4)
	fmt.Printf("%d checks passed, 0 failed\n", passed)
}
