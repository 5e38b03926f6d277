/* An object of any size goes through a few buffers: uploads and downloads a large one and looks at the peak of memory.
 *
 *     memory BUCKET MEBIBYTES
 *
 * Prints the peak. */
#include "check.h"

enum { LIMIT_KIB = 16 * 1024 };

/* The bytes at any position of the object; fast, and never twice the same block. */
static uint64_t word(uint64_t index)
{
    uint64_t value = (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
    return value ^ (value >> 29);
}

static void fill(uint64_t position, uint8_t *buf, size_t len)
{
    while (len > 0) {
        uint64_t value = word(position / 8);
        size_t skip = (size_t)(position % 8), count = 8 - skip < len ? 8 - skip : len;
        memcpy(buf, (uint8_t *)&value + skip, count);
        position += count;
        buf += count;
        len -= count;
    }
}

struct source {
    uint64_t position, size;
};

static int64_t read_source(void *user, uint8_t *buf, size_t cap)
{
    struct source *source = (struct source *)user;
    uint64_t left = source->size - source->position;
    size_t count = left < cap ? (size_t)left : cap;
    fill(source->position, buf, count);
    source->position += count;
    return (int64_t)count;
}

/* Of this process alone; getrusage() would count what it was forked from. */
static long peak_kib(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long peak = -1;
    CHECK(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %ld", &peak) == 1)
            break;
    fclose(file);
    CHECK(peak > 0);
    return peak;
}

int main(int argc, char **argv)
{
    static uint8_t piece[65536], expected[65536];
    struct source source = {0, 0};
    uint64_t position = 0;
    int64_t got;
    oss_config *config = configure();
    oss_bucket *bucket;
    oss_call *call = oss_call_new();
    long long start, uploaded, downloaded;
    CHECK(argc == 3);
    source.size = (uint64_t)atoi(argv[2]) * 1024 * 1024;
    bucket = create_bucket(config, argv[1]);

    start = now_ms();
    OK(oss_put_object_stream(bucket, "large", (int64_t)source.size, read_source, &source, call));
    uploaded = now_ms();
    OK(oss_get_object(bucket, "large", call));
    NUMBER((long long)source.size, oss_call_content_length(call));
    while ((got = oss_call_read(call, piece, sizeof piece)) > 0) {
        fill(position, expected, (size_t)got);
        CHECK(memcmp(piece, expected, (size_t)got) == 0);
        position += (uint64_t)got;
    }
    NUMBER(0, got);
    NUMBER((long long)source.size, (long long)position);
    downloaded = now_ms();
    printf("%s MiB: upload %lld ms, download %lld ms, peak %ld KiB\n", argv[2], uploaded - start,
           downloaded - uploaded, peak_kib());
    CHECK(peak_kib() < LIMIT_KIB);
    OK(oss_delete_object(bucket, "large", call));
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
