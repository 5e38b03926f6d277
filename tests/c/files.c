/* Downloads to files under conditions that need a process of their own.
 *
 *     files PART DIRECTORY [ARGUMENT]
 *
 * The bucket examplebucket has the object "a"; "out" in the directory is the file. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static oss_bucket *bucket;
static oss_call *call;
static char out[4096];

/* Makes sure that a connection is there already. */
static void connect_now(void)
{
    OK(oss_head_object(bucket, "a", call));
}

/* The program changes its directory while a relative path is on its way. */
static int change_directory(void *user, int64_t done, int64_t total)
{
    (void)done, (void)total;
    return chdir((const char *)user);
}

static void part_chdir(const char *directory)
{
    char elsewhere[] = "elsewhere";
    CHECK(chdir(directory) == 0);
    OK(oss_call_set_progress(call, change_directory, elsewhere));
    OK(oss_get_object_to_file(bucket, "a", "out", call));
}

/* A program without standard descriptors prints all the same. */
static int print(void *user, int64_t done, int64_t total)
{
    int descriptor;
    (void)user, (void)done, (void)total;
    for (descriptor = 0; descriptor < 3; descriptor++) {
        ssize_t written = write(descriptor, "printed\n", 8);
        (void)written;
    }
    return 0;
}

static void part_daemon(const char *descriptors)
{
    connect_now();
    for (; *descriptors; descriptors++)
        close(*descriptors - '0');
    OK(oss_call_set_progress(call, print, NULL));
    OK(oss_get_object_to_file(bucket, "a", out, call));
    OK(oss_get_object_to_file(bucket, "a", out, call));
    OK(oss_put_object_file(bucket, "sent", out, call));
}

/* No descriptor is left. */
static void part_emfile(void)
{
    int count = 0, opened[4096];
    connect_now();
    while (count < 4096 && (opened[count] = open("/dev/null", O_RDONLY)) >= 0)
        count++;
    if (count == 4096)
        return;
    STATUS(OSS_IO, oss_get_object_to_file(bucket, "a", out, call));
    NUMBER(EMFILE, oss_call_os_error(call));
    NUMBER(0, oss_call_attempts(call));
    SAYS("`path`", oss_call_error(call));
    STATUS(OSS_IO, oss_put_object_file(bucket, "b", out, call));
    /* One is enough for the file, since the connection is there. */
    close(opened[--count]);
    OK(oss_get_object_to_file(bucket, "a", out, call));
    while (count > 0)
        close(opened[--count]);
}

/* A name in another encoding. */
static void part_bytes(const char *directory)
{
    snprintf(out, sizeof out, "%s/\xc2\xb7\xbe\xb6", directory);
    OK(oss_get_object_to_file(bucket, "a", out, call));
    OK(oss_put_object_file(bucket, "b", out, call));
    NUMBER(0, oss_call_os_error(call));
    STATUS(OSS_IO, oss_put_object_file(bucket, "b", "/\xff", call));
    NUMBER(ENOENT, oss_call_os_error(call));
    SAYS("`path`", oss_call_error(call));
    STATUS(OSS_IO, oss_upload_file(bucket, "b", "/\xff", call));
    NUMBER(ENOENT, oss_call_os_error(call));
    STATUS(OSS_IO, oss_get_object_to_file(bucket, "a", "/\xff/a", call));
    NUMBER(ENOENT, oss_call_os_error(call));
    STATUS(OSS_IO, oss_download_file(bucket, "a", "/\xff/a", call));
    NUMBER(ENOENT, oss_call_os_error(call));
    /* What the service does not have is not a file. */
    STATUS(OSS_NOT_FOUND, oss_get_object_to_file(bucket, "missing", out, call));
    NUMBER(0, oss_call_os_error(call));
}

/* Two downloads, of a new file and of one that is there. */
static void part_sync(void)
{
    OK(oss_get_object_to_file(bucket, "a", out, call));
    OK(oss_get_object_to_file(bucket, "a", out, call));
}

