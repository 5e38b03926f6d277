/* Every function answers NULL and other impossible arguments; nothing is sent for them.
 *
 * tests/c_api.rs checks that each function of the library is named here, and that the server saw no request. */
#include "check.h"

static oss_config *config;
static oss_bucket *bucket;
static oss_service *service;
static oss_call *call;

/* The call refuses that parameter: the status says so, and the words of the thread name it. */
#define REFUSED(parameter, expression) \
    do { \
        STATUS(OSS_INVALID_ARGUMENT, expression); \
        SAYS(parameter, oss_last_error()); \
    } while (0)

/* As REFUSED, for functions that take `call`: the call has the words, too. */
#define CALL_REFUSED(parameter, expression) \
    do { \
        REFUSED(parameter, expression); \
        SAYS(parameter, oss_call_error(call)); \
        NUMBER(0, oss_call_attempts(call)); \
        NUMBER(0, oss_call_http_status(call)); \
    } while (0)

/* The function gives no handle, and the words of the thread name the parameter. */
#define NO_HANDLE(parameter, expression) \
    do { \
        CHECK((expression) == NULL); \
        SAYS(parameter, oss_last_error()); \
    } while (0)

/* A configuration without anything that could contradict an option. */
static oss_config *plain(void)
{
    oss_config *plain = oss_config_new();
    CHECK(plain);
    OK(oss_config_set_endpoint(plain, required("OSS_ENDPOINT")));
    OK(oss_config_set_region(plain, required("OSS_REGION")));
    return plain;
}

static const char NOT_UTF8[] = "\xff\xfe";

static int64_t read_nothing(void *user, uint8_t *buf, size_t cap)
{
    (void)user, (void)buf, (void)cap;
    return 0;
}

static int write_nothing(void *user, const uint8_t *data, size_t len)
{
    (void)user, (void)data, (void)len;
    return 0;
}

static int no_progress(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    return 0;
}

static int no_keys(void *user, oss_keys *keys)
{
    int *asked = (int *)user;
    *asked += 1;
    REFUSED("keys", oss_keys_set(NULL, "id", "secret", NULL));
    REFUSED("id", oss_keys_set(keys, NULL, "secret", NULL));
    REFUSED("secret", oss_keys_set(keys, "id", NULL, NULL));
    REFUSED("token", oss_keys_set(keys, "id", "secret", NOT_UTF8));
    return 1;
}

static void library(void)
{
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", OSS_VERSION_MAJOR, OSS_VERSION_MINOR,
             OSS_VERSION_PATCH);
    TEXT(version, oss_version());
    NUMBER(OSS_VERSION_NUMBER, oss_version_number());
    NUMBER(1, oss_has("tls"));
    NUMBER(1, oss_has("PutBucketLifecycle"));
    NUMBER(0, oss_has("levitation"));
    NUMBER(0, oss_has(NOT_UTF8));
    NUMBER(0, oss_has(NULL));
    TEXT("", oss_last_error());
    TEXT("OSS_OK", oss_status_name(OSS_OK));
    TEXT("OSS_BUG", oss_status_name(OSS_BUG));
    CHECK(oss_status_name(-1)[0] != 0);
    CHECK(oss_status_name(INT32_MAX)[0] != 0);
    OK(oss_set_log(NULL, NULL, 5));
    REFUSED("level", oss_set_log(NULL, NULL, 6));
    REFUSED("level", oss_set_log(NULL, NULL, -1));
}

