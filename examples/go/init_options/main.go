// Init_options shows how to reach the service: one session for two buckets, time-outs, keys that a function fetches,
// and what an option that makes no sense leads to.
//
//	OSS_ENDPOINT=https://oss-cn-hangzhou.aliyuncs.com OSS_BUCKET=examplebucket go run ./init_options
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	oss "alioss/bindings/go"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

// fetchKeys would ask a token service, and remember the keys until shortly before they expire.
func fetchKeys(ctx context.Context) (oss.Keys, error) {
	return oss.Keys{ID: os.Getenv("OSS_ACCESS_KEY_ID"), Secret: os.Getenv("OSS_ACCESS_KEY_SECRET")}, nil
}

func run(ctx context.Context) error {
	session, err := oss.NewSession(oss.Options{
		PoolSize: 20,
		MinTLS:   oss.TLS12,
		CAFile:   os.Getenv("OSS_CA_FILE"), // "" trusts the public roots
	})
	if err != nil {
		return err
	}
	defer session.Close()

	options := oss.Options{
		Endpoint:       os.Getenv("OSS_ENDPOINT"),
		Region:         os.Getenv("OSS_REGION"),
		Credentials:    oss.CredentialsFunc(fetchKeys),
		Session:        session,
		ConnectTimeout: 5 * time.Second,
		ReadTimeout:    20 * time.Second,
		Attempts:       5,
		AppName:        "example/1.0",
	}
	bucket, err := oss.NewBucket(os.Getenv("OSS_BUCKET"), options)
	if err != nil {
		return err
	}
	defer bucket.Close()
	_, err = bucket.HeadObject(ctx, "no such object")
	fmt.Println("not found:", errors.Is(err, oss.NotFound))

	options.Attempts = 1000
	_, err = oss.NewBucket("examplebucket", options)
	fmt.Println("refused:", err)
	return nil
}
