/* SPDX-License-Identifier: MIT */
#include "blind_rsa_kit.h"

#include <nettle/rsa.h>

enum { MESSAGE_BYTES = 80, PREPARED_BYTES = BLIND_RSA_PREFIX_BYTES + MESSAGE_BYTES };

struct pair {
    uint8_t secret[BLIND_RSA_SECRET_BYTES];
    uint8_t public[BLIND_RSA_PUBLIC_BYTES];
};

/* A message, and its signature as a client ends up with it. */
struct ballot {
    uint8_t prepared[PREPARED_BYTES];
    uint8_t signature[BLIND_RSA_BYTES];
};

static struct pair own, other;

static int keys_make(void **state)
{
    (void)state;
    return blind_rsa_key_make(own.secret, own.public) &&
                   blind_rsa_key_make(other.secret, other.public)
               ? 0
               : -1;
}

static bool verify(const struct pair *pair, const struct ballot *ballot)
{
    return blind_rsa_verify(pair->public, (struct bytes){ballot->prepared, PREPARED_BYTES},
                            (struct bytes){ballot->signature, BLIND_RSA_BYTES});
}

static struct ballot ballot_make(const struct pair *pair)
{
    uint8_t message[MESSAGE_BYTES], blinded[BLIND_RSA_BYTES], blind_signature[BLIND_RSA_BYTES];
    struct ballot ballot;
    mpz_t inverse;
    mpz_init(inverse);
    assert_true(crypto_random(message, sizeof message));
    struct bytes prepared = kit_prepare((struct bytes){message, sizeof message}, ballot.prepared);
    kit_blind(pair->public, prepared, inverse, blinded);
    assert_true(blind_rsa_is_blinded(pair->public, blinded));
    assert_true(blind_rsa_sign(pair->secret, pair->public, blinded, blind_signature));
    kit_finalize(pair->public, inverse, blind_signature, ballot.signature);
    mpz_clear(inverse);
    return ballot;
}

static void test_walk(void **state)
{
    (void)state;
    for (int i = 0; i < 16; i++) {
        struct ballot ballot = ballot_make(&own);
        assert_true(verify(&own, &ballot));
        assert_false(verify(&other, &ballot));
    }
}

/* Randomness protects the computation and is not in the result: a repeated request is the same. */
static void test_same_again(void **state)
{
    (void)state;
    uint8_t blinded[BLIND_RSA_BYTES] = {0}, one[BLIND_RSA_BYTES], two[BLIND_RSA_BYTES];
    assert_true(crypto_random(blinded + 1, sizeof blinded - 1));
    assert_true(blind_rsa_sign(own.secret, own.public, blinded, one));
    assert_true(blind_rsa_sign(own.secret, own.public, blinded, two));
    assert_memory_equal(one, two, sizeof one);
}

static void number_put(const mpz_t number, uint8_t ret[BLIND_RSA_BYTES])
{
    nettle_mpz_get_str_256(BLIND_RSA_BYTES, ret, number);
}

/* Zero, the modulus and all above it: refused, and nothing is written. Its neighbours are signed.
 */
static void test_blinded_refused(void **state)
{
    (void)state;
    uint8_t blinded[BLIND_RSA_BYTES], signature[BLIND_RSA_BYTES];
    uint8_t untouched[BLIND_RSA_BYTES] = {0};
    mpz_t n, number;
    mpz_inits(n, number, NULL);
    kit_modulus(own.public, n);
    for (int i = 0; i < 6; i++) {
        bool is_good = i < 2;
        switch (i) {
        case 0:
            mpz_set_ui(number, 1);
            break;
        case 1:
            mpz_sub_ui(number, n, 1);
            break;
        case 2:
            mpz_set_ui(number, 0);
            break;
        case 3:
            mpz_set(number, n);
            break;
        case 4:
            mpz_add_ui(number, n, 1);
            break;
        default:
            mpz_ui_pow_ui(number, 2, BLIND_RSA_BITS);
            mpz_sub_ui(number, number, 1);
        }
        number_put(number, blinded);
        memset(signature, 0, sizeof signature);
        assert_int_equal(blind_rsa_is_blinded(own.public, blinded), is_good);
        assert_int_equal(blind_rsa_sign(own.secret, own.public, blinded, signature), is_good);
        if (!is_good)
            assert_memory_equal(signature, untouched, sizeof untouched);
    }
    mpz_clears(n, number, NULL);
}

