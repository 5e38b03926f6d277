/* Callbacks that do their work, give up, lie, and fall short.
 *
 *     callbacks BUCKET */
#include "check.h"

static oss_config *config;
static oss_bucket *bucket;
static oss_call *call;

/* ---- read ---- */

enum manner { HONEST, FAILS_AT_ONCE, FAILS_LATER, CLAIMS_TOO_MUCH, CLAIMS_EVERYTHING };

struct source {
    int64_t left;
    enum manner manner;
    int asked;
};

static int64_t read_source(void *user, uint8_t *buf, size_t cap)
{
    struct source *source = (struct source *)user;
    int64_t count = source->left < (int64_t)cap ? source->left : (int64_t)cap;
    source->asked++;
    if (source->manner == FAILS_AT_ONCE || (source->manner == FAILS_LATER && source->asked > 1))
        return -1;
    if (source->manner == CLAIMS_TOO_MUCH)
        return (int64_t)cap + 1;
    if (source->manner == CLAIMS_EVERYTHING)
        return INT64_MAX;
    memset(buf, 'r', (size_t)count);
    source->left -= count;
    return count;
}

static void one_source(const char *key, int64_t announced, int64_t real, enum manner manner,
                       oss_status expected, const char *words)
{
    struct source source;
    source.left = real;
    source.manner = manner;
    source.asked = 0;
    STATUS(expected, oss_put_object_stream(bucket, key, announced, read_source, &source, call));
    SAYS(words, oss_call_error(call));
    CHECK(source.asked > 0);
    STATUS(expected == OSS_OK ? OSS_OK : OSS_NOT_FOUND, oss_head_object(bucket, key, call));
}

static void reading(void)
{
    one_source("honest", 500000, 500000, HONEST, OSS_OK, "");
    one_source("honest-unknown", -1, 500000, HONEST, OSS_OK, "");
    one_source("fails-at-once", 500000, 500000, FAILS_AT_ONCE, OSS_CANCELLED, "read callback");
    one_source("fails-later", 500000, 500000, FAILS_LATER, OSS_CANCELLED, "read callback");
    one_source("fails-unknown", -1, 500000, FAILS_LATER, OSS_CANCELLED, "read callback");
    one_source("lies", 500000, 500000, CLAIMS_TOO_MUCH, OSS_INVALID_ARGUMENT, "read");
    one_source("lies-big", 500000, 500000, CLAIMS_EVERYTHING, OSS_INVALID_ARGUMENT, "read");
    one_source("lies-unknown", -1, 500000, CLAIMS_TOO_MUCH, OSS_INVALID_ARGUMENT, "read");
    one_source("short", 500000, 499999, HONEST, OSS_IO, "499999");
    one_source("empty", 1, 0, HONEST, OSS_IO, "");
    one_source("long", 500000, 500001, HONEST, OSS_OK, "");
    one_source("long-tiny", 1, 2, HONEST, OSS_OK, "");
}

/* ---- rewind ---- */

static int rewind_source(void *user)
{
    struct source *source = (struct source *)user;
    CHECK(source->left < 500000);
    source->left = 500000;
    return source->manner == FAILS_AT_ONCE ? 5 : 0;
}

/* The server fails the first attempt of each. */
static void rewinding(void)
{
    struct source source = {500000, HONEST, 0};
    STATUS(OSS_THROTTLED,
           oss_put_object_stream(bucket, "again-without", 500000, read_source, &source, call));
    NUMBER(1, oss_call_attempts(call));

    OK(oss_call_set_rewind(call, rewind_source, &source));
    source.left = 500000;
    OK(oss_put_object_stream(bucket, "again-with", 500000, read_source, &source, call));
    NUMBER(2, oss_call_attempts(call));
    source.left = 500000;
    OK(oss_put_object_stream(bucket, "again-stays", -1, read_source, &source, call));
    NUMBER(2, oss_call_attempts(call));
    OK(oss_head_object(bucket, "again-stays", call));
    NUMBER(500000, oss_call_content_length(call));

    OK(oss_call_set_rewind(call, NULL, NULL));
    source.left = 500000;
    STATUS(OSS_THROTTLED,
           oss_put_object_stream(bucket, "again-ended", 500000, read_source, &source, call));
}

/* ---- write ---- */

struct sink {
    int64_t taken, limit;
};

static int write_sink(void *user, const uint8_t *data, size_t len)
{
    struct sink *sink = (struct sink *)user;
    CHECK(data && len > 0);
    sink->taken += (int64_t)len;
    return sink->taken > sink->limit ? 7 : 0;
}

static void writing(void)
{
    struct sink sink = {0, INT64_MAX};
    OK(oss_get_object_to_stream(bucket, "honest", write_sink, &sink, call));
    NUMBER(500000, sink.taken);
    sink.taken = 0;
    sink.limit = 0;
    STATUS(OSS_CANCELLED, oss_get_object_to_stream(bucket, "honest", write_sink, &sink, call));
    SAYS("write callback", oss_call_error(call));
    SAYS("7", oss_call_error(call));
    CHECK(sink.taken < 500000);
}

/* ---- progress ---- */

struct watch {
    int64_t last, total, stop_at;
    int calls;
};

static int watch_progress(void *user, int64_t done, int64_t total)
{
    struct watch *watch = (struct watch *)user;
    CHECK(done >= watch->last);
    CHECK(total == -1 || done <= total);
    CHECK(watch->calls == 0 || total == watch->total);
    watch->last = done;
    watch->total = total;
    watch->calls++;
    return done >= watch->stop_at;
}

