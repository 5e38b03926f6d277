// alioss: a client for Alibaba Cloud Object Storage Service (OSS).
// SPDX-License-Identifier: Apache-2.0
//
// Generated from src/ffi by cbindgen: edit the doc comments there.
//
//     oss_config *config = oss_config_new();
//     oss_config_set_endpoint(config, "https://oss-cn-hangzhou.aliyuncs.com");
//     oss_bucket *bucket = oss_bucket_new(config, "examplebucket");
//     if (!bucket || oss_put_object(bucket, "a.txt", "hi", 2, NULL) != OSS_OK)
//         fprintf(stderr, "%s\n", oss_last_error());
//
// Results    Functions return an oss_status, 0 for success. The reason in words
//            is in the object passed in: oss_call_error(), oss_config_error().
//            oss_last_error() has the last one of this thread.
// Ownership  What oss_x_new() and oss_credentials_x() return is yours until you
//            give it to oss_x_free(), which accepts NULL. What getters return
//            belongs to the library: to a call until its next request, to a
//            config until it is used again. Free nothing else.
// Strings    Names are NUL-terminated UTF-8. Bytes are a pointer and a length;
//            NULL with length 0 is none. Paths are any bytes on Unix, UTF-8
//            elsewhere. What you give is copied, or used only
//            during the function.
// Threads    Any number of threads may use an oss_session, oss_bucket or
//            oss_service at once. One thread at a time may use an oss_config
//            or oss_call; a second one gets #OSS_BUSY. oss_call_cancel() may
//            be called from any thread.
// Process    No init function, no signal handlers, no output. No threads but
//            the workers of transfers (large files, directories) meanwhile,
//            and one for a moment when temporary keys are renewed: freeing the
//            bucket whose request began it ends it first.
//            The child of fork() can use buckets, but not the calls that its
//            parent was running; one that a callback makes has to end there,
//            by exec or _exit(). pthread_cancel() waits until a function of
//            this library, with the callbacks in it, has returned. Callbacks
//            have to return: no exception, longjmp() or pthread_exit().
// Stack      48 KiB are enough for a request over http or https, with what libc
//            takes of a thread's stack, and without callbacks.
// Memory     What a request needs does not depend on the size of the object. If
//            memory runs out for something large, or of a size that the service
//            chose, the result is #OSS_NO_MEMORY. A small allocation that fails
//            ends the process.

#ifndef OSS_H
#define OSS_H

#include <stddef.h>
#include <stdint.h>

/// The version of this header; oss_version() has that of the library.
#define OSS_VERSION_MAJOR 0
#define OSS_VERSION_MINOR 1
#define OSS_VERSION_PATCH 0
/// The same as one number, as oss_version_number() has it: 10203 is 1.2.3.
#define OSS_VERSION_NUMBER 100

/// What every function is declared with. Windows only: define OSS_STATIC when
/// you link the archive.
#ifndef OSS_API
#if defined(_WIN32) && !defined(OSS_STATIC)
#define OSS_API __declspec(dllimport)
#elif defined(__GNUC__)
#define OSS_API __attribute__((visibility("default")))
#else
#define OSS_API
#endif
#endif

/// A result that must be checked: the compiler warns if it is not. Define it
/// as nothing to turn that off.
#ifndef OSS_CHECK
#if defined(__GNUC__)
#define OSS_CHECK __attribute__((warn_unused_result))
#else
#define OSS_CHECK
#endif
#endif

/// A function that a later version removes; `text` says what to use instead.
#ifndef OSS_DEPRECATED
#if defined(__GNUC__)
#define OSS_DEPRECATED(text) __attribute__((deprecated(text)))
#elif defined(_MSC_VER)
#define OSS_DEPRECATED(text) __declspec(deprecated(text))
#else
#define OSS_DEPRECATED(text)
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

// -----------------------------------------------------------------------------
// Version
//
// The version of this header and that of the library. A program that loads the
// library at run time compares them; oss_has() says what a build of the
// library can do.
// -----------------------------------------------------------------------------

/// The version of the library at run time, such as "0.1.0".
OSS_API const char *oss_version(void);

/// The same as a number to compare with OSS_VERSION_NUMBER: 10203 is 1.2.3.
OSS_API int oss_version_number(void);

/// 1 if this build has `feature`, else 0. Features are "builtin-roots",
/// "credentials" (providers of keys other than the environment), "documents",
/// "proxy", "select", "tls", "transfers" and "v1", which a build may lack, and
/// every operation that oss_invoke() knows, such as "PutBucketLifecycle".
/// Functions of a part that a build lacks are not in it: linking fails. What
/// else needs such a part fails with #OSS_UNSUPPORTED and names it.
OSS_API int oss_has(const char *feature);

// -----------------------------------------------------------------------------
// Results and log
//
// Functions return one of these numbers. "Worth a retry" means: the same
// request may succeed later. The library has already retried what is safe to
// send twice; oss_call_retryable() answers for one request.
// -----------------------------------------------------------------------------

/// How a call ended: #OSS_OK, or the reason it failed. Numbers never change
/// meaning; later versions may add more, so treat an unknown one as a failure.
typedef int32_t oss_status;

/// It worked.
#define OSS_OK 0

/// A parameter or option is missing or out of range; nothing was changed. Worth
/// a retry: no.
#define OSS_INVALID_ARGUMENT 1

/// No such bucket, object, upload or setting (HTTP 404): oss_call_code() tells
/// which. Worth a retry: no.
#define OSS_NOT_FOUND 2

/// The service refused: signature, key, token, policy or clock (401, 403).
/// Worth a retry: no.
#define OSS_DENIED 3

/// The bucket or object is there already (409). Worth a retry: no.
#define OSS_EXISTS 4

/// The state of the bucket or object forbids the operation (other 409). Worth a
/// retry: after its state has changed.
#define OSS_CONFLICT 5

/// A condition of the request did not hold (412). Worth a retry: no.
#define OSS_PRECONDITION_FAILED 6

/// The object has not changed since (304). Worth a retry: no.
#define OSS_NOT_MODIFIED 7

/// The service does not accept the request as it is (other 4xx). Worth a retry:
/// no.
#define OSS_BAD_REQUEST 8

/// Too many requests or too much traffic; try later (429, 503). Worth a retry:
/// yes, later.
#define OSS_THROTTLED 9

/// The service failed (5xx): worth a retry, yes. Or the object is stored, but
/// the callback that was asked for failed (HTTP 203): no.
#define OSS_SERVER_ERROR 10

/// No connection, or it broke: resolving, connecting, TLS, reset. Worth a
/// retry: yes.
#define OSS_NETWORK 11

/// A timeout of the configuration or of the call expired. Worth a retry: yes,
/// unless it was the total timeout.
#define OSS_TIMEOUT 12

/// oss_call_cancel() was called, or one of your callbacks gave up. Worth a
/// retry: no.
#define OSS_CANCELLED 13

/// Content and checksum do not agree. Worth a retry: yes.
#define OSS_CHECKSUM_MISMATCH 14

/// Fewer bytes arrived than were announced. Worth a retry: yes.
#define OSS_TRUNCATED 15

/// A local file failed, or your own stream ended early. Worth a retry: no.
#define OSS_IO 16

/// The handle is in use: by another thread, or by the call that runs this
/// callback. Worth a retry: when it is free.
#define OSS_BUSY 17

/// This library or this service cannot do that. Worth a retry: no.
#define OSS_UNSUPPORTED 18

/// No usable credentials; nothing was sent. Worth a retry: when there are keys.
#define OSS_CREDENTIALS 19

/// The answer makes no sense: not HTTP, not XML, or another document. Worth a
/// retry: no.
#define OSS_BAD_RESPONSE 20

/// There was not enough memory for something large, such as an answer. Small
/// allocations that fail end the process. Worth a retry: when there is memory.
#define OSS_NO_MEMORY 21

/// A defect of this library. Please report it. Worth a retry: no.
#define OSS_BUG 99

/// Why the last failing function on this thread failed, in words; never NULL.
/// Where work moves between threads (Go, async C#) use oss_call_error().
OSS_API const char *oss_last_error(void);

/// The name of a status, such as "OSS_NOT_FOUND"; never NULL.
OSS_API const char *oss_status_name(oss_status status);

/// Receives a line of the log. `level` is 1 for errors to 5 for details. Called
/// on the thread the line comes from, by several threads at once if several
/// work; it must not throw, longjmp, or call oss_set_log().
typedef void (*oss_log_fn)(void *user, int level, const char *line);

/// Sends the log of the whole process to `function`: lines up to `level`, 1
/// (errors) to 5 (details); 0 or NULL ends it. Returns when no thread runs the
/// function before any more: `user` can be freed then. In the log function it
/// is #OSS_BUSY. Secrets are never logged.
OSS_API oss_status oss_set_log(oss_log_fn function, void *user, int level);

// -----------------------------------------------------------------------------
// Handles
//
// The objects of this library, in the order in which one meets them. Each is
// made by a function and freed by oss_x_free(). They keep alive what they
// need, so they may be freed in any order.
// -----------------------------------------------------------------------------

/// How to reach the service. Setters copy what they are given. The first bad
/// value is remembered and makes oss_bucket_new() fail with its message, so the
/// results of setters need not be looked at. One thread at a time.
typedef struct oss_config oss_config;

/// Where credentials come from; see oss_config_set_credentials(). What a
/// provider has got is shared by all buckets that use the same one.
typedef struct oss_credentials oss_credentials;

/// Takes the keys that a credentials callback gives, and says why it is asked.
typedef struct oss_keys oss_keys;

/// A bucket and the way to it. It never changes: use one from any number of
/// threads at once.
typedef struct oss_bucket oss_bucket;

/// The service itself: what is not about one bucket. Any number of threads.
typedef struct oss_service oss_service;

/// A pool of connections with its TLS, proxy and name settings, to be shared by
/// buckets and services. Optional. Any number of threads may use it.
typedef struct oss_session oss_session;

/// One request and its answer: headers, query and limits in; error, request id,
/// headers and body out. Reusable. What comes out stays until the next request.
/// Of what goes in, headers, query, progress, rewind and timeouts stay until
/// oss_call_reset(); range, initial CRC-64, fields and upload callback are used
/// up by one request, refused or not, and parts by the next completion. The
/// first bad value is remembered and makes requests fail with its message. One
/// thread at a time, except that a finished call may be read by several at
/// once, and for oss_call_cancel().
typedef struct oss_call oss_call;

/// An object that is being written, of any length up to 48.8 TB. Memory: one
/// part for each worker. One thread at a time; it need not always be the same.
typedef struct oss_writer oss_writer;

// -----------------------------------------------------------------------------
// Configuration
//
// How to reach the service. Only an endpoint or a region is required; every
// other option has a default. Options that belong to the session are given to
// the configuration that the session is made from.
// -----------------------------------------------------------------------------

/// Starts from the defaults, with credentials from the environment, which is
/// read when a bucket or a service is made. Free with oss_config_free().
OSS_API oss_config *oss_config_new(void);

/// Refuses a configuration because its options `option` and `other` contradict
/// each other. For lists of options, as in oss_options.h: of two setters the
/// later one counts, but a list has no order. Always fails, with
/// #OSS_INVALID_ARGUMENT.
OSS_API oss_status oss_config_refuse_both(oss_config *config,
                                          const char *option,
                                          const char *other);

/// Frees a configuration; handles made from it do not need it. NULL is fine.
OSS_API void oss_config_free(oss_config *config);

/// The status that belongs to oss_config_error(); #OSS_OK if all is well.
OSS_API oss_status oss_config_status(const oss_config *config);

/// Why the configuration cannot be used: its first bad value, else why the last
/// oss_bucket_new() and the like failed; "" if all is well. Valid until
/// `config` is used again.
OSS_API const char *oss_config_error(const oss_config *config);

