/* SPDX-License-Identifier: MIT */
#include "contract_kit.h"
#include "cursor.h"

#include <stdio.h>

#define KEYSET "[\"2026-11-22T13:45:00Z\", \"7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11\"]"

static void filters_set(struct kit *kit, const char *json)
{
    json_decref(kit->rq.query);
    kit->rq.query = json != NULL ? json_loads(json, 0, NULL) : NULL;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    filters_set(&kit, "{\"limit\":25,\"status\":\"open\"}");
    const char *cursor = cursor_encode(&kit.rq, KEYSET);
    assert_non_null(cursor);
    assert_int_equal(
        strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        strlen(cursor));
    assert_string_not_equal(cursor, cursor_encode(&kit.rq, KEYSET));
    /* The next request has another limit, the cursor itself, and its filters in any order. */
    filters_set(&kit, "{\"status\":\"open\",\"cursor\":\"x\",\"limit\":3,\"after\":[1]}");
    assert_string_equal(cursor_decode(&kit.rq, cursor), KEYSET);
    kit_close(&kit);
}

/* Another filter, operation, path, installation: not for this list. */
static void test_bound(void **state)
{
    (void)state;
    struct kit kit, other;
    kit_open(&kit, NULL, "widgets_list");
    kit_open(&other, "a:" KIT_KEY_B, "widgets_list");
    filters_set(&kit, "{\"status\":\"open\"}");
    filters_set(&other, "{\"status\":\"open\"}");
    const char *cursor = cursor_encode(&kit.rq, KEYSET);
    assert_null(cursor_decode(&other.rq, cursor));
    filters_set(&kit, "{\"status\":\"closed\"}");
    assert_null(cursor_decode(&kit.rq, cursor));
    filters_set(&kit, NULL);
    assert_null(cursor_decode(&kit.rq, cursor));
    filters_set(&kit, "{\"status\":\"open\"}");
    kit.rq.path_ids[0] = "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11";
    assert_null(cursor_decode(&kit.rq, cursor));
    kit.rq.path_ids[0] = NULL;
    kit.route.operation = "parts_list";
    assert_null(cursor_decode(&kit.rq, cursor));
    kit.route.operation = "widgets_list";
    assert_non_null(cursor_decode(&kit.rq, cursor));
    assert_int_equal(kit.rq.problem.id, PROBLEM_NONE);
    kit_close(&kit);
    kit_close(&other);
}

static void test_tampered(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    const char *cursor = cursor_encode(&kit.rq, "1");
    char copy[600] = {0};
    memcpy(copy, cursor, strlen(cursor));
    for (size_t i = 0; copy[i] != '\0'; i++) {
        char before = copy[i];
        copy[i] = before == 'A' ? 'B' : 'A';
        assert_null(cursor_decode(&kit.rq, copy));
        copy[i] = '%';
        assert_null(cursor_decode(&kit.rq, copy));
        copy[i] = '\0';
        assert_null(cursor_decode(&kit.rq, copy));
        copy[i] = before;
    }
    memset(copy, 'A', sizeof copy - 1);
    assert_null(cursor_decode(&kit.rq, copy));
    assert_null(cursor_decode(&kit.rq, ""));
    assert_int_equal(kit.rq.problem.id, PROBLEM_NONE);
    kit_close(&kit);
}

static void test_length(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    char keyset[400] = {0};
    memset(keyset, '1', 356);
    const char *cursor = cursor_encode(&kit.rq, keyset);
    assert_int_equal(strlen(cursor), 512);
    assert_string_equal(cursor_decode(&kit.rq, cursor), keyset);
    keyset[356] = '1';
    assert_null(cursor_encode(&kit.rq, keyset));
    assert_int_equal(kit.rq.problem.id, PROBLEM_INTERNAL);
    kit_close(&kit);
}

static void test_memory(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    const char *cursor = NULL, *keyset = NULL;
    for (long left = 0; keyset == NULL && left < 50; left++) {
        request_release(&kit.rq);
        kit.rq.problem.id = PROBLEM_NONE;
        kit_allocations_left = left;
        cursor = cursor_encode(&kit.rq, KEYSET);
        keyset = cursor != NULL ? cursor_decode(&kit.rq, cursor) : NULL;
        kit_allocations_left = -1;
        assert_int_equal(kit.rq.problem.id, keyset != NULL ? PROBLEM_NONE : PROBLEM_INTERNAL);
    }
    assert_non_null(keyset);
    kit_close(&kit);
}

int main(void)
{
    kit_watch_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_bound),
        cmocka_unit_test(test_tampered),   cmocka_unit_test(test_length),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
