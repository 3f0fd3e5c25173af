/* SPDX-License-Identifier: MIT
 *
 * One request on its walk through the nine stops (README, "The walk of a request"). Every stop
 * reads what the stops before it filled in. A request belongs to one thread; nothing here is
 * shared. */
#pragma once

#include "arena.h"
#include "problem.h"
#include "router.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct app;

enum language { LANGUAGE_BOTH = 0, LANGUAGE_EN, LANGUAGE_FR };
/* "both", "en", "fr": as the context statement and ETag variants name them. */
const char *language_name(enum language language);

/* Who asks, as the token says; the database checks that the account agrees. role 0 = no token was
 * given. */
struct actor {
    const char *issuer;  /* owned by the arena */
    const char *subject; /* owned by the arena */
    enum role role;
};

enum { PATH_IDS_MAX = 2 };

/* What SQL answered (or a handler in C): one row (status, body, location, etag, next,
 * content_type). */
struct response {
    int status;
    const char *body; /* NULL = no body; not terminated by anything but body_bytes */
    size_t body_bytes;
    const char *content_type; /* NULL = application/json */
    const char *location;     /* path, e.g. /v1/referrals/<id>, or NULL */
    /* Row version as text, without quotes or language variant, or NULL. What changes without its
     * row adds "-<hex>"; If-Match looks at the version alone. */
    const char *etag;
    const char *next; /* lists only: keyset of the next page as JSON text, or NULL at the end */
    bool is_replay;   /* Idempotent-Replayed: true */
    /* NULL = a page may do nothing at all; only the documentation page sets it. */
    const char *content_security_policy;
};

/* How many of a kind may be under way, where there were too many. */
struct quota {
    const char *kind;
    unsigned most;
};

struct request {
    struct app *app;
    struct arena arena;
    char id[37];              /* X-Request-Id */
    const char *method_name;  /* as sent; borrowed from the HTTP library */
    const char *url;          /* raw path without query; borrowed */
    const char *query_string; /* raw, without '?', NULL if none; borrowed */
    const char *content_type; /* header value or NULL; borrowed; the other headers likewise */
    const char *authorization;
    const char *idempotency_key;
    const char *if_match;
    const char *if_none_match;
    /* Value of the test clock header; NULL unless config.clock_header is set and sent. */
    const char *clock;
    const void *raw_body;
    size_t raw_body_bytes;

    enum language language;
    enum method method;
    const struct route *route; /* set by the router; NULL before */
    /* Path parameters in order, validated: lower-case UUIDs. */
    const char *path_ids[PATH_IDS_MAX];
    struct actor actor;

    /* Set by the contract, owned: object of validated parameters, and the validated body. */
    json_t *query;
    json_t *body;
    /* $3 of every statement: JSON text, with "after": keyset when a cursor was given. */
    const char *query_sql;
    /* $4: JSON text with sealed fields already sealed, or NULL. */
    const char *body_sql;
    /* $5: PostgreSQL int[] literal of acceptable row versions, NULL = any (`*` or absent). */
    const char *if_match_sql;
    /* $6: {"id": uuid, "wrapped": text} of the data key made for this write, or NULL. */
    const char *keys_sql;
    /* Hex keyed digest of method, path and body; set when an Idempotency-Key is used. */
    const char *fingerprint;
    const char *idempotency_key_sql; /* unquoted key, NULL when none */

    /* Why somebody whose signature is good stays outside, a code, or NULL: for the log alone. */
    const char *refusal;
    char refused_subject[17]; /* keyed digest of whose token it is, of whatever was refused */
    struct quota quota;
    struct problem problem;
    struct response response;
    uint64_t started_ns;
};

void *rq_alloc(struct request *rq, size_t size) __attribute__((malloc, alloc_size(2)));
char *rq_printf(struct request *rq, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *rq_strndup(struct request *rq, const char *text, size_t length);
/* Frees everything the request owns. */
void request_release(struct request *rq);

/* True when text is a UUID in canonical form (8-4-4-4-12, either case); then lower-case in
 * ret_uuid. */
bool uuid_parse(const char *text, size_t length, char ret_uuid[37]);
/* A random UUID (version 4). */
void uuid_make(char ret_uuid[37]);
