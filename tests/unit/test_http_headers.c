/* SPDX-License-Identifier: MIT */
#include "http_headers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void languages(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum language expected;
    } cases[] = {
        {NULL, LANGUAGE_BOTH},
        {"", LANGUAGE_BOTH},
        {"*", LANGUAGE_BOTH},
        {"de", LANGUAGE_BOTH},
        {"fr", LANGUAGE_FR},
        {"FR-ca", LANGUAGE_FR},
        {"fr-CA,fr;q=0.9,en;q=0.8", LANGUAGE_FR},
        {"en;q=0.5, fr;q=0.6", LANGUAGE_FR},
        {"en , fr", LANGUAGE_EN},
        {"de, en;q=0.3", LANGUAGE_EN},
        {"*, fr;q=0.1", LANGUAGE_BOTH},
        {"fr, *;q=0.5", LANGUAGE_FR},
        {"fr;q=0", LANGUAGE_EN},
        {"*, en;q=0", LANGUAGE_FR},
        {"en;q=0, fr;q=0", LANGUAGE_BOTH},
        {"en-GB;q=0, en", LANGUAGE_EN},
        {"french", LANGUAGE_BOTH},
        {"f", LANGUAGE_BOTH},
        {"fr ; q=0.7 , en;q=0.8", LANGUAGE_EN},
        {"fr;q=abc", LANGUAGE_BOTH},
        {",,;;q=,*;", LANGUAGE_BOTH},
        {"en;q=0.999, fr;q=1.000", LANGUAGE_FR},
        {"en;q=9, fr;q=0.1", LANGUAGE_FR},
        {"fr-FR;q=0.2, en-CA;q=0", LANGUAGE_FR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(http_language(cases[i].header), cases[i].expected);
}

static void accept(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        bool expected;
    } cases[] = {
        {NULL, true},
        {"", true},
        {"*/*", true},
        {"application/json", true},
        {"APPLICATION/JSON; charset=utf-8", true},
        {"application/*", true},
        {"text/html", false},
        {"text/html, */*;q=0.1", true},
        {"text/*", false},
        {"application/json;q=0", false},
        {"application/json;q=0, */*", false},
        {"*/*;q=0", false},
        {"*/*;q=0, application/json", true},
        {"application/jsonx", false},
        {"garbage", false},
        {"application/*;q=0.0, application/json;q=0.001", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(http_accepts(cases[i].header, "application/json"), cases[i].expected);
}

static bool is_sound(const char *const *names, const char *const *values)
{
    struct http_headers headers = {0};
    assert_true(http_headers_collect(&arena, names, values, "", &headers));
    return http_framing_is_sound(&headers, true);
}

static void framing(void **state)
{
    (void)state;
    static const struct {
        const char *names[4], *values[4];
        bool expected;
    } cases[] = {
        {{"Host"}, {"x"}, true},
        {{"host", "content-length"}, {"x:8080", "12"}, true},
        {{"Host", "Transfer-Encoding"}, {"x", "Chunked"}, true},
        {{NULL}, {NULL}, false},
        {{"Host", "Host"}, {"x", "x"}, false},
        {{"Host", "hOST"}, {"x", "y"}, false},
        {{"Host"}, {"x,y"}, false},
        {{"Host", "Content-Length", "Transfer-Encoding"}, {"x", "5", "chunked"}, false},
        {{"Host", "Content-Length"}, {"x", "5,5"}, false},
        {{"Host", "Content-Length", "content-length"}, {"x", "5", "6"}, false},
        {{"Host", "Content-Length"}, {"x", ""}, false},
        {{"Host", "Content-Length"}, {"x", "+5"}, false},
        {{"Host", "Content-Length"}, {"x", "0x5"}, false},
        {{"Host", "Transfer-Encoding"}, {"x", "gzip, chunked"}, false},
        {{"Host", "Transfer-Encoding"}, {"x", "identity"}, false},
        {{"Host", "Transfer-Encoding"}, {"x", ""}, false},
        {{"Host", "Transfer-Encoding "}, {"x", "chunked"}, false},
        {{"Host", "Content-Length5"}, {"x", ""}, false},
        {{"Host", "Transfer-Encodingchunked"}, {"x", ""}, false},
        {{"Host", "X(Y"}, {"x", "1"}, false},
        {{"Host", ""}, {"x", "1"}, false},
        {{"Host", "X-\xc3\xa9"}, {"x", "1"}, false},
        {{"Host", "X-Y"}, {"x", "a\tb \xc3\xa9"}, true},
        {{"Host", "X-Y"}, {"x", "a\rTransfer-Encoding: chunked"}, false},
        {{"Host", "X-Y"}, {"x", "a\x7f"}, false},
        {{"Host", "X-Y"}, {"x", "\x01"}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(is_sound(cases[i].names, cases[i].values), cases[i].expected);
    assert_true(http_framing_is_sound(&(struct http_headers){0}, false));
    /* HTTP/1.0 */
    struct http_headers chunked = {.value[HEADER_TRANSFER_ENCODING] = "chunked"};
    assert_false(http_framing_is_sound(&chunked, false));
}

static void repeated_headers_are_joined(void **state)
{
    (void)state;
    const char *const names[] = {"If-Match", "if-match", "X-Clock", "Other", NULL};
    const char *const values[] = {"\"1\"", "\"2\"", "now", "x"};
    struct http_headers headers = {0};
    assert_true(http_headers_collect(&arena, names, values, "x-clock", &headers));
    assert_string_equal(headers.value[HEADER_IF_MATCH], "\"1\",\"2\"");
    assert_string_equal(headers.clock, "now");
    assert_null(headers.value[HEADER_ACCEPT]);
}

static void targets(void **state)
{
    (void)state;
    assert_string_equal(http_target_path("/a"), "/a");
    assert_string_equal(http_target_path("http://h:1/a"), "/a");
    assert_string_equal(http_target_path("HTTPS://h/a/b"), "/a/b");
    assert_string_equal(http_target_path("http://h"), "/");
    assert_string_equal(http_target_path("*"), "*");
    assert_string_equal(http_target_path(""), "");
    assert_string_equal(http_target_path("//evil/a"), "//evil/a");
}

static const char *versions(const char *header)
{
    const char *result = "unset";
    assert_true(http_if_match(&arena, header, &result));
    return result;
}

static void if_match(void **state)
{
    (void)state;
    assert_null(versions("*"));
    assert_null(versions(" * "));
    assert_string_equal(versions("\"3.both\""), "{3}");
    assert_string_equal(versions("W/\"3.en\""), "{3}");
    assert_string_equal(versions("\"3\""), "{3}");
    assert_string_equal(versions("\"1.fr\", \"x\",W/\"22.both\" ,\"3.de\""), "{1,22}");
    assert_string_equal(versions("\"4-0af1.both\", \"5-9\""), "{4,5}");
    assert_string_equal(versions("\"4-.both\", \"4-x.en\", \"4-0a-1.fr\", \"-4.fr\""), "{}");
    assert_string_equal(versions("3"), "{}");
    assert_string_equal(versions(""), "{}");
    assert_string_equal(versions("\"\""), "{}");
    assert_string_equal(versions("\"3"), "{}");
    assert_string_equal(versions("\"-3\", \"3.\", \".en\", \"3.en \", \"3e1\""), "{}");
    assert_string_equal(versions("\"1234567890\""), "{}");
    assert_string_equal(versions("\"3},{4\""), "{}");
    assert_string_equal(versions("x\"3\", \"4\""), "{4}");
    assert_string_equal(versions("\"1\"\"2\"\"3\""), "{1,2,3}");
}

static void if_none_match(void **state)
{
    (void)state;
    assert_true(http_none_match("*", "3.both"));
    assert_true(http_none_match("\"3.both\"", "3.both"));
    assert_true(http_none_match("\"x\", W/\"3.both\"", "3.both"));
    assert_false(http_none_match("\"3.en\"", "3.both"));
    assert_false(http_none_match("3.both", "3.both"));
    assert_false(http_none_match("\"3.bot\"", "3.both"));
    assert_false(http_none_match("", "3.both"));
}

static void idempotency_keys(void **state)
{
    (void)state;
    char long_key[300];
    memset(long_key, 'k', sizeof long_key);
    long_key[255] = '\0';
    assert_string_equal(http_idempotency_key(&arena, "\"8e03978e-40d5\""), "8e03978e-40d5");
    assert_string_equal(http_idempotency_key(&arena, "8e03978e-40d5"), "8e03978e-40d5");
    assert_string_equal(http_idempotency_key(&arena, " \"a,b\" "), "a,b");
    assert_string_equal(http_idempotency_key(&arena, "\"a\\\"b\\\\\""), "a\"b\\");
    assert_string_equal(http_idempotency_key(&arena, long_key), long_key);
    long_key[255] = 'k';
    long_key[256] = '\0';
    static const char *const bad[] = {"",         " ",           "\"\"", "\"",          "a,b",
                                      "a\"b",     "\"a\",\"b\"", "\"a",  "\"a\\",       "\"a\\\"",
                                      "\"a\\x\"", "a b",         "\x01", "caf\xc3\xa9", "\"a\"b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_null(http_idempotency_key(&arena, bad[i]));
    assert_null(http_idempotency_key(&arena, long_key));
}

static void query_without_cursor(void **state)
{
    (void)state;
    assert_string_equal(http_query_without_cursor(&arena, NULL), "");
    assert_string_equal(http_query_without_cursor(&arena, "cursor=abc"), "");
    assert_string_equal(http_query_without_cursor(&arena, "a=1&cursor=abc&b=2"), "a=1&b=2");
    assert_string_equal(http_query_without_cursor(&arena, "%63ursor=abc&b=2&&"), "b=2");
    assert_string_equal(http_query_without_cursor(&arena, "cursors=1&curso=2&cursor"),
                        "cursors=1&curso=2");
    assert_string_equal(http_query_without_cursor(&arena, "q=a%20b+c<>\"\r\n\xc3\xa9"),
                        "q=a%20b+c%3C%3E%22%0D%0A%C3%A9");
}

static void origins(void **state)
{
    (void)state;
    const char *list = "https://app.example, http://localhost:3000";
    assert_true(http_origin_is_allowed(list, "https://app.example"));
    assert_true(http_origin_is_allowed(list, "http://localhost:3000"));
    assert_false(http_origin_is_allowed(list, "https://app.example.evil"));
    assert_false(http_origin_is_allowed(list, "https://app.exampl"));
    assert_false(http_origin_is_allowed(list, "HTTPS://app.example"));
    assert_false(http_origin_is_allowed(list, "https://app.example, http://localhost:3000"));
    assert_false(http_origin_is_allowed(list, "null"));
    assert_false(http_origin_is_allowed(list, ""));
    assert_false(http_origin_is_allowed("", "https://app.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages),
        cmocka_unit_test(accept),
        cmocka_unit_test(framing),
        cmocka_unit_test(repeated_headers_are_joined),
        cmocka_unit_test(targets),
        cmocka_unit_test(if_match),
        cmocka_unit_test(if_none_match),
        cmocka_unit_test(idempotency_keys),
        cmocka_unit_test(query_without_cursor),
        cmocka_unit_test(origins),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
