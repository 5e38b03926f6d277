package oss

import (
	"bytes"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// wrapped hides what the library knows about a reader, but for its Seek.
type wrapped struct{ *bytes.Reader }

func TestSeekersBeginAgain(t *testing.T) {
	content := pattern(300_000)
	path := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, body := range map[string]io.ReadSeeker{"struct": wrapped{bytes.NewReader(content)}, "bytes": bytes.NewReader(content), "file": file} {
		for mishap, action := range map[string]map[string]any{
			"503":   {"type": "status", "status": 503, "code": "ServiceUnavailable"},
			"reset": {"type": "reset"},
		} {
			b := newBucket(t)
			// Not from its beginning: it goes back to where it stood.
			if _, err := body.Seek(1000, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			fault(t, b, 1, action, "method", "PUT")
			answer := must(b.PutObject(live(t), "key", body))(t)
			if answer.Attempts != 2 || !answer.Verified {
				t.Errorf("%s after %s: %d attempts, verified %v", name, mishap, answer.Attempts, answer.Verified)
			}
			wantBody(t, b, "key", content[1000:])

			// A part likewise.
			upload := must(b.InitiateMultipartUpload(live(t), "parts"))(t)
			must(body.Seek(2000, io.SeekStart))(t)
			fault(t, b, 1, action, "method", "PUT")
			part := must(b.UploadPart(live(t), "parts", upload.UploadID, 1, body))(t)
			if part.Attempts != 2 || !part.Verified || part.Part.Size != int64(len(content)-2000) {
				t.Errorf("part of %s after %s: %+v", name, mishap, part)
			}
			must(b.CompleteMultipartUpload(live(t), "parts", upload.UploadID, []Part{part.Part}))(t)
			wantBody(t, b, "parts", content[2000:])
		}
	}
}

// seeksElsewhere has a Seek that is not about what its Read gives.
type seeksElsewhere struct {
	io.Reader
	seek func(offset int64, whence int) (int64, error)
}

func (s seeksElsewhere) Seek(offset int64, whence int) (int64, error) { return s.seek(offset, whence) }

// What was read of them does not come again: they are sent once, and nothing is stored.
func TestSeekersThatDoNotMoveWhatIsReadAreReadOnce(t *testing.T) {
	content := pattern(600_000)
	other := bytes.NewReader(content)
	for name, seek := range map[string]func(int64, int) (int64, error){
		"zero":     func(int64, int) (int64, error) { return 0, nil },
		"negative": func(int64, int) (int64, error) { return -7, nil },
		"end":      func(int64, int) (int64, error) { return int64(len(content)), nil },
		"another":  other.Seek,
	} {
		for mishap, action := range map[string]map[string]any{
			"503":   {"type": "status", "status": 503, "code": "ServiceUnavailable"},
			"reset": {"type": "store_then_reset"},
		} {
			for _, option := range []Option{nil, WithLength(int64(len(content)))} {
				b := newBucket(t)
				fault(t, b, 1, action, "method", "PUT")
				answer, err := b.PutObject(live(t), "key", seeksElsewhere{bytes.NewReader(content), seek}, option)
				if mishap == "503" && err == nil {
					t.Errorf("%s: it is stored, with %d attempts", name, answer.Attempts)
				}
				if exists := must(b.ObjectExists(live(t), "key"))(t); exists {
					wantBody(t, b, "key", content)
				}
			}
		}
	}
}

// onlyReads cannot begin again.
type onlyReads struct{ io.Reader }

func TestReadersThatCannotSeekAreReadOnce(t *testing.T) {
	b := newBucket(t)
	fault(t, b, 1, map[string]any{"type": "status", "status": 503, "code": "ServiceUnavailable"}, "method", "PUT")
	_, err := b.PutObject(live(t), "key", onlyReads{bytes.NewReader(pattern(100_000))})
	if e := wantError(t, err, Throttled); e.Attempts != 1 {
		t.Errorf("%d attempts", e.Attempts)
	}
}

func TestEverydayHeadersArrive(t *testing.T) {
	b := newBucket(t)
	past := time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)
	must(b.PutObjectBytes(live(t), "key", []byte("x"), WithCacheControl("no-cache"), WithContentDisposition("attachment"),
		WithTag("a b", "c=d"), WithTag("e", ""), WithServerSideEncryption(EncryptionAES256, ""), WithTrafficLimit(819200),
		WithObjectACL(ACLPrivate), WithConnectTimeout(time.Minute), WithReadTimeout(time.Minute)))(t)
	seen := lastRequest(t, b)
	for name, want := range map[string]string{
		"cache-control": "no-cache", "content-disposition": "attachment", "x-oss-tagging": "a%20b=c%3Dd&e=",
		"x-oss-server-side-encryption": "AES256", "x-oss-traffic-limit": "819200", "x-oss-object-acl": "private",
	} {
		if got := seen.header(name); got != want {
			t.Errorf("%s: %q instead of %q", name, got, want)
		}
	}
	_, err := b.HeadObject(live(t), "key", WithIfUnmodifiedSince(past))
	wantError(t, err, PreconditionFailed)
	seen = lastRequest(t, b)
	if got := seen.header("if-unmodified-since"); got != "Sun, 06 Nov 1994 08:49:37 GMT" {
		t.Errorf("%q", got)
	}
	_, err = b.GetObject(live(t), "key", WithIfModifiedSince(time.Now().Add(-time.Minute)), WithReadTimeout(-1))
	wantError(t, err, InvalidArgument)
}

func TestMisspeltHeadersAreRefused(t *testing.T) {
	b := newBucket(t)
	_, err := b.PutObjectBytes(live(t), "key", nil, WithHeader("x-oss-acl", ACLPrivate))
	if e := wantError(t, err, InvalidArgument); !strings.Contains(e.Error(), HeaderObjectACL) {
		t.Error(e)
	}
	must(b.PutObjectBytes(live(t), "key", nil, WithHeader("x-oss-acl", ACLPrivate), WithInsist()))(t)
}

func TestChecksumIsThatOfTheService(t *testing.T) {
	content := pattern(100_000)
	answer := must(newBucket(t).PutObjectBytes(live(t), "key", content))(t)
	sum := NewCRC64()
	for rest := content; len(rest) > 0; rest = rest[min(7777, len(rest)):] {
		sum.Write(rest[:min(7777, len(rest))])
	}
	if sum.Sum64() != answer.CRC64 || sum.Sum64() != crc64.Checksum(content, crc64.MakeTable(crc64.ECMA)) {
		t.Errorf("%d instead of %d", sum.Sum64(), answer.CRC64)
	}
	first, second := NewCRC64(), NewCRC64()
	first.Write(content[:333])
	second.Write(content[333:])
	if got := CRC64Combine(first.Sum64(), second.Sum64(), uint64(len(content)-333)); got != answer.CRC64 {
		t.Errorf("%d joined instead of %d", got, answer.CRC64)
	}
	if got := sum.Sum([]byte{1}); len(got) != 9 || got[0] != 1 || got[1] != byte(answer.CRC64>>56) {
		t.Errorf("%v", got)
	}
	sum.Reset()
	if sum.Sum64() != 0 || sum.Size() != 8 || sum.BlockSize() != 1 {
		t.Error("it does not begin anew")
	}
}

func TestClockOfTheCallerOutlivesTheSession(t *testing.T) {
	asked := 0
	clock := func() time.Time { asked++; return time.Now() }
	session, err := NewSession(Options{Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	b := newBucket(t, func(o *Options) { o.Session, o.Clock = session, clock })
	session.Close()
	must(b.PutObjectBytes(live(t), "key", []byte("x")))(t)
	if asked == 0 {
		t.Error("nobody asked for the time")
	}
	if b.Endpoint() != server.http {
		t.Errorf("%q", b.Endpoint())
	}
}