/// What time it is, in seconds since 1970 UTC. Called by each thread that makes
/// a request or renews keys, several at once if several do; must not throw or
/// longjmp.
typedef int64_t (*oss_clock_fn)(void *user);

/// Host of the service, [http[s]://]host[:port]; https if no scheme is given.
/// With only a region, that region's public endpoint is used.
OSS_API oss_status oss_config_set_endpoint(oss_config *config,
                                           const char *endpoint);

/// Region id such as "cn-hangzhou". V4 signatures need it, unless the endpoint
/// is a host of Alibaba Cloud that names it.
OSS_API oss_status oss_config_set_region(oss_config *config,
                                         const char *region);

/// 4 (default) or 1.
OSS_API oss_status oss_config_set_signature_version(oss_config *config,
                                                    int version);

/// The endpoint is a custom domain bound to the bucket (CNAME): host and URL
/// carry no bucket name. Default 0.
OSS_API oss_status oss_config_set_cname(oss_config *config, int on);

/// The bucket goes into the path instead of the host name. Default 0; automatic
/// for IP addresses and "localhost".
OSS_API oss_status oss_config_set_path_style(oss_config *config, int on);

/// With only a region: its internal endpoint, for Alibaba Cloud's own machines.
/// Default 0.
OSS_API oss_status oss_config_set_internal_endpoint(oss_config *config, int on);

/// With only a region: the global acceleration endpoint. Default 0.
OSS_API oss_status oss_config_set_accelerate_endpoint(oss_config *config,
                                                      int on);

/// With only a region: its endpoint with IPv4 and IPv6 addresses. Default 0.
OSS_API oss_status oss_config_set_dual_stack(oss_config *config, int on);

/// Id of a cloud box ("cb-..."), which stands for the region in V4 signatures.
OSS_API oss_status oss_config_set_cloudbox_id(oss_config *config,
                                              const char *cloudbox_id);

/// Makes V4 sign this header, too, in each request that has it, and in each
/// presigned URL that is given it (so never host). May be called several times.
OSS_API oss_status oss_config_add_signed_header(oss_config *config,
                                                const char *name);

/// Shares the connections of `session`. Its pool size, TLS, proxy and resolve
/// settings apply; giving them here too is an error.
OSS_API oss_status oss_config_set_session(oss_config *config,
                                          const oss_session *session);

/// Limit for TCP connect, proxy and TLS handshake, all addresses together;
/// milliseconds, 1 to 604800000 (7 days), default 60000.
OSS_API oss_status oss_config_set_connect_timeout_ms(oss_config *config,
                                                     int64_t milliseconds);

/// Limit for no byte moving in either direction; milliseconds, 1 to 604800000,
/// default 60000. Slow but moving is fine.
OSS_API oss_status oss_config_set_read_timeout_ms(oss_config *config,
                                                  int64_t milliseconds);

/// Limit for a whole call with its retries; milliseconds, 1 to 604800000,
/// default none.
OSS_API oss_status oss_config_set_total_timeout_ms(oss_config *config,
                                                   int64_t milliseconds);

/// Ends the User-Agent. Up to 128 visible ASCII characters and spaces.
OSS_API oss_status oss_config_set_app_name(oss_config *config,
                                           const char *name);

/// Compares CRC-64 of uploads and whole downloads with the service's. Default
/// 1.
OSS_API oss_status oss_config_set_crc64(oss_config *config, int on);

/// With 0, a downloaded file gets its name without an fsync of its content
/// before: a power failure may then leave a file that is cut. Default 1.
OSS_API oss_status oss_config_set_file_sync(oss_config *config, int on);

/// How many times a request is sent at most, 0..100, default 3. 1: never again;
/// 0: until the total timeout, which has to be set. Not counted: one more when
/// a kept connection has broken, or clock or keys were refused. A download that
/// breaks counts the attempts in a row that brought less than 100 KiB.
OSS_API oss_status oss_config_set_attempts(oss_config *config, int attempts);

/// The waits between attempts, in milliseconds: random, up to a bound that is
/// `base` at first (default 200), doubles each time and never exceeds `cap`
/// (default 20000). 0 stands for the default; at most 3600000, `base` at most
/// `cap`. A Retry-After of the service prolongs a wait, up to 60 s; if it asks
/// for more, the error is returned at once.
OSS_API oss_status oss_config_set_backoff_ms(oss_config *config,
                                             int64_t base,
                                             int64_t cap);

/// Takes the time from `function` instead of the system's clock, for machines
/// whose clock is not set: it dates signatures, and it decides whether
/// certificates are valid (on a configuration that a session is made from).
/// `function` and `user` must outlive all handles made from `config`. NULL is
/// the system's clock.
OSS_API oss_status oss_config_set_clock(oss_config *config,
                                        oss_clock_fn function,
                                        void *user);

/// Corrects the clock by the service's when a request was refused for it,
/// until the clock is set. Default 1.
OSS_API oss_status oss_config_set_clock_skew_correction(oss_config *config,
                                                        int on);

/// Sends this header with every request, unless a call brings its own. Those of
/// a single request, such as Range and Accept-Encoding, are refused; those of
/// an upload callback are only sent where the service calls back. `value` is as
/// for oss_call_set_header().
OSS_API oss_status oss_config_add_user_header(oss_config *config,
                                              const char *name,
                                              const char *value);

/// Limits each upload and download, in bit/s, 819200..838860800. Default none.
OSS_API oss_status oss_config_set_traffic_limit(oss_config *config,
                                                int64_t bits_per_second);

/// TLS 1.2 (RFC 5246), for oss_config_set_tls_versions().
#define OSS_TLS_1_2 12

/// TLS 1.3 (RFC 8446), for oss_config_set_tls_versions().
#define OSS_TLS_1_3 13

/// Idle connections kept per host, 0..10000, default 10; more threads than that
/// still work. Belongs to the session.
OSS_API oss_status oss_config_set_pool_size(oss_config *config,
                                            int64_t connections);

/// Lowest and highest TLS version, OSS_TLS_1_2 or OSS_TLS_1_3; 0 is the
/// default, which is 1.2 for `min` and 1.3 for `max`. Belongs to the session.
OSS_API oss_status oss_config_set_tls_versions(oss_config *config,
                                               int min,
                                               int max);

/// Trusts only the roots in the PEM file `path`, a regular file of at most
/// 16 MiB, read now. Belongs to the session.
OSS_API oss_status oss_config_set_ca_file(oss_config *config, const char *path);

/// Trusts only the roots in these `len` bytes of PEM. Belongs to the session.
OSS_API oss_status oss_config_set_ca_pem(oss_config *config,
                                         const void *pem,
                                         size_t len);

/// Accepts any certificate: whoever sits in between can read and change
/// everything. Default 0. Belongs to the session.
OSS_API oss_status oss_config_set_insecure_skip_verify(oss_config *config,
                                                       int on);

/// HTTP proxy, http://[user:password@]host[:port]; https goes through a CONNECT
/// tunnel. Default none. Belongs to the session.
OSS_API oss_status oss_config_set_proxy(oss_config *config, const char *url);

/// Takes the proxy from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read
/// when the session is made. Default 0. Belongs to the session.
OSS_API oss_status oss_config_set_proxy_from_env(oss_config *config, int on);

/// Connects to `address` (IP, with a port or without) wherever the host is
/// `host`: a name, "*.suffix", or "*" for all names but localhost. Belongs to
/// the session.
OSS_API oss_status oss_config_add_resolve(oss_config *config,
                                          const char *host,
                                          const char *address);

// -----------------------------------------------------------------------------
// Credentials
//
// What requests are signed with: the keys of the environment, unless you name
// another provider. Temporary keys are renewed before they expire. Secrets
// appear in no message and in no log.
// -----------------------------------------------------------------------------

/// The environment, read once, by this function: OSS_ACCESS_KEY_ID,
/// OSS_ACCESS_KEY_SECRET and, for temporary keys, OSS_SESSION_TOKEN. A
/// configuration without credentials reads it likewise when a bucket or a
/// service is made.
OSS_API oss_credentials *oss_credentials_environment(void);

/// Always the same keys; `token` is NULL for long-lived ones. NULL if one is
/// malformed: see oss_last_error().
OSS_API oss_credentials *oss_credentials_static(const char *id,
                                                const char *secret,
                                                const char *token);

/// A provider by one text, NAME[:ARGUMENT][;OPTION=VALUE]...: "environment",
/// "environment:alibaba-cloud", "anonymous", "ecs-ram-role[:NAME]",
/// "oidc-role[:ROLE-ARN]", "assume-role:ROLE-ARN", "process:COMMAND",
/// "uri:URL", "profile[:NAME]" or "chain". Options are those of
/// oss_credentials_set(); ";;" stands for ";". NULL if it is not allowed.
OSS_API oss_credentials *oss_credentials_from(const char *provider);

/// Sets an option of a provider that is not in use yet. ECS RAM role:
/// "endpoint". OIDC role: "provider-arn", "token-file". Assumed role: "base",
/// the text of another provider. Both roles: "session-name", "duration" (900 to
/// 43200 seconds), "policy" (JSON), "external-id", "sts-endpoint".
OSS_API oss_status oss_credentials_set(oss_credentials *credentials,
                                       const char *option,
                                       const char *value);

/// Keys of the RAM role of the ECS instance this runs on, from its metadata
/// service, renewed before they expire. `role` NULL: the role it has.
OSS_API oss_credentials *oss_credentials_ecs_ram_role(const char *role);

/// Keys of a RAM role, from STS, in exchange for the OIDC token in a file, as
/// in ACK (RRSA). All NULL: as ALIBABA_CLOUD_ROLE_ARN,
/// ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE say.
OSS_API oss_credentials *oss_credentials_oidc_role(const char *role_arn,
                                                   const char *provider_arn,
                                                   const char *token_file);

/// Keys of the RAM role `role_arn`, from STS, taken on with the keys that
/// `base` gives, which stays yours; NULL: those of the environment.
OSS_API oss_credentials *oss_credentials_assume_role(
    const oss_credentials *base,
    const char *role_arn);

/// Keys that a program prints as JSON: an absolute path and arguments, quoted
/// as for a POSIX shell. No shell runs it; after 60 seconds it is killed.
OSS_API oss_credentials *oss_credentials_process(const char *command);

/// Keys that GET of `uri` answers as JSON: https, or http to 127.0.0.1 or
/// [::1].
OSS_API oss_credentials *oss_credentials_uri(const char *uri);

/// A profile of the Alibaba Cloud CLI (~/.aliyun/config.json) or a section of
/// ~/.alibabacloud/credentials. `name` NULL: ALIBABA_CLOUD_PROFILE, else the
/// current one, else "default".
OSS_API oss_credentials *oss_credentials_profile(const char *name);

/// Looks where Alibaba Cloud's own libraries look, in their order: environment,
/// OIDC, profiles, ECS metadata service, ALIBABA_CLOUD_CREDENTIALS_URI. The
/// first that gives keys is used from then on.
OSS_API oss_credentials *oss_credentials_chain(void);

/// Copies what the provider is called into `buffer`, cut to `size` bytes with
/// the NUL; for a chain also which provider it has found: "chain: uri". Returns
/// the length of the whole name.
OSS_API size_t oss_credentials_name(const oss_credentials *credentials,
                                    char *buffer,
                                    size_t size);

/// None: requests go unsigned, for what is public.
OSS_API oss_credentials *oss_credentials_anonymous(void);

/// Gives credentials: call oss_keys_set() on `keys` and return 0, or return
/// anything else to fail the request. Runs on the thread of the call, or on
/// workers of transfers, on several threads at once if several work;
/// must not throw or longjmp. Called before every attempt, or, if
/// oss_keys_set_expiration() was called, by one request shortly before the keys
/// expire, and after the service has refused them.
typedef int (*oss_credentials_fn)(void *user, oss_keys *keys);

/// Frees the `user` of a callback, when the last handle that may call it is
/// freed. Runs on the thread that frees it; must not throw or longjmp.
typedef void (*oss_destroy_fn)(void *user);

