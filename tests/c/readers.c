/* Several threads read one finished call through a pointer to const, all at once, and each gets what is there.
 *
 *     readers BUCKET */
#include "check.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 400 };

static const oss_call *answer, *refusal;

static void *read_both(void *unused)
{
    int i;
    (void)unused;
    for (i = 0; i < ROUNDS; i++) {
        char name[16];
        const char *header;
        size_t length = 0;
        NUMBER(200, oss_call_http_status(answer));
        NUMBER(5, oss_call_content_length(answer));
        NUMBER(1, oss_call_attempts(answer));
        CHECK(oss_call_etag(answer)[0] == '"');
        CHECK(oss_call_last_modified(answer) > 0);
        CHECK(oss_call_response_header_at(answer, (size_t)i % 3, &header) && header[0]);
        TEXT("", oss_call_error(answer));
        snprintf(name, sizeof name, "none-%d", i % 50);
        CHECK(oss_call_response_header(answer, name) == NULL);

        NUMBER(404, oss_call_http_status(refusal));
        TEXT("NoSuchKey", oss_call_code(refusal));
        TEXT("missing", oss_call_error_detail(refusal, "Key"));
        SAYS("NoSuchKey", oss_call_error(refusal));
        CHECK(oss_call_body(refusal, &length) && length > 0);
        CHECK(oss_call_error_detail_at(refusal, 0, &header) && header[0]);
        CHECK(oss_call_error_detail_at(refusal, 100, &header) == NULL && header == NULL);
    }
    return NULL;
}

static void *read_document(void *document)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        NUMBER(1, (long long)oss_call_count((const oss_call *)document, "Owner"));
        TEXT("private", oss_call_text((const oss_call *)document, "AccessControlList.Grant"));
    }
    return NULL;
}

static void at_once(void *(*work)(void *), void *argument)
{
    pthread_t threads[THREADS];
    int i;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, argument) == 0);
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_call *good = oss_call_new(), *bad = oss_call_new(), *document = oss_call_new();
    oss_bucket *bucket;
    CHECK(argc == 2 && good && bad && document);
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "key", "value", 5, NULL));
    OK(oss_head_object(bucket, "key", good));
    STATUS(OSS_NOT_FOUND, oss_get_object(bucket, "missing", bad));
    OK(oss_get_bucket_acl(bucket, document));
    answer = good, refusal = bad;
    at_once(read_both, NULL);
    at_once(read_document, document);
    oss_call_free(document);
    oss_call_free(bad);
    oss_call_free(good);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
