/* SPDX-License-Identifier: MIT
 *
 * Stop 7 and 8: which lane, what is tried again, and what stops the start. */
#include "app.h"
#include "config.h"
#include "db_breaker.h"
#include "db_error.h"
#include "db_internal.h"
#include "db_pool.h"
#include "embed.h"
#include "log.h"
#include "request.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- start and end ---- */

/* A connection for the write lane, checked against everything this binary expects of the database.
 */
static PGconn *open_first(const struct config *config, char **ret_help)
{
    PGconn *connection = db_connection_plain(config->database_url);
    if (connection && db_schema_is_current(connection) && (*ret_help = db_help_read(connection)) &&
        db_connection_set_up(connection, config, DB_USE_WRITE) && db_line_check(connection))
        return connection;
    PQfinish(connection);
    return NULL;
}

static bool statements_find(struct db *db)
{
    db->patience = embedded_find(embedded_statements, "kernel_lock_patience");
    db->context = embedded_find(embedded_statements, "kernel_context");
    db->claim = embedded_find(embedded_statements, "kernel_idempotency_claim");
    db->replay = embedded_find(embedded_statements, "kernel_idempotency_replay");
    db->statements = calloc(routes_count, sizeof(struct embedded *));
    for (size_t i = 0; db->statements && i < routes_count; i++)
        db->statements[i] = embedded_find(embedded_statements, routes[i].operation);
    return db->statements;
}

static bool open_lanes(struct db *db)
{
    unsigned count = (unsigned)db->config->read_connections;
    db->lanes = calloc(count, sizeof(struct db_lane *));
    for (; db->lanes && db->lane_count < count; db->lane_count++) {
        PGconn *connection = db_connection_open(db->config, DB_USE_READ);
        db->lanes[db->lane_count] = connection ? db_lane_create(db, connection) : NULL;
        if (!db->lanes[db->lane_count])
            return false;
    }
    return db->lanes;
}

struct db *db_create(const struct config *config)
{
    struct db *db = calloc(1, sizeof *db);
    PGconn *first = db ? open_first(config, &db->help) : NULL;
    if (!first) {
        free(db ? db->help : NULL);
        free(db);
        return NULL;
    }
    db->config = config;
    db->breakers = calloc(routes_count, sizeof *db->breakers);
    db->pool = db_pool_create(db, first);
    if (!db->breakers || !statements_find(db) || !db->pool || !open_lanes(db)) {
        db_destroy(db);
        return NULL;
    }
    atomic_store(&db->last_ok_ns, monotonic_ns());
    atomic_store(&db->is_well, true);
    if ((db->watch = db_watch_start(db)))
        return db;
    db_destroy(db);
    return NULL;
}

void db_destroy(struct db *db)
{
    if (!db)
        return;
    db_watch_stop(db->watch);
    while (atomic_load(&db->openings) > 0) /* each ends by libpq's own time limits */
        nanosleep(&(struct timespec){.tv_nsec = NS_PER_MS}, NULL);
    for (unsigned i = 0; i < db->lane_count; i++)
        db_lane_destroy(db->lanes[i]);
    free(db->lanes);
    db_pool_destroy(db->pool);
    free(db->breakers);
    free(db->statements);
    free(db->help);
    free(db);
}

const char *db_help(const struct db *db)
{
    return db->help;
}

/* ---- one request ---- */

/* A request's way through the database. Writes keep their connection from the first try to the
 * replay. */
struct passage {
    struct db *db;
    bool is_read;
    bool is_trial;   /* of an operation that met a lock */
    bool is_through; /* it was answered, and met no lock */
    bool has_met_lock;
    uint64_t until_ns;  /* for how long it waits for a connection, however often it needs one */
    PGconn *connection; /* writes */
};

