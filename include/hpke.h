/* SPDX-License-Identifier: MIT
 *
 * Sealing to a public key: RFC 9180 in base mode, one message a key exchange, DHKEM(X25519,
 * HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Who sealed is not known. Thread safe, no state. */
#pragma once

#include "crypto.h"

enum {
    HPKE_KEY_BYTES = 32,
    HPKE_BOX_OVERHEAD = HPKE_KEY_BYTES + CRYPTO_TAG_BYTES,
    HPKE_INFO_MAX_BYTES = 64, /* RFC 9180, 7.2.1 */
    HPKE_TEXT_MAX_BYTES = 65536
};

struct hpke_key {
    uint8_t secret[HPKE_KEY_BYTES];
    uint8_t public[HPKE_KEY_BYTES];
};

/* What a box opens under and no other. */
struct hpke_scope {
    struct bytes info; /* at most HPKE_INFO_MAX_BYTES */
    struct bytes aad;  /* at most HPKE_TEXT_MAX_BYTES */
};

/* False: no randomness. */
bool hpke_key_make(struct hpke_key *ret_key) __attribute__((warn_unused_result));
void hpke_key_load(const uint8_t secret[HPKE_KEY_BYTES], struct hpke_key *ret_key);
void hpke_key_wipe(struct hpke_key *key);

/* A box is enc | ciphertext | tag, text.size + HPKE_BOX_OVERHEAD bytes. It is clients who seal;
 * this is for tests, and therefore `ephemeral` is given: a key made for this one box. False: a
 * length beyond its bound, or a public key that makes every secret the same. */
bool hpke_seal(const uint8_t public[HPKE_KEY_BYTES],
               const struct hpke_key *ephemeral,
               const struct hpke_scope *scope,
               struct bytes text,
               uint8_t *ret_box) __attribute__((warn_unused_result));

/* Writes box.size - HPKE_BOX_OVERHEAD bytes. False (and at most zeroes written) when anything is
 * not as it was sealed. */
bool hpke_open(const struct hpke_key *key,
               const struct hpke_scope *scope,
               struct bytes box,
               uint8_t *ret_text) __attribute__((warn_unused_result));
