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

int64_t read_source(void *user, uint8_t *buf, size_t cap) {
    source *body = user;
    size_t got = 0;
    for (; got < cap && body->at < body->len; got++, body->at++)
        buf[got] = body->bytes != NULL ? (uint8_t)body->bytes[body->at] : (uint8_t)(body->at % 251);
    return got == 0 && body->gives_up ? -1 : (int64_t)got;
}

/* The whole body in memory. */
uint8_t *all_of(source body) {
    uint8_t *bytes = must(malloc((size_t)body.len + 1));
    read_source(&body, bytes, (size_t)body.len);
    return bytes;
}
