/* SPDX-License-Identifier: MIT
 *
 * For the tests of the token door: keys made on the spot, tokens of every kind, and how a request
 * with one fares. */
#pragma once

#include "config.h"
#include "problem.h"
#include "request.h"
#include "token.h"

#include <jansson.h>
#include <rhonabwy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KIT __attribute__((unused)) static

/* Defaults as in config.def, so far as the token door reads them. */
KIT struct config kit_config(void)
{
    return (struct config){.token_issuer = "https://issuer.test",
                           .token_audience = "alongside",
                           .token_types = "at+jwt",
                           .token_algorithms = "RS256,ES256",
                           .token_jwks_file = "",
                           .token_jwks_url = "",
                           .token_jwks_refresh_s = 300,
                           .token_local_key = "",
                           .token_max_lifetime_s = 3600,
                           .token_leeway_s = 30,
                           .token_role_path = "roles",
                           .token_role_names = "",
                           .token_ca_file = ""};
}

/* A private key; type R_KEY_TYPE_RSA or R_KEY_TYPE_EC. Caller frees with r_jwk_free. */
KIT jwk_t *kit_key(int type, unsigned bits, const char *kid)
{
    jwk_t *private = NULL, *public = NULL;
    if (r_global_init() != RHN_OK || r_jwk_init(&private) != RHN_OK ||
        r_jwk_init(&public) != RHN_OK ||
        r_jwk_generate_key_pair(private, public, type, bits, kid) != RHN_OK)
        abort();
    r_jwk_free(public);
    return private;
}

/* Its public half as a member of a JWKS. Caller frees. */
KIT json_t *kit_public(jwk_t *private)
{
    jwk_t *public = NULL;
    if (r_jwk_init(&public) != RHN_OK ||
        r_jwk_extract_pubkey(private, public, R_FLAG_IGNORE_REMOTE) != RHN_OK)
        abort();
    json_t *entry = r_jwk_export_to_json_t(public);
    r_jwk_free(public);
    return entry;
}

/* PEM of the key as it is, private or public. Caller frees. */
KIT char *kit_pem(jwk_t *key)
{
    static unsigned char pem[8192];
    size_t bytes = sizeof pem - 1;
    if (r_jwk_export_to_pem_der(key, R_FORMAT_PEM, pem, &bytes, R_FLAG_IGNORE_REMOTE) != RHN_OK)
        abort();
    return strndup((char *)pem, bytes);
}

/* Takes over the entries. Caller frees. */
KIT char *kit_jwks(json_t *entries)
{
    json_t *document = json_pack("{so}", "keys", entries);
    char *text = json_dumps(document, JSON_COMPACT);
    json_decref(document);
    return text;
}

/* Writes text to a new temporary file. path: room for 64 characters. */
KIT void kit_file(const char *text, char *path)
{
    snprintf(path, 64, "/tmp/alongside-test-XXXXXX");
    int file = mkstemp(path);
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text) || close(file) != 0)
        abort();
}

/* Claims that are accepted, for a coordinator. Caller frees. */
KIT json_t *kit_claims(void)
{
    json_int_t now = time(NULL);
    return json_pack("{ss ss ss ss sI sI ss s[s]}", "iss", "https://issuer.test", "aud",
                     "alongside", "sub", "someone", "client_id", "web", "iat", now, "exp",
                     now + 600, "jti", "1", "roles", "coordinator");
}

/* The same with one claim replaced (value NULL: removed); takes over value. */
KIT json_t *kit_claims_with(const char *name, json_t *value)
{
    json_t *claims = kit_claims();
    if (value)
        json_object_set_new(claims, name, value);
    else
        json_object_del(claims, name);
    return claims;
}

/* A signed token over any bytes; header members besides alg are taken from `header` (taken over).
 * Caller frees. */
KIT char *kit_sign_text(jwk_t *key, jwa_alg alg, json_t *header, const char *payload)
{
    jws_t *jws = NULL;
    if (r_jws_init(&jws) != RHN_OK || r_jws_set_alg(jws, alg) != RHN_OK)
        abort();
    const char *name;
    json_t *value;
    json_object_foreach(header, name, value)
    {
        r_jws_set_header_json_t_value(jws, name, value);
    }
    r_jws_set_payload(jws, (const unsigned char *)payload, strlen(payload));
    char *text = r_jws_serialize(jws, key, R_FLAG_IGNORE_REMOTE);
    r_jws_free(jws);
    json_decref(header);
    if (!text)
        abort();
    return text;
}

/* As above; takes over claims. */
KIT char *kit_sign(jwk_t *key, jwa_alg alg, json_t *header, json_t *claims)
{
    char *payload = json_dumps(claims, JSON_COMPACT);
    char *token = kit_sign_text(key, alg, header, payload);
    free(payload);
    json_decref(claims);
    return token;
}

/* What comes of a request with this Authorization header. role and subject (256) may be NULL. */
KIT enum problem_id
kit_ask(struct token_verifier *verifier, const char *header, enum role *role, char *subject)
{
    struct request rq = {.authorization = header};
    bool is_accepted = token_verify(verifier, &rq);
    enum problem_id problem = rq.problem.id;
    if (is_accepted != (problem == PROBLEM_NONE) || (!is_accepted && rq.actor.role != 0))
        abort();
    if (role)
        *role = rq.actor.role;
    if (subject && rq.actor.subject)
        snprintf(subject, 256, "%s", rq.actor.subject);
    request_release(&rq);
    return problem;
}

/* The same for a token (taken over). */
KIT enum problem_id kit_ask_token(struct token_verifier *verifier, char *token, enum role *role)
{
    char *header = NULL;
    if (asprintf(&header, "Bearer %s", token) < 0)
        abort();
    enum problem_id problem = kit_ask(verifier, header, role, NULL);
    free(header);
    free(token);
    return problem;
}
