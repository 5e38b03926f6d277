package oss

// #include "shim.h"
import "C"

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"unsafe"
)

func (t target) bucket() *C.oss_bucket {
	return (*C.oss_bucket)(t.object)
}

// sendKey is send for operations on an object.
func (b *Bucket) sendKey(
	ctx context.Context, key string, options []Option, function textCrossing,
) (*Answer, error) {
	return b.sendKeyTaking(ctx, key, 0, options, function)
}

// sendKeyTaking is sendKey for operations that take options which only some do.
func (b *Bucket) sendKeyTaking(
	ctx context.Context, key string, taken use, options []Option, function textCrossing,
) (*Answer, error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, err
	}
	return b.send(ctx, options, takes(taken), func(via passage) C.oss_status {
		return function(k.pointer(), via)
	})
}

// PutObject stores what body yields as key, up to 5 GB. Content-Type is guessed from the key unless an option gives it.
// If the length of body is known, see [WithLength], it has to give that many bytes; else it is sent in chunks.
// An upload from an [io.Seeker] whose position follows what it reads is repeated like any other, from where it stood; one from
// another reader only as long as nothing was read. If the context ends or the timeout is over while body blocks, PutObject
// returns, and body may not be used until that Read has returned.
func (b *Bucket) PutObject(ctx context.Context, key string, body io.Reader, options ...Option) (*Answer, error) {
	answer, _, err := b.sendBody(ctx, key, body, options, func(key *C.char, length C.int64_t, via passage) C.oss_status {
		return C.ossgo_put_object_stream(b.bucket(), key, length, via.self, via.call, via.outcome)
	})
	return answer, err
}

// sendBody is sendKey for what a reader yields. It also returns how many bytes that was.
func (b *Bucket) sendBody(
	ctx context.Context, key string, body io.Reader, options []Option,
	function func(key *C.char, length C.int64_t, via passage) C.oss_status,
) (answer *Answer, sent int64, err error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, 0, err
	}
	if body == nil {
		return nil, 0, newError(InvalidArgument, "`body` is nil")
	}
	length := int64(-1)
	prepare := func(r *request) (err error) {
		r.reader, r.sent = body, &sent
		r.callable()
		r.taken |= useLength
		if r.given&useLength != 0 {
			length = r.length
		} else if length, err = lengthOf(body); err != nil {
			return err
		}
		if !mayBlock(body) {
			r.worker = noWorker
		}
		r.rewindable(body)
		return nil
	}
	answer, err = b.send(ctx, options, prepare, func(via passage) C.oss_status {
		return function(k.pointer(), C.int64_t(length), via)
	})
	return answer, sent, err
}

// rewindable has the upload repeated from where body stands now, if body can go back there.
func (r *request) rewindable(body io.Reader) {
	seeker, can := body.(io.Seeker)
	if !can {
		return
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil || start < 0 {
		return
	}
	r.seeker, r.start = seeker, start
	C.ossgo_call_rewind(r.call, C.uintptr_t(r.self))
}

// rewind has the reader give the same bytes again. Its Seek need not be about what its Read gives: one that embeds a file, and
// reads something else of it, has the file's. So its position has to have followed what was read, and to be where it is put.
func (r *request) rewind() error {
	at, err := r.seeker.Seek(0, io.SeekCurrent)
	if err == nil && at == r.start+*r.sent {
		at, err = r.seeker.Seek(r.start, io.SeekStart)
		if err == nil && at == r.start {
			return nil
		}
	}
	if err == nil {
		err = errors.New("oss: the position of the reader does not follow what it reads")
	}
	return err
}

// The longest object has 10,000 parts of 5 GB.
const longestObject = 10_000 * 5 << 30

// lengthOf returns how many bytes a reader has left; -1 if there is no telling. Of a type that is not known there is none: one
// that embeds a file, and reads something else of it, has its Seek too.
func lengthOf(body io.Reader) (int64, error) {
	switch body := body.(type) {
	case *bytes.Buffer:
		return int64(body.Len()), nil
	case *bytes.Reader:
		return int64(body.Len()), nil
	case *strings.Reader:
		return int64(body.Len()), nil
	case *os.File:
		if info, err := body.Stat(); err != nil || !info.Mode().IsRegular() {
			return -1, nil
		}
	case *io.SectionReader, *File:
	default:
		return -1, nil
	}
	seeker := body.(io.Seeker)
	position, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1, nil
	}
	end, failed := seeker.Seek(0, io.SeekEnd)
	if _, err := seeker.Seek(position, io.SeekStart); err != nil {
		// It would be sent from somewhere else.
		e := newError(IO, "`body` has been to its end for its length, and cannot go back")
		e.causes = append(e.causes, err)
		return 0, e
	}
	if failed != nil {
		return -1, nil
	}
	rest := max(0, end-position)
	if _, isSection := body.(*io.SectionReader); isSection && rest > longestObject {
		// A section of what follows, however long that is.
		return -1, nil
	}
	return rest, nil
}

