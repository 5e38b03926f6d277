/* Words on the line, and the fields of an answer. */

#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must(void *memory) {
    if (memory == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return memory;
}

void append(text *to, const void *bytes, size_t len) {
    if (to->len + len + 1 > to->cap) {
        to->cap = 2 * (to->len + len + 1);
        to->bytes = must(realloc(to->bytes, to->cap));
    }
    if (len > 0)
        memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    to->bytes[to->len] = '\0';
}

const char *word(const words *list, int index) {
    return index < list->count ? list->at[index] : NULL;
}

const char *word_or_null(const words *list, int index) {
    const char *found = word(list, index);
    return found != NULL && *found != '\0' ? found : NULL;
}

long long number(const words *list, int index) {
    const char *found = word(list, index);
    return found == NULL ? 0 : strtoll(found, NULL, 10);
}

uint64_t unsigned_number(const words *list, int index) {
    const char *found = word(list, index);
    return found == NULL ? 0 : strtoull(found, NULL, 10);
}

int is(const words *command, const char *name) {
    return strcmp(word(command, 0), name) == 0;
}

void add_word(words *list, char *word, size_t len) {
    const size_t count = (size_t)list->count + 1;
    list->at = must(realloc(list->at, count * sizeof *list->at));
    list->len = must(realloc(list->len, count * sizeof *list->len));
    list->at[list->count] = word;
    list->len[list->count++] = len;
}

void free_words(words *list) {
    for (int index = 0; index < list->count; index++)
        free(list->at[index]);
    free(list->at);
    free(list->len);
    memset(list, 0, sizeof *list);
}

/* Takes a line apart and decodes it. */
words parse(char *line) {
    words list = {NULL, NULL, 0};
    for (char *piece = strtok(line, " "); piece != NULL; piece = strtok(NULL, " ")) {
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
        add_word(&list, decoded, (size_t)(to - decoded));
    }
    return list;
}

void field(text *answer, const char *name, const void *value, size_t len) {
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

void field_text(text *answer, const char *name, const char *value) {
    if (value != NULL && *value != '\0')
        field(answer, name, value, strlen(value));
}

void field_number(text *answer, const char *name, long long value) {
    char digits[32];
    field(answer, name, digits, (size_t)snprintf(digits, sizeof digits, "%lld", value));
}

void field_unsigned(text *answer, const char *name, uint64_t value) {
    char digits[32];
    if (value != 0)
        field(answer, name, digits, (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)value));
}

void field_known(text *answer, const char *name, long long value) {
    if (value >= 0)
        field_number(answer, name, value);
}