/* Setters of a configuration that is not there. */
static void no_config(void)
{
    CHECK(oss_config_error(NULL)[0] != 0);
    REFUSED("config", oss_config_status(NULL));
    oss_config_free(NULL);
    REFUSED("config", oss_config_set_endpoint(NULL, "localhost"));
    REFUSED("config", oss_config_set_region(NULL, "cn-hangzhou"));
    REFUSED("config", oss_config_set_signature_version(NULL, 4));
    REFUSED("config", oss_config_set_cname(NULL, 0));
    REFUSED("config", oss_config_set_path_style(NULL, 0));
    REFUSED("config", oss_config_set_internal_endpoint(NULL, 0));
    REFUSED("config", oss_config_set_accelerate_endpoint(NULL, 0));
    REFUSED("config", oss_config_set_dual_stack(NULL, 0));
    REFUSED("config", oss_config_set_cloudbox_id(NULL, "cb-1"));
    REFUSED("config", oss_config_add_signed_header(NULL, "x-a"));
    REFUSED("config", oss_config_set_keys(NULL, "id", "secret", NULL));
    REFUSED("config", oss_config_set_credentials(NULL, NULL));
    REFUSED("config", oss_config_set_credentials_callback(NULL, no_keys, NULL));
    REFUSED("config", oss_config_set_session(NULL, NULL));
    REFUSED("config", oss_config_set_pool_size(NULL, 1));
    REFUSED("config", oss_config_set_connect_timeout_ms(NULL, 1));
    REFUSED("config", oss_config_set_read_timeout_ms(NULL, 1));
    REFUSED("config", oss_config_set_total_timeout_ms(NULL, 1));
    REFUSED("config", oss_config_set_tls_versions(NULL, OSS_TLS_1_2, OSS_TLS_1_3));
    REFUSED("config", oss_config_set_ca_file(NULL, "/dev/null"));
    REFUSED("config", oss_config_set_ca_pem(NULL, "", 0));
    REFUSED("config", oss_config_set_insecure_skip_verify(NULL, 0));
    REFUSED("config", oss_config_set_proxy(NULL, "http://localhost"));
    REFUSED("config", oss_config_set_proxy_from_env(NULL, 0));
    REFUSED("config", oss_config_set_app_name(NULL, "a"));
    REFUSED("config", oss_config_set_crc64(NULL, 1));
    REFUSED("config", oss_config_set_file_sync(NULL, 1));
    REFUSED("config", oss_config_refuse_both(NULL, "a", "b"));
    REFUSED("config", oss_config_set_attempts(NULL, 1));
    REFUSED("config", oss_config_set_backoff_ms(NULL, 1, 2));
    REFUSED("config", oss_config_set_clock(NULL, NULL, NULL));
    REFUSED("config", oss_config_set_clock_skew_correction(NULL, 1));
    REFUSED("config", oss_config_add_user_header(NULL, "x-a", "b"));
    REFUSED("config", oss_config_add_resolve(NULL, "*", "127.0.0.1"));
    REFUSED("config", oss_config_set_traffic_limit(NULL, 819200));
    NO_HANDLE("config", oss_session_new(NULL));
    NO_HANDLE("config", oss_bucket_new(NULL, "bucket"));
    NO_HANDLE("config", oss_service_new(NULL));
}

/* A setter's refusal is remembered and stands in the way of everything made from the configuration. */
#define BAD_OPTION(parameter, call_on_bad) \
    do { \
        oss_config *bad = plain(); \
        REFUSED(parameter, call_on_bad); \
        SAYS(parameter, oss_config_error(bad)); \
        NO_HANDLE(parameter, oss_bucket_new(bad, "bucket")); \
        NO_HANDLE(parameter, oss_service_new(bad)); \
        SAYS(parameter, oss_config_error(bad)); \
        STATUS(OSS_INVALID_ARGUMENT, oss_config_status(bad)); \
        oss_config_free(bad); \
    } while (0)

/* As BAD_OPTION, for what is looked at only when a handle is made. */
#define LATE_OPTION(parameter, call_on_bad) \
    do { \
        oss_config *bad = plain(); \
        OK(call_on_bad); \
        NO_HANDLE(parameter, oss_session_new(bad)); \
        NO_HANDLE(parameter, oss_bucket_new(bad, "bucket")); \
        NO_HANDLE(parameter, oss_service_new(bad)); \
        SAYS(parameter, oss_config_error(bad)); \
        STATUS(OSS_INVALID_ARGUMENT, oss_config_status(bad)); \
        oss_config_free(bad); \
    } while (0)

