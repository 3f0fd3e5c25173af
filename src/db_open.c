/* SPDX-License-Identifier: MIT
 *
 * Opening a connection for requests: libpq blocks, for as long as a server that stands still
 * wishes, so a thread of its own does it. Requests wait for whatever comes first, and leave when
 * their time is up or PostgreSQL has fallen silent; who comes later finds what was opened. */
#include "db_internal.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLICE_MS = 50 };

struct opening {
    struct db *db;
    enum db_use use;
    db_opened *opened;
    void *owner;
};

static void *opening_run(void *context)
{
    struct opening opening = *(struct opening *)context;
    free(context);
    opening.opened(opening.owner, db_connection_open(opening.db->config, opening.use));
    atomic_fetch_sub(&opening.db->openings, 1);
    return NULL;
}

bool db_open(struct db *db, enum db_use use, db_opened *opened, void *owner)
{
    pthread_t thread;
    struct opening *opening = db_is_silent(db) ? NULL : malloc(sizeof *opening);
    if (!opening)
        return false;
    *opening = (struct opening){db, use, opened, owner};
    atomic_fetch_add(&db->openings, 1);
    if (pthread_create(&thread, NULL, opening_run, opening) == 0) {
        pthread_detach(thread);
        return true;
    }
    atomic_fetch_sub(&db->openings, 1);
    free(opening);
    return false;
}

void db_wait_init(pthread_cond_t *told)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(told, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool db_wait(const struct db *db, pthread_cond_t *told, pthread_mutex_t *lock, uint64_t until_ns)
{
    uint64_t now_ns = monotonic_ns(), slice_ns = now_ns + (uint64_t)SLICE_MS * NS_PER_MS;
    if (now_ns >= until_ns || db_is_silent(db))
        return false;
    struct timespec end = monotonic_moment(slice_ns < until_ns ? slice_ns : until_ns);
    pthread_cond_timedwait(told, lock, &end);
    return true;
}
