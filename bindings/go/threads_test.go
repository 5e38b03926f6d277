package oss

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Every error and answer is that of its own request.
func TestManyGoroutines(t *testing.T) {
	b := newBucket(t)
	var group sync.WaitGroup
	for i := range 64 {
		group.Add(1)
		go func() {
			defer group.Done()
			ctx := context.Background()
			if i%2 == 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
				defer cancel()
			}
			for round := range 20 {
				key := fmt.Sprintf("missing/%d/%d", i, round)
				_, err := b.GetObjectMeta(ctx, key)
				if _, err2 := b.GetObject(ctx, key); err == nil || err2 == nil || err2.(*Error).Detail("Key") != key {
					t.Errorf("%s: %v and %v", key, err, err2)
				}
				own := fmt.Sprintf("own/%d", i)
				data := []byte(key)
				put, err := b.PutObject(ctx, own, bytes.NewReader(data))
				if err != nil {
					t.Error(err)
					return
				}
				object, err := b.GetObject(ctx, own)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(object)
				if err != nil || string(got) != key || object.ETag != put.ETag || object.Header("ETag") != put.ETag {
					t.Errorf("%s: %v, %q", key, err, got)
				}
				object.Close()
			}
		}()
	}
	group.Wait()
}

// Go interrupts threads by signals, and socket calls with time-outs come back with EINTR whatever SA_RESTART says.
func TestSignals(t *testing.T) {
	b := newBucket(t)
	data := pattern(4 << 20)
	stop := make(chan struct{})
	var bombers, group sync.WaitGroup
	sent := 0
	bombers.Add(1)
	go func() {
		defer bombers.Done()
		for {
			select {
			case <-stop:
				return
			default:
			}
			tasks, err := os.ReadDir("/proc/self/task")
			if err != nil {
				t.Error(err)
				return
			}
			for _, task := range tasks {
				id, _ := strconv.Atoi(task.Name())
				syscall.Syscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(id), uintptr(syscall.SIGURG))
				sent++
			}
			time.Sleep(200 * time.Microsecond)
		}
	}()
	for i := range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 3 {
				key := fmt.Sprint(i)
				if _, err := b.PutObjectBytes(live(t), key, data); err != nil {
					t.Error(err)
				}
				var got bytes.Buffer
				if _, err := b.GetObjectToWriter(live(t), key, &got); err != nil || !bytes.Equal(got.Bytes(), data) {
					t.Error(err)
				}
			}
		}()
	}
	fault(t, b, 1, map[string]any{"type": "delay", "ms": 500}, "key_prefix", "slow")
	if _, err := b.PutObjectBytes(live(t), "slow", nil); err != nil {
		t.Error(err)
	}
	group.Wait()
	close(stop)
	bombers.Wait()
	if sent < 100 {
		t.Errorf("only %d signals were sent", sent)
	}
}
