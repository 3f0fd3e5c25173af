/* SPDX-License-Identifier: MIT
 *
 * Work that is not a request: one thread per process with a database session of its own (role
 * alongside_worker). Each round it runs the job statements, sends due mail, then waits for NOTIFY
 * outbox or worker_interval_ms. Survives a lost database. */
#pragma once

#include <stdbool.h>

struct app;
struct worker;

/* NULL when no worker_database_url is configured (not an error) or the thread cannot be made
 * (logged). */
struct worker *worker_start(struct app *app);
/* Finishes the message under way, then stops. Accepts NULL. */
void worker_stop(struct worker *worker);
