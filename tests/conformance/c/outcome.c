/* What an operation brought, and how it is printed. */

#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void received(outcome *to, const void *bytes, size_t len) {
    const uint8_t *data = bytes;
    for (size_t index = 0; index < len; index++) {
        if (to->bytes < (long long)sizeof to->body)
            to->body[to->bytes] = (char)data[index];
        to->fnv = (to->fnv ^ data[index]) * 1099511628211ULL;
        to->bytes++;
    }
    to->has_body = 1;
}

int on_progress(void *user, int64_t done, int64_t total) {
    outcome *to = user;
    to->reports++;
    to->done = done;
    to->total = total;
    return to->stop_at >= 0 && done >= to->stop_at;
}

int on_write(void *user, const uint8_t *data, size_t len) {
    outcome *to = user;
    received(to, data, len);
    return to->write_stop >= 0 && to->bytes >= to->write_stop;
}

void read_all(outcome *to, long long enough) {
    static const size_t cap = 64 * 1024;
    uint8_t *buffer = must(malloc(cap));
    int64_t got = 0;
    while (to->status == OSS_OK && (enough < 0 || to->bytes < enough) && (got = oss_call_read(to->call, buffer, cap)) != 0) {
        if (got < 0)
            to->status = (oss_status)-got;
        else
            received(to, buffer, (size_t)got);
    }
    to->has_body |= to->status == OSS_OK;
    free(buffer);
}

static void print_entry(text *to, const oss_entry *entry) {
    static const char *const kinds[] = {"",        "object",        "prefix", "bucket",
                                        "version", "delete_marker", "upload", "part", "deleted",
                                        "not_deleted"};
    text head = {NULL, 0, 0};
    char numbers[64];
    append(&head, numbers, (size_t)snprintf(numbers, sizeof numbers, "%s,%lld,", kinds[entry->kind], (long long)entry->size));
    if (entry->name != NULL)
        append(&head, entry->name, strlen(entry->name));
    field(to, "entry", head.bytes, head.len);
    free(head.bytes);
    field_known(to, "entry.time", entry->time);
    field_text(to, "entry.etag", entry->etag);
    field_text(to, "entry.storage_class", entry->storage_class);
    field_text(to, "entry.object_type", entry->object_type);
    field_text(to, "entry.restore_info", entry->restore_info);
    field_text(to, "entry.owner_id", entry->owner_id);
    field_text(to, "entry.owner_name", entry->owner_name);
    field_text(to, "entry.region", entry->region);
    field_text(to, "entry.location", entry->location);
    field_text(to, "entry.extranet_endpoint", entry->extranet_endpoint);
    field_text(to, "entry.intranet_endpoint", entry->intranet_endpoint);
    field_text(to, "entry.version_id", entry->version_id);
    if (entry->is_latest)
        field_number(to, "entry.is_latest", 1);
    if (entry->part_number != 0)
        field_number(to, "entry.part_number", entry->part_number);
    field_text(to, "entry.upload_id", entry->upload_id);
    field_unsigned(to, "entry.crc64", entry->crc64);
    field_text(to, "entry.delete_marker_version_id", entry->delete_marker_version_id);
    field_text(to, "entry.code", entry->code);
    field_text(to, "entry.message", entry->message);
}

void list_all(outcome *to) {
    const oss_entry *entry = NULL;
    while (to->status == OSS_OK && (to->status = oss_call_next(to->call, &entry)) == OSS_OK && entry != NULL)
        print_entry(&to->entries, entry);
}

void collected(outcome *to) {
    size_t len = 0;
    const void *bytes = oss_call_body(to->call, &len);
    if (to->status == OSS_OK) {
        to->has_body = 1;
        received(to, bytes, bytes == NULL ? 0 : len);
    }
}

static void print_failure(const outcome *to, text *answer) {
    const oss_call *call = to->call;
    const char *why = oss_call_error(call);
    /* What the inputs refused is not the call's error. */
    field_text(answer, "error", *why != '\0' ? why : oss_last_error());
    field_text(answer, "code", oss_call_code(call));
    field_text(answer, "message", oss_call_message(call));
    field_text(answer, "host_id", oss_call_host_id(call));
    field_text(answer, "ec", oss_call_ec(call));
    field_number(answer, "retryable", oss_call_retryable(call));
    if (oss_call_attempts(call) > 0)
        field_number(answer, "attempts", oss_call_attempts(call));
    for (int index = 0; index < input_count; index++) {
        char name[100];
        if (!is(&inputs[index], "error_detail"))
            continue;
        snprintf(name, sizeof name, "error_detail.%s", word(&inputs[index], 1));
        field_text(answer, name, oss_call_error_detail(call, word(&inputs[index], 1)));
    }
}

/* What an input asks for. */
static void print_wanted(const oss_call *call, const words *input, text *answer) {
    const char *what = word(input, 1);
    char name[200];
    if (is(input, "want")) {
        snprintf(name, sizeof name, "header.%s", what);
        field_text(answer, name, oss_call_response_header(call, what));
    } else if (is(input, "text")) {
        snprintf(name, sizeof name, "text.%s", what);
        field_text(answer, name, oss_call_text(call, what));
    } else if (is(input, "count")) {
        snprintf(name, sizeof name, "count.%s", what);
        field_number(answer, name, (long long)oss_call_count(call, what));
    }
}

/* A URL or a form, and what goes with it. */
static void print_signed(const oss_call *call, text *answer) {
    const char *name = NULL, *value;
    field_text(answer, "url", oss_call_url(call));
    for (size_t index = 0; (value = oss_call_signed_at(call, index, &name)) != NULL; index++) {
        text full = {NULL, 0, 0};
        append(&full, "signed.", 7);
        append(&full, name, strlen(name));
        field_text(answer, full.bytes, value);
        free(full.bytes);
    }
    field_known(answer, "expiration", oss_call_expiration(call));
}

static void print_answer(const outcome *to, text *answer) {
    const oss_call *call = to->call;
    field_text(answer, "etag", oss_call_etag(call));
    field_text(answer, "version_id", oss_call_version_id(call));
    field_unsigned(answer, "crc64", oss_call_crc64(call));
    field_known(answer, "content_length", oss_call_content_length(call));
    field_known(answer, "last_modified", oss_call_last_modified(call));
    field_known(answer, "next_append_position", oss_call_next_append_position(call));
    field_text(answer, "symlink_target", oss_call_symlink_target(call));
    field_text(answer, "upload_id", oss_call_upload_id(call));
    print_signed(call, answer);
    for (int index = 0; index < input_count; index++)
        print_wanted(call, &inputs[index], answer);
    append(answer, to->more.bytes, to->more.len);
}

void print_result(const outcome *to, text *answer) {
    char digits[64];
    append(answer, "result", 6);
    field_text(answer, "status", oss_status_name(to->status));
    if (oss_call_http_status(to->call) != 0)
        field_number(answer, "http_status", oss_call_http_status(to->call));
    field_text(answer, "request_id", oss_call_request_id(to->call));
    if (to->status != OSS_OK)
        print_failure(to, answer);
    else
        print_answer(to, answer);
    if (to->has_body) {
        field_number(answer, "bytes", to->bytes);
        snprintf(digits, sizeof digits, "%016llx", to->fnv);
        field_text(answer, "fnv", digits);
        if (to->bytes <= (long long)sizeof to->body)
            field(answer, "body", to->body, (size_t)to->bytes);
    }
    if (to->reports > 0) {
        snprintf(digits, sizeof digits, "%lld/%lld", to->done, to->total);
        field_text(answer, "progress", digits);
    }
    append(answer, to->entries.bytes, to->entries.len);
}
