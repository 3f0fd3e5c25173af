/* SPDX-License-Identifier: MIT */
#include "crypto.h"

#include <errno.h>
#include <nettle/gcm.h>
#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/random.h>

bool crypto_random(void *ret, size_t size)
{
    uint8_t *at = ret;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

bool crypto_equal(const void *a, const void *b, size_t size)
{
    return memeql_sec(a, b, size) != 0;
}

void crypto_sha256(struct bytes text, uint8_t ret_hash[CRYPTO_HASH_BYTES])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, text.size, text.data);
    sha256_digest(&context, CRYPTO_HASH_BYTES, ret_hash);
}

void crypto_sha256_hex(struct bytes text, char ret_hex[CRYPTO_HEX_BYTES])
{
    uint8_t hash[CRYPTO_HASH_BYTES];
    crypto_sha256(text, hash);
    crypto_hex((struct bytes){hash, sizeof hash}, ret_hex);
}

void crypto_hmac_sha256(const uint8_t key[CRYPTO_KEY_BYTES],
                        const struct bytes *parts,
                        size_t count,
                        uint8_t ret_mac[CRYPTO_HASH_BYTES])
{
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, CRYPTO_KEY_BYTES, key);
    for (size_t i = 0; i < count; i++)
        hmac_sha256_update(&context, parts[i].size, parts[i].data);
    hmac_sha256_digest(&context, CRYPTO_HASH_BYTES, ret_mac);
    explicit_bzero(&context, sizeof context);
}

