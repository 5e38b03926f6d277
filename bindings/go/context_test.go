package oss

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// How long the end of a context may take to be noticed, with some room.
const patience = 250*time.Millisecond + 250*time.Millisecond

// inTime fails the test if what is tried takes longer than most, and that five times: once is how busy the machine is.
func inTime(t *testing.T, most time.Duration, try func()) {
	t.Helper()
	for range 5 {
		began := time.Now()
		try()
		took := time.Since(began)
		if took <= most {
			return
		}
		t.Logf("it took %v", took)
	}
	t.Fatalf("it took more than %v each time", most)
}

var errWhy = errors.New("the camera was switched off")

// The ways to end a context, and what must come of each.
var endings = map[string]struct {
	make   func(after time.Duration) (context.Context, context.CancelFunc)
	status Status
	err    error
}{
	"cancel": {func(after time.Duration) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(context.Background())
		timer := time.AfterFunc(after, func() { cancel(errWhy) })
		return ctx, func() { timer.Stop(); cancel(nil) }
	}, Cancelled, context.Canceled},
	"deadline": {func(after time.Duration) (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.Background(), after)
	}, Timeout, context.DeadlineExceeded},
}

func TestContextEndsBlockedRequests(t *testing.T) {
	const after = 150 * time.Millisecond
	big := pattern(32 << 20)
	slowRead := func(o *Object, err error) error {
		if err != nil {
			return err
		}
		defer o.Close()
		_, err = io.Copy(io.Discard, o)
		return err
	}
	for name, test := range map[string]struct {
		action map[string]any
		run    func(context.Context, *Bucket) error
	}{
		"waiting for the answer": {map[string]any{"type": "delay", "ms": 3000}, func(ctx context.Context, b *Bucket) error {
			_, err := b.HeadObject(ctx, "key")
			return err
		}},
		"sending": {map[string]any{"type": "stall_request", "after_bytes": 100}, func(ctx context.Context, b *Bucket) error {
			_, err := b.PutObjectBytes(ctx, "big", big)
			return err
		}},
		"sending a stream": {map[string]any{"type": "stall_request", "after_bytes": 100}, func(ctx context.Context, b *Bucket) error {
			_, err := b.PutObject(ctx, "big", bytes.NewReader(big))
			return err
		}},
		"receiving": {map[string]any{"type": "stall_response", "after_bytes": 100}, func(ctx context.Context, b *Bucket) error {
			_, err := b.GetObjectToWriter(ctx, "key", io.Discard)
			return err
		}},
		"reading": {map[string]any{"type": "stall_response", "after_bytes": 100}, func(ctx context.Context, b *Bucket) error {
			return slowRead(b.GetObject(ctx, "key"))
		}},
		"waiting to repeat": {map[string]any{"type": "status", "status": 503, "code": "Slow", "headers": [][2]string{{"retry-after", "5"}}}, func(ctx context.Context, b *Bucket) error {
			_, err := b.HeadObject(ctx, "key")
			return err
		}},
		"listing": {map[string]any{"type": "delay", "ms": 3000}, func(ctx context.Context, b *Bucket) error {
			for _, err := range b.ListObjectsV2(ctx, "", "") {
				return err
			}
			return nil
		}},
		"a reader that blocks": {nil, func(ctx context.Context, b *Bucket) error {
			reader, writer := io.Pipe()
			defer writer.Close()
			_, err := b.PutObject(ctx, "big", io.MultiReader(bytes.NewReader(big[:1000]), reader))
			return err
		}},
		"a writer that blocks": {nil, func(ctx context.Context, b *Bucket) error {
			reader, writer := io.Pipe()
			defer reader.Close()
			_, err := b.GetObjectToWriter(ctx, "key", writer)
			return err
		}},
		"a credentials function that waits": {nil, func(ctx context.Context, b *Bucket) error {
			o := options()
			o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
				<-ctx.Done()
				return Keys{}, ctx.Err()
			})
			slow, err := NewBucket(b.Name(), o)
			if err != nil {
				return err
			}
			defer slow.Close()
			_, err = slow.HeadObject(ctx, "key")
			return err
		}},
		"connecting": {nil, func(ctx context.Context, b *Bucket) error {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			defer listener.Close()
			// Nobody answers the TLS greeting.
			o := options()
			o.Endpoint = "https://" + listener.Addr().String()
			mute, err := NewBucket(b.Name(), o)
			if err != nil {
				return err
			}
			defer mute.Close()
			_, err = mute.HeadObject(ctx, "key")
			return err
		}},
	} {
		for kind, ending := range endings {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				b := newBucket(t)
				must(b.PutObjectBytes(context.Background(), "key", pattern(1<<20)))(t)
				inTime(t, after+patience, func() {
					if test.action != nil {
						fault(t, b, 1, test.action)
					}
					ctx, cancel := ending.make(after)
					defer cancel()
					err := test.run(ctx, b)
					if !errors.Is(err, ending.err) {
						t.Fatal(err)
					}
					wantError(t, err, ending.status)
					if kind == "cancel" && !errors.Is(err, errWhy) {
						t.Errorf("%v does not say why", err)
					}
				})
				// The bucket is as good as before.
				must(b.HeadObject(context.Background(), "key"))(t)
			})
		}
	}
}

