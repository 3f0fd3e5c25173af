/* SPDX-License-Identifier: MIT */
#include "contract_tables.h"
#include "crypto.h"
#include "cursor.h"
#include "embed.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>

/* One name=value of the query string while it is read. */
struct pair {
    char *name;
    char *text;
    size_t name_length;
    size_t text_length;
};

/* A query string on its way into rq->query. */
struct query {
    struct request *rq;
    const struct contract *contract;
    bool *is_seen; /* by index of the parameter */
};

static bool parameter_fault(struct request *rq, const char *name, enum fault_id fault)
{
    return fail_fault(rq, PROBLEM_BAD_PARAMETER, "parameter", name, fault);
}

/* application/x-www-form-urlencoded, in place. False on a broken escape, %00 or anything that is
 * not UTF-8. */
static bool percent_decode(char *text, size_t *length)
{
    char *out = text;
    const char *end = text + *length;
    for (const char *at = text; at < end; at++) {
        char c = *at;
        if (c == '+')
            c = ' ';
        if (c == '%') {
            uint8_t byte;
            if (end - at <= 2 || !crypto_unhex(at + 1, &byte, 1))
                return false;
            c = (char)byte;
            at += 2;
        }
        *out++ = c;
    }
    *out = '\0';
    *length = (size_t)(out - text);
    return format_is_utf8(text, *length);
}

static int parameter_compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct contract_parameter *)row)->name);
}

static const struct contract_parameter *parameter_find(const struct contract *contract,
                                                       const char *name)
{
    if (contract->parameters_count == 0)
        return NULL;
    return bsearch(name, contract->parameters, contract->parameters_count,
                   sizeof *contract->parameters, parameter_compare);
}

/* Decimal, as JSON writes integers: no plus sign, no leading zeros. Out of range is *ret_number at
 * its limit. */
static bool integer_read(const char *text, int64_t *ret_number)
{
    const char *digits = text + (*text == '-');
    size_t length = strspn(digits, "0123456789");
    if (length == 0 || digits[length] != '\0' || (digits[0] == '0' && length > 1))
        return false;
    *ret_number = strtoll(text, NULL, 10);
    return true;
}

static enum fault_id integer_convert(const struct contract_parameter *parameter,
                                     const struct contract_value *value,
                                     const char *text,
                                     json_t **ret_json)
{
    int64_t number;
    if (!integer_read(text, &number))
        return FAULT_TYPE;
    if (parameter->coerced > 0 && number > parameter->coerced)
        number = parameter->coerced;
    if (number < value->minimum)
        return FAULT_TOO_SMALL;
    if (number > value->maximum)
        return FAULT_TOO_LARGE;
    *ret_json = json_integer(number);
    return FAULT_NONE;
}

/* One scalar. FAULT_NONE with *ret_json NULL: memory is exhausted. */
static enum fault_id scalar_convert(const struct contract_parameter *parameter,
                                    const struct contract_value *value,
                                    const char *text,
                                    json_t **ret_json)
{
    *ret_json = NULL;
    if (value->kind == CONTRACT_INTEGER)
        return integer_convert(parameter, value, text, ret_json);
    if (value->kind == CONTRACT_BOOLEAN) {
        bool is_true = strcmp(text, "true") == 0;
        if (!is_true && strcmp(text, "false") != 0)
            return FAULT_TYPE;
        if (value->is_only && value->only != is_true)
            return FAULT_NOT_ALLOWED;
        *ret_json = json_boolean(is_true);
        return FAULT_NONE;
    }
    enum fault_id fault = contract_string_fault(value, text, strlen(text));
    if (fault == FAULT_NONE)
        *ret_json = json_string_nocheck(text);
    return fault;
}

static bool array_add(struct request *rq, const struct contract_parameter *parameter, json_t *item)
{
    json_t *array = json_object_get(rq->query, parameter->name);
    if (!array) {
        array = json_array();
        if (json_object_set_new_nocheck(rq->query, parameter->name, array) != 0) {
            json_decref(item);
            return fail(rq, PROBLEM_INTERNAL);
        }
    }
    size_t size = json_array_size(array);
    for (size_t i = 0; parameter->value->is_unique && i < size; i++) {
        if (json_equal(json_array_get(array, i), item)) {
            json_decref(item);
            return parameter_fault(rq, parameter->name, FAULT_NOT_UNIQUE);
        }
    }
    if ((int64_t)size >= parameter->value->maximum) {
        json_decref(item);
        return parameter_fault(rq, parameter->name, FAULT_TOO_MANY);
    }
    if (json_array_append_new(array, item) != 0)
        return fail(rq, PROBLEM_INTERNAL);
    return true;
}

