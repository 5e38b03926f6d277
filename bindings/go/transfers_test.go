package oss

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

const partSize = 102_400

func inParts(workers int) []Option {
	return []Option{WithPartSize(partSize), WithWorkers(workers)}
}

func TestFilesGoThereAndBackInParts(t *testing.T) {
	b := newBucket(t)
	data := pattern(5*partSize + 17)
	directory := t.TempDir()
	in, out := filepath.Join(directory, "in"), filepath.Join(directory, "out")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for kind, ctx := range contexts(t) {
		for _, workers := range []int{1, 3} {
			var last int64
			progress := WithProgress(func(done, total int64) error {
				if done < last || total != int64(len(data)) {
					t.Errorf("%d of %d after %d", done, total, last)
				}
				last = done
				return nil
			})
			up := must(b.UploadFile(ctx, kind, in, append(inParts(workers), progress, WithMetadata("a", "1"))...))(t)
			if !up.Verified || last != int64(len(data)) {
				t.Errorf("%+v, %d bytes", up, last)
			}
			last = 0
			down := must(b.DownloadFile(ctx, kind, out, append(inParts(workers), progress)...))(t)
			if !down.Verified || down.Meta()["a"] != "1" || last != int64(len(data)) {
				t.Errorf("%+v, %d bytes", down, last)
			}
			if got := must(os.ReadFile(out))(t); !bytes.Equal(got, data) {
				t.Error("another file came back")
			}
		}
	}
}

func TestTransfersAreResumedAndGivenUp(t *testing.T) {
	b := newBucket(t)
	data := pattern(5 * partSize)
	directory, records := t.TempDir(), t.TempDir()
	in, out := filepath.Join(directory, "in"), filepath.Join(directory, "out")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	stop := WithProgress(func(done, total int64) error {
		if done > 2*partSize {
			return enough
		}
		return nil
	})
	count := func(path string) int { return len(must(os.ReadDir(path))(t)) }
	stopped := func(_ *Answer, err error) {
		t.Helper()
		if !errors.Is(err, enough) || !errors.Is(err, Cancelled) {
			t.Error(err)
		}
	}
	options := append(inParts(1), WithRecordDirectory(records))
	stopped(b.UploadFile(live(t), "a", in, append(options, stop)...))
	if count(records) != 1 {
		t.Error("there is no record")
	}
	must(b.UploadFile(live(t), "a", in, options...))(t)
	wantBody(t, b, "a", data)
	stopped(b.DownloadFile(live(t), "a", out, append(options, stop)...))
	if err := b.AbortDownloadFile(live(t), "a", out, options...); err != nil {
		t.Error(err)
	}
	stopped(b.UploadFile(live(t), "b", in, append(options, stop)...))
	if err := b.AbortUploadFile(live(t), "b", in, options...); err != nil {
		t.Error(err)
	}
	stopped(b.CopyLargeObject(live(t), "b", CopySource{Key: "a"}, append(options, stop)...))
	if err := b.AbortCopyLargeObject(live(t), "b", CopySource{Key: "a"}, options...); err != nil {
		t.Error(err)
	}
	stopped(b.UploadFile(live(t), "b", in, append(inParts(3), stop, WithoutRecord())...))
	if count(records) != 0 || count(directory) != 1 {
		t.Errorf("%d records and %d files", count(records), count(directory))
	}
	for upload, err := range b.ListMultipartUploads(live(t), "", "") {
		t.Error(upload, err)
	}
}

func TestCopiesOfMoreThanOnePartAreAsSmallOnes(t *testing.T) {
	b := newBucket(t)
	data := pattern(5*partSize + 17)
	must(b.PutObjectBytes(live(t), "from", data, WithMetadata("a", "1"), WithTag("b", "2"), WithContentType("text/x-a")))(t)
	if copied := must(b.CopyLargeObject(live(t), "to", CopySource{Key: "from"}, inParts(3)...))(t); !copied.Verified {
		t.Errorf("%+v", copied)
	}
	wantBody(t, b, "to", data)
	head := must(b.HeadObject(live(t), "to"))(t)
	if head.Meta()["a"] != "1" || head.Header("Content-Type") != "text/x-a" || head.Header("x-oss-tagging-count") != "1" {
		t.Errorf("%+v", head)
	}
	must(b.PutSymlink(live(t), "link", "from"))(t)
	_, err := b.CopyLargeObject(live(t), "to", CopySource{Key: "link"}, inParts(3)...)
	wantError(t, err, Unsupported)
}

