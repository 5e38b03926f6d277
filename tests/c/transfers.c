/* Objects that are written piece by piece, read ahead and copied in parts; uploads that were left behind. */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static char data[1000001];
static oss_bucket *bucket;
static oss_call *call;
static int64_t last_done, last_total;

static int progress(void *user, int64_t done, int64_t total)
{
    CHECK(user == &last_done && done >= last_done);
    last_done = done;
    last_total = total;
    return 0;
}

static int stop(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    return 1;
}

static oss_writer *opened(const char *key)
{
    oss_writer *writer = oss_writer_open(bucket, key, call);
    CHECK(writer);
    return writer;
}

static void fill(oss_writer *writer, size_t size)
{
    size_t at, piece;
    for (at = 0; at < size; at += piece) {
        piece = size - at < 7777 ? size - at : 7777;
        OK(oss_writer_write(writer, data + at, piece));
    }
}

static void written(size_t size)
{
    oss_writer *writer = opened("written");
    last_done = 0;
    OK(oss_call_set_progress(call, progress, &last_done));
    oss_writer_free(writer);
    writer = opened("written");
    OK(oss_call_set_progress(call, NULL, NULL));
    fill(writer, size);
    OK(oss_writer_finish(writer, call));
    NUMBER(1, oss_call_verified(call));
    NUMBER((long long)size, last_done);
    NUMBER((long long)size, last_total);
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_write(writer, "x", 1));
    SAYS("finished", oss_last_error());
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_finish(writer, NULL));
    OK(oss_writer_abort(writer));
    oss_writer_free(writer);
    OK(oss_head_object(bucket, "written", call));
    NUMBER((long long)size, oss_call_content_length(call));
}

/* Nothing is stored. */
static void given_up(void)
{
    oss_writer *writer = opened("given-up");
    int exists = 1;
    fill(writer, 500000);
    oss_writer_free(writer);
    writer = opened("given-up");
    fill(writer, 500000);
    OK(oss_writer_abort(writer));
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_finish(writer, call));
    SAYS("aborted", oss_call_error(call));
    oss_writer_free(writer);

    writer = opened("given-up");
    fill(writer, 300000);
    OK(oss_call_cancel(call));
    STATUS(OSS_CANCELLED, oss_writer_write(writer, data, 1));
    STATUS(OSS_CANCELLED, oss_writer_finish(writer, NULL));
    oss_writer_free(writer);
    /* The cancel has done its work. */
    OK(oss_object_exists(bucket, "given-up", &exists, call));
    NUMBER(0, exists);

    OK(oss_call_set_progress(call, stop, NULL));
    writer = opened("given-up");
    OK(oss_call_set_progress(call, NULL, NULL));
    CHECK(oss_writer_write(writer, data, sizeof data) == OSS_CANCELLED ||
          oss_writer_write(writer, data, sizeof data) == OSS_CANCELLED);
    STATUS(OSS_CANCELLED, oss_writer_finish(writer, call));
    oss_writer_free(writer);
    OK(oss_object_exists(bucket, "given-up", &exists, call));
    NUMBER(0, exists);
}

static oss_writer *busy_writer;

static int write_inside(void *user, int64_t done, int64_t total)
{
    (void)done, (void)total;
    if (!*(int *)user)
        STATUS(OSS_BUSY, oss_writer_write(busy_writer, "lost", 4));
    *(int *)user = 1;
    return 0;
}

/* An object without one of its pieces is none, also if nobody looks at the status of each write. */
static void no_object_lacks_a_piece(void)
{
    int told = 0;
    oss_writer *writer = opened("lacks");
    OK(oss_writer_write(writer, "abc", 3));
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_write(writer, NULL, 3));
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_write(writer, "def", 3));
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_finish(writer, call));
    CHECK(strstr(oss_call_error(call), "`data`"));
    oss_writer_free(writer);
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "lacks", call));

    OK(oss_call_set_progress(call, write_inside, &told));
    busy_writer = writer = opened("lacks");
    OK(oss_call_set_progress(call, NULL, NULL));
    while (!told)
        OK(oss_writer_write(writer, data, sizeof data));
    STATUS(OSS_BUSY, oss_writer_write(writer, data, 1));
    STATUS(OSS_BUSY, oss_writer_finish(writer, call));
    oss_writer_free(writer);
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "lacks", call));

    /* Nothing is no piece, and what is stored stays. */
    writer = opened("whole");
    OK(oss_writer_write(writer, NULL, 0));
    OK(oss_writer_write(writer, "abc", 3));
    OK(oss_writer_finish(writer, call));
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_write(writer, NULL, 3));
    oss_writer_free(writer);
    OK(oss_head_object(bucket, "whole", call));
    OK(oss_delete_object(bucket, "whole", call));
}

