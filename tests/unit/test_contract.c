/* SPDX-License-Identifier: MIT */
#include "contract_kit.h"
#include "contract_tables.h"
#include "cursor.h"

#include <stdio.h>

/* Compiled from fixtures/openapi.yaml. */
extern const struct contract_operation fixture_contract_operations[];
extern const size_t fixture_contract_operations_count;

static const struct contract *fixture(const char *operation)
{
    for (size_t i = 0; i < fixture_contract_operations_count; i++) {
        if (strcmp(fixture_contract_operations[i].operation, operation) == 0)
            return fixture_contract_operations[i].contract;
    }
    fail_msg("no operation %s", operation);
    return NULL;
}

/* The request starts over. */
static void kit_reset(struct kit *kit)
{
    request_release(&kit->rq);
    struct request fresh = {.app = &kit->app, .route = &kit->route};
    kit->rq = fresh;
}

static bool query(struct kit *kit, const char *text)
{
    kit_reset(kit);
    kit->rq.query_string = text;
    return contract_check_against(&kit->rq, fixture(kit->route.operation));
}

static bool body_bytes(struct kit *kit, const char *text, size_t size)
{
    kit_reset(kit);
    kit->rq.raw_body = text;
    kit->rq.raw_body_bytes = size;
    kit->rq.content_type = "application/json";
    return contract_check_against(&kit->rq, fixture(kit->route.operation));
}

static bool body(struct kit *kit, const char *text)
{
    return body_bytes(kit, text, strlen(text));
}

static void check_problem(
    const struct kit *kit, enum problem_id id, const char *in, const char *where, const char *code)
{
    assert_int_equal(kit->rq.problem.id, id);
    if (kit_has_fault(kit, in, where, code))
        return;
    char *errors = json_dumps(kit->rq.problem.errors, JSON_ENCODE_ANY);
    fail_msg("wanted %s at %s, got %s", code, where, errors);
}

static void test_query_defaults(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    static const char *const empty[] = {NULL, ""};
    for (size_t i = 0; i < 2; i++) {
        assert_true(query(&kit, empty[i]));
        assert_int_equal(json_integer_value(json_object_get(kit.rq.query, "limit")), 25);
        assert_string_equal(json_string_value(json_object_get(kit.rq.query, "status")), "open");
        assert_int_equal(json_object_size(kit.rq.query), 2);
    }
    kit_close(&kit);
}

static void test_query_typed(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    assert_true(query(&kit, "floor=-2&is_urgent=true&since=2026-11-22&tag=a&tag=b-c&q=a%20b+%C3%A9&"
                            "st%61tus=closed&limit=7"));
    json_t *wanted = json_pack("{s:i, s:b, s:s, s:[s,s], s:s, s:s, s:i}", "floor", -2, "is_urgent",
                               1, "since", "2026-11-22", "tag", "a", "b-c", "q", "a b \xc3\xa9",
                               "status", "closed", "limit", 7);
    assert_true(json_equal(kit.rq.query, wanted));
    json_t *sent = json_loads(kit.rq.query_sql, 0, NULL);
    assert_true(json_equal(sent, wanted));
    json_decref(sent);
    json_decref(wanted);
    kit_close(&kit);
}

static void test_query_limit(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        int limit;
    } cases[] = {{"limit=1", 1},
                 {"limit=100", 100},
                 {"limit=101", 100},
                 {"limit=99999999999999999999999", 100}};
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(query(&kit, cases[i].query));
        assert_int_equal(json_integer_value(json_object_get(kit.rq.query, "limit")),
                         cases[i].limit);
    }
    kit_close(&kit);
}

