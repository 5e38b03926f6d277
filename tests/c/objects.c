/* Objects in and out by every way there is: bytes, files, streams, ranges, listings.
 *
 *     objects BUCKET DIRECTORY */
#include "check.h"

static oss_bucket *bucket;
static oss_call *call;

static void upload_and_compare(const char *key, const void *data, size_t len)
{
    char *copy = (char *)malloc(len + 1);
    size_t got = 12345;
    CHECK(copy);
    OK(oss_put_object(bucket, key, data, len, call));
    NUMBER(200, oss_call_http_status(call));
    NUMBER(1, oss_call_attempts(call));
    CHECK(oss_call_request_id(call)[0] != 0);
    CHECK(oss_call_etag(call) && oss_call_etag(call)[0] == '"');
    OK(oss_get_object_to_buffer(bucket, key, copy, len, &got, call));
    NUMBER((long long)len, (long long)got);
    CHECK(memcmp(copy, data, len) == 0);
    free(copy);
}

static void bytes(void)
{
    static char data[300000];
    char small[4];
    size_t i, got = 99;
    for (i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7 + i / 251);
    upload_and_compare("bytes/1", "x", 1);
    upload_and_compare("bytes/many", data, sizeof data);
    upload_and_compare("bytes/empty", "", 0);
    OK(oss_put_object(bucket, "bytes/null", NULL, 0, NULL));
    OK(oss_get_object_to_buffer(bucket, "bytes/null", NULL, 0, &got, NULL));
    NUMBER(0, (long long)got);
    OK(oss_get_object_to_buffer(bucket, "bytes/null", small, sizeof small, NULL, NULL));
    STATUS(OSS_INVALID_ARGUMENT,
           oss_get_object_to_buffer(bucket, "bytes/many", small, sizeof small, &got, call));
    SAYS("300000", oss_call_error(call));
}

/* The same headers, one by one. */
static void all_headers(void)
{
    const char *name, *value;
    size_t i;
    int found = 0;
    for (i = 0; (value = oss_call_response_header_at(call, i, &name)); i++) {
        CHECK(value == oss_call_response_header_at(call, i, NULL));
        CHECK(name && oss_call_response_header(call, name));
        if (strcmp(name, "x-oss-meta-colour") == 0) {
            TEXT("dark green", value);
            found++;
        }
    }
    NUMBER(1, found);
    CHECK(i > 3);
    CHECK(name == NULL);
    SAYS("x-oss-meta-colour: dark green\n", oss_call_response_headers(call));
    SAYS("etag: \"", oss_call_response_headers(call));
}

static void headers(void)
{
    OK(oss_call_set_header(call, "Content-Type", "text/x-first"));
    OK(oss_call_set_header(call, "content-type", "text/x-second"));
    OK(oss_call_set_header(call, "x-oss-meta-colour", "dark green"));
    OK(oss_put_object(bucket, "headers.html", "<p>", 3, call));
    OK(oss_call_reset(call));

    OK(oss_head_object(bucket, "headers.html", call));
    TEXT("text/x-second", oss_call_response_header(call, "CONTENT-type"));
    TEXT("dark green", oss_call_response_header(call, "x-oss-meta-colour"));
    CHECK(oss_call_response_header(call, "x-oss-meta-size") == NULL);
    all_headers();
    CHECK(oss_call_version_id(call) == NULL);
    NUMBER(3, oss_call_content_length(call));
    CHECK(oss_call_crc64(call) != 0);
    CHECK(oss_call_last_modified(call) > 1600000000);
    CHECK(oss_call_body(call, NULL) == NULL);

    OK(oss_get_object_meta(bucket, "headers.html", call));
    NUMBER(3, oss_call_content_length(call));
    CHECK(oss_call_etag(call) != NULL);
    CHECK(oss_call_last_modified(call) > 1600000000);

    OK(oss_put_object(bucket, "guess.html", "<p>", 3, NULL));
    OK(oss_head_object(bucket, "guess.html", call));
    TEXT("text/html", oss_call_response_header(call, "content-type"));

    /* A query of the call, which the service turns into a header of the answer. */
    OK(oss_call_set_query(call, "response-content-type", "a/b"));
    OK(oss_get_object(bucket, "guess.html", call));
    TEXT("a/b", oss_call_response_header(call, "content-type"));
    OK(oss_call_reset(call));

    OK(oss_call_set_header(call, "x-oss-forbid-overwrite", "true"));
    STATUS(OSS_EXISTS, oss_put_object(bucket, "guess.html", "", 0, call));
    OK(oss_call_reset(call));
}

