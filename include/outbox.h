/* SPDX-License-Identifier: MIT
 *
 * Mail that is due, one message at a time: SQL decides, immediately before each, whether it may
 * still be sent and to whom (outbox_take), and what follows from the outcome (outbox_done). Plain
 * text lives in memory only while it is sent. At least once: a result the database could not take
 * is kept and told first thing next time. A server that is away costs no message an attempt. Used
 * by one thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct config;
struct db_session;
struct seal;

struct outbox {
    const struct config *config;
    const struct seal *seal;
    const atomic_bool *is_stopping;
    /* The delivery whose result is not recorded yet; id "" = none. */
    char id[64];
    const char *outcome;
    char code[8];
    uint64_t away_until_ns; /* no mail server answered: until the next attempt, of any message */
};

/* Sends until nothing is due, `limit_ms` have passed (the message under way is finished), no mail
 * server answers or is_stopping. False when the database did not do its part; the session may be
 * lost. */
bool outbox_round(struct outbox *outbox, struct db_session *session, unsigned limit_ms)
    __attribute__((warn_unused_result));
/* No mail server answered a moment ago. */
bool outbox_is_away(const struct outbox *outbox);
