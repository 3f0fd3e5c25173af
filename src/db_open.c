/* SPDX-License-Identifier: MIT
 *
 * Opening a connection for a request: libpq blocks, for as long as a server that stands still
 * wishes, so a thread of its own does it and the request leaves when PostgreSQL has fallen silent.
 */
#include "db_internal.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLICE_MS = 50 };

struct opening {
    struct db *db;
    enum db_use use;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_ended, is_left;
    PGconn *connection;
};

static void opening_free(struct opening *opening)
{
    pthread_cond_destroy(&opening->ended);
    pthread_mutex_destroy(&opening->lock);
    free(opening);
}

static void *opening_run(void *context)
{
    struct opening *opening = context;
    struct db *db = opening->db;
    PGconn *connection = db_connection_open(db->config, opening->use);
    pthread_mutex_lock(&opening->lock);
    bool is_left = opening->is_left;
    opening->connection = connection;
    opening->is_ended = true;
    pthread_cond_signal(&opening->ended);
    pthread_mutex_unlock(&opening->lock);
    if (is_left) {
        PQfinish(connection);
        opening_free(opening);
    }
    atomic_fetch_sub(&db->openings, 1);
    return NULL;
}

/* The connection or NULL; sets *ret_is_left when the thread is still at it. */
static PGconn *opening_wait(struct opening *opening, bool *ret_is_left)
{
    pthread_mutex_lock(&opening->lock);
    while (!opening->is_ended && !db_is_silent(opening->db)) {
        struct timespec until = monotonic_deadline(SLICE_MS);
        pthread_cond_timedwait(&opening->ended, &opening->lock, &until);
    }
    *ret_is_left = opening->is_left = !opening->is_ended;
    PGconn *connection = opening->connection;
    pthread_mutex_unlock(&opening->lock);
    return connection;
}

static struct opening *opening_create(struct db *db, enum db_use use)
{
    struct opening *opening = calloc(1, sizeof *opening);
    if (!opening)
        return NULL;
    opening->db = db;
    opening->use = use;
    pthread_mutex_init(&opening->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&opening->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    return opening;
}

PGconn *db_open(struct db *db, enum db_use use)
{
    pthread_t thread;
    struct opening *opening = db_is_silent(db) ? NULL : opening_create(db, use);
    if (!opening)
        return NULL;
    atomic_fetch_add(&db->openings, 1);
    if (pthread_create(&thread, NULL, opening_run, opening) != 0) {
        atomic_fetch_sub(&db->openings, 1);
        opening_free(opening);
        return NULL;
    }
    pthread_detach(thread);
    bool is_left;
    PGconn *connection = opening_wait(opening, &is_left);
    if (!is_left)
        opening_free(opening);
    return connection;
}
