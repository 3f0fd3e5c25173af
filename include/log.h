/* SPDX-License-Identifier: MIT
 *
 * One JSON object per line on stdout. Never a path value, query string, body, token, e-mail or
 * address of a peer: callers pass only codes, names of statements and routes, numbers and request
 * ids. Thread safe; never waits for whoever reads: lines are written within 50 ms, or dropped and
 * counted. */
#pragma once

#include <stdbool.h>

struct request;

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Also catches what ulfius says through yder. level: the least level that is written. */
void log_init(enum log_level level);
void log_finish(void);
/* Lines lost because nobody read them fast enough. */
unsigned long long log_dropped(void);
/* key/value pairs of strings, ended by NULL: log_event(LOG_LEVEL_ERROR, "database lost",
 * "sqlstate", code, NULL). */
void log_event(enum log_level level, const char *message, ...) __attribute__((sentinel));
/* Stop 9: one line per request: route template, method, status, duration, bytes, request id, role;
 * of a well-signed token that is refused also why, and a keyed digest of its subject. */
void log_request(const struct request *rq, int status, double duration_ms);
