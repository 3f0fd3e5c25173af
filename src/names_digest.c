/* SPDX-License-Identifier: MIT */
#include "names.h"
#include "seal.h"

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

json_t *names_digest(const struct seal *seal, const char *label, const char *text)
{
    struct names *names = malloc(sizeof *names);
    json_t *all = names && names_spell(text, names) ? json_array() : NULL;
    for (size_t i = 0; all && i < names->count; i++) {
        json_t *made = spelling_digest(seal, label, &names->spellings[i]);
        if (json_array_append_new(all, made) != 0) {
            json_decref(all);
            all = NULL;
        }
    }
    if (names)
        explicit_bzero(names, sizeof *names);
    free(names);
    return all;
}
