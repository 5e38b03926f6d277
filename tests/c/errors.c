/* What a program can learn about a failure, and for how long what it was lent stays.
 *
 *     errors BUCKET */
#include "check.h"

static oss_config *config;
static oss_bucket *bucket;
static oss_call *call;

/* A call that was not used yet has nothing to say. */
static void nothing_yet(void)
{
    size_t length = 1;
    TEXT("", oss_call_error(call));
    NUMBER(0, oss_call_http_status(call));
    TEXT("", oss_call_code(call));
    TEXT("", oss_call_message(call));
    TEXT("", oss_call_request_id(call));
    TEXT("", oss_call_host_id(call));
    TEXT("", oss_call_ec(call));
    CHECK(oss_call_error_detail(call, "Key") == NULL);
    NUMBER(0, oss_call_retryable(call));
    NUMBER(0, oss_call_attempts(call));
    CHECK(oss_call_response_header(call, "date") == NULL);
    CHECK(oss_call_etag(call) == NULL);
    CHECK(oss_call_version_id(call) == NULL);
    NUMBER(0, (long long)oss_call_crc64(call));
    NUMBER(-1, oss_call_content_length(call));
    NUMBER(-1, oss_call_last_modified(call));
    CHECK(oss_call_body(call, &length) == NULL);
    NUMBER(0, (long long)length);
}

static void no_such_key(void)
{
    const char *body, *error, *code, *id, *detail, *key = "no/such key";
    size_t length = 0;
    STATUS(OSS_NOT_FOUND, oss_get_object(bucket, key, call));
    NUMBER(404, oss_call_http_status(call));
    TEXT("NoSuchKey", oss_call_code(call));
    CHECK(oss_call_message(call)[0] != 0);
    CHECK(oss_call_host_id(call)[0] != 0);
    TEXT("0026-00000001", oss_call_ec(call));
    TEXT(key, oss_call_error_detail(call, "Key"));
    CHECK(oss_call_error_detail(call, "NoSuchDetail") == NULL);
    NUMBER(0, oss_call_retryable(call));
    NUMBER(1, oss_call_attempts(call));

    /* The words: what, why, and what support wants to know; the same on the thread. */
    error = oss_call_error(call);
    id = oss_call_request_id(call);
    CHECK(id[0] != 0);
    SAYS("GetObject", error);
    SAYS("404", error);
    SAYS("NoSuchKey", error);
    SAYS(id, error);
    SAYS("0026-00000001", error);
    TEXT(error, oss_last_error());

    body = (const char *)oss_call_body(call, &length);
    CHECK(body && length > 20);
    CHECK(memcmp(body, "<?xml", 5) == 0);

    /* What is lent stays in place as long as the call does nothing else. */
    code = oss_call_code(call);
    detail = oss_call_error_detail(call, "Key");
    CHECK(oss_call_response_header(call, "etag") == NULL);
    CHECK(oss_call_error(call) == error);
    CHECK(oss_call_code(call) == code);
    CHECK(oss_call_request_id(call) == id);
    CHECK(oss_call_error_detail(call, "Key") == detail);
    CHECK(oss_call_body(call, NULL) == body);

    /* A body cannot be read from a failure. */
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, &length, 1));
}

/* Answers to HEAD have no body; the same parts come all the same. */
static void head(void)
{
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "no such key", call));
    NUMBER(404, oss_call_http_status(call));
    TEXT("NoSuchKey", oss_call_code(call));
    CHECK(oss_call_message(call)[0] != 0);
    CHECK(oss_call_request_id(call)[0] != 0);
    TEXT("0026-00000001", oss_call_ec(call));
    STATUS(OSS_NOT_FOUND, oss_get_object_meta(bucket, "no such key", call));
    TEXT("NoSuchKey", oss_call_code(call));
}

/* A success wipes the failure before it, a failure the success. */
static void reuse(void)
{
    char first[64];
    OK(oss_put_object(bucket, "key", "value", 5, call));
    TEXT("", oss_call_error(call));
    TEXT("", oss_call_code(call));
    TEXT("", oss_call_message(call));
    TEXT("", oss_call_host_id(call));
    TEXT("", oss_call_ec(call));
    NUMBER(200, oss_call_http_status(call));
    snprintf(first, sizeof first, "%s", oss_call_request_id(call));
    CHECK(first[0] != 0);
    CHECK(oss_call_etag(call) == oss_call_response_header(call, "ETag"));

    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "no such key", call));
    CHECK(strcmp(first, oss_call_request_id(call)) != 0);
    CHECK(oss_call_etag(call) == NULL);
    NUMBER(0, (long long)oss_call_crc64(call));

    OK(oss_call_reset(call));
    nothing_yet();

    /* What goes in stays until the reset. */
    OK(oss_call_set_header(call, "If-Match", "\"0\""));
    STATUS(OSS_PRECONDITION_FAILED, oss_get_object(bucket, "key", call));
    STATUS(OSS_PRECONDITION_FAILED, oss_get_object(bucket, "key", call));
    NUMBER(412, oss_call_http_status(call));
    OK(oss_call_reset(call));
    OK(oss_head_object(bucket, "key", call));
    OK(oss_call_set_header(call, "If-None-Match", oss_call_etag(call)));
    STATUS(OSS_NOT_MODIFIED, oss_get_object(bucket, "key", call));
    NUMBER(304, oss_call_http_status(call));
    OK(oss_call_reset(call));
}

