/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include "app.h"
#include "config.h"
#include "db.h"
#include "heartbeat.h"
#include "log.h"
#include "monotonic.h"
#include "names_renew.h"
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
    JOB_LIMIT_MS = 5000,
    INSTANTS_LIMIT_MS = 60000,
    MAIL_ROUND_MS = 3000, /* then the other jobs have their turn again */
    WAIT_SLICE_MS = 200,
    BACK_OFF_MIN_MS = 1000,
    BACK_OFF_MAX_MS = 30000
};

struct worker {
    const struct config *config;
    pthread_t thread;
    const atomic_bool *is_stopping;
    struct outbox outbox;
    bool is_foreign_told;
};

static int64_t now_ms(void)
{
    return (int64_t)(monotonic_ns() / NS_PER_MS);
}

static bool is_stopping(const struct worker *worker)
{
    return atomic_load(worker->is_stopping);
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
    struct db_rows *rows = db_session_run(session, "instants_rederive", INSTANTS_LIMIT_MS, 0, NULL);
    const char *corrected = rows && db_rows_count(rows) ? db_rows_get(rows, 0, 0) : NULL;
    if (corrected && strcmp(corrected, "0") != 0)
        log_event(LOG_LEVEL_WARNING, "instants derived again from their wall times", "count",
                  corrected, NULL);
    if (rows)
        heartbeat_beat(HEARTBEAT_INSTANTS);
    db_rows_free(rows);
}

/* What SQL has to know of the configuration, for as long as the session lives. */
static bool session_prepare(const struct worker *worker, struct db_session *session)
{
    const char *params[] = {worker->config->public_url};
    struct db_rows *rows = db_session_run(session, "worker_settings", JOB_LIMIT_MS, 1, params);
    if (!rows)
        return false;
    db_rows_free(rows);
    instants_rederive(session);
    return db_session_is_alive(session) && db_session_listen(session, "outbox");
}

/* Rows that were set aside since it was last asked, and how many there are now. */
static void faults_tell(const struct db_rows *rows)
{
    enum { COLUMN_JOB, COLUMN_SUBJECT, COLUMN_STATE, COLUMN_COUNT };
    for (int row = 0; row < db_rows_count(rows); row++) {
        const char *job = db_rows_get(rows, row, COLUMN_JOB);
        heartbeat_set_aside(strtoul(db_rows_get(rows, row, COLUMN_COUNT), NULL, 10));
        if (job)
            log_event(LOG_LEVEL_ERROR, "a job has set a row aside", "job", job, "id",
                      db_rows_get(rows, row, COLUMN_SUBJECT), "sqlstate",
                      db_rows_get(rows, row, COLUMN_STATE), NULL);
    }
}

/* Whether the chain goes on. It does not in a cluster that counts transactions anew, until an
 * operator says so: told once. */
static bool audit_goes_on(struct worker *worker, const struct db_rows *rows)
{
    bool is_foreign = db_rows_count(rows) == 1 && !db_rows_get(rows, 0, 0);
    if (is_foreign && !worker->is_foreign_told)
        log_event(LOG_LEVEL_ERROR, "the audit chain is another cluster's: nothing is linked",
                  "advice", "run `alongside audit anchor`", NULL);
    worker->is_foreign_told = is_foreign;
    return !is_foreign;
}

/* Each is a transaction of its own. One that fails is logged by the database room and has its turn
 * again next round; only a lost session ends the round. */
static bool jobs_run(struct worker *worker, struct db_session *session)
{
    static const struct {
        enum heartbeat job;
        const char *statement;
    } jobs[] = {
        {HEARTBEAT_COMPARISONS, "comparisons_run"},
        {HEARTBEAT_ALARMS, "alarms_watch"},
        {HEARTBEAT_CLOCK, "mail_follow_clock"},
        {HEARTBEAT_LEASES, "mail_release"},
        {HEARTBEAT_AUDIT, "audit_link"},
        {HEARTBEAT_OFFERS, "offers_expire"},
        {HEARTBEAT_ANSWERS, "seats_answer"},
        {HEARTBEAT_LISTS, "lists_advance"},
        {HEARTBEAT_PLACES, "places_advance"},
        {HEARTBEAT_LINKS, "links_watch"},
        {HEARTBEAT_KEYS, "keys_expire"},
        {HEARTBEAT_FAULTS, "faults_tell"},
    };
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs && !is_stopping(worker); i++) {
        struct db_rows *rows = db_session_run(session, jobs[i].statement, JOB_LIMIT_MS, 0, NULL);
        if (rows && (jobs[i].job != HEARTBEAT_AUDIT || audit_goes_on(worker, rows)))
            heartbeat_beat(jobs[i].job);
        if (rows && jobs[i].job == HEARTBEAT_FAULTS)
            faults_tell(rows);
        db_rows_free(rows);
        if (!db_session_is_alive(session))
            return false;
    }
    return true;
}

/* False when the session is lost. */
static bool renewal_run(struct worker *worker, struct db_session *session)
{
    if (names_renew(worker->outbox.seal, session))
        heartbeat_beat(HEARTBEAT_NAMES);
    return db_session_is_alive(session);
}

/* False when the session is lost. */
static bool mail_run(struct worker *worker, struct db_session *session)
{
    bool is_done = outbox_round(&worker->outbox, session, MAIL_ROUND_MS);
    if (is_done && !outbox_is_away(&worker->outbox))
        heartbeat_beat(HEARTBEAT_MAIL);
    if (!db_session_is_alive(session))
        return false;
    if (!is_done)
        pause_for(worker, BACK_OFF_MIN_MS);
    return true;
}

static void work(struct worker *worker, struct db_session *session)
{
    bool is_mailing = worker->config->smtp_url[0] != '\0';
    bool is_there = session_prepare(worker, session);
    while (is_there && !is_stopping(worker)) {
        is_there = jobs_run(worker, session) && renewal_run(worker, session) &&
                   (!is_mailing || mail_run(worker, session)) && wait_for_work(worker, session);
    }
}

static void *worker_run(void *context)
{
    struct worker *worker = context;
    long back_off_ms = BACK_OFF_MIN_MS;
    while (!is_stopping(worker)) {
        struct db_session *session =
            db_session_open(worker->config->worker_database_url, worker->is_stopping);
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
    worker->is_stopping = &app->is_draining;
    worker->outbox =
        (struct outbox){.config = config, .seal = app->seal, .is_stopping = &app->is_draining};
    heartbeat_start(config->smtp_url[0] != '\0');
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
    pthread_join(worker->thread, NULL);
    free(worker);
}
