/* One transfer, whose outcome is printed.
 *
 *     one_transfer up|down|copy|write|read|tree-up|tree-down DIRECTORY WORKERS [RECORDS]
 *
 * The bucket examplebucket has the object "from"; the directory has the file "in". They go to the object "to" and the file
 * "out"; trees are the directory "tree" and the prefix "tree". */
#include "check.h"

static oss_bucket *bucket;
static oss_call *call;
static char in[4096], out[4096], tree[4096];

/* Reads the object ahead, into the file. */
static int to_file(void *user, const uint8_t *data, size_t len)
{
    return fwrite(data, 1, len, (FILE *)user) != len;
}

static oss_status read_ahead(int workers)
{
    FILE *file = fopen(out, "wb");
    oss_status status;
    CHECK(file);
    OK(oss_call_set_prefetch(call, workers));
    status = oss_get_object_to_stream(bucket, "from", to_file, file, call);
    CHECK(fclose(file) == 0);
    return status;
}

static oss_status write_all(void)
{
    static char piece[10000];
    oss_writer *writer = oss_writer_open(bucket, "to", call);
    FILE *file = fopen(in, "rb");
    oss_status status = OSS_OK;
    size_t got;
    CHECK(writer && file);
    while (status == OSS_OK && (got = fread(piece, 1, sizeof piece, file)) > 0)
        status = oss_writer_write(writer, piece, got);
    fclose(file);
    status = oss_writer_finish(writer, call);
    oss_writer_free(writer);
    return status;
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    oss_status status = OSS_BUG;
    CHECK(argc >= 4);
    OK(oss_config_set_attempts(config, 1));
    bucket = oss_bucket_new(config, "examplebucket");
    call = oss_call_new();
    CHECK(bucket && call);
    snprintf(in, sizeof in, "%s/in", argv[2]);
    snprintf(out, sizeof out, "%s/out", argv[2]);
    snprintf(tree, sizeof tree, "%s/tree", argv[2]);
    OK(oss_call_set_part_size(call, 102400));
    OK(oss_call_set_workers(call, atoi(argv[3])));
    if (argc > 4)
        OK(oss_call_set_record_directory(call, argv[4]));
    if (strcmp(argv[1], "up") == 0)
        status = oss_upload_file(bucket, "to", in, call);
    else if (strcmp(argv[1], "down") == 0)
        status = oss_download_file(bucket, "from", out, call);
    else if (strcmp(argv[1], "copy") == 0)
        status = oss_copy_large_object(bucket, "to", NULL, "from", NULL, call);
    else if (strcmp(argv[1], "write") == 0)
        status = write_all();
    else if (strcmp(argv[1], "read") == 0)
        status = read_ahead(atoi(argv[3]));
    else if (strcmp(argv[1], "tree-up") == 0)
        status = oss_upload_directory(bucket, "tree", tree, 0, call);
    else if (strcmp(argv[1], "tree-down") == 0)
        status = oss_download_directory(bucket, "tree", tree, 0, call);
    printf("%s %s\n", oss_status_name(status), oss_call_error(call));
    fflush(stdout);
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
