/* Whole directories there and back, with deletions, filters and callbacks; all objects below a prefix.
 *
 *     directories DIRECTORY WORKERS
 *
 * The directory has "in/a", "in/d/b" and the link "in/link". */
#include "check.h"

#include <pthread.h>
#include <sys/stat.h>

static oss_bucket *bucket;
static oss_call *call;
static char in[4096], out[4096];
static int told, over;

static int tell(void *user, const oss_outcome *outcome)
{
    CHECK(user == &told);
    if (outcome->kind == OSS_OUTCOME_TRANSFERRED) {
        struct stat now;
        CHECK(stat(outcome->path, &now) == 0);
        NUMBER(now.st_size, outcome->size);
        NUMBER(now.st_mtime, outcome->file_modified_ns / 1000000000);
        NUMBER(now.st_ctime, outcome->file_changed_ns / 1000000000);
        CHECK(outcome->file_device == (uint64_t)now.st_dev && outcome->file_number == (uint64_t)now.st_ino);
        CHECK(outcome->etag && outcome->etag[0] == '"');
        NUMBER(-1, outcome->last_modified);
    }
    CHECK(outcome->key && outcome->kind >= OSS_OUTCOME_TRANSFERRED);
    told++;
    return 0;
}

static int stop(void *user, const oss_outcome *outcome)
{
    (void)user, (void)outcome;
    return 1;
}

static int no_d(void *user, const char *name)
{
    CHECK(user == NULL);
    return strcmp(name, "d/") != 0;
}

/* Looks at "a" and then wants no more. */
static int gives_up(void *user, const char *name)
{
    int *asked = (int *)user;
    CHECK(name[0] != '\0');
    return ++*asked == 1 ? 1 : -7;
}

static void counts(int transferred, int unchanged, int skipped, int failed, int deleted)
{
    NUMBER(transferred, oss_call_outcome_count(call, OSS_OUTCOME_TRANSFERRED));
    NUMBER(unchanged, oss_call_outcome_count(call, OSS_OUTCOME_UNCHANGED));
    NUMBER(skipped, oss_call_outcome_count(call, OSS_OUTCOME_SKIPPED));
    NUMBER(failed, oss_call_outcome_count(call, OSS_OUTCOME_FAILED));
    NUMBER(deleted, oss_call_outcome_count(call, OSS_OUTCOME_DELETED));
}

static void there(void)
{
    const oss_outcome *outcome;
    OK(oss_call_set_outcome(call, tell, &told));
    OK(oss_upload_directory(bucket, "p", in, 0, call));
    counts(2, 0, 1, 0, 0);
    NUMBER(3, told);
    NUMBER(8, oss_call_outcome_bytes(call, OSS_OUTCOME_TRANSFERRED));
    outcome = oss_call_outcome_at(call, 0);
    CHECK(outcome);
    NUMBER(OSS_OUTCOME_SKIPPED, outcome->kind);
    TEXT("p/link", outcome->key);
    SAYS("/in/link", outcome->path);
    SAYS("symbolic link", outcome->reason);
    NUMBER(OSS_UNSUPPORTED, outcome->status);
    CHECK(outcome->version_id == NULL);
    CHECK(oss_call_outcome_at(call, 1) == NULL);
    OK(oss_call_set_filter(call, no_d, NULL));
    OK(oss_upload_directory(bucket, "p", in, OSS_DIRECTORY_OVERWRITE, call));
    counts(1, 0, 1, 0, 0);
    OK(oss_call_set_filter(call, NULL, NULL));
    OK(oss_upload_directory(bucket, "p/", in, OSS_DIRECTORY_DELETE | OSS_DIRECTORY_DRY_RUN, call));
    counts(0, 2, 1, 0, 0);
    OK(oss_call_set_outcome(call, stop, NULL));
    STATUS(OSS_CANCELLED, oss_upload_directory(bucket, "p", in, 0, call));
    OK(oss_call_set_outcome(call, NULL, NULL));
}

/* A filter that gives up stops everything, also deletions, and is not asked again. */
static void given_up(const char *directory, int flags)
{
    int asked = 0, exists = 0;
    OK(oss_put_object(bucket, "p/extra", "x", 1, call));
    OK(oss_call_set_filter(call, gives_up, &asked));
    if (strcmp(directory, in) == 0)
        STATUS(OSS_CANCELLED, oss_upload_directory(bucket, "p", directory, flags, call));
    else
        STATUS(OSS_CANCELLED, oss_download_directory(bucket, "p", directory, flags, call));
    TEXT("the filter gave up (-7)", oss_call_error(call));
    NUMBER(OSS_CANCELLED, oss_call_status(call));
    NUMBER(2, asked);
    NUMBER(0, oss_call_outcome_count(call, OSS_OUTCOME_DELETED));
    OK(oss_call_set_filter(call, NULL, NULL));
    /* The cancel has done its work. */
    OK(oss_object_exists(bucket, "p/extra", &exists, call));
    NUMBER(1, exists);
    NUMBER(OSS_OK, oss_call_status(call));
    OK(oss_delete_object(bucket, "p/extra", call));
}

