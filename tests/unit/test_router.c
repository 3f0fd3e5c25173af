/* SPDX-License-Identifier: MIT */
#include "request.h"
#include "router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11"
#define ID_UPPER "7D0E6A2E-4F0C-4A3E-9D5E-0F6F5B7C9A11"

static const struct route table[] = {
    {.method = METHOD_GET, .path = "/", .operation = "root"},
    {.method = METHOD_GET, .path = "/livez", .operation = "live"},
    {.method = METHOD_GET, .path = "/v1/things", .operation = "things_list"},
    {.method = METHOD_POST, .path = "/v1/things", .operation = "things_create"},
    {.method = METHOD_GET, .path = "/v1/things/{thing_id}", .operation = "things_get"},
    {.method = METHOD_PATCH, .path = "/v1/things/{thing_id}", .operation = "things_update"},
    {.method = METHOD_POST, .path = "/v1/things/{other_id}/close", .operation = "things_close"},
    {.method = METHOD_GET, .path = "/v1/things/mine", .operation = "things_mine"},
    {.method = METHOD_PUT,
     .path = "/v1/things/{thing_id}/parts/{part_id}",
     .operation = "parts_put"},
};
enum { ROWS = sizeof table / sizeof *table };

static struct router *router;

static int setup(void **state)
{
    (void)state;
    router = router_create(table, ROWS);
    return router ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    router_destroy(router);
    return 0;
}

/* The operation, or the problem's slug; ids and Allow appended when there are any. */
static const char *match(const char *method, const char *url)
{
    static char text[300];
    struct request rq = {.method_name = method, .url = url};
    const char *allow = NULL;
    bool is_found = router_match(router, &rq, &allow);
    assert_true(is_found == (rq.problem.id == PROBLEM_NONE));
    int used = snprintf(text, sizeof text, "%s",
                        !is_found  ? problem_kind(rq.problem.id)->slug
                        : rq.route ? rq.route->operation
                                   : "options");
    for (int i = 0; i < PATH_IDS_MAX && is_found && rq.path_ids[i]; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, " %s", rq.path_ids[i]);
    if (!rq.route && allow)
        snprintf(text + used, sizeof text - (size_t)used, ": %s", allow);
    request_release(&rq);
    return text;
}

static void literals_and_parameters(void **state)
{
    (void)state;
    assert_string_equal(match("GET", "/"), "root");
    assert_string_equal(match("GET", "/livez"), "live");
    assert_string_equal(match("HEAD", "/livez"), "live");
    assert_string_equal(match("POST", "/v1/things"), "things_create");
    assert_string_equal(match("GET", "/v1/things/" ID), "things_get " ID);
    assert_string_equal(match("PATCH", "/v1/things/" ID_UPPER), "things_update " ID);
    assert_string_equal(match("GET", "/v1/things/mine"), "things_mine");
    assert_string_equal(match("POST", "/v1/things/" ID "/close"), "things_close " ID);
    assert_string_equal(match("PUT", "/v1/things/" ID "/parts/" ID_UPPER), "parts_put " ID " " ID);
}

static void only_canonical_paths_match(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "",
        "*",
        "livez",
        "//",
        "//livez",
        "/livez/",
        "/LIVEZ",
        "/live",
        "/livezz",
        "/livez%00",
        "/%6civez",
        "/./livez",
        "/v1",
        "/v1/",
        "/v1//things",
        "/v1/things/",
        "/v1/../livez",
        "/v1/things/" ID "/",
        "/v1/things//close",
        "/v1/things/" ID "%00",
        "/v1/things/%37d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11",
        "/v1/things/1",
        "/v1/things/7d0e6a2e4f0c4a3e9d5e0f6f5b7c9a11",
        "/v1/things/{" ID "}",
        "/v1/things/{thing_id}",
        "/v1/things/7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a1g",
        "/v1/things/" ID "0",
        "/v1/things/" ID "/open",
        "/\xff",
        "/v1/things;x",
        "/v1/things#x",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_string_equal(match("GET", paths[i]), "not-found");
}