void crypto_hmac_sha256_lower(const uint8_t key[CRYPTO_KEY_BYTES],
                              struct bytes text,
                              uint8_t ret_mac[CRYPTO_HASH_BYTES])
{
    struct hmac_sha256_ctx context;
    const uint8_t *data = text.data;
    uint8_t piece[256];
    hmac_sha256_set_key(&context, CRYPTO_KEY_BYTES, key);
    for (size_t at = 0, size; at < text.size; at += size) {
        size = text.size - at < sizeof piece ? text.size - at : sizeof piece;
        for (size_t i = 0; i < size; i++) {
            uint8_t c = data[at + i];
            piece[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
        }
        hmac_sha256_update(&context, size, piece);
    }
    hmac_sha256_digest(&context, CRYPTO_HASH_BYTES, ret_mac);
    explicit_bzero(&context, sizeof context);
    explicit_bzero(piece, sizeof piece);
}

void crypto_derive(const uint8_t key[CRYPTO_KEY_BYTES],
                   const char *purpose,
                   uint8_t ret_key[CRYPTO_KEY_BYTES])
{
    static const uint8_t salt[CRYPTO_HASH_BYTES];
    struct hmac_sha256_ctx context;
    uint8_t middle[CRYPTO_HASH_BYTES];
    hmac_sha256_set_key(&context, sizeof salt, salt);
    hkdf_extract(&context, (nettle_hash_update_func *)hmac_sha256_update,
                 (nettle_hash_digest_func *)hmac_sha256_digest, sizeof middle, CRYPTO_KEY_BYTES,
                 key, middle);
    hmac_sha256_set_key(&context, sizeof middle, middle);
    hkdf_expand(&context, (nettle_hash_update_func *)hmac_sha256_update,
                (nettle_hash_digest_func *)hmac_sha256_digest, CRYPTO_HASH_BYTES, strlen(purpose),
                (const uint8_t *)purpose, CRYPTO_KEY_BYTES, ret_key);
    explicit_bzero(&context, sizeof context);
    explicit_bzero(middle, sizeof middle);
}

__attribute__((noinline)) void crypto_stack_wipe(void)
{
    uint8_t below[32768];
    explicit_bzero(below, sizeof below);
}

void crypto_hex(struct bytes text, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *data = text.data;
    for (size_t i = 0; i < text.size; i++) {
        ret_hex[2 * i] = digits[data[i] >> 4];
        ret_hex[2 * i + 1] = digits[data[i] & 15];
    }
    ret_hex[2 * text.size] = '\0';
}

static int unhex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool crypto_unhex(const char *hex, uint8_t *ret, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        int high = unhex_digit(hex[2 * i]);
        int low = high < 0 ? -1 : unhex_digit(hex[2 * i + 1]);
        if (low < 0)
            return false;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void crypto_gcm_seal(const uint8_t key[CRYPTO_KEY_BYTES],
                     const uint8_t nonce[CRYPTO_NONCE_BYTES],
                     struct bytes aad,
                     struct bytes text,
                     uint8_t *ret_sealed)
{
    struct gcm_aes256_ctx context;
    gcm_aes256_set_key(&context, key);
    gcm_aes256_set_iv(&context, CRYPTO_NONCE_BYTES, nonce);
    gcm_aes256_update(&context, aad.size, aad.data);
    gcm_aes256_encrypt(&context, text.size, ret_sealed, text.data);
    gcm_aes256_digest(&context, CRYPTO_TAG_BYTES, ret_sealed + text.size);
    explicit_bzero(&context, sizeof context);
}

bool crypto_gcm_open(const uint8_t key[CRYPTO_KEY_BYTES],
                     const uint8_t nonce[CRYPTO_NONCE_BYTES],
                     struct bytes aad,
                     struct bytes sealed,
                     uint8_t *ret_text)
{
    if (sealed.size < CRYPTO_TAG_BYTES)
        return false;
    struct gcm_aes256_ctx context;
    const uint8_t *data = sealed.data;
    size_t size = sealed.size - CRYPTO_TAG_BYTES;
    uint8_t tag[CRYPTO_TAG_BYTES];
    gcm_aes256_set_key(&context, key);
    gcm_aes256_set_iv(&context, CRYPTO_NONCE_BYTES, nonce);
    gcm_aes256_update(&context, aad.size, aad.data);
    gcm_aes256_decrypt(&context, size, ret_text, data);
    gcm_aes256_digest(&context, sizeof tag, tag);
    bool is_whole = crypto_equal(tag, data + size, sizeof tag);
    explicit_bzero(&context, sizeof context);
    if (!is_whole)
        explicit_bzero(ret_text, size);
    return is_whole;
}

bool crypto_box(const uint8_t key[CRYPTO_KEY_BYTES],
                struct bytes aad,
                struct bytes text,
                uint8_t *ret_box)
{
    if (!crypto_random(ret_box, CRYPTO_NONCE_BYTES))
        return false;
    crypto_gcm_seal(key, ret_box, aad, text, ret_box + CRYPTO_NONCE_BYTES);
    return true;
}

bool crypto_unbox(const uint8_t key[CRYPTO_KEY_BYTES],
                  struct bytes aad,
                  struct bytes box,
                  uint8_t *ret_text)
{
    if (box.size < CRYPTO_BOX_OVERHEAD)
        return false;
    const uint8_t *data = box.data;
    struct bytes sealed = {data + CRYPTO_NONCE_BYTES, box.size - CRYPTO_NONCE_BYTES};
    return crypto_gcm_open(key, data, aad, sealed, ret_text);
}

static const char base64url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t crypto_base64url_size(size_t size)
{
    return (size * 4 + 2) / 3;
}

void crypto_base64url(struct bytes text, char *ret_base64)
{
    const uint8_t *data = text.data;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.size; i++) {
        bits = bits << 8 | data[i];
        for (held += 8; held >= 6; held -= 6)
            *ret_base64++ = base64url_alphabet[bits >> (held - 6) & 63];
    }
    if (held > 0)
        *ret_base64++ = base64url_alphabet[bits << (6 - held) & 63];
    *ret_base64 = '\0';
}

static int base64url_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool crypto_unbase64url(const char *base64, size_t length, uint8_t *ret, size_t *ret_size)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;
    if (length % 4 == 1)
        return false;
    for (size_t i = 0; i < length; i++) {
        int digit = base64url_digit(base64[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            ret[size++] = (uint8_t)(bits >> held);
        }
    }
    if ((bits & ((1U << held) - 1)) != 0)
        return false;
    *ret_size = size;
    return true;
}
