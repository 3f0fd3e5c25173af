/* SPDX-License-Identifier: MIT
 *
 * One exchange with PostgreSQL: the statements of a request and one Sync out, their results back.
 * Private to db*.c. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct config;
struct db;
struct embedded;
struct request;
struct route;

/* The statements of one request, up to its Sync. Borrows everything from the request. */
enum { DB_STEPS_MAX = 4, DB_PARAMS_MAX = 7 };
struct db_step {
    const struct embedded *statement;
    const char *params[DB_PARAMS_MAX];
};
struct db_batch {
    unsigned count;
    unsigned claim;  /* which step claims the idempotency key; count = none */
    bool is_hurried; /* the first step says how long locks are waited for */
    const struct route *route;
    const char *owner; /* the request's id, which the first step answers */
    struct db_step steps[DB_STEPS_MAX];
};
/* lock_patience: how long locks are waited for; NULL = as the lane does. */
void db_batch_for_request(struct request *rq,
                          const char *lock_patience,
                          struct db_batch *ret_batch);
void db_batch_for_replay(struct request *rq, struct db_batch *ret_batch);

/* What came back. */
struct db_answer {
    /* What the connection is asked to prepare, in front of the statements. */
    struct db_asked {
        unsigned char *knows; /* enum db_knows of the connection */
        unsigned step;
    } asked[DB_STEPS_MAX];
    unsigned asked_count, asked_heard;
    bool is_new;     /* not every statement had been prepared on this connection */
    PGresult *rows;  /* of the last statement that went well */
    PGresult *error; /* the first one that failed: it wins */
    unsigned step;
    unsigned error_step;
    /* This cannot be what PostgreSQL said to this batch: libpq lost something (it does when memory
     * is short), and whatever comes next on the connection may be somebody else's. */
    bool is_astray;
};
/* Queues the batch and its Sync, and before them what the connection has yet to prepare. False when
 * it cannot be used any more. */
bool db_batch_send(PGconn *connection, const struct db_batch *batch, struct db_answer *answer);
/* Takes the result. True when there is no more to come: it was the Sync, or the answer is astray.
 */
bool db_answer_feed(struct db_answer *answer, const struct db_batch *batch, PGresult *result);
void db_answer_clear(struct db_answer *answer);
/* NULL without an error, or when the error had none (lost connection). */
const char *db_answer_sqlstate(const struct db_answer *answer);
/* A statement waited for a lock until its time was up; not the claim for another request with its
 * key. */
bool db_answer_met_lock(const struct db_answer *answer, const struct db_batch *batch);
bool db_answer_timed_out(const struct db_answer *answer);
bool db_answer_is_replay(const struct db_answer *answer);
/* Fills rq->response from the row, or fails with what the error says. */
bool db_answer_finish(struct request *rq,
                      const struct db_batch *batch,
                      const struct db_answer *answer);

/* Flushes and reads until feed says that it was the end. False when the connection was lost or the
 * time is up. */
typedef bool db_feed(void *context, PGresult *result);
bool db_read_until(PGconn *connection, uint64_t deadline_ns, db_feed *feed, void *context);
/* Sends and reads one batch on a connection that nobody else uses. False: the answer did not come,
 * and the connection must not be used again. */
bool db_exchange(const struct db *db,
                 PGconn *connection,
                 const struct db_batch *batch,
                 struct db_answer *answer);
/* Longer than PostgreSQL itself lets a statement run, so only a commit that waits or a lost server
 * reaches it; shorter than the HTTP library keeps a connection without a byte. */
unsigned db_patience_ms(const struct config *config);
