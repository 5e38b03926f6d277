/* Credentials from a function of the program's, and from providers that are named.
 *
 *     credentials BUCKET */
#include "check.h"

#include <pthread.h>

struct keeper {
    int asked;
    int destroyed;
    int refused;
    int64_t left;
    int64_t life; /* seconds; 0: no expiry is told */
    int wrong;    /* gives keys that nobody knows */
};

static int give(void *user, oss_keys *keys)
{
    struct keeper *keeper = (struct keeper *)user;
    const char *id = keeper->wrong ? "nobody" : getenv("OSS_ACCESS_KEY_ID");
    keeper->asked++;
    keeper->refused += oss_keys_refused(keys);
    keeper->left = oss_keys_timeout_ms(keys);
    keeper->wrong = 0;
    OK(oss_keys_set(keys, id, getenv("OSS_ACCESS_KEY_SECRET"), NULL));
    STATUS(OSS_INVALID_ARGUMENT, oss_keys_set_expiration(keys, 0));
    if (keeper->life)
        OK(oss_keys_set_expiration(keys, (int64_t)time(NULL) + keeper->life));
    return 0;
}

static void destroy(void *user)
{
    ((struct keeper *)user)->destroyed++;
}

static oss_bucket *open_with(struct keeper *keeper, const char *name)
{
    oss_config *config = configure();
    oss_credentials *credentials = oss_credentials_callback(give, keeper, destroy);
    oss_bucket *bucket;
    OK(oss_config_set_credentials(config, credentials));
    CHECK((bucket = oss_bucket_new(config, name)));
    oss_credentials_free(credentials);
    oss_config_free(config);
    return bucket;
}

static void kept_until_they_expire(const char *name)
{
    struct keeper keeper = {0, 0, 0, 0, 3600, 0};
    oss_bucket *bucket = open_with(&keeper, name);
    oss_call *call = oss_call_new();
    int i;
    OK(oss_call_set_timeout_ms(call, 60000));
    for (i = 0; i < 5; i++)
        OK(oss_put_object(bucket, "a", "hello", 5, call));
    NUMBER(1, keeper.asked);
    CHECK(keeper.left > 50000 && keeper.left <= 60000);
    NUMBER(0, keeper.destroyed);
    oss_bucket_free(bucket);
    NUMBER(1, keeper.destroyed);
    oss_call_free(call);
}

static void asked_each_time(const char *name)
{
    struct keeper keeper = {0, 0, 0, 0, 0, 0};
    oss_bucket *bucket = open_with(&keeper, name);
    int i;
    for (i = 0; i < 5; i++)
        OK(oss_put_object(bucket, "a", "hello", 5, NULL));
    NUMBER(5, keeper.asked);
    NUMBER(-1, keeper.left);
    oss_bucket_free(bucket);
    NUMBER(1, keeper.destroyed);
}

static void asked_again_when_refused(const char *name)
{
    struct keeper keeper = {0, 0, 0, 0, 0, 1};
    oss_bucket *bucket = open_with(&keeper, name);
    oss_call *call = oss_call_new();
    OK(oss_put_object(bucket, "a", "hello", 5, call));
    NUMBER(2, oss_call_attempts(call));
    NUMBER(2, keeper.asked);
    NUMBER(1, keeper.refused);
    oss_bucket_free(bucket);
    oss_call_free(call);
}

/* Waits until the request that needs keys is over. */
static int wait_for_the_end(void *user, oss_keys *keys)
{
    struct timespec pause = {0, 5 * 1000 * 1000};
    int *waited = (int *)user;
    while (oss_keys_timeout_ms(keys) != 0) {
        nanosleep(&pause, NULL);
        ++*waited;
    }
    return 1;
}

static void *cancel(void *call)
{
    struct timespec pause = {0, 300 * 1000 * 1000};
    nanosleep(&pause, NULL);
    oss_call_cancel((oss_call *)call);
    return NULL;
}

static void told_when_the_request_is_over(const char *name)
{
    int waited = 0;
    oss_config *config = configure();
    oss_credentials *credentials = oss_credentials_callback(wait_for_the_end, &waited, NULL);
    oss_call *call = oss_call_new();
    oss_bucket *bucket;
    pthread_t thread;
    OK(oss_config_set_credentials(config, credentials));
    CHECK((bucket = oss_bucket_new(config, name)));
    CHECK(pthread_create(&thread, NULL, cancel, call) == 0);
    STATUS(OSS_CANCELLED, oss_put_object(bucket, "a", "hello", 5, call));
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(waited > 0);
    OK(oss_call_reset(call));
    waited = 0;
    OK(oss_call_set_timeout_ms(call, 1000));
    STATUS(OSS_TIMEOUT, oss_put_object(bucket, "a", "hello", 5, call));
    CHECK(waited > 0);
    oss_bucket_free(bucket);
    oss_call_free(call);
    oss_credentials_free(credentials);
    oss_config_free(config);
}

static void destroyed_when_refused(void)
{
    struct keeper keeper = {0, 0, 0, 0, 0, 0};
    CHECK(!oss_credentials_callback(NULL, &keeper, destroy));
    NUMBER(1, keeper.destroyed);
}

#define REFUSES(words, made) \
    do { \
        CHECK(!(made)); \
        SAYS(words, oss_last_error()); \
    } while (0)

