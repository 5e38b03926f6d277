/* oss_call_cancel() from another thread ends a request wherever it hangs, within a quarter of a second.
 *
 * Prints how long each took. Needs no server: the peers that hang are its own. */
#include "check.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* The promise is 250 ms; the rest is for a busy machine to schedule its threads, which may take longer, but not each time. */
enum { LIMIT_MS = 400, HEAD_START_MS = 300, TRIES = 5 };

static oss_call *call;
static long long cancelled_at;

static void *cancel_soon(void *unused)
{
    (void)unused;
    sleep_ms(HEAD_START_MS);
    cancelled_at = now_ms();
    OK(oss_call_cancel(call));
    return NULL;
}

static oss_bucket *bucket_at(const char *scheme, int port, int attempts)
{
    char endpoint[64];
    oss_config *config = oss_config_new();
    oss_bucket *bucket;
    snprintf(endpoint, sizeof endpoint, "%s://127.0.0.1:%d", scheme, port);
    OK(oss_config_set_endpoint(config, endpoint));
    OK(oss_config_set_region(config, "cn-hangzhou"));
    OK(oss_config_set_keys(config, "id", "secret", NULL));
    OK(oss_config_set_attempts(config, attempts));
    CHECK((bucket = oss_bucket_new(config, "bucket")));
    oss_config_free(config);
    return bucket;
}

static int listener(int backlog, int *port)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int small = 4096, fd = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0);
    CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(fd, backlog) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static int64_t endless(void *user, uint8_t *buf, size_t cap)
{
    *(long long *)user += (long long)cap;
    memset(buf, 'x', cap);
    return (int64_t)cap;
}

enum request { GET, UPLOAD, READ };

/* Sends the request, has it cancelled, and says how long that took. */
static long long cancelled_after(oss_bucket *bucket, enum request request)
{
    pthread_t thread;
    char buffer[64];
    long long took, read = 0;
    oss_status status;
    if (request == READ) {
        OK(oss_get_object(bucket, "key", call));
        NUMBER(3, oss_call_read(call, buffer, sizeof buffer));
    }
    CHECK(pthread_create(&thread, NULL, cancel_soon, NULL) == 0);
    if (request == GET)
        status = oss_get_object(bucket, "key", call);
    else if (request == UPLOAD)
        status = oss_put_object_stream(bucket, "key", -1, endless, &read, call);
    else
        status = (oss_status)-oss_call_read(call, buffer, sizeof buffer);
    took = now_ms();
    CHECK(pthread_join(thread, NULL) == 0);
    took -= cancelled_at;
    NUMBER(OSS_CANCELLED, status);
    SAYS("cancelled", oss_call_error(call));
    CHECK(took >= 0);
    if (request == UPLOAD)
        CHECK(read > 0);
    return took;
}

/* Holds a cancelled request against the clock. */
static void measure(const char *where, oss_bucket *bucket, enum request request)
{
    long long took = LIMIT_MS;
    int tries;
    for (tries = 0; tries < TRIES && took >= LIMIT_MS; tries++)
        took = cancelled_after(bucket, request);
    printf("cancelled while %-24s %4lld ms\n", where, took);
    CHECK(took < LIMIT_MS);
    oss_bucket_free(bucket);
}

/* A listener whose queue is full drops what knocks: the connection hangs. */
static void connecting(void)
{
    struct sockaddr_in address;
    int port, i, fillers[8], fd = listener(0, &port);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    for (i = 0; i < 8; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM, 0);
        CHECK(fillers[i] >= 0);
        CHECK(fcntl(fillers[i], F_SETFL, O_NONBLOCK) == 0);
        (void)connect(fillers[i], (struct sockaddr *)&address, sizeof address);
    }
    measure("connecting", bucket_at("http", port, 1), GET);
    for (i = 0; i < 8; i++)
        close(fillers[i]);
    close(fd);
}

/* A peer that accepts, takes what the kernel takes, and does nothing. */
static void silent(const char *where, const char *scheme, enum request request)
{
    int port, fd = listener(5, &port);
    measure(where, bucket_at(scheme, port, 1), request);
    close(fd);
}

/* Until the listener is shut down; the connections stay open as long. */
static void *answer_a_part(void *listener)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\nContent-Length: 100\r\n\r\nabc";
    char request[4096];
    int fds[TRIES], count = 0, fd;
    while ((fd = accept(*(int *)listener, NULL, NULL)) >= 0) {
        CHECK(count < TRIES);
        fds[count++] = fd;
        CHECK(read(fd, request, sizeof request) > 0);
        CHECK(write(fd, answer, sizeof answer - 1) == sizeof answer - 1);
    }
    while (count > 0)
        close(fds[--count]);
    return NULL;
}

/* A peer that answers a part of the body and then falls silent. */
static void silent_body(void)
{
    int port, fd = listener(5, &port);
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, answer_a_part, &fd) == 0);
    measure("reading the body", bucket_at("http", port, 1), READ);
    CHECK(shutdown(fd, SHUT_RDWR) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    close(fd);
}

/* Nobody there, and many attempts: the waits in between end, too. Shut down, it refuses, and no other program gets its port. */
static void repeating(void)
{
    int port, fd = listener(5, &port);
    CHECK(shutdown(fd, SHUT_RDWR) == 0);
    measure("waiting to repeat", bucket_at("http", port, 100), GET);
    close(fd);
}

/* A cancelled call that does not run yet ends its next request, which is not sent. */
static void before(void)
{
    int port, fd = listener(5, &port);
    oss_bucket *bucket = bucket_at("http", port, 1);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    OK(oss_call_cancel(call));
    OK(oss_call_cancel(call));
    STATUS(OSS_CANCELLED, oss_get_object(bucket, "key", call));
    CHECK(accept(fd, NULL, NULL) == -1);

    /* That one is spent; and a reset takes one back: these fail for lack of time. */
    OK(oss_call_set_timeout_ms(call, 50));
    STATUS(OSS_TIMEOUT, oss_get_object(bucket, "key", call));
    OK(oss_call_cancel(call));
    OK(oss_call_reset(call));
    OK(oss_call_set_timeout_ms(call, 50));
    STATUS(OSS_TIMEOUT, oss_get_object(bucket, "key", call));
    OK(oss_call_reset(call));
    oss_bucket_free(bucket);
    close(fd);
}

int main(void)
{
    CHECK((call = oss_call_new()));
    before();
    connecting();
    silent("in the TLS handshake", "https", GET);
    silent("sending", "http", UPLOAD);
    silent("waiting for the answer", "http", GET);
    silent_body();
    repeating();
    oss_call_free(call);
    return 0;
}
