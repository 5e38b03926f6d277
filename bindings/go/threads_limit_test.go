package oss

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
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

// A call that waits for a function of the program leaves its place to those that this may need.
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
		requestsInQuickCallbacks(t, plain, ctx)
	}
}

// requestsInQuickCallbacks is about functions that are expected to take no time, but may make requests all the same.
func requestsInQuickCallbacks(t *testing.T, b *Bucket, ctx context.Context) {
	var told, filtered, ended int
	ask := func(count *int) error {
		soon, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		*count++
		_, err := b.ObjectExists(soon, "key")
		return err
	}
	progress := WithProgress(func(done, total int64) error { return ask(&told) })
	if _, err := b.PutObjectBytes(ctx, "told", pattern(1000), progress); err != nil || told == 0 {
		t.Error(err, told)
	}
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "file"), pattern(1000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := b.UploadDirectory(ctx, "up", directory, DirectoryTransfer{
		Overwrite: true,
		Filter:    func(string) bool { return ask(&filtered) == nil },
		OnOutcome: func(Outcome) error { return ask(&ended) },
	})
	if err != nil || filtered != 1 || ended != 1 {
		t.Error(err, filtered, ended)
	}
}

// insideNow is how many calls count.
func insideNow() int {
	threads.mutex.Lock()
	defer threads.mutex.Unlock()
	return threads.inside
}

// A request that asks for keys on many threads at once, or on one while it reads ahead and no call of it is inside, has one
// place to lend, or none. The call that stays inside all the time is counted all the time.
func TestPlacesAreLentOnce(t *testing.T) {
	atMost(t, 2)
	mute, accepted := muteBucket(t)
	stays, cancel := context.WithCancel(context.Background())
	defer cancel()
	stayed := make(chan error, 1)
	go func() {
		_, err := mute.HeadObject(stays, "key")
		stayed <- err
	}()
	eventually(t, "blocking", func() bool { return accepted.Load() == 1 })

	var seen sync.Mutex
	least, most, asking, together, begun := 1, 1, 0, 0, 0
	see := func(more int) int {
		seen.Lock()
		defer seen.Unlock()
		if asking += more; more > 0 {
			begun++
		}
		now := insideNow()
		least, most, together = min(least, now), max(most, now), max(together, asking)
		return asking
	}
	b := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
			see(1)
			defer see(-1)
			for range 10 {
				time.Sleep(3 * time.Millisecond)
				see(0)
			}
			return Keys{ID: keyID, Secret: keySecret}, nil
		})
	})
	data := pattern(16 * partSize)
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	must(b.UploadFile(live(t), "key", path, inParts(8)...))(t)
	asked := func() int {
		seen.Lock()
		defer seen.Unlock()
		return begun
	}
	before := asked()
	object := must(b.GetObject(live(t), "key", WithPartSize(partSize), WithPrefetch(4)))(t)
	eventually(t, "reading ahead", func() bool { return asked() > before+1 }) // one is HeadObject
	if now := insideNow(); now != 1 {
		t.Errorf("%d are inside while nobody reads", now)
	}
	if got := must(io.ReadAll(object))(t); !bytes.Equal(got, data) {
		t.Error("another object came")
	}
	object.Close()
	if see(0); least != 1 || most > 2 || together < 2 {
		t.Errorf("%d to %d were inside, and %d asked together", least, most, together)
	}
	cancel()
	wantError(t, <-stayed, Cancelled)
}

// Functions that take no time let nobody else in: there would soon be many inside.
func TestQuickCallbacksKeepTheLimit(t *testing.T) {
	usual := grace
	grace = time.Hour
	t.Cleanup(func() { grace = usual })
	const limit = 2
	atMost(t, limit)
	b := newBucket(t)
	var told, over atomic.Int64
	progress := WithProgress(func(done, total int64) error {
		told.Add(1)
		if insideNow() > limit {
			over.Add(1)
		}
		return nil
	})
	var group sync.WaitGroup
	for range 16 {
		group.Add(1)
		go func() {
			defer group.Done()
			if _, err := b.PutObjectBytes(live(t), "key", pattern(300_000), progress); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
	if told.Load() < 16 || over.Load() > 0 {
		t.Errorf("%d of %d times there were more inside", over.Load(), told.Load())
	}
}

// Functions of one request begin and end in any order, before, while and after a call of it is inside.
func TestCountOfOnePlace(t *testing.T) {
	g := gate{most: 1}
	var p place
	for i, step := range []struct{ calls, lent, inside int }{
		{0, 1, 0}, {1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, -1, 1}, {0, 1, 0}, {-1, 0, 0}, {0, -1, 0}, {0, -1, 0}, {1, 0, 1},
		{0, 1, 1}, {-1, 0, 0},
	} {
		if g.change(&p, step.calls, step.lent); g.inside != step.inside {
			t.Errorf("step %d: %d are inside", i, g.inside)
		}
	}
	// The turn of a request whose function takes long is not kept from others.
	g.change(&p, 0, 1)
	if !g.enter(&p, nil, nil) || g.inside != 0 {
		t.Errorf("%d are inside", g.inside)
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
