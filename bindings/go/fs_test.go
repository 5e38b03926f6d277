package oss

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

func put(t testing.TB, b *Bucket, key string, data []byte) {
	t.Helper()
	if _, err := b.PutObjectBytes(live(t), key, data); err != nil {
		t.Fatal(err)
	}
}

func TestFS(t *testing.T) {
	b := newBucket(t)
	big := pattern(300)
	files := map[string][]byte{
		"hello.txt": []byte("hello"), "empty": nil, "photos/big.bin": big, "photos/2026/a b.txt": []byte("a"),
		"photos-old/x": []byte("x"), "übung/日本": []byte("utf"), "deep/er/still/file": []byte("f"),
	}
	var names []string
	for key, data := range files {
		put(t, b, key, data)
		names = append(names, key)
	}
	// What file systems cannot name is not in the way, nor is what marks a directory.
	for _, key := range []string{"photos/", "a//b", "./c", "deep/../up", "marked/"} {
		put(t, b, key, nil)
	}
	if _, err := b.PutSymlink(live(t), "link", "photos/big.bin"); err != nil {
		t.Fatal(err)
	}
	files["link"] = big
	fsys := b.FS(live(t))
	if err := fstest.TestFS(fsys, append(names, "link", "marked")...); err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := fsys.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	below, err := fs.Sub(fsys, "photos")
	if err != nil {
		t.Fatal(err)
	}
	if names, err := fs.Glob(below, "*"); err != nil || !slices.Equal(names, []string{"2026", "big.bin"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// An object hides a directory of its name, wherever one looks.
func TestFSObjectBesideDirectory(t *testing.T) {
	b := newBucket(t)
	put(t, b, "a", []byte("object"))
	put(t, b, "a-b", []byte("between them in the order of keys"))
	put(t, b, "a/c", []byte("below"))
	if err := fstest.TestFS(b.FS(live(t)), "a", "a-b"); err != nil {
		t.Fatal(err)
	}
}

func TestFSErrors(t *testing.T) {
	b := newBucket(t)
	put(t, b, "file", []byte("x"))
	put(t, b, "directory/file", []byte("x"))
	fsys := b.FS(live(t))
	_, opening := fsys.Open("missing")
	_, listing := fsys.ReadDir("missing")
	_, reading := fsys.ReadFile("missing")
	_, describing := fsys.Stat("missing")
	for _, err := range []error{opening, listing, reading, describing} {
		var known *fs.PathError
		if !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, NotFound) || !errors.As(err, &known) || known.Path != "missing" {
			t.Errorf("%v", err)
		}
	}
	if _, err := fsys.ReadDir("file"); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Error(err)
	}
	if _, err := fsys.ReadFile("directory"); err == nil {
		t.Error("a directory was read")
	}
	if _, err := fsys.Open("../up"); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
	fault(t, b, 20, map[string]any{"type": "status", "status": 403, "code": "AccessDenied"})
	if _, err := fsys.Open("file"); !errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestFile(t *testing.T) {
	b := newBucket(t)
	data := pattern(windowSize*3 + 17)
	put(t, b, "key", data)
	open := func() *File { return must(b.Open(live(t), "key"))(t) }

	file := open()
	if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	var all bytes.Buffer
	for _, start := range []int64{0, 5, windowSize, int64(len(data)), int64(len(data)) + 5} {
		all.Reset()
		must(file.Seek(start, io.SeekStart))(t)
		written, err := file.WriteTo(&all)
		want := data[min(start, int64(len(data))):]
		if err != nil || written != int64(len(want)) || !bytes.Equal(all.Bytes(), want) {
			t.Errorf("from %d: %d bytes, %v", start, written, err)
		}
	}
	var group sync.WaitGroup
	for i := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			part := make([]byte, 1000)
			at := int64(i * 20_000)
			if got, err := file.ReadAt(part, at); err != nil || !bytes.Equal(part[:got], data[at:at+1000]) {
				t.Error(err)
			}
		}()
	}
	group.Wait()
	for _, err := range []error{
		second(file.Seek(-1, io.SeekStart)), second(file.Seek(0, 9)), second(file.ReadAt(make([]byte, 1), -1)),
	} {
		wantError(t, err, InvalidArgument)
	}
	if file.Close() != nil || file.Close() != ErrClosed || second(file.Read(make([]byte, 1))) != ErrClosed {
		t.Error("it is not closed")
	}
	if _, err := b.Open(live(t), "missing"); !errors.Is(err, NotFound) {
		t.Error(err)
	}
}

