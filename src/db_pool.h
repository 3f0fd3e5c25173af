/* SPDX-License-Identifier: MIT
 *
 * The write lane: connections lent to one request at a time. Private to db*.c. */
#pragma once

#include "db_internal.h"

struct db_pool;
struct db_pool *db_pool_create(struct db *db, PGconn *connection);
void db_pool_destroy(struct db_pool *pool);
/* NULL when none came until then, or PostgreSQL is away. The last quarter of the connections is for
 * routes that have none. */
PGconn *db_pool_acquire(struct db_pool *pool, const struct route *route, uint64_t until_ns);
/* Hands it on if it is clean, closes it otherwise. */
void db_pool_release(struct db_pool *pool, const struct route *route, PGconn *connection);
/* Closes it whatever its state. */
void db_pool_discard(struct db_pool *pool, const struct route *route, PGconn *connection);
void db_pool_count(struct db_pool *pool, struct db_stats *ret_stats);
/* It has no connection, and a try to have one just failed. */
bool db_pool_is_shut(struct db_pool *pool);
