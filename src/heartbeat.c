/* SPDX-License-Identifier: MIT */
#include "heartbeat.h"

#include "monotonic.h"

#include <stdatomic.h>
#include <stdint.h>

enum { WELL_S = 60 };

static const char *const names[HEARTBEATS] = {
    [HEARTBEAT_INSTANTS] = "instants",
    [HEARTBEAT_CLOCK] = "clock",
    [HEARTBEAT_KEYS] = "keys",
    [HEARTBEAT_LEASES] = "leases",
    [HEARTBEAT_AUDIT] = "audit",
    [HEARTBEAT_OFFERS] = "offers",
    [HEARTBEAT_LISTS] = "lists",
    [HEARTBEAT_FAULTS] = "faults",
    [HEARTBEAT_MAIL] = "mail",
    [HEARTBEAT_ALARMS] = "alarms",
    [HEARTBEAT_COMPARISONS] = "comparisons",
    [HEARTBEAT_PLACES] = "places",
    [HEARTBEAT_LINKS] = "links",
    [HEARTBEAT_ANSWERS] = "answers",
    [HEARTBEAT_NAMES] = "names",
};
static _Atomic uint64_t beats_ns[HEARTBEATS]; /* 0 = is not done here */
static atomic_ulong set_aside;

void heartbeat_start(bool is_mailing)
{
    for (int job = 0; job < HEARTBEATS; job++) {
        if (job != HEARTBEAT_MAIL || is_mailing)
            heartbeat_beat((enum heartbeat)job);
    }
}

void heartbeat_beat(enum heartbeat job)
{
    atomic_store_explicit(&beats_ns[job], monotonic_ns(), memory_order_relaxed);
}

void heartbeat_set_aside(unsigned long rows)
{
    atomic_store_explicit(&set_aside, rows, memory_order_relaxed);
}

bool heartbeat_is_well(void)
{
    uint64_t newest = 0;
    for (int job = 0; job < HEARTBEAT_MAIL; job++) {
        uint64_t beat = atomic_load_explicit(&beats_ns[job], memory_order_relaxed);
        newest = beat > newest ? beat : newest;
    }
    return newest == 0 || monotonic_ns() < newest + (uint64_t)WELL_S * NS_PER_S;
}

static void age_print(FILE *out, int job)
{
    uint64_t beat = atomic_load_explicit(&beats_ns[job], memory_order_relaxed);
    uint64_t now = monotonic_ns();
    if (beat > 0)
        fprintf(out, "worker_job_age_seconds{job=\"%s\"} %.3f\n", names[job],
                now > beat ? (double)(now - beat) / NS_PER_S : 0.0);
}

void heartbeat_print(FILE *out)
{
    if (atomic_load(&beats_ns[HEARTBEAT_KEYS]) == 0)
        return;
    fputs("# HELP worker_job_age_seconds Since the job last ended well.\n"
          "# TYPE worker_job_age_seconds gauge\n",
          out);
    for (int job = 0; job < HEARTBEATS; job++)
        age_print(out, job);
    fputs("# HELP worker_rows_set_aside Rows that jobs cannot handle: table job_faults.\n"
          "# TYPE worker_rows_set_aside gauge\n",
          out);
    fprintf(out, "worker_rows_set_aside %lu\n", atomic_load(&set_aside));
}
