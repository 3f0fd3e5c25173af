/* SPDX-License-Identifier: MIT
 *
 * Reading of request headers and of the request target: pure functions over text, no HTTP library,
 * no request. Everything here is bounded by the 24 KiB the HTTP library grants a request's head. */
#pragma once

#include "arena.h"
#include "request.h"

#include <stdbool.h>
#include <stddef.h>

enum http_header {
    HEADER_ACCEPT,
    HEADER_ACCEPT_LANGUAGE,
    HEADER_ACCESS_CONTROL_REQUEST_METHOD,
    HEADER_AUTHORIZATION,
    HEADER_CONTENT_ENCODING,
    HEADER_CONTENT_LENGTH,
    HEADER_CONTENT_TYPE,
    HEADER_HOST,
    HEADER_IDEMPOTENCY_KEY,
    HEADER_IF_MATCH,
    HEADER_IF_NONE_MATCH,
    HEADER_ORIGIN,
    HEADER_TRANSFER_ENCODING,
    HEADER_X_REQUEST_ID,
    HEADER_COUNT
};

struct http_headers {
    const char *value[HEADER_COUNT]; /* NULL when absent; repeated ones joined with a comma;
                                        borrowed or of the arena */
    const char *clock;               /* the test clock's header */
    bool is_malformed; /* a name is not a token or hides a folded line, a value holds a control
                          character: proxies read such differently */
};

/* One pass over the pairs. clock_name "" = none. False when memory is exhausted. */
bool http_headers_collect(struct arena *arena,
                          const char *const *names,
                          const char *const *values,
                          const char *clock_name,
                          struct http_headers *ret_headers);
/* False for what another HTTP parser could frame differently (request smuggling), and for a Host
 * given twice or not at all. */
bool http_framing_is_sound(const struct http_headers *headers, bool is_host_needed);
/* The path of a request target: absolute-form (http://host/path) loses its authority. Borrowed. */
const char *http_target_path(const char *target);

/* RFC 4647 lookup in {en, fr}; BOTH for none, `*` and other languages; a language with q=0 is not
 * chosen. */
enum language http_language(const char *accept_language);
/* Whether media_type may be sent. True without Accept; the most specific range decides. */
bool http_accepts(const char *accept, const char *media_type);
/* Whether `origin` is, exactly, a member of the comma-separated list. */
bool http_origin_is_allowed(const char *list, const char *origin);

/* If-Match as PostgreSQL int[] literal: "{3}", "{}" when nothing in it is a tag of ours, NULL for
 * `*`. False when memory is exhausted. */
bool http_if_match(struct arena *arena, const char *header, const char **ret_versions);
/* If-None-Match: weak comparison with `tag` (without quotes). */
bool http_none_match(const char *header, const char *tag);
/* The key of a quoted or bare Idempotency-Key, 1 to 255 visible ASCII characters; NULL when it is
 * none. Of the arena. */
const char *http_idempotency_key(struct arena *arena, const char *header);
/* The raw query string without its `cursor`, safe inside <> of a Link header; "" when nothing is
 * left. NULL: memory. */
const char *http_query_without_cursor(struct arena *arena, const char *query);
