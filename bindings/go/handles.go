package oss

// #include "shim.h"
import "C"

import (
	"runtime"
	"sync/atomic"
	"time"
	"unsafe"
)

// A handle owns an object of the library and counts who uses it: the one that closes it, and each request that runs or
// has an answer to be read. The last one frees it. If nobody closes it, the collector does so when nobody has it any
// more, and requests have it.
type handle struct {
	object unsafe.Pointer
	free   func(unsafe.Pointer)
	users  atomic.Int64
	closed atomic.Bool
	needs  []func() // release what the object needs
}

func newHandle(object unsafe.Pointer, free func(unsafe.Pointer)) *handle {
	h := &handle{object: object, free: free}
	if object == nil {
		h.closed.Store(true)
		return h
	}
	countHandle()
	h.users.Store(1)
	runtime.SetFinalizer(h, (*handle).close)
	return h
}

// elsewhere is how the collector ends what was forgotten and may wait for the network or for functions of the program: in a
// goroutine of its own, since all finalizers share one. There is nobody with whom a panic of such a function could go on.
func elsewhere[T any](end func(T) error) func(T) {
	return func(forgotten T) {
		go func() {
			defer func() { _ = recover() }()
			_ = end(forgotten)
		}()
	}
}

// acquire lends the object until release.
func (h *handle) acquire() (unsafe.Pointer, error) {
	collectForTest()
	if h == nil {
		return nil, newError(InvalidArgument, "the handle is nil; make it with NewBucket, NewService or NewSession")
	}
	for !h.closed.Load() {
		if users := h.users.Load(); users > 0 && h.users.CompareAndSwap(users, users+1) {
			return h.object, nil
		}
	}
	return nil, ErrClosed
}

func (h *handle) release() {
	if h.users.Add(-1) == 0 {
		runtime.SetFinalizer(h, nil)
		h.free(h.object)
		for _, release := range h.needs {
			release()
		}
		uncountHandle()
		h.object = nil
	}
}

func (h *handle) close() {
	if h != nil && !h.closed.Swap(true) {
		h.release()
	}
}

// A target is where requests go: a bucket or the service.
type target struct {
	*handle
	credentials  CredentialsProvider
	observer     Observer
	totalTimeout time.Duration // 0 for none
	unchecked    bool          // CRC-64 is left out
	bucketName   string        // "" for the service
}

func (c *config) newTarget(options *Options, object unsafe.Pointer, free func(unsafe.Pointer)) target {
	return target{
		handle: c.newHandle(object, free), credentials: providerOf(options.Credentials), observer: options.Observer,
		totalTimeout: options.TotalTimeout, unchecked: options.DisableCRC64,
	}
}

// newHandle makes a handle that keeps what the options need for as long as it lives.
func (c *config) newHandle(object unsafe.Pointer, free func(unsafe.Pointer)) *handle {
	h := newHandle(object, free)
	if object != nil {
		h.needs, c.needs = c.needs, nil
	}
	return h
}

// A Session is a pool of connections with its TLS, proxy and name settings, to be shared by buckets and services. Any
// number of goroutines may use it.
type Session struct {
	*handle
}

// NewSession opens a session with the pool size, TLS, proxy and resolve settings of options; connections are made when
// they are needed.
func NewSession(options Options) (*Session, error) {
	s := &Session{}
	err := build(&options, func(c *config) bool {
		session := C.oss_session_new(c.ptr)
		s.handle = c.newHandle(unsafe.Pointer(session), func(p unsafe.Pointer) { C.oss_session_free((*C.oss_session)(p)) })
		return session != nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Close releases the session; what shares it keeps it. It always returns nil.
func (s *Session) Close() error {
	s.handle.close()
	return nil
}

// A Bucket is a bucket and the way to it. It never changes: any number of goroutines may use it.
type Bucket struct {
	target
	name string
}

// NewBucket opens a bucket without talking to it yet. A name has 3 to 63 lower-case letters, digits and hyphens.
func NewBucket(name string, options Options) (*Bucket, error) {
	b := &Bucket{name: name}
	err := build(&options, func(c *config) bool {
		text, err := newText("name", name)
		if err != nil {
			c.fail(err.(*Error))
			return false
		}
		bucket := C.oss_bucket_new(c.ptr, text.pointer())
		b.target = c.newTarget(&options, unsafe.Pointer(bucket), func(p unsafe.Pointer) { C.oss_bucket_free((*C.oss_bucket)(p)) })
		b.target.bucketName = name
		return bucket != nil
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// Name returns the name of the bucket.
func (b *Bucket) Name() string {
	return b.name
}

// Endpoint returns where the service is, such as "https://oss-cn-hangzhou.aliyuncs.com"; "" after Close.
func (b *Bucket) Endpoint() string {
	bucket, err := b.acquire()
	if err != nil {
		return ""
	}
	defer b.release()
	return C.GoString(C.oss_bucket_endpoint((*C.oss_bucket)(bucket)))
}

// Close releases the bucket. Requests that are running and answers that are being read finish undisturbed; new
// requests fail with [ErrClosed]. It always returns nil.
func (b *Bucket) Close() error {
	b.handle.close()
	return nil
}

// A Service is what is not about one bucket. Any number of goroutines may use it.
type Service struct {
	target
}

// NewService opens the service without talking to it yet.
func NewService(options Options) (*Service, error) {
	s := &Service{}
	err := build(&options, func(c *config) bool {
		service := C.oss_service_new(c.ptr)
		s.target = c.newTarget(&options, unsafe.Pointer(service), func(p unsafe.Pointer) { C.oss_service_free((*C.oss_service)(p)) })
		return service != nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Close releases the service. Requests that are running finish undisturbed; new ones fail with [ErrClosed]. It always
// returns nil.
func (s *Service) Close() error {
	s.handle.close()
	return nil
}
