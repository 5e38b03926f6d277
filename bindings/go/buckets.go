package oss

// #include "shim.h"
import "C"

import (
	"context"
	"unsafe"
)

// PutBucket creates the bucket. Its ACL comes as header "x-oss-acl"; creating one's own bucket again is a success.
func (b *Bucket) PutBucket(ctx context.Context, options ...Option) (*Answer, error) {
	return b.send(ctx, options, nil, func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
		return C.ossgo_put_bucket(b.bucket(), self, call, outcome)
	})
}

// DeleteBucket deletes the bucket, which has to be empty.
func (b *Bucket) DeleteBucket(ctx context.Context, options ...Option) (*Answer, error) {
	return b.send(ctx, options, nil, func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
		return C.ossgo_delete_bucket(b.bucket(), self, call, outcome)
	})
}

// Invoke sends a signed request of your own and collects the answer, up to 64 MiB, in Answer.Body. method is "GET",
// "HEAD", "PUT", "POST", "DELETE" or "OPTIONS"; key is "" at bucket level. Sub-resources and headers are options:
//
//	answer, err := bucket.Invoke(ctx, "GET", "", nil, oss.WithSubresource("acl"))
func (b *Bucket) Invoke(ctx context.Context, method, key string, body []byte, options ...Option) (*Answer, error) {
	m, err := newText("method", method)
	if err != nil {
		return nil, err
	}
	k, err := newOptionalText("key", key)
	if err != nil {
		return nil, err
	}
	return b.send(ctx, options, nil, func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
		return C.ossgo_invoke(b.bucket(), m.pointer(), k.pointer(), bytePointer(body), C.size_t(len(body)), self, call, outcome)
	})
}

// Invoke is as [Bucket.Invoke], at service level.
func (s *Service) Invoke(ctx context.Context, method string, body []byte, options ...Option) (*Answer, error) {
	m, err := newText("method", method)
	if err != nil {
		return nil, err
	}
	return s.send(ctx, options, nil, func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
		return C.ossgo_service_invoke(s.service(), m.pointer(), bytePointer(body), C.size_t(len(body)), self, call, outcome)
	})
}

func (t target) service() *C.oss_service {
	return (*C.oss_service)(unsafe.Pointer(t.object))
}
