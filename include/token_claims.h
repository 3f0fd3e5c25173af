/* SPDX-License-Identifier: MIT
 *
 * What a token says, read strictly: header and claims as JSON without repeated names, checked by
 * hand because the JWT libraries here check none of it. Nothing read here is believed before the
 * signature has been verified (token.c). */
#pragma once

#include "jwks.h"
#include "router.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;

enum { TOKEN_SUBJECT_MAX = 255 };

struct token_claims {
    char subject[TOKEN_SUBJECT_MAX + 1];
    enum role role;
    int64_t expires_s;
};

struct token_header {
    enum jwks_alg alg;
    bool has_kid;
    char kid[JWKS_KID_MAX + 1];
    bool is_jwt;       /* typ JWT, which ID tokens carry too: a scope claim must tell them apart */
    bool is_plain_jwt; /* spelled without "application/", as libjwt understands it */
};

/* One reading of one token. The first refusal wins; reason is a static code word for the log, NULL
 * as long as nothing is wrong. */
struct token_reading {
    const struct config *config;
    int64_t now_s;
    const char *reason;
    bool is_signed;    /* by a key of ours: what it says may be believed, also when it is refused */
    bool is_undecided; /* its key may be one that could not be fetched yet */
    struct token_header header;
    struct token_claims claims;
};

/* The next word of a list separated by commas, without the blanks around it; moves *list behind it.
 */
bool token_list_next(const char **list, const char **ret_word, size_t *ret_length);
/* Whether word is in a list separated by commas, case-insensitive. */
bool token_list_has(const char *list, const char *word, size_t length);
/* The configuration's lists name only what this file can check; stderr says what does not. */
bool token_config_is_sound(const struct config *config);
/* 1 to 255 visible ASCII characters. */
bool token_subject_is_valid(const char *text);
/* text: a base64url segment. False when the signature cannot even be looked at; true with
 * reading->reason set when the token is refused for what it says. */
bool token_header_read(struct token_reading *reading, const char *text, size_t length)
    __attribute__((warn_unused_result));
bool token_claims_read(struct token_reading *reading, const char *text, size_t length)
    __attribute__((warn_unused_result));
/* The one role that a payload gives, by the configured paths and names, into reading->claims. */
bool token_role_read(struct token_reading *reading, const json_t *payload);
/* Puts a role where token_role_read would look for it first. */
bool token_role_put(const struct config *config, json_t *claims, enum role role)
    __attribute__((warn_unused_result));
/* Of token_role_names; stderr says what is wrong. */
bool token_role_names_are_sound(const char *pairs);
bool token_refuse(struct token_reading *reading, const char *reason); /* always false */