/// Asks `function` for keys. `destroy` frees `user` when no handle can call
/// `function` any more, also if this fails; NULL if there is nothing to free.
OSS_API oss_credentials *oss_credentials_callback(oss_credentials_fn function,
                                                  void *user,
                                                  oss_destroy_fn destroy);

/// Frees credentials; configurations and handles made with them keep them.
/// NULL is fine.
OSS_API void oss_credentials_free(oss_credentials *credentials);

/// For credentials callbacks: the keys to sign with; `token` is NULL for long-
/// lived ones. All are copied.
OSS_API oss_status oss_keys_set(oss_keys *keys,
                                const char *id,
                                const char *secret,
                                const char *token);

/// For credentials callbacks: when the keys expire, in seconds since 1970 UTC.
/// They are then kept, and asked for again shortly before.
OSS_API oss_status oss_keys_set_expiration(oss_keys *keys, int64_t seconds);

/// For credentials callbacks: 1 if the service has refused the keys given
/// before, so that others are needed; else 0.
OSS_API int oss_keys_refused(const oss_keys *keys);

/// For credentials callbacks: milliseconds until the request that needs keys
/// times out, as of now; 0 if it is over or cancelled, -1 if it has no timeout.
/// A callback that waits looks here from time to time.
OSS_API int64_t oss_keys_timeout_ms(const oss_keys *keys);

/// Long-lived keys, or temporary ones with their STS `token` (else NULL).
OSS_API oss_status oss_config_set_keys(oss_config *config,
                                       const char *id,
                                       const char *secret,
                                       const char *token);

/// Where credentials come from, instead of the environment; so do the functions
/// before and after this one, and the last that is called counts. Both handles
/// stay yours: free each when you like.
OSS_API oss_status oss_config_set_credentials(
    oss_config *config,
    const oss_credentials *credentials);

/// Short for oss_credentials_callback() and oss_config_set_credentials().
OSS_API oss_status oss_config_set_credentials_callback(
    oss_config *config,
    oss_credentials_fn function,
    void *user);

/// Short for oss_credentials_from() and oss_config_set_credentials().
OSS_API oss_status oss_config_set_credentials_from(oss_config *config,
                                                   const char *provider);

// -----------------------------------------------------------------------------
// Session, bucket, service
//
// What requests are sent with. They are made once, never change, and are
// shared by all threads. Nothing is sent when they are made. An oss_session is
// only needed to share connections among several buckets.
// -----------------------------------------------------------------------------

/// Opens a session; connections are made when they are needed. NULL if `config`
/// is unusable: oss_config_error() says why. Free with oss_session_free().
OSS_API oss_session *oss_session_new(oss_config *config);

/// Frees a session; handles that share it keep it. NULL is fine.
OSS_API void oss_session_free(oss_session *session);

/// Opens a bucket without talking to it yet. NULL if `config` or `name` is
/// unusable: oss_config_error() says why. Free with oss_bucket_free().
OSS_API oss_bucket *oss_bucket_new(oss_config *config, const char *name);

/// Frees a bucket; calls in progress finish undisturbed. NULL is fine.
OSS_API void oss_bucket_free(oss_bucket *bucket);

/// The name of the bucket, for as long as the handle lives; "" if it is NULL.
OSS_API const char *oss_bucket_name(const oss_bucket *bucket);

/// Where the service is, such as "https://oss-cn-hangzhou.aliyuncs.com", for as
/// long as the handle lives; "" if it is NULL.
OSS_API const char *oss_bucket_endpoint(const oss_bucket *bucket);

/// Opens the service without talking to it yet. NULL if `config` is unusable:
/// oss_config_error() says why. Free with oss_service_free().
OSS_API oss_service *oss_service_new(oss_config *config);

/// Frees a service; calls in progress finish undisturbed. NULL is fine.
OSS_API void oss_service_free(oss_service *service);

// -----------------------------------------------------------------------------
// Call: what goes in
//
// Whatever a request may carry besides its parameters. Headers, query,
// progress, timeouts and rewind stay until oss_call_reset(); range, fields,
// parts, initial CRC-64 and upload callback belong to the next request only.
// -----------------------------------------------------------------------------

/// Makes a call object. Free with oss_call_free().
OSS_API oss_call *oss_call_new(void);

/// Frees a call and all that its getters returned; not while it runs. NULL is
/// fine.
OSS_API void oss_call_free(oss_call *call);

/// Makes a call as good as new: nothing in, nothing out, not cancelled.
OSS_API oss_status oss_call_reset(oss_call *call);

/// For callbacks that know no call, those for keys, time and the log: the call
/// whose request this thread works for, also if it is a worker of a transfer;
/// NULL if that was given none, and outside of callbacks. Only to be compared:
/// that of an oss_writer, the one it was opened with, may be freed already.
OSS_API const oss_call *oss_current_call(void);

/// Ends the running request, or the next one if none runs, with #OSS_CANCELLED
/// within 250 ms, or when the callback that runs has returned; a transfer that
/// has no record deletes what it sent, which takes up to 2 s more. What comes
/// too late for one request ends the next. May be called from any thread and in
/// signal handlers. oss_call_reset() takes it back.
OSS_API oss_status oss_call_cancel(oss_call *call);

/// Receives how far a transfer is: `done` of `total` bytes, `total` -1 if not
/// known.
/// Return 0 to go on, anything else to stop with #OSS_CANCELLED. Runs on the
/// calling thread, only during the call; must not throw, longjmp or use the
/// call.
typedef int (*oss_progress_fn)(void *user, int64_t done, int64_t total);

/// Goes back to the first byte of the body, so that #oss_read_fn yields the
/// same bytes again; returns 0, or anything else to give up. If other bytes
/// come, the upload ends with OSS_IO before it is complete. Not called before
/// the first attempt. Runs on the calling thread, only during the call; must
/// not throw, longjmp or use the call.
typedef int (*oss_rewind_fn)(void *user);

/// Sets a request header, such as "x-oss-object-acl", replacing an earlier one
/// of that name. Both strings are copied. Spaces and tabs at the ends of a
/// value are no part of it (RFC 9110) and get lost: escape them, as by %20.
OSS_API oss_status oss_call_set_header(oss_call *call,
                                       const char *name,
                                       const char *value);

/// Sets a query parameter, such as "versionId", replacing an earlier one of
/// that name; `value` is NULL for a name without a value. Both strings are
/// copied, and escaped when they are sent.
OSS_API oss_status oss_call_set_query(oss_call *call,
                                      const char *name,
                                      const char *value);

/// Makes the service call back when an upload is stored: `callback` is a JSON
/// object with "callbackUrl" and "callbackBody", `variables` one or NULL. The
/// answer of the callback is then the body; if it fails, the upload is stored
/// and HTTP status 203 the error. PutObject, CompleteMultipartUpload and
/// uploads that end with one of them take this; others refuse it.
OSS_API oss_status oss_call_set_upload_callback(oss_call *call,
                                                const char *callback,
                                                const char *variables);

/// Gives oss_append_object() the CRC-64 of what is there already, so that the
/// whole object is compared: oss_call_crc64() of the append before, to be set
/// anew for each. Not needed at position 0.
OSS_API oss_status oss_call_set_initial_crc64(oss_call *call, uint64_t crc64);

/// Adds a part for oss_complete_multipart_upload(), in ascending order of
/// `number`, 1 to 10000: its ETag, and its size in bytes and CRC-64, so that
/// the whole object is compared; size -1 or CRC-64 0 if they are not known. A
/// call that holds parts refuses all other requests, such as that for the next
/// part, and keeps them: collect them in a call of their own.
OSS_API oss_status oss_call_add_part(oss_call *call,
                                     int32_t number,
                                     const char *etag,
                                     int64_t size,
                                     uint64_t crc64);

/// Asks downloads for the bytes `first` to `last`, both included; `last` -1 is
/// the end. A negative `first` asks for the last bytes: -100, -1 for 100 of
/// them.
OSS_API oss_status oss_call_set_range(oss_call *call,
                                      int64_t first,
                                      int64_t last);

/// Makes uploads and downloads report to `function`, about every 128 KiB; NULL
/// ends that. Of an upload it counts what the system has taken over, not what
/// the service has. If a request is retried, `done` may repeat or get smaller.
OSS_API oss_status oss_call_set_progress(oss_call *call,
                                         oss_progress_fn function,
                                         void *user);

/// Lets uploads from #oss_read_fn begin again by `function`, so that they are
/// retried after a failure as others are; NULL ends that. Stays until
/// oss_call_reset().
OSS_API oss_status oss_call_set_rewind(oss_call *call,
                                       oss_rewind_fn function,
                                       void *user);

/// Limits each request with its retries and the reading of its answer, in
/// milliseconds, 1 to 604800000; instead of oss_config_set_total_timeout_ms().
OSS_API oss_status oss_call_set_timeout_ms(oss_call *call,
                                           int64_t milliseconds);

/// Limits TCP connect, proxy and TLS handshake of each request, in
/// milliseconds, 1 to 604800000; instead of
/// oss_config_set_connect_timeout_ms().
OSS_API oss_status oss_call_set_connect_timeout_ms(oss_call *call,
                                                   int64_t milliseconds);

/// Limits how long no byte moves in either direction, in milliseconds, 1 to
/// 604800000; instead of oss_config_set_read_timeout_ms().
OSS_API oss_status oss_call_set_read_timeout_ms(oss_call *call,
                                                int64_t milliseconds);

/// Type of the object, such as "text/plain". Guessed from the key unless given.
OSS_API oss_status oss_call_set_content_type(oss_call *call,
                                             const char *content_type);

/// How long others may keep a copy, such as "max-age=3600" or "no-cache".
OSS_API oss_status oss_call_set_cache_control(oss_call *call,
                                              const char *cache_control);

/// Whether browsers show the object or save it, such as "attachment".
OSS_API oss_status oss_call_set_content_disposition(oss_call *call,
                                                    const char *disposition);

/// Access to the object that is stored: OSS_ACL_PRIVATE and so on.
OSS_API oss_status oss_call_set_object_acl(oss_call *call, const char *acl);

/// Access to the bucket that is made: OSS_ACL_PRIVATE and so on.
OSS_API oss_status oss_call_set_bucket_acl(oss_call *call, const char *acl);

/// Storage class of the object that is stored: OSS_STORAGE_CLASS_IA and so on.
OSS_API oss_status oss_call_set_storage_class(oss_call *call,
                                              const char *storage_class);

/// User metadata of the object that is stored; `name` without "x-oss-meta-".
OSS_API oss_status oss_call_set_metadata(oss_call *call,
                                         const char *name,
                                         const char *value);

/// Adds a tag to the object that is stored, up to 10. Escaped as needed.
OSS_API oss_status oss_call_add_tag(oss_call *call,
                                    const char *name,
                                    const char *value);

/// How the service encrypts the object that is stored: OSS_ENCRYPTION_AES256
/// and so on. `key_id` is a key of the Key Management Service; NULL for none,
/// also if one was set before.
OSS_API oss_status oss_call_set_server_side_encryption(oss_call *call,
                                                       const char *algorithm,
                                                       const char *key_id);

/// 1: an upload fails with #OSS_EXISTS if the key is in use; 0: it overwrites,
/// which is the default.
OSS_API oss_status oss_call_set_forbid_overwrite(oss_call *call, int on);

/// Only if the object has this ETag, quotes included; else the request fails
/// with #OSS_PRECONDITION_FAILED.
OSS_API oss_status oss_call_set_if_match(oss_call *call, const char *etag);

/// Only if the object does not have this ETag, quotes included; else the
/// request fails with #OSS_NOT_MODIFIED.
OSS_API oss_status oss_call_set_if_none_match(oss_call *call, const char *etag);

