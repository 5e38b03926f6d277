package oss

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"syscall"
	"unsafe"
)

// A Status says why a request failed, in terms a program can act on. Statuses are errors, for [errors.Is]:
//
//	errors.Is(err, oss.NotFound)
//
// Numbers never change meaning; later versions may add more.
type Status int32

const (
	// InvalidArgument: a parameter or option is missing or out of range; nothing was sent.
	InvalidArgument Status = C.OSS_INVALID_ARGUMENT
	// NotFound: no such bucket, object, upload or setting (HTTP 404).
	NotFound Status = C.OSS_NOT_FOUND
	// Denied: the service refused: signature, key, token, policy or clock (401, 403).
	Denied Status = C.OSS_DENIED
	// Exists: the bucket or object is there already (409).
	Exists Status = C.OSS_EXISTS
	// Conflict: the state of the bucket or object forbids the operation (other 409).
	Conflict Status = C.OSS_CONFLICT
	// PreconditionFailed: a condition of the request did not hold (412).
	PreconditionFailed Status = C.OSS_PRECONDITION_FAILED
	// NotModified: the object has not changed since (304).
	NotModified Status = C.OSS_NOT_MODIFIED
	// BadRequest: the service does not accept the request as it is (other 4xx).
	BadRequest Status = C.OSS_BAD_REQUEST
	// Throttled: too many requests or too much traffic; try later (429, 503).
	Throttled Status = C.OSS_THROTTLED
	// ServerError: the service failed (5xx).
	ServerError Status = C.OSS_SERVER_ERROR
	// Network: no connection, or it broke: resolving, connecting, TLS, reset.
	Network Status = C.OSS_NETWORK
	// Timeout: a time-out of the options or of the request expired, or the deadline of the context passed.
	Timeout Status = C.OSS_TIMEOUT
	// Cancelled: the context was cancelled, or a reader, writer or progress function gave up.
	Cancelled Status = C.OSS_CANCELLED
	// ChecksumMismatch: content and checksum do not agree.
	ChecksumMismatch Status = C.OSS_CHECKSUM_MISMATCH
	// Truncated: fewer bytes arrived than were announced.
	Truncated Status = C.OSS_TRUNCATED
	// IO: a local file failed.
	IO Status = C.OSS_IO
	// Busy: what is in use is used once more by the function that runs for it, such as a progress function.
	Busy Status = C.OSS_BUSY
	// Unsupported: the library or the service cannot do that.
	Unsupported Status = C.OSS_UNSUPPORTED
	// NoCredentials: there are no usable credentials (OSS_CREDENTIALS); nothing was sent.
	NoCredentials Status = C.OSS_CREDENTIALS
	// BadResponse: the answer makes no sense: not HTTP, not XML, or another document.
	BadResponse Status = C.OSS_BAD_RESPONSE
	// NoMemory: there was not enough memory for something large, such as an answer.
	NoMemory Status = C.OSS_NO_MEMORY
	// Bug: a defect of the library. Please report it.
	Bug Status = C.OSS_BUG
)

// String returns the name that the status has in C, such as "OSS_NOT_FOUND".
func (s Status) String() string {
	return C.GoString(C.oss_status_name(C.oss_status(s)))
}

// Error makes a Status an error; see [Status.String].
func (s Status) Error() string {
	return s.String()
}

// ErrClosed is returned by handles and objects that have been closed.
// It is also [fs.ErrClosed].
var ErrClosed error = closedError{}

type closedError struct{}

func (closedError) Error() string { return "oss: already closed" }

func (closedError) Is(target error) bool { return target == fs.ErrClosed }

// Error is what all failing functions of this package return, except for [ErrClosed]. It is a value: nothing in it
// changes or has to be freed.
type Error struct {
	// Status is the reason as a program sees it. errors.Is(err, oss.NotFound) asks for it.
	Status Status
	// Reason says in words what went wrong, with everything that matters.
	Reason string
	// HTTPStatus is that of the answer; 0 if there was none.
	HTTPStatus int
	// Code is the service's error code, such as "NoSuchKey"; "" if there is none.
	Code string
	// Message is the service's error message; "" if there is none.
	Message string
	// RequestID identifies the request for the service's support; "" if there was no answer.
	RequestID string
	// HostID is the host that refused; "" if there is none.
	HostID string
	// EC is the service's finer error code, such as "0026-00000001"; "" if there is none.
	EC string
	// Retryable reports whether the same request may succeed later.
	Retryable bool
	// Attempts is how many times the request was sent; 0 if it was not.
	Attempts int
	// Body has the first 4 KiB of the answer as they came.
	Body []byte

	details map[string]string
	causes  []error
	osError syscall.Errno // of a local file; the reason has its words
}

