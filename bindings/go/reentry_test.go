package oss

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"
)

// Threads that read ahead ask for keys until the object is let go of. By then the bucket may be closed.
func TestKeysAreThereAsLongAsAnybodyAsks(t *testing.T) {
	var slow atomic.Bool
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "key", pattern(20*partSize)))(t)
	for range 10 {
		o := options()
		o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
			if slow.Load() {
				time.Sleep(5 * time.Millisecond)
			}
			return localKeys(ctx)
		})
		reading := must(NewBucket(b.Name(), o))(t)
		ctx, cancel := context.WithCancel(context.Background())
		object := must(reading.GetObject(ctx, "key", WithPartSize(partSize), WithPrefetch(4)))(t)
		reading.Close()
		must(object.Read(make([]byte, 10)))(t)
		slow.Store(true)
		cancel()
		if _, err := object.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		time.Sleep(20 * time.Millisecond)
		slow.Store(false)
		object.Close()
	}
	// Nor do they outlive a part that failed.
	for range 10 {
		o := options()
		o.Credentials, o.Attempts = CredentialsFunc(localKeys), 1
		reading := must(NewBucket(b.Name(), o))(t)
		denied := map[string]any{"type": "status", "status": 403, "code": "AccessDenied"}
		admin(t, "POST", "rules", map[string]any{"bucket": b.Name(), "operation": "GetObject", "skip": 7, "action": denied})
		object := must(reading.GetObject(context.Background(), "key", WithPartSize(partSize), WithPrefetch(4)))(t)
		reading.Close()
		if _, err := io.Copy(io.Discard, object); !errors.Is(err, Denied) {
			t.Error(err)
		}
		object.Close()
	}
}

// within has a function end soon, which else waits for itself.
func within(t *testing.T, what string, function func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		function()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal(what, "waits for itself")
	}
}

// What runs for a reader or writer may end it, and is refused all else; it waits for nothing.
func TestFunctionsMayEndWhatRunsThem(t *testing.T) {
	b := newBucket(t)
	data := pattern(4 * partSize)
	must(b.PutObjectBytes(live(t), "key", data))(t)
	for kind, ctx := range contexts(t) {
		var object *Object
		end := WithProgress(func(int64, int64) error {
			if object == nil {
				return nil
			}
			_, err := object.Read(make([]byte, 1))
			wantError(t, err, Busy)
			object.Close()
			return object.Close()
		})
		for _, options := range [][]Option{{end}, {end, WithPartSize(partSize), WithPrefetch(3)}} {
			within(t, kind+" Object", func() {
				object = nil
				object = must(b.GetObject(ctx, "key", options...))(t)
				_, err := io.Copy(io.Discard, object)
				if !errors.Is(err, ErrClosed) {
					t.Error(kind, err)
				}
				object.Close()
			})
		}

		var file *File
		closing := WithProgress(func(int64, int64) error {
			if file == nil {
				return nil
			}
			_, err := file.Read(make([]byte, 1))
			wantError(t, err, Busy)
			_, err = file.Seek(0, io.SeekStart)
			wantError(t, err, Busy)
			return file.Close()
		})
		for _, read := range []func() error{
			func() error { _, err := file.Read(make([]byte, 1)); return err },
			func() error { _, err := file.WriteTo(io.Discard); return err },
		} {
			within(t, kind+" File", func() {
				file = nil
				file = must(b.Open(ctx, "key", closing))(t)
				if err := read(); err != nil && !errors.Is(err, ErrClosed) {
					t.Error(kind, err)
				}
				if _, err := file.Read(make([]byte, 1)); !errors.Is(err, ErrClosed) {
					t.Error(kind, err)
				}
				if err := file.Close(); !errors.Is(err, ErrClosed) {
					t.Error(kind, err)
				}
			})
		}
	}
}

func TestFunctionsMayAbortTheWriterThatRunsThem(t *testing.T) {
	b := newBucket(t)
	for kind, ctx := range contexts(t) {
		for _, workers := range []int{1, 3} {
			var w *Writer
			end := WithProgress(func(int64, int64) error {
				_, err := w.Write([]byte("more"))
				wantError(t, err, Busy)
				wantError(t, w.Close(), Busy)
				if w.Answer() != nil {
					t.Error("there is an answer")
				}
				return w.Abort()
			})
			within(t, kind+" Writer", func() {
				w = must(b.NewWriter(ctx, "written", append(inParts(workers), end)...))(t)
				_, err := w.Write(pattern(9 * partSize))
				if err == nil {
					err = w.Close()
				}
				if !errors.Is(err, Cancelled) && !errors.Is(err, ErrClosed) {
					t.Error(kind, err)
				}
				w.Abort()
			})
		}
	}
	if exists := must(b.ObjectExists(live(t), "written"))(t); exists {
		t.Error("what was aborted is there")
	}
	for upload, err := range b.ListMultipartUploads(live(t), "", "") {
		t.Error("what was sent is left:", upload, err)
	}
}

// An observer is told when all is over, so that it may end what it is told of.
func TestObserversMayEndWhatTheyAreToldOf(t *testing.T) {
	var end func() error
	b := newBucket(t, func(o *Options) {
		o.Observer = ObserverFunc(func(context.Context, Call) {
			if end != nil {
				end()
			}
		})
	})
	must(b.PutObjectBytes(live(t), "key", pattern(10)))(t)
	within(t, "Object", func() {
		object := must(b.GetObject(live(t), "key"))(t)
		end = object.Close
		if got := must(io.ReadAll(object))(t); len(got) != 10 {
			t.Error(got)
		}
	})
	end = nil
	within(t, "Writer", func() {
		w := must(b.NewWriter(live(t), "key"))(t)
		end = w.Abort
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}

// The log function cannot set the log, which waits for it. The log goes where it went.
func TestTheLogIsNotSetByItsFunction(t *testing.T) {
	b := newBucket(t)
	var lines, others atomic.Int64
	var refused atomic.Value
	set := func() error {
		return SetLog(func(LogLevel, string) {
			lines.Add(1)
			if err := SetLog(func(LogLevel, string) { others.Add(1) }, LogTrace); err != nil {
				refused.Store(err)
			}
		}, LogTrace)
	}
	defer SetLog(nil, LogOff)
	within(t, "the log", func() {
		if err := set(); err != nil {
			t.Error(err)
		}
		// While others set it, too.
		done := make(chan error)
		go func() {
			for range 20 {
				if err := set(); err != nil {
					t.Error(err)
				}
			}
			close(done)
		}()
		for range 20 {
			must(b.PutObjectBytes(live(t), "key", nil))(t)
		}
		<-done
		before := lines.Load()
		must(b.PutObjectBytes(live(t), "key", nil))(t)
		if lines.Load() == before || others.Load() > 0 {
			t.Errorf("%d lines, then %d, and %d elsewhere", before, lines.Load(), others.Load())
		}
	})
	err, _ := refused.Load().(error)
	wantError(t, err, Busy)
	err = SetLog(func(LogLevel, string) {}, 6)
	wantError(t, err, InvalidArgument)
}
