/* Bodies that are sent. */

#include "runner.h"

#include <stdlib.h>
#include <string.h>

source body_of(const words *command, int index) {
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

/* One division in all: on 32 bits one for each byte takes longer than some scenarios last. */
static void pattern(uint8_t *buf, size_t len, long long at) {
    unsigned next = (unsigned)(at % 251);
    for (size_t i = 0; i < len; i++, next = next == 250 ? 0 : next + 1)
        buf[i] = (uint8_t)next;
}

int64_t read_source(void *user, uint8_t *buf, size_t cap) {
    source *body = user;
    const long long left = body->len - body->at;
    const size_t got = left < 0 ? 0 : (unsigned long long)left < cap ? (size_t)left : cap;
    if (got > 0 && body->bytes != NULL)
        memcpy(buf, body->bytes + body->at, got);
    else
        pattern(buf, got, body->at);
    body->at += (long long)got;
    return got == 0 && body->gives_up ? -1 : (int64_t)got;
}

/* The whole body in memory. */
uint8_t *all_of(source body) {
    uint8_t *bytes = must(malloc((size_t)body.len + 1));
    read_source(&body, bytes, (size_t)body.len);
    return bytes;
}
