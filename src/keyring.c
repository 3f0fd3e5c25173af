/* SPDX-License-Identifier: MIT */
#include "keyring.h"

#include "discovery.h"
#include "fetch.h"
#include "jwks.h"
#include "log.h"
#include "monotonic.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    KEYS_MAX_BYTES = 256 * 1024,
    FETCH_TIMEOUT_MS = 5000,
    FIRST_LIMIT_MS = 2 * FETCH_TIMEOUT_MS, /* discovery, then the keys */
    RETRY_MAX_S = 30,
    FAULT_MAX = 400,
    WAITING_MAX = 100 /* each holds a connection's thread */
};

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
    char *found_url;            /* what the issuer said; the thread's own */
    char fault[FAULT_MAX];      /* address and cause of the last fetch, "" = it went well */
    unsigned long begun, ended; /* fetches */
    unsigned waiting;
    pthread_cond_t news; /* a fetch has ended */
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
static bool keys_take(struct keyring *ring, char *text, size_t bytes)
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

static bool fetch_failed(struct keyring *ring, const char *url, const char *cause)
{
    pthread_mutex_lock(&ring->lock);
    snprintf(ring->fault, sizeof ring->fault, "%s: %s", url, cause);
    pthread_mutex_unlock(&ring->lock);
    log_event(LOG_LEVEL_WARNING, "token keys not fetched", "address", url, "cause", cause, NULL);
    return false;
}

/* Caller frees the body when it answers true. */
static bool document_fetch(struct keyring *ring, const char *url, struct fetched *ret_fetched)
{
    char cause[48];
    if (!fetch_url(url, ring->plan.ca_file, KEYS_MAX_BYTES, FETCH_TIMEOUT_MS, ret_fetched))
        return fetch_failed(ring, url, ret_fetched->cause);
    if (ret_fetched->status == 200)
        return true;
    snprintf(cause, sizeof cause, "answered with status %ld", ret_fetched->status);
    free(ret_fetched->body);
    return fetch_failed(ring, url, cause);
}

static bool address_find(struct keyring *ring)
{
    struct fetched fetched = {0};
    const char *cause = NULL;
    char *url = discovery_url(ring->plan.issuer);
    if (url && document_fetch(ring, url, &fetched)) {
        ring->found_url = discovery_read(fetched.body, fetched.bytes, ring->plan.issuer, &cause);
        free(fetched.body);
        if (!ring->found_url)
            fetch_failed(ring, url, cause);
    }
    free(url);
    return ring->found_url;
}

static bool keys_fetch(struct keyring *ring)
{
    struct fetched fetched = {0};
    bool is_told = *ring->plan.url;
    if (!is_told && !ring->found_url && !address_find(ring))
        return false;
    const char *url = is_told ? ring->plan.url : ring->found_url, *cause = NULL;
    bool is_fetched = document_fetch(ring, url, &fetched);
    if (is_fetched && keys_take(ring, fetched.body, fetched.bytes))
        return true;
    if (is_fetched) {
        char *elsewhere = discovery_read(fetched.body, fetched.bytes, NULL, &cause);
        fetch_failed(ring, url,
                     elsewhere ? "a discovery document, not keys: leave token_jwks_url out"
                               : "no usable key in it (RSA from 2048 bits, P-256, P-384, Ed25519)");
        free(elsewhere);
        free(fetched.body);
    }
    free(ring->found_url); /* they may have moved */
    ring->found_url = NULL;
    return false;
}

/* Seconds until the next fetch when nobody asks. Without any key the service is not ready, so it
 * looks again soon. */
static long pause_after(const struct keyring *ring, bool is_fetched, unsigned failures)
{
    long refresh_s = ring->plan.refresh_s;
    if (is_fetched)
        return refresh_s;
    long retry_s = !keyring_is_ready(ring) && failures < 5 ? 1L << failures : RETRY_MAX_S;
    return refresh_s < retry_s ? refresh_s : retry_s;
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
        ring->begun++;
        pthread_mutex_unlock(&ring->lock);
        bool is_fetched = keys_fetch(ring);
        long pause_s = pause_after(ring, is_fetched, failures);
        failures = is_fetched ? 0 : failures + 1;
        pthread_mutex_lock(&ring->lock);
        ring->ended++;
        if (is_fetched)
            ring->fault[0] = '\0';
        pthread_cond_broadcast(&ring->news);
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
    pthread_cond_init(&ring->news, &attributes);
    pthread_condattr_destroy(&attributes);
    if ((!plan->url[0] && !plan->issuer[0]) || thread_start(ring))
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
    pthread_cond_destroy(&ring->news);
    pthread_mutex_destroy(&ring->lock);
    jwks_unref(ring->keys);
    jwks_unref(ring->base);
    free(ring->text);
    free(ring->found_url);
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

/* Whether that many fetches have ended in time. Under the lock, which is given back while waiting.
 */
static bool wait_for_end(struct keyring *ring, unsigned long count, long limit_ms)
{
    uint64_t end_ns = monotonic_ns() + (uint64_t)limit_ms * (NS_PER_S / 1000);
    struct timespec until = {.tv_sec = (time_t)(end_ns / NS_PER_S),
                             .tv_nsec = (long)(end_ns % NS_PER_S)};
    while (ring->ended < count &&
           pthread_cond_timedwait(&ring->news, &ring->lock, &until) != ETIMEDOUT) {
        /* another fetch has ended, or nothing has */
    }
    return ring->ended >= count;
}

bool keyring_wait_first(struct keyring *ring, char *ret_fault, size_t size)
{
    if (!ring->has_thread)
        return true;
    pthread_mutex_lock(&ring->lock);
    bool is_ended = wait_for_end(ring, 1, FIRST_LIMIT_MS);
    bool is_good = is_ended && !ring->fault[0];
    snprintf(ret_fault, size, "%s", is_ended ? ring->fault : "no answer in time");
    pthread_mutex_unlock(&ring->lock);
    return is_good;
}

bool keyring_wait_fetch(struct keyring *ring, long limit_ms)
{
    if (!ring->has_thread)
        return true;
    pthread_mutex_lock(&ring->lock);
    bool is_ended = false;
    ring->is_asked = true;
    pthread_cond_signal(&ring->wake);
    if (ring->waiting < WAITING_MAX) {
        ring->waiting++;
        is_ended = wait_for_end(ring, ring->begun + 1, limit_ms);
        ring->waiting--;
    }
    pthread_mutex_unlock(&ring->lock);
    return is_ended;
}
