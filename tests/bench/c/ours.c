/*
 * alioss over its C API: V4 signatures, CRC-64 on.
 */
#include "driver.h"
#include "oss.h"

#include <stdio.h>
#include <stdlib.h>

struct worker {
    const struct plan *plan;
    char *buffer;
    oss_call *call; /* NULL unless everything is on */
};

static oss_bucket *bucket;

static void fail(const char *why)
{
    fprintf(stderr, "ours: %s\n", why);
    exit(1);
}

static void ignore_line(void *user, int level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
}

static int go_on(void *user, int64_t done, int64_t total)
{
    (void)user;
    (void)done;
    (void)total;
    return 0;
}

static int discard(void *user, const uint8_t *data, size_t len)
{
    (void)user;
    (void)data;
    (void)len;
    return 0;
}

void client_start(const struct plan *plan)
{
    oss_config *config = oss_config_new();
    oss_config_set_endpoint(config, plan->url);
    oss_config_set_region(config, "cn-hangzhou");
    oss_config_set_keys(config, "LTAI5tBenchmarkOnlyKeyId", "benchmarkOnlySecretOfThirtyChar", NULL);
    oss_config_set_pool_size(config, plan->threads);
    if (plan->ca)
        oss_config_set_ca_file(config, plan->ca);
    if (plan->all_on) {
        oss_config_add_user_header(config, "x-oss-meta-purpose", "benchmark");
        oss_set_log(ignore_line, NULL, 4);
    }
    bucket = oss_bucket_new(config, "bench");
    if (!bucket)
        fail(oss_config_error(config));
    oss_config_free(config);
}

void *worker_new(const struct plan *plan, char *buffer)
{
    struct worker *worker = calloc(1, sizeof *worker);
    worker->plan = plan;
    worker->buffer = buffer;
    if (plan->all_on) {
        worker->call = oss_call_new();
        oss_call_set_progress(worker->call, go_on, NULL);
        oss_call_set_timeout_ms(worker->call, 60000);
    }
    return worker;
}

int worker_run(void *opaque, enum operation operation, size_t size)
{
    struct worker *worker = opaque;
    char key[32];
    size_t len = 0;
    oss_status status = OSS_OK;
    snprintf(key, sizeof key, "%zu", size);
    switch (operation) {
    case PUT:
        status = oss_put_object(bucket, key, worker->plan->body, size, worker->call);
        break;
    case PUT_FILE:
        status = oss_put_object_file(bucket, key, worker->plan->file, worker->call);
        break;
    case GET:
        status = oss_get_object_to_buffer(bucket, key, worker->buffer, size, &len, worker->call);
        break;
    case GET_SINK:
        status = oss_get_object_to_stream(bucket, key, discard, NULL, worker->call);
        break;
    }
    if (status != OSS_OK)
        fail(oss_last_error());
    return operation == GET && len != size;
}

void worker_free(void *opaque)
{
    struct worker *worker = opaque;
    oss_call_free(worker->call);
    free(worker);
}