func TestContextThatHasEnded(t *testing.T) {
	b := newBucket(t)
	s := must(NewService(options()))(t)
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := b.PutObjectBytes(ctx, "key", nil)
	wantError(t, err, Cancelled)
	if _, err = b.GetObject(ctx, "key"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for _, err := range s.ListBuckets(ctx, "") {
		wantError(t, err, Cancelled)
	}
	if n := len(requests(t, b)); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// What has arrived already does not count when the context ends between two reads or entries.
func TestContextEndsBetween(t *testing.T) {
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "key", pattern(1<<20)))(t)
	must(b.PutObjectBytes(live(t), "other", nil))(t)
	ctx, cancel := context.WithCancel(context.Background())
	object := must(b.GetObject(ctx, "key"))(t)
	defer object.Close()
	must(object.Read(make([]byte, 10)))(t)
	cancel()
	_, err := object.Read(make([]byte, 10))
	wantError(t, err, Cancelled)

	ctx, cancel = context.WithCancel(context.Background())
	defer cancel()
	var last error
	for _, err := range b.ListObjectsV2(ctx, "", "") {
		cancel()
		last = err
	}
	wantError(t, last, Cancelled)
}

// Cancelling comes at every moment of a request, and often when it is just over.
func TestContextRaces(t *testing.T) {
	b := newBucket(t)
	data := pattern(100_000)
	must(b.PutObjectBytes(context.Background(), "key", data))(t)
	began := time.Now()
	must(b.HeadObject(context.Background(), "key"))(t)
	usual := time.Since(began) * 4
	var group sync.WaitGroup
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			random := rand.New(rand.NewSource(int64(i)))
			done, ended := 0, 0
			for range 150 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(random.Int63n(int64(usual))))
				var err error
				switch random.Intn(4) {
				case 0:
					_, err = b.HeadObject(ctx, "key")
				case 1:
					_, err = b.PutObject(ctx, "key", bytes.NewReader(data))
				case 2:
					_, err = b.GetObjectToWriter(ctx, "key", struct{ io.Writer }{io.Discard})
				default:
					var object *Object
					if object, err = b.GetObject(ctx, "key"); err == nil {
						_, err = io.Copy(io.Discard, object)
						object.Close()
					}
				}
				cancel()
				switch {
				case err == nil:
					done++
				case errors.Is(err, context.DeadlineExceeded) && errors.Is(err, Timeout):
					ended++
				default:
					t.Error(err)
				}
			}
			t.Logf("%d done, %d ended", done, ended)
		}()
	}
	group.Wait()
	wantBody(t, b, "key", data)
}

func TestTimeouts(t *testing.T) {
	b := newBucket(t, func(o *Options) { o.ReadTimeout = 200 * time.Millisecond; o.Attempts = 1 })
	inTime(t, 200*time.Millisecond+patience, func() {
		fault(t, b, 1, map[string]any{"type": "delay", "ms": 3000})
		_, err := b.HeadObject(live(t), "key")
		if e := wantError(t, err, Timeout); !e.Timeout() || errors.Is(err, context.DeadlineExceeded) {
			t.Error(e)
		}
		// As those write it who know errors of package net.
		var network net.Error
		if !errors.As(err, &network) || !network.Timeout() {
			t.Errorf("%v is no net.Error", err)
		}
	})
	inTime(t, 100*time.Millisecond+patience, func() {
		fault(t, b, 1, map[string]any{"type": "delay", "ms": 3000})
		_, err := b.HeadObject(context.Background(), "key", WithTimeout(100*time.Millisecond))
		wantError(t, err, Timeout)
	})
}

