/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A block is a header followed by its bytes. The newest block is the first of the list and the only
 * one with room. */
struct arena_block {
    struct arena_block *next;
    size_t size_bytes;
    size_t used_bytes;
    _Alignas(16) unsigned char bytes[];
};

enum { ALIGNMENT = 16, BLOCK_BYTES = 8192 - (int)sizeof(struct arena_block) };

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->next = arena->blocks;
    block->size_bytes = size;
    block->used_bytes = 0;
    arena->blocks = block;
    return block;
}

static void *take(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->blocks;
#ifdef ARENA_SEPARATE
    block = add_block(arena, size);
#else
    if (size > SIZE_MAX - ALIGNMENT)
        return NULL;
    size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (!block || block->size_bytes - block->used_bytes < size)
        block = add_block(arena, size > BLOCK_BYTES ? size : BLOCK_BYTES);
#endif
    if (!block)
        return NULL;
    void *memory = block->bytes + block->used_bytes;
    block->used_bytes += size;
    arena->used_bytes += size;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *memory = take(arena, size ? size : 1);
    return memory ? memset(memory, 0, size) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        return NULL;
    char *copy = take(arena, length + 1);
    if (!copy)
        return NULL;
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list values)
{
    va_list again;
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, format, values);
    char *text = length < 0 ? NULL : take(arena, (size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = arena_vprintf(arena, format, values);
    va_end(values);
    return text;
}

void arena_release(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct arena){0};
}
