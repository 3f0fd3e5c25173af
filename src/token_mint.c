/* SPDX-License-Identifier: MIT */
#include "token.h"

#include "config.h"
#include "jwks.h"
#include "request.h"
#include "token_claims.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

char *
token_mint(const struct config *config, const char *subject, const char *role, int64_t lifetime_s)
{
    enum role known = role_from_name(role);
    char id[37];
    if (!config->token_local_key[0] || known == 0 || known == ROLE_PUBLIC ||
        !token_subject_is_valid(subject) || lifetime_s <= 0)
        return NULL;
    if (lifetime_s > config->token_max_lifetime_s)
        lifetime_s = config->token_max_lifetime_s;
    uuid_make(id);
    json_int_t now = time(NULL);
    json_t *claims = json_pack("{ss ss ss ss sI sI ss}", "iss", config->token_issuer, "aud",
                               config->token_audience, "sub", subject, "client_id", "alongside",
                               "iat", now, "exp", now + lifetime_s, "jti", id);
    char *text =
        claims && token_role_put(config, claims, known) ? json_dumps(claims, JSON_COMPACT) : NULL;
    char *token = text ? jwks_sign(config->token_local_key, "at+jwt", text) : NULL;
    free(text);
    json_decref(claims);
    return token;
}