static struct db_lane *lane_choose(const struct db *db)
{
    struct db_lane *best = db->lanes[0];
    unsigned least = db->lane_count > 1 ? db_lane_load(best) : 0;
    for (unsigned i = 1; i < db->lane_count && least > 0; i++) {
        unsigned load = db_lane_load(db->lanes[i]);
        if (load < least) {
            least = load;
            best = db->lanes[i];
        }
    }
    return best;
}

enum { READS_MAX = 3 };

/* A read whose connection was lost may be sent again: at worst its audit row is there as often.
 * Each lane may be given up once because of a lock. */
static enum db_outcome
exchange_read(struct passage *passage, const struct db_batch *batch, struct db_answer *answer)
{
    struct db *db = passage->db;
    for (int tries = 1;; tries++) {
        enum db_outcome outcome =
            db_lane_exchange(lane_choose(db), batch, passage->until_ns, answer);
        if (outcome != DB_LOST || tries == READS_MAX)
            return outcome;
        db_answer_clear(answer);
        if (db_breaker_is_held(db, batch->route))
            return DB_HELD;
    }
}

/* A write that was sent and not answered may have happened: only the client's idempotency key can
 * tell. */
static enum db_outcome
exchange_write(struct passage *passage, const struct db_batch *batch, struct db_answer *answer)
{
    struct db *db = passage->db;
    for (int tries = 0; tries < 2; tries++) {
        if (!passage->connection)
            passage->connection = db_pool_acquire(db->pool, batch->route, passage->until_ns);
        if (!passage->connection)
            return DB_NONE;
        /* What it waited for may have been taken by those who now wait for a lock. */
        if (!passage->is_trial && db_breaker_is_held(db, batch->route))
            return DB_HELD;
        if (!db_exchange(db, passage->connection, batch, answer)) {
            db_pool_discard(db->pool, batch->route, passage->connection);
            passage->connection = NULL;
            return DB_LOST;
        }
        if (tries > 0 || !db_error_is_stale(db_answer_sqlstate(answer)))
            break;
        db_answer_clear(answer);
        db_pool_discard(db->pool, batch->route, passage->connection);
        passage->connection = NULL;
    }
    return DB_ANSWERED;
}

static void pause_before_retry(int tries)
{
    /* Different threads, different pauses: two that met once should not meet again. */
    long jitter_ns = (long)(monotonic_ns() % 4) * NS_PER_MS;
    struct timespec pause = {.tv_nsec = (2L << tries) * NS_PER_MS + jitter_ns};
    nanosleep(&pause, NULL);
}

static void heard(struct db *db, bool is_read, const char *sqlstate)
{
    if (is_read)
        atomic_fetch_add_explicit(&db->reads, 1, memory_order_relaxed);
    atomic_store_explicit(&db->last_ok_ns, monotonic_ns(), memory_order_relaxed);
    if (sqlstate && strcmp(sqlstate, "53100") == 0)
        atomic_store(&db->is_disk_full, true);
}

enum { TRIES_MAX = 4 };

static enum db_outcome
exchange(struct passage *passage, const struct db_batch *batch, struct db_answer *answer)
{
    for (int tries = 1;; tries++) {
        enum db_outcome outcome = passage->is_read ? exchange_read(passage, batch, answer)
                                                   : exchange_write(passage, batch, answer);
        if (outcome == DB_ANSWERED)
            heard(passage->db, passage->is_read, db_answer_sqlstate(answer));
        if (outcome != DB_ANSWERED || tries == TRIES_MAX ||
            !db_error_is_retryable(db_answer_sqlstate(answer)))
            return outcome;
        db_answer_clear(answer);
        pause_before_retry(tries);
    }
}

/* What its answer says of the operation. */
static void learn(struct passage *passage,
                  const struct db_batch *batch,
                  const struct db_answer *answer,
                  uint64_t since_ns)
{
    struct db *db = passage->db;
    passage->is_through = !db_answer_met_lock(answer, batch);
    passage->has_met_lock = !passage->is_through;
    if (passage->is_through)
        db_breaker_through(db, batch->route);
    else
        db_breaker_hold(db, batch->route, since_ns);
    if (passage->is_read && db_answer_timed_out(answer))
        db_breaker_slow(db, batch->route);
}

