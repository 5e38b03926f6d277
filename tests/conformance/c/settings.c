/* What belongs to an object besides its data. */

#include "runner.h"

#include <stdlib.h>

/* The names or the values of the tags, which alternate. */
static const char **every_second(const words *c, int first, size_t count) {
    const char **list = must(malloc((count + 1) * sizeof *list));
    for (size_t index = 0; index < count; index++)
        list[index] = word(c, first + 2 * (int)index);
    return list;
}

static oss_status put_tags(const words *c, const oss_bucket *bucket, oss_call *call) {
    const size_t count = (size_t)(c->count - 3) / 2;
    const char **names = every_second(c, 3, count), **values = every_second(c, 4, count);
    const oss_status status = oss_put_object_tagging(bucket, word(c, 2), names, values, count, call);
    free(names);
    free(values);
    return status;
}

int on_settings(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2), *value = word(c, 3);
    oss_call *call = to->call;
    if (is(c, "put_object_acl")) {
        to->status = oss_put_object_acl(bucket, key, value, call);
    } else if (is(c, "get_object_acl")) {
        to->status = oss_get_object_acl(bucket, key, call);
    } else if (is(c, "put_symlink")) {
        to->status = oss_put_symlink(bucket, key, value, call);
    } else if (is(c, "get_symlink")) {
        to->status = oss_get_symlink(bucket, key, call);
    } else if (is(c, "put_object_tagging")) {
        to->status = put_tags(c, bucket, call);
    } else if (is(c, "get_object_tagging")) {
        to->status = oss_get_object_tagging(bucket, key, call);
    } else if (is(c, "delete_object_tagging")) {
        to->status = oss_delete_object_tagging(bucket, key, call);
    } else if (is(c, "restore_object")) {
        to->status = oss_restore_object(bucket, key, (int32_t)number(c, 3), word_or_null(c, 4), call);
    } else if (is(c, "clean_restored_object")) {
        to->status = oss_clean_restored_object(bucket, key, call);
    } else if (is(c, "process_object")) {
        to->status = oss_process_object(bucket, key, value, call);
        to->wants_body = 1;
    } else if (is(c, "async_process_object")) {
        to->status = oss_async_process_object(bucket, key, value, call);
        to->wants_body = 1;
    } else {
        return 0;
    }
    return 1;
}
