/*
 * What a client under measurement has to bring; driver.c does the rest. One client per program: ours.c, curl.c, floor.c.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <stddef.h>

/* What one operation does. The body is always `size` bytes of 'x'. */
enum operation { PUT, PUT_FILE, GET, GET_SINK };

struct plan {
    enum operation operation;
    size_t size;
    int threads;
    const char *url;  /* http[s]://host:port, without a slash at the end */
    const char *ca;   /* PEM file of the peer's CA, or NULL */
    const char *file; /* for PUT_FILE: `size` bytes */
    const char *body; /* for PUT: `size` bytes, at a page's begin */
    int all_on;       /* log, progress, timeout and a header of the user's on */
};

/* Once, before threads start. */
void client_start(const struct plan *plan);

/* One per thread. `buffer` takes a body of `size` bytes and begins at a page: elsewhere some kernels copy at half speed. */
void *worker_new(const struct plan *plan, char *buffer);

/* Moves one object of `size` bytes as `operation` says; 0 if all went well. */
int worker_run(void *worker, enum operation operation, size_t size);

void worker_free(void *worker);

#endif
