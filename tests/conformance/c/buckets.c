/* Buckets, the service, their listings, and any operation by its name. */

#include "runner.h"

#include <stdlib.h>

static int on_listing(const words *c, const oss_bucket *bucket, outcome *to) {
    const char *prefix = word_or_null(c, 2), *delimiter = word_or_null(c, 3);
    if (is(c, "list_objects_v2"))
        to->status = oss_list_objects_v2(bucket, prefix, delimiter, to->call);
    else if (is(c, "list_objects"))
        to->status = oss_list_objects(bucket, prefix, delimiter, to->call);
    else if (is(c, "list_object_versions"))
        to->status = oss_list_object_versions(bucket, prefix, delimiter, to->call);
    else
        return 0;
    list_all(to);
    return 1;
}

int on_bucket(const words *c, const oss_bucket *bucket, outcome *to) {
    if (is(c, "put_bucket")) {
        to->status = oss_put_bucket(bucket, to->call);
    } else if (is(c, "delete_bucket")) {
        to->status = oss_delete_bucket(bucket, to->call);
    } else if (is(c, "bucket_exists")) {
        int exists = -1;
        to->status = oss_bucket_exists(bucket, &exists, to->call);
        field_known(&to->more, "exists", exists);
    } else if (is(c, "get_bucket_info")) {
        to->status = oss_get_bucket_info(bucket, to->call);
    } else if (is(c, "get_bucket_stat")) {
        to->status = oss_get_bucket_stat(bucket, to->call);
    } else if (is(c, "get_bucket_location")) {
        to->status = oss_get_bucket_location(bucket, to->call);
    } else if (is(c, "get_bucket_acl")) {
        to->status = oss_get_bucket_acl(bucket, to->call);
    } else if (is(c, "put_bucket_acl")) {
        to->status = oss_put_bucket_acl(bucket, word(c, 2), to->call);
    } else if (is(c, "invoke")) {
        const source body = body_of(c, 4);
        uint8_t *bytes = all_of(body);
        to->status = oss_invoke(bucket, word(c, 2), word_or_null(c, 3), bytes, (size_t)body.len, to->call);
        to->wants_body = 1;
        free(bytes);
    } else {
        return on_listing(c, bucket, to);
    }
    return 1;
}

int on_service(const words *c, const oss_service *service, outcome *to) {
    if (is(c, "list_buckets")) {
        to->status = oss_list_buckets(service, word_or_null(c, 2), to->call);
        list_all(to);
    } else if (is(c, "describe_regions")) {
        to->status = oss_describe_regions(service, to->call);
    } else if (is(c, "service_invoke")) {
        const source body = body_of(c, 3);
        uint8_t *bytes = all_of(body);
        to->status = oss_service_invoke(service, word(c, 2), bytes, (size_t)body.len, to->call);
        to->wants_body = 1;
        free(bytes);
    } else {
        return 0;
    }
    return 1;
}
