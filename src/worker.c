/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include "app.h"
#include "config.h"
#include "db.h"
#include "log.h"
#include "monotonic.h"
#include "outbox.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    ROUND_LIMIT = 100, /* messages before the other jobs have their turn again */
    WAIT_SLICE_MS = 200,
    BACK_OFF_MIN_MS = 1000,
    BACK_OFF_MAX_MS = 30000
};

struct worker {
    const struct config *config;
    pthread_t thread;
    atomic_bool is_stopping;
    struct outbox outbox;
};

static int64_t now_ms(void)
{
    return (int64_t)(monotonic_ns() / NS_PER_MS);
}

static bool is_stopping(const struct worker *worker)
{
    return atomic_load(&worker->is_stopping);
}

static void pause_for(const struct worker *worker, long pause_ms)
{
    for (int64_t end = now_ms() + pause_ms; !is_stopping(worker) && now_ms() < end;)
        usleep(WAIT_SLICE_MS * 1000);
}

/* False when the session is lost. Waits in slices, so that a stop is never far; a wait that ends
 * early was a notification. */
static bool wait_for_work(const struct worker *worker, struct db_session *session)
{
    int64_t end = now_ms() + worker->config->worker_interval_ms;
    for (int64_t now = now_ms(); now < end && !is_stopping(worker);) {
        int slice_ms = end - now < WAIT_SLICE_MS ? (int)(end - now) : WAIT_SLICE_MS;
        if (!db_session_wait(session, slice_ms))
            return false;
        int64_t after = now_ms();
        if (after < now + slice_ms)
            return true;
        now = after;
    }
    return true;
}

/* New zone data moves the instants of wall times. A session of PostgreSQL reads that data once, so
 * each new one looks; what fails here is logged, and tried with the next session. */
static void instants_rederive(struct db_session *session)
{
    struct db_rows *rows = db_session_run(session, "instants_rederive", 0, NULL);
    const char *corrected = rows && db_rows_count(rows) ? db_rows_get(rows, 0, 0) : NULL;
    if (corrected && strcmp(corrected, "0") != 0)
        log_event(LOG_LEVEL_WARNING, "instants derived again from their wall times", "count",
                  corrected, NULL);
    db_rows_free(rows);
}

/* What SQL has to know of the configuration, for as long as the session lives. */
static bool session_prepare(const struct worker *worker, struct db_session *session)
{
    const char *params[] = {worker->config->public_url};
    struct db_rows *rows = db_session_run(session, "worker_settings", 1, params);
    if (!rows)
        return false;
    db_rows_free(rows);
    instants_rederive(session);
    return db_session_listen(session, "outbox");
}

/* A statement that fails is logged by the database room and tried again next round; only a lost
 * session ends the work. */
static void work(struct worker *worker, struct db_session *session)
{
    bool is_mailing = worker->config->smtp_url[0] != '\0';
    bool is_there = session_prepare(worker, session);
    while (is_there && !is_stopping(worker)) {
        db_rows_free(db_session_run(session, "jobs_run", 0, NULL));
        is_there = db_session_is_alive(session);
        bool is_done =
            !is_there || !is_mailing || outbox_round(&worker->outbox, session, ROUND_LIMIT);
        is_there = is_there && db_session_is_alive(session);
        if (is_there && !is_done)
            pause_for(worker, BACK_OFF_MIN_MS);
        is_there = is_there && wait_for_work(worker, session);
    }
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    long back_off_ms = BACK_OFF_MIN_MS;
    while (!is_stopping(worker)) {
        struct db_session *session = db_session_open(worker->config->worker_database_url);
        if (session) {
            back_off_ms = BACK_OFF_MIN_MS;
            work(worker, session);
            db_session_close(session);
        }
        if (is_stopping(worker))
            break;
        log_event(LOG_LEVEL_WARNING, "worker has no database", NULL);
        pause_for(worker, back_off_ms);
        back_off_ms = back_off_ms * 2 < BACK_OFF_MAX_MS ? back_off_ms * 2 : BACK_OFF_MAX_MS;
    }
    return NULL;
}

/* Signals are for the main thread. */
static bool thread_start(struct worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool is_started = pthread_create(&worker->thread, NULL, worker_run, worker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

struct worker *worker_start(struct app *app)
{
    const struct config *config = app->config;
    if (!config->worker_database_url[0])
        return NULL;
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->config = config;
    worker->outbox =
        (struct outbox){.config = config, .seal = app->seal, .is_stopping = &worker->is_stopping};
    if (!config->smtp_url[0])
        log_event(LOG_LEVEL_INFO, "smtp_url is not set: mail stays queued", NULL);
    if (thread_start(worker))
        return worker;
    log_event(LOG_LEVEL_ERROR, "worker not started", NULL);
    free(worker);
    return NULL;
}

void worker_stop(struct worker *worker)
{
    if (!worker)
        return;
    atomic_store(&worker->is_stopping, true);
    pthread_join(worker->thread, NULL);
    free(worker);
}
