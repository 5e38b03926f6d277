/* Functions of the system that fail; to be loaded before the C library.
 *
 * FAIL_WHAT is "disk" (whatever changes regular files and directories), "create" (making files), "descriptors" (opening files
 * and sockets) or "threads". FAIL_AT is the first call that fails, counted from 1, with the error FAIL_WITH; all after it fail
 * too if FAIL_EVER is set. Says at the end how many failed. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int calls, failures;

/* Whether this call, which is of that kind, fails. */
static int fails(const char *kind)
{
    const char *what = getenv("FAIL_WHAT"), *at = getenv("FAIL_AT"), *with = getenv("FAIL_WITH");
    int call;
    if (!what || !at || strcmp(what, kind) != 0)
        return 0;
    call = __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
    if (call < atoi(at) || (call > atoi(at) && !getenv("FAIL_EVER")))
        return 0;
    __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
    errno = with ? atoi(with) : EIO;
    return 1;
}

static int is_file(int descriptor)
{
    struct stat found;
    return fstat(descriptor, &found) == 0 && S_ISREG(found.st_mode);
}

static int makes(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    unsigned mode = 0;
    if (makes(flags)) {
        va_start(rest, flags);
        mode = va_arg(rest, unsigned);
        va_end(rest);
    }
    if (fails("descriptors") || (makes(flags) && (fails("disk") || fails("create"))))
        return -1;
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int socket(int domain, int type, int protocol)
{
    return fails("descriptors") ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    return is_file(descriptor) && fails("disk") ? -1 : syscall(SYS_write, descriptor, bytes, count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    return fails("disk") ? -1 : syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

int ftruncate64(int descriptor, off64_t length)
{
    return fails("disk") ? -1 : (int)syscall(SYS_ftruncate, descriptor, length);
}

int fsync(int descriptor)
{
    return fails("disk") ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor)
{
    return fails("disk") ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

int fchmod(int descriptor, mode_t mode)
{
    return fails("disk") ? -1 : (int)syscall(SYS_fchmod, descriptor, mode);
}

int rename(const char *from, const char *to)
{
    return fails("disk") ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from, const char *path, int to, const char *name, int flags)
{
    return fails("disk") ? -1 : (int)syscall(SYS_linkat, from, path, to, name, flags);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    typedef int create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    extern void *dlsym(void *, const char *);
    void *found = dlsym((void *)-1L, "pthread_create"); /* RTLD_NEXT */
    create *real;
    if (fails("threads"))
        return EAGAIN;
    memcpy(&real, &found, sizeof real);
    return real(thread, attributes, run, argument);
}

__attribute__((destructor)) static void tell(void)
{
    printf("failures %d\n", failures);
    fflush(stdout);
}
