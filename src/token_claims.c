/* SPDX-License-Identifier: MIT */
#include "token_claims.h"

#include "config.h"
#include "crypto.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TOKEN_JSON_MAX = 16384, DEPTH_MAX = 16, LEEWAY_MAX_S = 60 };

bool token_refuse(struct token_reading *reading, const char *reason)
{
    if (!reading->reason)
        reading->reason = reason;
    return false;
}

/* jansson goes as deep as it is told, and a stack is finite. */
static bool depth_is_bounded(const uint8_t *json, size_t bytes)
{
    unsigned depth = 0;
    bool is_text = false;
    for (size_t i = 0; i < bytes; i++) {
        if (is_text && json[i] == '\\')
            i++;
        else if (json[i] == '"')
            is_text = !is_text;
        else if (!is_text && (json[i] == '{' || json[i] == '[') && ++depth > DEPTH_MAX)
            return false;
        else if (!is_text && (json[i] == '}' || json[i] == ']') && depth > 0)
            depth--;
    }
    return true;
}

/* The bytes not on the stack: each connection's thread would keep the room for the longest. */
static json_t *segment_parse(const char *text, size_t length)
{
    size_t bytes;
    uint8_t *json = length <= TOKEN_JSON_MAX ? malloc(length + 1) : NULL;
    json_t *value = NULL;
    if (json && crypto_unbase64url(text, length, json, &bytes) && depth_is_bounded(json, bytes))
        value = json_loadb((const char *)json, bytes, JSON_REJECT_DUPLICATES, NULL);
    free(json);
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

bool token_list_next(const char **list, const char **ret_word, size_t *ret_length)
{
    *list += strspn(*list, ", ");
    if (!**list)
        return false;
    *ret_word = *list;
    *ret_length = strcspn(*list, ", ");
    *list += *ret_length;
    return true;
}

/* typ is a media type; its "application/" may be left out (RFC 7515 4.1.9). */
static void type_trim(const char **word, size_t *length)
{
    static const char prefix[] = "application/";
    if (*length > sizeof prefix - 1 && strncasecmp(*word, prefix, sizeof prefix - 1) == 0) {
        *word += sizeof prefix - 1;
        *length -= sizeof prefix - 1;
    }
}

bool token_list_has(const char *list, const char *word, size_t length)
{
    const char *item;
    size_t item_length;
    type_trim(&word, &length);
    while (token_list_next(&list, &item, &item_length)) {
        type_trim(&item, &item_length);
        if (item_length == length && strncasecmp(item, word, length) == 0)
            return true;
    }
    return false;
}

static bool algorithms_are_known(const char *list)
{
    const char *word;
    size_t length;
    while (token_list_next(&list, &word, &length)) {
        if (jwks_alg_from_name(word, length) != 0)
            continue;
        fprintf(stderr, "token_algorithms: only RS256, PS256, ES256, ES384 and EdDSA can be "
                        "accepted\n");
        return false;
    }
    return true;
}

static bool list_is_empty(const char *list)
{
    return !list[strspn(list, ", ")];
}

bool token_config_is_sound(const struct config *config)
{
    if (!algorithms_are_known(config->token_algorithms) ||
        !token_role_names_are_sound(config->token_role_names))
        return false;
    if (!list_is_empty(config->token_algorithms) && !list_is_empty(config->token_types) &&
        !list_is_empty(config->token_role_path) && config->token_issuer[0] &&
        config->token_audience[0])
        return true;
    fprintf(stderr, "token_algorithms, token_types, token_issuer, token_audience and "
                    "token_role_path must not be empty\n");
    return false;
}

/* A token is verified with our keys, as it is: everything that would bring its own key or another
 * reading is refused. */
static const char *const refused_headers[] = {"crit", "zip", "jku", "jwk", "x5u", "x5c", "b64"};

/* Without a type a token may be an ID token, as with JWT. */
static void type_check(struct token_reading *reading, const json_t *typ)
{
    static const char absent[] = "absent";
    const char *type = typ ? json_string_value(typ) : absent;
    bool is_fine = type && (!typ || strcasecmp(type, absent) != 0) &&
                   token_list_has(reading->config->token_types, type, strlen(type));
    if (!is_fine) {
        token_refuse(reading, "typ");
        return;
    }
    reading->header.is_jwt = !typ || token_list_has("JWT", type, strlen(type));
    reading->header.is_plain_jwt = strcasecmp(type, "JWT") == 0;
}

static bool header_check(struct token_reading *reading, const json_t *header)
{
    for (size_t i = 0; i < sizeof refused_headers / sizeof *refused_headers; i++) {
        if (json_object_get(header, refused_headers[i]))
            return token_refuse(reading, "header");
    }
    const char *alg = json_string_value(json_object_get(header, "alg"));
    reading->header.alg = alg ? jwks_alg_from_name(alg, strlen(alg)) : 0;
    if (reading->header.alg == 0 ||
        !token_list_has(reading->config->token_algorithms, alg, strlen(alg)))
        return token_refuse(reading, "alg");
    type_check(reading, json_object_get(header, "typ"));

    const json_t *kid = json_object_get(header, "kid");
    if (!kid)
        return true;
    size_t length = json_string_length(kid);
    if (length == 0 || length > JWKS_KID_MAX)
        return token_refuse(reading, "kid");
    memcpy(reading->header.kid, json_string_value(kid), length + 1);
    reading->header.has_kid = true;
    return true;
}

bool token_header_read(struct token_reading *reading, const char *text, size_t length)
{
    json_t *header = segment_parse(text, length);
    bool is_fine = header ? header_check(reading, header) : token_refuse(reading, "header");
    json_decref(header);
    return is_fine;
}

static bool audience_has(const json_t *audience, const char *wanted)
{
    if (json_is_string(audience))
        return strcmp(json_string_value(audience), wanted) == 0;
    size_t index;
    const json_t *item;
    bool is_found = false;
    json_array_foreach(audience, index, item)
    {
        if (!json_is_string(item))
            return false;
        is_found |= strcmp(json_string_value(item), wanted) == 0;
    }
    return is_found;
}

/* Seconds that clocks may differ. */
static double leeway_of(const struct config *config)
{
    long leeway = config->token_leeway_s;
    return (double)(leeway < 0 ? 0 : leeway > LEEWAY_MAX_S ? LEEWAY_MAX_S : leeway);
}

/* RFC 7519 lets times be reals. exp is bounded through iat: now + leeway + longest lifetime. */
static bool times_check(struct token_reading *reading, const json_t *payload)
{
    const json_t *exp = json_object_get(payload, "exp"), *iat = json_object_get(payload, "iat");
    const json_t *nbf = json_object_get(payload, "nbf");
    if (!nbf)
        nbf = iat;
    if (!json_is_number(exp) || !json_is_number(iat) || !json_is_number(nbf))
        return token_refuse(reading, "times");
    double now = (double)reading->now_s, leeway = leeway_of(reading->config);
    double end = json_number_value(exp), start = json_number_value(iat), lifetime = end - start;
    if (now >= end + leeway)
        return token_refuse(reading, "expired");
    if (start > now + leeway || json_number_value(nbf) > now + leeway)
        return token_refuse(reading, "not-yet");
    if (lifetime <= 0 || lifetime > (double)reading->config->token_max_lifetime_s)
        return token_refuse(reading, "lifetime");
    reading->claims.expires_s = (int64_t)end;
    return true;
}

bool token_subject_is_valid(const char *text)
{
    size_t length = 0;
    for (; text[length]; length++) {
        if (text[length] < 0x21 || text[length] > 0x7e)
            return false;
    }
    return length > 0 && length <= TOKEN_SUBJECT_MAX;
}

static bool subject_check(struct token_reading *reading, const json_t *subject)
{
    const char *text = json_string_value(subject);
    if (!text || !token_subject_is_valid(text))
        return token_refuse(reading, "sub");
    memcpy(reading->claims.subject, text, strlen(text) + 1);
    return true;
}

/* `scope` (RFC 9068) or what some providers call `scp`, there a list. */
static bool has_scope(const json_t *payload)
{
    const json_t *scope = json_object_get(payload, "scope"), *scp = json_object_get(payload, "scp");
    return json_string_length(scope) > 0 || json_string_length(scp) > 0 || json_array_size(scp) > 0;
}

/* The first thing that is wrong is the reason. */
static void claims_check(struct token_reading *reading, const json_t *payload)
{
    const struct config *config = reading->config;
    const char *issuer = json_string_value(json_object_get(payload, "iss"));
    if (!subject_check(reading, json_object_get(payload, "sub")))
        return;
    if (!issuer || strcmp(issuer, config->token_issuer) != 0)
        token_refuse(reading, "iss");
    else if (!audience_has(json_object_get(payload, "aud"), config->token_audience))
        token_refuse(reading, "aud");
    else if (reading->header.is_jwt && !has_scope(payload))
        token_refuse(reading, "scope");
    else if (times_check(reading, payload))
        token_role_read(reading, payload);
}

bool token_claims_read(struct token_reading *reading, const char *text, size_t length)
{
    json_t *payload = segment_parse(text, length);
    if (!payload)
        return token_refuse(reading, "claims");
    claims_check(reading, payload);
    json_decref(payload);
    return true;
}
