/* ossctl: files and objects from the command line, on oss.h alone.
 *
 * options.c reads the command line, help.c explains it, place.c knows what "oss://bucket/key" is and opens buckets,
 * output.c speaks to people and programs, list.c looks, manage.c makes and removes, several.c looks at sources and their
 * target, copy.c moves single files and objects, tree.c whole directories, between.c whole prefixes within OSS, source.c
 * removes what was moved. main.c puts them together.
 */
#ifndef OSSCTL_H
#define OSSCTL_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <oss.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The argument of that number is a format of printf(). */
#if defined __GNUC__
#define PRINTS(number) __attribute__((__format__(__printf__, number, number + 1)))
#else
#define PRINTS(number)
#endif

/* Exit codes. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,      /* anything else, and: some files failed, the others are done */
    EXIT_USAGE = 2,       /* the command line or a value in it is wrong */
    EXIT_NOT_FOUND = 3,   /* no such bucket, object or upload */
    EXIT_DENIED = 4,      /* refused, or no usable keys */
    EXIT_TEMPORARY = 5,   /* network, timeout, overload: the same command may succeed later, and goes on then */
    EXIT_LOCAL = 6        /* a local file cannot be read or written */
    /* 128 + number of the signal that ended it */
};

/* Commands, as a set. */
enum {
    LS = 1, STAT = 2, CAT = 4, PUT = 8, GET = 16, CP = 32, MV = 64, RM = 128, SYNC = 256, DU = 512, MB = 1024, RB = 2048,
    SIGN = 4096, UPLOADS = 8192,
    MOVES = PUT | GET | CP | MV | SYNC, STORES = PUT | CP | MV | SYNC, ALL = 16383
};

#define MOST_PATTERNS 64

struct pattern {
    int is_include;
    const char *text;
};

/* What the command line says besides its arguments. */
struct options {
    const char *endpoint, *region, *ca_file, *credentials;
    const char *records, *acl, *storage_class, *content_type, *method;
    const char *metadata[MOST_PATTERNS];
    struct pattern patterns[MOST_PATTERNS];
    int metadata_count, pattern_count;
    int recursive, json, quiet, human, dry_run, delete_extra, delete_from_empty, checksum, follow, markers;
    int all, versions, force, abort_uploads, stop, overwrite;
    int64_t workers, part_size, expires, older_than, timeout;
};
extern struct options options;

enum { MOST_BUCKET_NAME = 63 };

/* A place: a local path, standard input or output, or oss://BUCKET/KEY. */
struct place {
    int is_oss, is_stream;
    const char *text;
    char bucket[MOST_BUCKET_NAME + 1];
    const char *key; /* of oss:// places: "" for the bucket as a whole; else the path */
};

/* options.c */
struct option_row {
    const char *name;
    char letter;
    const char *value; /* what it takes; NULL for nothing */
    unsigned commands; /* where it means something */
    const char *help;
};
extern const struct option_row option_rows[];
int read_options(unsigned command, int argc, char **argv, char **arguments, int *count);
int asks_for_json(int argc, char **argv); /* before the options are read, which may go wrong */

/* help.c */
struct command {
    const char *name;
    unsigned bit;
    int (*run)(int count, char **arguments);
    const char *usage, *summary, *text;
};
extern const struct command commands[];
const struct command *find_command(const char *name);
void help(const struct command *command);

/* place.c */
int start(void); /* makes the configuration and the call; an exit code */
void stop(void);
extern oss_call *call;   /* of the command */
extern oss_call *second; /* for requests while the first is in use, or NULL */
int open_second(void); /* an exit code */
void free_second(void);

/* Threads that copy, each with calls of its own; NULL where there are none. */
enum { MOST_WORKERS = 64 };
struct worker {
    oss_call *copying, *asking;
};
extern struct worker workers[MOST_WORKERS];

oss_config *configuration(void);
oss_bucket *open_bucket(const char *name); /* good up to the end; NULL: it was said why */
int no_bucket(void);                       /* the exit code if it is NULL */
int parse_place(const char *text, struct place *place);
int parse_oss(const char *text, struct place *place); /* as parse_place(), but refuses local paths */
/* All of them, to be freed, with their buckets open; an exit code. */
int parse_all(int count, char **arguments, int (*parse)(const char *text, struct place *place), struct place **places);
int exit_code(oss_status status);
int failed(const char *doing, const char *what, oss_call *with, oss_status status); /* says why; the exit code */
void limit(oss_call *with);                                                                  /* gives it timeout, workers and the like */
int prepare(void);                                                                  /* gives `call` what the options say */
char *joined(const char *one, const char *other);                                   /* to be freed; ends if there is no memory */
char *directory_key(const char *key);                                               /* with a slash at its end, unless it is "" */
const char *last_part(const char *path);                                            /* after the last slash */

