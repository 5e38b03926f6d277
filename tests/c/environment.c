/* The environment is read when a handle is made, and never again: a program may change it while requests are signed.
 *
 * Needs no server: presigning sends nothing. */
#include "check.h"

#include <pthread.h>

enum { THREADS = 3, CHANGES = 20000 };

static oss_bucket *bucket;
static volatile int done;

static void *presign(void *unused)
{
    oss_call *call = oss_call_new();
    (void)unused;
    CHECK(call);
    while (!done) {
        OK(oss_presign(bucket, "GET", "key", 60, call));
        SAYS("first-id", oss_call_url(call));
    }
    oss_call_free(call);
    return NULL;
}

/* Makes the environment grow, so that what getenv() walks through is moved and freed. */
static void change_environment(void)
{
    char name[32], value[256];
    int i;
    memset(value, 'v', sizeof value);
    value[sizeof value - 1] = 0;
    for (i = 0; i < CHANGES; i++) {
        snprintf(name, sizeof name, "VARIABLE_%d", i % 2000);
        CHECK(setenv(name, value, 1) == 0);
        if (i % 2000 == 1999)
            value[i / 2000] = 0;
    }
}

static void wants(oss_config *config, const char *id)
{
    oss_call *call = oss_call_new();
    oss_bucket *other = oss_bucket_new(config, "bucket");
    CHECK(call && other);
    OK(oss_presign(other, "GET", "key", 60, call));
    SAYS(id, oss_call_url(call));
    oss_bucket_free(other);
    oss_call_free(call);
}

/* Credentials read the environment when they are made, a configuration without any when the handle is. */
static void when_it_is_read(oss_config *config)
{
    oss_credentials *credentials = oss_credentials_environment();
    CHECK(credentials);
    CHECK(setenv("OSS_ACCESS_KEY_ID", "second-id", 1) == 0);
    wants(config, "second-id");
    OK(oss_config_set_credentials(config, credentials));
    oss_credentials_free(credentials);
    wants(config, "first-id");
}

int main(void)
{
    pthread_t threads[THREADS];
    oss_config *config;
    int i;
    CHECK(setenv("OSS_ACCESS_KEY_ID", "first-id", 1) == 0);
    CHECK(setenv("OSS_ACCESS_KEY_SECRET", "secret", 1) == 0);
    CHECK((config = oss_config_new()));
    OK(oss_config_set_region(config, "cn-hangzhou"));
    CHECK((bucket = oss_bucket_new(config, "bucket")));
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, presign, NULL) == 0);
    change_environment();
    done = 1;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    when_it_is_read(config);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
