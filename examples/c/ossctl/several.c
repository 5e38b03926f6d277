/* Sources and their target, looked at before anything is moved: which way it goes, whether several sources would be written
 * over each other, and whether all options mean something for them. */
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

/* ---- options ---- */

struct given {
    int is_given;
    const char *name;
};

static int refuse(const struct given *all, const char *why)
{
    for (; all->name; all++)
        if (all->is_given)
            return complain(EXIT_USAGE, "--%s %s", all->name, why);
    return EXIT_DONE;
}

/* What would be promised and not done is refused. */
int check_options(const struct place *sources, int count, const struct place *to, int has_tree)
{
    const struct given of_objects[] = {
        {options.content_type != NULL, "content-type"}, {options.metadata_count > 0, "metadata"},
        {options.acl != NULL, "acl"}, {options.storage_class != NULL, "storage-class"}, {0, NULL},
    };
    const struct given of_directories[] = {
        {options.pattern_count > 0, options.patterns[0].is_include ? "include" : "exclude"},
        {options.checksum, "checksum"}, {options.overwrite, "overwrite"}, {options.follow, "follow"},
        {options.markers, "markers"}, {options.stop, "stop"}, {0, NULL},
    };
    const struct given of_uploads[] = {{options.markers, "markers"}, {0, NULL}};
    const struct given of_links[] = {{options.follow, "follow"}, {0, NULL}};
    const struct given of_records[] = {{options.records != NULL, "records"}, {0, NULL}};
    const struct given of_deletion[] = {{options.delete_from_empty && !options.delete_extra, "delete-from-empty"}, {0, NULL}};
    int i, has_local = 0, has_stream = to->is_stream, code = EXIT_DONE;
    for (i = 0; i < count; i++) {
        has_local |= !sources[i].is_oss;
        has_stream |= sources[i].is_stream;
    }
    if (!to->is_oss)
        code = refuse(of_objects, "is about objects that are stored, and the target is not in OSS");
    if (code == EXIT_DONE && !has_tree)
        code = refuse(of_directories, "is about whole directories, and there is none; -r takes them");
    if (code == EXIT_DONE && !has_local)
        code = refuse(of_uploads, "is about local directories, and the source is in OSS");
    if (code == EXIT_DONE && !has_local && to->is_oss)
        code = refuse(of_links, "is about local directories, and both sides are in OSS");
    if (code == EXIT_DONE && has_stream && count == 1)
        code = refuse(of_records, "is about what can be resumed, which standard input and output cannot");
    if (code == EXIT_DONE)
        code = refuse(of_deletion, "needs --delete");
    return code;
}

int check_transfer(const struct place *sources, int count, const struct place *to, const struct way *way)
{
    int i, has_tree = 0, code = EXIT_DONE;
    for (i = 0; i < count && code == EXIT_DONE; i++) {
        code = check_source(&sources[i], to, way);
        has_tree |= is_tree(&sources[i]);
    }
    if (code == EXIT_DONE && count > 1)
        code = check_several(sources, count, to);
    return code == EXIT_DONE ? check_options(sources, count, to, has_tree) : code;
}