static void one_range(int64_t first, int64_t last, const char *expected)
{
    char text[32];
    size_t got;
    OK(oss_call_set_range(call, first, last));
    OK(oss_get_object_to_buffer(bucket, "range", text, sizeof text, &got, call));
    text[got] = 0;
    TEXT(expected, text);
    NUMBER(206, oss_call_http_status(call));
    NUMBER((long long)strlen(expected), oss_call_content_length(call));
    OK(oss_call_reset(call));
}

static void ranges(void)
{
    OK(oss_put_object(bucket, "range", "0123456789", 10, NULL));
    one_range(0, 0, "0");
    one_range(3, 5, "345");
    one_range(7, -1, "789");
    one_range(8, 99, "89");
    one_range(-4, -1, "6789");
    OK(oss_call_set_range(call, 10, 12));
    STATUS(OSS_BAD_REQUEST, oss_get_object(bucket, "range", call));
    NUMBER(416, oss_call_http_status(call));
    OK(oss_call_reset(call));
}

/* A stream of `left` bytes that count up, handed out in pieces of different sizes. */
struct source {
    size_t left, position;
};

static int64_t read_source(void *user, uint8_t *buf, size_t cap)
{
    struct source *source = (struct source *)user;
    size_t i, count = source->position % 9973 + 1;
    if (count > cap)
        count = cap;
    if (count > source->left)
        count = source->left;
    for (i = 0; i < count; i++)
        buf[i] = (uint8_t)((source->position + i) % 253);
    source->position += count;
    source->left -= count;
    return (int64_t)count;
}

struct sink {
    size_t position;
    int wrong;
};

static int write_sink(void *user, const uint8_t *data, size_t len)
{
    struct sink *sink = (struct sink *)user;
    size_t i;
    for (i = 0; i < len; i++)
        sink->wrong |= data[i] != (uint8_t)((sink->position + i) % 253);
    sink->position += len;
    return 0;
}

static void one_stream(size_t size, int known)
{
    struct source source = {0, 0};
    struct sink sink = {0, 0};
    uint8_t piece[1000];
    int64_t got;
    source.left = size;
    OK(oss_put_object_stream(bucket, "stream", known ? (int64_t)size : -1, read_source, &source,
                             call));
    NUMBER(0, (long long)source.left);
    OK(oss_get_object_to_stream(bucket, "stream", write_sink, &sink, call));
    NUMBER((long long)size, (long long)sink.position);
    CHECK(!sink.wrong);

    sink.position = 0;
    OK(oss_get_object(bucket, "stream", call));
    NUMBER((long long)size, oss_call_content_length(call));
    while ((got = oss_call_read(call, piece, sizeof piece)) > 0)
        write_sink(&sink, piece, (size_t)got);
    NUMBER(0, got);
    NUMBER(0, oss_call_read(call, piece, sizeof piece));
    NUMBER((long long)size, (long long)sink.position);
    CHECK(!sink.wrong);
}

static void streams(void)
{
    static const size_t sizes[] = {0, 1, 1000, 65536, 700001};
    size_t i;
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        one_stream(sizes[i], 1);
        one_stream(sizes[i], 0);
    }
}

