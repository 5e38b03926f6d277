package oss

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// newTree makes a directory of files, by their names in it.
func newTree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func wantCounts(t *testing.T, report *Report, transferred, unchanged, skipped, failed, deleted int64) {
	t.Helper()
	got := [5]int64{report.Transferred.Files, report.Unchanged.Files, report.Skipped.Files, report.Failed.Files, report.Deleted.Files}
	if got != [5]int64{transferred, unchanged, skipped, failed, deleted} {
		t.Errorf("%v", got)
	}
}

func TestDirectoriesGoThereAndBack(t *testing.T) {
	b := newBucket(t)
	in := newTree(t, map[string]string{"a": "aa", "d/b": "bbb", "d/e/c": strings.Repeat("c", 3*partSize), "no/x": "x"})
	if err := os.Symlink("a", filepath.Join(in, "link")); err != nil {
		t.Fatal(err)
	}
	var told []string
	how := DirectoryTransfer{
		Filter: func(name string) bool { return name != "no/" },
		OnOutcome: func(outcome Outcome) error {
			told = append(told, outcome.Kind.String()+" "+outcome.Key)
			if outcome.Kind != Transferred {
				return nil
			}
			now := must(os.Stat(outcome.Path))(t)
			if file := outcome.File; file == nil || !file.Modified.Equal(now.ModTime()) || file.Changed.Before(file.Modified) ||
				outcome.Size != now.Size() || file.Number == 0 || outcome.ETag == "" || !outcome.LastModified.IsZero() {
				t.Errorf("%+v, %+v", outcome, file)
			}
			return nil
		},
	}
	var last, sum int64
	progress := WithProgress(func(done, total int64) error { last, sum = done, total; return nil })
	report := must(b.UploadDirectory(live(t), "p", in, how, append(inParts(3), progress)...))(t)
	wantCounts(t, report, 3, 0, 1, 0, 0)
	if report.Transferred.Bytes != 5+3*partSize || last != sum || last != report.Transferred.Bytes || len(told) != 4 {
		t.Errorf("%+v, %d of %d, %v", report, last, sum, told)
	}
	link := report.Problems[0]
	if len(report.Problems) != 1 || link.Kind != Skipped || link.Key != "p/link" || link.Path != filepath.Join(in, "link") ||
		!errors.Is(link.Err, Unsupported) || !strings.Contains(link.Err.Reason, "symbolic link") {
		t.Errorf("%+v", report.Problems)
	}

	out := filepath.Join(t.TempDir(), "new")
	how = DirectoryTransfer{OnOutcome: func(outcome Outcome) error {
		head := must(b.HeadObject(live(t), outcome.Key))(t)
		if outcome.ETag != head.ETag || !outcome.LastModified.Equal(head.LastModified) || outcome.File != nil {
			t.Errorf("%+v, %v", outcome, head.LastModified)
		}
		return nil
	}}
	report = must(b.DownloadDirectory(live(t), "p/", out, how))(t)
	wantCounts(t, report, 3, 0, 0, 0, 0)
	if got := string(must(os.ReadFile(filepath.Join(out, "d", "b")))(t)); got != "bbb" {
		t.Error(got)
	}
	report = must(b.DownloadDirectory(live(t), "p", out, DirectoryTransfer{CompareContent: true}))(t)
	wantCounts(t, report, 0, 3, 0, 0, 0)
	if err := os.Remove(filepath.Join(out, "a")); err != nil {
		t.Fatal(err)
	}
	report = must(b.UploadDirectory(live(t), "p", out, DirectoryTransfer{Delete: true, DryRun: true}))(t)
	wantCounts(t, report, 0, 2, 0, 0, 1)
	report = must(b.UploadDirectory(live(t), "p", out, DirectoryTransfer{Delete: true}))(t)
	wantCounts(t, report, 0, 2, 0, 0, 1)
}

func TestAFileThatFailsIsInTheReport(t *testing.T) {
	b := newBucket(t)
	for _, key := range []string{"p/a", "p/../evil"} {
		must(b.PutObjectBytes(live(t), key, []byte("x")))(t)
	}
	out := t.TempDir()
	report, err := b.DownloadDirectory(live(t), "p", out, DirectoryTransfer{Delete: true})
	wantError(t, err, InvalidArgument)
	wantCounts(t, report, 1, 0, 0, 1, 0)
	if len(report.Problems) != 1 || report.Problems[0].Key != "p/../evil" || !errors.Is(report.Problems[0].Err, InvalidArgument) {
		t.Errorf("%+v", report)
	}
	for _, how := range []DirectoryTransfer{{Overwrite: true, Delete: true}, {Overwrite: true, CompareContent: true}} {
		report, err = b.UploadDirectory(live(t), "p", out, how)
		wantError(t, err, InvalidArgument)
		wantCounts(t, report, 0, 0, 0, 0, 0)
	}
	report, err = b.UploadDirectory(live(t), "p\x00", out, DirectoryTransfer{})
	wantError(t, err, InvalidArgument)
	wantCounts(t, report, 0, 0, 0, 0, 0)
}

