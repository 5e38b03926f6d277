/* A bucket that was used before fork() works in the child and in the parent, each on connections of its own: the test
 * looks up on which connections the objects came.
 *
 *     fork BUCKET */
#include "check.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static oss_bucket *bucket;

static void store(const char *key)
{
    char copy[64];
    size_t got;
    OK(oss_put_object(bucket, key, key, strlen(key), NULL));
    OK(oss_get_object_to_buffer(bucket, key, copy, sizeof copy - 1, &got, NULL));
    copy[got] = 0;
    TEXT(key, copy);
}

/* A body that the parent reads: what the child took of it would be missing there. */
static void read_in_both(oss_config *config)
{
    enum { LARGE = 3000000, PIECE = 5000 };
    static char content[LARGE], back[LARGE + 1];
    oss_call *call = oss_call_new();
    int64_t got, position = 0;
    int status = 0;
    pid_t child;
    long i;
    for (i = 0; i < LARGE; i++)
        content[i] = (char)(i * 31 ^ i >> 8);
    OK(oss_put_object(bucket, "large", content, LARGE, NULL));
    OK(oss_get_object(bucket, "large", call));
    while (position < PIECE) {
        CHECK((got = oss_call_read(call, back + position, PIECE)) > 0);
        position += got;
    }
    CHECK((child = fork()) >= 0);
    if (child == 0) {
        /* What has arrived may still be read. */
        while ((got = oss_call_read(call, back, PIECE)) > 0)
            CHECK((position += got) < LARGE);
        NUMBER(-OSS_INVALID_ARGUMENT, got);
        SAYS("this was opened before `fork`", oss_call_error(call));
        NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, back, PIECE));
        /* The call is good for another request. */
        OK(oss_put_object(bucket, "second-child", "", 0, call));
        oss_call_free(call);
        oss_bucket_free(bucket);
        oss_config_free(config);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    while ((got = oss_call_read(call, back + position, PIECE < LARGE - position ? PIECE : LARGE - position + 1)) > 0)
        position += got;
    NUMBER(0, got);
    NUMBER(LARGE, position);
    CHECK(memcmp(content, back, LARGE) == 0);
    oss_call_free(call);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_call *call;
    int status = 0;
    pid_t child;
    CHECK(argc == 2);
    bucket = create_bucket(config, argv[1]);
    store("parent-before");
    CHECK((child = fork()) >= 0);
    if (child == 0)
        store("child-first");
    else
        store("parent-during");
    CHECK((call = oss_call_new()));
    if (child == 0)
        OK(oss_put_object(bucket, "child-second", "", 0, call));
    oss_call_free(call);
    if (child != 0) {
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        store("parent-after");
        read_in_both(config);
    }
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
