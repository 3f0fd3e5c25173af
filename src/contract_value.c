/* SPDX-License-Identifier: MIT */
#include "contract_tables.h"
#include "names.h"
#include "request.h"

#include <string.h>

/* Where in the body a value stands: a chain of names and indexes on the stack, written out only for
 * a fault. */
struct place {
    const struct place *up;
    const char *name; /* NULL: an item of an array */
    size_t index;
};

/* One step of a JSON Pointer (RFC 6901, 3) in a URI fragment (6). Returns the bytes written, or
 * needed when out is NULL. */
static size_t step_write(const char *name, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t used = 0;
    for (; *name != '\0'; name++) {
        char piece[4] = {*name};
        unsigned char c = (unsigned char)*name;
        bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                        (c >= 'A' && c <= 'Z') || strchr("-._!$&'()*+,;=:@?", *name);
        if (c == '~' || c == '/') {
            memcpy(piece, c == '~' ? "~0" : "~1", 3);
        } else if (!is_plain) {
            piece[0] = '%';
            piece[1] = digits[c >> 4];
            piece[2] = digits[c & 15];
        }
        size_t length = strlen(piece);
        if (out)
            memcpy(out + used, piece, length);
        used += length;
    }
    return used;
}

/* NULL when memory is exhausted. */
static const char *place_text(struct request *rq, const struct place *place)
{
    if (!place)
        return "#";
    const char *up = place_text(rq, place->up);
    if (!up)
        return NULL;
    if (!place->name)
        return rq_printf(rq, "%s/%zu", up, place->index);
    char *step = rq_alloc(rq, step_write(place->name, NULL) + 1);
    if (!step)
        return NULL;
    (void)step_write(place->name, step);
    return rq_printf(rq, "%s/%s", up, step);
}

static void value_fault(struct request *rq, const struct place *place, enum fault_id fault)
{
    const char *text = place_text(rq, place);
    if (!text)
        (void)fail(rq, PROBLEM_INTERNAL);
    else
        (void)fail_fault(rq, PROBLEM_VALIDATION_FAILED, "pointer", text, fault);
}

/* Counts characters. SIZE_MAX when one is a control character or noncharacter: C0 (but line feed
 * and tab where lines may be broken), U+007F to U+009F, U+FFFE, U+FFFF. text is UTF-8 without
 * U+0000. */
static size_t characters_count(const char *text, size_t length, bool is_multi_line)
{
    size_t count = 0;
    for (const unsigned char *at = (const unsigned char *)text, *end = at + length; at < end;
         at++) {
        bool is_break = *at == '\n' || *at == '\t';
        bool is_c1 = *at == 0xc2 && at[1] < 0xa0;
        bool is_none = *at == 0xef && at[1] == 0xbf && at[2] >= 0xbe;
        if ((*at < 0x20 && !(is_break && is_multi_line)) || *at == 0x7f || is_c1 || is_none)
            return SIZE_MAX;
        count += (*at & 0xc0) != 0x80;
    }
    return count;
}

static bool pattern_matches(const struct contract_pattern *pattern, const char *text)
{
    size_t state = 1;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0' && state != 0; at++) {
        if ((*at & 0xc0) == 0x80)
            continue; /* the lead byte stood for the whole character */
        size_t symbol = *at < 0x80 ? *at : 128;
        state = pattern->next[state * pattern->class_count + pattern->classes[symbol]];
    }
    return pattern->accepts[state] != 0;
}

static bool is_allowed(const char *const *allowed, const char *text)
{
    for (; *allowed; allowed++) {
        if (strcmp(*allowed, text) == 0)
            return true;
    }
    return false;
}

static enum fault_id label_fault(const char *text, bool is_unit)
{
    static const enum fault_id faults[] = {
        [NAMES_GOOD] = FAULT_NONE,
        [NAMES_INVISIBLE] = FAULT_INVISIBLE,
        [NAMES_NO_LETTER] = FAULT_NO_LETTER,
        [NAMES_LOOK_ALIKE] = FAULT_LOOK_ALIKE,
    };
    return faults[names_label_fault(text, is_unit)];
}

enum fault_id
contract_string_fault(const struct contract_value *value, const char *text, size_t length)
{
    size_t count = characters_count(text, length, value->is_multi_line);
    if (count == SIZE_MAX)
        return FAULT_CONTROL_CHARACTER;
    if ((int64_t)count < value->minimum)
        return FAULT_TOO_SHORT;
    if ((int64_t)count > value->maximum)
        return FAULT_TOO_LONG;
    if (value->allowed && !is_allowed(value->allowed, text))
        return FAULT_NOT_ALLOWED;
    if (value->pattern && !pattern_matches(value->pattern, text))
        return value->pattern_fault;
    if (value->format == FORMAT_LABEL || value->format == FORMAT_UNIT)
        return label_fault(text, value->format == FORMAT_UNIT);
    if (!format_check(value->format, text))
        return value->format == FORMAT_IANA_ZONE ? FAULT_UNKNOWN_ZONE : FAULT_FORMAT;
    return value->minimum > 0 && !names_is_visible(text) ? FAULT_INVISIBLE : FAULT_NONE;
}

