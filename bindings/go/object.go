package oss

// #include "shim.h"
import "C"

import (
	"context"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// How much WriteTo moves at a time.
const pieceSize = 256 * 1024

// An Object is an object being downloaded. Read it to the end: only [io.EOF] says that what came is the object, with
// its length and CRC-64 found right. Close it in any case; until its end or Close it keeps a connection. The context of
// GetObject also ends reading.
type Object struct {
	Answer
	reading  sync.Mutex // held while the body is read or let go of
	request  *request   // nil when it has been let go of
	err      error      // how the body ended
	done     int64
	total    int64
	progress func(done, total int64) error

	closing  sync.Mutex // orders Close with Close
	isClosed atomic.Bool
}

// GetObject asks for key and returns when the answer begins; then read its body from the Object.
func (b *Bucket) GetObject(ctx context.Context, key string, options ...Option) (*Object, error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, err
	}
	s := newSettings(options)
	s.pulled = true
	r, err := b.open(ctx, s)
	if err != nil {
		return nil, err
	}
	var answer *Answer
	defer func() {
		if answer == nil {
			r.close()
			r.call.free()
		}
	}()
	answer, err = r.run(func(self C.uintptr_t, call *C.oss_call, outcome *C.ossgo_outcome) C.oss_status {
		return C.ossgo_get_object(b.bucket(), k.pointer(), self, call, outcome)
	})
	if err != nil {
		return nil, err
	}
	o := &Object{Answer: *answer, request: r, total: answer.ContentLength, progress: s.progress}
	runtime.SetFinalizer(o, (*Object).Close)
	return o, nil
}

// Read reads on. It returns [io.EOF] when length and CRC-64 have been found right; after another error, what came is
// not the object. Reads of several goroutines come one after the other.
func (o *Object) Read(p []byte) (int, error) {
	o.reading.Lock()
	defer o.reading.Unlock()
	collectGarbage()
	switch {
	case o.isClosed.Load():
		return 0, ErrClosed
	case o.err != nil:
		return 0, o.err
	case len(p) == 0:
		return 0, nil
	}
	got, err := o.read(p)
	if err == nil && o.progress != nil {
		o.done += int64(got)
		if failure := o.progress(o.done, o.total); failure != nil {
			err = newError(Cancelled, "the progress callback stopped the transfer").because(o.request.ctx, failure)
		}
	}
	if err != nil {
		o.err = err
		o.release()
	}
	runtime.KeepAlive(o)
	return got, err
}

func (o *Object) read(p []byte) (int, error) {
	r := o.request
	if r.ctx.Err() != nil {
		return 0, newError(Cancelled, "the call was cancelled").because(r.ctx, nil)
	}
	r.call.mutex.Lock()
	defer r.call.mutex.Unlock()
	var outcome C.ossgo_outcome
	got := C.ossgo_call_read(bytePointer(p), C.size_t(len(p)), C.uintptr_t(r.self), r.call.ptr, &outcome)
	switch {
	case got > 0:
		return int(got), nil
	case got == 0:
		return 0, io.EOF
	}
	if o.isClosed.Load() {
		return 0, ErrClosed
	}
	return 0, r.failed(C.oss_status(-got), &outcome)
}

// WriteTo writes what is left of the object to w. Like Read it fails unless all of it came, and right.
func (o *Object) WriteTo(w io.Writer) (int64, error) {
	var written int64
	buffer := make([]byte, pieceSize)
	for {
		got, err := o.Read(buffer)
		if got > 0 {
			put, failure := w.Write(buffer[:got])
			written += int64(put)
			if failure == nil && put < got {
				failure = io.ErrShortWrite
			}
			if failure != nil {
				return written, failure
			}
		}
		if err == io.EOF {
			return written, nil
		}
		if err != nil {
			return written, err
		}
	}
}

// Close lets go of the answer and ends a Read that is running. It always returns nil.
func (o *Object) Close() error {
	o.closing.Lock()
	defer o.closing.Unlock()
	if o.isClosed.Swap(true) {
		return nil
	}
	runtime.SetFinalizer(o, nil)
	// Only from here on the call may be freed, so it is there to be cancelled.
	C.oss_call_cancel(o.call.ptr)
	o.reading.Lock()
	defer o.reading.Unlock()
	o.release()
	o.call.free()
	return nil
}

// release lets go of all but the call.
func (o *Object) release() {
	if o.request != nil {
		o.request.close()
		o.request = nil
	}
}
