/* Whole directories: the library does the work, this tells what became of each file. */
#include "ossctl.h"

#include <fnmatch.h>

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
int is_all_wanted(const char *name)
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
        complain(EXIT_FAILED, "%s %s: %s", action, outcome->path && tree.is_upload ? outcome->path : outcome->key, outcome->reason);
        break;
    default:
        break;
    }
}

static int remove_uploaded(const oss_outcome *outcome)
{
    const struct file_state sent = {outcome->size, outcome->file_modified_ns, outcome->file_changed_ns,
                                    outcome->file_device, outcome->file_number};
    return remove_file(outcome->path, &sent, tree.bucket, outcome->key, second);
}

static int remove_fetched(const oss_outcome *outcome)
{
    const struct object_state arrived = {(char *)outcome->etag, NULL, outcome->last_modified};
    int is_kept;
    const oss_status status = remove_object(tree.bucket, outcome->key, &arrived, second, &is_kept);
    if (is_kept)
        return complain_kept(tree.bucket_name, outcome->key);
    return status == OSS_OK ? EXIT_DONE : failed("remove", outcome->key, second, status);
}

/* The source of what was moved goes, if it is what has arrived. Local directories stay, so those of markers, too. */
static void remove_source(const oss_outcome *outcome)
{
    int code = EXIT_DONE;
    if (!tree.is_upload)
        code = remove_fetched(outcome);
    else if (!ends_with_slash(outcome->key))
        code = remove_uploaded(outcome);
    tree.failures += code != EXIT_DONE;
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

void tree_summary(long long transferred, int64_t bytes, long long unchanged, long long skipped, long long failures,
                  long long deleted)
{
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
        options.dry_run ? "would be: " : "", transferred, (long long)bytes, unchanged, skipped, failures, deleted);
}

static void summarize(void)
{
    tree_summary(oss_call_outcome_count(call, OSS_OUTCOME_TRANSFERRED), oss_call_outcome_bytes(call, OSS_OUTCOME_TRANSFERRED),
                 oss_call_outcome_count(call, OSS_OUTCOME_UNCHANGED), oss_call_outcome_count(call, OSS_OUTCOME_SKIPPED),
                 oss_call_outcome_count(call, OSS_OUTCOME_FAILED), oss_call_outcome_count(call, OSS_OUTCOME_DELETED));
}

/* What was told, and what it means for the exit code. */
static int finish(const char *doing, const char *what, oss_status status)
{
    const int some_failed = oss_call_outcome_count(call, OSS_OUTCOME_FAILED) > 0;
    int code = EXIT_DONE;
    if (status != OSS_OK)
        code = failed(doing, what, call, status);
    summarize();
    free_second();
    if (code < 128 && (some_failed || (code == EXIT_DONE && tree.failures)))
        code = EXIT_FAILED;
    return code;
}

static int begin(const char *bucket, const char *label, int is_upload, int removes)
{
    int code;
    tree.bucket = open_bucket(bucket);
    tree.bucket_name = bucket;
    tree.is_upload = is_upload;
    tree.removes = removes;
    tree.failures = 0;
    if (!tree.bucket)
        return no_bucket();
    if ((code = open_second()) != EXIT_DONE)
        return code;
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
    const int begun = begin(to->bucket, directory, 1, removes);
    if (begun != EXIT_DONE)
        return begun;
    return finish("put", directory, oss_upload_directory(tree.bucket, to->key, directory, flags, call));
}

int download_tree(const struct place *from, const char *directory, int flags, int removes)
{
    const int begun = begin(from->bucket, from->text, 0, removes);
    if (begun != EXIT_DONE)
        return begun;
    return finish("get", from->text, oss_download_directory(tree.bucket, from->key, directory, flags, call));
}

int delete_tree(const char *bucket, const char *prefix, int flags)
{
    const int begun = begin(bucket, bucket, 0, 0);
    if (begun != EXIT_DONE)
        return begun;
    return finish("rm", prefix, oss_delete_prefix(tree.bucket, prefix, flags, call));
}

int run_sync(int count, char **arguments)
{
    struct place from, to;
    if (count != 2)
        return complain(EXIT_USAGE, "sync needs a source and a target; see --help");
    if (parse_place(arguments[0], &from) != EXIT_DONE || parse_place(arguments[1], &to) != EXIT_DONE)
        return EXIT_USAGE;
    if ((!from.is_oss && !to.is_oss) || from.is_stream || to.is_stream)
        return complain(EXIT_USAGE, "sync is between a directory and oss://BUCKET/PREFIX, or two of those");
    if (check_options(&from, 1, &to, 1) != EXIT_DONE)
        return EXIT_USAGE;
    if (from.is_oss && to.is_oss)
        return copy_tree(&from, &to, 0);
    if (from.is_oss)
        return download_tree(&from, to.text, tree_flags(), 0);
    store_headers(call);
    return upload_tree(from.text, &to, tree_flags(), 0);
}
