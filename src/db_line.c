/* SPDX-License-Identifier: MIT
 *
 * What is known of one connection: which statements PostgreSQL has prepared on it, and of which
 * history its server is. Hangs on the PGconn and ends with it.
 *
 * A statement is prepared by the first request that needs it: a new connection costs nothing, and
 * one locked table keeps none from being opened. */
#include "db_internal.h"
#include "embed.h"
#include "log.h"

#include <libpq-events.h>
#include <stdlib.h>
#include <string.h>

struct line {
    unsigned long timeline;
    bool is_warned;
    unsigned char knows[]; /* enum db_knows, by statement */
};

/* ---- histories ---- */

static atomic_ulong newest_timeline;

unsigned long db_timeline_see(const char *text)
{
    unsigned long timeline = strtoul(text, NULL, 16), seen = atomic_load(&newest_timeline);
    while (timeline > seen && !atomic_compare_exchange_weak(&newest_timeline, &seen, timeline)) {
        /* seen is what somebody else has put there */
    }
    return timeline;
}

bool db_timeline_is_current(const char *text)
{
    if (db_timeline_see(text) >= atomic_load(&newest_timeline))
        return true;
    log_event(LOG_LEVEL_ERROR,
              "this PostgreSQL is behind one that was promoted: nothing is done there", "timeline",
              text, "advice", "fence the old primary", NULL);
    db_hosts_turn();
    return false;
}

/* ---- one connection ---- */

static int line_event(PGEventId event, void *info, void *context)
{
    (void)context;
    if (event == PGEVT_CONNDESTROY)
        free(PQinstanceData(((PGEventConnDestroy *)info)->conn, line_event));
    return 1;
}

bool db_line_attach(PGconn *connection, const char *timeline)
{
    size_t count = 0;
    while (embedded_statements[count].name)
        count++;
    struct line *line = calloc(1, sizeof *line + count);
    if (line && db_timeline_is_current(timeline) &&
        PQregisterEventProc(connection, line_event, "line", NULL) &&
        PQsetInstanceData(connection, line_event, line)) {
        line->timeline = db_timeline_see(timeline);
        return true;
    }
    free(line);
    return false;
}

static struct line *line_of(const PGconn *connection)
{
    return PQinstanceData(connection, line_event);
}

void db_line_warn(PGconn *connection)
{
    struct line *line = line_of(connection);
    if (line)
        line->is_warned = true;
}

bool db_line_is_warned(const PGconn *connection)
{
    return line_of(connection)->is_warned;
}

bool db_line_is_current(const PGconn *connection)
{
    return line_of(connection)->timeline >= atomic_load(&newest_timeline);
}

unsigned char *db_line_knows(const PGconn *connection, const struct embedded *statement)
{
    return &line_of(connection)->knows[statement - embedded_statements];
}

/* ---- preparing ---- */

enum { CHECK_LIMIT_MS = 10000 };
enum { OID_TEXT = 25, OID_JSONB = 3802, OID_INT4_ARRAY = 1007 };
/* The envelope: path id, path id, query, body, row versions, data key. */
static const Oid route_types[] = {OID_TEXT,  OID_TEXT,       OID_JSONB,
                                  OID_JSONB, OID_INT4_ARRAY, OID_JSONB};
/* Kernel statements take texts, always as many, used or not. */
static const Oid kernel_types[DB_PARAMS_MAX] = {OID_TEXT, OID_TEXT, OID_TEXT, OID_TEXT,
                                                OID_TEXT, OID_TEXT, OID_TEXT};

static bool is_kernel(const struct embedded *statement)
{
    return strncmp(statement->name, "kernel_", strlen("kernel_")) == 0;
}

static const Oid *types_of(const struct embedded *statement, int *ret_count)
{
    bool is = is_kernel(statement);
    *ret_count = is ? DB_PARAMS_MAX : (int)(sizeof route_types / sizeof *route_types);
    return is ? kernel_types : route_types;
}

bool db_line_prepare(PGconn *connection, const struct embedded *statement)
{
    int count;
    const Oid *types = types_of(statement, &count);
    return PQsendPrepare(connection, statement->name, statement->text, count, types) == 1;
}

bool db_line_send(PGconn *connection,
                  const struct embedded *statement,
                  bool is_prepared,
                  const char *const *params)
{
    int count;
    const Oid *types = types_of(statement, &count);
    if (is_prepared)
        return PQsendQueryPrepared(connection, statement->name, count, params, NULL, NULL, 0) == 1;
    return PQsendQueryParams(connection, statement->text, count, types, params, NULL, NULL, 0) == 1;
}

/* ---- at start ---- */

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

struct check {
    unsigned results, syncs;
    bool is_refused;
};

/* PostgreSQL's own words: there is no person's data in a statement that has not run yet. */
static bool refuse(const struct embedded *statement, const PGresult *result)
{
    char text[300];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    log_event(LOG_LEVEL_ERROR, "a statement cannot be prepared", "statement", statement->name,
              "sqlstate", state ? state : "", "reason",
              db_message(PQresultErrorMessage(result), text, sizeof text), NULL);
    return false;
}

static bool check_passes(const struct embedded *statement, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR)
        return refuse(statement, result);
    if (status == PGRES_PIPELINE_ABORTED || is_kernel(statement) || has_right_columns(result))
        return status == PGRES_COMMAND_OK;
    log_event(LOG_LEVEL_ERROR,
              "a statement's columns are not status, body, location, etag, next, content_type",
              "statement", statement->name, NULL);
    return false;
}

static bool check_feed(void *context, PGresult *result)
{
    struct check *check = context;
    ExecStatusType status = PQresultStatus(result);
    bool is_sync = status == PGRES_PIPELINE_SYNC;
    if (!is_sync) {
        const struct embedded *statement = &embedded_statements[check->results / 2];
        bool is_description = check->results++ % 2 == 1;
        if (is_description || status != PGRES_COMMAND_OK)
            check->is_refused |= !check_passes(statement, result);
    }
    PQclear(result);
    return is_sync && !embedded_statements[++check->syncs].name;
}

/* Each has the time of a statement for itself: it is counted until the next Sync. */
bool db_line_check(PGconn *connection)
{
    struct check check = {0};
    uint64_t deadline_ns = monotonic_ns() + (uint64_t)CHECK_LIMIT_MS * NS_PER_MS;
    bool is_sent = true;
    for (const struct embedded *statement = embedded_statements; is_sent && statement->name;
         statement++)
        is_sent = db_line_prepare(connection, statement) &&
                  PQsendDescribePrepared(connection, statement->name) == 1 &&
                  PQpipelineSync(connection) == 1;
    if (!is_sent || !db_read_until(connection, deadline_ns, check_feed, &check)) {
        log_event(LOG_LEVEL_ERROR, "PostgreSQL went away while statements were prepared", NULL);
        return false;
    }
    for (const struct embedded *statement = embedded_statements; statement->name; statement++)
        *db_line_knows(connection, statement) = DB_KNOWS;
    return !check.is_refused;
}
