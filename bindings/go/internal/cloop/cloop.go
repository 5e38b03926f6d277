// Package cloop puts objects from C, to be compared with the same in Go.
package cloop

// #cgo !static,!repo,!bundled pkg-config: alioss
// #cgo repo CFLAGS: -I${SRCDIR}/../../../../include
// #cgo repo LDFLAGS: -L${SRCDIR}/../../../../target/release -lalioss -Wl,-rpath,${SRCDIR}/../../../../target/release
// #cgo static,!repo,!darwin LDFLAGS: -l:libalioss.a -Wl,--as-needed
// #cgo static,!repo pkg-config: --static alioss
// #cgo bundled CFLAGS: -I${SRCDIR}/../..
// #include <stdlib.h>
// #include <oss.h>
//
// static oss_bucket *open_bucket(const char *endpoint, const char *region, const char *name)
// {
//     oss_config *config = oss_config_new();
//     oss_config_set_endpoint(config, endpoint);
//     oss_config_set_region(config, region);
//     oss_bucket *bucket = oss_bucket_new(config, name);
//     oss_config_free(config);
//     return bucket;
// }
//
// static oss_status put_many(oss_bucket *bucket, oss_call *call, const void *data, size_t length, int times)
// {
//     oss_status status = OSS_OK;
//     for (int i = 0; status == OSS_OK && i < times; i++)
//         status = oss_put_object(bucket, "key", data, length, call);
//     return status;
// }
//
// static oss_status get_many(oss_bucket *bucket, oss_call *call, void *buffer, size_t capacity, int times)
// {
//     oss_status status = OSS_OK;
//     size_t length;
//     for (int i = 0; status == OSS_OK && i < times; i++)
//         status = oss_get_object_to_buffer(bucket, "key", buffer, capacity, &length, call);
//     return status;
// }
import "C"

import (
	"errors"
	"unsafe"
)

// A Loop is a bucket and a call of C.
type Loop struct {
	bucket *C.oss_bucket
	call   *C.oss_call
}

// Open opens a bucket, to be closed.
func Open(endpoint, region, name string) (*Loop, error) {
	e, r, n := C.CString(endpoint), C.CString(region), C.CString(name)
	defer C.free(unsafe.Pointer(e))
	defer C.free(unsafe.Pointer(r))
	defer C.free(unsafe.Pointer(n))
	bucket := C.open_bucket(e, r, n)
	if bucket == nil {
		return nil, errors.New("there is no bucket")
	}
	return &Loop{bucket, C.oss_call_new()}, nil
}

// Close frees everything.
func (l *Loop) Close() {
	C.oss_call_free(l.call)
	C.oss_bucket_free(l.bucket)
}

// Put stores data, which is not empty, as "key", so many times in one call from Go, and returns the status of the last.
func (l *Loop) Put(data []byte, times int) int {
	return int(C.put_many(l.bucket, l.call, unsafe.Pointer(&data[0]), C.size_t(len(data)), C.int(times)))
}

// Get fetches "key" into buffer, which is not empty, likewise.
func (l *Loop) Get(buffer []byte, times int) int {
	return int(C.get_many(l.bucket, l.call, unsafe.Pointer(&buffer[0]), C.size_t(len(buffer)), C.int(times)))
}
