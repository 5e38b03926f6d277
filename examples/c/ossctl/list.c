/* Looking: ls, stat, du, uploads. */
#include "ossctl.h"

static void print_entry(const char *bucket, const oss_entry *entry)
{
    static const char *const kinds[] = {"", "object", "prefix", "bucket"};
    if (options.json) {
        json_begin();
        json_text("kind", entry->kind <= OSS_ENTRY_BUCKET ? kinds[entry->kind] : "other");
        json_text("bucket", bucket);
        json_text(entry->kind == OSS_ENTRY_BUCKET ? "name" : "key", entry->name);
        if (entry->size >= 0)
            json_number("bytes", entry->size);
        if (entry->time >= 0)
            json_number("time", entry->time);
        json_text("etag", entry->etag);
        json_text("storage_class", entry->storage_class);
        json_text("type", entry->object_type);
        json_text("region", entry->region);
        json_end();
        return;
    }
    if (entry->time >= 0)
        print_time(stdout, entry->time);
    else
        fputs("                   -", stdout);
    fputs("  ", stdout);
    if (entry->size >= 0)
        print_size(stdout, entry->size);
    else
        putchar('-');
    fputs("  oss://", stdout);
    if (bucket)
        printf("%s/", bucket);
    print_text(stdout, entry->name);
    putchar('\n');
}

/* Goes through a listing that has begun with `status`. */
static int print_listing(const char *what, const char *bucket, oss_status status, long long *count)
{
    const oss_entry *entry = NULL;
    while (status == OSS_OK && (status = oss_call_next(call, &entry)) == OSS_OK && entry) {
        print_entry(bucket, entry);
        ++*count;
    }
    return status == OSS_OK ? EXIT_DONE : failed("ls", what, call, status);
}

static int list_buckets(void)
{
    oss_service *service = oss_service_new(configuration());
    long long count = 0;
    int code;
    if (!service)
        return complain(exit_code(oss_config_status(configuration())), "%s", oss_config_error(configuration()));
    code = print_listing("buckets", NULL, oss_list_buckets(service, NULL, call), &count);
    oss_service_free(service);
    return code;
}

static oss_status begin_listing(const struct place *place, const char *delimiter)
{
    prepare();
    oss_call_set_query(call, "max-keys", "1000");
    return oss_list_objects_v2(open_bucket(place->bucket), place->key, delimiter, call);
}

/* Says it if nothing lies below a prefix: it was mistyped, or what is to be there is gone. An exit code. */
int expect_something(const struct place *place)
{
    char *prefix = directory_key(place->key);
    const oss_entry *entry = NULL;
    oss_status status;
    prepare();
    oss_call_set_query(call, "max-keys", "1");
    status = oss_list_objects_v2(open_bucket(place->bucket), prefix, NULL, call);
    free(prefix);
    if (status == OSS_OK)
        status = oss_call_next(call, &entry);
    if (status != OSS_OK)
        return failed("ls", place->text, call, status);
    if (!entry && *place->key)
        return complain(EXIT_NOT_FOUND, "%s: nothing is below that", place->text);
    return EXIT_DONE;
}

int run_ls(int count, char **arguments)
{
    struct place *places;
    int i, code;
    if (count == 0)
        return list_buckets();
    code = parse_all(count, arguments, parse_oss, &places);
    for (i = 0; i < count && code == EXIT_DONE; i++) {
        const struct place *place = &places[i];
        long long found = 0;
        code = print_listing(place->text, place->bucket, begin_listing(place, options.recursive ? NULL : "/"), &found);
        if (code == EXIT_DONE && found == 0 && *place->key) {
            code = complain(EXIT_NOT_FOUND, "%s: nothing is called like that or begins like that", place->text);
        }
    }
    free(places);
    return code;
}

static int print_usage(const struct place *place)
{
    const oss_entry *entry = NULL;
    int64_t bytes = 0, objects = 0;
    oss_status status = begin_listing(place, NULL);
    while (status == OSS_OK && (status = oss_call_next(call, &entry)) == OSS_OK && entry) {
        bytes += entry->size;
        objects++;
    }
    if (status != OSS_OK)
        return failed("du", place->text, call, status);
    if (options.json) {
        json_begin();
        json_text("place", place->text);
        json_number("bytes", bytes);
        json_number("objects", objects);
        json_end();
        return EXIT_DONE;
    }
    print_size(stdout, bytes);
    printf("  %lld objects  ", (long long)objects);
    print_text(stdout, place->text);
    putchar('\n');
    return EXIT_DONE;
}