// Error returns the reason, after "oss: ".
func (e *Error) Error() string {
	text := "oss: " + e.Reason
	for _, cause := range e.causes {
		text += ": " + cause.Error()
	}
	return text
}

// Is reports whether target is the status of e. [fs.ErrNotExist] is [NotFound], [fs.ErrPermission] is [Denied],
// [fs.ErrExist] is [Exists], [fs.ErrInvalid] is [InvalidArgument], and [errors.ErrUnsupported] is [Unsupported]. Of a
// local file that failed, [IO], they are what the system said, which [Error.Unwrap] has.
func (e *Error) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.Status == NotFound
	case fs.ErrPermission:
		return e.Status == Denied
	case fs.ErrExist:
		return e.Status == Exists
	case fs.ErrInvalid:
		return e.Status == InvalidArgument
	case errors.ErrUnsupported:
		return e.Status == Unsupported
	}
	status, ok := target.(Status)
	return ok && status == e.Status
}

// Unwrap returns what made the request fail on this side: the error of the context, or of a reader, writer, progress
// function or credentials function; and the [syscall.Errno] of a local file.
func (e *Error) Unwrap() []error {
	if e.osError == 0 {
		return e.causes
	}
	return append(slices.Clip(e.causes), e.osError)
}

// Timeout reports whether a time-out or a deadline ended the request; with Temporary, it serves those who look at errors of
// package net.
func (e *Error) Timeout() bool {
	return e.Status == Timeout
}

// Temporary reports whether the request may succeed if it is repeated, which Retryable says, or with more time; it makes this
// a [net.Error].
func (e *Error) Temporary() bool {
	return e.Retryable || e.Timeout()
}

// Detail returns another element of the service's error document, such as "StringToSign"; "" if it has none of that
// name.
func (e *Error) Detail(name string) string {
	return e.details[name]
}

func newError(status Status, reason string) *Error {
	return &Error{Status: status, Reason: reason}
}

// newCallError takes the parts of the error from the call that failed, before anything else happens to it.
func newCallError(status C.oss_status, call *C.oss_call, outcome *C.ossgo_outcome) *Error {
	e := &Error{
		Status:     Status(status),
		Reason:     goString(outcome.reason),
		HTTPStatus: int(outcome.http_status),
		Code:       goString(outcome.code),
		Message:    goString(outcome.message),
		RequestID:  goString(outcome.request_id),
		HostID:     goString(outcome.host_id),
		EC:         goString(outcome.ec),
		Retryable:  outcome.retryable != 0,
		Attempts:   int(outcome.attempts),
		Body:       goBytes(outcome.body, outcome.body_length),
		osError:    syscall.Errno(outcome.os_error),
	}
	for index := C.size_t(0); ; index++ {
		var name *C.char
		value := C.oss_call_error_detail_at(call, index, &name)
		if value == nil {
			break
		}
		if e.details == nil {
			e.details = make(map[string]string)
		}
		e.details[C.GoString(name)] = C.GoString(value)
	}
	return e
}

// because adds what happened on this side to an error that the context brought about, or a callback with this failure.
func (e *Error) because(ctx context.Context, failure error) *Error {
	if failure != nil {
		e.causes = append(e.causes, failure)
	}
	// A callback that waits for the context fails with the context's own error. It may come before the library has heard
	// of that end, and then the status is that of a callback that failed.
	waited := ctx.Err() != nil && errors.Is(failure, ctx.Err())
	if waited && len(e.causes) > 0 {
		e.Status = Cancelled
	}
	if e.Status == Cancelled && ctx.Err() != nil && (failure == nil || waited) {
		e.causes = append(e.causes, ctx.Err())
		if cause := context.Cause(ctx); cause != nil && cause != ctx.Err() {
			e.causes = append(e.causes, cause)
		}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			e.Status = Timeout
		}
	}
	return e
}

func goBytes(data *C.uint8_t, length C.size_t) []byte {
	if data == nil || length == 0 {
		return nil
	}
	return append([]byte(nil), unsafe.Slice((*byte)(data), int(length))...)
}
