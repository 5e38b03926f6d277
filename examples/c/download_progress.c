/* Fetches an object into a file, shows how far it is, and stops at Ctrl-C, even when the connection has gone silent. The file
 * appears whole or not at all.
 *
 *     cc -std=c99 -pthread download_progress.c -lalioss -o download_progress
 *     ./download_progress KEY FILE
 *
 * Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.
 */
#define _POSIX_C_SOURCE 200809L
#include <oss_options.h>

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns 0 to go on; anything else would stop the transfer as well. */
static int show(void *user, int64_t done, int64_t total)
{
    int *shown = user;
    const int percent = total > 0 ? (int)(100 * done / total) : 100;
    if (percent / 10 > *shown / 10 || done == total) {
        *shown = percent;
        printf("%3d %%  %" PRId64 " of %" PRId64 " bytes\n", percent, done, total);
        fflush(stdout);
    }
    return 0;
}

/* Waits for Ctrl-C in a thread of its own; oss_call_cancel() may be called from any. */
static void *wait_for_interrupt(void *user)
{
    oss_call *call = user;
    sigset_t interrupt;
    int signal;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    if (sigwait(&interrupt, &signal) == 0)
        oss_call_cancel(call);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: %s KEY FILE\n", argv[0]);
        return 2;
    }
    oss_bucket *bucket = oss_open(&(oss_options){
        .endpoint = getenv("OSS_ENDPOINT"),
        .region = getenv("OSS_REGION"),
        .bucket = getenv("OSS_BUCKET"),
        .ca_file = getenv("OSS_CA_FILE"),
    });
    if (bucket == NULL) {
        fprintf(stderr, "%s\n", oss_last_error());
        return 1;
    }
    int shown = -1;
    oss_call *call = oss_call_new();
    oss_call_set_progress(call, show, &shown);

    pthread_t waiter;
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, NULL);
    pthread_create(&waiter, NULL, wait_for_interrupt, call);

    const oss_status status = oss_get_object_to_file(bucket, argv[1], argv[2], call);
    if (status == OSS_OK)
        printf("%s is there\n", argv[2]);
    else if (status == OSS_CANCELLED)
        printf("stopped, nothing is left\n");
    else
        fprintf(stderr, "%s\n", oss_call_error(call));

    /* The thread must have ended before the call goes: wake it if Ctrl-C did not. */
    pthread_kill(waiter, SIGINT);
    pthread_join(waiter, NULL);
    oss_call_free(call);
    oss_bucket_free(bucket);
    return status == OSS_OK ? 0 : 1;
}