static void test_query_faults(void **state)
{
    (void)state;
    static const struct {
        const char *query, *parameter, *code;
    } cases[] = {
        {"limit=0", "limit", "too-small"},
        {"limit=-5", "limit", "too-small"},
        {"limit=-99999999999999999999999", "limit", "too-small"},
        {"limit=abc", "limit", "type"},
        {"limit=", "limit", "type"},
        {"limit=1.0", "limit", "type"},
        {"limit=01", "limit", "type"},
        {"limit=%2B1", "limit", "type"},
        {"limit=1e1", "limit", "type"},
        {"limit=+1", "limit", "type"},
        {"limit=0x10", "limit", "type"},
        {"limit", "limit", "format"},
        {"limit=1&limit=1", "limit", "repeated"},
        {"limit=x&limit=1", "limit", "repeated"},
        {"floor=10", "floor", "too-large"},
        {"floor=-3", "floor", "too-small"},
        {"floor=99999999999999999999999", "floor", "too-large"},
        {"is_urgent=1", "is_urgent", "type"},
        {"is_urgent=True", "is_urgent", "type"},
        {"status=gone", "status", "not-allowed"},
        {"since=2026-02-30", "since", "format"},
        {"q=12345678901", "q", "too-long"},
        {"q=%00", "q", "format"},
        {"q=%0a", "q", "control-character"},
        {"q=%7f", "q", "control-character"},
        {"q=%zz", "q", "format"},
        {"q=%4", "q", "format"},
        {"q=%", "q", "format"},
        {"q=%c0%80", "q", "format"},
        {"q=\xff", "q", "format"},
        {"q=%ed%a0%80", "q", "format"},
        {"tag=A", "tag", "format"},
        {"tag=a-", "tag", "format"},
        {"tag=a&tag=a", "tag", "not-unique"},
        {"tag=a&tag=b&tag=c&tag=d", "tag", "too-many"},
        {"cursor=abc", "cursor", "bad-cursor"},
        {"cursor=", "cursor", "too-short"},
        {"after=1", "after", "unknown"},
        {"Limit=1", "Limit", "unknown"},
        {"nonsense=1", "nonsense", "unknown"},
        {"tag[]=a", "tag[]", "unknown"},
        {"%ff=1", "?", "format"},
        {"=1", "?", "format"},
        {"q=a&", "?", "format"},
        {"&&", "?", "format"},
        {"q=a;limit=100", "q", "too-long"},
    };
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(query(&kit, cases[i].query));
        check_problem(&kit, PROBLEM_BAD_PARAMETER, "parameter", cases[i].parameter, cases[i].code);
        assert_null(kit.rq.query_sql);
    }
    /* All of them at once. */
    assert_false(query(&kit, "limit=x&floor=10&nonsense=1"));
    assert_int_equal(json_array_size(kit.rq.problem.errors), 3);
    kit_close(&kit);
    kit_open(&kit, NULL, "widgets_close");
    assert_false(query(&kit, NULL));
    check_problem(&kit, PROBLEM_BAD_PARAMETER, "parameter", "on", "required");
    assert_true(query(&kit, "on=2026-11-22"));
    kit_close(&kit);
}

static void test_query_cursor(void **state)
{
    (void)state;
    struct kit kit;
    char text[700];
    kit_open(&kit, NULL, "widgets_list");
    assert_true(query(&kit, "status=closed"));
    char *cursor = strdup(cursor_encode(&kit.rq, "[\"x\",1]"));
    (void)snprintf(text, sizeof text, "cursor=%s&limit=2&status=closed", cursor);
    assert_true(query(&kit, text));
    assert_null(json_object_get(kit.rq.query, "cursor"));
    assert_int_equal(json_array_size(json_object_get(kit.rq.query, "after")), 2);
    assert_non_null(strstr(kit.rq.query_sql, "\"after\":[\"x\",1]"));
    (void)snprintf(text, sizeof text, "cursor=%s&limit=2", cursor);
    assert_false(query(&kit, text));
    check_problem(&kit, PROBLEM_BAD_PARAMETER, "parameter", "cursor", "bad-cursor");
    free(cursor);
    kit_close(&kit);
}

/* The keyset is always there. */
static void test_query_without_cursor(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    const struct contract *contract = fixture(kit.route.operation);
    kit.route.operation = "services_list";
    assert_true(contract_check_against(&kit.rq, contract));
    assert_null(json_object_get(kit.rq.query, "after"));
    kit_reset(&kit);
    kit.route.flags = ROUTE_LIST;
    assert_true(contract_check_against(&kit.rq, contract));
    assert_non_null(strstr(kit.rq.query_sql, "\"after\":{\"at\":\"-infinity\",\"id\":\"00000000-"));
    kit_close(&kit);
}

