// Stream_upload stores what it reads from standard input, whose length nobody knows, until its end or Ctrl-C.
//
//	tar c ~/pictures | OSS_ENDPOINT=... OSS_BUCKET=examplebucket go run ./stream_upload pictures.tar
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"

	oss "alioss/bindings/go"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: stream_upload KEY <CONTENT")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	bucket, err := oss.NewBucket(os.Getenv("OSS_BUCKET"), oss.Options{
		Endpoint: os.Getenv("OSS_ENDPOINT"),
		Region:   os.Getenv("OSS_REGION"),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer bucket.Close()

	// Nothing is stored unless all of it arrives, with the right CRC-64.
	answer, err := bucket.PutObject(ctx, os.Args[1], os.Stdin, oss.WithMetadata("origin", "stdin"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("stored, CRC-64 %d, request id %s\n", answer.CRC64, answer.RequestID)
}
