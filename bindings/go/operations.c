/* The operations of the library, each with its outcome. Those with callbacks are in shim.c. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

oss_status ossgo_put_object(const oss_bucket *bucket, const char *key, const uint8_t *data, size_t length, OSSGO_WHO)
{
    RUN(oss_put_object(bucket, key, data, length, call));
}

oss_status ossgo_put_object_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO)
{
    RUN(oss_put_object_file(bucket, key, path, call));
}

oss_status ossgo_get_object(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_get_object(bucket, key, call));
}

oss_status ossgo_get_object_to_buffer(const oss_bucket *bucket, const char *key, uint8_t *buffer, size_t capacity,
                                      size_t *length, OSSGO_WHO)
{
    RUN(oss_get_object_to_buffer(bucket, key, buffer, capacity, length, call));
}

oss_status ossgo_get_object_to_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO)
{
    RUN(oss_get_object_to_file(bucket, key, path, call));
}

oss_status ossgo_head_object(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_head_object(bucket, key, call));
}

oss_status ossgo_get_object_meta(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_get_object_meta(bucket, key, call));
}

oss_status ossgo_delete_object(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_delete_object(bucket, key, call));
}

oss_status ossgo_put_bucket(const oss_bucket *bucket, OSSGO_WHO)
{
    RUN(oss_put_bucket(bucket, call));
}

oss_status ossgo_delete_bucket(const oss_bucket *bucket, OSSGO_WHO)
{
    RUN(oss_delete_bucket(bucket, call));
}

oss_status ossgo_list_objects_v2(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO)
{
    RUN(oss_list_objects_v2(bucket, prefix, delimiter, call));
}

oss_status ossgo_list_buckets(const oss_service *service, const char *prefix, OSSGO_WHO)
{
    RUN(oss_list_buckets(service, prefix, call));
}

oss_status ossgo_invoke(const oss_bucket *bucket, const char *method, const char *key, const uint8_t *body,
                        size_t length, OSSGO_WHO)
{
    RUN(oss_invoke(bucket, method, key, body, length, call));
}

oss_status ossgo_service_invoke(const oss_service *service, const char *method, const uint8_t *body, size_t length,
                                OSSGO_WHO)
{
    RUN(oss_service_invoke(service, method, body, length, call));
}

oss_status ossgo_object_exists(const oss_bucket *bucket, const char *key, int *exists, OSSGO_WHO)
{
    RUN(oss_object_exists(bucket, key, exists, call));
}

oss_status ossgo_copy_object(const oss_bucket *bucket, const char *key, const char *source_bucket,
                             const char *source_key, const char *source_version_id, OSSGO_WHO)
{
    RUN(oss_copy_object(bucket, key, source_bucket, source_key, source_version_id, call));
}

oss_status ossgo_append_object(const oss_bucket *bucket, const char *key, int64_t position, const uint8_t *data,
                               size_t length, OSSGO_WHO)
{
    RUN(oss_append_object(bucket, key, position, data, length, call));
}

oss_status ossgo_seal_append_object(const oss_bucket *bucket, const char *key, int64_t position, OSSGO_WHO)
{
    RUN(oss_seal_append_object(bucket, key, position, call));
}

oss_status ossgo_put_object_acl(const oss_bucket *bucket, const char *key, const char *acl, OSSGO_WHO)
{
    RUN(oss_put_object_acl(bucket, key, acl, call));
}

oss_status ossgo_get_object_acl(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_get_object_acl(bucket, key, call));
}

oss_status ossgo_put_symlink(const oss_bucket *bucket, const char *key, const char *to, OSSGO_WHO)
{
    RUN(oss_put_symlink(bucket, key, to, call));
}

oss_status ossgo_get_symlink(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_get_symlink(bucket, key, call));
}

oss_status ossgo_get_object_tagging(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_get_object_tagging(bucket, key, call));
}

oss_status ossgo_delete_object_tagging(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_delete_object_tagging(bucket, key, call));
}

oss_status ossgo_restore_object(const oss_bucket *bucket, const char *key, int32_t days, const char *tier, OSSGO_WHO)
{
    RUN(oss_restore_object(bucket, key, days, tier, call));
}

oss_status ossgo_clean_restored_object(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    RUN(oss_clean_restored_object(bucket, key, call));
}

oss_status ossgo_process_object(const oss_bucket *bucket, const char *key, const char *process, OSSGO_WHO)
{
    RUN(oss_process_object(bucket, key, process, call));
}

oss_status ossgo_async_process_object(const oss_bucket *bucket, const char *key, const char *process, OSSGO_WHO)
{
    RUN(oss_async_process_object(bucket, key, process, call));
}

oss_status ossgo_select_object(const oss_bucket *bucket, const char *key, const char *expression, OSSGO_WHO)
{
    RUN(oss_select_object(bucket, key, expression, call));
}

oss_status ossgo_create_select_object_meta(const oss_bucket *bucket, const char *key, uint32_t *splits, uint64_t *rows,
                                           uint32_t *columns, OSSGO_WHO)
{
    RUN(oss_create_select_object_meta(bucket, key, splits, rows, columns, call));
}

oss_status ossgo_initiate_multipart_upload(const oss_bucket *bucket, const char *key, OSSGO_WHO)
{
    BEGIN;
    oss_status status = oss_initiate_multipart_upload(bucket, key, call);
    /* Not for every operation: this looks into the document of the answer. */
    outcome->upload_id = oss_call_upload_id(call);
    return ossgo_finish(status, call, outcome);
}

oss_status ossgo_upload_part(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                             const uint8_t *data, size_t length, OSSGO_WHO)
{
    RUN(oss_upload_part(bucket, key, upload_id, number, data, length, call));
}

