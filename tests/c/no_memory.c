/* Memory for something large cannot be had: the call says so, and the process goes on. The program has its own malloc(),
 * which refuses what is larger than a limit.
 *
 *     no_memory BUCKET FILE */
#include "check.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

enum { LARGE = 4 * 1024 * 1024, LIMIT = 200 * 1024 };

static volatile size_t limit = SIZE_MAX;
static volatile int refused;

static int is_refused(size_t size)
{
    if (size <= limit)
        return 0;
    refused = 1;
    return 1;
}

void *malloc(size_t size)
{
    return is_refused(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused(count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return is_refused(size) ? NULL : __libc_realloc(old, size);
}

#define NO_MEMORY(http_status, expression) \
    do { \
        refused = 0; \
        limit = LIMIT; \
        STATUS(OSS_NO_MEMORY, expression); \
        limit = SIZE_MAX; \
        SAYS("no memory", oss_call_error(call)); \
        NUMBER(http_status, oss_call_http_status(call)); \
        CHECK(refused); \
    } while (0)

static int write_nothing(void *user, const uint8_t *data, size_t len)
{
    (void)user, (void)data, (void)len;
    return 0;
}

static int64_t read_zeros(void *user, uint8_t *buf, size_t cap)
{
    int64_t *left = (int64_t *)user;
    size_t count = *left < (int64_t)cap ? (size_t)*left : cap;
    memset(buf, 0, count);
    *left -= (int64_t)count;
    return (int64_t)count;
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_bucket *bucket;
    oss_call *call = oss_call_new();
    int64_t left;
    char *data = (char *)calloc(1, LARGE);
    CHECK(argc == 3 && call && data);
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "key", data, LARGE, NULL));
    NO_MEMORY(200, oss_invoke(bucket, "GetObject", "key", NULL, 0, call));
    NO_MEMORY(200, oss_get_object_to_stream(bucket, "key", write_nothing, NULL, call));
    OK(oss_get_object_to_file(bucket, "key", argv[2], call));
    NO_MEMORY(200, oss_get_object_to_file(bucket, "key", argv[2], call));
    left = LARGE;
    NO_MEMORY(0, oss_put_object_stream(bucket, "key", LARGE, read_zeros, &left, call));
    left = LARGE;
    NO_MEMORY(0, oss_put_object_stream(bucket, "key", -1, read_zeros, &left, call));
    NO_MEMORY(0, oss_put_object_file(bucket, "key", argv[2], call));
    /* And then it works. */
    OK(oss_invoke(bucket, "GetObject", "key", NULL, 0, call));
    OK(oss_get_object_to_file(bucket, "key", argv[2], call));
    free(data);
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
