/* Whole directories: the library does the work, this tells what became of each file. */
#include "ossctl.h"

#include <errno.h>
#include <fnmatch.h>
#include <unistd.h>

/* What the callbacks know. */
static struct {
    oss_bucket *bucket;
    const char *bucket_name;
    int is_upload, removes, failures;
} tree;

static int matches(const char *pattern, const char *name)
{
    return fnmatch(pattern, name, 0) == 0 || (!strchr(pattern, '/') && fnmatch(pattern, last_part(name), 0) == 0);
}

/* Patterns that end with a slash are about directories, the others about files; the last one that fits decides. */
static int is_wanted(void *user, const char *name)
{
    const size_t length = strlen(name);
    const int is_directory = length > 0 && name[length - 1] == '/';
    int i, wanted = 1;
    char *plain = joined(name, "");
    (void)user;
    if (is_directory)
        plain[length - 1] = '\0';
    for (i = 0; i < options.pattern_count; i++) {
        char *pattern = joined(options.patterns[i].text, "");
        const size_t end = strlen(pattern);
        const int of_directory = end > 0 && pattern[end - 1] == '/';
        if (of_directory)
            pattern[end - 1] = '\0';
        if (of_directory == is_directory && matches(pattern, plain))
            wanted = options.patterns[i].is_include;
        free(pattern);
    }
    free(plain);
    return wanted;
}

/* The same for a name and all directories that it lies in. */
static int is_all_wanted(const char *name)
{
    char *part = joined(name, "");
    size_t i;
    int wanted = 1;
    for (i = 0; name[i] && wanted; i++)
        if (name[i] == '/' && name[i + 1]) {
            part[i + 1] = '\0';
            wanted = is_wanted(NULL, part);
            part[i + 1] = name[i + 1];
        }
    free(part);
    return wanted && is_wanted(NULL, name);
}

static void tell(const char *action, const oss_outcome *outcome)
{
    if (options.json) {
        json_begin();
        json_text("action", action);
        json_text("bucket", tree.bucket_name);
        json_text("key", outcome->key);
        json_text("version_id", outcome->version_id);
        json_text("path", outcome->path);
        json_number("bytes", outcome->size);
        json_text("reason", outcome->reason);
        if (options.dry_run)
            json_number("dry_run", 1);
        json_end();
        return;
    }
    switch (outcome->kind) {
    case OSS_OUTCOME_TRANSFERRED:
        if (tree.is_upload)
            say("%s -> oss://%s/%s (%lld bytes)", outcome->path, tree.bucket_name, outcome->key, (long long)outcome->size);
        else
            say("oss://%s/%s -> %s (%lld bytes)", tree.bucket_name, outcome->key, outcome->path, (long long)outcome->size);
        break;
    case OSS_OUTCOME_DELETED:
        if (outcome->path)
            say("deleted %s", outcome->path);
        else
            say("deleted oss://%s/%s", tree.bucket_name, outcome->key);
        break;
    case OSS_OUTCOME_SKIPPED:
    case OSS_OUTCOME_FAILED:
        complain("%s %s: %s", action, outcome->path && tree.is_upload ? outcome->path : outcome->key, outcome->reason);
        break;
    default:
        break;
    }
}

/* The source of what was moved goes, and not before it has arrived. */
static void remove_source(const oss_outcome *outcome)
{
    if (tree.is_upload) {
        if (unlink(outcome->path) == 0)
            return;
        complain("%s is stored, but cannot be removed here: %s", outcome->path, strerror(errno));
    } else {
        const oss_status status = oss_delete_object(tree.bucket, outcome->key, second);
        if (status == OSS_OK)
            return;
        failed("remove", outcome->key, second, status);
    }
    tree.failures++;
}

