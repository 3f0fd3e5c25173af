/* SPDX-License-Identifier: MIT
 *
 * One connection: to which host, of which history its server is, and what is prepared on it.
 * Private to db*.c. */
#pragma once

#include <libpq-fe.h>
#include <stdbool.h>

struct embedded;

/* --- which host (db_hosts.c) --- */

/* db_connection_plain, beginning so many hosts further down the string. */
PGconn *db_connection_from(const char *url, unsigned turn);
/* From now on every connection begins with the next host of its string; once a second at most. */
void db_hosts_turn(void);

/* --- what is known of it (db_line.c) --- */

/* Of which history the server is: hexadecimal, "0" when it is nobody's primary. */
#define DB_TIMELINE_SQL                                                                            \
    "case when pg_is_in_recovery() then '0' "                                                      \
    "else left(pg_walfile_name(pg_current_wal_lsn()), 8) end"
unsigned long db_timeline_see(const char *text);
/* False, logged: this process has seen one that was promoted after it. An old primary that thaws
 * would answer, and send mail, from a past that is no more. */
bool db_timeline_is_current(const char *text);
/* To a new connection; what is below wants it. False: out of memory, or it is not current. */
bool db_line_attach(PGconn *connection, const char *timeline);
bool db_line_is_current(const PGconn *connection);
/* PostgreSQL warned on it: what it committed may be nowhere else. */
void db_line_warn(PGconn *connection);
bool db_line_is_warned(const PGconn *connection);
/* One of these, of embedded_statements; for whoever reads the answer to change. */
enum db_knows { DB_KNOWS_NOT, DB_ASKED, DB_KNOWS };
unsigned char *db_line_knows(const PGconn *connection, const struct embedded *statement);
/* False: the connection cannot be used any more. */
bool db_line_prepare(PGconn *connection, const struct embedded *statement);
bool db_line_send(PGconn *connection,
                  const struct embedded *statement,
                  bool is_prepared,
                  const char *const *params);
/* At start: prepares every statement and looks at its columns. Logs what is wrong, in PostgreSQL's
 * words. */
bool db_line_check(PGconn *connection);
