/* What cgo cannot say: callbacks into Go, and an operation with all of its outcome in one crossing. */
#ifndef OSSGO_SHIM_H
#define OSSGO_SHIM_H

#if defined(__has_include)
#if !__has_include(<oss.h>)
#error "oss.h is not found: see Linking in the README of alioss for Go. The tag bundled is for modules made by its script release"
#endif
#endif
#include <oss.h>

/* How an operation ended. Texts are lent by the call. */
typedef struct {
    const char *name; /* of the function that ran the operation */
    int http_status;
    int attempts;
    int verified;
    int retryable;
    int os_error;
    const char *reason; /* the rest is meaningful only if the operation failed... */
    const char *code;
    const char *message;
    const char *host_id;
    const char *ec;
    const char *request_id; /* ...this where no headers have it... */
    const char *headers; /* ...and this only if it worked. Lines of "name: value". */
    uint64_t crc64;
    int64_t content_length;
    int64_t last_modified;
    const uint8_t *body;
    size_t body_length;
    char *signed_headers; /* likewise, of what was signed; to be freed */
    int64_t next_append_position; /* this and the rest is -1 or NULL except after the operations that give it */
    const char *symlink_target;
    const char *upload_id;
    const char *url;
    int64_t expiration;
    char *own_reason; /* what `reason` is where no call has it */
} ossgo_outcome;

/* What a request has in C's memory: there cgo need not look for pointers of Go. NULL if there is no memory. */
typedef struct {
    oss_call *call;
    ossgo_outcome outcome;
    const oss_entry *entry; /* of ossgo_call_next() */
} ossgo_request;

ossgo_request *ossgo_request_new(void);
void ossgo_request_free(ossgo_request *request);

/* `request` is the handle of the Go request that calls, or 0: what callbacks that belong to one call get as `user`. */
#define OSSGO_WHO uintptr_t request, oss_call *call, ossgo_outcome *outcome

