package oss

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// muteBucket is a bucket of a server that accepts connections and never says a word, and how many there were.
func muteBucket(t *testing.T, change ...func(*Options)) (*Bucket, *atomic.Int64) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	var accepted atomic.Int64
	var mutex sync.Mutex
	var connections []net.Conn
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			mutex.Lock()
			connections = append(connections, connection)
			mutex.Unlock()
			accepted.Add(1)
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		mutex.Lock()
		defer mutex.Unlock()
		for _, connection := range connections {
			connection.Close()
		}
	})
	o := options()
	o.Endpoint = "http://" + listener.Addr().String()
	for _, change := range change {
		change(&o)
	}
	b := must(NewBucket("mute-bucket", o))(t)
	t.Cleanup(func() { b.Close() })
	return b, &accepted
}

// atMost sets the limit for one test.
func atMost(t *testing.T, count int) {
	if err := SetMaxThreads(count); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		SetMaxThreads(defaultMaxThreads)
		threads.mutex.Lock()
		defer threads.mutex.Unlock()
		if threads.inside != 0 || threads.waiting.Len() != 0 {
			t.Errorf("%d are inside and %d wait", threads.inside, threads.waiting.Len())
		}
	})
}

// eventually waits for what comes soon, however busy the machine is.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 6000 {
		if happened() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal(what, "did not happen in a minute")
}

func threadCount(t *testing.T) int {
	return len(must(os.ReadDir("/proc/self/task"))(t))
}

// A thousand goroutines that wait for a server need no more threads than the limit allows, and the end of their context
// ends all of them, those inside and those in line. Tests that look at memory come before: malloc keeps some for each of so
// many threads.
func TestThousandBlockedGoroutines(t *testing.T) {
	const goroutines, limit = 1000, 300
	atMost(t, limit)
	b, accepted := muteBucket(t)
	before := threadCount(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ends := make(chan error, goroutines)
	for range goroutines {
		go func() {
			_, err := b.HeadObject(ctx, "key")
			ends <- err
		}()
	}
	eventually(t, "blocking", func() bool {
		threads.mutex.Lock()
		defer threads.mutex.Unlock()
		return accepted.Load() == limit && threads.waiting.Len() == goroutines-limit
	})
	if now := threadCount(t); now > before+limit+20 {
		t.Errorf("there are %d threads, and there were %d", now, before)
	}
	began := time.Now()
	cancel()
	for range goroutines {
		if err := <-ends; !errors.Is(err, context.Canceled) || !errors.Is(err, Cancelled) {
			t.Fatal(err)
		}
	}
	t.Logf("all ended after %v", time.Since(began))
	if count := accepted.Load(); count != limit {
		t.Errorf("%d connections were made", count)
	}
}

// Those in line come to their turn when one inside ends, and a place that is not taken goes to the next.
func TestTurnsInLine(t *testing.T) {
	atMost(t, 1)
	b, accepted := muteBucket(t)
	type waiter struct {
		cancel context.CancelFunc
		ended  chan error
	}
	var waiters []waiter
	for i := range 4 {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		w := waiter{cancel, make(chan error, 1)}
		waiters = append(waiters, w)
		go func() {
			_, err := b.HeadObject(ctx, "key")
			w.ended <- err
		}()
		eventually(t, "standing in line", func() bool {
			threads.mutex.Lock()
			defer threads.mutex.Unlock()
			return threads.inside == 1 && threads.waiting.Len() == i
		})
	}
	// The third gives up in line; then the first ends, and the second and the fourth have their turn.
	for turn, i := range []int{2, 0, 1, 3} {
		if turn > 0 {
			eventually(t, "a connection", func() bool { return accepted.Load() == int64(turn) })
		}
		waiters[i].cancel()
		wantError(t, <-waiters[i].ended, Cancelled)
	}
}

// A call that waits for a reader, a writer or a credentials function leaves its place to those that these may need.
func TestRequestsInCallbacksNeedNoOtherThread(t *testing.T) {
	atMost(t, 1)
	plain := newBucket(t)
	data := pattern(300_000)
	put(t, plain, "key", data)
	asking := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
			if _, err := plain.HeadObject(ctx, "key"); err != nil {
				return Keys{}, err
			}
			return localKeys(ctx)
		})
	})
	for kind, ctx := range contexts(t) {
		object := must(plain.GetObject(ctx, "key"))(t)
		if _, err := asking.PutObject(ctx, "copy", object); err != nil {
			t.Error(kind, err)
		}
		object.Close()
		var got bytes.Buffer
		_, err := asking.GetObjectToWriter(ctx, "copy", writerFunc(func(p []byte) (int, error) {
			if _, err := plain.HeadObject(ctx, "key"); err != nil {
				return 0, err
			}
			return got.Write(p)
		}))
		if err != nil || !bytes.Equal(got.Bytes(), data) {
			t.Error(kind, err, got.Len())
		}
	}
}

// Close ends a Read that stands in line.
func TestCloseOfObjectInLine(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", pattern(1<<20))
	atMost(t, 1)
	object := must(b.GetObject(context.Background(), "key"))(t)
	mute, accepted := muteBucket(t)
	ctx, cancel := context.WithCancel(context.Background())
	blocked := make(chan error, 1)
	go func() {
		_, err := mute.HeadObject(ctx, "key")
		blocked <- err
	}()
	eventually(t, "blocking", func() bool { return accepted.Load() == 1 })
	read := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(object)
		read <- err
	}()
	eventually(t, "standing in line", func() bool {
		threads.mutex.Lock()
		defer threads.mutex.Unlock()
		return threads.waiting.Len() == 1
	})
	object.Close()
	if err := <-read; err != ErrClosed {
		t.Error(err)
	}
	cancel()
	wantError(t, <-blocked, Cancelled)
}

func TestMaxThreadsOutOfRange(t *testing.T) {
	for _, count := range []int{0, -1} {
		wantError(t, SetMaxThreads(count), InvalidArgument)
	}
}
