/* The C runner of the conformance scenarios: reads commands, carries them out with oss.h (or, with -DWITH_OSS_OPTIONS,
 * makes its handles with oss_options.h), prints what came of it. See ../README.md. */

#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <oss.h>
#ifdef WITH_OSS_OPTIONS
#include <oss_options.h>
#endif

enum { MAX_WORDS = 16, MAX_OPTIONS = 64, MAX_INPUTS = 32, MAX_HANDLES = 64 };

static void *must(void *memory) {
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* A text that grows. */
typedef struct {
    char *bytes;
    size_t len, cap;
} text;

static void append(text *to, const void *bytes, size_t len) {
    if (to->len + len + 1 > to->cap) {
        to->cap = 2 * (to->len + len + 1);
        to->bytes = must(realloc(to->bytes, to->cap));
    }
    if (len > 0)
        memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    to->bytes[to->len] = '\0';
}

/* Words: of a command, or of an option or input kept for later. */
typedef struct {
    char *at[MAX_WORDS];
    size_t len[MAX_WORDS];
    int count;
} words;

static const char *word(const words *list, int index) {
    return index < list->count ? list->at[index] : NULL;
}

static const char *word_or_null(const words *list, int index) {
    const char *found = word(list, index);
    return found != NULL && *found != '\0' ? found : NULL;
}

static long long number(const words *list, int index) {
    const char *found = word(list, index);
    return found == NULL ? 0 : strtoll(found, NULL, 10);
}

static void free_words(words *list) {
    for (int index = 0; index < list->count; index++)
        free(list->at[index]);
    list->count = 0;
}

/* Takes a line apart and decodes it. */
static words parse(char *line) {
    words list = {{NULL}, {0}, 0};
    for (char *piece = strtok(line, " "); piece != NULL && list.count < MAX_WORDS; piece = strtok(NULL, " ")) {
        char *decoded = must(malloc(strlen(piece) + 1)), *to = decoded;
        for (const char *from = piece; *from != '\0'; from++) {
            if (*from != '%') {
                *to++ = *from;
            } else if (from[1] != '\0') {
                const char digits[3] = {from[1], from[2], '\0'};
                *to++ = (char)strtol(digits, NULL, 16);
                from += 2;
            }
        }
        *to = '\0';
        list.at[list.count] = decoded;
        list.len[list.count++] = (size_t)(to - decoded);
    }
    return list;
}

/* Adds ` name=value` to an answer. */
static void field(text *answer, const char *name, const void *value, size_t len) {
    append(answer, " ", 1);
    append(answer, name, strlen(name));
    append(answer, "=", 1);
    for (size_t index = 0; index < len; index++) {
        const unsigned char byte = ((const unsigned char *)value)[index];
        char escaped[4];
        if (byte > 0x20 && byte < 0x7f && byte != '%') {
            append(answer, &byte, 1);
        } else {
            snprintf(escaped, sizeof escaped, "%%%02X", byte);
            append(answer, escaped, 3);
        }
    }
}

static void field_text(text *answer, const char *name, const char *value) {
    if (value != NULL && *value != '\0')
        field(answer, name, value, strlen(value));
}

static void field_number(text *answer, const char *name, long long value) {
    char digits[32];
    field(answer, name, digits, (size_t)snprintf(digits, sizeof digits, "%lld", value));
}

/* ---- what a scenario has prepared ---- */

static words options[MAX_OPTIONS];
static int option_count;
static words inputs[MAX_INPUTS];
static int input_count;

typedef struct {
    char name[64];
    oss_session *session;
    oss_bucket *bucket;
    oss_service *service;
} handle;

static handle handles[MAX_HANDLES];

static void let_go(handle *one) {
    oss_session_free(one->session);
    oss_bucket_free(one->bucket);
    oss_service_free(one->service);
    memset(one, 0, sizeof *one);
}

static handle *find(const char *name) {
    for (int index = 0; name != NULL && index < MAX_HANDLES; index++)
        if (strcmp(handles[index].name, name) == 0 && *name != '\0')
            return &handles[index];
    return NULL;
}

static handle *slot(const char *name) {
    handle *one = find(name);
    for (int index = 0; one == NULL && index < MAX_HANDLES; index++)
        if (handles[index].name[0] == '\0')
            one = &handles[index];
    let_go(must(one));
    snprintf(one->name, sizeof one->name, "%s", name);
    return one;
}

static void forget_options(void) {
    while (option_count > 0)
        free_words(&options[--option_count]);
}

static void forget_inputs(void) {
    while (input_count > 0)
        free_words(&inputs[--input_count]);
}

/* ---- credentials callbacks; what they use lives until the scenario ends ---- */

typedef struct {
    words keys;
    int calls;
    pthread_mutex_t lock;
} given_keys;

static given_keys *keys_given[MAX_OPTIONS];
static int keys_count;

static int give_keys(void *user, oss_keys *keys) {
    const given_keys *given = user;
    return oss_keys_set(keys, word(&given->keys, 0), word(&given->keys, 1), word_or_null(&given->keys, 2));
}

static int give_no_keys(void *user, oss_keys *keys) {
    (void)user;
    (void)keys;
    return 1;
}

static int alternate_keys(void *user, oss_keys *keys) {
    given_keys *given = user;
    pthread_mutex_lock(&given->lock);
    const int pair = given->calls++ % 2;
    pthread_mutex_unlock(&given->lock);
    return oss_keys_set(keys, word(&given->keys, 2 * pair), word(&given->keys, 2 * pair + 1), NULL);
}

static given_keys *remember_keys(const words *option) {
    given_keys *given = must(calloc(1, sizeof *given));
    for (int index = 3; index < option->count; index++)
        given->keys.at[given->keys.count++] = must(strdup(option->at[index]));
    pthread_mutex_init(&given->lock, NULL);
    return keys_given[keys_count++ % MAX_OPTIONS] = given;
}

static void forget_keys(void) {
    while (keys_count > 0) {
        given_keys *given = keys_given[--keys_count];
        free_words(&given->keys);
        pthread_mutex_destroy(&given->lock);
        free(given);
    }
}

/* ---- options ---- */

static int tls_version(const char *name) {
    int major = 0, minor = 0;
    if (sscanf(name, "%d.%d", &major, &minor) != 2)
        return -1;
    return 10 * major + minor;
}

static int is_option(const words *option, const char *name) {
    return strcmp(option->at[1], name) == 0;
}

static const char *const option_names[] = {
    "endpoint", "region", "cloudbox_id", "ca_file", "ca_pem", "proxy", "app_name", "signature_version", "cname",
    "path_style", "internal_endpoint", "accelerate_endpoint", "dual_stack", "insecure_skip_verify", "proxy_from_env",
    "crc64", "clock_skew_correction", "pool_size", "retry", "traffic_limit", "connect_timeout_ms", "read_timeout_ms",
    "total_timeout_ms", "tls_versions", "keys", "credentials", "session", "additional_signed_header", "user_header",
    "resolve"};

static int is_known_option(const words *option) {
    for (size_t index = 0; option->count > 1 && index < sizeof option_names / sizeof *option_names; index++)
        if (is_option(option, option_names[index]))
            return 1;
    return 0;
}

static oss_credentials *credentials(const words *option) {
    const char *kind = word(option, 2);
    if (strcmp(kind, "environment") == 0)
        return oss_credentials_environment();
    if (strcmp(kind, "anonymous") == 0)
        return oss_credentials_anonymous();
    if (strcmp(kind, "static") == 0)
        return oss_credentials_static(word(option, 3), word(option, 4), word_or_null(option, 5));
    return oss_credentials_callback(give_no_keys, NULL);
}

#ifdef WITH_OSS_OPTIONS

/* A configuration made in one go; the texts stay with the options. */
static oss_config *configure(void) {
    static const char *signed_headers[MAX_OPTIONS];
    static oss_options_pair user_headers[MAX_OPTIONS], resolve[MAX_OPTIONS];
    int signed_count = 0, header_count = 0, resolve_count = 0;
    oss_credentials *provider = NULL;
    oss_options given = {0};
    for (int index = 0; index < option_count; index++) {
        const words *o = &options[index];
        const char *value = word(o, 2);
        const long long n = number(o, 2);
        if (is_option(o, "endpoint")) given.endpoint = value;
        else if (is_option(o, "region")) given.region = value;
        else if (is_option(o, "cloudbox_id")) given.cloudbox_id = value;
        else if (is_option(o, "ca_file")) given.ca_file = value;
        else if (is_option(o, "ca_pem")) { given.ca_pem = value; given.ca_pem_len = o->len[2]; }
        else if (is_option(o, "proxy")) given.proxy = value;
        else if (is_option(o, "app_name")) given.app_name = value;
        else if (is_option(o, "signature_version")) given.signature_version = (int)n;
        else if (is_option(o, "cname")) given.cname = (int)n;
        else if (is_option(o, "path_style")) given.path_style = (int)n;
        else if (is_option(o, "internal_endpoint")) given.internal_endpoint = (int)n;
        else if (is_option(o, "accelerate_endpoint")) given.accelerate_endpoint = (int)n;
        else if (is_option(o, "dual_stack")) given.dual_stack = (int)n;
        else if (is_option(o, "insecure_skip_verify")) given.insecure_skip_verify = (int)n;
        else if (is_option(o, "proxy_from_env")) given.proxy_from_env = (int)n;
        else if (is_option(o, "crc64")) given.no_crc64 = n == 0;
        else if (is_option(o, "clock_skew_correction")) given.no_clock_skew_correction = n == 0;
        else if (is_option(o, "pool_size")) { given.pool_size = n; given.no_pool = n == 0; }
        else if (is_option(o, "retry")) given.retry = (int)n;
        else if (is_option(o, "traffic_limit")) given.traffic_limit = n;
        else if (is_option(o, "connect_timeout_ms")) given.connect_timeout_ms = n;
        else if (is_option(o, "read_timeout_ms")) given.read_timeout_ms = n;
        else if (is_option(o, "total_timeout_ms")) given.total_timeout_ms = n;
        else if (is_option(o, "tls_versions")) {
            given.tls_min = tls_version(value);
            given.tls_max = tls_version(word(o, 3));
        } else if (is_option(o, "keys")) {
            given.access_key_id = value;
            given.access_key_secret = word(o, 3);
            given.security_token = word_or_null(o, 4);
        } else if (is_option(o, "session")) {
            const handle *one = find(value);
            given.session = one == NULL ? NULL : one->session;
        } else if (is_option(o, "credentials") && strcmp(value, "callback") == 0) {
            given.credentials_callback = give_keys;
            given.credentials_user = remember_keys(o);
        } else if (is_option(o, "credentials") && strcmp(value, "callback-alternates") == 0) {
            given.credentials_callback = alternate_keys;
            given.credentials_user = remember_keys(o);
        } else if (is_option(o, "credentials")) {
            oss_credentials_free(provider);
            given.credentials = provider = credentials(o);
        } else if (is_option(o, "additional_signed_header")) {
            signed_headers[signed_count++] = value;
        } else if (is_option(o, "user_header")) {
            user_headers[header_count].name = value;
            user_headers[header_count++].value = word(o, 3);
        } else if (is_option(o, "resolve")) {
            resolve[resolve_count].name = value;
            resolve[resolve_count++].value = word(o, 3);
        }
    }
    signed_headers[signed_count] = NULL;
    memset(&user_headers[header_count], 0, sizeof *user_headers);
    memset(&resolve[resolve_count], 0, sizeof *resolve);
    given.additional_signed_headers = signed_headers;
    given.user_headers = user_headers;
    given.resolve = resolve;
    oss_config *config = oss_options_config(&given);
    oss_credentials_free(provider);
    return config;
}

#else

static void apply_option(oss_config *config, const words *o) {
    const char *value = word(o, 2);
    const long long n = number(o, 2);
    if (is_option(o, "endpoint")) oss_config_endpoint(config, value);
    else if (is_option(o, "region")) oss_config_region(config, value);
    else if (is_option(o, "cloudbox_id")) oss_config_cloudbox_id(config, value);
    else if (is_option(o, "ca_file")) oss_config_ca_file(config, value);
    else if (is_option(o, "ca_pem")) oss_config_ca_pem(config, value, o->len[2]);
    else if (is_option(o, "proxy")) oss_config_proxy(config, value);
    else if (is_option(o, "app_name")) oss_config_app_name(config, value);
    else if (is_option(o, "signature_version")) oss_config_signature_version(config, (int)n);
    else if (is_option(o, "cname")) oss_config_cname(config, (int)n);
    else if (is_option(o, "path_style")) oss_config_path_style(config, (int)n);
    else if (is_option(o, "internal_endpoint")) oss_config_internal_endpoint(config, (int)n);
    else if (is_option(o, "accelerate_endpoint")) oss_config_accelerate_endpoint(config, (int)n);
    else if (is_option(o, "dual_stack")) oss_config_dual_stack(config, (int)n);
    else if (is_option(o, "insecure_skip_verify")) oss_config_insecure_skip_verify(config, (int)n);
    else if (is_option(o, "proxy_from_env")) oss_config_proxy_from_env(config, (int)n);
    else if (is_option(o, "crc64")) oss_config_crc64(config, (int)n);
    else if (is_option(o, "clock_skew_correction")) oss_config_clock_skew_correction(config, (int)n);
    else if (is_option(o, "pool_size")) oss_config_pool_size(config, n);
    else if (is_option(o, "retry")) oss_config_retry(config, (int)n);
    else if (is_option(o, "traffic_limit")) oss_config_traffic_limit(config, n);
    else if (is_option(o, "connect_timeout_ms")) oss_config_connect_timeout_ms(config, n);
    else if (is_option(o, "read_timeout_ms")) oss_config_read_timeout_ms(config, n);
    else if (is_option(o, "total_timeout_ms")) oss_config_total_timeout_ms(config, n);
    else if (is_option(o, "tls_versions"))
        oss_config_tls_versions(config, tls_version(value), tls_version(word(o, 3)));
    else if (is_option(o, "keys")) oss_config_keys(config, value, word(o, 3), word_or_null(o, 4));
    else if (is_option(o, "additional_signed_header")) oss_config_additional_signed_header(config, value);
    else if (is_option(o, "user_header")) oss_config_user_header(config, value, word(o, 3));
    else if (is_option(o, "resolve")) oss_config_resolve(config, value, word(o, 3));
    else if (is_option(o, "session")) {
        const handle *one = find(value);
        oss_config_session(config, one == NULL ? NULL : one->session);
    } else if (strcmp(value, "callback") == 0)
        oss_config_credentials_callback(config, give_keys, remember_keys(o));
    else if (strcmp(value, "callback-alternates") == 0)
        oss_config_credentials_callback(config, alternate_keys, remember_keys(o));
    else {
        oss_credentials *provider = credentials(o);
        oss_config_credentials(config, provider);
        oss_credentials_free(provider);
    }
}

static oss_config *configure(void) {
    oss_config *config = oss_config_new();
    for (int index = 0; index < option_count; index++)
        apply_option(config, &options[index]);
    return config;
}

#endif

/* Opens a session, bucket or service. */
static void open_handle(const words *command, text *answer) {
    const char *kind = word(command, 0);
    oss_config *config = configure();
    handle *one = slot(word(command, 1));
    if (strcmp(kind, "session") == 0)
        one->session = oss_session_new(config);
    else if (strcmp(kind, "bucket") == 0)
        one->bucket = oss_bucket_new(config, word(command, 2));
    else
        one->service = oss_service_new(config);
    append(answer, "result", 6);
    if (one->session != NULL || one->bucket != NULL || one->service != NULL) {
        field_number(answer, "opened", 1);
    } else {
        field_number(answer, "opened", 0);
        /* Both ways to the text lead to the same one. */
        if (strcmp(oss_config_error(config), oss_last_error()) != 0)
            field_text(answer, "error", "oss_config_error() and oss_last_error() differ");
        field_text(answer, "error", oss_config_error(config));
    }
    oss_config_free(config);
}

/* ---- operations ---- */

/* What an operation brought, besides what the call knows. */
typedef struct {
    oss_call *call;
    oss_status status;
    unsigned long long fnv;
    long long bytes;
    char body[1000];
    int has_body;
    text entries;
    int reports;
    long long done, total, stop_at;
    long long write_stop;
} outcome;

static void received(outcome *to, const uint8_t *data, size_t len) {
    for (size_t index = 0; index < len; index++) {
        if (to->bytes < (long long)sizeof to->body)
            to->body[to->bytes] = (char)data[index];
        to->fnv = (to->fnv ^ data[index]) * 1099511628211ULL;
        to->bytes++;
    }
    to->has_body = 1;
}

static int on_progress(void *user, int64_t done, int64_t total) {
    outcome *to = user;
    to->reports++;
    to->done = done;
    to->total = total;
    return to->stop_at >= 0 && done >= to->stop_at;
}

static int on_write(void *user, const uint8_t *data, size_t len) {
    outcome *to = user;
    received(to, data, len);
    return to->write_stop >= 0 && to->bytes >= to->write_stop;
}

/* A body as a source of bytes. */
typedef struct {
    const char *bytes; /* NULL: the pattern */
    long long len, at;
    int gives_up;
} source;

static source body_of(const words *command, int index) {
    const char *name = word(command, index);
    source body = {NULL, 0, 0, 0};
    if (name == NULL)
        return body;
    if (strncmp(name, "text:", 5) == 0) {
        body.bytes = name + 5;
        body.len = (long long)command->len[index] - 5;
    } else {
        body.gives_up = strncmp(name, "stop:", 5) == 0;
        body.len = strtoll(strchr(name, ':') + 1, NULL, 10);
    }
    return body;
}

static int64_t read_source(void *user, uint8_t *buf, size_t cap) {
    source *body = user;
    size_t got = 0;
    for (; got < cap && body->at < body->len; got++, body->at++)
        buf[got] = body->bytes != NULL ? (uint8_t)body->bytes[body->at] : (uint8_t)(body->at % 251);
    return got == 0 && body->gives_up ? -1 : (int64_t)got;
}

/* The whole body in memory. */
static uint8_t *all_of(source body) {
    uint8_t *bytes = must(malloc((size_t)body.len + 1));
    read_source(&body, bytes, (size_t)body.len);
    return bytes;
}

typedef struct {
    oss_call *call;
    long long milliseconds;
    pthread_t thread;
    int started;
} canceller;

static void *cancel_later(void *user) {
    const canceller *one = user;
    const struct timespec pause = {one->milliseconds / 1000, one->milliseconds % 1000 * 1000000};
    nanosleep(&pause, NULL);
    oss_call_cancel(one->call);
    return NULL;
}

static void read_all(outcome *to, long long enough) {
    static const size_t cap = 64 * 1024;
    uint8_t *buffer = must(malloc(cap));
    int64_t got = 0;
    while (to->status == OSS_OK && (enough < 0 || to->bytes < enough) && (got = oss_call_read(to->call, buffer, cap)) != 0) {
        if (got < 0)
            to->status = (oss_status)-got;
        else
            received(to, buffer, (size_t)got);
    }
    to->has_body |= to->status == OSS_OK;
    free(buffer);
}

static void list_all(outcome *to) {
    static const char *const kinds[] = {"", "object", "prefix", "bucket"};
    const oss_entry *entry = NULL;
    while (to->status == OSS_OK && (to->status = oss_call_next(to->call, &entry)) == OSS_OK && entry != NULL) {
        text one = {NULL, 0, 0};
        char head[64];
        append(&one, head, (size_t)snprintf(head, sizeof head, "%s,%lld,", kinds[entry->kind], (long long)entry->size));
        append(&one, entry->name, strlen(entry->name));
        field(&to->entries, "entry", one.bytes, one.len);
        free(one.bytes);
        if (entry->time >= 0)
            field_number(&to->entries, "entry.time", entry->time);
        field_text(&to->entries, "entry.etag", entry->etag);
        field_text(&to->entries, "entry.storage_class", entry->storage_class);
        field_text(&to->entries, "entry.object_type", entry->object_type);
        field_text(&to->entries, "entry.restore_info", entry->restore_info);
        field_text(&to->entries, "entry.owner_id", entry->owner_id);
        field_text(&to->entries, "entry.owner_name", entry->owner_name);
        field_text(&to->entries, "entry.region", entry->region);
        field_text(&to->entries, "entry.location", entry->location);
        field_text(&to->entries, "entry.extranet_endpoint", entry->extranet_endpoint);
        field_text(&to->entries, "entry.intranet_endpoint", entry->intranet_endpoint);
    }
}

static void collected(outcome *to) {
    size_t len = 0;
    const void *bytes = oss_call_body(to->call, &len);
    if (to->status == OSS_OK) {
        to->has_body = 1;
        received(to, bytes, bytes == NULL ? 0 : len);
    }
}

static int is(const words *command, const char *name) {
    return strcmp(word(command, 0), name) == 0;
}

/* Carries out an operation; 0 if there is none of that name. */
static int operate(const words *c, outcome *to) {
    const handle *one = find(word(c, 1));
    const oss_bucket *bucket = one == NULL ? NULL : one->bucket;
    const oss_service *service = one == NULL ? NULL : one->service;
    const char *key = word(c, 2);
    oss_call *call = to->call;
    if (is(c, "put_object")) {
        const source body = body_of(c, 3);
        uint8_t *bytes = all_of(body);
        to->status = oss_put_object(bucket, key, bytes, (size_t)body.len, call);
        free(bytes);
    } else if (is(c, "put_object_file")) {
        to->status = oss_put_object_file(bucket, key, word(c, 3), call);
    } else if (is(c, "put_object_stream")) {
        source body = body_of(c, 4);
        to->status = oss_put_object_stream(bucket, key, number(c, 3), read_source, &body, call);
    } else if (is(c, "get_object")) {
        to->status = oss_get_object(bucket, key, call);
        read_all(to, -1);
    } else if (is(c, "get_object_part")) {
        to->status = oss_get_object(bucket, key, call);
        read_all(to, number(c, 3));
    } else if (is(c, "get_object_to_buffer")) {
        const size_t cap = (size_t)number(c, 3);
        uint8_t *buffer = must(malloc(cap + 1));
        size_t len = 0;
        to->status = oss_get_object_to_buffer(bucket, key, buffer, cap, &len, call);
        if (to->status == OSS_OK)
            received(to, buffer, len);
        free(buffer);
    } else if (is(c, "get_object_to_file")) {
        to->status = oss_get_object_to_file(bucket, key, word(c, 3), call);
    } else if (is(c, "get_object_to_stream")) {
        to->write_stop = c->count > 3 ? number(c, 3) : -1;
        to->status = oss_get_object_to_stream(bucket, key, on_write, to, call);
        to->has_body |= to->status == OSS_OK;
    } else if (is(c, "head_object")) {
        to->status = oss_head_object(bucket, key, call);
    } else if (is(c, "get_object_meta")) {
        to->status = oss_get_object_meta(bucket, key, call);
    } else if (is(c, "delete_object")) {
        to->status = oss_delete_object(bucket, key, call);
    } else if (is(c, "put_bucket")) {
        to->status = oss_put_bucket(bucket, call);
    } else if (is(c, "delete_bucket")) {
        to->status = oss_delete_bucket(bucket, call);
    } else if (is(c, "list_objects_v2")) {
        to->status = oss_list_objects_v2(bucket, word_or_null(c, 2), word_or_null(c, 3), call);
        list_all(to);
    } else if (is(c, "list_buckets")) {
        to->status = oss_list_buckets(service, word_or_null(c, 2), call);
        list_all(to);
    } else if (is(c, "invoke") || is(c, "service_invoke")) {
        const int on_service = is(c, "service_invoke");
        const source body = body_of(c, on_service ? 3 : 4);
        uint8_t *bytes = all_of(body);
        to->status = on_service ? oss_service_invoke(service, word(c, 2), bytes, (size_t)body.len, call)
                                : oss_invoke(bucket, word(c, 2), word_or_null(c, 3), bytes, (size_t)body.len, call);
        collected(to);
        free(bytes);
    } else {
        return 0;
    }
    return 1;
}

/* Hands the inputs to a call; the first that is refused is the result. */
static void apply_inputs(outcome *to, canceller *cancel) {
    for (int index = 0; index < input_count && to->status == OSS_OK; index++) {
        const words *input = &inputs[index];
        if (is(input, "header"))
            to->status = oss_call_header(to->call, word(input, 1), word(input, 2));
        else if (is(input, "query"))
            to->status = oss_call_query(to->call, word(input, 1), word(input, 2));
        else if (is(input, "range"))
            to->status = oss_call_range(to->call, number(input, 1), number(input, 2));
        else if (is(input, "timeout_ms"))
            to->status = oss_call_timeout_ms(to->call, number(input, 1));
        else if (is(input, "progress") || is(input, "progress_stop")) {
            to->stop_at = input->count > 1 ? number(input, 1) : -1;
            to->status = oss_call_progress(to->call, on_progress, to);
        } else if (is(input, "cancel_after_ms"))
            cancel->milliseconds = number(input, 1);
    }
}

/* One operation with its own call. */
static int perform(const words *command, outcome *to) {
    canceller cancel = {NULL, -1, 0, 0};
    memset(to, 0, sizeof *to);
    to->fnv = 14695981039346656037ULL;
    to->stop_at = to->write_stop = -1;
    to->call = cancel.call = must(oss_call_new());
    apply_inputs(to, &cancel);
    if (to->status != OSS_OK)
        return 1;
    if (cancel.milliseconds == 0)
        oss_call_cancel(to->call);
    else if (cancel.milliseconds > 0)
        cancel.started = pthread_create(&cancel.thread, NULL, cancel_later, &cancel) == 0;
    const int known = operate(command, to);
    if (cancel.started)
        pthread_join(cancel.thread, NULL);
    return known;
}

static void finish(outcome *to) {
    oss_call_free(to->call);
    free(to->entries.bytes);
}

static void print_failure(const outcome *to, text *answer) {
    const oss_call *call = to->call;
    const char *why = oss_call_error(call);
    /* What the inputs refused is not the call's error. */
    field_text(answer, "error", *why != '\0' ? why : oss_last_error());
    field_text(answer, "code", oss_call_code(call));
    field_text(answer, "message", oss_call_message(call));
    field_text(answer, "host_id", oss_call_host_id(call));
    field_text(answer, "ec", oss_call_ec(call));
    field_number(answer, "retryable", oss_call_retryable(call));
    if (oss_call_attempts(call) > 0)
        field_number(answer, "attempts", oss_call_attempts(call));
    for (int index = 0; index < input_count; index++) {
        char name[100];
        if (!is(&inputs[index], "error_detail"))
            continue;
        snprintf(name, sizeof name, "error_detail.%s", word(&inputs[index], 1));
        field_text(answer, name, oss_call_error_detail(call, word(&inputs[index], 1)));
    }
}

static void print_answer(const outcome *to, text *answer) {
    const oss_call *call = to->call;
    char digits[32];
    field_text(answer, "etag", oss_call_etag(call));
    field_text(answer, "version_id", oss_call_version_id(call));
    if (oss_call_crc64(call) != 0) {
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)oss_call_crc64(call));
        field_text(answer, "crc64", digits);
    }
    if (oss_call_content_length(call) >= 0)
        field_number(answer, "content_length", oss_call_content_length(call));
    if (oss_call_last_modified(call) >= 0)
        field_number(answer, "last_modified", oss_call_last_modified(call));
    for (int index = 0; index < input_count; index++) {
        char name[100];
        if (!is(&inputs[index], "want"))
            continue;
        snprintf(name, sizeof name, "header.%s", word(&inputs[index], 1));
        field_text(answer, name, oss_call_response_header(call, word(&inputs[index], 1)));
    }
}

