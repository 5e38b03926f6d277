package oss

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
)

var errOurs = errors.New("the disk is on fire")

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestErrorsOfCallbacks(t *testing.T) {
	b := newBucket(t)
	data := pattern(300_000)
	must(b.PutObjectBytes(live(t), "key", data))(t)
	progress := WithProgress(func(done, total int64) error {
		if done > 1000 {
			return errOurs
		}
		return nil
	})
	refused := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(context.Context) (Keys, error) { return Keys{}, errOurs })
	})
	broken := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(context.Context) (Keys, error) { return Keys{ID: "a\x00b"}, nil })
	})
	for name, test := range map[string]struct {
		run    func(context.Context) error
		status Status
		cause  error
	}{
		"reader": {func(ctx context.Context) error {
			_, err := b.PutObject(ctx, "new", io.MultiReader(bytes.NewReader(data), iotest.ErrReader(errOurs)))
			return err
		}, Cancelled, errOurs},
		"reader with data": {func(ctx context.Context) error {
			sent := false
			_, err := b.PutObject(ctx, "new", readerFunc(func(p []byte) (int, error) {
				if sent {
					return 0, errors.New("asked again after an error")
				}
				sent = true
				return copy(p, "hello"), errOurs
			}))
			return err
		}, Cancelled, errOurs},
		"reader that gives nothing": {func(ctx context.Context) error {
			_, err := b.PutObject(ctx, "new", readerFunc(func([]byte) (int, error) { return 0, nil }))
			return err
		}, Cancelled, io.ErrNoProgress},
		"reader that lies": {func(ctx context.Context) error {
			_, err := b.PutObject(ctx, "new", readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil }))
			return err
		}, Cancelled, nil},
		"writer": {func(ctx context.Context) error {
			_, err := b.GetObjectToWriter(ctx, "key", writerFunc(func([]byte) (int, error) { return 0, errOurs }))
			return err
		}, Cancelled, errOurs},
		"writer that takes too little": {func(ctx context.Context) error {
			_, err := b.GetObjectToWriter(ctx, "key", writerFunc(func(p []byte) (int, error) { return len(p) - 1, nil }))
			return err
		}, Cancelled, io.ErrShortWrite},
		"upload progress": {func(ctx context.Context) error {
			_, err := b.PutObjectBytes(ctx, "new", data, progress)
			return err
		}, Cancelled, errOurs},
		"download progress": {func(ctx context.Context) error {
			_, err := b.GetObjectToWriter(ctx, "key", io.Discard, progress)
			return err
		}, Cancelled, errOurs},
		"read progress": {func(ctx context.Context) error {
			object, err := b.GetObject(ctx, "key", progress)
			if err != nil {
				return err
			}
			defer object.Close()
			_, err = io.Copy(io.Discard, object)
			return err
		}, Cancelled, errOurs},
		"credentials": {func(ctx context.Context) error {
			_, err := refused.HeadObject(ctx, "key")
			return err
		}, NoCredentials, errOurs},
		"credentials with a NUL": {func(ctx context.Context) error {
			_, err := broken.HeadObject(ctx, "key")
			return err
		}, NoCredentials, nil},
		"credentials of a listing": {func(ctx context.Context) error {
			for _, err := range refused.ListObjectsV2(ctx, "", "") {
				return err
			}
			return nil
		}, NoCredentials, errOurs},
	} {
		for kind, ctx := range contexts(t) {
			err := test.run(ctx)
			e := wantError(t, err, test.status)
			if test.cause != nil && !errors.Is(err, test.cause) || len(e.Unwrap()) != 1 || !strings.HasSuffix(e.Error(), e.Unwrap()[0].Error()) {
				t.Errorf("%s (%s): %v", name, kind, err)
			}
		}
	}
	if _, err := b.HeadObject(live(t), "new"); !errors.Is(err, NotFound) {
		t.Error("half an upload was stored:", err)
	}
	must(b.HeadObject(live(t), "key"))(t)
}

// A panic goes on where the request was made, and leaves nothing locked or open.
func TestPanicsOfCallbacks(t *testing.T) {
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "key", pattern(300_000)))(t)
	boom := WithProgress(func(int64, int64) error { panic("boom") })
	wild := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(context.Context) (Keys, error) { panic("boom") })
	})
	timeless := newBucket(t, func(o *Options) { o.Clock = func() time.Time { panic("boom") } })
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, pattern(300_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]func(context.Context){
		"reader": func(ctx context.Context) {
			b.PutObject(ctx, "key", readerFunc(func([]byte) (int, error) { panic("boom") }))
		},
		"writer": func(ctx context.Context) {
			b.GetObjectToWriter(ctx, "key", writerFunc(func([]byte) (int, error) { panic("boom") }))
		},
		"progress": func(ctx context.Context) { b.PutObjectBytes(ctx, "key", pattern(100), boom) },
		"read": func(ctx context.Context) {
			object := must(b.GetObject(ctx, "key", boom))(t)
			defer object.Close()
			object.Read(make([]byte, 10))
		},
		"clock":                func(ctx context.Context) { timeless.HeadObject(ctx, "key") },
		"clock of a GetObject": func(ctx context.Context) { timeless.GetObject(ctx, "key") },
		"clock of a worker": func(ctx context.Context) {
			timeless.UploadFile(ctx, "key", file, inParts(3)...)
		},
		"credentials":     func(ctx context.Context) { wild.HeadObject(ctx, "key") },
		"get credentials": func(ctx context.Context) { wild.GetObject(ctx, "key") },
		"list credentials": func(ctx context.Context) {
			wild.ListObjectsV2(ctx, "", "")(func(ListedObject, error) bool { return true })
		},
		"loop": func(ctx context.Context) {
			for range b.ListObjectsV2(ctx, "", "") {
				panic("boom")
			}
		},
	} {
		for kind, ctx := range contexts(t) {
			for range 3 {
				value := func() (value any) {
					defer func() { value = recover() }()
					run(ctx)
					return nil
				}()
				if value != "boom" {
					t.Errorf("%s (%s): %v", name, kind, value)
				}
			}
		}
	}
	wantBody(t, b, "key", pattern(300_000))
}

