/* What a call remembers: what belongs to one request is used up by it, the rest stays; what the service said stays
 * readable when something local fails afterwards.
 *
 *     remembers BUCKET FILE */
#include "check.h"

#include <signal.h>
#include <sys/resource.h>

enum { LARGE = 8000000, OFTEN = 1000000, REFUSALS = 100000, STEPS = 2000, MOST_KIB = 1024 };

static oss_bucket *bucket;
static oss_call *call;
static char *buffer;

#define REFUSED(words, expression) \
    do { \
        STATUS(OSS_INVALID_ARGUMENT, expression); \
        SAYS(words, oss_call_error(call)); \
    } while (0)

static size_t fetch(void)
{
    size_t length = 1;
    OK(oss_get_object_to_buffer(bucket, "large", buffer, LARGE, &length, call));
    return length;
}

/* A range is for one request, sent or refused. */
static void ranges(void)
{
    size_t length;
    OK(oss_call_set_range(call, 0, 2));
    NUMBER(3, (long long)fetch());
    NUMBER(LARGE, (long long)fetch());

    OK(oss_call_set_range(call, 0, 2));
    REFUSED("key", oss_get_object_to_buffer(bucket, "", buffer, LARGE, &length, call));
    NUMBER(LARGE, (long long)fetch());

    /* So is the refusal of one. */
    REFUSED("range", oss_call_set_range(call, 5, 3));
    REFUSED("range", oss_get_object_to_buffer(bucket, "large", buffer, LARGE, &length, call));
    NUMBER(0, (long long)length);
    NUMBER(LARGE, (long long)fetch());
}

/* So are fields, parts, the CRC-64 to begin with and the upload callback. */
static void others_of_one_request(void)
{
    OK(oss_call_set_field(call, "Status", "Enabled"));
    OK(oss_invoke(bucket, "PutBucketVersioning", NULL, NULL, 0, call));
    STATUS(OSS_INVALID_ARGUMENT, oss_invoke(bucket, "PutBucketVersioning", NULL, NULL, 0, call));

    OK(oss_call_set_initial_crc64(call, 7));
    OK(oss_append_object(bucket, "log", 0, "ab", 2, call));
    OK(oss_append_object(bucket, "log", 2, "cd", 2, call));

    OK(oss_call_set_initial_crc64(call, 7));
    STATUS(OSS_CHECKSUM_MISMATCH, oss_append_object(bucket, "log", 4, "ef", 2, call));
    OK(oss_append_object(bucket, "log", 6, "gh", 2, call));

    OK(oss_call_add_part(call, 1, "\"E\"", -1, 0));
    STATUS(OSS_NOT_FOUND, oss_complete_multipart_upload(bucket, "key", "no-such-id", call));
    OK(oss_call_add_part(call, 1, "\"E\"", -1, 0));
    REFUSED("upload_id", oss_complete_multipart_upload(bucket, "key", NULL, call));

    /* A repetition without them would store all that was uploaded; other requests leave it at that. */
    REFUSED("parts", oss_complete_multipart_upload(bucket, "key", "no-such-id", call));
    OK(oss_put_object(bucket, "small", "value", 5, call));
    REFUSED("parts", oss_complete_multipart_upload(bucket, "key", "another-id", call));

    /* Another request would lose them, and has to be sent with another call. */
    OK(oss_call_add_part(call, 1, "\"E\"", -1, 0));
    REFUSED("parts", oss_upload_part(bucket, "key", "id", 2, "v", 1, call));
    REFUSED("parts", oss_upload_part(bucket, "key", "id", 2, "v", 1, call));
    STATUS(OSS_NOT_FOUND, oss_complete_multipart_upload(bucket, "key", "no-such-id", call));
    OK(oss_call_reset(call));
    STATUS(OSS_NOT_FOUND, oss_complete_multipart_upload(bucket, "key", "no-such-id", call));

    OK(oss_call_set_upload_callback(call, "{\"callbackUrl\":\"http://127.0.0.1:1\",\"callbackBody\":\"b\"}", NULL));
    REFUSED("key", oss_put_object(bucket, "", "v", 1, call));
    OK(oss_put_object(bucket, "small", "value", 5, call));
    NUMBER(200, oss_call_http_status(call));

    REFUSED("callback", oss_call_set_upload_callback(call, "{", NULL));
    REFUSED("callback", oss_put_object(bucket, "small", "value", 5, call));
    REFUSED("variables", oss_call_set_upload_callback(
        call, "{\"callbackUrl\":\"http://127.0.0.1:1\",\"callbackBody\":\"b\"}", "[]"));
    REFUSED("variables", oss_put_object(bucket, "small", "value", 5, call));
    OK(oss_put_object(bucket, "small", "value", 5, call));
}

