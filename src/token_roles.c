/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "token_claims.h"

#include <stdio.h>
#include <string.h>

static enum role own_role(const char *name, size_t length)
{
    char text[32];
    if (length >= sizeof text)
        return 0;
    memcpy(text, name, length);
    text[length] = '\0';
    enum role role = role_from_name(text);
    return role == ROLE_PUBLIC ? 0 : role;
}

/* "theirs=ours": the word divided at its last '='. False when it is no such pair of a name and one
 * of our roles. */
static bool pair_read(const char *word, size_t length, size_t *ret_theirs, enum role *ret_role)
{
    size_t at = length;
    while (at > 0 && word[at - 1] != '=')
        at--;
    if (at < 2)
        return false;
    *ret_theirs = at - 1;
    *ret_role = own_role(word + at, length - at);
    return *ret_role != 0;
}

bool token_role_names_are_sound(const char *pairs)
{
    const char *word;
    size_t length, theirs;
    enum role role;
    while (token_list_next(&pairs, &word, &length)) {
        if (!pair_read(word, length, &theirs, &role)) {
            fprintf(stderr, "token_role_names: pairs of the provider's name and a role, as "
                            "staff-coord=coordinator\n");
            return false;
        }
    }
    return true;
}

/* "realm_access.roles" walks down; names may have dots themselves ("https://example.ca/roles"), the
 * longest is found first. */
static const json_t *path_find(const json_t *object, const char *path, size_t length)
{
    for (size_t end = length; end > 0; end--) {
        if (end < length && path[end] != '.')
            continue;
        const json_t *member = json_object_getn(object, path, end);
        if (end == length && member)
            return member;
        const json_t *found =
            end < length ? path_find(member, path + end + 1, length - end - 1) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

/* What a name means here: a role that token_role_names gives names has no other. */
static enum role role_of(const struct config *config, const char *name, size_t name_length)
{
    const char *pairs = config->token_role_names, *word;
    size_t length, theirs;
    enum role role, own = own_role(name, name_length);
    bool is_renamed = false;
    while (token_list_next(&pairs, &word, &length)) {
        if (!pair_read(word, length, &theirs, &role))
            continue;
        if (theirs == name_length && memcmp(word, name, theirs) == 0)
            return role;
        is_renamed |= role == own;
    }
    return is_renamed ? 0 : own;
}

/* Names that mean nothing here are other systems' business; two that do would leave it open who is
 * asking. */
static bool role_take(struct token_reading *reading, const char *name, size_t length)
{
    enum role role = role_of(reading->config, name, length);
    if (role == 0)
        return true;
    if (reading->claims.role != 0 && reading->claims.role != role)
        return token_refuse(reading, "two-roles");
    reading->claims.role = role;
    return true;
}

/* A list of names, or one text with blanks between them (RFC 8693 `scope`). */
static bool roles_take(struct token_reading *reading, const json_t *roles)
{
    size_t index;
    const json_t *name;
    json_array_foreach(roles, index, name)
    {
        if (json_is_string(name) &&
            !role_take(reading, json_string_value(name), json_string_length(name)))
            return false;
    }
    const char *text = json_is_string(roles) ? json_string_value(roles) : "";
    for (size_t length; *(text += strspn(text, " ")); text += length) {
        length = strcspn(text, " ");
        if (!role_take(reading, text, length))
            return false;
    }
    return true;
}

bool token_role_read(struct token_reading *reading, const json_t *payload)
{
    const char *paths = reading->config->token_role_path, *path;
    size_t length;
    while (token_list_next(&paths, &path, &length)) {
        if (!roles_take(reading, path_find(payload, path, length)))
            return false;
    }
    return reading->claims.role != 0 || token_refuse(reading, "role");
}

/* The name under which this installation knows a role: the provider's first one, or ours. */
static json_t *name_of(const struct config *config, enum role role)
{
    const char *pairs = config->token_role_names, *word;
    size_t length, theirs;
    enum role given;
    while (token_list_next(&pairs, &word, &length)) {
        if (pair_read(word, length, &theirs, &given) && given == role)
            return json_stringn(word, theirs);
    }
    return json_string(role_name(role));
}

bool token_role_put(const struct config *config, json_t *claims, enum role role)
{
    const char *paths = config->token_role_path, *path;
    size_t length;
    if (!token_list_next(&paths, &path, &length))
        return false;
    json_t *parent = claims;
    for (size_t step; (step = strcspn(path, ".")) < length; path += step + 1, length -= step + 1) {
        json_t *child = json_object();
        if (json_object_setn_new(parent, path, step, child) != 0)
            return false;
        parent = child;
    }
    return json_object_setn_new(parent, path, length, json_pack("[o]", name_of(config, role))) == 0;
}
