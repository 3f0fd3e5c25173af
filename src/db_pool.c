/* SPDX-License-Identifier: MIT
 *
 * The write lane: connections lent to one request at a time, opened on demand up to a limit. Who
 * waits is served in order, but that the last quarter is for routes that have none: those that wait
 * for one table leave something to the others. Invariant: size == idle + lent. */
#include "config.h"
#include "db_internal.h"
#include "log.h"
#include "router.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* A thread waiting for its turn; on its stack. */
struct waiter {
    struct waiter *next;
    const struct route *route;
    pthread_cond_t served;
    bool is_served;
    PGconn *connection; /* NULL when served: a place to open one of its own */
};

struct db_pool {
    struct db *db;
    pthread_mutex_t lock;
    PGconn **idle; /* the last one used on top: it is warm */
    unsigned idle_count;
    unsigned size;
    unsigned limit;
    unsigned lent;     /* places included */
    unsigned *lent_to; /* the same by route */
    struct waiter *first;
    struct waiter **last;
    unsigned waiting;
    unsigned failures;
    uint64_t retry_at_ns;
};

struct db_pool *db_pool_create(struct db *db, PGconn *connection)
{
    unsigned limit = (unsigned)db->config->write_connections;
    struct db_pool *pool = calloc(1, sizeof *pool);
    PGconn **idle = calloc(limit, sizeof(PGconn *));
    unsigned *lent_to = calloc(routes_count, sizeof *lent_to);
    if (!pool || !idle || !lent_to) {
        free(pool);
        free(idle);
        free(lent_to);
        PQfinish(connection);
        return NULL;
    }
    pool->db = db;
    pool->idle = idle;
    pool->limit = limit;
    pool->lent_to = lent_to;
    pool->last = &pool->first;
    pool->idle[0] = connection;
    pool->idle_count = pool->size = 1;
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

void db_pool_destroy(struct db_pool *pool)
{
    if (!pool)
        return;
    for (unsigned i = 0; i < pool->idle_count; i++)
        PQfinish(pool->idle[i]);
    pthread_mutex_destroy(&pool->lock);
    free(pool->idle);
    free(pool->lent_to);
    free(pool);
}

/* ---- waiting ---- */

static void waiter_remove(struct db_pool *pool, struct waiter *waiter)
{
    struct waiter **link = &pool->first;
    while (*link != waiter)
        link = &(*link)->next;
    *link = waiter->next;
    if (!waiter->next)
        pool->last = link;
    pool->waiting--;
}

static bool may_have_one(const struct db_pool *pool, const struct route *route)
{
    unsigned reserve = pool->lent_to[route - routes] > 0 ? pool->limit / 4 : 0;
    return pool->limit - pool->lent > reserve;
}

static void lend(struct db_pool *pool, const struct route *route)
{
    pool->lent++;
    pool->lent_to[route - routes]++;
}

static void take_back(struct db_pool *pool, const struct route *route)
{
    pool->lent--;
    pool->lent_to[route - routes]--;
}

/* Gives a connection, or the place for one, to the first in line who may have it. False when there
 * is none. */
static bool waiter_serve(struct db_pool *pool, PGconn *connection)
{
    struct waiter *waiter = pool->first;
    while (waiter && !may_have_one(pool, waiter->route))
        waiter = waiter->next;
    if (!waiter)
        return false;
    waiter_remove(pool, waiter);
    lend(pool, waiter->route);
    waiter->connection = connection;
    waiter->is_served = true;
    pthread_cond_signal(&waiter->served);
    return true;
}

static void waiter_init(struct waiter *waiter, const struct route *route)
{
    pthread_condattr_t attributes;
    *waiter = (struct waiter){.route = route};
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&waiter->served, &attributes);
    pthread_condattr_destroy(&attributes);
}