static void files(const char *directory)
{
    char path[512], copy[512], text[64];
    size_t length;
    FILE *file;
    snprintf(path, sizeof path, "%s/file", directory);
    snprintf(copy, sizeof copy, "%s/copy", directory);
    file = fopen(path, "wb");
    CHECK(file && fwrite("one\0two", 1, 7, file) == 7 && fclose(file) == 0);
    OK(oss_put_object_file(bucket, "file", path, call));
    OK(oss_get_object_to_file(bucket, "file", copy, call));
    NUMBER(7, oss_call_content_length(call));
    file = fopen(copy, "rb");
    CHECK(file);
    length = fread(text, 1, sizeof text, file);
    fclose(file);
    NUMBER(7, (long long)length);
    CHECK(memcmp(text, "one\0two", 7) == 0);
    remove(path);
    remove(copy);
    /* A download that fails leaves nothing behind. */
    STATUS(OSS_NOT_FOUND, oss_get_object_to_file(bucket, "no such file", copy, call));
    CHECK(fopen(copy, "rb") == NULL);
}

/* Keys that a careless client or proxy would change on the way; sorted by their bytes. */
static const char *const KEYS[] = {
    "\x01\x02\x1f",
    " leading and trailing ",
    "%2F",
    "%zz",
    "+plus+and space",
    ".",
    "..",
    "../up",
    "?question=mark&and#hash",
    "a",
    "a/",
    "a/../b",
    "a///",
    "a//b",
    "back\\slash",
    "line\nbreak\r\ttab",
    "quotes'\"`<>&amp;]]>",
    "tilde~star*paren()",
    "\x7f",
    "\xc3\xbcml\xc3\xa4ut",
    "\xe4\xb8\xad\xe6\x96\x87/\xe5\xaf\xb9\xe8\xb1\xa1",
    "\xf0\x9f\x98\x80",
};
enum { KEY_COUNT = sizeof KEYS / sizeof KEYS[0] };

static void keys(void)
{
    char longest[1024], body[64];
    size_t i, got;
    const oss_entry *entry;
    for (i = 0; i < KEY_COUNT; i++) {
        snprintf(body, sizeof body, "content %d", (int)i);
        OK(oss_put_object(bucket, KEYS[i], body, strlen(body), call));
    }
    memset(longest, 'z', 1020);
    memcpy(longest + 1020, "\xe4\xb8\xad", 4);
    OK(oss_put_object(bucket, longest, "longest", 7, call));
    for (i = 0; i < KEY_COUNT; i++) {
        char copy[64], expected[64];
        snprintf(expected, sizeof expected, "content %d", (int)i);
        OK(oss_get_object_to_buffer(bucket, KEYS[i], copy, sizeof copy - 1, &got, call));
        copy[got] = 0;
        TEXT(expected, copy);
    }

    /* Pages of five, so that the listing has to go on from odd keys, too. */
    OK(oss_call_set_query(call, "max-keys", "5"));
    OK(oss_list_objects_v2(bucket, NULL, NULL, call));
    i = 0;
    size_t fetches = 0, listed = 0;
    while (fetches += !oss_call_next_is_ready(call), oss_call_next(call, &entry) == OSS_OK && entry) {
        listed++;
        NUMBER(OSS_ENTRY_OBJECT, entry->kind);
        CHECK(entry->etag && entry->storage_class && entry->object_type);
        CHECK(entry->time > 1600000000);
        if (strcmp(entry->name, longest) == 0)
            continue;
        CHECK(i < KEY_COUNT);
        TEXT(KEYS[i], entry->name);
        NUMBER(i < 10 ? 9 : 10, entry->size);
        i++;
    }
    TEXT("", oss_call_error(call));
    NUMBER(KEY_COUNT, (long long)i);
    CHECK(entry == NULL);
    NUMBER((long long)(listed - 1) / 5, (long long)fetches); /* the first page is there from the beginning */
    NUMBER(1, oss_call_next_is_ready(call));
    OK(oss_call_next(call, &entry)); /* the end stays the end */
    CHECK(entry == NULL);
    OK(oss_call_reset(call));

    for (i = 0; i < KEY_COUNT; i++)
        OK(oss_delete_object(bucket, KEYS[i], NULL));
    OK(oss_delete_object(bucket, longest, NULL));
    OK(oss_delete_object(bucket, "was never there", call));
    NUMBER(204, oss_call_http_status(call));
    OK(oss_list_objects_v2(bucket, NULL, NULL, call));
    OK(oss_call_next(call, &entry));
    CHECK(entry == NULL);
}

