package oss

// #include "shim.h"
import "C"

import (
	"context"
	"time"
)

// A DirectoryTransfer says how [Bucket.UploadDirectory] and [Bucket.DownloadDirectory] go about it. The zero value transfers
// what is new or different, deletes nothing and leaves links out.
type DirectoryTransfer struct {
	// Delete deletes at the target what the source does not have, after everything else: not if anything failed, and not
	// from a source that is unreadable or without a file. What Filter leaves out, and what was skipped, stays. A file that
	// was written to since it was listed stays, too, and fails.
	Delete bool
	// DeleteFromEmpty goes with Delete: also if the source has no file, which then deletes everything.
	DeleteFromEmpty bool
	// Overwrite transfers everything, also what is the same on both sides. Not together with Delete.
	Overwrite bool
	// CompareContent compares files of the same size by CRC-64, not by time. Local files are read for it. An upload does
	// that anyway with files about which anything was changed after their objects were stored.
	CompareContent bool
	// FollowLinks follows symbolic links. Otherwise an upload skips them, and in a download a file fails that would be
	// written through one.
	FollowLinks bool
	// StopAtFailure has the first file that fails end the transfer.
	StopAtFailure bool
	// Markers has an upload make an object of 0 bytes, with a slash at the end of its key, for each empty directory.
	Markers bool
	// DryRun changes nothing, but reports what would be done.
	DryRun bool
	// Filter says whether a file is to be looked at, also for deleting; nil: all are. name is its name below the directory,
	// such as "a/b"; that of a directory ends with a slash. It runs in the goroutine that makes the request.
	Filter func(name string) bool
	// OnOutcome is told of each file when it is done, in the goroutine that makes the request. An error stops the rest.
	OnOutcome func(outcome Outcome) error
}

func (d *DirectoryTransfer) flags() C.int {
	flags := C.int(0)
	for _, one := range []struct {
		on   bool
		flag C.int
	}{
		{d.Delete, C.OSS_DIRECTORY_DELETE},
		{d.DeleteFromEmpty, C.OSS_DIRECTORY_DELETE_FROM_EMPTY},
		{d.Overwrite, C.OSS_DIRECTORY_OVERWRITE},
		{d.CompareContent, C.OSS_DIRECTORY_COMPARE_CONTENT},
		{d.FollowLinks, C.OSS_DIRECTORY_FOLLOW_LINKS},
		{d.StopAtFailure, C.OSS_DIRECTORY_STOP_AT_FAILURE},
		{d.Markers, C.OSS_DIRECTORY_MARKERS},
		{d.DryRun, C.OSS_DIRECTORY_DRY_RUN},
	} {
		if one.on {
			flags |= one.flag
		}
	}
	return flags
}

// A PrefixDeletion says how [Bucket.DeletePrefix] goes about it. The zero value deletes the latest versions below a prefix that
// is not empty.
type PrefixDeletion struct {
	// WholeBucket allows an empty prefix: every object of the bucket.
	WholeBucket bool
	// Versions deletes all versions and delete markers for good.
	Versions bool
	// OnOutcome is told of each object, in the goroutine that makes the request. An error stops the rest.
	OnOutcome func(outcome Outcome) error
}

// An OutcomeKind says what became of a file or an object. Later versions may know more.
type OutcomeKind int

const (
	// Transferred: it was uploaded or downloaded.
	Transferred OutcomeKind = C.OSS_OUTCOME_TRANSFERRED
	// Unchanged: it was the same on both sides already.
	Unchanged OutcomeKind = C.OSS_OUTCOME_UNCHANGED
	// Skipped: it was left out by a rule: a link, a pipe, a file that vanished.
	Skipped OutcomeKind = C.OSS_OUTCOME_SKIPPED
	// Failed: it was to be transferred or deleted, but could not be.
	Failed OutcomeKind = C.OSS_OUTCOME_FAILED
	// Deleted: it was deleted.
	Deleted OutcomeKind = C.OSS_OUTCOME_DELETED
)