static void print_result(const outcome *to, text *answer) {
    char digits[64];
    append(answer, "result", 6);
    field_text(answer, "status", oss_status_name(to->status));
    if (oss_call_http_status(to->call) != 0)
        field_number(answer, "http_status", oss_call_http_status(to->call));
    field_text(answer, "request_id", oss_call_request_id(to->call));
    if (to->status != OSS_OK)
        print_failure(to, answer);
    else
        print_answer(to, answer);
    if (to->has_body) {
        field_number(answer, "bytes", to->bytes);
        snprintf(digits, sizeof digits, "%016llx", to->fnv);
        field_text(answer, "fnv", digits);
        if (to->bytes <= (long long)sizeof to->body)
            field(answer, "body", to->body, (size_t)to->bytes);
    }
    if (to->reports > 0) {
        snprintf(digits, sizeof digits, "%lld/%lld", to->done, to->total);
        field_text(answer, "progress", digits);
    }
    append(answer, to->entries.bytes, to->entries.len);
}

/* ---- many threads ---- */

typedef struct {
    const words *command;
    int times, known;
    pthread_barrier_t *start;
    pthread_t thread;
    int count[128];
    long long bytes;
    oss_status status;
    char error[1024];
} worker;

static void *work(void *user) {
    worker *one = user;
    pthread_barrier_wait(one->start);
    for (int turn = 0; turn < one->times; turn++) {
        outcome got;
        one->known = perform(one->command, &got);
        one->count[got.status % 128]++;
        one->bytes += got.bytes;
        if (got.status != OSS_OK) {
            one->status = got.status;
            snprintf(one->error, sizeof one->error, "%s", oss_call_error(got.call));
        }
        finish(&got);
    }
    return NULL;
}