/// Only if the object has changed since `time`, in seconds since 1970 UTC; else
/// the request fails with #OSS_NOT_MODIFIED.
OSS_API oss_status oss_call_set_if_modified_since(oss_call *call, int64_t time);

/// Only if the object has not changed since `time`, in seconds since 1970 UTC;
/// else the request fails with #OSS_PRECONDITION_FAILED.
OSS_API oss_status oss_call_set_if_unmodified_since(oss_call *call,
                                                    int64_t time);

/// Limits the bandwidth of the request, in bit/s, 819200..838860800; instead of
/// oss_config_set_traffic_limit().
OSS_API oss_status oss_call_set_traffic_limit(oss_call *call,
                                              int64_t bits_per_second);

/// 1: sends headers even if they look like a misspelt one of the service, such
/// as "x-oss-acl" for an object; 0: that is #OSS_INVALID_ARGUMENT, which is the
/// default, because the service ignores headers that it does not know.
OSS_API oss_status oss_call_set_insist(oss_call *call, int on);

// -----------------------------------------------------------------------------
// Call: what came out
//
// What the last request of a call has brought: the error, what the service
// said about the object, the body, the document. All getters accept a call
// whose request failed; they then return what the service has answered.
// -----------------------------------------------------------------------------

/// An object, in the listing of a bucket.
#define OSS_ENTRY_OBJECT 1

/// A common prefix: what the keys below it share up to the delimiter.
#define OSS_ENTRY_PREFIX 2

/// A bucket, in the listing of the service.
#define OSS_ENTRY_BUCKET 3

/// A version of an object.
#define OSS_ENTRY_VERSION 4

/// A delete marker, in a listing of versions.
#define OSS_ENTRY_DELETE_MARKER 5

/// A multipart upload.
#define OSS_ENTRY_UPLOAD 6

/// A part of a multipart upload.
#define OSS_ENTRY_PART 7

/// What oss_delete_multiple_objects() deleted.
#define OSS_ENTRY_DELETED 8

/// What oss_delete_multiple_objects() could not delete.
#define OSS_ENTRY_NOT_DELETED 9

/// What a listing lists. Only the library makes these; later versions add
/// fields at the end. Texts that the service does not give are NULL.
typedef struct {
    /// What it is: one of the constants above.
    int kind;
    /// Key, prefix or bucket name; NULL for a part.
    const char *name;
    /// Bytes of an object or a part; -1 for what has no size.
    int64_t size;
    /// When an object was modified, a bucket created or an upload begun, in
    /// seconds since 1970 UTC; -1 if unknown.
    int64_t time;
    /// ETag of an object, with its quotes.
    const char *etag;
    /// Storage class, such as "Standard".
    const char *storage_class;
    /// Type of an object: "Normal", "Appendable", "Multipart", "Symlink".
    const char *object_type;
    /// Restore state of an archived object, as the service words it.
    const char *restore_info;
    /// Id of the owner, if asked for with the query "fetch-owner" = "true".
    const char *owner_id;
    /// Name of the owner, likewise.
    const char *owner_name;
    /// Region of a bucket, such as "cn-hangzhou".
    const char *region;
    /// Location of a bucket, such as "oss-cn-hangzhou".
    const char *location;
    /// Public endpoint of a bucket.
    const char *extranet_endpoint;
    /// Internal endpoint of a bucket.
    const char *intranet_endpoint;
    /// Version of an object, delete marker or deleted object.
    const char *version_id;
    /// Whether a version or delete marker is the latest: 1 or 0.
    int is_latest;
    /// Number of a part, 1 to 10000; else 0.
    int32_t part_number;
    /// Id of a multipart upload.
    const char *upload_id;
    /// CRC-64 of a part; 0 if the service does not tell.
    uint64_t crc64;
    /// Version of the delete marker that deleting an object made or removed.
    const char *delete_marker_version_id;
    /// Why an object could not be deleted: the service's error code, such as
    /// "AccessDenied".
    const char *code;
    /// The same in words.
    const char *message;
} oss_entry;

/// Reads on in the body of oss_get_object(), oss_get_object_by_url() or in the
/// rows of oss_select_object(). Returns how many bytes, at most `cap`; 0 at the
/// end, when length and checksum have been found right; or a negated
/// #oss_status, and then what came before is not the object.
OSS_CHECK
OSS_API int64_t oss_call_read(oss_call *call, void *buf, size_t cap);

/// Steps to the next entry of a listing, fetching pages as needed, each by a
/// request of `call`. `*entry` is valid until the call is used again, and NULL
/// after the last one. If a page cannot be fetched, this fails, and asks for it
/// again when called again. The entries so far are right, but they are not all;
/// the error of the call is that of the last step, so it goes once a step
/// succeeds.
OSS_CHECK
OSS_API oss_status oss_call_next(oss_call *call, const oss_entry **entry);

/// Whether oss_call_next() gives what it has: 1 if it returns an entry, or NULL
/// as there is no other, without asking the service; 0 if it has to fetch a
/// page first, or if there is no listing.
OSS_API int oss_call_next_is_ready(const oss_call *call);

/// What went wrong, in words; "" if nothing did. Like all that these
/// getters return, valid until its next request, oss_call_reset() or
/// oss_call_free(); the words also until something else is refused or fails.
OSS_API const char *oss_call_error(const oss_call *call);

/// The status that belongs to oss_call_error(), for functions that return none,
/// such as oss_writer_open(); #OSS_OK if nothing went wrong.
OSS_API oss_status oss_call_status(const oss_call *call);

/// Whether the bytes of the last request were compared with the checksum of the
/// service: 1 or 0. A downloaded range, and an object stored without a
/// checksum, cannot be; its length is compared.
OSS_API int oss_call_verified(const oss_call *call);

/// HTTP status of the answer; 0 if there was none.
OSS_API int oss_call_http_status(const oss_call *call);

/// The service's error code, such as "NoSuchKey"; "" if there is none.
OSS_API const char *oss_call_code(const oss_call *call);

/// The service's error message; "" if there is none.
OSS_API const char *oss_call_message(const oss_call *call);

/// The request id of the answer, good or bad; "" if there was none.
OSS_API const char *oss_call_request_id(const oss_call *call);

/// The host that refused; "" if there is none.
OSS_API const char *oss_call_host_id(const oss_call *call);

/// The service's finer error code, such as "0026-00000001"; "" if there is
/// none.
OSS_API const char *oss_call_ec(const oss_call *call);

/// Any other element of the service's error document, such as "StringToSign";
/// NULL if there is none of that name.
OSS_API const char *oss_call_error_detail(const oss_call *call,
                                          const char *name);

/// The other elements of the service's error document one by one: the value of
/// number `index`, from 0, or NULL after the last; `*name`, unless NULL, gets
/// its name.
OSS_API const char *oss_call_error_detail_at(const oss_call *call,
                                             size_t index,
                                             const char **name);

/// Whether the same request may succeed later: 1 or 0.
OSS_API int oss_call_retryable(const oss_call *call);

/// How many times the request was sent, or tried to; 0 if it was not.
OSS_API int oss_call_attempts(const oss_call *call);

/// What the system said of the local file that failed (#OSS_IO): its errno,
/// such as ENOENT, on Windows its GetLastError(). 0 if no file failed, or not
/// because of the system.
OSS_API int oss_call_os_error(const oss_call *call);

/// A header of a good answer by name, whatever its case; NULL if it has none.
/// Bytes that are not UTF-8, as in metadata that others stored, become U+FFFD.
OSS_API const char *oss_call_response_header(const oss_call *call,
                                             const char *name);

/// The headers of a good answer one by one: the value of number `index`, from
/// 0, or NULL after the last; `*name`, unless NULL, gets its name in lower
/// case.
OSS_API const char *oss_call_response_header_at(const oss_call *call,
                                                size_t index,
                                                const char **name);

/// All headers of a good answer as one text: for each its name in lower case,
/// ": ", its value and a line feed. NULL if there is no good answer. Cheaper
/// than oss_call_response_header_at() for who wants them all. Values are as
/// with oss_call_response_header().
OSS_API const char *oss_call_response_headers(const oss_call *call);

/// ETag of the object with its quotes; NULL if the answer has none.
OSS_API const char *oss_call_etag(const oss_call *call);

/// Version of the object; NULL if the bucket keeps none.
OSS_API const char *oss_call_version_id(const oss_call *call);

/// CRC-64 of the whole object as the service computed it; 0 if the answer has
/// none. That of an empty object is 0, too: whether there is one is told by
/// oss_call_response_header() with #OSS_HEADER_HASH_CRC64.
OSS_API uint64_t oss_call_crc64(const oss_call *call);

/// Content-Length in bytes: of the object for oss_head_object(), of the answer
/// otherwise; -1 if the answer has none.
OSS_API int64_t oss_call_content_length(const oss_call *call);

/// Last-Modified of the object in seconds since 1970 UTC; -1 if the answer has
/// none.
OSS_API int64_t oss_call_last_modified(const oss_call *call);

/// The body of the answer, or of the error the first 4 KiB; `*len`, unless
/// NULL, gets its length in bytes. NULL if there is none.
OSS_API const void *oss_call_body(const oss_call *call, size_t *len);

/// Where oss_append_object() goes on, which is the size of the object, also
/// after a refusal for a wrong position; -1 if the answer does not tell.
OSS_API int64_t oss_call_next_append_position(const oss_call *call);

/// Where the link of oss_get_symlink() leads: a key of the same bucket; NULL if
/// the answer does not tell, or if the key has a NUL.
OSS_API const char *oss_call_symlink_target(const oss_call *call);

/// The upload id of oss_initiate_multipart_upload(); NULL if the answer has
/// none.
OSS_API const char *oss_call_upload_id(const oss_call *call);

/// The URL of oss_presign(), or where to send the form of oss_post_policy();
/// NULL if nothing was signed.
OSS_API const char *oss_call_url(const oss_call *call);

/// What has to be sent along, the headers of oss_presign() or the form fields
/// of oss_post_policy(), one by one: the value of number `index`, from 0, or
/// NULL after the last; `*name`, unless NULL, gets its name.
OSS_API const char *oss_call_signed_at(const oss_call *call,
                                       size_t index,
                                       const char **name);

/// When what oss_presign() or oss_post_policy() signed ends, in seconds since
/// 1970 UTC; -1 if nothing was signed.
OSS_API int64_t oss_call_expiration(const oss_call *call);

// -----------------------------------------------------------------------------
// Names of the service
//
// Values, headers and error codes of the service that programs use by name.
// They are texts: what the service adds later can be used without a new
// library. Error codes are those of oss_call_code().
// -----------------------------------------------------------------------------

/// An object has what its bucket has.
#define OSS_ACL_DEFAULT "default"

/// Only the owner.
#define OSS_ACL_PRIVATE "private"

/// Anybody can read.
#define OSS_ACL_PUBLIC_READ "public-read"

/// Anybody can read and write.
#define OSS_ACL_PUBLIC_READ_WRITE "public-read-write"

/// For what is used often.
#define OSS_STORAGE_CLASS_STANDARD "Standard"

/// Infrequent access: at least 30 days.
#define OSS_STORAGE_CLASS_IA "IA"

/// At least 60 days; has to be restored, unless the bucket gives direct access.
#define OSS_STORAGE_CLASS_ARCHIVE "Archive"

/// At least 180 days; has to be restored.
#define OSS_STORAGE_CLASS_COLD_ARCHIVE "ColdArchive"

/// At least 180 days; has to be restored.
#define OSS_STORAGE_CLASS_DEEP_COLD_ARCHIVE "DeepColdArchive"

/// Keys of OSS itself.
#define OSS_ENCRYPTION_AES256 "AES256"

/// Keys of the Key Management Service.
#define OSS_ENCRYPTION_KMS "KMS"

/// Keys of OSS itself, by the Chinese standard.
#define OSS_ENCRYPTION_SM4 "SM4"

/// Type of an object.
#define OSS_HEADER_CONTENT_TYPE "Content-Type"

