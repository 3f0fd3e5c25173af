/* SPDX-License-Identifier: MIT
 *
 * Blind signatures: RFC 9474, RSABSSA-SHA384-PSS-Randomized, RSA-2048, e = 65537. Whoever signs
 * learns nothing of the message; whoever verifies needs the public key alone. Preparing, blinding
 * and finalizing are the client's. Thread safe, no state. One key signs for one purpose and in this
 * variant only.
 *
 * A public key is a SubjectPublicKeyInfo in DER under rsaEncryption, which browsers import; there
 * is one spelling for each key, so that SHA-256 of it (crypto_sha256) is the key's thumbprint. A
 * secret key is the two primes p | q and nothing that could disagree with them. */
#pragma once

#include "crypto.h"

#ifndef BLIND_RSA_BITS
#define BLIND_RSA_BITS 2048 /* other than that in the test with the vectors of RFC 9474 alone */
#endif

enum {
    BLIND_RSA_BYTES = BLIND_RSA_BITS / 8, /* of the modulus, of what is blinded, of a signature */
    BLIND_RSA_PUBLIC_BYTES = BLIND_RSA_BYTES + 38,
    BLIND_RSA_SECRET_BYTES = BLIND_RSA_BYTES,
    BLIND_RSA_PREFIX_BYTES = 32, /* random, in front of every message that is prepared */
    BLIND_RSA_SALT_BYTES = 48
};

/* Some tens of milliseconds. False: no randomness. The caller seals ret_secret and wipes it. */
bool blind_rsa_key_make(uint8_t ret_secret[BLIND_RSA_SECRET_BYTES],
                        uint8_t ret_public[BLIND_RSA_PUBLIC_BYTES])
    __attribute__((warn_unused_result));

/* Whether this can be signed: neither zero nor beyond the modulus. */
bool blind_rsa_is_blinded(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                          const uint8_t blinded[BLIND_RSA_BYTES])
    __attribute__((warn_unused_result));

/* A few milliseconds, which do not depend on what is signed; the same bytes have the same
 * signature. False: not blind_rsa_is_blinded, the two keys are no pair, no randomness, or the
 * result is not what the public key says. */
bool blind_rsa_sign(const uint8_t secret[BLIND_RSA_SECRET_BYTES],
                    const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                    const uint8_t blinded[BLIND_RSA_BYTES],
                    uint8_t ret_signature[BLIND_RSA_BYTES]) __attribute__((warn_unused_result));

/* prepared: the random prefix and the message. */
bool blind_rsa_verify(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                      struct bytes prepared,
                      struct bytes signature) __attribute__((warn_unused_result));
