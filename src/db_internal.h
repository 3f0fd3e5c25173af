/* SPDX-License-Identifier: MIT
 *
 * What db*.c share: connections, the pipelined exchange, and the two lanes. Private to them. */
#pragma once

#include "db.h"
#include "db_line.h"
#include "db_pipeline.h"
#include "monotonic.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct embedded;
struct request;
struct db {
    const struct config *config;
    const struct embedded **statements; /* by route */
    const struct embedded *patience, *context, *claim, *replay;
    struct db_lane **lanes;
    unsigned lane_count;
    struct db_pool *pool;
    char *help; /* what db_help answers */
    struct db_watch *watch;
    _Atomic uint64_t last_ok_ns; /* when PostgreSQL last answered */
    atomic_bool is_silent;       /* it answers nobody */
    atomic_bool is_well;         /* what the watch found: /readyz */
    atomic_bool is_disk_full;    /* it said so, and has not yet written again */
    atomic_ullong news;          /* what db_news answers */
    struct db_breaker *breakers; /* by route */
    atomic_int trials;           /* of theirs, at this moment */
    atomic_int held;             /* how many of them are not free */
    _Atomic uint64_t held_at_ns; /* when the first of those was not */
    atomic_uint openings;        /* threads of db_open */
    atomic_ullong reads;         /* answered */
    atomic_ullong reconnects, waits_timed_out;
};

/* --- one connection (db_connection.c) --- */

enum db_use { DB_USE_READ, DB_USE_WRITE };
/* An open connection in pipeline and non-blocking mode, with its settings. NULL (logged) otherwise.
 * Blocks for connect_timeout at most. */
PGconn *db_connection_open(const struct config *config, enum db_use use);
/* Only connected, to the host of the string that was good last or the next that is (db_hosts.c);
 * for the checks at start, jobs and migrations. NULL (logged) when that fails. */
PGconn *db_connection_plain(const char *url);
void db_notices_ignore(PGconn *connection);
/* Of an answer that has one: a message that was lost leaves none. NULL has none. */
bool db_has_row(const PGresult *result);
/* Turns a plain connection into one of the above. */
bool db_connection_set_up(PGconn *connection, const struct config *config, enum db_use use);
/* Closes it, and ends what PostgreSQL still does for it: a commit that waits for a standby would
 * keep its place there for as long as that lasts. Does not block. */
void db_connection_abandon(PGconn *connection);
/* Idle, nothing pending in either direction, server still there: may be handed on. */
bool db_connection_is_clean(PGconn *connection);
/* "ERROR:  text\n" without its end of line; for messages at start, with no request's data. */
const char *db_message(const char *text, char *buffer, size_t size);

/* --- the lanes --- */

/* NONE: no connection could be had, nothing was sent. LOST: sent, but the answer never came. HELD:
 * others of the same operation met a lock meanwhile. */
enum db_outcome { DB_ANSWERED, DB_LOST, DB_NONE, DB_HELD };

struct db_lane;
/* Takes the connection in every case; the pool likewise. */
struct db_lane *db_lane_create(struct db *db, PGconn *connection);
void db_lane_destroy(struct db_lane *lane);
unsigned db_lane_in_flight(const struct db_lane *lane);
/* How full it is; a lane that cannot connect at present is fuller than any other, or it would draw
 * every request. */
unsigned db_lane_load(const struct db_lane *lane);
/* until_ns: when it leaves, if there is no connection until then. */
enum db_outcome db_lane_exchange(struct db_lane *lane,
                                 const struct db_batch *batch,
                                 uint64_t until_ns,
                                 struct db_answer *answer);

/* --- how it is (db_watch.c, db_open.c) --- */

struct db_watch;
/* Asks how it is until db_watch_stop. NULL when the thread cannot be made. */
struct db_watch *db_watch_start(struct db *db);
void db_watch_stop(struct db_watch *watch);
/* It stands still: whoever waits for it need wait no longer. */
bool db_is_silent(const struct db *db);
/* db_connection_open in a thread of its own, which gives what came of it to the owner. False: there
 * will be none. */
typedef void db_opened(void *owner, PGconn *connection);
bool db_open(struct db *db, enum db_use use, db_opened *opened, void *owner);
/* Waits a moment at most. False: the time is up, or PostgreSQL is silent. */
bool db_wait(const struct db *db, pthread_cond_t *told, pthread_mutex_t *lock, uint64_t until_ns);
void db_wait_init(pthread_cond_t *told);
/* A commit that writes, and so waits for what commits wait for. */
extern const char db_commit_sql[];

/* --- at start, and what every connection is asked (db_schema.c) --- */

/* The database is this binary's: migrations, functions, policies. Logs what differs otherwise. */
bool db_schema_is_current(PGconn *connection);
/* PostgreSQL's zone data, which each of its sessions reads anew: asked with every new connection's
 * settings. Logs the package to upgrade when it is stale. */
bool db_zones_send(PGconn *connection);
bool db_zones_are_current(const PGresult *wrong);
/* kernel/help.sql's answer; NULL, logged, when there is none. Caller frees. */
char *db_help_read(PGconn *connection);
/* Functions, policies, reference data, in this order. */
enum { DB_CODE_SETS = 3 };
extern const struct embedded *const db_code_sets[DB_CODE_SETS];
/* Whether schema_state holds this manifest ($2) under a key ($1). */
extern const char db_state_is_current_sql[];
/* "name sha256\n" for every file of the sets; caller frees. */
char *db_manifest(const struct embedded *const *sets, size_t count);
/* After n failures in a row: how long to leave PostgreSQL alone. */
uint64_t db_backoff_ns(unsigned failures);
