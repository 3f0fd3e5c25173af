/* SPDX-License-Identifier: MIT */
#include "http_headers.h"

#include <string.h>
#include <strings.h>

static const char *const header_names[HEADER_COUNT] = {
    [HEADER_ACCEPT] = "Accept",
    [HEADER_ACCEPT_LANGUAGE] = "Accept-Language",
    [HEADER_ACCESS_CONTROL_REQUEST_METHOD] = "Access-Control-Request-Method",
    [HEADER_AUTHORIZATION] = "Authorization",
    [HEADER_CONTENT_ENCODING] = "Content-Encoding",
    [HEADER_CONTENT_LENGTH] = "Content-Length",
    [HEADER_CONTENT_TYPE] = "Content-Type",
    [HEADER_HOST] = "Host",
    [HEADER_IDEMPOTENCY_KEY] = "Idempotency-Key",
    [HEADER_IF_MATCH] = "If-Match",
    [HEADER_IF_NONE_MATCH] = "If-None-Match",
    [HEADER_ORIGIN] = "Origin",
    [HEADER_TRANSFER_ENCODING] = "Transfer-Encoding",
    [HEADER_X_REQUEST_ID] = "X-Request-Id",
};

static bool is_token(const char *name)
{
    static const char characters[] = "!#$%&'*+-.^_`|~0123456789"
                                     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return *name && !name[strspn(name, characters)];
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* [*start, *end) without surrounding blanks. */
static void trim(const char **start, const char **end)
{
    while (*start < *end && is_space(**start))
        (*start)++;
    while (*end > *start && is_space((*end)[-1]))
        (*end)--;
}

static bool equals(const char *start, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - start) == length && strncasecmp(start, word, length) == 0;
}

/* The next member of a comma-separated list without quoted strings. False at the end; empty members
 * are skipped. */
static bool list_next(const char **rest, const char **ret_start, const char **ret_end)
{
    while (**rest) {
        const char *start = *rest, *end = start + strcspn(start, ",");
        *rest = *end ? end + 1 : end;
        trim(&start, &end);
        if (start < end) {
            *ret_start = start;
            *ret_end = end;
            return true;
        }
    }
    return false;
}

static bool header_take(struct arena *arena, const char **slot, const char *value)
{
    if (!*slot)
        *slot = value;
    else
        *slot = arena_printf(arena, "%s,%s", *slot, value);
    return *slot;
}

/* The library glues a folded line (one that goes on after a line break) to the name of its header,
 * and so overlooks a folded Content-Length or Transfer-Encoding that another parser would heed. */
static bool is_folded_framing(const char *name)
{
    return strncasecmp(name, "Content-Length", 14) == 0 ||
           strncasecmp(name, "Transfer-Encoding", 17) == 0;
}

/* A bare CR ends a line for some parsers and not for others. */
static const char controls[] =
    "\x01\x02\x03\x04\x05\x06\x07\x08\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13"
    "\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f";

static enum http_header header_find(const char *name)
{
    for (int header = 0; header < HEADER_COUNT; header++) {
        /* Most names differ in the first letter already. */
        if ((header_names[header][0] | 0x20) == (name[0] | 0x20) &&
            strcasecmp(header_names[header], name) == 0)
            return (enum http_header)header;
    }
    return HEADER_COUNT;
}

bool http_headers_collect(struct arena *arena,
                          const char *const *names,
                          const char *const *values,
                          const char *clock_name,
                          struct http_headers *ret_headers)
{
    bool is_good = true;
    for (size_t i = 0; names && names[i]; i++) {
        const char *value = values[i] ? values[i] : "";
        ret_headers->is_malformed |= strpbrk(value, controls) != NULL;
        enum http_header header = header_find(names[i]);
        if (header < HEADER_COUNT)
            is_good = header_take(arena, &ret_headers->value[header], value) && is_good;
        else if (!is_token(names[i]) || is_folded_framing(names[i]))
            ret_headers->is_malformed = true;
        if (clock_name[0] && strcasecmp(names[i], clock_name) == 0)
            ret_headers->clock = value;
    }
    return is_good;
}

bool http_framing_is_sound(const struct http_headers *headers, bool is_host_needed)
{
    const char *length = headers->value[HEADER_CONTENT_LENGTH];
    const char *transfer = headers->value[HEADER_TRANSFER_ENCODING];
    const char *host = headers->value[HEADER_HOST];
    if (headers->is_malformed || (length && transfer))
        return false;
    if (length && (!*length || strspn(length, "0123456789") != strlen(length)))
        return false;
    /* HTTP/1.0, which needs no Host, knows no transfer coding. */
    if (transfer && (!is_host_needed || strcasecmp(transfer, "chunked") != 0))
        return false;
    return host ? !strpbrk(host, ", \t") : !is_host_needed;
}