static int on_outcome(void *user, const oss_outcome *outcome)
{
    static const char *const actions[] = {"", "transferred", "unchanged", "skipped", "failed", "deleted"};
    const int known = outcome->kind >= 1 && outcome->kind <= OSS_OUTCOME_DELETED;
    (void)user;
    tell(actions[known ? outcome->kind : 0], outcome);
    if (tree.removes && (outcome->kind == OSS_OUTCOME_TRANSFERRED || outcome->kind == OSS_OUTCOME_UNCHANGED))
        remove_source(outcome);
    return 0;
}

static void summarize(void)
{
    const long long transferred = oss_call_outcome_count(call, OSS_OUTCOME_TRANSFERRED);
    const long long unchanged = oss_call_outcome_count(call, OSS_OUTCOME_UNCHANGED);
    const long long skipped = oss_call_outcome_count(call, OSS_OUTCOME_SKIPPED);
    const long long failures = oss_call_outcome_count(call, OSS_OUTCOME_FAILED);
    const long long deleted = oss_call_outcome_count(call, OSS_OUTCOME_DELETED);
    const long long bytes = oss_call_outcome_bytes(call, OSS_OUTCOME_TRANSFERRED);
    if (options.json) {
        json_begin();
        json_text("action", "summary");
        json_number("transferred", transferred);
        json_number("transferred_bytes", bytes);
        json_number("unchanged", unchanged);
        json_number("skipped", skipped);
        json_number("failed", failures);
        json_number("deleted", deleted);
        json_end();
    }
    say("%s%lld transferred (%lld bytes), %lld unchanged, %lld skipped, %lld failed, %lld deleted",
        options.dry_run ? "would be: " : "", transferred, bytes, unchanged, skipped, failures, deleted);
}

/* What was told, and what it means for the exit code. */
static int finish(const char *doing, const char *what, oss_status status)
{
    const int some_failed = oss_call_outcome_count(call, OSS_OUTCOME_FAILED) > 0;
    int code = EXIT_DONE;
    if (status != OSS_OK)
        code = failed(doing, what, call, status);
    summarize();
    oss_call_free(second);
    second = NULL;
    if (code < 128 && (some_failed || (code == EXIT_DONE && tree.failures)))
        code = EXIT_FAILED;
    return code;
}

static int begin(const char *bucket, const char *label, int is_upload, int removes)
{
    tree.bucket = open_bucket(bucket);
    tree.bucket_name = bucket;
    tree.is_upload = is_upload;
    tree.removes = removes;
    tree.failures = 0;
    second = oss_call_new();
    if (!tree.bucket || !second)
        return EXIT_USAGE;
    oss_call_set_outcome(call, on_outcome, NULL);
    if (options.pattern_count)
        oss_call_set_filter(call, is_wanted, NULL);
    watch_progress(label);
    return EXIT_DONE;
}

int tree_flags(void)
{
    return (options.delete_extra ? OSS_DIRECTORY_DELETE : 0)
         | (options.delete_from_empty ? OSS_DIRECTORY_DELETE_FROM_EMPTY : 0)
         | (options.overwrite ? OSS_DIRECTORY_OVERWRITE : 0) | (options.checksum ? OSS_DIRECTORY_COMPARE_CONTENT : 0)
         | (options.follow ? OSS_DIRECTORY_FOLLOW_LINKS : 0) | (options.stop ? OSS_DIRECTORY_STOP_AT_FAILURE : 0)
         | (options.markers ? OSS_DIRECTORY_MARKERS : 0) | (options.dry_run ? OSS_DIRECTORY_DRY_RUN : 0);
}

int upload_tree(const char *directory, const struct place *to, int flags, int removes)
{
    if (begin(to->bucket, directory, 1, removes) != EXIT_DONE)
        return EXIT_USAGE;
    return finish("put", directory, oss_upload_directory(tree.bucket, to->key, directory, flags, call));
}

int download_tree(const struct place *from, const char *directory, int flags, int removes)
{
    if (begin(from->bucket, from->text, 0, removes) != EXIT_DONE)
        return EXIT_USAGE;
    return finish("get", from->text, oss_download_directory(tree.bucket, from->key, directory, flags, call));
}

