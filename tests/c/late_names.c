/* A name is found three seconds after it was asked for, which cannot be stopped: when it is found, the program hears what
 * became of its request meanwhile.
 *
 *     late_names BUCKET */
#include "check.h"

#include <pthread.h>

static void *cancel_soon(void *call)
{
    sleep_ms(500);
    oss_call_cancel(call);
    return NULL;
}

static oss_bucket *bucket_with(const char *name, int64_t connect_ms, int64_t total_ms)
{
    oss_config *config = configure();
    oss_bucket *bucket;
    OK(oss_config_set_connect_timeout_ms(config, connect_ms));
    OK(oss_config_set_total_timeout_ms(config, total_ms));
    bucket = oss_bucket_new(config, name);
    CHECK(bucket);
    oss_config_free(config);
    return bucket;
}

int main(int argc, char **argv)
{
    oss_bucket *bucket;
    oss_call *call = oss_call_new();
    pthread_t thread;
    CHECK(argc == 2 && call);

    bucket = bucket_with(argv[1], 10000, 1000);
    STATUS(OSS_TIMEOUT, oss_put_object(bucket, "a", "hello", 5, call));
    SAYS("total_timeout", oss_call_error(call));
    oss_bucket_free(bucket);

    bucket = bucket_with(argv[1], 10000, 60000);
    CHECK(pthread_create(&thread, NULL, cancel_soon, call) == 0);
    STATUS(OSS_CANCELLED, oss_put_object(bucket, "a", "hello", 5, call));
    CHECK(pthread_join(thread, NULL) == 0);
    oss_bucket_free(bucket);

    /* The time to connect begins when there is something to connect to. */
    bucket = bucket_with(argv[1], 1000, 60000);
    OK(oss_put_bucket(bucket, call));
    OK(oss_put_object(bucket, "a", "hello", 5, call));
    oss_bucket_free(bucket);
    oss_call_free(call);
    return 0;
}
