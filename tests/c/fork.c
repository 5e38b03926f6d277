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
    }
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
