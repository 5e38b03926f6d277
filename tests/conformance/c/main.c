/* The C runner of the conformance scenarios: reads commands, carries them out with oss.h (or, with -DWITH_OSS_OPTIONS,
 * makes its handles with oss_options.h), prints what came of it. See ../README.md. */

#include "runner.h"
#include "windows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void forget_all(void) {
    forget_options();
    forget_inputs();
    forget_handles();
    forget_keys();
}

/* Carries out a command; takes its words over if it has to keep them. */
static void obey(words *command, text *answer) {
    const char *ok = "ok";
    if (command->count == 0) {
        ok = "unsupported";
    } else if (is(command, "hello")) {
#ifdef WITH_OSS_OPTIONS
        ok = "ok 1 c-options";
#else
        ok = "ok 1 c";
#endif
    } else if (is(command, "scenario")) {
        forget_all();
    } else if (is(command, "env")) {
        if (command->count > 2)
            setenv(word(command, 1), word(command, 2), 1);
        else
            unsetenv(word(command, 1));
    } else if (is(command, "config")) {
        forget_options();
    } else if (is(command, "option")) {
        if (!keep_option(command))
            ok = "unsupported";
    } else if (is(command, "session") || is(command, "bucket") || is(command, "service")) {
        open_handle(command, answer);
        ok = "";
    } else if (is(command, "free")) {
        handle *one = find(word(command, 1));
        if (one != NULL)
            let_go(one);
        else
            ok = "unsupported";
    } else if (keep_input(command)) {
        ok = "ok";
    } else if (is(command, "threads")) {
        ok = run_threads(command, answer) ? "" : "unsupported";
        forget_inputs();
    } else {
        outcome got;
        ok = "unsupported";
        if (perform(command, &got)) {
            print_result(&got, answer);
            ok = "";
        }
        finish(&got);
        forget_inputs();
    }
    if (*ok != '\0') {
        answer->len = 0;
        append(answer, ok, strlen(ok));
    }
}

int main(void) {
    char *line = NULL;
    size_t cap = 0;
    long len;
    use_bytes();
    while ((len = getline(&line, &cap, stdin)) >= 0) {
        text answer = {NULL, 0, 0};
        if (len > 0 && line[len - 1] == '\n')
            line[len - 1] = '\0';
        words command = parse(line);
        obey(&command, &answer);
        puts(answer.bytes);
        fflush(stdout);
        free(answer.bytes);
        free_words(&command);
    }
    free(line);
    forget_all();
    return 0;
}
