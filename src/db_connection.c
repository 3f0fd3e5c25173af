/* SPDX-License-Identifier: MIT
 *
 * One connection: opening, settings, preparing every statement in one round trip, and whether it
 * may be handed on. */
#include "config.h"
#include "db_internal.h"
#include "embed.h"
#include "log.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* ---- opening ---- */

/* What the operator's string does not say. A dead peer is noticed within seconds, not after the
 * kernel's two hours. */
static const char *const connection_defaults[][2] = {
    {"connect_timeout", "3"},     {"tcp_user_timeout", "5000"}, {"keepalives_idle", "15"},
    {"keepalives_interval", "5"}, {"keepalives_count", "3"},    {"application_name", "alongside"},
    {"gssencmode", "disable"},    {"client_encoding", "UTF8"},
};
enum { DEFAULTS = sizeof connection_defaults / sizeof *connection_defaults, OPTIONS_MAX = 80 };

static const char *option_default(const char *keyword)
{
    for (size_t i = 0; i < DEFAULTS; i++) {
        if (strcmp(connection_defaults[i][0], keyword) == 0)
            return connection_defaults[i][1];
    }
    return NULL;
}

PGconn *db_connection_plain(const char *url)
{
    char text[200];
    char *error = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &error);
    if (!options) {
        /* libpq's message would repeat parts of the string, which may hold a password. */
        log_event(LOG_LEVEL_ERROR, "the database connection string cannot be read", NULL);
        PQfreemem(error);
        return NULL;
    }
    const char *keywords[OPTIONS_MAX + 1] = {NULL};
    const char *values[OPTIONS_MAX + 1] = {NULL};
    size_t count = 0;
    for (const PQconninfoOption *option = options; option->keyword && count < OPTIONS_MAX;
         option++) {
        const char *value = option->val ? option->val : option_default(option->keyword);
        if (!value)
            continue;
        keywords[count] = option->keyword;
        values[count++] = value;
    }
    PGconn *connection = PQconnectdbParams(keywords, values, 0);
    PQconninfoFree(options);
    if (PQstatus(connection) == CONNECTION_OK)
        return connection;
    log_event(
        LOG_LEVEL_ERROR, "no connection to PostgreSQL", "reason",
        db_message(connection ? PQerrorMessage(connection) : "out of memory", text, sizeof text),
        NULL);
    PQfinish(connection);
    return NULL;
}

/* ---- preparing ---- */

enum { OID_TEXT = 25, OID_JSONB = 3802, OID_INT4_ARRAY = 1007 };
/* The envelope: path id, path id, query, body, row versions, data key. */
static const Oid route_types[] = {OID_TEXT,  OID_TEXT,       OID_JSONB,
                                  OID_JSONB, OID_INT4_ARRAY, OID_JSONB};
/* Kernel statements take texts, always as many, used or not. */
static const Oid kernel_types[DB_PARAMS_MAX] = {OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT,
                                                OID_TEXT, OID_TEXT, OID_TEXT};

/* A plan for the values at hand costs more than any of them saves: a list would be planned anew by
 * every request. */
static const char settings_sql[] =
    "select set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false), "
    "set_config('synchronous_commit', $3, false), set_config('timezone', 'UTC', false), "
    "set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)";

/* Everybody waits behind a statement of the shared lane; what needs longer belongs in the other. */
enum { READ_STATEMENT_MS = 2000 };

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

static bool is_kernel(const struct embedded *statement)
{
    return strncmp(statement->name, "kernel_", strlen("kernel_")) == 0;
}

static bool send_prepare(PGconn *connection, const struct embedded *statement, bool is_described)
{
    const Oid *types = is_kernel(statement) ? kernel_types : route_types;
    int count =
        is_kernel(statement) ? DB_PARAMS_MAX : (int)(sizeof route_types / sizeof *route_types);
    return PQsendPrepare(connection, statement->name, statement->text, count, types) == 1 &&
           (!is_described || PQsendDescribePrepared(connection, statement->name) == 1);
}

static bool send_everything(PGconn *connection, const struct config *config, enum db_use use)
{
    if (!send_settings(connection, config, use) || !db_zones_send(connection))
        return false;
    for (const struct embedded *statement = embedded_statements; statement->name; statement++) {
        if (!send_prepare(connection, statement, use == DB_USE_START))
            return false;
    }
    return PQpipelineSync(connection) == 1;
}