/* A body that is left halfway does not disturb what comes after it. */
static void unread_body(void)
{
    static char big[3000000];
    char piece[100];
    OK(oss_put_object(bucket, "big", big, sizeof big, call));
    OK(oss_get_object(bucket, "big", call));
    NUMBER(sizeof piece, oss_call_read(call, piece, sizeof piece));
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "no such key", call));
    OK(oss_get_object(bucket, "big", call));
    OK(oss_call_reset(call));
    OK(oss_head_object(bucket, "key", call));
    NUMBER(5, oss_call_content_length(call));
}

static void denied(void)
{
    oss_config *other = configure();
    oss_bucket *wrong;
    OK(oss_config_set_keys(other, required("OSS_ACCESS_KEY_ID"), "not-the-secret", NULL));
    CHECK((wrong = oss_bucket_new(other, "errors")));
    STATUS(OSS_DENIED, oss_put_object(wrong, "key", "value", 5, call));
    NUMBER(403, oss_call_http_status(call));
    TEXT("SignatureDoesNotMatch", oss_call_code(call));
    CHECK(oss_call_error_detail(call, "StringToSign") != NULL);
    CHECK(!strstr(oss_call_error(call), "not-the-secret"));
    oss_bucket_free(wrong);
    oss_config_free(other);

    other = configure();
    OK(oss_config_set_keys(other, "nobody", "secret", NULL));
    CHECK((wrong = oss_bucket_new(other, "errors")));
    STATUS(OSS_DENIED, oss_head_object(wrong, "key", call));
    TEXT("InvalidAccessKeyId", oss_call_code(call));
    oss_bucket_free(wrong);
    oss_config_free(other);
}

/* Without an answer there is an error all the same, and it says that trying again may help. */
static void nobody_there(void)
{
    oss_config *other = configure();
    oss_bucket *unreachable;
    OK(oss_config_set_endpoint(other, "http://127.0.0.1:1"));
    OK(oss_config_set_attempts(other, 2));
    CHECK((unreachable = oss_bucket_new(other, "errors")));
    STATUS(OSS_NETWORK, oss_head_object(unreachable, "key", call));
    NUMBER(0, oss_call_http_status(call));
    TEXT("", oss_call_code(call));
    TEXT("", oss_call_request_id(call));
    NUMBER(2, oss_call_attempts(call));
    NUMBER(1, oss_call_retryable(call));
    SAYS("127.0.0.1:1", oss_call_error(call));
    oss_bucket_free(unreachable);
    oss_config_free(other);
}

/* The configuration remembers its first bad value. */
static void bad_configuration(void)
{
    oss_config *bad = oss_config_new();
    STATUS(OSS_INVALID_ARGUMENT, oss_config_set_attempts(bad, -1));
    STATUS(OSS_INVALID_ARGUMENT, oss_config_set_pool_size(bad, -1));
    SAYS("pool_size", oss_last_error());
    SAYS("attempts", oss_config_error(bad));
    CHECK(oss_bucket_new(bad, "bucket") == NULL);
    SAYS("attempts", oss_config_error(bad));
    SAYS("attempts", oss_last_error());
    oss_config_free(bad);
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    config = configure();
    CHECK((call = oss_call_new()));
    nothing_yet();
    bucket = create_bucket(config, argv[1]);
    no_such_key();
    head();
    reuse();
    unread_body();
    denied();
    nobody_there();
    bad_configuration();

    /* A failure on another bucket altogether. */
    oss_bucket_free(bucket);
    CHECK((bucket = oss_bucket_new(config, "no-such-bucket")));
    STATUS(OSS_NOT_FOUND, oss_put_object(bucket, "key", "", 0, call));
    TEXT("NoSuchBucket", oss_call_code(call));
    TEXT("no-such-bucket", oss_call_error_detail(call, "BucketName"));
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