// String returns what became of it, in one word, such as "transferred".
func (k OutcomeKind) String() string {
	switch k {
	case Transferred:
		return "transferred"
	case Unchanged:
		return "unchanged"
	case Skipped:
		return "skipped"
	case Failed:
		return "failed"
	case Deleted:
		return "deleted"
	}
	return "unknown"
}

// An Outcome is a file or an object, and what became of it.
type Outcome struct {
	// Kind is what became of it.
	Kind OutcomeKind
	// Key is the whole key of the object.
	Key string
	// VersionID is the version that was deleted; "" if none was named.
	VersionID string
	// Path is the local file; "" if there is none.
	Path string
	// Size is in bytes; 0 if it is not known. Of an upload, it is what the file had then.
	Size int64
	// ETag is that of the object that was stored, fetched or the same already, with its quotes; "" if it is not known.
	ETag string
	// LastModified is that of an object that was fetched or the same already; the zero time if it is not known.
	LastModified time.Time
	// File is the local file just before it was uploaded; nil for the others.
	File *FileState
	// Err says why it was skipped or failed, with Status and Reason; nil for the others.
	Err *Error
}

// A FileState is a local file at one moment. Who removes a file that was uploaded has to compare it with what [os.Stat] says
// then, by Size of the [Outcome] and these: the file may have changed while the answer was awaited, or since.
type FileState struct {
	// Modified is when it was last written to.
	Modified time.Time
	// Changed is when anything about it was changed (ctime); the zero time on Windows.
	Changed time.Time
	// Device and Number are st_dev and st_ino; 0 on Windows.
	Device, Number uint64
}

// A Count is so many files, with so many bytes in all.
type Count struct {
	Files, Bytes int64
}

// A Report says what became of many files or objects.
type Report struct {
	// Transferred and the others count what ended like that.
	Transferred, Unchanged, Skipped, Failed, Deleted Count
	// Problems has what was skipped and what failed, the first 1000 of each, in the order in which it did.
	Problems []Outcome
}

func newOutcome(from *C.oss_outcome) Outcome {
	outcome := Outcome{
		Kind:         OutcomeKind(from.kind),
		Key:          goString(from.key),
		VersionID:    goString(from.version_id),
		Path:         goString(from.path),
		Size:         int64(from.size),
		ETag:         goString(from.etag),
		LastModified: unixTime(from.last_modified),
	}
	if from.file_modified_ns != 0 || from.file_changed_ns != 0 {
		outcome.File = &FileState{
			Modified: time.Unix(0, int64(from.file_modified_ns)),
			Device:   uint64(from.file_device),
			Number:   uint64(from.file_number),
		}
		if from.file_changed_ns != 0 {
			outcome.File.Changed = time.Unix(0, int64(from.file_changed_ns))
		}
	}
	if from.status != C.OSS_OK {
		outcome.Err = newError(Status(from.status), goString(from.reason))
	}
	return outcome
}

func newReport(call *C.oss_call) *Report {
	count := func(kind C.int) Count {
		return Count{int64(C.oss_call_outcome_count(call, kind)), int64(C.oss_call_outcome_bytes(call, kind))}
	}
	report := &Report{
		Transferred: count(C.OSS_OUTCOME_TRANSFERRED),
		Unchanged:   count(C.OSS_OUTCOME_UNCHANGED),
		Skipped:     count(C.OSS_OUTCOME_SKIPPED),
		Failed:      count(C.OSS_OUTCOME_FAILED),
		Deleted:     count(C.OSS_OUTCOME_DELETED),
	}
	for index := C.size_t(0); ; index++ {
		problem := C.oss_call_outcome_at(call, index)
		if problem == nil {
			return report
		}
		report.Problems = append(report.Problems, newOutcome(problem))
	}
}

// UploadDirectory stores all regular files below directory as objects below prefix; a slash is added to that unless it is "" or
// ends with one. A file is unchanged if its object has its size and was stored after the file was last written to. After a
// failure or a kill the same call goes on where it stopped. Options, context and progress are of the whole; the progress has no
// total before all files are known.
//
// One file that fails does not stop the others; then the error is that of the first, and the report, which is never nil, has
// each.
func (b *Bucket) UploadDirectory(
	ctx context.Context, prefix, directory string, how DirectoryTransfer, options ...Option,
) (*Report, error) {
	return b.transferDirectory(ctx, prefix, directory, how, options,
		func(prefix, directory *C.char, via passage) C.oss_status {
			return C.ossgo_upload_directory(b.bucket(), prefix, directory, how.flags(), via.self, via.call, via.outcome)
		})
}

