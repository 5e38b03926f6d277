/* Children of a busy process: while 8 threads work on one bucket, the main thread forks again and again, and each child
 * makes one request. None of them waits for a lock that a thread of its parent held.
 *
 *     forks BUCKET CHILDREN */
#include "check.h"

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, PATIENCE_S = 30 };

static oss_bucket *bucket;
static volatile int done;

/* The log is state of the process, too. */
static void take_line(void *user, int level, const char *line)
{
    (void)user, (void)level, (void)line;
}

static void *work(void *unused)
{
    oss_call *call = oss_call_new();
    (void)unused;
    CHECK(call);
    while (!done) {
        OK(oss_head_object(bucket, "key", call));
        CHECK(oss_call_etag(call));
    }
    oss_call_free(call);
    return NULL;
}

static void be_a_child(void)
{
    char copy[8];
    size_t length;
    oss_call *call;
    alarm(PATIENCE_S);
    CHECK((call = oss_call_new()));
    OK(oss_get_object_to_buffer(bucket, "key", copy, sizeof copy, &length, call));
    NUMBER(5, (long long)length);
    OK(oss_set_log(NULL, NULL, 0));
    _exit(0);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    pthread_t threads[THREADS];
    int i, children, status;
    CHECK(argc == 3);
    children = atoi(argv[2]);
    OK(oss_set_log(take_line, NULL, 5));
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "key", "value", 5, NULL));
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (i = 0; i < children; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            be_a_child();
        CHECK(waitpid(child, &status, 0) == child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "child %d of %d ended with %x\n", i, children, (unsigned)status);
            return 1;
        }
    }
    done = 1;
    for (i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    OK(oss_set_log(NULL, NULL, 0));
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