static bool
parameter_take(struct request *rq, const struct contract_parameter *parameter, const char *text)
{
    const struct contract_value *value = parameter->value;
    bool is_array = value->kind == CONTRACT_ARRAY;
    json_t *json;
    enum fault_id fault = scalar_convert(parameter, is_array ? value->items : value, text, &json);
    if (fault != FAULT_NONE)
        return parameter_fault(rq, parameter->name, fault);
    if (!json)
        return fail(rq, PROBLEM_INTERNAL);
    if (is_array)
        return array_add(rq, parameter, json);
    if (json_object_set_new_nocheck(rq->query, parameter->name, json) != 0)
        return fail(rq, PROBLEM_INTERNAL);
    return true;
}

/* Where a name itself cannot be read, "?" stands for it. */
static bool pair_take(struct query *query, struct pair *pair)
{
    struct request *rq = query->rq;
    if (!percent_decode(pair->name, &pair->name_length) || pair->name_length == 0)
        return parameter_fault(rq, "?", FAULT_FORMAT);
    const struct contract_parameter *parameter = parameter_find(query->contract, pair->name);
    if (!parameter)
        return parameter_fault(rq, pair->name, FAULT_UNKNOWN);
    bool *is_seen = &query->is_seen[parameter - query->contract->parameters];
    if (*is_seen && parameter->value->kind != CONTRACT_ARRAY)
        return parameter_fault(rq, parameter->name, FAULT_REPEATED);
    *is_seen = true;
    if (!pair->text || !percent_decode(pair->text, &pair->text_length))
        return parameter_fault(rq, parameter->name, FAULT_FORMAT);
    return parameter_take(rq, parameter, pair->text);
}

/* Faults are collected; false only when nothing more can be said. */
static bool pairs_take(struct query *query)
{
    struct request *rq = query->rq;
    const char *at = rq->query_string;
    if (!at || *at == '\0')
        return true;
    for (;;) {
        size_t length = strcspn(at, "&");
        const char *equals = memchr(at, '=', length);
        struct pair pair = {.name_length = equals ? (size_t)(equals - at) : length};
        pair.name = rq_strndup(rq, at, pair.name_length);
        if (equals) {
            pair.text_length = length - pair.name_length - 1;
            pair.text = rq_strndup(rq, equals + 1, pair.text_length);
        }
        if (!pair.name || (equals && !pair.text))
            return fail(rq, PROBLEM_INTERNAL);
        (void)pair_take(query, &pair);
        if (at[length] == '\0')
            return true;
        at += length + 1;
    }
}

static bool missing_fill(struct query *query)
{
    struct request *rq = query->rq;
    for (size_t i = 0; i < query->contract->parameters_count; i++) {
        const struct contract_parameter *parameter = &query->contract->parameters[i];
        const struct contract_value *value = parameter->value;
        if (!query->is_seen[i] && parameter->is_required)
            (void)parameter_fault(rq, parameter->name, FAULT_REQUIRED);
        else if (!query->is_seen[i] && parameter->fallback)
            (void)parameter_take(rq, parameter, parameter->fallback);
        else if (query->is_seen[i] && value->kind == CONTRACT_ARRAY &&
                 (int64_t)json_array_size(json_object_get(rq->query, parameter->name)) <
                     value->minimum)
            (void)parameter_fault(rq, parameter->name, FAULT_TOO_FEW);
    }
    return rq->problem.id == PROBLEM_NONE;
}

/* The keyset before a list's first row; NULL for what is no list. */
static const char *first_of(const struct route *route)
{
    const struct embedded *statement =
        route->flags & ROUTE_LIST ? embedded_find(embedded_statements, route->operation) : NULL;
    return statement ? statement->first : NULL;
}

/* `cursor` becomes `after`, the keyset it stands for; a list without one begins before its first
 * row. */
static bool cursor_take(struct request *rq)
{
    const char *cursor = json_string_value(json_object_get(rq->query, "cursor"));
    const char *keyset = cursor ? cursor_decode(rq, cursor) : first_of(rq->route);
    if (!keyset)
        return !cursor || parameter_fault(rq, "cursor", FAULT_BAD_CURSOR);
    json_t *after = json_loads(keyset, JSON_DECODE_ANY, NULL);
    if (!after || json_object_set_new_nocheck(rq->query, "after", after) != 0)
        return fail(rq, PROBLEM_INTERNAL);
    (void)json_object_del(rq->query, "cursor");
    return true;
}

bool contract_query_check(struct request *rq, const struct contract *contract)
{
    struct query query = {.rq = rq, .contract = contract};
    rq->query = json_object();
    query.is_seen = rq_alloc(rq, contract->parameters_count + 1);
    if (!rq->query || !query.is_seen)
        return fail(rq, PROBLEM_INTERNAL);
    if (!pairs_take(&query) || !missing_fill(&query) || !cursor_take(rq))
        return false;
    if (json_object_size(rq->query) == 0) {
        rq->query_sql = "{}";
        return true;
    }
    char *text = json_dumps(rq->query, JSON_COMPACT);
    if (text)
        rq->query_sql = rq_strndup(rq, text, strlen(text));
    free(text);
    return rq->query_sql || fail(rq, PROBLEM_INTERNAL);
}
