/* The part of null_args.c about the operations beyond storing, fetching and listing, and about what they leave in a call. */
#ifndef NULL_OPERATIONS_H
#define NULL_OPERATIONS_H

static void answers_of_operations(void)
{
    const char *name = "untouched";
    REFUSED("call", oss_call_set_field(NULL, "a", "b"));
    REFUSED("call", oss_call_set_upload_callback(NULL, "{}", NULL));
    REFUSED("call", oss_call_set_initial_crc64(NULL, 1));
    REFUSED("call", oss_call_add_part(NULL, 1, "etag", -1, 0));
    CALL_REFUSED("path", oss_call_set_field(call, NULL, "b"));
    CALL_REFUSED("value", oss_call_set_field(call, "a", NOT_UTF8));
    CALL_REFUSED("callback", oss_call_set_upload_callback(call, NULL, NULL));
    CALL_REFUSED("etag", oss_call_add_part(call, 1, NULL, -1, 0));
    CALL_REFUSED("size", oss_call_add_part(call, 1, "etag", -2, 0));
    CALL_REFUSED("number", oss_call_add_part(call, -1, "etag", -1, 0));
    OK(oss_call_reset(call));
    CHECK(oss_call_text(NULL, "a") == NULL && oss_call_text(call, NULL) == NULL);
    CHECK(oss_call_text(call, "a") == NULL && oss_call_text(call, NOT_UTF8) == NULL);
    NUMBER(0, (long long)oss_call_count(NULL, "a"));
    NUMBER(0, (long long)oss_call_count(call, NULL));
    NUMBER(0, (long long)oss_call_count(call, "a"));
    NUMBER(-1, oss_call_next_append_position(NULL));
    NUMBER(-1, oss_call_expiration(NULL));
    CHECK(oss_call_symlink_target(NULL) == NULL);
    CHECK(oss_call_upload_id(NULL) == NULL);
    CHECK(oss_call_url(NULL) == NULL);
    CHECK(oss_call_signed_at(NULL, 0, &name) == NULL && name == NULL);
    CHECK(oss_call_signed_at(call, SIZE_MAX, NULL) == NULL);
}

static void more_objects(void)
{
    const char *none[] = {NULL}, *bad[] = {"/key"}, *names[] = {"a"};
    const char *many[1001];
    int exists = 7;
    for (int i = 0; i < 1001; i++)
        many[i] = "key";

    CALL_REFUSED("bucket", oss_object_exists(NULL, "key", &exists, call));
    CALL_REFUSED("key", oss_object_exists(bucket, NULL, &exists, call));
    CALL_REFUSED("exists", oss_object_exists(bucket, "key", NULL, call));
    NUMBER(0, exists);
    CALL_REFUSED("bucket", oss_copy_object(NULL, "key", NULL, "a", NULL, call));
    CALL_REFUSED("key", oss_copy_object(bucket, NULL, NULL, "a", NULL, call));
    CALL_REFUSED("source_key", oss_copy_object(bucket, "key", NULL, NULL, NULL, call));
    CALL_REFUSED("bucket", oss_copy_object(bucket, "key", "No Bucket", "a", NULL, call));
    CALL_REFUSED("bucket", oss_append_object(NULL, "key", 0, "", 0, call));
    CALL_REFUSED("position", oss_append_object(bucket, "key", -1, "", 0, call));
    CALL_REFUSED("data", oss_append_object(bucket, "key", 0, NULL, 1, call));
    CALL_REFUSED("read", oss_append_object_stream(bucket, "key", 0, 0, NULL, NULL, call));
    CALL_REFUSED("position",
                 oss_append_object_stream(bucket, "key", -1, 0, read_nothing, NULL, call));
    CALL_REFUSED("position", oss_seal_append_object(bucket, "key", -1, call));
    CALL_REFUSED("bucket", oss_seal_append_object(NULL, "key", 0, call));

    CALL_REFUSED("bucket", oss_delete_multiple_objects(NULL, names, NULL, 1, 0, call));
    CALL_REFUSED("keys", oss_delete_multiple_objects(bucket, NULL, NULL, 1, 0, call));
    CALL_REFUSED("keys", oss_delete_multiple_objects(bucket, none, NULL, 1, 0, call));
    CALL_REFUSED("key", oss_delete_multiple_objects(bucket, bad, NULL, 1, 0, call));
    CALL_REFUSED("keys", oss_delete_multiple_objects(bucket, names, NULL, SIZE_MAX, 0, call));
    CALL_REFUSED("`keys`", oss_delete_multiple_objects(bucket, NULL, NULL, 0, 0, call));
    CALL_REFUSED("`keys`", oss_delete_multiple_objects(bucket, many, NULL, 1001, 0, call));

    CALL_REFUSED("acl", oss_put_object_acl(bucket, "key", "everybody", call));
    CALL_REFUSED("acl", oss_put_object_acl(bucket, "key", NULL, call));
    CALL_REFUSED("bucket", oss_get_object_acl(NULL, "key", call));
    CALL_REFUSED("target", oss_put_symlink(bucket, "key", NULL, call));
    CALL_REFUSED("target", oss_put_symlink(bucket, "key", "/target", call));
    CALL_REFUSED("key", oss_get_symlink(bucket, NULL, call));
    CALL_REFUSED("names", oss_put_object_tagging(bucket, "key", none, none, 1, call));
    CALL_REFUSED("values", oss_put_object_tagging(bucket, "key", names, NULL, 1, call));
    CALL_REFUSED("key", oss_get_object_tagging(bucket, NULL, call));
    CALL_REFUSED("key", oss_delete_object_tagging(bucket, "", call));
    CALL_REFUSED("days", oss_restore_object(bucket, "key", -1, NULL, call));
    CALL_REFUSED("tier", oss_restore_object(bucket, "key", 0, "Bulk", call));
    CALL_REFUSED("key", oss_clean_restored_object(bucket, NULL, call));
    CALL_REFUSED("process", oss_process_object(bucket, "key", NULL, call));
    CALL_REFUSED("process", oss_async_process_object(bucket, "key", NULL, call));
    CALL_REFUSED("expression", oss_select_object(bucket, "key", NULL, call));
    REFUSED("call", oss_select_object(bucket, "key", "select", NULL));
    CALL_REFUSED("key", oss_create_select_object_meta(bucket, NULL, NULL, NULL, NULL, call));
}

