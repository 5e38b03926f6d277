/* Objects and their data. */

#include "runner.h"

#include <stdlib.h>

static int on_put(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2);
    if (is(c, "put_object")) {
        const source body = body_of(c, 3);
        uint8_t *bytes = all_of(body);
        to->status = oss_put_object(bucket, key, bytes, (size_t)body.len, to->call);
        free(bytes);
    } else if (is(c, "put_object_file")) {
        to->status = oss_put_object_file(bucket, key, word(c, 3), to->call);
    } else if (is(c, "put_object_stream")) {
        source body = body_of(c, 4);
        to->status = oss_put_object_stream(bucket, key, number(c, 3), read_source, &body, to->call);
    } else if (is(c, "append_object")) {
        const source body = body_of(c, 4);
        uint8_t *bytes = all_of(body);
        to->status = oss_append_object(bucket, key, number(c, 3), bytes, (size_t)body.len, to->call);
        free(bytes);
    } else if (is(c, "append_object_stream")) {
        source body = body_of(c, 5);
        to->status = oss_append_object_stream(bucket, key, number(c, 3), number(c, 4), read_source, &body, to->call);
    } else if (is(c, "seal_append_object")) {
        to->status = oss_seal_append_object(bucket, key, number(c, 3), to->call);
    } else {
        return 0;
    }
    return 1;
}

static int on_get(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2);
    if (is(c, "get_object")) {
        to->status = oss_get_object(bucket, key, to->call);
        read_all(to, -1);
    } else if (is(c, "get_object_part")) {
        to->status = oss_get_object(bucket, key, to->call);
        read_all(to, number(c, 3));
    } else if (is(c, "get_object_to_buffer")) {
        const size_t cap = (size_t)number(c, 3);
        uint8_t *buffer = must(malloc(cap + 1));
        size_t len = 0;
        to->status = oss_get_object_to_buffer(bucket, key, buffer, cap, &len, to->call);
        if (to->status == OSS_OK)
            received(to, buffer, len);
        free(buffer);
    } else if (is(c, "get_object_to_file")) {
        to->status = oss_get_object_to_file(bucket, key, word(c, 3), to->call);
    } else if (is(c, "get_object_to_stream")) {
        to->write_stop = c->count > 3 ? number(c, 3) : -1;
        to->status = oss_get_object_to_stream(bucket, key, on_write, to, to->call);
        to->has_body |= to->status == OSS_OK;
    } else {
        return 0;
    }
    return 1;
}

/* SQL over objects. */
static int on_select(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2);
    if (is(c, "select_object")) {
        to->status = oss_select_object(bucket, key, word(c, 3), to->call);
        read_all(to, -1);
    } else if (is(c, "create_select_object_meta")) {
        uint32_t splits = 0, columns = 0;
        uint64_t rows = 0;
        to->status = oss_create_select_object_meta(bucket, key, &splits, &rows, &columns, to->call);
        field_unsigned(&to->more, "splits", splits);
        field_unsigned(&to->more, "rows", rows);
        field_unsigned(&to->more, "columns", columns);
    } else {
        return 0;
    }
    return 1;
}

int on_object(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2);
    if (is(c, "head_object")) {
        to->status = oss_head_object(bucket, key, to->call);
    } else if (is(c, "get_object_meta")) {
        to->status = oss_get_object_meta(bucket, key, to->call);
    } else if (is(c, "delete_object")) {
        to->status = oss_delete_object(bucket, key, to->call);
    } else if (is(c, "object_exists")) {
        int exists = -1;
        to->status = oss_object_exists(bucket, key, &exists, to->call);
        field_known(&to->more, "exists", exists);
    } else if (is(c, "copy_object")) {
        to->status = oss_copy_object(bucket, key, word_or_null(c, 3), word(c, 4), word_or_null(c, 5), to->call);
    } else if (is(c, "delete_multiple_objects")) {
        const char *const *keys = (const char *const *)(c->at + 3);
        const size_t count = (size_t)c->count - 3;
        to->status = oss_delete_multiple_objects(bucket, keys, NULL, count, (int)number(c, 2), to->call);
        list_all(to);
    } else {
        return on_put(c, bucket, to) || on_get(c, bucket, to) || on_select(c, bucket, to);
    }
    return 1;
}
