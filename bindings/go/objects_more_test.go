package oss

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestExistence(t *testing.T) {
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "here", nil))(t)
	for key, want := range map[string]bool{"here": true, "missing": false} {
		if got := must(b.ObjectExists(live(t), key))(t); got != want {
			t.Errorf("%s: %v", key, got)
		}
	}
	if !must(b.BucketExists(live(t)))(t) {
		t.Error("the bucket is not there")
	}
	none := must(NewBucket("go-never-created", options()))(t)
	defer none.Close()
	if must(none.BucketExists(live(t)))(t) {
		t.Error("a bucket is there that nobody made")
	}
	// That there is no bucket does not answer the question about its object.
	_, err := none.ObjectExists(live(t), "key")
	wantError(t, err, NotFound)
	fault(t, b, 1, map[string]any{"type": "status", "status": 403, "code": "AccessDenied"})
	_, err = b.ObjectExists(live(t), "here")
	wantError(t, err, Denied)
}

func TestCopyObject(t *testing.T) {
	b, other := newBucket(t), newBucket(t)
	key := "a+b %/中"
	put := must(b.PutObjectBytes(live(t), key, []byte("hello"), WithMetadata("a", "1")))(t)
	copied := must(b.CopyObject(live(t), "same", CopySource{Key: key}))(t)
	if copied.Text("ETag") != put.ETag || copied.CRC64 != put.CRC64 {
		t.Errorf("%+v", copied)
	}
	must(other.CopyObject(live(t), "other", CopySource{Bucket: b.Name(), Key: key}, WithMetadata("a", "2"), WithHeader("x-oss-metadata-directive", "REPLACE")))(t)
	wantBody(t, other, "other", []byte("hello"))
	if meta := must(other.HeadObject(live(t), "other"))(t).Meta(); meta["a"] != "2" {
		t.Error(meta)
	}
	must(b.PutBucketVersioning(live(t), VersioningConfiguration{Status: "Enabled"}))(t)
	first := must(b.PutObjectBytes(live(t), "v", []byte("first")))(t).VersionID
	must(b.PutObjectBytes(live(t), "v", []byte("second")))(t)
	must(b.CopyObject(live(t), "w", CopySource{Key: "v", VersionID: first}))(t)
	wantBody(t, b, "w", []byte("first"))
	_, err := b.CopyObject(live(t), "x", CopySource{Key: "missing"})
	wantError(t, err, NotFound)
	_, err = b.CopyObject(live(t), "x", CopySource{Key: "a\x00b"})
	wantError(t, err, InvalidArgument)
	_, err = b.CopyObject(live(t), "x", CopySource{})
	wantError(t, err, InvalidArgument)
}

func TestAppendObject(t *testing.T) {
	b := newBucket(t)
	for kind, ctx := range contexts(t) {
		key := "log-" + kind
		first := must(b.AppendObject(ctx, key, 0, strings.NewReader("hello ")))(t)
		if first.NextPosition != 6 || first.CRC64 == 0 {
			t.Errorf("%+v", first)
		}
		second := must(b.AppendObject(ctx, key, first.NextPosition, iotest.OneByteReader(strings.NewReader("world")), WithInitialCRC64(first.CRC64)))(t)
		third := must(b.AppendObjectBytes(ctx, key, second.NextPosition, []byte("!"), WithInitialCRC64(second.CRC64)))(t)
		if third.NextPosition != 12 {
			t.Errorf("%+v", third)
		}
		wantBody(t, b, key, []byte("hello world!"))
		_, err := b.AppendObjectBytes(ctx, key, 6, []byte("?"))
		if e := wantError(t, err, Conflict); e.Code != "PositionNotEqualToLength" {
			t.Errorf("%+v", e)
		}
		_, err = b.AppendObjectBytes(ctx, key, third.NextPosition, []byte("?"), WithInitialCRC64(third.CRC64+1))
		wantError(t, err, ChecksumMismatch)
		must(b.SealAppendObject(ctx, key, 13))(t)
		if _, err = b.AppendObjectBytes(ctx, key, 13, []byte("?")); err == nil {
			t.Error("it can still be appended to")
		}
	}
	_, err := b.AppendObject(live(t), "key", 0, iotest.ErrReader(io.ErrClosedPipe))
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	_, err = b.AppendObject(live(t), "key", 0, nil)
	wantError(t, err, InvalidArgument)
	_, err = b.AppendObjectBytes(live(t), "key", -1, nil)
	wantError(t, err, InvalidArgument)
}