/* Another key's secret, one with any bit turned, and primes that make another modulus. */
static void test_secret_refused(void **state)
{
    (void)state;
    uint8_t blinded[BLIND_RSA_BYTES] = {0}, signature[BLIND_RSA_BYTES], swapped[BLIND_RSA_BYTES];
    struct pair pair = own;
    blinded[BLIND_RSA_BYTES - 1] = 2;
    assert_false(blind_rsa_sign(other.secret, own.public, blinded, signature));
    for (size_t bit = 0; bit < 8 * sizeof pair.secret; bit += 8) {
        pair.secret[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(blind_rsa_sign(pair.secret, own.public, blinded, signature));
        pair.secret[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    memset(pair.secret, 0, sizeof pair.secret);
    assert_false(blind_rsa_sign(pair.secret, own.public, blinded, signature));
    memcpy(pair.secret, own.secret + sizeof own.secret / 2, sizeof own.secret / 2);
    memcpy(pair.secret + sizeof own.secret / 2, own.secret, sizeof own.secret / 2);
    assert_true(blind_rsa_sign(own.secret, own.public, blinded, signature));
    assert_true(blind_rsa_sign(pair.secret, own.public, blinded, swapped));
    assert_memory_equal(signature, swapped, sizeof signature);
}

/* Whatever stands around the modulus but the one spelling; a modulus that is even or short. */
static void test_public_refused(void **state)
{
    (void)state;
    struct ballot ballot = ballot_make(&own);
    struct pair pair = own;
    uint8_t blinded[BLIND_RSA_BYTES] = {0}, signature[BLIND_RSA_BYTES];
    blinded[BLIND_RSA_BYTES - 1] = 2;
    for (size_t at = 0; at < sizeof pair.public; at++) {
        bool is_around = at < KIT_MODULUS_AT || at >= KIT_MODULUS_AT + BLIND_RSA_BYTES;
        uint8_t turned = at == KIT_MODULUS_AT ? 0x80 : 1;
        if (!is_around && at != KIT_MODULUS_AT && at != KIT_MODULUS_AT + BLIND_RSA_BYTES - 1)
            continue;
        pair.public[at] ^= turned;
        assert_false(blind_rsa_is_blinded(pair.public, blinded));
        assert_false(blind_rsa_sign(pair.secret, pair.public, blinded, signature));
        assert_false(verify(&pair, &ballot));
        pair.public[at] ^= turned;
    }
    assert_true(verify(&pair, &ballot));
}

static void random_draw(void *context, size_t size, uint8_t *ret)
{
    (void)context;
    assert_true(crypto_random(ret, size));
}

/* A key with e = 3 and a signature that is good under it: none of ours, however it is spelled. */
static void test_small_exponent(void **state)
{
    (void)state;
    struct rsa_public_key small;
    struct rsa_private_key secret;
    struct pair pair = own;
    struct ballot ballot = {.prepared = {0}};
    uint8_t digest[SHA384_DIGEST_SIZE], salt[BLIND_RSA_SALT_BYTES] = {0};
    struct sha384_ctx context;
    mpz_t number;
    mpz_init(number);
    rsa_public_key_init(&small);
    rsa_private_key_init(&secret);
    mpz_set_ui(small.e, 3);
    assert_int_equal(
        rsa_generate_keypair(&small, &secret, NULL, random_draw, NULL, NULL, BLIND_RSA_BITS, 0), 1);
    sha384_init(&context);
    sha384_update(&context, PREPARED_BYTES, ballot.prepared);
    sha384_digest(&context, sizeof digest, digest);
    assert_int_equal(rsa_pss_sha384_sign_digest_tr(&small, &secret, NULL, random_draw, sizeof salt,
                                                   salt, digest, number),
                     1);
    assert_int_equal(rsa_pss_sha384_verify_digest(&small, sizeof salt, digest, number), 1);
    number_put(number, ballot.signature);
    number_put(small.n, pair.public + KIT_MODULUS_AT);
    nettle_mpz_get_str_256(sizeof pair.secret / 2, pair.secret, secret.p);
    nettle_mpz_get_str_256(sizeof pair.secret / 2, pair.secret + sizeof pair.secret / 2, secret.q);
    assert_false(verify(&pair, &ballot));
    memcpy(pair.public + BLIND_RSA_PUBLIC_BYTES - 3, "\x00\x00\x03", 3);
    assert_false(verify(&pair, &ballot));
    assert_false(blind_rsa_is_blinded(pair.public, ballot.signature));
    assert_false(blind_rsa_sign(pair.secret, pair.public, ballot.signature, ballot.signature));
    mpz_clear(number);
    rsa_private_key_clear(&secret);
    rsa_public_key_clear(&small);
}

/* A bit turned in message or signature, a length that is another, nothing at all. */
static void test_forged(void **state)
{
    (void)state;
    struct ballot ballot = ballot_make(&own);
    for (size_t bit = 0; bit < 8 * sizeof ballot; bit += 7) {
        ((uint8_t *)&ballot)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(verify(&own, &ballot));
        ((uint8_t *)&ballot)[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    uint8_t longer[BLIND_RSA_BYTES + 1] = {0};
    struct bytes prepared = {ballot.prepared, PREPARED_BYTES};
    struct bytes shorter = {ballot.prepared, PREPARED_BYTES - 1};
    struct bytes signature = {ballot.signature, BLIND_RSA_BYTES};
    memcpy(longer + 1, ballot.signature, BLIND_RSA_BYTES);
    assert_true(blind_rsa_verify(own.public, prepared, signature));
    assert_false(blind_rsa_verify(own.public, shorter, signature));
    assert_false(blind_rsa_verify(own.public, prepared, (struct bytes){longer, sizeof longer}));
    assert_false(blind_rsa_verify(own.public, prepared, (struct bytes){longer, 0}));
    for (size_t size = 0; size < BLIND_RSA_BYTES; size++)
        assert_false(blind_rsa_verify(own.public, prepared, (struct bytes){longer + 1, size}));
    memset(ballot.signature, 0, sizeof ballot.signature);
    assert_false(verify(&own, &ballot));
}

/* A signature has one spelling: that plus the modulus is another, where it still fits. */
static void test_signature_above(void **state)
{
    (void)state;
    mpz_t n, number;
    mpz_inits(n, number, NULL);
    kit_modulus(own.public, n);
    struct ballot ballot;
    do {
        ballot = ballot_make(&own);
        nettle_mpz_set_str_256_u(number, BLIND_RSA_BYTES, ballot.signature);
        mpz_add(number, number, n);
    } while (mpz_sizeinbase(number, 2) > BLIND_RSA_BITS);
    assert_true(verify(&own, &ballot));
    number_put(number, ballot.signature);
    assert_false(verify(&own, &ballot));
    mpz_clears(n, number, NULL);
}

/* What the same key signs without the 48 bytes of salt, or without the 32 in front, is no ballot.
 */
static void test_other_variants(void **state)
{
    (void)state;
    static const size_t prepared_sizes[] = {PREPARED_BYTES, BLIND_RSA_PREFIX_BYTES - 1};
    static const size_t salt_sizes[] = {0, BLIND_RSA_SALT_BYTES};
    uint8_t salt[BLIND_RSA_SALT_BYTES] = {0}, text[PREPARED_BYTES] = {0};
    uint8_t blinded[BLIND_RSA_BYTES], signature[BLIND_RSA_BYTES];
    mpz_t one;
    mpz_init_set_ui(one, 1);
    for (size_t i = 0; i < 4; i++) {
        struct bytes prepared = {text, prepared_sizes[i / 2]};
        kit_blind_with(own.public, prepared, (struct bytes){salt, salt_sizes[i % 2]}, one, blinded);
        assert_true(blind_rsa_sign(own.secret, own.public, blinded, signature));
        assert_int_equal(
            blind_rsa_verify(own.public, prepared, (struct bytes){signature, sizeof signature}),
            i == 1);
    }
    mpz_clear(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_same_again),
        cmocka_unit_test(test_blinded_refused),
        cmocka_unit_test(test_secret_refused),
        cmocka_unit_test(test_public_refused),
        cmocka_unit_test(test_small_exponent),
        cmocka_unit_test(test_forged),
        cmocka_unit_test(test_signature_above),
        cmocka_unit_test(test_other_variants),
    };
    return cmocka_run_group_tests(tests, keys_make, NULL);
}
