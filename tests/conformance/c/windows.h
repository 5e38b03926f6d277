/* What the runner takes from POSIX and Windows lacks. Elsewhere nothing. */
#ifndef RUNNER_WINDOWS_H
#define RUNNER_WINDOWS_H

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

/* Lines end in one character, and ^Z is one like others. */
static inline void use_bytes(void) {
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
}

/* Not _putenv_s, for which an empty value is none. */
static inline void setenv(const char *name, const char *value, int replace) {
    (void)replace;
    SetEnvironmentVariableA(name, value);
}

static inline void unsetenv(const char *name) {
    SetEnvironmentVariableA(name, NULL);
}

static inline long getline(char **line, size_t *cap, FILE *from) {
    size_t len = 0;
    int c = 0;
    while (c != '\n' && (c = getc(from)) != EOF) {
        if (len + 2 > *cap && (*line = realloc(*line, *cap = *cap * 2 + 4096)) == NULL)
            abort();
        (*line)[len++] = (char)c;
        (*line)[len] = '\0';
    }
    return len > 0 ? (long)len : -1;
}
#else
static inline void use_bytes(void) {
}
#endif
#endif