/* A part that cannot be is refused where it is given. */
static void part_numbers_are_looked_at_at_once(void)
{
    static const int numbers[] = {-1, 0, 10001, 2147483647};
    size_t i;
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        STATUS(OSS_INVALID_ARGUMENT, oss_call_add_part(call, numbers[i], "\"E\"", -1, 0));
        CHECK(strstr(oss_call_error(call), "allowed are 1 to 10000"));
    }
    OK(oss_call_reset(call));
}

/* What the service says to a writer, a call can be told. */
static void refused(oss_config *config)
{
    oss_bucket *missing = oss_bucket_new(config, "missing-bucket");
    oss_writer *writer = opened("refused");
    oss_call *told = oss_call_new();
    OK(oss_writer_failure(writer, told));
    STATUS(OSS_INVALID_ARGUMENT, oss_writer_failure(writer, NULL));
    SAYS("`call`", oss_last_error());
    OK(oss_writer_abort(writer));
    OK(oss_writer_failure(writer, told));
    oss_writer_free(writer);

    CHECK(missing && (writer = oss_writer_open(missing, "refused", call)));
    CHECK(oss_writer_write(writer, data, sizeof data) == OSS_NOT_FOUND ||
          oss_writer_write(writer, data, sizeof data) == OSS_NOT_FOUND);
    STATUS(OSS_NOT_FOUND, oss_writer_failure(writer, told));
    TEXT("NoSuchBucket", oss_call_code(told));
    NUMBER(404, oss_call_http_status(told));
    CHECK(*oss_call_request_id(told) && oss_call_attempts(told) == 1);
    /* It is told as often as it is asked for, and then as after any failure of the call. */
    STATUS(OSS_NOT_FOUND, oss_writer_failure(writer, told));
    STATUS(OSS_NOT_FOUND, oss_writer_finish(writer, call));
    OK(oss_put_object(bucket, "told", "x", 1, told));
    oss_writer_free(writer);
    oss_bucket_free(missing);
    oss_call_free(told);
}

/* A child of fork() has no threads of it, and leaves it alone. */
static void forked(void)
{
    static char buf[10];
    int status;
    pid_t child;
    oss_call *reading = oss_call_new();
    oss_writer *writer = opened("forked");
    fill(writer, 500000);
    OK(oss_call_set_part_size(reading, 102400));
    OK(oss_call_set_prefetch(reading, 3));
    OK(oss_get_object(bucket, "written", reading));
    CHECK((child = fork()) >= 0);
    if (child == 0) {
        STATUS(OSS_INVALID_ARGUMENT, oss_writer_write(writer, "x", 1));
        SAYS("fork", oss_last_error());
        STATUS(OSS_INVALID_ARGUMENT, oss_writer_finish(writer, NULL));
        oss_writer_free(writer);
        NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(reading, buf, sizeof buf));
        oss_call_free(reading);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(oss_call_read(reading, buf, sizeof buf) > 0);
    oss_call_free(reading);
    OK(oss_writer_finish(writer, call));
    oss_writer_free(writer);
}

/* A callback cannot open a writer with the call that it runs in, and learns why not. */
static int opens(void *user, int64_t done, int64_t total)
{
    (void)user, (void)done, (void)total;
    CHECK(oss_writer_open(bucket, "busy", call) == NULL);
    NUMBER(OSS_BUSY, oss_call_status(call));
    return 0;
}

static void not_opened(void)
{
    CHECK(oss_writer_open(bucket, "/bad", call) == NULL);
    NUMBER(OSS_INVALID_ARGUMENT, oss_call_status(call));
    SAYS("`key`", oss_call_error(call));
    OK(oss_call_set_progress(call, opens, NULL));
    OK(oss_put_object(bucket, "busy", "x", 1, call));
    OK(oss_call_set_progress(call, NULL, NULL));
    NUMBER(OSS_OK, oss_call_status(call));
}

/* Keys and time are asked for by the workers, too, on behalf of the call. */
static const oss_call *expected;
static pthread_t caller;
static int elsewhere;

static void check_call(void)
{
    CHECK(oss_current_call() == expected);
    if (!pthread_equal(pthread_self(), caller))
        elsewhere = 1;
}

static int give_keys(void *user, oss_keys *keys)
{
    (void)user;
    check_call();
    return oss_keys_set(keys, required("OSS_ACCESS_KEY_ID"), required("OSS_ACCESS_KEY_SECRET"), NULL);
}

static int64_t tell_time(void *user)
{
    (void)user;
    check_call();
    return (int64_t)time(NULL);
}