static void bad_options(void)
{
    BAD_OPTION("endpoint", oss_config_set_endpoint(bad, NULL));
    BAD_OPTION("endpoint", oss_config_set_endpoint(bad, ""));
    BAD_OPTION("endpoint", oss_config_set_endpoint(bad, NOT_UTF8));
    BAD_OPTION("endpoint", oss_config_set_endpoint(bad, "ftp://localhost"));
    BAD_OPTION("region", oss_config_set_region(bad, NULL));
    BAD_OPTION("region", oss_config_set_region(bad, "Hang Zhou"));
    BAD_OPTION("signature_version", oss_config_set_signature_version(bad, 2));
    BAD_OPTION("cloudbox_id", oss_config_set_cloudbox_id(bad, NULL));
    BAD_OPTION("cloudbox_id", oss_config_set_cloudbox_id(bad, ""));
    BAD_OPTION("additional_signed_header", oss_config_add_signed_header(bad, NULL));
    BAD_OPTION("additional_signed_header", oss_config_add_signed_header(bad, "a b"));
    BAD_OPTION("id", oss_config_set_keys(bad, NULL, "secret", NULL));
    BAD_OPTION("secret", oss_config_set_keys(bad, "id", NULL, NULL));
    BAD_OPTION("token", oss_config_set_keys(bad, "id", "secret", NOT_UTF8));
    BAD_OPTION("keys", oss_config_set_keys(bad, "", "secret", NULL));
    BAD_OPTION("keys", oss_config_set_keys(bad, "id", "sec ret", NULL));
    BAD_OPTION("credentials", oss_config_set_credentials(bad, NULL));
    BAD_OPTION("function", oss_config_set_credentials_callback(bad, NULL, NULL));
    BAD_OPTION("session", oss_config_set_session(bad, NULL));
    BAD_OPTION("pool_size", oss_config_set_pool_size(bad, -1));
    BAD_OPTION("pool_size", oss_config_set_pool_size(bad, 10001));
    BAD_OPTION("connect_timeout", oss_config_set_connect_timeout_ms(bad, 0));
    BAD_OPTION("connect_timeout", oss_config_set_connect_timeout_ms(bad, INT64_MIN));
    BAD_OPTION("read_timeout", oss_config_set_read_timeout_ms(bad, -1));
    BAD_OPTION("read_timeout", oss_config_set_read_timeout_ms(bad, INT64_MAX));
    BAD_OPTION("total_timeout", oss_config_set_total_timeout_ms(bad, 604800001));
    BAD_OPTION("tls_versions", oss_config_set_tls_versions(bad, 11, OSS_TLS_1_3));
    BAD_OPTION("tls_versions", oss_config_set_tls_versions(bad, OSS_TLS_1_3, OSS_TLS_1_2));
    BAD_OPTION("ca_file", oss_config_set_ca_file(bad, NULL));
    BAD_OPTION("ca_file", oss_config_set_ca_file(bad, "/dev/null"));
    BAD_OPTION("ca_pem", oss_config_set_ca_pem(bad, NULL, 1));
    BAD_OPTION("ca_pem", oss_config_set_ca_pem(bad, "", SIZE_MAX));
    LATE_OPTION("ca_pem", oss_config_set_ca_pem(bad, "no certificate", 14));
    BAD_OPTION("proxy", oss_config_set_proxy(bad, NULL));
    BAD_OPTION("proxy", oss_config_set_proxy(bad, "socks5://localhost"));
    BAD_OPTION("app_name", oss_config_set_app_name(bad, NULL));
    BAD_OPTION("app_name", oss_config_set_app_name(bad, "a\nb"));
    BAD_OPTION("attempts", oss_config_set_attempts(bad, -1));
    BAD_OPTION("backoff", oss_config_set_backoff_ms(bad, -1, 2));
    BAD_OPTION("backoff", oss_config_set_backoff_ms(bad, 3, 2));
    BAD_OPTION("backoff", oss_config_set_backoff_ms(bad, 3, 3600001));
    BAD_OPTION("attempts", oss_config_set_attempts(bad, 101));
    BAD_OPTION("user_header", oss_config_add_user_header(bad, NULL, "value"));
    BAD_OPTION("user_header", oss_config_add_user_header(bad, "x-name", NULL));
    BAD_OPTION("user_header", oss_config_add_user_header(bad, "x-name", "a\r\nb: c"));
    BAD_OPTION("resolve", oss_config_add_resolve(bad, NULL, "127.0.0.1"));
    BAD_OPTION("resolve", oss_config_add_resolve(bad, "*", NULL));
    BAD_OPTION("resolve", oss_config_add_resolve(bad, "*", "localhost"));
    BAD_OPTION("traffic_limit", oss_config_set_traffic_limit(bad, 819199));
    BAD_OPTION("traffic_limit", oss_config_set_traffic_limit(bad, -1));
    TEXT("", oss_config_error(config));
    OK(oss_config_status(config));
}

