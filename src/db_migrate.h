/* SPDX-License-Identifier: MIT
 *
 * What db_migrate.c and db_upgrade.c share. */
#pragma once

#include "db_internal.h"

#include <stdio.h>

struct migration_run {
    PGconn *connection;
    FILE *told; /* what the transaction has done, told once it is committed */
    char *lines;
    size_t bytes;
    bool is_any; /* something was done */
    long wait_s; /* for whoever holds a table */
};

bool migration_is_good(const PGresult *result);
/* These say on stderr what went wrong. */
void migration_report(const struct migration_run *run, const PGresult *result, const char *what);
bool migration_execute(const struct migration_run *run,
                       const char *what,
                       const char *sql,
                       int count,
                       const char *const *params);
bool migration_execute_file(const struct migration_run *run,
                            const char *room,
                            const struct embedded *file);
/* --- db_turns.c --- */

/* As often as it meets a lock, for wait_s; says who holds it. A transaction, or its beginning, that
 * is patient for a moment only: whoever wants the same stands behind it. */
bool migration_in_turns(const struct migration_run *run, const char *what, const char *sql);

/* --- db_migrate.c --- */

/* Begins a transaction in a moment in which nobody uses a table. */
bool migration_begin_alone(const struct migration_run *run);
/* Commits; or rolls back, and returns false. */
bool migration_end(struct migration_run *run, bool is_done);
/* What schema_state holds under a key. */
bool migration_is_current(const struct migration_run *run, const char *key, const char *manifest);
bool migration_record(const struct migration_run *run, const char *key, const char *manifest);
/* Reference data: the files whose text has changed, or all. */
bool migration_reference(const struct migration_run *run, bool is_whole);

/* --- db_upgrade.c --- */

enum upgrade { UPGRADE_DONE, UPGRADE_FAILED, UPGRADE_UNFIT };
/* Brings the code of a database that has every release to this binary's, touching only what
 * differs. UNFIT: nothing was done, and it has to be made anew as a whole; why is said on stderr.
 */
enum upgrade db_upgrade(struct migration_run *run, const char *manifest);