/* Does the same with all places, up to the first failure. */
static int with_each(int count, char **arguments, int (*one)(const struct place *place))
{
    struct place *places;
    int i, code;
    if (count == 0)
        return complain(EXIT_USAGE, "of what? see --help");
    code = parse_all(count, arguments, parse_oss, &places);
    for (i = 0; i < count && code == EXIT_DONE; i++)
        code = one(&places[i]);
    free(places);
    return code;
}

int run_du(int count, char **arguments)
{
    return with_each(count, arguments, print_usage);
}

static void print_pair(const char *name, const char *value)
{
    if (!value)
        return;
    if (options.json) {
        json_text(name, value);
        return;
    }
    printf("%s: ", name);
    print_text(stdout, value);
    putchar('\n');
}

static int stat_bucket(oss_bucket *bucket, const struct place *place)
{
    static const char *const names[] = {"Name", "Location", "CreationDate", "StorageClass", "DataRedundancyType",
                                        "AccessControlList.Grant", "Versioning", "ExtranetEndpoint", "Owner.ID"};
    size_t i;
    oss_status status = oss_get_bucket_info(bucket, call);
    if (status != OSS_OK)
        return failed("stat", place->text, call, status);
    if (options.json)
        json_begin();
    for (i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = joined("Bucket.", names[i]);
        print_pair(names[i], oss_call_text(call, path));
        free(path);
    }
    status = oss_get_bucket_stat(bucket, call);
    if (status == OSS_OK) {
        print_pair("Storage", oss_call_text(call, "Storage"));
        print_pair("ObjectCount", oss_call_text(call, "ObjectCount"));
    }
    if (options.json)
        json_end();
    return status == OSS_OK ? EXIT_DONE : failed("stat", place->text, call, status);
}

static int stat_object(oss_bucket *bucket, const struct place *place)
{
    const char *name = NULL, *value;
    size_t i;
    const oss_status status = oss_head_object(bucket, place->key, call);
    if (status != OSS_OK)
        return failed("stat", place->text, call, status);
    if (options.json) {
        json_begin();
        json_text("place", place->text);
    }
    for (i = 0; (value = oss_call_response_header_at(call, i, &name)) != NULL; i++)
        print_pair(name, value);
    if (options.json)
        json_end();
    return EXIT_DONE;
}

static int print_stat(const struct place *place)
{
    oss_bucket *bucket = open_bucket(place->bucket);
    prepare();
    return *place->key ? stat_object(bucket, place) : stat_bucket(bucket, place);
}

int run_stat(int count, char **arguments)
{
    return with_each(count, arguments, print_stat);
}

/* Prints an upload, and gives it up if that is wanted. */
static int handle_upload(oss_bucket *bucket, const struct place *place, const oss_entry *entry)
{
    if (options.abort_uploads) {
        const oss_status status = oss_abort_multipart_upload(bucket, entry->name, entry->upload_id, second);
        if (status != OSS_OK && strcmp(oss_call_code(second), OSS_CODE_NO_SUCH_UPLOAD) != 0)
            return failed("abort", entry->name, second, status);
    }
    if (options.json) {
        json_begin();
        json_text("action", options.abort_uploads ? "aborted" : "upload");
        json_text("bucket", place->bucket);
        json_text("key", entry->name);
        json_text("upload_id", entry->upload_id);
        json_number("time", entry->time);
        json_end();
        return EXIT_DONE;
    }
    print_time(stdout, entry->time);
    fputs("  ", stdout);
    print_text(stdout, entry->upload_id);
    printf("  oss://%s/", place->bucket);
    print_text(stdout, entry->name);
    puts(options.abort_uploads ? "  aborted" : "");
    return EXIT_DONE;
}

int run_uploads(int count, char **arguments)
{
    const oss_entry *entry = NULL;
    struct place place;
    oss_bucket *bucket;
    oss_status status;
    int code;
    if (count != 1)
        return complain(EXIT_USAGE, "uploads needs oss://BUCKET[/PREFIX]; see --help");
    if (parse_oss(arguments[0], &place) != EXIT_DONE)
        return EXIT_USAGE;
    if (!(bucket = open_bucket(place.bucket)))
        return no_bucket();
    if ((code = open_second()) != EXIT_DONE)
        return code;
    status = oss_list_uploads_before(bucket, place.key, options.older_than * 86400, call);
    while (code < 128 && status == OSS_OK && (status = oss_call_next(call, &entry)) == OSS_OK && entry) {
        const int one = handle_upload(bucket, &place, entry);
        code = code == EXIT_DONE || one >= 128 ? one : code;
    }
    if (status != OSS_OK)
        code = failed("uploads", place.text, call, status);
    free_second();
    return code;
}
