/* The first request finds no free descriptor, or too few of them. When there are some again, the next one succeeds: nothing
 * of the failure is kept, least of all that the system has no certificates.
 *
 *     no_descriptor BUCKET
 *
 * The certificate of the server is among the system's: SSL_CERT_FILE names its CA. */
#include "check.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

static void limit_to(rlim_t descriptors)
{
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = descriptors;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

int main(int argc, char **argv)
{
    int spare, failed = 0;
    CHECK(argc == 2);
    for (spare = 0; spare < 4; spare++) {
        oss_config *config = configure();
        oss_call *call = oss_call_new();
        oss_bucket *bucket;
        oss_status status;
        int first_free;
        CHECK(call);
        OK(oss_config_set_attempts(config, 1));
        bucket = oss_bucket_new(config, argv[1]);
        CHECK(bucket);
        CHECK((first_free = open("/dev/null", O_RDONLY)) >= 0);
        close(first_free);
        limit_to((rlim_t)(first_free + spare));
        status = oss_put_bucket(bucket, call);
        if (status != OSS_OK) {
            failed++;
            CHECK(status == OSS_NETWORK || status == OSS_IO);
            SAYS("open files", oss_call_error(call));
        }
        limit_to(256);
        OK(oss_put_bucket(bucket, call));
        oss_bucket_free(bucket);
        oss_call_free(call);
        oss_config_free(config);
    }
    /* With none, and with a socket but no certificates. */
    CHECK(failed >= 2);
    return 0;
}