// DownloadDirectory fetches all objects below prefix into directory, which is made if there is none. Files get the times of
// their objects, and are unchanged if they have size and time, or size and CRC-64, of them. What cannot be a file there fails
// and is written nowhere: keys with "..", a NUL, nothing between two slashes and the like, and what symbolic links are in the
// way of. All else is as for [Bucket.UploadDirectory].
func (b *Bucket) DownloadDirectory(
	ctx context.Context, prefix, directory string, how DirectoryTransfer, options ...Option,
) (*Report, error) {
	return b.transferDirectory(ctx, prefix, directory, how, options,
		func(prefix, directory *C.char, via passage) C.oss_status {
			return C.ossgo_download_directory(b.bucket(), prefix, directory, how.flags(), via.self, via.call, via.outcome)
		})
}

func (b *Bucket) transferDirectory(
	ctx context.Context, prefix, directory string, how DirectoryTransfer, options []Option, function textsCrossing,
) (*Report, error) {
	p, err := newText("prefix", prefix)
	if err != nil {
		return &Report{}, err
	}
	d, err := newText("directory", directory)
	if err != nil {
		return &Report{}, err
	}
	return b.reported(ctx, options, useParts|useRecords, how.OnOutcome, how.Filter, func(via passage) C.oss_status {
		return function(p.pointer(), d.pointer(), via)
	})
}

// DeletePrefix deletes every object whose key begins with prefix, 1000 in a request. The prefix is a piece of text: "log" is
// also "logs/a" and "log2". What cannot be deleted does not stop the rest; then the error is that of the first, and the
// report, which is never nil, has each and counts what was deleted. Options and context are of the whole.
func (b *Bucket) DeletePrefix(
	ctx context.Context, prefix string, how PrefixDeletion, options ...Option,
) (*Report, error) {
	p, err := newText("prefix", prefix)
	if err != nil {
		return &Report{}, err
	}
	flags := C.int(0)
	if how.WholeBucket {
		flags |= C.OSS_DELETE_WHOLE_BUCKET
	}
	if how.Versions {
		flags |= C.OSS_DELETE_VERSIONS
	}
	return b.reported(ctx, options, 0, how.OnOutcome, nil, func(via passage) C.oss_status {
		return C.ossgo_delete_prefix(b.bucket(), p.pointer(), flags, via.self, via.call, via.outcome)
	})
}

// reported carries out a request about many files.
func (b *Bucket) reported(
	ctx context.Context, options []Option, taken use, onOutcome func(Outcome) error, filter func(string) bool,
	function crossing,
) (*Report, error) {
	r, err := b.open(ctx, options)
	if err != nil {
		return &Report{}, err
	}
	defer r.close() // also if a callback panicked
	r.taken |= taken
	if onOutcome != nil {
		r.callable()
		r.onOutcome = onOutcome
		err = r.check(C.ossgo_call_outcome(r.call, C.uintptr_t(r.self)))
	}
	if filter != nil && err == nil {
		r.callable()
		r.filter = filter
		err = r.check(C.ossgo_call_filter(r.call, C.uintptr_t(r.self)))
	}
	if err != nil {
		return &Report{}, err
	}
	err = r.attempt(function)
	return newReport(r.call), err
}

//export ossgoOutcome
func ossgoOutcome(self C.uintptr_t, outcome *C.oss_outcome) C.int {
	r := fromHandle(self)
	var err error
	if !r.outside(func() { err = r.onOutcome(newOutcome(outcome)) }) {
		return -1
	}
	if err != nil {
		r.failure = err
		return -1
	}
	return 0
}

//export ossgoFilter
func ossgoFilter(self C.uintptr_t, name *C.char) C.int {
	r := fromHandle(self)
	var wanted bool
	if !r.outside(func() { wanted = r.filter(C.GoString(name)) }) {
		return -1
	}
	if wanted {
		return 1
	}
	return 0
}