static void test_body_good(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "{\"name\":\"x\",\"agreed\":true}",
        " {\"name\" : "
        "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\","
        "\n\t\"agreed\":true} ",
        "{\"name\":\"\\u00e9\",\"agreed\":true,\"kind\":\"red\",\"mood\":null,\"floor\":-2,"
        "\"weight\":1.5}",
        "{\"name\":\"x\",\"agreed\":true,\"weight\":1,\"seen_on\":\"2024-02-29\",\"parts\":[{"
        "\"size\":1},{\"size\":-1}]}",
        "{\"name\":\"x\",\"agreed\":true,\"code\":\"AB-1234567\",\"nicknames\":[]}",
    };
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!body(&kit, cases[i]))
            fail_msg("refused: %s", cases[i]);
        assert_string_equal(kit.rq.body_sql, cases[i]);
        assert_null(kit.rq.keys_sql);
        assert_string_equal(kit.rq.query_sql, "{}");
    }
    kit_close(&kit);
}

#define WITH(members) "{\"name\":\"x\",\"agreed\":true," members "}"

static void test_body_faults(void **state)
{
    (void)state;
    static const struct {
        const char *body, *pointer, *code;
    } cases[] = {
        {"{}", "#/name", "required"},
        {"{}", "#/agreed", "required"},
        {"[]", "#", "type"},
        {"null", "#", "type"},
        {"\"x\"", "#", "type"},
        {"{\"name\":null,\"agreed\":true}", "#/name", "type"},
        {"{\"name\":\"\",\"agreed\":true}", "#/name", "too-short"},
        {"{\"name\":\"12345678901\",\"agreed\":true}", "#/name", "too-long"},
        {"{\"name\":\"x\",\"agreed\":false}", "#/agreed", "not-allowed"},
        {"{\"name\":\"x\",\"agreed\":1}", "#/agreed", "type"},
        {"{\"name\":\"a\\u0001b\",\"agreed\":true}", "#/name", "control-character"},
        {"{\"name\":\"a\\nb\",\"agreed\":true}", "#/name", "control-character"},
        {"{\"name\":\"a\\u007fb\",\"agreed\":true}", "#/name", "control-character"},
        {"{\"name\":\"a\\u0085b\",\"agreed\":true}", "#/name", "control-character"},
        {"{\"name\":\"a\\uffffb\",\"agreed\":true}", "#/name", "control-character"},
        {"{\"name\":\"a\\ufffeb\",\"agreed\":true}", "#/name", "control-character"},
        {WITH("\"notes\":\"\\u0001contact.email\""), "#/notes", "control-character"},
        {WITH("\"notes\":\"a\\rb\""), "#/notes", "control-character"},
        {WITH("\"code\":\"ab-1\""), "#/code", "format"},
        {WITH("\"code\":\"AB-\""), "#/code", "format"},
        {WITH("\"code\":\"AB-1\\u00e9\""), "#/code", "format"},
        {WITH("\"code\":\"AB-12345678\""), "#/code", "too-long"},
        {WITH("\"kind\":\"green\""), "#/kind", "not-allowed"},
        {WITH("\"kind\":null"), "#/kind", "type"},
        {WITH("\"floor\":10"), "#/floor", "too-large"},
        {WITH("\"floor\":-3"), "#/floor", "too-small"},
        {WITH("\"floor\":1.0"), "#/floor", "type"},
        {WITH("\"floor\":\"1\""), "#/floor", "type"},
        {WITH("\"weight\":1.6"), "#/weight", "too-large"},
        {WITH("\"weight\":-1"), "#/weight", "too-small"},
        {WITH("\"weight\":true"), "#/weight", "type"},
        {WITH("\"seen_on\":\"2026-02-30\""), "#/seen_on", "format"},
        {WITH("\"contact\":{}"), "#/contact", "too-few"},
        {WITH("\"contact\":{\"email\":\"x\"}"), "#/contact/email", "format"},
        {WITH("\"contact\":{\"email_digest\":\"x\"}"), "#/contact/email_digest", "unknown"},
        {WITH("\"contact\":{\"email_is_government\":false}"), "#/contact/email_is_government",
         "unknown"},
        {WITH("\"nicknames\":[\"a\",\"b\",\"c\",\"d\"]"), "#/nicknames", "too-many"},
        {WITH("\"nicknames\":[\"a\",\"b\",\"a\"]"), "#/nicknames/2", "not-unique"},
        {WITH("\"parts\":[]"), "#/parts", "too-few"},
        {WITH("\"parts\":[{\"size\":1},{}]"), "#/parts/1/size", "required"},
        {WITH("\"parts\":[{\"size\":1,\"label\":\"123456\"}]"), "#/parts/0/label", "too-long"},
        {WITH("\"parts\":{\"0\":1}"), "#/parts", "type"},
        {WITH("\"a/b~c d\\u00e9\\u0001%\":1"), "#/a~1b~0c%20d%C3%A9%01%25", "unknown"},
        {WITH("\"\":1"), "#/", "unknown"},
    };
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (body(&kit, cases[i].body))
            fail_msg("accepted: %s", cases[i].body);
        check_problem(&kit, PROBLEM_VALIDATION_FAILED, "pointer", cases[i].pointer, cases[i].code);
        assert_null(kit.rq.body_sql);
        assert_null(kit.rq.keys_sql);
    }
    assert_false(body(&kit, "{\"floor\":10,\"kind\":1,\"x\":{},\"parts\":[1,2]}"));
    assert_int_equal(json_array_size(kit.rq.problem.errors), 7);
    kit_close(&kit);
}