static void multipart(void)
{
    CALL_REFUSED("bucket", oss_initiate_multipart_upload(NULL, "key", call));
    REFUSED("call", oss_initiate_multipart_upload(bucket, "key", NULL));
    CALL_REFUSED("upload_id", oss_upload_part(bucket, "key", NULL, 1, "", 0, call));
    CALL_REFUSED("upload_id", oss_upload_part(bucket, "key", "", 1, "", 0, call));
    CALL_REFUSED("number", oss_upload_part(bucket, "key", "id", 0, "", 0, call));
    CALL_REFUSED("number", oss_upload_part(bucket, "key", "id", 10001, "", 0, call));
    CALL_REFUSED("path", oss_upload_part_file(bucket, "key", "id", 1, NULL, 0, 0, call));
    CALL_REFUSED("offset", oss_upload_part_file(bucket, "key", "id", 1, "/", -1, 0, call));
    CALL_REFUSED("len", oss_upload_part_file(bucket, "key", "id", 1, "/", 0, -1, call));
    CALL_REFUSED("read", oss_upload_part_stream(bucket, "key", "id", 1, 0, NULL, NULL, call));
    CALL_REFUSED("source_key",
                 oss_upload_part_copy(bucket, "key", "id", 1, NULL, NULL, NULL, call));
    CALL_REFUSED("upload_id", oss_complete_multipart_upload(bucket, "key", NULL, call));
    CALL_REFUSED("upload_id", oss_complete_multipart_upload(bucket, "key", "", call));
    OK(oss_call_add_part(call, 2, "b", -1, 0));
    OK(oss_call_add_part(call, 1, "a", -1, 0));
    CALL_REFUSED("parts", oss_complete_multipart_upload(bucket, "key", "id", call));
    OK(oss_call_reset(call));
    CALL_REFUSED("upload_id", oss_abort_multipart_upload(bucket, "key", "", call));
    CALL_REFUSED("upload_id", oss_list_parts(bucket, "key", NULL, call));
    CALL_REFUSED("upload_id", oss_list_parts(bucket, "key", "", call));
    REFUSED("call", oss_list_parts(bucket, "key", "id", NULL));
    CALL_REFUSED("bucket", oss_list_multipart_uploads(NULL, NULL, NULL, call));
}

