/* SPDX-License-Identifier: MIT
 *
 * A server on loopback for tests: one thread, one connection at a time, answered by a function of
 * the test. */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct tcp_server {
    int listener;
    int port;
    atomic_int connections;
    atomic_bool is_stopping;
    void (*answer)(struct tcp_server *server, FILE *in, FILE *out);
    void *context;
    pthread_t thread;
};

static void *tcp_serve(void *context)
{
    struct tcp_server *server = context;
    for (;;) {
        int peer = accept(server->listener, NULL, NULL);
        if (peer < 0)
            return NULL;
        if (atomic_load(&server->is_stopping)) {
            close(peer);
            return NULL;
        }
        atomic_fetch_add(&server->connections, 1);
        FILE *in = fdopen(peer, "r"), *out = fdopen(dup(peer), "w");
        server->answer(server, in, out);
        fclose(out);
        fclose(in);
    }
}

static void tcp_start(struct tcp_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(server->listener, 8) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0 ||
        pthread_create(&server->thread, NULL, tcp_serve, server) != 0)
        abort();
    server->port = ntohs(address.sin_port);
}

static void tcp_stop(struct tcp_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)server->port)};
    atomic_store(&server->is_stopping, true);
    int last = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(last, (struct sockaddr *)&address, sizeof address) != 0)
        abort();
    pthread_join(server->thread, NULL);
    close(last);
    close(server->listener);
}
