package oss

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"context"
	"io"
	"runtime"
	"runtime/cgo"
	"sync"
	"unsafe"
)

// A call owns an oss_call. Answers keep it, to look headers up.
type call struct {
	mutex sync.Mutex // held while the library has it, except to cancel
	ptr   *C.oss_call
}

func newCall() (*call, error) {
	c := &call{ptr: C.oss_call_new()}
	if c.ptr == nil {
		return nil, newError(Bug, "there is no call")
	}
	born()
	runtime.SetFinalizer(c, (*call).free)
	return c, nil
}

// free may be called twice.
func (c *call) free() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.ptr != nil {
		runtime.SetFinalizer(c, nil)
		C.oss_call_free(c.ptr)
		died()
		c.ptr = nil
	}
}

// A request is a call with all that Go has to do with it, from the first setting until its answer has been read. One
// goroutine at a time uses it.
type request struct {
	ctx    context.Context
	target target
	call   *call
	// What callbacks find the request by; 0 if there are none.
	self cgo.Handle

	reader   io.Reader
	readErr  error // how the reader ended
	writer   io.Writer
	progress func(done, total int64) error
	worker   *worker // nil until one is needed
	memory   []byte  // what the worker reads into and writes from

	// Why a callback gave up, and what one panicked with.
	failure  error
	panicked *panicValue

	// Tells the context that nobody waits any more.
	stop func() bool
	// Closed when the context has cancelled the call.
	cancelled chan struct{}
}

// A panicValue is what a callback panicked with; it goes on where the request was made.
type panicValue struct{ value any }

// open makes a request, which has to be closed.
func (t target) open(ctx context.Context, s *settings) (*request, error) {
	if ctx.Err() != nil {
		return nil, newError(Cancelled, "the call was cancelled").because(ctx, nil)
	}
	if _, err := t.acquire(); err != nil {
		return nil, err
	}
	c, err := newCall()
	if err != nil {
		t.release()
		return nil, err
	}
	r := &request{ctx: ctx, target: t, call: c, progress: s.progress}
	if t.credentials != nil {
		r.self = cgo.NewHandle(r)
	}
	if err := r.configure(s); err != nil {
		r.close()
		c.free()
		return nil, err
	}
	r.watch()
	return r, nil
}

// close ends everything but the call, which the answer may want to keep.
func (r *request) close() {
	r.unwatch()
	if r.worker != nil {
		r.worker.close()
	}
	if r.self != 0 {
		r.self.Delete()
		r.self = 0
	}
	r.target.release()
}

// callable makes callbacks find the request.
func (r *request) callable() {
	if r.self == 0 {
		r.self = cgo.NewHandle(r)
	}
}

// watch has the end of the context cancel the call, until unwatch.
func (r *request) watch() {
	if r.ctx.Done() == nil {
		return
	}
	cancelled, ptr := make(chan struct{}), r.call.ptr
	r.cancelled = cancelled
	r.stop = context.AfterFunc(r.ctx, func() {
		C.oss_call_cancel(ptr)
		close(cancelled)
	})
}

// unwatch returns when the context will not touch the call any more.
func (r *request) unwatch() {
	if r.stop != nil && !r.stop() {
		<-r.cancelled
	}
	r.stop = nil
}

// configure gives the settings to the call.
func (r *request) configure(s *settings) error {
	ptr := r.call.ptr
	var reason *C.char
	failed := func(status C.oss_status) error {
		if status == C.OSS_OK {
			return nil
		}
		defer C.free(unsafe.Pointer(reason))
		return newError(Status(status), goString(reason))
	}
	for _, header := range s.headers {
		name, value, err := header.texts()
		if err == nil {
			err = failed(C.ossgo_call_header(ptr, name.pointer(), value.pointer(), &reason))
		}
		if err != nil {
			return err
		}
	}
	for _, parameter := range s.query {
		name, value, err := parameter.texts()
		if err == nil {
			err = failed(C.ossgo_call_query(ptr, name.pointer(), value.pointer(), &reason))
		}
		if err != nil {
			return err
		}
	}
	if s.ranged {
		if err := failed(C.ossgo_call_range(ptr, C.int64_t(s.first), C.int64_t(s.last), &reason)); err != nil {
			return err
		}
	}
	if s.timed {
		if err := failed(C.ossgo_call_timeout_ms(ptr, milliseconds(s.timeout), &reason)); err != nil {
			return err
		}
	}
	if s.progress != nil && !s.pulled {
		r.callable()
		return failed(C.ossgo_call_progress(ptr, C.uintptr_t(r.self), &reason))
	}
	return nil
}

// texts returns name and value for C; the value of a bare pair is NULL.
func (p *pair) texts() (name, value text, err error) {
	name, err = newText("name", p.name)
	if err == nil && !p.bare {
		value, err = newText("value", p.value)
	}
	return name, value, err
}

// A crossing runs a function of the library.
type crossing func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status

// attempt runs a function of the library and translates how it failed, or hands the answer to take.
func (r *request) attempt(function crossing, take func(*C.ossgo_outcome)) error {
	var outcome C.ossgo_outcome
	r.call.mutex.Lock()
	defer r.call.mutex.Unlock()
	if status := function(C.uintptr_t(r.self), r.call.ptr, &outcome); status != C.OSS_OK {
		return r.failed(status, &outcome)
	}
	r.rethrow()
	take(&outcome)
	return nil
}

// run is attempt with an answer.
func (r *request) run(function crossing) (answer *Answer, err error) {
	err = r.attempt(function, func(outcome *C.ossgo_outcome) { answer = newAnswer(r.call, outcome) })
	return answer, err
}

// failed makes an error of an outcome; the call is locked. If a callback panicked, it panics.
func (r *request) failed(status C.oss_status, outcome *C.ossgo_outcome) error {
	r.rethrow()
	return newCallError(status, r.call.ptr, outcome).because(r.ctx, r.failure)
}

// rethrow lets a panic of a callback go on.
func (r *request) rethrow() {
	if r.panicked != nil {
		panic(r.panicked.value)
	}
}

// send carries out one request that is over when it returns.
func (t target) send(ctx context.Context, options []Option, prepare func(*request, *settings), function crossing) (answer *Answer, err error) {
	s := newSettings(options)
	r, err := t.open(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() {
		r.close()
		// Nobody has an answer, also if a callback panicked.
		if answer == nil {
			r.call.free()
		}
	}()
	if prepare != nil {
		prepare(r, s)
	}
	return r.run(function)
}
