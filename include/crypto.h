/* SPDX-License-Identifier: MIT
 *
 * The few cryptographic tools that the rest builds on; a thin layer over nettle and getrandom(2).
 * Thread safe, no state. Buffers are the caller's; sizes are bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRYPTO_KEY_BYTES = 32,
    CRYPTO_NONCE_BYTES = 12, /* NIST SP 800-38D: 96 bits, random */
    CRYPTO_TAG_BYTES = 16,
    CRYPTO_BOX_OVERHEAD = CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES,
    CRYPTO_HASH_BYTES = 32,
    CRYPTO_HEX_BYTES = 2 * CRYPTO_HASH_BYTES + 1
};

/* Bytes, and their number. */
struct bytes {
    const void *data;
    size_t size;
};

/* False when the kernel has no randomness to give. */
bool crypto_random(void *ret, size_t size) __attribute__((warn_unused_result));
/* The time depends on size alone. */
bool crypto_equal(const void *a, const void *b, size_t size) __attribute__((warn_unused_result));
void crypto_sha256(struct bytes text, uint8_t ret_hash[CRYPTO_HASH_BYTES]);
void crypto_sha256_hex(struct bytes text, char ret_hex[CRYPTO_HEX_BYTES]);
/* Over the concatenation of `count` parts. */
void crypto_hmac_sha256(const uint8_t key[CRYPTO_KEY_BYTES],
                        const struct bytes *parts,
                        size_t count,
                        uint8_t ret_mac[CRYPTO_HASH_BYTES]);
/* Over the text with A-Z in lower case. */
void crypto_hmac_sha256_lower(const uint8_t key[CRYPTO_KEY_BYTES],
                              struct bytes text,
                              uint8_t ret_mac[CRYPTO_HASH_BYTES]);
/* HKDF-SHA256 (RFC 5869) with an empty salt: a key of its own for every purpose. */
void crypto_derive(const uint8_t key[CRYPTO_KEY_BYTES],
                   const char *purpose,
                   uint8_t ret_key[CRYPTO_KEY_BYTES]);
/* For who has just worked with a secret: what functions that returned left below on the stack. */
void crypto_stack_wipe(void);
void crypto_hex(struct bytes text, char *ret_hex);
/* Reads exactly 2 * size hexadecimal digits. */
bool crypto_unhex(const char *hex, uint8_t *ret, size_t size) __attribute__((warn_unused_result));

/* AES-256-GCM with a nonce that this key never sees twice. What is sealed is ciphertext | tag, and
 * may lie where the text lies. */
void crypto_gcm_seal(const uint8_t key[CRYPTO_KEY_BYTES],
                     const uint8_t nonce[CRYPTO_NONCE_BYTES],
                     struct bytes aad,
                     struct bytes text,
                     uint8_t *ret_sealed);
/* Writes sealed.size - CRYPTO_TAG_BYTES bytes: zeroes when false, because anything was changed. */
bool crypto_gcm_open(const uint8_t key[CRYPTO_KEY_BYTES],
                     const uint8_t nonce[CRYPTO_NONCE_BYTES],
                     struct bytes aad,
                     struct bytes sealed,
                     uint8_t *ret_text) __attribute__((warn_unused_result));

/* The same with a nonce drawn at random. A box is nonce | ciphertext | tag, text.size +
 * CRYPTO_BOX_OVERHEAD bytes. False: no randomness. */
bool crypto_box(const uint8_t key[CRYPTO_KEY_BYTES],
                struct bytes aad,
                struct bytes text,
                uint8_t *ret_box) __attribute__((warn_unused_result));
/* Writes box.size - CRYPTO_BOX_OVERHEAD bytes; ret_text may be the ciphertext's own place in the
 * box. False (and zeroes written) when anything was changed. */
bool crypto_unbox(const uint8_t key[CRYPTO_KEY_BYTES],
                  struct bytes aad,
                  struct bytes box,
                  uint8_t *ret_text) __attribute__((warn_unused_result));

/* Base64url without padding (RFC 4648, 5). Decoding accepts the one canonical spelling only, so
 * that a text cannot be changed without changing what it says; nettle's decoder skips white space.
 */
size_t crypto_base64url_size(size_t size); /* characters, without the terminating 0 */
void crypto_base64url(struct bytes text, char *ret_base64);
/* ret holds at least length * 3 / 4 bytes. */
bool crypto_unbase64url(const char *base64, size_t length, uint8_t *ret, size_t *ret_size)
    __attribute__((warn_unused_result));
