/* SPDX-License-Identifier: MIT
 *
 * Whose answer is it: results are fed as libpq would hand them over, whole, short of one, or with
 * one that belongs to the batch behind. */
#include "../../src/db_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char own_id[] = "11111111-1111-4111-8111-111111111111";
static const char other_id[] = "22222222-2222-4222-8222-222222222222";

static const struct db_batch batch = {.count = 3, .claim = 1, .owner = own_id};

static PGresult *of_status(ExecStatusType status)
{
    PGresult *result = PQmakeEmptyPGresult(NULL, status);
    assert_non_null(result);
    return result;
}

/* One row of two columns. */
static PGresult *row(const char *value)
{
    PGresAttDesc columns[2] = {{.name = "first"}, {.name = "second"}};
    char *text = strdup(value);
    PGresult *result = of_status(PGRES_TUPLES_OK);
    assert_true(PQsetResultAttrs(result, 2, columns));
    assert_true(PQsetvalue(result, 0, 0, text, 0));
    assert_true(PQsetvalue(result, 0, 1, text, (int)strlen(text)));
    free(text);
    return result;
}

static PGresult *sync_point(void)
{
    return of_status(PGRES_PIPELINE_SYNC);
}

/* Feeds results until there is no more to come; how many that took. */
static int feed(struct db_answer *answer, PGresult **results, int count)
{
    for (int i = 0; i < count; i++) {
        if (db_answer_feed(answer, &batch, results[i])) {
            for (int rest = i + 1; rest < count; rest++)
                PQclear(results[rest]);
            return i + 1;
        }
    }
    return 0;
}

static void a_whole_answer_is_taken(void **state)
{
    (void)state;
    struct db_answer answer = {0};
    PGresult *results[] = {row(own_id), row("claim"), row("body"), sync_point()};
    assert_int_equal(feed(&answer, results, 4), 4);
    assert_false(answer.is_astray);
    assert_string_equal(PQgetvalue(answer.rows, 0, 1), "body");
    db_answer_clear(&answer);
}

static void anothers_context_is_not(void **state)
{
    (void)state;
    struct db_answer answer = {0};
    PGresult *results[] = {row(other_id), row("claim"), row("body"), sync_point()};
    assert_int_equal(feed(&answer, results, 4), 1);
    assert_true(answer.is_astray);
    assert_null(answer.rows);
    db_answer_clear(&answer);
}

static void a_lost_end_does_not_draw_in_the_next_answer(void **state)
{
    (void)state;
    struct db_answer answer = {0};
    PGresult *results[] = {row(own_id),   row("claim"),  row("body"),
                           row(other_id), row("theirs"), sync_point()};
    assert_int_equal(feed(&answer, results, 6), 4);
    assert_true(answer.is_astray);
    db_answer_clear(&answer);
}

static void an_answer_that_is_too_short_is_none(void **state)
{
    (void)state;
    struct db_answer answer = {0};
    PGresult *results[] = {row(own_id), row("claim"), sync_point()};
    assert_int_equal(feed(&answer, results, 3), 3);
    assert_true(answer.is_astray);
    db_answer_clear(&answer);
}

static void an_error_of_libpqs_own_is_no_answer(void **state)
{
    (void)state;
    struct db_answer answer = {0};
    PGresult *results[] = {row(own_id), row("claim"), of_status(PGRES_FATAL_ERROR), sync_point()};
    assert_int_equal(feed(&answer, results, 4), 3);
    assert_true(answer.is_astray);
    db_answer_clear(&answer);
}

/* The statement was asked for; what the connection then knows of it. */
static int knows_after(PGresult *prepared, PGresult *first, int heard)
{
    unsigned char knows = DB_ASKED;
    struct db_answer answer = {.asked = {{&knows, 2}}, .asked_count = 1};
    PGresult *results[] = {prepared, first, row("claim"), row("body"), sync_point()};
    assert_int_equal(feed(&answer, results, 5), heard);
    db_answer_clear(&answer);
    return knows;
}

static void what_was_prepared_is_known(void **state)
{
    (void)state;
    assert_int_equal(knows_after(of_status(PGRES_COMMAND_OK), row(own_id), 5), DB_KNOWS);
}

static void what_is_no_answer_to_a_preparation_is_astray(void **state)
{
    (void)state;
    assert_int_equal(knows_after(row(own_id), row("claim"), 1), DB_ASKED);
    assert_int_equal(knows_after(of_status(PGRES_FATAL_ERROR), sync_point(), 1), DB_ASKED);
    assert_int_equal(knows_after(of_status(PGRES_PIPELINE_ABORTED), sync_point(), 1), DB_ASKED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_answer_is_taken),
        cmocka_unit_test(anothers_context_is_not),
        cmocka_unit_test(a_lost_end_does_not_draw_in_the_next_answer),
        cmocka_unit_test(an_answer_that_is_too_short_is_none),
        cmocka_unit_test(an_error_of_libpqs_own_is_no_answer),
        cmocka_unit_test(what_was_prepared_is_known),
        cmocka_unit_test(what_is_no_answer_to_a_preparation_is_astray),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
