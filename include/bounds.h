/* SPDX-License-Identifier: MIT
 *
 * How much one account may have under way at a time, in this process: nobody's requests are in the
 * way of everybody's. What is more waits for a moment, then is refused. Counts accounts and never
 * addresses. Thread safe. */
#pragma once

#include <stdbool.h>

struct request;
struct bounds;

enum bound_kind { BOUND_READ, BOUND_WRITE, BOUND_WAIT, BOUND_KINDS };

/* limits: "role=reads/writes/waits,…" for those that differ from bounds.def. NULL and a message on
 * stderr when it is not that. Caller frees, after the last request. */
struct bounds *bounds_create(const char *limits);
void bounds_destroy(struct bounds *bounds);

/* A place that rq's actor has until bounds_leave. */
struct bound_place {
    struct bounds *bounds;
    struct bound_account *account;
    enum bound_kind kind;
};
/* Waits a quarter of a second at most for a place. False: TOO_MANY_REQUESTS is set, and rq->quota
 * says of how many. */
bool bounds_enter(struct bounds *bounds,
                  struct request *rq,
                  enum bound_kind kind,
                  struct bound_place *ret_place) __attribute__((warn_unused_result));
void bounds_leave(const struct bound_place *place);
