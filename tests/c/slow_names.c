/* Names that are found late; to be loaded before the C library. Whatever is asked for is 127.0.0.1, after three seconds. */
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    (void)host;
    (void)service;
    (void)hints;
    sleep(3);
    struct addrinfo *one = calloc(1, sizeof *one + sizeof(struct sockaddr_in));
    if (!one)
        return EAI_MEMORY;
    struct sockaddr_in *address = (struct sockaddr_in *)(one + 1);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    one->ai_family = AF_INET;
    one->ai_socktype = SOCK_STREAM;
    one->ai_addrlen = sizeof *address;
    one->ai_addr = (struct sockaddr *)address;
    *found = one;
    return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
    free(list);
}