// Functions for time and the log know no request, and run on threads of the library, too. A panic of one goes on where the
// request was made for which it ran, and is gone then.
func TestPanicsOfTheLog(t *testing.T) {
	b := newBucket(t)
	data := pattern(1_000_000)
	must(b.PutObjectBytes(live(t), "key", data))(t)
	var wild atomic.Bool
	if err := SetLog(func(LogLevel, string) {
		if wild.Load() {
			panic("boom")
		}
	}, LogTrace); err != nil {
		t.Fatal(err)
	}
	defer SetLog(nil, LogOff)
	for name, run := range map[string]func(){
		"head":  func() { b.HeadObject(live(t), "key") },
		"list":  func() { b.ListObjectsV2(live(t), "", "")(func(ListedObject, error) bool { return true }) },
		"write": func() { w := must(b.NewWriter(live(t), "key", inParts(3)...))(t); defer w.Abort(); w.Write(data) },
		"read": func() {
			wild.Store(false)
			object := must(b.GetObject(live(t), "key", WithPartSize(partSize), WithPrefetch(3)))(t)
			defer object.Close()
			wild.Store(true)
			io.Copy(io.Discard, object)
		},
	} {
		wild.Store(true)
		value := func() (value any) {
			defer func() { value = recover() }()
			run()
			return nil
		}()
		wild.Store(false)
		if value != "boom" {
			t.Errorf("%s: %v", name, value)
		}
	}
	// Whoever comes next has nothing to do with it.
	for range 100 {
		must(b.HeadObject(live(t), "key"))(t)
	}
}

// A renewal that fails while keys are good is not why a request fails for something else later.
func TestRenewalsThatFailAreNotBlamed(t *testing.T) {
	var asked, ahead atomic.Int64
	b := newBucket(t, func(o *Options) {
		o.Clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load()) * time.Second) }
		o.Credentials = CredentialsFunc(func(context.Context) (Keys, error) {
			if asked.Add(1) > 1 {
				return Keys{}, fmt.Errorf("renewal %d: %w", asked.Load(), errOurs)
			}
			return Keys{ID: keyID, Secret: keySecret, Expiration: time.Now().Add(100 * time.Second)}, nil
		})
	})
	must(b.PutObjectBytes(live(t), "a", nil))(t)
	must(b.PutObjectBytes(live(t), "b", nil))(t)
	// Between two failures there is a pause: again, until the function has been asked.
	untilAsked := func(run func() error) (err error) {
		for before := asked.Load(); asked.Load() == before; {
			err = run()
		}
		return err
	}
	ahead.Store(88) // they are due, but good for a while yet
	err := untilAsked(func() error { _, err := b.HeadObject(live(t), "missing"); return err })
	if e := wantError(t, err, NotFound); len(e.Unwrap()) != 0 {
		t.Error(e)
	}
	err = untilAsked(func() (err error) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		for _, err = range b.ListObjectsV2(ctx, "", "", WithPageSize(1)) {
			cancel()
		}
		return err
	})
	if !errors.Is(err, context.Canceled) || errors.Is(err, errOurs) {
		t.Error(err)
	}
	ahead.Store(200) // and now there are none
	err = untilAsked(func() error { _, err := b.HeadObject(live(t), "a"); return err })
	if wantError(t, err, NoCredentials); !errors.Is(err, errOurs) || !strings.Contains(err.Error(), "renewal 4") {
		t.Error(err)
	}
}

// A reader that ends its goroutine ends the request, and not the program.
func TestGoexitInReader(t *testing.T) {
	b := newBucket(t)
	_, err := b.PutObject(live(t), "key", readerFunc(func([]byte) (int, error) {
		runtime.Goexit() // as t.FailNow does
		return 0, nil
	}))
	if e := wantError(t, err, Cancelled); !errors.Is(e, errGoexit) {
		t.Error(e)
	}
}

