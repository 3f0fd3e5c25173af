/* SPDX-License-Identifier: MIT
 *
 * Operations that met a lock that was held too long, or took too long themselves. Private to
 * db*.c. */
#pragma once

#include "router.h"

#include <stdatomic.h>
#include <stdint.h>

struct db;

struct db_breaker {
    atomic_int state;
    _Atomic uint64_t held_at_ns;  /* since when it is not free */
    _Atomic uint64_t retry_at_ns; /* the next trial */
    _Atomic uint64_t through_ns;  /* when one got through last */
    _Atomic uint64_t slow_until_ns;
};

/* False: not now. A trial goes off the shared lane and ends with db_breaker_leave. */
bool db_breaker_enter(struct db *db, const struct route *route, bool *ret_is_trial);
/* It met a lock, after what began at since_ns. */
void db_breaker_hold(struct db *db, const struct route *route, uint64_t since_ns);
/* It did not. */
void db_breaker_through(struct db *db, const struct route *route);
/* It did not end in the time of the shared lane: for a minute it goes by the other. */
void db_breaker_slow(struct db *db, const struct route *route);
bool db_breaker_is_slow(const struct db *db, const struct route *route);
bool db_breaker_is_held(const struct db *db, const struct route *route);
/* How long a trial waits for a lock, and a read as long as anybody has met one: others may want the
 * same table. NULL: as ever. */
const char *db_breaker_patience(const struct db *db, bool is_trial);
void db_breaker_leave(struct db *db, const struct route *route, bool is_through);