oss_status ossgo_upload_part_file(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                                  const char *path, int64_t offset, int64_t length, OSSGO_WHO)
{
    RUN(oss_upload_part_file(bucket, key, upload_id, number, path, offset, length, call));
}

oss_status ossgo_upload_part_copy(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                                  const char *source_bucket, const char *source_key, const char *source_version_id,
                                  OSSGO_WHO)
{
    RUN(oss_upload_part_copy(bucket, key, upload_id, number, source_bucket, source_key, source_version_id, call));
}

oss_status ossgo_complete_multipart_upload(const oss_bucket *bucket, const char *key, const char *upload_id, OSSGO_WHO)
{
    RUN(oss_complete_multipart_upload(bucket, key, upload_id, call));
}

oss_status ossgo_abort_multipart_upload(const oss_bucket *bucket, const char *key, const char *upload_id, OSSGO_WHO)
{
    RUN(oss_abort_multipart_upload(bucket, key, upload_id, call));
}

oss_status ossgo_list_parts(const oss_bucket *bucket, const char *key, const char *upload_id, OSSGO_WHO)
{
    RUN(oss_list_parts(bucket, key, upload_id, call));
}

oss_status ossgo_list_multipart_uploads(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO)
{
    RUN(oss_list_multipart_uploads(bucket, prefix, delimiter, call));
}

oss_status ossgo_list_objects(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO)
{
    RUN(oss_list_objects(bucket, prefix, delimiter, call));
}

oss_status ossgo_list_object_versions(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO)
{
    RUN(oss_list_object_versions(bucket, prefix, delimiter, call));
}

#define SIGN(function) \
    BEGIN; \
    return ossgo_signed(function, call, outcome)

oss_status ossgo_presign(const oss_bucket *bucket, const char *method, const char *key, int64_t expires, OSSGO_WHO)
{
    SIGN(oss_presign(bucket, method, key, expires, call));
}

oss_status ossgo_post_policy(const oss_bucket *bucket, int64_t expires, const char *conditions, OSSGO_WHO)
{
    SIGN(oss_post_policy(bucket, expires, conditions, call));
}

oss_status ossgo_put_object_by_url(const oss_bucket *bucket, const char *url, const uint8_t *data, size_t length,
                                   OSSGO_WHO)
{
    RUN(oss_put_object_by_url(bucket, url, data, length, call));
}

oss_status ossgo_get_object_by_url(const oss_bucket *bucket, const char *url, OSSGO_WHO)
{
    RUN(oss_get_object_by_url(bucket, url, call));
}

oss_status ossgo_get_object_by_url_to_file(const oss_bucket *bucket, const char *url, const char *path, OSSGO_WHO)
{
    RUN(oss_get_object_by_url_to_file(bucket, url, path, call));
}

oss_status ossgo_head_object_by_url(const oss_bucket *bucket, const char *url, OSSGO_WHO)
{
    RUN(oss_head_object_by_url(bucket, url, call));
}

oss_status ossgo_get_bucket_info(const oss_bucket *bucket, OSSGO_WHO)
{
    RUN(oss_get_bucket_info(bucket, call));
}

oss_status ossgo_get_bucket_stat(const oss_bucket *bucket, OSSGO_WHO)
{
    RUN(oss_get_bucket_stat(bucket, call));
}

oss_status ossgo_get_bucket_location(const oss_bucket *bucket, OSSGO_WHO)
{
    RUN(oss_get_bucket_location(bucket, call));
}

oss_status ossgo_get_bucket_acl(const oss_bucket *bucket, OSSGO_WHO)
{
    RUN(oss_get_bucket_acl(bucket, call));
}

oss_status ossgo_put_bucket_acl(const oss_bucket *bucket, const char *acl, OSSGO_WHO)
{
    RUN(oss_put_bucket_acl(bucket, acl, call));
}

oss_status ossgo_bucket_exists(const oss_bucket *bucket, int *exists, OSSGO_WHO)
{
    RUN(oss_bucket_exists(bucket, exists, call));
}

oss_status ossgo_describe_regions(const oss_service *service, OSSGO_WHO)
{
    RUN(oss_describe_regions(service, call));
}

/* Makes an array of `count` texts that lie one after the other, each ended by NUL. An empty one becomes `empty`. */
static const char **unpack(const char *packed, size_t count, const char *empty)
{
    const char **texts = malloc((count + 1) * sizeof *texts);
    for (size_t i = 0; texts && i < count; i++) {
        texts[i] = *packed ? packed : empty;
        packed += strlen(packed) + 1;
    }
    return texts;
}

/* Has `function`, which uses the arrays `first` and `second`, run and frees these. Without memory for one of them it does
 * not run: NULL may mean something else to it. */
#define RUN_UNPACKED(function) \
    BEGIN; \
    oss_status status = first && second ? ossgo_finish(function, call, outcome) : ossgo_no_memory(outcome); \
    free(first); \
    free(second); \
    return status

oss_status ossgo_delete_multiple_objects(const oss_bucket *bucket, const char *keys, const char *version_ids,
                                         size_t count, int quiet, OSSGO_WHO)
{
    const char **first = unpack(keys, count, ""), **second = unpack(version_ids, count, NULL);
    RUN_UNPACKED(oss_delete_multiple_objects(bucket, first, second, count, quiet, call));
}

oss_status ossgo_put_object_tagging(const oss_bucket *bucket, const char *key, const char *names, const char *values,
                                    size_t count, OSSGO_WHO)
{
    const char **first = unpack(names, count, ""), **second = unpack(values, count, "");
    RUN_UNPACKED(oss_put_object_tagging(bucket, key, first, second, count, call));
}
