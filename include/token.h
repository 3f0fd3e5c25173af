/* SPDX-License-Identifier: MIT
 *
 * Stop 3, the only door: a bearer token becomes an actor. Accepts the algorithms of jwks.h under
 * keys of a JWKS (file or URL, rotated by kid, refreshed in the background) or the local ES256 key;
 * the algorithm is pinned to the key. RFC 9068, RFC 8725, RFC 6750. Verified tokens are remembered
 * by SHA-256 until they expire, 60 s at most. Thread safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct request;
struct token_reading;
struct token_verifier;

/* Loads the keys; starts the refresh thread when a JWKS URL is configured. NULL + message on
 * stderr: an unusable key must stop the start. Caller frees with token_verifier_destroy. */
struct token_verifier *token_verifier_create(const struct config *config);
void token_verifier_destroy(struct token_verifier *verifier);
/* False until the first key set is there: /readyz. */
bool token_verifier_is_ready(const struct token_verifier *verifier);
/* Whether the first fetch of keys goes well, waiting for it; stderr says address and cause. */
bool token_verifier_wait(struct token_verifier *verifier) __attribute__((warn_unused_result));
/* Fills rq->actor from rq->authorization. No header: actor.role = 0 and true. Otherwise sets
 * - BAD_REQUEST when the header is not one `Bearer <token>`: empty, without a token, with anything
 * after it, or with a comma, which is also how two Authorization headers arrive (RFC 6750 3.1,
 * invalid_request);
 * - UNAVAILABLE while there is no key, or the one it names cannot be fetched;
 * - UNAUTHENTICATED for another scheme and for every token that is not accepted, whatever the
 * reason. The reason is for the log: of a token whose signature is good it is in rq->refusal, with
 * its subject in rq->actor; of any other it is written at level debug. */
bool token_verify(struct token_verifier *verifier, struct request *rq)
    __attribute__((warn_unused_result));
/* What token_verify() would find in a token, and why; for `alongside token explain`. */
void token_explain(struct token_verifier *verifier, const char *token, struct token_reading *ret);
/* An at+jwt token signed with the local key, living lifetime_s, but no longer than the
 * configuration accepts. Caller frees; NULL when no usable local key is configured, role is unknown
 * or subject is not 1 to 255 visible characters. */
char *
token_mint(const struct config *config, const char *subject, const char *role, int64_t lifetime_s);