int delete_tree(const char *bucket, const char *prefix, int flags)
{
    if (begin(bucket, bucket, 0, 0) != EXIT_DONE)
        return EXIT_USAGE;
    return finish("rm", prefix, oss_delete_prefix(tree.bucket, prefix, flags, call));
}

/* ---- OSS to OSS ---- */

/* Copies one object of a listing; a status, which was said if it is not good. */
static oss_status copy_entry(const struct place *from, const oss_entry *entry, const struct place *to, const char *key,
                             int removes)
{
    oss_status status = copy_object(from->bucket, entry->name, to->bucket, key, second);
    if (status == OSS_OK && removes)
        status = oss_delete_object(tree.bucket, entry->name, second);
    if (status != OSS_OK) {
        failed(removes ? "move" : "copy", entry->name, second, status);
        return status;
    }
    if (options.json) {
        json_begin();
        json_text("action", removes ? "moved" : "copied");
        json_text("bucket", from->bucket);
        json_text("key", entry->name);
        json_text("target_bucket", to->bucket);
        json_text("target_key", key);
        json_number("bytes", entry->size);
        json_end();
    }
    say("oss://%s/%s -> oss://%s/%s (%lld bytes)", from->bucket, entry->name, to->bucket, key, (long long)entry->size);
    return OSS_OK;
}

static int copy_listed(const struct place *from, const char *prefix, const struct place *to, int removes)
{
    const oss_entry *entry = NULL;
    long long copied = 0, failures = 0;
    oss_status status;
    oss_call_set_query(call, "max-keys", "1000");
    status = oss_list_objects_v2(tree.bucket, prefix, NULL, call);
    while (status == OSS_OK && (status = oss_call_next(call, &entry)) == OSS_OK && entry) {
        const char *name = entry->name + strlen(prefix);
        char *key;
        if (options.pattern_count && !is_all_wanted(name))
            continue;
        key = joined(to->key, name);
        if (copy_entry(from, entry, to, key, removes) == OSS_OK)
            copied++;
        else
            failures++;
        free(key);
        if (failures && options.stop)
            break;
    }
    say("%lld %s, %lld failed", copied, removes ? "moved" : "copied", failures);
    if (status != OSS_OK)
        return failed("list", from->text, call, status);
    return failures ? EXIT_FAILED : EXIT_DONE;
}

int copy_tree(const struct place *from, const struct place *to, int removes)
{
    char *prefix = directory_key(from->key);
    int code;
    if (strcmp(from->bucket, to->bucket) == 0 && strncmp(to->key, prefix, strlen(prefix)) == 0) {
        complain("%s: the target %s lies in it", from->text, to->text);
        free(prefix);
        return EXIT_USAGE;
    }
    prepare(); /* headers of objects are not for listings */
    code = begin(from->bucket, from->text, 0, 0);
    if (code == EXIT_DONE && !open_bucket(to->bucket))
        code = EXIT_USAGE;
    if (code == EXIT_DONE) {
        limit(second);
        replace_headers(second);
    }
    if (code == EXIT_DONE)
        code = copy_listed(from, prefix, to, removes);
    oss_call_free(second);
    second = NULL;
    free(prefix);
    return code;
}

int run_sync(int count, char **arguments)
{
    struct place from, to;
    if (count != 2 || parse_place(arguments[0], &from) != EXIT_DONE || parse_place(arguments[1], &to) != EXIT_DONE)
        return complain("sync needs a source and a target; see --help"), EXIT_USAGE;
    if (from.is_oss == to.is_oss || from.is_stream || to.is_stream) {
        complain("sync is between a directory and oss://BUCKET/PREFIX; within OSS there is cp -r");
        return EXIT_USAGE;
    }
    if (from.is_oss)
        return download_tree(&from, to.text, tree_flags(), 0);
    store_headers(call);
    return upload_tree(from.text, &to, tree_flags(), 0);
}