static void test_body_many_faults(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    json_t *object = json_object();
    for (int i = 0; i < 80; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "x%d", i);
        json_object_set_new(object, name, json_true());
    }
    char *text = json_dumps(object, 0);
    assert_false(body(&kit, text));
    assert_int_equal(json_array_size(kit.rq.problem.errors), 50);
    free(text);
    json_decref(object);
    kit_close(&kit);
}

static void test_body_unreadable(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "{",
        "{\"name\":\"x\",\"agreed\":true",
        "{\"name\":\"x\",\"agreed\":true}}",
        "{\"name\":\"x\",\"agreed\":true} x",
        "{\"name\":\"x\",\"name\":\"y\",\"agreed\":true}",
        "{\"name\":\"x\",\"n\\u0061me\":\"y\",\"agreed\":true}",
        "{name:1}",
        "{'name':1}",
        "{\"name\":NaN}",
        "{\"name\":01}",
        "{\"name\":1e400}",
        "{\"name\":99999999999999999999}",
        "{\"name\":\"\xff\"}",
        "{\"name\":\"\xc0\x80\"}",
        "{\"name\":\"\xed\xa0\x80\"}",
        "{\"name\":\"\\ud800\"}",
        "{\"name\":\"\\u0000\"}",
        "{\"na\\u0000me\":1}",
        "{\"name\":\"a\nb\"}",
        "{\"name\":\"\\x\"}",
        "{\"name\":\"x\",}",
        "/* x */ {}",
        "\xef\xbb\xbf{\"name\":\"x\",\"agreed\":true}",
    };
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(body(&kit, cases[i]));
        if (kit.rq.problem.id != PROBLEM_BAD_JSON)
            fail_msg("problem %d: %s", (int)kit.rq.problem.id, cases[i]);
    }
    assert_false(body(&kit, "{\n  x"));
    assert_int_equal(json_integer_value(json_object_get(kit.rq.problem.extra, "line")), 2);
    static const char nul[] = "{\"name\":\"x\",\0\"agreed\":true}";
    assert_false(body_bytes(&kit, nul, sizeof nul - 1));
    assert_int_equal(kit.rq.problem.id, PROBLEM_BAD_JSON);
    kit_close(&kit);
}

