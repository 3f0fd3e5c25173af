/* SPDX-License-Identifier: MIT
 *
 * The shape of the tables that openapi/compile.py writes: what one operation accepts. All of it is
 * static const. Schemas are trees (no recursion), every object is closed, every string and array is
 * bounded. */
#pragma once

#include "contract.h"
#include "format.h"
#include "problem.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum contract_kind {
    CONTRACT_STRING = 1,
    CONTRACT_INTEGER,
    CONTRACT_NUMBER,
    CONTRACT_BOOLEAN,
    CONTRACT_ARRAY,
    CONTRACT_OBJECT
};

/* A regular expression as a complete deterministic automaton. Symbols: the 128 ASCII characters
 * and, as 128, any other. State 0 rejects for good, state 1 is the start. */
struct contract_pattern {
    const uint8_t *classes; /* [129] symbol -> class */
    const uint8_t *next;    /* [state * class_count + class] -> state */
    const uint8_t *accepts; /* [state] 1 when the text may end here */
    size_t class_count;
};

struct contract_member;
struct contract_value {
    enum contract_kind kind;
    bool is_nullable;
    bool is_unique;      /* arrays: no item twice */
    bool is_multi_line;  /* strings: line breaks and tabs are allowed */
    bool is_government;  /* strings: adds <name>_is_government */
    bool is_digest_only; /* strings: SQL gets <name>_digest in place of the text */
    bool is_keyed;       /* strings: adds <name>_key, the same for two that look the same */
    bool is_only;        /* booleans: nothing but `only` is allowed */
    bool only;
    enum format format;
    int64_t minimum, maximum; /* of an integer; of the length of a string, array or object */
    double least_number, most_number; /* of a number */
    const char *const *allowed;       /* strings: NULL-terminated, NULL = any */
    const struct contract_pattern *pattern;
    enum fault_id pattern_fault; /* what is wrong with a text that does not match */
    const struct contract_value *items;
    const struct contract_member *members; /* sorted by name */
    size_t members_count;
    const char *sealed; /* label, NULL = not sealed */
    const char *digest; /* label, NULL = no digest */
};

struct contract_member {
    const char *name;
    bool is_required;
    const struct contract_value *value;
    const char *digest_name;     /* "<name>_digest" when value->digest */
    const char *key_name;        /* "<name>_key" when value->is_keyed */
    const char *government_name; /* "<name>_is_government" when value->is_government */
};

struct contract_parameter {
    const char *name;
    bool is_required;
    const struct contract_value *value; /* a scalar or an array of scalars */
    const char *fallback;               /* default, as it would stand in the query; NULL = none */
    int64_t coerced; /* integers: greater ones are taken as this; 0 = not coerced */
};

struct contract {
    const struct contract_parameter *parameters; /* sorted by name */
    size_t parameters_count;
    const struct contract_value *body; /* NULL = no body is accepted */
    bool is_body_required;
    bool is_patch; /* application/merge-patch+json is accepted besides application/json */
};

/* contract_check() for a contract that is not the route's: tests. */
bool contract_check_against(struct request *rq, const struct contract *contract)
    __attribute__((warn_unused_result));
/* contract_query.c: fills rq->query and rq->query_sql; may set BAD_PARAMETER, INTERNAL. */
bool contract_query_check(struct request *rq, const struct contract *contract)
    __attribute__((warn_unused_result));
/* contract_value.c: collects every fault of a body as VALIDATION_FAILED; may set INTERNAL. */
void contract_value_check(struct request *rq, const struct contract_value *value, json_t *json);
/* FAULT_NONE when a string fits: characters, lengths, allowed values, pattern, format. */
enum fault_id
contract_string_fault(const struct contract_value *value, const char *text, size_t length);
