/* All init options of alioss in one expression, for C99 and later (and C++20).
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 *     oss_bucket *bucket = oss_open(&(oss_options){
 *         .endpoint = "https://oss-cn-hangzhou.aliyuncs.com",
 *         .bucket = "examplebucket",
 *         .read_timeout_ms = 30000,
 *         .app_name = "camera-7",
 *     });
 *     if (!bucket)
 *         fprintf(stderr, "%s\n", oss_last_error());
 *
 * In C++20 without the address: oss_open({.endpoint = "https://..."}), in the order of the fields below.
 *
 * What is left out, 0 or NULL, has its default; so what is on by default is turned off by a name that begins with "no_".
 * Two that contradict each other are refused, and named.
 * The struct is only a list for the functions below, which call oss_config_set_endpoint() and so on: it never reaches the
 * library, so a program compiled with an older one works with every newer library. oss.h says what each option means.
 */

#ifndef OSS_OPTIONS_H
#define OSS_OPTIONS_H

#include <string.h>

#include "oss.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A header and its value, or a host and its address. */
typedef struct oss_options_pair {
    const char *name;
    const char *value;
} oss_options_pair;

/* C++ has C's rule that what is left out is 0, but g++ warns of it unless the struct says so itself. */
#ifdef __cpp_aggregate_nsdmi
#define OSS_UNSET = {}
#else
#define OSS_UNSET
#endif

typedef struct oss_options {
    const char *bucket OSS_UNSET; /* for oss_open() */

    /* Where: an endpoint, or a region whose public endpoint is taken. */
    const char *endpoint OSS_UNSET;
    const char *region OSS_UNSET;
    int signature_version OSS_UNSET; /* 4 or 1 */
    int cname OSS_UNSET;
    int path_style OSS_UNSET;
    int internal_endpoint OSS_UNSET;
    int accelerate_endpoint OSS_UNSET;
    int dual_stack OSS_UNSET;
    const char *cloudbox_id OSS_UNSET;
    const char *const *additional_signed_headers OSS_UNSET; /* ends with NULL */

    /* Who: the environment, unless keys, a handle, a text or a function are given: one of the four. */
    const char *access_key_id OSS_UNSET;
    const char *access_key_secret OSS_UNSET;
    const char *security_token OSS_UNSET; /* of temporary keys */
    const oss_credentials *credentials OSS_UNSET;
    const char *credentials_from OSS_UNSET; /* a provider by its text, such as "ecs-ram-role" */
    oss_credentials_fn credentials_callback OSS_UNSET;
    void *credentials_user OSS_UNSET;

    /* How. What belongs to the session may not be given beside one. */
    const oss_session *session OSS_UNSET;
    int64_t pool_size OSS_UNSET; /* session */
    int no_pool OSS_UNSET;       /* session: keeps no connection; not beside pool_size */
    int64_t connect_timeout_ms OSS_UNSET;
    int64_t read_timeout_ms OSS_UNSET;
    int64_t total_timeout_ms OSS_UNSET;
    int tls_min OSS_UNSET;             /* session: OSS_TLS_1_2 or OSS_TLS_1_3 */
    int tls_max OSS_UNSET;             /* session */
    const char *ca_file OSS_UNSET;     /* session */
    const char *ca_pem OSS_UNSET;      /* session */
    size_t ca_pem_len OSS_UNSET;       /* 0: ca_pem ends with NUL */
    int insecure_skip_verify OSS_UNSET; /* session */
    const char *proxy OSS_UNSET;       /* session */
    int proxy_from_env OSS_UNSET;      /* session */
    const oss_options_pair *resolve OSS_UNSET; /* session; ends with {NULL, NULL} */
    const char *app_name OSS_UNSET;
    int no_crc64 OSS_UNSET;
    int no_file_sync OSS_UNSET;
    int attempts OSS_UNSET;           /* at most; 1: never repeated */
    int unlimited_attempts OSS_UNSET; /* until total_timeout_ms, which has to be set; not beside attempts */
    int64_t backoff_base_ms OSS_UNSET;
    int64_t backoff_cap_ms OSS_UNSET;
    oss_clock_fn clock OSS_UNSET;
    void *clock_user OSS_UNSET;
    int no_clock_skew_correction OSS_UNSET;
    const oss_options_pair *user_headers OSS_UNSET; /* ends with {NULL, NULL} */
    int64_t traffic_limit OSS_UNSET;                /* bit/s */
} oss_options;

#undef OSS_UNSET

/* Who signs. There is one, as nobody could say which of two counts. */
static inline void oss_options_credentials(const oss_options *options, oss_config *config) {
    const char *const id = options->access_key_id, *const secret = options->access_key_secret;
    const char *given = NULL, *other = NULL;

    if (id || secret || options->security_token)
        given = id ? "access_key_id" : secret ? "access_key_secret" : "security_token";
    if (options->credentials)
        *(given ? &other : &given) = "credentials";
    if (options->credentials_from)
        *(given ? &other : &given) = "credentials_from";
    if (options->credentials_callback)
        *(given ? &other : &given) = "credentials_callback";

    if (other)
        oss_config_refuse_both(config, given, other);
    else if (options->credentials)
        oss_config_set_credentials(config, options->credentials);
    else if (options->credentials_from)
        oss_config_set_credentials_from(config, options->credentials_from);
    else if (options->credentials_callback)
        oss_config_set_credentials_callback(config, options->credentials_callback, options->credentials_user);
    else if (given)
        oss_config_set_keys(config, id, secret, options->security_token);
}

