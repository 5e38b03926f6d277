/* What the library takes of memory, as tests/sizes asks: heap at rest, what an idle connection keeps, the most while a
 * request runs, pages of the library that are this process's own, and stack. One line of numbers, in bytes. */
#define _GNU_SOURCE
#include "check.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

enum { STACK = 256 * 1024, MANY = 4, BODY = 100 * 1024 };

static size_t most;

static size_t heap(void)
{
    size_t now = mallinfo2().uordblks + mallinfo2().hblkhd;
    most = now > most ? now : most;
    return now;
}

static int64_t produce(void *user, uint8_t *buf, size_t cap)
{
    (void)user;
    heap();
    memset(buf, 'x', cap);
    return (int64_t)cap;
}

/* Pages of the library that were written to, which no other process shares. */
static long own_pages(void)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    char line[512];
    long all = 0, pages;
    int ours = 0;
    CHECK(file);
    while (fgets(line, sizeof line, file)) {
        if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
            ours = strstr(line, "libalioss.so") != NULL;
        else if (ours && sscanf(line, "Anonymous: %ld kB", &pages) == 1)
            all += pages;
    }
    fclose(file);
    return all * 1024;
}

static void request(oss_bucket *bucket)
{
    oss_call *call = oss_call_new();
    OK(oss_put_object_stream(bucket, "body", BODY, produce, NULL, call));
    oss_call_free(call);
}

/* So many connections at the same time, all of which are idle afterwards. */
static void connections(oss_bucket *bucket, int count)
{
    oss_call *calls[MANY];
    char piece[16 * 1024];
    for (int i = 0; i < count; i++) {
        calls[i] = oss_call_new();
        OK(oss_get_object(bucket, "body", calls[i]));
    }
    for (int i = 0; i < count; i++) {
        while (oss_call_read(calls[i], piece, sizeof piece) > 0)
            heap();
        oss_call_free(calls[i]);
    }
}

static void *on_painted_stack(void *user)
{
    request(user);
    connections(user, 1);
    return NULL;
}

/* How much of a stack a thread has used that made a first request on a connection of its own. */
static size_t stack_of_requests(oss_bucket *bucket)
{
    unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    size_t untouched = 0;
    CHECK(stack != MAP_FAILED);
    memset(stack, 0xA5, STACK);
    CHECK(pthread_attr_init(&attributes) == 0 && pthread_attr_setstack(&attributes, stack, STACK) == 0);
    CHECK(pthread_create(&thread, &attributes, on_painted_stack, bucket) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    while (untouched < STACK && stack[untouched] == 0xA5)
        untouched++;
    return STACK - untouched;
}

int main(void)
{
    size_t before = heap(), rest, one, many, stack;
    oss_config *config = configure();
    oss_bucket *bucket = oss_bucket_new(config, "footprint");
    CHECK(bucket);
    OK(oss_put_bucket(bucket, NULL));
    oss_bucket_free(bucket);

    bucket = oss_bucket_new(config, "footprint");
    CHECK(bucket);
    stack = stack_of_requests(bucket);
    oss_bucket_free(bucket);

    bucket = oss_bucket_new(config, "footprint");
    oss_config_free(config);
    rest = heap() - before;
    most = 0;
    request(bucket);
    connections(bucket, 1);
    one = heap() - before;
    connections(bucket, MANY);
    many = heap() - before;
    printf("%zu %zu %zu %ld %zu\n", rest, (many - one) / (MANY - 1), most - before, own_pages(), stack);
    oss_bucket_free(bucket);
    return 0;
}
