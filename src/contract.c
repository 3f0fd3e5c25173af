/* SPDX-License-Identifier: MIT */
#include "app.h"
#include "contract_tables.h"
#include "names.h"
#include "request.h"
#include "seal.h"
#include "seal_mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Far more than any schema here needs, far less than what a thread's stack could not bear in
 * jansson. */
enum { DEPTH_MAX = 32 };

/* What changes in the body once it is known to be valid. */
struct sealing {
    struct request *rq;
    struct seal_key key;
    bool has_key;
    bool has_changed;
};

static int operation_compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct contract_operation *)row)->operation);
}

const struct contract *contract_find(const char *operation)
{
    const struct contract_operation *row =
        bsearch(operation, contract_operations, contract_operations_count,
                sizeof *contract_operations, operation_compare);
    return row ? row->contract : NULL;
}

static bool
object_seal(struct sealing *sealing, const struct contract_value *value, json_t *object);
static bool array_seal(struct sealing *sealing, const struct contract_value *value, json_t *array);

/* The JSON string that takes the place of a text. NULL and a problem when it cannot be sealed. */
static json_t *string_seal(struct sealing *sealing, const char *label, const json_t *text)
{
    struct request *rq = sealing->rq;
    if (!sealing->has_key && !seal_key_make(rq->app->seal, &sealing->key)) {
        (void)fail(rq, PROBLEM_INTERNAL);
        return NULL;
    }
    sealing->has_key = true;
    char *sealed =
        seal_text(&sealing->key, label, json_string_value(text), json_string_length(text));
    json_t *json = sealed ? json_string_nocheck(sealed) : NULL;
    free(sealed);
    if (!json)
        (void)fail(rq, PROBLEM_INTERNAL);
    return json;
}

/* As texts of that form compare equal. False when nothing is left of it. */
static bool text_plain(enum format format, const char *text, char ret_plain[NAMES_TEXT_MAX])
{
    if (format == FORMAT_UNIT)
        return names_unit_key(text, ret_plain);
    if (format == FORMAT_PHONE)
        format_phone_normalise(text, ret_plain, NAMES_TEXT_MAX);
    else
        snprintf(ret_plain, NAMES_TEXT_MAX, "%s", text);
    return *ret_plain != '\0';
}

static json_t *
text_digest(const struct seal *seal, enum format format, const char *label, const char *text)
{
    char hex[65], plain[NAMES_TEXT_MAX];
    bool is_made = text_plain(format, text, plain);
    if (is_made)
        seal_digest(seal, label, plain, strlen(plain), hex);
    explicit_bzero(plain, sizeof plain);
    return is_made ? json_string_nocheck(hex) : json_null();
}

/* Part of the digests of addresses, numbers and units, which nothing makes anew. */
#define DIGEST_VERSION "1"

/* {"email"} or {"phone"}, the same as of a text of that form. */
static json_t *handle_digest(const struct seal *seal, const char *label, const char *text)
{
    bool is_email = strchr(text, '@');
    char own_label[SEAL_LABEL_MAX + sizeof DIGEST_VERSION + 5];
    snprintf(own_label, sizeof own_label, "%.*s%s" DIGEST_VERSION, (int)strcspn(label, ".") + 1,
             label, is_email ? "email" : "phone");
    if (!is_email && !format_check(FORMAT_PHONE, text))
        return json_object();
    return json_pack("{s:o}", is_email ? "email" : "phone",
                     text_digest(seal, is_email ? FORMAT_EMAIL : FORMAT_PHONE, own_label, text));
}

/* NULL when memory is exhausted. */
static json_t *
digest_make(struct request *rq, const struct contract_value *value, const json_t *json)
{
    char label[SEAL_LABEL_MAX + sizeof DIGEST_VERSION];
    const char *text = json_string_value(json);
    const struct seal *seal = rq->app->seal;
    if (!text)
        return json_null();
    if (value->format == FORMAT_HANDLE)
        return handle_digest(seal, value->digest, text);
    if (value->format == FORMAT_NAME)
        return names_digest(seal, value->digest, text);
    snprintf(label, sizeof label, "%s" DIGEST_VERSION, value->digest);
    return text_digest(seal, value->format, label, text);
}