static int run_threads(const words *command, text *answer) {
    const int count = (int)number(command, 1);
    words operation = {{NULL}, {0}, 0};
    for (int index = 3; index < command->count; index++) {
        operation.at[index - 3] = command->at[index];
        operation.len[index - 3] = command->len[index];
        operation.count++;
    }
    worker *workers = must(calloc((size_t)count, sizeof *workers));
    worker sum;
    memset(&sum, 0, sizeof sum);
    sum.known = 1;
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, (unsigned)count);
    for (int index = 0; index < count; index++) {
        workers[index].command = &operation;
        workers[index].times = (int)number(command, 2);
        workers[index].start = &start;
        if (pthread_create(&workers[index].thread, NULL, work, &workers[index]) != 0)
            abort();
    }
    for (int index = 0; index < count; index++) {
        const worker *one = &workers[index];
        pthread_join(one->thread, NULL);
        for (int status = 0; status < 128; status++)
            sum.count[status] += one->count[status];
        sum.known &= one->known;
        sum.bytes += one->bytes;
        if (one->status != OSS_OK) {
            sum.status = one->status;
            snprintf(sum.error, sizeof sum.error, "%s", one->error);
        }
    }
    pthread_barrier_destroy(&start);
    free(workers);
    append(answer, "result", 6);
    field_text(answer, "status", oss_status_name(sum.status));
    field_text(answer, "error", sum.error);
    field_number(answer, "bytes", sum.bytes);
    for (int status = 0; status < 128; status++) {
        char name[64];
        if (sum.count[status] == 0)
            continue;
        snprintf(name, sizeof name, "count.%s", oss_status_name(status));
        field_number(answer, name, sum.count[status]);
    }
    return sum.known;
}

