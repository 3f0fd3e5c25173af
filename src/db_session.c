/* SPDX-License-Identifier: MIT
 *
 * A session for background work: one connection, one thread. Every wait has an end: a statement's
 * limit, which PostgreSQL keeps, a little more, which we keep when PostgreSQL does not, and a stop.
 */
#include "db_internal.h"
#include "embed.h"
#include "log.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN_LIMIT_MS = 5000,
    ANSWER_MS = 2000,     /* PostgreSQL has ended a statement at its limit, and the news arrives */
    STOP_GRACE_MS = 2000, /* what is under way when the process is stopped */
    SLICE_MS = 200        /* between looks at is_stopping */
};

struct db_session {
    PGconn *connection;
    const atomic_bool *is_stopping;
    bool is_lost;
    bool knows[]; /* by job: it is prepared */
};

struct db_rows {
    PGresult *result;
};

/* False when the connection is lost, or given up: then nobody knows what PostgreSQL still does. */
static bool
read_until_end(struct db_session *session, unsigned limit_ms, db_feed *feed, void *context)
{
    uint64_t now = monotonic_ns();
    uint64_t end = now + (uint64_t)(limit_ms + ANSWER_MS) * NS_PER_MS;
    for (; now < end && PQstatus(session->connection) == CONNECTION_OK; now = monotonic_ns()) {
        uint64_t slice = now + (uint64_t)SLICE_MS * NS_PER_MS;
        uint64_t stop = now + (uint64_t)STOP_GRACE_MS * NS_PER_MS;
        if (session->is_stopping && atomic_load(session->is_stopping) && stop < end)
            end = stop;
        if (db_read_until(session->connection, slice < end ? slice : end, feed, context))
            return true;
    }
    session->is_lost = true;
    log_event(LOG_LEVEL_WARNING, "no answer from PostgreSQL to a job", NULL);
    return false;
}

/* ---- opening ---- */

static const char settings_sql[] =
    "select " DB_TIMELINE_SQL ", "
    "set_config('lock_timeout', '2s', false), "
    "set_config('timezone', 'UTC', false), set_config('jit', 'off', false)";
static const char limit_name[] = "limit",
                  limit_sql[] = "select set_config('statement_timeout', $1, true)";
enum { RESULT_SETTINGS, RESULT_ZONES };

static bool send_settings(PGconn *connection)
{
    return PQsendQueryParams(connection, settings_sql, 0, NULL, NULL, NULL, NULL, 0) == 1 &&
           db_zones_send(connection) &&
           PQsendPrepare(connection, limit_name, limit_sql, 0, NULL) == 1 &&
           PQpipelineSync(connection) == 1;
}

struct opening {
    PGconn *connection;
    unsigned results;
    bool is_refused;
};

static bool refuse(const PGresult *result)
{
    char text[300];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    log_event(LOG_LEVEL_ERROR, "a session for jobs cannot be set up", "sqlstate",
              state ? state : "", "reason",
              db_message(PQresultErrorMessage(result), text, sizeof text), NULL);
    return false;
}

static bool is_good(PGconn *connection, unsigned index, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_ABORTED)
        return false;
    if (index == RESULT_ZONES)
        return db_zones_are_current(result);
    if (status == PGRES_FATAL_ERROR)
        return refuse(result);
    return index != RESULT_SETTINGS ||
           (db_has_row(result) && db_line_attach(connection, PQgetvalue(result, 0, 0)));
}

static bool opening_feed(void *context, PGresult *result)
{
    struct opening *opening = context;
    bool is_end = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    if (!is_end)
        opening->is_refused |= !is_good(opening->connection, opening->results++, result);
    PQclear(result);
    return is_end;
}

static bool session_prepare(struct db_session *session)
{
    PGconn *connection = session->connection;
    struct opening opening = {.connection = connection};
    return PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1 &&
           send_settings(connection) &&
           read_until_end(session, OPEN_LIMIT_MS, opening_feed, &opening) && !opening.is_refused;
}

struct db_session *db_session_open(const char *database_url, const atomic_bool *is_stopping)
{
    size_t jobs = 0;
    while (embedded_jobs[jobs].name)
        jobs++;
    struct db_session *session = calloc(1, sizeof *session + jobs * sizeof(bool));
    if (!session)
        return NULL;
    session->is_stopping = is_stopping;
    session->connection = db_connection_plain(database_url);
    if (session->connection && session_prepare(session))
        return session;
    db_session_close(session);
    return NULL;
}

void db_session_close(struct db_session *session)
{
    if (!session)
        return;
    if (session->connection)
        db_connection_abandon(session->connection);
    free(session);
}

bool db_session_is_alive(const struct db_session *session)
{
    return !session->is_lost && PQstatus(session->connection) == CONNECTION_OK &&
           db_line_is_current(session->connection);
}

/* ---- one statement ---- */

/* The last result, or the first error. */
struct reading {
    PGresult *kept;
    unsigned results;
    bool *knows; /* is to be told of the result of preparing; NULL: none was asked for */
};
enum { RESULT_PREPARED = 1 }; /* behind the limit's */