/* Headers and query stay, and a later one replaces an earlier one. */
static void what_stays(void)
{
    char name[32], value[32];
    int i;
    for (i = 0; i < OFTEN; i++) {
        snprintf(value, sizeof value, "%d", i);
        OK(oss_call_set_header(call, i % 2 ? "x-oss-meta-a" : "X-Oss-Meta-A", value));
        OK(oss_call_set_query(call, "x-a", value));
        OK(oss_call_set_field(call, "Status", value));
    }
    OK(oss_put_object(bucket, "meta", "value", 5, NULL));
    REFUSED("field", oss_put_object(bucket, "meta", "value", 5, call));
    OK(oss_put_object(bucket, "meta", "value", 5, call));
    OK(oss_head_object(bucket, "meta", call));
    TEXT(value, oss_call_response_header(call, "x-oss-meta-a"));

    /* The first bad one stays, too. */
    REFUSED("header", oss_call_set_header(call, "a b", "c"));
    REFUSED("header", oss_head_object(bucket, "meta", call));
    REFUSED("header", oss_head_object(bucket, "meta", call));
    OK(oss_call_reset(call));

    /* There are limits, and they are the setter's. */
    for (i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "x-a-%d", i);
        OK(oss_call_set_header(call, name, "v"));
        OK(oss_call_set_query(call, name, "v"));
    }
    REFUSED("header", oss_call_set_header(call, "x-b", "v"));
    REFUSED("query", oss_call_set_query(call, "x-b", "v"));
    OK(oss_call_reset(call));
    memset(buffer, 'a', 140000);
    buffer[140000] = 0;
    REFUSED("65536", oss_call_set_header(call, "x-a", buffer));
    OK(oss_call_reset(call));
    OK(oss_head_object(bucket, "meta", call));
}

/* Out-parameters are written whatever happens. */
static int use_own_call(void *user, int64_t done, int64_t total)
{
    int exists = 7;
    size_t length = 7, body = 7;
    uint64_t rows = 7;
    uint32_t splits = 7, columns = 7;
    const oss_entry *entry = (const oss_entry *)user;
    const char *name = "untouched";
    (void)done, (void)total;
    STATUS(OSS_BUSY, oss_object_exists(bucket, "large", &exists, call));
    NUMBER(0, exists);
    exists = 7;
    STATUS(OSS_BUSY, oss_bucket_exists(bucket, &exists, call));
    NUMBER(0, exists);
    STATUS(OSS_BUSY, oss_get_object_to_buffer(bucket, "large", buffer, 1, &length, call));
    NUMBER(0, (long long)length);
    STATUS(OSS_BUSY,
           oss_create_select_object_meta(bucket, "large", &splits, &rows, &columns, call));
    NUMBER(0, (long long)(splits + rows + columns));
    STATUS(OSS_BUSY, oss_call_next(call, &entry));
    CHECK(entry == NULL);
    CHECK(oss_call_body(call, &body) == NULL && body == 0);
    CHECK(oss_call_response_header_at(call, 0, &name) == NULL && name == NULL);
    return 0;
}

static void out_parameters(void)
{
    int exists = 7;
    OK(oss_call_set_progress(call, use_own_call, call));
    OK(oss_put_object(bucket, "small", "value", 5, call));
    OK(oss_call_reset(call));
    STATUS(OSS_INVALID_ARGUMENT, oss_object_exists(NULL, "key", &exists, call));
    NUMBER(0, exists);
    exists = 7;
    STATUS(OSS_INVALID_ARGUMENT, oss_object_exists(bucket, "key", &exists, (oss_call *)bucket));
    NUMBER(0, exists);
}

static void was_answered(int status, int attempts)
{
    NUMBER(status, oss_call_http_status(call));
    NUMBER(attempts, oss_call_attempts(call));
    CHECK(oss_call_request_id(call)[0] != 0);
}

static int stop_writing(void *user, const uint8_t *data, size_t len)
{
    (void)user, (void)data, (void)len;
    return 1;
}

static int stop(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    return 1;
}

