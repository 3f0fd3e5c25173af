/* SPDX-License-Identifier: MIT
 *
 * Who met a lock that was held too long keeps the others of the same operation from waiting for it
 * as well, and with them everybody who wants the same connections. One at a time tries, off the
 * shared lane, until one gets through; of all operations together as many as leave most of the
 * write lane to others. A row that many want is no such lock: each in turn gets through. For a
 * moment the others wait without a connection, which is what an upgrade takes; then they are
 * refused at once. */
#include "db_breaker.h"

#include "config.h"
#include "db_internal.h"

#include <time.h>

enum breaker_state { BREAKER_FREE, BREAKER_HELD, BREAKER_TRYING };

static struct db_breaker *breaker_of(const struct db *db, const struct route *route)
{
    return &db->breakers[route - routes];
}

/* PAUSE: between trials, after the moment; as long as that nobody notices that it is free. */
enum { MOMENT_MS = 1000, SLICE_MS = 5, PAUSE_MS = 200 };

static bool is_moment(uint64_t held_at_ns)
{
    return monotonic_ns() - held_at_ns < (uint64_t)MOMENT_MS * NS_PER_MS;
}

static bool trial_begin(struct db *db, struct db_breaker *breaker)
{
    int held = BREAKER_HELD;
    if (monotonic_ns() < atomic_load(&breaker->retry_at_ns))
        return false;
    int most = db->config->write_connections > 4 ? (int)db->config->write_connections / 4 : 1;
    if (atomic_fetch_add(&db->trials, 1) < most &&
        atomic_compare_exchange_strong(&breaker->state, &held, BREAKER_TRYING))
        return true;
    atomic_fetch_sub(&db->trials, 1);
    return false;
}

static bool enter(struct db *db, struct db_breaker *breaker, bool *ret_is_trial)
{
    *ret_is_trial = atomic_load(&breaker->state) == BREAKER_HELD && trial_begin(db, breaker);
    return *ret_is_trial || atomic_load(&breaker->state) == BREAKER_FREE;
}

bool db_breaker_enter(struct db *db, const struct route *route, bool *ret_is_trial)
{
    struct db_breaker *breaker = breaker_of(db, route);
    bool is_in = enter(db, breaker, ret_is_trial);
    while (!is_in && is_moment(atomic_load(&breaker->held_at_ns))) {
        nanosleep(&(struct timespec){.tv_nsec = SLICE_MS * (long)NS_PER_MS}, NULL);
        is_in = enter(db, breaker, ret_is_trial);
    }
    return is_in;
}

void db_breaker_hold(struct db *db, const struct route *route, uint64_t since_ns)
{
    struct db_breaker *breaker = breaker_of(db, route);
    /* Whoever was past the lock when it was taken ends soon after. */
    uint64_t half_ns = (monotonic_ns() - since_ns) / 2;
    int free = BREAKER_FREE;
    if (atomic_load(&breaker->through_ns) > since_ns + half_ns ||
        !atomic_compare_exchange_strong(&breaker->state, &free, BREAKER_HELD))
        return;
    atomic_store(&breaker->held_at_ns, monotonic_ns());
    if (atomic_fetch_add(&db->held, 1) == 0)
        atomic_store(&db->held_at_ns, monotonic_ns());
}

void db_breaker_through(struct db *db, const struct route *route)
{
    atomic_store_explicit(&breaker_of(db, route)->through_ns, monotonic_ns(), memory_order_relaxed);
}

enum { SLOW_MS = 60000 };

void db_breaker_slow(struct db *db, const struct route *route)
{
    atomic_store(&breaker_of(db, route)->slow_until_ns,
                 monotonic_ns() + (uint64_t)SLOW_MS * NS_PER_MS);
}

bool db_breaker_is_slow(const struct db *db, const struct route *route)
{
    uint64_t until_ns =
        atomic_load_explicit(&breaker_of(db, route)->slow_until_ns, memory_order_relaxed);
    return until_ns > 0 && monotonic_ns() < until_ns;
}

const char *db_breaker_patience(const struct db *db, bool is_trial)
{
    if (is_trial)
        return "100ms";
    bool is_any_held = atomic_load_explicit(&db->held, memory_order_relaxed) > 0;
    return is_any_held && !is_moment(atomic_load(&db->held_at_ns)) ? "20ms" : NULL;
}

bool db_breaker_is_held(const struct db *db, const struct route *route)
{
    return atomic_load(&breaker_of(db, route)->state) != BREAKER_FREE;
}

void db_breaker_leave(struct db *db, const struct route *route, bool is_through)
{
    struct db_breaker *breaker = breaker_of(db, route);
    if (!is_moment(atomic_load(&breaker->held_at_ns)))
        atomic_store(&breaker->retry_at_ns, monotonic_ns() + (uint64_t)PAUSE_MS * NS_PER_MS);
    atomic_store(&breaker->state, is_through ? BREAKER_FREE : BREAKER_HELD);
    atomic_fetch_sub(&db->held, is_through);
    atomic_fetch_sub(&db->trials, 1);
}
