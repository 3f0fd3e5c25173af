/* SPDX-License-Identifier: MIT
 *
 * The one thing passed down: what a running server is made of. Filled by main.c, read by everybody.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

struct http_kept;

struct app {
    const struct config *config;
    struct router *router;
    struct db *db;
    struct token_verifier *tokens;
    struct seal *seal;
    struct bounds *bounds;
    struct http_kept *kept;  /* by route: http_exchange.h */
    char *fallback;          /* the last problem document, made at start: problem.h */
    atomic_bool is_draining; /* /readyz answers 503, responses say Connection: close */
};