func TestFileAsReader(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", pattern(100))
	if err := iotest.TestReader(must(b.Open(live(t), "key"))(t), pattern(100)); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error {
	return err
}

// An object that changes while it is read is an error, never a mixture.
func TestFileThatChanges(t *testing.T) {
	b := newBucket(t)
	data := pattern(windowSize * 2)
	put(t, b, "key", data)
	file := must(b.Open(live(t), "key"))(t)
	defer file.Close()
	first := make([]byte, 10)
	must(io.ReadFull(file, first))(t)
	put(t, b, "key", bytes.Repeat([]byte("x"), len(data)))
	_, err := io.ReadAll(file)
	wantError(t, err, PreconditionFailed)
	_, err = file.ReadAt(first, 0)
	wantError(t, err, PreconditionFailed)
	must(file.Seek(0, io.SeekStart))(t)
	_, err = file.WriteTo(io.Discard)
	wantError(t, err, PreconditionFailed)
}

// What was read in several requests is compared with the checksum of the whole.
func TestFileThatIsDamaged(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", pattern(windowSize*2))
	fault(t, b, 1, map[string]any{"type": "wrong_crc"}, "method", "HEAD")
	file := must(b.Open(live(t), "key"))(t)
	defer file.Close()
	_, err := io.ReadAll(file)
	wantError(t, err, ChecksumMismatch)
}

// The ways in which files are read: to the end or so many bytes, in pieces or at once, after a look at the beginning or not.
func TestDamageIsNoticedHoweverAFileIsRead(t *testing.T) {
	b := newBucket(t)
	data := pattern(windowSize * 4)
	put(t, b, "key", data)
	for name, read := range map[string]func(f *File, left int) error{
		"all":        func(f *File, _ int) error { return second(io.ReadAll(f)) },
		"its length": func(f *File, left int) error { return second(io.ReadFull(f, make([]byte, left))) },
		"copied": func(f *File, left int) error {
			return second(io.CopyN(io.Discard, struct{ io.Reader }{f}, int64(left)))
		},
		"in pieces": func(f *File, _ int) error {
			return second(io.CopyBuffer(io.Discard, struct{ io.Reader }{f}, make([]byte, 7777)))
		},
		"written out": func(f *File, _ int) error { return second(f.WriteTo(io.Discard)) },
	} {
		for _, look := range []string{"none", "stay", "back"} {
			file, left := must(b.Open(live(t), "key"))(t), len(data)
			if look != "none" {
				must(io.ReadFull(file, make([]byte, 512)))(t)
				left -= 512
			}
			if look == "back" {
				must(file.Seek(0, io.SeekStart))(t)
				left = len(data)
			}
			fault(t, b, 100, map[string]any{"type": "corrupt_body", "at": 100_000}, "method", "GET")
			if err := read(file, left); !errors.Is(err, ChecksumMismatch) {
				t.Errorf("%s, %s: %v", name, look, err)
			}
			admin(t, "DELETE", "rules", nil)
			must(file.Seek(0, io.SeekStart))(t)
			if err := read(file, len(data)); err != nil {
				t.Errorf("%s, %s: what is right is %v", name, look, err)
			}
			file.Close()
		}
	}
}

// What was damaged is not kept: who goes back gets the object as it is now, also what was fetched ahead before.
func TestFileAfterDamage(t *testing.T) {
	b := newBucket(t)
	data := pattern(windowSize * 8)
	put(t, b, "key", data)
	file := must(b.Open(live(t), "key"))(t)
	defer file.Close()
	read := func() error { return second(io.ReadAll(struct{ io.Reader }{file})) }
	write := func() error { return second(file.WriteTo(io.Discard)) }
	for name, test := range map[string]struct {
		read  func() error
		times int
		next  int64 // where it is read again
	}{
		"read": {read, 2, 0}, "read, then a range": {read, 2, int64(len(data)) - 10}, "read once, then the rest": {read, 1, 10},
		"written": {write, 2, 0}, "written, then a range": {write, 2, int64(len(data)) - 10}, "written once, then the rest": {write, 1, 10},
	} {
		must(file.Seek(0, io.SeekStart))(t)
		fault(t, b, 1, map[string]any{"type": "corrupt_body", "at": 600}, "method", "GET")
		for range test.times {
			if err := test.read(); !errors.Is(err, ChecksumMismatch) {
				t.Errorf("%s: %v", name, err)
			}
			must(file.Seek(0, io.SeekCurrent))(t) // Only asks.
		}
		for _, from := range []int64{test.next, 0} {
			must(file.Seek(from, io.SeekStart))(t)
			if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, data[from:]) {
				t.Errorf("%s: what is right from %d on is %v", name, from, err)
			}
		}
	}
}

