package oss_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	oss "alioss/bindings/go"
)

// exampleBucket opens a new bucket of the local server; programs call oss.NewBucket with their Region.
func exampleBucket(name string) *oss.Bucket {
	bucket, err := oss.NewBucket(fmt.Sprintf("%s-%d", name, os.Getpid()), oss.LocalOptions())
	if err != nil {
		log.Fatal(err)
	}
	if _, err := bucket.PutBucket(context.Background()); err != nil {
		log.Fatal(err)
	}
	return bucket
}

func Example() {
	ctx := context.Background()
	bucket := exampleBucket("example")
	defer bucket.Close()
	if _, err := bucket.PutObject(ctx, "greeting.txt", strings.NewReader("hello")); err != nil {
		log.Fatal(err)
	}
	object, err := bucket.GetObject(ctx, "greeting.txt")
	if err != nil {
		log.Fatal(err)
	}
	defer object.Close()
	content, err := io.ReadAll(object)
	fmt.Println(string(content), err)
	// Output: hello <nil>
}

func ExampleBucket_ListObjectsV2() {
	ctx := context.Background()
	bucket := exampleBucket("example-list")
	defer bucket.Close()
	for _, key := range []string{"photos/1.jpg", "photos/2.jpg", "readme"} {
		if _, err := bucket.PutObjectBytes(ctx, key, []byte("x")); err != nil {
			log.Fatal(err)
		}
	}
	for object, err := range bucket.ListObjectsV2(ctx, "", "/") {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(object.Key, object.IsPrefix)
	}
	// Output:
	// photos/ true
	// readme false
}

func ExampleBucket_FS() {
	ctx := context.Background()
	bucket := exampleBucket("example-fs")
	defer bucket.Close()
	if _, err := bucket.PutObjectBytes(ctx, "site/index.html", []byte("<p>hello")); err != nil {
		log.Fatal(err)
	}
	err := fs.WalkDir(bucket.FS(ctx), ".", func(path string, entry fs.DirEntry, err error) error {
		fmt.Println(entry)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// d ./
	// d site/
	// - index.html
}

func ExampleBucket_Open() {
	ctx := context.Background()
	bucket := exampleBucket("example-open")
	defer bucket.Close()
	if _, err := bucket.PutObject(ctx, "letters", bytes.NewReader([]byte("abcdefgh"))); err != nil {
		log.Fatal(err)
	}
	file, err := bucket.Open(ctx, "letters")
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	part := make([]byte, 3)
	_, err = file.ReadAt(part, 2)
	fmt.Println(string(part), err)
	// Output: cde <nil>
}

func ExampleError() {
	bucket := exampleBucket("example-error")
	defer bucket.Close()
	_, err := bucket.GetObject(context.Background(), "missing")
	var e *oss.Error
	if errors.As(err, &e) {
		fmt.Println(errors.Is(err, oss.NotFound), e.HTTPStatus, e.Code)
	}
	// Output: true 404 NoSuchKey
}

func ExampleBucket_NewWriter() {
	ctx := context.Background()
	bucket := exampleBucket("example-writer")
	defer bucket.Close()
	writer, err := bucket.NewWriter(ctx, "numbers.txt")
	if err != nil {
		log.Fatal(err)
	}
	for i := range 3 {
		fmt.Fprintln(writer, i)
	}
	if err := writer.Close(); err != nil {
		log.Fatal(err)
	}
	answer, err := bucket.HeadObject(ctx, "numbers.txt")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.ContentLength, "bytes")
	// Output: 6 bytes
}

func ExampleBucket_Presign() {
	ctx := context.Background()
	bucket := exampleBucket("example-presign")
	defer bucket.Close()
	if _, err := bucket.PutObjectBytes(ctx, "shared.txt", []byte("for you")); err != nil {
		log.Fatal(err)
	}
	presigned, err := bucket.Presign(ctx, "GET", "shared.txt", time.Hour)
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.Get(presigned.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	fmt.Println(response.Status, string(content), err)
	// Output: 200 OK for you <nil>
}

func ExampleWithRange() {
	ctx := context.Background()
	bucket := exampleBucket("example-range")
	defer bucket.Close()
	_, err := bucket.PutObjectBytes(ctx, "letters", []byte("abcdefgh"),
		oss.WithContentType("text/plain"), oss.WithMetadata("author", "me"))
	if err != nil {
		log.Fatal(err)
	}
	object, err := bucket.GetObject(ctx, "letters", oss.WithRange(2, 4))
	if err != nil {
		log.Fatal(err)
	}
	defer object.Close()
	content, err := io.ReadAll(object)
	fmt.Println(string(content), object.Meta()["author"], err)
	// Output: cde me <nil>
}

func ExampleObserverFunc() {
	options := oss.LocalOptions()
	options.Observer = oss.ObserverFunc(func(_ context.Context, call oss.Call) {
		fmt.Println(call.Operation, call.HTTPStatus, call.Attempts, errors.Is(call.Err, oss.NotFound))
	})
	bucket, err := oss.NewBucket(fmt.Sprintf("example-observer-%d", os.Getpid()), options)
	if err != nil {
		log.Fatal(err)
	}
	defer bucket.Close()
	bucket.HeadObject(context.Background(), "missing")
	// Output: HeadObject 404 1 true
}
