/* SPDX-License-Identifier: MIT
 *
 * alongside migrate. An operator's tool: PostgreSQL's own words go to stderr, with file and line.
 */
#include "db_internal.h"
#include "embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct migration_run {
    PGconn *connection;
    unsigned applied;
};

/* ---- telling ---- */

/* The line of a position, which PostgreSQL counts in characters from 1. */
static unsigned line_of(const char *text, const char *position)
{
    long left = strtol(position, NULL, 10);
    unsigned line = 1;
    for (; *text && left > 1; text++) {
        bool is_continuation = ((unsigned char)*text & 0xC0) == 0x80;
        left -= !is_continuation;
        line += *text == '\n';
    }
    return line;
}

static void print_field(const PGresult *result, int field, const char *label)
{
    const char *text = PQresultErrorField(result, field);
    if (text && *text)
        fprintf(stderr, "  %s: %s\n", label, text);
}

/* file NULL: one of our own statements. */
static bool report(const PGconn *connection,
                   const PGresult *result,
                   const char *room,
                   const struct embedded *file)
{
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    if (!file)
        fprintf(stderr, "migrate: %s: ", room);
    else if (position)
        fprintf(stderr, "sql/%s/%s:%u: ", room, file->name, line_of(file->text, position));
    else
        fprintf(stderr, "sql/%s/%s: ", room, file->name);
    fprintf(stderr, "%s (%s)\n", message ? message : PQerrorMessage(connection),
            state ? state : "connection lost");
    print_field(result, PG_DIAG_MESSAGE_DETAIL, "detail");
    print_field(result, PG_DIAG_MESSAGE_HINT, "hint");
    print_field(result, PG_DIAG_CONTEXT, "context");
    return false;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

static bool execute(const struct migration_run *run,
                    const char *what,
                    const char *sql,
                    int count,
                    const char *const *params)
{
    PGresult *result = count == 0
                           ? PQexec(run->connection, sql)
                           : PQexecParams(run->connection, sql, count, NULL, params, NULL, NULL, 0);
    bool is_done = is_good(result) || report(run->connection, result, what, NULL);
    PQclear(result);
    return is_done;
}

/* A file holds many statements, hence the simple protocol. */
static bool
execute_file(const struct migration_run *run, const char *room, const struct embedded *file)
{
    PGresult *result = PQexec(run->connection, file->text);
    bool is_done = is_good(result) || report(run->connection, result, room, file);
    PQclear(result);
    return is_done;
}

static bool begin(const struct migration_run *run)
{
    /* A migration gives way to requests rather than making them queue behind it. */
    return execute(run, "begin", "begin; set local lock_timeout = '5s'", 0, NULL);
}

static bool end(const struct migration_run *run, bool is_done)
{
    if (is_done)
        return execute(run, "commit", "commit", 0, NULL);
    PQclear(PQexec(run->connection, "rollback"));
    return false;
}

/* ---- one run at a time ---- */

enum { LOCK_TRIES = 300, LOCK_PAUSE_US = 200000 };

/* Asked again and again instead of waited for: one that waits holds a snapshot, and CREATE INDEX
 * CONCURRENTLY in the run that holds the lock would wait for that. The lock goes with the session.
 */
static bool lock_take(const struct migration_run *run)
{
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        PGresult *result =
            PQexec(run->connection, "select pg_try_advisory_lock(hashtext('alongside.migrate'))");
        bool is_answered = PQresultStatus(result) == PGRES_TUPLES_OK ||
                           report(run->connection, result, "lock", NULL);
        bool is_taken = is_answered && *PQgetvalue(result, 0, 0) == 't';
        PQclear(result);
        if (is_taken || !is_answered)
            return is_taken;
        if (tries == 0)
            fprintf(stderr, "migrate: waiting for another run\n");
        usleep(LOCK_PAUSE_US);
    }
    fprintf(stderr, "migrate: another run does not end\n");
    return false;
}

static const char bootstrap_sql[] =
    "select set_config('search_path', 'alongside, pg_catalog', false), "
    "set_config('client_min_messages', 'warning', false), "
    "set_config('statement_timeout', '0', false);"
    "do $$ begin "
    "if to_regnamespace('alongside') is null then create schema alongside; end if; "
    "if to_regclass('alongside.schema_migrations') is null then "
    "create table alongside.schema_migrations (name text primary key, sha256 text not null, "
    "applied_at timestamptz not null default transaction_timestamp()); end if; "
    "if to_regclass('alongside.schema_state') is null then "
    "create table alongside.schema_state (key text primary key, value text not null); end if; "
    "end $$";

/* ---- migrations ---- */

static int row_of(const PGresult *applied, const char *name)
{
    for (int row = 0; row < PQntuples(applied); row++) {
        if (strcmp(PQgetvalue(applied, row, 0), name) == 0)
            return row;
    }
    return -1;
}

