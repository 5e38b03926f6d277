/* What --help says. */
#include "ossctl.h"

#define PLACES "A place in OSS is oss://BUCKET/KEY; everything else is a local path, and - standard input or output.\n"

const struct command commands[] = {
    {"ls", LS, run_ls, "ls [-r] [oss://BUCKET[/PREFIX]]...", "list buckets, or what begins with a prefix",
     "Without a place: your buckets. Else all that begins with PREFIX, up to the next slash; with -r all of it.\n"
     "Each line has time, bytes and place. Nothing that begins like that: exit code 3.\n\n"
     "  ossctl ls oss://photos/2026/\n"
     "  ossctl ls -r --json oss://photos | jq .key\n"},
    {"stat", STAT, run_stat, "stat oss://BUCKET[/KEY]...", "all that the service says about an object or a bucket",
     "  ossctl stat oss://photos/a.jpg\n"},
    {"cat", CAT, run_cat, "cat oss://BUCKET/KEY...", "objects to standard output",
     "Checked by length and CRC-64; if one is wrong or breaks off, the exit code says so.\n\n"
     "  ossctl cat oss://logs/today.gz | zcat | less\n"},
    {"put", PUT, run_put, "put [-r] FILE|-... oss://BUCKET[/KEY]", "files, directories or standard input to OSS",
     "If KEY is missing or ends with a slash, the name of the file is added. Large files go in parts; if that is\n"
     "interrupted, the same command goes on where it stopped. With -r all that is below a directory is stored below\n"
     "KEY; what is unchanged is not sent. If what feeds - ends early, its beginning is stored: use pipefail.\n\n"
     "  ossctl put disk.img oss://backup/\n"
     "  ossctl put -r /etc oss://backup/etc\n"
     "  tar c /etc | ossctl put - oss://backup/etc.tar\n"},
    {"get", GET, run_get, "get [-r] oss://BUCKET/KEY... [FILE|DIRECTORY|-]", "objects or whole prefixes to files",
     "A file appears whole or not at all. If it is interrupted, the same command goes on where it stopped. With -r all\n"
     "that is below KEY comes into the directory; keys that would lead out of it are refused.\n\n"
     "  ossctl get oss://backup/disk.img .\n"
     "  ossctl get -r oss://backup/etc etc\n"
     "  ossctl get oss://backup/etc.tar - | tar x\n"},
    {"cp", CP, run_cp, "cp [-r] SOURCE... TARGET", "as put and get, and from OSS to OSS",
     "Within OSS the service copies; the data does not come here. Headers, metadata and tags are copied, unless\n"
     "--content-type or --metadata gives new ones. With -r several objects are copied at a time, see -w, and what has the\n"
     "same content at the target is not copied again, unless --overwrite or new headers are given. Several sources keep\n"
     "their names: they need names that differ, and a target that is a directory or ends with a slash.\n\n"
     "  ossctl cp oss://a/x oss://b/x\n"
     "  ossctl cp -r oss://a/logs oss://b/logs\n"},
    {"mv", MV, run_mv, "mv [-r] SOURCE... TARGET", "as cp, then the source is removed",
     "Nothing is removed before it has arrived and was compared, and then only what has arrived: a file that was written\n"
     "to or replaced meanwhile, and an object that was stored anew, stays, is named, and the exit code is not 0. Both are\n"
     "looked at last: what happens in the moment between that and the removal is lost, since OSS deletes by key alone. In\n"
     "a bucket with versioning it stays as an older version. What a program still writes to a file that it has open is\n"
     "lost with it. Local directories stay, without their files.\n\n"
     "  ossctl mv old.log oss://logs/\n"},
    {"rm", RM, run_rm, "rm [-r] oss://BUCKET/KEY...", "delete objects, or with -r all that is below a prefix",
     "Deleting what is not there is a success. With -r a slash is added: \"logs\" is not \"logs2\". A whole bucket needs\n"
     "--all. In a bucket with versioning the old versions stay, unless --versions deletes them, too: without -r those of\n"
     "exactly that key.\n\n"
     "  ossctl rm oss://photos/a.jpg\n"
     "  ossctl rm --versions oss://photos/a.jpg\n"
     "  ossctl rm -r oss://photos/2019\n"},
    {"sync", SYNC, run_sync, "sync SOURCE TARGET", "make a prefix like a directory, a directory like a prefix, or a prefix like another one",
     "What is new or different is transferred, by size and time, or with -c by content. A file about which anything was\n"
     "changed after its object was stored, also its mode, is compared by content, so one that was restored or has taken\n"
     "the place of another one is sent. (In a directory that took the place of another one as a whole, by mv or ln -sfn,\n"
     "files keep their times: that needs -c.) Within OSS the service copies, and what has the same size is compared by\n"
     "ETag or CRC-64. --delete removes at the target what the source does not have: last, not if anything failed, and not\n"
     "from a source without files; a file that was written to since it was listed stays. What --exclude leaves out is not\n"
     "touched. Patterns: * and ? and [...], * also for slashes; a pattern without a slash fits any file of that name, one\n"
     "that ends with a slash is about directories.\n\n"
     "  ossctl sync --delete /srv/www oss://site\n"
     "  ossctl sync -n --delete oss://site /srv/www\n"
     "  ossctl sync -x '*.tmp' -x '.git/' src oss://backup/src\n"
     "  ossctl sync --delete -w 16 oss://site oss://site-copy\n"},
    {"du", DU, run_du, "du [-H] oss://BUCKET[/PREFIX]...", "how many objects and bytes begin with a prefix",
     "  ossctl du -H oss://photos\n"},
    {"mb", MB, run_mb, "mb oss://BUCKET", "make a bucket", "  ossctl mb --acl private oss://photos\n"},
    {"rb", RB, run_rb, "rb [-f] oss://BUCKET", "remove a bucket", "It has to be empty, or -f deletes all that is in it, for good.\n\n  ossctl rb oss://photos\n"},
    {"sign", SIGN, run_sign, "sign [-e SECONDS] [-m METHOD] oss://BUCKET/KEY", "a URL that works without keys for a while",
     "  curl -O \"$(ossctl sign -e 600 oss://photos/a.jpg)\"\n"
     "  curl -T a.jpg \"$(ossctl sign -m PUT oss://photos/a.jpg)\"\n"},
    {"uploads", UPLOADS, run_uploads, "uploads [--abort] [--older-than DAYS] oss://BUCKET[/PREFIX]",
     "uploads that were never finished; their parts are billed",
     "  ossctl uploads oss://backup\n"
     "  ossctl uploads --abort --older-than 7 oss://backup\n"},
    {NULL, 0, NULL, NULL, NULL, NULL},
};