static void credentials(void)
{
    int asked = 0;
    oss_credentials *given;
    oss_bucket *with_callback;
    oss_config *own = configure();
    oss_credentials_free(NULL);
    NO_HANDLE("id", oss_credentials_static(NULL, "secret", NULL));
    NO_HANDLE("secret", oss_credentials_static("id", NULL, NULL));
    NO_HANDLE("token", oss_credentials_static("id", "secret", NOT_UTF8));
    NO_HANDLE("keys", oss_credentials_static("", "", NULL));
    NO_HANDLE("function", oss_credentials_callback(NULL, NULL, NULL));
    NO_HANDLE("provider", oss_credentials_from(NULL));
    NO_HANDLE("role", oss_credentials_ecs_ram_role(NOT_UTF8));
    NO_HANDLE("provider_arn", oss_credentials_oidc_role(NULL, NOT_UTF8, NULL));
    NO_HANDLE("role_arn", oss_credentials_assume_role(NULL, NULL));
    NO_HANDLE("command", oss_credentials_process(NULL));
    NO_HANDLE("uri", oss_credentials_uri(NULL));
    NO_HANDLE("name", oss_credentials_profile(NOT_UTF8));
    CHECK((given = oss_credentials_chain()));
    oss_credentials_free(given);
    CHECK((given = oss_credentials_ecs_ram_role(NULL)));
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(NULL, "endpoint", "x"));
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(given, NULL, "x"));
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(given, "endpoint", NULL));
    NUMBER(0, (long)oss_credentials_name(NULL, NULL, 0));
    NUMBER(0, (long)oss_credentials_name(given, NULL, 1));
    oss_credentials_free(given);
    STATUS(OSS_INVALID_ARGUMENT, oss_keys_set_expiration(NULL, 1));
    NUMBER(0, oss_keys_refused(NULL));
    NUMBER(0, (long)oss_keys_timeout_ms(NULL));
    CHECK((given = oss_credentials_environment()));
    oss_credentials_free(given);
    CHECK((given = oss_credentials_anonymous()));
    oss_credentials_free(given);
    CHECK((given = oss_credentials_static("id", "secret", "token")));
    oss_credentials_free(given);
    CHECK((given = oss_credentials_callback(no_keys, &asked, NULL)));
    OK(oss_config_set_credentials(own, given));
    oss_credentials_free(given);
    CHECK((with_callback = oss_bucket_new(own, "bucket")));
    oss_config_free(own);
    STATUS(OSS_CREDENTIALS, oss_head_object(with_callback, "key", call));
    NUMBER(1, asked);
    oss_bucket_free(with_callback);
}

static void credentials_from_a_text(void)
{
    oss_config *own = oss_config_new();
    STATUS(OSS_INVALID_ARGUMENT, oss_config_set_credentials_from(NULL, "chain"));
    STATUS(OSS_INVALID_ARGUMENT, oss_config_set_credentials_from(own, NULL));
    oss_config_free(own);
}

static void handles(void)
{
    oss_session *session;
    oss_session_free(NULL);
    oss_bucket_free(NULL);
    oss_service_free(NULL);
    CHECK((session = oss_session_new(config)));
    oss_session_free(session);
    NO_HANDLE("name", oss_bucket_new(config, NULL));
    SAYS("name", oss_config_error(config));
    NO_HANDLE("`name`", oss_bucket_new(config, ""));
    NO_HANDLE("`name`", oss_bucket_new(config, "No Bucket"));
    NO_HANDLE("name", oss_bucket_new(config, NOT_UTF8));
    CHECK((bucket = oss_bucket_new(config, "bucket")));
    TEXT("", oss_config_error(config));
    CHECK((service = oss_service_new(config)));
}

