package oss

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestPresign(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	// Somebody else's: only the URL gives the right.
	stranger := must(NewBucket("another", Options{Endpoint: server.http, Region: region, Credentials: AnonymousCredentials()}))(t)
	defer stranger.Close()
	data := pattern(300_000)
	put := must(b.Presign(ctx, "PUT", "a b", time.Minute, WithMetadata("a", "1"), WithContentType("text/x-a")))(t)
	if put.Method != "PUT" || put.URL == "" || len(put.Headers) == 0 || time.Until(put.Expiration) > time.Minute+time.Second || time.Until(put.Expiration) < 50*time.Second {
		t.Errorf("%+v", put)
	}
	answer := must(stranger.PutObjectByURL(ctx, put.URL, data, WithHeaders(put.Headers)))(t)
	if answer.CRC64 == 0 {
		t.Errorf("%+v", answer)
	}
	_, err := stranger.PutObjectByURL(ctx, put.URL, data)
	wantError(t, err, Denied)
	if head := must(b.HeadObject(ctx, "a b"))(t); head.Meta()["a"] != "1" || head.Header("Content-Type") != "text/x-a" {
		t.Errorf("%+v", head)
	}

	get := must(b.Presign(ctx, "GET", "a b", time.Minute))(t)
	object := must(stranger.GetObjectByURL(ctx, get.URL))(t)
	defer object.Close()
	if got := must(io.ReadAll(object))(t); !bytes.Equal(got, data) {
		t.Errorf("%d bytes", len(got))
	}
	path := filepath.Join(t.TempDir(), "file")
	must(stranger.GetObjectByURLToFile(ctx, get.URL, path))(t)
	if !bytes.Equal(must(os.ReadFile(path))(t), data) {
		t.Error("another file came")
	}
	head := must(b.Presign(ctx, "HEAD", "a b", time.Minute))(t)
	if answer := must(stranger.HeadObjectByURL(ctx, head.URL))(t); answer.ContentLength != 300_000 {
		t.Errorf("%+v", answer)
	}
	_, err = stranger.HeadObjectByURL(ctx, get.URL)
	wantError(t, err, Denied)
	missing := must(b.Presign(ctx, "GET", "missing", time.Minute))(t)
	_, err = stranger.GetObjectByURL(ctx, missing.URL)
	wantError(t, err, NotFound)
	_, err = stranger.GetObjectByURLToFile(ctx, missing.URL, path+"2")
	wantError(t, err, NotFound)
	if _, err := os.Stat(path + "2"); err == nil {
		t.Error("a file was left")
	}
	list := must(b.Presign(ctx, "GET", "", time.Minute, WithQuery("prefix", "a")))(t)
	response := must(http.Get(list.URL))(t)
	defer response.Body.Close()
	if body := must(io.ReadAll(response.Body))(t); !bytes.Contains(body, []byte("<Key>a b</Key>")) {
		t.Errorf("%s", body)
	}

	for _, expires := range []time.Duration{0, -time.Second, 8 * 24 * time.Hour} {
		_, err = b.Presign(ctx, "GET", "a", expires)
		wantError(t, err, InvalidArgument)
	}
	_, err = b.Presign(ctx, "BREW", "a", time.Minute)
	wantError(t, err, InvalidArgument)
	_, err = b.Presign(ctx, "GET", "a\x00", time.Minute)
	wantError(t, err, InvalidArgument)
	_, err = stranger.GetObjectByURL(ctx, "no URL")
	wantError(t, err, InvalidArgument)
}

func TestPostPolicy(t *testing.T) {
	b := newBucket(t)
	form := must(b.PostPolicy(live(t), time.Minute, `[["starts-with","$key","user/"],["content-length-range",1,100]]`))(t)
	post := func(key, content string) int {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		for name, value := range form.Fields {
			w.WriteField(name, value)
		}
		w.WriteField("key", key)
		must(must(w.CreateFormFile("file", "name"))(t).Write([]byte(content)))(t)
		w.Close()
		response := must(http.Post(form.URL, w.FormDataContentType(), &body))(t)
		response.Body.Close()
		return response.StatusCode
	}
	if status := post("user/a", "hello"); status != 204 {
		t.Errorf("%d, %+v", status, form)
	}
	wantBody(t, b, "user/a", []byte("hello"))
	if status := post("admin/a", "hello"); status != 403 {
		t.Error(status)
	}
	if form.Expiration.IsZero() {
		t.Errorf("%+v", form)
	}
	_, err := b.PostPolicy(live(t), time.Minute, "no array")
	wantError(t, err, InvalidArgument)
}
