/* SPDX-License-Identifier: MIT
 *
 * That nothing of a secret stays behind: in memory given back, or on the stack below who asked. */
#include "blind_rsa.h"
#include "hpke.h"

#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || __has_feature(address_sanitizer)
/* A sanitizer owns free, and keeps stacks of its own. */
static void test_skipped(void **state)
{
    (void)state;
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_skipped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else

enum { PIECE = 8, STACK = 1 << 20 };

static uint8_t secret[BLIND_RSA_SECRET_BYTES], public[BLIND_RSA_PUBLIC_BYTES];
static struct hpke_key key;
static uint8_t box[64 + HPKE_BOX_OVERHEAD];
static const struct hpke_scope scope = {.info = {"round", 5}, .aad = {"ballot", 6}};

/* How many pieces of a secret lie in a place, as bytes or as a number. */
static int pieces_in(const void *place, size_t size, struct bytes of)
{
    const uint8_t *data = of.data;
    int found = 0;
    for (size_t at = 0; at + PIECE <= of.size; at += PIECE) {
        uint8_t turned[PIECE];
        for (size_t i = 0; i < PIECE; i++)
            turned[i] = data[at + PIECE - 1 - i];
        found += memmem(place, size, data + at, PIECE) != NULL;
        found += memmem(place, size, turned, PIECE) != NULL;
    }
    return found;
}

extern void __libc_free(void *block);

static struct {
    int freed, found;
    bool is_on;
} watch;

void free(void *block)
{
    if (block && watch.is_on) {
        watch.freed++;
        watch.found +=
            pieces_in(block, malloc_usable_size(block), (struct bytes){secret, sizeof secret});
    }
    __libc_free(block);
}

static bool key_is_made(void)
{
    return blind_rsa_key_make(secret, public);
}

static bool ballot_is_signed(void)
{
    uint8_t blinded[BLIND_RSA_BYTES] = {0}, signature[BLIND_RSA_BYTES];
    blinded[BLIND_RSA_BYTES - 1] = 2;
    return blind_rsa_sign(secret, public, blinded, signature);
}

static bool release_key_is_made(void)
{
    return hpke_key_make(&key);
}

static bool answer_is_opened(void)
{
    uint8_t text[sizeof box - HPKE_BOX_OVERHEAD];
    return hpke_open(&key, &scope, (struct bytes){box, sizeof box}, text);
}

/* At the far end of its frame, which what ends a thread does not reach. */
static bool secret_is_left(void)
{
    volatile uint8_t frame[4096];
    for (size_t i = 0; i < sizeof key.secret; i++)
        frame[i] = key.secret[i];
    return frame[0] == key.secret[0];
}

static void *call(void *work)
{
    static bool is_done = true;
    return (*(bool (**)(void))work)() ? &is_done : NULL;
}

/* Pieces that a call leaves on a stack of its own. */
static int left_on_stack(bool (*work)(void), struct bytes of)
{
    pthread_attr_t attributes;
    pthread_t thread;
    void *is_done = NULL;
    void *stack = aligned_alloc(4096, STACK);
    assert_non_null(stack);
    memset(stack, 0, STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, call, &work), 0);
    assert_int_equal(pthread_join(thread, &is_done), 0);
    assert_non_null(is_done);
    int found = pieces_in(stack, STACK, of);
    pthread_attr_destroy(&attributes);
    free(stack);
    return found;
}

static void test_stack(void **state)
{
    (void)state;
    const struct bytes primes = {secret, sizeof secret}, release = {key.secret, sizeof key.secret};
    struct hpke_key ephemeral;
    assert_int_equal(left_on_stack(key_is_made, primes), 0);
    assert_int_equal(left_on_stack(ballot_is_signed, primes), 0);
    assert_int_equal(left_on_stack(release_key_is_made, release), 0);
    assert_true(hpke_key_make(&ephemeral));
    assert_true(hpke_seal(key.public, &ephemeral, &scope,
                          (struct bytes){public, sizeof box - HPKE_BOX_OVERHEAD}, box));
    assert_int_equal(left_on_stack(answer_is_opened, release), 0);
    assert_true(left_on_stack(secret_is_left, release) > 0);
}

static void test_heap(void **state)
{
    (void)state;
    /* Through a pointer: a compiler leaves out what is written to be freed. */
    void (*volatile give_back)(void *) = free;
    watch.is_on = true;
    bool is_signed = ballot_is_signed();
    watch.is_on = false;
    assert_true(is_signed);
    assert_true(watch.freed > 0);
    assert_int_equal(watch.found, 0);
    void *kept = malloc(sizeof secret);
    assert_non_null(kept);
    memcpy(kept, secret, sizeof secret);
    watch.is_on = true;
    give_back(kept);
    watch.is_on = false;
    assert_true(watch.found > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stack), cmocka_unit_test(test_heap)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
