package oss

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestMultipartUpload(t *testing.T) {
	b := newBucket(t)
	data := pattern(5*102_400 + 17)
	piece := func(i int) []byte { return data[i*102_400 : min(len(data), (i+1)*102_400)] }
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	must(b.PutObjectBytes(live(t), "source", data))(t)
	for kind, ctx := range contexts(t) {
		key := "key-" + kind
		upload := must(b.InitiateMultipartUpload(ctx, key, WithMetadata("a", "1"), WithContentType("text/x-a")))(t)
		id := upload.UploadID
		if id == "" || upload.RequestID == "" {
			t.Fatalf("%+v", upload)
		}
		parts := []Part{
			must(b.UploadPartBytes(ctx, key, id, 1, piece(0)))(t).Part,
			must(b.UploadPart(ctx, key, id, 2, bytes.NewReader(piece(1))))(t).Part,
			must(b.UploadPart(ctx, key, id, 3, iotest.HalfReader(bytes.NewReader(piece(2)))))(t).Part,
			must(b.UploadPartFile(ctx, key, id, 4, path, 3*102_400, 102_400))(t).Part,
			must(b.UploadPartCopy(ctx, key, id, 5, CopySource{Key: "source"}, WithRange(4*102_400, 5*102_400-1)))(t).Part,
			must(b.UploadPartBytes(ctx, key, id, 6, piece(5)))(t).Part,
		}
		count := 0
		for part, err := range b.ListParts(ctx, key, id, WithPageSize(2)) {
			if err != nil {
				t.Fatal(err)
			}
			if part.Number != count+1 || part.Size != int64(len(piece(count))) || part.ETag != parts[count].ETag || part.CRC64 == 0 || part.LastModified.IsZero() {
				t.Errorf("%+v", part)
			}
			if own := parts[count]; own.Number != part.Number || own.Size != part.Size && own.Number != 5 {
				t.Errorf("%+v", own)
			}
			count++
		}
		if count != 6 {
			t.Errorf("%d parts", count)
		}
		for part, err := range b.ListParts(ctx, key, id, WithPartNumberMarker(5)) {
			if must(part, err)(t).Number != 6 {
				t.Errorf("%+v", part)
			}
		}
		must(b.CompleteMultipartUpload(ctx, key, id, parts))(t)
		wantBody(t, b, key, data)
		if head := must(b.HeadObject(ctx, key))(t); head.Meta()["a"] != "1" || head.Header("Content-Type") != "text/x-a" {
			t.Errorf("%+v", head)
		}
	}
	pages := 0
	for _, r := range requests(t, b) {
		if r.Operation == "ListParts" && r.Target != "" {
			pages++
		}
	}
	if pages != 8 {
		t.Errorf("%d pages of parts", pages)
	}
}

func TestMultipartUploadFailures(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	id := must(b.InitiateMultipartUpload(ctx, "key"))(t).UploadID
	part := must(b.UploadPartBytes(ctx, "key", id, 1, []byte("hello")))(t).Part
	for _, number := range []int{0, -1, 10_001, 1 << 32, 1<<32 + 1} {
		_, err := b.UploadPartBytes(ctx, "key", id, number, nil)
		wantError(t, err, InvalidArgument)
	}
	_, err := b.UploadPart(ctx, "key", id, 2, nil)
	wantError(t, err, InvalidArgument)
	for _, number := range []int{0, 10001, 1 << 31, 1<<32 + 1, -1 << 40} {
		_, err = b.UploadPart(ctx, "key", id, number, strings.NewReader("x"))
		given := fmt.Sprintf("`number`: %d is ", number)
		if e := wantError(t, err, InvalidArgument); !strings.HasPrefix(e.Reason, given) || !strings.HasSuffix(e.Reason, "allowed are 1 to 10000") {
			t.Error(e)
		}
	}
	_, err = b.UploadPart(ctx, "key", id, 2, iotest.ErrReader(io.ErrClosedPipe))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	_, err = b.UploadPartFile(ctx, "key", id, 2, filepath.Join(t.TempDir(), "missing"), 0, 1)
	wantError(t, err, IO)
	_, err = b.UploadPartCopy(ctx, "key", id, 2, CopySource{Key: "missing"})
	wantError(t, err, NotFound)
	_, err = b.UploadPartBytes(ctx, "key", "no such id", 1, nil)
	wantError(t, err, NotFound)
	_, err = b.UploadPartBytes(ctx, "key", "i\x00d", 1, nil)
	wantError(t, err, InvalidArgument)
	_, err = b.CompleteMultipartUpload(ctx, "key", id, []Part{{Number: 1, ETag: `"00000000000000000000000000000000"`}})
	wantError(t, err, BadRequest)
	_, err = b.CompleteMultipartUpload(ctx, "key", id, []Part{{Number: 1 << 32, ETag: part.ETag}})
	wantError(t, err, InvalidArgument)
	wrong := part
	wrong.CRC64++
	_, err = b.CompleteMultipartUpload(ctx, "key", id, []Part{wrong})
	wantError(t, err, ChecksumMismatch)

	// Without parts it is all that were uploaded.
	id = must(b.InitiateMultipartUpload(ctx, "all"))(t).UploadID
	must(b.UploadPartBytes(ctx, "all", id, 3, []byte("hello")))(t)
	must(b.CompleteMultipartUpload(ctx, "all", id, nil))(t)
	wantBody(t, b, "all", []byte("hello"))
	for _, err := range b.ListParts(ctx, "all", id) {
		wantError(t, err, NotFound)
	}
}

func TestListMultipartUploads(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	ids := map[string]string{}
	for _, key := range []string{"a/1", "a/2", "b", "c"} {
		ids[key] = must(b.InitiateMultipartUpload(ctx, key))(t).UploadID
	}
	var got []string
	for upload, err := range b.ListMultipartUploads(ctx, "", "/", WithPageSize(1)) {
		if err != nil {
			t.Fatal(err)
		}
		if upload.IsPrefix != (upload.Key == "a/") || upload.UploadID != ids[upload.Key] || upload.IsPrefix != upload.Initiated.IsZero() {
			t.Errorf("%+v", upload)
		}
		got = append(got, upload.Key)
	}
	wantKeys(t, got, "a/", "b", "c")
	if last := lastRequest(t, b); !bytes.Contains([]byte(last.Target), []byte("max-uploads=1")) {
		t.Error(last.Target)
	}
	got = nil
	for upload, err := range b.ListMultipartUploads(ctx, "", "", WithKeyMarker("a/2")) {
		got = append(got, must(upload, err)(t).Key)
	}
	wantKeys(t, got, "b", "c")
	must(b.AbortMultipartUpload(ctx, "b", ids["b"]))(t)
	_, err := b.AbortMultipartUpload(ctx, "b", ids["b"])
	wantError(t, err, NotFound)
	got = nil
	for upload, err := range b.ListMultipartUploads(ctx, "b", "") {
		got = append(got, must(upload, err)(t).Key)
	}
	wantKeys(t, got)
}