// mayBlock reports whether a reader or writer may make others wait; memory and regular files do not.
func mayBlock(stream any) bool {
	if stream == io.Discard {
		return false
	}
	switch stream := stream.(type) {
	case *bytes.Buffer, *bytes.Reader, *strings.Reader, *strings.Builder:
		return false
	case *os.File:
		info, err := stream.Stat()
		return err != nil || !info.Mode().IsRegular()
	}
	return true
}

// PutObjectBytes stores data as key, up to 5 GB. data may not change meanwhile.
func (b *Bucket) PutObjectBytes(ctx context.Context, key string, data []byte, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_put_object(b.bucket(), key, bytePointer(data), C.size_t(len(data)), via.self, via.call, via.outcome)
	})
}

// bytePointer returns where a slice begins, for the length of a call.
func bytePointer(data []byte) *C.uint8_t {
	return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(data)))
}

// PutObjectFile stores the file at path as key, up to 5 GB.
func (b *Bucket) PutObjectFile(ctx context.Context, key, path string, options ...Option) (*Answer, error) {
	p, err := newText("path", path)
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_put_object_file(b.bucket(), key, p.pointer(), via.self, via.call, via.outcome)
	})
}

// GetObjectToBuffer fetches key into buffer and returns how many bytes came. A larger object is [InvalidArgument].
func (b *Bucket) GetObjectToBuffer(
	ctx context.Context, key string, buffer []byte, options ...Option,
) (int, *Answer, error) {
	var length C.size_t
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_get_object_to_buffer(b.bucket(), key, bytePointer(buffer), C.size_t(len(buffer)), &length, via.self, via.call, via.outcome)
	})
	return int(length), answer, err
}

// GetObjectToFile fetches key into the file at path, which appears whole or not at all.
func (b *Bucket) GetObjectToFile(ctx context.Context, key, path string, options ...Option) (*Answer, error) {
	p, err := newText("path", path)
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_get_object_to_file(b.bucket(), key, p.pointer(), via.self, via.call, via.outcome)
	})
}

// GetObjectToWriter fetches key into w, piece by piece. If it fails, what was written is not the object. If the context
// ends or the timeout is over while w blocks, GetObjectToWriter returns, and w may not be used until that Write has returned.
func (b *Bucket) GetObjectToWriter(ctx context.Context, key string, w io.Writer, options ...Option) (*Answer, error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, newError(InvalidArgument, "`w` is nil")
	}
	prepare := func(r *request) error {
		r.writer = w
		r.takesPrefetch()
		r.callable()
		if !mayBlock(w) {
			r.worker = noWorker
		}
		return nil
	}
	return b.send(ctx, options, prepare, func(via passage) C.oss_status {
		return C.ossgo_get_object_to_stream(b.bucket(), k.pointer(), via.self, via.call, via.outcome)
	})
}

// HeadObject returns what there is to know about an object without its content.
func (b *Bucket) HeadObject(ctx context.Context, key string, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_head_object(b.bucket(), key, via.self, via.call, via.outcome)
	})
}

// GetObjectMeta returns ETag, size and time of an object; it is cheaper than HeadObject.
func (b *Bucket) GetObjectMeta(ctx context.Context, key string, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_get_object_meta(b.bucket(), key, via.self, via.call, via.outcome)
	})
}

// DeleteObject deletes an object. Deleting what is not there is a success, as with the service.
func (b *Bucket) DeleteObject(ctx context.Context, key string, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_delete_object(b.bucket(), key, via.self, via.call, via.outcome)
	})
}

// ObjectExists reports whether an object exists. Only the service's word that it does not is a false; a refusal, a missing
// bucket and a network failure are errors.
func (b *Bucket) ObjectExists(ctx context.Context, key string, options ...Option) (bool, error) {
	var exists C.int
	_, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_object_exists(b.bucket(), key, &exists, via.self, via.call, via.outcome)
	})
	return exists != 0, err
}
