/* SPDX-License-Identifier: MIT
 *
 * Sets of verification keys (RFC 7517), and the only room that knows rhonabwy. A set is immutable
 * and counted; keys are usable for signatures only, each pinned to one algorithm: RSA of 2048 bits
 * or more to RS256 (to PS256 when its entry says so), EC P-256 to ES256, P-384 to ES384, Ed25519 to
 * EdDSA. Thread safe: sets are shared freely, only the count changes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum jwks_alg { JWKS_RS256 = 1, JWKS_ES256, JWKS_PS256, JWKS_ES384, JWKS_EDDSA };
enum { JWKS_KID_MAX = 128 };
#define JWKS_LOCAL_KID "local"

struct jwks;
struct jwks_key;

/* Once per process before threads; more calls do nothing. */
void jwks_init(void);
/* The algorithm of this name, exactly as RFC 7518 spells it, or 0. */
enum jwks_alg jwks_alg_from_name(const char *name, size_t length);
/* A set from JWKS text. Unusable keys (other type, other use, too short, malformed, repeated kid)
 * are left out and counted in *ret_skipped. NULL when the text is malformed or no key remains.
 * Caller frees with jwks_unref. */
struct jwks *jwks_parse(const char *json, size_t bytes, size_t *ret_skipped);
/* A set of one key, kid "local", from an EC P-256 private key; only the public half is kept. NULL
 * when it is not one. */
struct jwks *jwks_from_private_pem(const char *pem);
/* The keys of both sets (either may be NULL); a kid of the first wins. NULL only when memory is
 * exhausted or both are. */
struct jwks *jwks_merge(const struct jwks *first, const struct jwks *second);
struct jwks *jwks_ref(struct jwks *set);
void jwks_unref(struct jwks *set); /* accepts NULL */
size_t jwks_count(const struct jwks *set);

/* The key of this kid and algorithm; kid NULL: the only key of the algorithm, if there is exactly
 * one. Borrowed. */
const struct jwks_key *jwks_find(const struct jwks *set, const char *kid, enum jwks_alg alg);
/* The public key as SubjectPublicKeyInfo PEM, never empty. Borrowed from the key. */
const char *jwks_key_pem(const struct jwks_key *key);
/* Whether the signature of a compact token is by this key. The caller has checked the header: three
 * strict base64url segments, alg equal to the key's, no zip, no remote or embedded keys. */
bool jwks_verify(const struct jwks_key *key, const char *token) __attribute__((warn_unused_result));
/* Compact token, ES256, kid "local". NULL when the key is not usable. Caller frees. */
char *jwks_sign(const char *private_pem, const char *type, const char *claims);
