/* SPDX-License-Identifier: MIT */
#include "app.h"
#include "config.h"
#include "problem.h"
#include "request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* cmocka has a macro of this name */

static const struct config config = {.public_url = "https://alongside.example"};
static char fallback[] = "{\"title\":\"?\",\"help\":{\"line\":\"1-800\"}}";
static struct app app = {.config = &config, .fallback = fallback};

static struct request request_make(enum language language)
{
    return (struct request){
        .app = &app, .id = "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11", .language = language};
}

static json_t *render(struct request *rq)
{
    json_t *document = json_loads(problem_render(rq), JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    return document;
}

static const char *text_at(json_t *value, const char *key)
{
    return json_string_value(json_object_get(value, key));
}

static void the_table_is_sound(void **state)
{
    (void)state;
    for (int id = PROBLEM_NONE + 1; id < PROBLEM_COUNT; id++) {
        const struct problem_kind *kind = problem_kind((enum problem_id)id);
        assert_in_range(kind->status, 400, 599);
        assert_true(kind->title_en[0] && kind->title_fr[0]);
        assert_int_equal(problem_from_slug(kind->slug), id);
    }
    for (int id = FAULT_NONE + 1; id < FAULT_COUNT; id++)
        assert_int_equal(fault_from_code(fault_code((enum fault_id)id)), id);
    assert_int_equal(problem_from_slug("no-such"), PROBLEM_NONE);
    assert_int_equal(problem_from_slug(NULL), PROBLEM_NONE);
    assert_int_equal(fault_from_code(NULL), FAULT_NONE);
}

static void the_first_problem_wins(void **state)
{
    (void)state;
    struct request rq = request_make(LANGUAGE_EN);
    assert_false(fail_with(&rq, PROBLEM_CONFLICT_STATE,
                           json_pack("{s:s, s:s}", "state", "closed", "type", "evil")));
    assert_false(fail(&rq, PROBLEM_INTERNAL));
    assert_false(fail_with(&rq, PROBLEM_NOT_FOUND, json_pack("{s:i}", "lost", 1)));
    assert_false(fail_fault(&rq, PROBLEM_VALIDATION_FAILED, "pointer", "#/a", FAULT_TYPE));
    json_t *document = render(&rq);
    assert_string_equal(text_at(document, "type"),
                        "https://alongside.example/problems/conflict-state");
    assert_int_equal(json_integer_value(json_object_get(document, "status")), 409);
    assert_string_equal(text_at(document, "state"), "closed");
    assert_string_equal(text_at(document, "instance"),
                        "urn:uuid:7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11");
    assert_null(json_object_get(document, "errors"));
    assert_null(json_object_get(document, "localized"));
    json_decref(document);
    request_release(&rq);
}

static void faults_are_collected_and_explained(void **state)
{
    (void)state;
    struct request rq = request_make(LANGUAGE_FR);
    for (int i = 0; i < 60; i++)
        fail_fault(&rq, PROBLEM_VALIDATION_FAILED, "pointer", "#/a/0/b", FAULT_TOO_LONG);
    json_t *document = render(&rq), *errors = json_object_get(document, "errors");
    assert_int_equal(json_array_size(errors), 50);
    assert_string_equal(text_at(json_array_get(errors, 0), "pointer"), "#/a/0/b");
    assert_string_equal(text_at(json_array_get(errors, 0), "code"), "too-long");
    assert_string_equal(text_at(json_array_get(errors, 0), "detail"), "Ceci est trop long.");
    json_decref(document);
    request_release(&rq);
}

static void faults_found_by_sql_are_explained_too(void **state)
{
    (void)state;
    struct request rq = request_make(LANGUAGE_BOTH);
    fail_with(&rq, PROBLEM_VALIDATION_FAILED,
              json_pack("{s:[{s:s, s:s}, s]}", "errors", "pointer", "#/zone", "code",
                        "unknown-zone", "odd"));
    json_t *document = render(&rq), *errors = json_object_get(document, "errors");
    assert_int_equal(json_array_size(errors), 1);
    assert_string_equal(text_at(json_array_get(errors, 0), "detail"),
                        "This is not an IANA time zone name.");
    json_t *localized = json_object_get(document, "localized");
    assert_string_equal(text_at(json_object_get(localized, "fr"), "title"),
                        "Certaines valeurs sont à revoir");
    json_decref(document);
    request_release(&rq);
}

/* The title stays the problem's; what to do is said in the language asked for, or in both. */
static void a_reason_is_told_in_words(void **state)
{
    (void)state;
    static const struct {
        enum language language;
        const char *detail;
    } cases[] = {
        {LANGUAGE_FR, "Ce groupe n'accueille plus personne. Veuillez choisir un autre groupe."},
        {LANGUAGE_EN, "This group takes nobody in any more. Please choose another group."},
        {LANGUAGE_BOTH, "This group takes nobody in any more. Please choose another group."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request rq = request_make(cases[i].language);
        fail_with(&rq, PROBLEM_CONFLICT,
                  json_pack("{s:s, s:s}", "reason", "locked", "detail", "evil"));
        json_t *document = render(&rq), *localized = json_object_get(document, "localized");
        assert_string_equal(text_at(document, "detail"), cases[i].detail);
        assert_string_equal(text_at(document, "reason"), "locked");
        assert_true(!localized == (cases[i].language != LANGUAGE_BOTH));
        if (localized)
            assert_string_equal(text_at(json_object_get(localized, "fr"), "detail"),
                                cases[0].detail);
        json_decref(document);
        request_release(&rq);
    }
    assert_true(reason_is_known("locked") && !reason_is_known("nowhere") && !reason_is_known(NULL));
}

static void help_is_for_peers_and_the_unknown(void **state)
{
    (void)state;
    static const struct {
        enum role role;
        bool is_helped;
    } cases[] = {{0, true}, {ROLE_PEER, true}, {ROLE_COORDINATOR, false}, {ROLE_LINE, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request rq = request_make(LANGUAGE_EN);
        rq.actor.role = cases[i].role;
        fail(&rq, PROBLEM_NOT_FOUND);
        json_t *document = render(&rq);
        assert_true((json_object_get(document, "help") != NULL) == cases[i].is_helped);
        if (cases[i].is_helped)
            assert_string_equal(text_at(json_object_get(document, "help"), "line"), "1-800");
        json_decref(document);
        request_release(&rq);
    }
}

static void the_last_document_holds_help(void **state)
{
    (void)state;
    assert_null(problem_fallback_make(NULL));
    assert_null(problem_fallback_make("1-800"));
    char *text = problem_fallback_make("{\"line\": \"1-800\"}");
    assert_string_equal(text, "{\"type\":\"about:blank\",\"title\":\"The service could not "
                              "answer\",\"help\":{\"line\":\"1-800\"}}");
    free(text);
}

static int allocations_left;

static void *failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Whichever allocation fails, there is an answer and nothing is lost or freed twice. */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    json_set_alloc_funcs(failing_malloc, free);
    for (int count = 0; count < 120; count++) {
        allocations_left = count;
        struct request rq = request_make(LANGUAGE_BOTH);
        fail_with(&rq, PROBLEM_VALIDATION_FAILED,
                  json_pack("{s:s, s:[{s:s}]}", "reason", "full", "errors", "code", "taken"));
        fail_fault(&rq, PROBLEM_VALIDATION_FAILED, "pointer", "#/a", FAULT_TYPE);
        const char *text = problem_render(&rq);
        assert_int_equal(text[0], '{');
        assert_int_equal(rq.problem.id, PROBLEM_VALIDATION_FAILED);
        request_release(&rq);
    }
    json_set_alloc_funcs(malloc, free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(the_first_problem_wins),
        cmocka_unit_test(faults_are_collected_and_explained),
        cmocka_unit_test(faults_found_by_sql_are_explained_too),
        cmocka_unit_test(a_reason_is_told_in_words),
        cmocka_unit_test(help_is_for_peers_and_the_unknown),
        cmocka_unit_test(the_last_document_holds_help),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
