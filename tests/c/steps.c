/* What a step leaves in a call and what it does not: errors that are over, inputs that were taken back, cancels that are for another
 * call. The server refuses the second page of the first listing once; tests/c_api.rs looks at what it saw.
 *
 *     steps BUCKET */
#include "check.h"

static oss_bucket *bucket;

static void is_good(oss_call *call)
{
    NUMBER(OSS_OK, oss_call_status(call));
    TEXT("", oss_call_error(call));
    TEXT("", oss_call_code(call));
    NUMBER(200, oss_call_http_status(call));
    NUMBER(0, oss_call_retryable(call));
}

static void a_page_that_comes_later(oss_call *call)
{
    const oss_entry *entry = NULL;
    const char *error;
    OK(oss_call_set_query(call, "max-keys", "1"));
    OK(oss_list_objects_v2(bucket, NULL, NULL, call));
    OK(oss_call_next(call, &entry));
    TEXT("a", entry->name);
    STATUS(OSS_DENIED, oss_call_next(call, &entry));
    CHECK(!entry);
    NUMBER(OSS_DENIED, oss_call_status(call));
    TEXT("AccessDenied", oss_call_code(call));
    NUMBER(403, oss_call_http_status(call));
    error = oss_call_error(call);
    OK(oss_call_next(call, &entry));
    TEXT("b", entry->name);
    is_good(call);
    SAYS("AccessDenied", error); /* what was lent stays up to the next request */
    STATUS(OSS_INVALID_ARGUMENT, oss_call_next(call, NULL));
    NUMBER(OSS_INVALID_ARGUMENT, oss_call_status(call));
    OK(oss_call_next(call, &entry));
    TEXT("c", entry->name);
    is_good(call);
    OK(oss_call_next(call, &entry));
    CHECK(!entry);
    is_good(call);
    OK(oss_call_reset(call));
}

/* A bad value ends what has to be asked for, not what is there. */
static void a_page_with_a_bad_value(oss_call *call)
{
    const oss_entry *entry = NULL;
    OK(oss_call_set_query(call, "max-keys", "2"));
    OK(oss_list_objects_v2(bucket, NULL, NULL, call));
    STATUS(OSS_INVALID_ARGUMENT, oss_call_set_header(call, "x-oss-request-payer", "re\nquester"));
    OK(oss_call_next(call, &entry));
    TEXT("a", entry->name);
    OK(oss_call_next(call, &entry));
    TEXT("b", entry->name);
    STATUS(OSS_INVALID_ARGUMENT, oss_call_next(call, &entry));
    CHECK(!entry);
    SAYS("line break", oss_call_error(call));
    OK(oss_call_reset(call));
}

static void a_read_that_works(oss_call *call)
{
    char buffer[8];
    OK(oss_get_object(bucket, "a", call));
    NUMBER(-OSS_INVALID_ARGUMENT, oss_call_read(call, buffer, 0));
    NUMBER(OSS_INVALID_ARGUMENT, oss_call_status(call));
    NUMBER(7, oss_call_read(call, buffer, sizeof buffer));
    is_good(call);
    NUMBER(0, oss_call_read(call, buffer, sizeof buffer));
    is_good(call);
}

static void a_key_that_is_taken_back(oss_call *call)
{
    OK(oss_call_set_server_side_encryption(call, OSS_ENCRYPTION_KMS, "key-id"));
    OK(oss_put_object(bucket, "with-id", "content", 7, call));
    OK(oss_call_set_server_side_encryption(call, OSS_ENCRYPTION_KMS, NULL));
    OK(oss_put_object(bucket, "without-id", "content", 7, call));
    OK(oss_call_reset(call));
}

/* A writer is ended by the call that it was opened with; a cancel of another one is for that one's next request. */
static void a_cancel_of_another_call(oss_call *call)
{
    static char content[300000];
    oss_call *other = oss_call_new();
    oss_writer *writer = oss_writer_open(bucket, "cancelled", call);
    CHECK(other && writer);
    OK(oss_writer_write(writer, "content", 7));
    OK(oss_call_cancel(call));
    OK(oss_call_cancel(other));
    STATUS(OSS_CANCELLED, oss_writer_finish(writer, other));
    OK(oss_head_object(bucket, "a", call));
    STATUS(OSS_CANCELLED, oss_head_object(bucket, "a", other));
    OK(oss_head_object(bucket, "a", other));
    OK(oss_call_cancel(other));
    STATUS(OSS_CANCELLED, oss_writer_failure(writer, other));
    STATUS(OSS_CANCELLED, oss_head_object(bucket, "a", other));
    OK(oss_head_object(bucket, "a", other));
    oss_writer_free(writer);

    /* What has ended it once does not end it twice. */
    OK(oss_call_set_part_size(call, 102400));
    OK(oss_call_set_workers(call, 1));
    writer = oss_writer_open(bucket, "cancelled", call);
    CHECK(writer);
    OK(oss_call_cancel(call));
    STATUS(OSS_CANCELLED, oss_writer_write(writer, content, sizeof content));
    OK(oss_call_cancel(call));
    STATUS(OSS_CANCELLED, oss_writer_finish(writer, call));
    STATUS(OSS_CANCELLED, oss_head_object(bucket, "a", call));
    OK(oss_head_object(bucket, "a", call));
    oss_writer_free(writer);
    oss_call_free(other);
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "cancelled", call));
}

int main(int argc, char **argv)
{
    static const char *const keys[] = {"a", "b", "c"};
    oss_config *config = configure();
    oss_call *call = oss_call_new();
    size_t i;
    CHECK(argc == 2 && call);
    bucket = create_bucket(config, argv[1]);
    for (i = 0; i < 3; i++)
        OK(oss_put_object(bucket, keys[i], "content", 7, NULL));
    a_page_that_comes_later(call);
    a_page_with_a_bad_value(call);
    a_read_that_works(call);
    a_key_that_is_taken_back(call);
    a_cancel_of_another_call(call);
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