static void no_call(void)
{
    char buffer[8];
    size_t length = 7;
    const oss_entry *entry = NULL;
    const char *name = "untouched";
    oss_call_free(NULL);
    REFUSED("call", oss_call_reset(NULL));
    REFUSED("call", oss_call_set_header(NULL, "x-a", "b"));
    REFUSED("call", oss_call_set_query(NULL, "a", "b"));
    REFUSED("call", oss_call_set_range(NULL, 0, -1));
    REFUSED("call", oss_call_set_progress(NULL, no_progress, NULL));
    REFUSED("call", oss_call_set_rewind(NULL, NULL, NULL));
    REFUSED("call", oss_call_set_part_size(NULL, 102400));
    REFUSED("call", oss_call_set_workers(NULL, 1));
    REFUSED("call", oss_call_set_outcome(NULL, NULL, NULL));
    REFUSED("call", oss_call_set_filter(NULL, NULL, NULL));
    REFUSED("call", oss_call_set_prefetch(NULL, 2));
    REFUSED("call", oss_call_set_record_directory(NULL, "."));
    REFUSED("call", oss_call_set_no_record(NULL));
    REFUSED("call", oss_call_set_timeout_ms(NULL, 1));
    REFUSED("call", oss_call_cancel(NULL));
    TEXT("", oss_call_error(NULL));
    NUMBER(0, oss_call_http_status(NULL));
    TEXT("", oss_call_code(NULL));
    TEXT("", oss_call_message(NULL));
    TEXT("", oss_call_request_id(NULL));
    TEXT("", oss_call_host_id(NULL));
    TEXT("", oss_call_ec(NULL));
    CHECK(oss_call_error_detail(NULL, "Key") == NULL);
    CHECK(oss_call_error_detail(call, NULL) == NULL);
    CHECK(oss_call_error_detail_at(NULL, 0, &name) == NULL && name == NULL);
    CHECK(oss_call_element_at(NULL, "", 0) == NULL);
    CHECK(oss_call_element_at(call, NULL, 0) == NULL);
    CHECK(oss_call_element_at(call, "", SIZE_MAX) == NULL);
    CHECK(oss_call_element_at(call, "a[", 0) == NULL);
    CHECK(oss_call_error_detail_at(call, SIZE_MAX, NULL) == NULL);
    NUMBER(0, oss_call_retryable(NULL));
    NUMBER(OSS_INVALID_ARGUMENT, oss_call_status(NULL));
    CHECK(oss_current_call() == NULL);
    NUMBER(0, oss_call_attempts(NULL));
    NUMBER(0, oss_call_os_error(NULL));
    CHECK(oss_call_response_header(NULL, "etag") == NULL);
    CHECK(oss_call_response_header(call, NULL) == NULL);
    CHECK(oss_call_response_header_at(NULL, 0, &name) == NULL && name == NULL);
    CHECK(oss_call_response_headers(NULL) == NULL);
    CHECK(oss_call_response_header_at(call, 0, NULL) == NULL);
    CHECK(oss_call_response_header_at(call, SIZE_MAX, &name) == NULL && name == NULL);
    CHECK(oss_call_etag(NULL) == NULL);
    CHECK(oss_call_version_id(NULL) == NULL);
    NUMBER(0, (long long)oss_call_crc64(NULL));
    NUMBER(-1, oss_call_content_length(NULL));
    NUMBER(-1, oss_call_last_modified(NULL));
    CHECK(oss_call_body(NULL, &length) == NULL);
    NUMBER(0, (long long)length);
    CHECK(oss_call_body(NULL, NULL) == NULL);
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(NULL, buffer, sizeof buffer));
    SAYS("call", oss_last_error());
    REFUSED("call", oss_call_next(NULL, &entry));
    NUMBER(0, oss_call_next_is_ready(NULL));
}

