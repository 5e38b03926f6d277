package oss

import (
	"bytes"
	"context"
	"io"
	"syscall"
	"testing"

	"alioss/bindings/go/internal/cloop"
)

// used returns the processor time of this process, which the noise of others changes less than the clock.
func used(b *testing.B) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

// cpu begins to count the processor time; the result ends it.
func cpu(b *testing.B) func() {
	b.ReportAllocs()
	b.ResetTimer()
	before := used(b)
	return func() { b.ReportMetric(float64(used(b)-before)/float64(b.N), "cpu-ns/op") }
}

// What Go adds to an operation of 1 KiB. Each iteration runs so many operations in each way, one way after the other, and
// the least of all iterations is what one costs: in a loop in C, in C but called from Go once for each, and by this package.
// The second shows what Go's runtime wants for a call that blocks.
func BenchmarkBesideC(b *testing.B) {
	const operations = 200
	bucket, data, buffer := newBucket(b), pattern(1024), make([]byte, 1024)
	loop, err := cloop.Open(server.http, region, bucket.Name())
	if err != nil {
		b.Fatal(err)
	}
	defer loop.Close()
	live, cancel := context.WithCancel(context.Background())
	defer cancel()
	inC := func(run func([]byte, int) int, data []byte, times int) func() error {
		return func() error {
			if status := run(data, times); status != 0 {
				return Status(status)
			}
			return nil
		}
	}
	ways := []struct {
		name  string
		times int
		run   func() error
	}{
		{"put-C", 1, inC(loop.Put, data, operations)},
		{"put-C-from-Go", operations, inC(loop.Put, data, 1)},
		{"put-Go", operations, func() error { return second(bucket.PutObjectBytes(context.Background(), "key", data)) }},
		{"put-Go-ctx", operations, func() error { return second(bucket.PutObjectBytes(live, "key", data)) }},
		{"put-Go-reader", operations, func() error { return second(bucket.PutObject(live, "key", bytes.NewReader(data))) }},
		{"get-C", 1, inC(loop.Get, buffer, operations)},
		{"get-C-from-Go", operations, inC(loop.Get, buffer, 1)},
		{"get-Go", operations, func() error {
			_, _, err := bucket.GetObjectToBuffer(context.Background(), "key", buffer)
			return err
		}},
		{"get-Go-read", operations, func() error {
			object, err := bucket.GetObject(live, "key")
			if err != nil {
				return err
			}
			defer object.Close()
			_, err = io.ReadFull(object, buffer)
			return err
		}},
	}
	least := make([]float64, len(ways))
	b.ResetTimer()
	for range b.N {
		for i, way := range ways {
			before := used(b)
			for range way.times {
				if err := way.run(); err != nil {
					b.Fatal(way.name, err)
				}
			}
			cost := float64(used(b)-before) / operations / 1000
			if least[i] == 0 || cost < least[i] {
				least[i] = cost
			}
		}
	}
	for i, way := range ways {
		b.ReportMetric(least[i], way.name+"-cpu-us/op")
	}
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
