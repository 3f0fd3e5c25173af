/* SPDX-License-Identifier: MIT
 *
 * Stop 5 and 6: the query and the body against the contract that openapi/compile.py made of the
 * OpenAPI document. All faults of a request are collected; unknown names are refused. Truths
 * (exists, state allows it) are SQL's. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct request;
struct contract; /* one operation's parameters and body; generated, static const */

/* NULL when the contract has no such operation. Borrowed, static. */
const struct contract *contract_find(const char *operation);
/* Fills rq->query, rq->body, rq->query_sql, rq->body_sql, rq->keys_sql, and (lists)
 * decodes the cursor. May set BAD_PARAMETER, BAD_REQUEST, BAD_JSON, UNSUPPORTED_MEDIA_TYPE,
 * VALIDATION_FAILED, INTERNAL. */
bool contract_check(struct request *rq) __attribute__((warn_unused_result));

/* Every operation of the contract, sorted by name: for the drift test and `alongside routes`. */
struct contract_operation {
    const char *operation;
    const char *method; /* "GET" */
    const char *path;
    unsigned roles; /* x-roles, as enum role */
    const struct contract *contract;
};
extern const struct contract_operation contract_operations[];
extern const size_t contract_operations_count;
/* The bundled document, served at /v1/openapi.json with public_url in place of contract_server,
 * which stands in it once. */
extern const char contract_document[];
extern const size_t contract_document_bytes;
extern const char contract_server[];
