/* SPDX-License-Identifier: MIT
 *
 * alongside migrate. An operator's tool: PostgreSQL's own words go to stderr, with file and line.
 */
#include "db_migrate.h"

#include "db_internal.h"
#include "embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void migration_report(const struct migration_run *run, const PGresult *result, const char *what)
{
    report(run->connection, result, what, NULL);
}

bool migration_is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

bool migration_execute(const struct migration_run *run,
                       const char *what,
                       const char *sql,
                       int count,
                       const char *const *params)
{
    PGresult *result = count == 0
                           ? PQexec(run->connection, sql)
                           : PQexecParams(run->connection, sql, count, NULL, params, NULL, NULL, 0);
    bool is_done = migration_is_good(result) || report(run->connection, result, what, NULL);
    PQclear(result);
    return is_done;
}

/* A file holds many statements, hence the simple protocol. */
bool migration_execute_file(const struct migration_run *run,
                            const char *room,
                            const struct embedded *file)
{
    PGresult *result = PQexec(run->connection, file->text);
    bool is_done = migration_is_good(result) || report(run->connection, result, room, file);
    PQclear(result);
    return is_done;
}

bool migration_end(struct migration_run *run, bool is_done)
{
    is_done = is_done && migration_execute(run, "commit", "commit", 0, NULL);
    if (!is_done)
        PQclear(PQexec(run->connection, "rollback"));
    fflush(run->told);
    if (is_done)
        fwrite(run->lines, 1, run->bytes, stderr);
    run->is_any |= is_done && run->bytes > 0;
    rewind(run->told);
    return is_done;
}

/* ---- one run at a time ---- */

/* Goes with the session. */
static bool lock_take(const struct migration_run *run)
{
    return migration_execute(run, "another run does not end",
                             "set lock_timeout = '60s'; "
                             "select pg_advisory_lock(hashtext('alongside.migrate')); "
                             "set lock_timeout = '5s'",
                             0, NULL);
}

/* An autovacuum ends a second after somebody waits for it: waited for in a mode that stops no
 * request. Then all at once. accounts first: every request looks there before anywhere else, so new
 * ones wait at the door holding nothing, and those under way end. Then views: locking one locks
 * what it stands on. */
static const char tables_lock_sql[] =
    "begin; do $$ declare names text; tables text; begin "
    "select string_agg(oid::regclass::text, ', ' "
    "order by relname <> 'accounts', relkind desc, relname), "
    "string_agg(oid::regclass::text, ', ') filter (where relkind in ('r', 'p')) "
    "into names, tables from pg_class "
    "where relnamespace = 'alongside'::regnamespace and relkind in ('r', 'p', 'v'); "
    "set local lock_timeout = '2s'; "
    "execute 'lock table ' || tables || ' in share update exclusive mode'; "
    "set local lock_timeout = '50ms'; "
    "execute 'lock table ' || names || ' in access exclusive mode'; end $$; "
    "set local lock_timeout = '5s'";

/* Until the moment comes, requests queue behind us no longer than the shortest of their own
 * lock_timeouts. */
bool migration_begin_alone(const struct migration_run *run)
{
    return migration_in_turns(run, "begin", tables_lock_sql);
}

/* What only a superuser can give. Asked first, so that nothing is begun without it. */
static const char ground_sql[] =
    "do $$ declare absent text; begin "
    "select string_agg(role, ', ') into absent "
    "from unnest(array['alongside_api', 'alongside_worker', 'alongside_seats', "
    "'alongside_conflicts', 'alongside_sessions', 'alongside_desk', 'alongside_duty']) role "
    "where case when role in ('alongside_api', 'alongside_worker') then to_regrole(role) is null "
    "else pg_has_role(to_regrole(role), 'member') is not true end; "
    "if current_user <> 'alongside_owner' then "
    "raise exception 'logged in as %, not as alongside_owner', current_user "
    "using hint = 'say alongside_owner in migrate_database_url'; "
    "elsif absent is not null then "
    "raise exception 'alongside_owner lacks %', absent "
    "using hint = 'as a superuser: alongside roles | psql -d postgres'; "
    "elsif not (select pg_has_role(datdba, 'usage') from pg_database "
    "where datname = current_database()) then "
    "raise exception 'the database % belongs to somebody else', current_database() "
    "using hint = format('as a superuser: alter database %I owner to alongside_owner', "
    "current_database()); "
    "end if; end $$";

