package oss

// #include "shim.h"
import "C"

import (
	"context"
	"fmt"
	"io"
	"runtime/cgo"
	"sync"
	"time"
)

// A request is a call with all that Go has to do with it, from the first setting until its answer has been read. One
// goroutine at a time uses it.
type request struct {
	settings
	ctx    context.Context
	target target
	inC    *C.ossgo_request
	call   *C.oss_call // that of inC
	// What callbacks find the request by; 0 if there are none.
	self cgo.Handle

	reader  io.Reader
	readErr error     // how the reader ended
	seeker  io.Seeker // the reader, if it can begin again
	start   int64     // where it began
	sent    *int64    // counts what it gave
	writer  io.Writer

	onOutcome func(Outcome) error
	filter    func(name string) bool

	place  place   // of the gate
	worker *worker // nil until one is needed
	memory []byte  // what the worker reads into and writes from

	waiting context.Context // ends waits for the worker: ctx, with the timeout if there is one
	overdue bool            // a wait ended because the timeout was over

	// Why a callback gave up, and what one panicked with.
	failure  error
	panicked *panicValue
	asking   asking

	observed *observation // nil if nobody observes

	// Tells the context that nobody waits any more.
	stop func() bool
	// Closed when the context has cancelled the call.
	cancelled chan struct{}

	ending sync.Mutex // held while the call is cancelled by others than the context
	closed bool       // the call is freed, or about to be
	known  bool       // to others, who may end it
}

// A panicValue is what a callback panicked with; it goes on where the request was made.
type panicValue struct{ value any }

// Requests that are over and known to nobody else.
var spareRequests = sync.Pool{New: func() any { return new(request) }}

// open makes a request, which has to be closed.
func (t target) open(ctx context.Context, options []Option) (*request, error) {
	if ctx == nil {
		return nil, newError(InvalidArgument, "`ctx` is nil; take context.Background() if nothing is to end the request")
	}
	if ctx.Err() != nil {
		return nil, newError(Cancelled, "the call was cancelled").because(ctx, nil)
	}
	if _, err := t.acquire(); err != nil {
		return nil, err
	}
	r := spareRequests.Get().(*request)
	r.ctx, r.waiting, r.target, r.inC = ctx, ctx, t, C.ossgo_request_new()
	if r.inC == nil {
		t.release()
		return nil, newError(NoMemory, "there is no memory for a call")
	}
	r.call = r.inC.call
	countHandle()
	strays.take(r.call)
	r.apply(options)
	r.observe()
	if t.credentials != nil {
		askers.Store(r.call, r)
	}
	if err := r.configure(); err != nil {
		r.close()
		return nil, err
	}
	r.watch()
	return r, nil
}

// close frees everything. It may come twice. The call goes before what its functions are found by: it may have threads, which
// ask for keys until it is freed.
func (r *request) close() {
	r.ending.Lock()
	again := r.closed
	r.closed = true
	r.ending.Unlock()
	if again {
		return
	}
	r.unwatch()
	if r.worker != nil {
		r.worker.close()
	}
	// Now, as another call may be where this one was.
	panicked := r.panicOfCallback() != nil
	C.ossgo_request_free(r.inC)
	uncountHandle()
	if r.target.credentials != nil {
		// Not if another call is at its place already.
		askers.CompareAndDelete(r.call, r)
	}
	if r.self != 0 {
		r.self.Delete()
		r.self = 0
	}
	r.target.release()
	if !panicked {
		r.tell()
	}
}

// closeForGood is close for a request that nobody has any more, so that its memory can be that of another one. Functions of
// the program may still have it: those that took long, or that the library asks for keys.
func (r *request) closeForGood() {
	alone := r.self == 0 && r.target.credentials == nil && r.panicked == nil && !r.known
	r.close()
	if alone {
		*r = request{}
		spareRequests.Put(r)
	}
}

// cancel ends what the request does, if it is not over; in any goroutine.
func (r *request) cancel() {
	r.ending.Lock()
	defer r.ending.Unlock()
	if !r.closed {
		C.oss_call_cancel(r.call)
	}
}

// inside reports whether a function of the program calls that runs for this request: for keys, progress, time or the log. Who
// waits there for the request to end waits for itself.
func (r *request) inside() bool {
	return C.oss_current_call() == r.call
}

func errInside() error {
	return newError(Busy, "what runs for a reader or writer, such as a progress function, cannot use it, except to end it")
}

// lock is as that of the mutex, but fails where the request has it and runs the function that calls.
func (r *request) lock(mutex *sync.Mutex) error {
	if mutex.TryLock() {
		return nil
	}
	if r.inside() {
		return errInside()
	}
	mutex.Lock()
	return nil
}

