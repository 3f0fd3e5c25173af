/* SPDX-License-Identifier: MIT
 *
 * One exchange: the statements of a request and one Sync go out together, PostgreSQL runs them as
 * one transaction. */
#include "app.h"
#include "config.h"
#include "db_error.h"
#include "db_internal.h"
#include "embed.h"
#include "log.h"
#include "request.h"
#include "router.h"

#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- out ---- */

static struct db_step *step_add(struct db_batch *batch, const struct embedded *statement)
{
    struct db_step *step = &batch->steps[batch->count++];
    *step = (struct db_step){.statement = statement};
    return step;
}

static void add_context(struct request *rq, struct db_batch *batch)
{
    struct db_step *step = step_add(batch, rq->app->db->context);
    step->params[0] = rq->actor.issuer;
    step->params[1] = rq->actor.subject;
    step->params[2] = role_name(rq->actor.role);
    step->params[3] = language_name(rq->language);
    step->params[4] = rq->id;
    step->params[5] = rq->clock;
    step->params[6] = rq->route->operation;
}

static void add_key(struct request *rq, struct db_batch *batch, const struct embedded *statement)
{
    struct db_step *step = step_add(batch, statement);
    step->params[0] = rq->idempotency_key_sql;
    step->params[1] = rq->fingerprint;
}

static void batch_begin(struct request *rq, struct db_batch *batch)
{
    batch->count = 0;
    batch->route = rq->route;
    batch->owner = rq->id;
    batch->claim = DB_STEPS_MAX;
    batch->is_hurried = false;
}

void db_batch_for_request(struct request *rq, const char *lock_patience, struct db_batch *ret_batch)
{
    struct db_batch *batch = ret_batch;
    batch_begin(rq, batch);
    if (lock_patience) {
        batch->is_hurried = true;
        struct db_step *patience = step_add(batch, rq->app->db->patience);
        patience->params[0] = lock_patience;
        patience->params[4] = rq->id;
    }
    add_context(rq, batch);
    if (rq->route->flags & ROUTE_IDEMPOTENT) {
        batch->claim = batch->count;
        add_key(rq, batch, rq->app->db->claim);
    }
    struct db_step *step = step_add(batch, rq->app->db->statements[rq->route - routes]);
    step->params[0] = rq->path_ids[0];
    step->params[1] = rq->path_ids[1];
    step->params[2] = rq->query_sql;
    step->params[3] = rq->body_sql;
    step->params[4] = rq->if_match_sql;
    step->params[5] = rq->keys_sql;
}

void db_batch_for_replay(struct request *rq, struct db_batch *ret_batch)
{
    batch_begin(rq, ret_batch);
    add_context(rq, ret_batch);
    add_key(rq, ret_batch, rq->app->db->replay);
}

/* Asks for what is not prepared and nobody has asked for; false when that cannot be sent. Preparing
 * waits for locks as well, so who is in a hurry goes without. */
static bool ask(PGconn *connection, const struct db_batch *batch, struct db_answer *answer)
{
    for (unsigned i = 0; i < batch->count && !batch->is_hurried; i++) {
        unsigned char *knows = db_line_knows(connection, batch->steps[i].statement);
        if (*knows != DB_KNOWS_NOT)
            continue;
        if (!db_line_prepare(connection, batch->steps[i].statement))
            return false;
        *knows = DB_ASKED;
        answer->asked[answer->asked_count++] = (struct db_asked){knows, i};
        answer->is_new = true;
    }
    return true;
}

/* What somebody before us has asked for may yet be refused: that one is sent whole. */
static bool is_to_be_prepared(const struct db_answer *answer, unsigned step)
{
    for (unsigned i = 0; i < answer->asked_count; i++) {
        if (answer->asked[i].step == step)
            return true;
    }
    return false;
}

bool db_batch_send(PGconn *connection, const struct db_batch *batch, struct db_answer *answer)
{
    if (!ask(connection, batch, answer))
        return false;
    for (unsigned i = 0; i < batch->count; i++) {
        const struct db_step *step = &batch->steps[i];
        bool is_prepared =
            *db_line_knows(connection, step->statement) == DB_KNOWS || is_to_be_prepared(answer, i);
        answer->is_new = answer->is_new || !is_prepared;
        if (!db_line_send(connection, step->statement, is_prepared, step->params))
            return false;
    }
    return PQpipelineSync(connection) == 1;
}

