/* SPDX-License-Identifier: MIT
 *
 * How PostgreSQL is, asked all the time on connections of its own, so that /readyz answers from
 * memory and a request knows a database that stands still from a statement that takes long. */
#include "config.h"
#include "db_internal.h"
#include "log.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUND_MS = 250,
    ANSWER_MS = 1000, /* the pulse takes less than one; nobody else got an answer either */
    COMMIT_MS = 2000
};

struct db_watch {
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop;
    bool is_stopping;
    PGconn *pulse;
    PGconn *pen; /* commits something, again and again, while commits wait for a standby */
    uint64_t pen_since_ns; /* when the commit under way was sent; 0 = none is */
    unsigned long long reads_before, reads_kept; /* it, and the one before it, and the standby */
    unsigned failures, turn;
    const char *trouble; /* NULL = all is well */
};

/* ---- asking ---- */

/* True when the answer is there, or the connection has ended. */
static bool wait_for_answer(PGconn *connection, uint64_t deadline_ns)
{
    while (PQconsumeInput(connection) && PQisBusy(connection)) {
        uint64_t now = monotonic_ns();
        if (now >= deadline_ns)
            return false;
        struct pollfd fd = {.fd = PQsocket(connection), .events = POLLIN};
        poll(&fd, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
    }
    return true;
}

/* False: not all of the answer in time. Any part of it may be missing, the end too. */
static bool read_answer(PGconn *connection, uint64_t deadline_ns, PGresult **ret_last)
{
    *ret_last = NULL;
    while (wait_for_answer(connection, deadline_ns)) {
        PGresult *result = PQgetResult(connection);
        if (!result)
            return true;
        PQclear(*ret_last);
        *ret_last = result;
    }
    PQclear(*ret_last);
    *ret_last = NULL;
    return false;
}

/* NULL: no answer in time. */
static PGresult *ask(PGconn *connection, const char *sql)
{
    PGresult *answer = NULL;
    uint64_t deadline_ns = monotonic_ns() + (uint64_t)ANSWER_MS * NS_PER_MS;
    if (PQsendQuery(connection, sql))
        read_answer(connection, deadline_ns, &answer);
    return answer;
}

/* ---- what is asked ---- */

static const char pulse_sql[] =
    "select pg_is_in_recovery() or current_setting('transaction_read_only')::bool, "
    "current_setting('synchronous_standby_names') <> '', " DB_TIMELINE_SQL;

static void pen_drop(struct db_watch *watch)
{
    db_connection_abandon(watch->pen);
    watch->pen = NULL;
    watch->pen_since_ns = 0;
}

/* Whether another was promoted in the meantime: seen, it is the one to go to. */
static void look_elsewhere(struct db_watch *watch)
{
    PGconn *other = db_connection_from(watch->db->config->database_url, ++watch->turn);
    PGresult *timeline = other ? ask(other, "select " DB_TIMELINE_SQL) : NULL;
    if (db_has_row(timeline))
        db_timeline_see(PQgetvalue(timeline, 0, 0));
    PQclear(timeline);
    db_connection_abandon(other);
}

/* A commit that waits is found by committing; only where a standby is named. */
static bool commits_wait(struct db_watch *watch)
{
    if (!watch->pen && !(watch->pen = db_connection_plain(watch->db->config->database_url)))
        return false;
    if (watch->pen_since_ns == 0) {
        if (!PQsendQuery(watch->pen, db_commit_sql))
            return false;
        watch->pen_since_ns = monotonic_ns();
        watch->reads_before = atomic_load(&watch->db->reads);
    }
    uint64_t soon_ns = monotonic_ns() + (uint64_t)ROUND_MS / 5 * NS_PER_MS;
    PGresult *answer;
    if (!read_answer(watch->pen, soon_ns, &answer))
        return monotonic_ns() - watch->pen_since_ns > (uint64_t)COMMIT_MS * NS_PER_MS;
    if (PQresultStatus(answer) == PGRES_TUPLES_OK)
        watch->reads_kept = watch->reads_before;
    PQclear(answer);
    watch->pen_since_ns = 0;
    if (PQstatus(watch->pen) != CONNECTION_OK)
        pen_drop(watch);
    return false;
}

/* What context_enter() reads of whoever signs in: without it nobody's request goes on. Patient
 * enough for an upgrade. */
static const char sign_in_sql[] =
    "select from alongside.accounts where issuer = '' and subject = '' limit 1; "
    "select from alongside.exclusions where account_id = '00000000-0000-0000-0000-000000000000' "
    "limit 1";
static const char patience_sql[] = "set lock_timeout = '800ms'; listen notices";

static bool signs_in(struct db_watch *watch)
{
    PGresult *result = ask(watch->pulse, sign_in_sql);
    bool is_read = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    return is_read;
}

/* A disk that was full is asked by a sort that does not fit into memory: it writes a file. */
static const char disk_sql[] =
    "set work_mem = '64kB'; select count(*) from (select g from generate_series(1, 20000) g "
    "order by -g offset 0) sorted";

static bool disk_is_full(struct db_watch *watch)
{
    struct db *db = watch->db;
    if (!atomic_load(&db->is_disk_full))
        return false;
    PGresult *result = ask(watch->pulse, disk_sql);
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        atomic_store(&db->is_disk_full, false);
    PQclear(result);
    return atomic_load(&db->is_disk_full);
}

static const char promoted[] = "another database was promoted";

/* Reads do not wait for the standby, and what it has not got is not in its history. */
static void tell_lost(const struct db_watch *watch)
{
    char count[24];
    unsigned long long reads = atomic_load(&watch->db->reads) - watch->reads_kept;
    if (!watch->pen || reads == 0)
        return;
    snprintf(count, sizeof count, "%llu", reads);
    log_event(LOG_LEVEL_ERROR, "the audit of reads that the old database answered may be lost",
              "reads", count, "advice", "their lines in this log have who asked for what", NULL);
}

/* Of a server that is nobody's primary, or an old one; another may stand in the same connection
 * string. */
static const char *place_trouble(const PGresult *pulse)
{
    if (*PQgetvalue(pulse, 0, 0) == 't')
        return "the database is read-only";
    bool is_current = db_timeline_is_current(PQgetvalue(pulse, 0, 2));
    return is_current ? NULL : promoted;
}

static const char *trouble_find(struct db_watch *watch, const PGresult *pulse)
{
    bool is_standby_named = *PQgetvalue(pulse, 0, 1) == 't';
    if (!is_standby_named && watch->pen)
        pen_drop(watch);
    if (is_standby_named && commits_wait(watch)) {
        look_elsewhere(watch);
        return "commits wait for a standby";
    }
    if (disk_is_full(watch))
        return "the database's disk is full";
    return signs_in(watch) ? NULL : "accounts cannot be read: nobody is let in";
}

/* ---- the round ---- */

/* Whether anybody had an answer since. */
static bool is_heard(const struct db *db, uint64_t since_ns)
{
    return atomic_load(&db->last_ok_ns) > since_ns;
}

static void leave(struct db_watch *watch)
{
    db_connection_abandon(watch->pulse);
    watch->pulse = NULL;
    pen_drop(watch);
    watch->failures++;
}

static void away(struct db_watch *watch, uint64_t since_ns)
{
    bool was_long = monotonic_ns() - since_ns >= (uint64_t)ANSWER_MS * NS_PER_MS;
    if (was_long && !is_heard(watch->db, since_ns))
        atomic_store(&watch->db->is_silent, true);
    leave(watch);
}

/* Of a new connection; without an answer the pulse has none either. */
static bool zones_are_current(PGconn *pulse)
{
    uint64_t deadline_ns = monotonic_ns() + (uint64_t)ANSWER_MS * NS_PER_MS;
    PGresult *zones;
    if (!db_zones_send(pulse) || !read_answer(pulse, deadline_ns, &zones) || !zones)
        return true;
    bool is_current = db_zones_are_current(zones);
    PQclear(zones);
    return is_current;
}

/* False when there is one that must not be used. */
static bool pulse_open(struct db_watch *watch)
{
    if (watch->pulse)
        return true;
    watch->pulse = db_connection_plain(watch->db->config->database_url);
    PGresult *patience = watch->pulse ? ask(watch->pulse, patience_sql) : NULL;
    PQclear(patience);
    /* What was said in the meantime was not heard. */
    atomic_fetch_add(&watch->db->news, 1);
    if (!watch->pulse || zones_are_current(watch->pulse))
        return true;
    PQfinish(watch->pulse);
    watch->pulse = NULL;
    watch->failures++;
    return false;
}

/* Read with the answer to the pulse. */
static void news_take(struct db_watch *watch)
{
    for (PGnotify *news = NULL; watch->pulse && (news = PQnotifies(watch->pulse)); PQfreemem(news))
        atomic_fetch_add(&watch->db->news, 1);
}

unsigned long long db_news(const struct db *db)
{
    return atomic_load(&db->news);
}

bool db_news_wait(const struct db *db,
                  unsigned long long seen,
                  uint64_t end_ns,
                  const atomic_bool *is_stopping)
{
    while (monotonic_ns() < end_ns && !atomic_load(is_stopping)) {
        nanosleep(&(struct timespec){.tv_nsec = (long)ROUND_MS * (long)NS_PER_MS}, NULL);
        if (db_news(db) != seen)
            return true;
    }
    return false;
}

static const char *look(struct db_watch *watch)
{
    uint64_t since_ns = monotonic_ns();
    if (!pulse_open(watch))
        return "the database's time zone data is stale";
    PGresult *pulse = watch->pulse ? ask(watch->pulse, pulse_sql) : NULL;
    const char *trouble = "the database does not answer";
    if (!db_has_row(pulse)) {
        away(watch, since_ns);
    } else {
        atomic_store(&watch->db->is_silent, false);
        trouble = place_trouble(pulse);
        if (trouble == promoted)
            tell_lost(watch);
        if (trouble)
            leave(watch);
        else
            trouble = trouble_find(watch, pulse);
        watch->failures = watch->pulse ? 0 : watch->failures;
    }
    PQclear(pulse);
    news_take(watch);
    return trouble;
}

/* False when it is to end. */
static bool rest(struct db_watch *watch)
{
    long rest_ms =
        watch->failures == 0 ? ROUND_MS : (long)(db_backoff_ns(watch->failures) / NS_PER_MS);
    struct timespec until = monotonic_deadline(rest_ms);
    pthread_mutex_lock(&watch->lock);
    while (!watch->is_stopping && pthread_cond_timedwait(&watch->stop, &watch->lock, &until) == 0) {
        /* woken for nothing */
    }
    bool goes_on = !watch->is_stopping;
    pthread_mutex_unlock(&watch->lock);
    return goes_on;
}

static void *watch_run(void *context)
{
    struct db_watch *watch = context;
    do {
        const char *trouble = look(watch);
        if (trouble != watch->trouble)
            log_event(trouble ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
                      trouble ? "not ready" : "ready again", "reason", trouble, NULL);
        watch->trouble = trouble;
        atomic_store(&watch->db->is_well, !trouble);
    } while (rest(watch));
    return NULL;
}

struct db_watch *db_watch_start(struct db *db)
{
    struct db_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    watch->db = db;
    pthread_mutex_init(&watch->lock, NULL);
    db_wait_init(&watch->stop);
    if (pthread_create(&watch->thread, NULL, watch_run, watch) == 0)
        return watch;
    free(watch);
    return NULL;
}

void db_watch_stop(struct db_watch *watch)
{
    if (!watch)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->is_stopping = true;
    pthread_cond_signal(&watch->stop);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    PQfinish(watch->pulse);
    db_connection_abandon(watch->pen);
    pthread_cond_destroy(&watch->stop);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

/* ---- before it is watched ---- */

bool db_is_there(const struct config *config)
{
    PGconn *connection = db_connection_plain(config->database_url);
    PQfinish(connection);
    return connection;
}

/* Also of a host that would refuse it. */
static bool commits(PGconn *connection, const char **ret_advice)
{
    PGresult *pulse = ask(connection, pulse_sql);
    bool only_reads = db_has_row(pulse) && *PQgetvalue(pulse, 0, 0) == 't';
    PQclear(pulse);
    *ret_advice = only_reads
                      ? "this host only reads: let database_url name the primary, or all hosts "
                        "with target_session_attrs=read-write"
                      : "see that every standby in synchronous_standby_names is served";
    uint64_t deadline_ns = monotonic_ns() + (uint64_t)COMMIT_MS * NS_PER_MS;
    PGresult *answer = NULL;
    bool is_committed = !only_reads && PQsendQuery(connection, db_commit_sql) &&
                        read_answer(connection, deadline_ns, &answer) &&
                        PQresultStatus(answer) == PGRES_TUPLES_OK;
    PQclear(answer);
    return is_committed;
}

bool db_takes_commits(const struct config *config)
{
    const char *advice = "see why there is no connection";
    PGconn *connection = db_connection_plain(config->database_url);
    bool is_committed = connection && commits(connection, &advice);
    if (!is_committed)
        log_event(LOG_LEVEL_ERROR, "PostgreSQL does not commit", "advice", advice, NULL);
    db_connection_abandon(connection);
    return is_committed;
}
