package oss

// #include "shim.h"
import "C"

import (
	"context"
	"io"
)

// A CopySource says what to copy.
type CopySource struct {
	// Bucket is where it is; "" for the bucket of the copy.
	Bucket string
	// Key of the object.
	Key string
	// VersionID is its version; "" for the latest.
	VersionID string
}

type copyTexts struct{ bucket, key, version text }

func (s CopySource) texts() (t copyTexts, err error) {
	if t.bucket, err = newOptionalText("source_bucket", s.Bucket); err == nil {
		t.key, err = newText("source_key", s.Key)
	}
	if err == nil {
		t.version, err = newOptionalText("source_version_id", s.VersionID)
	}
	return t, err
}

// CopyObject makes key a copy of an object of up to 5 GB. New metadata comes as options, together with the header
// "x-oss-metadata-directive" = "REPLACE".
func (b *Bucket) CopyObject(ctx context.Context, key string, source CopySource, options ...Option) (*Answer, error) {
	from, err := source.texts()
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_copy_object(b.bucket(), key, from.bucket.pointer(), from.key.pointer(), from.version.pointer(), via.self, via.call, via.outcome)
	})
}

// An AppendResult is what AppendObject returns; CRC64 is that of the whole object, for [WithInitialCRC64].
type AppendResult struct {
	Answer
	// NextPosition is where to go on, which is the size of the object; -1 if the service does not tell.
	NextPosition int64
}

// AppendObject adds what body yields to an appendable object, whose size has to be position; 0 makes it. It is never
// repeated: after a lost answer HeadObject tells whether it happened. See [Bucket.PutObject] for what there is to know
// about readers.
func (b *Bucket) AppendObject(
	ctx context.Context, key string, position int64, body io.Reader, options ...Option,
) (*AppendResult, error) {
	var next C.int64_t
	answer, _, err := b.sendBody(ctx, key, body, options, func(key *C.char, length C.int64_t, via passage) C.oss_status {
		status := C.ossgo_append_object_stream(b.bucket(), key, C.int64_t(position), length, via.self, via.call, via.outcome)
		next = via.outcome.next_append_position
		return status
	})
	return newAppendResult(answer, err, next)
}

// AppendObjectBytes is AppendObject of data, which may not change meanwhile.
func (b *Bucket) AppendObjectBytes(
	ctx context.Context, key string, position int64, data []byte, options ...Option,
) (*AppendResult, error) {
	var next C.int64_t
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		status := C.ossgo_append_object(b.bucket(), key, C.int64_t(position), bytePointer(data), C.size_t(len(data)), via.self, via.call, via.outcome)
		next = via.outcome.next_append_position
		return status
	})
	return newAppendResult(answer, err, next)
}

func newAppendResult(answer *Answer, err error, next C.int64_t) (*AppendResult, error) {
	if err != nil {
		return nil, err
	}
	return &AppendResult{*answer, int64(next)}, nil
}

// SealAppendObject has nothing be appended any more; position is the size of the object.
func (b *Bucket) SealAppendObject(ctx context.Context, key string, position int64, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_seal_append_object(b.bucket(), key, C.int64_t(position), via.self, via.call, via.outcome)
	})
}

// An ObjectVersion names an object or a version of it.
type ObjectVersion struct {
	// Key of the object.
	Key string
	// VersionID is "" for the object as it is now.
	VersionID string
}

// A DeletedObject is what DeleteMultipleObjects has deleted, or could not.
type DeletedObject struct {
	ObjectVersion
	// IsDeleted is false for what could not be deleted.
	IsDeleted bool
	// DeleteMarkerVersionID is the version of the delete marker that came or went by this; "" if none did.
	DeleteMarkerVersionID string
	// Code says why an object could not be deleted, as the service's error code such as "AccessDenied"; "" if it is not told.
	Code string
	// Message says the same in words.
	Message string
}

// A DeleteResult is what DeleteMultipleObjects returns.
type DeleteResult struct {
	Answer
	// Objects are those deleted or, with [WithQuiet], those that could not be. Without it, those that the answer does not
	// name are among them as not deleted.
	Objects []DeletedObject
}

// DeleteMultipleObjects deletes 1 to 1000 objects.
func (b *Bucket) DeleteMultipleObjects(
	ctx context.Context, objects []ObjectVersion, options ...Option,
) (*DeleteResult, error) {
	keys, err := packTexts("key", len(objects), func(i int) string { return objects[i].Key })
	if err != nil {
		return nil, err
	}
	versions, err := packTexts("version_id", len(objects), func(i int) string { return objects[i].VersionID })
	if err != nil {
		return nil, err
	}
	r, err := b.open(ctx, options)
	if err != nil {
		return nil, err
	}
	defer r.close()
	r.taken |= useQuiet
	quiet := C.int(0)
	if r.given&useQuiet != 0 {
		quiet = 1
	}
	answer, err := r.run(func(via passage) C.oss_status {
		return C.ossgo_delete_multiple_objects(b.bucket(), keys.pointer(), versions.pointer(), C.size_t(len(objects)), quiet, via.self, via.call, via.outcome)
	})
	if err != nil {
		return nil, err
	}
	result := &DeleteResult{Answer: *answer}
	for {
		object, more, err := next(r, newDeletedObject)
		if err != nil {
			return nil, err
		}
		if !more {
			return result, nil
		}
		result.Objects = append(result.Objects, object)
	}
}

func newDeletedObject(e *C.oss_entry) DeletedObject {
	return DeletedObject{
		IsDeleted:             e.kind == C.OSS_ENTRY_DELETED,
		ObjectVersion:         ObjectVersion{Key: goString(e.name), VersionID: goString(e.version_id)},
		DeleteMarkerVersionID: goString(e.delete_marker_version_id),
		Code:                  goString(e.code),
		Message:               goString(e.message),
	}
}