/// How long others may keep a copy.
#define OSS_HEADER_CACHE_CONTROL "Cache-Control"

/// Whether browsers show it or save it, and as what.
#define OSS_HEADER_CONTENT_DISPOSITION "Content-Disposition"

/// Such as "gzip".
#define OSS_HEADER_CONTENT_ENCODING "Content-Encoding"

/// When a copy is out of date.
#define OSS_HEADER_EXPIRES "Expires"

/// Only if the ETag is this one.
#define OSS_HEADER_IF_MATCH "If-Match"

/// Only if the ETag is not this one.
#define OSS_HEADER_IF_NONE_MATCH "If-None-Match"

/// Only if it has changed since.
#define OSS_HEADER_IF_MODIFIED_SINCE "If-Modified-Since"

/// Only if it has not changed since.
#define OSS_HEADER_IF_UNMODIFIED_SINCE "If-Unmodified-Since"

/// Access to an object.
#define OSS_HEADER_OBJECT_ACL "x-oss-object-acl"

/// Access to a bucket.
#define OSS_HEADER_BUCKET_ACL "x-oss-acl"

/// Storage class of an object.
#define OSS_HEADER_STORAGE_CLASS "x-oss-storage-class"

/// What the names of user metadata begin with.
#define OSS_HEADER_META_PREFIX "x-oss-meta-"

/// Whether a copy keeps the metadata of its source: COPY or REPLACE.
#define OSS_HEADER_METADATA_DIRECTIVE "x-oss-metadata-directive"

/// Tags of an object: names and values, escaped, as in a query.
#define OSS_HEADER_TAGGING "x-oss-tagging"

/// Whether a copy keeps the tags of its source: Copy or Replace.
#define OSS_HEADER_TAGGING_DIRECTIVE "x-oss-tagging-directive"

/// How the service encrypts an object.
#define OSS_HEADER_ENCRYPTION "x-oss-server-side-encryption"

/// With which key of the Key Management Service.
#define OSS_HEADER_ENCRYPTION_KEY_ID "x-oss-server-side-encryption-key-id"

/// "true": an upload fails if the key is in use.
#define OSS_HEADER_FORBID_OVERWRITE "x-oss-forbid-overwrite"

/// Bandwidth in bit/s.
#define OSS_HEADER_TRAFFIC_LIMIT "x-oss-traffic-limit"

/// "requester": who asks pays.
#define OSS_HEADER_REQUEST_PAYER "x-oss-request-payer"

/// In answers: CRC-64 of the object.
#define OSS_HEADER_HASH_CRC64 "x-oss-hash-crc64ecma"

/// In answers: Normal, Appendable, Multipart or Symlink.
#define OSS_HEADER_OBJECT_TYPE "x-oss-object-type"

/// In answers: the state of an archived object.
#define OSS_HEADER_RESTORE "x-oss-restore"

/// In answers: the version of the object.
#define OSS_HEADER_VERSION_ID "x-oss-version-id"

/// In answers: "true" for a delete marker.
#define OSS_HEADER_DELETE_MARKER "x-oss-delete-marker"

/// There is no such object.
#define OSS_CODE_NO_SUCH_KEY "NoSuchKey"

/// There is no such version of the object.
#define OSS_CODE_NO_SUCH_VERSION "NoSuchVersion"

/// There is no such bucket.
#define OSS_CODE_NO_SUCH_BUCKET "NoSuchBucket"

/// There is no such multipart upload: completed, aborted or never begun.
#define OSS_CODE_NO_SUCH_UPLOAD "NoSuchUpload"

/// The bucket has no lifecycle rules.
#define OSS_CODE_NO_SUCH_LIFECYCLE "NoSuchLifecycle"

/// The bucket has no rules for other origins.
#define OSS_CODE_NO_SUCH_CORS_CONFIGURATION "NoSuchCORSConfiguration"

/// The bucket has no policy.
#define OSS_CODE_NO_SUCH_BUCKET_POLICY "NoSuchBucketPolicy"

/// Not allowed for these keys.
#define OSS_CODE_ACCESS_DENIED "AccessDenied"

/// The service does not know the key id.
#define OSS_CODE_INVALID_ACCESS_KEY_ID "InvalidAccessKeyId"

/// The secret is wrong.
#define OSS_CODE_SIGNATURE_DOES_NOT_MATCH "SignatureDoesNotMatch"

/// The temporary keys are not valid any more.
#define OSS_CODE_SECURITY_TOKEN_EXPIRED "SecurityTokenExpired"

/// The token does not belong to the keys.
#define OSS_CODE_INVALID_SECURITY_TOKEN "InvalidSecurityToken"

/// The clock is off by more than 15 minutes.
#define OSS_CODE_REQUEST_TIME_TOO_SKEWED "RequestTimeTooSkewed"

/// Somebody else has a bucket of this name.
#define OSS_CODE_BUCKET_ALREADY_EXISTS "BucketAlreadyExists"

/// Only empty buckets can be deleted.
#define OSS_CODE_BUCKET_NOT_EMPTY "BucketNotEmpty"

/// The key is in use, and overwriting is forbidden.
#define OSS_CODE_FILE_ALREADY_EXISTS "FileAlreadyExists"

/// A condition of the request does not hold.
#define OSS_CODE_PRECONDITION_FAILED "PreconditionFailed"

/// The object does not end where the append begins.
#define OSS_CODE_POSITION_NOT_EQUAL_TO_LENGTH "PositionNotEqualToLength"

/// The object was not made by appending.
#define OSS_CODE_OBJECT_NOT_APPENDABLE "ObjectNotAppendable"

/// The object is archived and has to be restored first.
#define OSS_CODE_INVALID_OBJECT_STATE "InvalidObjectState"

/// A part is missing, or its ETag is another one.
#define OSS_CODE_INVALID_PART "InvalidPart"

/// Parts have to be named in ascending order.
#define OSS_CODE_INVALID_PART_ORDER "InvalidPartOrder"

/// A part other than the last is under 100 KB.
#define OSS_CODE_ENTITY_TOO_SMALL "EntityTooSmall"

/// More than 5 GB in one request.
#define OSS_CODE_ENTITY_TOO_LARGE "EntityTooLarge"

/// The service has failed.
#define OSS_CODE_INTERNAL_ERROR "InternalError"

// -----------------------------------------------------------------------------
// Objects
//
// To store, fetch, copy, append and delete objects. Keys are 1 to 1023 bytes
// of UTF-8, not beginning with / or \, and are sent byte for byte. `call` may
// be NULL, unless the answer can only be reached by it.
// -----------------------------------------------------------------------------

/// Fills `buf` with up to `cap` bytes and returns how many; 0 at the end, a
/// negative number to give up with #OSS_CANCELLED. It may block: only the total
/// timeout runs meanwhile. Runs on the calling thread, only during the call;
/// must not throw, longjmp, or use the call it serves.
typedef int64_t (*oss_read_fn)(void *user, uint8_t *buf, size_t cap);

/// Takes `len` bytes; returns 0 to go on, anything else to give up. Runs on the
/// calling thread, only during the call; must not throw, longjmp, or use the
/// call it serves.
typedef int (*oss_write_fn)(void *user, const uint8_t *data, size_t len);

/// PutObject: stores `len` bytes as `key`, up to 5 GB. Content-Type is guessed
/// from the key unless the call has one. `call` may be NULL, here and below.
OSS_CHECK
OSS_API oss_status oss_put_object(const oss_bucket *bucket,
                                  const char *key,
                                  const void *data,
                                  size_t len,
                                  oss_call *call);

/// PutObject from the regular file at `path`, up to 5 GB. If it is written to
/// meanwhile, the result is #OSS_IO and nothing is stored.
OSS_CHECK
OSS_API oss_status oss_put_object_file(const oss_bucket *bucket,
                                       const char *key,
                                       const char *path,
                                       oss_call *call);

/// PutObject of what `read` yields: just `len` bytes, or -1 for all up to its
/// end. After a failure it is retried only as long as nothing was read, unless
/// oss_call_set_rewind() lets it begin again.
OSS_CHECK
OSS_API oss_status oss_put_object_stream(const oss_bucket *bucket,
                                         const char *key,
                                         int64_t len,
                                         oss_read_fn read,
                                         void *user,
                                         oss_call *call);

/// GetObject: asks for `key`; then fetch the body with oss_call_read(), so
/// `call` is required. The call keeps a connection until the end of the body.
/// If it is reset, freed or used again before, the rest is dropped and the
/// connection closed.
OSS_CHECK
OSS_API oss_status oss_get_object(const oss_bucket *bucket,
                                  const char *key,
                                  oss_call *call);

/// GetObject into `buf` of `cap` bytes; `*len`, unless NULL, gets how many
/// came. A larger object is #OSS_INVALID_ARGUMENT and stays unread.
OSS_CHECK
OSS_API oss_status oss_get_object_to_buffer(const oss_bucket *bucket,
                                            const char *key,
                                            void *buf,
                                            size_t cap,
                                            size_t *len,
                                            oss_call *call);

/// GetObject into the file at `path`, which appears whole or not at all, after
/// an fsync unless oss_config_set_file_sync() is 0. A new file has mode 0666
/// less the umask; a replaced one keeps its mode and, where allowed, its owner.
/// Links are followed; only files are replaced. If it is killed, nothing stays,
/// or, where files need a name, `.NAME.alioss-part` until the next download.
OSS_CHECK
OSS_API oss_status oss_get_object_to_file(const oss_bucket *bucket,
                                          const char *key,
                                          const char *path,
                                          oss_call *call);

/// GetObject into `write`, piece by piece. Unless this returns #OSS_OK, what
/// was written is not the object.
OSS_CHECK
OSS_API oss_status oss_get_object_to_stream(const oss_bucket *bucket,
                                            const char *key,
                                            oss_write_fn write,
                                            void *user,
                                            oss_call *call);

/// HeadObject: the headers of the object without its body; see the getters of
/// the call.
OSS_CHECK
OSS_API oss_status oss_head_object(const oss_bucket *bucket,
                                   const char *key,
                                   oss_call *call);

/// GetObjectMeta: ETag, size and time of the object; cheaper than HeadObject.
OSS_CHECK
OSS_API oss_status oss_get_object_meta(const oss_bucket *bucket,
                                       const char *key,
                                       oss_call *call);

/// DeleteObject. Deleting what is not there is a success, as with the service.
OSS_CHECK
OSS_API oss_status oss_delete_object(const oss_bucket *bucket,
                                     const char *key,
                                     oss_call *call);

/// Whether the object exists, by GetObjectMeta: `*exists` gets 1 or 0. Only the
/// service's word that it does not is a 0; a refusal, a missing bucket and a
/// network failure are errors.
OSS_CHECK
OSS_API oss_status oss_object_exists(const oss_bucket *bucket,
                                     const char *key,
                                     int *exists,
                                     oss_call *call);

/// CopyObject: makes `key` a copy of `source_key`, up to 5 GB. NULL for the
/// bucket of the source is this one, NULL for its version the latest. New
/// metadata comes as headers, with OSS_HEADER_METADATA_DIRECTIVE = "REPLACE".
OSS_CHECK
OSS_API oss_status oss_copy_object(const oss_bucket *bucket,
                                   const char *key,
                                   const char *source_bucket,
                                   const char *source_key,
                                   const char *source_version_id,
                                   oss_call *call);

/// AppendObject: adds `len` bytes to an appendable object whose size has to be
/// `position`; 0 makes it. Go on at oss_call_next_append_position(). Never
/// retried: after a lost answer oss_head_object() shows whether it happened.
OSS_CHECK
OSS_API oss_status oss_append_object(const oss_bucket *bucket,
                                     const char *key,
                                     int64_t position,
                                     const void *data,
                                     size_t len,
                                     oss_call *call);

