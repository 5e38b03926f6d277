/* Single files and objects: put, get, cp, mv, cat. Large ones go in parts and are resumed. */
#include "ossctl.h"

#include <errno.h>
#include <sys/stat.h>

/* What the options say about objects that are stored. */
void store_headers(oss_call *with)
{
    int i;
    if (options.content_type)
        oss_call_set_content_type(with, options.content_type);
    if (options.acl)
        oss_call_set_object_acl(with, options.acl);
    if (options.storage_class)
        oss_call_set_storage_class(with, options.storage_class);
    for (i = 0; i < options.metadata_count; i++) {
        const char *equals = strchr(options.metadata[i], '=');
        char *name = joined(options.metadata[i], "");
        name[equals - options.metadata[i]] = '\0';
        oss_call_set_metadata(with, name, equals + 1);
        free(name);
    }
}

/* "oss://BUCKET/KEY", to be freed. */
static char *name_of(const char *bucket, const char *key)
{
    char *start = joined("oss://", bucket), *middle = joined(start, "/"), *name = joined(middle, key);
    free(start);
    free(middle);
    return name;
}

static int done(const char *action, const char *from, const char *to, int64_t bytes)
{
    if (options.json) {
        json_to(stdout_is_data ? stderr : stdout);
        json_begin();
        json_text("action", action);
        json_text("source", from);
        json_text("target", to);
        json_number("bytes", bytes);
        json_text("etag", oss_call_etag(call));
        json_number("verified", oss_call_verified(call));
        json_end();
        json_to(stdout);
    }
    say("%s -> %s (%lld bytes)", from, to, (long long)bytes);
    return EXIT_DONE;
}

/* ---- local to OSS ---- */

/* However much comes: a little in one request, more in parts while it comes. `*is_broken` is set if reading failed. */
static oss_status put_stdin(oss_bucket *bucket, const char *key, int64_t *bytes, int *is_broken)
{
    static char buffer[1 << 16];
    oss_writer *writer = oss_writer_open(bucket, key, call);
    oss_status status = writer ? OSS_OK : OSS_INVALID_ARGUMENT;
    size_t got;
    while (status == OSS_OK && (got = fread(buffer, 1, sizeof buffer, stdin)) > 0) {
        status = oss_writer_write(writer, buffer, got);
        *bytes += (int64_t)got;
    }
    if (writer && ferror(stdin)) {
        /* What came so far must not be taken for all of it. */
        if (exit_code(OSS_CANCELLED) < 128)
            complain(EXIT_LOCAL, "standard input: reading failed: %s", strerror(errno));
        *is_broken = 1;
        status = oss_writer_abort(writer);
    } else if (writer) {
        status = oss_writer_finish(writer, call);
    }
    oss_writer_free(writer);
    return status;
}

static int put_one(const char *source, const struct place *to, int removes)
{
    const int is_stream = strcmp(source, "-") == 0, key_is_directory = !*to->key || ends_with_slash(to->key);
    oss_bucket *bucket = open_bucket(to->bucket);
    struct file_state sent = {0, 0, 0, 0, 0};
    int64_t bytes = 0;
    oss_status status;
    char *key, *name;
    int code, is_broken = 0;
    if (!bucket)
        return no_bucket();
    key = joined(to->key, key_is_directory ? last_part(source) : "");
    name = name_of(to->bucket, key);
    prepare();
    store_headers(call);
    watch_progress(name);
    if (is_stream) {
        status = put_stdin(bucket, key, &bytes, &is_broken);
    } else {
        /* Before it is read: if it is like that in the end, it is what was sent. */
        look_at_file(source, &sent);
        bytes = sent.size;
        status = oss_upload_file(bucket, key, source, call);
    }
    if (status != OSS_OK)
        code = failed("put", source, call, status);
    else if (is_broken)
        code = exit_code(OSS_CANCELLED) < 128 ? EXIT_LOCAL : exit_code(OSS_CANCELLED);
    else
        code = done("put", source, name, bytes);
    if (code == EXIT_DONE && removes) {
        prepare();
        code = remove_file(source, &sent, bucket, key, call);
    }
    free(name);
    free(key);
    return code;
}

/* ---- OSS to local ---- */

static int write_stdout(void *user, const uint8_t *data, size_t len)
{
    *(int64_t *)user += (int64_t)len;
    return fwrite(data, 1, len, stdout) != len;
}