// end runs what ends a request and waits for it to be idle; elsewhere if a function of the program calls that runs for it.
func (r *request) end(function func() error) error {
	if r.inside() {
		go func() { _ = function() }()
		return nil
	}
	return function()
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
	cancelled, call := make(chan struct{}), r.call
	r.cancelled = cancelled
	r.stop = context.AfterFunc(r.ctx, func() {
		C.oss_call_cancel(call)
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
func (r *request) configure() error {
	s := &r.settings
	for _, input := range []struct {
		pairs []pair
		set   func(name, value *C.char) C.oss_status
	}{
		{s.headers, func(name, value *C.char) C.oss_status { return C.oss_call_set_header(r.call, name, value) }},
		{s.query, func(name, value *C.char) C.oss_status { return C.oss_call_set_query(r.call, name, value) }},
		{s.fields, func(path, value *C.char) C.oss_status { return C.oss_call_set_field(r.call, path, value) }},
		{s.callback, func(callback, variables *C.char) C.oss_status {
			return C.oss_call_set_upload_callback(r.call, callback, variables)
		}},
	} {
		if err := r.set(input.pairs, input.set); err != nil {
			return err
		}
	}
	if err := r.configureCRC(); err != nil {
		return err
	}
	if s.ranged {
		if err := r.check(C.oss_call_set_range(r.call, C.int64_t(s.first), C.int64_t(s.last))); err != nil {
			return err
		}
	}
	if s.timed {
		if err := r.check(C.oss_call_set_timeout_ms(r.call, milliseconds(s.timeout))); err != nil {
			return err
		}
	}
	for _, set := range s.setters {
		if err := set(r); err != nil {
			return err
		}
	}
	if r.progress != nil {
		r.callable()
		return r.check(C.ossgo_call_progress(r.call, C.uintptr_t(r.self)))
	}
	return nil
}

// set gives pairs to the call.
func (r *request) set(pairs []pair, set func(name, value *C.char) C.oss_status) error {
	for i := range pairs {
		name, value, err := pairs[i].texts()
		if err == nil {
			err = r.check(set(name.pointer(), value.pointer()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// configureCRC gives the call what it needs to check an object that was stored in pieces.
func (r *request) configureCRC() error {
	s := &r.settings
	if s.continued {
		if err := r.check(C.oss_call_set_initial_crc64(r.call, C.uint64_t(s.initialCRC64))); err != nil {
			return err
		}
	}
	for _, part := range s.parts {
		number, err := newPartNumber(part.Number)
		if err != nil {
			return err
		}
		etag, err := newText("etag", part.ETag)
		if err != nil {
			return err
		}
		size := part.Size
		if part.CRC64 == 0 {
			size = -1
		}
		if err := r.check(C.oss_call_add_part(r.call, number, etag.pointer(), C.int64_t(size), C.uint64_t(part.CRC64))); err != nil {
			return err
		}
	}
	return nil
}

// check translates the result of a setter.
func (r *request) check(status C.oss_status) error {
	if status == C.OSS_OK {
		return nil
	}
	return newError(Status(status), C.GoString(C.oss_call_error(r.call)))
}

// texts returns name and value for C; the value of a bare pair is NULL.
func (p *pair) texts() (name, value text, err error) {
	name, err = newText("name", p.name)
	if err == nil && !p.bare {
		value, err = newText("value", p.value)
	}
	return name, value, err
}

// A passage is what every function of the library is called with.
type passage struct {
	self    C.uintptr_t
	call    *C.oss_call
	outcome *C.ossgo_outcome
}

// A crossing runs a function of the library.
type crossing func(via passage) C.oss_status

// A textCrossing runs one that takes a text, such as a key; a textsCrossing one that takes two.
type (
	textCrossing  func(text *C.char, via passage) C.oss_status
	textsCrossing func(first, second *C.char, via passage) C.oss_status
)

func (r *request) passage() passage {
	return passage{C.uintptr_t(r.self), r.call, &r.inC.outcome}
}

// attempt runs a function of the library and translates how it failed. If not, the outcome says what came of it.
func (r *request) attempt(function crossing) error {
	if err := r.checkTaken(); err != nil {
		return err
	}
	if !threads.enter(&r.place, r.ctx.Done(), nil) {
		return r.fail()
	}
	defer r.limitWaits()()
	status := function(r.passage())
	r.leave()
	if status != C.OSS_OK {
		return r.failed(status)
	}
	r.observed.saw(&r.inC.outcome)
	return nil
}

// limitWaits has waits for a reader or writer end with the timeout, which the library begins to count now, too: while it waits
// for one, it cannot look at the time. The function it returns ends that.
func (r *request) limitWaits() func() {
	_, limit := r.limit()
	if limit == 0 || r.worker == noWorker || r.reader == nil && r.writer == nil {
		return func() {}
	}
	ctx, stop := context.WithTimeout(r.ctx, limit)
	r.waiting = ctx
	return stop
}

// limit is the timeout of the whole, and how it is called; 0 if there is none.
func (r *request) limit() (option string, limit time.Duration) {
	option, limit = "total_timeout", r.target.totalTimeout
	if r.timed {
		option, limit = "timeout", r.timeout
	}
	return option, time.Duration(milliseconds(limit)) * time.Millisecond
}

// run is attempt with an answer.
func (r *request) run(function crossing) (*Answer, error) {
	if err := r.attempt(function); err != nil {
		return nil, err
	}
	return newAnswer(&r.inC.outcome), nil
}

// failed makes an error of the outcome.
func (r *request) failed(status C.oss_status) error {
	outcome := &r.inC.outcome
	err := newCallError(status, r.call, outcome)
	if r.overdue && err.Status == Cancelled {
		// In the words of the library.
		option, limit := r.limit()
		err.Status, err.Reason = Timeout, fmt.Sprintf("the call took longer than %s (%s)", option, timeText(limit))
	}
	err.because(r.ctx, r.reason(err.Status))
	r.observed.saw(outcome)
	r.observed.failed(err)
	return err
}

// leave ends what enter of the gate began. If a callback panicked meanwhile, that goes on here.
func (r *request) leave() {
	threads.leave(&r.place)
	if panicked := r.panicOfCallback(); panicked != nil {
		panic(panicked.value)
	}
}

// send carries out one request that is over when it returns.
func (t target) send(
	ctx context.Context, options []Option, prepare func(*request) error, function crossing,
) (*Answer, error) {
	r, err := t.open(ctx, options)
	if err != nil {
		return nil, err
	}
	defer r.closeForGood() // also if a callback panicked
	if prepare != nil {
		if err := prepare(r); err != nil {
			return nil, err
		}
	}
	return r.run(function)
}
