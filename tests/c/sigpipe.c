/* A server that hangs up during an upload is an error, not the end of the process: the library raises no SIGPIPE.
 *
 *     sigpipe BUCKET
 *
 * The test has told the server to hang up on every PUT below "cut/". Whether the system then raises the signal is a
 * question of microseconds, so this program also looks at everything that is sent: no call may leave it to chance. */
#define _GNU_SOURCE
#include "check.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Stand in front of the C library's functions of these names, for the library, too. */
static long sent;

ssize_t send(int fd, const void *data, size_t len, int flags)
{
    CHECK(flags & MSG_NOSIGNAL);
    sent++;
    return syscall(SYS_sendto, fd, data, len, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    CHECK(flags & MSG_NOSIGNAL);
    sent++;
    return syscall(SYS_sendmsg, fd, message, flags);
}

static int is_socket(int fd)
{
    int type;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
}

ssize_t write(int fd, const void *data, size_t len)
{
    CHECK(!is_socket(fd));
    return syscall(SYS_write, fd, data, len);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    CHECK(!is_socket(fd));
    return syscall(SYS_writev, fd, pieces, count);
}

/* Proof that SIGPIPE would kill: a child that writes to a closed pipe. */
static void signal_is_deadly(void)
{
    int ends[2], status = 0;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(pipe(ends) == 0);
        close(ends[0]);
        if (write(ends[1], "x", 1) < 0)
            _exit(1);
        _exit(2);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
}

static int64_t zeros(void *user, uint8_t *buf, size_t cap)
{
    int64_t *left = (int64_t *)user;
    int64_t count = *left < (int64_t)cap ? *left : (int64_t)cap;
    memset(buf, 0, (size_t)count);
    *left -= count;
    return count;
}

int main(int argc, char **argv)
{
    static char data[8 * 1024 * 1024];
    int64_t left = sizeof data;
    oss_config *config;
    oss_bucket *bucket;
    oss_call *call = oss_call_new();
    sigset_t pipe_only;
    CHECK(argc == 2);
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    CHECK(sigprocmask(SIG_UNBLOCK, &pipe_only, NULL) == 0);
    signal_is_deadly();

    config = configure();
    OK(oss_config_set_attempts(config, 2));
    bucket = create_bucket(config, argv[1]);
    OK(oss_put_object(bucket, "whole", data, sizeof data, call));
    STATUS(OSS_NETWORK, oss_put_object(bucket, "cut/bytes", data, sizeof data, call));
    CHECK(oss_call_attempts(call) >= 2);
    STATUS(OSS_NETWORK, oss_put_object_stream(bucket, "cut/known", left, zeros, &left, call));
    left = sizeof data;
    STATUS(OSS_NETWORK, oss_put_object_stream(bucket, "cut/unknown", -1, zeros, &left, call));
    OK(oss_put_object(bucket, "whole", data, sizeof data, call));

    CHECK(sent > 0);

    /* Still as the program had set it. */
    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_DFL);
    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