/* The reports grow and end at the whole. */
static void completes(struct watch *watch, int64_t total)
{
    CHECK(watch->calls > 0);
    NUMBER(500000, watch->last);
    NUMBER(total, watch->total);
    watch->last = watch->calls = 0;
}

static void progress(void)
{
    static char data[500000];
    struct watch watch = {0, 0, INT64_MAX, 0};
    struct source source = {500000, HONEST, 0};
    struct sink sink = {0, INT64_MAX};
    OK(oss_call_set_progress(call, watch_progress, &watch));
    OK(oss_put_object(bucket, "progress", data, sizeof data, call));
    completes(&watch, 500000);
    OK(oss_put_object_stream(bucket, "progress", 500000, read_source, &source, call));
    completes(&watch, 500000);
    source.left = 500000;
    OK(oss_put_object_stream(bucket, "progress", -1, read_source, &source, call));
    completes(&watch, -1);
    OK(oss_get_object_to_buffer(bucket, "progress", data, sizeof data, NULL, call));
    completes(&watch, 500000);
    OK(oss_get_object_to_stream(bucket, "progress", write_sink, &sink, call));
    completes(&watch, 500000);

    watch.stop_at = 1;
    STATUS(OSS_CANCELLED, oss_put_object(bucket, "stopped", data, sizeof data, call));
    SAYS("progress callback", oss_call_error(call));
    NUMBER(1, watch.calls);
    watch.last = watch.calls = 0;
    STATUS(OSS_CANCELLED,
           oss_get_object_to_buffer(bucket, "progress", data, sizeof data, NULL, call));
    NUMBER(1, watch.calls);
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "stopped", call));

    /* NULL ends the reports. */
    OK(oss_call_set_progress(call, NULL, NULL));
    OK(oss_put_object(bucket, "progress", data, sizeof data, call));
    NUMBER(1, watch.calls);
}

/* ---- credentials ---- */

enum keys { GOOD, REFUSES, SETS_NOTHING, SETS_AND_REFUSES, SETS_BLANKS };

struct keyring {
    enum keys keys;
    int asked;
};

static int give_keys(void *user, oss_keys *keys)
{
    struct keyring *ring = (struct keyring *)user;
    ring->asked++;
    if (ring->keys == SETS_BLANKS)
        OK(oss_keys_set(keys, "an id", "", NULL));
    else if (ring->keys != REFUSES && ring->keys != SETS_NOTHING)
        OK(oss_keys_set(keys, required("OSS_ACCESS_KEY_ID"), required("OSS_ACCESS_KEY_SECRET"),
                        NULL));
    return ring->keys == REFUSES || ring->keys == SETS_AND_REFUSES ? 42 : 0;
}

static void one_keyring(const char *name, enum keys keys, oss_status expected, const char *words)
{
    struct keyring ring;
    oss_config *own = configure();
    oss_bucket *with_callback;
    ring.keys = keys;
    ring.asked = 0;
    OK(oss_config_set_credentials_callback(own, give_keys, &ring));
    CHECK((with_callback = oss_bucket_new(own, name)));
    NUMBER(0, ring.asked);
    STATUS(expected, oss_head_object(with_callback, "honest", call));
    SAYS(words, oss_call_error(call));
    NUMBER(1, ring.asked);
    NUMBER(expected == OSS_OK ? 1 : 0, oss_call_attempts(call));
    oss_bucket_free(with_callback);
    oss_config_free(own);
}

static void credentials(const char *name)
{
    one_keyring(name, GOOD, OSS_OK, "");
    one_keyring(name, REFUSES, OSS_CREDENTIALS, "42");
    one_keyring(name, SETS_NOTHING, OSS_CREDENTIALS, "oss_keys_set");
    one_keyring(name, SETS_AND_REFUSES, OSS_CREDENTIALS, "42");
    one_keyring(name, SETS_BLANKS, OSS_CREDENTIALS, "access key");
}

/* ---- log ---- */

struct log {
    int lines, deepest, leaked;
};

static void write_log(void *user, int level, const char *line)
{
    struct log *log = (struct log *)user;
    CHECK(line && level >= 1 && level <= 5);
    log->lines++;
    if (level > log->deepest)
        log->deepest = level;
    if (strstr(line, required("OSS_ACCESS_KEY_SECRET")))
        log->leaked++;
}

static void logging(void)
{
    struct log log = {0, 0, 0};
    int lines;
    OK(oss_set_log(write_log, &log, 5));
    OK(oss_head_object(bucket, "honest", call));
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "no such key", call));
    CHECK(log.lines > 0);
    CHECK(log.deepest > 1);
    NUMBER(0, log.leaked);

    lines = log.lines;
    OK(oss_set_log(write_log, &log, 0));
    OK(oss_head_object(bucket, "honest", call));
    OK(oss_set_log(NULL, NULL, 5));
    OK(oss_head_object(bucket, "honest", call));
    NUMBER(lines, log.lines);

    log.deepest = 0;
    OK(oss_set_log(write_log, &log, 1));
    OK(oss_head_object(bucket, "honest", call));
    CHECK(log.deepest <= 1);
    OK(oss_set_log(NULL, NULL, 0));
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    config = configure();
    bucket = create_bucket(config, argv[1]);
    CHECK((call = oss_call_new()));
    reading();
    rewinding();
    writing();
    progress();
    credentials(argv[1]);
    logging();
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