/* ---- back ---- */

/* Column of what begins a batch that repeats the request's id. */
enum { OWNER_COLUMN = 1 };

static bool is_owned(const struct db_batch *batch, const PGresult *first)
{
    return (PQntuples(first) == 1 && PQnfields(first) > OWNER_COLUMN &&
            strcmp(PQgetvalue(first, 0, OWNER_COLUMN), batch->owner) == 0);
}

/* The first one to fail is told why, those behind it only that they were not looked at. */
static bool
asked_fits(const struct db_answer *answer, const PGresult *result, ExecStatusType status)
{
    if (status == PGRES_FATAL_ERROR)
        return !answer->error && PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return status == (answer->error ? PGRES_PIPELINE_ABORTED : PGRES_COMMAND_OK);
}

/* One result for each statement and then the Sync, with an error in between when it is the commit
 * that fails. PostgreSQL's errors have an SQLSTATE, libpq's own have none. */
static bool result_fits(const struct db_answer *answer,
                        const struct db_batch *batch,
                        const PGresult *result,
                        ExecStatusType status)
{
    if (status == PGRES_PIPELINE_SYNC)
        return answer->error || answer->step == batch->count;
    if (status == PGRES_FATAL_ERROR)
        return answer->step <= batch->count && PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (answer->step >= batch->count)
        return false;
    return status == PGRES_PIPELINE_ABORTED || answer->step > 0 || is_owned(batch, result);
}

/* PostgreSQL keeps what it has prepared, whatever becomes of the transaction. */
static void asked_feed(struct db_answer *answer, PGresult *result, ExecStatusType status)
{
    struct db_asked asked = answer->asked[answer->asked_heard++];
    *asked.knows = status == PGRES_COMMAND_OK ? DB_KNOWS : DB_KNOWS_NOT;
    if (status == PGRES_FATAL_ERROR) {
        answer->error = result;
        answer->error_step = asked.step;
    } else {
        PQclear(result);
    }
}

bool db_answer_feed(struct db_answer *answer, const struct db_batch *batch, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    bool is_asked = answer->asked_heard < answer->asked_count;
    answer->is_astray = !(is_asked ? asked_fits(answer, result, status)
                                   : result_fits(answer, batch, result, status));
    if (is_asked && !answer->is_astray) {
        asked_feed(answer, result, status);
        return false;
    }
    if (answer->is_astray || status == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        return true;
    }
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        PQclear(answer->rows);
        answer->rows = result;
    } else if (status != PGRES_PIPELINE_ABORTED && !answer->error) {
        answer->error = result;
        answer->error_step = answer->step;
    } else {
        PQclear(result);
    }
    answer->step++;
    return false;
}

void db_answer_clear(struct db_answer *answer)
{
    PQclear(answer->rows);
    PQclear(answer->error);
    *answer = (struct db_answer){0};
}

static struct db_failure failure_of(const struct db_answer *answer)
{
    return (struct db_failure){
        .sqlstate = PQresultErrorField(answer->error, PG_DIAG_SQLSTATE),
        .message = PQresultErrorField(answer->error, PG_DIAG_MESSAGE_PRIMARY),
        .detail = PQresultErrorField(answer->error, PG_DIAG_MESSAGE_DETAIL),
        .constraint = PQresultErrorField(answer->error, PG_DIAG_CONSTRAINT_NAME),
        .routine = PQresultErrorField(answer->error, PG_DIAG_SOURCE_FUNCTION),
        .is_new = answer->is_new,
    };
}

const char *db_answer_sqlstate(const struct db_answer *answer)
{
    return answer->error ? PQresultErrorField(answer->error, PG_DIAG_SQLSTATE) : NULL;
}

/* "(page,line)" in whatever language: PostgreSQL names the row it waited for, and no row of a table
 * that it could not begin with. */
