package oss

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

var errInterrupted = errors.New("oss: a function of the program panicked while the body was read")

var errImpossibleWrite = errors.New("oss: the writer returned an impossible count")

// How much WriteTo moves at a time, at most.
const pieceSize = 256 * 1024

// What WriteTo moves large objects with.
var pieces = sync.Pool{New: func() any { return new([pieceSize]byte) }}

// An Object is an object being downloaded, or what SelectObject finds in one. Read it to the end: only [io.EOF] says that
// what came is the object, with its length and CRC-64 found right, or that the selection is complete. Close it in any
// case; until its end or Close it keeps a connection. Verified of the answer is known at its end. The context of the request
// also ends reading.
type Object struct {
	Answer
	request *request
	reading sync.Mutex // held while the body is read
	err     error      // how the body ended

	closed atomic.Bool
	gone   chan struct{} // closed by Close
}

// GetObject asks for key and returns when the answer begins; then read its body from the Object.
func (b *Bucket) GetObject(ctx context.Context, key string, options ...Option) (*Object, error) {
	k, err := newText("key", key)
	if err != nil {
		return nil, err
	}
	return b.download(ctx, options, (*settings).takesPrefetch, func(via passage) C.oss_status {
		return C.ossgo_get_object(b.bucket(), k.pointer(), via.self, via.call, via.outcome)
	})
}

// download begins a request whose answer is then read from the Object.
func (t target) download(
	ctx context.Context, options []Option, takes func(*settings), begin crossing,
) (object *Object, err error) {
	r, err := t.open(ctx, options)
	if err != nil {
		return nil, err
	}
	if takes != nil {
		takes(&r.settings)
	}
	defer func() {
		// Also if a callback panicked.
		if object == nil {
			r.close()
		}
	}()
	answer, err := r.run(begin)
	if err != nil {
		return nil, err
	}
	object = &Object{Answer: *answer, request: r, gone: make(chan struct{})}
	runtime.SetFinalizer(object, elsewhere((*Object).Close))
	return object, nil
}

// Read reads on. It returns [io.EOF] when length and CRC-64 have been found right; after another error, what came is
// not the object. Reads of several goroutines come one after the other; one in the object's own progress function is [Busy].
func (o *Object) Read(p []byte) (int, error) {
	got, over, err := o.takeTurn(p)
	if over {
		// Without a lock: an observer may close the object.
		o.request.close()
	}
	runtime.KeepAlive(o)
	return got, err
}

// takeTurn reads when nobody else does. It reports whether that was the end of the body.
func (o *Object) takeTurn(p []byte) (got int, over bool, err error) {
	if err := o.request.lock(&o.reading); err != nil {
		return 0, false, err
	}
	defer o.reading.Unlock()
	collectForTest()
	switch {
	case o.closed.Load():
		return 0, false, ErrClosed
	case o.err != nil:
		return 0, false, o.err
	case len(p) == 0:
		return 0, false, nil
	}
	o.err = errInterrupted // if a function of the program panics: what came is lost then
	got, o.err = o.read(p)
	if o.err == io.EOF {
		o.Verified = C.oss_call_verified(o.request.call) != 0
	}
	return got, o.err != nil, o.err
}

func (o *Object) read(p []byte) (int, error) {
	r := o.request
	if r.ctx.Err() != nil {
		return 0, r.fail()
	}
	if !threads.enter(&r.place, r.ctx.Done(), o.gone) {
		if o.closed.Load() {
			return 0, ErrClosed
		}
		return 0, r.fail()
	}
	got := C.ossgo_call_read(bytePointer(p), C.size_t(len(p)), r.inC)
	r.leave()
	switch {
	case got > 0:
		return int(got), nil
	case got == 0:
		return 0, io.EOF
	case o.closed.Load():
		return 0, ErrClosed
	}
	return 0, r.failed(C.oss_status(-got))
}

// WriteTo writes what is left of the object to w. Like Read it fails unless all of it came, and right.
func (o *Object) WriteTo(w io.Writer) (int64, error) {
	var written int64
	var buffer []byte
	if length := o.ContentLength; length >= 0 && length < pieceSize/4 {
		buffer = make([]byte, max(length, 1))
	} else {
		piece := pieces.Get().(*[pieceSize]byte)
		defer pieces.Put(piece)
		buffer = piece[:]
	}
	for {
		got, err := o.Read(buffer)
		if got > 0 {
			put, failure := w.Write(buffer[:got])
			if put < 0 || put > got {
				put, failure = 0, errImpossibleWrite
			}
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

// Close releases the answer and ends a Read that is running. It always returns nil. In the object's own progress function it
// does not wait for the Read that runs that.
func (o *Object) Close() error {
	if o.closed.Swap(true) {
		return nil
	}
	runtime.SetFinalizer(o, nil)
	close(o.gone)
	o.request.cancel()
	return o.request.end(func() error {
		o.reading.Lock()
		defer o.request.close()
		defer o.reading.Unlock()
		return nil
	})
}
