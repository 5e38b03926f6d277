//go:build ossdebug

package oss

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// Without Close the collector cleans up, in whatever order.
func TestForgottenHandles(t *testing.T) {
	name := newBucket(t).Name()
	before := settled(nil)
	for range 50 {
		b := forgotten(t, name)
		must(b.PutObjectBytes(context.Background(), "key", pattern(100_000)))(t)
		object := must(b.GetObject(live(t), "key"))(t)
		must(object.Read(make([]byte, 10)))(t)
		for _, err := range b.ListObjectsV2(context.Background(), "", "") {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		s := must(NewService(options()))(t)
		for range s.ListBuckets(live(t), "") {
			break
		}
	}
	if after := settled(func(count int64) bool { return count <= before }); after > before {
		t.Errorf("%d objects of the library are left", after-before)
	}
}

// settled collects until enough is gone, and returns how many objects of the library there are.
func settled(enough func(int64) bool) int64 {
	patience := 100 * time.Millisecond
	if enough != nil {
		patience = time.Minute
	}
	for began := time.Now(); time.Since(began) < patience; time.Sleep(2 * time.Millisecond) {
		runtime.GC()
		if enough != nil && enough(liveObjects.Load()) {
			break
		}
	}
	return liveObjects.Load()
}
