package oss

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// calls gathers what an observer is told.
type calls struct {
	mutex sync.Mutex
	all   []Call
}

func (c *calls) Observe(_ context.Context, call Call) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.all = append(c.all, call)
}

// line is what can be foreseen of a call.
func line(call Call) string {
	status := "OK"
	var e *Error
	if errors.As(call.Err, &e) {
		status = e.Status.String()
	}
	return fmt.Sprintf("%s %d bytes %d attempts %d %s", call.Operation, call.Bytes, call.Attempts, call.HTTPStatus, status)
}

func TestObserver(t *testing.T) {
	seen := &calls{}
	b := newBucket(t, func(o *Options) { o.Observer = seen })
	ctx, data := live(t), pattern(5000)
	fault(t, b, 1, map[string]any{"type": "status", "status": 503, "code": "ServiceUnavailable"}, "method", "PUT")
	must(b.PutObject(ctx, "key", bytes.NewReader(data)))(t)
	must(b.PutObjectBytes(ctx, "key", data))(t)
	object := must(b.GetObject(ctx, "key"))(t)
	must(io.Copy(io.Discard, object))(t)
	object.Close()
	b.HeadObject(ctx, "missing")
	for range b.ListObjectsV2(ctx, "", "") {
	}
	must(b.PutObjectACL(ctx, "key", ACLPrivate))(t)
	b.PutObjectBytes(ctx, "/", nil)
	b.PutObjectBytes(ctx, "\x00", nil)
	b.Invoke(ctx, "GetBucketRequestPayment", "", nil)
	must(b.InitiateMultipartUpload(ctx, "parts"))(t)
	must(b.DeleteMultipleObjects(ctx, []ObjectVersion{{Key: "key"}}))(t)
	b.PutObjectTagging(ctx, "key", []Tag{{Key: "a", Value: "b"}})
	wants := []string{
		"PutObject 5000 bytes 2 attempts 200 OK",
		"PutObject 5000 bytes 1 attempts 200 OK",
		"GetObject 5000 bytes 1 attempts 200 OK",
		"HeadObject 0 bytes 1 attempts 404 OSS_NOT_FOUND",
		"ListObjectsV2 0 bytes 1 attempts 200 OK",
		"PutObjectACL 0 bytes 1 attempts 200 OK",
		"PutObject 0 bytes 0 attempts 0 OSS_INVALID_ARGUMENT",
		"GetBucketRequestPayment 0 bytes 1 attempts 200 OK",
		"InitiateMultipartUpload 0 bytes 1 attempts 200 OK",
		"DeleteMultipleObjects 68 bytes 1 attempts 200 OK",
		"PutObjectTagging 75 bytes 1 attempts 404 OSS_NOT_FOUND",
	}
	if len(seen.all) != len(wants) {
		t.Fatalf("%d calls instead of %d", len(seen.all), len(wants))
	}
	for i, call := range seen.all {
		if line(call) != wants[i] {
			t.Errorf("%q instead of %q", line(call), wants[i])
		}
		if call.Bucket != b.Name() || call.Duration <= 0 || (call.RequestID == "") != (call.HTTPStatus == 0) {
			t.Errorf("%+v", call)
		}
	}
}

// Progress functions and observers do not take each other's place, and a cancelled reader is an error to both.
func TestObserverBesideProgress(t *testing.T) {
	seen := &calls{}
	b := newBucket(t, func(o *Options) { o.Observer = seen })
	last := int64(0)
	progress := WithProgress(func(done, _ int64) error { last = done; return nil })
	must(b.PutObjectBytes(live(t), "key", pattern(5000), progress))(t)
	if last != 5000 || seen.all[0].Bytes != 5000 {
		t.Errorf("%d and %d", last, seen.all[0].Bytes)
	}
	ctx, cancel := context.WithCancel(context.Background())
	object := must(b.GetObject(ctx, "key"))(t)
	cancel()
	_, err := io.ReadAll(object)
	object.Close()
	if !errors.Is(err, context.Canceled) || len(seen.all) != 2 || !errors.Is(seen.all[1].Err, context.Canceled) {
		t.Errorf("%v, %+v", err, seen.all)
	}
}

func TestObserversKnowWriters(t *testing.T) {
	seen := &calls{}
	b := newBucket(t, func(o *Options) { o.Observer = seen })
	for _, end := range []func(*Writer) error{(*Writer).Close, (*Writer).Abort} {
		w := must(b.NewWriter(live(t), "key"))(t)
		must(w.Write([]byte("hello")))(t)
		if err := end(w); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen.all) != 2 || seen.all[0].Operation != "NewWriter" || seen.all[1].Operation != "NewWriter" {
		t.Errorf("%+v", seen.all)
	}
}

func TestOperationNames(t *testing.T) {
	for function, want := range map[string]string{
		"ossgo_get_object_by_url_to_file": "GetObjectByURL", "ossgo_upload_part_file": "UploadPart",
		"ossgo_upload_file": "UploadFile", "ossgo_put_object_file": "PutObject", "ossgo_get_bucket_acl": "GetBucketACL",
		"ossgo_upload_part_stream": "UploadPart", "ossgo_list_objects_v2": "ListObjectsV2", "": "",
	} {
		if got := operationName(function); got != want {
			t.Errorf("%s: %s", function, got)
		}
	}
}

func TestSlog(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := newBucket(t, func(o *Options) { o.Observer = LogCalls(logger) })
	must(b.PutObjectBytes(live(t), "key", []byte("hello")))(t)
	b.HeadObject(live(t), "missing")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || strings.Contains(out.String(), keySecret) {
		t.Fatal(out.String())
	}
	for i, want := range []map[string]any{
		{"level": "DEBUG", "msg": "oss call", "operation": "PutObject", "bytes": 5.0, "attempts": 1.0, "http_status": 200.0},
		{"level": "INFO", "operation": "HeadObject", "status": "OSS_NOT_FOUND", "code": "NoSuchKey", "http_status": 404.0},
	} {
		var got map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s is %v instead of %v in %s", name, got[name], value, lines[i])
			}
		}
	}
}

func TestSetLogger(t *testing.T) {
	var out bytes.Buffer
	var mutex sync.Mutex
	logger := slog.New(slog.NewTextHandler(lockedWriter{&mutex, &out}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if err := SetLogger(logger); err != nil {
		t.Fatal(err)
	}
	b := newBucket(t)
	fault(t, b, 1, map[string]any{"type": "status", "status": 503, "code": "ServiceUnavailable"})
	must(b.PutObjectBytes(live(t), "key", nil))(t)
	if err := SetLogger(nil); err != nil {
		t.Fatal(err)
	}
	mutex.Lock()
	defer mutex.Unlock()
	said := out.String()
	if !strings.Contains(said, "level=WARN") || strings.Contains(said, "level=DEBUG") || strings.Contains(said, keySecret) {
		t.Error(said)
	}
}

type lockedWriter struct {
	mutex *sync.Mutex
	out   io.Writer
}

func (w lockedWriter) Write(p []byte) (int, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.out.Write(p)
}