static void on_behalf(oss_config *config, oss_bucket *usual)
{
    static char buf[5000];
    oss_writer *writer;
    OK(oss_config_set_credentials_callback(config, give_keys, NULL));
    OK(oss_config_set_clock(config, tell_time, NULL));
    CHECK(bucket = oss_bucket_new(config, "examplebucket"));
    caller = pthread_self();
    expected = call;
    writer = opened("behalf");
    fill(writer, sizeof data);
    OK(oss_writer_finish(writer, call));
    CHECK(elsewhere);
    oss_writer_free(writer);
    writer = opened("behalf");
    fill(writer, 300000);
    oss_writer_free(writer);
    writer = opened("behalf");
    fill(writer, 5);
    OK(oss_writer_finish(writer, NULL));
    oss_writer_free(writer);
    writer = opened("behalf");
    fill(writer, sizeof data);
    OK(oss_writer_finish(writer, call));
    oss_writer_free(writer);
    OK(oss_copy_large_object(bucket, "behalf-copy", NULL, "behalf", NULL, call));
    elsewhere = 0;
    OK(oss_call_set_prefetch(call, 3));
    OK(oss_get_object(bucket, "behalf", call));
    while (oss_call_read(call, buf, sizeof buf) > 0)
        ;
    CHECK(elsewhere);
    OK(oss_call_set_prefetch(call, 0));
    CHECK(oss_current_call() == NULL);
    expected = NULL;
    OK(oss_put_object(bucket, "behalf", "x", 1, NULL));
    oss_bucket_free(bucket);
    bucket = usual;
}

static int compare(void *user, const uint8_t *bytes, size_t len)
{
    size_t *at = (size_t *)user;
    CHECK(*at + len <= sizeof data && memcmp(data + *at, bytes, len) == 0);
    *at += len;
    return 0;
}

static void read_ahead(void)
{
    static char buf[5000];
    size_t at = 0;
    int64_t got;
    OK(oss_call_set_prefetch(call, 3));
    OK(oss_get_object(bucket, "written", call));
    NUMBER(sizeof data, oss_call_content_length(call));
    while ((got = oss_call_read(call, buf, sizeof buf)) > 0)
        compare(&at, (const uint8_t *)buf, (size_t)got);
    NUMBER(0, got);
    NUMBER(sizeof data, at);
    NUMBER(1, oss_call_verified(call));
    at = 0;
    OK(oss_get_object_to_stream(bucket, "written", compare, &at, call));
    NUMBER(sizeof data, at);
    NUMBER(1, oss_call_verified(call));
    /* One that is not read to its end. */
    OK(oss_get_object(bucket, "written", call));
    CHECK(oss_call_read(call, buf, sizeof buf) > 0);
    OK(oss_call_set_prefetch(call, 0));
}

static void copied(void)
{
    OK(oss_copy_large_object(bucket, "copied", NULL, "written", NULL, call));
    NUMBER(1, oss_call_verified(call));
    OK(oss_head_object(bucket, "copied", call));
    NUMBER(sizeof data, oss_call_content_length(call));
    OK(oss_abort_copy_large_object(bucket, "copied", NULL, "written", NULL, call));
    STATUS(OSS_NOT_FOUND,
           oss_copy_large_object(bucket, "copied", NULL, "missing", NULL, call));
}

static void left_behind(void)
{
    const oss_entry *entry;
    int64_t aborted = 7;
    int count = 0;
    OK(oss_initiate_multipart_upload(bucket, "left/1", call));
    OK(oss_initiate_multipart_upload(bucket, "left/2", call));
    OK(oss_list_uploads_before(bucket, "left/", 3600, call));
    OK(oss_call_next(call, &entry));
    CHECK(entry == NULL);
    OK(oss_list_uploads_before(bucket, NULL, 0, call));
    while (oss_call_next(call, &entry) == OSS_OK && entry) {
        NUMBER(OSS_ENTRY_UPLOAD, entry->kind);
        CHECK(entry->upload_id && strncmp(entry->name, "left/", 5) == 0);
        count++;
    }
    NUMBER(2, count);
    OK(oss_abort_uploads_before(bucket, "left/", 3600, &aborted, call));
    NUMBER(0, aborted);
    OK(oss_abort_uploads_before(bucket, "left/", 0, &aborted, call));
    NUMBER(2, aborted);
    OK(oss_abort_uploads_before(bucket, NULL, 0, NULL, NULL));
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    size_t at;
    for (at = 0; at < sizeof data; at++)
        data[at] = (char)(at * 7 % 251);
    CHECK(bucket = oss_bucket_new(config, "examplebucket"));
    CHECK(call = oss_call_new());
    OK(oss_put_bucket(bucket, call));
    part_numbers_are_looked_at_at_once();
    OK(oss_call_set_part_size(call, 102400));
    written(0);
    written(1000);
    written(sizeof data);
    OK(oss_call_set_workers(call, 1));
    written(sizeof data);
    given_up();
    OK(oss_call_set_workers(call, 3));
    given_up();
    no_object_lacks_a_piece();
    refused(config);
    /* A child takes the memory of threads that it does not have with it, which valgrind calls lost. */
    if (argc > 1 && strcmp(argv[1], "fork") == 0)
        forked();
    read_ahead();
    copied();
    left_behind();
    not_opened();
    on_behalf(config, bucket);
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
