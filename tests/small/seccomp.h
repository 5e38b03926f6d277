/* The system calls that requests need, as a filter such as containers have. What is not listed ends the program and says
 * which call it was. bindings/c/README.md has the same list. */
#ifndef SECCOMP_H
#define SECCOMP_H

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 32-bit machines have other calls for these. */
#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SYS_newfstatat
#define SYS_newfstatat SYS_fstatat64
#endif

#ifndef SYS_clock_gettime64
#define SYS_clock_gettime64 SYS_clock_gettime
#endif

#define ALLOW(call) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void tell_and_end(int signal, siginfo_t *what, void *context)
{
    char text[] = "system call 0000 is not allowed\n";
    int number = what->si_syscall;
    (void)signal, (void)context;
    for (int place = 15; place >= 12; place--, number /= 10)
        text[place] = (char)('0' + number % 10);
    (void)!write(2, text, sizeof text - 1);
    _exit(1);
}

static void install(const struct sock_fprog *program)
{
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) == 0);
}

static inline void allow_listed_calls_only(void)
{
    static struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        /* connections */
        ALLOW(socket),
        ALLOW(connect),
        ALLOW(getsockopt),
        ALLOW(setsockopt),
        ALLOW(sendto),
        ALLOW(sendmsg),
        ALLOW(recvfrom),
        ALLOW(poll),
        ALLOW(fcntl),
        ALLOW(close),
        /* memory, random numbers, waiting */
        ALLOW(brk),
        ALLOW(mmap),
        ALLOW(munmap),
        ALLOW(mremap),
        ALLOW(madvise),
        ALLOW(getrandom),
        ALLOW(clock_gettime),
        ALLOW(clock_gettime64),
        ALLOW(clock_nanosleep),
        ALLOW(futex),
        /* the roots of ca_file, and those of the system */
        ALLOW(openat),
        ALLOW(read),
        ALLOW(fstat),
        ALLOW(statx),
        /* the program's own: its last words */
        ALLOW(write),
        ALLOW(newfstatat),
        ALLOW(exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    struct sigaction action = {0};
    action.sa_sigaction = tell_and_end;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGSYS, &action, NULL) == 0);
    install(&program);
}

/* An old kernel in a root without files: there is no getrandom, and nothing can be opened. */
static inline void refuse_random_numbers(void)
{
    static struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrandom, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    install(&program);
}

#endif
