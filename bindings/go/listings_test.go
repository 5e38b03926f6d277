package oss

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// wantKeys fails the test unless just these were listed.
func wantKeys(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%q instead of %q", got, want)
	}
}

// listenAndAnswer is a server that answers everything with this JSON text; its URL.
func listenAndAnswer(t testing.TB, text string) string {
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, text)
	}))
	t.Cleanup(listener.Close)
	return listener.URL
}

func TestListObjects(t *testing.T) {
	b := newBucket(t)
	for _, key := range []string{"a/1", "a/2", "b", "c"} {
		must(b.PutObjectBytes(live(t), key, []byte("x")))(t)
	}
	var got []string
	for object, err := range b.ListObjects(live(t), "", "/", WithPageSize(1)) {
		if must(object, err)(t).IsPrefix != (object.Key == "a/") {
			t.Errorf("%+v", object)
		}
		got = append(got, object.Key)
	}
	wantKeys(t, got, "a/", "b", "c")
	got = nil
	for object, err := range b.ListObjects(live(t), "", "", WithMarker("a/2")) {
		got = append(got, must(object, err)(t).Key)
	}
	wantKeys(t, got, "b", "c")
	for _, err := range b.ListObjects(live(t), "\x00", "") {
		wantError(t, err, InvalidArgument)
	}
	for _, err := range must(NewBucket("go-never-created", options()))(t).ListObjects(live(t), "", "") {
		wantError(t, err, NotFound)
	}
}

// Of a header that comes twice it is the first, whoever is asked. The library refuses answers that have two ETags or versions.
func TestHeadersThatComeTwice(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, value := range []string{"1", "2"} {
			for _, name := range []string{"x-oss-meta-dup", "x-oss-request-id"} {
				w.Header().Add(name, value)
			}
		}
	}))
	defer web.Close()
	b := must(NewBucket("examplebucket", Options{Endpoint: web.URL, Region: region}))(t)
	defer b.Close()
	answer := must(b.HeadObject(live(t), "key"))(t)
	for name, got := range map[string]string{
		"Header": answer.Header("X-Oss-Meta-Dup"), "Meta": answer.Meta()["dup"],
		"RequestID": answer.RequestID,
	} {
		if got != "1" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A slice of options belongs to the caller, who may use it again before a listing is ranged over or a file is read.
func TestOptionsAreThoseOfTheCall(t *testing.T) {
	b, s := newBucket(t), must(NewService(options()))(t)
	for _, key := range []string{"a", "b", "c"} {
		put(t, b, key, []byte(key))
	}
	with := []Option{WithStartAfter("a")}
	listing := b.ListObjectsV2(live(t), "", "", with...)
	with[0] = WithTimeout(time.Minute)
	versions := b.ListObjectVersions(live(t), "", "", with...)
	uploads := b.ListMultipartUploads(live(t), "", "", with...)
	parts := b.ListParts(live(t), "a", "none", with...)
	buckets := s.ListBuckets(live(t), b.Name(), with...)
	file := must(b.Open(live(t), "a", with...))(t)
	defer file.Close()

	with[0] = WithTimeout(-1) // Fails in any request.
	var got []string
	for object, err := range listing {
		got = append(got, must(object, err)(t).Key)
	}
	wantKeys(t, got, "b", "c")
	for version, err := range versions {
		must(version, err)(t)
	}
	for upload, err := range uploads {
		must(upload, err)(t)
	}
	for _, err := range parts {
		wantError(t, err, NotFound)
	}
	for bucket, err := range buckets {
		must(bucket, err)(t)
	}
	must(io.ReadAll(file))(t)
}

func TestListObjectVersions(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	must(b.PutBucketVersioning(ctx, VersioningConfiguration{Status: "Enabled"}))(t)
	first := must(b.PutObjectBytes(ctx, "a", []byte("1")))(t).VersionID
	second := must(b.PutObjectBytes(ctx, "a", []byte("22")))(t).VersionID
	marker := must(b.DeleteObject(ctx, "a"))(t).VersionID
	must(b.PutObjectBytes(ctx, "b/c", nil))(t)
	var got []ListedVersion
	for version, err := range b.ListObjectVersions(ctx, "", "/", WithPageSize(1)) {
		got = append(got, must(version, err)(t))
	}
	if len(got) != 4 {
		t.Fatalf("%+v", got)
	}
	if m := got[0]; !m.IsDeleteMarker || !m.IsLatest || m.VersionID != marker || m.Key != "a" || m.Size != -1 {
		t.Errorf("%+v", m)
	}
	if v := got[1]; v.IsDeleteMarker || v.IsLatest || v.VersionID != second || v.Size != 2 || v.ETag == "" {
		t.Errorf("%+v", v)
	}
	if v := got[2]; v.VersionID != first || v.Size != 1 {
		t.Errorf("%+v", v)
	}
	if p := got[3]; !p.IsPrefix || p.Key != "b/" {
		t.Errorf("%+v", p)
	}
	count := 0
	for version, err := range b.ListObjectVersions(ctx, "", "", WithKeyMarker("a"), WithVersionIDMarker(second)) {
		if count++; count == 1 && must(version, err)(t).VersionID != first {
			t.Errorf("%+v", version)
		}
	}
	if count != 2 {
		t.Errorf("%d versions", count)
	}
}

// However long a listing is, no more than a page of it is kept.
func TestListingTakesConstantMemory(t *testing.T) {
	const pages, entries = 100, 1000
	var all bytes.Buffer
	for i := range entries {
		fmt.Fprintf(&all, "<Contents><Key>%04d-%s</Key><Size>1</Size></Contents>", i, strings.Repeat("x", 500))
	}
	var asked atomic.Int64
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := asked.Add(1)
		w.Header().Set("x-oss-request-id", "1")
		fmt.Fprintf(w, "<ListBucketResult><IsTruncated>%v</IsTruncated><NextContinuationToken>%d</NextContinuationToken>", page < pages, page)
		w.Write(all.Bytes())
		fmt.Fprint(w, "</ListBucketResult>")
	}))
	defer endless.Close()
	o := options()
	o.Endpoint = endless.URL
	b := must(NewBucket("endless", o))(t)
	defer b.Close()
	count, before := 0, 0
	for _, err := range b.ListObjectsV2(live(t), "", "") {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count == 10*entries {
			if asked.Load() != 10 {
				t.Errorf("%d pages were asked for instead of 10", asked.Load())
			}
			before = residentBytes(t)
		}
	}
	if count != pages*entries {
		t.Errorf("%d entries", count)
	}
	// The pages that came since have 49 MB.
	if grown := residentBytes(t) - before; grown > 25<<20 {
		t.Errorf("%d bytes more", grown)
	}
}

func residentBytes(t testing.TB) int {
	var all, resident int
	text := must(os.ReadFile("/proc/self/statm"))(t)
	must(fmt.Sscan(string(text), &all, &resident))(t)
	return resident * os.Getpagesize()
}