func TestPrefixesAreDeleted(t *testing.T) {
	b := newBucket(t)
	for _, key := range []string{"log", "log2", "logs/a", "other"} {
		must(b.PutObjectBytes(live(t), key, []byte("x")))(t)
	}
	enough := errors.New("enough")
	report, err := b.DeletePrefix(live(t), "log", PrefixDeletion{OnOutcome: func(Outcome) error { return enough }})
	if !errors.Is(err, enough) || !errors.Is(err, Cancelled) || report.Deleted.Files == 0 {
		t.Errorf("%v, %+v", err, report)
	}
	must(b.PutObjectBytes(live(t), "log", []byte("x")))(t)
	report = must(b.DeletePrefix(live(t), "log", PrefixDeletion{}))(t)
	wantCounts(t, report, 0, 0, 0, 0, 1)
	_, err = b.DeletePrefix(live(t), "", PrefixDeletion{})
	wantError(t, err, InvalidArgument)
	report = must(b.DeletePrefix(live(t), "", PrefixDeletion{WholeBucket: true, Versions: true}))(t)
	wantCounts(t, report, 0, 0, 0, 0, 1)
}

// What a callback says or panics with ends the transfer and comes back.
func TestCallbacksOfDirectoriesEndThem(t *testing.T) {
	b := newBucket(t)
	in := newTree(t, map[string]string{"a": "a", "b": "b", "c": "c"})
	enough := errors.New("enough")
	told := 0
	report, err := b.UploadDirectory(live(t), "p", in, DirectoryTransfer{OnOutcome: func(Outcome) error { told++; return enough }})
	if !errors.Is(err, enough) || !errors.Is(err, Cancelled) || told != 1 || report.Transferred.Files == 0 {
		t.Errorf("%v, told %d times, %+v", err, told, report)
	}
	panics := func(how DirectoryTransfer) (value any) {
		defer func() { value = recover() }()
		b.UploadDirectory(live(t), "q", in, how)
		return nil
	}
	if value := panics(DirectoryTransfer{OnOutcome: func(Outcome) error { panic("told") }}); value != "told" {
		t.Error(value)
	}
	asked := 0
	if value := panics(DirectoryTransfer{Delete: true, Filter: func(string) bool { asked++; panic("asked") }}); value != "asked" || asked != 1 {
		t.Error(value, asked)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = b.UploadDirectory(ctx, "p", in, DirectoryTransfer{Filter: func(string) bool { cancel(); return true }, Overwrite: true})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

type transferKey struct{}

// Workers of transfers ask for keys on threads of the library. How that fails is how the transfer fails.
func TestCausesComeBackFromWorkers(t *testing.T) {
	var asked atomic.Int64
	var limit int64
	none := errors.New("no keys")
	var panicking atomic.Bool
	b := newBucket(t, func(o *Options) {
		o.Credentials = CredentialsFunc(func(ctx context.Context) (Keys, error) {
			if ctx.Value(transferKey{}) == nil {
				t.Error("the context is not that of the request")
			}
			if asked.Add(1) > limit {
				if panicking.Load() {
					panic("keys")
				}
				return Keys{}, none
			}
			return Keys{ID: keyID, Secret: keySecret}, nil
		})
	})
	ctx := context.WithValue(live(t), transferKey{}, 1)
	in := newTree(t, map[string]string{"large": string(pattern(9 * partSize)), "d/small": "s", "d/e": "e"})
	limited := func(count int64) { limit = count; asked.Store(0) }
	limited(1000)
	must(b.UploadFile(ctx, "large", filepath.Join(in, "large"), inParts(3)...))(t)
	for name, transfer := range map[string]func() error{
		"upload": func() error {
			_, err := b.UploadFile(ctx, "a", filepath.Join(in, "large"), inParts(3)...)
			return err
		},
		"download": func() error {
			_, err := b.DownloadFile(ctx, "large", filepath.Join(t.TempDir(), "a"), inParts(3)...)
			return err
		},
		"copy": func() error {
			_, err := b.CopyLargeObject(ctx, "b", CopySource{Key: "large"}, inParts(3)...)
			return err
		},
		"directory": func() error {
			_, err := b.UploadDirectory(ctx, "p", in, DirectoryTransfer{Overwrite: true}, inParts(3)...)
			return err
		},
		"writer": func() error {
			w, err := b.NewWriter(ctx, "w", inParts(3)...)
			if err != nil {
				return err
			}
			for range 3 {
				w.Write(pattern(3 * partSize)) // the caller does not look
			}
			return w.Close()
		},
		"reader": func() error {
			object, err := b.GetObject(ctx, "large", WithPartSize(partSize), WithPrefetch(3))
			if err != nil {
				return err
			}
			defer object.Close()
			_, err = object.WriteTo(new(strings.Builder))
			return err
		},
	} {
		panicking.Store(false)
		limited(4)
		if err := transfer(); !errors.Is(err, none) || !errors.Is(err, NoCredentials) {
			t.Errorf("%s: %v", name, err)
		}
		panicking.Store(true)
		limited(4)
		func() {
			defer func() {
				if value := recover(); value != "keys" {
					t.Errorf("%s: panicked with %v", name, value)
				}
			}()
			transfer()
		}()
	}
}