static void folders(void)
{
    const oss_entry *entry;
    OK(oss_put_object(bucket, "tree/a", "1", 1, NULL));
    OK(oss_put_object(bucket, "tree/b/1", "", 0, NULL));
    OK(oss_put_object(bucket, "tree/b/2", "", 0, NULL));
    OK(oss_put_object(bucket, "other", "", 0, NULL));
    OK(oss_call_set_query(call, "fetch-owner", "true"));
    OK(oss_list_objects_v2(bucket, "tree/", "/", call));
    OK(oss_call_next(call, &entry));
    CHECK(entry);
    NUMBER(OSS_ENTRY_OBJECT, entry->kind);
    TEXT("tree/a", entry->name);
    NUMBER(1, entry->size);
    CHECK(entry->owner_id && entry->owner_name);
    OK(oss_call_next(call, &entry));
    CHECK(entry);
    NUMBER(OSS_ENTRY_PREFIX, entry->kind);
    TEXT("tree/b/", entry->name);
    NUMBER(-1, entry->size);
    CHECK(entry->etag == NULL);
    OK(oss_call_next(call, &entry));
    CHECK(entry == NULL);
    OK(oss_call_reset(call));
}

static void delete_everything(void)
{
    /* The listing lends its names only until the call is used again: deletes use another one. */
    oss_call *listing = oss_call_new();
    const oss_entry *entry;
    OK(oss_list_objects_v2(bucket, NULL, NULL, listing));
    while (oss_call_next(listing, &entry) == OSS_OK && entry)
        OK(oss_delete_object(bucket, entry->name, call));
    TEXT("", oss_call_error(listing));
    oss_call_free(listing);
}

/* Versions are deleted by their ids; what has none gets a delete marker. Leaves nothing. */
static void versions(void)
{
    const char *keys[2] = {"v", "v"}, *ids[2] = {NULL, NULL};
    char old[128], latest[128], marker[128];
    const oss_entry *entry;
    OK(oss_call_set_field(call, "Status", "Enabled"));
    OK(oss_invoke(bucket, "PutBucketVersioning", NULL, NULL, 0, call));
    OK(oss_call_reset(call));
    OK(oss_put_object(bucket, "v", "old", 3, call));
    snprintf(old, sizeof old, "%s", oss_call_version_id(call));
    OK(oss_put_object(bucket, "v", "latest", 6, call));
    snprintf(latest, sizeof latest, "%s", oss_call_version_id(call));

    ids[0] = old;
    OK(oss_delete_multiple_objects(bucket, keys, ids, 2, 0, call));
    OK(oss_call_next(call, &entry));
    CHECK(entry && entry->kind == OSS_ENTRY_DELETED);
    TEXT(old, entry->version_id);
    CHECK(entry->delete_marker_version_id == NULL);
    OK(oss_call_next(call, &entry));
    CHECK(entry && entry->version_id == NULL && entry->delete_marker_version_id);
    snprintf(marker, sizeof marker, "%s", entry->delete_marker_version_id);
    OK(oss_call_next(call, &entry));
    CHECK(entry == NULL);

    OK(oss_list_object_versions(bucket, "v", NULL, call));
    OK(oss_call_next(call, &entry));
    CHECK(entry && entry->kind == OSS_ENTRY_DELETE_MARKER && entry->is_latest);
    TEXT(marker, entry->version_id);
    OK(oss_call_next(call, &entry));
    CHECK(entry && entry->kind == OSS_ENTRY_VERSION && !entry->is_latest);
    TEXT(latest, entry->version_id);

    ids[0] = marker;
    ids[1] = latest;
    OK(oss_delete_multiple_objects(bucket, keys, ids, 2, 1, NULL));
    OK(oss_list_object_versions(bucket, NULL, NULL, call));
    OK(oss_call_next(call, &entry));
    CHECK(entry == NULL);
}

