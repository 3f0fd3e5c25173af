/* SPDX-License-Identifier: MIT */
#include "hpke.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <nettle/curve25519.h>

/* RFC 9180's vectors, as in the Python package cryptography-vectors 50.0.2, HPKE/test-vectors.json:
 * mode 0, KEM 0x0020, KDF 0x0001, AEAD 0x0002, the first encryption. */
static const char vector_recipient_secret[] =
    "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d";
static const char vector_recipient_public[] =
    "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c";
static const char vector_ephemeral_secret[] =
    "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11";
static const char vector_text[] = "4265617574792069732074727574682c20747275746820626561757479";
static const char vector_box[] =
    "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256e5d84cd531cfb583096e7cfa"
    "9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a";

/* The points of low order, and what anybody can seal under the one secret that they have with the
 * recipient of the vector: `info` "round", `aad` "ballot", text "forged". Made with Python's hmac
 * and AESGCM from a product of 32 zeroes. */
static const struct {
    const char *point, *sealed;
} low_order[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000",
     "210d78bdf447c6df2fd26a27268c676f85703086ea8e"},
    {"0100000000000000000000000000000000000000000000000000000000000000",
     "aac3f6f5bd7719c3c14c961c5a9e3c63ec35fd85914a"},
    {"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
     "a94d9d1b76c04956488685a32e3fafc6a5d6e58ff4f1"},
    {"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
     "2f2173c31698fffc0e019f1a0da799585f120ee3558a"},
    {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "bcb1309fd6d808d5cda592b6258b03915d118fc4216a"},
    {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "d7a108d00b8b37ddb5d61066a40572e7b5e442501131"},
    {"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "face33b7d28256f7004edd0314634d6bd3031ec6d5bb"},
};

#define TEXT(value) ((struct bytes){value, sizeof(value) - 1})

static const struct hpke_scope ballot = {.info = {"round", 5}, .aad = {"ballot", 6}};

static size_t unhex(const char *hex, uint8_t *ret)
{
    assert_true(crypto_unhex(hex, ret, strlen(hex) / 2));
    return strlen(hex) / 2;
}

static struct hpke_key key_of(const char *hex)
{
    uint8_t secret[HPKE_KEY_BYTES];
    struct hpke_key key;
    unhex(hex, secret);
    hpke_key_load(secret, &key);
    return key;
}

/* Sealed with a key made for it. */
static void
seal(const struct hpke_key *to, const struct hpke_scope *scope, struct bytes text, uint8_t *ret_box)
{
    struct hpke_key ephemeral;
    assert_true(hpke_key_make(&ephemeral));
    assert_true(hpke_seal(to->public, &ephemeral, scope, text, ret_box));
}

static void test_vector(void **state)
{
    (void)state;
    static const struct hpke_scope scope = {.info = {"Ode on a Grecian Urn", 20},
                                            .aad = {"Count-0", 7}};
    struct hpke_key key = key_of(vector_recipient_secret);
    struct hpke_key ephemeral = key_of(vector_ephemeral_secret);
    uint8_t public[HPKE_KEY_BYTES], text[64], opened[64], box[128], wanted[128];
    unhex(vector_recipient_public, public);
    assert_memory_equal(key.public, public, sizeof public);
    size_t size = unhex(vector_text, text);
    assert_int_equal(unhex(vector_box, wanted), size + HPKE_BOX_OVERHEAD);
    assert_true(hpke_seal(public, &ephemeral, &scope, (struct bytes){text, size}, box));
    assert_memory_equal(box, wanted, size + HPKE_BOX_OVERHEAD);
    assert_true(hpke_open(&key, &scope, (struct bytes){box, size + HPKE_BOX_OVERHEAD}, opened));
    assert_memory_equal(opened, text, size);
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, HPKE_TEXT_MAX_BYTES};
    struct hpke_key key;
    uint8_t *text = malloc(HPKE_TEXT_MAX_BYTES + 1), *opened = malloc(HPKE_TEXT_MAX_BYTES + 1);
    uint8_t *box = malloc(HPKE_TEXT_MAX_BYTES + HPKE_BOX_OVERHEAD + 1);
    assert_true(text && opened && box);
    assert_true(hpke_key_make(&key));
    assert_true(crypto_random(text, HPKE_TEXT_MAX_BYTES));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        seal(&key, &ballot, (struct bytes){text, sizes[i]}, box);
        struct bytes whole = {box, sizes[i] + HPKE_BOX_OVERHEAD};
        assert_true(hpke_open(&key, &ballot, whole, opened));
        assert_memory_equal(opened, text, sizes[i]);
    }
    free(text);
    free(opened);
    free(box);
}

/* One byte beyond each bound. The boxes are good ones (made as those above, to the key and with the
 * enc of the vector), so that nothing but the bound refuses them. */
