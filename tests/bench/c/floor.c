/*
 * The least that HTTP can cost: canned bytes over a bare socket. No signature, no checksum, next to no parsing, no TLS.
 */
#include "driver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECE = 256 * 1024, HEAD = 4096 };

struct worker {
    const struct plan *plan;
    int socket;
    char *buffer;
    char *sink; /* where a download goes that nobody wants */
    char head[HEAD];
};

void client_start(const struct plan *plan)
{
    (void)plan;
}

void *worker_new(const struct plan *plan, char *buffer)
{
    struct worker *worker = calloc(1, sizeof *worker);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1;
    worker->plan = plan;
    worker->buffer = buffer;
    worker->sink = aligned_alloc(4096, PIECE);
    worker->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_port = htons((unsigned short)atoi(strrchr(plan->url, ':') + 1));
    setsockopt(worker->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(worker->socket, (struct sockaddr *)&address, sizeof address) != 0)
        perror("floor: connect");
    return worker;
}

static int send_all(struct worker *worker, struct iovec *parts, size_t number)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = number};
    while (message.msg_iovlen > 0) {
        ssize_t sent = sendmsg(worker->socket, &message, MSG_NOSIGNAL);
        if (sent < 0)
            return 1;
        while (message.msg_iovlen > 0 && (size_t)sent >= message.msg_iov->iov_len) {
            sent -= (ssize_t)message.msg_iov->iov_len;
            message.msg_iov++;
            message.msg_iovlen--;
        }
        if (message.msg_iovlen > 0) {
            message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
            message.msg_iov->iov_len -= (size_t)sent;
        }
    }
    return 0;
}

static int send_file(struct worker *worker, size_t size)
{
    int file = open(worker->plan->file, O_RDONLY | O_CLOEXEC);
    off_t at = 0;
    while (file >= 0 && (size_t)at < size)
        if (sendfile(worker->socket, file, &at, size - (size_t)at) <= 0)
            break;
    close(file);
    return (size_t)at != size;
}

/* Reads the head and what came with it; how much of a body that was goes to `extra`, which stands at `*body`. */
static int receive_head(struct worker *worker, char **body, size_t *extra)
{
    size_t have = 0;
    for (;;) {
        ssize_t got = recv(worker->socket, worker->head + have, HEAD - 1 - have, 0);
        if (got <= 0)
            return 1;
        have += (size_t)got;
        worker->head[have] = '\0';
        char *end = strstr(worker->head, "\r\n\r\n");
        if (end) {
            *body = end + 4;
            *extra = have - (size_t)(end + 4 - worker->head);
            return strncmp(worker->head, "HTTP/1.1 200", 12) != 0;
        }
    }
}

static int receive_body(struct worker *worker, enum operation operation, size_t size, const char *body, size_t have)
{
    if (operation == GET)
        memcpy(worker->buffer, body, have);
    while (have < size) {
        size_t rest = size - have < PIECE ? size - have : PIECE;
        char *into = operation == GET ? worker->buffer + have : worker->sink;
        ssize_t got = recv(worker->socket, into, rest, 0);
        if (got <= 0)
            return 1;
        have += (size_t)got;
    }
    return 0;
}

int worker_run(void *opaque, enum operation operation, size_t size)
{
    struct worker *worker = opaque;
    char head[256], *body = NULL;
    size_t extra = 0;
    int upload = operation == PUT || operation == PUT_FILE;
    int length = snprintf(head, sizeof head, "%s /bench/%zu HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n",
                          upload ? "PUT" : "GET", size, upload ? size : 0);
    struct iovec parts[2] = {{head, (size_t)length}, {(char *)worker->plan->body, operation == PUT ? size : 0}};
    if (send_all(worker, parts, operation == PUT ? 2 : 1) != 0)
        return 1;
    if (operation == PUT_FILE && send_file(worker, size) != 0)
        return 1;
    if (receive_head(worker, &body, &extra) != 0)
        return 1;
    return upload ? 0 : receive_body(worker, operation, size, body, extra);
}

void worker_free(void *opaque)
{
    struct worker *worker = opaque;
    close(worker->socket);
    free(worker->sink);
    free(worker);
}