static void invoke(void)
{
    size_t length = 0;
    const char *body;
    OK(oss_call_set_query(call, "location", NULL));
    OK(oss_invoke(bucket, "GET", NULL, NULL, 0, call));
    body = (const char *)oss_call_body(call, &length);
    CHECK(body && length > 0);
    CHECK(memcmp(body, "<?xml", 5) == 0);
    OK(oss_call_reset(call));

    OK(oss_call_set_query(call, "acl", NULL));
    OK(oss_call_set_header(call, "x-oss-object-acl", "private"));
    OK(oss_put_object(bucket, "invoked", "1", 1, NULL));
    OK(oss_invoke(bucket, "PUT", "invoked", NULL, 0, call));
    OK(oss_call_reset(call));

    OK(oss_invoke(bucket, "GET", "invoked", NULL, 0, call));
    body = (const char *)oss_call_body(call, &length);
    NUMBER(1, (long long)length);
    CHECK(body[0] == '1');
    OK(oss_invoke(bucket, "HEAD", "invoked", NULL, 0, call));
    NUMBER(1, oss_call_content_length(call));
    OK(oss_invoke(bucket, "DELETE", "invoked", NULL, 0, call));
    STATUS(OSS_NOT_FOUND, oss_invoke(bucket, "HEAD", "invoked", NULL, 0, call));
}

static void buckets(oss_config *config, const char *name)
{
    oss_service *service = oss_service_new(config);
    const oss_entry *entry;
    size_t length = 0;
    int found = 0;
    CHECK(service);
    OK(oss_list_buckets(service, NULL, call));
    while (oss_call_next(call, &entry) == OSS_OK && entry) {
        if (strcmp(entry->name, name) != 0)
            continue;
        found++;
        NUMBER(OSS_ENTRY_BUCKET, entry->kind);
        NUMBER(-1, entry->size);
        CHECK(entry->time > 1600000000);
        CHECK(entry->location && entry->extranet_endpoint && entry->intranet_endpoint);
        TEXT(required("OSS_REGION"), entry->region);
    }
    NUMBER(1, found);
    OK(oss_list_buckets(service, "no-bucket-begins-like-this", call));
    OK(oss_call_next(call, &entry));
    CHECK(entry == NULL);
    OK(oss_service_invoke(service, "GET", NULL, 0, call));
    CHECK(oss_call_body(call, &length) && length > 0);
    oss_service_free(service);
}

int main(int argc, char **argv)
{
    oss_config *config = configure();
    CHECK(argc == 3);
    CHECK((call = oss_call_new()));
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_bucket(bucket, NULL)); /* one's own bucket, again */
    keys();
    bytes();
    headers();
    ranges();
    streams();
    files(argv[2]);
    folders();
    invoke();
    buckets(config, argv[1]);
    STATUS(OSS_CONFLICT, oss_delete_bucket(bucket, call)); /* it is not empty */
    TEXT("BucketNotEmpty", oss_call_code(call));
    delete_everything();
    versions();
    OK(oss_delete_bucket(bucket, NULL));
    oss_config_free(config); /* the handles do not need it any more */
    STATUS(OSS_NOT_FOUND, oss_head_object(bucket, "a", NULL));
    oss_bucket_free(bucket);
    oss_call_free(call);
    return 0;
}