static void bad_call(void)
{
    char buffer[8];
    const oss_entry *entry = (const oss_entry *)(const void *)buffer;
    CALL_REFUSED("name", oss_call_set_header(call, NULL, "b"));
    CALL_REFUSED("value", oss_call_set_header(call, "x-a", NULL));
    CALL_REFUSED("header", oss_call_set_header(call, "", "b"));
    CALL_REFUSED("header", oss_call_set_header(call, "x a", "b"));
    CALL_REFUSED("header", oss_call_set_header(call, "x-a", "b\r\nc: d"));
    CALL_REFUSED("name", oss_call_set_query(call, NULL, "b"));
    CALL_REFUSED("name", oss_call_set_query(call, "", "b"));
    CALL_REFUSED("value", oss_call_set_query(call, "a", NOT_UTF8));
    CALL_REFUSED("first", oss_call_set_range(call, 2, 1));
    CALL_REFUSED("last", oss_call_set_range(call, -2, 5));
    CALL_REFUSED("last", oss_call_set_range(call, 0, -2));
    CALL_REFUSED("part_size", oss_call_set_part_size(call, 102399));
    CALL_REFUSED("part_size", oss_call_set_part_size(call, -1));
    CALL_REFUSED("workers", oss_call_set_workers(call, 0));
    CALL_REFUSED("workers", oss_call_set_workers(call, 65));
    CALL_REFUSED("prefetch", oss_call_set_prefetch(call, 1));
    CALL_REFUSED("prefetch", oss_call_set_prefetch(call, -1));
    CALL_REFUSED("directory", oss_call_set_record_directory(call, NULL));
    CALL_REFUSED("directory", oss_call_set_record_directory(call, ""));
    CALL_REFUSED("timeout", oss_call_set_timeout_ms(call, 0));
    CALL_REFUSED("timeout", oss_call_set_timeout_ms(call, -1));
    CALL_REFUSED("timeout", oss_call_set_timeout_ms(call, INT64_MAX));
    OK(oss_call_set_progress(call, NULL, NULL));
    OK(oss_call_set_rewind(call, NULL, NULL));
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, buffer, sizeof buffer));
    SAYS("oss_get_object", oss_last_error());
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, NULL, 1));
    SAYS("buf", oss_last_error());
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, buffer, 0));
    SAYS("buf", oss_last_error());
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, buffer, SIZE_MAX));
    SAYS("buf", oss_last_error());
    REFUSED("entry", oss_call_next(call, NULL));
    CALL_REFUSED("oss_list_objects_v2", oss_call_next(call, &entry));
    NUMBER(0, oss_call_next_is_ready(call));
    CHECK(entry == NULL);
    OK(oss_call_reset(call));
}

/* What was refused is not left out of the request: nothing is sent until a reset. */
static void refused_input(void)
{
    const oss_entry *entry;
    REFUSED("header", oss_call_set_header(call, "If-Match", "a\nb"));
    OK(oss_call_set_header(call, "If-Match", "ab"));
    CALL_REFUSED("header", oss_put_object(bucket, "key", "", 0, call));
    CALL_REFUSED("header", oss_get_object(bucket, "key", call));
    CALL_REFUSED("header", oss_list_objects_v2(bucket, NULL, NULL, call));
    REFUSED("listing", oss_call_next(call, &entry));
    OK(oss_call_reset(call));
    TEXT("", oss_call_error(call));
    /* After that the call gets as far as a key that cannot be. */
    CALL_REFUSED("key", oss_put_object(bucket, "/key", "", 0, call));
}