func TestObjectsAreWrittenPieceByPiece(t *testing.T) {
	b := newBucket(t)
	for kind, ctx := range contexts(t) {
		for _, size := range []int{0, 1000, 5*partSize + 17} {
			data := pattern(size)
			var last, sum int64
			progress := WithProgress(func(done, total int64) error { last, sum = done, total; return nil })
			w := must(b.NewWriter(ctx, kind, append(inParts(3), progress)...))(t)
			if n, err := io.Copy(w, io.MultiReader(bytes.NewReader(data[:size/3]), bytes.NewReader(data[size/3:]))); err != nil || n != int64(size) {
				t.Fatal(n, err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if answer := w.Answer(); !answer.Verified || last != int64(size) || sum != int64(size) {
				t.Errorf("%+v, %d of %d", answer, last, sum)
			}
			wantBody(t, b, kind, data)
			if err := w.Close(); !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
			if _, err := w.Write(data); !errors.Is(err, ErrClosed) && len(data) > 0 {
				t.Error(err)
			}
			if err := w.Abort(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAWriterThatFailsStoresNothing(t *testing.T) {
	b := newBucket(t)
	data := pattern(5 * partSize)
	enough := errors.New("enough")
	for _, workers := range []int{1, 3} {
		w := must(b.NewWriter(live(t), "aborted", inParts(workers)...))(t)
		must(w.Write(data))(t)
		if err := w.Abort(); err != nil {
			t.Error(err)
		}
		if err := w.Close(); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}

		ctx, cancel := context.WithCancel(context.Background())
		w = must(b.NewWriter(ctx, "cancelled", inParts(workers)...))(t)
		must(w.Write(data))(t)
		cancel()
		for range 100 { // The context tells the library in a goroutine of its own.
			if _, err := w.Write(data); err != nil {
				break
			}
		}
		if err := w.Close(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}

		stop := WithProgress(func(done, total int64) error { return enough })
		w = must(b.NewWriter(live(t), "stopped", append(inParts(workers), stop)...))(t)
		for range 3 {
			w.Write(data) // the caller does not look
		}
		if err := w.Close(); !errors.Is(err, enough) {
			t.Error(err)
		}
	}
	for object, err := range b.ListObjectsV2(live(t), "", "") {
		t.Error(object, err)
	}
	for upload, err := range b.ListMultipartUploads(live(t), "", "") {
		t.Error(upload, err)
	}
	_, err := b.NewWriter(live(t), "/a")
	wantError(t, err, InvalidArgument)
	_, err = b.NewWriter(live(t), "a", WithWorkers(65))
	wantError(t, err, InvalidArgument)
}

// What the service says to a part is in the error of the Write that hears of it, and in that of Close.
func TestAWriterThatIsRefusedSaysHow(t *testing.T) {
	b := newBucket(t)
	data := pattern(3 * partSize)
	for _, workers := range []int{1, 3} {
		fault(t, b, 1, map[string]any{"type": "status", "status": 403, "code": "AccessDenied"}, "operation", "UploadPart")
		w := must(b.NewWriter(live(t), "a", inParts(workers)...))(t)
		var written error
		for range 100 { // Other threads send the parts.
			if _, written = w.Write(data); written != nil {
				break
			}
		}
		for _, err := range []error{written, w.Close()} {
			e := wantError(t, err, Denied)
			if e.Code != "AccessDenied" || e.HTTPStatus != 403 || e.RequestID == "" || e.Attempts != 1 || len(e.Body) == 0 {
				t.Errorf("%d workers: %+v", workers, e)
			}
		}
	}
	for object, err := range b.ListObjectsV2(live(t), "", "") {
		t.Error(object, err)
	}
	for upload, err := range b.ListMultipartUploads(live(t), "", "") {
		t.Error(upload, err)
	}
}

// So does Abort, if what was sent cannot be deleted.
func TestAWriterThatCannotBeAbortedSaysHow(t *testing.T) {
	b := newBucket(t)
	for _, workers := range []int{1, 3} {
		w := must(b.NewWriter(live(t), "a", inParts(workers)...))(t)
		must(w.Write(pattern(3 * partSize)))(t)
		fault(t, b, 1, map[string]any{"type": "status", "status": 403, "code": "AccessDenied"}, "operation", "AbortMultipartUpload")
		e := wantError(t, w.Abort(), Denied)
		if e.Code != "AccessDenied" || e.HTTPStatus != 403 || e.RequestID == "" || e.Attempts != 1 || len(e.Body) == 0 {
			t.Errorf("%d workers: %+v", workers, e)
		}
		if err := w.Abort(); err != nil {
			t.Error("of what is closed:", err)
		}
	}
	if aborted, err := b.AbortUploadsBefore(live(t), "", 0); err != nil || aborted != 2 {
		t.Error(aborted, err)
	}
}

func TestObjectsAreReadAhead(t *testing.T) {
	b := newBucket(t)
	data := pattern(9*partSize + 17)
	must(b.PutObjectBytes(live(t), "a", data))(t)
	object := must(b.GetObject(live(t), "a", WithPartSize(partSize), WithPrefetch(4)))(t)
	defer object.Close()
	if got := must(io.ReadAll(object))(t); !bytes.Equal(got, data) || object.ContentLength != int64(len(data)) {
		t.Error("another object came")
	}
	_, err := b.GetObject(live(t), "a", WithPrefetch(65))
	wantError(t, err, InvalidArgument)
}

func TestUploadsLeftBehindAreAbortedByTheirAge(t *testing.T) {
	b := newBucket(t)
	for _, key := range []string{"x/1", "x/2", "y"} {
		must(b.InitiateMultipartUpload(live(t), key))(t)
	}
	for upload, err := range b.ListUploadsBefore(live(t), "", time.Hour) {
		t.Error(upload, err)
	}
	var keys []string
	for upload, err := range b.ListUploadsBefore(live(t), "", 0) {
		keys = append(keys, must(upload, err)(t).Key)
	}
	wantKeys(t, keys, "x/1", "x/2", "y")
	if count := must(b.AbortUploadsBefore(live(t), "", time.Hour))(t); count != 0 {
		t.Error(count)
	}
	if count := must(b.AbortUploadsBefore(live(t), "x/", 0))(t); count != 2 {
		t.Error(count)
	}
	_, err := b.AbortUploadsBefore(live(t), "", -time.Hour)
	wantError(t, err, InvalidArgument)
}

// The threads that send parts ask for keys, too.
func TestKeysAreGivenToThreadsOfTransfers(t *testing.T) {
	var asked atomic.Int64
	b := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
			asked.Add(1)
			return Keys{ID: keyID, Secret: keySecret}, nil
		})
	})
	data := pattern(5 * partSize)
	w := must(b.NewWriter(live(t), "a", inParts(3)...))(t)
	must(w.Write(data))(t)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wantBody(t, b, "a", data)
	if asked.Load() < 5 {
		t.Error(asked.Load())
	}
}
