/* SPDX-License-Identifier: MIT
 *
 * The write lane: connections lent to one request at a time, opened on demand up to a limit. Who
 * waits is served in order, but that the last quarter is for routes that have none: those that wait
 * for one table leave something to the others. Nobody waits for one opening: it is served to
 * whoever comes first. Invariant: size == idle + lent + opening. */
#include "db_pool.h"

#include "config.h"
#include "log.h"
#include "router.h"

#include <pthread.h>
#include <stdlib.h>

/* A thread waiting for its turn; on its stack. */
struct waiter {
    struct waiter *next;
    const struct route *route;
    pthread_cond_t told;
    bool is_told;
    PGconn *connection; /* NULL when told: there is none to be had */
};

struct db_pool {
    struct db *db;
    pthread_mutex_t lock;
    PGconn **idle; /* the last one used on top: it is warm */
    unsigned idle_count;
    unsigned size;
    unsigned limit;
    unsigned opening;
    unsigned lent;
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

static void waiter_remove(struct db_pool *pool, const struct waiter *waiter)
{
    struct waiter **link = &pool->first;
    while (*link != waiter)
        link = &(*link)->next;
    *link = waiter->next;
    if (!waiter->next)
        pool->last = link;
    pool->waiting--;
}

static void waiter_tell(struct db_pool *pool, struct waiter *waiter, PGconn *connection)
{
    waiter_remove(pool, waiter);
    waiter->connection = connection;
    waiter->is_told = true;
    pthread_cond_signal(&waiter->told);
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

/* To the first in line who may have it. */
static void hand_on(struct db_pool *pool, PGconn *connection)
{
    struct waiter *waiter = pool->first;
    while (waiter && !may_have_one(pool, waiter->route))
        waiter = waiter->next;
    if (waiter) {
        lend(pool, waiter->route);
        waiter_tell(pool, waiter, connection);
    } else {
        pool->idle[pool->idle_count++] = connection;
    }
}

/* ---- opening ---- */

static void opening_fail(struct db_pool *pool)
{
    pool->opening--;
    pool->size--;
    pool->failures++;
    pool->retry_at_ns = monotonic_ns() + db_backoff_ns(pool->failures);
}

static void provide(struct db_pool *pool);

static void pool_opened(void *owner, PGconn *connection)
{
    struct db_pool *pool = owner;
    pthread_mutex_lock(&pool->lock);
    if (connection) {
        pool->opening--;
        pool->failures = 0;
        atomic_fetch_add(&pool->db->reconnects, 1);
        hand_on(pool, connection);
    } else {
        opening_fail(pool);
        provide(pool);
    }
    pthread_mutex_unlock(&pool->lock);
}

/* An opening for each who waits. Where there is nothing to wait for they are told so. */
static void provide(struct db_pool *pool)
{
    while (pool->opening < pool->waiting && pool->size < pool->limit &&
           monotonic_ns() >= pool->retry_at_ns) {
        pool->size++;
        pool->opening++;
        if (!db_open(pool->db, DB_USE_WRITE, pool_opened, pool))
            opening_fail(pool);
    }
    while (pool->size == 0 && pool->first)
        waiter_tell(pool, pool->first, NULL);
}

/* ---- lending ---- */

/* One that died while it lay idle is closed: nothing was sent, so nobody need know. */
static PGconn *idle_take(struct db_pool *pool, const struct route *route)
{
    while (pool->idle_count > 0 && may_have_one(pool, route)) {
        PGconn *connection = pool->idle[--pool->idle_count];
        if (db_connection_is_clean(connection)) {
            lend(pool, route);
            return connection;
        }
        PQfinish(connection);
        pool->size--;
    }
    return NULL;
}

static void waiter_add(struct db_pool *pool, struct waiter *waiter)
{
    *pool->last = waiter;
    pool->last = &waiter->next;
    pool->waiting++;
}

static PGconn *wait_for_one(struct db_pool *pool, const struct route *route, uint64_t until_ns)
{
    struct waiter waiter = {.route = route};
    db_wait_init(&waiter.told);
    waiter_add(pool, &waiter);
    do
        provide(pool);
    while (!waiter.is_told && db_wait(pool->db, &waiter.told, &pool->lock, until_ns));
    if (!waiter.is_told) {
        waiter_remove(pool, &waiter);
        atomic_fetch_add(&pool->db->waits_timed_out, 1);
    }
    pthread_cond_destroy(&waiter.told);
    return waiter.connection;
}

PGconn *db_pool_acquire(struct db_pool *pool, const struct route *route, uint64_t until_ns)
{
    pthread_mutex_lock(&pool->lock);
    PGconn *connection = idle_take(pool, route);
    if (!connection)
        connection = wait_for_one(pool, route, until_ns);
    pthread_mutex_unlock(&pool->lock);
    return connection;
}

void db_pool_discard(struct db_pool *pool, const struct route *route, PGconn *connection)
{
    log_event(LOG_LEVEL_WARNING, "the write lane gave up a connection", NULL);
    db_connection_abandon(connection);
    pthread_mutex_lock(&pool->lock);
    take_back(pool, route);
    pool->size--;
    provide(pool);
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
    hand_on(pool, connection);
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
    ret_stats->write_leased = pool->lent;
    ret_stats->write_waiting = pool->waiting;
    pthread_mutex_unlock(&pool->lock);
}
