/* SPDX-License-Identifier: MIT
 *
 * RFC 9474 as a client does it: prepare, blind, finalize. Numbers are the caller's. */
#pragma once

#include "blind_rsa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <nettle/bignum.h>
#include <nettle/pss.h>
#include <nettle/sha2.h>

#define KIT __attribute__((unused)) static

/* Where the modulus lies in a public key, and what follows it. */
enum { KIT_MODULUS_AT = BLIND_RSA_PUBLIC_BYTES - BLIND_RSA_BYTES - 5 };

KIT void kit_modulus(const uint8_t public[BLIND_RSA_PUBLIC_BYTES], mpz_t ret_n)
{
    nettle_mpz_set_str_256_u(ret_n, BLIND_RSA_BYTES, public + KIT_MODULUS_AT);
}

/* Returns the size: ret holds BLIND_RSA_PREFIX_BYTES more than the message. */
KIT struct bytes kit_prepare(struct bytes message, uint8_t *ret)
{
    assert_true(crypto_random(ret, BLIND_RSA_PREFIX_BYTES));
    memcpy(ret + BLIND_RSA_PREFIX_BYTES, message.data, message.size);
    return (struct bytes){ret, BLIND_RSA_PREFIX_BYTES + message.size};
}

/* EMSA-PSS, times r^e, with r = 1 / inverse. */
KIT void kit_blind_with(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                        struct bytes prepared,
                        struct bytes salt,
                        const mpz_t inverse,
                        uint8_t ret_blinded[BLIND_RSA_BYTES])
{
    struct sha384_ctx context;
    uint8_t digest[SHA384_DIGEST_SIZE];
    mpz_t n, encoded, r;
    mpz_inits(n, encoded, r, NULL);
    kit_modulus(public, n);
    sha384_init(&context);
    sha384_update(&context, prepared.size, prepared.data);
    sha384_digest(&context, sizeof digest, digest);
    assert_int_equal(
        pss_encode_mgf1(encoded, BLIND_RSA_BITS - 1, &nettle_sha384, salt.size, salt.data, digest),
        1);
    assert_int_not_equal(mpz_invert(r, inverse, n), 0);
    mpz_powm_ui(r, r, 65537, n);
    mpz_mul(encoded, encoded, r);
    mpz_mod(encoded, encoded, n);
    nettle_mpz_get_str_256(BLIND_RSA_BYTES, ret_blinded, encoded);
    mpz_clears(n, encoded, r, NULL);
}

/* With a salt and an inverse drawn at random. */
KIT void kit_blind(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                   struct bytes prepared,
                   mpz_t ret_inverse,
                   uint8_t ret_blinded[BLIND_RSA_BYTES])
{
    uint8_t salt[BLIND_RSA_SALT_BYTES], inverse[BLIND_RSA_BYTES];
    mpz_t n;
    mpz_init(n);
    kit_modulus(public, n);
    assert_true(crypto_random(salt, sizeof salt));
    assert_true(crypto_random(inverse, sizeof inverse));
    nettle_mpz_set_str_256_u(ret_inverse, sizeof inverse, inverse);
    mpz_mod(ret_inverse, ret_inverse, n);
    kit_blind_with(public, prepared, (struct bytes){salt, sizeof salt}, ret_inverse, ret_blinded);
    mpz_clear(n);
}

/* The signature of what was blinded. Whether it holds is the next question: blind_rsa_verify. */
KIT void kit_finalize(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                      const mpz_t inverse,
                      const uint8_t blind_signature[BLIND_RSA_BYTES],
                      uint8_t ret_signature[BLIND_RSA_BYTES])
{
    mpz_t n, signature;
    mpz_inits(n, signature, NULL);
    kit_modulus(public, n);
    nettle_mpz_set_str_256_u(signature, BLIND_RSA_BYTES, blind_signature);
    mpz_mul(signature, signature, inverse);
    mpz_mod(signature, signature, n);
    nettle_mpz_get_str_256(BLIND_RSA_BYTES, ret_signature, signature);
    mpz_clears(n, signature, NULL);
}
