/* SPDX-License-Identifier: MIT
 *
 * What http.c and http_reply.c share: one request and what only the protocol needs to know about
 * it. */
#pragma once

#include "http_headers.h"
#include "request.h"

#include <stdbool.h>

/* Where it came in. MEMORY: nothing that asks the database. WAITING: lists with an ETag alone, and
 * `wait` waits. */
enum http_listener { LISTENER_API, LISTENER_MEMORY, LISTENER_WAITING };

struct http_exchange {
    struct request rq;
    struct http_headers headers;
    const char *allow;    /* the methods of this path, once it is known; borrowed from the router */
    const char *link;     /* lists: value of Link; owned by the arena */
    bool is_close_needed; /* the connection cannot be trusted to carry another request */
    bool is_encoding_refused; /* 415 because of Content-Encoding */
    enum http_listener listener;
};

struct _u_response;
/* Stop 9, the only place that writes a response: body, status and every header, from rq.problem or
 * rq.response. Sets rq.response to what was sent. Returns the status. */
int http_reply(struct http_exchange *exchange, struct _u_response *response);
/* Whether the client has already what would be sent: 304. */
bool http_is_unmodified(struct request *rq);
/* Walks for the answers of the routes with ROUTE_KEPT. False when one cannot be had. */
bool http_kept_fill(struct app *app);
void http_kept_free(struct app *app);
/* The kept answer, if the request is for one. */
bool http_kept_answer(struct http_exchange *exchange);
/* The walk, from a filled-in exchange to rq.problem (false) or rq.response. is_host_needed:
 * HTTP/1.1. */
bool http_walk(struct http_exchange *exchange, bool is_host_needed);