static void methods(void **state)
{
    (void)state;
    assert_string_equal(match("DELETE", "/v1/things"),
                        "method-not-allowed: GET, HEAD, POST, OPTIONS");
    static const char *const nowhere[] = {"TRACE", "CONNECT", "QUERY"};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
        assert_string_equal(match(nowhere[i], "/livez"), "method-not-allowed: GET, HEAD, OPTIONS");
    assert_string_equal(match("GET", "/v1/things/" ID "/close"),
                        "method-not-allowed: POST, OPTIONS");
    assert_string_equal(match("HEAD", "/v1/things/" ID "/close"),
                        "method-not-allowed: POST, OPTIONS");
    assert_string_equal(match("OPTIONS", "/v1/things/" ID),
                        "options " ID ": GET, HEAD, PATCH, OPTIONS");
    assert_string_equal(match("OPTIONS", "*"),
                        "options: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    assert_string_equal(match("OPTIONS", "/nothing"), "not-found");
    static const char *const unknown[] = {"get", "Get", "FOO", "", "GETX", "G", "_OTHER"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_string_equal(match(unknown[i], "/livez"), "unknown-method");
}

static void clashes_stop_the_start(void **state)
{
    (void)state;
    static const struct route bad[][2] = {
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_GET, .path = "/a"}},
        {{.method = METHOD_GET, .path = "/a/{x_id}"}, {.method = METHOD_GET, .path = "/a/{y_id}"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_HEAD, .path = "/a"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_OPTIONS, .path = "/a"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_GET, .path = "/b/"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_GET, .path = "/b//c"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_GET, .path = "b"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = METHOD_GET, .path = "/b/{what}"}},
        {{.method = METHOD_GET, .path = "/a"},
         {.method = METHOD_GET, .path = "/{a_id}/{b_id}/{c_id}"}},
        {{.method = METHOD_GET, .path = "/a"}, {.method = 0, .path = "/b"}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(router_create(bad[i], 2));
}

static void the_table_of_the_api_is_sound(void **state)
{
    (void)state;
    struct router *all = router_create(routes, routes_count);
    assert_non_null(all);
    router_destroy(all);
    for (size_t i = 0; i < routes_count; i++) {
        assert_non_null(routes[i].operation);
        assert_true((routes[i].lane == LANE_NONE) == (routes[i].handler != NULL));
        assert_int_not_equal(routes[i].roles, 0);
        if (routes[i].flags & ROUTE_PUBLIC_CACHE)
            assert_true(routes[i].roles & ROLE_PUBLIC);
    }
}

static void role_names(void **state)
{
    (void)state;
    for (unsigned role = ROLE_PUBLIC; role <= ROLE_ADMINISTRATOR; role <<= 1)
        assert_int_equal(role_from_name(role_name((enum role)role)), role);
    assert_int_equal(role_from_name("root"), 0);
    assert_int_equal(role_from_name(""), 0);
    assert_int_equal(role_from_name(NULL), 0);
    assert_string_equal(role_name(0), "public");
}

static void uuids(void **state)
{
    (void)state;
    char one[37], two[37], again[37];
    uuid_make(one);
    uuid_make(two);
    assert_string_not_equal(one, two);
    assert_true(uuid_parse(one, 36, again));
    assert_string_equal(one, again);
    assert_int_equal(one[14], '4');
    assert_false(uuid_parse(one, 35, again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_and_parameters),
        cmocka_unit_test(only_canonical_paths_match),
        cmocka_unit_test(methods),
        cmocka_unit_test(clashes_stop_the_start),
        cmocka_unit_test(the_table_of_the_api_is_sound),
        cmocka_unit_test(role_names),
        cmocka_unit_test(uuids),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
