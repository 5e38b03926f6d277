package oss

// #include "shim.h"
import "C"

import (
	"context"
	"time"
)

// A Presigned is a request that anybody may send.
type Presigned struct {
	// Method is such as "GET".
	Method string
	// URL is where to send it. It holds the signature: whoever has it may use it.
	URL string
	// Headers are those of the call, to be sent along; see [WithHeaders].
	Headers map[string]string
	// Expiration is when it ends.
	Expiration time.Time
}

// A PostForm is a form that lets anybody upload an object.
type PostForm struct {
	// URL is where to send it, as multipart/form-data.
	URL string
	// Fields have to be in it, besides "key" and, as the last one, "file".
	Fields map[string]string
	// Expiration is when it ends.
	Expiration time.Time
}

// Presign signs a URL that lets anybody send method, such as "GET", for key, or "" for the bucket, until it expires: whole
// seconds, with V4 up to 7 days. Options that are queries are part of it; headers are for whoever sends it. Nothing is sent.
func (b *Bucket) Presign(
	ctx context.Context, method, key string, expires time.Duration, options ...Option,
) (*Presigned, error) {
	m, err := newText("method", method)
	if err != nil {
		return nil, err
	}
	k, err := newOptionalText("key", key)
	if err != nil {
		return nil, err
	}
	presigned := &Presigned{Method: method}
	answer, err := b.send(ctx, options, takes(useQueries), func(via passage) C.oss_status {
		status := C.ossgo_presign(b.bucket(), m.pointer(), k.pointer(), seconds(expires), via.self, via.call, via.outcome)
		presigned.URL, presigned.Expiration = goString(via.outcome.url), unixTime(via.outcome.expiration)
		return status
	})
	if err != nil {
		return nil, err
	}
	presigned.Headers = answer.signed()
	return presigned, nil
}

// PostPolicy signs a form that lets anybody upload an object until it expires (PostObject). conditions is a JSON array of
// what has to hold, such as [["starts-with","$key","user/"]], or "". Nothing is sent.
func (b *Bucket) PostPolicy(
	ctx context.Context, expires time.Duration, conditions string, options ...Option,
) (*PostForm, error) {
	c, err := newOptionalText("conditions", conditions)
	if err != nil {
		return nil, err
	}
	form := &PostForm{}
	answer, err := b.send(ctx, options, nil, func(via passage) C.oss_status {
		status := C.ossgo_post_policy(b.bucket(), seconds(expires), c.pointer(), via.self, via.call, via.outcome)
		form.URL, form.Expiration = goString(via.outcome.url), unixTime(via.outcome.expiration)
		return status
	})
	if err != nil {
		return nil, err
	}
	form.Fields = answer.signed()
	return form, nil
}

// signed returns what the outcome has in the place of headers.
func (a *Answer) signed() map[string]string {
	pairs := make(map[string]string)
	for name, value := range a.Headers() {
		pairs[name] = value
	}
	return pairs
}

// sendURL is send for what a presigned URL lets do. Of the bucket it uses only connections and settings.
func (b *Bucket) sendURL(
	ctx context.Context, url string, options []Option, function textCrossing,
) (*Answer, error) {
	u, err := newText("url", url)
	if err != nil {
		return nil, err
	}
	return b.send(ctx, options, nil, func(via passage) C.oss_status {
		return function(u.pointer(), via)
	})
}

// PutObjectByURL stores data by a presigned URL. The headers that were signed have to be among the options, see
// [WithHeaders]. data may not change meanwhile. Of the bucket only connections and settings are used, here and below.
func (b *Bucket) PutObjectByURL(ctx context.Context, url string, data []byte, options ...Option) (*Answer, error) {
	return b.sendURL(ctx, url, options, func(url *C.char, via passage) C.oss_status {
		return C.ossgo_put_object_by_url(b.bucket(), url, bytePointer(data), C.size_t(len(data)), via.self, via.call, via.outcome)
	})
}

// GetObjectByURL is GetObject by a presigned URL.
func (b *Bucket) GetObjectByURL(ctx context.Context, url string, options ...Option) (*Object, error) {
	u, err := newText("url", url)
	if err != nil {
		return nil, err
	}
	return b.download(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_get_object_by_url(b.bucket(), u.pointer(), via.self, via.call, via.outcome)
	})
}

// GetObjectByURLToFile is GetObjectToFile by a presigned URL.
func (b *Bucket) GetObjectByURLToFile(ctx context.Context, url, path string, options ...Option) (*Answer, error) {
	p, err := newText("path", path)
	if err != nil {
		return nil, err
	}
	return b.sendURL(ctx, url, options, func(url *C.char, via passage) C.oss_status {
		return C.ossgo_get_object_by_url_to_file(b.bucket(), url, p.pointer(), via.self, via.call, via.outcome)
	})
}

// HeadObjectByURL is HeadObject by a presigned URL.
func (b *Bucket) HeadObjectByURL(ctx context.Context, url string, options ...Option) (*Answer, error) {
	return b.sendURL(ctx, url, options, func(url *C.char, via passage) C.oss_status {
		return C.ossgo_head_object_by_url(b.bucket(), url, via.self, via.call, via.outcome)
	})
}