const struct command *find_command(const char *name)
{
    const struct command *command;
    for (command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

/* Where to find the service, keys, and what the exit code means. */
static void help_for_all(void)
{
    const struct command *command;
    puts("ossctl: files and objects in Alibaba Cloud OSS\n\n"
         "usage: ossctl COMMAND [OPTIONS] [ARGUMENTS]\n");
    for (command = commands; command->name; command++)
        printf("  %-8s %s\n", command->name, command->summary);
    puts("\nossctl COMMAND --help explains a command with examples.\n\n" PLACES
         "\nWhere the service is: OSS_ENDPOINT or --endpoint, such as oss-cn-hangzhou.aliyuncs.com (or OSS_REGION).\n"
         "Keys: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and for temporary ones OSS_SESSION_TOKEN, or --credentials.\n\n"
         "  export OSS_ENDPOINT=oss-cn-hangzhou.aliyuncs.com OSS_ACCESS_KEY_ID=... OSS_ACCESS_KEY_SECRET=...\n"
         "  ossctl mb oss://my-first-bucket\n"
         "  ossctl put notes.txt oss://my-first-bucket/\n"
         "  ossctl ls oss://my-first-bucket\n\n"
         "Progress goes to standard error: a bar on a terminal, else a line every ten seconds. -q turns it off.\n"
         "With --json results are objects, one a line.\n\n"
         "Exit codes: 0 done; 1 failed, or some files failed; 2 wrong usage; 3 not found; 4 denied, or no keys;\n"
         "5 network, timeout or overload: try again, it goes on where it stopped; 6 local file; 128+N ended by signal N.");
}

static void help_for(const struct command *command)
{
    const struct option_row *row;
    printf("usage: ossctl %s\n\n%s.\n\n%s\n", command->usage, command->summary, command->text);
    if (command->bit & MOVES)
        puts(PLACES);
    puts("options:");
    for (row = option_rows; row->name; row++) {
        char left[64];
        if (!(row->commands & command->bit))
            continue;
        snprintf(left, sizeof left, "%c%c%c --%s%s%s", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
                 row->letter ? ',' : ' ', row->name, row->value ? " " : "", row->value ? row->value : "");
        printf("  %-26s %s\n", left, row->help);
    }
}

void help(const struct command *command)
{
    if (command)
        help_for(command);
    else
        help_for_all();
}