/* several.c */
struct way {
    int from_is_oss, to_is_oss; /* has to be (1), must not be (0) or may be either (-1) */
    int removes;                /* the sources, once they have arrived */
};
int check_transfer(const struct place *sources, int count, const struct place *to, const struct way *way);
/* Whether all options that are given mean something for that; `has_tree` if a directory or a prefix goes as a whole. */
int check_options(const struct place *sources, int count, const struct place *to, int has_tree);
int is_tree(const struct place *from);               /* a directory or a prefix that goes as a whole */
int is_directory(const char *path);                  /* here */
int ends_with_slash(const char *text);
char *name_of_source(const struct place *from);      /* its last part, without slashes; to be freed */

/* output.c */
int complain(int code, const char *format, ...) PRINTS(2); /* on standard error, as JSON if wanted; the exit code */
void say(const char *format, ...) PRINTS(1);   /* a line for people; nothing with --json and --quiet */
void print_text(FILE *to, const char *text);   /* control characters shown as \xNN */
void print_size(FILE *to, int64_t bytes);      /* as --human says */
void print_time(FILE *to, int64_t time);
void json_to(FILE *to);                         /* where JSON goes; standard output at first */
void json_begin(void);
void json_text(const char *name, const char *value); /* left out if NULL */
void json_number(const char *name, int64_t value);
void json_end(void);
void watch_progress(const char *label);        /* has `call` show how far it is */
int64_t progress_done(void);                   /* how far it came */
void step_progress(int64_t done, int64_t total); /* the same, for what is no single call */
void end_progress(void);
void hide_progress(void);                      /* before anything else is printed */
extern int stdout_is_data;                     /* content goes to standard output, so nothing else may */

/* list.c */
int expect_something(const struct place *place); /* below a prefix; an exit code */

/* commands */
int run_ls(int count, char **arguments);
int run_stat(int count, char **arguments);
int run_du(int count, char **arguments);
int run_uploads(int count, char **arguments);
int run_mb(int count, char **arguments);
int run_rb(int count, char **arguments);
int run_rm(int count, char **arguments);
int run_sign(int count, char **arguments);
int run_cat(int count, char **arguments);
int run_put(int count, char **arguments);
int run_get(int count, char **arguments);
int run_cp(int count, char **arguments);
int run_mv(int count, char **arguments);
int run_sync(int count, char **arguments);

/* source.c */
struct file_state { /* a local file at one moment */
    int64_t size, modified_ns, changed_ns;
    uint64_t device, number;
};
struct object_state { /* likewise an object; what is not known is NULL or -1 */
    char *etag, *version_id;
    int64_t modified;
};
int look_at_file(const char *path, struct file_state *state); /* whether there is one */
int remove_file(const char *path, const struct file_state *sent, oss_bucket *bucket, const char *key, oss_call *with);
void look_at_object(oss_call *answered, struct object_state *state);
void free_object_state(struct object_state *state);
oss_status remove_object(oss_bucket *bucket, const char *key, const struct object_state *arrived, oss_call *with, int *is_kept);
int complain_kept(const char *bucket, const char *key);

/* tree.c */
int upload_tree(const char *directory, const struct place *to, int flags, int removes);
int download_tree(const struct place *from, const char *directory, int flags, int removes);
int delete_tree(const char *bucket, const char *prefix, int flags);
int tree_flags(void);
int is_all_wanted(const char *name); /* what the patterns say of a name and all directories that it lies in */
void tree_summary(long long transferred, int64_t bytes, long long unchanged, long long skipped, long long failures,
                  long long deleted);

/* between.c */
int copy_tree(const struct place *from, const struct place *to, int removes);

/* copy.c */
void store_headers(oss_call *with);
void replace_headers(oss_call *with);
void keep_records(oss_call *with);
oss_status copy_by_service(oss_bucket *to, const char *key, const char *bucket, const char *source, oss_call *with);

#endif