static int get_to_stdout(oss_bucket *bucket, const char *key, const char *name)
{
    int64_t bytes = 0;
    oss_status status;
    stdout_is_data = 1;
    status = oss_get_object_to_stream(bucket, key, write_stdout, &bytes, call);
    if (status == OSS_OK && fflush(stdout) == 0)
        return EXIT_DONE;
    if (ferror(stdout))
        return complain(EXIT_LOCAL, "standard output: writing failed");
    return failed("get", name, call, status);
}

/* Where an object goes; NULL if it has no name for a file. To be freed. */
static char *target_of(const char *key, const char *target)
{
    const char *name = last_part(key);
    char *directory, *path;
    if (!is_directory(target) && !ends_with_slash(target))
        return joined(target, "");
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return NULL;
    directory = directory_key(target);
    path = joined(directory, name);
    free(directory);
    return path;
}

/* Deletes what was moved, if it is what has `arrived`. */
static int remove_one(const struct place *from, const struct object_state *arrived)
{
    oss_bucket *bucket = open_bucket(from->bucket);
    int is_kept = 0;
    oss_status status;
    prepare();
    status = bucket ? remove_object(bucket, from->key, arrived, call, &is_kept) : OSS_INVALID_ARGUMENT;
    if (is_kept)
        return complain_kept(from->bucket, from->key);
    return status == OSS_OK ? EXIT_DONE : failed("remove", from->text, call, status);
}

static int get_one(const struct place *from, const char *target, int removes)
{
    oss_bucket *bucket = open_bucket(from->bucket);
    char *path;
    oss_status status;
    int code;
    if (!bucket)
        return no_bucket();
    prepare();
    if (strcmp(target, "-") == 0)
        return get_to_stdout(bucket, from->key, from->text);
    path = target_of(from->key, target);
    if (!path)
        return complain(EXIT_USAGE, "%s: no file can be called like that; name one", from->text);
    watch_progress(from->text);
    status = oss_download_file(bucket, from->key, path, call);
    if (status == OSS_OK)
        code = done("get", from->text, path, oss_call_content_length(call));
    else
        code = failed("get", from->text, call, status);
    if (code == EXIT_DONE && removes) {
        struct object_state arrived;
        look_at_object(call, &arrived);
        code = remove_one(from, &arrived);
        free_object_state(&arrived);
    }
    free(path);
    return code;
}

/* ---- OSS to OSS ---- */

/* For copies: what the options say, else what the source has. */
void replace_headers(oss_call *with)
{
    store_headers(with);
    if (options.content_type || options.metadata_count)
        oss_call_set_header(with, OSS_HEADER_METADATA_DIRECTIVE, "REPLACE");
}

/* Copies go on where they stopped, too; no local file is there that a record could be beside. */
void keep_records(oss_call *with)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *directory;
    if (options.records || ((!cache || !*cache) && (!home || !*home)))
        return;
    directory = cache && *cache ? joined(cache, "") : joined(home, "/.cache");
    mkdir(directory, 0700);
    cache = directory;
    directory = joined(cache, "/ossctl");
    mkdir(directory, 0700);
    if (is_directory(directory))
        oss_call_set_record_directory(with, directory);
    free(directory);
    free((char *)cache);
}

/* Copies. Nobody asked for that record, so where none can be written, it goes without. */
oss_status copy_by_service(oss_bucket *to, const char *key, const char *bucket, const char *source, oss_call *with)
{
    oss_status status = oss_copy_large_object(to, key, bucket, source, NULL, with);
    if (status != OSS_IO || options.records)
        return status;
    oss_call_set_no_record(with);
    return oss_copy_large_object(to, key, bucket, source, NULL, with);
}

/* Copies it to the open bucket `to`; `removes` deletes it then, if it is the one that was copied. */
static int copy_object(const struct place *from, oss_bucket *to, const char *key, const char *name, int removes)
{
    struct object_state origin = {NULL, NULL, -1};
    oss_bucket *bucket = removes ? open_bucket(from->bucket) : NULL;
    oss_status status = OSS_OK;
    int code;
    if (removes) {
        if (!bucket)
            return no_bucket();
        /* The copy has an ETag and a time of its own, so the source is asked for its own before. */
        prepare();
        if ((status = oss_head_object(bucket, from->key, call)) != OSS_OK)
            return failed("copy", from->text, call, status);
        look_at_object(call, &origin);
    }
    prepare();
    replace_headers(call);
    watch_progress(name);
    keep_records(call);
    status = copy_by_service(to, key, from->bucket, from->key, call);
    code = status == OSS_OK ? done("copy", from->text, name, progress_done()) : failed("copy", from->text, call, status);
    if (code == EXIT_DONE && removes)
        code = remove_one(from, &origin);
    free_object_state(&origin);
    return code;
}

