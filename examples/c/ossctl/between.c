/* Objects become others within OSS. The main thread compares two listings, several workers copy what differs, each with
 * calls of its own: handles of buckets are for all threads, a call is for one at a time. */
#include "ossctl.h"

#include <pthread.h>

enum { MOST_QUEUED = 1000, PAGE = 1000 };

/* Objects of more bytes are copied by several parts at a time, the others several at a time. */
static const int64_t large = (int64_t)1 << 30;

/* An object to copy. */
struct job {
    struct job *next;
    char *from, *to;
    int64_t size;
    int compares; /* only if its content is another one than at the target */
    struct object_state listed; /* as it was before it was copied */
    int is_kept;                /* it is another one by now, so it was not removed */
};

/* One side: what is below a prefix, in the order of the bytes of the names. */
struct side {
    oss_call *with;
    const char *what, *prefix;
    const oss_entry *entry; /* NULL after the last */
    char *last;
    int is_told; /* what is wrong with it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* What all threads know; with the lock held. */
static struct {
    const struct place *source, *target;
    oss_bucket *from, *to;
    int removes, keeps_same, is_closed, is_stopped, workers, queued, code;
    struct job *first, **end;
    long long copied, unchanged, failures, deleted;
    int64_t copied_bytes, planned, done;
} work;

static void tell_json(const char *action, const char *from, const char *to, int64_t bytes)
{
    json_begin();
    json_text("action", action);
    json_text("bucket", work.source->bucket);
    json_text("key", from);
    json_text("target_bucket", work.target->bucket);
    json_text("target_key", to);
    json_number("bytes", bytes);
    if (options.dry_run)
        json_number("dry_run", 1);
    json_end();
}

/* What became of a job. */
static void tell(const struct job *job, const char *doing, oss_call *with, oss_status status, int is_same)
{
    pthread_mutex_lock(&lock);
    work.done += job->size;
    if (status != OSS_OK || job->is_kept) {
        const int code = job->is_kept ? complain_kept(work.source->bucket, job->from) : failed(doing, job->from, with, status);
        work.failures++;
        if (code >= 128 || work.code == EXIT_DONE)
            work.code = code;
        if (options.stop || status == OSS_CANCELLED || status == OSS_CREDENTIALS)
            work.is_stopped = 1;
    } else {
        *(is_same ? &work.unchanged : &work.copied) += 1;
        work.copied_bytes += is_same ? 0 : job->size;
        if (options.json)
            tell_json(is_same ? "unchanged" : work.removes ? "moved" : "copied", job->from, job->to,
                      job->size);
        if (!is_same)
            say("oss://%s/%s -> oss://%s/%s (%lld bytes)", work.source->bucket, job->from, work.target->bucket, job->to,
                (long long)job->size);
    }
    step_progress(work.done, work.is_closed ? work.planned : -1);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* Whether both have a CRC-64, and the same. */
static oss_status compare(const struct job *job, oss_call *with, int *is_same)
{
    char *crc64;
    const char *there;
    oss_status status = oss_head_object(work.from, job->from, with);
    if (status != OSS_OK)
        return status;
    there = oss_call_response_header(with, OSS_HEADER_HASH_CRC64);
    crc64 = joined(there ? there : "", "");
    status = oss_head_object(work.to, job->to, with);
    there = status == OSS_OK ? oss_call_response_header(with, OSS_HEADER_HASH_CRC64) : NULL;
    *is_same = there && *crc64 && strcmp(there, crc64) == 0;
    free(crc64);
    return status == OSS_NOT_FOUND ? OSS_OK : status;
}

static void perform(struct job *job, struct worker *worker)
{
    int is_same = 0;
    oss_status status = OSS_OK;
    oss_call *with = worker->asking;
    const char *doing = work.removes ? "move" : "copy";
    if (job->compares)
        status = compare(job, worker->asking, &is_same);
    if (status == OSS_OK && !is_same && !options.dry_run) {
        with = worker->copying;
        oss_call_set_workers(with, job->size > large ? work.workers : 1);
        status = copy_by_service(work.to, job->to, work.source->bucket, job->from, with);
    }
    if (status == OSS_OK && work.removes) {
        with = worker->asking;
        status = remove_object(work.from, job->from, &job->listed, with, &job->is_kept);
    }
    tell(job, doing, with, status, is_same);
}

static void free_job(struct job *job)
{
    free(job->from);
    free(job->to);
    free_object_state(&job->listed);
    free(job);
}

/* The next job; NULL if there will be none. */
static struct job *take(void)
{
    struct job *job;
    pthread_mutex_lock(&lock);
    while (!work.first && !work.is_closed && !work.is_stopped)
        pthread_cond_wait(&changed, &lock);
    job = work.is_stopped ? NULL : work.first;
    if (job) {
        work.first = job->next;
        work.queued--;
        if (!work.first)
            work.end = &work.first;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return job;
}

static void *run_worker(void *argument)
{
    struct job *job;
    while ((job = take()) != NULL) {
        perform(job, argument);
        free_job(job);
    }
    return NULL;
}

/* Hands a job to the workers; whether to go on. Without workers it is done here. */
static int add(const oss_entry *from, const char *to, int compares, int has_threads)
{
    struct job *job = calloc(1, sizeof *job);
    int goes_on;
    if (!job) {
        complain(EXIT_FAILED, "there is no memory");
        exit(EXIT_FAILED);
    }
    job->from = joined(from->name, "");
    job->to = joined(to, "");
    job->size = from->size;
    job->compares = compares;
    job->listed.etag = from->etag ? joined(from->etag, "") : NULL;
    job->listed.modified = from->time;
    pthread_mutex_lock(&lock);
    work.planned += from->size;
    while (has_threads && work.queued >= MOST_QUEUED && !work.is_stopped)
        pthread_cond_wait(&changed, &lock);
    goes_on = !work.is_stopped;
    if (has_threads && goes_on) {
        *work.end = job;
        work.end = &job->next;
        work.queued++;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    if (!has_threads && goes_on)
        perform(job, &workers[0]);
    if (!has_threads || !goes_on)
        free_job(job);
    return goes_on;
}

/* ---- both sides ---- */

/* Goes to the next object that no pattern leaves out. What is compared has to be sorted: else objects that are on both sides
 * would look as if they were on one, and be deleted. */
static oss_status step(struct side *side)
{
    const size_t length = strlen(side->prefix);
    oss_status status;
    while ((status = oss_call_next(side->with, &side->entry)) == OSS_OK && side->entry) {
        const char *key = side->entry->name;
        if (strncmp(key, side->prefix, length) != 0 || (side->last && strcmp(side->last, key) >= 0)) {
            pthread_mutex_lock(&lock);
            hide_progress();
            work.code = complain(EXIT_FAILED, "%s: the listing is not sorted, or is of something else", side->what);
            pthread_mutex_unlock(&lock);
            side->is_told = 1;
            return OSS_BAD_RESPONSE;
        }
        free(side->last);
        side->last = joined(key, "");
        if (!options.pattern_count || is_all_wanted(key + length))
            return OSS_OK;
    }
    return status;
}

/* The first object, or the next one; says why if that fails. */
static oss_status next(struct side *side, oss_bucket *begins)
{
    oss_status status = OSS_OK;
    if (begins) {
        oss_call_set_query(side->with, "max-keys", "1000");
        status = oss_list_objects_v2(begins, side->prefix, NULL, side->with);
    }
    if (status == OSS_OK)
        status = step(side);
    if (status != OSS_OK && !side->is_told) {
        pthread_mutex_lock(&lock);
        work.code = failed("list", side->what, side->with, status);
        pthread_mutex_unlock(&lock);
    }
    return status;
}

/* Names that only the target has. */
struct extra {
    char **keys;
    size_t count, room;
};

static void add_extra(struct extra *extra, const char *key)
{
    if (extra->count == extra->room) {
        char **keys = realloc(extra->keys, (extra->room * 2 + 64) * sizeof *keys);
        if (!keys) {
            complain(EXIT_FAILED, "there is no memory to note down what is to be deleted");
            exit(EXIT_FAILED);
        }
        extra->keys = keys;
        extra->room = extra->room * 2 + 64;
    }
    extra->keys[extra->count++] = joined(key, "");
}

/* Compares both sides, and plans what is to be done; `*sources` is how many files the source has. */
static oss_status plan(struct side *here, struct side *there, struct extra *extra, long long *sources, int has_threads)
{
    const size_t length = strlen(here->prefix), other = strlen(there->prefix);
    oss_status status = OSS_OK;
    while (status == OSS_OK && (here->entry || there->entry)) {
        const int order = !there->entry  ? -1
                          : !here->entry ? 1
                                         : strcmp(here->entry->name + length, there->entry->name + other);
        if (order <= 0) {
            const oss_entry *entry = here->entry, *match = order == 0 ? there->entry : NULL;
            const int may_be_same = work.keeps_same && match && match->size == entry->size;
            const int is_same = may_be_same && !options.checksum && entry->etag && match->etag
                                && strcmp(entry->etag, match->etag) == 0;
            char *to = joined(there->prefix, entry->name + length);
            int goes_on = 1;
            /* Markers of directories alone are also what is left when all files are gone. */
            *sources += !ends_with_slash(entry->name) || entry->size > 0;
            if (is_same) {
                const struct job same = {NULL, (char *)entry->name, to, entry->size, 0, {NULL, NULL, -1}, 0};
                pthread_mutex_lock(&lock);
                work.planned += same.size;
                pthread_mutex_unlock(&lock);
                tell(&same, "", NULL, OSS_OK, 1);
            } else {
                goes_on = add(entry, to, may_be_same, has_threads);
            }
            free(to);
            if (!goes_on)
                return OSS_OK;
        } else if (there->entry->name[other]) {
            add_extra(extra, there->entry->name);
        }
        if (order <= 0)
            status = next(here, NULL);
        if (order >= 0 && status == OSS_OK)
            status = next(there, NULL);
    }
    return status;
}

static void tell_deleted(const char *key)
{
    work.deleted++;
    if (options.json) {
        json_begin();
        json_text("action", "deleted");
        json_text("bucket", work.target->bucket);
        json_text("key", key);
        if (options.dry_run)
            json_number("dry_run", 1);
        json_end();
    }
    say("deleted oss://%s/%s", work.target->bucket, key);
}

/* Deletes at the target what the source does not have. */
static int delete_extra(const struct extra *extra, long long sources)
{
    size_t at;
    if (sources == 0 && extra->count > 0 && !options.delete_from_empty)
        return complain(EXIT_USAGE, "--delete: the source has no file, so everything at the target (%lu objects) would be deleted; "
                 "--delete-from-empty allows that",
                 (unsigned long)extra->count);
    for (at = 0; at < extra->count; at += PAGE) {
        const size_t rest = extra->count - at, count = rest < PAGE ? rest : PAGE;
        const oss_entry *entry = NULL;
        oss_status status = OSS_OK;
        size_t i;
        if (options.dry_run) {
            for (i = 0; i < count; i++)
                tell_deleted(extra->keys[at + i]);
            continue;
        }
        prepare();
        status = oss_delete_multiple_objects(work.to, (const char *const *)extra->keys + at, NULL, count, 0, call);
        while (status == OSS_OK && (status = oss_call_next(call, &entry)) == OSS_OK && entry) {
            if (entry->kind == OSS_ENTRY_DELETED) {
                tell_deleted(entry->name);
            } else {
                complain(EXIT_FAILED, "%s: the service did not delete it", entry->name);
                work.failures++;
            }
        }
        if (status != OSS_OK)
            return failed("delete at", work.target->text, call, status);
    }
    return EXIT_DONE;
}

/* ---- all of it ---- */

static int make_workers(void)
{
    int i;
    work.workers = options.workers ? (int)options.workers : 3;
    for (i = 0; i < work.workers; i++) {
        workers[i].copying = oss_call_new();
        workers[i].asking = oss_call_new();
        if (!workers[i].copying || !workers[i].asking)
            return 0;
        limit(workers[i].copying);
        keep_records(workers[i].copying);
        replace_headers(workers[i].copying);
        limit(workers[i].asking);
    }
    return 1;
}

static void free_workers(void)
{
    int i;
    for (i = 0; i < MOST_WORKERS; i++) {
        oss_call *copying = workers[i].copying, *asking = workers[i].asking;
        workers[i].copying = workers[i].asking = NULL; /* no signal may find what is gone */
        oss_call_free(copying);
        oss_call_free(asking);
    }
}

/* Runs the workers while this thread compares. */
static oss_status run_all(struct side *here, struct side *there, struct extra *extra, long long *sources)
{
    pthread_t threads[MOST_WORKERS];
    int i, count = 0;
    oss_status status = next(here, work.from);
    if (status == OSS_OK && there->with)
        status = next(there, work.to);
    for (i = 0; status == OSS_OK && i < work.workers; i++)
        if (pthread_create(&threads[count], NULL, run_worker, &workers[i]) == 0)
            count++;
    if (status == OSS_OK)
        status = plan(here, there, extra, sources, count > 0);
    pthread_mutex_lock(&lock);
    work.is_closed = 1;
    if (status == OSS_CANCELLED)
        work.is_stopped = 1;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    while (work.first) {
        struct job *job = work.first;
        work.first = job->next;
        free_job(job);
    }
    return status;
}

static int copy_all(const struct place *from, const struct place *to, const char *prefix, const char *target)
{
    struct side here = {call, from->text, prefix, NULL, NULL, 0}, there = {NULL, to->text, target, NULL, NULL, 0};
    struct extra extra = {NULL, 0, 0};
    long long sources = 0;
    oss_status status;
    int code;
    if ((options.delete_extra || work.keeps_same) && (code = open_second()) != EXIT_DONE)
        return code;
    there.with = second;
    status = run_all(&here, &there, &extra, &sources);
    hide_progress();
    /* One of several that failed is no reason to say more than that; what ended all of it is. */
    code = status != OSS_OK || work.code >= 128 ? work.code : work.failures ? EXIT_FAILED : EXIT_DONE;
    if (options.delete_extra && code == EXIT_DONE)
        code = delete_extra(&extra, sources);
    else if (options.delete_extra)
        complain(code, "therefore nothing was deleted");
    tree_summary(work.copied, work.copied_bytes, work.unchanged, 0, work.failures, work.deleted);
    while (extra.count)
        free(extra.keys[--extra.count]);
    free(extra.keys);
    free(here.last);
    free(there.last);
    free_second();
    return code == EXIT_DONE && work.failures ? EXIT_FAILED : code;
}

static int lies_in(const char *inner, const char *outer)
{
    return strncmp(inner, outer, strlen(outer)) == 0;
}

/* Makes what is below `to` like what is below `from`, or adds to it; `removes` has what was copied deleted at its source. */
int copy_tree(const struct place *from, const struct place *to, int removes)
{
    char *prefix = directory_key(from->key), *target = directory_key(to->key);
    const int is_one_bucket = strcmp(from->bucket, to->bucket) == 0;
    /* What gets other headers is another object, even if its content is the same. So is what has other metadata, which is
     * gone once its source is removed. */
    const int is_described = options.content_type || options.metadata_count || options.acl || options.storage_class;
    int code = EXIT_DONE;
    memset(&work, 0, sizeof work);
    work.end = &work.first;
    work.source = from;
    work.target = to;
    work.removes = removes;
    work.keeps_same = !(options.overwrite || is_described || removes);
    /* Either way a copy could be written over an object that is still to be copied. */
    if (is_one_bucket && (lies_in(target, prefix) || lies_in(prefix, target))) {
        code = complain(EXIT_USAGE, "%s and %s: one of them lies in the other", from->text, to->text);
    }
    prepare(); /* headers of objects are not for listings */
    if (code == EXIT_DONE && (!(work.from = open_bucket(from->bucket)) || !(work.to = open_bucket(to->bucket))))
        code = no_bucket();
    if (code == EXIT_DONE && !make_workers()) {
        code = complain(EXIT_FAILED, "%s", oss_last_error());
    }
    if (code == EXIT_DONE) {
        watch_progress(from->text);
        code = copy_all(from, to, prefix, target);
    }
    free_workers();
    free(prefix);
    free(target);
    return code;
}
