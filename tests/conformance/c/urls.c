/* Presigned URLs and signed forms. */

#include "runner.h"

#include <stdlib.h>

int on_url(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *url = word(c, 2);
    if (is(c, "presign")) {
        to->status = oss_presign(bucket, word(c, 2), word_or_null(c, 3), number(c, 4), to->call);
    } else if (is(c, "post_policy")) {
        to->status = oss_post_policy(bucket, number(c, 2), word_or_null(c, 3), to->call);
    } else if (is(c, "put_object_by_url")) {
        const source body = body_of(c, 3);
        uint8_t *bytes = all_of(body);
        to->status = oss_put_object_by_url(bucket, url, bytes, (size_t)body.len, to->call);
        free(bytes);
    } else if (is(c, "get_object_by_url")) {
        to->status = oss_get_object_by_url(bucket, url, to->call);
        read_all(to, -1);
    } else if (is(c, "get_object_by_url_to_file")) {
        to->status = oss_get_object_by_url_to_file(bucket, url, word(c, 3), to->call);
    } else if (is(c, "head_object_by_url")) {
        to->status = oss_head_object_by_url(bucket, url, to->call);
    } else {
        return 0;
    }
    return 1;
}