static int copy_one(const struct place *from, const struct place *to, int removes)
{
    const int key_is_directory = !*to->key || ends_with_slash(to->key);
    char *key = joined(to->key, key_is_directory ? last_part(from->key) : ""), *name = name_of(to->bucket, key);
    int code;
    if (strcmp(from->bucket, to->bucket) == 0 && strcmp(from->key, key) == 0) {
        code = complain(EXIT_USAGE, "%s: source and target are the same", from->text);
    } else if (!open_bucket(to->bucket)) {
        code = no_bucket();
    } else {
        code = copy_object(from, open_bucket(to->bucket), key, name, removes);
    }
    free(name);
    free(key);
    return code;
}

/* ---- commands ---- */

/* A directory, or what is below a prefix; `is_one` unless there are several sources: those keep their names. */
static int transfer_tree(const struct place *from, const struct place *to, int is_one, int removes)
{
    char *name = is_one ? joined("", "") : name_of_source(from), *base = directory_key(to->is_oss ? to->key : to->text);
    char *target = joined(base, name);
    struct place place = *to;
    int code = EXIT_DONE;
    place.key = target;
    if (removes)
        options.checksum = 1; /* what is removed has to be there for certain */
    if (from->is_oss)
        code = expect_something(from);
    prepare();
    if (to->is_oss)
        store_headers(call);
    if (code == EXIT_DONE)
        code = !from->is_oss ? upload_tree(from->text, &place, tree_flags(), removes)
               : !to->is_oss ? download_tree(from, target, tree_flags(), removes)
                             : copy_tree(from, &place, removes);
    free(target);
    free(base);
    free(name);
    return code;
}

static int transfer(const struct place *from, const struct place *to, int is_one, int removes)
{
    if (is_tree(from))
        return transfer_tree(from, to, is_one, removes);
    if (!from->is_oss)
        return put_one(from->text, to, removes);
    return to->is_oss ? copy_one(from, to, removes) : get_one(from, to->text, removes);
}

/* All but the last argument go to the last. */
static int transfer_all(int count, char **arguments, struct way way)
{
    struct place *places;
    const int last = count - 1;
    int i, code, worst;
    if (count < 2)
        return complain(EXIT_USAGE, "a source and a target are needed; see --help");
    code = parse_all(count, arguments, parse_place, &places);
    if (code != EXIT_DONE)
        return code;
    worst = check_transfer(places, last, &places[last], &way);
    for (i = worst == EXIT_DONE ? 0 : last; i < last; i++) {
        code = transfer(&places[i], &places[last], last == 1, way.removes);
        worst = worst == EXIT_DONE || code >= 128 ? code : worst;
        if (code >= 128)
            break;
    }
    free(places);
    return worst;
}

int run_put(int count, char **arguments)
{
    return transfer_all(count, arguments, (struct way){0, 1, 0});
}

int run_get(int count, char **arguments)
{
    char here[] = ".", *both[2];
    if (count != 1)
        return transfer_all(count, arguments, (struct way){1, 0, 0});
    both[0] = arguments[0];
    both[1] = here;
    return transfer_all(2, both, (struct way){1, 0, 0});
}

int run_cp(int count, char **arguments)
{
    return transfer_all(count, arguments, (struct way){-1, -1, 0});
}

int run_mv(int count, char **arguments)
{
    return transfer_all(count, arguments, (struct way){-1, -1, 1});
}

int run_cat(int count, char **arguments)
{
    struct place *places;
    int i, code;
    if (count == 0)
        return complain(EXIT_USAGE, "which object? see --help");
    stdout_is_data = 1;
    code = parse_all(count, arguments, parse_oss, &places);
    for (i = 0; i < count && code == EXIT_DONE; i++) {
        prepare();
        code = get_to_stdout(open_bucket(places[i].bucket), places[i].key, places[i].text);
    }
    free(places);
    return code;
}
