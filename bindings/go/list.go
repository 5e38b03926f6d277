package oss

// #include "shim.h"
import "C"

import (
	"context"
	"iter"
	"time"
)

// A ListedObject is an entry of [Bucket.ListObjectsV2] and [Bucket.ListObjects]. Texts that the service does not give are empty.
type ListedObject struct {
	// Key is the whole key, or the prefix.
	Key string
	// IsPrefix: this is no object, but what keys have in common up to the delimiter. Only Key is set then.
	IsPrefix bool
	// Size is in bytes; -1 for a prefix.
	Size int64
	// LastModified is when the object was stored; zero if unknown.
	LastModified time.Time
	// ETag has its quotes.
	ETag string
	// StorageClass is such as "Standard".
	StorageClass string
	// Type is "Normal", "Appendable", "Multipart" or "Symlink".
	Type string
	// RestoreInfo is the restore state of an archived object, as the service words it.
	RestoreInfo string
	// OwnerID and OwnerName say whose it is, if [WithFetchOwner] asked.
	OwnerID, OwnerName string
}

// A ListedBucket is an entry of [Service.ListBuckets]. Texts that the service does not give are empty.
type ListedBucket struct {
	// Name of the bucket.
	Name string
	// CreationDate is when it was created; zero if unknown.
	CreationDate time.Time
	// StorageClass is such as "Standard".
	StorageClass string
	// Region is such as "cn-hangzhou".
	Region string
	// Location is such as "oss-cn-hangzhou".
	Location string
	// ExtranetEndpoint and IntranetEndpoint are the public and the internal endpoint.
	ExtranetEndpoint, IntranetEndpoint string
}

// A ListedVersion is an entry of [Bucket.ListObjectVersions]: a version of an object, a delete marker, or a prefix.
type ListedVersion struct {
	ListedObject
	// VersionID of the version or delete marker.
	VersionID string
	// IsLatest: the object is as this version has it, or it is deleted if this is a marker.
	IsLatest bool
	// IsDeleteMarker: this says that the object was deleted. It has no content; Size is -1.
	IsDeleteMarker bool
}

// A ListedUpload is an entry of [Bucket.ListMultipartUploads].
type ListedUpload struct {
	// Key is the whole key, or the prefix.
	Key string
	// IsPrefix: this is no upload, but what keys have in common up to the delimiter. Only Key is set then.
	IsPrefix bool
	// UploadID is what parts are sent to.
	UploadID string
	// Initiated is when the upload began; zero if unknown.
	Initiated time.Time
}

// ListObjectsV2 lists the objects whose keys begin with prefix, in key order; keys that hold delimiter after it are
// folded into one entry. Both may be "". Pages are fetched as needed:
//
//	for object, err := range bucket.ListObjectsV2(ctx, "photos/", "/") {
//		if err != nil {
//			return err
//		}
//		fmt.Println(object.Key, object.Size)
//	}
//
// An error ends the listing. Ranging again lists again.
func (b *Bucket) ListObjectsV2(
	ctx context.Context, prefix, delimiter string, options ...Option,
) iter.Seq2[ListedObject, error] {
	options = taking(options, usePageSize|useFetchOwner|useStartAfter)
	return listKeys(ctx, b, prefix, delimiter, options, newListedObject, func(prefix, delimiter *C.char, via passage) C.oss_status {
		return C.ossgo_list_objects_v2(b.bucket(), prefix, delimiter, via.self, via.call, via.outcome)
	})
}

// ListObjects is as ListObjectsV2, by the older operation.
func (b *Bucket) ListObjects(
	ctx context.Context, prefix, delimiter string, options ...Option,
) iter.Seq2[ListedObject, error] {
	options = taking(options, usePageSize|useFetchOwner|useMarker)
	return listKeys(ctx, b, prefix, delimiter, options, newListedObject, func(prefix, delimiter *C.char, via passage) C.oss_status {
		return C.ossgo_list_objects(b.bucket(), prefix, delimiter, via.self, via.call, via.outcome)
	})
}

// ListObjectVersions is as ListObjectsV2, but lists all versions, with delete markers; of one key the newest first.
func (b *Bucket) ListObjectVersions(
	ctx context.Context, prefix, delimiter string, options ...Option,
) iter.Seq2[ListedVersion, error] {
	options = taking(options, usePageSize|useFetchOwner|useKeyMarker|useVersionIDMarker)
	return listKeys(ctx, b, prefix, delimiter, options, newListedVersion, func(prefix, delimiter *C.char, via passage) C.oss_status {
		return C.ossgo_list_object_versions(b.bucket(), prefix, delimiter, via.self, via.call, via.outcome)
	})
}

// ListMultipartUploads is as ListObjectsV2, but lists the uploads that were neither completed nor aborted.
func (b *Bucket) ListMultipartUploads(
	ctx context.Context, prefix, delimiter string, options ...Option,
) iter.Seq2[ListedUpload, error] {
	options = append(taking(options, usePageSize|useKeyMarker|useUploadIDMarker), pageSizeIs("max-uploads"))
	return listKeys(ctx, b, prefix, delimiter, options, newListedUpload, func(prefix, delimiter *C.char, via passage) C.oss_status {
		return C.ossgo_list_multipart_uploads(b.bucket(), prefix, delimiter, via.self, via.call, via.outcome)
	})
}