static void local_failures(const char *file)
{
    struct rlimit limit, all;
    int exists = 7;
    OK(oss_object_exists(bucket, "large", &exists, call));
    NUMBER(1, exists);
    was_answered(200, 1);
    OK(oss_object_exists(bucket, "missing", &exists, call));
    NUMBER(0, exists);
    was_answered(404, 1);
    TEXT("", oss_call_error(call));

    STATUS(OSS_INVALID_ARGUMENT,
           oss_get_object_to_buffer(bucket, "large", buffer, 10, NULL, call));
    was_answered(200, 1);
    NUMBER(LARGE, oss_call_content_length(call));
    CHECK(oss_call_etag(call) != NULL);

    STATUS(OSS_CANCELLED, oss_get_object_to_stream(bucket, "large", stop_writing, NULL, call));
    was_answered(200, 1);

    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK(getrlimit(RLIMIT_FSIZE, &all) == 0);
    limit = all;
    limit.rlim_cur = 100000;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    STATUS(OSS_IO, oss_get_object_to_file(bucket, "large", file, call));
    CHECK(setrlimit(RLIMIT_FSIZE, &all) == 0);
    was_answered(200, 1);

    /* The server cuts these. */
    CHECK(oss_get_object_to_buffer(bucket, "cut", buffer, LARGE, NULL, call) != OSS_OK);
    CHECK(oss_call_http_status(call) / 100 == 2);
    CHECK(oss_call_request_id(call)[0] != 0);

    /* Stopped between two attempts, and while reading. */
    OK(oss_call_set_timeout_ms(call, 1500));
    CHECK(oss_head_object(bucket, "unavailable", call) != OSS_OK);
    NUMBER(503, oss_call_http_status(call));
    CHECK(oss_call_attempts(call) >= 1);
    OK(oss_call_reset(call));
    OK(oss_call_set_progress(call, stop, NULL));
    OK(oss_get_object(bucket, "large", call));
    NUMBER(-OSS_CANCELLED, oss_call_read(call, buffer, LARGE));
    was_answered(200, 1);
    CHECK(oss_call_etag(call) != NULL);
    OK(oss_call_reset(call));
}

/* The second page never comes: what was said about the first is not about it. */
static void pages(void)
{
    const oss_entry *entry;
    OK(oss_call_reset(call));
    OK(oss_call_set_query(call, "max-keys", "1"));
    OK(oss_list_objects_v2(bucket, NULL, NULL, call));
    OK(oss_call_next(call, &entry));
    NUMBER(200, oss_call_http_status(call));
    STATUS(OSS_NETWORK, oss_call_next(call, &entry));
    NUMBER(0, oss_call_http_status(call));
    TEXT("", oss_call_request_id(call));
    CHECK(oss_call_response_header(call, "date") == NULL);
    OK(oss_call_reset(call));
}

/* Of this process, now. */
static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long size = -1;
    CHECK(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %ld", &size) == 1)
            break;
    fclose(file);
    CHECK(size > 0);
    return size;
}

/* However many values are refused, memory does not grow. What was said about the last two stays readable. */
static void many_refusals(void)
{
    const char *before = NULL, *words = "";
    char name[64], expected[64];
    long size = 0;
    int i;
    for (i = 0; i < REFUSALS; i++) {
        if (i == REFUSALS / 10)
            size = resident_kib();
        snprintf(name, sizeof name, "a b %d", i);
        REFUSED(name, oss_call_set_header(call, name, "c"));
        before = words;
        words = oss_call_error(call);
        CHECK(words == oss_call_error(call));
        snprintf(expected, sizeof expected, "a b %d", i - 1);
        if (i > 0)
            SAYS(expected, before);
    }
    CHECK(resident_kib() - size < MOST_KIB);
    OK(oss_call_reset(call));
}

/* Nor however often a page that cannot be fetched is asked for again. What the listing began with stays. */
static void long_outage(oss_bucket *once)
{
    const oss_entry *entry;
    char id[64], *key = NULL;
    long size = 0;
    int i;
    OK(oss_call_reset(call));
    OK(oss_call_set_query(call, "max-keys", "1"));
    OK(oss_list_objects(once, NULL, NULL, call));
    OK(oss_call_next(call, &entry));
    for (i = 0; i < STEPS; i++) {
        if (i == STEPS / 10)
            size = resident_kib();
        STATUS(OSS_THROTTLED, oss_call_next(call, &entry));
        CHECK(entry == NULL);
        snprintf(id, sizeof id, "%s", oss_call_request_id(call));
        CHECK(!key || strcmp(id, key) != 0);
        key = (char *)oss_call_request_id(call);
        SAYS(id, oss_call_error(call));
        TEXT("ServiceUnavailable", oss_call_code(call));
    }
    CHECK(resident_kib() - size < MOST_KIB);
    OK(oss_call_reset(call));
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_bucket *once;
    CHECK(argc == 3);
    bucket = create_bucket(config, argv[1]);
    CHECK((call = oss_call_new()));
    CHECK((buffer = (char *)calloc(1, LARGE)));
    OK(oss_put_object(bucket, "large", buffer, LARGE, NULL));
    OK(oss_put_object(bucket, "cut", buffer, LARGE, NULL));
    ranges();
    others_of_one_request();
    what_stays();
    out_parameters();
    local_failures(argv[2]);
    pages();
    many_refusals();
    OK(oss_config_set_attempts(config, 1));
    CHECK((once = oss_bucket_new(config, argv[1])));
    long_outage(once);
    oss_bucket_free(once);
    free(buffer);
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
