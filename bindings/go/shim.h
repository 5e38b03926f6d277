/* What cgo cannot say: callbacks into Go, and an operation with all of its outcome in one crossing. */
#ifndef OSSGO_SHIM_H
#define OSSGO_SHIM_H

#include <oss.h>

/* How an operation ended. Texts are lent by the call. */
typedef struct {
    int http_status;
    int attempts;
    int retryable;
    const char *reason; /* the rest is meaningful only if the operation failed... */
    const char *code;
    const char *message;
    const char *request_id; /* ...this always... */
    const char *host_id;
    const char *ec;
    const char *etag; /* ...and this only if it worked. */
    const char *version_id;
    uint64_t crc64;
    int64_t content_length;
    int64_t last_modified;
    const uint8_t *body;
    size_t body_length;
    char *headers; /* names and values, each ended by NUL; to be freed */
    size_t headers_length;
} ossgo_outcome;

/* `request` is the handle of the Go request that calls, or 0: callbacks of the library find it by their thread, where
 * the library hands no `user` of the call through. */
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

/* As oss_call_next() and oss_call_read(); `outcome` is filled in only if they fail. */
oss_status ossgo_call_next(const oss_entry **entry, OSSGO_WHO);
int64_t ossgo_call_read(uint8_t *buffer, size_t capacity, OSSGO_WHO);

oss_status ossgo_call_progress(oss_call *call, uintptr_t request);
oss_status ossgo_config_credentials(oss_config *config);
oss_status ossgo_set_log(int level);

#endif
