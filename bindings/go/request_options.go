package oss

// #include "shim.h"
import "C"

import (
	"strconv"
	"time"
)

// An Option adds something to one request.
type Option func(*settings)

type pair struct {
	name, value string
	bare        bool // without a value
}

type settings struct {
	headers  []pair
	query    []pair
	ranged   bool
	first    int64
	last     int64
	timeout  time.Duration
	timed    bool
	length   int64
	progress func(done, total int64) error
	fields   []pair // of the document that is sent
	callback []pair
	parts    []Part
	setters  []func(*request) error // what has a function of its own in C
	given    use                    // what only some calls take
	taken    use                    // what of that this call takes

	continued    bool // there is an initialCRC64
	initialCRC64 uint64
}

// apply takes what the options say.
func (s *settings) apply(options []Option) {
	for _, option := range options {
		if option != nil {
			option(s)
		}
	}
}

// WithHeader adds a header, such as "x-oss-storage-class"; a later one of the same name replaces it.
func WithHeader(name, value string) Option {
	return func(s *settings) { s.headers = append(s.headers, pair{name: name, value: value}) }
}

// WithQuery adds a query parameter, such as "versionId". It is escaped when it is sent.
func WithQuery(name, value string) Option {
	return func(s *settings) { s.query = append(s.query, pair{name: name, value: value}) }
}

// WithSubresource adds a query parameter without a value, such as "acl", for Invoke.
func WithSubresource(name string) Option {
	return func(s *settings) { s.query = append(s.query, pair{name: name, bare: true}) }
}

// WithHeaders adds headers, such as those of a [Presigned].
func WithHeaders(headers map[string]string) Option {
	return func(s *settings) {
		for name, value := range headers {
			s.headers = append(s.headers, pair{name: name, value: value})
		}
	}
}

// WithField sets an element of the XML document that the request carries, such as "Rule[0].Expiration.Days". Missing
// elements are made; an index may be one after the last. A request with a body is changed by this, one without gets a new
// document.
func WithField(path, value string) Option {
	return func(s *settings) { s.fields = append(s.fields, pair{name: path, value: value}) }
}

// WithoutField takes an element out of the XML document that the request carries.
func WithoutField(path string) Option {
	return func(s *settings) { s.fields = append(s.fields, pair{name: path, bare: true}) }
}

// WithCallback has the service call back when an upload is stored. callback and variables are JSON texts; variables may
// be "". The answer of the callback is then Answer.Body; if it fails, the upload is stored, and the error has HTTP status
// 203.
func WithCallback(callback, variables string) Option {
	return func(s *settings) {
		s.callback = []pair{{name: callback, value: variables, bare: variables == ""}}
	}
}

// WithInitialCRC64 tells AppendObject the CRC-64 of what is there already, that of the last answer, so that the whole
// object is compared. At position 0 it is not needed.
func WithInitialCRC64(crc uint64) Option {
	return func(s *settings) { s.continued, s.initialCRC64 = true, crc }
}

// WithQuiet has DeleteMultipleObjects return what could not be deleted, instead of what was. All else refuses it.
func WithQuiet() Option {
	return func(s *settings) { s.given |= useQuiet }
}

func withParts(parts []Part) Option {
	return func(s *settings) { s.parts = parts }
}

// WithRange asks downloads for the bytes first to last, both included; last -1 is the end. A negative first asks for
// the last bytes: -100, -1 for 100 of them. What arrives is checked for its length, but not with CRC-64.
func WithRange(first, last int64) Option {
	return func(s *settings) { s.ranged, s.first, s.last = true, first, last }
}

// WithProgress reports how far an upload or a download is: done of total bytes, total -1 if unknown. Returning an error
// ends the request with [Cancelled] and that error. The function runs in the goroutine that makes the request or, with
// GetObject, reads the object.
func WithProgress(function func(done, total int64) error) Option {
	return func(s *settings) { s.progress = function }
}

// WithTimeout limits the request with its repetitions and the reading of its answer; 1 ms to 7 days, instead of
// Options.TotalTimeout. Unlike the deadline of a context, it also keeps the library from beginning a repetition that
// could not end in time. A reader or writer of yours that blocks is not waited for any longer.
func WithTimeout(limit time.Duration) Option {
	return func(s *settings) { s.timed, s.timeout = true, limit }
}