/// AppendObject of what `read` yields: just `len` bytes, or -1 for all up to
/// its end.
OSS_CHECK
OSS_API oss_status oss_append_object_stream(const oss_bucket *bucket,
                                            const char *key,
                                            int64_t position,
                                            int64_t len,
                                            oss_read_fn read,
                                            void *user,
                                            oss_call *call);

/// SealAppendObject: nothing can be appended any more; `position` is the size.
OSS_CHECK
OSS_API oss_status oss_seal_append_object(const oss_bucket *bucket,
                                          const char *key,
                                          int64_t position,
                                          oss_call *call);

/// DeleteMultipleObjects: `count` objects, 1 to 1000, by `keys` and, unless
/// NULL, `version_ids`, each of which may be NULL. #OSS_OK even if some could
/// not be deleted: oss_call_next() steps through what the service says, with
/// `quiet` 0 all of them, else only the failures; look at the `kind` of the
/// entries.
OSS_CHECK
OSS_API oss_status oss_delete_multiple_objects(const oss_bucket *bucket,
                                               const char *const *keys,
                                               const char *const *version_ids,
                                               size_t count,
                                               int quiet,
                                               oss_call *call);

// -----------------------------------------------------------------------------
// Object settings
//
// What belongs to an object besides its content: access, links, tags, the
// state of archived objects, and what the service makes of images, video and
// documents on its own side.
// -----------------------------------------------------------------------------

/// PutObjectAcl: `acl` is OSS_ACL_DEFAULT, OSS_ACL_PRIVATE, OSS_ACL_PUBLIC_READ
/// or OSS_ACL_PUBLIC_READ_WRITE.
OSS_CHECK
OSS_API oss_status oss_put_object_acl(const oss_bucket *bucket,
                                      const char *key,
                                      const char *acl,
                                      oss_call *call);

/// GetObjectAcl: oss_call_text() has "AccessControlList.Grant".
OSS_CHECK
OSS_API oss_status oss_get_object_acl(const oss_bucket *bucket,
                                      const char *key,
                                      oss_call *call);

/// PutSymlink: makes `key` a link to `target`, a key of the same bucket.
OSS_CHECK
OSS_API oss_status oss_put_symlink(const oss_bucket *bucket,
                                   const char *key,
                                   const char *target,
                                   oss_call *call);

/// GetSymlink: oss_call_symlink_target() is where the link leads.
OSS_CHECK
OSS_API oss_status oss_get_symlink(const oss_bucket *bucket,
                                   const char *key,
                                   oss_call *call);

/// PutObjectTagging: replaces all tags of the object by `count` of them, up to
/// 10.
OSS_CHECK
OSS_API oss_status oss_put_object_tagging(const oss_bucket *bucket,
                                          const char *key,
                                          const char *const *names,
                                          const char *const *values,
                                          size_t count,
                                          oss_call *call);

/// GetObjectTagging: oss_call_count() of "TagSet.Tag", oss_call_text() of
/// "TagSet.Tag[0].Key" and "TagSet.Tag[0].Value" and so on.
OSS_CHECK
OSS_API oss_status oss_get_object_tagging(const oss_bucket *bucket,
                                          const char *key,
                                          oss_call *call);

/// DeleteObjectTagging: takes off all tags.
OSS_CHECK
OSS_API oss_status oss_delete_object_tagging(const oss_bucket *bucket,
                                             const char *key,
                                             oss_call *call);

/// RestoreObject: makes an archived object readable, for `days` days, or 0
/// for the service's choice, at the speed `tier`, "Expedited", "Standard" or
/// "Bulk", or NULL. HTTP status 202: begun; 200: it is readable already.
OSS_CHECK
OSS_API oss_status oss_restore_object(const oss_bucket *bucket,
                                      const char *key,
                                      int32_t days,
                                      const char *tier,
                                      oss_call *call);

/// CleanRestoredObject: ends the time in which a restored object is readable.
OSS_CHECK
OSS_API oss_status oss_clean_restored_object(const oss_bucket *bucket,
                                             const char *key,
                                             oss_call *call);

/// ProcessObject: does `process`, such as
/// "image/resize,w_100|sys/saveas,o_...". oss_call_body() is a JSON text.
OSS_CHECK
OSS_API oss_status oss_process_object(const oss_bucket *bucket,
                                      const char *key,
                                      const char *process,
                                      oss_call *call);

/// AsyncProcessObject: as oss_process_object(), but only begins it;
/// oss_call_body() has the id of the task.
OSS_CHECK
OSS_API oss_status oss_async_process_object(const oss_bucket *bucket,
                                            const char *key,
                                            const char *process,
                                            oss_call *call);

// -----------------------------------------------------------------------------
// Select
//
// SQL on one CSV or JSON object. The service reads the object and sends only
// the rows that were asked for. The rows are read with oss_call_read(), like
// the body of an object.
// -----------------------------------------------------------------------------

/// SelectObject: what the SQL text `expression` finds in a CSV or JSON object;
/// read the rows with oss_call_read(), so `call` is required. Fields set the
/// rest, such as "InputSerialization.CSV.FileHeaderInfo" = "Use" (delimiters as
/// they are, not in base64). It is CSV unless there is a field below
/// "InputSerialization.JSON".
OSS_CHECK
OSS_API oss_status oss_select_object(const oss_bucket *bucket,
                                     const char *key,
                                     const char *expression,
                                     oss_call *call);

/// CreateSelectObjectMeta: counts the rows of an object. `*splits`,
/// `*rows` and `*columns` (0 for JSON) get what was found, unless they are
/// NULL. Fields as for oss_select_object().
OSS_CHECK
OSS_API oss_status oss_create_select_object_meta(const oss_bucket *bucket,
                                                 const char *key,
                                                 uint32_t *splits,
                                                 uint64_t *rows,
                                                 uint32_t *columns,
                                                 oss_call *call);

// -----------------------------------------------------------------------------
// Multipart uploads
//
// Objects of up to 48.8 TB, in parts of 100 KB to 5 GB, by as many threads as
// you like. What is neither completed nor aborted stays stored, and the
// service bills it.
// -----------------------------------------------------------------------------

/// InitiateMultipartUpload: begins an upload; oss_call_upload_id() is its id,
/// so `call` is required. Headers of the call become those of the object. What
/// is never completed or aborted is stored and billed as parts.
OSS_CHECK
OSS_API oss_status oss_initiate_multipart_upload(const oss_bucket *bucket,
                                                 const char *key,
                                                 oss_call *call);

/// UploadPart: stores `len` bytes as part `number`, 1 to 10000; 100 KB to 5 GB,
/// the last one also less. Keep oss_call_etag() and oss_call_crc64() for
/// completing.
OSS_CHECK
OSS_API oss_status oss_upload_part(const oss_bucket *bucket,
                                   const char *key,
                                   const char *upload_id,
                                   int32_t number,
                                   const void *data,
                                   size_t len,
                                   oss_call *call);

/// UploadPart of `len` bytes of the file at `path`, from `offset` on.
OSS_CHECK
OSS_API oss_status oss_upload_part_file(const oss_bucket *bucket,
                                        const char *key,
                                        const char *upload_id,
                                        int32_t number,
                                        const char *path,
                                        int64_t offset,
                                        int64_t len,
                                        oss_call *call);

/// UploadPart of what `read` yields; see oss_put_object_stream().
OSS_CHECK
OSS_API oss_status oss_upload_part_stream(const oss_bucket *bucket,
                                          const char *key,
                                          const char *upload_id,
                                          int32_t number,
                                          int64_t len,
                                          oss_read_fn read,
                                          void *user,
                                          oss_call *call);

/// UploadPartCopy: makes part `number` a copy of an object, or of the range
/// that oss_call_set_range() sets. The source as for oss_copy_object().
/// oss_call_text() has the "ETag".
OSS_CHECK
OSS_API oss_status oss_upload_part_copy(const oss_bucket *bucket,
                                        const char *key,
                                        const char *upload_id,
                                        int32_t number,
                                        const char *source_bucket,
                                        const char *source_key,
                                        const char *source_version_id,
                                        oss_call *call);

/// CompleteMultipartUpload: makes the parts of oss_call_add_part() the object,
/// and compares its CRC-64 if all of them have theirs; without any, all parts
/// that were uploaded. After a failure the parts have to be added again. Never
/// retried: after a lost answer oss_head_object() shows whether it happened.
OSS_CHECK
OSS_API oss_status oss_complete_multipart_upload(const oss_bucket *bucket,
                                                 const char *key,
                                                 const char *upload_id,
                                                 oss_call *call);

/// AbortMultipartUpload: ends an upload and deletes its parts.
OSS_CHECK
OSS_API oss_status oss_abort_multipart_upload(const oss_bucket *bucket,
                                              const char *key,
                                              const char *upload_id,
                                              oss_call *call);

// -----------------------------------------------------------------------------
// Large files
//
// Files and copies in parts, several of them under way at the same time, that
// can be resumed: what a transfer that failed or was killed had done is not
// done again. A record beside the local file says how far it is.
// -----------------------------------------------------------------------------

/// Bytes per part of transfers, 102400 to 5368709120, at most 10000 parts.
/// Default 8 MiB, and more for files of more than 80 GB. What fits into one
/// part is sent in one request. Stays until oss_call_reset().
OSS_API oss_status oss_call_set_part_size(oss_call *call, int64_t bytes);

/// How many parts are under way at the same time, 1 to 64, default 3. With 1
/// all happens on the calling thread; else that many threads end with the
/// transfer, and credentials and log functions are called on them. Stays.
OSS_API oss_status oss_call_set_workers(oss_call *call, int workers);

/// Has oss_get_object() and oss_get_object_to_stream() hold that many parts,
/// the one being read and those after it, each fetched by a thread and a
/// connection of its own: for links that one connection does not fill. 2 to 64,
/// and 0 for off, which is the default. Parts have the size that
/// oss_call_set_part_size() says; what fits into one, and ranges, are read as
/// without. The object is asked for by HeadObject first, and if it changes,
/// reading fails with #OSS_CONFLICT. Stays until oss_call_reset().
OSS_API oss_status oss_call_set_prefetch(oss_call *call, int parts);

/// Keeps records of transfers in `directory`, which has to exist, instead of
/// beside the local file. Stays until oss_call_reset().
OSS_API oss_status oss_call_set_record_directory(oss_call *call,
                                                 const char *directory);

/// Keeps no records: a transfer that fails leaves nothing, and begins from the
/// start the next time. To delete what was sent it takes up to 10 s, or 2 s if
/// it was cancelled or timed out. Stays until oss_call_reset().
OSS_API oss_status oss_call_set_no_record(oss_call *call);

/// Stores the regular file at `path`, up to 48.8 TB, in parts. After a failure
/// or a kill the same call goes on where it stopped; the record is
/// `.NAME.HASH.alioss-upload`. On a full or read-only disk there is none, and a
/// kill leaves parts for oss_abort_uploads_before(). Headers, timeout, progress
/// and cancel are of the whole; Content-MD5, Content-Length, Range and
/// Accept-Encoding are of single requests, and all transfers refuse them.
/// #OSS_BUSY if another transfer is using the record. What is stored is what
/// the file was when its last bytes were read; it may change while the answer
/// is awaited. Who removes it has to compare size and times of before the call.
OSS_CHECK
OSS_API oss_status oss_upload_file(const oss_bucket *bucket,
                                   const char *key,
                                   const char *path,
                                   oss_call *call);

/// Gives up what oss_upload_file() with the same arguments did not finish:
/// deletes the parts that were sent, and the record. #OSS_OK if there are none.
OSS_CHECK
OSS_API oss_status oss_abort_upload_file(const oss_bucket *bucket,
                                         const char *key,
                                         const char *path,
                                         oss_call *call);

/// GetObject into the file at `path` in parts, as oss_get_object_to_file().
/// After a failure or a kill the same call goes on where it stopped; what came
/// is in `.NAME.HASH.alioss-download`. #OSS_CONFLICT if the object changes
/// meanwhile, #OSS_BUSY if another transfer is using the record.
OSS_CHECK
OSS_API oss_status oss_download_file(const oss_bucket *bucket,
                                     const char *key,
                                     const char *path,
                                     oss_call *call);

