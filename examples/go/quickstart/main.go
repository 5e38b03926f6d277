// Quickstart stores an object, lists the bucket, fetches the object back and deletes it.
//
//	OSS_ENDPOINT=https://oss-cn-hangzhou.aliyuncs.com OSS_BUCKET=examplebucket go run ./quickstart
//
// OSS_REGION is needed where the endpoint does not name the region. The library itself reads OSS_ACCESS_KEY_ID and
// OSS_ACCESS_KEY_SECRET.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	oss "alioss/bindings/go"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	bucket, err := oss.NewBucket(os.Getenv("OSS_BUCKET"), oss.Options{
		Endpoint: os.Getenv("OSS_ENDPOINT"),
		Region:   os.Getenv("OSS_REGION"),
	})
	if err != nil {
		return err
	}
	defer bucket.Close()

	answer, err := bucket.PutObject(ctx, "quickstart/greeting.txt", strings.NewReader("hello\n"))
	if err != nil {
		return err
	}
	fmt.Println("stored, ETag", answer.ETag)

	for object, err := range bucket.ListObjectsV2(ctx, "quickstart/", "/") {
		if err != nil {
			return err
		}
		fmt.Println("listed", object.Key, object.Size, "bytes")
	}

	object, err := bucket.GetObject(ctx, "quickstart/greeting.txt")
	if err != nil {
		return err
	}
	defer object.Close()
	fmt.Print("fetched ")
	if _, err := io.Copy(os.Stdout, object); err != nil {
		return err
	}

	_, err = bucket.DeleteObject(ctx, "quickstart/greeting.txt")
	return err
}
