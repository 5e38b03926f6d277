/*
 * Alibaba Cloud's own C SDK as its samples use it: a pool for each request, V4 signatures, CRC-64 on.
 */
#include "driver.h"

#include <aos_http_io.h>
#include <oss_api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    const struct plan *plan;
    char *buffer;
};

void client_start(const struct plan *plan)
{
    (void)plan;
    if (aos_http_io_initialize(NULL, 0) != AOSE_OK)
        exit(1);
}

void *worker_new(const struct plan *plan, char *buffer)
{
    struct worker *worker = calloc(1, sizeof *worker);
    worker->plan = plan;
    worker->buffer = buffer;
    return worker;
}

static oss_request_options_t *options_of(aos_pool_t *pool, const struct plan *plan)
{
    oss_request_options_t *options = oss_request_options_create(pool);
    options->config = oss_config_create(pool);
    aos_str_set(&options->config->endpoint, plan->url);
    aos_str_set(&options->config->access_key_id, "LTAI5tBenchmarkOnlyKeyId");
    aos_str_set(&options->config->access_key_secret, "benchmarkOnlySecretOfThirtyChar");
    aos_str_set(&options->config->region, "cn-hangzhou");
    options->config->signature_version = 4;
    /* With an address it would send the bucket as "bench%2F". */
    options->config->is_cname = 1;
    options->ctl = aos_http_controller_create(pool, 0);
    if (plan->ca)
        options->ctl->options->ca_file = (char *)plan->ca;
    return options;
}

/* The pieces that arrived, joined. */
static size_t join(aos_list_t *pieces, char *buffer, size_t size)
{
    size_t at = 0;
    aos_buf_t *piece;
    aos_list_for_each_entry(aos_buf_t, piece, pieces, node) {
        size_t len = (size_t)aos_buf_size(piece);
        if (len > size - at)
            return 0;
        memcpy(buffer + at, piece->pos, len);
        at += len;
    }
    return at;
}

int worker_run(void *opaque, enum operation operation, size_t size)
{
    struct worker *worker = opaque;
    char key[32];
    aos_pool_t *pool;
    aos_string_t bucket, object, file;
    aos_table_t *answered = NULL;
    aos_status_t *status = NULL;
    aos_list_t pieces;
    int is_short = 0;
    aos_pool_create(&pool, NULL);
    oss_request_options_t *options = options_of(pool, worker->plan);
    snprintf(key, sizeof key, "%zu", size);
    aos_str_set(&bucket, "bench");
    aos_str_set(&object, key);
    aos_list_init(&pieces);
    switch (operation) {
    case PUT: {
        aos_buf_t *body = aos_buf_pack(pool, worker->plan->body, (int)size);
        aos_list_add_tail(&body->node, &pieces);
        status = oss_put_object_from_buffer(options, &bucket, &object, &pieces, NULL, &answered);
        break;
    }
    case PUT_FILE:
        aos_str_set(&file, worker->plan->file);
        status = oss_put_object_from_file(options, &bucket, &object, &file, NULL, &answered);
        break;
    case GET:
        status = oss_get_object_to_buffer(options, &bucket, &object, NULL, NULL, &pieces, &answered);
        is_short = join(&pieces, worker->buffer, size) != size;
        break;
    case GET_SINK:
        /* It would write a file, and what is at /dev/null would be replaced by it. */
        fprintf(stderr, "sdk: it cannot give what it receives to a function\n");
        exit(1);
    }
    int failed = !aos_status_is_ok(status) || is_short;
    if (failed)
        fprintf(stderr, "sdk: %d %s %s\n", status->code, status->error_code ? status->error_code : "",
                status->error_msg ? status->error_msg : "");
    aos_pool_destroy(pool);
    return failed;
}

void worker_free(void *opaque)
{
    free(opaque);
}
