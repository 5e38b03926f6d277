/* Large files, copies, objects of unknown length and directories. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

oss_status ossgo_upload_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO)
{
    RUN(oss_upload_file(bucket, key, path, call));
}

oss_status ossgo_abort_upload_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO)
{
    RUN(oss_abort_upload_file(bucket, key, path, call));
}

oss_status ossgo_download_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO)
{
    RUN(oss_download_file(bucket, key, path, call));
}

oss_status ossgo_abort_download_file(const oss_bucket *bucket, const char *key, const char *path, OSSGO_WHO)
{
    RUN(oss_abort_download_file(bucket, key, path, call));
}

oss_status ossgo_copy_large_object(const oss_bucket *bucket, const char *key, const char *source_bucket,
                                   const char *source_key, const char *source_version_id, OSSGO_WHO)
{
    RUN(oss_copy_large_object(bucket, key, source_bucket, source_key, source_version_id, call));
}

oss_status ossgo_abort_copy_large_object(const oss_bucket *bucket, const char *key, const char *source_bucket,
                                         const char *source_key, const char *source_version_id, OSSGO_WHO)
{
    RUN(oss_abort_copy_large_object(bucket, key, source_bucket, source_key, source_version_id, call));
}

oss_status ossgo_upload_directory(const oss_bucket *bucket, const char *prefix, const char *directory, int flags,
                                  OSSGO_WHO)
{
    RUN(oss_upload_directory(bucket, prefix, directory, flags, call));
}

oss_status ossgo_download_directory(const oss_bucket *bucket, const char *prefix, const char *directory, int flags,
                                    OSSGO_WHO)
{
    RUN(oss_download_directory(bucket, prefix, directory, flags, call));
}

oss_status ossgo_delete_prefix(const oss_bucket *bucket, const char *prefix, int flags, OSSGO_WHO)
{
    RUN(oss_delete_prefix(bucket, prefix, flags, call));
}

oss_status ossgo_list_uploads_before(const oss_bucket *bucket, const char *prefix, int64_t seconds, OSSGO_WHO)
{
    RUN(oss_list_uploads_before(bucket, prefix, seconds, call));
}

oss_status ossgo_abort_uploads_before(const oss_bucket *bucket, const char *prefix, int64_t seconds, int64_t *aborted,
                                      OSSGO_WHO)
{
    RUN(oss_abort_uploads_before(bucket, prefix, seconds, aborted, call));
}

static oss_status open_writer(const oss_bucket *bucket, const char *key, oss_writer **writer, oss_call *call)
{
    *writer = oss_writer_open(bucket, key, call);
    return *writer ? OSS_OK : oss_call_status(call);
}

oss_status ossgo_writer_open(const oss_bucket *bucket, const char *key, oss_writer **writer, OSSGO_WHO)
{
    RUN(open_writer(bucket, key, writer, call));
}

oss_status ossgo_writer_finish(oss_writer *writer, OSSGO_WHO)
{
    RUN(oss_writer_finish(writer, call));
}

/* The last error belongs to this thread, and Go may go on on another one; the rest of the failure is with the writer. */
static oss_status with_reason(oss_status status, oss_writer *writer, oss_call *call, ossgo_outcome *outcome)
{
    if (status == OSS_OK)
        return status;
    size_t size = strlen(oss_last_error()) + 1;
    if ((outcome->own_reason = malloc(size)) != NULL)
        memcpy(outcome->own_reason, oss_last_error(), size);
    outcome->reason = outcome->own_reason;
    /* What never came to be written, because of a defect, say, the writer does not know. */
    if (oss_writer_failure(writer, call) == status)
        ossgo_finish(status, call, outcome);
    return status;
}

oss_status ossgo_writer_write(oss_writer *writer, const uint8_t *data, size_t length, OSSGO_WHO)
{
    BEGIN;
    return with_reason(oss_writer_write(writer, data, length), writer, call, outcome);
}

oss_status ossgo_writer_abort(oss_writer *writer, OSSGO_WHO)
{
    BEGIN;
    return with_reason(oss_writer_abort(writer), writer, call, outcome);
}
