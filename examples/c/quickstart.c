/* Stores files in a bucket, lists them, fetches them back, compares every byte and cleans up.
 *
 *     cc -std=c99 quickstart.c -lalioss -o quickstart
 *     ./quickstart FILE...
 *
 * Reads from the environment:
 *     OSS_ENDPOINT   such as https://oss-cn-hangzhou.aliyuncs.com
 *     OSS_REGION     such as cn-hangzhou; not needed where the endpoint names it
 *     OSS_BUCKET     name of a bucket that does not exist: it is created, used and deleted
 *     OSS_CA_FILE    trust the CA in this file instead of the public ones; only for test servers
 * and the library itself reads OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
 */
#define _POSIX_C_SOURCE 200809L
#include <oss.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static oss_bucket *bucket;
static oss_call *call; /* one request after the other; holds the answer to the last one */
static double began;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* Says how the request went that was sent since the last one, or ends the program. */
static void done(const char *what, const char *name, oss_status status)
{
    if (status != OSS_OK)
        fail(name, oss_call_error(call));
    printf("%-12s %-24s %8.3f s   request id %s\n", what, name, seconds() - began,
           oss_call_request_id(call));
    began = seconds();
}

/* Everything in the bucket is deleted at the end, so it must not be somebody's. */
static void create_bucket(const char *name)
{
    int exists;
    done("GetBucketAcl", name, oss_bucket_exists(bucket, &exists, call));
    if (exists)
        fail(name, "this bucket exists; set OSS_BUCKET to a name that is free");
    done("PutBucket", name, oss_put_bucket(bucket, call));
}

/* A bar on terminals, a line for each quarter elsewhere. To return 1 would stop the transfer. */
static int show_progress(void *user, int64_t sent, int64_t total)
{
    static const char bar[] = "##################################################";
    int terminal = isatty(STDOUT_FILENO), *shown = (int *)user;
    int percent = total > 0 ? (int)(sent * 100 / total) : 100;
    if (percent / (terminal ? 1 : 25) > *shown / (terminal ? 1 : 25)) {
        *shown = percent;
        printf(terminal ? "\r[%-50.*s] %3d %%" : "  %.*s %d %%\n", percent / 2, bar, percent);
        if (terminal && percent == 100)
            printf("\r%60s\r", "");
        fflush(stdout);
    }
    return 0;
}

static int same_bytes(const char *path, const char *copy)
{
    static char left[65536], right[65536];
    FILE *a = fopen(path, "rb"), *b = fopen(copy, "rb");
    int same = a && b;
    for (size_t count = 1; same && count > 0;) {
        count = fread(left, 1, sizeof left, a);
        same = fread(right, 1, sizeof right, b) == count && memcmp(left, right, count) == 0;
    }
    same = same && !ferror(a) && !ferror(b);
    if (a)
        fclose(a);
    if (b)
        fclose(b);
    return same;
}

static const char *key_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void upload(const char *path)
{
    int shown = 0;
    oss_call_set_progress(call, show_progress, &shown);
    done("PutObject", key_of(path), oss_put_object_file(bucket, key_of(path), path, call));
    oss_call_set_progress(call, NULL, NULL);
}

static void list(void)
{
    const oss_entry *entry;
    done("ListObjects", "(all)", oss_list_objects_v2(bucket, NULL, NULL, call));
    while (oss_call_next(call, &entry) == OSS_OK && entry)
        printf("  %-35s %12" PRId64 " bytes\n", entry->name, entry->size);
    if (oss_call_error(call)[0])
        fail("ListObjects", oss_call_error(call));
}

/* Who has a presigned URL can fetch the object without keys, for as long as it says; here a minute. */
static void fetch_by_url(const char *path, const char *copy)
{
    if (oss_presign(bucket, "GET", key_of(path), 60, call) != OSS_OK) /* sends nothing */
        fail("presign", oss_call_error(call));
    char *url = strdup(oss_call_url(call));
    done("GetObject", "by presigned URL", oss_get_object_by_url_to_file(bucket, url, copy, call));
    if (!same_bytes(path, copy))
        fail("GetObject", "what the URL gave is not what was uploaded");
    printf("  %.70s...\n", url);
    free(url);
}

static void fetch_and_delete(const char *path, const char *copy)
{
    const char *key = key_of(path);
    done("HeadObject", key, oss_head_object(bucket, key, call));
    uint64_t crc = oss_call_crc64(call);
    int64_t size = oss_call_content_length(call);

    /* The library has compared what arrived with the CRC-64 of the service; we look at every byte. */
    done("GetObject", key, oss_get_object_to_file(bucket, key, copy, call));
    if (oss_call_crc64(call) != crc || !same_bytes(path, copy))
        fail("GetObject", "the copy is not what was uploaded");
    printf("  the same %" PRId64 " bytes, CRC-64 %" PRIu64 "\n", size, crc);
    began = seconds();
    fetch_by_url(path, copy);
    remove(copy);
    began = seconds();
    done("DeleteObject", key, oss_delete_object(bucket, key, call));
}

int main(int argc, char **argv)
{
    const char *name = getenv("OSS_BUCKET"), *endpoint = getenv("OSS_ENDPOINT");
    const char *region = getenv("OSS_REGION"), *ca = getenv("OSS_CA_FILE");
    char directory[] = "/tmp/quickstart-XXXXXX", copy[64];
    if (argc < 2 || !name || !endpoint)
        fail("quickstart", "name files, and set OSS_ENDPOINT and OSS_BUCKET");

    oss_config *config = oss_config_new();
    oss_config_set_endpoint(config, endpoint);
    if (region)
        oss_config_set_region(config, region);
    if (ca)
        oss_config_set_ca_file(config, ca);
    bucket = oss_bucket_new(config, name); /* says so if anything above was wrong */
    if (!bucket)
        fail("oss_bucket_new", oss_config_error(config));
    call = oss_call_new();

    began = seconds();
    create_bucket(name);
    for (int i = 1; i < argc; i++)
        upload(argv[i]);
    list();
    if (!mkdtemp(directory))
        fail("mkdtemp", directory);
    snprintf(copy, sizeof copy, "%s/copy", directory);
    for (int i = 1; i < argc; i++)
        fetch_and_delete(argv[i], copy);
    rmdir(directory);
    done("DeleteBucket", name, oss_delete_bucket(bucket, call));

    oss_call_free(call); /* in any order; NULL would be fine, too */
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
