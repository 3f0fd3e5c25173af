/* SPDX-License-Identifier: MIT
 *
 * The HTTP server: stops 1, 4 and 9 of the walk, and the only room that knows ulfius. */
#pragma once

#include <stdbool.h>

struct app;
struct http_server;

/* Listens; requests are answered from then on. NULL + one log line when the port is taken. */
struct http_server *http_server_start(struct app *app);
/* Drains: no new connections, requests under way are finished (drain_timeout_s at most), then
 * everything is freed. */
void http_server_stop(struct http_server *server);
