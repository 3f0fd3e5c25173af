/* SPDX-License-Identifier: MIT */
#include "http_accept.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct acceptor {
    struct MHD_Daemon *daemon;
    int listen_fd;
    int stop_fd;
    atomic_uint *open;
    unsigned limit;
    pthread_t thread;
};

/* A full house, or no file descriptor left: whoever waits in the queue is looked at again after
 * this. */
enum { PAUSE_MS = 10 };

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
}

static void *acceptor_run(void *context)
{
    struct acceptor *acceptor = context;
    struct pollfd fds[] = {{.fd = acceptor->listen_fd, .events = POLLIN},
                           {.fd = acceptor->stop_fd, .events = POLLIN}};
    for (;;) {
        int ready = poll(fds, 2, -1);
        if (ready > 0 && fds[1].revents)
            return NULL;
        /* A poll that fails (a signal, short memory) must not end the accepting. */
        if (ready < 0 || atomic_load(acceptor->open) >= acceptor->limit) {
            rest();
            continue;
        }
        struct sockaddr_in peer;
        socklen_t bytes = sizeof peer;
        int fd = accept4(acceptor->listen_fd, (struct sockaddr *)&peer, &bytes,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            rest();
            continue;
        }
        /* The library takes the socket in every case, and its threads in turn of its number. */
        atomic_fetch_add(acceptor->open, 1);
        if (MHD_add_connection(acceptor->daemon, fd, (const struct sockaddr *)&peer, bytes) !=
            MHD_YES)
            atomic_fetch_sub(acceptor->open, 1);
    }
}

struct acceptor *
acceptor_start(struct MHD_Daemon *daemon, int listen_fd, atomic_uint *open, unsigned limit)
{
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);
    int stop_fd = eventfd(0, EFD_CLOEXEC);
    if (acceptor && stop_fd >= 0) {
        *acceptor = (struct acceptor){daemon, listen_fd, stop_fd, open, limit, 0};
        if (pthread_create(&acceptor->thread, NULL, acceptor_run, acceptor) == 0)
            return acceptor;
    }
    if (stop_fd >= 0)
        close(stop_fd);
    close(listen_fd);
    free(acceptor);
    return NULL;
}

void acceptor_stop(struct acceptor *acceptor)
{
    if (!acceptor)
        return;
    uint64_t one = 1;
    ssize_t written = write(acceptor->stop_fd, &one, sizeof one);
    (void)written; /* an empty eventfd takes it */
    pthread_join(acceptor->thread, NULL);
    close(acceptor->listen_fd);
    close(acceptor->stop_fd);
    free(acceptor);
}
