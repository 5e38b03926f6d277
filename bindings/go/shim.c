#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

/* The Go request that this thread is working for. */
static _Thread_local uintptr_t current;

static int64_t read_body(void *user, uint8_t *buffer, size_t capacity)
{
    return ossgoRead((uintptr_t)user, buffer, capacity);
}

static int write_body(void *user, const uint8_t *data, size_t length)
{
    return ossgoWrite((uintptr_t)user, (uint8_t *)data, length);
}

static int rewind_body(void *user)
{
    return ossgoRewind((uintptr_t)user);
}

static int progress(void *user, int64_t done, int64_t total)
{
    return ossgoProgress((uintptr_t)user, done, total);
}

static int credentials(void *user, oss_keys *keys)
{
    return ossgoCredentials(current, (uintptr_t)user, keys);
}

static int64_t now(void *user)
{
    return ossgoClock((uintptr_t)user);
}

static void log_line(void *user, int level, const char *line)
{
    (void)user;
    ossgoLog(level, (char *)line);
}

/* Copies `text` and its NUL after what is there; 0 if there is no memory. */
static int append(ossgo_outcome *outcome, size_t *capacity, const char *text)
{
    size_t size = strlen(text) + 1, needed = outcome->headers_length + size;
    if (needed > *capacity) {
        size_t bigger = 2 * needed + 1024;
        char *headers = realloc(outcome->headers, bigger);
        if (!headers)
            return 0;
        outcome->headers = headers;
        *capacity = bigger;
    }
    memcpy(outcome->headers + outcome->headers_length, text, size);
    outcome->headers_length = needed;
    return 1;
}

typedef const char *pair_at(const oss_call *call, size_t index, const char **name);

/* The headers of the answer, or of what was signed. */
static void copy_headers(const oss_call *call, pair_at *at, ossgo_outcome *outcome)
{
    const char *name, *value;
    size_t capacity = 0;
    for (size_t i = 0; (value = at(call, i, &name)); i++) {
        if (!append(outcome, &capacity, name) || !append(outcome, &capacity, value)) {
            outcome->headers_length = 0;
            return;
        }
    }
}

static oss_status finish(oss_status status, oss_call *call, ossgo_outcome *outcome)
{
    outcome->http_status = oss_call_http_status(call);
    outcome->attempts = oss_call_attempts(call);
    outcome->request_id = oss_call_request_id(call);
    if (status == OSS_OK) {
        outcome->verified = oss_call_verified(call);
        outcome->etag = oss_call_etag(call);
        outcome->version_id = oss_call_version_id(call);
        outcome->crc64 = oss_call_crc64(call);
        outcome->content_length = oss_call_content_length(call);
        outcome->last_modified = oss_call_last_modified(call);
        outcome->next_append_position = oss_call_next_append_position(call);
        outcome->symlink_target = oss_call_symlink_target(call);
        outcome->url = oss_call_url(call);
        outcome->expiration = oss_call_expiration(call);
        copy_headers(call, outcome->url ? oss_call_signed_at : oss_call_response_header_at, outcome);
    } else {
        outcome->retryable = oss_call_retryable(call);
        outcome->reason = oss_call_error(call);
        outcome->code = oss_call_code(call);
        outcome->message = oss_call_message(call);
        outcome->host_id = oss_call_host_id(call);
        outcome->ec = oss_call_ec(call);
    }
    outcome->body = oss_call_body(call, &outcome->body_length);
    return status;
}

uintptr_t ossgo_enter(uintptr_t request)
{
    uintptr_t before = current;
    current = request;
    return before;
}

oss_status ossgo_leave(uintptr_t before, oss_status status, oss_call *call, ossgo_outcome *outcome)
{
    current = before;
    return finish(status, call, outcome);
}

oss_status ossgo_put_object_stream(const oss_bucket *bucket, const char *key, int64_t length, OSSGO_WHO)
{
    RUN(oss_put_object_stream(bucket, key, length, read_body, (void *)request, call));
}

oss_status ossgo_append_object_stream(const oss_bucket *bucket, const char *key, int64_t position, int64_t length,
                                      OSSGO_WHO)
{
    RUN(oss_append_object_stream(bucket, key, position, length, read_body, (void *)request, call));
}

oss_status ossgo_upload_part_stream(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                                    int64_t length, OSSGO_WHO)
{
    RUN(oss_upload_part_stream(bucket, key, upload_id, number, length, read_body, (void *)request, call));
}

oss_status ossgo_get_object_to_stream(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_get_object_to_stream(bucket, key, write_body, (void *)request, call));
}

oss_status ossgo_call_next(const oss_entry **entry, OSSGO_WHO)
{
    uintptr_t before = current;
    current = request;
    oss_status status = oss_call_next(call, entry);
    current = before;
    return status == OSS_OK ? status : finish(status, call, outcome);
}

int64_t ossgo_call_read(uint8_t *buffer, size_t capacity, OSSGO_WHO)
{
    uintptr_t before = current;
    current = request;
    int64_t got = oss_call_read(call, buffer, capacity);
    current = before;
    if (got < 0)
        finish((oss_status)-got, call, outcome);
    return got;
}

oss_status ossgo_call_progress(oss_call *call, uintptr_t request)
{
    return oss_call_set_progress(call, progress, (void *)request);
}

oss_status ossgo_call_rewind(oss_call *call, uintptr_t request)
{
    return oss_call_set_rewind(call, rewind_body, (void *)request);
}

oss_status ossgo_config_credentials(oss_config *config, uintptr_t provider)
{
    return oss_config_set_credentials_callback(config, credentials, (void *)provider);
}

oss_status ossgo_config_clock(oss_config *config, uintptr_t clock)
{
    return oss_config_set_clock(config, now, (void *)clock);
}

oss_status ossgo_set_log(int level)
{
    return oss_set_log(level > 0 ? log_line : NULL, NULL, level);
}
