/* SPDX-License-Identifier: MIT */
#include "db_error.h"
#include "request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum problem_id problem_of(struct db_failure failure)
{
    struct request rq = {0};
    assert_false(db_error_fail(&rq, &failure));
    enum problem_id id = rq.problem.id;
    request_release(&rq);
    return id;
}

static void states_become_problems(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        enum problem_id id;
    } rows[] = {
        {"23505", PROBLEM_CONFLICT},          {"23503", PROBLEM_CONFLICT},
        {"23P01", PROBLEM_CONFLICT},          {"23514", PROBLEM_UNAVAILABLE},
        {"23502", PROBLEM_VALIDATION_FAILED}, {"22P02", PROBLEM_VALIDATION_FAILED},
        {"22003", PROBLEM_VALIDATION_FAILED}, {"40001", PROBLEM_UNAVAILABLE},
        {"40P01", PROBLEM_UNAVAILABLE},       {"55P03", PROBLEM_UNAVAILABLE},
        {"57014", PROBLEM_TIMEOUT},           {"53300", PROBLEM_UNAVAILABLE},
        {"08006", PROBLEM_UNAVAILABLE},       {"57P01", PROBLEM_UNAVAILABLE},
        {"57P03", PROBLEM_UNAVAILABLE},       {"25006", PROBLEM_UNAVAILABLE},
        {"26000", PROBLEM_UNAVAILABLE},       {"42501", PROBLEM_FORBIDDEN},
        {"42P01", PROBLEM_INTERNAL},          {"P0001", PROBLEM_INTERNAL},
        {"XX000", PROBLEM_INTERNAL},          {NULL, PROBLEM_UNAVAILABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(problem_of((struct db_failure){.sqlstate = rows[i].sqlstate}), rows[i].id);
}

static void a_partition_that_came_meanwhile_is_no_fault(void **state)
{
    (void)state;
    struct db_failure failure = {.sqlstate = "23514", .constraint = "holidays__name__both"};
    assert_int_equal(problem_of(failure), PROBLEM_VALIDATION_FAILED);
    failure.constraint = "";
    assert_int_equal(problem_of(failure), PROBLEM_UNAVAILABLE);
}

static void a_grant_that_is_missing_is_ours(void **state)
{
    (void)state;
    struct db_failure failure = {.sqlstate = "42501", .routine = "aclcheck_error"};
    assert_int_equal(problem_of(failure), PROBLEM_INTERNAL);
    failure.routine = "ExecWithCheckOptions";
    assert_int_equal(problem_of(failure), PROBLEM_FORBIDDEN);
}

static void another_versions_database_is_unavailable(void **state)
{
    (void)state;
    struct db_failure failure = {.sqlstate = "42883", .is_new = true};
    assert_int_equal(problem_of(failure), PROBLEM_UNAVAILABLE);
    failure.is_new = false;
    assert_int_equal(problem_of(failure), PROBLEM_INTERNAL);
}

static void a_lock_while_claiming_means_the_first_request_is_still_running(void **state)
{
    (void)state;
    assert_int_equal(problem_of((struct db_failure){.sqlstate = "55P03", .is_claim = true}),
                     PROBLEM_IDEMPOTENCY_IN_PROGRESS);
}

static void
constraint_is(const char *sqlstate, const char *constraint, const char *pointer, const char *code)
{
    struct request rq = {0};
    struct db_failure failure = {
        .sqlstate = sqlstate, .constraint = constraint, .message = "secret", .detail = "secret"};
    assert_false(db_error_fail(&rq, &failure));
    if (!pointer) {
        assert_int_equal(json_array_size(rq.problem.errors), 0);
    } else {
        const json_t *error = json_array_get(rq.problem.errors, 0);
        assert_int_equal(json_array_size(rq.problem.errors), 1);
        assert_string_equal(json_string_value(json_object_get(error, "pointer")), pointer);
        assert_string_equal(json_string_value(json_object_get(error, "code")), code);
    }
    assert_null(rq.problem.extra);
    request_release(&rq);
}

static void constraint_names_carry_the_field(void **state)
{
    (void)state;
    constraint_is("23505", "accounts__subject__unique", "#/subject", "taken");
    constraint_is("23P01", "rooms__starts_at__overlap", "#/starts_at", "taken");
    constraint_is("23503", "accounts__participant_id__exists", "#/participant_id",
                  "does-not-exist");
    constraint_is("23514", "sealed_keys__owner_type__known", "#/owner_type", "invalid");
    constraint_is("23505", "accounts_pkey", NULL, NULL);
    constraint_is("23505", "accounts__subject", NULL, NULL);
    constraint_is("23505", "accounts____unique", NULL, NULL);
    constraint_is("23505", NULL, NULL, NULL);
}

static void our_problems_bring_slug_members_and_errors(void **state)
{
    (void)state;
    struct request rq = {0};
    struct db_failure failure = {
        .sqlstate = "AP000",
        .message = "validation-failed",
        .detail = "{\"hint\":\"x\",\"errors\":[{\"pointer\":\"#/zone\",\"code\":\"unknown-zone\"},"
                  "{\"pointer\":\"#/a\",\"code\":\"nobody-knows\"},{\"code\":\"taken\"},7]}",
    };
    assert_false(db_error_fail(&rq, &failure));
    assert_int_equal(rq.problem.id, PROBLEM_VALIDATION_FAILED);
    assert_string_equal(json_string_value(json_object_get(rq.problem.extra, "hint")), "x");
    assert_null(json_object_get(rq.problem.extra, "errors"));
    assert_int_equal(json_array_size(rq.problem.errors), 2);
    const json_t *first = json_array_get(rq.problem.errors, 0),
                 *second = json_array_get(rq.problem.errors, 1);
    assert_string_equal(json_string_value(json_object_get(first, "pointer")), "#/zone");
    assert_string_equal(json_string_value(json_object_get(first, "code")), "unknown-zone");
    assert_string_equal(json_string_value(json_object_get(second, "code")), "invalid");
    request_release(&rq);
}

static void our_problems_may_be_bare(void **state)
{
    (void)state;
    assert_int_equal(
        problem_of((struct db_failure){.sqlstate = "AP000", .message = "unauthenticated"}),
        PROBLEM_UNAUTHENTICATED);
    assert_int_equal(problem_of((struct db_failure){
                         .sqlstate = "AP000", .message = "precondition-failed", .detail = ""}),
                     PROBLEM_PRECONDITION_FAILED);
}

static void what_is_not_ours_is_internal(void **state)
{
    (void)state;
    assert_int_equal(
        problem_of((struct db_failure){.sqlstate = "AP000", .message = "no-such-slug"}),
        PROBLEM_INTERNAL);
    assert_int_equal(problem_of((struct db_failure){.sqlstate = "AP000"}), PROBLEM_INTERNAL);
    assert_int_equal(problem_of((struct db_failure){
                         .sqlstate = "AP000", .message = "not-found", .detail = "not json"}),
                     PROBLEM_INTERNAL);
    assert_int_equal(problem_of((struct db_failure){
                         .sqlstate = "AP000", .message = "not-found", .detail = "[1]"}),
                     PROBLEM_INTERNAL);
}

static void what_may_be_tried_again(void **state)
{
    (void)state;
    assert_true(db_error_is_retryable("40001") && db_error_is_retryable("40P01"));
    assert_false(db_error_is_retryable("23505") || db_error_is_retryable(NULL));
    assert_true(db_error_is_stale("26000") && db_error_is_stale("0A000") &&
                db_error_is_stale("25006") && db_error_is_stale("XX000"));
    assert_false(db_error_is_stale("42501") || db_error_is_stale(NULL));
    struct db_failure replay = {.sqlstate = "AP000", .message = "idempotency-replay"};
    assert_true(db_error_is_replay(&replay));
    replay.sqlstate = "P0001";
    assert_false(db_error_is_replay(&replay));
    assert_false(db_error_is_replay(&(struct db_failure){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_partition_that_came_meanwhile_is_no_fault),
        cmocka_unit_test(a_grant_that_is_missing_is_ours),
        cmocka_unit_test(another_versions_database_is_unavailable),
        cmocka_unit_test(states_become_problems),
        cmocka_unit_test(a_lock_while_claiming_means_the_first_request_is_still_running),
        cmocka_unit_test(constraint_names_carry_the_field),
        cmocka_unit_test(our_problems_bring_slug_members_and_errors),
        cmocka_unit_test(our_problems_may_be_bare),
        cmocka_unit_test(what_is_not_ours_is_internal),
        cmocka_unit_test(what_may_be_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
