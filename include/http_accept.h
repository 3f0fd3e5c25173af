/* SPDX-License-Identifier: MIT
 *
 * Takes new connections and deals them out to the HTTP library's threads in turn. Left to
 * themselves those threads race for the listening socket and two of them end up with nearly every
 * connection, whose requests then wait for each other. */
#pragma once

#include <stdatomic.h>

struct MHD_Daemon;
struct acceptor;

/* Takes the listening socket in every case. *open counts what was dealt out; whoever sees a
 * connection closed counts it down. While it has reached limit, new connections wait in the
 * socket's queue. NULL when the thread cannot be made. */
struct acceptor *
acceptor_start(struct MHD_Daemon *daemon, int listen_fd, atomic_uint *open, unsigned limit);
/* Closes the listening socket: from now on connecting is refused. Accepts NULL. */
void acceptor_stop(struct acceptor *acceptor);
