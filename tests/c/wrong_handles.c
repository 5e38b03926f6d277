/* Handles of another kind, and freed ones as far as that can be seen, are refused and not used.
 *
 *     wrong_handles [freed] */
#include "check.h"

#define REFUSED(words, expression) \
    do { \
        STATUS(OSS_INVALID_ARGUMENT, expression); \
        SAYS(words, oss_last_error()); \
    } while (0)

static void another_kind(oss_config *config, oss_bucket *bucket, oss_call *call)
{
    oss_service *service = oss_service_new(config);
    oss_credentials *credentials = oss_credentials_anonymous();
    CHECK(service && credentials);
    REFUSED("`bucket` is not an oss_bucket: it is oss_call",
            oss_head_object((const oss_bucket *)call, "key", NULL));
    REFUSED("`bucket` is not an oss_bucket: it is oss_service",
            oss_head_object((const oss_bucket *)service, "key", call));
    SAYS("oss_service", oss_call_error(call));
    REFUSED("`call` is not an oss_call: it is oss_bucket",
            oss_head_object(bucket, "key", (oss_call *)bucket));
    REFUSED("`call`", oss_call_set_header((oss_call *)config, "x-a", "b"));
    REFUSED("`call`", oss_call_cancel((oss_call *)credentials));
    REFUSED("`config`", oss_config_set_region((oss_config *)call, "cn-hangzhou"));
    REFUSED("`credentials`",
            oss_config_set_credentials(config, (const oss_credentials *)service));
    REFUSED("`keys`", oss_keys_set((oss_keys *)call, "id", "secret", NULL));
    NUMBER(0, oss_call_http_status((const oss_call *)bucket));
    TEXT("", oss_call_code((const oss_call *)bucket));
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read((oss_call *)bucket, call, 1));
    CHECK(oss_bucket_new((oss_config *)bucket, "bucket") == NULL);
    /* Freed as another kind, it stays what it is. */
    oss_bucket_free((oss_bucket *)service);
    oss_call_free((oss_call *)credentials);
    OK(oss_config_set_credentials(config, credentials));
    oss_credentials_free(credentials);
    oss_service_free(service);
}

/* What is no handle at all. */
static void no_handle(oss_bucket *bucket)
{
    char zeros[64] = {0}, text[64] = "this is a text and not a handle of the library";
    REFUSED("`call`", oss_head_object(bucket, "key", (oss_call *)(void *)(zeros + 8)));
    REFUSED("`call`", oss_head_object(bucket, "key", (oss_call *)(void *)(text + 8)));
    REFUSED("`call`", oss_head_object(bucket, "key", (oss_call *)(void *)(text + 1)));
}

/* The allocator writes into what it gets back, or the word still says so. */
static void freed(void)
{
    oss_call *call = oss_call_new();
    oss_call_free(call);
    REFUSED("`call` is not an oss_call", oss_call_set_header(call, "x-a", "b"));
    oss_call_free(call);
}

int main(int argc, char **argv)
{
    oss_config *config = oss_config_new();
    oss_bucket *bucket;
    oss_call *call = oss_call_new();
    (void)argv;
    OK(oss_config_set_endpoint(config, "http://127.0.0.1:1"));
    OK(oss_config_set_region(config, "cn-hangzhou"));
    CHECK((bucket = oss_bucket_new(config, "bucket")));
    another_kind(config, bucket, call);
    no_handle(bucket);
    if (argc > 1)
        freed();
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
