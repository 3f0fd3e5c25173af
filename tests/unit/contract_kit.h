/* SPDX-License-Identifier: MIT
 *
 * For the tests of contract, seal and cursor: a request with a seal, and memory that can be made to
 * run out. */
#pragma once

#include "app.h"
#include "request.h"
#include "seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIT __attribute__((unused)) static

#define KIT_KEY_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KIT_KEY_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

struct kit {
    struct app app;
    struct route route;
    struct request rq;
};

/* keys: as in the configuration; NULL = one key. */
KIT void kit_open(struct kit *kit, const char *keys, const char *operation)
{
    const char *error = NULL;
    memset(kit, 0, sizeof *kit);
    kit->app.seal = seal_create(keys != NULL ? keys : "a:" KIT_KEY_A, &error);
    assert_non_null(kit->app.seal);
    kit->route.operation = operation;
    kit->rq.app = &kit->app;
    kit->rq.route = &kit->route;
}

KIT void kit_close(struct kit *kit)
{
    request_release(&kit->rq);
    seal_destroy(kit->app.seal);
}

/* Whether a fault with this code was found at `where`. */
KIT bool kit_has_fault(const struct kit *kit, const char *in, const char *where, const char *code)
{
    size_t i;
    json_t *error;
    json_array_foreach(kit->rq.problem.errors, i, error)
    {
        const char *place = json_string_value(json_object_get(error, in));
        if (place != NULL && strcmp(place, where) == 0 &&
            strcmp(json_string_value(json_object_get(error, "code")), code) == 0)
            return true;
    }
    return false;
}

/* Allocations that still succeed; negative = all. */
KIT long kit_allocations_left = -1;

KIT bool kit_may_allocate(void)
{
    if (kit_allocations_left < 0)
        return true;
    if (kit_allocations_left == 0)
        return false;
    kit_allocations_left--;
    return true;
}

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer) || defined KIT_REAL_MALLOC
/* The sanitizer owns malloc; jansson's allocations can still be made to fail. */
static void *kit_json_malloc(size_t size)
{
    return kit_may_allocate() ? malloc(size) : NULL;
}

KIT void kit_watch_memory(void)
{
    json_set_alloc_funcs(kit_json_malloc, free);
}
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    return kit_may_allocate() ? __libc_malloc(size) : NULL;
}

void *calloc(size_t count, size_t size)
{
    return kit_may_allocate() ? __libc_calloc(count, size) : NULL;
}

void *realloc(void *old, size_t size)
{
    return kit_may_allocate() ? __libc_realloc(old, size) : NULL;
}

KIT void kit_watch_memory(void)
{
}
#endif
