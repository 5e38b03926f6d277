// Download_progress fetches an object into a file, which appears whole or not at all, and shows how far it is.
//
//	OSS_ENDPOINT=... OSS_BUCKET=examplebucket go run ./download_progress KEY FILE
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	oss "alioss/bindings/go"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: download_progress KEY FILE")
	}
	bucket, err := oss.NewBucket(os.Getenv("OSS_BUCKET"), oss.Options{
		Endpoint: os.Getenv("OSS_ENDPOINT"),
		Region:   os.Getenv("OSS_REGION"),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer bucket.Close()

	shown := int64(0)
	progress := func(done, total int64) error {
		if quarters := 4 * done / max(total, 1); quarters > shown {
			shown = quarters
			fmt.Printf("%d of %d bytes\n", done, total)
		}
		return nil // an error would end the download
	}
	answer, err := bucket.GetObjectToFile(context.Background(), os.Args[1], os.Args[2], oss.WithProgress(progress))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stored on", answer.LastModified.Format("2006-01-02"))
}