/* No copy of a database keeps what was revoked on it: nobody else's temporary table may stand in
 * front of ours. */
static const char bootstrap_sql[] =
    "select set_config('search_path', 'alongside, pg_catalog', false), "
    "set_config('client_min_messages', 'warning', false), "
    "set_config('statement_timeout', '0', false), "
    "set_config('client_connection_check_interval', '10s', false);"
    "do $$ begin "
    "if has_database_privilege('public', current_database(), 'temporary') then "
    "execute format('revoke temporary on database %I from public', current_database()); end if; "
    "if has_schema_privilege('public', 'public', 'create') and pg_has_role("
    "(select nspowner from pg_namespace where nspname = 'public'), 'usage') then "
    "revoke create on schema public from public; end if; "
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

/* Forward only: what was applied is unchanged and known, and comes before what is new: it is the
 * first of embedded_migrations. */
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
                    "sql/migrations/%s: was changed after it was applied; a change is a new "
                    "release\n",
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

/* The files of a release one by one, each below a line that names it, so that an error names it. */
static bool release_execute(const struct migration_run *run, const struct embedded *release)
{
    static const char mark[] = "-- sql/migrations/";
    bool is_done = true;
    for (const char *head = strstr(release->text, mark), *next; is_done && head; head = next) {
        const char *name = head + strlen(mark), *body = name + strcspn(name, "\n");
        next = strstr(body, mark);
        struct embedded file = {
            .name = strndup(name, (size_t)(body - name)),
            .text = strndup(body + 1, next ? (size_t)(next - body) - 1 : strlen(body)),
        };
        is_done = file.name && file.text && migration_execute_file(run, "migrations", &file);
        free((char *)file.name);
        free((char *)file.text);
    }
    return is_done;
}

static bool release_apply(struct migration_run *run, const struct embedded *release)
{
    const char *const params[] = {release->name, release->sha256};
    fprintf(run->told, "applied migrations/%s\n", release->name);
    return release_execute(run, release) &&
           migration_execute(
               run, "record",
               "insert into alongside.schema_migrations (name, sha256) values ($1, $2)", 2, params);
}

/* ---- what is applied whole ---- */

/* Files that are applied together, whenever one of them has changed. */
struct whole {
    const char *key; /* in schema_state */
    const struct embedded *const *sets;
    const char *const *rooms;
    size_t count;
};

bool migration_is_current(const struct migration_run *run, const char *key, const char *manifest)
{
    const char *const params[] = {key, manifest};
    PGresult *result =
        PQexecParams(run->connection, db_state_is_current_sql, 2, NULL, params, NULL, NULL, 0);
    bool is_current = db_has_row(result) && *PQgetvalue(result, 0, 0) == 't';
    PQclear(result);
    return is_current;
}

bool migration_record(const struct migration_run *run, const char *key, const char *manifest)
{
    const char *const params[] = {key, manifest};
    return migration_execute(run, "record",
                             "insert into alongside.schema_state (key, value) "
                             "values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex')) "
                             "on conflict (key) do update set value = excluded.value",
                             2, params);
}

static bool
whole_execute(const struct migration_run *run, const struct whole *whole, const char *manifest)
{
    bool is_done = true;
    for (size_t i = 0; is_done && i < whole->count; i++) {
        for (const struct embedded *file = whole->sets[i]; is_done && file->name; file++) {
            is_done = migration_execute_file(run, whole->rooms[i], file);
            fprintf(run->told, "applied %s/%s\n", whole->rooms[i], file->name);
        }
    }
    return is_done && migration_record(run, whole->key, manifest);
}

bool migration_reference(const struct migration_run *run, bool is_whole)
{
    bool is_done = true;
    for (const struct embedded *file = embedded_reference; is_done && file->name; file++) {
        char key[100];
        snprintf(key, sizeof key, "reference/%s", file->name);
        if (!is_whole && migration_is_current(run, key, file->sha256))
            continue;
        is_done = migration_execute_file(run, "reference", file) &&
                  migration_record(run, key, file->sha256);
        fprintf(run->told, "applied %s\n", key);
    }
    return is_done;
}