// ListParts lists the parts of an upload in the order of their numbers. See [Bucket.ListObjectsV2] for how to range over
// them.
func (b *Bucket) ListParts(ctx context.Context, key, uploadID string, options ...Option) iter.Seq2[Part, error] {
	options = append(taking(options, usePageSize|usePartNumberMarker), pageSizeIs("max-parts"))
	return func(yield func(Part, error) bool) {
		k, err := newText("key", key)
		if err != nil {
			yield(Part{}, err)
			return
		}
		id, err := newText("upload_id", uploadID)
		if err != nil {
			yield(Part{}, err)
			return
		}
		begin := func(via passage) C.oss_status {
			return C.ossgo_list_parts(b.bucket(), k.pointer(), id.pointer(), via.self, via.call, via.outcome)
		}
		list(ctx, b.target, options, begin, newPart, yield)
	}
}

// listKeys lists what there is below a prefix.
func listKeys[E any](
	ctx context.Context, b *Bucket, prefix, delimiter string, options []Option, translate func(*C.oss_entry) E,
	begin textsCrossing,
) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		var none E
		p, err := newOptionalText("prefix", prefix)
		if err != nil {
			yield(none, err)
			return
		}
		d, err := newOptionalText("delimiter", delimiter)
		if err != nil {
			yield(none, err)
			return
		}
		list(ctx, b.target, options, func(via passage) C.oss_status {
			return begin(p.pointer(), d.pointer(), via)
		}, translate, yield)
	}
}

// ListBuckets lists the buckets of the account whose names begin with prefix; "" for all. See [Bucket.ListObjectsV2]
// for how to range over them.
func (s *Service) ListBuckets(ctx context.Context, prefix string, options ...Option) iter.Seq2[ListedBucket, error] {
	options = taking(options, usePageSize|useMarker)
	return func(yield func(ListedBucket, error) bool) {
		p, err := newOptionalText("prefix", prefix)
		if err != nil {
			yield(ListedBucket{}, err)
			return
		}
		begin := func(via passage) C.oss_status {
			return C.ossgo_list_buckets(s.service(), p.pointer(), via.self, via.call, via.outcome)
		}
		list(ctx, s.target, options, begin, newListedBucket, yield)
	}
}

// list drives a listing from the first request to the last entry.
func list[E any](
	ctx context.Context, t target, options []Option, begin crossing, translate func(*C.oss_entry) E,
	yield func(E, error) bool,
) {
	var none E
	r, err := t.open(ctx, options)
	if err != nil {
		yield(none, err)
		return
	}
	defer r.close()
	if err := r.attempt(begin); err != nil {
		yield(none, err)
		return
	}
	for {
		entry, more, err := next(r, translate)
		if err != nil {
			yield(none, err)
			return
		}
		if !more || !yield(entry, nil) {
			return
		}
	}
}

// next steps to the next entry.
func next[E any](r *request, translate func(*C.oss_entry) E) (entry E, more bool, err error) {
	if r.ctx.Err() != nil || !threads.enter(&r.place, r.ctx.Done(), nil) {
		return entry, false, r.fail()
	}
	status := C.ossgo_call_next(r.inC)
	r.leave()
	if status != C.OSS_OK {
		return entry, false, r.failed(status)
	}
	if r.inC.entry == nil {
		return entry, false, nil
	}
	return translate(r.inC.entry), true, nil
}

func newListedObject(e *C.oss_entry) ListedObject {
	return ListedObject{
		Key:          goString(e.name),
		IsPrefix:     e.kind == C.OSS_ENTRY_PREFIX,
		Size:         int64(e.size),
		LastModified: unixTime(e.time),
		ETag:         goString(e.etag),
		StorageClass: goString(e.storage_class),
		Type:         goString(e.object_type),
		RestoreInfo:  goString(e.restore_info),
		OwnerID:      goString(e.owner_id),
		OwnerName:    goString(e.owner_name),
	}
}

func newListedVersion(e *C.oss_entry) ListedVersion {
	return ListedVersion{
		ListedObject:   newListedObject(e),
		VersionID:      goString(e.version_id),
		IsLatest:       e.is_latest != 0,
		IsDeleteMarker: e.kind == C.OSS_ENTRY_DELETE_MARKER,
	}
}

func newListedUpload(e *C.oss_entry) ListedUpload {
	return ListedUpload{
		Key:       goString(e.name),
		IsPrefix:  e.kind == C.OSS_ENTRY_PREFIX,
		UploadID:  goString(e.upload_id),
		Initiated: unixTime(e.time),
	}
}

func newPart(e *C.oss_entry) Part {
	return Part{
		Number:       int(e.part_number),
		ETag:         goString(e.etag),
		Size:         int64(e.size),
		CRC64:        uint64(e.crc64),
		LastModified: unixTime(e.time),
	}
}

func newListedBucket(e *C.oss_entry) ListedBucket {
	return ListedBucket{
		Name:             goString(e.name),
		CreationDate:     unixTime(e.time),
		StorageClass:     goString(e.storage_class),
		Region:           goString(e.region),
		Location:         goString(e.location),
		ExtranetEndpoint: goString(e.extranet_endpoint),
		IntranetEndpoint: goString(e.intranet_endpoint),
	}
}
