/* The command line: one table says which options there are, and help.c shows it. */
#include "ossctl.h"

#include <errno.h>

struct options options;

const struct option_row option_rows[] = {
    {"recursive", 'r', NULL, LS | PUT | GET | CP | MV | RM, "whole directories, everything below a prefix"},
    {"json", 'j', NULL, ALL, "one JSON object a line on standard output, errors likewise on standard error"},
    {"quiet", 'q', NULL, ALL, "neither progress nor what was done; only results and errors"},
    {"human", 'H', NULL, LS | DU | MOVES, "sizes as 1.5 MiB"},
    {"dry-run", 'n', NULL, SYNC, "change nothing, show what would be done"},
    {"delete", 0, NULL, SYNC, "remove at the target what the source does not have; last, and never after a failure"},
    {"delete-from-empty", 0, NULL, SYNC, "with --delete: also if the source has no file"},
    {"checksum", 'c', NULL, MOVES, "with directories: compare content (CRC-64) instead of times"},
    {"overwrite", 0, NULL, PUT | GET | CP, "with directories: transfer what is unchanged, too"},
    {"follow", 'L', NULL, MOVES, "with directories: follow symbolic links; else they are skipped"},
    {"markers", 0, NULL, STORES, "with directories: make an object \"name/\" for each empty one"},
    {"stop", 0, NULL, MOVES, "with directories: end at the first file that fails"},
    {"exclude", 'x', "PATTERN", MOVES, "with directories: leave out, on both sides; the last pattern that fits decides"},
    {"include", 'i', "PATTERN", MOVES, "with directories: take in again what --exclude leaves out"},
    {"workers", 'w', "N", MOVES, "parts or files at the same time, 1 to 64 (3)"},
    {"part-size", 0, "BYTES", MOVES, "bytes of a part, 102400 and more (8388608)"},
    {"records", 0, "DIRECTORY", MOVES, "where records for resuming are kept, instead of beside the files"},
    {"content-type", 0, "TYPE", STORES, "such as text/plain; else guessed from the name"},
    {"metadata", 0, "NAME=VALUE", STORES, "user metadata; may be given several times"},
    {"acl", 0, "ACL", STORES | MB, "private, public-read, public-read-write, default"},
    {"storage-class", 0, "CLASS", STORES | MB, "Standard, IA, Archive, ColdArchive, DeepColdArchive"},
    {"all", 0, NULL, RM, "with -r and no prefix: every object of the bucket"},
    {"versions", 0, NULL, RM, "all versions, for good, instead of a delete marker"},
    {"force", 'f', NULL, RB, "first delete everything in the bucket: objects, versions, uploads"},
    {"expires", 'e', "SECONDS", SIGN, "how long the URL is good, up to 604800 (3600)"},
    {"method", 'm', "METHOD", SIGN, "GET, PUT, HEAD or DELETE (GET)"},
    {"abort", 0, NULL, UPLOADS, "give them up, which deletes their parts"},
    {"older-than", 0, "DAYS", UPLOADS, "only those that began so many days ago or earlier"},
    {"endpoint", 0, "URL", ALL, "such as oss-cn-hangzhou.aliyuncs.com; else OSS_ENDPOINT"},
    {"region", 0, "REGION", ALL, "such as cn-hangzhou; else OSS_REGION, or what the endpoint says"},
    {"credentials", 0, "PROVIDER", ALL, "environment (default), profile, ecs-ram-role, chain, ...; else OSS_CREDENTIALS"},
    {"ca-file", 0, "FILE", ALL, "trust only the roots in this PEM file; else OSS_CA_FILE"},
    {"timeout", 0, "SECONDS", ALL, "end each request, or each transfer, after so long"},
    {"help", 'h', NULL, ALL, "this text"},
    {NULL, 0, NULL, 0, NULL},
};

/* A number that the option allows; -1 if it is none, which is said. */
static int64_t number(const char *name, const char *text, int64_t least, int64_t most)
{
    char *end;
    long long value;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && value >= least && value <= most)
        return value;
    complain(EXIT_USAGE, "--%s: \"%s\" is not a number from %lld to %lld", name, text, (long long)least, (long long)most);
    return -1;
}

static int add_pattern(int is_include, const char *text)
{
    if (options.pattern_count == MOST_PATTERNS)
        return complain(EXIT_USAGE, "more than %d patterns", MOST_PATTERNS);
    options.patterns[options.pattern_count].is_include = is_include;
    options.patterns[options.pattern_count++].text = text;
    return EXIT_DONE;
}

static int add_metadata(const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return complain(EXIT_USAGE, "--metadata: \"%s\" is not NAME=VALUE", text);
    if (options.metadata_count == MOST_PATTERNS)
        return complain(EXIT_USAGE, "--metadata: \"%s\" is one too many; %d can be given", text, MOST_PATTERNS);
    options.metadata[options.metadata_count++] = text;
    return EXIT_DONE;
}

