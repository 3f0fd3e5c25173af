/* SPDX-License-Identifier: MIT */
#include "keyring.h"

#include "fetch.h"
#include "jwks.h"
#include "log.h"
#include "monotonic.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEYS_MAX_BYTES = 256 * 1024, FETCH_TIMEOUT_MS = 5000 };

/* generation > 0 exactly when `keys` is not NULL. */
struct keyring {
    struct keyring_plan plan;
    struct jwks *base; /* never changes */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t wake;
    struct jwks *keys; /* base and fetched */
    atomic_uint_fast64_t generation;
    char *text; /* last document that was taken, to notice changes */
    size_t text_bytes;
    bool is_asked;
    bool is_stopping;
};

static int64_t now_s(void)
{
    return (int64_t)(monotonic_ns() / NS_PER_S);
}

/* Takes over keys. Under the lock. */
static void keys_replace(struct keyring *ring, struct jwks *keys)
{
    jwks_unref(ring->keys);
    ring->keys = keys;
    atomic_fetch_add(&ring->generation, 1);
}

/* Takes over text when it answers true. */
static bool document_take(struct keyring *ring, char *text, size_t bytes)
{
    if (ring->text && ring->text_bytes == bytes && memcmp(ring->text, text, bytes) == 0) {
        free(text);
        return true;
    }
    size_t skipped = 0;
    struct jwks *fetched = jwks_parse(text, bytes, &skipped);
    struct jwks *keys = fetched ? jwks_merge(ring->base, fetched) : NULL;
    jwks_unref(fetched);
    if (!keys)
        return false;
    char count[24], unusable[24];
    snprintf(count, sizeof count, "%zu", jwks_count(keys));
    snprintf(unusable, sizeof unusable, "%zu", skipped);
    pthread_mutex_lock(&ring->lock);
    keys_replace(ring, keys);
    pthread_mutex_unlock(&ring->lock);
    free(ring->text);
    ring->text = text;
    ring->text_bytes = bytes;
    log_event(LOG_LEVEL_INFO, "token keys changed", "keys", count, "unusable", unusable, NULL);
    return true;
}

static bool keys_fetch(struct keyring *ring)
{
    struct fetched fetched = {0};
    const char *reason = "unreachable";
    if (fetch_url(ring->plan.url, KEYS_MAX_BYTES, FETCH_TIMEOUT_MS, &fetched)) {
        reason = fetched.status == 200 ? "unusable" : "status";
        if (fetched.status == 200 && document_take(ring, fetched.body, fetched.bytes))
            return true;
        free(fetched.body);
    }
    char code[24];
    snprintf(code, sizeof code, "%ld", fetched.status);
    log_event(LOG_LEVEL_WARNING, "token keys not fetched", "reason", reason, "status", code, NULL);
    return false;
}

/* Seconds until the next fetch when nobody asks. Without any key the service is not ready, so it
 * looks again soon. */
static long pause_after(const struct keyring *ring, bool is_fetched, unsigned failures)
{
    const struct keyring_plan *plan = &ring->plan;
    if (is_fetched)
        return plan->refresh_s;
    if (!keyring_is_ready(ring) && failures < 5 && 1L << failures < plan->pause_s)
        return 1L << failures;
    return plan->refresh_s < plan->pause_s ? plan->refresh_s : plan->pause_s;
}

/* Under the lock, which is given back while waiting. */
static void wait_for_turn(struct keyring *ring, int64_t fetched_s, long pause_s)
{
    while (!ring->is_stopping) {
        long wait_s = ring->is_asked && ring->plan.pause_s < pause_s ? ring->plan.pause_s : pause_s;
        if (now_s() >= fetched_s + wait_s)
            return;
        struct timespec until = {.tv_sec = (time_t)(fetched_s + wait_s)};
        pthread_cond_timedwait(&ring->wake, &ring->lock, &until);
    }
}

static void *keys_keep(void *context)
{
    struct keyring *ring = context;
    unsigned failures = 0;
    pthread_mutex_lock(&ring->lock);
    while (!ring->is_stopping) {
        ring->is_asked = false;
        pthread_mutex_unlock(&ring->lock);
        bool is_fetched = keys_fetch(ring);
        long pause_s = pause_after(ring, is_fetched, failures);
        failures = is_fetched ? 0 : failures + 1;
        pthread_mutex_lock(&ring->lock);
        wait_for_turn(ring, now_s(), pause_s);
    }
    pthread_mutex_unlock(&ring->lock);
    return NULL;
}

/* Signals are for the main thread. */
static bool thread_start(struct keyring *ring)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ring->has_thread = pthread_create(&ring->thread, NULL, keys_keep, ring) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ring->has_thread;
}

struct keyring *keyring_create(struct jwks *base, const struct keyring_plan *plan)
{
    struct keyring *ring = calloc(1, sizeof *ring);
    if (!ring)
        return NULL;
    ring->plan = *plan;
    ring->base = jwks_ref(base);
    ring->keys = jwks_ref(base);
    atomic_init(&ring->generation, base ? 1 : 0);
    pthread_mutex_init(&ring->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&ring->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!plan->url[0] || thread_start(ring))
        return ring;
    keyring_destroy(ring);
    return NULL;
}

void keyring_destroy(struct keyring *ring)
{
    if (!ring)
        return;
    pthread_mutex_lock(&ring->lock);
    ring->is_stopping = true;
    pthread_cond_signal(&ring->wake);
    pthread_mutex_unlock(&ring->lock);
    if (ring->has_thread)
        pthread_join(ring->thread, NULL);
    pthread_cond_destroy(&ring->wake);
    pthread_mutex_destroy(&ring->lock);
    jwks_unref(ring->keys);
    jwks_unref(ring->base);
    free(ring->text);
    free(ring);
}

struct jwks *keyring_get(struct keyring *ring, uint64_t *ret_generation)
{
    pthread_mutex_lock(&ring->lock);
    struct jwks *keys = jwks_ref(ring->keys);
    *ret_generation = atomic_load(&ring->generation);
    pthread_mutex_unlock(&ring->lock);
    return keys;
}

uint64_t keyring_generation(const struct keyring *ring)
{
    return atomic_load_explicit(&ring->generation, memory_order_acquire);
}

bool keyring_is_ready(const struct keyring *ring)
{
    return keyring_generation(ring) > 0;
}

void keyring_ask(struct keyring *ring)
{
    if (!ring->has_thread)
        return;
    pthread_mutex_lock(&ring->lock);
    ring->is_asked = true;
    pthread_cond_signal(&ring->wake);
    pthread_mutex_unlock(&ring->lock);
}
