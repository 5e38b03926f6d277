// Package oss is a client for Alibaba Cloud Object Storage Service (OSS). It is the Go face of the C library alioss.
//
//	bucket, err := oss.NewBucket("examplebucket", oss.Options{Region: "cn-hangzhou"})
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer bucket.Close()
//	_, err = bucket.PutObject(ctx, "greeting.txt", strings.NewReader("hello"))
//
// # Handles
//
// A [Bucket] reaches one bucket, a [Service] what is not about one bucket, and a [Session] holds connections that
// several of them may share. All three may be used by any number of goroutines at once. Close them when they are no
// longer needed, in any order; requests that are running finish undisturbed.
//
// # Requests
//
// Every request takes a context. When that ends, the request ends within 250 ms wherever it waits, and its error is
// [context.Canceled] or [context.DeadlineExceeded] to [errors.Is]. To delete the parts of a [Writer] or of a transfer
// [WithoutRecord] takes up to 2 s more. An [Option] adds headers, a range, progress and the like to one request. A request
// that worked returns an [Answer] with what the service said.
//
// A call that waits for the service occupies a thread, and Go ends a program that has 10,000: [SetMaxThreads] bounds them.
//
// # Errors
//
// Errors are of type *[Error], which has all the parts that the service sends, and match one [Status] each:
//
//	if errors.Is(err, oss.NotFound) { ... }
//
// [io/fs.ErrNotExist], [io/fs.ErrPermission] and [io/fs.ErrExist] are matched too, also by a local file that failed, of
// which [errors.As] gives the [syscall.Errno].
//
// # Callbacks
//
// Readers, writers, progress functions and credentials functions are called by the library. Their errors come back
// wrapped, and their panics go on in the goroutine that made the request. They must not call [runtime.Goexit].
//
// # Files, metrics and logs
//
// [Bucket.FS] is a bucket as an [io/fs.FS], and [Bucket.Open] an object that can be read at any place. Options.Observer is
// told of every call; [LogCalls] makes one that logs to package slog, and [SetLogger] sends it the log of the library.
//
// # Linking
//
// The package needs cgo and the library: by default the installed one that pkg-config finds; with the build tag static its
// archive; with the tag bundled the archive that came along with the module, where the module was made that way.
//
// # Process
//
// The library has no global state besides the log and prints nothing. It starts a thread only to renew temporary keys, for
// a moment. It reads OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN once, when a bucket or service is made
// with [EnvironmentCredentials].
package oss
