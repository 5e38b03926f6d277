/* Counts the calls of a program that wait for a disk; to be loaded before the C library. Says at the end how many there were
 * of each, and nothing if there were none. */
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int syncs, data_syncs;

int fsync(int descriptor)
{
    syncs++;
    return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
    data_syncs++;
    return (int)syscall(SYS_fdatasync, descriptor);
}

__attribute__((destructor)) static void tell(void)
{
    if (syncs)
        printf("fsync %d\n", syncs);
    if (data_syncs)
        printf("fdatasync %d\n", data_syncs);
    fflush(stdout);
}
