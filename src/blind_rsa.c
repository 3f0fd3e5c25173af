/* SPDX-License-Identifier: MIT */
#include "blind_rsa.h"

#include <assert.h>
#include <nettle/bignum.h>
#include <nettle/chacha.h>
#include <nettle/rsa.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

enum { PRIME_BYTES = BLIND_RSA_SECRET_BYTES / 2, EXPONENT = 65537 };

/* The DER around the modulus: what differs there is another size, exponent or algorithm. All
 * lengths are the modulus and a little: HIGH is the upper byte of each. */
enum { HIGH = BLIND_RSA_BYTES >> 8 };
static const uint8_t der_head[] = {0x30, 0x82, HIGH, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a,
                                   0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
                                   0x00, 0x03, 0x82, HIGH, 0x0f, 0x00, 0x30, 0x82, HIGH,
                                   0x0a, 0x02, 0x82, HIGH, 0x01, 0x00};
static const uint8_t der_tail[] = {0x02, 0x03, 0x01, 0x00, 0x01};
static_assert(BLIND_RSA_BYTES % 256 == 0, "the lengths above");
static_assert(sizeof der_head + BLIND_RSA_BYTES + sizeof der_tail == BLIND_RSA_PUBLIC_BYTES,
              "a public key has one size");

static void *number_alloc(size_t size)
{
    void *block = malloc(size);
    if (!block)
        abort(); /* as GMP does: it has no other way to say it */
    return block;
}

static void number_free(void *block, size_t size)
{
    explicit_bzero(block, size);
    free(block);
}

static void *number_realloc(void *block, size_t size, size_t wanted)
{
    void *moved = number_alloc(wanted);
    memcpy(moved, block, size < wanted ? size : wanted);
    number_free(block, size);
    return moved;
}

/* Primes pass through numbers that nettle and GMP make and free on their own: each is wiped. Before
 * main, because GMP reads these three in every thread. */
__attribute__((constructor)) static void numbers_are_wiped(void)
{
    mp_set_memory_functions(number_alloc, number_realloc, number_free);
}

/* nettle's way of asking for randomness cannot be refused: it draws from a seed that could. */
static bool random_start(struct chacha_ctx *random)
{
    static const uint8_t nonce[CHACHA_NONCE_SIZE];
    uint8_t seed[CHACHA_KEY_SIZE];
    bool is_drawn = crypto_random(seed, sizeof seed);
    if (is_drawn) {
        chacha_set_key(random, seed);
        chacha_set_nonce(random, nonce);
    }
    explicit_bzero(seed, sizeof seed);
    return is_drawn;
}

static void random_next(void *context, size_t size, uint8_t *ret)
{
    memset(ret, 0, size);
    chacha_crypt(context, size, ret, ret);
}

/* Refused as well: an even modulus, by nettle. The caller clears the key, whatever is returned. */
static bool public_load(struct rsa_public_key *key, const uint8_t public[BLIND_RSA_PUBLIC_BYTES])
{
    const uint8_t *modulus = public + sizeof der_head;
    rsa_public_key_init(key);
    mpz_set_ui(key->e, EXPONENT);
    nettle_mpz_set_str_256_u(key->n, BLIND_RSA_BYTES, modulus);
    return memcmp(public, der_head, sizeof der_head) == 0 &&
           memcmp(modulus + BLIND_RSA_BYTES, der_tail, sizeof der_tail) == 0 &&
           mpz_sizeinbase(key->n, 2) == BLIND_RSA_BITS && rsa_public_key_prepare(key);
}

/* ret_root = 1 / e modulo prime - 1 */
static bool exponent_load(mpz_t ret_root, const mpz_t prime, const mpz_t e)
{
    mpz_t order;
    mpz_init(order);
    mpz_sub_ui(order, prime, 1);
    bool has_root = mpz_invert(ret_root, e, order) != 0;
    mpz_clear(order);
    return has_root;
}

static bool secret_load(struct rsa_private_key *key,
                        const struct rsa_public_key *public,
                        const uint8_t secret[BLIND_RSA_SECRET_BYTES])
{
    mpz_t product;
    mpz_init(product);
    rsa_private_key_init(key);
    nettle_mpz_set_str_256_u(key->p, PRIME_BYTES, secret);
    nettle_mpz_set_str_256_u(key->q, PRIME_BYTES, secret + PRIME_BYTES);
    mpz_mul(product, key->p, key->q);
    bool is_pair = mpz_cmp(product, public->n) == 0 && exponent_load(key->a, key->p, public->e) &&
                   exponent_load(key->b, key->q, public->e) &&
                   mpz_invert(key->c, key->q, key->p) != 0 && rsa_private_key_prepare(key);
    mpz_clear(product);
    return is_pair;
}

