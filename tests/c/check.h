/* What the test programs share: checks that end the program, and the way to the server.
 *
 * The environment says where the server is: OSS_ENDPOINT, OSS_REGION and, as far as they are set,
 *   OSS_CA_FILE             trusts this CA
 *   OSS_SIGNATURE_VERSION   1 or 4
 *   OSS_RESOLVE             connects to this address whatever the host
 * The library itself reads OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include "oss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ends the program unless the condition holds. */
#define CHECK(condition) \
    do { \
        if (!(condition)) \
            check_failed(__FILE__, __LINE__, #condition); \
    } while (0)

/* Ends the program unless the call ends with that status. */
#define STATUS(expected, call) check_status(__FILE__, __LINE__, #call, #expected, expected, call)
#define OK(call) STATUS(OSS_OK, call)

/* Ends the program unless both texts, or both numbers, are the same. */
#define TEXT(expected, actual) check_text(__FILE__, __LINE__, #actual, expected, actual)
#define NUMBER(expected, actual) check_number(__FILE__, __LINE__, #actual, expected, actual)

/* Ends the program unless the text contains that piece. */
#define SAYS(piece, actual) check_says(__FILE__, __LINE__, #actual, piece, actual)

static inline void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s does not hold (last error: %s)\n", file, line, what,
            oss_last_error());
    exit(1);
}

static inline void check_status(const char *file, int line, const char *what, const char *name,
                                oss_status expected, oss_status actual)
{
    if (actual == expected)
        return;
    fprintf(stderr, "%s:%d: %s is %s instead of %s (last error: %s)\n", file, line, what,
            oss_status_name(actual), name, oss_last_error());
    exit(1);
}

static inline void check_text(const char *file, int line, const char *what, const char *expected,
                              const char *actual)
{
    if (actual && strcmp(actual, expected) == 0)
        return;
    fprintf(stderr, "%s:%d: %s is \"%s\" instead of \"%s\"\n", file, line, what,
            actual ? actual : "(NULL)", expected);
    exit(1);
}

static inline void check_number(const char *file, int line, const char *what, long long expected,
                                long long actual)
{
    if (actual == expected)
        return;
    fprintf(stderr, "%s:%d: %s is %lld instead of %lld (last error: %s)\n", file, line, what,
            actual, expected, oss_last_error());
    exit(1);
}

static inline void check_says(const char *file, int line, const char *what, const char *piece,
                              const char *actual)
{
    if (actual && strstr(actual, piece))
        return;
    fprintf(stderr, "%s:%d: %s does not say \"%s\" but \"%s\"\n", file, line, what, piece,
            actual ? actual : "(NULL)");
    exit(1);
}

/* A variable of the environment that the program cannot do without. */
static inline const char *required(const char *name)
{
    const char *value = getenv(name);
    if (!value) {
        fprintf(stderr, "%s is not set\n", name);
        exit(2);
    }
    return value;
}

/* A configuration that leads to the server. */
static inline oss_config *configure(void)
{
    oss_config *config = oss_config_new();
    const char *ca = getenv("OSS_CA_FILE");
    const char *version = getenv("OSS_SIGNATURE_VERSION");
    const char *resolve = getenv("OSS_RESOLVE");
    CHECK(config);
    OK(oss_config_set_endpoint(config, required("OSS_ENDPOINT")));
    OK(oss_config_set_region(config, required("OSS_REGION")));
    if (ca)
        OK(oss_config_set_ca_file(config, ca));
    if (version)
        OK(oss_config_set_signature_version(config, atoi(version)));
    if (resolve)
        OK(oss_config_add_resolve(config, "*", resolve));
    return config;
}

/* The bucket of that name, which is created. */
static inline oss_bucket *create_bucket(oss_config *config, const char *name)
{
    oss_bucket *bucket = oss_bucket_new(config, name);
    CHECK(bucket);
    OK(oss_put_bucket(bucket, NULL));
    return bucket;
}

/* A clock that only goes forward, in milliseconds. */
static inline long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static inline void sleep_ms(long long milliseconds)
{
    struct timespec time;
    time.tv_sec = (time_t)(milliseconds / 1000);
    time.tv_nsec = (long)(milliseconds % 1000) * 1000000L;
    while (nanosleep(&time, &time) != 0)
        ;
}

#endif /* CHECK_H */