/* ---- the conversation ---- */

static void forget_all(void) {
    forget_options();
    forget_inputs();
    for (int index = 0; index < MAX_HANDLES; index++)
        let_go(&handles[index]);
    forget_keys();
}

static int is_input(const words *command) {
    static const char *const names[] = {"header", "query", "range", "timeout_ms", "cancel_after_ms",
                                        "progress", "progress_stop", "want", "error_detail"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++)
        if (is(command, names[index]))
            return 1;
    return 0;
}

/* Carries out a command; takes its words over if it has to keep them. */
static void obey(words *command, text *answer) {
    const char *ok = "ok";
    if (command->count == 0) {
        ok = "unsupported";
    } else if (is(command, "hello")) {
#ifdef WITH_OSS_OPTIONS
        ok = "ok 1 c-options";
#else
        ok = "ok 1 c";
#endif
    } else if (is(command, "scenario")) {
        forget_all();
    } else if (is(command, "env")) {
        if (command->count > 2)
            setenv(word(command, 1), word(command, 2), 1);
        else
            unsetenv(word(command, 1));
    } else if (is(command, "config")) {
        forget_options();
    } else if (is(command, "option")) {
        if (!is_known_option(command) || option_count == MAX_OPTIONS) {
            ok = "unsupported";
        } else {
            options[option_count++] = *command;
            command->count = 0;
        }
    } else if (is(command, "session") || is(command, "bucket") || is(command, "service")) {
        open_handle(command, answer);
        ok = "";
    } else if (is(command, "free")) {
        handle *one = find(word(command, 1));
        if (one != NULL)
            let_go(one);
        else
            ok = "unsupported";
    } else if (is_input(command) && input_count < MAX_INPUTS) {
        inputs[input_count++] = *command;
        command->count = 0;
    } else if (is(command, "threads")) {
        ok = run_threads(command, answer) ? "" : "unsupported";
        forget_inputs();
    } else {
        outcome got;
        ok = "unsupported";
        if (perform(command, &got)) {
            print_result(&got, answer);
            ok = "";
        }
        finish(&got);
        forget_inputs();
    }
    if (*ok != '\0') {
        answer->len = 0;
        append(answer, ok, strlen(ok));
    }
}

int main(void) {
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while ((len = getline(&line, &cap, stdin)) >= 0) {
        text answer = {NULL, 0, 0};
        if (len > 0 && line[len - 1] == '\n')
            line[len - 1] = '\0';
        words command = parse(line);
        obey(&command, &answer);
        puts(answer.bytes);
        fflush(stdout);
        free(answer.bytes);
        free_words(&command);
    }
    free(line);
    forget_all();
    return 0;
}