static void test_bounds(void **state)
{
    (void)state;
    static uint8_t text[HPKE_TEXT_MAX_BYTES + 1], box[HPKE_TEXT_MAX_BYTES + HPKE_BOX_OVERHEAD + 1];
    static const struct {
        size_t info, aad;
        const char *sealed;
    } cases[] = {
        {HPKE_INFO_MAX_BYTES, 0, "902f849f9f64a5dffa1ad29a9189c40f1f5f5ecabdcf"},
        {HPKE_INFO_MAX_BYTES + 1, 0, "b59b83829698897059dde521996d65d3d220a7e497da"},
        {0, HPKE_TEXT_MAX_BYTES + 1, "85ef11804802884b3a542b99d6cc8fdef36f8ead024d"},
    };
    static const uint8_t zeroes[HPKE_TEXT_MAX_BYTES + 1];
    static const struct hpke_scope nothing = {.info = {"", 0}, .aad = {"", 0}};
    struct hpke_key key = key_of(vector_recipient_secret);
    struct hpke_key ephemeral = key_of(vector_ephemeral_secret);
    memcpy(box, ephemeral.public, sizeof ephemeral.public);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct hpke_scope scope = {{zeroes, cases[i].info}, {zeroes, cases[i].aad}};
        struct bytes whole = {box, HPKE_KEY_BYTES + unhex(cases[i].sealed, box + HPKE_KEY_BYTES)};
        assert_int_equal(hpke_open(&key, &scope, whole, text), i == 0);
        assert_int_equal(hpke_seal(key.public, &ephemeral, &scope, TEXT("answer"), text), i == 0);
    }
    memset(box + HPKE_KEY_BYTES, 0, sizeof text); /* what was sealed is the key stream */
    unhex("affe462978ec327943dbdd77a63e3b78", box + HPKE_KEY_BYTES + sizeof text);
    assert_false(hpke_open(&key, &nothing, (struct bytes){box, sizeof box}, text));
    assert_false(
        hpke_seal(key.public, &ephemeral, &nothing, (struct bytes){zeroes, sizeof zeroes}, box));
}

/* Any one bit turned, enc's too, or cut, or of another scope or key: nothing opens, nothing is
 * left.
 */
static void test_tampered(void **state)
{
    (void)state;
    static const struct hpke_scope others[] = {
        {.info = {"rounds", 6}, .aad = {"ballot", 6}},
        {.info = {"round", 5}, .aad = {"ballou", 6}},
        {.info = {"roundb", 6}, .aad = {"allot", 5}},
        {.info = {"", 0}, .aad = {"", 0}},
    };
    struct hpke_key key, other;
    uint8_t box[6 + HPKE_BOX_OVERHEAD], opened[6], zero[6] = {0};
    const struct bytes whole = {box, sizeof box};
    assert_true(hpke_key_make(&key) && hpke_key_make(&other));
    seal(&key, &ballot, TEXT("answer"), box);
    for (size_t bit = 0; bit < 8 * sizeof box; bit++) {
        box[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(opened, 0, sizeof opened);
        assert_false(hpke_open(&key, &ballot, whole, opened));
        assert_memory_equal(opened, zero, sizeof zero);
        box[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t size = 0; size < sizeof box; size++)
        assert_false(hpke_open(&key, &ballot, (struct bytes){box, size}, opened));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(hpke_open(&key, &others[i], whole, opened));
    assert_false(hpke_open(&other, &ballot, whole, opened));
    struct hpke_key mixed = key;
    memcpy(mixed.public, other.public, sizeof mixed.public);
    assert_false(hpke_open(&mixed, &ballot, whole, opened));
    assert_true(hpke_open(&key, &ballot, whole, opened));
    assert_memory_equal(opened, "answer", sizeof opened);
}

static void test_low_order(void **state)
{
    (void)state;
    struct hpke_key key = key_of(vector_recipient_secret);
    for (size_t i = 0; i < sizeof low_order / sizeof *low_order; i++) {
        uint8_t box[6 + HPKE_BOX_OVERHEAD], sealed[6 + HPKE_BOX_OVERHEAD], opened[6];
        uint8_t product[HPKE_KEY_BYTES], zero[HPKE_KEY_BYTES] = {0};
        size_t size = unhex(low_order[i].point, box);
        size += unhex(low_order[i].sealed, box + size);
        assert_int_equal(size, sizeof box);
        curve25519_mul(product, key.secret, box);
        assert_memory_equal(product, zero, sizeof zero);
        assert_false(hpke_open(&key, &ballot, (struct bytes){box, size}, opened));
        assert_false(hpke_seal(box, &key, &ballot, TEXT("answer"), sealed));
        box[HPKE_KEY_BYTES - 1] ^= 0x80; /* X25519 does not look at this bit */
        assert_false(hpke_seal(box, &key, &ballot, TEXT("answer"), sealed));
    }
}

static void test_key(void **state)
{
    (void)state;
    struct hpke_key one, two, same, zero = {.secret = {0}};
    assert_true(hpke_key_make(&one) && hpke_key_make(&two));
    assert_memory_not_equal(one.secret, two.secret, sizeof one.secret);
    hpke_key_load(one.secret, &same);
    assert_memory_equal(same.public, one.public, sizeof one.public);
    hpke_key_wipe(&one);
    assert_memory_equal(&one, &zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vector),    cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_bounds),    cmocka_unit_test(test_tampered),
        cmocka_unit_test(test_low_order), cmocka_unit_test(test_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
