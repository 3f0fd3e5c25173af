/* SPDX-License-Identifier: MIT
 *
 * What the worker of this process has done lately, for /metrics and /readyz. Thread safe. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum heartbeat {
    HEARTBEAT_INSTANTS,
    HEARTBEAT_COMPARISONS,
    HEARTBEAT_ALARMS,
    HEARTBEAT_CLOCK,
    HEARTBEAT_KEYS,
    HEARTBEAT_LEASES,
    HEARTBEAT_AUDIT,
    HEARTBEAT_OFFERS,
    HEARTBEAT_ANSWERS,
    HEARTBEAT_LISTS,
    HEARTBEAT_PLACES,
    HEARTBEAT_NAMES,
    HEARTBEAT_LINKS,
    HEARTBEAT_FAULTS,
    HEARTBEAT_MAIL,
    HEARTBEATS
};

/* From now on this process has a worker; what it has never done counts from here. */
void heartbeat_start(bool is_mailing);
/* The job has ended well. */
void heartbeat_beat(enum heartbeat job);
void heartbeat_set_aside(unsigned long rows);
/* False when there is a worker and nothing it does with the database has ended well for a minute. A
 * mail server that is away, or one job that fails, is no reason to turn requests away. */
bool heartbeat_is_well(void);
/* worker_job_age_seconds{job}, worker_rows_set_aside; nothing when there is no worker. */
void heartbeat_print(FILE *out);