static bool waited_for_row(const PGresult *error)
{
    static const char digits[] = "0123456789";
    const char *context = PQresultErrorField(error, PG_DIAG_CONTEXT);
    for (const char *at = context ? strchr(context, '(') : NULL; at; at = strchr(at, '(')) {
        size_t page = strspn(++at, digits);
        size_t line = at[page] == ',' ? strspn(at + page + 1, digits) : 0;
        if (page > 0 && line > 0 && at[page + 1 + line] == ')')
            return true;
    }
    return false;
}

/* The claim waits for another request with its key; else for its table, like anybody. */
static bool is_claimed(const struct db_answer *answer, const struct db_batch *batch)
{
    return answer->error_step == batch->claim && waited_for_row(answer->error);
}

bool db_answer_met_lock(const struct db_answer *answer, const struct db_batch *batch)
{
    const char *sqlstate = db_answer_sqlstate(answer);
    return sqlstate && strcmp(sqlstate, "55P03") == 0 && !is_claimed(answer, batch);
}

bool db_answer_timed_out(const struct db_answer *answer)
{
    const char *sqlstate = db_answer_sqlstate(answer);
    return sqlstate && strcmp(sqlstate, "57014") == 0;
}

bool db_answer_is_replay(const struct db_answer *answer)
{
    struct db_failure failure = failure_of(answer);
    return db_error_is_replay(&failure);
}

static bool
answer_fail(struct request *rq, const struct db_batch *batch, const struct db_answer *answer)
{
    struct db_failure failure = failure_of(answer);
    failure.is_claim = is_claimed(answer, batch);
    db_error_fail(rq, &failure);
    if (problem_kind(rq->problem.id)->status >= 500) {
        /* After a failure at commit the step is past the last statement. */
        unsigned step = answer->error_step < batch->count ? answer->error_step : batch->count - 1;
        log_event(LOG_LEVEL_ERROR, "PostgreSQL refused a statement", "statement",
                  batch->steps[step].statement->name, "sqlstate",
                  failure.sqlstate ? failure.sqlstate : "", "constraint",
                  failure.constraint ? failure.constraint : "", "request_id", rq->id, NULL);
    }
    return false;
}

/* Copies a column into the arena. NULL stays NULL. */
static bool text_of(struct request *rq,
                    const PGresult *rows,
                    const char *name,
                    const char **ret_text,
                    size_t *ret_bytes)
{
    int column = PQfnumber(rows, name);
    *ret_text = NULL;
    *ret_bytes = 0;
    if (column < 0 || PQgetisnull(rows, 0, column))
        return true;
    size_t bytes = (size_t)PQgetlength(rows, 0, column);
    *ret_text = rq_strndup(rq, PQgetvalue(rows, 0, column), bytes);
    *ret_bytes = bytes;
    return *ret_text || fail(rq, PROBLEM_INTERNAL);
}

/* A repeated answer is in the language of the first request, whatever this one asks for. */
static void language_of_answer(struct request *rq, const PGresult *rows)
{
    int column = PQfnumber(rows, "language");
    for (int language = LANGUAGE_BOTH; column >= 0 && language <= LANGUAGE_FR; language++) {
        if (strcmp(PQgetvalue(rows, 0, column), language_name((enum language)language)) == 0)
            rq->language = (enum language)language;
    }
}

