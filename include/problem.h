/* SPDX-License-Identifier: MIT
 *
 * What went wrong with a request: one row of problems.def plus what is particular to this
 * occurrence. The first problem set on a request wins; every function that can fail returns false
 * and has set one. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct request;

enum problem_id {
    PROBLEM_NONE = 0,
#define PROBLEM(id, status, slug, en, fr) PROBLEM_##id,
#include "problems.def"
#undef PROBLEM
    PROBLEM_COUNT
};

enum fault_id {
    FAULT_NONE = 0,
#define FAULT(id, code, en, fr) FAULT_##id,
#include "faults.def"
#undef FAULT
    FAULT_COUNT
};

struct problem_kind {
    int status;
    const char *slug;
    const char *title_en;
    const char *title_fr;
};

struct problem {
    enum problem_id id;
    /* Array of {pointer|parameter|header, code}; owned by the request, NULL if none. */
    json_t *errors;
    /* Extension members as given by SQL's problem(), e.g. {"reason":"full"}; owned. */
    json_t *extra;
};

/* Borrowed, static. id must be valid. */
const struct problem_kind *problem_kind(enum problem_id id);
/* PROBLEM_NONE when no row has this slug. */
enum problem_id problem_from_slug(const char *slug);
enum fault_id fault_from_code(const char *code);
const char *fault_code(enum fault_id id);
/* Whether reasons.def has a row of this code. */
bool reason_is_known(const char *code);

/* Sets the request's problem unless one is set. Always returns false, so that callers can `return
 * fail(...)`. */
bool fail(struct request *rq, enum problem_id id);
/* As fail(), with extension members; takes the reference of `extra` in every case. */
bool fail_with(struct request *rq, enum problem_id id, json_t *extra);
/* Collects one fault: `in` is "pointer" (value "#/a/0/b"), "parameter" or "header" (value a name).
 * Sets `id` as the request's problem if none is set yet; at most 50 faults are kept. Always returns
 * false. */
bool fail_fault(
    struct request *rq, enum problem_id id, const char *in, const char *where, enum fault_id fault);
/* The problem document, in the request's language (English with a `localized` member when none was
 * asked for), with `instance` urn:uuid:<request id>, `detail` of a `reason` from reasons.def,
 * `errors[].detail` from faults.def, the extension members, and `help` (whom to call) for peers and
 * for callers whose role is not known. Owned by the request's arena; never NULL (app->fallback when
 * memory is exhausted). */
const char *problem_render(struct request *rq);
/* The document that is sent when there is no memory to say more: help is the JSON text of its
 * `help`, which every other problem takes from it. Caller frees; NULL when help is no JSON. */
char *problem_fallback_make(const char *help);
