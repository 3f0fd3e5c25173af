/* SPDX-License-Identifier: MIT
 *
 * What must be true of the database: before the server starts, that its schema is this binary's; on
 * every connection, that its zone data is not stale; and what is asked of it only at start. */
#include "db_internal.h"
#include "embed.h"
#include "log.h"
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct embedded *const db_code_sets[DB_CODE_SETS] = {embedded_functions, embedded_policies,
                                                           embedded_reference};
const char db_state_is_current_sql[] =
    "select exists (select from alongside.schema_state where key = $1 "
    "and value = encode(sha256(convert_to($2, 'UTF8')), 'hex'))";

const char db_commit_sql[] = "select pg_logical_emit_message(true, 'alongside', '')";

static const char advice[] = "run `alongside migrate`";

static bool differs(const char *what, const char *name)
{
    log_event(LOG_LEVEL_ERROR, "the database is not at this binary's version", "what", what, "name",
              name, "advice", advice, NULL);
    return false;
}

static bool query_failed(const PGresult *result)
{
    char text[200];
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    log_event(LOG_LEVEL_ERROR, "the database cannot be checked", "sqlstate", state ? state : "",
              "reason", db_message(PQresultErrorMessage(result), text, sizeof text), "advice",
              advice, NULL);
    return false;
}

char *db_manifest(const struct embedded *const *sets, size_t count)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        for (const struct embedded *file = sets[i]; file->name; file++)
            fprintf(out, "%s %s\n", file->name, file->sha256);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static bool migrations_are_applied(const PGresult *applied)
{
    int rows = PQntuples(applied), row = 0;
    for (const struct embedded *file = embedded_migrations; file->name; file++, row++) {
        if (row == rows || strcmp(PQgetvalue(applied, row, 0), file->name) != 0)
            return differs("a migration is missing", file->name);
        if (strcmp(PQgetvalue(applied, row, 1), file->sha256) != 0)
            return differs("a migration was changed after it was applied", file->name);
    }
    return row == rows ||
           differs("the database is newer than this binary", PQgetvalue(applied, row, 0));
}

static bool code_is_applied(PGconn *connection)
{
    char *manifest = db_manifest(db_code_sets, DB_CODE_SETS);
    const char *const params[] = {"code", manifest};
    PGresult *result =
        PQexecParams(connection, db_state_is_current_sql, 2, NULL, params, NULL, NULL, 0);
    bool is_current = false;
    if (!db_has_row(result))
        query_failed(result);
    else
        is_current = *PQgetvalue(result, 0, 0) == 't' ||
                     differs("functions, policies or reference data", "");
    PQclear(result);
    free(manifest);
    return is_current;
}

/* Whose tables and types stand in front of ours could have a function of theirs called with the
 * rights of who owns ours. */
static const char maker_sql[] =
    "select coalesce((select 'create on schema ' || nspname from pg_namespace "
    "where nspname !~ '^pg_' and has_schema_privilege(oid, 'create') limit 1), "
    "case when has_database_privilege(current_database(), 'temporary') then 'temporary tables' "
    "end)";

static bool login_makes_nothing(PGconn *connection)
{
    PGresult *result = PQexec(connection, maker_sql);
    bool is_known = db_has_row(result), makes_nothing = is_known && PQgetisnull(result, 0, 0);
    if (!is_known)
        query_failed(result);
    else if (!makes_nothing)
        log_event(LOG_LEVEL_ERROR, "the database login may make objects of its own", "what",
                  PQgetvalue(result, 0, 0), "advice", "revoke it from public and from the login",
                  NULL);
    PQclear(result);
    return makes_nothing;
}

bool db_schema_is_current(PGconn *connection)
{
    if (!login_makes_nothing(connection))
        return false;
    /* "C": the order of embedded_migrations. */
    PGresult *applied =
        PQexec(connection,
               "select name, sha256 from alongside.schema_migrations order by name collate \"C\"");
    bool is_current = PQresultStatus(applied) == PGRES_TUPLES_OK ? migrations_are_applied(applied)
                                                                 : query_failed(applied);
    PQclear(applied);
    return is_current && code_is_applied(connection);
}

/* The list of zone.c as two array literals; the names need no quoting. */
static void list_zones(char *ret_names, char *ret_locals, size_t size)
{
    size_t names = 0, locals = 0;
    for (size_t i = 0; i < zone_facts_count && names < size && locals < size; i++) {
        char open = i == 0 ? '{' : ',';
        names +=
            (size_t)snprintf(ret_names + names, size - names, "%c%s", open, zone_facts[i].zone);
        locals +=
            (size_t)snprintf(ret_locals + locals, size - locals, "%c%s", open, zone_facts[i].local);
    }
    snprintf(ret_names + names, size - names, "}");
    snprintf(ret_locals + locals, size - locals, "}");
}

bool db_zones_send(PGconn *connection)
{
    char names[512], locals[512];
    list_zones(names, locals, sizeof names);
    const char *const params[] = {names, locals, ZONE_INSTANT};
    return PQsendQueryParams(
               connection,
               "select fact.zone from unnest($1::text[], $2::text[]) as fact (zone, local) "
               "where to_char($3::timestamptz at time zone fact.zone, 'HH24:MI') <> fact.local "
               "limit 1",
               3, NULL, params, NULL, NULL, 0) == 1;
}

bool db_zones_are_current(const PGresult *wrong)
{
    /* A zone that PostgreSQL does not know at all is an error, and as stale as can be. */
    const char *state = PQresultErrorField(wrong, PG_DIAG_SQLSTATE);
    bool is_unknown = state && strcmp(state, "22023") == 0;
    if (!is_unknown && PQresultStatus(wrong) != PGRES_TUPLES_OK)
        return query_failed(wrong);
    if (!is_unknown && PQntuples(wrong) == 0)
        return true;
    log_event(LOG_LEVEL_ERROR, "PostgreSQL's time zone data is stale", "zone",
              is_unknown ? "unknown" : PQgetvalue(wrong, 0, 0), "needs", ZONE_PACKAGE, "advice",
              "upgrade tzdata on the database machine and restart PostgreSQL", NULL);
    return false;
}

char *db_help_read(PGconn *connection)
{
    const struct embedded *statement = embedded_find(embedded_statements, "kernel_help");
    PGresult *result = statement ? PQexec(connection, statement->text) : NULL;
    char *help = NULL;
    if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1)
        help = strdup(PQgetvalue(result, 0, 0));
    else
        query_failed(result);
    PQclear(result);
    return help;
}
