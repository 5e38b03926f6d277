package oss

import (
	"fmt"
	"math/bits"
)

// Which calls take which options. An option that only some calls heed is refused by all others, because a call that ignores
// it does something else than was asked for. Range, fields, callback and the like are refused by the library; headers and
// plain queries are for the service to judge; timeouts, progress and the rest are of every call.

// A use is a set of options, one a bit.
type use uint

const (
	useLength use = 1 << iota
	useQuiet
	usePartSize
	useWorkers
	useRecordDirectory
	useNoRecord
	usePrefetch
	usePageSize
	useStartAfter
	useMarker
	useKeyMarker
	useVersionIDMarker
	useUploadIDMarker
	usePartNumberMarker
	useFetchOwner

	useParts   = usePartSize | useWorkers
	useRecords = useRecordDirectory | useNoRecord
	// Queries of listings, which whoever writes or signs a request may want.
	useQueries = usePageSize | useStartAfter | useMarker | useKeyMarker | useVersionIDMarker | useUploadIDMarker |
		usePartNumberMarker | useFetchOwner
)

// What each is called, and which calls take it, by its bit.
var uses = [...]struct{ name, calls string }{
	{"length", "PutObject, AppendObject and UploadPart"},
	{"quiet", "DeleteMultipleObjects"},
	{"part_size", "transfers, NewWriter, and with `prefetch` GetObject, GetObjectToWriter and Open"},
	{"workers", "transfers and NewWriter"},
	{"record_directory", "transfers"},
	{"no_record", "transfers"},
	{"prefetch", "GetObject, GetObjectToWriter and Open"},
	{"page_size", "listings"},
	{"start_after", "ListObjectsV2"},
	{"marker", "ListObjects and ListBuckets"},
	{"key_marker", "ListObjectVersions and ListMultipartUploads"},
	{"version_id_marker", "ListObjectVersions"},
	{"upload_id_marker", "ListMultipartUploads"},
	{"part_number_marker", "ListParts"},
	{"fetch_owner", "listings of objects"},
}

// checkTaken is an error if an option was given that the call does not take.
func (s *settings) checkTaken() error {
	left := s.given &^ s.taken
	if left == 0 {
		return nil
	}
	refused := uses[bits.TrailingZeros(uint(left))]
	return newError(InvalidArgument, fmt.Sprintf("`%s`: this call takes none; it is for %s", refused.name, refused.calls))
}

// takes has a call take what only some do.
func takes(more use) func(*request) error {
	if more == 0 {
		return nil
	}
	return func(r *request) error {
		r.taken |= more
		return nil
	}
}

// taking are options of the call's own, whatever the caller does with its slice later, for a call that takes what only some do.
func taking(options []Option, more use) []Option {
	own := make([]Option, 0, len(options)+1)
	return append(append(own, options...), func(s *settings) { s.taken |= more })
}

// takesPrefetch has downloads in parts take the size of those.
func (s *settings) takesPrefetch() {
	s.taken |= usePrefetch
	if s.given&usePrefetch != 0 {
		s.taken |= usePartSize
	}
}
