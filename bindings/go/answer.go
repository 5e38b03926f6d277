package oss

// #include "shim.h"
import "C"

import "time"

// An Answer is what the service said to a request that worked.
type Answer struct {
	// HTTPStatus is that of the answer, such as 200.
	HTTPStatus int
	// RequestID identifies the request for the service's support.
	RequestID string
	// Attempts is how many times the request was sent.
	Attempts int
	// ETag is that of the object, with its quotes; "" if the answer has none.
	ETag string
	// VersionID is the version of the object; "" if the bucket keeps none.
	VersionID string
	// CRC64 is that of the whole object as the service computed it; 0 if the answer has none.
	CRC64 uint64
	// ContentLength is in bytes: of the object for HeadObject and GetObjectMeta, of the answer otherwise; -1 if unknown.
	ContentLength int64
	// LastModified is when the object was stored; zero if the answer does not say.
	LastModified time.Time
	// Body is the answer's body of Invoke.
	Body []byte

	call *call
}

// newAnswer takes the parts of the answer from the call, which is locked.
func newAnswer(c *call, outcome *C.ossgo_outcome) *Answer {
	return &Answer{
		HTTPStatus:    int(outcome.http_status),
		RequestID:     goString(outcome.request_id),
		Attempts:      int(outcome.attempts),
		ETag:          goString(outcome.etag),
		VersionID:     goString(outcome.version_id),
		CRC64:         uint64(outcome.crc64),
		ContentLength: int64(outcome.content_length),
		LastModified:  unixTime(outcome.last_modified),
		Body:          goBytes(outcome.body, outcome.body_length),
		call:          c,
	}
}

// Header returns a header of the answer by name, whatever its case; "" if it has none. Any number of goroutines may ask
// at once. The headers of an Object are gone when that is closed.
func (a *Answer) Header(name string) string {
	text, err := newText("name", name)
	if err != nil || a.call == nil {
		return ""
	}
	a.call.mutex.Lock()
	defer a.call.mutex.Unlock()
	if a.call.ptr == nil {
		return ""
	}
	return goString(C.oss_call_response_header(a.call.ptr, text.pointer()))
}

// unixTime makes the zero time of -1.
func unixTime(seconds C.int64_t) time.Time {
	if seconds == -1 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