bool db_answer_finish(struct request *rq,
                      const struct db_batch *batch,
                      const struct db_answer *answer)
{
    if (answer->error)
        return answer_fail(rq, batch, answer);
    const PGresult *rows = answer->rows;
    if (!rows || PQresultStatus(rows) != PGRES_TUPLES_OK || PQntuples(rows) > 1) {
        log_event(LOG_LEVEL_ERROR, "a statement answered something else than one row", "statement",
                  batch->steps[batch->count - 1].statement->name, "request_id", rq->id, NULL);
        return fail(rq, PROBLEM_INTERNAL);
    }
    if (PQntuples(rows) == 0)
        return fail(rq, PROBLEM_NOT_FOUND);
    struct response *response = &rq->response;
    const char *status;
    size_t ignored;
    if (!text_of(rq, rows, "status", &status, &ignored) ||
        !text_of(rq, rows, "body", &response->body, &response->body_bytes) ||
        !text_of(rq, rows, "location", &response->location, &ignored) ||
        !text_of(rq, rows, "etag", &response->etag, &ignored) ||
        !text_of(rq, rows, "next", &response->next, &ignored) ||
        !text_of(rq, rows, "content_type", &response->content_type, &ignored))
        return false;
    language_of_answer(rq, rows);
    /* A function that found nothing answers one row of nulls. */
    if (!status)
        return fail(rq, PROBLEM_NOT_FOUND);
    long number = strtol(status, NULL, 10);
    if (number < 200 || number > 399)
        return fail(rq, PROBLEM_INTERNAL);
    response->status = (int)number;
    return true;
}

/* ---- reading ---- */

/* Feeds everything that is complete. True when feed saw the end. */
static bool feed_complete(PGconn *connection, db_feed *feed, void *context)
{
    /* One NULL ends each statement's results; two in a row mean that nothing is pending. */
    for (unsigned nulls = 0; nulls < 2 && !PQisBusy(connection);) {
        PGresult *result = PQgetResult(connection);
        nulls = result ? 0 : nulls + 1;
        if (result && feed(context, result))
            return true;
    }
    return false;
}

/* False when the time is up. */
static bool
wait_for_socket(PGconn *connection, uint64_t deadline_ns, bool has_output, int *ret_events)
{
    uint64_t now = monotonic_ns();
    if (now >= deadline_ns)
        return false;
    struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
    if (has_output)
        fd.events = POLLIN | POLLOUT;
    bool is_told = poll(&fd, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1) > 0;
    *ret_events = is_told ? fd.revents : 0;
    return true;
}

bool db_read_until(PGconn *connection, uint64_t deadline_ns, db_feed *feed, void *context)
{
    int events = 0;
    for (;;) {
        /* A failure shows in PQstatus, and what came before the end still counts. */
        if (events & (POLLIN | POLLERR | POLLHUP))
            PQconsumeInput(connection);
        int flush = PQflush(connection);
        if (feed_complete(connection, feed, context))
            return true;
        if (flush < 0 || PQstatus(connection) != CONNECTION_OK)
            return false;
        if (!wait_for_socket(connection, deadline_ns, flush > 0, &events))
            return false;
    }
}

enum { SLICE_MS = 100 };

struct exchange {
    const struct db_batch *batch;
    struct db_answer *answer;
};

static bool answer_feed(void *context, PGresult *result)
{
    const struct exchange *exchange = context;
    return db_answer_feed(exchange->answer, exchange->batch, result);
}

/* Looks up now and then whether PostgreSQL is still there at all. */
static bool read_while_heard(const struct db *db, PGconn *connection, struct exchange *exchange)
{
    uint64_t now = monotonic_ns();
    uint64_t deadline_ns = now + (uint64_t)db_patience_ms(db->config) * NS_PER_MS;
    for (uint64_t slice_ns = now; now >= slice_ns; now = monotonic_ns()) {
        if (now >= deadline_ns || db_is_silent(db))
            return false;
        slice_ns = now + (uint64_t)SLICE_MS * NS_PER_MS;
        if (db_read_until(connection, slice_ns, answer_feed, exchange))
            return true;
    }
    return false; /* before its time: the connection is lost */
}

bool db_exchange(const struct db *db,
                 PGconn *connection,
                 const struct db_batch *batch,
                 struct db_answer *answer)
{
    struct exchange exchange = {batch, answer};
    return db_batch_send(connection, batch, answer) &&
           read_while_heard(db, connection, &exchange) && !answer->is_astray &&
           !db_line_is_warned(connection);
}

unsigned db_patience_ms(const struct config *config)
{
    long wanted_ms = 2 * config->statement_timeout_ms + 1000;
    long left_ms = config->connection_timeout_s * 1000 - config->pool_wait_ms - 1000;
    return (unsigned)(wanted_ms < left_ms ? wanted_ms : left_ms > 1000 ? left_ms : 1000);
}
