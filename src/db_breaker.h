/* SPDX-License-Identifier: MIT
 *
 * Operations that met a lock that was held too long. Private to db*.c. */
#pragma once

#include "router.h"

struct db;

/* False: not now. A trial goes off the shared lane and ends with db_breaker_leave. */
bool db_breaker_enter(struct db *db, const struct route *route, bool *ret_is_trial);
void db_breaker_hold(struct db *db, const struct route *route);
bool db_breaker_is_held(const struct db *db, const struct route *route);
void db_breaker_leave(struct db *db, const struct route *route, bool is_through);
