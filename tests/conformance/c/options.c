/* Options, and the configuration that they make. */

#include "runner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef WITH_OSS_OPTIONS
#include <oss_options.h>
#endif

enum { MAX_OPTIONS = 64 };

static words options[MAX_OPTIONS];
static int option_count;

void forget_options(void) {
    while (option_count > 0)
        free_words(&options[--option_count]);
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

/* The second pair once it is told that the service refused the first one. */
static int other_keys_when_refused(void *user, oss_keys *keys) {
    const given_keys *given = user;
    const int pair = oss_keys_refused(keys) ? 1 : 0;
    return oss_keys_set(keys, word(&given->keys, 2 * pair), word(&given->keys, 2 * pair + 1), NULL);
}

/* As alternate_keys(), after the seconds until they end. */
static int keys_that_expire(void *user, oss_keys *keys) {
    given_keys *given = user;
    pthread_mutex_lock(&given->lock);
    const int first = given->calls++ % 2 * 2 + 1;
    pthread_mutex_unlock(&given->lock);
    if (oss_keys_set(keys, word(&given->keys, first), word(&given->keys, first + 1), NULL) != OSS_OK)
        return 1;
    return oss_keys_set_expiration(keys, (int64_t)time(NULL) + number(&given->keys, 0));
}

static oss_credentials_fn callback_of(const char *kind) {
    if (strcmp(kind, "callback") == 0)
        return give_keys;
    if (strcmp(kind, "callback-alternates") == 0)
        return alternate_keys;
    if (strcmp(kind, "callback-until-refused") == 0)
        return other_keys_when_refused;
    return strcmp(kind, "callback-expires") == 0 ? keys_that_expire : NULL;
}

static given_keys *remember_keys(const words *option) {
    given_keys *given = must(calloc(1, sizeof *given));
    for (int index = 3; index < option->count; index++)
        add_word(&given->keys, must(strdup(option->at[index])), option->len[index]);
    pthread_mutex_init(&given->lock, NULL);
    return keys_given[keys_count++ % MAX_OPTIONS] = given;
}

void forget_keys(void) {
    while (keys_count > 0) {
        given_keys *given = keys_given[--keys_count];
        free_words(&given->keys);
        pthread_mutex_destroy(&given->lock);
        free(given);
    }
}

/* ---- a clock that is ahead of the system's; all handles of a scenario have the same ---- */

static int64_t ahead;

static int64_t shifted_clock(void *user) {
    return (int64_t)time(NULL) + *(const int64_t *)user;
}

static int64_t *shift(long long seconds) {
    ahead = seconds;
    return &ahead;
}

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
    "crc64", "file_sync", "clock_skew_correction", "pool_size", "attempts", "backoff_ms", "clock", "traffic_limit", "connect_timeout_ms", "read_timeout_ms",
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
    return oss_credentials_callback(give_no_keys, NULL, NULL);
}

#ifdef WITH_OSS_OPTIONS