func TestDeleteMultipleObjects(t *testing.T) {
	b := newBucket(t)
	odd := "a<&>\"'\x01中"
	var objects []ObjectVersion
	for i := range 1000 {
		objects = append(objects, ObjectVersion{Key: fmt.Sprint("none/", i)})
	}
	objects[7].Key = odd
	must(b.PutObjectBytes(live(t), odd, nil))(t)
	result := must(b.DeleteMultipleObjects(live(t), objects))(t)
	if len(result.Objects) != 1000 || result.Objects[7].Key != odd || result.RequestID == "" {
		t.Errorf("%d objects", len(result.Objects))
	}
	if must(b.ObjectExists(live(t), odd))(t) {
		t.Error("it is still there")
	}
	if quiet := must(b.DeleteMultipleObjects(live(t), objects, WithQuiet()))(t); len(quiet.Objects) != 0 {
		t.Errorf("%+v", quiet.Objects)
	}

	must(b.PutBucketVersioning(live(t), VersioningConfiguration{Status: "Enabled"}))(t)
	version := must(b.PutObjectBytes(live(t), "v", []byte("1")))(t).VersionID
	result = must(b.DeleteMultipleObjects(live(t), []ObjectVersion{{Key: "v"}}))(t)
	marker := result.Objects[0].DeleteMarkerVersionID
	if marker == "" {
		t.Errorf("%+v", result.Objects)
	}
	result = must(b.DeleteMultipleObjects(live(t), []ObjectVersion{{"v", marker}, {"v", version}}))(t)
	if len(result.Objects) != 2 || result.Objects[1].VersionID != version {
		t.Errorf("%+v", result.Objects)
	}
	for entry, err := range b.ListObjectVersions(live(t), "", "") {
		t.Error(entry, err, "is left")
	}

	_, err := b.DeleteMultipleObjects(live(t), nil)
	wantError(t, err, InvalidArgument)
	_, err = b.DeleteMultipleObjects(live(t), []ObjectVersion{{Key: "a\x00"}})
	wantError(t, err, InvalidArgument)
	fault(t, b, 1, map[string]any{"type": "status", "status": 403, "code": "AccessDenied"})
	_, err = b.DeleteMultipleObjects(live(t), []ObjectVersion{{Key: "a"}})
	wantError(t, err, Denied)
}

func TestObjectSettings(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	must(b.PutObjectBytes(ctx, "key", []byte("hello")))(t)
	must(b.PutObjectACL(ctx, "key", "public-read"))(t)
	if acl := must(b.GetObjectACL(ctx, "key"))(t); acl.Grant != "public-read" || acl.Owner.ID == "" || acl.RequestID == "" {
		t.Errorf("%+v", acl)
	}
	_, err := b.PutObjectACL(ctx, "key", "none")
	wantError(t, err, InvalidArgument)
	_, err = b.GetObjectACL(ctx, "missing")
	wantError(t, err, NotFound)

	must(b.PutSymlink(ctx, "link", "key"))(t)
	if link := must(b.GetSymlink(ctx, "link"))(t); link.Target != "key" || link.ETag == "" {
		t.Errorf("%+v", link)
	}
	wantBody(t, b, "link", []byte("hello"))
	_, err = b.GetSymlink(ctx, "key")
	if err == nil {
		t.Error("the object is no link")
	}

	tags := []Tag{{"a", "1"}, {"empty", ""}}
	must(b.PutObjectTagging(ctx, "key", tags))(t)
	if tagging := must(b.GetObjectTagging(ctx, "key"))(t); fmt.Sprint(tagging.Tags) != fmt.Sprint(tags) {
		t.Errorf("%+v", tagging.Tags)
	}
	must(b.DeleteObjectTagging(ctx, "key"))(t)
	if tagging := must(b.GetObjectTagging(ctx, "key"))(t); len(tagging.Tags) != 0 {
		t.Errorf("%+v", tagging.Tags)
	}
	_, err = b.PutObjectTagging(ctx, "missing", tags)
	wantError(t, err, NotFound)
	_, err = b.PutObjectTagging(ctx, "key", []Tag{{"a\x00", ""}})
	wantError(t, err, InvalidArgument)
}

func TestRestoreAndProcess(t *testing.T) {
	b := newBucket(t)
	ctx := live(t)
	must(b.PutObjectBytes(ctx, "cold", []byte("x"), WithStorageClass(StorageClassColdArchive)))(t)
	if answer := must(b.RestoreObject(ctx, "cold", 2, "Standard"))(t); answer.HTTPStatus != 202 {
		t.Errorf("%+v", answer)
	}
	_, err := b.RestoreObject(ctx, "cold", 0, "")
	if e := wantError(t, err, Conflict); e.Code != "RestoreAlreadyInProgress" {
		t.Errorf("%+v", e)
	}
	_, err = b.RestoreObject(ctx, "cold", 1<<40, "")
	wantError(t, err, InvalidArgument)
	_, err = b.CleanRestoredObject(ctx, "cold")
	wantError(t, err, Conflict)
	// The local server cannot do it, but another answer in its place is as good.
	for _, process := range []func(context.Context, string, string, ...Option) (*Answer, error){b.ProcessObject, b.AsyncProcessObject} {
		_, err = process(ctx, "cold", "image/info")
		wantError(t, err, Unsupported)
		fault(t, b, 1, map[string]any{"type": "status", "status": 200, "raw_body": `{"TaskId":"1"}`})
		if answer := must(process(ctx, "cold", "image/info"))(t); string(answer.Body) != `{"TaskId":"1"}` {
			t.Errorf("%s", answer.Body)
		}
		_, err = process(ctx, "cold", "a\x00")
		wantError(t, err, InvalidArgument)
	}
}

