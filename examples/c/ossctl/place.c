/* Places, and the way to them: configuration, buckets, the call, errors as exit codes, signals. */
#include "ossctl.h"

#include <signal.h>

oss_call *call, *second;
struct worker workers[MOST_WORKERS];
static oss_config *config;
static volatile sig_atomic_t signalled;

/* Buckets that were opened; they stay so up to the end, since a transfer uses several at a time. */
static struct opened {
    struct opened *next;
    oss_bucket *bucket;
    char name[MOST_BUCKET_NAME + 1];
} *opened;

/* The first signal ends the command in order, so that it can be resumed; the second ends it at once. */
static void on_signal(int number)
{
    int i;
    signalled = number;
    oss_call_cancel(call);
    if (second)
        oss_call_cancel(second);
    for (i = 0; i < MOST_WORKERS && workers[i].asking; i++) {
        oss_call_cancel(workers[i].copying);
        oss_call_cancel(workers[i].asking);
    }
}

void free_second(void)
{
    oss_call *old = second;
    second = NULL; /* no signal may find a call that is gone */
    oss_call_free(old);
}

int open_second(void)
{
    second = oss_call_new();
    if (!second)
        return complain(EXIT_FAILED, "%s", oss_last_error());
    limit(second);
    if (signalled)
        oss_call_cancel(second);
    return EXIT_DONE;
}

static void catch_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static const char *given(const char *option, const char *variable)
{
    return option ? option : getenv(variable);
}

int start(void)
{
    const char *endpoint = given(options.endpoint, "OSS_ENDPOINT"), *region = given(options.region, "OSS_REGION");
    const char *ca_file = given(options.ca_file, "OSS_CA_FILE");
    const char *credentials = given(options.credentials, "OSS_CREDENTIALS");
    config = oss_config_new();
    call = oss_call_new();
    if (!config || !call)
        return complain(EXIT_FAILED, "%s", oss_last_error());
    if (!endpoint && !region)
        return complain(EXIT_USAGE, "nobody says where the service is: give --endpoint or --region, or set OSS_ENDPOINT or OSS_REGION");
    if (endpoint)
        oss_config_set_endpoint(config, endpoint);
    if (region)
        oss_config_set_region(config, region);
    if (ca_file)
        oss_config_set_ca_file(config, ca_file);
    if (credentials)
        oss_config_set_credentials_from(config, credentials);
    oss_config_set_app_name(config, "ossctl");
    /* The first bad value is remembered. */
    if (oss_config_status(config) != OSS_OK)
        return complain(exit_code(oss_config_status(config)), "%s", oss_config_error(config));
    catch_signals();
    return prepare();
}

oss_config *configuration(void)
{
    return config;
}

