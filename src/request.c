/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <stdarg.h>
#include <string.h>
#include <sys/random.h>

const char *language_name(enum language language)
{
    switch (language) {
    case LANGUAGE_EN:
        return "en";
    case LANGUAGE_FR:
        return "fr";
    case LANGUAGE_BOTH:
        break;
    }
    return "both";
}

void *rq_alloc(struct request *rq, size_t size)
{
    return arena_alloc(&rq->arena, size);
}

char *rq_strndup(struct request *rq, const char *text, size_t length)
{
    return arena_strndup(&rq->arena, text, length);
}

char *rq_printf(struct request *rq, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = arena_vprintf(&rq->arena, format, values);
    va_end(values);
    return text;
}

void request_release(struct request *rq)
{
    json_decref(rq->query);
    json_decref(rq->body);
    json_decref(rq->problem.errors);
    json_decref(rq->problem.extra);
    arena_release(&rq->arena);
    rq->query = rq->body = rq->problem.errors = rq->problem.extra = NULL;
}

bool uuid_parse(const char *text, size_t length, char ret_uuid[37])
{
    if (length != 36)
        return false;
    char lower[37] = {0};
    for (size_t i = 0; i < 36; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'F')
            c = (char)(c + ('a' - 'A'));
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        bool is_dash_place = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash_place ? c != '-' : !is_hex)
            return false;
        lower[i] = c;
    }
    memcpy(ret_uuid, lower, sizeof lower);
    return true;
}

/* One system call makes the ids of 64 requests of this thread. Ids are names, not secrets. */
static void random_id(unsigned char ret_bytes[16])
{
    static _Thread_local unsigned char store[64 * 16];
    static _Thread_local size_t left;
    if (left == 0) {
        size_t got = 0;
        while (got < sizeof store) {
            ssize_t count = getrandom(store + got, sizeof store - got, 0);
            got += count > 0 ? (size_t)count : 0;
        }
        left = sizeof store;
    }
    left -= 16;
    memcpy(ret_bytes, store + left, 16);
}

void uuid_make(char ret_uuid[37])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16];
    random_id(bytes);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    char *out = ret_uuid;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 0x0f];
    }
    *out = '\0';
}