static void test_body_depth(void **state)
{
    (void)state;
    struct kit kit;
    char text[256];
    kit_open(&kit, NULL, "widgets_create");
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    assert_false(body_bytes(&kit, text, 64));
    assert_int_equal(kit.rq.problem.id, PROBLEM_VALIDATION_FAILED);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    assert_false(body_bytes(&kit, text, 66));
    assert_int_equal(kit.rq.problem.id, PROBLEM_BAD_JSON);
    /* Brackets in a string have no depth. */
    assert_true(body(&kit, WITH("\"notes\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"{{{{\"")));
    kit_close(&kit);
}

static void test_body_media_type(void **state)
{
    (void)state;
    static const struct {
        const char *operation, *type;
        bool is_good;
    } cases[] = {
        {"widgets_create", "application/json", true},
        {"widgets_create", "Application/JSON ; charset=UTF-8", true},
        {"widgets_create", "application/json;charset=\"utf-8\"", true},
        {"widgets_create", NULL, false},
        {"widgets_create", "", false},
        {"widgets_create", "text/plain", false},
        {"widgets_create", "application/jsonx", false},
        {"widgets_create", "application/merge-patch+json", false},
        {"widgets_create", "application/json; charset=iso-8859-1", false},
        {"widgets_create", "application/json; charset=utf-8x", false},
        {"widgets_create", "application/json; charset=\"utf-8", false},
        {"widgets_create", "application/json; profile=x", false},
        {"widgets_create", "application/json, text/plain", false},
        {"widgets_change", "application/merge-patch+json", true},
        {"widgets_change", "application/json", true},
        {"widgets_change", "application/json-patch+json", false},
    };
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char new[] = "{\"name\":\"x\",\"agreed\":true}", patch[] = "{\"name\":\"x\"}";
        bool is_patch = strcmp(cases[i].operation, "widgets_change") == 0;
        kit_reset(&kit);
        kit.rq.raw_body = is_patch ? patch : new;
        kit.rq.raw_body_bytes = strlen(kit.rq.raw_body);
        kit.rq.content_type = cases[i].type;
        assert_int_equal(contract_check_against(&kit.rq, fixture(cases[i].operation)),
                         cases[i].is_good);
        assert_int_equal(kit.rq.problem.id,
                         cases[i].is_good ? PROBLEM_NONE : PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    }
    kit_close(&kit);
}

static void test_body_where_none_belongs(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_list");
    assert_true(body(&kit, ""));
    assert_null(kit.rq.body_sql);
    assert_false(body(&kit, "{}"));
    assert_int_equal(kit.rq.problem.id, PROBLEM_BAD_REQUEST);
    kit_close(&kit);
}

static void test_patch(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_change");
    assert_true(body(&kit, "{\"floor\":null}"));
    assert_string_equal(kit.rq.body_sql, "{\"floor\":null}");
    assert_false(body(&kit, "{\"name\":null}"));
    check_problem(&kit, PROBLEM_VALIDATION_FAILED, "pointer", "#/name", "type");
    assert_false(body(&kit, "{}"));
    check_problem(&kit, PROBLEM_VALIDATION_FAILED, "pointer", "#", "too-few");
    kit_close(&kit);
}

/* The plain text behind a sealed value of the body. */
static void
check_sealed(struct kit *kit, const json_t *value, const char *label, const char *wanted)
{
    json_t *keys = json_loads(kit->rq.keys_sql, 0, NULL);
    const char *id = json_string_value(json_object_get(keys, "id"));
    const char *sealed = json_string_value(value);
    assert_memory_equal(sealed, id, 36);
    char mark[4096];
    (void)snprintf(mark, sizeof mark, "\x01%s.%s.%s", label, sealed,
                   json_string_value(json_object_get(keys, "wrapped")));
    char *plain = seal_open_mark(kit->app.seal, mark);
    assert_string_equal(plain, wanted);
    free(plain);
    json_decref(keys);
}

#define SECRETS                                                                                    \
    WITH("\"notes\":\"line\\n\\tline\",\"contact\":{\"email\":\"Kim@Forces.GC.ca\",\"phone\":\"("  \
         "613) 555-0100\"},"                                                                       \
         "\"nicknames\":[\"Kay\"],\"parts\":[{\"size\":1,\"label\":\"abc\"}],\"weight\":0.1")

static void test_sealing(void **state)
{
    (void)state;
    struct kit kit;
    char hex[65];
    kit_open(&kit, NULL, "widgets_create");
    assert_true(body(&kit, SECRETS));
    json_t *sent = json_loads(kit.rq.body_sql, 0, NULL);
    assert_true(json_equal(sent, kit.rq.body));
    json_t *contact = json_object_get(sent, "contact");
    check_sealed(&kit, json_object_get(sent, "notes"), "widget.notes", "line\n\tline");
    check_sealed(&kit, json_object_get(contact, "email"), "contact.email", "Kim@Forces.GC.ca");
    check_sealed(&kit, json_object_get(contact, "phone"), "contact.phone", "(613) 555-0100");
    check_sealed(&kit, json_array_get(json_object_get(sent, "nicknames"), 0), "widget.nickname",
                 "Kay");
    check_sealed(&kit, json_object_get(json_array_get(json_object_get(sent, "parts"), 0), "label"),
                 "part.label", "abc");
    seal_digest(kit.app.seal, "contact.email1", "kim@forces.gc.ca", 16, hex);
    assert_string_equal(json_string_value(json_object_get(contact, "email_digest")), hex);
    seal_digest(kit.app.seal, "contact.phone1", "6135550100", 10, hex);
    assert_string_equal(json_string_value(json_object_get(contact, "phone_digest")), hex);
    assert_true(json_is_true(json_object_get(contact, "email_is_government")));
    /* Longer than what base64 spells by chance. */
    assert_null(strstr(kit.rq.body_sql, "Kim@Forces"));
    assert_null(strstr(kit.rq.body_sql, "555-0100"));
    assert_null(strstr(kit.rq.body_sql, "5550100"));
    assert_non_null(strstr(kit.rq.body_sql, "\"weight\":0.1"));
    assert_string_equal(json_string_value(json_object_get(sent, "name")), "x");
    json_decref(sent);
    char *first = strdup(kit.rq.keys_sql);
    assert_true(body(&kit, SECRETS));
    assert_string_not_equal(first, kit.rq.keys_sql);
    free(first);
    kit_close(&kit);
}

/* null seals nothing but is told to the siblings; what is absent stays absent. */
static void test_sealing_null(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    assert_true(body(&kit, WITH("\"contact\":{\"email\":null}")));
    assert_null(kit.rq.keys_sql);
    json_t *contact = json_object_get(kit.rq.body, "contact");
    assert_true(json_is_null(json_object_get(contact, "email")));
    assert_true(json_is_null(json_object_get(contact, "email_digest")));
    assert_true(json_is_null(json_object_get(contact, "email_is_government")));
    assert_null(json_object_get(contact, "phone_digest"));
    assert_non_null(strstr(kit.rq.body_sql, "\"email_digest\":null"));
    kit_close(&kit);
}

/* A text of which only the digest goes on: however it was written, and nowhere in plain. */
static void test_digest_only(void **state)
{
    (void)state;
    static const char *const spellings[] = {"\"O\xe2\x80\x99"
                                            "Brien, Zo\xc3\xab\"",
                                            "\" OBRIEN  zoe \""};
    struct kit kit;
    char hex[65], body_text[80];
    kit_open(&kit, NULL, "widgets_create");
    seal_digest(kit.app.seal, "widget.maker1", "obrien zoe", 10, hex);
    hex[32] = '\0';
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        (void)snprintf(body_text, sizeof body_text, "{\"name\":\"x\",\"agreed\":true,\"maker\":%s}",
                       spellings[i]);
        assert_true(body(&kit, body_text));
        json_t *sent = json_loads(kit.rq.body_sql, 0, NULL);
        assert_null(json_object_get(sent, "maker"));
        const json_t *spelling = json_array_get(json_object_get(sent, "maker_digest"), 0);
        assert_string_equal(json_string_value(json_object_get(spelling, "whole")), hex);
        json_decref(sent);
        assert_null(strcasestr(kit.rq.body_sql, "brien"));
        assert_null(kit.rq.keys_sql);
    }
    assert_true(body(&kit, WITH("\"maker\":null")));
    assert_null(json_object_get(kit.rq.body, "maker"));
    assert_true(json_is_null(json_object_get(kit.rq.body, "maker_digest")));
    assert_true(body(&kit, WITH("\"floor\":1")));
    assert_null(strstr(kit.rq.body_sql, "maker"));
    kit_close(&kit);
}

/* Whichever allocation fails, a good request is either taken whole or answered with INTERNAL. */
static void test_memory(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    bool is_done = false;
    long left = 0;
    for (; !is_done && left < 500; left++) {
        const struct contract *contract = fixture("widgets_create");
        kit_reset(&kit);
        kit.rq.raw_body = SECRETS;
        kit.rq.raw_body_bytes = sizeof SECRETS - 1;
        kit.rq.content_type = "application/json";
        kit_allocations_left = left;
        is_done = contract_check_against(&kit.rq, contract);
        kit_allocations_left = -1;
        /* jansson takes missing memory inside a string for a fault of the text. */
        if (!is_done && kit.rq.problem.id != PROBLEM_BAD_JSON)
            assert_int_equal(kit.rq.problem.id, PROBLEM_INTERNAL);
        assert_int_equal(kit.rq.problem.id != PROBLEM_NONE, !is_done);
    }
    assert_true(is_done && left > 10);
    kit_close(&kit);
}

static void test_memory_query(void **state)
{
    (void)state;
    struct kit kit;
    char text[700];
    kit_open(&kit, NULL, "widgets_list");
    assert_true(query(&kit, "tag=a&tag=b&q=x"));
    (void)snprintf(text, sizeof text, "tag=a&tag=b&q=x&cursor=%s", cursor_encode(&kit.rq, "[1]"));
    bool is_done = false;
    for (long left = 0; !is_done && left < 500; left++) {
        const struct contract *contract = fixture("widgets_list");
        kit_reset(&kit);
        kit.rq.query_string = text;
        kit_allocations_left = left;
        is_done = contract_check_against(&kit.rq, contract);
        kit_allocations_left = -1;
        assert_int_equal(kit.rq.problem.id, is_done ? PROBLEM_NONE : PROBLEM_INTERNAL);
    }
    assert_true(is_done);
    kit_close(&kit);
}

/* Faults of a bad body while memory runs out: never accepted, never a crash. */
static void test_memory_faults(void **state)
{
    (void)state;
    struct kit kit;
    kit_open(&kit, NULL, "widgets_create");
    for (long left = 0; left < 120; left++) {
        const struct contract *contract = fixture("widgets_create");
        kit_reset(&kit);
        kit.rq.raw_body = "{\"x\":{},\"parts\":[{\"size\":\"a\"}],\"floor\":99}";
        kit.rq.raw_body_bytes = strlen(kit.rq.raw_body);
        kit.rq.content_type = "application/json";
        kit_allocations_left = left;
        assert_false(contract_check_against(&kit.rq, contract));
        kit_allocations_left = -1;
    }
    kit_close(&kit);
}

/* The real contract: sorted, so that bsearch finds every operation, and nothing else. */
static void test_find(void **state)
{
    (void)state;
    assert_true(contract_operations_count > 0);
    for (size_t i = 0; i < contract_operations_count; i++)
        assert_ptr_equal(contract_find(contract_operations[i].operation),
                         contract_operations[i].contract);
    assert_null(contract_find("nothing_here"));
    assert_null(contract_find(""));
    json_t *document =
        json_loadb(contract_document, contract_document_bytes, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json_object_get(document, "paths"));
    json_decref(document);
    struct kit kit;
    kit_open(&kit, NULL, "health_live");
    assert_true(contract_check(&kit.rq));
    kit_reset(&kit);
    kit.route.operation = "nothing_here";
    assert_false(contract_check(&kit.rq));
    assert_int_equal(kit.rq.problem.id, PROBLEM_INTERNAL);
    kit_close(&kit);
}

int main(void)
{
    kit_watch_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query_defaults),
        cmocka_unit_test(test_query_typed),
        cmocka_unit_test(test_query_limit),
        cmocka_unit_test(test_query_faults),
        cmocka_unit_test(test_query_cursor),
        cmocka_unit_test(test_query_without_cursor),
        cmocka_unit_test(test_body_good),
        cmocka_unit_test(test_body_faults),
        cmocka_unit_test(test_body_many_faults),
        cmocka_unit_test(test_body_unreadable),
        cmocka_unit_test(test_body_depth),
        cmocka_unit_test(test_body_media_type),
        cmocka_unit_test(test_body_where_none_belongs),
        cmocka_unit_test(test_patch),
        cmocka_unit_test(test_sealing),
        cmocka_unit_test(test_sealing_null),
        cmocka_unit_test(test_digest_only),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_query),
        cmocka_unit_test(test_memory_faults),
        cmocka_unit_test(test_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
