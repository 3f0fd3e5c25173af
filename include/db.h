/* SPDX-License-Identifier: MIT
 *
 * Stop 7 and 8: PostgreSQL. One pipelined round trip per request = one implicit transaction:
 *   context, (idempotency_claim), the route's statement, Sync.
 * READ routes share a few pipelined connections; WRITE routes take a connection of their own from a
 * bounded pool. A connection is handed on only idle, with an empty pipeline and prepared; otherwise
 * it is replaced. Thread safe. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct request;
struct db;

/* Connects, checks schema version and PostgreSQL's zone data, prepares every statement: a wrong
 * column stops the start. NULL + one log line. Caller frees with db_destroy, after the last
 * request; config must live as long. */
struct db *db_create(const struct config *config);
void db_destroy(struct db *db);
/* Somebody answers where the connection string points. Logs why not. */
bool db_is_there(const struct config *config);
/* A commit comes to its end within two seconds; one that waits for a standby nobody serves does
 * not. Logs it then. */
bool db_takes_commits(const struct config *config);
/* Whom to call, as the database said at start: JSON text. Borrowed from db. */
const char *db_help(const struct db *db);
/* What was found a moment ago, from memory: it answers, and takes what is written. */
bool db_is_ready(const struct db *db);
/* How often staff were told something, or an alarm changed, as far as this process has heard. */
unsigned long long db_news(const struct db *db);
/* False at the end without any since `seen`, or once *is_stopping. */
bool db_news_wait(const struct db *db,
                  unsigned long long seen,
                  uint64_t end_ns,
                  const atomic_bool *is_stopping);
/* Runs rq's route; fills rq->response (text owned by the arena) or sets a problem (SQLSTATE ->
 * problem, db_error.h). */
bool db_run(struct request *rq) __attribute__((warn_unused_result));

/* Numbers for /metrics. */
struct db_stats {
    unsigned write_size, write_leased, write_waiting, read_in_flight;
    unsigned long long reconnects, waits_timed_out;
};
void db_stats_get(const struct db *db, struct db_stats *ret_stats);

/* A session for background work (role alongside_worker), which prepares what it is asked for of
 * sql/statements/jobs. Used by one thread; once *is_stopping (NULL = never), each call
 * ends within two seconds, whatever PostgreSQL does. */
struct db_session;
/* NULL when the database is not there, its zone data is stale, or it is an old primary: one with a
 * timeline behind another's that this process has seen. Blocks for connect_timeout at most for each
 * host. */
struct db_session *db_session_open(const char *database_url, const atomic_bool *is_stopping);
void db_session_close(struct db_session *session);
struct db_rows; /* text result of one statement; valid until db_rows_free */
/* One statement in a transaction of its own, of limit_ms at most. NULL on failure (logged without
 * data); then check db_session_is_alive. */
struct db_rows *db_session_run(struct db_session *session,
                               const char *statement,
                               unsigned limit_ms,
                               int count,
                               const char *const *params);
bool db_session_is_alive(const struct db_session *session);
int db_rows_count(const struct db_rows *rows);
/* NULL = SQL null; borrowed from rows. */
const char *db_rows_get(const struct db_rows *rows, int row, int column);
void db_rows_free(struct db_rows *rows);
/* LISTEN channel, then wait for a notification, at most timeout_ms. False when the connection is
 * lost. */
bool db_session_listen(struct db_session *session, const char *channel)
    __attribute__((warn_unused_result));
bool db_session_wait(struct db_session *session, int timeout_ms)
    __attribute__((warn_unused_result));

/* alongside migrate: everything embedded below sql/, as the owner; demo_issuer: demo data as well,
 * whose people have sign-ins of that issuer, or NULL. wait_s: how long it asks again for a table
 * that somebody holds. One line on stderr for each thing applied, and for what went wrong: file,
 * line and PostgreSQL's words. May be run any number of times, also at once. */
bool db_migrate(const char *database_url, long wait_s, const char *demo_issuer)
    __attribute__((warn_unused_result));