/* True when served within pool_wait_ms. */
static bool waiter_wait(struct db_pool *pool, struct waiter *waiter)
{
    struct timespec until = monotonic_deadline(pool->db->config->pool_wait_ms);
    *pool->last = waiter;
    pool->last = &waiter->next;
    pool->waiting++;
    int error = 0;
    while (!waiter->is_served && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&waiter->served, &pool->lock, &until);
    if (!waiter->is_served) {
        waiter_remove(pool, waiter);
        atomic_fetch_add(&pool->db->waits_timed_out, 1);
    }
    return waiter->is_served;
}

/* ---- connections ---- */

/* The place of a connection that is no more. */
static void place_give_back(struct db_pool *pool, const struct route *route)
{
    take_back(pool, route);
    if (!waiter_serve(pool, NULL))
        pool->size--;
}

/* Fills a place that is already counted; gives it back when that fails. */
static PGconn *place_fill(struct db_pool *pool, const struct route *route)
{
    pthread_mutex_lock(&pool->lock);
    bool is_too_soon = monotonic_ns() < pool->retry_at_ns;
    if (is_too_soon)
        place_give_back(pool, route);
    pthread_mutex_unlock(&pool->lock);
    if (is_too_soon)
        return NULL;

    PGconn *connection = db_open(pool->db, DB_USE_WRITE);
    pthread_mutex_lock(&pool->lock);
    if (connection) {
        pool->failures = 0;
        atomic_fetch_add(&pool->db->reconnects, 1);
    } else {
        pool->failures++;
        pool->retry_at_ns = monotonic_ns() + db_backoff_ns(pool->failures);
        place_give_back(pool, route);
    }
    pthread_mutex_unlock(&pool->lock);
    return connection;
}

/* False when none came free in time; *ret_connection NULL means a place for one. */
static bool place_take(struct db_pool *pool, const struct route *route, PGconn **ret_connection)
{
    bool is_taken = true;
    pthread_mutex_lock(&pool->lock);
    if (!may_have_one(pool, route)) {
        struct waiter waiter;
        waiter_init(&waiter, route);
        is_taken = waiter_wait(pool, &waiter);
        *ret_connection = waiter.connection;
        pthread_cond_destroy(&waiter.served);
    } else {
        bool is_idle = pool->idle_count > 0;
        *ret_connection = is_idle ? pool->idle[--pool->idle_count] : NULL;
        pool->size += !is_idle;
        lend(pool, route);
    }
    pthread_mutex_unlock(&pool->lock);
    return is_taken;
}

PGconn *db_pool_acquire(struct db_pool *pool, const struct route *route)
{
    PGconn *connection;
    if (!place_take(pool, route, &connection))
        return NULL;
    if (connection && db_connection_is_clean(connection))
        return connection;
    /* It died while it lay idle: nothing was sent, so nobody need know. */
    PQfinish(connection);
    return place_fill(pool, route);
}

void db_pool_discard(struct db_pool *pool, const struct route *route, PGconn *connection)
{
    log_event(LOG_LEVEL_WARNING, "the write lane gave up a connection", NULL);
    db_connection_abandon(connection);
    pthread_mutex_lock(&pool->lock);
    place_give_back(pool, route);
    pthread_mutex_unlock(&pool->lock);
}

void db_pool_release(struct db_pool *pool, const struct route *route, PGconn *connection)
{
    if (!connection)
        return;
    if (!db_connection_is_clean(connection)) {
        db_pool_discard(pool, route, connection);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    take_back(pool, route);
    if (!waiter_serve(pool, connection))
        pool->idle[pool->idle_count++] = connection;
    pthread_mutex_unlock(&pool->lock);
}

bool db_pool_is_shut(struct db_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool is_shut = pool->size == 0 && monotonic_ns() < pool->retry_at_ns;
    pthread_mutex_unlock(&pool->lock);
    return is_shut;
}

void db_pool_count(struct db_pool *pool, struct db_stats *ret_stats)
{
    pthread_mutex_lock(&pool->lock);
    ret_stats->write_size = pool->size;
    ret_stats->write_leased = pool->size - pool->idle_count;
    ret_stats->write_waiting = pool->waiting;
    pthread_mutex_unlock(&pool->lock);
}
