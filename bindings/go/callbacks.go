package oss

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"io"
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

// How often a reader may return nothing before it counts as stuck.
const maxEmptyReads = 100

// guard runs what the user brought. It must not panic through C, so the panic waits until C has returned. It reports
// whether there was none.
func (r *request) guard(function func()) (fine bool) {
	defer func() {
		if !fine {
			// A nil value is that of runtime.Goexit, which cannot be kept from going on.
			if value := recover(); value != nil {
				r.panicked = &panicValue{value}
			}
		}
	}()
	function()
	return true
}

// outside is guard for what may make requests of its own.
func (r *request) outside(function func()) (fine bool) {
	threads.outside(&r.place, func() { fine = r.guard(function) })
	if r.ctx.Err() != nil {
		// The goroutine that tells the library may not come to it before the request has gone on.
		C.oss_call_cancel(r.call)
	}
	return fine
}

// await runs what the user brought, and what may block, until the context ends or the timeout is over.
func (r *request) await(function func()) bool {
	switch {
	case r.worker == noWorker:
		return r.guard(function)
	case !r.waits():
		return r.outside(function)
	}
	if r.worker == nil {
		r.worker = newWorker()
	}
	var end jobEnd
	threads.outside(&r.place, func() { end = r.worker.do(r.waiting, function) })
	if !end.fine && end.value == nil && !end.exited && r.ctx.Err() == nil {
		r.overdue = true
	}
	if end.value != nil {
		r.panicked = &panicValue{end.value}
	}
	if end.exited {
		r.failure = errGoexit
	}
	return end.fine
}

// waits reports whether what the user brought is waited for elsewhere, so that it may outlive the request.
func (r *request) waits() bool {
	return r.worker != noWorker && r.waiting.Done() != nil
}

// scratch returns memory for what may outlive the request; there is none to come back to in C then.
func (r *request) scratch(size int) []byte {
	if cap(r.memory) < size {
		r.memory = make([]byte, size)
	}
	return r.memory[:size]
}

func fromHandle(self C.uintptr_t) *request {
	return cgo.Handle(self).Value().(*request)
}

//export ossgoRead
func ossgoRead(self C.uintptr_t, buffer *C.uint8_t, capacity C.size_t) C.int64_t {
	r := fromHandle(self)
	got := 0
	if r.readErr == nil {
		space := unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(min(capacity, 1<<30)))
		target := space
		if r.waits() {
			target = r.scratch(len(space))
		}
		var count int
		var err error
		if !r.await(func() { count, err = readSome(r.reader, target) }) {
			return -1
		}
		if r.waits() {
			copy(space, target[:count])
		}
		got, r.readErr = count, err
	}
	// An error that came with bytes has its turn when those have been taken.
	if got == 0 && r.readErr != io.EOF {
		r.failure = r.readErr
		return -1
	}
	*r.sent += int64(got)
	return C.int64_t(got)
}

// readSome reads at least one byte, or returns why there is none.
func readSome(reader io.Reader, p []byte) (int, error) {
	for range maxEmptyReads {
		got, err := reader.Read(p)
		switch {
		case got < 0 || got > len(p):
			return 0, errors.New("oss: the reader returned an impossible count")
		case got > 0 || err != nil:
			return got, err
		}
	}
	return 0, io.ErrNoProgress
}

//export ossgoRewind
func ossgoRewind(self C.uintptr_t) C.int {
	r := fromHandle(self)
	var err error
	if !r.await(func() { err = r.rewind() }) {
		return -1
	}
	if err != nil {
		// The error that the request is repeated for says more.
		return -1
	}
	r.readErr, *r.sent = nil, 0
	return 0
}

//export ossgoWrite
func ossgoWrite(self C.uintptr_t, data *C.uint8_t, length C.size_t) C.int {
	r := fromHandle(self)
	piece := unsafe.Slice((*byte)(unsafe.Pointer(data)), int(length))
	if r.waits() {
		memory := r.scratch(len(piece))
		copy(memory, piece)
		piece = memory
	}
	var err error
	fine := r.await(func() {
		var put int
		put, err = r.writer.Write(piece)
		if err == nil && put != len(piece) {
			err = io.ErrShortWrite
		}
	})
	if !fine {
		return -1
	}
	if err != nil {
		r.failure = err
		return -1
	}
	return 0
}

//export ossgoProgress
func ossgoProgress(self C.uintptr_t, done, total C.int64_t) C.int {
	r := fromHandle(self)
	var err error
	if !r.outside(func() { err = r.progress(int64(done), int64(total)) }) {
		return -1
	}
	if err != nil {
		r.failure = err
		return -1
	}
	return 0
}

//export ossgoCredentials
func ossgoCredentials(call *C.oss_call, provider C.uintptr_t, keys *C.oss_keys) C.int {
	asked := cgo.Handle(provider).Value().(CredentialsProvider)
	known, found := askers.Load(call)
	if !found {
		// The request that this was for is over; a thread that read ahead has not heard of it yet.
		return -1
	}
	r, fine := known.(*request), false
	threads.outside(&r.place, func() {
		fine = r.asking.guard(func() error { return giveKeys(r.ctx, asked, keys) })
	})
	if !fine {
		return -1
	}
	return 0
}

// Requests that may be asked for keys, by their calls: the library asks on threads of its own, too.
var askers sync.Map

// An asking is how asking for keys failed; on any thread, on several at once.
type asking struct {
	using    sync.Mutex
	failure  error
	panicked *panicValue
}

