/* Stores what comes from standard input, however much that is: neither its length nor all of it is ever in memory.
 *
 *     cc -std=c99 stream_upload.c -lalioss -o stream_upload
 *     tar c /etc | ./stream_upload backup.tar
 *
 * Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.
 */
#include <oss_options.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The library asks for up to `cap` bytes; 0 is the end, and -1 gives up, so that nothing is stored. */
static int64_t read_file(void *user, uint8_t *buf, size_t cap)
{
    FILE *file = user;
    const size_t got = fread(buf, 1, cap, file);
    return ferror(file) ? -1 : (int64_t)got;
}

/* `total` is -1, because nobody knows it. */
static int show(void *user, int64_t done, int64_t total)
{
    int64_t *stored = user;
    (void)total;
    *stored = done;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s KEY < CONTENT\n", argv[0]);
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
    int64_t stored = 0;
    oss_call *call = oss_call_new();
    oss_call_set_progress(call, show, &stored);
    const oss_status status = oss_put_object_stream(bucket, argv[1], -1, read_file, stdin, call);
    if (status == OSS_OK)
        printf("%s: %" PRId64 " bytes, CRC-64 %" PRIu64 "\n", argv[1], stored, oss_call_crc64(call));
    else
        fprintf(stderr, "%s\n", oss_call_error(call));
    oss_call_free(call);
    oss_bucket_free(bucket);
    return status == OSS_OK ? 0 : 1;
}
