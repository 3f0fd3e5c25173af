/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include "config.h"
#include "db.h"
#include "log.h"
#include "metrics.h"
#include "monotonic.h"
#include "seal.h"
#include "smtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of outbox_take. */
enum { COLUMN_ID, COLUMN_TO, COLUMN_SUBJECT, COLUMN_BODY, COLUMN_LANGUAGE };
enum { AWAY_PAUSE_MS = 5000, STATEMENT_LIMIT_MS = 5000 };

static uint64_t after_ms(unsigned ms)
{
    return monotonic_ns() + (uint64_t)ms * NS_PER_MS;
}

bool outbox_is_away(const struct outbox *outbox)
{
    return monotonic_ns() < outbox->away_until_ns;
}

static void text_wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static const char *outcome_name(enum smtp_outcome outcome)
{
    switch (outcome) {
    case SMTP_SENT:
        return "sent";
    case SMTP_REFUSED:
        return "failed";
    case SMTP_AWAY:
        return "away";
    case SMTP_LATER:
    default:
        return "retry";
    }
}

/* What cannot be opened or is incomplete is tried again: a missing key is the installation's fault,
 * and SQL ends it. */
static enum smtp_outcome
row_send(const struct outbox *outbox, const struct db_rows *rows, int *ret_code)
{
    const char *to_mark = db_rows_get(rows, 0, COLUMN_TO),
               *body_text = db_rows_get(rows, 0, COLUMN_BODY);
    const char *subject = db_rows_get(rows, 0, COLUMN_SUBJECT);
    char *to = to_mark ? seal_open_mark(outbox->seal, to_mark) : NULL;
    char *body = to && body_text ? seal_open_text(outbox->seal, body_text) : NULL;
    enum smtp_outcome outcome = SMTP_LATER;
    *ret_code = 0;
    if (body && subject) {
        struct smtp_mail mail = {outbox->id, to, subject, body,
                                 db_rows_get(rows, 0, COLUMN_LANGUAGE)};
        outcome = smtp_send(outbox->config, &mail, outbox->is_stopping, ret_code);
    } else {
        log_event(LOG_LEVEL_ERROR, "mail cannot be opened", "id", outbox->id, NULL);
    }
    text_wipe(to);
    text_wipe(body);
    return outcome;
}

/* Tells the database the result that is pending, if there is one. */
static bool result_record(struct outbox *outbox, struct db_session *session)
{
    if (!outbox->id[0])
        return true;
    const char *params[] = {outbox->id, outbox->outcome, outbox->code[0] ? outbox->code : NULL};
    struct db_rows *rows = db_session_run(session, "outbox_done", STATEMENT_LIMIT_MS, 3, params);
    if (!rows)
        return false;
    db_rows_free(rows);
    outbox->id[0] = '\0';
    return true;
}

static void result_set(struct outbox *outbox, enum smtp_outcome outcome, int code)
{
    outbox->outcome = outcome_name(outcome);
    outbox->code[0] = '\0';
    if (code >= 200 && code <= 599)
        snprintf(outbox->code, sizeof outbox->code, "%d", code);
    metrics_delivery(outbox->outcome);
    log_event(outcome == SMTP_SENT ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "mail", "id", outbox->id,
              "outcome", outbox->outcome, "code", outbox->code, NULL);
}

/* *ret_is_over: nothing is due. */
static bool message_send(struct outbox *outbox, struct db_session *session, bool *ret_is_over)
{
    static const char *const one[] = {"1"};
    struct db_rows *rows = db_session_run(session, "outbox_take", STATEMENT_LIMIT_MS, 1, one);
    if (!rows)
        return false;
    const char *id = db_rows_count(rows) > 0 ? db_rows_get(rows, 0, COLUMN_ID) : NULL;
    *ret_is_over = !id || strlen(id) >= sizeof outbox->id;
    if (!*ret_is_over) {
        int code = 0;
        memcpy(outbox->id, id, strlen(id) + 1);
        enum smtp_outcome outcome = row_send(outbox, rows, &code);
        if (outcome == SMTP_AWAY)
            outbox->away_until_ns = after_ms(AWAY_PAUSE_MS);
        result_set(outbox, outcome, code);
    }
    db_rows_free(rows);
    return result_record(outbox, session);
}

bool outbox_round(struct outbox *outbox, struct db_session *session, unsigned limit_ms)
{
    uint64_t end = after_ms(limit_ms);
    bool is_over = false;
    if (!result_record(outbox, session))
        return false;
    while (!is_over && monotonic_ns() < end && !outbox_is_away(outbox) &&
           !atomic_load(outbox->is_stopping)) {
        if (!message_send(outbox, session, &is_over))
            return false;
    }
    return true;
}
