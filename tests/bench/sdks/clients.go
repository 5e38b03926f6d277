package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"syscall"

	alioss "alioss/bindings/go"

	official "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

const region = "cn-hangzhou"

// A client does what is measured.
type client interface {
	makeBucket() error
	put(key string, data []byte) error
	get(key string) (int64, error)
	head(key string) error
	list() (int, error)
}

// runClient performs an operation so many times and prints what one cost.
func runClient(name, operation, times string) {
	count, err := strconv.Atoi(times)
	check(err)
	c := newClient(name)
	check(c.makeBucket())
	run := prepare(c, operation)
	for range 1 + count/10 {
		check(run())
	}
	cpu, allocated := used()
	for range count {
		check(run())
	}
	cpuAfter, allocatedAfter := used()
	fmt.Println(float64(cpuAfter-cpu)/1000/float64(count), float64(allocatedAfter-allocated)/float64(count))
}

// used returns the processor time in nanoseconds and what Go allocated in bytes so far.
func used() (cpu int64, allocated uint64) {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return usage.Utime.Nano() + usage.Stime.Nano(), memory.TotalAlloc
}

// prepare stores what an operation needs, and returns it.
func prepare(c client, operation string) func() error {
	sizes := map[string]int{"put 1 KiB": 1 << 10, "get 1 KiB": 1 << 10, "head": 1, "put 1 MiB": 1 << 20, "get 1 MiB": 1 << 20}
	data := bytes.Repeat([]byte("x"), sizes[operation])
	switch operation {
	case "put 1 KiB", "put 1 MiB":
		return func() error { return c.put("key", data) }
	case "get 1 KiB", "get 1 MiB":
		check(c.put("key", data))
		return func() error {
			got, err := c.get("key")
			if err == nil && got != int64(len(data)) {
				err = fmt.Errorf("%d bytes came", got)
			}
			return err
		}
	case "head":
		check(c.put("key", data))
		return func() error { return c.head("key") }
	case "list 1000":
		for i := range 1000 {
			check(c.put(fmt.Sprintf("list/%04d", i), nil))
		}
		return func() error {
			count, err := c.list()
			if err == nil && count != 1000 {
				err = fmt.Errorf("%d were listed", count)
			}
			return err
		}
	}
	check(fmt.Errorf("there is no operation %q", operation))
	return nil
}

func newClient(name string) client {
	bucket := fmt.Sprintf("sdks-%s-%d", name, os.Getpid())
	if name == "alioss" {
		b, err := alioss.NewBucket(bucket, alioss.Options{Endpoint: os.Getenv("OSS_ENDPOINT"), Region: region})
		check(err)
		return ours{b}
	}
	config := official.LoadDefaultConfig().WithRegion(region).WithEndpoint(os.Getenv("OSS_ENDPOINT")).
		WithCredentialsProvider(credentials.NewEnvironmentVariableCredentialsProvider())
	return theirs{official.NewClient(config), &bucket}
}

var ctx = context.Background()

type ours struct{ bucket *alioss.Bucket }

func (c ours) makeBucket() error {
	_, err := c.bucket.PutBucket(ctx)
	return err
}

func (c ours) put(key string, data []byte) error {
	_, err := c.bucket.PutObject(ctx, key, bytes.NewReader(data))
	return err
}

func (c ours) get(key string) (int64, error) {
	object, err := c.bucket.GetObject(ctx, key)
	if err != nil {
		return 0, err
	}
	defer object.Close()
	return io.Copy(io.Discard, object)
}

func (c ours) head(key string) error {
	_, err := c.bucket.HeadObject(ctx, key)
	return err
}

func (c ours) list() (count int, err error) {
	for _, err := range c.bucket.ListObjectsV2(ctx, "list/", "", alioss.WithPageSize(1000)) {
		if err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

type theirs struct {
	client *official.Client
	bucket *string
}

func (c theirs) makeBucket() error {
	_, err := c.client.PutBucket(ctx, &official.PutBucketRequest{Bucket: c.bucket})
	return err
}

func (c theirs) put(key string, data []byte) error {
	_, err := c.client.PutObject(ctx, &official.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: bytes.NewReader(data)})
	return err
}

func (c theirs) get(key string) (int64, error) {
	object, err := c.client.GetObject(ctx, &official.GetObjectRequest{Bucket: c.bucket, Key: &key})
	if err != nil {
		return 0, err
	}
	defer object.Body.Close()
	return io.Copy(io.Discard, object.Body)
}

func (c theirs) head(key string) error {
	_, err := c.client.HeadObject(ctx, &official.HeadObjectRequest{Bucket: c.bucket, Key: &key})
	return err
}

func (c theirs) list() (count int, err error) {
	pages := c.client.NewListObjectsV2Paginator(&official.ListObjectsV2Request{
		Bucket: c.bucket, Prefix: official.Ptr("list/"), MaxKeys: 1000,
	})
	for pages.HasNext() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return count, err
		}
		count += len(page.Contents)
	}
	return count, nil
}
