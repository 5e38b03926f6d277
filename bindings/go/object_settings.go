package oss

// #include "shim.h"
import "C"

import "context"

// sendKeyText is sendKey for operations with one more text.
func (b *Bucket) sendKeyText(
	ctx context.Context, key, name, value string, options []Option, function textsCrossing,
) (*Answer, error) {
	v, err := newText(name, value)
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return function(key, v.pointer(), via)
	})
}

// PutObjectACL sets the ACL of an object: "default", "private", "public-read" or "public-read-write".
func (b *Bucket) PutObjectACL(ctx context.Context, key, acl string, options ...Option) (*Answer, error) {
	return b.sendKeyText(ctx, key, "acl", acl, options, func(key, acl *C.char, via passage) C.oss_status {
		return C.ossgo_put_object_acl(b.bucket(), key, acl, via.self, via.call, via.outcome)
	})
}

// GetObjectACL returns the ACL of an object.
func (b *Bucket) GetObjectACL(ctx context.Context, key string, options ...Option) (*ACL, error) {
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_get_object_acl(b.bucket(), key, via.self, via.call, via.outcome)
	})
	return newACL(answer, err)
}

// PutSymlink makes key a link to target, a key of the same bucket.
func (b *Bucket) PutSymlink(ctx context.Context, key, target string, options ...Option) (*Answer, error) {
	return b.sendKeyText(ctx, key, "target", target, options, func(key, target *C.char, via passage) C.oss_status {
		return C.ossgo_put_symlink(b.bucket(), key, target, via.self, via.call, via.outcome)
	})
}

// A Symlink is an object that is a link.
type Symlink struct {
	Answer
	// Target is where it leads: a key of the same bucket.
	Target string
}

// GetSymlink returns where the link at key leads.
func (b *Bucket) GetSymlink(ctx context.Context, key string, options ...Option) (*Symlink, error) {
	var target string
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		status := C.ossgo_get_symlink(b.bucket(), key, via.self, via.call, via.outcome)
		target = goString(via.outcome.symlink_target)
		return status
	})
	if err != nil {
		return nil, err
	}
	return &Symlink{*answer, target}, nil
}

// PutObjectTagging replaces all tags of an object, which may have up to 10.
func (b *Bucket) PutObjectTagging(ctx context.Context, key string, tags []Tag, options ...Option) (*Answer, error) {
	names, err := packTexts("name", len(tags), func(i int) string { return tags[i].Key })
	if err != nil {
		return nil, err
	}
	values, err := packTexts("value", len(tags), func(i int) string { return tags[i].Value })
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_put_object_tagging(b.bucket(), key, names.pointer(), values.pointer(), C.size_t(len(tags)), via.self, via.call, via.outcome)
	})
}

// GetObjectTagging returns the tags of an object.
func (b *Bucket) GetObjectTagging(ctx context.Context, key string, options ...Option) (*Tagging, error) {
	answer, err := b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_get_object_tagging(b.bucket(), key, via.self, via.call, via.outcome)
	})
	return newTagging(answer, err)
}

// DeleteObjectTagging takes off all tags of an object.
func (b *Bucket) DeleteObjectTagging(ctx context.Context, key string, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_delete_object_tagging(b.bucket(), key, via.self, via.call, via.outcome)
	})
}

// RestoreObject has an archived object made readable for days, or 0 for the service's choice, at the speed tier:
// "Expedited", "Standard", "Bulk", or "". HTTP status 202 of the answer: it has begun; 200: the object is readable.
func (b *Bucket) RestoreObject(
	ctx context.Context, key string, days int, tier string, options ...Option,
) (*Answer, error) {
	n, err := newInt("days", days, "0 to 2147483647")
	if err != nil {
		return nil, err
	}
	t, err := newOptionalText("tier", tier)
	if err != nil {
		return nil, err
	}
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_restore_object(b.bucket(), key, C.int32_t(n), t.pointer(), via.self, via.call, via.outcome)
	})
}

// CleanRestoredObject ends the time in which a restored object is readable.
func (b *Bucket) CleanRestoredObject(ctx context.Context, key string, options ...Option) (*Answer, error) {
	return b.sendKey(ctx, key, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_clean_restored_object(b.bucket(), key, via.self, via.call, via.outcome)
	})
}

// ProcessObject does process, such as "image/resize,w_100|sys/saveas,o_...". Answer.Body is a JSON text.
func (b *Bucket) ProcessObject(ctx context.Context, key, process string, options ...Option) (*Answer, error) {
	return b.sendKeyText(ctx, key, "process", process, options, func(key, process *C.char, via passage) C.oss_status {
		return C.ossgo_process_object(b.bucket(), key, process, via.self, via.call, via.outcome)
	})
}

// AsyncProcessObject is as ProcessObject, but only begins it; Answer.Body has the id of the task.
func (b *Bucket) AsyncProcessObject(ctx context.Context, key, process string, options ...Option) (*Answer, error) {
	return b.sendKeyText(ctx, key, "process", process, options, func(key, process *C.char, via passage) C.oss_status {
		return C.ossgo_async_process_object(b.bucket(), key, process, via.self, via.call, via.outcome)
	})
}