/* Forward only: what was applied is unchanged and known, and comes before what is new. */
static bool history_fits(const PGresult *applied)
{
    int rows = PQntuples(applied), known = 0;
    const char *last = rows > 0 ? PQgetvalue(applied, rows - 1, 0) : "";
    bool fits = true;
    for (const struct embedded *file = embedded_migrations; file->name; file++) {
        int row = row_of(applied, file->name);
        known += row >= 0;
        if (row >= 0 && strcmp(PQgetvalue(applied, row, 1), file->sha256) != 0) {
            fprintf(stderr,
                    "sql/migrations/%s: was changed after it was applied; add a new migration "
                    "instead\n",
                    file->name);
            fits = false;
        } else if (row < 0 && strcmp(file->name, last) < 0) {
            fprintf(stderr, "sql/migrations/%s: is new, but %s was applied already\n", file->name,
                    last);
            fits = false;
        }
    }
    if (known < rows) {
        fprintf(stderr, "migrate: the database is newer than this binary (%s)\n", last);
        fits = false;
    }
    return fits;
}

static bool migration_apply(struct migration_run *run, const struct embedded *file)
{
    const char *const params[] = {file->name, file->sha256};
    bool is_done = begin(run);
    is_done = is_done && execute_file(run, "migrations", file) &&
              execute(run, "record",
                      "insert into alongside.schema_migrations (name, sha256) values ($1, $2)", 2,
                      params);
    if (!end(run, is_done))
        return false;
    fprintf(stderr, "applied migrations/%s\n", file->name);
    run->applied++;
    return true;
}

static bool migrations_apply(struct migration_run *run)
{
    PGresult *applied =
        PQexec(run->connection, "select name, sha256 from alongside.schema_migrations "
                                "order by name collate \"C\"");
    bool is_done = is_good(applied) || report(run->connection, applied, "history", NULL);
    is_done = is_done && history_fits(applied);
    for (const struct embedded *file = embedded_migrations; is_done && file->name; file++) {
        if (row_of(applied, file->name) < 0)
            is_done = migration_apply(run, file);
    }
    PQclear(applied);
    return is_done;
}

/* ---- what is applied whole ---- */

/* Files that are applied together in one transaction, whenever one of them has changed. */
struct whole {
    const char *key; /* in schema_state */
    const struct embedded *const *sets;
    const char *const *rooms;
    size_t count;
};

static bool
whole_is_current(const struct migration_run *run, const struct whole *whole, const char *manifest)
{
    const char *const params[] = {whole->key, manifest};
    PGresult *result =
        PQexecParams(run->connection, db_state_is_current_sql, 2, NULL, params, NULL, NULL, 0);
    bool is_current = PQresultStatus(result) == PGRES_TUPLES_OK && *PQgetvalue(result, 0, 0) == 't';
    PQclear(result);
    return is_current;
}

static bool
whole_execute(struct migration_run *run, const struct whole *whole, const char *manifest)
{
    const char *const params[] = {whole->key, manifest};
    bool is_done = begin(run);
    for (size_t i = 0; is_done && i < whole->count; i++) {
        for (const struct embedded *file = whole->sets[i]; is_done && file->name; file++)
            is_done = execute_file(run, whole->rooms[i], file);
    }
    is_done = is_done && execute(run, "record",
                                 "insert into alongside.schema_state (key, value) "
                                 "values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex')) "
                                 "on conflict (key) do update set value = excluded.value",
                                 2, params);
    if (!end(run, is_done))
        return false;
    run->applied++;
    for (size_t i = 0; i < whole->count; i++) {
        for (const struct embedded *file = whole->sets[i]; file->name; file++)
            fprintf(stderr, "applied %s/%s\n", whole->rooms[i], file->name);
    }
    return true;
}

static bool whole_apply(struct migration_run *run, const struct whole *whole, bool is_forced)
{
    char *manifest = db_manifest(whole->sets, whole->count);
    bool is_done = manifest && ((!is_forced && whole_is_current(run, whole, manifest)) ||
                                whole_execute(run, whole, manifest));
    free(manifest);
    return is_done;
}

bool db_migrate(const char *database_url, bool with_demo)
{
    static const char *const code_rooms[DB_CODE_SETS] = {"functions", "policies", "reference"};
    static const char *const demo_rooms[] = {"demo"};
    static const struct embedded *const demo_sets[] = {embedded_demo};
    static const struct whole code = {"code", db_code_sets, code_rooms, DB_CODE_SETS};
    static const struct whole demo = {"demo", demo_sets, demo_rooms, 1};

    struct migration_run run = {.connection = db_connection_plain(database_url)};
    if (!run.connection)
        return false;
    bool is_done = lock_take(&run) && execute(&run, "bootstrap", bootstrap_sql, 0, NULL) &&
                   migrations_apply(&run);
    /* A migration may have made what the code's files secure: after one they are applied again,
     * changed or not. */
    is_done = is_done && whole_apply(&run, &code, run.applied > 0) &&
              (!with_demo || whole_apply(&run, &demo, false));
    if (is_done && run.applied == 0)
        fprintf(stderr, "nothing to apply\n");
    PQfinish(run.connection);
    return is_done;
}