// Who goes back a little, but not to the beginning, has read all of it, too.
func TestFileReadTwiceInPart(t *testing.T) {
	b := newBucket(t)
	data := pattern(windowSize * 4)
	put(t, b, "key", data)
	for _, damage := range []bool{false, true} {
		file := must(b.Open(live(t), "key"))(t)
		must(io.ReadFull(file, make([]byte, 512)))(t)
		must(file.Seek(100, io.SeekStart))(t)
		if damage {
			fault(t, b, 1, map[string]any{"type": "corrupt_body", "at": 100_000}, "method", "GET")
		}
		if _, err := io.ReadAll(file); errors.Is(err, ChecksumMismatch) != damage || err != nil != damage {
			t.Errorf("damaged %v: %v", damage, err)
		}
		file.Close()
	}
}

// A panic of the program's is not taken for bytes: who recovers and reads on gets what is at that position.
func TestFileAfterPanics(t *testing.T) {
	b := newBucket(t)
	data := pattern(windowSize * 4)
	put(t, b, "key", data)
	boom := false
	file := must(b.Open(live(t), "key", WithProgress(func(done, _ int64) error {
		if boom && done > 0 {
			panic("boom")
		}
		return nil
	})))(t)
	defer file.Close()
	for name, run := range map[string]func(){
		"in a window": func() { boom = true; file.Read(make([]byte, 10)) },
		"in a stream": func() {
			must(io.ReadFull(file, make([]byte, windowSize+1)))(t)
			boom = true
			io.Copy(io.Discard, struct{ io.Reader }{file})
		},
		"in a writer": func() {
			file.WriteTo(writerFunc(func(p []byte) (int, error) { panic("boom") }))
		},
	} {
		must(file.Seek(windowSize*3, io.SeekStart))(t) // Nothing of the beginning is kept.
		must(io.ReadFull(file, make([]byte, 10)))(t)
		must(file.Seek(0, io.SeekStart))(t)
		panicked := func() (value any) {
			defer func() { value = recover() }()
			run()
			return nil
		}()
		boom = false
		at := must(file.Seek(0, io.SeekCurrent))(t)
		got, err := io.ReadAll(file)
		if panicked != "boom" || err == nil && !bytes.Equal(got, data[at:]) {
			t.Errorf("%s: %v, then %d bytes from %d on, %v", name, panicked, len(got), at, err)
		}
		must(file.Seek(0, io.SeekStart))(t)
		if got, err := io.ReadAll(file); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s: %d bytes from the beginning, %v", name, len(got), err)
		}
	}
}

// What is not to be compared is not compared by a File, either.
func TestFileWithoutCRC64(t *testing.T) {
	b := newBucket(t, func(o *Options) { o.DisableCRC64 = true })
	put(t, b, "key", pattern(windowSize*2))
	fault(t, b, 1, map[string]any{"type": "wrong_crc"}, "method", "HEAD")
	file := must(b.Open(live(t), "key"))(t)
	defer file.Close()
	must(io.ReadAll(file))(t)
}