const char *http_target_path(const char *target)
{
    size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                    : strncasecmp(target, "https://", 8) == 0 ? 8
                                                              : 0;
    if (scheme == 0)
        return target;
    const char *path = target + scheme + strcspn(target + scheme, "/?");
    return *path ? path : "/";
}

/* 0 to 1000 for "0" to "1.000"; -1 when it is no weight. */
static int thousandths(const char *p, const char *end)
{
    if (p == end || (*p != '0' && *p != '1'))
        return -1;
    int value = (*p++ - '0') * 1000;
    int scale = p < end && *p == '.' ? 100 : 0;
    for (p++; scale > 0 && p < end && *p >= '0' && *p <= '9'; scale /= 10)
        value += (*p++ - '0') * scale;
    return value > 1000 ? 1000 : value;
}

/* The weight after `;q=` in thousandths; 1000 without, -1 when it is no number. */
static int weight(const char *start, const char *end)
{
    for (const char *p = start; p < end; p++) {
        if (*p != ';')
            continue;
        const char *name = p + 1;
        while (name < end && is_space(*name))
            name++;
        if (end - name >= 2 && (name[0] | 0x20) == 'q' && name[1] == '=')
            return thousandths(name + 2, end);
    }
    return 1000;
}

static const char *until(const char *start, const char *end, char c)
{
    const char *found = memchr(start, c, (size_t)(end - start));
    return found ? found : end;
}

/* One range of Accept-Language. */
struct language_range {
    enum language language; /* BOTH for `*` */
    int q;
    bool is_whole; /* no subtags: q=0 then excludes the language */
};

static bool
language_range_parse(const char *start, const char *end, struct language_range *ret_range)
{
    const char *tag = start, *tag_end = until(start, end, ';');
    int q = weight(tag_end, end);
    trim(&tag, &tag_end);
    /* Lookup shortens fr-CA to fr; what is finer than that makes no difference here. */
    const char *primary_end = until(tag, tag_end, '-');
    enum language language = equals(tag, primary_end, "en")   ? LANGUAGE_EN
                             : equals(tag, primary_end, "fr") ? LANGUAGE_FR
                                                              : LANGUAGE_BOTH;
    if (q < 0 || (language == LANGUAGE_BOTH && !equals(tag, tag_end, "*")))
        return false;
    *ret_range = (struct language_range){language, q, primary_end == tag_end};
    return true;
}

enum language http_language(const char *accept_language)
{
    const char *rest = accept_language ? accept_language : "", *start, *end;
    bool is_excluded[3] = {false};
    struct language_range chosen = {LANGUAGE_BOTH, 0, true}, range;
    while (list_next(&rest, &start, &end)) {
        if (!language_range_parse(start, end, &range))
            continue;
        if (range.q == 0 && range.is_whole)
            is_excluded[range.language] = true;
        if (range.q > chosen.q)
            chosen = range;
    }
    if (chosen.language != LANGUAGE_BOTH && !is_excluded[chosen.language])
        return chosen.language;
    if (is_excluded[LANGUAGE_EN] == is_excluded[LANGUAGE_FR])
        return LANGUAGE_BOTH;
    return is_excluded[LANGUAGE_EN] ? LANGUAGE_FR : LANGUAGE_EN;
}

/* 0: does not match; 1: any type; 2: any of this type; 3: exactly. */
static int media_match(const char *start, const char *end, const char *media_type)
{
    const char *subtype = strchr(media_type, '/');
    size_t type_length = subtype ? (size_t)(subtype - media_type) : 0;
    if (equals(start, end, "*/*"))
        return 1;
    if (equals(start, end, media_type))
        return 3;
    bool is_type_range =
        (size_t)(end - start) == type_length + 2 && end[-1] == '*' && end[-2] == '/';
    return is_type_range && strncasecmp(start, media_type, type_length) == 0 ? 2 : 0;
}

bool http_accepts(const char *accept, const char *media_type)
{
    const char *rest = accept ? accept : "", *start, *end;
    int specificity = 0, q = 0;
    bool is_anything_named = false;
    while (list_next(&rest, &start, &end)) {
        is_anything_named = true;
        const char *range = start, *range_end = until(start, end, ';');
        int q_here = weight(range_end, end);
        trim(&range, &range_end);
        int match = media_match(range, range_end, media_type);
        if (match > specificity || (match && match == specificity && q_here > q)) {
            specificity = match;
            q = q_here;
        }
    }
    return !is_anything_named || q > 0;
}

