package oss

// #include "shim.h"
import "C"

import (
	"context"
	"iter"
	"time"
)

// WithPartSize sets how many bytes the parts of a transfer have, 102400 to 5368709120. Default 8 MiB, 64 MiB for
// CopyLargeObject, and more for what would have more than 10,000 parts. What fits into one part is one request. A Writer begins
// with parts of this size.
func WithPartSize(bytes int64) Option {
	return withUse(usePartSize, func(r *request) error {
		return r.check(C.oss_call_set_part_size(r.call, C.int64_t(bytes)))
	})
}

// WithWorkers sets how many parts are under way at the same time, 1 to 64, default 3, each on a thread of the library. With 1
// there are none of these. Credentials are asked for on these threads, too.
func WithWorkers(count int) Option {
	return withUse(useWorkers, func(r *request) error {
		n, err := newInt("workers", count, "1 to 64")
		if err != nil {
			return err
		}
		return r.check(C.oss_call_set_workers(r.call, n))
	})
}

// WithRecordDirectory keeps the records of transfers in a directory, which has to exist, instead of beside the local file.
func WithRecordDirectory(path string) Option {
	return withUse(useRecordDirectory, func(r *request) error {
		return r.set([]pair{{name: path, bare: true}}, func(path, _ *C.char) C.oss_status {
			return C.oss_call_set_record_directory(r.call, path)
		})
	})
}

// WithoutRecord keeps no record: a transfer that fails leaves nothing, and begins from the start the next time. To delete what
// was sent it takes up to 10 s, or 2 s if its context ended.
func WithoutRecord() Option {
	return withUse(useNoRecord, func(r *request) error { return r.check(C.oss_call_set_no_record(r.call)) })
}

// WithPrefetch has GetObject hold that many parts, the one being read and those after it, each fetched by a thread and a
// connection of its own: for links that one connection does not fill. 2 to 64; 0 is off.
func WithPrefetch(parts int) Option {
	return withUse(usePrefetch, func(r *request) error {
		n, err := newInt("prefetch", parts, "2 to 64, and 0 for off")
		if err != nil {
			return err
		}
		return r.check(C.oss_call_set_prefetch(r.call, n))
	})
}

// UploadFile stores the regular file at path, up to 48.8 TB, in parts. After a failure or a kill the same call goes on where
// it stopped; the record is ".NAME.HASH.alioss-upload" beside the file. Options, context and progress are of the whole.
// [Busy] if another transfer is using the record.
func (b *Bucket) UploadFile(ctx context.Context, key, path string, options ...Option) (*Answer, error) {
	return b.sendPath(ctx, key, path, options, func(key, path *C.char, via passage) C.oss_status {
		return C.ossgo_upload_file(b.bucket(), key, path, via.self, via.call, via.outcome)
	})
}

// AbortUploadFile gives up what UploadFile with the same arguments did not finish: it deletes the parts that were sent, and
// the record. It is not an error if there are none.
func (b *Bucket) AbortUploadFile(ctx context.Context, key, path string, options ...Option) error {
	_, err := b.sendPath(ctx, key, path, options, func(key, path *C.char, via passage) C.oss_status {
		return C.ossgo_abort_upload_file(b.bucket(), key, path, via.self, via.call, via.outcome)
	})
	return err
}

// DownloadFile is GetObject into the file at path in parts, which appears whole or not at all. After a failure or a kill the
// same call goes on where it stopped. [Conflict] if the object changes meanwhile, [Busy] if another transfer is using the
// record.
func (b *Bucket) DownloadFile(ctx context.Context, key, path string, options ...Option) (*Answer, error) {
	return b.sendPath(ctx, key, path, options, func(key, path *C.char, via passage) C.oss_status {
		return C.ossgo_download_file(b.bucket(), key, path, via.self, via.call, via.outcome)
	})
}

// AbortDownloadFile removes what DownloadFile with the same arguments did not finish. It sends nothing.
func (b *Bucket) AbortDownloadFile(ctx context.Context, key, path string, options ...Option) error {
	_, err := b.sendPath(ctx, key, path, options, func(key, path *C.char, via passage) C.oss_status {
		return C.ossgo_abort_download_file(b.bucket(), key, path, via.self, via.call, via.outcome)
	})
	return err
}

// sendPath is sendKey for transfers between an object and a file.
func (b *Bucket) sendPath(
	ctx context.Context, key, path string, options []Option, function textsCrossing,
) (*Answer, error) {
	p, err := newText("path", path)
	if err != nil {
		return nil, err
	}
	return b.sendKeyTaking(ctx, key, useParts|useRecords, options, func(key *C.char, via passage) C.oss_status {
		return function(key, p.pointer(), via)
	})
}

// CopyLargeObject makes key a copy of an object of up to 48.8 TB, within the service. Unlike CopyObject it copies what has
// more than one part in parts; headers, metadata and tags are the same afterwards. [Conflict] if the source changes
// meanwhile, [Unsupported] for symbolic links and sources in other regions. It goes on where it stopped only with
// [WithRecordDirectory].
func (b *Bucket) CopyLargeObject(
	ctx context.Context, key string, source CopySource, options ...Option,
) (*Answer, error) {
	from, err := source.texts()
	if err != nil {
		return nil, err
	}
	return b.sendKeyTaking(ctx, key, useParts|useRecords, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_copy_large_object(b.bucket(), key, from.bucket.pointer(), from.key.pointer(), from.version.pointer(), via.self, via.call, via.outcome)
	})
}

// AbortCopyLargeObject gives up what CopyLargeObject with the same arguments did not finish.
func (b *Bucket) AbortCopyLargeObject(ctx context.Context, key string, source CopySource, options ...Option) error {
	from, err := source.texts()
	if err != nil {
		return err
	}
	_, err = b.sendKeyTaking(ctx, key, useParts|useRecords, options, func(key *C.char, via passage) C.oss_status {
		return C.ossgo_abort_copy_large_object(b.bucket(), key, from.bucket.pointer(), from.key.pointer(), from.version.pointer(), via.self, via.call, via.outcome)
	})
	return err
}

// ListUploadsBefore is as ListMultipartUploads, but lists only uploads that began that long ago or earlier, by the service's
// clock; seconds are rounded up.
func (b *Bucket) ListUploadsBefore(
	ctx context.Context, prefix string, age time.Duration, options ...Option,
) iter.Seq2[ListedUpload, error] {
	options = append(taking(options, usePageSize|useKeyMarker|useUploadIDMarker), pageSizeIs("max-uploads"))
	return listKeys(ctx, b, prefix, "", options, newListedUpload, func(prefix, _ *C.char, via passage) C.oss_status {
		return C.ossgo_list_uploads_before(b.bucket(), prefix, seconds(age), via.self, via.call, via.outcome)
	})
}

// AbortUploadsBefore aborts all uploads of keys that begin with prefix ("": of the whole bucket) and began that long ago or
// earlier, by the service's clock: their parts are stored and billed as long as nobody does. It returns how many it aborted,
// also if one of them fails, which ends it.
func (b *Bucket) AbortUploadsBefore(
	ctx context.Context, prefix string, age time.Duration, options ...Option,
) (aborted int64, err error) {
	p, err := newOptionalText("prefix", prefix)
	if err != nil {
		return 0, err
	}
	options = append(taking(options, usePageSize|useKeyMarker|useUploadIDMarker), pageSizeIs("max-uploads"))
	var count C.int64_t
	_, err = b.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_abort_uploads_before(b.bucket(), p.pointer(), seconds(age), &count, via.self, via.call, via.outcome)
	})
	return int64(count), err
}
