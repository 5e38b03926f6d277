/* Operations with their inputs, by one thread or by many. */

#include "runner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

words *inputs;
int input_count;

int keep_input(words *input) {
    static const char *const names[] = {"header", "query", "range", "timeout_ms", "cancel_after_ms", "progress",
                                        "progress_stop", "want", "error_detail", "field", "text", "count",
                                        "initial_crc64", "callback", "part", "part_size", "workers", "prefetch",
                                        "record_directory", "no_record", "outcome_stop", "filter_out"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        if (!is(input, names[index]))
            continue;
        inputs = must(realloc(inputs, (size_t)(input_count + 1) * sizeof *inputs));
        inputs[input_count++] = *input;
        memset(input, 0, sizeof *input);
        return 1;
    }
    return 0;
}

void forget_inputs(void) {
    while (input_count > 0)
        free_words(&inputs[--input_count]);
    free(inputs);
    inputs = NULL;
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

/* Carries out an operation; 0 if there is none of that name. */
static int operate(const words *command, outcome *to) {
    const handle *one = find(word(command, 1));
    if (one == NULL)
        return 0;
    if (one->service != NULL)
        return on_service(command, one->service, to);
    return on_object(command, one->bucket, to) || on_settings(command, one->bucket, to) ||
           on_transfer(command, one->bucket, to) ||
           on_upload(command, one->bucket, to) || on_url(command, one->bucket, to) || on_bucket(command, one->bucket, to);
}

/* Hands the inputs to a call; the first that is refused is the result. */
static void apply_inputs(outcome *to, canceller *cancel) {
    for (int index = 0; index < input_count && to->status == OSS_OK; index++) {
        const words *input = &inputs[index];
        if (is(input, "header"))
            to->status = oss_call_set_header(to->call, word(input, 1), word(input, 2));
        else if (is(input, "query"))
            to->status = oss_call_set_query(to->call, word(input, 1), word(input, 2));
        else if (is(input, "range"))
            to->status = oss_call_set_range(to->call, number(input, 1), number(input, 2));
        else if (is(input, "timeout_ms"))
            to->status = oss_call_set_timeout_ms(to->call, number(input, 1));
        else if (is(input, "progress") || is(input, "progress_stop")) {
            to->stop_at = input->count > 1 ? number(input, 1) : -1;
            to->status = oss_call_set_progress(to->call, on_progress, to);
        } else if (is(input, "cancel_after_ms"))
            cancel->milliseconds = number(input, 1);
        else if (is(input, "field"))
            to->status = oss_call_set_field(to->call, word(input, 1), word(input, 2));
        else if (is(input, "initial_crc64"))
            to->status = oss_call_set_initial_crc64(to->call, unsigned_number(input, 1));
        else if (is(input, "part"))
            to->status = oss_call_add_part(to->call, (int32_t)number(input, 1), word(input, 2), number(input, 3),
                                       unsigned_number(input, 4));
        else if (is(input, "callback")) {
            to->status = oss_call_set_upload_callback(to->call, word(input, 1), word(input, 2));
            to->wants_body = 1;
        } else
            to->status = set_transfer(input, to);
    }
}

/* One operation with its own call. */
int perform(const words *command, outcome *to) {
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
    if (to->wants_body)
        collected(to);
    if (cancel.started)
        pthread_join(cancel.thread, NULL);
    return known;
}

void finish(outcome *to) {
    oss_call_free(to->call);
    free(to->more.bytes);
    free(to->entries.bytes);
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

int run_threads(const words *command, text *answer) {
    const int count = (int)number(command, 1);
    const words operation = {command->at + 3, command->len + 3, command->count - 3};
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