static bool fail_unanswered(struct request *rq, enum db_outcome outcome)
{
    if (outcome != DB_HELD)
        log_event(LOG_LEVEL_WARNING,
                  outcome == DB_LOST ? "connection lost during a statement"
                                     : "no connection for a statement",
                  "statement", rq->route->operation, "request_id", rq->id, NULL);
    return fail(rq, PROBLEM_UNAVAILABLE);
}

static bool run(struct request *rq, struct passage *passage, struct db_answer *answer)
{
    struct db_batch batch;
    bool may_hurry = passage->is_read || passage->is_trial;
    db_batch_for_request(rq, may_hurry ? db_breaker_patience(passage->db, passage->is_trial) : NULL,
                         &batch);
    uint64_t since_ns = monotonic_ns();
    passage->until_ns = since_ns + (uint64_t)passage->db->config->pool_wait_ms * NS_PER_MS;
    enum db_outcome outcome = exchange(passage, &batch, answer);
    if (outcome == DB_ANSWERED)
        learn(passage, &batch, answer, since_ns);
    bool is_replay = outcome == DB_ANSWERED && db_answer_is_replay(answer);
    if (is_replay) {
        db_answer_clear(answer);
        db_batch_for_replay(rq, &batch);
        outcome = exchange(passage, &batch, answer);
    }
    if (outcome != DB_ANSWERED)
        return fail_unanswered(rq, outcome);
    if (!db_answer_finish(rq, &batch, answer))
        return false;
    rq->response.is_replay = is_replay;
    return true;
}

/* False at a lock that nobody had met before: nothing was done, and what an upgrade holds it gives
 * back within the moment in which others wait for it. */
static bool run_once(struct request *rq, bool *ret_met_lock)
{
    struct db *db = rq->app->db;
    bool is_trial;
    if (!db_breaker_enter(db, rq->route, &is_trial))
        return fail(rq, PROBLEM_UNAVAILABLE);
    struct passage passage = {
        .db = db,
        .is_read = rq->route->lane == LANE_READ && !is_trial && !db_breaker_is_slow(db, rq->route),
        .is_trial = is_trial,
    };
    struct db_answer answer = {0};
    bool is_good = run(rq, &passage, &answer);
    *ret_met_lock = passage.has_met_lock && !is_trial;
    if (is_trial)
        db_breaker_leave(db, rq->route, passage.is_through);
    db_answer_clear(&answer);
    db_pool_release(db->pool, rq->route, passage.connection);
    return is_good;
}

bool db_run(struct request *rq)
{
    bool has_met_lock = false;
    if (run_once(rq, &has_met_lock))
        return true;
    if (!has_met_lock)
        return false;
    rq->problem = (struct problem){0};
    return run_once(rq, &has_met_lock);
}

/* ---- health ---- */

/* A write that went well says nothing about reads while every lane waits out its pause. */
static bool has_lane(const struct db *db)
{
    for (unsigned i = 0; i < db->lane_count; i++) {
        if (db_lane_load(db->lanes[i]) != UINT_MAX)
            return true;
    }
    return false;
}

bool db_is_ready(const struct db *db)
{
    return atomic_load(&db->is_well) && !db_is_silent(db) && has_lane(db) &&
           !db_pool_is_shut(db->pool);
}

bool db_is_silent(const struct db *db)
{
    return atomic_load_explicit(&db->is_silent, memory_order_relaxed);
}

void db_stats_get(const struct db *db, struct db_stats *ret_stats)
{
    struct db_stats stats = {0};
    db_pool_count(db->pool, &stats);
    for (unsigned i = 0; i < db->lane_count; i++)
        stats.read_in_flight += db_lane_in_flight(db->lanes[i]);
    stats.reconnects = atomic_load(&db->reconnects);
    stats.waits_timed_out = atomic_load(&db->waits_timed_out);
    *ret_stats = stats;
}
