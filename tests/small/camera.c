/* What firmware does with the library: put, get, an upload in parts. The words of the command line say under which
 * circumstances:
 *
 *   memory=BYTES    with so much address space at most, and an object of half of it
 *   stack=BYTES     on a thread with so much stack
 *   seccomp         under the filter of seccomp.h
 *   clock=SECONDS   with the time from the program, since the machine has none
 *   no-random       where the system has no random numbers: expects that this is said
 *   1970            expects that https fails and names the clock
 */
#define _GNU_SOURCE
#include "check.h"
#include "seccomp.h"

#include <pthread.h>
#include <sys/resource.h>

struct circumstances {
    size_t memory, stack;
    int seccomp, in_1970, no_random;
    int64_t clock;
};

static int64_t told(void *user)
{
    return *(int64_t *)user;
}

/* A body that is made as it goes. */
static int64_t produce(void *user, uint8_t *buf, size_t cap)
{
    (void)user;
    memset(buf, 'x', cap);
    return (int64_t)cap;
}

static void put_and_get(oss_bucket *bucket, oss_call *call)
{
    char text[16];
    size_t len = 0;
    OK(oss_put_object(bucket, "hello.txt", "hello", 5, call));
    OK(oss_get_object_to_buffer(bucket, "hello.txt", text, sizeof text, &len, call));
    NUMBER(5, len);
    CHECK(memcmp(text, "hello", 5) == 0);
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "nothing", call));
    OK(oss_delete_object(bucket, "hello.txt", call));
}

static void upload_in_parts(oss_bucket *bucket, oss_call *call)
{
    enum { SIZE = 100 * 1024 };
    char *part = malloc(SIZE), id[256];
    oss_call *parts = oss_call_new();
    CHECK(part && parts);
    memset(part, 'y', SIZE);
    OK(oss_initiate_multipart_upload(bucket, "parts.bin", call));
    CHECK(oss_call_upload_id(call));
    snprintf(id, sizeof id, "%s", oss_call_upload_id(call));
    for (int32_t number = 1; number <= 2; number++) {
        OK(oss_upload_part(bucket, "parts.bin", id, number, part, SIZE, call));
        OK(oss_call_add_part(parts, number, oss_call_etag(call), SIZE, oss_call_crc64(call)));
    }
    OK(oss_complete_multipart_upload(bucket, "parts.bin", id, parts));
    OK(oss_head_object(bucket, "parts.bin", call));
    NUMBER(2 * SIZE, oss_call_content_length(call));
    oss_call_free(parts);
    free(part);
}

/* An object of that size goes and comes in pieces. */
static void stream(oss_bucket *bucket, oss_call *call, int64_t size)
{
    char piece[4096];
    int64_t got, all = 0;
    OK(oss_put_object_stream(bucket, "large.bin", size, produce, NULL, call));
    OK(oss_get_object(bucket, "large.bin", call));
    while ((got = oss_call_read(call, piece, sizeof piece)) > 0)
        all += got;
    NUMBER(0, got);
    NUMBER(size, all);
}

static void *work(void *user)
{
    struct circumstances *given = user;
    oss_config *config = configure();
    oss_call *call = oss_call_new();
    oss_bucket *bucket;
    if (given->clock)
        OK(oss_config_set_clock(config, told, &given->clock));
    bucket = oss_bucket_new(config, "camera");
    CHECK(given->no_random ? !bucket : bucket && call);
    if (given->no_random) {
        SAYS("this system gives no random numbers: getrandom(2)", oss_last_error());
        SAYS("/dev/urandom", oss_last_error());
    } else if (given->in_1970) {
        STATUS(OSS_NETWORK, oss_put_bucket(bucket, call));
        SAYS("this machine's clock says 1970-01-01", oss_call_error(call));
    } else {
        OK(oss_put_bucket(bucket, call));
        put_and_get(bucket, call);
        upload_in_parts(bucket, call);
        if (given->memory)
            stream(bucket, call, (int64_t)given->memory / 2);
    }
    oss_bucket_free(bucket);
    oss_call_free(call);
    oss_config_free(config);
    return NULL;
}

/* What this build has, and what it says of what it lacks. */
static void check_parts(void)
{
    oss_config *config = configure();
    int https = strncmp(required("OSS_ENDPOINT"), "https", 5) == 0;
    const char *lacking[] = {"credentials", "documents", "proxy", "select", "transfers", "v1"};
    for (size_t i = 0; i < sizeof lacking / sizeof *lacking; i++)
        NUMBER(0, oss_has(lacking[i]));
    NUMBER(0, oss_has("PutBucketLifecycle"));
    NUMBER(oss_has("builtin-roots"), oss_has("tls"));
    STATUS(OSS_UNSUPPORTED, oss_config_set_proxy(config, "http://proxy"));
    SAYS("`proxy`", oss_config_error(config));
    SAYS("lacks the feature `proxy`", oss_config_error(config));
    oss_config_free(config);

    config = configure();
    STATUS(OSS_UNSUPPORTED, oss_config_set_credentials(config, oss_credentials_ecs_ram_role(NULL)));
    SAYS("lacks the feature `credentials`", oss_config_error(config));
    CHECK(!oss_bucket_new(config, "camera"));
    SAYS("lacks the feature `credentials`", oss_last_error());
    oss_config_free(config);

    config = configure();
    OK(oss_config_set_signature_version(config, 1));
    CHECK(!oss_bucket_new(config, "camera"));
    SAYS("lacks the feature `v1`", oss_last_error());
    oss_config_free(config);

    if (https && !oss_has("tls")) {
        config = configure();
        CHECK(!oss_bucket_new(config, "camera"));
        SAYS("lacks the feature `tls`", oss_last_error());
        oss_config_free(config);
        exit(0);
    }
}

int main(int argc, char **argv)
{
    struct circumstances given = {0};
    pthread_t thread;
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "memory=", 7) == 0)
            given.memory = strtoul(argv[i] + 7, NULL, 10);
        else if (strncmp(argv[i], "stack=", 6) == 0)
            given.stack = strtoul(argv[i] + 6, NULL, 10);
        else if (strncmp(argv[i], "clock=", 6) == 0)
            given.clock = strtoll(argv[i] + 6, NULL, 10);
        else if (strcmp(argv[i], "seccomp") == 0)
            given.seccomp = 1;
        else if (strcmp(argv[i], "no-random") == 0)
            given.no_random = 1;
        else if (strcmp(argv[i], "1970") == 0)
            given.in_1970 = 1;
        else
            check_failed(__FILE__, __LINE__, argv[i]);
    }
    check_parts();
    if (given.memory) {
        struct rlimit most = {given.memory, given.memory};
        CHECK(setrlimit(RLIMIT_AS, &most) == 0);
    }
    if (given.seccomp)
        allow_listed_calls_only();
    if (given.no_random)
        refuse_random_numbers();
    if (given.stack) {
        CHECK(pthread_attr_setstacksize(&attributes, given.stack) == 0);
        CHECK(pthread_create(&thread, &attributes, work, &given) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
    } else {
        work(&given);
    }
    puts("done");
    return 0;
}