// WithLength says how many bytes the reader of PutObject, AppendObject or UploadPart will give; fewer are an error, and
// more are not read. What has no reader refuses it. Without it PutObject knows the length of a [bytes.Buffer],
// [bytes.Reader], [strings.Reader], [io.SectionReader], [File] and regular [os.File]; others are sent in chunks, and so is
// a section that is longer than any object.
func WithLength(bytes int64) Option {
	return func(s *settings) {
		s.given |= useLength
		s.length = bytes
	}
}

// WithContentType sets the type of an object. By default it is guessed from the key.
func WithContentType(value string) Option {
	return WithHeader(HeaderContentType, value)
}

// WithCacheControl says how long others may keep a copy, such as "max-age=3600" or "no-cache".
func WithCacheControl(value string) Option {
	return WithHeader(HeaderCacheControl, value)
}

// WithContentDisposition says whether browsers show an object or save it, such as "attachment".
func WithContentDisposition(value string) Option {
	return WithHeader(HeaderContentDisposition, value)
}

// WithTag adds a tag to an object, up to 10; it is escaped as needed.
func WithTag(name, value string) Option {
	return withSetter(func(r *request) error {
		return r.set([]pair{{name: name, value: value}}, func(name, value *C.char) C.oss_status {
			return C.oss_call_add_tag(r.call, name, value)
		})
	})
}

// WithServerSideEncryption has the service encrypt an object; keyID is a key of the Key Management Service, or "".
func WithServerSideEncryption(algorithm, keyID string) Option {
	return withSetter(func(r *request) error {
		pairs := []pair{{name: algorithm, value: keyID, bare: keyID == ""}}
		return r.set(pairs, func(algorithm, keyID *C.char) C.oss_status {
			return C.oss_call_set_server_side_encryption(r.call, algorithm, keyID)
		})
	})
}

// WithIfModifiedSince makes a download fail with [NotModified] unless the object has changed since.
func WithIfModifiedSince(t time.Time) Option {
	return withSetter(func(r *request) error {
		return r.check(C.oss_call_set_if_modified_since(r.call, C.int64_t(t.Unix())))
	})
}

// WithIfUnmodifiedSince makes a request fail with [PreconditionFailed] if the object has changed since.
func WithIfUnmodifiedSince(t time.Time) Option {
	return withSetter(func(r *request) error {
		return r.check(C.oss_call_set_if_unmodified_since(r.call, C.int64_t(t.Unix())))
	})
}

// WithTrafficLimit limits the bandwidth of the request, in bit/s, 819200..838860800; instead of Options.TrafficLimit.
func WithTrafficLimit(bitsPerSecond int64) Option {
	return withSetter(func(r *request) error {
		return r.check(C.oss_call_set_traffic_limit(r.call, C.int64_t(bitsPerSecond)))
	})
}

// WithConnectTimeout limits connecting in this request; 1 ms to 7 days, instead of Options.ConnectTimeout.
func WithConnectTimeout(limit time.Duration) Option {
	return withSetter(func(r *request) error {
		return r.check(C.oss_call_set_connect_timeout_ms(r.call, milliseconds(limit)))
	})
}

// WithReadTimeout limits how long no byte moves in this request; 1 ms to 7 days, instead of Options.ReadTimeout.
func WithReadTimeout(limit time.Duration) Option {
	return withSetter(func(r *request) error {
		return r.check(C.oss_call_set_read_timeout_ms(r.call, milliseconds(limit)))
	})
}

// WithInsist sends headers even if they look like a misspelt one of the service, such as "x-oss-acl" for an object. Without
// it that is [InvalidArgument], because the service ignores headers that it does not know.
func WithInsist() Option {
	return withSetter(func(r *request) error {
		return r.check(C.oss_call_set_insist(r.call, 1))
	})
}

func withSetter(set func(*request) error) Option {
	return func(s *settings) { s.setters = append(s.setters, set) }
}

