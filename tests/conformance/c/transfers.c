/* Large files, copies, objects of unknown length, and whole directories. */

#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int stop(void *user, const oss_outcome *outcome) {
    (void)user;
    (void)outcome;
    return 1;
}

static int leave_out(void *user, const char *name) {
    return strcmp(user, name) != 0;
}

oss_status set_transfer(const words *input, outcome *to) {
    if (is(input, "part_size"))
        return oss_call_set_part_size(to->call, number(input, 1));
    if (is(input, "workers"))
        return oss_call_set_workers(to->call, (int)number(input, 1));
    if (is(input, "prefetch"))
        return oss_call_set_prefetch(to->call, (int)number(input, 1));
    if (is(input, "record_directory"))
        return oss_call_set_record_directory(to->call, word(input, 1));
    if (is(input, "no_record"))
        return oss_call_set_no_record(to->call);
    if (is(input, "outcome_stop"))
        return oss_call_set_outcome(to->call, stop, NULL);
    if (is(input, "filter_out"))
        return oss_call_set_filter(to->call, leave_out, input->at[1]);
    return OSS_OK;
}

/* Writes a body in pieces, whatever becomes of them; one that gives up at its end is given up. */
static void write_object(const words *c, const oss_bucket *bucket, outcome *to) {
    source body = body_of(c, 4);
    const size_t piece = (size_t)number(c, 3);
    uint8_t *buffer = must(malloc(piece));
    int64_t got;
    oss_writer *writer = oss_writer_open(bucket, word(c, 2), to->call);
    to->status = oss_call_status(to->call);
    while (writer != NULL && (got = read_source(&body, buffer, piece)) > 0)
        oss_writer_write(writer, buffer, (size_t)got);
    if (writer != NULL)
        to->status = body.gives_up ? oss_writer_abort(writer) : oss_writer_finish(writer, to->call);
    oss_writer_free(writer);
    free(buffer);
}

/* What became of many files. */
static void report(outcome *to) {
    static const char *const kinds[] = {"", "transferred", "unchanged", "skipped", "failed", "deleted"};
    char line[200];
    long long counts[6];
    const oss_outcome *one;
    for (int kind = 1; kind <= 5; kind++)
        counts[kind] = oss_call_outcome_count(to->call, kind);
    snprintf(line, sizeof line, "%lld,%lld,%lld,%lld,%lld", counts[1], counts[2], counts[3], counts[4], counts[5]);
    field_text(&to->entries, "outcomes", line);
    for (size_t index = 0; (one = oss_call_outcome_at(to->call, index)) != NULL; index++) {
        text head = {NULL, 0, 0};
        append(&head, line, (size_t)snprintf(line, sizeof line, "%s,%lld,", kinds[one->kind], (long long)one->size));
        append(&head, one->key, strlen(one->key));
        field(&to->entries, "entry", head.bytes, head.len);
        free(head.bytes);
        field_text(&to->entries, "entry.path", one->path);
        field_text(&to->entries, "entry.status", oss_status_name(one->status));
        field_text(&to->entries, "entry.reason", one->reason);
    }
}

static int on_many(const words *c, const oss_bucket *bucket, outcome *to) {
    if (is(c, "upload_directory"))
        to->status = oss_upload_directory(bucket, word(c, 2), word(c, 3), (int)number(c, 4), to->call);
    else if (is(c, "download_directory"))
        to->status = oss_download_directory(bucket, word(c, 2), word(c, 3), (int)number(c, 4), to->call);
    else if (is(c, "delete_prefix"))
        to->status = oss_delete_prefix(bucket, word(c, 2), (int)number(c, 3), to->call);
    else
        return 0;
    report(to);
    return 1;
}

int on_transfer(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2);
    if (is(c, "upload_file")) {
        to->status = oss_upload_file(bucket, key, word(c, 3), to->call);
    } else if (is(c, "abort_upload_file")) {
        to->status = oss_abort_upload_file(bucket, key, word(c, 3), to->call);
    } else if (is(c, "download_file")) {
        to->status = oss_download_file(bucket, key, word(c, 3), to->call);
    } else if (is(c, "abort_download_file")) {
        to->status = oss_abort_download_file(bucket, key, word(c, 3), to->call);
    } else if (is(c, "copy_large_object")) {
        to->status = oss_copy_large_object(bucket, key, word_or_null(c, 3), word(c, 4), word_or_null(c, 5), to->call);
    } else if (is(c, "abort_copy_large_object")) {
        to->status = oss_abort_copy_large_object(bucket, key, word_or_null(c, 3), word(c, 4), word_or_null(c, 5),
                                                 to->call);
    } else if (is(c, "write_object")) {
        write_object(c, bucket, to);
    } else if (is(c, "list_uploads_before")) {
        to->status = oss_list_uploads_before(bucket, word_or_null(c, 2), number(c, 3), to->call);
        list_all(to);
    } else if (is(c, "abort_uploads_before")) {
        int64_t aborted = 0;
        to->status = oss_abort_uploads_before(bucket, word_or_null(c, 2), number(c, 3), &aborted, to->call);
        field_number(&to->more, "aborted", aborted);
    } else {
        return on_many(c, bucket, to);
    }
    return 1;
}