/* A configuration made in one go; the texts stay with the options. */
oss_config *configure(void) {
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
        else if (is_option(o, "file_sync")) given.no_file_sync = n == 0;
        else if (is_option(o, "attempts")) { given.attempts = (int)n; given.unlimited_attempts = n == 0; }
        else if (is_option(o, "backoff_ms")) { given.backoff_base_ms = n; given.backoff_cap_ms = number(o, 3); }
        else if (is_option(o, "clock")) { given.clock = shifted_clock; given.clock_user = shift(n); }
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
        } else if (is_option(o, "credentials") && callback_of(value) != NULL) {
            given.credentials_callback = callback_of(value);
            given.credentials_user = remember_keys(o);
        } else if (is_option(o, "credentials") && strcmp(value, "from") == 0) {
            given.credentials_from = word(o, 3);
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
    if (is_option(o, "endpoint")) oss_config_set_endpoint(config, value);
    else if (is_option(o, "region")) oss_config_set_region(config, value);
    else if (is_option(o, "cloudbox_id")) oss_config_set_cloudbox_id(config, value);
    else if (is_option(o, "ca_file")) oss_config_set_ca_file(config, value);
    else if (is_option(o, "ca_pem")) oss_config_set_ca_pem(config, value, o->len[2]);
    else if (is_option(o, "proxy")) oss_config_set_proxy(config, value);
    else if (is_option(o, "app_name")) oss_config_set_app_name(config, value);
    else if (is_option(o, "signature_version")) oss_config_set_signature_version(config, (int)n);
    else if (is_option(o, "cname")) oss_config_set_cname(config, (int)n);
    else if (is_option(o, "path_style")) oss_config_set_path_style(config, (int)n);
    else if (is_option(o, "internal_endpoint")) oss_config_set_internal_endpoint(config, (int)n);
    else if (is_option(o, "accelerate_endpoint")) oss_config_set_accelerate_endpoint(config, (int)n);
    else if (is_option(o, "dual_stack")) oss_config_set_dual_stack(config, (int)n);
    else if (is_option(o, "insecure_skip_verify")) oss_config_set_insecure_skip_verify(config, (int)n);
    else if (is_option(o, "proxy_from_env")) oss_config_set_proxy_from_env(config, (int)n);
    else if (is_option(o, "crc64")) oss_config_set_crc64(config, (int)n);
    else if (is_option(o, "clock_skew_correction")) oss_config_set_clock_skew_correction(config, (int)n);
    else if (is_option(o, "pool_size")) oss_config_set_pool_size(config, n);
    else if (is_option(o, "file_sync")) oss_config_set_file_sync(config, (int)n);
    else if (is_option(o, "attempts")) oss_config_set_attempts(config, (int)n);
    else if (is_option(o, "backoff_ms")) oss_config_set_backoff_ms(config, n, number(o, 3));
    else if (is_option(o, "clock")) oss_config_set_clock(config, shifted_clock, shift(n));
    else if (is_option(o, "traffic_limit")) oss_config_set_traffic_limit(config, n);
    else if (is_option(o, "connect_timeout_ms")) oss_config_set_connect_timeout_ms(config, n);
    else if (is_option(o, "read_timeout_ms")) oss_config_set_read_timeout_ms(config, n);
    else if (is_option(o, "total_timeout_ms")) oss_config_set_total_timeout_ms(config, n);
    else if (is_option(o, "tls_versions"))
        oss_config_set_tls_versions(config, tls_version(value), tls_version(word(o, 3)));
    else if (is_option(o, "keys")) oss_config_set_keys(config, value, word(o, 3), word_or_null(o, 4));
    else if (is_option(o, "additional_signed_header")) oss_config_add_signed_header(config, value);
    else if (is_option(o, "user_header")) oss_config_add_user_header(config, value, word(o, 3));
    else if (is_option(o, "resolve")) oss_config_add_resolve(config, value, word(o, 3));
    else if (is_option(o, "session")) {
        const handle *one = find(value);
        oss_config_set_session(config, one == NULL ? NULL : one->session);
    } else if (strcmp(value, "from") == 0)
        oss_config_set_credentials_from(config, word(o, 3));
    else if (callback_of(value) != NULL)
        oss_config_set_credentials_callback(config, callback_of(value), remember_keys(o));
    else {
        oss_credentials *provider = credentials(o);
        oss_config_set_credentials(config, provider);
        oss_credentials_free(provider);
    }
}

oss_config *configure(void) {
    oss_config *config = oss_config_new();
    for (int index = 0; index < option_count; index++)
        apply_option(config, &options[index]);
    return config;
}

#endif

int keep_option(words *option) {
    if (!is_known_option(option) || option_count == MAX_OPTIONS)
        return 0;
    options[option_count++] = *option;
    memset(option, 0, sizeof *option);
    return 1;
}
