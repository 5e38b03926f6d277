/*
 * Runs one client and says what it cost:
 *
 *     PROGRAM put|put-file|get|get-sink SIZE COUNT THREADS
 *
 * prints "cpu_us wall_us peak_kib allocations" of COUNT operations in all. Connections are open and caches warm when the
 * measurement begins. Environment: BENCH_URL, BENCH_CA, BENCH_FILE, BENCH_ALL_ON, and BENCH_OFFSET: how many bytes after a
 * page the buffers begin.
 */
#include "driver.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Linked in from allocations.c by the programs that count them. */
__attribute__((weak)) unsigned long allocations_made(void);

static struct plan plan;
static long count_per_thread;
static pthread_barrier_t ready;

static void die(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(1);
}

static char *buffer_of(size_t size)
{
    char *buffer = aligned_alloc(4096, (size + 4095) / 4096 * 4096);
    if (!buffer)
        die("out of memory");
    /* Small pages everywhere: whether the kernel finds huge ones is luck, and changes what a copy costs. */
    madvise(buffer, (size + 4095) / 4096 * 4096, MADV_NOHUGEPAGE);
    memset(buffer, 'x', size);
    return buffer;
}

static void warm_up(void *worker)
{
    enum operation small = plan.operation == PUT_FILE ? PUT : plan.operation;
    for (int i = 0; i < 3; i++)
        if (worker_run(worker, small, plan.size < 1024 ? plan.size : 1024) != 0)
            die("an operation failed");
}

/* callgrind counts inside this function alone, and the two getppid() mark its begin and end in a trace of system calls. */
__attribute__((noinline)) void measured(void *worker, long count)
{
    getppid();
    for (long i = 0; i < count; i++)
        if (worker_run(worker, plan.operation, plan.size) != 0)
            die("an operation failed");
    getppid();
}

static void *thread(void *buffer)
{
    void *worker = worker_new(&plan, buffer);
    warm_up(worker);
    pthread_barrier_wait(&ready);
    pthread_barrier_wait(&ready);
    measured(worker, count_per_thread);
    pthread_barrier_wait(&ready);
    worker_free(worker);
    return NULL;
}

static double cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static double wall_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* Not ru_maxrss, which a program inherits from the one that started it. */
static long peak_kib(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long peak = 0;
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &peak) == 1)
            break;
    if (status)
        fclose(status);
    return peak;
}

static unsigned long allocations(void)
{
    return allocations_made ? allocations_made() : 0;
}

static enum operation operation_of(const char *name)
{
    static const char *const names[] = {"put", "put-file", "get", "get-sink"};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum operation)i;
    die("the operation is not put, put-file, get or get-sink");
    return PUT;
}

static void run_alone(char *buffer)
{
    void *worker = worker_new(&plan, buffer);
    warm_up(worker);
    unsigned long made = allocations();
    double cpu = cpu_us(), wall = wall_us();
    measured(worker, count_per_thread);
    cpu = cpu_us() - cpu;
    wall = wall_us() - wall;
    printf("%.0f %.0f %ld %lu\n", cpu, wall, peak_kib(), allocations() - made);
    worker_free(worker);
}

static void run_threads(char **buffers)
{
    pthread_t *threads = calloc((size_t)plan.threads, sizeof *threads);
    pthread_barrier_init(&ready, NULL, (unsigned)plan.threads + 1);
    for (int i = 0; i < plan.threads; i++)
        if (pthread_create(&threads[i], NULL, thread, buffers[i]) != 0)
            die("a thread cannot be started");
    pthread_barrier_wait(&ready);
    unsigned long made = allocations();
    double cpu = cpu_us(), wall = wall_us();
    pthread_barrier_wait(&ready);
    pthread_barrier_wait(&ready);
    cpu = cpu_us() - cpu;
    wall = wall_us() - wall;
    printf("%.0f %.0f %ld %lu\n", cpu, wall, peak_kib(), allocations() - made);
    for (int i = 0; i < plan.threads; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        die("usage: put|put-file|get|get-sink SIZE COUNT THREADS");
    plan.operation = operation_of(argv[1]);
    plan.size = strtoull(argv[2], NULL, 10);
    plan.threads = atoi(argv[4]);
    count_per_thread = atol(argv[3]) / plan.threads;
    plan.url = getenv("BENCH_URL");
    plan.ca = getenv("BENCH_CA");
    plan.file = getenv("BENCH_FILE");
    plan.all_on = getenv("BENCH_ALL_ON") != NULL;
    /* What streams needs no more than a warm-up's worth, or it would count as the client's memory. */
    int streams = plan.operation == PUT_FILE || plan.operation == GET_SINK;
    const char *unaligned = getenv("BENCH_OFFSET");
    size_t offset = unaligned ? strtoull(unaligned, NULL, 10) : 0;
    size_t held = streams ? 1024 : plan.size;
    char **buffers = calloc((size_t)plan.threads, sizeof *buffers);
    for (int i = 0; i < plan.threads; i++)
        buffers[i] = buffer_of(offset + held) + offset;
    plan.body = buffers[0];
    client_start(&plan);
    if (plan.threads == 1)
        run_alone(buffers[0]);
    else
        run_threads(buffers);
    for (int i = 0; i < plan.threads; i++)
        free(buffers[i] - offset);
    free(buffers);
    return 0;
}
