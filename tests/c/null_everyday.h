/* Bad arguments of the setters for everyday headers, checksums, names of a bucket; a part of null_args.c. */

/* The setter, called with `with` and `value`, refuses NULL for each, and a line break. */
#define BAD_TEXT(parameter, setter) \
    do { \
        oss_call *with = NULL; \
        const char *value = "text"; \
        REFUSED("call", setter); \
        with = call, value = NULL; \
        REFUSED(parameter, setter); \
        value = "a\nb"; \
        REFUSED("line break", setter); \
        SAYS("`" parameter "`", oss_last_error()); \
        OK(oss_call_reset(call)); \
    } while (0)

static void everyday(void)
{
    BAD_TEXT("content_type", oss_call_set_content_type(with, value));
    BAD_TEXT("cache_control", oss_call_set_cache_control(with, value));
    BAD_TEXT("disposition", oss_call_set_content_disposition(with, value));
    BAD_TEXT("acl", oss_call_set_object_acl(with, value));
    BAD_TEXT("acl", oss_call_set_bucket_acl(with, value));
    BAD_TEXT("storage_class", oss_call_set_storage_class(with, value));
    BAD_TEXT("etag", oss_call_set_if_match(with, value));
    BAD_TEXT("etag", oss_call_set_if_none_match(with, value));
    REFUSED("call", oss_call_set_metadata(NULL, "a", "b"));
    REFUSED("name", oss_call_set_metadata(call, NULL, "b"));
    REFUSED("value", oss_call_set_metadata(call, "a", NULL));
    REFUSED("not a header name", oss_call_set_metadata(call, "two words", "b"));
    SAYS("`name`", oss_last_error());
    REFUSED("`value`", oss_call_set_metadata(call, "a", "b\nc"));
    REFUSED("call", oss_call_add_tag(NULL, "a", "b"));
    REFUSED("name", oss_call_add_tag(call, NULL, "b"));
    REFUSED("value", oss_call_add_tag(call, "a", NULL));
    REFUSED("call", oss_call_set_server_side_encryption(NULL, "KMS", NULL));
    REFUSED("algorithm", oss_call_set_server_side_encryption(call, NULL, NULL));
    REFUSED("key_id", oss_call_set_server_side_encryption(call, "KMS", NOT_UTF8));
    REFUSED("call", oss_call_set_forbid_overwrite(NULL, 1));
    REFUSED("call", oss_call_set_if_modified_since(NULL, 0));
    REFUSED("time", oss_call_set_if_modified_since(call, -1));
    REFUSED("time", oss_call_set_if_modified_since(call, INT64_MAX));
    REFUSED("call", oss_call_set_if_unmodified_since(NULL, 0));
    REFUSED("time", oss_call_set_if_unmodified_since(call, INT64_MIN));
    REFUSED("call", oss_call_set_traffic_limit(NULL, 819200));
    REFUSED("traffic_limit", oss_call_set_traffic_limit(call, 819199));
    REFUSED("call", oss_call_set_connect_timeout_ms(NULL, 1));
    REFUSED("connect_timeout", oss_call_set_connect_timeout_ms(call, 0));
    REFUSED("call", oss_call_set_read_timeout_ms(NULL, 1));
    REFUSED("read_timeout", oss_call_set_read_timeout_ms(call, -1));
    OK(oss_call_reset(call));
    REFUSED("call", oss_call_set_insist(NULL, 1));
    NUMBER(0, oss_call_verified(NULL));
    NUMBER(0, oss_call_verified(call));
}

static void checksums(void)
{
    uint64_t whole = oss_crc64(0, "123456789", 9);
    CHECK(whole == UINT64_C(0x995dc9bbdf1939fa));
    CHECK(oss_crc64(oss_crc64(0, "1234", 4), "56789", 5) == whole);
    CHECK(oss_crc64_combine(oss_crc64(0, "1234", 4), oss_crc64(0, "56789", 5), 5) == whole);
    CHECK(oss_crc64(0, NULL, 0) == 0);
    CHECK(oss_crc64(7, NULL, 1) == 7);
    SAYS("data", oss_last_error());
}

static void names_of_a_bucket(void)
{
    TEXT("", oss_bucket_name(NULL));
    TEXT("", oss_bucket_endpoint(NULL));
    CHECK(oss_bucket_name(bucket)[0] != 0);
    SAYS("http", oss_bucket_endpoint(bucket));
}
