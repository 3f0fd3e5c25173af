/* SPDX-License-Identifier: MIT */
#include "app.h"
#include "request.h"
#include "seal_mark.h"

#include <stdlib.h>
#include <string.h>

/* A growing text, in the arena of a request or, without one, on the heap. */
struct text {
    struct request *rq;
    char *data;
    size_t used;
    size_t capacity;
};

/* The marks of one person mostly stand side by side, so the key unwrapped last is often the one
 * needed next. */
struct opener {
    const struct seal *seal;
    char key_id[SEAL_UUID_LENGTH];
    char wrapped[SEAL_WRAPPED_MAX];
    size_t wrapped_length; /* 0 = no key yet */
    uint8_t key[CRYPTO_KEY_BYTES];
    struct text plain; /* the value opened last */
};

static bool text_reserve(struct text *text, size_t more)
{
    if (text->capacity - text->used > more)
        return true;
    size_t capacity = 2 * text->used + more + 1;
    char *data = text->rq ? rq_alloc(text->rq, capacity) : malloc(capacity);
    if (!data)
        return false;
    if (text->used > 0)
        memcpy(data, text->data, text->used);
    if (!text->rq && text->data) {
        explicit_bzero(text->data, text->used);
        free(text->data);
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

static bool text_add(struct text *text, const char *data, size_t size)
{
    if (!text_reserve(text, size))
        return false;
    memcpy(text->data + text->used, data, size);
    text->used += size;
    return true;
}

/* As the inside of a JSON string (RFC 8259, 7). */
static bool text_add_json(struct text *text, const char *data, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    if (!text_reserve(text, 6 * size))
        return false;
    char *out = text->data + text->used;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c == '"' || c == '\\') {
            *out++ = '\\';
            *out++ = (char)c;
        } else if (c < 0x20) {
            memcpy(out, "\\u00", 4);
            out[4] = digits[c >> 4];
            out[5] = digits[c & 15];
            out += 6;
        } else {
            *out++ = (char)c;
        }
    }
    text->used = (size_t)(out - text->data);
    return true;
}

static void opener_finish(struct opener *opener)
{
    explicit_bzero(opener->key, sizeof opener->key);
    if (!opener->plain.data)
        return;
    explicit_bzero(opener->plain.data, opener->plain.capacity);
    if (!opener->plain.rq)
        free(opener->plain.data);
}

static bool opener_turn(struct opener *opener, const struct seal_mark *mark)
{
    if (opener->wrapped_length == mark->wrapped_length &&
        memcmp(opener->key_id, mark->key_id, sizeof opener->key_id) == 0 &&
        memcmp(opener->wrapped, mark->wrapped, mark->wrapped_length) == 0)
        return true;
    opener->wrapped_length = 0;
    if (!seal_mark_unwrap(opener->seal, mark, opener->key))
        return false;
    memcpy(opener->key_id, mark->key_id, sizeof opener->key_id);
    memcpy(opener->wrapped, mark->wrapped, mark->wrapped_length);
    opener->wrapped_length = mark->wrapped_length;
    return true;
}

/* Opens the mark behind `text` into opener->plain; *ret_end is the first character that is no
 * longer of the mark. */
static bool
opener_open(struct opener *opener, const char *text, const char *end, const char **ret_after)
{
    struct seal_mark mark;
    size_t size;
    opener->plain.used = 0;
    if (!seal_mark_parse(text, end, &mark) || !opener_turn(opener, &mark) ||
        !text_reserve(&opener->plain, mark.payload_length) ||
        !seal_mark_open(&mark, opener->key, (uint8_t *)opener->plain.data, &size))
        return false;
    opener->plain.used = size;
    *ret_after = mark.end;
    return true;
}

static const char json_sign[] = "\\u0001";

/* The next \u0001 that is an escape: one whose backslash is not itself escaped. Without that, a
 * person could write the six characters of a sign into a text of theirs. */
static const char *json_sign_find(const char *from, const char *end)
{
    const char *at = from;
    while ((at = memmem(at, (size_t)(end - at), json_sign, sizeof json_sign - 1))) {
        const char *slash = at;
        while (slash > from && slash[-1] == '\\')
            slash--;
        if ((at - slash) % 2 == 0)
            return at;
        at += 2;
    }
    return NULL;
}

static bool json_open(struct opener *opener, const char *json, size_t length, struct text *text)
{
    const char *at = json;
    const char *end = json + length;
    for (const char *sign; (sign = json_sign_find(at, end));) {
        const char *after;
        if (!text_add(text, at, (size_t)(sign - at)) ||
            !opener_open(opener, sign + sizeof json_sign - 1, end, &after) ||
            !text_add_json(text, opener->plain.data, opener->plain.used))
            return false;
        at = after;
    }
    return text_add(text, at, (size_t)(end - at));
}

bool seal_open_json(
    struct request *rq, const char *json, size_t length, const char **ret_text, size_t *ret_length)
{
    if (!json_sign_find(json, json + length)) {
        *ret_text = json;
        *ret_length = length;
        return true;
    }
    struct text text = {.rq = rq};
    struct opener opener = {.seal = rq->app->seal, .plain.rq = rq};
    /* A mark is far longer than most of what it holds, so this is seldom too little. */
    bool is_open = text_reserve(&text, length) && json_open(&opener, json, length, &text);
    opener_finish(&opener);
    if (!is_open)
        return fail(rq, PROBLEM_INTERNAL);
    text.data[text.used] = '\0';
    *ret_text = text.data;
    *ret_length = text.used;
    return true;
}

static bool plain_open(struct opener *opener, const char *from, struct text *text)
{
    for (const char *sign; (sign = strchr(from, '\x01'));) {
        const char *after;
        if (!text_add(text, from, (size_t)(sign - from)) ||
            !opener_open(opener, sign + 1, from + strlen(from), &after) ||
            !text_add(text, opener->plain.data, opener->plain.used))
            return false;
        from = after;
    }
    return text_add(text, from, strlen(from));
}

char *seal_open_text(const struct seal *seal, const char *text)
{
    struct text opened = {0};
    struct opener opener = {.seal = seal};
    bool is_open = text_reserve(&opened, strlen(text)) && plain_open(&opener, text, &opened);
    opener_finish(&opener);
    if (!is_open) {
        if (opened.data)
            explicit_bzero(opened.data, opened.used);
        free(opened.data);
        return NULL;
    }
    opened.data[opened.used] = '\0';
    return opened.data;
}

char *seal_open_mark(const struct seal *seal, const char *mark)
{
    struct seal_mark parts;
    if (*mark != '\x01' || !seal_mark_parse(mark + 1, mark + strlen(mark), &parts) ||
        *parts.end != '\0')
        return NULL;
    return seal_open_text(seal, mark);
}
