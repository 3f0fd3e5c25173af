/* SPDX-License-Identifier: MIT */
#include "hpke.h"

#include <nettle/curve25519.h>
#include <string.h>

/* RFC 9180, 4 and 5.1: labels, with KEM 0x0020 alone or with KDF 0x0001 and AEAD 0x0002. Labels
 * that expand begin with the length wanted. */
#define LABEL(text) ((struct bytes){(text), sizeof(text) - 1})
#define KEM "HPKE-v1KEM\x00\x20"
#define SUITE "HPKE-v1HPKE\x00\x20\x00\x01\x00\x02"

static const uint8_t zeroes[CRYPTO_KEY_BYTES];

struct hpke_cipher {
    uint8_t key[CRYPTO_KEY_BYTES];
    uint8_t nonce[CRYPTO_NONCE_BYTES];
};

/* LabeledExtract. To HMAC, no salt is the same key as zeroes. */
static void extract(const uint8_t salt[CRYPTO_KEY_BYTES],
                    struct bytes label,
                    struct bytes material,
                    uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
    const struct bytes parts[] = {label, material};
    crypto_hmac_sha256(salt, parts, 2, ret_hash);
}

/* LabeledExpand: nothing here wants more than the first block. */
static void expand(const uint8_t key[CRYPTO_KEY_BYTES],
                   struct bytes label,
                   struct bytes info,
                   uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
    const struct bytes parts[] = {label, info, {"\x01", 1}};
    crypto_hmac_sha256(key, parts, 3, ret_hash);
}

/* KeySchedule of base mode, for the first message. */
static void
cipher_schedule(const uint8_t shared[CRYPTO_HASH_BYTES], struct bytes info, struct hpke_cipher *ret)
{
    uint8_t context[1 + 2 * CRYPTO_HASH_BYTES] = {0}; /* mode | hash of no psk_id | hash of info */
    uint8_t secret[CRYPTO_HASH_BYTES], nonce[CRYPTO_HASH_BYTES];
    const struct bytes whole = {context, sizeof context};
    extract(zeroes, LABEL(SUITE "psk_id_hash"), LABEL(""), context + 1);
    extract(zeroes, LABEL(SUITE "info_hash"), info, context + 1 + CRYPTO_HASH_BYTES);
    extract(shared, LABEL(SUITE "secret"), LABEL(""), secret);
    expand(secret, LABEL("\x00\x20" SUITE "key"), whole, ret->key);
    expand(secret, LABEL("\x00\x0c" SUITE "base_nonce"), whole, nonce);
    memcpy(ret->nonce, nonce, sizeof ret->nonce);
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(nonce, sizeof nonce);
}

/* Encap and Decap differ in whose secret meets whose point only. False: the point is of low order,
 * and the secret would be zero, which everybody knows. */
static bool cipher_agree(const uint8_t secret[HPKE_KEY_BYTES],
                         const uint8_t point[HPKE_KEY_BYTES],
                         struct bytes exchanged,
                         struct bytes info,
                         struct hpke_cipher *ret)
{
    uint8_t product[HPKE_KEY_BYTES], middle[CRYPTO_HASH_BYTES], shared[CRYPTO_HASH_BYTES];
    curve25519_mul(product, secret, point);
    bool is_secret = !crypto_equal(product, zeroes, sizeof product);
    if (is_secret) {
        extract(zeroes, LABEL(KEM "eae_prk"), (struct bytes){product, sizeof product}, middle);
        expand(middle, LABEL("\x00\x20" KEM "shared_secret"), exchanged, shared);
        cipher_schedule(shared, info, ret);
    }
    explicit_bzero(product, sizeof product);
    explicit_bzero(middle, sizeof middle);
    explicit_bzero(shared, sizeof shared);
    return is_secret;
}

static bool scope_is_bounded(const struct hpke_scope *scope)
{
    return scope->info.size <= HPKE_INFO_MAX_BYTES && scope->aad.size <= HPKE_TEXT_MAX_BYTES;
}

void hpke_key_load(const uint8_t secret[HPKE_KEY_BYTES], struct hpke_key *ret_key)
{
    memcpy(ret_key->secret, secret, sizeof ret_key->secret);
    curve25519_mul_g(ret_key->public, ret_key->secret);
    crypto_stack_wipe();
}

bool hpke_key_make(struct hpke_key *ret_key)
{
    uint8_t secret[HPKE_KEY_BYTES];
    bool is_drawn = crypto_random(secret, sizeof secret);
    if (is_drawn)
        hpke_key_load(secret, ret_key);
    explicit_bzero(secret, sizeof secret);
    return is_drawn;
}

void hpke_key_wipe(struct hpke_key *key)
{
    explicit_bzero(key, sizeof *key);
}

bool hpke_seal(const uint8_t public[HPKE_KEY_BYTES],
               const struct hpke_key *ephemeral,
               const struct hpke_scope *scope,
               struct bytes text,
               uint8_t *ret_box)
{
    struct hpke_cipher cipher;
    uint8_t exchanged[2 * HPKE_KEY_BYTES];
    if (text.size > HPKE_TEXT_MAX_BYTES || !scope_is_bounded(scope))
        return false;
    memcpy(exchanged, ephemeral->public, HPKE_KEY_BYTES);
    memcpy(exchanged + HPKE_KEY_BYTES, public, HPKE_KEY_BYTES);
    bool is_agreed =
        cipher_agree(ephemeral->secret, public, (struct bytes){exchanged, sizeof exchanged},
                     scope->info, &cipher);
    if (is_agreed) {
        memcpy(ret_box, ephemeral->public, HPKE_KEY_BYTES);
        crypto_gcm_seal(cipher.key, cipher.nonce, scope->aad, text, ret_box + HPKE_KEY_BYTES);
    }
    explicit_bzero(&cipher, sizeof cipher);
    crypto_stack_wipe();
    return is_agreed;
}

bool hpke_open(const struct hpke_key *key,
               const struct hpke_scope *scope,
               struct bytes box,
               uint8_t *ret_text)
{
    struct hpke_cipher cipher;
    uint8_t exchanged[2 * HPKE_KEY_BYTES];
    if (box.size < HPKE_BOX_OVERHEAD || box.size > HPKE_TEXT_MAX_BYTES + HPKE_BOX_OVERHEAD ||
        !scope_is_bounded(scope))
        return false;
    const uint8_t *enc = box.data;
    struct bytes sealed = {enc + HPKE_KEY_BYTES, box.size - HPKE_KEY_BYTES};
    memcpy(exchanged, enc, HPKE_KEY_BYTES);
    memcpy(exchanged + HPKE_KEY_BYTES, key->public, HPKE_KEY_BYTES);
    bool is_open = cipher_agree(key->secret, enc, (struct bytes){exchanged, sizeof exchanged},
                                scope->info, &cipher) &&
                   crypto_gcm_open(cipher.key, cipher.nonce, scope->aad, sealed, ret_text);
    explicit_bzero(&cipher, sizeof cipher);
    crypto_stack_wipe();
    return is_open;
}
