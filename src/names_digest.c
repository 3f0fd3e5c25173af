/* SPDX-License-Identifier: MIT */
#include "names.h"
#include "seal.h"
#include "seal_mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Half of it: 128 bits, of which each token of everybody has one. */
enum { DIGEST_HEX = 32 };

/* NULL for NULL. */
static json_t *text_digest(const struct seal *seal, const char *label, const char *text)
{
    char hex[65];
    if (!text)
        return json_null();
    seal_digest(seal, label, text, strlen(text), hex);
    hex[DIGEST_HEX] = '\0';
    return json_string_nocheck(hex);
}

static json_t *
spelling_digest(const struct seal *seal, const char *label, const struct names_spelling *spelling)
{
    json_t *tokens = json_array();
    for (size_t i = 0; i < spelling->count; i++)
        json_array_append_new(tokens, text_digest(seal, label, spelling->tokens[i]));
    return json_pack("{s:o, s:o, s:o}", "whole", text_digest(seal, label, spelling->whole), "ends",
                     text_digest(seal, label, spelling->ends), "tokens", tokens);
}

/* The number stands in the label, which is part of the digest. */
static bool rules_digest(
    const struct seal *seal, const char *label, int rules, const struct names *names, json_t *all)
{
    char own_label[SEAL_LABEL_MAX + 12];
    snprintf(own_label, sizeof own_label, "%s%d", label, rules);
    for (size_t i = 0; i < names->count; i++) {
        json_t *made = spelling_digest(seal, own_label, &names->spellings[i]);
        if (json_object_set_new(made, "version", json_integer(names_version_of(rules))) != 0 ||
            json_array_append_new(all, made) != 0)
            return false;
    }
    return true;
}

json_t *names_digest(const struct seal *seal, const char *label, const char *text)
{
    struct names *names = malloc(sizeof *names);
    json_t *all = names ? json_array() : NULL;
    for (int rules = NAMES_RULES; all && rules >= NAMES_RULES_OLDEST; rules--) {
        if (names_spell(text, names) && rules_digest(seal, label, rules, names, all))
            continue;
        json_decref(all);
        all = NULL;
    }
    if (names)
        explicit_bzero(names, sizeof *names);
    free(names);
    return all;
}
