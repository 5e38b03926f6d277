package oss

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"iter"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// An Answer is what the service said to a request that worked. It is a value: nothing in it changes or has to be freed.
type Answer struct {
	// HTTPStatus is that of the answer, such as 200.
	HTTPStatus int
	// RequestID identifies the request for the service's support.
	RequestID string
	// Attempts is how many times the request was sent.
	Attempts int
	// Verified tells whether the bytes of an upload or download were compared with the service's CRC-64. A range cannot be;
	// its length is.
	Verified bool
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
	// Body is the answer's body, if it is not an object: that of Invoke, ProcessObject, a callback and the like.
	Body []byte

	headers string  // lines of "name: value"
	inBody  *inBody // what Text and Count look into
}

// An inBody is the document in the body of an answer, parsed when it is first asked for.
type inBody struct {
	once   sync.Once
	parsed *Document
}

// newAnswer takes the parts of the answer from the outcome.
func newAnswer(outcome *C.ossgo_outcome) *Answer {
	answer := &Answer{
		HTTPStatus:    int(outcome.http_status),
		RequestID:     goString(outcome.request_id),
		Attempts:      int(outcome.attempts),
		Verified:      outcome.verified != 0,
		CRC64:         uint64(outcome.crc64),
		ContentLength: int64(outcome.content_length),
		LastModified:  unixTime(outcome.last_modified),
		Body:          goBytes(outcome.body, outcome.body_length),
		headers:       takeHeaders(outcome),
	}
	for line, rest := "", answer.headers; rest != ""; {
		line, rest, _ = strings.Cut(rest, "\n")
		if line == "" || line[0] != 'e' && line[0] != 'x' {
			continue // most, and this is done for each request
		}
		switch name, value, _ := strings.Cut(line, ": "); name {
		case "etag":
			first(&answer.ETag, value)
		case "x-oss-version-id":
			first(&answer.VersionID, value)
		case "x-oss-request-id":
			first(&answer.RequestID, value)
		}
	}
	if len(answer.Body) > 0 {
		answer.inBody = &inBody{}
	}
	return answer
}

// xml returns the document in the body; an empty one if there is none.
func (a *Answer) xml() *Document {
	if a.inBody == nil {
		return &Document{}
	}
	a.inBody.once.Do(func() {
		var err error
		if a.inBody.parsed, err = ParseDocument(a.Body); err != nil {
			a.inBody.parsed = &Document{}
		}
	})
	return a.inBody.parsed
}

// Text returns the text of an element of the XML document in the answer, such as "Rule[0].Expiration.Days"; see
// [Document.Text].
func (a *Answer) Text(path string) string {
	return a.xml().Text(path)
}

// Count returns how many elements of the XML document in the answer have the last name of path, such as "Rule"; see
// [Document.Count].
func (a *Answer) Count(path string) int {
	return a.xml().Count(path)
}

// Document returns the XML document in the answer, to be changed and sent back.
func (a *Answer) Document() (*Document, error) {
	return ParseDocument(a.Body)
}

// first has a header that comes twice be what it is the first time, as in [Answer.Header].
func first(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

// Header returns a header of the answer by name, whatever its case; "" if it has none. Of several of one name it is the first.
func (a *Answer) Header(name string) string {
	for known, value := range a.Headers() {
		if strings.EqualFold(known, name) {
			return value
		}
	}
	return ""
}

// Headers gives all headers of the answer, with their names in lower case, in the order in which they came.
func (a *Answer) Headers() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for line, rest := "", a.headers; rest != ""; {
			line, rest, _ = strings.Cut(rest, "\n")
			name, value, _ := strings.Cut(line, ": ")
			if !yield(name, value) {
				return
			}
		}
	}
}

// Meta returns the user metadata of an object: the headers that begin with "x-oss-meta-", under what follows that. Of several
// of one name it has the first.
func (a *Answer) Meta() map[string]string {
	meta := make(map[string]string)
	for name, value := range a.Headers() {
		name, found := strings.CutPrefix(name, "x-oss-meta-")
		if _, known := meta[name]; found && !known {
			meta[name] = value
		}
	}
	return meta
}

// takeHeaders makes all headers one string, of which each is a piece: those of the answer, or of what was signed.
func takeHeaders(outcome *C.ossgo_outcome) string {
	if outcome.signed_headers == nil {
		return goString(outcome.headers)
	}
	defer C.free(unsafe.Pointer(outcome.signed_headers))
	return C.GoString(outcome.signed_headers)
}

// unixTime makes the zero time of -1.
func unixTime(seconds C.int64_t) time.Time {
	if seconds == -1 {
		return time.Time{}
	}
	return time.Unix(int64(seconds), 0).UTC()
}