// A writer that lies about how much it took is an error, as with io.Copy.
func TestWritersThatLie(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", pattern(1000))
	for _, lie := range []int{-1, 1001} {
		object := must(b.GetObject(live(t), "key"))(t)
		written, err := object.WriteTo(writerFunc(func([]byte) (int, error) { return lie, nil }))
		if err != errImpossibleWrite || written != 0 {
			t.Errorf("%d: %d, %v", lie, written, err)
		}
		object.Close()
	}
}

// A beginning that is looked at, and a range, do not break the connection.
func TestFileKeepsConnection(t *testing.T) {
	b := newBucket(t)
	put(t, b, "key", pattern(1<<20))
	for range 3 {
		file := must(b.Open(live(t), "key"))(t)
		must(io.ReadFull(file, make([]byte, 512)))(t)
		must(file.Seek(500_000, io.SeekStart))(t)
		must(io.ReadFull(file, make([]byte, 512)))(t)
		file.Close()
	}
	seen := make(map[int]bool)
	for _, request := range requests(t, b) {
		if request.Method == "GET" || request.Method == "HEAD" {
			seen[request.Connection] = true
		}
	}
	if len(seen) != 1 {
		t.Errorf("%d connections were made", len(seen))
	}
}

func TestHTTPFileServer(t *testing.T) {
	b := newBucket(t)
	data := pattern(200_000)
	put(t, b, "page.html", []byte("<p>hello"))
	put(t, b, "data/unknown", append([]byte("%PDF-1.4 "), data...))
	web := httptest.NewServer(http.FileServer(http.FS(b.FS(live(t)))))
	defer web.Close()
	get := func(path string, headers ...string) (*http.Response, string) {
		request := must(http.NewRequest("GET", web.URL+path, nil))(t)
		for i := 0; i+1 < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		response := must(web.Client().Do(request))(t)
		defer response.Body.Close()
		return response, string(must(io.ReadAll(response.Body))(t))
	}
	for _, row := range []struct{ path, asked, status, kind, body string }{
		{"/page.html", "", "200 OK", "text/html; charset=utf-8", "<p>hello"},
		{"/page.html", "bytes=3-5", "206 Partial Content", "text/html; charset=utf-8", "hel"},
		{"/data/unknown", "", "200 OK", "application/pdf", "%PDF-1.4 " + string(data)},
		{"/data/unknown", "bytes=100000-199999", "206 Partial Content", "application/pdf", string(data[99_991:199_991])},
		{"/data/", "", "200 OK", "text/html; charset=utf-8", "<!doctype html>\n<meta name=\"viewport\" " +
			"content=\"width=device-width\">\n<pre>\n<a href=\"unknown\">unknown</a>\n</pre>\n"},
		{"/missing", "", "404 Not Found", "text/plain; charset=utf-8", "404 page not found\n"},
	} {
		response, body := get(row.path, "Range", row.asked)
		if kind := response.Header.Get("Content-Type"); response.Status != row.status || kind != row.kind || body != row.body {
			t.Errorf("%s %s: %s, %s, %d bytes", row.path, row.asked, response.Status, kind, len(body))
		}
	}
	response, _ := get("/page.html")
	response, _ = get("/page.html", "If-Modified-Since", response.Header.Get("Last-Modified"))
	if response.StatusCode != http.StatusNotModified {
		t.Error(response.Status)
	}
}

// What does not say how long it is cannot be read at any place, and is not taken for empty.
func TestFilesOfUnknownLengthAreRefused(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", "\"1\"")
		w.Header().Set("Transfer-Encoding", "chunked")
		w.Header().Set("x-oss-request-id", "1")
	}))
	defer web.Close()
	b := must(NewBucket("examplebucket", Options{Endpoint: web.URL, Region: region}))(t)
	defer b.Close()
	if answer := must(b.HeadObject(live(t), "key"))(t); answer.ContentLength != -1 {
		t.Fatal("there is a length:", answer.ContentLength)
	}
	_, opening := b.Open(live(t), "key")
	_, opened := b.FS(live(t)).Open("key")
	_, described := b.FS(live(t)).Stat("key")
	for _, err := range []error{opening, opened, described} {
		if wantError(t, err, BadResponse); !strings.Contains(err.Error(), "how long") {
			t.Error(err)
		}
	}
}
