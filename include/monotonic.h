/* SPDX-License-Identifier: MIT
 *
 * Time that only goes forward: for durations and deadlines, never for a moment that is stored or
 * shown. */
#pragma once

#include <stdint.h>
#include <time.h>

enum { NS_PER_MS = 1000000, NS_PER_S = 1000000000 };

static inline uint64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* These for pthread_cond_timedwait on a condition that uses CLOCK_MONOTONIC. */
static inline struct timespec monotonic_moment(uint64_t until_ns)
{
    return (struct timespec){.tv_sec = (time_t)(until_ns / NS_PER_S),
                             .tv_nsec = (long)(until_ns % NS_PER_S)};
}

static inline struct timespec monotonic_deadline(long wait_ms)
{
    return monotonic_moment(monotonic_ns() + (uint64_t)wait_ms * NS_PER_MS);
}