static bool result_feed(void *context, PGresult *result)
{
    struct reading *reading = context;
    PGresult **kept = &reading->kept;
    ExecStatusType status = PQresultStatus(result);
    if (reading->results++ == RESULT_PREPARED && reading->knows)
        *reading->knows = status == PGRES_COMMAND_OK;
    if (status != PGRES_PIPELINE_SYNC && status != PGRES_PIPELINE_ABORTED &&
        (!*kept || PQresultStatus(*kept) != PGRES_FATAL_ERROR)) {
        PQclear(*kept);
        *kept = result;
    } else {
        PQclear(result);
    }
    return status == PGRES_PIPELINE_SYNC;
}

static struct db_rows *rows_of(PGresult *result, const char *statement)
{
    ExecStatusType status = PQresultStatus(result);
    bool is_result = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!is_result) {
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
        log_event(LOG_LEVEL_ERROR, "a job's statement failed", "statement", statement, "sqlstate",
                  state ? state : "", "constraint", constraint ? constraint : "", NULL);
    }
    struct db_rows *rows = is_result ? calloc(1, sizeof *rows) : NULL;
    if (rows)
        rows->result = result;
    else
        PQclear(result);
    return rows;
}

/* What was read before the connection was lost is no answer: its commit is missing. */
static struct db_rows *
rows_read(struct db_session *session, const char *statement, unsigned limit_ms, bool *knows)
{
    struct reading reading = {.knows = knows};
    if (read_until_end(session, limit_ms, result_feed, &reading))
        return rows_of(reading.kept, statement);
    PQclear(reading.kept);
    return NULL;
}

/* A job is prepared when it is asked for first. It infers its parameters' types. */
static bool send_job(PGconn *connection,
                     const struct embedded *job,
                     bool is_new,
                     int count,
                     const char *const *params)
{
    return (!is_new || PQsendPrepare(connection, job->name, job->text, 0, NULL) == 1) &&
           PQsendQueryPrepared(connection, job->name, count, params, NULL, NULL, 0) == 1 &&
           PQpipelineSync(connection) == 1;
}

struct db_rows *db_session_run(struct db_session *session,
                               const char *statement,
                               unsigned limit_ms,
                               int count,
                               const char *const *params)
{
    char limit[16];
    snprintf(limit, sizeof limit, "%u", limit_ms);
    const char *limit_params[] = {limit};
    PGconn *connection = session->connection;
    const struct embedded *job = embedded_find(embedded_jobs, statement);
    bool *knows = &session->knows[job - embedded_jobs], is_new = !*knows;
    if (db_line_is_current(connection) &&
        PQsendQueryPrepared(connection, limit_name, 1, limit_params, NULL, NULL, 0) == 1 &&
        send_job(connection, job, is_new, count, params))
        return rows_read(session, statement, limit_ms, is_new ? knows : NULL);
    session->is_lost = true;
    return NULL;
}

int db_rows_count(const struct db_rows *rows)
{
    return PQntuples(rows->result);
}

const char *db_rows_get(const struct db_rows *rows, int row, int column)
{
    return PQgetisnull(rows->result, row, column) ? NULL : PQgetvalue(rows->result, row, column);
}

void db_rows_free(struct db_rows *rows)
{
    if (!rows)
        return;
    PQclear(rows->result);
    free(rows);
}

/* ---- notifications ---- */

bool db_session_listen(struct db_session *session, const char *channel)
{
    /* LISTEN takes a name, not a parameter: libpq quotes it. */
    PGconn *connection = session->connection;
    char *name = PQescapeIdentifier(connection, channel, strlen(channel));
    char command[100];
    struct db_rows *rows = NULL;
    if (name && snprintf(command, sizeof command, "listen %s", name) < (int)sizeof command &&
        PQsendQueryParams(connection, command, 0, NULL, NULL, NULL, NULL, 0) == 1 &&
        PQpipelineSync(connection) == 1)
        rows = rows_read(session, "listen", OPEN_LIMIT_MS, NULL);
    PQfreemem(name);
    bool is_listening = rows;
    db_rows_free(rows);
    return is_listening;
}

/* What has been announced counts once, however often. */
static bool notifications_take(PGconn *connection)
{
    bool is_any = false;
    PGnotify *notification;
    while ((notification = PQnotifies(connection))) {
        is_any = true;
        PQfreemem(notification);
    }
    return is_any;
}

bool db_session_wait(struct db_session *session, int timeout_ms)
{
    /* One that arrived with the last statement's answer is already in libpq's hands. */
    if (notifications_take(session->connection))
        return true;
    struct pollfd fd = {.fd = PQsocket(session->connection), .events = POLLIN};
    if (poll(&fd, 1, timeout_ms) <= 0)
        return true;
    bool is_alive = PQconsumeInput(session->connection) == 1;
    notifications_take(session->connection);
    return is_alive && PQstatus(session->connection) == CONNECTION_OK;
}
