/* SPDX-License-Identifier: MIT */
#include "token_claims.h"

#include "config.h"
#include "crypto.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TOKEN_JSON_MAX = 4096, DEPTH_MAX = 16, LEEWAY_MAX_S = 60 };

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

static json_t *segment_parse(const char *text, size_t length)
{
    uint8_t json[TOKEN_JSON_MAX];
    size_t bytes;
    if (length > sizeof json || !crypto_unbase64url(text, length, json, &bytes) ||
        !depth_is_bounded(json, bytes))
        return NULL;
    json_t *value = json_loadb((const char *)json, bytes, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

/* The next word of a list, without the blanks around it. */
static bool list_next(const char **list, const char **ret_word, size_t *ret_length)
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
    while (list_next(&list, &item, &item_length)) {
        type_trim(&item, &item_length);
        if (item_length == length && strncasecmp(item, word, length) == 0)
            return true;
    }
    return false;
}

bool token_config_is_sound(const struct config *config)
{
    const char *list = config->token_algorithms, *word, *types = config->token_types;
    size_t length, count = 0;
    while (list_next(&list, &word, &length)) {
        count++;
        if (length == 5 && (strncmp(word, "RS256", 5) == 0 || strncmp(word, "ES256", 5) == 0))
            continue;
        fprintf(stderr, "token_algorithms: only RS256 and ES256 can be accepted\n");
        return false;
    }
    if (count > 0 && list_next(&types, &word, &length) && config->token_issuer[0] &&
        config->token_audience[0] && config->token_role_path[0])
        return true;
    fprintf(stderr, "token_algorithms, token_types, token_issuer, token_audience and "
                    "token_role_path must not be empty\n");
    return false;
}

/* A token is verified with our keys, as it is: everything that would bring its own key or another
 * reading is refused. */
static const char *const refused_headers[] = {"crit", "zip", "jku", "jwk", "x5u", "x5c", "b64"};

static bool header_check(struct token_reading *reading, const json_t *header)
{
    for (size_t i = 0; i < sizeof refused_headers / sizeof *refused_headers; i++) {
        if (json_object_get(header, refused_headers[i]))
            return token_refuse(reading, "header");
    }
    const char *alg = json_string_value(json_object_get(header, "alg"));
    if (!alg || (strcmp(alg, "RS256") != 0 && strcmp(alg, "ES256") != 0) ||
        !token_list_has(reading->config->token_algorithms, alg, strlen(alg)))
        return token_refuse(reading, "alg");
    reading->header.alg = alg[0] == 'R' ? JWKS_RS256 : JWKS_ES256;

    const char *type = json_string_value(json_object_get(header, "typ"));
    if (!type || !token_list_has(reading->config->token_types, type, strlen(type)))
        token_refuse(reading, "typ");
    type = type ? type : "";
    reading->header.is_jwt = token_list_has("JWT", type, strlen(type));
    reading->header.is_plain_jwt = strcasecmp(type, "JWT") == 0;

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

/* "realm_access.roles" walks down; a claim whose own name has dots ("https://example.ca/roles") is
 * found first. */
static const json_t *path_find(const json_t *payload, const char *path)
{
    while (json_is_object(payload)) {
        const json_t *whole = json_object_get(payload, path);
        size_t length = strcspn(path, ".");
        if (whole || !path[length])
            return whole;
        payload = json_object_getn(payload, path, length);
        path += length + 1;
    }
    return NULL;
}

/* Names that mean nothing here are other systems' business; two that do would leave it open who is
 * asking. */
static bool role_take(struct token_reading *reading, const json_t *name)
{
    enum role role = json_is_string(name) ? role_from_name(json_string_value(name)) : 0;
    if (role == 0 || role == ROLE_PUBLIC)
        return true;
    if (reading->claims.role != 0 && reading->claims.role != role)
        return token_refuse(reading, "two-roles");
    reading->claims.role = role;
    return true;
}

static bool role_check(struct token_reading *reading, const json_t *roles)
{
    size_t index;
    const json_t *name;
    if (json_is_string(roles) && !role_take(reading, roles))
        return false;
    json_array_foreach(roles, index, name)
    {
        if (!role_take(reading, name))
            return false;
    }
    return reading->claims.role != 0 || token_refuse(reading, "role");
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
    else if (reading->header.is_jwt && json_string_length(json_object_get(payload, "scope")) == 0)
        token_refuse(reading, "scope");
    else if (times_check(reading, payload))
        role_check(reading, path_find(payload, config->token_role_path));
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
