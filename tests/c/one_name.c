/* Has two spellings of a name lead to the same file, as directories do that take letters with accents for the same however
 * they are composed; to be loaded before the C library. Only what looks at files is changed. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int statx(int directory, const char *restrict path, int flags, unsigned mask, struct statx *restrict about)
{
    static const char composed[] = "/caf\xc3\xa9", decomposed[] = "/cafe\xcc\x81";
    char other[4096];
    size_t length = path ? strlen(path) : 0, end = sizeof composed - 1;
    if (length >= end && length + 2 < sizeof other && strcmp(path + length - end, composed) == 0) {
        snprintf(other, sizeof other, "%.*s%s", (int)(length - end), path, decomposed);
        path = other;
    }
    return (int)syscall(SYS_statx, directory, path, flags, mask, about);
}
