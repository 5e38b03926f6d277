/* Waiting in a process that has timers and no standard streams: time-outs hold, and nothing is sent by accident. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static void on_alarm(int number) { (void)number; }

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static oss_bucket *bucket_at(const char *endpoint) {
    oss_config *config = oss_config_new();
    oss_config_set_endpoint(config, endpoint);
    oss_config_set_region(config, "cn-hangzhou");
    oss_config_set_keys(config, "id", "secret", NULL);
    oss_config_set_insecure_skip_verify(config, 1);
    oss_config_set_read_timeout_ms(config, 500);
    oss_config_set_total_timeout_ms(config, 2000);
    oss_bucket *bucket = oss_bucket_new(config, "examplebucket");
    oss_config_free(config);
    return bucket;
}

/* A signal every so many microseconds, with and without SA_RESTART, while the peer neither reads nor answers. */
static void storm(const char *endpoint, long microseconds, int flags, size_t length) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    action.sa_flags = flags;
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &timer, NULL);
    oss_bucket *bucket = bucket_at(endpoint);
    char *data = calloc(length, 1);
    double began = now();
    CHECK(oss_put_object(bucket, "a", data, length, NULL) == OSS_TIMEOUT);
    double took = now() - began;
    CHECK(took > 0.4);
    CHECK(took < 15);
    free(data);
    oss_bucket_free(bucket);
    memset(&timer, 0, sizeof timer);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static int is_socket(int number) {
    struct stat status;
    return fstat(number, &status) == 0 && S_ISSOCK(status.st_mode);
}

static int look(void *user, int64_t done, int64_t total) {
    (void)done;
    (void)total;
    for (int number = 0; number < 3; number++)
        *(int *)user += is_socket(number);
    return 0;
}

/* A daemon that closed its standard streams: their numbers are not for connections. */
static void no_streams(const char *endpoint) {
    int error = fcntl(2, F_DUPFD, 10);
    for (int number = 0; number < 3; number++)
        close(number);
    oss_bucket *bucket = bucket_at(endpoint);
    oss_call *call = oss_call_new();
    int sockets = 0;
    oss_call_set_progress(call, look, &sockets);
    size_t length = 1 << 20;
    char *data = calloc(length, 1);
    oss_status status = oss_put_object(bucket, "a", data, length, call);
    free(data);
    oss_call_free(call);
    oss_bucket_free(bucket);
    dup2(error, 2);
    CHECK(status == OSS_TIMEOUT);
    CHECK(sockets == 0);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    storm(arguments[1], 20000, 0, 1);
    storm(arguments[1], 20000, SA_RESTART, 1);
    storm(arguments[1], 2000, 0, (size_t)64 << 20);
    no_streams(arguments[1]);
    return 0;
}