// A timeout ends the wait for a reader or writer, too, whichever timeout it is and whatever the context; and what the bucket
// does after that is as good as before.
func TestTimeoutsEndWaitsForReadersAndWriters(t *testing.T) {
	const limit = 150 * time.Millisecond
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "key", pattern(1000)))(t)
	o := options()
	o.TotalTimeout = limit
	limited := must(NewBucket(b.Name(), o))(t)
	defer limited.Close()
	upload := must(b.InitiateMultipartUpload(live(t), "parts"))(t).UploadID
	for name, run := range map[string]func(context.Context, *io.PipeReader, *io.PipeWriter) error{
		"reader": func(ctx context.Context, idle *io.PipeReader, _ *io.PipeWriter) error {
			return second(b.PutObject(ctx, "new", idle, WithTimeout(limit)))
		},
		"reader that began": func(ctx context.Context, idle *io.PipeReader, _ *io.PipeWriter) error {
			body := io.MultiReader(bytes.NewReader(pattern(300_000)), idle)
			return second(b.PutObject(ctx, "new", body, WithTimeout(limit)))
		},
		"reader of an append": func(ctx context.Context, idle *io.PipeReader, _ *io.PipeWriter) error {
			return second(b.AppendObject(ctx, "new", 0, idle, WithTimeout(limit)))
		},
		"reader of a part": func(ctx context.Context, idle *io.PipeReader, _ *io.PipeWriter) error {
			return second(b.UploadPart(ctx, "parts", upload, 1, idle, WithTimeout(limit)))
		},
		"writer": func(ctx context.Context, _ *io.PipeReader, full *io.PipeWriter) error {
			return second(b.GetObjectToWriter(ctx, "key", full, WithTimeout(limit)))
		},
		"reader, total": func(ctx context.Context, idle *io.PipeReader, _ *io.PipeWriter) error {
			return second(limited.PutObject(ctx, "new", idle))
		},
		"writer, total": func(ctx context.Context, _ *io.PipeReader, full *io.PipeWriter) error {
			return second(limited.GetObjectToWriter(ctx, "key", full))
		},
	} {
		for kind, ctx := range contexts(t) {
			inTime(t, 10*time.Second, func() {
				reader, writer := io.Pipe()
				err := run(ctx, reader, writer)
				e := wantError(t, err, Timeout)
				if errors.Is(err, context.DeadlineExceeded) || !e.Timeout() || !strings.Contains(e.Reason, "timeout (150ms)") {
					t.Errorf("%s (%s): %v", name, kind, err)
				}
				reader.Close()
				writer.Close()
			})
		}
	}
	wantBody(t, b, "key", pattern(1000))
	must(limited.HeadObject(live(t), "key", WithTimeout(time.Minute)))(t)
	if _, err := b.HeadObject(live(t), "new"); !errors.Is(err, NotFound) {
		t.Error(err)
	}
	// In time, a reader that waits is one like any other.
	must(b.PutObject(context.Background(), "slow", readerFunc(func(p []byte) (int, error) {
		time.Sleep(10 * time.Millisecond)
		return 0, io.EOF
	}), WithTimeout(time.Minute)))(t)
}

// Whether this package or the library notices that the time is over, the error is the same.
func TestTimeoutsAreWrittenAsByTheLibrary(t *testing.T) {
	for limit, want := range map[time.Duration]string{
		time.Millisecond: "1ms", 999 * time.Millisecond: "999ms", time.Second: "1s", 1001 * time.Millisecond: "1.001s",
		1500 * time.Millisecond: "1.5s", 90 * time.Second: "90s", 7 * 24 * time.Hour: "604800s",
	} {
		if got := timeText(limit); got != want {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	b := newBucket(t)
	idle, open := io.Pipe()
	defer open.Close()
	for _, limit := range []time.Duration{150 * time.Millisecond, 1100 * time.Millisecond} {
		fault(t, b, 1, map[string]any{"type": "delay", "ms": 3000}, "method", "HEAD")
		_, byTheLibrary := b.HeadObject(live(t), "key", WithTimeout(limit))
		_, here := b.PutObject(live(t), "key", idle, WithTimeout(limit))
		if got, want := wantError(t, here, Timeout).Reason, wantError(t, byTheLibrary, Timeout).Reason; got != want {
			t.Errorf("%q instead of %q", got, want)
		}
	}
}

// Close ends a Read that waits.
func TestCloseDuringRead(t *testing.T) {
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "key", pattern(1<<20)))(t)
	for _, ctx := range contexts(t) {
		inTime(t, 50*time.Millisecond+patience, func() {
			fault(t, b, 1, map[string]any{"type": "stall_response", "after_bytes": 100})
			object := must(b.GetObject(ctx, "key"))(t)
			ended := make(chan error)
			go func() {
				_, err := io.Copy(io.Discard, object)
				ended <- err
			}()
			time.Sleep(50 * time.Millisecond)
			var group sync.WaitGroup
			for range 4 {
				group.Add(1)
				go func() { defer group.Done(); object.Close() }()
			}
			group.Wait()
			if err := <-ended; err != ErrClosed {
				t.Error(err)
			}
			if _, err := object.Read(make([]byte, 1)); err != ErrClosed {
				t.Error(err)
			}
		})
	}
}

// A callback may return the context's error before the library has heard that the context ended.
func TestErrorOfCallbackThatWaitedForContext(t *testing.T) {
	for kind, ending := range endings {
		ctx, cancel := ending.make(time.Millisecond)
		defer cancel()
		<-ctx.Done()
		for _, status := range []Status{NoCredentials, IO, Cancelled} {
			err := newError(status, "a callback failed").because(ctx, ctx.Err())
			if err.Status != ending.status || !errors.Is(err, ending.err) {
				t.Errorf("%s: %v", kind, err.Status)
			}
		}
		if err := newError(IO, "a callback failed").because(ctx, errWhy); err.Status != IO {
			t.Errorf("%s: %v", kind, err.Status)
		}
	}
}