static void directories(void)
{
    CALL_REFUSED("bucket", oss_upload_directory(NULL, "p", ".", 0, call));
    CALL_REFUSED("prefix", oss_upload_directory(bucket, NULL, ".", 0, call));
    CALL_REFUSED("directory", oss_upload_directory(bucket, "p", NULL, 0, call));
    CALL_REFUSED("flags", oss_upload_directory(bucket, "p", ".", 256, call));
    CALL_REFUSED("flags", oss_upload_directory(bucket, "p", ".", -1, call));
    CALL_REFUSED("delete", oss_upload_directory(bucket, "p", ".",
                                                OSS_DIRECTORY_DELETE | OSS_DIRECTORY_OVERWRITE, call));
    CALL_REFUSED("key", oss_upload_directory(bucket, "/p", ".", 0, call));
    CALL_REFUSED("bucket", oss_download_directory(NULL, "p", ".", 0, call));
    CALL_REFUSED("prefix", oss_download_directory(bucket, NOT_UTF8, ".", 0, call));
    CALL_REFUSED("directory", oss_download_directory(bucket, "p", NULL, 0, call));
    CALL_REFUSED("flags", oss_download_directory(bucket, "p", ".", 256, call));
    CALL_REFUSED("bucket", oss_delete_prefix(NULL, "p", 0, call));
    CALL_REFUSED("prefix", oss_delete_prefix(bucket, NULL, 0, call));
    CALL_REFUSED("prefix", oss_delete_prefix(bucket, "", 0, call));
    CALL_REFUSED("flags", oss_delete_prefix(bucket, "p", 4, call));
    REFUSED("prefix", oss_delete_prefix(bucket, "", OSS_DELETE_VERSIONS, NULL));
    NUMBER(0, oss_call_outcome_count(call, OSS_OUTCOME_DELETED));
    NUMBER(0, oss_call_outcome_count(call, 0));
    NUMBER(0, oss_call_outcome_count(call, 6));
    NUMBER(0, oss_call_outcome_count(NULL, OSS_OUTCOME_FAILED));
    NUMBER(0, oss_call_outcome_bytes(NULL, OSS_OUTCOME_FAILED));
    CHECK(oss_call_outcome_at(call, 0) == NULL);
    CHECK(oss_call_outcome_at(NULL, 0) == NULL);
}

static void signed_requests(void)
{
    CALL_REFUSED("bucket", oss_presign(NULL, "GET", "key", 60, call));
    REFUSED("call", oss_presign(bucket, "GET", "key", 60, NULL));
    CALL_REFUSED("method", oss_presign(bucket, NULL, "key", 60, call));
    CALL_REFUSED("method", oss_presign(bucket, "get", "key", 60, call));
    CALL_REFUSED("key", oss_presign(bucket, "GET", "/key", 60, call));
    CALL_REFUSED("expires", oss_presign(bucket, "GET", "key", 0, call));
    CALL_REFUSED("expires", oss_presign(bucket, "GET", "key", -1, call));
    CALL_REFUSED("expires", oss_presign(bucket, "GET", "key", 604801, call));
    CALL_REFUSED("expires", oss_post_policy(bucket, 0, NULL, call));
    CALL_REFUSED("conditions", oss_post_policy(bucket, 60, "no array", call));
    REFUSED("call", oss_post_policy(bucket, 60, NULL, NULL));
    CHECK(oss_call_url(call) == NULL);
    CALL_REFUSED("url", oss_put_object_by_url(bucket, NULL, "", 0, call));
    CALL_REFUSED("url", oss_put_object_by_url(bucket, "localhost", "", 0, call));
    CALL_REFUSED("url", oss_get_object_by_url(bucket, "ftp://localhost/key", call));
    CALL_REFUSED("url", oss_get_object_by_url(bucket, "http://local host/key", call));
    CALL_REFUSED("url", oss_get_object_by_url(bucket, "http://id:secret@localhost/key", call));
    REFUSED("call", oss_get_object_by_url(bucket, "http://localhost/key", NULL));
    CALL_REFUSED("path",
                 oss_get_object_by_url_to_file(bucket, "http://localhost/key", NULL, call));
    CALL_REFUSED("url", oss_head_object_by_url(bucket, "http://localhost", call));
}

static void buckets(void)
{
    int exists = 7;
    CALL_REFUSED("bucket", oss_get_bucket_info(NULL, call));
    CALL_REFUSED("bucket", oss_get_bucket_stat(NULL, call));
    CALL_REFUSED("bucket", oss_get_bucket_location(NULL, call));
    CALL_REFUSED("bucket", oss_get_bucket_acl(NULL, call));
    CALL_REFUSED("acl", oss_put_bucket_acl(bucket, "default", call));
    CALL_REFUSED("bucket", oss_bucket_exists(NULL, &exists, call));
    CALL_REFUSED("exists", oss_bucket_exists(bucket, NULL, call));
    CALL_REFUSED("service", oss_describe_regions(NULL, call));
    REFUSED("call", oss_list_objects(bucket, NULL, NULL, NULL));
    CALL_REFUSED("prefix", oss_list_objects(bucket, NOT_UTF8, NULL, call));
    REFUSED("call", oss_list_object_versions(bucket, NULL, NULL, NULL));
    CALL_REFUSED("delimiter", oss_list_object_versions(bucket, NULL, NOT_UTF8, call));
}

static void other_operations(void)
{
    answers_of_operations();
    more_objects();
    multipart();
    directories();
    signed_requests();
    buckets();
}

#endif
