#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "_cgo_export.h"

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

static int outcome_of_file(void *user, const oss_outcome *outcome)
{
    return ossgoOutcome((uintptr_t)user, (oss_outcome *)outcome);
}

static int filter(void *user, const char *name)
{
    return ossgoFilter((uintptr_t)user, (char *)name);
}

static int credentials(void *user, oss_keys *keys)
{
    return ossgoCredentials((oss_call *)oss_current_call(), (uintptr_t)user, keys);
}

static int64_t now(void *user)
{
    return ossgoClock((uintptr_t)user);
}

/* Whether this thread runs the function for the log. */
static _Thread_local int logging;

static void log_line(void *user, int level, const char *line)
{
    logging = 1;
    ossgoLog((uintptr_t)user, level, (char *)line);
    logging = 0;
}

int ossgo_is_logging(void)
{
    return logging;
}

/* What was signed, as lines of "name: value", to be freed; NULL if there is no memory. */
static char *copy_signed(const oss_call *call)
{
    const char *name, *value;
    size_t size = 1;
    for (size_t i = 0; (value = oss_call_signed_at(call, i, &name)); i++)
        size += strlen(name) + strlen(value) + 3;
    char *lines = malloc(size), *end = lines;
    if (!lines)
        return NULL;
    *end = '\0';
    for (size_t i = 0; (value = oss_call_signed_at(call, i, &name)); i++)
        end += sprintf(end, "%s: %s\n", name, value);
    return lines;
}

/* What was signed and where to send it; nothing of it came from the service. */
oss_status ossgo_signed(oss_status status, oss_call *call, ossgo_outcome *outcome)
{
    if (status != OSS_OK)
        return ossgo_finish(status, call, outcome);
    outcome->url = oss_call_url(call);
    outcome->expiration = oss_call_expiration(call);
    outcome->signed_headers = copy_signed(call);
    return outcome->signed_headers ? ossgo_finish(status, call, outcome) : ossgo_no_memory(outcome);
}

/* Takes what has to be asked for only if the headers, lines of "name: value", have it. */
static void take_headers(const char *headers, oss_call *call, ossgo_outcome *outcome)
{
    outcome->last_modified = -1;
    outcome->next_append_position = -1;
    for (const char *line = headers; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        if (*line == 'l' && strncmp(line, "last-modified:", 14) == 0)
            outcome->last_modified = oss_call_last_modified(call);
        if (*line != 'x' || strncmp(line, "x-oss-", 6) != 0)
            continue;
        if (strncmp(line, "x-oss-hash-crc64ecma:", 21) == 0)
            outcome->crc64 = oss_call_crc64(call);
        else if (strncmp(line, "x-oss-next-append-position:", 27) == 0)
            outcome->next_append_position = oss_call_next_append_position(call);
        else if (strncmp(line, "x-oss-symlink-target:", 21) == 0)
            outcome->symlink_target = oss_call_symlink_target(call);
    }
}

oss_status ossgo_no_memory(ossgo_outcome *outcome)
{
    outcome->reason = "there is no memory for what it takes";
    return OSS_NO_MEMORY;
}

oss_status ossgo_finish(oss_status status, oss_call *call, ossgo_outcome *outcome)
{
    outcome->http_status = oss_call_http_status(call);
    outcome->attempts = oss_call_attempts(call);
    if (status == OSS_OK) {
        outcome->headers = oss_call_response_headers(call);
        outcome->verified = oss_call_verified(call);
        outcome->content_length = oss_call_content_length(call);
        take_headers(outcome->headers, call, outcome);
    } else {
        outcome->retryable = oss_call_retryable(call);
        outcome->os_error = oss_call_os_error(call);
        outcome->reason = oss_call_error(call);
        outcome->code = oss_call_code(call);
        outcome->message = oss_call_message(call);
        outcome->host_id = oss_call_host_id(call);
        outcome->ec = oss_call_ec(call);
    }
    if (!outcome->headers)
        outcome->request_id = oss_call_request_id(call);
    outcome->body = oss_call_body(call, &outcome->body_length);
    return status;
}

ossgo_request *ossgo_request_new(void)
{
    ossgo_request *request = calloc(1, sizeof *request);
    if (request && !(request->call = oss_call_new())) {
        free(request);
        request = NULL;
    }
    return request;
}

void ossgo_request_free(ossgo_request *request)
{
    oss_call_free(request->call);
    free(request);
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

oss_status ossgo_call_next(ossgo_request *request)
{
    oss_status status = oss_call_next(request->call, &request->entry);
    if (status == OSS_OK)
        return status;
    request->outcome = (ossgo_outcome){0};
    return ossgo_finish(status, request->call, &request->outcome);
}

int64_t ossgo_call_read(uint8_t *buffer, size_t capacity, ossgo_request *request)
{
    int64_t got = oss_call_read(request->call, buffer, capacity);
    if (got < 0) {
        request->outcome = (ossgo_outcome){0};
        ossgo_finish((oss_status)-got, request->call, &request->outcome);
    }
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

oss_status ossgo_call_outcome(oss_call *call, uintptr_t request)
{
    return oss_call_set_outcome(call, outcome_of_file, (void *)request);
}

oss_status ossgo_call_filter(oss_call *call, uintptr_t request)
{
    return oss_call_set_filter(call, filter, (void *)request);
}

oss_status ossgo_config_credentials(oss_config *config, uintptr_t provider)
{
    return oss_config_set_credentials_callback(config, credentials, (void *)provider);
}

oss_status ossgo_config_clock(oss_config *config, uintptr_t clock)
{
    return oss_config_set_clock(config, now, (void *)clock);
}

oss_status ossgo_set_log(int level, uintptr_t logger)
{
    return oss_set_log(level > 0 ? log_line : NULL, (void *)logger, level);
}
