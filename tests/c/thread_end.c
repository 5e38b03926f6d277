/* Threads that are told to end while they are inside: pthread_cancel() waits until the function returns, callbacks
 * included; a callback that ends its thread ends the process, and nothing is printed.
 *
 *     thread_end BUCKET */
#include "check.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static oss_bucket *bucket, *silent;
static volatile int inside;
static volatile oss_status result = -1;

static void *ask_silence(void *unused)
{
    (void)unused;
    inside = 1;
    result = oss_head_object(silent, "key", NULL);
    sleep_ms(10000);
    return NULL;
}

/* Cancels a thread once it is inside; it ends when the function has returned. */
static void cancel_it(void *(*work)(void *))
{
    pthread_t thread;
    void *ended = NULL;
    inside = 0;
    result = -1;
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    while (!inside)
        sleep_ms(1);
    sleep_ms(20);
    CHECK(pthread_cancel(thread) == 0);
    CHECK(pthread_join(thread, &ended) == 0);
    CHECK(ended == PTHREAD_CANCELED);
}

/* A cancellation point. */
static int linger(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    inside = 1;
    sleep_ms(100);
    return 0;
}

static void *linger_in_callback(void *unused)
{
    oss_call *call = oss_call_new();
    (void)unused;
    OK(oss_call_set_progress(call, linger, NULL));
    result = oss_put_object(bucket, "key", "value", 5, call);
    oss_call_free(call);
    sleep_ms(10000);
    return NULL;
}

/* What the caller had set is what it has afterwards. */
static void state_is_kept(void)
{
    int before, after;
    OK(oss_head_object(bucket, "key", NULL));
    CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before) == 0);
    NUMBER(PTHREAD_CANCEL_ENABLE, before);
    OK(oss_head_object(bucket, "key", NULL));
    CHECK(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &after) == 0);
    NUMBER(PTHREAD_CANCEL_DISABLE, after);
}

static int end_thread(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    pthread_exit(NULL);
    return 0;
}

static void exit_in_callback(void)
{
    char said[256];
    int fds[2], status;
    pid_t child;
    CHECK(pipe(fds) == 0);
    CHECK((child = fork()) >= 0);
    if (child == 0) {
        oss_call *call = oss_call_new();
        CHECK(dup2(fds[1], 1) == 1 && dup2(fds[1], 2) == 2);
        OK(oss_call_set_progress(call, end_thread, NULL));
        _exit(oss_put_object(bucket, "key", "value", 5, call) == OSS_OK ? 3 : 4);
    }
    close(fds[1]);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    NUMBER(0, (long long)read(fds[0], said, sizeof said));
    close(fds[0]);
}

static oss_bucket *silent_bucket(int *fd)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    oss_config *config = oss_config_new();
    oss_bucket *made;
    char endpoint[64];
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(*fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(*fd, 5) == 0);
    CHECK(getsockname(*fd, (struct sockaddr *)&address, &length) == 0);
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", ntohs(address.sin_port));
    OK(oss_config_set_endpoint(config, endpoint));
    OK(oss_config_set_region(config, "cn-hangzhou"));
    OK(oss_config_set_read_timeout_ms(config, 300));
    OK(oss_config_set_attempts(config, 1));
    CHECK((made = oss_bucket_new(config, "bucket")));
    oss_config_free(config);
    return made;
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    int fd;
    CHECK(argc == 2);
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "key", "value", 5, NULL));
    silent = silent_bucket(&fd);
    cancel_it(ask_silence);
    NUMBER(OSS_TIMEOUT, result);
    cancel_it(linger_in_callback);
    NUMBER(OSS_OK, result);
    state_is_kept();
    exit_in_callback();
    oss_bucket_free(silent);
    oss_bucket_free(bucket);
    oss_config_free(config);
    close(fd);
    return 0;
}
