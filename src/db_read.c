/* SPDX-License-Identifier: MIT
 *
 * The read lane: one connection shared by all threads. Their batches stand in the pipeline one
 * behind the other, each with its own Sync, so an error ends only its own batch.
 *
 * libpq is touched only under the lane's lock. Whoever owns the oldest ticket is the reader: waits
 * for the socket outside the lock, feeds results to tickets in order, and passes the role on when
 * its own answer is whole. Invariant: a queue that is not empty has exactly one reader, the owner
 * of its first ticket. Only the reader gives a connection up, so nobody polls a socket that has
 * been closed. */
#include "config.h"
#include "db_breaker.h"
#include "db_error.h"
#include "db_internal.h"
#include "log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum ticket_state { TICKET_WAITING, TICKET_READER, TICKET_DONE, TICKET_LOST };

/* A thread's place in the queue; on its stack. */
struct ticket {
    struct ticket *next;
    const struct db_batch *batch;
    struct db_answer *answer;
    enum ticket_state state;
    sem_t wake; /* posted when the state has become what its owner waits for */
};

struct db_lane {
    struct db *db;
    pthread_mutex_t lock;
    PGconn *connection; /* NULL while there is none */
    bool is_broken;     /* the reader is to give the connection up */
    bool has_output;    /* the socket did not take everything: the reader polls for writing too */
    struct ticket *first;
    struct ticket **last;
    int poke_fd; /* wakes the reader out of poll() */
    pthread_cond_t connected;
    bool is_connecting;
    unsigned failures;
    _Atomic uint64_t retry_at_ns;
    atomic_uint in_flight;
};

/* libpq may swallow input while it sends, so that poll() sees none of it; then the reader looks
 * again after this. */
enum { POLL_MS = 20 };
/* The shortest that a lock is waited for here. */
enum { LOCK_MS = 20 };

struct db_lane *db_lane_create(struct db *db, PGconn *connection)
{
    struct db_lane *lane = calloc(1, sizeof *lane);
    int poke_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (!lane || poke_fd < 0 || !connection) {
        if (poke_fd >= 0)
            close(poke_fd);
        free(lane);
        PQfinish(connection);
        return NULL;
    }
    lane->db = db;
    lane->connection = connection;
    lane->poke_fd = poke_fd;
    lane->last = &lane->first;
    pthread_mutex_init(&lane->lock, NULL);
    db_wait_init(&lane->connected);
    return lane;
}

void db_lane_destroy(struct db_lane *lane)
{
    if (!lane)
        return;
    PQfinish(lane->connection);
    pthread_cond_destroy(&lane->connected);
    pthread_mutex_destroy(&lane->lock);
    close(lane->poke_fd);
    free(lane);
}

unsigned db_lane_in_flight(const struct db_lane *lane)
{
    return atomic_load_explicit(&lane->in_flight, memory_order_relaxed);
}

unsigned db_lane_load(const struct db_lane *lane)
{
    bool is_away = monotonic_ns() < atomic_load_explicit(&lane->retry_at_ns, memory_order_relaxed);
    return is_away ? UINT_MAX : db_lane_in_flight(lane);
}

/* ---- the connection ---- */

static void lane_fail(struct db_lane *lane)
{
    lane->failures++;
    lane->retry_at_ns = monotonic_ns() + db_backoff_ns(lane->failures);
    lane->is_connecting = false;
}

static void lane_opened(void *owner, PGconn *connection)
{
    struct db_lane *lane = owner;
    pthread_mutex_lock(&lane->lock);
    if (connection) {
        lane->connection = connection;
        lane->is_broken = false;
        lane->has_output = false;
        lane->failures = 0;
        lane->retry_at_ns = 0;
        lane->is_connecting = false;
        atomic_fetch_add(&lane->db->reconnects, 1);
    } else {
        lane_fail(lane);
    }
    pthread_cond_broadcast(&lane->connected);
    pthread_mutex_unlock(&lane->lock);
}

