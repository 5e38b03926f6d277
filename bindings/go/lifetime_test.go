package oss

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"sync"
	"testing"
)

// forgotten makes a bucket that nobody closes and nobody but the result knows.
func forgotten(t testing.TB, name string) *Bucket {
	t.Helper()
	session := must(NewSession(Options{}))(t)
	o := options()
	o.Session = session
	o.Credentials = CredentialsFunc(localKeys)
	return must(NewBucket(name, o))(t)
}

// An object keeps what it needs; neither closing nor collecting its bucket and session hurts.
func TestObjectOutlivesBucket(t *testing.T) {
	name := newBucket(t).Name()
	data := pattern(1 << 20)
	must(forgotten(t, name).PutObjectBytes(context.Background(), "key", data))(t)
	for _, close := range []bool{true, false} {
		for _, ctx := range contexts(t) {
			b := forgotten(t, name)
			// Half way it has to ask again, and for keys, too.
			fault(t, b, 1, map[string]any{"type": "cut_body", "after_bytes": 500_000, "reset": true})
			object := must(b.GetObject(ctx, "key"))(t)
			first := make([]byte, 1000)
			must(io.ReadFull(object, first))(t)
			if close {
				b.Close()
				if _, err := b.HeadObject(ctx, "key"); err != ErrClosed {
					t.Error(err)
				}
			}
			b = nil
			for range 3 {
				runtime.GC()
			}
			rest := must(io.ReadAll(object))(t)
			if !bytes.Equal(append(first, rest...), data) {
				t.Error("the object is not what was stored")
			}
			if object.Header("Content-Length") == "" {
				t.Error("no headers")
			}
			object.Close()
			if object.Header("Content-Length") == "" || object.ContentLength != 1<<20 {
				t.Error("headers are gone")
			}
		}
	}
}

// Closing while requests run lets them finish; later ones fail.
func TestCloseDuringRequests(t *testing.T) {
	name := newBucket(t).Name()
	for range 20 {
		b := forgotten(t, name)
		var group sync.WaitGroup
		begun := make(chan struct{}, 16)
		for range 8 {
			group.Add(1)
			go func() {
				defer group.Done()
				for {
					_, err := b.PutObjectBytes(live(t), "key", []byte("hello"))
					begun <- struct{}{}
					if err == ErrClosed {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			}()
		}
		for range 4 {
			<-begun
		}
		go func() {
			for range begun {
			}
		}()
		b.Close()
		b.Close()
		group.Wait()
		close(begun)
	}
}

// The collector runs all the time while buffers, keys and handles are with the library.
func TestCollectorPressure(t *testing.T) {
	name := newBucket(t).Name()
	stop := make(chan struct{})
	var group sync.WaitGroup
	group.Add(1)
	go func() {
		defer group.Done()
		for {
			select {
			case <-stop:
				return
			default:
				runtime.GC()
			}
		}
	}()
	var workers sync.WaitGroup
	for range 4 {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for round := range 20 {
				// Only the request knows these.
				key := string([]byte{'k', byte('a' + round)})
				if _, err := forgotten(t, name).PutObject(live(t), key, bytes.NewReader(pattern(50_000)), WithMetadata(key, key)); err != nil {
					t.Error(err)
				}
				object, err := forgotten(t, name).GetObject(context.Background(), key)
				if err != nil {
					t.Error(err)
					continue
				}
				got, err := io.ReadAll(object)
				if err != nil || !bytes.Equal(got, pattern(50_000)) || object.Meta()[key] != key {
					t.Errorf("%d bytes, %v, %v", len(got), err, object.Meta())
				}
			}
		}()
	}
	workers.Wait()
	close(stop)
	group.Wait()
}
