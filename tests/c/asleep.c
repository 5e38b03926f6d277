/* A machine that sleeps: the clock that goes on meanwhile jumps by as much as this program says, for the library too.
 *
 *     asleep BUCKET */
#define _GNU_SOURCE
#include "check.h"

#include <sys/syscall.h>
#include <unistd.h>

static long slept;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_BOOTTIME)
        now->tv_sec += slept;
    return (int)result;
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_bucket *bucket;
    CHECK(argc == 2);
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "before", "x", 1, NULL));
    slept = 3600;
    OK(oss_put_object(bucket, "after", "x", 1, NULL));
    OK(oss_put_object(bucket, "later", "x", 1, NULL));
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