/* False when it is too soon, or cannot be. */
static bool lane_connect(struct db_lane *lane)
{
    if (monotonic_ns() < lane->retry_at_ns)
        return false;
    lane->is_connecting = true;
    if (db_open(lane->db, DB_USE_READ, lane_opened, lane))
        return true;
    lane_fail(lane);
    return false;
}

/* True when there is a connection. All wait for the first attempt, but of later ones only who makes
 * it: while PostgreSQL is away a request is told so at once. */
static bool lane_is_connected(struct db_lane *lane, uint64_t until_ns)
{
    bool is_ours = false;
    while (!lane->connection) {
        bool begins = !lane->is_connecting;
        if (begins && (is_ours || !lane_connect(lane)))
            return false;
        is_ours = is_ours || begins;
        if ((lane->failures > 0 && !is_ours) ||
            !db_wait(lane->db, &lane->connected, &lane->lock, until_ns))
            return false;
    }
    return true;
}

/* ---- the queue ---- */

static void lane_poke(const struct db_lane *lane)
{
    uint64_t one = 1;
    ssize_t ignored = write(lane->poke_fd, &one, sizeof one);
    (void)ignored; /* full = already poked */
}

static void lane_push(struct db_lane *lane, struct ticket *ticket)
{
    ticket->state = lane->first ? TICKET_WAITING : TICKET_READER;
    *lane->last = ticket;
    lane->last = &ticket->next;
}

/* The first ticket's owner goes its way; the ticket must not be touched afterwards. */
static void lane_pop(struct db_lane *lane, enum ticket_state state)
{
    struct ticket *ticket = lane->first;
    lane->first = ticket->next;
    if (!lane->first)
        lane->last = &lane->first;
    ticket->state = state;
    sem_post(&ticket->wake);
}

static void lane_send(struct db_lane *lane, const struct db_batch *batch, struct db_answer *answer)
{
    if (lane->is_broken)
        return;
    if (!db_line_is_current(lane->connection) || !db_batch_send(lane->connection, batch, answer))
        lane->is_broken = true;
    int flush = PQflush(lane->connection);
    if (flush < 0)
        lane->is_broken = true;
    lane->has_output = flush > 0;
    if (flush != 0 || lane->is_broken)
        lane_poke(lane);
}

/* The connection, not the request. */
static bool is_at_fault(const struct db_answer *answer)
{
    const char *sqlstate = db_answer_sqlstate(answer);
    if (!answer->is_astray && !db_error_is_stale(sqlstate))
        return false;
    log_event(LOG_LEVEL_WARNING, "the read lane's connection is at fault", "sqlstate",
              sqlstate ? sqlstate : "", NULL);
    return true;
}

/* Whether others behind would wait for the same lock, one after the other, and everybody between
 * them. Then all of them leave this connection: those are refused, the others go elsewhere. */
static bool holds_up(struct db_lane *lane, const struct ticket *ticket)
{
    const struct route *route = ticket->batch->route;
    if (!db_answer_met_lock(ticket->answer, ticket->batch))
        return false;
    db_breaker_hold(lane->db, route, monotonic_ns() - (uint64_t)LOCK_MS * NS_PER_MS);
    const struct ticket *other = ticket->next;
    while (other && other->batch->route != route)
        other = other->next;
    return other;
}

/* Feeds all that is complete to its tickets, the reader's and those behind it. */
static void lane_drain(struct db_lane *lane)
{
    bool is_astray = false;
    /* One NULL ends each statement's results; two in a row mean that nothing is pending. */
    for (unsigned nulls = 0;
         !is_astray && lane->first && nulls < 2 && !PQisBusy(lane->connection);) {
        PGresult *result = PQgetResult(lane->connection);
        nulls = result ? 0 : nulls + 1;
        struct db_answer *answer = lane->first->answer;
        if (!result || !db_answer_feed(answer, lane->first->batch, result))
            continue;
        /* Nothing behind an answer that is astray can be trusted to be whose turn it seems to be.
         */
        is_astray = answer->is_astray;
        bool is_lost = is_at_fault(answer);
        lane->is_broken = lane->is_broken || is_lost || holds_up(lane, lane->first);
        lane_pop(lane, is_lost ? TICKET_LOST : TICKET_DONE);
    }
    if (PQstatus(lane->connection) != CONNECTION_OK)
        lane->is_broken = true;
}