static int set_flag(const char *name)
{
    const struct {
        const char *name;
        int *flag;
    } flags[] = {
        {"recursive", &options.recursive}, {"json", &options.json}, {"quiet", &options.quiet},
        {"human", &options.human}, {"dry-run", &options.dry_run}, {"delete", &options.delete_extra},
        {"delete-from-empty", &options.delete_from_empty}, {"checksum", &options.checksum},
        {"overwrite", &options.overwrite}, {"follow", &options.follow}, {"markers", &options.markers},
        {"stop", &options.stop}, {"all", &options.all}, {"versions", &options.versions}, {"force", &options.force},
        {"abort", &options.abort_uploads},
    };
    size_t i;
    for (i = 0; i < sizeof flags / sizeof *flags; i++)
        if (strcmp(name, flags[i].name) == 0)
            *flags[i].flag = 1;
    return EXIT_DONE;
}

static int set_value(const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"endpoint", &options.endpoint}, {"region", &options.region}, {"credentials", &options.credentials},
        {"ca-file", &options.ca_file}, {"records", &options.records}, {"acl", &options.acl},
        {"storage-class", &options.storage_class}, {"content-type", &options.content_type}, {"method", &options.method},
    };
    const struct {
        const char *name;
        int64_t *number, least, most;
    } numbers[] = {
        {"workers", &options.workers, 1, 64}, {"part-size", &options.part_size, 102400, 5368709120},
        {"expires", &options.expires, 1, 604800}, {"older-than", &options.older_than, 0, 36500},
        {"timeout", &options.timeout, 1, 604800},
    };
    size_t i;
    if (strcmp(name, "exclude") == 0 || strcmp(name, "include") == 0)
        return add_pattern(name[0] == 'i', value);
    if (strcmp(name, "metadata") == 0)
        return add_metadata(value);
    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(name, texts[i].name) == 0)
            *texts[i].text = value;
    for (i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(name, numbers[i].name) == 0
            && (*numbers[i].number = number(name, value, numbers[i].least, numbers[i].most)) < 0)
            return EXIT_USAGE;
    return EXIT_DONE;
}

/* The row of an option: by its letter, or by the `length` bytes of its name. */
static const struct option_row *find(char letter, const char *name, size_t length)
{
    const struct option_row *row;
    for (row = option_rows; row->name; row++) {
        if (letter ? row->letter == letter : strlen(row->name) == length && strncmp(row->name, name, length) == 0)
            return row;
    }
    return NULL;
}

static int apply(unsigned command, const struct option_row *row, const char *shown, const char *value)
{
    if (!row || !(row->commands & command))
        return complain(EXIT_USAGE, "%s is not an option of this command; see --help", shown);
    if (row->value && !value)
        return complain(EXIT_USAGE, "%s needs a value: %s", shown, row->value);
    if (!row->value && value)
        return complain(EXIT_USAGE, "%s takes no value", shown);
    if (strcmp(row->name, "help") == 0)
        return -1;
    return value ? set_value(row->name, value) : set_flag(row->name);
}

/* "--name", "--name=value", "--name value". */
static int read_long(unsigned command, char **argv, int argc, int *at)
{
    const char *name = argv[*at] + 2, *value = strchr(name, '=');
    const struct option_row *row = find(0, name, value ? (size_t)(value - name) : strlen(name));
    if (value)
        value++;
    else if (row && row->value && *at + 1 < argc)
        value = argv[++*at];
    return apply(command, row, argv[value && value == argv[*at] ? *at - 1 : *at], value);
}

/* "-r", "-rq", "-w8", "-w 8". */
static int read_short(unsigned command, char **argv, int argc, int *at)
{
    const char *letter = argv[*at] + 1;
    for (; *letter; letter++) {
        const struct option_row *row = find(*letter, NULL, 0);
        const char shown[3] = {'-', *letter, '\0'};
        const char *value = NULL;
        int code;
        if (row && row->value)
            value = letter[1] ? letter + 1 : *at + 1 < argc ? argv[++*at] : NULL;
        code = apply(command, row, shown, value);
        if (code != EXIT_DONE || value)
            return code;
    }
    return EXIT_DONE;
}

/* Sorts the words into options and arguments. An exit code, or -1 if help is wanted. */
int read_options(unsigned command, int argc, char **argv, char **arguments, int *count)
{
    int at, code = EXIT_DONE, only_arguments = 0;
    *count = 0;
    for (at = 0; at < argc && code == EXIT_DONE; at++) {
        if (only_arguments || argv[at][0] != '-' || argv[at][1] == '\0')
            arguments[(*count)++] = argv[at];
        else if (strcmp(argv[at], "--") == 0)
            only_arguments = 1;
        else if (argv[at][1] == '-')
            code = read_long(command, argv, argc, &at);
        else
            code = read_short(command, argv, argc, &at);
    }
    return code;
}

int asks_for_json(int argc, char **argv)
{
    int at;
    for (at = 1; at < argc && strcmp(argv[at], "--") != 0; at++) {
        const char *word = argv[at];
        const struct option_row *row = NULL;
        if (strcmp(word, "--json") == 0)
            return 1;
        if (strncmp(word, "--", 2) == 0)
            row = find(0, word + 2, strlen(word + 2));
        else if (word[0] == '-')
            while (*++word && (row = find(*word, NULL, 0)) != NULL && !row->value)
                if (row->letter == 'j')
                    return 1;
        if (row && row->value && (word[0] == '-' || !word[1]))
            at++; /* the next word is its value */
    }
    return 0;
}