func TestCallback(t *testing.T) {
	b := newBucket(t)
	url := listenAndAnswer(t, `{"seen":true}`)
	callback := fmt.Sprintf(`{"callbackUrl":%q,"callbackBody":"key=${object}&x=${x:v}"}`, url)
	answer := must(b.PutObjectBytes(live(t), "key", []byte("hello"), WithCallback(callback, `{"x:v":"1"}`)))(t)
	if string(answer.Body) != `{"seen":true}` || answer.ETag == "" {
		t.Errorf("%+v %s", answer, answer.Body)
	}
	_, err := b.PutObjectBytes(live(t), "stored", []byte("hello"), WithCallback(`{"callbackUrl":"http://127.0.0.1:1/","callbackBody":"a"}`, ""))
	var e *Error
	if !errors.As(err, &e) || e.HTTPStatus != 203 || e.Code != "CallbackFailed" {
		t.Errorf("%+v", err)
	}
	wantBody(t, b, "stored", []byte("hello"))
}

func TestSelectObject(t *testing.T) {
	b := newBucket(t)
	var csv bytes.Buffer
	csv.WriteString("name,age\n")
	for i := range 50_000 {
		fmt.Fprintf(&csv, "somebody whose number is %d,%d\n", i, i%100)
	}
	must(b.PutObject(live(t), "people.csv", &csv))(t)
	header := WithField("InputSerialization.CSV.FileHeaderInfo", "Use")
	for _, ctx := range contexts(t) {
		rows := must(b.SelectObject(ctx, "people.csv", "select name from ossobject where age = 40", header))(t)
		all := must(io.ReadAll(rows))(t)
		rows.Close()
		if count := bytes.Count(all, []byte("\n")); count != 500 || !bytes.HasPrefix(all, []byte("somebody whose number is 40\n")) {
			t.Errorf("%d rows", count)
		}
	}
	meta := must(b.CreateSelectObjectMeta(live(t), "people.csv"))(t)
	if meta.Rows != 50_001 || meta.Columns != 2 || meta.Splits == 0 {
		t.Errorf("%+v", meta)
	}
	must(b.PutObjectBytes(live(t), "a.json", []byte("{\"a\":1}\n{\"a\":2}\n")))(t)
	rows := must(b.SelectObject(live(t), "a.json", "select * from ossobject s where s.a > 1", WithField("InputSerialization.JSON.Type", "LINES")))(t)
	if all := string(must(io.ReadAll(rows))(t)); !strings.Contains(all, "2") || strings.Contains(all, "1") {
		t.Errorf("%q", all)
	}
	_, err := b.SelectObject(live(t), "people.csv", "choose wisely")
	wantError(t, err, BadRequest)
	_, err = b.SelectObject(live(t), "missing", "select * from ossobject")
	wantError(t, err, NotFound)
	_, err = b.SelectObject(live(t), "people.csv", "select\x00")
	wantError(t, err, InvalidArgument)
	_, err = b.CreateSelectObjectMeta(live(t), "missing")
	wantError(t, err, NotFound)
}

func TestSelectObjectEnds(t *testing.T) {
	b := newBucket(t)
	must(b.PutObjectBytes(live(t), "a.csv", bytes.Repeat([]byte("hello,world\n"), 20_000)))(t)
	ctx, cancel := context.WithCancel(context.Background())
	fault(t, b, 1, map[string]any{"type": "stall_response", "after_bytes": 100_000}, "operation", "SelectObject")
	rows := must(b.SelectObject(ctx, "a.csv", "select * from ossobject"))(t)
	defer rows.Close()
	must(io.ReadFull(rows, make([]byte, 1000)))(t)
	// It is stalled until the context ends.
	time.AfterFunc(200*time.Millisecond, cancel)
	_, err := io.Copy(io.Discard, rows)
	wantError(t, err, Cancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}

	// What is cut off is not all of it.
	fault(t, b, 9, map[string]any{"type": "cut_body", "after_bytes": 100_000}, "operation", "SelectObject")
	rows = must(b.SelectObject(live(t), "a.csv", "select * from ossobject"))(t)
	defer rows.Close()
	if n, err := io.Copy(io.Discard, rows); err == nil {
		t.Errorf("%d bytes are taken for all", n)
	}
}
