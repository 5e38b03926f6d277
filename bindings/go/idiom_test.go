package oss

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// embedding reads more than its file has.
type embedding struct {
	*os.File
	reader io.Reader
}

func (e embedding) Read(p []byte) (int, error) { return e.reader.Read(p) }

// What is known is sent with its length, from where it stands; what only embeds such a thing, in chunks.
func TestSeekersAreSentWithTheirLength(t *testing.T) {
	b := newBucket(t)
	put(t, b, "source", []byte("0123456789"))
	object := must(b.Open(live(t), "source"))(t)
	defer object.Close()
	section := io.NewSectionReader(strings.NewReader("012345678901"), 0, 10)
	for name, body := range map[string]io.ReadSeeker{"section": section, "object": object} {
		must(body.Seek(3, io.SeekStart))(t)
		must(b.PutObject(live(t), "key", body))(t)
		sent := lastRequest(t, b)
		if length := sent.header("content-length"); length != "7" {
			t.Errorf("%s: Content-Length %q", name, length)
		}
		wantBody(t, b, "key", []byte("3456789"))
	}
	// The rest, however long that is.
	for _, length := range []int64{1 << 62, math.MaxInt64} {
		must(b.PutObject(live(t), "key", io.NewSectionReader(strings.NewReader("0123456789"), 3, length)))(t)
		wantBody(t, b, "key", []byte("3456789"))
	}
	// What embeds a file may read something else than the file has.
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := must(os.Open(path))(t)
	defer file.Close()
	must(b.PutObject(live(t), "key", embedding{file, io.MultiReader(strings.NewReader("header "), file)}))(t)
	wantBody(t, b, "key", []byte("header 0123456789"))
}

// Errors are those that programs ask the standard library for, too.
func TestErrorsAreThoseOfTheStandardLibrary(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", []byte("0123456789"))
	file := must(b.Open(live(t), "key"))(t)
	_, before := file.Seek(-1, io.SeekStart)
	_, whence := file.Seek(0, 3)
	_, offset := file.ReadAt(make([]byte, 1), -1)
	file.Close()
	_, closed := file.Read(make([]byte, 1))
	_, missing := b.HeadObject(live(t), "missing")
	_, bad := b.HeadObject(live(t), "/")
	_, forbidden := b.PutObjectBytes(live(t), "key", nil, WithForbidOverwrite())
	for name, test := range map[string]struct{ err, is error }{
		"seek before the beginning": {before, fs.ErrInvalid}, "seek from nowhere": {whence, fs.ErrInvalid},
		"read at a negative offset": {offset, fs.ErrInvalid}, "closed file": {closed, fs.ErrClosed},
		"no object": {missing, fs.ErrNotExist}, "no key": {bad, fs.ErrInvalid}, "an object already": {forbidden, fs.ErrExist},
		"unsupported": {newError(Unsupported, "no"), errors.ErrUnsupported},
	} {
		if !errors.Is(test.err, test.is) || errors.Is(test.err, fs.ErrPermission) {
			t.Errorf("%s: %v", name, test.err)
		}
	}
	b.Close()
	if _, err := b.HeadObject(live(t), "key"); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
}