/* NULL as above. */
static json_t *key_make(const json_t *json)
{
    char key[NAMES_TEXT_MAX];
    const char *text = json_string_value(json);
    if (!text)
        return json_null();
    return names_key(text, key) ? json_string(key) : NULL;
}

static bool sibling_add(struct sealing *sealing, json_t *object, const char *name, json_t *made)
{
    sealing->has_changed = true;
    return json_object_set_new_nocheck(object, name, made) == 0 ||
           fail(sealing->rq, PROBLEM_INTERNAL);
}

/* Siblings are made of the text, so before it is sealed. */
static bool siblings_add(struct sealing *sealing,
                         const struct contract_member *member,
                         json_t *object,
                         const json_t *json)
{
    const struct contract_value *value = member->value;
    if (value->digest &&
        !sibling_add(sealing, object, member->digest_name, digest_make(sealing->rq, value, json)))
        return false;
    if (value->is_keyed && !sibling_add(sealing, object, member->key_name, key_make(json)))
        return false;
    if (!value->is_government)
        return true;
    const char *email = json_string_value(json);
    json_t *claim = email ? json_boolean(format_is_government_address(email)) : json_null();
    return sibling_add(sealing, object, member->government_name, claim);
}

static bool
member_seal(struct sealing *sealing, const struct contract_member *member, json_t *object)
{
    json_t *json = json_object_get(object, member->name);
    if (!json)
        return true;
    if (json_is_object(json))
        return object_seal(sealing, member->value, json);
    if (json_is_array(json))
        return array_seal(sealing, member->value, json);
    if (!siblings_add(sealing, member, object, json))
        return false;
    if (member->value->is_digest_only)
        return json_object_del(object, member->name) == 0 || fail(sealing->rq, PROBLEM_INTERNAL);
    if (!member->value->sealed || !json_is_string(json))
        return true;
    json_t *sealed = string_seal(sealing, member->value->sealed, json);
    if (!sealed)
        return false;
    sealing->has_changed = true;
    return json_object_set_new_nocheck(object, member->name, sealed) == 0 ||
           fail(sealing->rq, PROBLEM_INTERNAL);
}

static bool object_seal(struct sealing *sealing, const struct contract_value *value, json_t *object)
{
    for (size_t i = 0; i < value->members_count; i++) {
        if (!member_seal(sealing, &value->members[i], object))
            return false;
    }
    return true;
}

static bool array_seal(struct sealing *sealing, const struct contract_value *value, json_t *array)
{
    const struct contract_value *items = value->items;
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *item = json_array_get(array, i);
        if (json_is_object(item) && !object_seal(sealing, items, item))
            return false;
        if (json_is_array(item) && !array_seal(sealing, items, item))
            return false;
        if (!items->sealed || !json_is_string(item))
            continue;
        json_t *sealed = string_seal(sealing, items->sealed, item);
        if (!sealed)
            return false;
        sealing->has_changed = true;
        if (json_array_set_new(array, i, sealed) != 0)
            return fail(sealing->rq, PROBLEM_INTERNAL);
    }
    return true;
}

