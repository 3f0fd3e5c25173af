/* SPDX-License-Identifier: MIT
 *
 * What migrate does to tables that requests use: it asks for a moment, and lets them pass before it
 * asks again. Whoever holds a table from one turn to the next is named. */
#include "db_migrate.h"
#include "embed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAUSE_US = 300000 };

static bool is_busy(const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state && (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0);
}

struct holders {
    char *names, *told;
};

static void holders_keep(char **kept, const char *text)
{
    free(*kept);
    *kept = strdup(text);
}

/* Each time that they are others. */
static void holders_tell(const struct migration_run *run, struct holders *holders)
{
    const char *const params[] = {holders->names ? holders->names : "{}"};
    const char *sql = embedded_find(embedded_upgrade, "holders.sql")->text;
    PGresult *held = PQexecParams(run->connection, sql, 1, NULL, params, NULL, NULL, 0);
    if (db_has_row(held)) {
        const char *told = PQgetvalue(held, 0, 1);
        if (*told && (!holders->told || strcmp(told, holders->told) != 0))
            fprintf(stderr, "migrate: waiting: %s\n", told);
        if (*told)
            holders_keep(&holders->told, told);
        holders_keep(&holders->names, PQgetvalue(held, 0, 0));
    }
    PQclear(held);
}

bool migration_in_turns(const struct migration_run *run, const char *what, const char *sql)
{
    struct holders holders = {0};
    uint64_t until_ns = monotonic_ns() + (uint64_t)run->wait_s * NS_PER_S;
    bool is_done, is_over;
    do {
        PGresult *result = PQexec(run->connection, sql);
        is_done = migration_is_good(result);
        is_over = is_done || !is_busy(result) || monotonic_ns() >= until_ns;
        if (is_over && !is_done)
            migration_report(run, result,
                             is_busy(result) ? "whoever holds a table has to end first" : what);
        PQclear(result);
        if (!is_over) {
            PQclear(PQexec(run->connection, "rollback"));
            holders_tell(run, &holders);
            usleep(PAUSE_US);
        }
    } while (!is_over);
    free(holders.names);
    free(holders.told);
    return is_done;
}