/* Tells when half of it is there. */
static int tell_half(void *user, int64_t done, int64_t total)
{
    int *told = (int *)user;
    if (!*told && done >= total / 2) {
        *told = 1;
        return write(1, "half", 4) != 4;
    }
    return 0;
}

static void part_half(void)
{
    int told = 0;
    OK(oss_call_set_progress(call, tell_half, &told));
    OK(oss_get_object_to_file(bucket, "large", out, call));
}

/* A large file there and back, stopped once on the way and resumed. */
static int64_t most, stop_at;

static int stop_transfer(void *user, int64_t done, int64_t total)
{
    (void)user;
    CHECK(done >= most && done <= total);
    most = done;
    return done >= stop_at;
}

static void part_transfer(const char *directory)
{
    static char data[1 << 20];
    char in[4096];
    FILE *file;
    size_t at;
    snprintf(in, sizeof in, "%s/in", directory);
    for (at = 0; at < sizeof data; at++)
        data[at] = (char)(at * 7 % 251);
    CHECK((file = fopen(in, "wb")) != NULL);
    CHECK(fwrite(data, 1, sizeof data, file) == sizeof data);
    CHECK(fclose(file) == 0);

    OK(oss_call_set_part_size(call, 102400));
    OK(oss_call_set_workers(call, 2));
    OK(oss_call_set_progress(call, stop_transfer, NULL));
    stop_at = 500000;
    STATUS(OSS_CANCELLED, oss_upload_file(bucket, "large", in, call));
    stop_at = INT64_MAX;
    OK(oss_upload_file(bucket, "large", in, call));
    NUMBER(sizeof data, most);
    most = 0, stop_at = 500000;
    STATUS(OSS_CANCELLED, oss_download_file(bucket, "large", out, call));
    stop_at = INT64_MAX;
    OK(oss_download_file(bucket, "large", out, call));
    NUMBER(sizeof data, most);

    most = 0, stop_at = 500000;
    STATUS(OSS_CANCELLED, oss_upload_file(bucket, "other", in, call));
    OK(oss_abort_upload_file(bucket, "other", in, call));
    OK(oss_abort_upload_file(bucket, "other", in, call));
    most = 0;
    STATUS(OSS_CANCELLED, oss_download_file(bucket, "large", out, call));
    OK(oss_abort_download_file(bucket, "large", out, call));
    OK(oss_call_set_no_record(call));
    most = 0;
    STATUS(OSS_CANCELLED, oss_upload_file(bucket, "other", in, call));
    OK(oss_call_set_record_directory(call, directory));
    stop_at = INT64_MAX;
    most = 0;
    OK(oss_upload_file(bucket, "other", in, call));
}

int main(int argc, char **argv)
{
    const char *part = argc > 1 ? argv[1] : "";
    const char *directory = argc > 2 ? argv[2] : "";
    const char *argument = argc > 3 ? argv[3] : "";
    oss_config *config = configure();
    if (strcmp(part, "sync") == 0)
        OK(oss_config_set_file_sync(config, atoi(argument)));
    CHECK(bucket = oss_bucket_new(config, "examplebucket"));
    CHECK(call = oss_call_new());
    snprintf(out, sizeof out, "%s/out", directory);
    if (strcmp(part, "chdir") == 0)
        part_chdir(directory);
    else if (strcmp(part, "daemon") == 0)
        part_daemon(argument);
    else if (strcmp(part, "emfile") == 0)
        part_emfile();
    else if (strcmp(part, "bytes") == 0)
        part_bytes(directory);
    else if (strcmp(part, "sync") == 0)
        part_sync();
    else if (strcmp(part, "transfer") == 0)
        part_transfer(directory);
    else if (strcmp(part, "half") == 0)
        part_half();
    else
        CHECK(!"a part of this program");
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
