/* SPDX-License-Identifier: MIT
 *
 * Work that is not a request: one thread per process with a database session of its own (role
 * alongside_worker). Each round it runs the jobs, each a transaction of its own and bounded by
 * time, sends due mail for a few seconds, then waits for NOTIFY outbox or worker_interval_ms.
 * Survives a lost or hanging database. What was done when: heartbeat.h. */
#pragma once

#include <stdbool.h>

struct app;
struct worker;

/* NULL when no worker_database_url is configured (not an error) or the thread cannot be made
 * (logged). */
struct worker *worker_start(struct app *app);
/* After app->is_draining was set, which ends the work within a few seconds: a message or a job
 * under way has that long to finish. Accepts NULL. */
void worker_stop(struct worker *worker);
