/* SPDX-License-Identifier: MIT
 *
 * Fetching a document from an address the operator configured: https (http on loopback only), no
 * redirects, no proxy, no credentials, capped in size and time. Blocks, so it belongs in background
 * threads. Thread safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Once from main, before the first and after the last thread that uses curl (smtp.c as well). */
bool fetch_init(void) __attribute__((warn_unused_result));
void fetch_finish(void);
/* What was answered: body is 0-terminated, caller frees; status is the HTTP status, whatever it is.
 */
struct fetched {
    char *body;
    size_t bytes;
    long status;
    const char *cause; /* of a failure */
};
/* False when the address is not allowed, nothing was answered in time or the body is larger than
 * max_bytes (at least 1); ret_fetched->cause (static) says which. ca_file: who vouches for the
 * host, "" = whom the system trusts. */
bool fetch_url(const char *url,
               const char *ca_file,
               size_t max_bytes,
               long timeout_ms,
               struct fetched *ret_fetched) __attribute__((warn_unused_result));
/* Whether fetch_url would try this address at all: for checks at start. */
bool fetch_url_is_allowed(const char *url);
/* 127.0.0.1, localhost or [::1]. */
bool fetch_host_is_loopback(const char *host);
