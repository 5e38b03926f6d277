package oss

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestRoundTrips(t *testing.T) {
	b := newBucket(t)
	directory := t.TempDir()
	for _, size := range []int{0, 1, 100, 64*1024 - 1, 64 * 1024, 3<<20 + 17} {
		data := pattern(size)
		path := filepath.Join(directory, fmt.Sprint(size))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for kind, ctx := range contexts(t) {
			file := must(os.Open(path))(t)
			defer file.Close()
			part := must(os.Open(path))(t)
			defer part.Close()
			must(part.Seek(int64(size/2), io.SeekStart))(t)
			puts := map[string]func(key string) (*Answer, error){
				"bytes":   func(key string) (*Answer, error) { return b.PutObjectBytes(ctx, key, data) },
				"file":    func(key string) (*Answer, error) { return b.PutObjectFile(ctx, key, path) },
				"os.File": func(key string) (*Answer, error) { return b.PutObject(ctx, key, file) },
				"known":   func(key string) (*Answer, error) { return b.PutObject(ctx, key, bytes.NewReader(data)) },
				"measured": func(key string) (*Answer, error) {
					return b.PutObject(ctx, key, iotest.HalfReader(bytes.NewReader(data)), WithLength(int64(size)))
				},
				"unknown": func(key string) (*Answer, error) {
					return b.PutObject(ctx, key, iotest.DataErrReader(bytes.NewReader(data)))
				},
			}
			for way, put := range puts {
				key := fmt.Sprintf("%s/%s/%d", kind, way, size)
				answer := must(put(key))(t)
				if answer.HTTPStatus != 200 || answer.RequestID == "" || answer.Attempts != 1 || len(answer.ETag) != 34 || answer.CRC64 == 0 && size != 0 {
					t.Errorf("%s: %+v", key, answer)
				}
				wantBody(t, b, key, data)
			}
			for _, key := range []string{kind + "/half"} {
				must(b.PutObject(ctx, key, part))(t)
				wantBody(t, b, key, data[size/2:])
			}

			key := fmt.Sprintf("%s/bytes/%d", kind, size)
			buffer := make([]byte, size+10)
			n, _, err := b.GetObjectToBuffer(ctx, key, buffer)
			if err != nil || !bytes.Equal(buffer[:n], data) {
				t.Errorf("%s to buffer: %d %v", key, n, err)
			}
			if size > 0 {
				_, _, err := b.GetObjectToBuffer(ctx, key, buffer[:size-1])
				wantError(t, err, InvalidArgument)
			}
			var written bytes.Buffer
			must(b.GetObjectToWriter(ctx, key, &written))(t)
			var slow strings.Builder
			must(b.GetObjectToWriter(ctx, key, struct{ io.Writer }{&slow}))(t)
			if !bytes.Equal(written.Bytes(), data) || slow.String() != string(data) {
				t.Errorf("%s to writer", key)
			}
			to := filepath.Join(directory, "copy")
			must(b.GetObjectToFile(ctx, key, to))(t)
			if !bytes.Equal(must(os.ReadFile(to))(t), data) {
				t.Errorf("%s to file", key)
			}
			object := must(b.GetObject(ctx, key))(t)
			if size <= 100 { // it reads byte by byte
				if err := iotest.TestReader(object, data); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			}
			object.Close()
			var copied bytes.Buffer
			object = must(b.GetObject(ctx, key))(t)
			if n, err := io.Copy(&copied, object); err != nil || n != int64(size) || !bytes.Equal(copied.Bytes(), data) {
				t.Errorf("%s copied: %d %v", key, n, err)
			}
			object.Close()
		}
	}
}

