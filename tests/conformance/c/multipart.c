/* Multipart uploads. */

#include "runner.h"

#include <stdlib.h>

/* Ways to send a part. */
static int on_part(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2), *id = word(c, 3);
    const int32_t part = (int32_t)number(c, 4);
    if (is(c, "upload_part")) {
        const source body = body_of(c, 5);
        uint8_t *bytes = all_of(body);
        to->status = oss_upload_part(bucket, key, id, part, bytes, (size_t)body.len, to->call);
        free(bytes);
    } else if (is(c, "upload_part_stream")) {
        source body = body_of(c, 6);
        to->status = oss_upload_part_stream(bucket, key, id, part, number(c, 5), read_source, &body, to->call);
    } else if (is(c, "upload_part_file")) {
        to->status = oss_upload_part_file(bucket, key, id, part, word(c, 5), number(c, 6), number(c, 7), to->call);
    } else if (is(c, "upload_part_copy")) {
        to->status = oss_upload_part_copy(bucket, key, id, part, word_or_null(c, 5), word(c, 6), word_or_null(c, 7),
                                          to->call);
    } else {
        return 0;
    }
    return 1;
}

int on_upload(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *key = word(c, 2), *id = word(c, 3);
    if (is(c, "initiate_multipart_upload")) {
        to->status = oss_initiate_multipart_upload(bucket, key, to->call);
    } else if (is(c, "complete_multipart_upload")) {
        to->status = oss_complete_multipart_upload(bucket, key, id, to->call);
    } else if (is(c, "abort_multipart_upload")) {
        to->status = oss_abort_multipart_upload(bucket, key, id, to->call);
    } else if (is(c, "list_parts")) {
        to->status = oss_list_parts(bucket, key, id, to->call);
        list_all(to);
    } else if (is(c, "list_multipart_uploads")) {
        to->status = oss_list_multipart_uploads(bucket, word_or_null(c, 2), word_or_null(c, 3), to->call);
        list_all(to);
    } else {
        return on_part(c, bucket, to);
    }
    return 1;
}
