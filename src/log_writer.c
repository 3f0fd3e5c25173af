/* SPDX-License-Identifier: MIT */
#include "log_writer.h"

#include "monotonic.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ROOM_BYTES = 1048576, /* some five thousand lines: a reader may rest for a moment */
    GATHER_MS = 20,
    FINISH_S = 1
};

/* Two of them: one is filled while the other is written. */
struct room {
    char text[ROOM_BYTES];
    size_t used;
};

static struct {
    struct room rooms[2];
    struct room *filling;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    pthread_t thread;
    bool is_running, is_stopping;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};
static atomic_ullong dropped;

/* A pipe that is ready takes PIPE_BUF bytes at once. */
static void write_out(const char *text, size_t left)
{
    while (left > 0) {
        struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
        if (poll(&fd, 1, -1) < 0)
            continue;
        ssize_t count = write(STDOUT_FILENO, text, left < PIPE_BUF ? left : PIPE_BUF);
        if (count < 0 && errno != EINTR && errno != EAGAIN)
            return;
        text += count > 0 ? count : 0;
        left -= count > 0 ? (size_t)count : 0;
    }
}

static void dropped_say(unsigned long long *said)
{
    char line[160];
    unsigned long long count = atomic_load(&dropped);
    if (count == *said)
        return;
    int bytes = snprintf(line, sizeof line,
                         "{\"level\":\"warning\",\"msg\":\"log lines were dropped\","
                         "\"count\":\"%llu\"}\n",
                         count - *said);
    *said = count;
    write_out(line, (size_t)bytes);
}

/* False when it is to end and nothing is left. */
static bool room_take(struct room **ret_full)
{
    pthread_mutex_lock(&writer.lock);
    while (writer.filling->used == 0 && !writer.is_stopping)
        pthread_cond_wait(&writer.filled, &writer.lock);
    bool is_stopping = writer.is_stopping;
    pthread_mutex_unlock(&writer.lock);
    if (!is_stopping)
        nanosleep(&(struct timespec){.tv_nsec = (long)GATHER_MS * NS_PER_MS}, NULL);
    pthread_mutex_lock(&writer.lock);
    *ret_full = writer.filling;
    writer.filling = writer.filling == writer.rooms ? writer.rooms + 1 : writer.rooms;
    pthread_mutex_unlock(&writer.lock);
    return (*ret_full)->used > 0 || !is_stopping;
}

static void *writer_run(void *context)
{
    (void)context;
    unsigned long long said = 0;
    struct room *full;
    while (room_take(&full)) {
        write_out(full->text, full->used);
        full->used = 0;
        dropped_say(&said);
    }
    return NULL;
}

bool log_writer_start(void)
{
    sigset_t all, before;
    writer.filling = writer.rooms;
    writer.is_stopping = false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    writer.is_running = pthread_create(&writer.thread, NULL, writer_run, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return writer.is_running;
}

void log_writer_stop(void)
{
    if (!writer.is_running)
        return;
    pthread_mutex_lock(&writer.lock);
    writer.is_stopping = true;
    pthread_cond_signal(&writer.filled);
    pthread_mutex_unlock(&writer.lock);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += FINISH_S;
    /* A thread that still waits for a reader ends with the process. */
    if (pthread_timedjoin_np(writer.thread, NULL, &until) != 0)
        pthread_detach(writer.thread);
    writer.is_running = false;
}

void log_writer_put(const char *line, size_t bytes)
{
    if (!writer.is_running) {
        write_out(line, bytes);
        return;
    }
    pthread_mutex_lock(&writer.lock);
    struct room *room = writer.filling;
    bool has_room = room->used + bytes <= ROOM_BYTES;
    if (has_room) {
        memcpy(room->text + room->used, line, bytes);
        room->used += bytes;
    }
    bool is_first = has_room && room->used == bytes;
    pthread_mutex_unlock(&writer.lock);
    if (is_first)
        pthread_cond_signal(&writer.filled);
    if (!has_room)
        atomic_fetch_add(&dropped, 1);
}

unsigned long long log_writer_dropped(void)
{
    return atomic_load(&dropped);
}