/* Fills rq->body_sql and rq->keys_sql. */
static bool body_seal(struct request *rq, const struct contract *contract)
{
    struct sealing sealing = {.rq = rq};
    char *text = NULL;
    bool is_sealed = object_seal(&sealing, contract->body, rq->body);
    if (is_sealed && sealing.has_key)
        rq->keys_sql = rq_printf(rq, "{\"id\":\"%s\",\"wrapped\":\"%s\"}", sealing.key.id,
                                 sealing.key.wrapped);
    if (is_sealed && !sealing.has_changed)
        rq->body_sql = rq_strndup(rq, rq->raw_body, rq->raw_body_bytes);
    else if (is_sealed && (text = json_dumps(rq->body, JSON_COMPACT | JSON_REAL_PRECISION(15))))
        rq->body_sql = rq_strndup(rq, text, strlen(text));
    free(text);
    bool has_keys = !sealing.has_key || rq->keys_sql;
    seal_key_wipe(&sealing.key);
    return (is_sealed && rq->body_sql && has_keys) || fail(rq, PROBLEM_INTERNAL);
}

/* application/json, or application/merge-patch+json for a patch; charset=utf-8 is the only
 * parameter understood. */
static bool is_understood(const struct contract *contract, const char *type)
{
    static const char blank[] = " \t";
    if (!type)
        return false;
    type += strspn(type, blank);
    size_t length = strcspn(type, "; \t");
    bool is_json = length == 16 && strncasecmp(type, "application/json", length) == 0;
    bool is_patch = length == 28 && strncasecmp(type, "application/merge-patch+json", length) == 0;
    if (!is_json && !(is_patch && contract->is_patch))
        return false;
    const char *at = type + length + strspn(type + length, blank);
    if (*at == '\0')
        return true;
    if (*at++ != ';')
        return false;
    at += strspn(at, blank);
    if (strncasecmp(at, "charset=", 8) != 0)
        return false;
    at += 8;
    size_t quote = *at == '"';
    if (strncasecmp(at + quote, "utf-8", 5) != 0 || (quote == 1 && at[6] != '"'))
        return false;
    at += 5 + 2 * quote;
    return at[strspn(at, blank)] == '\0';
}

/* What jansson must not be given: deep nesting, because it recurses; and U+0000, which no text here
 * may hold. */
static bool has_sane_shape(const char *text, size_t size)
{
    size_t depth = 0;
    bool is_inside = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (c == '\0')
            return false;
        if (c == '"')
            is_inside = !is_inside;
        else if (is_inside && c == '\\')
            i++;
        else if (!is_inside && (c == '{' || c == '[') && ++depth > DEPTH_MAX)
            return false;
        else if (!is_inside && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    return true;
}

static bool body_parse(struct request *rq)
{
    json_error_t error;
    if (!has_sane_shape(rq->raw_body, rq->raw_body_bytes))
        return fail(rq, PROBLEM_BAD_JSON);
    rq->body = json_loadb(rq->raw_body, rq->raw_body_bytes,
                          JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (rq->body)
        return true;
    /* jansson names every fault of the text; what it cannot name is missing memory. */
    enum json_error_code code = json_error_code(&error);
    if (code == json_error_out_of_memory || code == json_error_unknown)
        return fail(rq, PROBLEM_INTERNAL);
    return fail_with(rq, PROBLEM_BAD_JSON,
                     json_pack("{s:i, s:i}", "line", error.line, "column", error.column));
}

static bool body_check(struct request *rq, const struct contract *contract)
{
    bool is_empty = rq->raw_body_bytes == 0;
    if (!contract->body)
        return is_empty || fail(rq, PROBLEM_BAD_REQUEST);
    if (is_empty)
        return !contract->is_body_required || fail(rq, PROBLEM_BAD_JSON);
    if (!is_understood(contract, rq->content_type))
        return fail(rq, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    if (!body_parse(rq))
        return false;
    contract_value_check(rq, contract->body, rq->body);
    return rq->problem.id == PROBLEM_NONE && body_seal(rq, contract);
}

bool contract_check_against(struct request *rq, const struct contract *contract)
{
    return contract_query_check(rq, contract) && body_check(rq, contract);
}

bool contract_check(struct request *rq)
{
    const struct contract *contract = contract_find(rq->route->operation);
    if (!contract)
        return fail(rq, PROBLEM_INTERNAL);
    return contract_check_against(rq, contract);
}