/* For each operation: no bucket, no key, a key that cannot be, and the parameters of its own. */
static void operations(void)
{
    char buffer[8], long_key[1025];
    size_t length;
    memset(long_key, 'k', sizeof long_key - 1);
    long_key[sizeof long_key - 1] = 0;

    CALL_REFUSED("bucket", oss_put_bucket(NULL, call));
    CALL_REFUSED("bucket", oss_delete_bucket(NULL, call));
    CALL_REFUSED("bucket", oss_list_objects_v2(NULL, NULL, NULL, call));
    REFUSED("call", oss_list_objects_v2(bucket, NULL, NULL, NULL));
    CALL_REFUSED("prefix", oss_list_objects_v2(bucket, NOT_UTF8, NULL, call));
    CALL_REFUSED("delimiter", oss_list_objects_v2(bucket, NULL, NOT_UTF8, call));
    CALL_REFUSED("service", oss_list_buckets(NULL, NULL, call));
    REFUSED("call", oss_list_buckets(service, NULL, NULL));
    CALL_REFUSED("prefix", oss_list_buckets(service, NOT_UTF8, call));

    CALL_REFUSED("bucket", oss_put_object(NULL, "key", "", 0, call));
    CALL_REFUSED("`key` is NULL", oss_put_object(bucket, NULL, "", 0, call));
    CALL_REFUSED("key", oss_put_object(bucket, "", "", 0, call));
    CALL_REFUSED("key", oss_put_object(bucket, "/key", "", 0, call));
    CALL_REFUSED("key", oss_put_object(bucket, "\\key", "", 0, call));
    CALL_REFUSED("key", oss_put_object(bucket, long_key, "", 0, call));
    CALL_REFUSED("key", oss_put_object(bucket, NOT_UTF8, "", 0, call));
    CALL_REFUSED("data", oss_put_object(bucket, "key", NULL, 1, call));
    CALL_REFUSED("data", oss_put_object(bucket, "key", "", SIZE_MAX, call));
    REFUSED("data", oss_put_object(bucket, "key", NULL, 1, NULL));

    CALL_REFUSED("bucket", oss_upload_file(NULL, "key", "/nowhere", call));
    CALL_REFUSED("key", oss_upload_file(bucket, NULL, "/nowhere", call));
    CALL_REFUSED("path", oss_upload_file(bucket, "key", NULL, call));
    CALL_REFUSED("bucket", oss_copy_large_object(NULL, "key", NULL, "from", NULL, call));
    CALL_REFUSED("key", oss_copy_large_object(bucket, NULL, NULL, "from", NULL, call));
    CALL_REFUSED("source_key", oss_copy_large_object(bucket, "key", NULL, NULL, NULL, call));
    CALL_REFUSED("key", oss_abort_copy_large_object(bucket, NULL, NULL, "from", NULL, call));
    NO_HANDLE("bucket", oss_writer_open(NULL, "key", call));
    NO_HANDLE("key", oss_writer_open(bucket, NULL, call));
    NO_HANDLE("key", oss_writer_open(bucket, "/key", NULL));
    REFUSED("writer", oss_writer_write(NULL, "", 0));
    CALL_REFUSED("writer", oss_writer_finish(NULL, call));
    REFUSED("writer", oss_writer_abort(NULL));
    CALL_REFUSED("writer", oss_writer_failure(NULL, call));
    oss_writer_free(NULL);
    CALL_REFUSED("bucket", oss_list_uploads_before(NULL, NULL, 0, call));
    CALL_REFUSED("seconds", oss_list_uploads_before(bucket, NULL, -1, call));
    REFUSED("call", oss_list_uploads_before(bucket, NULL, 0, NULL));
    CALL_REFUSED("seconds", oss_abort_uploads_before(bucket, NULL, -1, NULL, call));
    CALL_REFUSED("bucket", oss_download_file(NULL, "key", "/nowhere", call));
    CALL_REFUSED("key", oss_download_file(bucket, NULL, "/nowhere", call));
    CALL_REFUSED("path", oss_download_file(bucket, "key", NULL, call));
    CALL_REFUSED("bucket", oss_abort_upload_file(NULL, "key", "/nowhere", call));
    CALL_REFUSED("key", oss_abort_upload_file(bucket, NULL, "/nowhere", call));
    CALL_REFUSED("path", oss_abort_upload_file(bucket, "key", NULL, call));
    CALL_REFUSED("bucket", oss_abort_download_file(NULL, "key", "/nowhere", call));
    CALL_REFUSED("key", oss_abort_download_file(bucket, NULL, "/nowhere", call));
    CALL_REFUSED("path", oss_abort_download_file(bucket, "key", NULL, call));
    CALL_REFUSED("bucket", oss_put_object_file(NULL, "key", "/dev/null", call));
    CALL_REFUSED("key", oss_put_object_file(bucket, NULL, "/dev/null", call));
    CALL_REFUSED("path", oss_put_object_file(bucket, "key", NULL, call));
    CALL_REFUSED("path", oss_put_object_file(bucket, "key", "/", call));
    STATUS(OSS_IO, oss_put_object_file(bucket, "key", "/nowhere", call));
    SAYS("path", oss_call_error(call));

    CALL_REFUSED("bucket", oss_put_object_stream(NULL, "key", 0, read_nothing, NULL, call));
    CALL_REFUSED("key", oss_put_object_stream(bucket, NULL, 0, read_nothing, NULL, call));
    CALL_REFUSED("len", oss_put_object_stream(bucket, "key", -2, read_nothing, NULL, call));
    CALL_REFUSED("read", oss_put_object_stream(bucket, "key", 0, NULL, NULL, call));

    CALL_REFUSED("bucket", oss_get_object(NULL, "key", call));
    CALL_REFUSED("key", oss_get_object(bucket, NULL, call));
    REFUSED("call", oss_get_object(bucket, "key", NULL));

    CALL_REFUSED("bucket", oss_get_object_to_buffer(NULL, "key", buffer, 8, &length, call));
    CALL_REFUSED("key", oss_get_object_to_buffer(bucket, NULL, buffer, 8, &length, call));
    CALL_REFUSED("buf", oss_get_object_to_buffer(bucket, "key", NULL, 8, &length, call));
    CALL_REFUSED("buf", oss_get_object_to_buffer(bucket, "key", buffer, SIZE_MAX, &length, call));

    CALL_REFUSED("bucket", oss_get_object_to_file(NULL, "key", "/tmp/nothing", call));
    CALL_REFUSED("key", oss_get_object_to_file(bucket, NULL, "/tmp/nothing", call));
    CALL_REFUSED("path", oss_get_object_to_file(bucket, "key", NULL, call));
    STATUS(OSS_IO, oss_get_object_to_file(bucket, "key", "/nowhere/file", call));
    SAYS("path", oss_call_error(call));

    CALL_REFUSED("bucket", oss_get_object_to_stream(NULL, "key", write_nothing, NULL, call));
    CALL_REFUSED("key", oss_get_object_to_stream(bucket, NULL, write_nothing, NULL, call));
    CALL_REFUSED("write", oss_get_object_to_stream(bucket, "key", NULL, NULL, call));

    CALL_REFUSED("bucket", oss_head_object(NULL, "key", call));
    CALL_REFUSED("key", oss_head_object(bucket, NULL, call));
    CALL_REFUSED("bucket", oss_get_object_meta(NULL, "key", call));
    CALL_REFUSED("key", oss_get_object_meta(bucket, NULL, call));
    CALL_REFUSED("bucket", oss_delete_object(NULL, "key", call));
    CALL_REFUSED("key", oss_delete_object(bucket, NULL, call));

    CALL_REFUSED("bucket", oss_invoke(NULL, "GET", NULL, NULL, 0, call));
    CALL_REFUSED("operation", oss_invoke(bucket, NULL, NULL, NULL, 0, call));
    CALL_REFUSED("operation", oss_invoke(bucket, "get", NULL, NULL, 0, call));
    CALL_REFUSED("key", oss_invoke(bucket, "GET", "/", NULL, 0, call));
    CALL_REFUSED("body", oss_invoke(bucket, "PUT", NULL, NULL, 1, call));
    CALL_REFUSED("service", oss_service_invoke(NULL, "GET", NULL, 0, call));
    CALL_REFUSED("operation", oss_service_invoke(service, NULL, NULL, 0, call));
    CALL_REFUSED("body", oss_service_invoke(service, "PUT", NULL, 1, call));
}

#include "null_everyday.h"
#include "null_operations.h"

int main(void)
{
    CHECK((call = oss_call_new()));
    library();
    no_config();
    config = configure();
    bad_options();
    credentials();
    credentials_from_a_text();
    handles();
    no_call();
    bad_call();
    refused_input();
    everyday();
    checksums();
    names_of_a_bucket();
    operations();
    other_operations();
    oss_call_free(call);
    oss_service_free(service);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
