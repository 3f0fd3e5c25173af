/* SPDX-License-Identifier: MIT */
#include "contract_kit.h"

#include <stdio.h>

#define MARK_ESCAPE "\\u0001"

/* A mark as SQL's unseal() writes it, behind `sign`. Caller frees. */
static char *
mark_make(const struct seal *seal, const char *sign, const char *label, const char *text)
{
    struct seal_key key;
    assert_true(seal_key_make(seal, &key));
    char *sealed = seal_text(&key, label, text, strlen(text));
    assert_non_null(sealed);
    assert_memory_equal(sealed, key.id, 36);
    char *mark = NULL;
    assert_true(asprintf(&mark, "%s%s.%s.%s", sign, label, sealed, key.wrapped) > 0);
    free(sealed);
    seal_key_wipe(&key);
    return mark;
}

static void test_keys_malformed(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "a",
        "a:",
        "a:00",
        ":" KIT_KEY_A,
        "A:" KIT_KEY_A,
        "a:" KIT_KEY_A ",",
        "a:" KIT_KEY_A "0",
        "a:" KIT_KEY_A ";b:" KIT_KEY_B,
        "a:" KIT_KEY_A ",a:" KIT_KEY_B,
        "abcdefghijklmnopq:" KIT_KEY_A,
        "a:zz23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "a:" KIT_KEY_A ",b:" KIT_KEY_A ",c:" KIT_KEY_A ",d:" KIT_KEY_A ",e:" KIT_KEY_A
        ",f:" KIT_KEY_A ",g:" KIT_KEY_A ",h:" KIT_KEY_A ",i:" KIT_KEY_A,
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *error = NULL;
        assert_null(seal_create(cases[i], &error));
        assert_non_null(error);
    }
    seal_destroy(NULL);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    char *mark = mark_make(kit.app.seal, "\x01", "contact.email", "kim@example.ca");
    assert_null(strstr(mark, "kim"));
    char *plain = seal_open_mark(kit.app.seal, mark);
    assert_string_equal(plain, "kim@example.ca");
    free(plain);
    free(mark);
    mark = mark_make(kit.app.seal, "\x01", "contact.email", "");
    plain = seal_open_mark(kit.app.seal, mark);
    assert_string_equal(plain, "");
    free(plain);
    free(mark);
    kit_close(&kit);
}

/* Any one character changed anywhere in a mark, and it does not open. */
static void test_tampered(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, "a:" KIT_KEY_A ",b:" KIT_KEY_B, "x_y");
    char *mark = mark_make(kit.app.seal, "\x01", "contact.email", "kim@example.ca");
    for (size_t i = 0; mark[i] != '\0'; i++) {
        char before = mark[i];
        for (const char *other = "a0b-_.~Z"; *other != '\0'; other++) {
            mark[i] = *other;
            if (*other != before)
                assert_null(seal_open_mark(kit.app.seal, mark));
        }
        mark[i] = before;
    }
    char *plain = seal_open_mark(kit.app.seal, mark);
    assert_string_equal(plain, "kim@example.ca");
    free(plain);
    free(mark);
    kit_close(&kit);
}

/* A value under another label, or with the wrapped key or the key id of another write, does not
 * open. */