static void back(void)
{
    const oss_outcome *outcome;
    OK(oss_put_object(bucket, "p/../evil", "x", 1, call));
    STATUS(OSS_INVALID_ARGUMENT, oss_download_directory(bucket, "p", out, 0, call));
    counts(2, 0, 0, 1, 0);
    SAYS("1 failed: p/../evil", oss_call_error(call));
    outcome = oss_call_outcome_at(call, 0);
    CHECK(outcome && outcome->path == NULL);
    NUMBER(OSS_OUTCOME_FAILED, outcome->kind);
    NUMBER(OSS_INVALID_ARGUMENT, outcome->status);
    OK(oss_delete_object(bucket, "p/../evil", call));
    counts(0, 0, 0, 0, 0);
    OK(oss_delete_object(bucket, "p/a", call));
    OK(oss_download_directory(bucket, "p", out, OSS_DIRECTORY_DELETE, call));
    counts(0, 1, 0, 0, 1);
}

static int nothing(void *user, const char *name)
{
    (void)user, (void)name;
    return 0;
}

static void *sets(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST))
        oss_call_set_query(call, "x", "y");
    return NULL;
}

/* While another thread sets something, the call is busy; it never runs without what was set before. */
static void used_by_two(void)
{
    pthread_t thread;
    int runs = 0;
    oss_status status;
    told = 0;
    OK(oss_call_set_filter(call, nothing, NULL));
    OK(oss_call_set_outcome(call, tell, &told));
    CHECK(pthread_create(&thread, NULL, sets, NULL) == 0);
    while (runs < 100) {
        status = oss_upload_directory(bucket, "p", in, OSS_DIRECTORY_DRY_RUN, call);
        if (status == OSS_BUSY)
            continue;
        NUMBER(OSS_OK, status);
        runs++;
    }
    __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
    CHECK(pthread_join(thread, NULL) == 0);
    NUMBER(0, told);
    OK(oss_call_reset(call));
}

/* What was deleted is counted, also if it is more than the caller wanted to hear of. */
static void stopped_prefix(void)
{
    OK(oss_put_object(bucket, "s/1", "x", 1, call));
    OK(oss_put_object(bucket, "s/2", "x", 1, call));
    OK(oss_call_set_outcome(call, stop, NULL));
    STATUS(OSS_CANCELLED, oss_delete_prefix(bucket, "s/", 0, call));
    counts(0, 0, 0, 0, 2);
    OK(oss_call_set_outcome(call, NULL, NULL));
}

static void prefixes(void)
{
    STATUS(OSS_INVALID_ARGUMENT, oss_delete_prefix(bucket, "", 0, call));
    SAYS("OSS_DELETE_WHOLE_BUCKET", oss_call_error(call));
    OK(oss_put_object(bucket, "p\x01\x02", "x", 1, call));
    OK(oss_delete_prefix(bucket, "p", 0, call));
    counts(0, 0, 0, 0, 2);
    OK(oss_delete_prefix(bucket, "", OSS_DELETE_WHOLE_BUCKET | OSS_DELETE_VERSIONS, call));
    counts(0, 0, 0, 0, 0);
    OK(oss_call_cancel(call));
    OK(oss_call_reset(call));
    OK(oss_delete_prefix(bucket, "p", 0, NULL));
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    CHECK(argc == 3);
    snprintf(in, sizeof in, "%s/in", argv[1]);
    snprintf(out, sizeof out, "%s/out", argv[1]);
    bucket = create_bucket(config, "examplebucket");
    call = oss_call_new();
    CHECK(call);
    OK(oss_call_set_workers(call, atoi(argv[2])));
    there();
    given_up(in, OSS_DIRECTORY_DELETE);
    given_up(in, OSS_DIRECTORY_DRY_RUN);
    given_up(out, OSS_DIRECTORY_DELETE | OSS_DIRECTORY_DELETE_FROM_EMPTY);
    back();
    stopped_prefix();
    prefixes();
    used_by_two();
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
