package oss

// #include "shim.h"
// #include <stdlib.h>
import "C"

import (
	"context"
	"runtime"
	"sync"
	"unsafe"
)

// A Writer is an object that is being written, of any length up to 48.8 TB. What fits into one part is stored by one
// PutObject, at the end; more in parts, which are sent while the next one is filled, and grow so that 10,000 are enough.
// It holds one part in memory for each worker; see [WithPartSize] and [WithWorkers].
//
// Nothing is stored unless Close returns nil: the first error of a Write is kept, and Close returns it. To store nothing,
// call Abort or end the context, before Close: what was sent in parts is deleted then, which takes up to 2 s after the
// context has ended. One goroutine at a time. In its own progress function it can be aborted, and all else is [Busy].
type Writer struct {
	using   sync.Mutex
	request *request
	writer  *C.oss_writer
	err     error // why there is nothing to write to any more
	answer  *Answer
}

// NewWriter begins to write the object key; it sends nothing yet. The options are those of PutObject, but for
// [WithLength]. The context and [WithTimeout] are of the whole, up to the end of Close; deleting what was sent may take up
// to 2 s more. [WithProgress] is told what the service has; total is -1 up to the end.
func (b *Bucket) NewWriter(ctx context.Context, key string, options ...Option) (*Writer, error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, err
	}
	r, err := b.open(ctx, options)
	if err != nil {
		return nil, err
	}
	r.named("NewWriter")
	r.taken |= useParts
	w := &Writer{request: r}
	err = r.attempt(func(via passage) C.oss_status {
		return C.ossgo_writer_open(b.bucket(), k.pointer(), &w.writer, via.self, via.call, via.outcome)
	})
	if err != nil {
		r.close()
		return nil, err
	}
	countHandle()
	runtime.SetFinalizer(w, elsewhere((*Writer).Abort))
	return w, nil
}

// Write copies p. After an error every further Write and Close return it.
func (w *Writer) Write(p []byte) (int, error) {
	if err := w.request.lock(&w.using); err != nil {
		return 0, err
	}
	defer w.using.Unlock()
	collectForTest()
	if w.err == nil && len(p) > 0 {
		w.err = w.write(p)
	}
	if w.err != nil {
		return 0, w.err
	}
	runtime.KeepAlive(w)
	return len(p), nil
}

func (w *Writer) write(p []byte) error {
	if r := w.request; !threads.enter(&r.place, r.ctx.Done(), nil) {
		return r.fail()
	}
	return w.attempt(func(via passage) C.oss_status {
		return C.ossgo_writer_write(w.writer, bytePointer(p), C.size_t(len(p)), via.self, via.call, via.outcome)
	})
}

// attempt runs a function whose failure is with the writer first, and then with the call.
func (w *Writer) attempt(function crossing) error {
	r := w.request
	status := function(r.passage())
	defer C.free(unsafe.Pointer(r.inC.outcome.own_reason))
	r.leave()
	if status != C.OSS_OK {
		return r.failed(status)
	}
	return nil
}

// Close stores the object, and compares it with its CRC-64. Only if it returns nil is the object there. A second Close returns
// [ErrClosed].
func (w *Writer) Close() error {
	if err := w.request.lock(&w.using); err != nil {
		return err
	}
	defer w.request.close() // without the lock: an observer may use the writer
	defer w.using.Unlock()
	if w.writer == nil {
		return ErrClosed
	}
	defer w.free() // also if a callback panicked
	if w.err != nil {
		return w.err
	}
	answer, err := w.request.run(func(via passage) C.oss_status {
		return C.ossgo_writer_finish(w.writer, via.self, via.call, via.outcome)
	})
	w.answer = answer
	return err
}

// Abort stores nothing, and deletes what was sent. After Close it does nothing. If deleting fails, the error says why, with all
// that the service said, and [Bucket.AbortUploadsBefore] can do it later. In the writer's own progress function it ends the
// Write or Close that runs that, and does not wait.
func (w *Writer) Abort() error {
	if w.request.inside() {
		w.request.cancel()
	}
	return w.request.end(w.abort)
}

func (w *Writer) abort() error {
	w.using.Lock()
	defer w.request.close()
	defer w.using.Unlock()
	if w.writer == nil {
		return nil
	}
	defer w.free()
	threads.again(&w.request.place)
	return w.attempt(func(via passage) C.oss_status {
		return C.ossgo_writer_abort(w.writer, via.self, via.call, via.outcome)
	})
}

// Answer returns what the service answered when the object was stored; nil before.
func (w *Writer) Answer() *Answer {
	if w.request.lock(&w.using) != nil {
		return nil
	}
	defer w.using.Unlock()
	return w.answer
}

// free gives all memory back.
func (w *Writer) free() {
	runtime.SetFinalizer(w, nil)
	threads.again(&w.request.place)
	C.oss_writer_free(w.writer)
	threads.leave(&w.request.place)
	w.writer = nil
	uncountHandle()
	if w.err == nil {
		w.err = ErrClosed
	}
}
