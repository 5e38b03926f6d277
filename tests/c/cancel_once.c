/* Every cancel ends one request: the running one or the next. One thread makes small requests with one call, another, or
 * a signal handler, cancels at random moments.
 *
 *     cancel_once BUCKET */
#include "check.h"

#include <pthread.h>
#include <signal.h>

enum { ROUNDS = 300, SIGNALS = 100, ENOUGH = 1000 };

static oss_bucket *bucket;
static oss_call *call;
/* Whether the cancel was raised: requests before it, which a busy machine may give time for, prove nothing. */
static int told;

/* Makes requests until one is cancelled. How many went well before that; each cancel ends at the latest the request after
 * the one that was running. */
static void *until_cancelled(void *unused)
{
    int i = 0;
    oss_status status;
    (void)unused;
    while (i < ENOUGH) {
        i += __atomic_load_n(&told, __ATOMIC_SEQ_CST);
        status = oss_head_object(bucket, "key", call);
        if (status == OSS_CANCELLED)
            return NULL;
        NUMBER(OSS_OK, status);
    }
    fprintf(stderr, "a cancel had no effect on %d requests\n", ENOUGH);
    exit(1);
}

static void from_another_thread(void)
{
    struct timespec pause = {0, 0};
    unsigned seed = 1;
    pthread_t thread;
    int i;
    for (i = 0; i < ROUNDS; i++) {
        __atomic_store_n(&told, 0, __ATOMIC_SEQ_CST);
        CHECK(pthread_create(&thread, NULL, until_cancelled, NULL) == 0);
        seed = seed * 1103515245u + 12345u;
        pause.tv_nsec = (long)(seed >> 8) % 5000000;
        nanosleep(&pause, NULL);
        OK(oss_call_cancel(call));
        __atomic_store_n(&told, 1, __ATOMIC_SEQ_CST);
        CHECK(pthread_join(thread, NULL) == 0);
        /* Once, and not twice. */
        OK(oss_head_object(bucket, "key", call));
    }
}

static void cancel(int number)
{
    (void)number;
    oss_call_cancel(call);
    __atomic_store_n(&told, 1, __ATOMIC_SEQ_CST);
}

static void from_a_signal_handler(void)
{
    struct sigaction action;
    pthread_t thread;
    int i;
    memset(&action, 0, sizeof action);
    action.sa_handler = cancel;
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    for (i = 0; i < SIGNALS; i++) {
        __atomic_store_n(&told, 0, __ATOMIC_SEQ_CST);
        CHECK(pthread_create(&thread, NULL, until_cancelled, NULL) == 0);
        sleep_ms(i % 4);
        CHECK(pthread_kill(thread, SIGUSR1) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        OK(oss_head_object(bucket, "key", call));
    }
}

static int refuse(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    return 1;
}

/* A request that cannot be sent leaves a cancel to the next one; a reset takes it back. */
static void what_is_left(void)
{
    OK(oss_call_cancel(call));
    STATUS(OSS_INVALID_ARGUMENT, oss_head_object(bucket, "", call));
    STATUS(OSS_CANCELLED, oss_head_object(bucket, "key", call));
    OK(oss_head_object(bucket, "key", call));
    OK(oss_call_cancel(call));
    OK(oss_call_reset(call));
    OK(oss_head_object(bucket, "key", call));
    OK(oss_call_set_progress(call, refuse, NULL));
    STATUS(OSS_CANCELLED, oss_put_object(bucket, "key", "value", 5, call));
    OK(oss_call_set_progress(call, NULL, NULL));
    OK(oss_put_object(bucket, "key", "value", 5, call));
}

/* Another request of the call that comes first uses up its own part of the cancel, not the writer's; the other way round, the
 * writer uses up both. */
static void what_a_writer_gets(void)
{
    static char bytes[300000];
    oss_writer *writer;
    oss_call *other = oss_call_new();
    CHECK(other && (writer = oss_writer_open(bucket, "written", call)));
    OK(oss_call_cancel(call));
    STATUS(OSS_CANCELLED, oss_put_object(bucket, "key", "value", 5, call));
    OK(oss_put_object(bucket, "key", "value", 5, call));
    (void)oss_writer_write(writer, bytes, sizeof bytes);
    STATUS(OSS_CANCELLED, oss_writer_finish(writer, other));
    OK(oss_put_object(bucket, "key", "value", 5, other));
    OK(oss_put_object(bucket, "key", "value", 5, call));
    oss_writer_free(writer);
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "written", call));

    CHECK((writer = oss_writer_open(bucket, "written", call)));
    OK(oss_call_cancel(call));
    STATUS(OSS_CANCELLED, oss_writer_finish(writer, other));
    OK(oss_put_object(bucket, "key", "value", 5, call));
    OK(oss_put_object(bucket, "key", "value", 5, other));
    oss_writer_free(writer);

    /* A cancel before it is for it, and for nobody else. */
    OK(oss_call_cancel(call));
    if ((writer = oss_writer_open(bucket, "written", call)))
        STATUS(OSS_CANCELLED, oss_writer_finish(writer, other));
    oss_writer_free(writer);
    OK(oss_put_object(bucket, "key", "value", 5, call));
    oss_call_free(other);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    CHECK(argc == 2);
    bucket = create_bucket(config, argv[1]);
    CHECK((call = oss_call_new()));
    OK(oss_put_object(bucket, "key", "value", 5, NULL));
    from_another_thread();
    from_a_signal_handler();
    what_is_left();
    what_a_writer_gets();
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