/// Removes what oss_download_file() with the same arguments did not finish.
/// #OSS_OK if there is nothing. Sends nothing.
OSS_CHECK
OSS_API oss_status oss_abort_download_file(const oss_bucket *bucket,
                                           const char *key,
                                           const char *path,
                                           oss_call *call);

/// Makes `key` a copy of `source_key`, up to 48.8 TB, within the service:
/// arguments and result are as of oss_copy_object(), but a source of more than
/// one part (default 64 MiB here) is copied in parts, and has the same headers,
/// metadata and tags afterwards. The source is asked for first; #OSS_CONFLICT
/// if it changes meanwhile, #OSS_UNSUPPORTED for symbolic links and sources in
/// other regions. Goes on where it stopped only if
/// oss_call_set_record_directory() was given: there is no local file that a
/// record could be beside.
OSS_CHECK
OSS_API oss_status oss_copy_large_object(const oss_bucket *bucket,
                                         const char *key,
                                         const char *source_bucket,
                                         const char *source_key,
                                         const char *source_version_id,
                                         oss_call *call);

/// Gives up what oss_copy_large_object() with the same arguments did not
/// finish: deletes the parts and the record. #OSS_OK if there are none.
OSS_CHECK
OSS_API oss_status oss_abort_copy_large_object(const oss_bucket *bucket,
                                               const char *key,
                                               const char *source_bucket,
                                               const char *source_key,
                                               const char *source_version_id,
                                               oss_call *call);

// -----------------------------------------------------------------------------
// Objects of unknown length
//
// An object that is written piece by piece, in parts as they fill up, and is
// there only if it was finished. And what became of uploads that nobody
// finished: they are listed and aborted by their age.
// -----------------------------------------------------------------------------

/// Begins to write the object `key`; sends nothing yet. What fits into one part
/// is stored by one PutObject, more in parts by the workers of `call`, which
/// grow so that 10,000 are enough. Headers, timeout (up to the end of
/// oss_writer_finish()), progress (what the service has; `total` -1 up to the
/// end), part size and workers are those of `call`, which is free afterwards:
/// what is set in it later is not for the writer. What the progress function
/// needs has to live until oss_writer_free(). oss_call_cancel() of that call
/// ends the writer, also in oss_writer_finish() with another one; what was
/// sent is then deleted, which takes up to 2 s. `call` may be
/// NULL. Returns NULL if something is unusable: see oss_call_status() and
/// oss_call_error(), without a call oss_last_error(). Free with
/// oss_writer_free().
OSS_API oss_writer *oss_writer_open(const oss_bucket *bucket,
                                    const char *key,
                                    oss_call *call);

/// Writes `len` bytes; copies them. Sends a part when it is full, and waits for
/// memory. After an error, also of a piece that cannot be or came while the
/// writer was #OSS_BUSY, every further write and oss_writer_finish() return it,
/// and what was sent is deleted. For the words see oss_last_error(), for
/// the rest oss_writer_failure().
OSS_API oss_status oss_writer_write(oss_writer *writer,
                                    const void *data,
                                    size_t len);

/// Stores the object: only if this returns #OSS_OK is it there, whole, and
/// compared with its CRC-64. Returns the first error of the writer, if there
/// was one; nothing is stored then. `call` gets the answer or the error; it may
/// be NULL, the one that opened the writer or another one. The writer still has
/// to be freed.
OSS_API oss_status oss_writer_finish(oss_writer *writer, oss_call *call);

/// Gives the object up and deletes what was sent of it; nothing is stored. If
/// deleting fails, the status says why, oss_writer_failure() all of it, and
/// oss_abort_uploads_before() can do it later. After oss_writer_finish() this
/// does nothing.
OSS_API oss_status oss_writer_abort(oss_writer *writer);

/// Gives `call`, which may not be NULL, what went wrong last when the writer
/// wrote, finished or aborted: code, message, request id and the rest, as of a
/// request of `call` that failed. Returns the status of that; #OSS_OK if all is
/// well. Sends nothing, and changes nothing in the writer.
OSS_API oss_status oss_writer_failure(const oss_writer *writer, oss_call *call);

/// Frees a writer; not while it is used, so not in its progress function. One
/// that was not finished is aborted. NULL is fine.
OSS_API void oss_writer_free(oss_writer *writer);

/// As oss_list_multipart_uploads(), but only uploads that began `seconds` ago
/// or earlier, by the service's clock; 0 lists all. `prefix` may be NULL.
OSS_CHECK
OSS_API oss_status oss_list_uploads_before(const oss_bucket *bucket,
                                           const char *prefix,
                                           int64_t seconds,
                                           oss_call *call);

/// Aborts all uploads of keys that begin with `prefix` (NULL: of the whole
/// bucket) and began `seconds` ago or earlier, by the service's clock: their
/// parts are stored and billed as long as nobody does. Choose an age that no
/// running transfer reaches. `*aborted`, unless NULL, gets how many were, also
/// if one of them fails, which ends this.
OSS_CHECK
OSS_API oss_status oss_abort_uploads_before(const oss_bucket *bucket,
                                            const char *prefix,
                                            int64_t seconds,
                                            int64_t *aborted,
                                            oss_call *call);

// -----------------------------------------------------------------------------
// Directories and prefixes
//
// Whole directories to objects and back, and the deletion of all objects whose
// keys begin alike. One file that fails does not stop the others; the call has
// the counts afterwards, and what was skipped or failed.
// -----------------------------------------------------------------------------

/// Deletes at the target what the source does not have, after everything else:
/// not if anything failed, and not from a source that is unreadable or has no
/// file. What the filter leaves out, and what was skipped, stays. A local file
/// that was written to since it was listed stays, too, and fails; an object
/// goes by its key.
#define OSS_DIRECTORY_DELETE 1

/// With OSS_DIRECTORY_DELETE: also if the source has no file, which then
/// deletes everything.
#define OSS_DIRECTORY_DELETE_FROM_EMPTY 2

/// Transfers everything, also what is the same on both sides. An upload then
/// lists nothing. Not together with OSS_DIRECTORY_DELETE.
#define OSS_DIRECTORY_OVERWRITE 4

/// Compares files of the same size by CRC-64, not by time. Local files are read
/// for it. An upload needs this if a whole directory took the place of another
/// one, by a rename or a link, since the files in it keep their times, or if
/// the clock was behind when files were written.
#define OSS_DIRECTORY_COMPARE_CONTENT 8

/// Follows symbolic links. Otherwise an upload skips them, and in a download a
/// file fails that would be written through one.
#define OSS_DIRECTORY_FOLLOW_LINKS 16

/// The first file that fails ends the transfer.
#define OSS_DIRECTORY_STOP_AT_FAILURE 32

/// An upload makes an object of 0 bytes, with a slash at the end of its key,
/// for each empty directory.
#define OSS_DIRECTORY_MARKERS 64

/// Changes nothing, but reports what would be done.
#define OSS_DIRECTORY_DRY_RUN 128

/// Allows oss_delete_prefix() an empty prefix: every object of the bucket.
#define OSS_DELETE_WHOLE_BUCKET 1

/// Deletes all versions and delete markers for good.
#define OSS_DELETE_VERSIONS 2

/// It was uploaded or downloaded.
#define OSS_OUTCOME_TRANSFERRED 1

/// It was the same on both sides already.
#define OSS_OUTCOME_UNCHANGED 2

/// It was left out by a rule: a link, a pipe, a file that vanished, a part of a
/// file.
#define OSS_OUTCOME_SKIPPED 3

/// It was to be transferred or deleted, but could not be.
#define OSS_OUTCOME_FAILED 4

/// It was deleted.
#define OSS_OUTCOME_DELETED 5

/// What became of a file or an object. Only the library makes these; later
/// versions add fields at the end.
typedef struct {
    /// What became of it: one of the constants above.
    int kind;
    /// The whole key of the object.
    const char *key;
    /// The version that was deleted; NULL if none was named.
    const char *version_id;
    /// The local file; NULL if there is none.
    const char *path;
    /// Bytes; 0 if that is not known. Of an upload, what the file had then.
    int64_t size;
    /// Why it was skipped or failed; #OSS_OK for the others.
    oss_status status;
    /// The same in words; NULL for the others.
    const char *reason;
    /// ETag, with its quotes, of the object that was stored, fetched or was the
    /// same already; NULL if that is not known.
    const char *etag;
    /// Last-Modified of an object that was fetched or the same already, in
    /// seconds since 1970 UTC; -1 if that is not known.
    int64_t last_modified;
    /// Of an upload, the file just before it was read: when it was written to
    /// (`st_mtim`), in nanoseconds since 1970; 0 if not known. Who removes what
    /// was uploaded has to compare `size` and these four with the file as it is
    /// then: it may have changed while the answer was awaited, or since.
    int64_t file_modified_ns;
    /// When anything about it was changed (`st_ctim`), likewise; 0 on Windows.
    int64_t file_changed_ns;
    /// The device that it is on (`st_dev`); 0 on Windows.
    uint64_t file_device;
    /// Its number there (`st_ino`); 0 on Windows.
    uint64_t file_number;
} oss_outcome;

/// Is told of each file when it is done. `outcome` lives as long as this runs.
/// Return 0 to go on, anything else to stop the rest with #OSS_CANCELLED. Runs
/// on the calling thread, only during the call; must not throw, longjmp or use
/// the call.
typedef int (*oss_outcome_fn)(void *user, const oss_outcome *outcome);

/// Says whether a file is to be looked at: 1, or 0 to leave it out on both
/// sides; a negative number stops the transfer with #OSS_CANCELLED. `name` is
/// its name below the directory, such as "a/b"; that of a directory ends with a
/// slash. Runs on the calling thread, only during the call; must not throw,
/// longjmp or use the call.
typedef int (*oss_filter_fn)(void *user, const char *name);

/// Has `function` told of each file of oss_upload_directory(),
/// oss_download_directory() and oss_delete_prefix(); NULL ends that. Stays
/// until oss_call_reset().
OSS_API oss_status oss_call_set_outcome(oss_call *call,
                                        oss_outcome_fn function,
                                        void *user);

/// Has `function` asked which files oss_upload_directory() and
/// oss_download_directory() look at, also for deleting; NULL: all. Stays until
/// oss_call_reset().
OSS_API oss_status oss_call_set_filter(oss_call *call,
                                       oss_filter_fn function,
                                       void *user);

/// Stores all regular files below `directory` as objects below `prefix` (a
/// slash is added unless it is "" or ends with one). A file is unchanged if its
/// object has its size and was stored after anything about the file was
/// changed. If that was after the file was written to (it was moved here,
/// restored, or got another mode), the content is compared: a HeadObject, and
/// the file is read; each time until the object is stored anew. What unfinished
/// transfers left (`.NAME.alioss-part`) is skipped. `flags` are those above, or
/// 0. After a failure or a kill the same call goes on where it stopped. Files
/// go on if one fails; then the status is that of the first, and
/// oss_call_outcome_at() has each. Headers, timeout, progress and cancel are of
/// the whole; the progress has no total before all files are known.
OSS_CHECK
OSS_API oss_status oss_upload_directory(const oss_bucket *bucket,
                                        const char *prefix,
                                        const char *directory,
                                        int flags,
                                        oss_call *call);

/// Fetches all objects below `prefix`, as above, into `directory`, which is
/// made if there is none. Files get the times of their objects, and are
/// unchanged if they have size and time, or size and CRC-64, of them; who sets
/// times by hand needs OSS_DIRECTORY_COMPARE_CONTENT. What cannot be a file
/// there fails and is written nowhere: keys with "..", a NUL, nothing between
/// two slashes, on Windows names of devices and the like; "a/b" beside "a";
/// what symbolic links are in the way of. A key with a slash at its end becomes
/// a directory. All else as for oss_upload_directory().
OSS_CHECK
OSS_API oss_status oss_download_directory(const oss_bucket *bucket,
                                          const char *prefix,
                                          const char *directory,
                                          int flags,
                                          oss_call *call);

