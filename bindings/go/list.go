package oss

// #include "shim.h"
import "C"

import (
	"context"
	"iter"
	"time"
)

// A ListedObject is an entry of [Bucket.ListObjectsV2]. Texts that the service does not give are empty.
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

// ListObjectsV2 lists the objects whose keys begin with prefix, in key order; keys that hold delimiter behind it are
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
func (b *Bucket) ListObjectsV2(ctx context.Context, prefix, delimiter string, options ...Option) iter.Seq2[ListedObject, error] {
	return func(yield func(ListedObject, error) bool) {
		p, err := newOptionalText("prefix", prefix)
		if err != nil {
			yield(ListedObject{}, err)
			return
		}
		d, err := newOptionalText("delimiter", delimiter)
		if err != nil {
			yield(ListedObject{}, err)
			return
		}
		begin := func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
			return C.ossgo_list_objects_v2(b.bucket(), p.pointer(), d.pointer(), self, call, outcome)
		}
		list(ctx, b.target, options, begin, newListedObject, yield)
	}
}

// ListBuckets lists the buckets of the account whose names begin with prefix; "" for all. See [Bucket.ListObjectsV2]
// for how to range over them.
func (s *Service) ListBuckets(ctx context.Context, prefix string, options ...Option) iter.Seq2[ListedBucket, error] {
	return func(yield func(ListedBucket, error) bool) {
		p, err := newOptionalText("prefix", prefix)
		if err != nil {
			yield(ListedBucket{}, err)
			return
		}
		begin := func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
			return C.ossgo_list_buckets(s.service(), p.pointer(), self, call, outcome)
		}
		list(ctx, s.target, options, begin, newListedBucket, yield)
	}
}

// list drives a listing from the first request to the last entry.
func list[E any](ctx context.Context, t target, options []Option, begin crossing, translate func(*C.oss_entry) E, yield func(E, error) bool) {
	var none E
	r, err := t.open(ctx, newSettings(options))
	if err != nil {
		yield(none, err)
		return
	}
	defer r.close()
	if err := r.attempt(begin, func(*C.ossgo_outcome) {}); err != nil {
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
	if r.ctx.Err() != nil {
		return entry, false, newError(Cancelled, "the call was cancelled").because(r.ctx, nil)
	}
	var lent *C.oss_entry
	var outcome C.ossgo_outcome
	if status := C.ossgo_call_next(&lent, C.uintptr_t(r.self), r.call, &outcome); status != C.OSS_OK {
		return entry, false, r.failed(status, &outcome)
	}
	if lent == nil {
		return entry, false, nil
	}
	return translate(lent), true, nil
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
