/* SPDX-License-Identifier: MIT
 *
 * One connection: its settings, and whether it may be handed on. */
#include "config.h"
#include "db_internal.h"
#include "log.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

uint64_t db_backoff_ns(unsigned failures)
{
    unsigned doublings = failures < 5 ? failures : 5;
    return (UINT64_C(50) << doublings) * NS_PER_MS; /* 100 ms to 1.6 s */
}

const char *db_message(const char *text, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", text ? text : "");
    buffer[strcspn(buffer, "\n")] = '\0';
    return buffer;
}

/* Notices may quote data, and libpq would print them on stderr. A warning is heard: our statements
 * give none, but a commit that somebody told not to wait for its standby does. */
static void notice_hear(void *context, const PGresult *result)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && strcmp(severity, "WARNING") == 0)
        db_line_warn(context);
}

void db_notices_ignore(PGconn *connection)
{
    PQsetNoticeReceiver(connection, notice_hear, connection);
}

bool db_has_row(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0;
}

/* ---- settings ---- */

/* A plan for the values at hand costs more than any of them saves: a list would be planned anew by
 * every request. */
static const char settings_sql[] =
    "select " DB_TIMELINE_SQL ", "
    "set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false), "
    "set_config('synchronous_commit', $3, false), set_config('timezone', 'UTC', false), "
    "set_config('search_path', 'alongside, pg_catalog, pg_temp', false), "
    "set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)";

/* Everybody waits behind a statement of the shared lane; what needs longer belongs in the other. */
enum { READ_STATEMENT_MS = 2000, OPEN_LIMIT_MS = 10000 };

static bool send_settings(PGconn *connection, const struct config *config, enum db_use use)
{
    char timeout[32];
    bool is_read = use == DB_USE_READ;
    bool is_capped = is_read && config->statement_timeout_ms > READ_STATEMENT_MS;
    snprintf(timeout, sizeof timeout, "%ldms",
             is_capped ? READ_STATEMENT_MS : config->statement_timeout_ms);
    /* The shared lane must not stand still behind one request's lock, nor wait for the disk at each
     * read: all it writes is the audit row of the read, and a crash of the database machine may
     * cost the last moments of those. */
    const char *values[] = {timeout, is_read ? "100ms" : "2s", is_read ? "off" : "on"};
    return PQsendQueryParams(connection, settings_sql, 3, NULL, values, NULL, NULL, 0) == 1;
}

enum { RESULT_SETTINGS, RESULT_ZONES };
struct opening {
    PGconn *connection;
    unsigned results;
    bool is_refused;
};

static bool opening_feed(void *context, PGresult *result)
{
    struct opening *opening = context;
    ExecStatusType status = PQresultStatus(result);
    bool is_end = status == PGRES_PIPELINE_SYNC;
    if (is_end) {
        /* nothing more */
    } else if (opening->results++ == RESULT_ZONES) {
        opening->is_refused |= status == PGRES_PIPELINE_ABORTED || !db_zones_are_current(result);
    } else {
        opening->is_refused |=
            !db_has_row(result) || !db_line_attach(opening->connection, PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return is_end;
}

bool db_connection_set_up(PGconn *connection, const struct config *config, enum db_use use)
{
    struct opening opening = {.connection = connection};
    uint64_t deadline = monotonic_ns() + (uint64_t)OPEN_LIMIT_MS * NS_PER_MS;
    if (PQsetnonblocking(connection, 1) == 0 && PQenterPipelineMode(connection) == 1 &&
        send_settings(connection, config, use) && db_zones_send(connection) &&
        PQpipelineSync(connection) == 1 &&
        db_read_until(connection, deadline, opening_feed, &opening))
        return !opening.is_refused;
    log_event(LOG_LEVEL_ERROR, "PostgreSQL went away from a new connection", NULL);
    return false;
}

PGconn *db_connection_open(const struct config *config, enum db_use use)
{
    PGconn *connection = db_connection_plain(config->database_url);
    if (!connection || db_connection_set_up(connection, config, use))
        return connection;
    PQfinish(connection);
    return NULL;
}

static void *cancel_and_finish(void *context)
{
    PGconn *connection = context;
    char reason[256];
    PGcancel *cancel = PQgetCancel(connection);
    PQcancel(cancel, reason, sizeof reason);
    PQfreeCancel(cancel);
    PQfinish(connection);
    return NULL;
}

/* PQcancel waits for PostgreSQL's postmaster, which may itself be what hangs: never in the thread
 * of a request. */
void db_connection_abandon(PGconn *connection)
{
    pthread_t thread;
    bool is_busy =
        PQstatus(connection) == CONNECTION_OK && PQtransactionStatus(connection) == PQTRANS_ACTIVE;
    if (is_busy && pthread_create(&thread, NULL, cancel_and_finish, connection) == 0)
        pthread_detach(thread);
    else
        PQfinish(connection);
}

bool db_connection_is_clean(PGconn *connection)
{
    if (PQstatus(connection) != CONNECTION_OK || PQtransactionStatus(connection) != PQTRANS_IDLE ||
        !db_line_is_current(connection))
        return false;
    /* Something unasked on an idle connection is nearly always the server's farewell, and its end
     * of file may come a moment later: not worth telling apart from a harmless parameter change. */
    struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
    return poll(&fd, 1, 0) == 0;
}
