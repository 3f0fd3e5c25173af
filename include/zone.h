/* SPDX-License-Identifier: MIT
 *
 * Zone data is checked at start against known instants: in 2026 British Columbia, Alberta, the
 * Northwest Territories and Manitoba stopped changing their clocks, and data older than tzdata
 * 2026e is one hour wrong for them. libc and PostgreSQL read their own copies, so both are asked,
 * by the same list. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define ZONE_PACKAGE "tzdata 2026e or newer"
/* The instant of the whole list: winter, after every change of 2026. */
#define ZONE_INSTANT "2026-12-15T12:00:00Z"

struct zone_fact {
    const char *zone;
    const char *local; /* "HH:MM" at ZONE_INSTANT */
};
extern const struct zone_fact zone_facts[];
extern const size_t zone_facts_count;

/* libc's side. Changes TZ for a moment, so only before threads start. The first zone that is wrong,
 * or NULL when all is well. */
const char *zone_check(void);
