/* The log function: oss_set_log() returns when no thread is in it any more, and cannot be called inside.
 *
 *     log BUCKET */
#include "check.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20 };

/* What a line needs; freed as soon as oss_set_log() says that nobody uses it. */
struct sink {
    int alive;
    int lines;
};

static oss_bucket *bucket;
static volatile int done, is_busy;

static void slow(void *user, int level, const char *line)
{
    struct sink *sink = (struct sink *)user;
    CHECK(level >= 1 && level <= 5 && line[0]);
    CHECK(sink->alive == 42);
    sleep_ms(2);
    CHECK(sink->alive == 42);
    __atomic_fetch_add(&sink->lines, 1, __ATOMIC_RELAXED);
}

/* A log function that uses the library: its requests are not logged, and it cannot change the log. */
static void nested(void *user, int level, const char *line)
{
    (void)user, (void)level, (void)line;
    STATUS(OSS_BUSY, oss_set_log(NULL, NULL, 0));
    OK(oss_head_object(bucket, "key", NULL));
    is_busy = 1;
}

static void *work(void *unused)
{
    (void)unused;
    while (!done)
        OK(oss_head_object(bucket, "key", NULL));
    return NULL;
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    pthread_t threads[THREADS];
    int i, lines = 0;
    CHECK(argc == 2);
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "key", "value", 5, NULL));
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (i = 0; i < ROUNDS; i++) {
        struct sink *sink = (struct sink *)calloc(1, sizeof *sink);
        sink->alive = 42;
        OK(oss_set_log(slow, sink, 5));
        sleep_ms(10);
        OK(oss_set_log(NULL, NULL, 0));
        lines += sink->lines;
        memset(sink, 0, sizeof *sink);
        free(sink);
    }
    CHECK(lines > 0);
    done = 1;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    OK(oss_set_log(nested, NULL, 5));
    OK(oss_head_object(bucket, "key", NULL));
    CHECK(is_busy);
    OK(oss_set_log(NULL, NULL, 0));
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