func TestRequestOptions(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	etag := must(b.PutObjectBytes(ctx, "a.txt", []byte("hello world"), WithContentType("text/x-greeting"), WithMetadata("Author", "Ann"),
		WithMetadata("empty", ""), WithObjectACL("private"), WithStorageClass("IA"), WithHeader("Cache-Control", "no-cache"), nil))(t).ETag
	answer := must(b.HeadObject(ctx, "a.txt"))(t)
	if answer.ContentLength != 11 || answer.ETag != etag || time.Since(answer.LastModified) > time.Minute || answer.LastModified.Location() != time.UTC {
		t.Errorf("%+v", answer)
	}
	for name, want := range map[string]string{"content-TYPE": "text/x-greeting", "x-oss-meta-author": "Ann", "x-oss-storage-class": "IA", "cache-control": "no-cache", "x-none": ""} {
		if got := answer.Header(name); got != want {
			t.Errorf("%s: %q instead of %q", name, got, want)
		}
	}
	if meta := answer.Meta(); meta["author"] != "Ann" {
		t.Error(meta)
	}
	names := 0
	for name := range answer.Headers() {
		if name != strings.ToLower(name) {
			t.Error(name)
		}
		if names++; names == 3 {
			break
		}
	}
	if meta := must(b.GetObjectMeta(ctx, "a.txt"))(t); meta.ContentLength != 11 || meta.ETag != etag {
		t.Errorf("%+v", meta)
	}
	for _, test := range []struct {
		first, last int64
		want        string
	}{{0, 4, "hello"}, {6, -1, "world"}, {-3, -1, "rld"}, {4, 4, "o"}} {
		object := must(b.GetObject(ctx, "a.txt", WithRange(test.first, test.last)))(t)
		if got := must(io.ReadAll(object))(t); string(got) != test.want || object.HTTPStatus != 206 {
			t.Errorf("%d to %d: %q", test.first, test.last, got)
		}
		object.Close()
	}
	_, err := b.GetObject(ctx, "a.txt", WithRange(5, 4))
	wantError(t, err, InvalidArgument)
	_, err = b.GetObject(ctx, "a.txt", WithIfMatch(`"no"`))
	wantError(t, err, PreconditionFailed)
	_, err = b.HeadObject(ctx, "a.txt", WithIfNoneMatch(etag))
	wantError(t, err, NotModified)
	_, err = b.PutObjectBytes(ctx, "a.txt", nil, WithForbidOverwrite())
	wantError(t, err, Exists)
	_, err = b.PutObjectBytes(ctx, "a.txt", nil, WithHeader("x-evil", "a\r\nb"))
	if e := wantError(t, err, InvalidArgument); !strings.Contains(e.Reason, "x-evil") {
		t.Error(e)
	}
	_, err = b.PutObjectBytes(ctx, "a.txt", nil, WithHeader("a\x00", "b"))
	wantError(t, err, InvalidArgument)
	_, err = b.PutObjectBytes(ctx, "a.txt", nil, WithQuery("", "b"))
	wantError(t, err, InvalidArgument)
	_, err = b.PutObjectBytes(ctx, "a.txt", nil, WithTimeout(0))
	wantError(t, err, InvalidArgument)
	must(b.DeleteObject(ctx, "a.txt"))(t)
	must(b.DeleteObject(ctx, "a.txt"))(t)
	_, err = b.HeadObject(ctx, "a.txt")
	wantError(t, err, NotFound)
}

