package oss

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// A Call is what an [Observer] learns of a call that is over: a request with its retries and the reading of its answer, or
// a whole listing.
type Call struct {
	// Operation is the operation, such as "PutObject"; for Invoke what it was given, for a [Writer] "NewWriter".
	Operation string
	// Bucket is the name of the bucket; "" for a Service.
	Bucket string
	// Began is when the call began.
	Began time.Time
	// Duration is how long it took; with GetObject and SelectObject until the answer was read or closed.
	Duration time.Duration
	// Bytes is how much of a body went up or came down in the last attempt, without headers.
	Bytes int64
	// Attempts is how many times the request was sent; of a listing the request of its first page.
	Attempts int
	// HTTPStatus is that of the answer; 0 if there was none.
	HTTPStatus int
	// RequestID identifies the request for the service's support; "" if there was no answer.
	RequestID string
	// Err is what the caller got; nil if it worked. It is an [*Error].
	Err error
}

// An Observer is told of every call of a [Bucket] or [Service] that has it in its [Options], once, when the call is over;
// calls refused before they reached the library are not told of. It may be called by several goroutines at once, with the
// context of the call, and should be quick: the caller waits for it.
type Observer interface {
	Observe(ctx context.Context, call Call)
}

// An ObserverFunc is a function that is an [Observer].
type ObserverFunc func(ctx context.Context, call Call)

// Observe calls the function.
func (f ObserverFunc) Observe(ctx context.Context, call Call) {
	f(ctx, call)
}

// LogCalls returns an observer that logs each call with one attribute per fact: at level Debug if it worked, at Info if
// the service said no (such as NotFound), at Warn otherwise. No attribute holds keys, tokens or signatures.
func LogCalls(logger *slog.Logger) Observer {
	return ObserverFunc(func(ctx context.Context, call Call) {
		level := call.level()
		if !logger.Enabled(ctx, level) {
			return
		}
		attributes := []slog.Attr{
			slog.String("operation", call.Operation),
			slog.String("bucket", call.Bucket),
			slog.Duration("duration", call.Duration),
			slog.Int64("bytes", call.Bytes),
			slog.Int("attempts", call.Attempts),
			slog.Int("http_status", call.HTTPStatus),
			slog.String("request_id", call.RequestID),
		}
		if call.Err != nil {
			attributes = append(attributes, slog.String("error", call.Err.Error()))
		}
		var e *Error
		if errors.As(call.Err, &e) {
			attributes = append(attributes, slog.String("status", e.Status.String()),
				slog.String("code", e.Code), slog.String("ec", e.EC))
		}
		logger.LogAttrs(ctx, level, "oss call", attributes...)
	})
}

func (c *Call) level() slog.Level {
	switch {
	case c.Err == nil:
		return slog.LevelDebug
	case c.HTTPStatus >= 300 && c.HTTPStatus < 500:
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// LevelTrace is the level of [LogTrace] in package slog.
const LevelTrace = slog.LevelDebug - 4

// SlogLevel returns the level that package slog has for l.
func (l LogLevel) SlogLevel() slog.Level {
	switch {
	case l <= LogError:
		return slog.LevelError
	case l == LogWarn:
		return slog.LevelWarn
	case l == LogInfo:
		return slog.LevelInfo
	case l == LogDebug:
		return slog.LevelDebug
	}
	return LevelTrace
}

// SetLogger is [SetLog] for a logger of package slog: lines of the library as messages, down to the lowest level that the
// logger has enabled now. nil ends the log. For an attribute per fact of each call see [LogCalls].
func SetLogger(logger *slog.Logger) error {
	if logger == nil {
		return SetLog(nil, LogOff)
	}
	ctx, most := context.Background(), LogOff
	for level := LogError; level <= LogTrace; level++ {
		if logger.Enabled(ctx, level.SlogLevel()) {
			most = level
		}
	}
	return SetLog(func(level LogLevel, line string) {
		logger.LogAttrs(ctx, level.SlogLevel(), line)
	}, most)
}

// An observation gathers what an observer is told of one request.
type observation struct {
	call     Call
	observer Observer
	reached  bool // the library
}

// observe begins to gather, if anybody wants to know.
func (r *request) observe() {
	t := &r.target
	if t.observer == nil {
		return
	}
	r.observed = &observation{observer: t.observer, call: Call{Bucket: t.bucketName, Began: time.Now()}}
	progress := r.progress
	r.progress = func(done, total int64) error {
		r.observed.call.Bytes = done
		if progress == nil {
			return nil
		}
		return progress(done, total)
	}
}

// fail is how a request ends that the context ended, between two functions of the library.
func (r *request) fail() error {
	err := newError(Cancelled, "the call was cancelled").because(r.ctx, nil)
	r.observed.failed(err)
	return err
}

func (o *observation) failed(err error) {
	if o != nil {
		o.call.Err = err
	}
}

// saw takes what an outcome says.
func (o *observation) saw(outcome *C.ossgo_outcome) {
	if o == nil {
		return
	}
	o.reached = true
	if o.call.Operation == "" {
		o.call.Operation = operationName(goString(outcome.name))
	}
	if outcome.attempts > 0 {
		o.call.Attempts = int(outcome.attempts)
	}
	if outcome.http_status > 0 {
		o.call.HTTPStatus, o.call.RequestID = int(outcome.http_status), goString(outcome.request_id)
		if outcome.headers != nil {
			o.call.RequestID = (&Answer{headers: goString(outcome.headers)}).Header("x-oss-request-id")
		}
	}
}

// tell tells the observer that the call is over.
func (r *request) tell() {
	if o := r.observed; o != nil && o.reached {
		o.call.Duration = time.Since(o.call.Began)
		o.observer.Observe(r.ctx, o.call)
	}
}

// named says how an operation is called whose function does not say it.
func (r *request) named(operation string) {
	if r.observed != nil {
		r.observed.call.Operation = operation
	}
}

// operationName makes PutObject of ossgo_put_object_stream.
func operationName(function string) string {
	name := strings.TrimPrefix(function, "ossgo_")
	name = strings.TrimSuffix(name, "_stream")
	if before, _, found := strings.Cut(name, "_to_"); found {
		name = before
	}
	if strings.Contains(name, "_object_") || strings.Contains(name, "_part_") {
		name = strings.TrimSuffix(name, "_file")
	}
	words := strings.Split(name, "_")
	for i, word := range words {
		switch {
		case word == "acl" || word == "url":
			words[i] = strings.ToUpper(word)
		case word != "":
			words[i] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}
