// Package cloop puts objects from C, to be compared with the same in Go.
package cloop

// #cgo !static,!repo pkg-config: alioss
// #cgo repo CFLAGS: -I${SRCDIR}/../../../../include
// #cgo repo LDFLAGS: -L${SRCDIR}/../../../../target/release -lalioss -Wl,-rpath,${SRCDIR}/../../../../target/release
// #cgo static,!repo,!darwin LDFLAGS: -l:libalioss.a -Wl,--as-needed
// #cgo static,!repo pkg-config: --static alioss
// #include <stdlib.h>
// #include <oss.h>
//
// static oss_status put_many(const char *endpoint, const char *region, const char *name, const void *data, size_t length,
//                            int times)
// {
//     oss_config *config = oss_config_new();
//     oss_config_set_endpoint(config, endpoint);
//     oss_config_set_region(config, region);
//     oss_bucket *bucket = oss_bucket_new(config, name);
//     oss_call *call = oss_call_new();
//     oss_status status = bucket ? OSS_OK : OSS_INVALID_ARGUMENT;
//     for (int i = 0; status == OSS_OK && i < times; i++)
//         status = oss_put_object(bucket, "key", data, length, call);
//     oss_call_free(call);
//     oss_bucket_free(bucket);
//     oss_config_free(config);
//     return status;
// }
import "C"

import "unsafe"

// Puts stores data, which is not empty, as "key" as many times, and returns the status of the last.
func Puts(endpoint, region, bucket string, data []byte, times int) int {
	e, r, b := C.CString(endpoint), C.CString(region), C.CString(bucket)
	defer C.free(unsafe.Pointer(e))
	defer C.free(unsafe.Pointer(r))
	defer C.free(unsafe.Pointer(b))
	return int(C.put_many(e, r, b, unsafe.Pointer(&data[0]), C.size_t(len(data)), C.int(times)))
}
