/* One bucket for many threads; a call for one thread at a time.
 *
 *     threads BUCKET */
#include "check.h"

#include <pthread.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

enum { THREADS = 20, OBJECTS = 8 };

static oss_bucket *bucket;

/* Writes objects of its own, reads them back, and fails in between in ways that only it can fail. */
static void *work(void *argument)
{
    int number = *(int *)argument, i;
    oss_call *call = oss_call_new();
    CHECK(call);
    for (i = 0; i < OBJECTS; i++) {
        char key[64], missing[64], content[128], copy[128];
        size_t got = 0;
        snprintf(key, sizeof key, "thread-%d/%d", number, i);
        snprintf(missing, sizeof missing, "missing-%d/%d", number, i);
        snprintf(content, sizeof content, "this is object %d of thread %d", i, number);
        OK(oss_put_object(bucket, key, content, strlen(content), call));
        STATUS(OSS_NOT_FOUND, oss_get_object(bucket, missing, call));
        /* Others fail at the same time, with other keys: the error is ours. */
        sleep_ms(1);
        TEXT(missing, oss_call_error_detail(call, "Key"));
        SAYS(oss_call_request_id(call), oss_last_error());
        TEXT(oss_call_error(call), oss_last_error());
        OK(oss_get_object_to_buffer(bucket, key, copy, sizeof copy - 1, &got, NULL));
        copy[got] = 0;
        TEXT(content, copy);
    }
    oss_call_free(call);
    return NULL;
}

static void many_threads(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS], i;
    for (i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

/* A request to a peer that never answers, on a thread of its own. */
struct stuck {
    oss_bucket *bucket;
    oss_call *call;
    oss_status status;
};

static void *get_stuck(void *argument)
{
    struct stuck *stuck = (struct stuck *)argument;
    stuck->status = oss_get_object(stuck->bucket, "key", stuck->call);
    return NULL;
}

static void busy_elsewhere(oss_config *config)
{
    struct stuck stuck = {NULL, NULL, OSS_OK};
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), peer;
    char endpoint[64], buffer[8];
    const oss_entry *entry;
    pthread_t thread;

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(listener >= 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(listener, 5) == 0);
    CHECK(getsockname(listener, (struct sockaddr *)&address, &length) == 0);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", ntohs(address.sin_port));
    OK(oss_config_set_endpoint(config, endpoint));
    CHECK((stuck.bucket = oss_bucket_new(config, "bucket")));
    CHECK((stuck.call = oss_call_new()));
    CHECK(pthread_create(&thread, NULL, get_stuck, &stuck) == 0);
    CHECK((peer = accept(listener, NULL, NULL)) >= 0);

    STATUS(OSS_BUSY, oss_head_object(bucket, "key", stuck.call));
    SAYS("call", oss_last_error());
    STATUS(OSS_BUSY, oss_call_reset(stuck.call));
    STATUS(OSS_BUSY, oss_call_set_header(stuck.call, "x-a", "b"));
    STATUS(OSS_BUSY, oss_call_set_query(stuck.call, "a", "b"));
    STATUS(OSS_BUSY, oss_call_set_range(stuck.call, 0, 1));
    STATUS(OSS_BUSY, oss_call_set_progress(stuck.call, NULL, NULL));
    STATUS(OSS_BUSY, oss_call_set_timeout_ms(stuck.call, 1));
    STATUS(OSS_BUSY, oss_call_next(stuck.call, &entry));
    NUMBER(-OSS_BUSY, oss_call_read(stuck.call, buffer, sizeof buffer));
    TEXT("", oss_call_error(stuck.call));
    NUMBER(0, oss_call_http_status(stuck.call));
    CHECK(oss_call_etag(stuck.call) == NULL);

    /* Nor does the bucket have to be there until the end. */
    oss_bucket_free(stuck.bucket);
    OK(oss_call_cancel(stuck.call));
    CHECK(pthread_join(thread, NULL) == 0);
    NUMBER(OSS_CANCELLED, stuck.status);
    /* Then it is free again. */
    OK(oss_put_object(bucket, "key", "value", 5, stuck.call));
    oss_call_free(stuck.call);
    close(peer);
    close(listener);
}

static int use_own_call(void *user, int64_t done, int64_t total)
{
    oss_call *call = (oss_call *)user, *other = oss_call_new();
    (void)done, (void)total;
    STATUS(OSS_BUSY, oss_head_object(bucket, "key", call));
    STATUS(OSS_BUSY, oss_call_reset(call));
    SAYS("callback", oss_last_error());
    /* The bucket and other calls are free to use. */
    OK(oss_head_object(bucket, "key", other));
    OK(oss_head_object(bucket, "key", NULL));
    oss_call_free(other);
    return 0;
}

static void busy_in_callback(void)
{
    oss_call *call = oss_call_new();
    char copy[8];
    OK(oss_call_set_progress(call, use_own_call, call));
    OK(oss_put_object(bucket, "other", "value", 5, call));
    OK(oss_get_object_to_buffer(bucket, "other", copy, sizeof copy, NULL, call));
    oss_call_free(call);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    CHECK(argc == 2);
    bucket = create_bucket(config, argv[1]);
    many_threads();
    oss_config_free(config);
    config = oss_config_new();
    OK(oss_config_set_region(config, "cn-hangzhou"));
    busy_elsewhere(config);
    busy_in_callback();
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
