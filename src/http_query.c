/* SPDX-License-Identifier: MIT */
#include "http_headers.h"

#include <string.h>

#include "arena.h"
#include "crypto.h"

/* Whether a raw name is `cursor`, however it is written. */
static bool is_cursor_name(const char *start, const char *end)
{
    const char *expected = "cursor";
    for (; start < end && *expected; expected++) {
        char c = *start++;
        uint8_t byte;
        if (c == '%' && end - start >= 2 && crypto_unhex(start, &byte, 1)) {
            c = (char)byte;
            start += 2;
        }
        if (c != *expected)
            return false;
    }
    return start == end && !*expected;
}

/* A raw part of a query as it may stand in a URI; returns the end of out. */
static char *uri_copy(char *out, const char *start, const char *end)
{
    static const char digits[] = "0123456789ABCDEF";
    static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789-._~!$'()*+,;=:@/?%";
    for (; start < end; start++) {
        unsigned char c = (unsigned char)*start;
        if (memchr(kept, c, sizeof kept - 1)) {
            *out++ = *start;
            continue;
        }
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
    }
    return out;
}

const char *http_query_without_cursor(struct arena *arena, const char *query)
{
    char *out = arena_alloc(arena, query ? strlen(query) * 3 + 1 : 1), *p = out;
    if (!out)
        return NULL;
    for (const char *pair = query ? query : ""; *pair;) {
        const char *end = pair + strcspn(pair, "&");
        const char *name_end = memchr(pair, '=', (size_t)(end - pair));
        if (end > pair && !is_cursor_name(pair, name_end ? name_end : end)) {
            if (p > out)
                *p++ = '&';
            p = uri_copy(p, pair, end);
        }
        pair = *end ? end + 1 : end;
    }
    return out;
}