// A small object is not copied with the memory that a large one needs.
func TestWriteToOfASmallObjectTakesLittleMemory(t *testing.T) {
	b := newBucket(t)
	for _, size := range []int{0, 1, 1000, pieceSize/4 - 1, pieceSize / 4, 2*pieceSize + 1} {
		data := pattern(size)
		put(t, b, "key", data)
		object := must(b.GetObject(live(t), "key"))(t)
		var got bytes.Buffer
		if n, err := object.WriteTo(&got); n != int64(size) || err != nil || !bytes.Equal(got.Bytes(), data) {
			t.Errorf("%d bytes: %d, %v", size, n, err)
		}
		object.Close()
	}
	put(t, b, "key", pattern(1000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 100
	for range times {
		object := must(b.GetObject(live(t), "key"))(t)
		must(io.Copy(io.Discard, object))(t)
		object.Close()
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / times; each > 50_000 {
		t.Errorf("%d bytes were allocated for each", each)
	}
}

func TestKeysAreByteExact(t *testing.T) {
	b := newBucket(t)
	keys := []string{"a b", "a+b", "a%2Fb", "a/../b", "a//b/./", "?#&=", "中文/日本語", "\x01\x7f", "~!@$^*()'\"<>", strings.Repeat("é", 511)}
	for _, key := range keys {
		must(b.PutObjectBytes(live(t), key, []byte(key)))(t)
		wantBody(t, b, key, []byte(key))
	}
	var listed []string
	for object, err := range b.ListObjectsV2(live(t), "", "") {
		listed = append(listed, must(object, err)(t).Key)
	}
	slices.Sort(keys)
	if !slices.Equal(listed, keys) {
		t.Errorf("%q instead of %q", listed, keys)
	}
	// C would see "a", and delete that.
	for _, key := range []string{"", "/a", "\\a", "a\x00b", "a\xff", strings.Repeat("a", 1024)} {
		_, err := b.DeleteObject(live(t), key)
		if e := wantError(t, err, InvalidArgument); !strings.HasPrefix(e.Reason, "`key`") || e.Attempts != 0 {
			t.Errorf("%q: %+v", key, e)
		}
	}
}

func TestErrors(t *testing.T) {
	b := newBucket(t)
	_, err := b.GetObject(live(t), "missing")
	e := wantError(t, err, NotFound)
	if e.HTTPStatus != 404 || e.Code != "NoSuchKey" || e.Message == "" || e.RequestID == "" || e.HostID == "" || e.EC == "" || e.Retryable || e.Attempts != 1 {
		t.Errorf("%+v", e)
	}
	if e.Detail("Key") != "missing" || e.Detail("None") != "" || !bytes.Contains(e.Body, []byte("<Code>NoSuchKey</Code>")) {
		t.Errorf("%q %s", e.Detail("Key"), e.Body)
	}
	if !strings.HasPrefix(err.Error(), "oss: ") || !strings.Contains(err.Error(), e.RequestID) {
		t.Error(err)
	}
	if errors.Is(err, Denied) || e.Timeout() || len(e.Unwrap()) != 0 {
		t.Error("it is more than one thing")
	}
	wrong := newBucket(t, func(o *Options) { o.Credentials = StaticCredentials(keyID, "wrong", "") })
	_, err = wrong.HeadObject(live(t), "a")
	if e := wantError(t, err, Denied); e.Code != "SignatureDoesNotMatch" || e.Detail("StringToSign") == "" {
		t.Errorf("%+v", e)
	}
	fault(t, b, 10, map[string]any{"type": "status", "status": 503, "code": "Slow", "message": "Down"})
	_, err = b.HeadObject(live(t), "a")
	if e := wantError(t, err, Throttled); e.Attempts != 3 || !e.Retryable {
		t.Errorf("%+v", e)
	}
	if _, err = b.PutObject(live(t), "a", nil); !errors.Is(err, InvalidArgument) {
		t.Error(err)
	}
	if _, err = b.GetObjectToWriter(live(t), "a", nil); !errors.Is(err, InvalidArgument) {
		t.Error(err)
	}
	var none Bucket
	if _, err = none.HeadObject(live(t), "a"); !errors.Is(err, InvalidArgument) {
		t.Error(err)
	}
	none.Close()
	if NotFound.String() != "OSS_NOT_FOUND" || NotFound.Error() != "OSS_NOT_FOUND" {
		t.Error(NotFound)
	}
}

func TestBrokenAnswers(t *testing.T) {
	b := newBucket(t, func(o *Options) { o.Attempts = 1 })
	data := pattern(100_000)
	must(b.PutObjectBytes(live(t), "key", data))(t)
	for _, options := range [][]Option{nil, {WithPrefetch(2)}} {
		object := must(b.GetObject(live(t), "key", options...))(t)
		if must(io.ReadAll(object))(t); !object.Verified {
			t.Error("the whole object was compared, and is not called so")
		}
	}
	if object := must(b.GetObject(live(t), "key", WithRange(1, 5)))(t); second(io.ReadAll(object)) != nil || object.Verified {
		t.Error("a range cannot be compared")
	}
	for name, test := range map[string]struct {
		action map[string]any
		status Status
	}{
		"cut":       {map[string]any{"type": "cut_body", "after_bytes": 50_000}, Truncated},
		"corrupt":   {map[string]any{"type": "corrupt_body", "at": 70_000}, ChecksumMismatch},
		"wrong crc": {map[string]any{"type": "wrong_crc"}, ChecksumMismatch},
	} {
		fault(t, b, 1, test.action)
		object := must(b.GetObject(live(t), "key"))(t)
		got, err := io.ReadAll(object)
		wantError(t, err, test.status)
		if _, again := object.Read(make([]byte, 1)); again != err {
			t.Errorf("%s: after %d bytes, %v and then %v", name, len(got), err, again)
		}
		object.Close()
		fault(t, b, 1, test.action)
		path := filepath.Join(t.TempDir(), "file")
		_, err = b.GetObjectToFile(live(t), "key", path)
		wantError(t, err, test.status)
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s left a file", name)
		}
	}
	_, err := b.PutObject(live(t), "key", bytes.NewReader(data), WithLength(100_001))
	wantError(t, err, IO)
	wantBody(t, b, "key", data)
	// Just as many bytes as were announced.
	must(b.PutObject(live(t), "key", bytes.NewReader(data), WithLength(99_999)))(t)
	wantBody(t, b, "key", data[:99_999])
}

func TestListings(t *testing.T) {
	b := newBucket(t)
	for i := range 25 {
		must(b.PutObjectBytes(live(t), fmt.Sprintf("dir/%02d", i), make([]byte, i)))(t)
	}
	must(b.PutObjectBytes(live(t), "dir/sub/x", nil))(t)
	must(b.PutObjectBytes(live(t), "other", nil))(t)
	listing := b.ListObjectsV2(live(t), "dir/", "/", WithPageSize(4), WithFetchOwner())
	for range 2 {
		count := 0
		for object, err := range listing {
			if err != nil {
				t.Fatal(err)
			}
			if count == 25 {
				if want := (ListedObject{Key: "dir/sub/", IsPrefix: true, Size: -1}); object != want {
					t.Errorf("%+v", object)
				}
			} else if object.Key != fmt.Sprintf("dir/%02d", count) || object.Size != int64(count) || object.IsPrefix || object.ETag == "" ||
				object.StorageClass != "Standard" || object.Type != "Normal" || object.OwnerID == "" || time.Since(object.LastModified) > time.Minute {
				t.Errorf("%+v", object)
			}
			count++
		}
		if count != 26 {
			t.Errorf("%d entries", count)
		}
	}
	for object, err := range b.ListObjectsV2(live(t), "", "", WithStartAfter("dir/24")) {
		if must(object, err)(t).Key == "dir/24" {
			t.Error("start-after is ignored")
		}
		break
	}
	// An error in the middle comes once, and last.
	fault(t, b, 9, map[string]any{"type": "status", "status": 403, "code": "AccessDenied"}, "query_contains", "continuation-token")
	good, bad := 0, 0
	for _, err := range b.ListObjectsV2(live(t), "dir/", "", WithPageSize(4)) {
		if err != nil {
			wantError(t, err, Denied)
			bad++
		} else {
			good++
		}
	}
	if good != 4 || bad != 1 {
		t.Errorf("%d and %d", good, bad)
	}
	for _, err := range b.ListObjectsV2(live(t), "a\x00", "") {
		wantError(t, err, InvalidArgument)
	}
	for _, err := range b.ListObjectsV2(live(t), "a", "\x00") {
		wantError(t, err, InvalidArgument)
	}
}

func TestServiceAndBuckets(t *testing.T) {
	b := newBucket(t)
	s := must(NewService(options()))(t)
	defer s.Close()
	found := 0
	for bucket, err := range s.ListBuckets(live(t), b.Name()) {
		if err != nil {
			t.Fatal(err)
		}
		if bucket.Name == b.Name() {
			found++
		}
		if bucket.Region != region || bucket.Location != "oss-"+region || bucket.ExtranetEndpoint == "" || bucket.IntranetEndpoint == "" ||
			bucket.StorageClass != "Standard" || time.Since(bucket.CreationDate) > time.Minute {
			t.Errorf("%+v", bucket)
		}
	}
	if found != 1 {
		t.Errorf("found %d times", found)
	}
	answer := must(s.Invoke(live(t), "GET", nil, WithQuery("prefix", b.Name())))(t)
	if !bytes.Contains(answer.Body, []byte(b.Name())) {
		t.Errorf("%s", answer.Body)
	}
	must(b.PutBucket(live(t), WithHeader("x-oss-acl", "private")))(t)
	must(b.Invoke(live(t), "PUT", "key", []byte("hello")))(t)
	wantBody(t, b, "key", []byte("hello"))
	if answer := must(b.Invoke(live(t), "GET", "", nil, WithSubresource("acl")))(t); !bytes.Contains(answer.Body, []byte("<Grant>private</Grant>")) {
		t.Errorf("%s", answer.Body)
	}
	_, err := b.Invoke(live(t), "BREW", "", nil)
	wantError(t, err, InvalidArgument)
	_, err = b.DeleteBucket(live(t))
	wantError(t, err, Conflict)
	must(b.DeleteObject(live(t), "key"))(t)
	must(b.DeleteBucket(live(t)))(t)
	_, err = b.HeadObject(live(t), "key")
	wantError(t, err, NotFound)
	if Version() == "" || !Has("tls") || Has("teleportation") || Has("tls\x00") {
		t.Error(Version())
	}
	s.Close()
	for _, err := range s.ListBuckets(live(t), "") {
		if err != ErrClosed {
			t.Error(err)
		}
	}
}