bool http_origin_is_allowed(const char *list, const char *origin)
{
    const char *start, *end;
    size_t length = strlen(origin);
    while (length > 0 && list_next(&list, &start, &end)) {
        if ((size_t)(end - start) == length && memcmp(start, origin, length) == 0)
            return true;
    }
    return false;
}

/* The next entity tag: [start, end) is what is between the quotes. What is no tag is skipped up to
 * the next comma. */
static bool tag_next(const char **rest, const char **ret_start, const char **ret_end)
{
    while (**rest) {
        const char *p = *rest + strspn(*rest, " \t,");
        if (strncasecmp(p, "W/", 2) == 0)
            p += 2;
        const char *close = *p == '"' ? strchr(p + 1, '"') : NULL;
        if (close) {
            *rest = close + 1;
            *ret_start = p + 1;
            *ret_end = close;
            return true;
        }
        *rest = p + strcspn(p, ",");
    }
    return false;
}

/* "3", "3.both", "3-0af1.en": a row version of at most nine digits, what else the representation
 * hangs on, its language. Returns the number of digits, 0 = not ours. */
static size_t version_digits(const char *start, const char *end)
{
    const char *dot = until(start, end, '.');
    const char *dash = until(start, dot, '-');
    size_t digits = (size_t)(dash - start), rest = (size_t)(dot - dash);
    if (digits == 0 || digits > 9 || strspn(start, "0123456789") < digits ||
        (rest > 0 && (rest == 1 || strspn(dash + 1, "0123456789abcdef") < rest - 1)))
        return 0;
    bool is_variant = dot == end || equals(dot + 1, end, "both") || equals(dot + 1, end, "en") ||
                      equals(dot + 1, end, "fr");
    return is_variant ? digits : 0;
}

static bool is_star(const char *header)
{
    const char *start = header, *end = header + strlen(header);
    trim(&start, &end);
    return equals(start, end, "*");
}

bool http_if_match(struct arena *arena, const char *header, const char **ret_versions)
{
    if (is_star(header)) {
        *ret_versions = NULL;
        return true;
    }
    /* Every version is taken from at least as many characters as it needs here, its comma included.
     */
    char *out = arena_alloc(arena, strlen(header) + 3), *p = out;
    if (!out)
        return false;
    *p++ = '{';
    const char *rest = header, *start, *end;
    while (tag_next(&rest, &start, &end)) {
        size_t digits = version_digits(start, end);
        if (digits == 0)
            continue;
        if (p[-1] != '{')
            *p++ = ',';
        memcpy(p, start, digits);
        p += digits;
    }
    *p = '}';
    *ret_versions = out;
    return true;
}

bool http_none_match(const char *header, const char *tag)
{
    if (is_star(header))
        return true;
    const char *rest = header, *start, *end;
    size_t length = strlen(tag);
    while (tag_next(&rest, &start, &end)) {
        if ((size_t)(end - start) == length && memcmp(start, tag, length) == 0)
            return true;
    }
    return false;
}

/* The end of the text inside quotes, unescaped into out; NULL when it is not one well-formed
 * string. */
static char *unquote(const char *p, const char *end, char *out)
{
    for (; p < end && *p != '"'; p++) {
        if (*p == '\\' && (++p == end || (*p != '"' && *p != '\\')))
            return NULL;
        *out++ = *p;
    }
    return p + 1 == end ? out : NULL;
}

const char *http_idempotency_key(struct arena *arena, const char *header)
{
    const char *start = header, *end = header + strlen(header);
    trim(&start, &end);
    size_t length = (size_t)(end - start);
    char *key = arena_alloc(arena, length + 1), *key_end;
    if (!key || length == 0)
        return NULL;
    if (*start == '"') {
        key_end = unquote(start + 1, end, key);
    } else {
        /* A comma in a bare key may be two headers that became one. */
        bool is_bare = !memchr(start, ',', length) && !memchr(start, '"', length);
        memcpy(key, start, length);
        key_end = is_bare ? key + length : NULL;
    }
    if (!key_end || key_end == key || key_end - key > 255)
        return NULL;
    for (char *p = key; p < key_end; p++) {
        if (*p < 0x21 || *p > 0x7e)
            return NULL;
    }
    *key_end = '\0';
    return key;
}