/* A configuration with these options; free it with oss_config_free(). A bad value shows in oss_config_error(). */
static inline oss_config *oss_options_config(const oss_options *options) {
    oss_config *config = oss_config_new();
    size_t at;

    if (options->endpoint)
        oss_config_set_endpoint(config, options->endpoint);
    if (options->region)
        oss_config_set_region(config, options->region);
    if (options->signature_version)
        oss_config_set_signature_version(config, options->signature_version);
    if (options->cname)
        oss_config_set_cname(config, 1);
    if (options->path_style)
        oss_config_set_path_style(config, 1);
    if (options->internal_endpoint)
        oss_config_set_internal_endpoint(config, 1);
    if (options->accelerate_endpoint)
        oss_config_set_accelerate_endpoint(config, 1);
    if (options->dual_stack)
        oss_config_set_dual_stack(config, 1);
    if (options->cloudbox_id)
        oss_config_set_cloudbox_id(config, options->cloudbox_id);
    for (at = 0; options->additional_signed_headers && options->additional_signed_headers[at]; at++)
        oss_config_add_signed_header(config, options->additional_signed_headers[at]);

    oss_options_credentials(options, config);
    if (options->session)
        oss_config_set_session(config, options->session);
    if (options->no_pool && options->pool_size)
        oss_config_refuse_both(config, "no_pool", "pool_size");
    else if (options->no_pool || options->pool_size)
        oss_config_set_pool_size(config, options->no_pool ? 0 : options->pool_size);
    if (options->connect_timeout_ms)
        oss_config_set_connect_timeout_ms(config, options->connect_timeout_ms);
    if (options->read_timeout_ms)
        oss_config_set_read_timeout_ms(config, options->read_timeout_ms);
    if (options->total_timeout_ms)
        oss_config_set_total_timeout_ms(config, options->total_timeout_ms);
    if (options->tls_min || options->tls_max)
        oss_config_set_tls_versions(config, options->tls_min, options->tls_max);
    if (options->ca_file)
        oss_config_set_ca_file(config, options->ca_file);
    if (options->ca_pem)
        oss_config_set_ca_pem(config, options->ca_pem, options->ca_pem_len ? options->ca_pem_len : strlen(options->ca_pem));
    if (options->insecure_skip_verify)
        oss_config_set_insecure_skip_verify(config, 1);
    if (options->proxy)
        oss_config_set_proxy(config, options->proxy);
    if (options->proxy_from_env)
        oss_config_set_proxy_from_env(config, 1);
    for (at = 0; options->resolve && options->resolve[at].name; at++)
        oss_config_add_resolve(config, options->resolve[at].name, options->resolve[at].value);
    if (options->app_name)
        oss_config_set_app_name(config, options->app_name);
    if (options->no_crc64)
        oss_config_set_crc64(config, 0);
    if (options->no_file_sync)
        oss_config_set_file_sync(config, 0);
    if (options->attempts && options->unlimited_attempts)
        oss_config_refuse_both(config, "unlimited_attempts", "attempts");
    else if (options->attempts || options->unlimited_attempts)
        oss_config_set_attempts(config, options->unlimited_attempts ? 0 : options->attempts);
    if (options->backoff_base_ms || options->backoff_cap_ms)
        oss_config_set_backoff_ms(config, options->backoff_base_ms, options->backoff_cap_ms);
    if (options->clock)
        oss_config_set_clock(config, options->clock, options->clock_user);
    if (options->no_clock_skew_correction)
        oss_config_set_clock_skew_correction(config, 0);
    for (at = 0; options->user_headers && options->user_headers[at].name; at++)
        oss_config_add_user_header(config, options->user_headers[at].name, options->user_headers[at].value);
    if (options->traffic_limit)
        oss_config_set_traffic_limit(config, options->traffic_limit);
    return config;
}

/* Opens the bucket `options->bucket`; free it with oss_bucket_free(). NULL on failure: oss_last_error() says why. */
static inline oss_bucket *oss_open(const oss_options *options) {
    oss_config *config = oss_options_config(options);
    oss_bucket *bucket = oss_bucket_new(config, options->bucket);
    oss_config_free(config);
    return bucket;
}

/* Opens the service; free it with oss_service_free(). NULL on failure: oss_last_error() says why. */
static inline oss_service *oss_open_service(const oss_options *options) {
    oss_config *config = oss_options_config(options);
    oss_service *service = oss_service_new(config);
    oss_config_free(config);
    return service;
}

/* Opens a session, to be given to others as `.session`; free it with oss_session_free(). NULL on failure:
 * oss_last_error() says why. */
static inline oss_session *oss_open_session(const oss_options *options) {
    oss_config *config = oss_options_config(options);
    oss_session *session = oss_session_new(config);
    oss_config_free(config);
    return session;
}

#ifdef __cplusplus
}

/* In C++20 the options can be written in the call: oss_open({.bucket = "examplebucket", .region = "cn-hangzhou"}). */
static inline oss_config *oss_options_config(const oss_options &options) {
    return oss_options_config(&options);
}
static inline oss_bucket *oss_open(const oss_options &options) {
    return oss_open(&options);
}
static inline oss_service *oss_open_service(const oss_options &options) {
    return oss_open_service(&options);
}
static inline oss_session *oss_open_session(const oss_options &options) {
    return oss_open_session(&options);
}
#endif

#endif
