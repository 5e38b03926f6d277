/* The handles that a scenario has opened. */

#include "runner.h"

#include <stdio.h>
#include <string.h>

enum { MAX_HANDLES = 64 };

static handle handles[MAX_HANDLES];

void let_go(handle *one) {
    oss_session_free(one->session);
    oss_bucket_free(one->bucket);
    oss_service_free(one->service);
    memset(one, 0, sizeof *one);
}

handle *find(const char *name) {
    for (int index = 0; name != NULL && index < MAX_HANDLES; index++)
        if (strcmp(handles[index].name, name) == 0 && *name != '\0')
            return &handles[index];
    return NULL;
}

static handle *slot(const char *name) {
    handle *one = find(name);
    for (int index = 0; one == NULL && index < MAX_HANDLES; index++)
        if (handles[index].name[0] == '\0')
            one = &handles[index];
    let_go(must(one));
    snprintf(one->name, sizeof one->name, "%s", name);
    return one;
}

/* Opens a session, bucket or service. */
void open_handle(const words *command, text *answer) {
    const char *kind = word(command, 0);
    oss_config *config = configure();
    handle *one = slot(word(command, 1));
    if (strcmp(kind, "session") == 0)
        one->session = oss_session_new(config);
    else if (strcmp(kind, "bucket") == 0)
        one->bucket = oss_bucket_new(config, word(command, 2));
    else
        one->service = oss_service_new(config);
    append(answer, "result", 6);
    if (one->session != NULL || one->bucket != NULL || one->service != NULL) {
        field_number(answer, "opened", 1);
    } else {
        field_number(answer, "opened", 0);
        /* Both ways to the text lead to the same one. */
        if (strcmp(oss_config_error(config), oss_last_error()) != 0)
            field_text(answer, "error", "oss_config_error() and oss_last_error() differ");
        field_text(answer, "error", oss_config_error(config));
    }
    oss_config_free(config);
}

void forget_handles(void) {
    for (int index = 0; index < MAX_HANDLES; index++)
        let_go(&handles[index]);
}