/* ---- the run ---- */

/* One transaction: afterwards the database is this binary's, or what it was. What the binary before
 * had beside its tables goes first, so that a release finds the same whatever was there. Bodies are
 * compiled when a new database is made, where nobody waits: a third of the time. */
static bool
upgrade_whole(struct migration_run *run, const struct embedded *releases, const char *manifest)
{
    static const char *const rooms[DB_CODE_SETS - 1] = {"functions", "policies"};
    static const struct whole code = {"code", db_code_sets, rooms, DB_CODE_SETS - 1};
    bool is_new = releases == embedded_migrations;
    bool is_done =
        migration_begin_alone(run) &&
        (is_new ||
         migration_execute(run, "begin", "set local check_function_bodies = off", 0, NULL)) &&
        migration_execute_file(run, "functions", embedded_functions);
    for (const struct embedded *release = releases; is_done && release->name; release++)
        is_done = release_apply(run, release);
    return migration_end(run, is_done && whole_execute(run, &code, manifest) &&
                                  migration_reference(run, releases->name));
}

static bool
upgrade_code(struct migration_run *run, const struct embedded *releases, const char *manifest)
{
    enum upgrade upgrade = UPGRADE_UNFIT;
    if (!releases->name)
        upgrade =
            migration_is_current(run, "code", manifest) ? UPGRADE_DONE : db_upgrade(run, manifest);
    return upgrade == UPGRADE_DONE ||
           (upgrade == UPGRADE_UNFIT && upgrade_whole(run, releases, manifest));
}

static bool upgrade(struct migration_run *run)
{
    char *manifest = db_manifest(db_code_sets, DB_CODE_SETS);
    PGresult *applied =
        PQexec(run->connection, "select name, sha256 from alongside.schema_migrations "
                                "order by name collate \"C\"");
    bool is_done = migration_is_good(applied) || report(run->connection, applied, "history", NULL);
    is_done = is_done && manifest && history_fits(applied) &&
              upgrade_code(run, embedded_migrations + PQntuples(applied), manifest);
    PQclear(applied);
    free(manifest);
    return is_done;
}

/* issuer: whose sign-ins the people of the demo have. */
static bool demo(struct migration_run *run, const char *issuer)
{
    static const char *const rooms[] = {"demo"};
    static const struct embedded *const sets[] = {embedded_demo};
    static const struct whole whole = {"demo", sets, rooms, 1};
    char *manifest = db_manifest(sets, 1);
    bool is_done = manifest && migration_is_current(run, whole.key, manifest);
    if (manifest && !is_done)
        is_done = migration_end(
            run, migration_execute(run, "begin", "begin", 0, NULL) &&
                     migration_execute(run, "issuer", "select set_config('app.issuer', $1, true)",
                                       1, &issuer) &&
                     whole_execute(run, &whole, manifest));
    free(manifest);
    return is_done;
}

static const char months_sql[] = "begin; set local lock_timeout = '50ms'; "
                                 "select alongside.audit_month_prepare(); commit";

/* An operator's tool: they read what PostgreSQL warns of. */
static void notice_tell(void *context, const PGresult *result)
{
    (void)context;
    fprintf(stderr, "migrate: %s", PQresultErrorMessage(result));
}

bool db_migrate(const char *database_url, long wait_s, const char *demo_issuer)
{
    struct migration_run run = {.connection = db_connection_plain(database_url), .wait_s = wait_s};
    if (!run.connection)
        return false;
    PQsetNoticeReceiver(run.connection, notice_tell, NULL);
    run.told = open_memstream(&run.lines, &run.bytes);
    bool is_done = run.told && migration_execute(&run, "cannot begin", ground_sql, 0, NULL) &&
                   lock_take(&run) &&
                   migration_execute(&run, "bootstrap", bootstrap_sql, 0, NULL) && upgrade(&run) &&
                   migration_in_turns(&run, "months of the audit", months_sql) &&
                   (!demo_issuer || demo(&run, demo_issuer));
    if (is_done && !run.is_any)
        fprintf(stderr, "nothing to apply\n");
    if (run.told)
        fclose(run.told);
    free(run.lines);
    PQfinish(run.connection);
    return is_done;
}
