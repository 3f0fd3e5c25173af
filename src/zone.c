/* SPDX-License-Identifier: MIT */
#include "zone.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct zone_fact zone_facts[] = {
    {"America/Vancouver", "05:00"}, {"America/Edmonton", "06:00"}, {"America/Yellowknife", "06:00"},
    {"America/Winnipeg", "07:00"},  {"America/Toronto", "07:00"},  {"America/Regina", "06:00"},
    {"America/Halifax", "08:00"},   {"America/St_Johns", "08:30"},
};
const size_t zone_facts_count = sizeof zone_facts / sizeof *zone_facts;

/* ZONE_INSTANT. */
enum { INSTANT_S = 1797336000 };

static bool zone_is_right(const struct zone_fact *fact)
{
    time_t instant = INSTANT_S;
    struct tm local;
    char text[8];
    if (setenv("TZ", fact->zone, 1) != 0)
        return false;
    tzset();
    return localtime_r(&instant, &local) && strftime(text, sizeof text, "%H:%M", &local) > 0 &&
           strcmp(text, fact->local) == 0;
}

const char *zone_check(void)
{
    const char *now = getenv("TZ");
    char *saved = now ? strdup(now) : NULL;
    const char *wrong = now && !saved ? "TZ" : NULL;
    for (size_t i = 0; i < zone_facts_count && !wrong; i++) {
        if (!zone_is_right(&zone_facts[i]))
            wrong = zone_facts[i].zone;
    }
    if (saved)
        setenv("TZ", saved, 1);
    else
        unsetenv("TZ");
    tzset();
    free(saved);
    return wrong;
}