void stop(void)
{
    while (opened) {
        struct opened *one = opened;
        opened = one->next;
        oss_bucket_free(one->bucket);
        free(one);
    }
    /* No signal may find a call that is gone. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    oss_call_free(call);
    oss_config_free(config);
}

void limit(oss_call *with)
{
    if (options.timeout)
        oss_call_set_timeout_ms(with, options.timeout * 1000);
    if (options.workers)
        oss_call_set_workers(with, (int)options.workers);
    if (options.part_size)
        oss_call_set_part_size(with, options.part_size);
    if (options.records)
        oss_call_set_record_directory(with, options.records);
}

int prepare(void)
{
    oss_call_reset(call);
    if (signalled)
        oss_call_cancel(call);
    limit(call);
    return EXIT_DONE;
}

static int why_no_bucket;

int no_bucket(void)
{
    return why_no_bucket;
}

oss_bucket *open_bucket(const char *name)
{
    struct opened *one;
    for (one = opened; one; one = one->next)
        if (strcmp(one->name, name) == 0)
            return one->bucket;
    one = calloc(1, sizeof *one);
    if (!one) {
        why_no_bucket = complain(EXIT_FAILED, "there is no memory");
        return NULL;
    }
    one->bucket = oss_bucket_new(config, name);
    if (!one->bucket) {
        const char *why = oss_config_error(config);
        const char *advice = strstr(why, "`region` is missing") ? "; --region or OSS_REGION gives it" : "";
        why_no_bucket = complain(exit_code(oss_config_status(config)), "oss://%s: %s%s", name, why, advice);
        free(one);
        return NULL;
    }
    snprintf(one->name, sizeof one->name, "%s", name);
    one->next = opened;
    opened = one;
    return one->bucket;
}

int parse_place(const char *text, struct place *place)
{
    const char *name, *slash;
    size_t length;
    memset(place, 0, sizeof *place);
    place->text = text;
    place->key = text;
    if (!*text)
        return complain(EXIT_USAGE, "an empty argument is not a place: that is a path, - or oss://BUCKET/KEY");
    if (strncmp(text, "oss://", 6) != 0) {
        place->is_stream = strcmp(text, "-") == 0;
        return EXIT_DONE;
    }
    name = text + 6;
    slash = strchr(name, '/');
    length = slash ? (size_t)(slash - name) : strlen(name);
    if (length == 0 || length >= sizeof place->bucket)
        return complain(EXIT_USAGE, "%s: a place in OSS is oss://BUCKET/KEY", text);
    memcpy(place->bucket, name, length);
    place->is_oss = 1;
    place->key = slash ? slash + 1 : "";
    return EXIT_DONE;
}

int parse_oss(const char *text, struct place *place)
{
    if (parse_place(text, place) != EXIT_DONE)
        return EXIT_USAGE;
    if (!place->is_oss)
        return complain(EXIT_USAGE, "%s: this has to be a place in OSS: oss://BUCKET/KEY", text);
    return EXIT_DONE;
}

int parse_all(int count, char **arguments, int (*parse)(const char *text, struct place *place), struct place **places)
{
    struct place *all = calloc((size_t)count, sizeof *all);
    int i, code = EXIT_DONE;
    *places = NULL;
    if (!all)
        return complain(EXIT_FAILED, "there is no memory");
    for (i = 0; i < count && code == EXIT_DONE; i++) {
        code = parse(arguments[i], &all[i]);
        if (code == EXIT_DONE && all[i].is_oss && !open_bucket(all[i].bucket))
            code = no_bucket();
    }
    if (code == EXIT_DONE)
        *places = all;
    else
        free(all);
    return code;
}

int exit_code(oss_status status)
{
    switch (status) {
    case OSS_OK: return EXIT_DONE;
    case OSS_INVALID_ARGUMENT: case OSS_UNSUPPORTED: return EXIT_USAGE;
    case OSS_NOT_FOUND: return EXIT_NOT_FOUND;
    case OSS_DENIED: case OSS_CREDENTIALS: return EXIT_DENIED;
    case OSS_THROTTLED: case OSS_SERVER_ERROR: case OSS_NETWORK: case OSS_TIMEOUT: case OSS_BUSY: return EXIT_TEMPORARY;
    case OSS_IO: return EXIT_LOCAL;
    case OSS_CANCELLED: return signalled ? 128 + (int)signalled : EXIT_FAILED;
    default: return EXIT_FAILED;
    }
}

/* An error as a line of JSON on standard error. */
static void json_error(const char *doing, const char *what, oss_call *with, oss_status status)
{
    json_to(stderr);
    json_begin();
    json_text("error", oss_call_error(with));
    json_text("doing", doing);
    json_text("what", what);
    json_text("status", oss_status_name(status));
    json_text("code", *oss_call_code(with) ? oss_call_code(with) : NULL);
    json_text("request_id", *oss_call_request_id(with) ? oss_call_request_id(with) : NULL);
    json_number("exit_code", exit_code(status));
    json_end();
    json_to(stdout);
}

int failed(const char *doing, const char *what, oss_call *with, oss_status status)
{
    hide_progress();
    if (options.json)
        json_error(doing, what, with, status);
    else
        complain(exit_code(status), "%s %s: %s", doing, what, oss_call_error(with));
    return exit_code(status);
}

char *joined(const char *one, const char *other)
{
    char *text = malloc(strlen(one) + strlen(other) + 1);
    if (!text) {
        complain(EXIT_FAILED, "there is no memory");
        exit(EXIT_FAILED);
    }
    return strcat(strcpy(text, one), other);
}

char *directory_key(const char *key)
{
    const size_t length = strlen(key);
    return joined(key, length == 0 || key[length - 1] == '/' ? "" : "/");
}

const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
