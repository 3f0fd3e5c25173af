/* SPDX-License-Identifier: MIT
 *
 * The code of a database is brought to this binary's without being made anew. Every file is
 * executed in an empty schema that is rolled back; what PostgreSQL says of that one and of the live
 * one is compared, and only the difference is made, in the milliseconds in which nobody else uses a
 * table. */
#include "db_migrate.h"
#include "embed.h"

#include <stdio.h>

/* NULL, and said why, when something stands in the way. */
static PGresult *ask(const struct migration_run *run, const char *sql)
{
    PGresult *result = PQexec(run->connection, sql);
    if (migration_is_good(result))
        return result;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message && PQstatus(run->connection) == CONNECTION_OK)
        fprintf(stderr, "migrate: not only what changed is made, but everything anew: %s\n",
                message);
    PQclear(result);
    return NULL;
}

static bool try(const struct migration_run *run, const char *sql)
{
    PGresult *result = ask(run, sql);
    bool is_done = result;
    PQclear(result);
    return is_done;
}

/* One row: the statements that make the difference (null: there is none), and a line for each thing
 * that differs. */
static PGresult *plan_ask(const struct migration_run *run)
{
    bool is_done =
        try(run, "begin") && try(run, embedded_find(embedded_upgrade, "scratch.sql")->text);
    for (size_t i = 0; is_done && i < DB_CODE_SETS - 1; i++) {
        for (const struct embedded *file = db_code_sets[i]; is_done && file->name; file++)
            is_done = try(run, file->text);
    }
    PGresult *plan = is_done ? ask(run, embedded_find(embedded_upgrade, "plan.sql")->text) : NULL;
    PQclear(PQexec(run->connection, "rollback"));
    return plan;
}

enum upgrade db_upgrade(struct migration_run *run, const char *manifest)
{
    PGresult *plan = plan_ask(run);
    if (!db_has_row(plan)) {
        PQclear(plan);
        return UPGRADE_UNFIT;
    }
    enum upgrade upgrade = UPGRADE_FAILED;
    bool is_empty = PQgetisnull(plan, 0, 0);
    if (is_empty ? migration_execute(run, "begin", "begin", 0, NULL) : migration_begin_alone(run)) {
        fputs(PQgetvalue(plan, 0, 1), run->told);
        bool is_done = (is_empty || try(run, PQgetvalue(plan, 0, 0))) &&
                       migration_reference(run, false) && migration_record(run, "code", manifest);
        upgrade = migration_end(run, is_done) ? UPGRADE_DONE
                  : is_done                   ? UPGRADE_FAILED
                                              : UPGRADE_UNFIT;
    }
    PQclear(plan);
    return upgrade;
}
