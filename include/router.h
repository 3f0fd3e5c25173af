/* SPDX-License-Identifier: MIT
 *
 * The route table's row, and matching of method + raw path against it. The table itself is
 * api/routes.c. Matching walks a tree built once at start; it allocates nothing but the path ids.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct request;
struct contract;

enum method {
    METHOD_GET = 1,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
    METHOD_HEAD
};

/* A set of roles is a mask; the empty mask is nobody. PUBLIC means: no token needed (one that is
 * sent is verified). */
enum role {
    ROLE_PUBLIC = 1 << 0,
    ROLE_PEER = 1 << 1,
    ROLE_PEER_SUPPORTER = 1 << 2,
    ROLE_MENTAL_HEALTH_PROFESSIONAL = 1 << 3,
    ROLE_COORDINATOR = 1 << 4,
    ROLE_LINE = 1 << 5,
    ROLE_ADMINISTRATOR = 1 << 6
};
/* 0 when the name is unknown; names are those of the token and of SQL ("peer_supporter"). */
enum role role_from_name(const char *name);
const char *role_name(enum role role);       /* "public" for 0 */
const char *method_name(enum method method); /* "_OTHER" for none of ours */

/* READ shares pipelined connections, so it must neither wait for locks nor take long; WRITE has a
 * connection of its own; NONE is answered in C by `handler` without the database. */
enum lane { LANE_NONE, LANE_READ, LANE_WRITE };

enum route_flags {
    ROUTE_LIST = 1 << 0,         /* paged: statement answers a JSON array and `next` */
    ROUTE_IDEMPOTENT = 1 << 1,   /* Idempotency-Key required */
    ROUTE_IF_MATCH = 1 << 2,     /* If-Match required */
    ROUTE_PUBLIC_CACHE = 1 << 3, /* may be kept by shared caches for five minutes */
    ROUTE_OWN_TYPE = 1 << 4,     /* not JSON: the column content_type names the media type */
    ROUTE_KEPT = 1 << 5,         /* public list whose first page is read at start, then kept */
    ROUTE_UNSEEN = 1 << 6,       /* to roles that may not call it there is nothing: 404, not 403 */
    ROUTE_TAGGED = 1 << 7        /* an ETag made of what the statement answers */
};

struct route {
    enum method method;
    /* "/v1/referrals/{referral_id}"; {x_id} matches a UUID, anything else is a literal. */
    const char *path;
    /* Mask of enum role. */
    unsigned roles;
    /* operationId = statement name: "referrals_create" is sql/statements/referrals/create.sql. */
    const char *operation;
    enum lane lane;
    /* Mask of enum route_flags. */
    unsigned flags;
    /* LANE_NONE only: fills rq->response, or fails. */
    bool (*handler)(struct request *rq);
};

/* The whole table, in api/routes.c. */
extern const struct route routes[];
extern const size_t routes_count;

struct router;
/* Builds the tree. NULL and a message on stderr when two rows clash. Caller frees with
 * router_destroy. */
struct router *router_create(const struct route *table, size_t count);
void router_destroy(struct router *router);
/* Stop 2. Sets rq->route, rq->method and rq->path_ids; HEAD matches GET rows. Otherwise sets
 * NOT_FOUND, METHOD_NOT_ALLOWED or NOT_IMPLEMENTED_METHOD. *ret_allow is the value of Allow
 * whenever the path is known, borrowed from the router. For OPTIONS on a known path (and `*`)
 * returns true with rq->route NULL. A segment that is no UUID where one is expected is an unknown
 * path. Only canonical paths match: nothing is decoded or collapsed. */
bool router_match(const struct router *router, struct request *rq, const char **ret_allow);