static bool has_kind(const struct contract_value *value, const json_t *json)
{
    switch (value->kind) {
    case CONTRACT_STRING:
        return json_is_string(json);
    case CONTRACT_INTEGER:
        return json_is_integer(json); /* 1.0 is none */
    case CONTRACT_NUMBER:
        return json_is_number(json);
    case CONTRACT_BOOLEAN:
        return json_is_boolean(json);
    case CONTRACT_ARRAY:
        return json_is_array(json);
    case CONTRACT_OBJECT:
        return json_is_object(json);
    }
    return false;
}

static void value_check(struct request *rq,
                        const struct contract_value *value,
                        json_t *json,
                        const struct place *place);

static bool has_twin(const json_t *array, size_t index)
{
    const json_t *item = json_array_get(array, index);
    for (size_t i = 0; i < index; i++) {
        if (json_equal(json_array_get(array, i), item))
            return true;
    }
    return false;
}

static void array_check(struct request *rq,
                        const struct contract_value *value,
                        json_t *json,
                        const struct place *place)
{
    int64_t size = (int64_t)json_array_size(json);
    if (size < value->minimum)
        value_fault(rq, place, FAULT_TOO_FEW);
    if (size > value->maximum) {
        value_fault(rq, place, FAULT_TOO_MANY); /* and what is in it is not looked at */
        return;
    }
    for (size_t i = 0; i < (size_t)size; i++) {
        const struct place here = {.up = place, .index = i};
        value_check(rq, value->items, json_array_get(json, i), &here);
        if (value->is_unique && has_twin(json, i))
            value_fault(rq, &here, FAULT_NOT_UNIQUE);
    }
}

static int member_compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct contract_member *)row)->name);
}

static const struct contract_member *member_find(const struct contract_value *value,
                                                 const char *name)
{
    if (value->members_count == 0)
        return NULL;
    return bsearch(name, value->members, value->members_count, sizeof *value->members,
                   member_compare);
}

static void object_check(struct request *rq,
                         const struct contract_value *value,
                         json_t *json,
                         const struct place *place)
{
    const char *name;
    json_t *member;
    json_object_foreach(json, name, member)
    {
        const struct place here = {.up = place, .name = name};
        const struct contract_member *known = member_find(value, name);
        if (!known)
            value_fault(rq, &here, FAULT_UNKNOWN);
        else
            value_check(rq, known->value, member, &here);
    }
    for (size_t i = 0; i < value->members_count; i++) {
        const struct place here = {.up = place, .name = value->members[i].name};
        if (value->members[i].is_required && !json_object_get(json, here.name))
            value_fault(rq, &here, FAULT_REQUIRED);
    }
    if ((int64_t)json_object_size(json) < value->minimum)
        value_fault(rq, place, FAULT_TOO_FEW);
}

static enum fault_id scalar_fault(const struct contract_value *value, const json_t *json)
{
    json_int_t integer = json_integer_value(json);
    double number = json_number_value(json);
    switch (value->kind) {
    case CONTRACT_STRING:
        return contract_string_fault(value, json_string_value(json), json_string_length(json));
    case CONTRACT_INTEGER:
        return integer < value->minimum   ? FAULT_TOO_SMALL
               : integer > value->maximum ? FAULT_TOO_LARGE
                                          : FAULT_NONE;
    case CONTRACT_NUMBER:
        return number < value->least_number  ? FAULT_TOO_SMALL
               : number > value->most_number ? FAULT_TOO_LARGE
                                             : FAULT_NONE;
    case CONTRACT_BOOLEAN:
        return value->is_only && json_is_true(json) != value->only ? FAULT_NOT_ALLOWED : FAULT_NONE;
    case CONTRACT_ARRAY:
    case CONTRACT_OBJECT:
        break;
    }
    return FAULT_NONE;
}

/* Collects every fault of the value and of what is in it. */
static void value_check(struct request *rq,
                        const struct contract_value *value,
                        json_t *json,
                        const struct place *place)
{
    if (json_is_null(json) && value->is_nullable)
        return;
    if (!has_kind(value, json)) {
        value_fault(rq, place, FAULT_TYPE);
        return;
    }
    if (value->kind == CONTRACT_ARRAY) {
        array_check(rq, value, json, place);
        return;
    }
    if (value->kind == CONTRACT_OBJECT) {
        object_check(rq, value, json, place);
        return;
    }
    enum fault_id fault = scalar_fault(value, json);
    if (fault != FAULT_NONE)
        value_fault(rq, place, fault);
}

void contract_value_check(struct request *rq, const struct contract_value *value, json_t *json)
{
    value_check(rq, value, json, NULL);
}
