/* SPDX-License-Identifier: MIT
 *
 * Memory that lives exactly as long as one request. Handlers contain no free().
 * Not thread safe: an arena belongs to the thread that walks its request.
 * In sanitizer builds every allocation is a malloc of its own, so that overruns are still seen. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used_bytes;
};

/* Zeroed, 16-byte aligned memory, or NULL when memory is exhausted. Owned by the arena. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((malloc, alloc_size(2)));
char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list values)
    __attribute__((format(printf, 2, 0)));
/* Frees everything; the arena may be used again. */
void arena_release(struct arena *arena);
