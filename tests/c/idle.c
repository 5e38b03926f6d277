/* An idle connection is small: many answers are read to their end side by side, and then their connections wait.
 *
 *     idle BUCKET
 *
 * Prints what each keeps. */
#include "check.h"

#include <malloc.h>

enum { CONNECTIONS = 64, SIZE = 300000, LIMIT = 20 * 1024 };

static char buf[SIZE];

static size_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* Uploads and downloads over so many connections at once. */
static void use(const oss_bucket *bucket, int connections)
{
    oss_call *calls[CONNECTIONS];
    int i;
    for (i = 0; i < connections; i++) {
        CHECK((calls[i] = oss_call_new()));
        OK(oss_get_object(bucket, "object", calls[i]));
    }
    for (i = 0; i < connections; i++) {
        int64_t got, length = 0;
        while ((got = oss_call_read(calls[i], (uint8_t *)buf, sizeof buf)) > 0)
            length += got;
        NUMBER(0, got);
        NUMBER(SIZE, length);
        oss_call_free(calls[i]);
    }
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_bucket *bucket;
    size_t before, after;
    CHECK(argc == 2);
    OK(oss_config_set_pool_size(config, CONNECTIONS));
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "object", buf, SIZE, NULL));
    use(bucket, 1);
    before = in_use();
    use(bucket, CONNECTIONS);
    after = in_use();
    printf("%ld bytes per idle connection\n", (long)(after - before) / (CONNECTIONS - 1));
    CHECK(after > before);
    CHECK((after - before) / (CONNECTIONS - 1) < LIMIT);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