// guard runs what the user brought; see [request.guard]. The last failure is kept: after one before it, the request had
// keys that were still good. Of panics it is the first.
func (a *asking) guard(function func() error) (fine bool) {
	var err error
	defer func() {
		var panicked *panicValue
		if !fine && err == nil {
			if value := recover(); value != nil {
				panicked = &panicValue{value}
			}
		}
		a.using.Lock()
		defer a.using.Unlock()
		if err != nil {
			a.failure = err
		}
		if a.panicked == nil {
			a.panicked = panicked
		}
	}()
	err = function()
	return err == nil
}

// reason is why the callback gave up for which a request ended with this status; nil if it ended for something else. A
// renewal of keys may have failed earlier, and the request gone on with those that were still good.
func (r *request) reason(status Status) error {
	switch status {
	case Cancelled, IO:
		return r.failure
	case NoCredentials:
		r.asking.using.Lock()
		defer r.asking.using.Unlock()
		return r.asking.failure
	}
	return nil
}

// panicOfCallback is what a callback panicked with; nil if none did.
func (r *request) panicOfCallback() *panicValue {
	if r.panicked != nil {
		return r.panicked
	}
	if r.panicked = strays.take(r.call); r.panicked != nil {
		return r.panicked
	}
	r.asking.using.Lock()
	defer r.asking.using.Unlock()
	return r.asking.panicked
}

// giveKeys asks a provider, for as long as the library wants to wait.
func giveKeys(ctx context.Context, provider CredentialsProvider, keys *C.oss_keys) error {
	if left := C.oss_keys_timeout_ms(keys); left >= 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(left)*time.Millisecond)
		defer cancel()
	}
	given, err := provider.Keys(ctx, KeysRequest{Refused: C.oss_keys_refused(keys) != 0})
	if err != nil {
		return err
	}
	id, err := newText("id", given.ID)
	if err != nil {
		return err
	}
	secret, err := newText("secret", given.Secret)
	if err != nil {
		return err
	}
	token, err := newOptionalText("token", given.Token)
	if err != nil {
		return err
	}
	status := C.oss_keys_set(keys, id.pointer(), secret.pointer(), token.pointer())
	if status == C.OSS_OK && !given.Expiration.IsZero() {
		status = C.oss_keys_set_expiration(keys, C.int64_t(given.Expiration.Unix()))
	}
	if status != C.OSS_OK {
		return newError(Status(status), C.GoString(C.oss_last_error()))
	}
	return nil
}

// A strayed keeps what functions panicked with that know no request, those for time and the log, until the request comes by
// for which they ran: on its thread, or on one that worked for it.
type strayed struct {
	using sync.Mutex
	of    map[*C.oss_call]*panicValue
	count atomic.Int64 // requests look here without the lock
}

var strays strayed

// guard runs what the user brought; see [request.guard]. A panic outside of all requests is lost.
func (s *strayed) guard(function func()) {
	returned := false
	defer func() {
		if returned {
			return
		}
		value, call := recover(), C.oss_current_call()
		if value == nil || call == nil {
			return
		}
		s.using.Lock()
		defer s.using.Unlock()
		if s.of == nil {
			s.of = make(map[*C.oss_call]*panicValue)
		}
		if s.of[call] == nil {
			s.of[call] = &panicValue{value}
			s.count.Add(1)
		}
	}()
	function()
	returned = true
}

// take is what was left for a request, whose call may be at the place of an earlier one.
func (s *strayed) take(call *C.oss_call) *panicValue {
	if s.count.Load() == 0 {
		return nil
	}
	s.using.Lock()
	defer s.using.Unlock()
	panicked := s.of[call]
	if panicked != nil {
		delete(s.of, call)
		s.count.Add(-1)
	}
	return panicked
}

//export ossgoClock
func ossgoClock(self C.uintptr_t) C.int64_t {
	var seconds int64
	strays.guard(func() { seconds = cgo.Handle(self).Value().(func() time.Time)().Unix() })
	return C.int64_t(seconds)
}

// A LogLevel says how important a line of the log is.
type LogLevel int

const (
	// LogOff ends the log.
	LogOff LogLevel = iota
	// LogError is for errors.
	LogError
	// LogWarn is for what may be one.
	LogWarn
	// LogInfo is for what happens rarely.
	LogInfo
	// LogDebug is for what happens with each request.
	LogDebug
	// LogTrace is for all details.
	LogTrace
)

type logger func(level LogLevel, line string)

// Where the log goes: to the logger of a handle, 0 for nowhere.
var logging struct {
	using  sync.Mutex
	handle cgo.Handle
}

// SetLog sends the log of the whole process to function: lines up to level, or none if function is nil. Secrets are
// never logged. The function may run in several goroutines at once. In it SetLog is [Busy], and the log goes where it went.
// If it panics, that goes on where the request was made that the line is about; with lines that are about none it is lost.
func SetLog(function func(level LogLevel, line string), level LogLevel) error {
	if function == nil {
		level = LogOff
	}
	if level < LogOff || level > LogTrace {
		return newError(InvalidArgument, "`level`: a log level is LogOff to LogTrace")
	}
	if C.ossgo_is_logging() != 0 {
		return newError(Busy, "SetLog cannot be called in the log function, for whose end it waits")
	}
	logging.using.Lock()
	defer logging.using.Unlock()
	var handle cgo.Handle
	if level != LogOff {
		handle = cgo.NewHandle(logger(function))
	}
	unused := logging.handle
	status := C.ossgo_set_log(C.int(level), C.uintptr_t(handle))
	if status == C.OSS_OK {
		logging.handle = handle
	} else {
		unused = handle
	}
	if unused != 0 {
		unused.Delete()
	}
	if status != C.OSS_OK {
		return newError(Status(status), "the log cannot be set")
	}
	return nil
}

//export ossgoLog
func ossgoLog(self C.uintptr_t, level C.int, line *C.char) {
	strays.guard(func() { cgo.Handle(self).Value().(logger)(LogLevel(level), C.GoString(line)) })
}