/* Every ticket learns that its answer will not come. The connection is for the caller to close,
 * outside the lock. */
static PGconn *lane_give_up(struct db_lane *lane)
{
    PGconn *connection = lane->connection;
    lane->connection = NULL;
    while (lane->first)
        lane_pop(lane, TICKET_LOST);
    log_event(LOG_LEVEL_WARNING, "the read lane lost its connection", NULL);
    return connection;
}

/* Waits for the socket, without the lock. True when there may be something to read. */
static bool lane_wait(struct db_lane *lane)
{
    uint64_t pokes;
    struct pollfd fds[] = {
        {.fd = PQsocket(lane->connection),
         .events = (short)(POLLIN | (lane->has_output ? POLLOUT : 0))},
        {.fd = lane->poke_fd, .events = POLLIN},
    };
    pthread_mutex_unlock(&lane->lock);
    poll(fds, 2, POLL_MS);
    pthread_mutex_lock(&lane->lock);
    if (fds[1].revents && read(lane->poke_fd, &pokes, sizeof pokes) < 0 && errno != EAGAIN)
        lane->is_broken = true;
    if (lane->has_output) {
        int flush = PQflush(lane->connection);
        lane->has_output = flush > 0;
        lane->is_broken = lane->is_broken || flush < 0;
    }
    return fds[0].revents & (POLLIN | POLLERR | POLLHUP);
}

/* Until the reader's own answer is whole or lost. Returns a connection to close, or NULL. */
static PGconn *lane_read(struct db_lane *lane, const struct ticket *own)
{
    uint64_t patience_ns = (uint64_t)db_patience_ms(lane->db->config) * NS_PER_MS;
    uint64_t quiet_since_ns = monotonic_ns();
    lane_drain(lane);
    while (own->state == TICKET_READER && !lane->is_broken) {
        if (lane_wait(lane)) {
            quiet_since_ns = monotonic_ns();
            PQconsumeInput(
                lane->connection); /* a failure shows in PQstatus, after what came before it */
        } else if (db_is_silent(lane->db) || monotonic_ns() - quiet_since_ns > patience_ns) {
            lane->is_broken = true;
        }
        lane_drain(lane);
    }
    if (lane->is_broken)
        return lane_give_up(lane);
    if (lane->first) {
        lane->first->state = TICKET_READER;
        sem_post(&lane->first->wake);
    }
    return NULL;
}

static void ticket_wait(struct ticket *ticket)
{
    while (sem_wait(&ticket->wake) != 0) {
        /* a signal: wait on */
    }
}

enum db_outcome db_lane_exchange(struct db_lane *lane,
                                 const struct db_batch *batch,
                                 uint64_t until_ns,
                                 struct db_answer *answer)
{
    struct ticket ticket = {.batch = batch, .answer = answer};
    PGconn *dead = NULL;
    pthread_mutex_lock(&lane->lock);
    if (!lane_is_connected(lane, until_ns)) {
        pthread_mutex_unlock(&lane->lock);
        return DB_NONE;
    }
    sem_init(&ticket.wake, 0, 0);
    atomic_fetch_add_explicit(&lane->in_flight, 1, memory_order_relaxed);
    lane_push(lane, &ticket);
    lane_send(lane, batch, answer);
    bool is_reader = ticket.state == TICKET_READER;
    if (!is_reader) {
        pthread_mutex_unlock(&lane->lock);
        ticket_wait(&ticket);
        is_reader = ticket.state == TICKET_READER;
        if (is_reader)
            pthread_mutex_lock(&lane->lock);
    }
    if (is_reader) {
        dead = lane_read(lane, &ticket);
        pthread_mutex_unlock(&lane->lock);
    }
    atomic_fetch_sub_explicit(&lane->in_flight, 1, memory_order_relaxed);
    sem_destroy(&ticket.wake);
    db_connection_abandon(dead);
    return ticket.state == TICKET_DONE ? DB_ANSWERED : DB_LOST;
}
