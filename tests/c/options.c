/* Options in one expression, as oss_options.h has them: what contradicts itself is refused, and both are named.
 *
 *     options */
#include "check.h"

#include "../../bindings/c/oss_options.h"

static const char endpoint[] = "http://127.0.0.1:9";

static int give(void *user, oss_keys *keys)
{
    (void)user;
    return oss_keys_set(keys, "id", "secret", NULL);
}

static void contradict(const char *option, const char *other, oss_options options)
{
    char words[128];
    oss_bucket *bucket;
    oss_config *config;
    snprintf(words, sizeof words, "`%s` and `%s` contradict each other; give one of them", option, other);
    options.endpoint = endpoint;
    options.region = "cn-hangzhou";
    options.bucket = "examplebucket";
    bucket = oss_open(&options);
    CHECK(bucket == NULL);
    TEXT(words, oss_last_error());
    config = oss_options_config(&options);
    NUMBER(OSS_INVALID_ARGUMENT, oss_config_status(config));
    TEXT(words, oss_config_error(config));
    oss_config_free(config);
}

static void credentials(void)
{
    oss_credentials *handle = oss_credentials_anonymous();
    contradict("credentials", "credentials_from", (oss_options){.credentials = handle, .credentials_from = "anonymous"});
    contradict("access_key_id", "credentials_from",
               (oss_options){.access_key_id = "id", .access_key_secret = "secret", .credentials_from = "anonymous"});
    contradict("access_key_secret", "credentials", (oss_options){.access_key_secret = "secret", .credentials = handle});
    contradict("security_token", "credentials_callback",
               (oss_options){.security_token = "token", .credentials_callback = give});
    contradict("credentials", "credentials_callback", (oss_options){.credentials = handle, .credentials_callback = give});
    contradict("credentials_from", "credentials_callback",
               (oss_options){.credentials_from = "anonymous", .credentials_callback = give});
    oss_credentials_free(handle);
}

static void numbers(void)
{
    contradict("no_pool", "pool_size", (oss_options){.no_pool = 1, .pool_size = 5});
    contradict("unlimited_attempts", "attempts",
               (oss_options){.unlimited_attempts = 1, .attempts = 5, .total_timeout_ms = 1000});
}

/* Each of them by itself is fine. */
static void one_of_them(void)
{
    oss_credentials *handle = oss_credentials_anonymous();
    const oss_options fine[] = {
        {.endpoint = endpoint, .region = "cn-hangzhou", .bucket = "b-1", .credentials = handle, .no_pool = 1},
        {.endpoint = endpoint, .region = "cn-hangzhou", .bucket = "b-1", .credentials_from = "anonymous", .pool_size = 5},
        {.endpoint = endpoint, .region = "cn-hangzhou", .bucket = "b-1", .credentials_callback = give, .attempts = 5},
        {.endpoint = endpoint, .region = "cn-hangzhou", .bucket = "b-1", .access_key_id = "id",
         .access_key_secret = "secret", .security_token = "token", .unlimited_attempts = 1, .total_timeout_ms = 1000},
    };
    size_t at;
    for (at = 0; at < sizeof fine / sizeof *fine; at++) {
        oss_bucket *bucket = oss_open(&fine[at]);
        CHECK(bucket != NULL);
        oss_bucket_free(bucket);
    }
    oss_credentials_free(handle);
}

/* Of setters the last one counts, as there is one. */
static void setters(void)
{
    oss_config *config = oss_config_new();
    oss_bucket *bucket;
    OK(oss_config_set_endpoint(config, endpoint));
    OK(oss_config_set_region(config, "cn-hangzhou"));
    OK(oss_config_set_keys(config, "id", "secret", NULL));
    OK(oss_config_set_credentials_from(config, "anonymous"));
    OK(oss_config_set_attempts(config, 5));
    OK(oss_config_set_attempts(config, 1));
    bucket = oss_bucket_new(config, "examplebucket");
    CHECK(bucket != NULL);
    oss_bucket_free(bucket);
    oss_config_free(config);
}

int main(void)
{
    credentials();
    numbers();
    one_of_them();
    setters();
    return 0;
}
