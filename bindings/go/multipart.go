package oss

// #include "shim.h"
import "C"

import (
	"context"
	"io"
	"slices"
	"time"
)

// A MultipartUpload is one that has begun.
type MultipartUpload struct {
	Answer
	// UploadID is what its parts are sent to.
	UploadID string
}

// A Part is a part of a multipart upload.
type Part struct {
	// Number is 1 to 10000.
	Number int
	// ETag has its quotes.
	ETag string
	// Size is in bytes.
	Size int64
	// CRC64 is that of the part; 0 if it is not known, and then the whole object cannot be compared.
	CRC64 uint64
	// LastModified is when the part was stored, in listings; else zero.
	LastModified time.Time
}

// An UploadedPart is what UploadPart and its relatives return.
type UploadedPart struct {
	Answer
	// Part is for CompleteMultipartUpload.
	Part Part
}

// InitiateMultipartUpload begins an upload of an object in parts. Options that are headers become those of the object. What
// is never completed or aborted is stored and billed as parts.
func (b *Bucket) InitiateMultipartUpload(ctx context.Context, key string, options ...Option) (*MultipartUpload, error) {
	var id string
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		status := C.ossgo_initiate_multipart_upload(b.bucket(), key, via.self, via.call, via.outcome)
		id = goString(via.outcome.upload_id)
		return status
	})
	if err != nil {
		return nil, err
	}
	return &MultipartUpload{*answer, id}, nil
}

// UploadPart stores what body yields as part number, 1 to 10000; 100 KB to 5 GB, the last part also less. See
// [Bucket.PutObject] for what there is to know about readers.
func (b *Bucket) UploadPart(
	ctx context.Context, key, uploadID string, number int, body io.Reader, options ...Option,
) (*UploadedPart, error) {
	id, n, err := partTexts(uploadID, number)
	if err != nil {
		return nil, err
	}
	answer, sent, err := b.sendBody(ctx, key, body, options, func(key *C.char, length C.int64_t, via passage) C.oss_status {
		return C.ossgo_upload_part_stream(b.bucket(), key, id.pointer(), n, length, via.self, via.call, via.outcome)
	})
	return newUploadedPart(answer, err, number, sent)
}

// UploadPartBytes is UploadPart of data, which may not change meanwhile.
func (b *Bucket) UploadPartBytes(
	ctx context.Context, key, uploadID string, number int, data []byte, options ...Option,
) (*UploadedPart, error) {
	id, n, err := partTexts(uploadID, number)
	if err != nil {
		return nil, err
	}
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_upload_part(b.bucket(), key, id.pointer(), n, bytePointer(data), C.size_t(len(data)), via.self, via.call, via.outcome)
	})
	return newUploadedPart(answer, err, number, int64(len(data)))
}

// UploadPartFile is UploadPart of length bytes of the file at path, from offset on.
func (b *Bucket) UploadPartFile(
	ctx context.Context, key, uploadID string, number int, path string, offset, length int64, options ...Option,
) (*UploadedPart, error) {
	id, n, err := partTexts(uploadID, number)
	if err != nil {
		return nil, err
	}
	p, err := newText("path", path)
	if err != nil {
		return nil, err
	}
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_upload_part_file(b.bucket(), key, id.pointer(), n, p.pointer(), C.int64_t(offset), C.int64_t(length), via.self, via.call, via.outcome)
	})
	return newUploadedPart(answer, err, number, length)
}

// UploadPartCopy makes part number a copy of an object, or of the piece that [WithRange] says. The service does not tell
// the CRC-64 of such a part.
func (b *Bucket) UploadPartCopy(
	ctx context.Context, key, uploadID string, number int, source CopySource, options ...Option,
) (*UploadedPart, error) {
	id, n, err := partTexts(uploadID, number)
	if err != nil {
		return nil, err
	}
	from, err := source.texts()
	if err != nil {
		return nil, err
	}
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_upload_part_copy(b.bucket(), key, id.pointer(), n, from.bucket.pointer(), from.key.pointer(), from.version.pointer(), via.self, via.call, via.outcome)
	})
	part, err := newUploadedPart(answer, err, number, -1)
	if err == nil {
		part.Part.ETag = answer.Text("ETag")
	}
	return part, err
}

func partTexts(uploadID string, number int) (id text, n C.int32_t, err error) {
	if id, err = newText("upload_id", uploadID); err == nil {
		n, err = newPartNumber(number)
	}
	return id, n, err
}

func newPartNumber(number int) (C.int32_t, error) {
	n, err := newInt("number", number, "1 to 10000")
	return C.int32_t(n), err
}

func newUploadedPart(answer *Answer, err error, number int, size int64) (*UploadedPart, error) {
	if err != nil {
		return nil, err
	}
	return &UploadedPart{*answer, Part{Number: number, ETag: answer.ETag, Size: size, CRC64: answer.CRC64}}, nil
}

// CompleteMultipartUpload makes the object of these parts, in ascending order of their numbers, and compares its CRC-64 if
// all of them have theirs; without any, all parts that were uploaded. It is never repeated: after a lost answer HeadObject
// tells whether it happened.
func (b *Bucket) CompleteMultipartUpload(
	ctx context.Context, key, uploadID string, parts []Part, options ...Option,
) (*Answer, error) {
	id, err := newText("upload_id", uploadID)
	if err != nil {
		return nil, err
	}
	options = append(slices.Clip(options), withParts(parts))
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_complete_multipart_upload(b.bucket(), key, id.pointer(), via.self, via.call, via.outcome)
	})
}

// AbortMultipartUpload ends an upload and deletes its parts.
func (b *Bucket) AbortMultipartUpload(ctx context.Context, key, uploadID string, options ...Option) (*Answer, error) {
	id, err := newText("upload_id", uploadID)
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_abort_multipart_upload(b.bucket(), key, id.pointer(), via.self, via.call, via.outcome)
	})
}
