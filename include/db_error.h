/* SPDX-License-Identifier: MIT
 *
 * SQLSTATE -> problem. Pure: no connection, no log. Of PostgreSQL's texts only those of our own
 * SQLSTATE AP000 are read (message = slug, detail = extension members); all others may hold a
 * person's data and go nowhere. */
#pragma once

#include <stdbool.h>

struct request;

struct db_failure {
    const char *sqlstate; /* NULL = the connection was lost */
    const char *message;  /* the others: NULL when PostgreSQL gave none */
    const char *detail;
    const char *constraint; /* table__field__rule */
    const char *routine;    /* of PostgreSQL's source */
    bool is_claim;          /* it happened while claiming the idempotency key */
    bool is_new;            /* of statements that the connection had not seen before */
};

/* Sets rq's problem; always returns false. Constraint names and AP000 details become errors[] and
 * extension members. */
bool db_error_fail(struct request *rq, const struct db_failure *failure);
/* Serialization failure or deadlock: the same transaction may be tried again. */
bool db_error_is_retryable(const char *sqlstate);
/* The connection is at fault, and nothing was done: prepared statements gone or outdated, or no
 * longer the primary. */
bool db_error_is_stale(const char *sqlstate);
/* AP000 idempotency-replay: the first answer with this key is to be fetched. */
bool db_error_is_replay(const struct db_failure *failure);
