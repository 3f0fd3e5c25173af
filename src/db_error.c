/* SPDX-License-Identifier: MIT */
#include "db_error.h"

#include "request.h"

#include <stdio.h>
#include <string.h>

static bool is_state(const char *sqlstate, const char *wanted)
{
    return sqlstate && strcmp(sqlstate, wanted) == 0;
}

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool db_error_is_retryable(const char *sqlstate)
{
    return is_state(sqlstate, "40001") || is_state(sqlstate, "40P01");
}

bool db_error_is_stale(const char *sqlstate)
{
    /* 26000: no such prepared statement; 0A000: its result type has changed; 25006: this is no
     * longer the primary; XX000: an upgrade replaced a function while the statement was being
     * prepared, which PostgreSQL does not notice. */
    return is_state(sqlstate, "26000") || is_state(sqlstate, "0A000") ||
           is_state(sqlstate, "25006") || is_state(sqlstate, "XX000");
}

bool db_error_is_replay(const struct db_failure *failure)
{
    return is_state(failure->sqlstate, "AP000") && failure->message &&
           strcmp(failure->message, "idempotency-replay") == 0;
}

/* One member of SQL's errors[]: {"pointer": "#/field", "code": "does-not-exist"}. */
static void add_fault(struct request *rq, enum problem_id id, const json_t *error)
{
    static const char *const places[] = {"pointer", "parameter", "header"};
    const char *code = json_string_value(json_object_get(error, "code"));
    enum fault_id fault = code ? fault_from_code(code) : FAULT_NONE;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *where = json_string_value(json_object_get(error, places[i]));
        if (where) {
            fail_fault(rq, id, places[i], where, fault != FAULT_NONE ? fault : FAULT_INVALID);
            return;
        }
    }
}

/* The client is told that a token is needed; why theirs is none is for the log. */
static bool fail_outside(struct request *rq, json_t *extra)
{
    const char *reason = json_string_value(json_object_get(extra, "reason"));
    rq->refusal = reason ? rq_strndup(rq, reason, strlen(reason)) : NULL;
    json_decref(extra);
    return fail(rq, PROBLEM_UNAUTHENTICATED);
}

/* raise exception using errcode = 'AP000', message = <slug>, detail = <extension members>. */
static bool fail_by_slug(struct request *rq, const struct db_failure *failure)
{
    enum problem_id id = failure->message ? problem_from_slug(failure->message) : PROBLEM_NONE;
    if (id == PROBLEM_NONE)
        return fail(rq, PROBLEM_INTERNAL);
    json_t *extra = NULL;
    if (failure->detail && *failure->detail) {
        extra = json_loads(failure->detail, JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(extra)) {
            json_decref(extra);
            return fail(rq, PROBLEM_INTERNAL);
        }
    }
    if (id == PROBLEM_UNAUTHENTICATED)
        return fail_outside(rq, extra);
    const char *reason = json_string_value(json_object_get(extra, "reason"));
    if (reason && !reason_is_known(reason)) {
        json_decref(extra);
        return fail(rq, PROBLEM_INTERNAL);
    }
    json_t *errors = json_incref(json_object_get(extra, "errors"));
    json_object_del(extra, "errors");
    if (json_object_size(extra) == 0) {
        json_decref(extra);
        extra = NULL;
    }
    if (extra)
        fail_with(rq, id, extra);
    else
        fail(rq, id);
    size_t i;
    json_t *error;
    json_array_foreach(errors, i, error) add_fault(rq, id, error);
    json_decref(errors);
    return false;
}

/* The field named by a constraint `table__field__rule`; other names give no errors[]. */
static bool fail_by_constraint(struct request *rq,
                               enum problem_id id,
                               const char *constraint,
                               enum fault_id fault)
{
    const char *field = constraint ? strstr(constraint, "__") : NULL;
    const char *rule = field ? strstr(field + 2, "__") : NULL;
    if (!rule || rule == field + 2)
        return fail(rq, id);
    char pointer[80];
    snprintf(pointer, sizeof pointer, "#/%.*s", (int)(rule - field - 2), field + 2);
    return fail_fault(rq, id, "pointer", pointer, fault);
}

/* The first row that fits; fault FAULT_NONE: the constraint's name says nothing a client could use.
 */
static const struct {
    const char *prefix;
    enum problem_id id;
    enum fault_id fault;
} meanings[] = {
    {"23505", PROBLEM_CONFLICT, FAULT_TAKEN},
    {"23P01", PROBLEM_CONFLICT, FAULT_TAKEN},
    {"23503", PROBLEM_CONFLICT, FAULT_DOES_NOT_EXIST},
    {"23514", PROBLEM_VALIDATION_FAILED, FAULT_INVALID},
    {"23502", PROBLEM_VALIDATION_FAILED, FAULT_NONE},
    {"22", PROBLEM_VALIDATION_FAILED, FAULT_NONE},
    {"57014", PROBLEM_TIMEOUT, FAULT_NONE},
    {"42501", PROBLEM_FORBIDDEN, FAULT_NONE},
    /* Busy, restarting, failing over: the same request may go well in a moment. */
    {"08", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"0A000", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"25006", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"25P", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"26000", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"40001", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"40P01", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"53", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"55P03", PROBLEM_UNAVAILABLE, FAULT_NONE},
    {"57P", PROBLEM_UNAVAILABLE, FAULT_NONE},
};

/* No constraint of ours: the month of the row was made at this moment. */
static bool met_a_month(const struct db_failure *failure)
{
    return is_state(failure->sqlstate, "23514") && (!failure->constraint || !*failure->constraint);
}

bool db_error_fail(struct request *rq, const struct db_failure *failure)
{
    const char *state = failure->sqlstate;
    if (!state || met_a_month(failure))
        return fail(rq, PROBLEM_UNAVAILABLE);
    if (is_state(state, "AP000"))
        return fail_by_slug(rq, failure);
    if (failure->is_claim && is_state(state, "55P03"))
        return fail(rq, PROBLEM_IDEMPOTENCY_IN_PROGRESS);
    /* Every statement was prepared at start: since then the database has become another's. */
    if (failure->is_new && has_prefix(state, "42") && !is_state(state, "42501"))
        return fail(rq, PROBLEM_UNAVAILABLE);
    /* A grant that is missing is no answer to whoever asks; a policy that refuses is. */
    if (is_state(state, "42501") && failure->routine &&
        strcmp(failure->routine, "aclcheck_error") == 0)
        return fail(rq, PROBLEM_INTERNAL);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (!has_prefix(state, meanings[i].prefix))
            continue;
        return meanings[i].fault == FAULT_NONE
                   ? fail(rq, meanings[i].id)
                   : fail_by_constraint(rq, meanings[i].id, failure->constraint, meanings[i].fault);
    }
    return fail(rq, PROBLEM_INTERNAL);
}