/* What is not allowed is said by the function that it is given to. */
static void refused_when_given(void)
{
    oss_credentials *role = oss_credentials_assume_role(NULL, "acs:ram::1:role/r");
    CHECK(role);
    REFUSES("`duration`: \"900.5\"", oss_credentials_from("assume-role:acs:ram::1:role/r;duration=900.5"));
    REFUSES("`duration`: 899", oss_credentials_from("assume-role:acs:ram::1:role/r;duration=899"));
    REFUSES("`role-arn`: \"x\"", oss_credentials_from("assume-role:x"));
    REFUSES("`role-arn`: \"x\"", oss_credentials_assume_role(NULL, "x"));
    REFUSES("`role-arn`: \"x\"", oss_credentials_oidc_role("x", NULL, NULL));
    REFUSES("`provider-arn`: \"x\"", oss_credentials_oidc_role("acs:ram::1:role/r", "x", NULL));
    REFUSES("`token-file`", oss_credentials_oidc_role("acs:ram::1:role/r", NULL, ""));
    REFUSES("`role`: \"../x\"", oss_credentials_ecs_ram_role("../x"));
    REFUSES("`command`: ", oss_credentials_process("keys"));
    REFUSES("`uri`: http://example.com", oss_credentials_uri("http://example.com/keys"));
    REFUSES("`endpoint`: ", oss_credentials_from("ecs-ram-role;endpoint=http://127.0.0.1/x"));
    REFUSES("environment knows no names \"x\"", oss_credentials_from("environment:x"));
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(role, "duration", "900.5"));
    SAYS("`duration`: \"900.5\" is not a number; allowed are 900 to 43200 seconds", oss_last_error());
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(role, "base", "nobody"));
    SAYS("there is no provider \"nobody\"", oss_last_error());
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(role, "session-name", "a b"));
    SAYS("`session-name`: \"a b\"", oss_last_error());
    oss_credentials_free(role);
}

static void named(const char *name)
{
    char text[32];
    oss_config *config = configure();
    oss_credentials *from = oss_credentials_from("environment");
    oss_credentials *role = oss_credentials_assume_role(from, "acs:ram::1:role/r");
    oss_bucket *bucket;
    CHECK(from && role);
    OK(oss_config_set_credentials(config, from));
    CHECK((bucket = oss_bucket_new(config, name)));
    OK(oss_put_object(bucket, "a", "hello", 5, NULL));
    oss_bucket_free(bucket);
    NUMBER(11, (long)oss_credentials_name(from, text, sizeof text));
    TEXT("environment", text);
    NUMBER(11, (long)oss_credentials_name(from, text, 4));
    TEXT("env", text);
    NUMBER(11, (long)oss_credentials_name(from, NULL, 0));
    NUMBER(0, (long)oss_credentials_name(NULL, text, sizeof text));
    TEXT("", text);
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(from, "endpoint", "http://127.0.0.1"));
    SAYS("are in use", oss_last_error());
    OK(oss_credentials_set(role, "duration", "900"));
    STATUS(OSS_INVALID_ARGUMENT, oss_credentials_set(role, "endpoint", "x"));
    SAYS("assume-role has no option \"endpoint\"", oss_last_error());
    oss_credentials_name(role, text, sizeof text);
    TEXT("assume-role with environment", text);
    OK(oss_config_set_credentials_from(config, "anonymous"));
    CHECK((bucket = oss_bucket_new(config, name)));
    STATUS(OSS_DENIED, oss_put_object(bucket, "a", "hello", 5, NULL));
    oss_bucket_free(bucket);
    STATUS(OSS_INVALID_ARGUMENT, oss_config_set_credentials_from(config, "nobody"));
    SAYS("there is no provider \"nobody\"", oss_config_error(config));
    oss_credentials_free(role);
    oss_credentials_free(from);
    oss_config_free(config);
}

/* Names of files are any bytes. */
static void token_file(const char *name)
{
    oss_config *config = configure();
    oss_credentials *role =
        oss_credentials_oidc_role("acs:ram::1:role/r", "acs:ram::1:oidc-provider/p", "/nonexistent/\xff");
    oss_bucket *bucket;
    CHECK(role);
    OK(oss_credentials_set(role, "token-file", "/nonexistent/\xfe"));
    OK(oss_config_set_credentials(config, role));
    CHECK((bucket = oss_bucket_new(config, name)));
    STATUS(OSS_CREDENTIALS, oss_put_object(bucket, "a", "hello", 5, NULL));
    SAYS("the token file /nonexistent/", oss_last_error());
    oss_bucket_free(bucket);
    oss_credentials_free(role);
    oss_config_free(config);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_bucket *bucket = oss_bucket_new(config, argv[argc - 1]);
    CHECK(argc == 2);
    OK(oss_put_bucket(bucket, NULL));
    oss_bucket_free(bucket);
    oss_config_free(config);
    kept_until_they_expire(argv[1]);
    asked_each_time(argv[1]);
    asked_again_when_refused(argv[1]);
    destroyed_when_refused();
    refused_when_given();
    told_when_the_request_is_over(argv[1]);
    named(argv[1]);
    token_file(argv[1]);
    return 0;
}