bool blind_rsa_key_make(uint8_t ret_secret[BLIND_RSA_SECRET_BYTES],
                        uint8_t ret_public[BLIND_RSA_PUBLIC_BYTES])
{
    struct chacha_ctx random;
    struct rsa_public_key public;
    struct rsa_private_key key;
    if (!random_start(&random))
        return false;
    rsa_public_key_init(&public);
    rsa_private_key_init(&key);
    mpz_set_ui(public.e, EXPONENT);
    bool is_made = rsa_generate_keypair(&public, &key, &random, random_next, NULL, NULL,
                                        BLIND_RSA_BITS, 0) == 1;
    if (is_made) {
        uint8_t *modulus = ret_public + sizeof der_head;
        memcpy(ret_public, der_head, sizeof der_head);
        nettle_mpz_get_str_256(BLIND_RSA_BYTES, modulus, public.n);
        memcpy(modulus + BLIND_RSA_BYTES, der_tail, sizeof der_tail);
        nettle_mpz_get_str_256(PRIME_BYTES, ret_secret, key.p);
        nettle_mpz_get_str_256(PRIME_BYTES, ret_secret + PRIME_BYTES, key.q);
    }
    rsa_private_key_clear(&key);
    rsa_public_key_clear(&public);
    explicit_bzero(&random, sizeof random);
    crypto_stack_wipe();
    return is_made;
}

static bool
number_load(mpz_t number, const struct rsa_public_key *key, const uint8_t blinded[BLIND_RSA_BYTES])
{
    nettle_mpz_set_str_256_u(number, BLIND_RSA_BYTES, blinded);
    return mpz_sgn(number) > 0 && mpz_cmp(number, key->n) < 0;
}

bool blind_rsa_is_blinded(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                          const uint8_t blinded[BLIND_RSA_BYTES])
{
    struct rsa_public_key key;
    mpz_t number;
    bool is_key = public_load(&key, public);
    mpz_init(number);
    bool is_blinded = number_load(number, &key, blinded);
    mpz_clear(number);
    rsa_public_key_clear(&key);
    return is_key && is_blinded;
}

bool blind_rsa_sign(const uint8_t secret[BLIND_RSA_SECRET_BYTES],
                    const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                    const uint8_t blinded[BLIND_RSA_BYTES],
                    uint8_t ret_signature[BLIND_RSA_BYTES])
{
    struct chacha_ctx random;
    struct rsa_public_key key;
    struct rsa_private_key private;
    mpz_t number;
    bool is_key = public_load(&key, public);
    bool is_pair = secret_load(&private, &key, secret);
    mpz_init(number);
    bool is_blinded = number_load(number, &key, blinded);
    /* _tr blinds the base, and checks the root against the public key: a fault in one of the two
     * halves of the computation would otherwise give the primes away. */
    bool is_signed = is_key && is_pair && is_blinded && random_start(&random) &&
                     rsa_compute_root_tr(&key, &private, &random, random_next, number, number) == 1;
    if (is_signed)
        nettle_mpz_get_str_256(BLIND_RSA_BYTES, ret_signature, number);
    mpz_clear(number);
    rsa_private_key_clear(&private);
    rsa_public_key_clear(&key);
    explicit_bzero(&random, sizeof random);
    crypto_stack_wipe();
    return is_signed;
}

bool blind_rsa_verify(const uint8_t public[BLIND_RSA_PUBLIC_BYTES],
                      struct bytes prepared,
                      struct bytes signature)
{
    struct sha384_ctx context;
    struct rsa_public_key key;
    uint8_t digest[SHA384_DIGEST_SIZE];
    mpz_t number;
    if (signature.size != BLIND_RSA_BYTES || prepared.size < BLIND_RSA_PREFIX_BYTES)
        return false;
    sha384_init(&context);
    sha384_update(&context, prepared.size, prepared.data);
    sha384_digest(&context, sizeof digest, digest);
    bool is_key = public_load(&key, public);
    mpz_init(number);
    bool is_below = number_load(number, &key, signature.data);
    bool is_signed = is_key && is_below &&
                     rsa_pss_sha384_verify_digest(&key, BLIND_RSA_SALT_BYTES, digest, number) == 1;
    mpz_clear(number);
    rsa_public_key_clear(&key);
    return is_signed;
}
