/* What the parts of the C runner share; see main.c. */

#ifndef RUNNER_H
#define RUNNER_H

#define _POSIX_C_SOURCE 200809L

#include <stddef.h>
#include <stdint.h>

#include <oss.h>

/* ---- words.c ---- */

/* A text that grows. */
typedef struct {
    char *bytes;
    size_t len, cap;
} text;

/* Words: of a command, or of an option or input kept for later. */
typedef struct {
    char **at;
    size_t *len;
    int count;
} words;

void *must(void *memory);
void append(text *to, const void *bytes, size_t len);
words parse(char *line);
void add_word(words *list, char *word, size_t len);
void free_words(words *list);
const char *word(const words *list, int index);
const char *word_or_null(const words *list, int index);
long long number(const words *list, int index);
uint64_t unsigned_number(const words *list, int index);
int is(const words *command, const char *name);

/* Adds ` name=value` to an answer; of texts and numbers only those that are there. */
void field(text *answer, const char *name, const void *value, size_t len);
void field_text(text *answer, const char *name, const char *value);
void field_number(text *answer, const char *name, long long value);
void field_unsigned(text *answer, const char *name, uint64_t value);
void field_known(text *answer, const char *name, long long value);

/* ---- handles.c: what a scenario has opened ---- */

typedef struct {
    char name[64];
    oss_session *session;
    oss_bucket *bucket;
    oss_service *service;
} handle;

handle *find(const char *name);
void let_go(handle *one);
void open_handle(const words *command, text *answer);
void forget_handles(void);

/* ---- options.c ---- */

oss_config *configure(void);
/* Keeps an option, whose words it takes over; 0 if there is none of that name. */
int keep_option(words *option);
void forget_options(void);
void forget_keys(void);

/* ---- outcome.c: what an operation brought ---- */

typedef struct {
    oss_call *call;
    oss_status status;
    unsigned long long fnv;
    long long bytes;
    char body[1000];
    int has_body, wants_body;
    text more, entries;
    int reports;
    long long done, total, stop_at;
    long long write_stop;
} outcome;

/* The inputs, some of which ask for parts of the answer. */
extern words *inputs;
extern int input_count;

void received(outcome *to, const void *data, size_t len);
int on_progress(void *user, int64_t done, int64_t total);
int on_write(void *user, const uint8_t *data, size_t len);
void read_all(outcome *to, long long enough);
void list_all(outcome *to);
void collected(outcome *to);
void print_result(const outcome *to, text *answer);

/* ---- bodies.c: what is sent ---- */

typedef struct {
    const char *bytes; /* NULL: the pattern */
    long long len, at;
    int gives_up;
} source;

source body_of(const words *command, int index);
int64_t read_source(void *user, uint8_t *buf, size_t cap);
uint8_t *all_of(source body);

/* ---- the operations by what they are about; 0 if there is none of that name ---- */

int on_object(const words *command, const oss_bucket *bucket, outcome *to);
int on_settings(const words *command, const oss_bucket *bucket, outcome *to);
int on_transfer(const words *command, const oss_bucket *bucket, outcome *to);
/* Hands an input about transfers to a call; #OSS_OK if it is about something else. */
oss_status set_transfer(const words *input, outcome *to);
int on_upload(const words *command, const oss_bucket *bucket, outcome *to);
int on_url(const words *command, const oss_bucket *bucket, outcome *to);
int on_bucket(const words *command, const oss_bucket *bucket, outcome *to);
int on_service(const words *command, const oss_service *service, outcome *to);

/* ---- perform.c ---- */

/* Keeps an input, whose words it takes over; 0 if there is none of that name. */
int keep_input(words *input);
void forget_inputs(void);
/* Carries out an operation, or one by many threads; 0 if there is none of that name. */
int perform(const words *command, outcome *to);
int run_threads(const words *command, text *answer);
void finish(outcome *to);

#endif
