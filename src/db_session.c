/* SPDX-License-Identifier: MIT
 *
 * A session for background work: one connection, one thread, blocking calls. */
#include "db_internal.h"
#include "embed.h"
#include "log.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct db_session {
    PGconn *connection;
};

struct db_rows {
    PGresult *result;
};

/* Statements of jobs infer their parameters' types; they may run longer than a request's. */
static bool session_prepare(PGconn *connection)
{
    PGresult *result =
        PQexec(connection, "select set_config('statement_timeout', '10min', false), "
                           "set_config('lock_timeout', '5s', false), "
                           "set_config('timezone', 'UTC', false), set_config('jit', 'off', false)");
    const char *name = "settings";
    bool is_good = PQresultStatus(result) == PGRES_TUPLES_OK;
    for (const struct embedded *job = embedded_jobs; is_good && job->name; job++) {
        PQclear(result);
        name = job->name;
        result = PQprepare(connection, job->name, job->text, 0, NULL);
        is_good = PQresultStatus(result) == PGRES_COMMAND_OK;
    }
    if (!is_good) {
        char text[300];
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        log_event(LOG_LEVEL_ERROR, "a job's statement cannot be prepared", "statement", name,
                  "sqlstate", state ? state : "", "reason",
                  db_message(PQresultErrorMessage(result), text, sizeof text), NULL);
    }
    PQclear(result);
    return is_good;
}

static void notice_ignore(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

struct db_session *db_session_open(const char *database_url)
{
    struct db_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->connection = db_connection_plain(database_url);
    if (session->connection) {
        PQsetNoticeReceiver(session->connection, notice_ignore, NULL);
        if (session_prepare(session->connection))
            return session;
    }
    db_session_close(session);
    return NULL;
}

void db_session_close(struct db_session *session)
{
    if (!session)
        return;
    PQfinish(session->connection);
    free(session);
}

bool db_session_is_alive(const struct db_session *session)
{
    return PQstatus(session->connection) == CONNECTION_OK;
}

static struct db_rows *rows_of(PGresult *result, const char *statement)
{
    ExecStatusType status = PQresultStatus(result);
    bool is_good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!is_good) {
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
        log_event(LOG_LEVEL_ERROR, "a job's statement failed", "statement", statement, "sqlstate",
                  state ? state : "", "constraint", constraint ? constraint : "", NULL);
    }
    struct db_rows *rows = is_good ? calloc(1, sizeof *rows) : NULL;
    if (rows)
        rows->result = result;
    else
        PQclear(result);
    return rows;
}

struct db_rows *db_session_run(struct db_session *session,
                               const char *statement,
                               int count,
                               const char *const *params)
{
    return rows_of(PQexecPrepared(session->connection, statement, count, params, NULL, NULL, 0),
                   statement);
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

bool db_session_listen(struct db_session *session, const char *channel)
{
    /* LISTEN takes a name, not a parameter: libpq quotes it. */
    char *name = PQescapeIdentifier(session->connection, channel, strlen(channel));
    char command[100];
    bool is_listening =
        name && snprintf(command, sizeof command, "listen %s", name) < (int)sizeof command;
    if (is_listening) {
        PGresult *result = PQexec(session->connection, command);
        is_listening = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    PQfreemem(name);
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