func TestProgress(t *testing.T) {
	b := newBucket(t)
	data := pattern(1 << 20)
	for kind, ctx := range contexts(t) {
		for name, run := range map[string]func(Option) error{
			"put bytes": func(o Option) error { _, err := b.PutObjectBytes(ctx, "key", data, o); return err },
			"put":       func(o Option) error { _, err := b.PutObject(ctx, "key", bytes.NewReader(data), o); return err },
			"to writer": func(o Option) error { _, err := b.GetObjectToWriter(ctx, "key", io.Discard, o); return err },
			"read": func(o Option) error {
				object, err := b.GetObject(ctx, "key", o)
				if err != nil {
					return err
				}
				defer object.Close()
				_, err = io.Copy(io.Discard, object)
				return err
			},
		} {
			must(b.PutObjectBytes(ctx, "key", data))(t)
			var last int64
			calls := 0
			err := run(WithProgress(func(done, total int64) error {
				if done < last || total != int64(len(data)) {
					return fmt.Errorf("%d of %d after %d", done, total, last)
				}
				last = done
				calls++
				return nil
			}))
			if err != nil || last != int64(len(data)) || calls < 2 {
				t.Errorf("%s (%s): %v, %d in %d calls", name, kind, err, last, calls)
			}
		}
	}
	total := int64(0)
	must(b.PutObject(live(t), "key", struct{ io.Reader }{bytes.NewReader(data)}, WithProgress(func(_, of int64) error {
		total = of
		return nil
	})))(t)
	if total != -1 {
		t.Errorf("an unknown total is %d", total)
	}
}

// A callback may use the bucket, and even the same kind of callback, for another request.
func TestRequestsInCallbacks(t *testing.T) {
	b := newBucket(t, func(o *Options) { o.Credentials = CredentialsFunc(localKeys) })
	data := pattern(500_000)
	for _, ctx := range contexts(t) {
		must(b.PutObjectBytes(ctx, "key", data))(t)
		object := must(b.GetObject(ctx, "key"))(t)
		must(b.PutObject(ctx, "copy", object))(t)
		object.Close()
		wantBody(t, b, "copy", data)
		var nested error
		must(b.PutObject(ctx, "other", readerFunc(func(p []byte) (int, error) {
			_, nested = b.PutObject(ctx, "inner", bytes.NewReader(data))
			return 0, io.EOF
		})))(t)
		if nested != nil {
			t.Error(nested)
		}
		wantBody(t, b, "inner", data)
	}
}

type contextKey struct{}

// Each request gets its own context to its credentials, also when many run at once and when it reads on later.
func TestCredentialsFunc(t *testing.T) {
	var calls atomic.Int64
	b := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
			calls.Add(1)
			number, ok := ctx.Value(contextKey{}).(int)
			if !ok {
				return Keys{}, errors.New("whose context is this?")
			}
			if number%3 == 0 {
				return Keys{}, fmt.Errorf("no keys for %d", number)
			}
			return localKeys(ctx)
		})
	})
	var group sync.WaitGroup
	for i := range 64 {
		group.Add(1)
		go func() {
			defer group.Done()
			ctx := context.WithValue(context.Background(), contextKey{}, i)
			for range 10 {
				_, err := b.PutObjectBytes(ctx, fmt.Sprint(i), nil)
				if i%3 == 0 && (err == nil || !strings.HasSuffix(err.Error(), fmt.Sprintf("no keys for %d", i))) || i%3 != 0 && err != nil {
					t.Errorf("%d: %v", i, err)
				}
			}
		}()
	}
	group.Wait()
	// Pages after the first and broken downloads ask again.
	ctx := context.WithValue(context.Background(), contextKey{}, 1)
	for _, err := range b.ListObjectsV2(ctx, "", "", WithPageSize(10)) {
		if err != nil {
			t.Error(err)
		}
	}
	must(b.PutObjectBytes(ctx, "big", pattern(1<<20)))(t)
	fault(t, b, 1, map[string]any{"type": "cut_body", "after_bytes": 100_000, "reset": true})
	before := calls.Load()
	object := must(b.GetObject(ctx, "big"))(t)
	if n, err := io.Copy(io.Discard, object); n != 1<<20 || err != nil {
		t.Error(n, err)
	}
	object.Close()
	if asked := calls.Load() - before; asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}

func TestLog(t *testing.T) {
	var mutex sync.Mutex
	var lines []string
	if err := SetLog(func(level LogLevel, line string) {
		mutex.Lock()
		defer mutex.Unlock()
		if level < LogError || level > LogTrace {
			t.Error(level)
		}
		lines = append(lines, line)
	}, LogTrace); err != nil {
		t.Fatal(err)
	}
	b := newBucket(t)
	b.HeadObject(live(t), "missing")
	if err := SetLog(nil, LogTrace); err != nil {
		t.Fatal(err)
	}
	count := len(lines)
	b.HeadObject(live(t), "missing")
	if len(lines) != count || strings.Contains(strings.Join(lines, "\n"), keySecret) {
		t.Errorf("%q", lines)
	}
	t.Logf("%d lines", count)
	wantError(t, SetLog(func(LogLevel, string) {}, 6), InvalidArgument)
}
