/* The source of what is moved, which is removed only if it is still what arrived: neither the service nor the system removes
 * "this version" of something, so it is looked at as late as possible. */
#include "ossctl.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files here ---- */

#ifdef __APPLE__
#define NANOSECONDS(found, of) ((int64_t)(found).st_##of##time * 1000000000 + (found).st_##of##timensec)
#else
#define NANOSECONDS(found, of) ((int64_t)(found).st_##of##tim.tv_sec * 1000000000 + (found).st_##of##tim.tv_nsec)
#endif

static void describe(const struct stat *found, struct file_state *state)
{
    state->size = (int64_t)found->st_size;
    state->modified_ns = NANOSECONDS(*found, m);
    state->changed_ns = NANOSECONDS(*found, c);
    state->device = (uint64_t)found->st_dev;
    state->number = (uint64_t)found->st_ino;
}

/* Before it is sent; whether there is something. */
int look_at_file(const char *path, struct file_state *state)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return 0;
    describe(&found, state);
    return 1;
}

static int is_unwritten(const struct file_state *now, const struct file_state *sent)
{
    return now->size == sent->size && now->modified_ns == sent->modified_ns && now->device == sent->device
        && now->number == sent->number;
}

/* CRC-64 of what is in the file; whether all of it could be read. */
static int checksum(const char *path, uint64_t *crc64)
{
    static char buffer[1 << 16];
    FILE *file = fopen(path, "rb");
    size_t got;
    int is_good;
    if (!file)
        return 0;
    *crc64 = 0;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        *crc64 = oss_crc64(*crc64, buffer, got);
    is_good = !ferror(file);
    fclose(file);
    return is_good;
}

/* Whether the content of the file is that of the object. */
static int is_content(const char *path, oss_bucket *bucket, const char *key, oss_call *with)
{
    uint64_t crc64;
    const char *there;
    char here[32];
    if (oss_head_object(bucket, key, with) != OSS_OK || !checksum(path, &crc64))
        return 0;
    there = oss_call_response_header(with, OSS_HEADER_HASH_CRC64);
    snprintf(here, sizeof here, "%llu", (unsigned long long)crc64);
    return there && strcmp(there, here) == 0;
}

/* Removes a file that became the object `key` and was like `sent` before anything of it was read. An exit code. */
int remove_file(const char *path, const struct file_state *sent, oss_bucket *bucket, const char *key, oss_call *with)
{
    struct file_state now, later;
    int is_same = look_at_file(path, &now);
    if (!is_same)
        return complain(EXIT_LOCAL, "%s is stored, but cannot be removed here: %s", path, strerror(errno));
    is_same = is_unwritten(&now, sent);
    /* Its mode, another name of it, or its content by somebody who set its time back. */
    if (is_same && now.changed_ns != sent->changed_ns)
        is_same = is_content(path, bucket, key, with) && look_at_file(path, &later) && is_unwritten(&later, &now)
               && later.changed_ns == now.changed_ns;
    if (!is_same)
        return complain(EXIT_LOCAL, "%s is stored as it was, but changed while it was sent: it stays here", path);
    if (unlink(path) != 0)
        return complain(EXIT_LOCAL, "%s is stored, but cannot be removed here: %s", path, strerror(errno));
    return EXIT_DONE;
}

/* ---- objects ---- */

void free_object_state(struct object_state *state)
{
    free(state->etag);
    free(state->version_id);
    state->etag = state->version_id = NULL;
}

static char *copied(const char *text)
{
    return text ? joined(text, "") : NULL;
}

/* What the last answer says of the object. To be freed by free_object_state(). */
void look_at_object(oss_call *answered, struct object_state *state)
{
    state->etag = copied(oss_call_etag(answered));
    state->version_id = copied(oss_call_version_id(answered));
    state->modified = oss_call_last_modified(answered);
}

static int is_text(const char *one, const char *other)
{
    return one && other && strcmp(one, other) == 0;
}

/* Deletes the object if it still is as `arrived` says; `*is_kept` if it is another one by now. One that is gone is deleted. */
oss_status remove_object(oss_bucket *bucket, const char *key, const struct object_state *arrived, oss_call *with, int *is_kept)
{
    oss_status status = oss_head_object(bucket, key, with);
    const char *version_id;
    *is_kept = 0;
    if (status != OSS_OK)
        return status == OSS_NOT_FOUND && is_text(oss_call_code(with), "NoSuchKey") ? OSS_OK : status;
    version_id = oss_call_version_id(with);
    if (!is_text(oss_call_etag(with), arrived->etag)
        || (arrived->modified >= 0 && oss_call_last_modified(with) != arrived->modified)
        || (arrived->version_id && version_id && !is_text(version_id, arrived->version_id))) {
        *is_kept = 1;
        return OSS_OK;
    }
    return oss_delete_object(bucket, key, with);
}

/* Says that remove_object() kept it. The exit code. */
int complain_kept(const char *bucket, const char *key)
{
    return complain(EXIT_FAILED, "oss://%s/%s: what it was has arrived, but another object was stored there meanwhile: it stays",
                    bucket, key);
}
