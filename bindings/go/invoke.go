package oss

// #include "shim.h"
import "C"

import (
	"context"
	"encoding/xml"
	"unsafe"
)

// Invoke sends any operation by its official name, such as "PutBucketWorm", and collects the answer, up to 64 MiB. key is ""
// at bucket level. Parameters and headers are options. The document that goes with it is given as body, built by
// [WithField], or both, and then the fields change the body. What came is in Answer.Body, or asked for by path:
//
//	answer, err := bucket.Invoke(ctx, "GetBucketRequestPayment", "", nil)
//	payer := answer.Text("Payer")
//	_, err = bucket.Invoke(ctx, "PutBucketRequestPayment", "", nil, oss.WithField("Payer", "Requester"))
//
// An operation that this version does not know is sent by its method, "GET", "HEAD", "PUT", "POST", "DELETE" or "OPTIONS",
// with its sub-resource as [WithSubresource].
func (b *Bucket) Invoke(ctx context.Context, operation, key string, body []byte, options ...Option) (*Answer, error) {
	return b.invoke(ctx, useQueries, operation, key, body, options)
}

// invoke is Invoke for calls that take only these of the options that only some calls take.
func (b *Bucket) invoke(
	ctx context.Context, taken use, operation, key string, body []byte, options []Option,
) (*Answer, error) {
	o, err := newText("operation", operation)
	if err != nil {
		return nil, err
	}
	k, err := newOptionalText("key", key)
	if err != nil {
		return nil, err
	}
	prepare := func(r *request) error {
		r.named(operation)
		r.taken |= taken
		return nil
	}
	return b.send(ctx, options, prepare, func(via passage) C.oss_status {
		return C.ossgo_invoke(b.bucket(), o.pointer(), k.pointer(), bytePointer(body), C.size_t(len(body)), via.self, via.call, via.outcome)
	})
}

// Invoke is as [Bucket.Invoke], at service level.
func (s *Service) Invoke(ctx context.Context, operation string, body []byte, options ...Option) (*Answer, error) {
	o, err := newText("operation", operation)
	if err != nil {
		return nil, err
	}
	prepare := func(r *request) error {
		r.named(operation)
		r.taken |= useQueries
		return nil
	}
	return s.send(ctx, options, prepare, func(via passage) C.oss_status {
		return C.ossgo_service_invoke(s.service(), o.pointer(), bytePointer(body), C.size_t(len(body)), via.self, via.call, via.outcome)
	})
}

func (t target) service() *C.oss_service {
	return (*C.oss_service)(unsafe.Pointer(t.object))
}

// Regions are the regions of the service.
type Regions struct {
	Answer `xml:"-"`
	// Regions are all of them, or the one that the query "regions" names.
	Regions []Region `xml:"RegionInfo"`
}

// A Region is a region with its endpoints.
type Region struct {
	// Region is its id, such as "cn-hangzhou".
	Region string
	// InternetEndpoint, InternalEndpoint and AccelerateEndpoint are the public, the internal and the accelerated one.
	InternetEndpoint, InternalEndpoint, AccelerateEndpoint string
}

// DescribeRegions returns the regions of the service.
func (s *Service) DescribeRegions(ctx context.Context, options ...Option) (*Regions, error) {
	answer, err := s.send(ctx, options, nil, func(via passage) C.oss_status {
		return C.ossgo_describe_regions(s.service(), via.self, via.call, via.outcome)
	})
	regions, err := fromXML[Regions](answer, err)
	if err != nil {
		return nil, err
	}
	regions.Answer = *answer
	return regions, nil
}

// fromXML makes a value of the document in an answer, unless there is an error already.
func fromXML[T any](answer *Answer, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	value := new(T)
	if err := xml.Unmarshal(answer.Body, value); err != nil {
		return nil, unreadable(answer, err)
	}
	return value, nil
}

// unreadable is the error of an answer that is not as it should be.
func unreadable(answer *Answer, err error) *Error {
	e := newError(BadResponse, "the answer cannot be read: "+err.Error())
	e.HTTPStatus, e.RequestID, e.Attempts = answer.HTTPStatus, answer.RequestID, answer.Attempts
	e.Body = answer.Body[:min(len(answer.Body), 4096)]
	return e
}