/// Deletes every object whose key begins with `prefix`, 1000 in a request. The
/// prefix is a piece of text: "log" is also "logs/a" and "log2". An empty one
/// is #OSS_INVALID_ARGUMENT, unless `flags` has OSS_DELETE_WHOLE_BUCKET. What
/// cannot be deleted does not stop the rest; then the status is that of the
/// first, and oss_call_outcome_at() has each. oss_call_outcome_count() tells
/// how many were deleted. Timeout and cancel are of the whole.
OSS_CHECK
OSS_API oss_status oss_delete_prefix(const oss_bucket *bucket,
                                     const char *prefix,
                                     int flags,
                                     oss_call *call);

/// How many files of the last request ended like `kind`, such as
/// OSS_OUTCOME_DELETED; 0 if there are none.
OSS_API int64_t oss_call_outcome_count(const oss_call *call, int kind);

/// How many bytes these files have.
OSS_API int64_t oss_call_outcome_bytes(const oss_call *call, int kind);

/// The files that were skipped or failed one by one, the first 1000 of each
/// kind: number `index`, from 0, or NULL after the last.
OSS_API const oss_outcome *oss_call_outcome_at(const oss_call *call,
                                               size_t index);

// -----------------------------------------------------------------------------
// Presigned URLs and forms
//
// Requests that somebody without keys can send until they expire: a URL for
// any method, a form for browsers. Signing sends nothing. The functions
// `_by_url` send such requests.
// -----------------------------------------------------------------------------

/// Signs a URL that lets anybody send `method`, such as "GET", for `key`, or
/// NULL for the bucket, for `expires` seconds, with V4 up to 604800. The query
/// of the call is part of it, and its headers are for whoever sends it. Then
/// oss_call_url() and oss_call_signed_at(), so `call` is required. Sends
/// nothing.
OSS_CHECK
OSS_API oss_status oss_presign(const oss_bucket *bucket,
                               const char *method,
                               const char *key,
                               int64_t expires,
                               oss_call *call);

/// Signs a form that lets anybody upload an object for `expires` seconds
/// (PostObject), under `conditions`, a JSON array such as
/// [["starts-with","$key","user/"]], or NULL. Then oss_call_url() and
/// oss_call_signed_at(); the form has those fields, "key", and as the last one
/// "file". `call` is required, and has nothing of a request, such as headers.
/// Sends nothing.
OSS_CHECK
OSS_API oss_status oss_post_policy(const oss_bucket *bucket,
                                   int64_t expires,
                                   const char *conditions,
                                   oss_call *call);

/// PutObject by a presigned URL, compared with its CRC-64. Of `bucket` only the
/// connections and settings are used; the call must have the signed headers.
OSS_CHECK
OSS_API oss_status oss_put_object_by_url(const oss_bucket *bucket,
                                         const char *url,
                                         const void *data,
                                         size_t len,
                                         oss_call *call);

/// GetObject by a presigned URL; then fetch the body with oss_call_read(), so
/// `call` is required. Checked as oss_get_object() is.
OSS_CHECK
OSS_API oss_status oss_get_object_by_url(const oss_bucket *bucket,
                                         const char *url,
                                         oss_call *call);

/// GetObject by a presigned URL into the file at `path`; see
/// oss_get_object_to_file().
OSS_CHECK
OSS_API oss_status oss_get_object_by_url_to_file(const oss_bucket *bucket,
                                                 const char *url,
                                                 const char *path,
                                                 oss_call *call);

/// HeadObject by a presigned URL.
OSS_CHECK
OSS_API oss_status oss_head_object_by_url(const oss_bucket *bucket,
                                          const char *url,
                                          oss_call *call);

// -----------------------------------------------------------------------------
// Buckets and regions
//
// To make, inspect and delete buckets. All other configurations of a bucket
// (lifecycle, CORS, policy and so on) are documents, which oss_invoke() sends
// and fetches.
// -----------------------------------------------------------------------------

/// PutBucket: creates the bucket. oss_call_set_bucket_acl() sets its ACL, the
/// fields "StorageClass" and "DataRedundancyType" its class and redundancy.
/// Creating one's own bucket again is a success.
OSS_CHECK
OSS_API oss_status oss_put_bucket(const oss_bucket *bucket, oss_call *call);

/// DeleteBucket: the bucket must be empty.
OSS_CHECK
OSS_API oss_status oss_delete_bucket(const oss_bucket *bucket, oss_call *call);

/// GetBucketInfo: oss_call_text() has "Bucket.StorageClass", "Bucket.Location"
/// and so on.
OSS_CHECK
OSS_API oss_status oss_get_bucket_info(const oss_bucket *bucket,
                                       oss_call *call);

/// GetBucketStat: oss_call_text() has "Storage" in bytes, "ObjectCount" and so
/// on.
OSS_CHECK
OSS_API oss_status oss_get_bucket_stat(const oss_bucket *bucket,
                                       oss_call *call);

/// GetBucketLocation: oss_call_text() with "" has it, such as
/// "oss-cn-hangzhou".
OSS_CHECK
OSS_API oss_status oss_get_bucket_location(const oss_bucket *bucket,
                                           oss_call *call);

/// GetBucketAcl: oss_call_text() has "AccessControlList.Grant".
OSS_CHECK
OSS_API oss_status oss_get_bucket_acl(const oss_bucket *bucket, oss_call *call);

/// PutBucketAcl: `acl` is OSS_ACL_PRIVATE, OSS_ACL_PUBLIC_READ or
/// OSS_ACL_PUBLIC_READ_WRITE.
OSS_CHECK
OSS_API oss_status oss_put_bucket_acl(const oss_bucket *bucket,
                                      const char *acl,
                                      oss_call *call);

/// Whether the bucket exists, by GetBucketAcl: `*exists` gets 1 or 0. Only the
/// service's word that it does not is a 0; somebody else's is an error.
OSS_CHECK
OSS_API oss_status oss_bucket_exists(const oss_bucket *bucket,
                                     int *exists,
                                     oss_call *call);

/// DescribeRegions: oss_call_count() of "RegionInfo", oss_call_text() of
/// "RegionInfo[0].Region" and so on. The query "regions" names one of them.
OSS_CHECK
OSS_API oss_status oss_describe_regions(const oss_service *service,
                                        oss_call *call);

// -----------------------------------------------------------------------------
// Listings
//
// One entry after the other by oss_call_next(), which fetches pages as needed.
// Keys are what users made them: "../x" and "/etc/x" are possible. A program
// that makes file names of keys must check them.
// -----------------------------------------------------------------------------

/// ListObjectsV2: the objects whose keys begin with `prefix`, in key order;
/// keys that hold `delimiter` after it are folded into one entry. Both may be
/// NULL. Step with oss_call_next(), so `call` is required. Begins after the
/// query "start-after"; the query "max-keys", 1 to 1000, is how long pages are.
OSS_CHECK
OSS_API oss_status oss_list_objects_v2(const oss_bucket *bucket,
                                       const char *prefix,
                                       const char *delimiter,
                                       oss_call *call);

/// ListObjects: as oss_list_objects_v2(), by the older operation; begins after
/// the query "marker".
OSS_CHECK
OSS_API oss_status oss_list_objects(const oss_bucket *bucket,
                                    const char *prefix,
                                    const char *delimiter,
                                    oss_call *call);

/// ListObjectVersions: as oss_list_objects_v2(), but all versions, with delete
/// markers, of one key the newest first; begins after the query "key-marker"
/// and "version-id-marker".
OSS_CHECK
OSS_API oss_status oss_list_object_versions(const oss_bucket *bucket,
                                            const char *prefix,
                                            const char *delimiter,
                                            oss_call *call);

/// ListBuckets: the buckets of the account whose names begin with `prefix`
/// (NULL for all). Step with oss_call_next(), so `call` is required.
OSS_CHECK
OSS_API oss_status oss_list_buckets(const oss_service *service,
                                    const char *prefix,
                                    oss_call *call);

/// ListParts: the parts of an upload in the order of their numbers. Step with
/// oss_call_next(), so `call` is required; pages are fetched as needed. Begins
/// after the query "part-number-marker".
OSS_CHECK
OSS_API oss_status oss_list_parts(const oss_bucket *bucket,
                                  const char *key,
                                  const char *upload_id,
                                  oss_call *call);

/// ListMultipartUploads: as oss_list_objects_v2(), but the uploads that were
/// neither completed nor aborted; begins after the query "key-marker" and
/// "upload-id-marker".
OSS_CHECK
OSS_API oss_status oss_list_multipart_uploads(const oss_bucket *bucket,
                                              const char *prefix,
                                              const char *delimiter,
                                              oss_call *call);

// -----------------------------------------------------------------------------
// Any operation
//
// Every operation of the service by its official name; src/operations has the
// list. Documents go in field by field or as bytes, and the answer is read by
// path. New operations of the service need no new library.
// -----------------------------------------------------------------------------

/// Sends any operation by its official name, such as "PutBucketLifecycle";
/// or by a method such as "PUT", for what this version does not know; `key` is
/// NULL at bucket level. Its document is `body`, or the fields of the call, or
/// both: then the fields change `body`, which may be oss_call_body() of the
/// last answer. The answer is collected, up to 64 MiB: oss_call_text().
OSS_CHECK
OSS_API oss_status oss_invoke(const oss_bucket *bucket,
                              const char *operation,
                              const char *key,
                              const void *body,
                              size_t len,
                              oss_call *call);

/// As oss_invoke(), at service level.
OSS_CHECK
OSS_API oss_status oss_service_invoke(const oss_service *service,
                                      const char *operation,
                                      const void *body,
                                      size_t len,
                                      oss_call *call);

/// Sets an element of the XML document, or a string of the JSON text, that the
/// next request carries, such as "Rule[0].Expiration.Days"; NULL takes it out.
/// Missing elements are made; an index may be one after the last. A body that
/// the request has is changed by this; see oss_invoke().
OSS_API oss_status oss_call_set_field(oss_call *call,
                                      const char *path,
                                      const char *value);

/// The text of an element of the XML document or JSON text in the answer, such
/// as "Rule[0].Expiration.Days", the root not named; "" if it holds only other
/// elements, NULL if there is none.
OSS_API const char *oss_call_text(const oss_call *call, const char *path);

/// How many elements of the document in the answer have the last name of
/// `path`, such as "Rule" or "Rule[0].Transition".
OSS_API size_t oss_call_count(const oss_call *call, const char *path);

/// The elements inside of the one at `path`, "" for the root, of the XML
/// document in the answer, one by one: the last name of the path to number
/// `index`, from 0, such as "Rule[1]"; NULL after the last.
OSS_API const char *oss_call_element_at(const oss_call *call,
                                        const char *path,
                                        size_t index);

// -----------------------------------------------------------------------------
// Checksums
//
// The CRC-64 with which the service and this library compare objects, for data
// that a program has elsewhere: to compare it with oss_call_crc64(), or to
// join the checksums of parts.
// -----------------------------------------------------------------------------

/// CRC-64 (ECMA-182, as x-oss-hash-crc64ecma has it) of `len` bytes after those
/// whose checksum is `before`, 0 for none. That of no bytes is 0. If `data` is
/// NULL and `len` is not 0, the result is `before`.
OSS_API uint64_t oss_crc64(uint64_t before, const void *data, size_t len);

/// CRC-64 of one block after another, from the checksum `first` of the one, and
/// the checksum `second` of the other, which has `second_len` bytes.
OSS_API uint64_t oss_crc64_combine(uint64_t first,
                                   uint64_t second,
                                   uint64_t second_len);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // OSS_H
