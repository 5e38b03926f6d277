package oss

import (
	"bytes"
	"context"
	"io"
	"syscall"
	"testing"

	"alioss/bindings/go/internal/cloop"
)

// cpu begins to count the processor time of this process, which the noise of others does not change; the result ends it.
func cpu(b *testing.B) func() {
	used := func() int64 {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			b.Fatal(err)
		}
		return usage.Utime.Nano() + usage.Stime.Nano()
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := used()
	return func() { b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op") }
}

// A kibibyte is small enough for the way between the languages to show.
func BenchmarkPut1KiB(b *testing.B) {
	data := pattern(1024)
	live, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.Run("C", func(b *testing.B) {
		bucket := newBucket(b)
		defer cpu(b)()
		if status := cloop.Puts(server.http, region, bucket.Name(), data, b.N); status != 0 {
			b.Fatal(Status(status))
		}
	})
	for name, ctx := range map[string]context.Context{"Go": context.Background(), "Go, cancellable": live} {
		b.Run(name, func(b *testing.B) {
			bucket := newBucket(b)
			defer cpu(b)()
			for range b.N {
				if _, err := bucket.PutObjectBytes(ctx, "key", data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Go, reader", func(b *testing.B) {
		bucket := newBucket(b)
		defer cpu(b)()
		for range b.N {
			if _, err := bucket.PutObject(live, "key", bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What Go adds to a request, without the request: the library refuses the key before anything is sent.
func BenchmarkRefusedPut(b *testing.B) {
	bucket := newBucket(b)
	defer cpu(b)()
	for range b.N {
		if _, err := bucket.PutObjectBytes(context.Background(), "/", nil); err == nil {
			b.Fatal("it was not refused")
		}
	}
}

func BenchmarkGet64MiB(b *testing.B) {
	bucket := newBucket(b)
	data := pattern(64 << 20)
	if _, err := bucket.PutObjectBytes(context.Background(), "key", data); err != nil {
		b.Fatal(err)
	}
	live, cancel := context.WithCancel(context.Background())
	defer cancel()
	for name, get := range map[string]func() error{
		"Object": func() error {
			object, err := bucket.GetObject(live, "key")
			if err != nil {
				return err
			}
			defer object.Close()
			_, err = io.Copy(io.Discard, object)
			return err
		},
		"writer": func() error {
			_, err := bucket.GetObjectToWriter(live, "key", io.Discard)
			return err
		},
		"writer that may block": func() error {
			_, err := bucket.GetObjectToWriter(live, "key", struct{ io.Writer }{io.Discard})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			defer cpu(b)()
			for range b.N {
				if err := get(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