oss_status ossgo_put_object(const oss_bucket *bucket, const char *key, const uint8_t *data, size_t length, OSSGO_WHO);
oss_status ossgo_put_object_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO);
oss_status ossgo_put_object_stream(const oss_bucket *bucket, const char *key, int64_t length, OSSGO_WHO);
oss_status ossgo_get_object(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_get_object_to_buffer(const oss_bucket *bucket, const char *key, uint8_t *buffer, size_t capacity,
                                      size_t *length, OSSGO_WHO);
oss_status ossgo_get_object_to_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO);
oss_status ossgo_get_object_to_stream(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_head_object(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_get_object_meta(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_delete_object(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_put_bucket(const oss_bucket *bucket, OSSGO_WHO);
oss_status ossgo_delete_bucket(const oss_bucket *bucket, OSSGO_WHO);
oss_status ossgo_list_objects_v2(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO);
oss_status ossgo_list_buckets(const oss_service *service, const char *prefix, OSSGO_WHO);
oss_status ossgo_invoke(const oss_bucket *bucket, const char *method, const char *key, const uint8_t *body,
                        size_t length, OSSGO_WHO);
oss_status ossgo_service_invoke(const oss_service *service, const char *method, const uint8_t *body, size_t length,
                                OSSGO_WHO);
oss_status ossgo_object_exists(const oss_bucket *bucket, const char *key, int *exists, OSSGO_WHO);
oss_status ossgo_copy_object(const oss_bucket *bucket, const char *key, const char *source_bucket,
                             const char *source_key, const char *source_version_id, OSSGO_WHO);
oss_status ossgo_append_object(const oss_bucket *bucket, const char *key, int64_t position, const uint8_t *data,
                               size_t length, OSSGO_WHO);
oss_status ossgo_seal_append_object(const oss_bucket *bucket, const char *key, int64_t position, OSSGO_WHO);
oss_status ossgo_put_object_acl(const oss_bucket *bucket, const char *key, const char *acl, OSSGO_WHO);
oss_status ossgo_get_object_acl(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_put_symlink(const oss_bucket *bucket, const char *key, const char *to, OSSGO_WHO);
oss_status ossgo_get_symlink(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_get_object_tagging(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_delete_object_tagging(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_restore_object(const oss_bucket *bucket, const char *key, int32_t days, const char *tier, OSSGO_WHO);
oss_status ossgo_clean_restored_object(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_process_object(const oss_bucket *bucket, const char *key, const char *process, OSSGO_WHO);
oss_status ossgo_async_process_object(const oss_bucket *bucket, const char *key, const char *process, OSSGO_WHO);
oss_status ossgo_select_object(const oss_bucket *bucket, const char *key, const char *expression, OSSGO_WHO);
oss_status ossgo_create_select_object_meta(const oss_bucket *bucket, const char *key, uint32_t *splits, uint64_t *rows,
                                           uint32_t *columns, OSSGO_WHO);
oss_status ossgo_initiate_multipart_upload(const oss_bucket *bucket, const char *key, OSSGO_WHO);
oss_status ossgo_upload_part(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                             const uint8_t *data, size_t length, OSSGO_WHO);
oss_status ossgo_upload_part_file(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                                  const char *path, int64_t offset, int64_t length, OSSGO_WHO);
oss_status ossgo_upload_part_copy(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                                  const char *source_bucket, const char *source_key, const char *source_version_id,
                                  OSSGO_WHO);
oss_status ossgo_complete_multipart_upload(const oss_bucket *bucket, const char *key, const char *upload_id, OSSGO_WHO);
oss_status ossgo_abort_multipart_upload(const oss_bucket *bucket, const char *key, const char *upload_id, OSSGO_WHO);
oss_status ossgo_list_parts(const oss_bucket *bucket, const char *key, const char *upload_id, OSSGO_WHO);
oss_status ossgo_list_multipart_uploads(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO);
oss_status ossgo_list_objects(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO);
oss_status ossgo_list_object_versions(const oss_bucket *bucket, const char *prefix, const char *delimiter, OSSGO_WHO);
oss_status ossgo_presign(const oss_bucket *bucket, const char *method, const char *key, int64_t expires, OSSGO_WHO);
oss_status ossgo_post_policy(const oss_bucket *bucket, int64_t expires, const char *conditions, OSSGO_WHO);
oss_status ossgo_put_object_by_url(const oss_bucket *bucket, const char *url, const uint8_t *data, size_t length,
                                   OSSGO_WHO);
oss_status ossgo_get_object_by_url(const oss_bucket *bucket, const char *url, OSSGO_WHO);
oss_status ossgo_get_object_by_url_to_file(const oss_bucket *bucket, const char *url, const char *path, OSSGO_WHO);
oss_status ossgo_head_object_by_url(const oss_bucket *bucket, const char *url, OSSGO_WHO);
oss_status ossgo_get_bucket_info(const oss_bucket *bucket, OSSGO_WHO);
oss_status ossgo_get_bucket_stat(const oss_bucket *bucket, OSSGO_WHO);
oss_status ossgo_get_bucket_location(const oss_bucket *bucket, OSSGO_WHO);
oss_status ossgo_get_bucket_acl(const oss_bucket *bucket, OSSGO_WHO);
oss_status ossgo_put_bucket_acl(const oss_bucket *bucket, const char *acl, OSSGO_WHO);
oss_status ossgo_bucket_exists(const oss_bucket *bucket, int *exists, OSSGO_WHO);
oss_status ossgo_describe_regions(const oss_service *service, OSSGO_WHO);
oss_status ossgo_append_object_stream(const oss_bucket *bucket, const char *key, int64_t position, int64_t length,
                                      OSSGO_WHO);
oss_status ossgo_upload_part_stream(const oss_bucket *bucket, const char *key, const char *upload_id, int32_t number,
                                    int64_t length, OSSGO_WHO);

oss_status ossgo_upload_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO);
oss_status ossgo_abort_upload_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO);
oss_status ossgo_download_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO);
oss_status ossgo_abort_download_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO);
oss_status ossgo_copy_large_object(const oss_bucket *bucket, const char *key, const char *source_bucket,
                                   const char *source_key, const char *source_version_id, OSSGO_WHO);
oss_status ossgo_abort_copy_large_object(const oss_bucket *bucket, const char *key, const char *source_bucket,
                                         const char *source_key, const char *source_version_id, OSSGO_WHO);
oss_status ossgo_upload_directory(const oss_bucket *bucket, const char *prefix, const char *directory, int flags,
                                  OSSGO_WHO);
oss_status ossgo_download_directory(const oss_bucket *bucket, const char *prefix, const char *directory, int flags,
                                    OSSGO_WHO);
oss_status ossgo_delete_prefix(const oss_bucket *bucket, const char *prefix, int flags, OSSGO_WHO);
oss_status ossgo_list_uploads_before(const oss_bucket *bucket, const char *prefix, int64_t seconds, OSSGO_WHO);
oss_status ossgo_abort_uploads_before(const oss_bucket *bucket, const char *prefix, int64_t seconds, int64_t *aborted,
                                      OSSGO_WHO);
oss_status ossgo_writer_open(const oss_bucket *bucket, const char *key, oss_writer **writer, OSSGO_WHO);
oss_status ossgo_writer_finish(oss_writer *writer, OSSGO_WHO);

/* These fill in `outcome` only if they fail. `own_reason` is to be freed. */
oss_status ossgo_writer_write(oss_writer *writer, const uint8_t *data, size_t length, OSSGO_WHO);
oss_status ossgo_writer_abort(oss_writer *writer, OSSGO_WHO);

/* Several texts lie one after the other, each ended by NUL; an empty version id is none. */
oss_status ossgo_delete_multiple_objects(const oss_bucket *bucket, const char *keys, const char *version_ids,
                                         size_t count, int quiet, OSSGO_WHO);
oss_status ossgo_put_object_tagging(const oss_bucket *bucket, const char *key, const char *names, const char *values,
                                    size_t count, OSSGO_WHO);

/* As oss_call_next() and oss_call_read(); the outcome is filled in only if they fail. */
oss_status ossgo_call_next(ossgo_request *request);
int64_t ossgo_call_read(uint8_t *buffer, size_t capacity, ossgo_request *request);

oss_status ossgo_call_progress(oss_call *call, uintptr_t request);
oss_status ossgo_call_rewind(oss_call *call, uintptr_t request);
oss_status ossgo_call_outcome(oss_call *call, uintptr_t request);
oss_status ossgo_call_filter(oss_call *call, uintptr_t request);
oss_status ossgo_config_credentials(oss_config *config, uintptr_t provider);
oss_status ossgo_config_clock(oss_config *config, uintptr_t clock);
oss_status ossgo_set_log(int level, uintptr_t logger);

/* Whether the function for the log runs on this thread. */
int ossgo_is_logging(void);

#endif