static void test_swapped(void **state)
{
    (void)state;
    struct kit kit;
    struct seal_key one, two;
    kit_open(&kit, NULL, "x_y");
    assert_true(seal_key_make(kit.app.seal, &one) && seal_key_make(kit.app.seal, &two));
    assert_string_not_equal(one.id, two.id);
    char *sealed = seal_text(&one, "contact.email", "kim@example.ca", 14);
    const char *payload = sealed + 37;
    const struct {
        const char *label, *id, *wrapped;
        bool is_good;
    } cases[] = {
        {"contact.email", one.id, one.wrapped, true},
        {"contact.phone", one.id, one.wrapped, false},
        {"contact.email", two.id, one.wrapped, false},
        {"contact.email", one.id, two.wrapped, false},
        {"contact.email", two.id, two.wrapped, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char mark[512];
        (void)snprintf(mark, sizeof mark, "\x01%s.%s.%s.%s", cases[i].label, cases[i].id, payload,
                       cases[i].wrapped);
        char *plain = seal_open_mark(kit.app.seal, mark);
        assert_int_equal(plain != NULL, cases[i].is_good);
        free(plain);
    }
    free(sealed);
    kit_close(&kit);
}

/* After a rotation the new key seals and the old still opens; without the old, what it wrapped is
 * lost. */
static void test_rotation(void **state)
{
    (void)state;
    const char *error;
    struct seal *before = seal_create("a:" KIT_KEY_A, &error);
    struct seal *after = seal_create("b:" KIT_KEY_B ",a:" KIT_KEY_A, &error);
    struct seal *without = seal_create("b:" KIT_KEY_B, &error);
    char *mark = mark_make(before, "\x01", "contact.email", "kim");
    char *plain = seal_open_mark(after, mark);
    assert_string_equal(plain, "kim");
    assert_null(seal_open_mark(without, mark));
    free(plain);
    free(mark);
    mark = mark_make(after, "\x01", "contact.email", "kim");
    assert_null(seal_open_mark(before, mark));
    plain = seal_open_mark(without, mark);
    assert_string_equal(plain, "kim");
    free(plain);
    free(mark);
    char one[65], two[65], three[65];
    seal_digest(before, "contact.email", "kim", 3, one);
    seal_digest(after, "contact.email", "kim", 3, two);
    seal_digest(without, "contact.email", "kim", 3, three);
    assert_string_equal(one, two);
    assert_string_not_equal(one, three);
    seal_destroy(before);
    seal_destroy(after);
    seal_destroy(without);
}

static void test_digest(void **state)
{
    (void)state;
    struct kit kit;
    char one[65], two[65];
    kit_open(&kit, NULL, "x_y");
    seal_digest(kit.app.seal, "contact.email", "kim@example.ca", 14, one);
    seal_digest(kit.app.seal, "contact.email", " \tKim@Example.CA\n", 17, two);
    assert_string_equal(one, two);
    assert_int_equal(strlen(one), 64);
    seal_digest(kit.app.seal, "contact.phone", "kim@example.ca", 14, two);
    assert_string_not_equal(one, two);
    kit_close(&kit);
}

static void test_fingerprint(void **state)
{
    (void)state;
    static const struct {
        const char *method, *url, *query, *body;
    } cases[] = {
        {"POST", "/v1/x", NULL, "{}"}, {"POST", "/v1/x", NULL, "{ }"},
        {"POST", "/v1/X", NULL, "{}"}, {"PUT", "/v1/x", NULL, "{}"},
        {"POST", "/v1/x", NULL, ""},   {"POST", "/v1/x", "{}", ""},
        {"POST", "/v1/", "x", "{}"},
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    struct kit kit;
    char hex[COUNT][65], again[65];
    kit_open(&kit, NULL, "x_y");
    for (size_t i = 0; i < COUNT; i++) {
        kit.rq.method_name = cases[i].method;
        kit.rq.url = cases[i].url;
        kit.rq.query_string = cases[i].query;
        kit.rq.raw_body = cases[i].body;
        kit.rq.raw_body_bytes = strlen(cases[i].body);
        seal_fingerprint(&kit.rq, hex[i]);
        seal_fingerprint(&kit.rq, again);
        assert_string_equal(hex[i], again);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(hex[i], hex[j]);
    }
    kit_close(&kit);
}

/* Opens json and compares; wanted NULL = must fail the request with INTERNAL. */
static void check_open(struct kit *kit, const char *json, const char *wanted)
{
    const char *text = NULL;
    size_t length = 0;
    bool is_open = seal_open_json(&kit->rq, json, strlen(json), &text, &length);
    assert_int_equal(is_open, wanted != NULL);
    if (wanted == NULL) {
        assert_int_equal(kit->rq.problem.id, PROBLEM_INTERNAL);
        assert_null(text);
        kit->rq.problem.id = PROBLEM_NONE;
        return;
    }
    assert_int_equal(length, strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_open_json(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    char *one = mark_make(kit.app.seal, MARK_ESCAPE, "contact.email", "kim@example.ca");
    char *two = mark_make(kit.app.seal, MARK_ESCAPE, "safety.plan", "\"call\"\n\\ \xc3\xa9 \x7f");
    char *json = NULL;
    assert_true(asprintf(&json, "{\"a\":\"%s\",\"b\":[\"%s\",\"%s\"],\"c\":\"x %s y\"}", one, two,
                         one, one) > 0);
    check_open(&kit, json,
               "{\"a\":\"kim@example.ca\",\"b\":[\"\\\"call\\\"\\u000a\\\\ \xc3\xa9 "
               "\x7f\",\"kim@example.ca\"],"
               "\"c\":\"x kim@example.ca y\"}");
    free(json);
    free(one);
    free(two);
    kit_close(&kit);
}

static void test_open_json_without_marks(void **state)
{
    (void)state;
    static const char *const cases[] = {"", "{}", "{\"a\":\"\\\\u0001contact.email\"}",
                                        "\"\\\\\\\\u0001\"", "\"\\u0002\""};
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *text;
        size_t length;
        assert_true(seal_open_json(&kit.rq, cases[i], strlen(cases[i]), &text, &length));
        assert_ptr_equal(text, cases[i]);
        assert_int_equal(length, strlen(cases[i]));
    }
    kit_close(&kit);
}

/* What somebody wrote is never taken for a mark: neither the six characters of the sign nor a mark
 * inside a value. */
static void test_open_json_forged(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    char *mark = mark_make(kit.app.seal, MARK_ESCAPE, "contact.email", "kim@example.ca");
    char *json = NULL, *wanted = NULL, *nested = NULL;
    assert_true(asprintf(&json, "[\"\\%s\",\"\\\\%s\"]", mark, mark) > 0);
    assert_true(asprintf(&wanted, "[\"\\%s\",\"\\\\kim@example.ca\"]", mark) > 0);
    check_open(&kit, json, wanted);
    free(json);
    free(wanted);
    nested = mark_make(kit.app.seal, MARK_ESCAPE, "widget.notes", mark);
    assert_true(asprintf(&json, "[\"%s\"]", nested) > 0);
    assert_true(asprintf(&wanted, "[\"\\%s\"]", mark) > 0);
    check_open(&kit, json, wanted);
    free(json);
    free(wanted);
    free(nested);
    free(mark);
    kit_close(&kit);
}

static void test_open_json_broken(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    static const char *const cases[] = {
        "[\"\\u0001\"]",
        "[\"\\u0001contact\"]",
        "[\"\\u0001contact.email.\"]",
        "\\u0001",
        "[\"\\u0001contact.email.7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11\"]",
        "[\"\\u0001contact.email.7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11.a~AAAA\"]",
        "[\"\\u0001contact.email.7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11.a~AAAA.AAAA\"]",
        "[\"\\u0001contact.email.7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11.z~AAAA.AAAA\"]",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_open(&kit, cases[i], NULL);
    /* One good and one broken mark: nothing is shown. */
    char *mark = mark_make(kit.app.seal, MARK_ESCAPE, "contact.email", "kim@example.ca");
    char *json = NULL;
    assert_true(asprintf(&json, "[\"%s\",\"\\u0001x\"]", mark) > 0);
    check_open(&kit, json, NULL);
    free(json);
    free(mark);
    kit_close(&kit);
}

/* Texts that grow when they are escaped; many of them. */
static void test_open_json_large(void **state)
{
    (void)state;
    enum { SIZE = 20000 };
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    char *text = malloc(SIZE + 1);
    memset(text, '"', SIZE);
    text[SIZE] = '\0';
    char *mark = mark_make(kit.app.seal, MARK_ESCAPE, "widget.notes", text);
    char *json = NULL;
    assert_true(asprintf(&json, "[\"%s\",\"%s\"]", mark, mark) > 0);
    const char *opened = NULL;
    size_t length = 0;
    assert_true(seal_open_json(&kit.rq, json, strlen(json), &opened, &length));
    assert_int_equal(length, 4 * SIZE + 7);
    assert_int_equal(strlen(opened), length);
    json_t *array = json_loads(opened, 0, NULL);
    assert_string_equal(json_string_value(json_array_get(array, 1)), text);
    json_decref(array);
    free(text);
    free(mark);
    free(json);
    kit_close(&kit);
}

static void test_open_text(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    char *mark = mark_make(kit.app.seal, "\x01", "contact.name", "Kim \"K\"\n");
    char *mail = NULL;
    assert_true(asprintf(&mail, "Hello %s, / Bonjour %s", mark, mark) > 0);
    char *opened = seal_open_text(kit.app.seal, mail);
    assert_string_equal(opened, "Hello Kim \"K\"\n, / Bonjour Kim \"K\"\n");
    free(opened);
    free(mail);
    opened = seal_open_text(kit.app.seal, "no marks");
    assert_string_equal(opened, "no marks");
    free(opened);
    assert_null(seal_open_text(kit.app.seal, "a \x01 b"));
    assert_null(seal_open_mark(kit.app.seal, mark + 1));
    assert_true(asprintf(&mail, "%s ", mark) > 0);
    assert_null(seal_open_mark(kit.app.seal, mail));
    free(mail);
    free(mark);
    kit_close(&kit);
}

/* Whichever allocation fails: the request fails with INTERNAL, or nothing is returned. */
static void test_memory(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "x_y");
    char *escaped = mark_make(kit.app.seal, MARK_ESCAPE, "contact.name", "Kim");
    char *plain = mark_make(kit.app.seal, "\x01", "contact.name", "Kim");
    const char *text;
    size_t length;
    bool is_done = false;
    for (long left = 0; !is_done && left < 50; left++) {
        request_release(&kit.rq);
        kit_allocations_left = left;
        is_done = seal_open_json(&kit.rq, escaped, strlen(escaped), &text, &length);
        kit_allocations_left = -1;
        assert_int_equal(kit.rq.problem.id, is_done ? PROBLEM_NONE : PROBLEM_INTERNAL);
        kit.rq.problem.id = PROBLEM_NONE;
    }
    assert_true(is_done);
    char *opened = NULL;
    for (long left = 0; opened == NULL && left < 50; left++) {
        kit_allocations_left = left;
        opened = seal_open_text(kit.app.seal, plain);
        kit_allocations_left = -1;
    }
    assert_string_equal(opened, "Kim");
    free(opened);
    free(escaped);
    free(plain);
    kit_close(&kit);
}

int main(void)
{
    kit_watch_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_malformed),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_tampered),
        cmocka_unit_test(test_swapped),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_open_json),
        cmocka_unit_test(test_open_json_without_marks),
        cmocka_unit_test(test_open_json_forged),
        cmocka_unit_test(test_open_json_broken),
        cmocka_unit_test(test_open_json_large),
        cmocka_unit_test(test_open_text),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
