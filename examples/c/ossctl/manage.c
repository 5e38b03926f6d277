/* Making and removing: mb, rb, rm, sign. */
#include "ossctl.h"

static int one_bucket(int count, char **arguments, struct place *place)
{
    if (count != 1)
        return complain(EXIT_USAGE, "one bucket is needed: oss://BUCKET");
    if (parse_oss(arguments[0], place) != EXIT_DONE)
        return EXIT_USAGE;
    if (*place->key)
        return complain(EXIT_USAGE, "%s: a bucket is needed: oss://BUCKET", place->text);
    return open_bucket(place->bucket) ? EXIT_DONE : no_bucket();
}

static int did(const char *action, const char *what)
{
    if (options.json) {
        json_begin();
        json_text("action", action);
        json_text("place", what);
        json_end();
    }
    say("%s %s", action, what);
    return EXIT_DONE;
}

int run_mb(int count, char **arguments)
{
    struct place place;
    oss_status status;
    const int given = one_bucket(count, arguments, &place);
    if (given != EXIT_DONE)
        return given;
    if (options.acl)
        oss_call_set_bucket_acl(call, options.acl);
    if (options.storage_class)
        oss_call_set_field(call, "StorageClass", options.storage_class);
    status = oss_put_bucket(open_bucket(place.bucket), call);
    return status == OSS_OK ? did("made", place.text) : failed("mb", place.text, call, status);
}

int run_rb(int count, char **arguments)
{
    struct place place;
    oss_status status;
    int code = one_bucket(count, arguments, &place);
    if (code != EXIT_DONE)
        return code;
    if (options.force) {
        code = delete_tree(place.bucket, "", OSS_DELETE_WHOLE_BUCKET | OSS_DELETE_VERSIONS);
        prepare();
        if (code != EXIT_DONE)
            return code;
        /* Uploads that were not finished keep a bucket from being deleted, too. */
        status = oss_abort_uploads_before(open_bucket(place.bucket), NULL, 0, NULL, call);
        if (status != OSS_OK)
            return failed("abort uploads of", place.text, call, status);
    }
    status = oss_delete_bucket(open_bucket(place.bucket), call);
    if (status == OSS_OK)
        return did("removed", place.text);
    code = failed("rb", place.text, call, status);
    if (strcmp(oss_call_code(call), OSS_CODE_BUCKET_NOT_EMPTY) == 0)
        complain(code, "the bucket is not empty; -f deletes all that is in it first");
    return code;
}

/* Whether it is meant, as far as it can be known. */
static int check_removal(const struct place *place)
{
    if (*place->key || (options.recursive && options.all))
        return EXIT_DONE;
    if (options.recursive)
        return complain(EXIT_USAGE, "%s: that is every object of the bucket; give --all if it is meant", place->text);
    return complain(EXIT_USAGE, "%s is a bucket: rb removes it, rm -r --all what is in it", place->text);
}

static int delete_version(oss_bucket *bucket, const struct place *place, const char *id)
{
    oss_status status;
    oss_call_set_query(second, "versionId", id);
    status = oss_delete_object(bucket, place->key, second);
    if (status != OSS_OK)
        return failed("rm", place->text, second, status);
    if (options.json) {
        json_begin();
        json_text("action", "deleted");
        json_text("place", place->text);
        json_text("version_id", id);
        json_end();
    }
    say("deleted %s, version %s", place->text, id);
    return EXIT_DONE;
}

/* All versions of one key, with its delete markers. Those of longer keys that begin like it are listed after them. */
static int delete_all_versions(const struct place *place)
{
    oss_bucket *bucket = open_bucket(place->bucket);
    const oss_entry *entry = NULL;
    oss_status status;
    int code = open_second();
    if (code != EXIT_DONE)
        return code;
    oss_call_set_query(call, "max-keys", "1000");
    status = oss_list_object_versions(bucket, place->key, NULL, call);
    while (code < 128 && status == OSS_OK && (status = oss_call_next(call, &entry)) == OSS_OK && entry
           && strcmp(entry->name, place->key) == 0) {
        const int one = delete_version(bucket, place, entry->version_id);
        code = code == EXIT_DONE || one >= 128 ? one : code;
    }
    if (status != OSS_OK)
        code = failed("rm", place->text, call, status);
    free_second();
    return code;
}

static int remove_one(const struct place *place)
{
    oss_status status;
    int code;
    prepare();
    if (options.recursive) {
        char *prefix = directory_key(place->key);
        code = delete_tree(place->bucket, prefix,
                           (options.versions ? OSS_DELETE_VERSIONS : 0) | (*prefix ? 0 : OSS_DELETE_WHOLE_BUCKET));
        free(prefix);
        return code;
    }
    if (options.versions)
        return delete_all_versions(place);
    status = oss_delete_object(open_bucket(place->bucket), place->key, call);
    return status == OSS_OK ? did("deleted", place->text) : failed("rm", place->text, call, status);
}

int run_rm(int count, char **arguments)
{
    struct place *places;
    int i, code, worst;
    if (count == 0)
        return complain(EXIT_USAGE, "what? see --help");
    if (options.all && !options.recursive)
        return complain(EXIT_USAGE, "--all needs -r: it deletes every object of the bucket");
    worst = parse_all(count, arguments, parse_oss, &places);
    for (i = 0; i < count && worst == EXIT_DONE; i++)
        worst = check_removal(&places[i]);
    for (i = worst == EXIT_DONE ? 0 : count; i < count; i++) {
        code = remove_one(&places[i]);
        worst = worst == EXIT_DONE || code >= 128 ? code : worst;
        if (code >= 128)
            break;
    }
    free(places);
    return worst;
}

int run_sign(int count, char **arguments)
{
    struct place place;
    oss_bucket *bucket;
    const char *name = NULL, *value;
    size_t i;
    oss_status status;
    if (count != 1)
        return complain(EXIT_USAGE, "one object is needed: oss://BUCKET/KEY");
    if (parse_oss(arguments[0], &place) != EXIT_DONE)
        return EXIT_USAGE;
    if (!*place.key)
        return complain(EXIT_USAGE, "%s: an object is needed: oss://BUCKET/KEY", place.text);
    bucket = open_bucket(place.bucket);
    if (!bucket)
        return no_bucket();
    status = oss_presign(bucket, options.method ? options.method : "GET", place.key,
                         options.expires ? options.expires : 3600, call);
    if (status != OSS_OK)
        return failed("sign", place.text, call, status);
    if (options.json) {
        json_begin();
        json_text("url", oss_call_url(call));
        json_number("expiration", oss_call_expiration(call));
        json_end();
        return EXIT_DONE;
    }
    puts(oss_call_url(call));
    for (i = 0; (value = oss_call_signed_at(call, i, &name)) != NULL; i++)
        fprintf(stderr, "has to be sent along: %s: %s\n", name, value);
    return EXIT_DONE;
}