// A local file fails as it fails for package os.
func TestLocalFilesFailAsThoseOfTheStandardLibrary(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", []byte("0123456789"))
	directory := t.TempDir()
	file := filepath.Join(directory, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	missing, below := filepath.Join(directory, "missing"), filepath.Join(file, "below")
	_, sending := b.PutObjectFile(live(t), "sent", missing)
	_, inParts := b.UploadFile(live(t), "sent", missing)
	_, getting := b.GetObjectToFile(live(t), "key", filepath.Join(missing, "file"))
	_, downloading := b.DownloadFile(live(t), "key", filepath.Join(missing, "file"))
	_, walking := b.UploadDirectory(live(t), "sent/", missing, DirectoryTransfer{})
	_, through := b.PutObjectFile(live(t), "sent", below)
	for name, test := range map[string]struct {
		err    error
		is     error
		number syscall.Errno
	}{
		"PutObjectFile":      {sending, fs.ErrNotExist, syscall.ENOENT},
		"UploadFile":         {inParts, fs.ErrNotExist, syscall.ENOENT},
		"GetObjectToFile":    {getting, fs.ErrNotExist, syscall.ENOENT},
		"DownloadFile":       {downloading, fs.ErrNotExist, syscall.ENOENT},
		"UploadDirectory":    {walking, fs.ErrNotExist, syscall.ENOENT},
		"a file as a folder": {through, syscall.ENOTDIR, syscall.ENOTDIR},
		"no right":           {&Error{Status: IO, osError: syscall.EACCES}, fs.ErrPermission, syscall.EACCES},
		"there already":      {&Error{Status: IO, osError: syscall.EEXIST}, fs.ErrExist, syscall.EEXIST},
	} {
		e := wantError(t, test.err, IO)
		var number syscall.Errno
		if !errors.Is(test.err, test.is) || !errors.As(test.err, &number) || number != test.number || errors.Is(test.err, NotFound) {
			t.Errorf("%s: %v, %v", name, test.err, number)
		}
		if strings.Count(e.Error(), number.Error()) > 1 {
			t.Errorf("%s says it twice: %v", name, e)
		}
	}
	// What the service does not have is not a file.
	_, err := b.GetObjectToFile(live(t), "missing", file)
	if number := syscall.Errno(0); errors.As(err, &number) || !errors.Is(err, fs.ErrNotExist) {
		t.Error(err, number)
	}
}

// No context is a mistake that is named, as in package net/http.
func TestNoContextIsRefused(t *testing.T) {
	b := newBucket(t)
	var none context.Context
	_, putting := b.PutObjectBytes(none, "key", nil)
	_, getting := b.GetObject(none, "key")
	_, writing := b.NewWriter(none, "key")
	var listing error
	for _, listing = range b.ListObjectsV2(none, "", "") {
	}
	for _, err := range []error{putting, getting, writing, listing} {
		if e := wantError(t, err, InvalidArgument); !strings.HasPrefix(e.Reason, "`ctx` is nil") {
			t.Error(err)
		}
	}
}

// A timeout of a request is named as it was given.
func TestNegativeTimeoutsAreRefused(t *testing.T) {
	b := newBucket(t)
	for _, option := range []Option{WithTimeout(-time.Second), WithConnectTimeout(-time.Second), WithReadTimeout(-time.Second)} {
		_, err := b.HeadObject(live(t), "key", option)
		if e := wantError(t, err, InvalidArgument); !strings.Contains(e.Reason, "-1000 ms") {
			t.Error(err)
		}
	}
}

// Numbers that C cannot hold are refused like others: with what was given, not with what C would make of it.
func TestNumbersAreRefusedAsTheyWereGiven(t *testing.T) {
	b := newBucket(t)
	upload := must(b.InitiateMultipartUpload(live(t), "key"))(t).UploadID
	with := func(change func(*Options)) error {
		o := options()
		change(&o)
		return second(NewBucket(b.Name(), o))
	}
	for _, n := range []int{-1, 77_777, 1<<31 + 1, 1 << 32, 1<<32 + 4, 1 << 40, -1 << 40} {
		for option, test := range map[string]struct {
			err     error
			allowed string
		}{
			"number":            {second(b.UploadPartBytes(live(t), "key", upload, n, nil)), "1 to 10000"},
			"number, of a list": {second(b.CompleteMultipartUpload(live(t), "key", upload, []Part{{Number: n, ETag: `"a"`}})), "1 to 10000"},
			"workers":           {second(b.NewWriter(live(t), "key", WithWorkers(n))), "1 to 64"},
			"prefetch":          {second(b.GetObject(live(t), "key", WithPrefetch(n))), "2 to 64, and 0 for off"},
			"attempts":          {with(func(o *Options) { o.Attempts = n }), "0 to 100 attempts"},
			"signature_version": {with(func(o *Options) { o.SignatureVersion = n }), "1 and 4"},
			"tls_versions":      {with(func(o *Options) { o.MaxTLS = TLSVersion(n) }), "OSS_TLS_1_2 and OSS_TLS_1_3"},
		} {
			name, _, _ := strings.Cut(option, ",")
			given, allowed := fmt.Sprintf("`%s`: %d is ", name, n), "; allowed are "+test.allowed
			if e := wantError(t, test.err, InvalidArgument); !strings.HasPrefix(e.Reason, given) || !strings.HasSuffix(e.Reason, allowed) {
				t.Errorf("%s: %v", option, e)
			}
		}
	}
	for _, days := range []int{1 << 31, 1<<32 + 1, -1 << 40} {
		_, err := b.RestoreObject(live(t), "key", days, "")
		if e := wantError(t, err, InvalidArgument); !strings.HasPrefix(e.Reason, fmt.Sprintf("`days`: %d is ", days)) {
			t.Error(e)
		}
	}
}