struct preparation {
    enum db_use use;
    unsigned results;
    bool is_refused;
};
/* Results that come before those of the statements. */
enum { RESULT_SETTINGS, RESULT_ZONES, FIRST_RESULTS };

/* The statement that result number `index` belongs to. */
static const struct embedded *statement_at(const struct preparation *preparation, unsigned index)
{
    static const struct embedded first = {"settings", "", 0, "", NULL};
    if (index < FIRST_RESULTS)
        return &first;
    return &embedded_statements[(index - FIRST_RESULTS) /
                                (preparation->use == DB_USE_START ? 2 : 1)];
}

static bool has_right_columns(const PGresult *described)
{
    static const char *const allowed[] = {"status", "body", "location",
                                          "etag",   "next", "content_type"};
    bool has_status = false;
    for (int column = 0; column < PQnfields(described); column++) {
        const char *name = PQfname(described, column);
        size_t i = 0;
        while (i < sizeof allowed / sizeof *allowed && strcmp(allowed[i], name) != 0)
            i++;
        if (i == sizeof allowed / sizeof *allowed)
            return false;
        has_status = has_status || i == 0;
    }
    return has_status;
}

static void
refuse(struct preparation *preparation, const struct embedded *statement, const PGresult *result)
{
    char text[300];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    /* PostgreSQL's words only at start: there is no person's data in a statement that has not run
     * yet. */
    const char *reason = preparation->use == DB_USE_START ? PQresultErrorMessage(result) : "";
    preparation->is_refused = true;
    log_event(LOG_LEVEL_ERROR, "a statement cannot be prepared", "statement", statement->name,
              "sqlstate", state ? state : "", "reason", db_message(reason, text, sizeof text),
              NULL);
}

static bool preparation_feed(void *context, PGresult *result)
{
    struct preparation *preparation = context;
    ExecStatusType status = PQresultStatus(result);
    const struct embedded *statement =
        status == PGRES_PIPELINE_SYNC ? NULL : statement_at(preparation, preparation->results++);
    bool is_description = preparation->use == DB_USE_START &&
                          preparation->results > FIRST_RESULTS &&
                          (preparation->results - FIRST_RESULTS) % 2 == 0;
    if (statement && preparation->results == RESULT_ZONES + 1 && status != PGRES_PIPELINE_ABORTED) {
        preparation->is_refused |= !db_zones_are_current(result);
    } else if (status == PGRES_FATAL_ERROR) {
        refuse(preparation, statement, result);
    } else if (status == PGRES_COMMAND_OK && is_description && !is_kernel(statement) &&
               !has_right_columns(result)) {
        preparation->is_refused = true;
        log_event(LOG_LEVEL_ERROR,
                  "a statement's columns are not status, body, location, etag, next, content_type",
                  "statement", statement->name, NULL);
    }
    PQclear(result);
    return status == PGRES_PIPELINE_SYNC;
}

static void notice_ignore(void *context, const PGresult *result)
{
    /* Notices may quote data, and libpq would print them on stderr. */
    (void)context;
    (void)result;
}

void db_notices_ignore(PGconn *connection)
{
    PQsetNoticeReceiver(connection, notice_ignore, NULL);
}

bool db_connection_prepare(PGconn *connection, const struct config *config, enum db_use use)
{
    struct preparation preparation = {.use = use};
    uint64_t deadline = monotonic_ns() + (uint64_t)10000 * NS_PER_MS;
    db_notices_ignore(connection);
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1 ||
        !send_everything(connection, config, use) ||
        !db_read_until(connection, deadline, preparation_feed, &preparation)) {
        log_event(LOG_LEVEL_ERROR, "PostgreSQL went away while statements were prepared", NULL);
        return false;
    }
    return !preparation.is_refused;
}

PGconn *db_connection_open(const struct config *config, enum db_use use)
{
    PGconn *connection = db_connection_plain(config->database_url);
    if (!connection || db_connection_prepare(connection, config, use))
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
    if (PQstatus(connection) != CONNECTION_OK || PQtransactionStatus(connection) != PQTRANS_IDLE)
        return false;
    /* Something unasked on an idle connection is nearly always the server's farewell, and its end
     * of file may come a moment later: not worth telling apart from a harmless parameter change. */
    struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
    return poll(&fd, 1, 0) == 0;
}
