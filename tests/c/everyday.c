/* The setters for everyday headers, limits of one call, and what was verified; tests/c_api.rs looks at what the server saw. */
#include "check.h"

int main(void)
{
    oss_config *config = configure();
    oss_bucket *bucket = oss_bucket_new(config, "everyday");
    oss_call *call = oss_call_new();
    CHECK(bucket && call);
    TEXT("everyday", oss_bucket_name(bucket));
    TEXT(required("OSS_ENDPOINT"), oss_bucket_endpoint(bucket));
    OK(oss_call_set_bucket_acl(call, OSS_ACL_PRIVATE));
    OK(oss_put_bucket(bucket, call));
    OK(oss_call_reset(call));

    OK(oss_call_set_content_type(call, "text/x-a"));
    OK(oss_call_set_cache_control(call, "no-cache"));
    OK(oss_call_set_content_disposition(call, "attachment"));
    OK(oss_call_set_object_acl(call, OSS_ACL_PUBLIC_READ));
    OK(oss_call_set_storage_class(call, OSS_STORAGE_CLASS_IA));
    OK(oss_call_set_metadata(call, "author", "me"));
    OK(oss_call_add_tag(call, "a b", "c=d"));
    OK(oss_call_add_tag(call, "e", ""));
    OK(oss_call_set_server_side_encryption(call, OSS_ENCRYPTION_AES256, NULL));
    OK(oss_call_set_forbid_overwrite(call, 1));
    OK(oss_call_set_traffic_limit(call, 819200));
    OK(oss_call_set_connect_timeout_ms(call, 30000));
    OK(oss_call_set_read_timeout_ms(call, 30000));
    OK(oss_put_object(bucket, "a.txt", "hello", 5, call));
    NUMBER(1, oss_call_verified(call));
    CHECK(oss_crc64(0, "hello", 5) == oss_call_crc64(call));
    STATUS(OSS_EXISTS, oss_put_object(bucket, "a.txt", "hello", 5, call));
    TEXT(OSS_CODE_FILE_ALREADY_EXISTS, oss_call_code(call));
    OK(oss_call_reset(call));

    OK(oss_head_object(bucket, "a.txt", call));
    char etag[64];
    snprintf(etag, sizeof etag, "%s", oss_call_etag(call));
    int64_t stored = oss_call_last_modified(call);
    OK(oss_call_set_if_none_match(call, etag));
    STATUS(OSS_NOT_MODIFIED, oss_head_object(bucket, "a.txt", call));
    OK(oss_call_reset(call));
    OK(oss_call_set_if_match(call, "\"0\""));
    STATUS(OSS_PRECONDITION_FAILED, oss_head_object(bucket, "a.txt", call));
    OK(oss_call_reset(call));
    OK(oss_call_set_if_unmodified_since(call, stored - 60));
    STATUS(OSS_PRECONDITION_FAILED, oss_head_object(bucket, "a.txt", call));
    OK(oss_call_reset(call));
    OK(oss_call_set_if_modified_since(call, stored));
    STATUS(OSS_NOT_MODIFIED, oss_head_object(bucket, "a.txt", call));

    /* The service would ignore it, and the object be readable by everybody. */
    OK(oss_call_reset(call));
    OK(oss_call_set_header(call, "x-oss-acl", "private"));
    STATUS(OSS_INVALID_ARGUMENT, oss_put_object(bucket, "b.txt", "", 0, call));
    SAYS("x-oss-object-acl", oss_call_error(call));
    OK(oss_call_set_insist(call, 1));
    OK(oss_put_object(bucket, "b.txt", "", 0, call));

    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
