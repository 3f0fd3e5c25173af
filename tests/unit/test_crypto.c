/* SPDX-License-Identifier: MIT */
#include "crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct bytes text(const char *value)
{
    return (struct bytes){value, strlen(value)};
}

static void unhex(const char *hex, uint8_t *ret)
{
    assert_true(crypto_unhex(hex, ret, strlen(hex) / 2));
}

/* FIPS 180-4 example "abc". */
static void test_sha256(void **state)
{
    (void)state;
    char hex[CRYPTO_HEX_BYTES];
    crypto_sha256_hex(text("abc"), hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, test case 2; a key filled up with zeros is the same key to HMAC. */
static void test_hmac(void **state)
{
    (void)state;
    static const uint8_t key[CRYPTO_KEY_BYTES] = "Jefe";
    const struct bytes parts[] = {text("what do ya want "), text("for nothing?")};
    uint8_t mac[CRYPTO_HASH_BYTES];
    char hex[CRYPTO_HEX_BYTES];
    crypto_hmac_sha256(key, parts, 2, mac);
    crypto_hex((struct bytes){mac, sizeof mac}, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    crypto_hmac_sha256_lower(key, text("What DO ya want for nothing?"), mac);
    crypto_hex((struct bytes){mac, sizeof mac}, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* RFC 5869 computed with Python's hmac: empty salt, key 00..1f, info "purpose". */
static void test_derive(void **state)
{
    (void)state;
    uint8_t key[CRYPTO_KEY_BYTES], derived[CRYPTO_KEY_BYTES];
    char hex[CRYPTO_HEX_BYTES];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)i;
    crypto_derive(key, "purpose", derived);
    crypto_hex((struct bytes){derived, sizeof derived}, hex);
    assert_string_equal(hex, "c938f7c9c926b1456b39fd3811e7b2d8beccd709fed368d133553b438fb89d0b");
}

/* McGrew and Viega, The Galois/Counter Mode of Operation, test cases 13, 14 and 16. */
static void test_gcm_vectors(void **state)
{
    (void)state;
    static const struct {
        const char *key, *nonce, *aad, *plain, *cipher, *tag;
    } cases[] = {
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        {"0000000000000000000000000000000000000000000000000000000000000000",
         "000000000000000000000000", "", "00000000000000000000000000000000",
         "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
        {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
         "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
         "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
         "49a6b525b16aedf5aa0de657ba637b39",
         "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10"
         "56828838c5f61e6393ba7a0abcc9f662",
         "76fc6ece0f4e1768cddf8853bb2d551b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t key[32], aad[32], box[128], wanted[64], plain[64];
        size_t size = strlen(cases[i].plain) / 2;
        unhex(cases[i].key, key);
        unhex(cases[i].aad, aad);
        unhex(cases[i].plain, wanted);
        unhex(cases[i].nonce, box);
        unhex(cases[i].cipher, box + CRYPTO_NONCE_BYTES);
        unhex(cases[i].tag, box + CRYPTO_NONCE_BYTES + size);
        struct bytes over = {aad, strlen(cases[i].aad) / 2};
        struct bytes whole = {box, size + CRYPTO_BOX_OVERHEAD};
        assert_true(crypto_unbox(key, over, whole, plain));
        assert_memory_equal(plain, wanted, size);
    }
}

/* A box with any one bit turned, or cut, or of another context, does not open and leaves nothing.
 */
static void test_box_tampered(void **state)
{
    (void)state;
    uint8_t key[32] = {7}, box[5 + CRYPTO_BOX_OVERHEAD], plain[5], zero[5] = {0};
    struct bytes whole = {box, sizeof box};
    assert_true(crypto_box(key, text("aad"), text("hello"), box));
    assert_true(crypto_unbox(key, text("aad"), whole, plain));
    assert_memory_equal(plain, "hello", 5);
    for (size_t bit = 0; bit < 8 * sizeof box; bit++) {
        box[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(crypto_unbox(key, text("aad"), whole, plain));
        assert_memory_equal(plain, zero, 5);
        box[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t size = 0; size < sizeof box; size++)
        assert_false(crypto_unbox(key, text("aad"), (struct bytes){box, size}, plain));
    for (size_t size = 0; size < CRYPTO_TAG_BYTES; size++)
        assert_false(crypto_gcm_open(key, box, text("aad"), (struct bytes){box, size}, plain));
    assert_false(crypto_unbox(key, text("aae"), whole, plain));
    key[31] ^= 1;
    assert_false(crypto_unbox(key, text("aad"), whole, plain));
}

static void test_box_is_fresh(void **state)
{
    (void)state;
    uint8_t key[32] = {1}, one[CRYPTO_BOX_OVERHEAD + 1], two[CRYPTO_BOX_OVERHEAD + 1];
    assert_true(crypto_box(key, text(""), text("x"), one));
    assert_true(crypto_box(key, text(""), text("x"), two));
    assert_memory_not_equal(one, two, CRYPTO_NONCE_BYTES);
}

static void test_base64url(void **state)
{
    (void)state;
    /* RFC 4648, 10, without padding; and the two characters that differ from base64. */
    static const struct {
        const char *plain, *encoded;
    } cases[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char encoded[16];
        uint8_t decoded[16];
        size_t size = 99;
        crypto_base64url(text(cases[i].plain), encoded);
        assert_string_equal(encoded, cases[i].encoded);
        assert_int_equal(crypto_base64url_size(strlen(cases[i].plain)), strlen(encoded));
        assert_true(crypto_unbase64url(encoded, strlen(encoded), decoded, &size));
        assert_int_equal(size, strlen(cases[i].plain));
        assert_memory_equal(decoded, cases[i].plain, size);
    }
}

static void test_base64url_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"Z",    "Zh",  "Zm9",   "Zg==",      "Z g",
                                        "Zg\n", "+/8", "Zm9vY", "\xc3\xa9Zg"};
    uint8_t decoded[16];
    size_t size;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_false(crypto_unbase64url(cases[i], strlen(cases[i]), decoded, &size));
}

static void test_hex(void **state)
{
    (void)state;
    uint8_t raw[3];
    char hex[7];
    unhex("00aFf9", raw);
    crypto_hex((struct bytes){raw, 3}, hex);
    assert_string_equal(hex, "00aff9");
    assert_false(crypto_unhex("0g", raw, 1));
    assert_false(crypto_unhex("0", raw, 1));
    assert_true(crypto_equal("same", "same", 4));
    assert_false(crypto_equal("same", "sane", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256),       cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_derive),       cmocka_unit_test(test_gcm_vectors),
        cmocka_unit_test(test_box_tampered), cmocka_unit_test(test_box_is_fresh),
        cmocka_unit_test(test_base64url),    cmocka_unit_test(test_base64url_refused),
        cmocka_unit_test(test_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