// withUse is an option that only some calls take.
func withUse(option use, set func(*request) error) Option {
	return func(s *settings) {
		s.given |= option
		s.setters = append(s.setters, set)
	}
}

// withQuery is one that goes into the query.
func withQuery(option use, name, value string) Option {
	return func(s *settings) {
		s.given |= option
		s.query = append(s.query, pair{name: name, value: value})
	}
}

// WithMetadata adds user metadata to an object: the header "x-oss-meta-" and name.
func WithMetadata(name, value string) Option {
	return WithHeader(HeaderMetaPrefix+name, value)
}

// WithObjectACL sets the ACL of an object: "default", "private", "public-read" or "public-read-write".
func WithObjectACL(acl string) Option {
	return WithHeader(HeaderObjectACL, acl)
}

// WithStorageClass sets the class of an object, such as "IA".
func WithStorageClass(class string) Option {
	return WithHeader(HeaderStorageClass, class)
}

// WithBucketACL sets the ACL of a new bucket: "private", "public-read" or "public-read-write".
func WithBucketACL(acl string) Option {
	return WithHeader(HeaderBucketACL, acl)
}

// WithBucketStorageClass sets the class of a new bucket, such as "IA".
func WithBucketStorageClass(class string) Option {
	return WithField("StorageClass", class)
}

// WithRedundancy sets how a new bucket is stored: "LRS" in one zone, "ZRS" in several.
func WithRedundancy(kind string) Option {
	return WithField("DataRedundancyType", kind)
}

// WithForbidOverwrite makes uploads fail with [Exists] if the key is in use.
func WithForbidOverwrite() Option {
	return WithHeader(HeaderForbidOverwrite, "true")
}

// WithVersionID addresses a version of an object.
func WithVersionID(id string) Option {
	return WithQuery("versionId", id)
}

// WithIfMatch makes a request fail with [PreconditionFailed] unless the object has this ETag, which includes quotes.
func WithIfMatch(etag string) Option {
	return WithHeader(HeaderIfMatch, etag)
}

// WithIfNoneMatch makes a download fail with [NotModified] if the object has this ETag, which includes quotes.
func WithIfNoneMatch(etag string) Option {
	return WithHeader(HeaderIfNoneMatch, etag)
}

// maxKeys is the query by which most listings take their page size.
const maxKeys = "max-keys"

// WithPageSize sets how many entries a listing fetches at a time, 1..1000, default 100. All entries are listed anyway.
func WithPageSize(entries int) Option {
	return withQuery(usePageSize, maxKeys, strconv.Itoa(entries))
}

// pageSizeIs gives the page size of a listing the name that its operation has for it.
func pageSizeIs(name string) Option {
	return func(s *settings) {
		for i := range s.query {
			if s.query[i].name == maxKeys {
				s.query[i].name = name
			}
		}
	}
}

// WithStartAfter has ListObjectsV2 list only keys after this one.
func WithStartAfter(key string) Option {
	return withQuery(useStartAfter, "start-after", key)
}

// WithMarker has ListObjects and ListBuckets list only what comes after this key or bucket.
func WithMarker(key string) Option {
	return withQuery(useMarker, "marker", key)
}

// WithKeyMarker has ListObjectVersions and ListMultipartUploads list only what comes after this key, or, together with
// [WithVersionIDMarker] or [WithUploadIDMarker], after that version or upload of it.
func WithKeyMarker(key string) Option {
	return withQuery(useKeyMarker, "key-marker", key)
}

// WithVersionIDMarker goes with [WithKeyMarker].
func WithVersionIDMarker(id string) Option {
	return withQuery(useVersionIDMarker, "version-id-marker", id)
}

// WithUploadIDMarker goes with [WithKeyMarker].
func WithUploadIDMarker(id string) Option {
	return withQuery(useUploadIDMarker, "upload-id-marker", id)
}

// WithPartNumberMarker has ListParts list only parts after this number.
func WithPartNumberMarker(number int) Option {
	return withQuery(usePartNumberMarker, "part-number-marker", strconv.Itoa(number))
}

// WithFetchOwner has a listing of objects include their owners.
func WithFetchOwner() Option {
	return withQuery(useFetchOwner, "fetch-owner", "true")
}
