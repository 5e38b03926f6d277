/* Two archives made with Rust in one program: both catch their own panics.
 *
 * What makes alioss panic is a system without a clock: this program replaces clock_gettime(), and from then on the standard
 * library of Rust cannot go on.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <oss.h>

int second_catches_its_panic(void);

static int broken;

int clock_gettime(clockid_t clock, struct timespec *time) {
    (void)clock;
    if (broken) {
        errno = EINVAL;
        return -1;
    }
    time->tv_sec = 1700000000;
    time->tv_nsec = 0;
    return 0;
}

int main(void) {
    oss_config *config = oss_config_new();
    oss_bucket *bucket;
    oss_call *call = oss_call_new();
    oss_status status;
    oss_config_set_endpoint(config, "http://127.0.0.1:1");
    oss_config_set_region(config, "cn-hangzhou");
    oss_config_set_keys(config, "id", "secret", NULL);
    bucket = oss_bucket_new(config, "examplebucket");
    broken = 1;
    status = oss_delete_object(bucket, "key", call);
    broken = 0;
    printf("alioss: %s, second: %d\n", oss_status_name(status), second_catches_its_panic());
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return status == OSS_BUG && second_catches_its_panic() == 1 ? 0 : 1;
}
