/* Sources and their target, looked at before anything is moved: which way it goes, and whether several sources would be written
 * over each other. */
#include "ossctl.h"

#include <sys/stat.h>

int is_directory(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

int is_tree(const struct place *from)
{
    return options.recursive && (from->is_oss || (!from->is_stream && is_directory(from->text)));
}

char *name_of_source(const struct place *from)
{
    char *text = joined(from->text, ""), *name;
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/')
        text[--length] = '\0';
    name = joined(last_part(text), "");
    free(text);
    return name;
}

int ends_with_slash(const char *text)
{
    const size_t length = strlen(text);
    return length > 0 && text[length - 1] == '/';
}

/* Whether what comes keeps its name there. */
static int takes_names(const struct place *to)
{
    if (to->is_oss)
        return !*to->key || ends_with_slash(to->key);
    return !to->is_stream && (ends_with_slash(to->text) || is_directory(to->text));
}

static int check_direction(const struct place *from, const struct place *to, const struct way *way)
{
    if ((way->from_is_oss >= 0 && from->is_oss != way->from_is_oss) || (way->to_is_oss >= 0 && to->is_oss != way->to_is_oss))
        return complain(EXIT_USAGE, "%s to %s: this command goes the other way; see --help", from->text, to->text);
    if (!from->is_oss && !to->is_oss)
        return complain(EXIT_USAGE, "neither %s nor %s is in OSS: that is oss://BUCKET/KEY", from->text, to->text);
    if (way->removes && (from->is_stream || to->is_stream))
        return complain(EXIT_USAGE, "-: what comes from standard input or goes to standard output cannot be moved; use cp");
    if (from->is_stream && takes_names(to))
        return complain(EXIT_USAGE, "-: what comes from standard input needs a whole key, such as %s%s", to->text,
                 ends_with_slash(to->text) ? "name" : "/name");
    return EXIT_DONE;
}

static int check_source(const struct place *from, const struct place *to, const struct way *way)
{
    if (check_direction(from, to, way) != EXIT_DONE)
        return EXIT_USAGE;
    if (is_tree(from) && to->is_stream)
        return complain(EXIT_USAGE, "-: a directory cannot go to standard output");
    if (!is_tree(from) && (from->is_oss ? !*from->key || ends_with_slash(from->key) : is_directory(from->text)))
        return complain(EXIT_USAGE, "%s is a directory: give -r to transfer all that is below it", from->text);
    return EXIT_DONE;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Whether no two of the names are the same. */
static int check_names(char **names, int count, const struct place *to)
{
    int i;
    qsort(names, (size_t)count, sizeof *names, compare_names);
    for (i = 1; i < count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return complain(EXIT_USAGE, "two sources are called \"%s\", and one would be written over the other in %s", names[i],
                            to->text);
    return EXIT_DONE;
}

/* Several sources keep their names at the target, so each needs one of its own. */
static int check_several(const struct place *sources, int count, const struct place *to)
{
    char **names;
    int i, code = EXIT_DONE;
    if (to->is_stream)
        return EXIT_DONE;
    if (!takes_names(to))
        return complain(EXIT_USAGE, "%s: several sources need a directory as their target, or a place in OSS that ends with a slash",
                        to->text);
    names = calloc((size_t)count, sizeof *names);
    if (!names)
        return complain(EXIT_FAILED, "there is no memory");
    for (i = 0; i < count; i++) {
        names[i] = name_of_source(&sources[i]);
        if (code == EXIT_DONE && (!*names[i] || strcmp(names[i], ".") == 0 || strcmp(names[i], "..") == 0)) {
            code = complain(EXIT_USAGE, "%s: it has no name of its own, which it needs beside other sources", sources[i].text);
        }
    }
    if (code == EXIT_DONE)
        code = check_names(names, count, to);
    for (i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return code;
}

int check_transfer(const struct place *sources, int count, const struct place *to, const struct way *way)
{
    int i, code = EXIT_DONE;
    for (i = 0; i < count && code == EXIT_DONE; i++)
        code = check_source(&sources[i], to, way);
    if (code == EXIT_DONE && count > 1)
        code = check_several(sources, count, to);
    return code;
}
