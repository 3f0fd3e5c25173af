/* SPDX-License-Identifier: MIT */
#include "format.h"
#include "names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct sample {
    enum format format;
    const char *text;
};

static const struct sample good[] = {
    {FORMAT_NONE, ""},
    {FORMAT_UUID, "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a11"},
    {FORMAT_UUID, "7D0E6A2E-4F0C-4A3E-9D5E-0F6F5B7C9A11"},
    {FORMAT_DATE, "2026-11-22"},
    {FORMAT_DATE, "2024-02-29"},
    {FORMAT_DATE, "2000-02-29"},
    {FORMAT_DATE, "9999-12-31"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00Z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00.123456Z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00-03:30"},
    {FORMAT_DATE_TIME, "2026-11-22T00:00:00+14:00"},
    {FORMAT_LOCAL_DATE_TIME, "2026-11-22T18:30"},
    {FORMAT_EMAIL, "kim@example.ca"},
    {FORMAT_EMAIL, "kim.o'brien+peer@mail.example.ca"},
    {FORMAT_EMAIL, "k@xn--bcher-kva.example"},
    {FORMAT_PHONE, "+1 613 555-0100"},
    {FORMAT_PHONE, "(613) 555.0100"},
    {FORMAT_PHONE, "613-555-0100 x12"},
    {FORMAT_PHONE, "613-555-0100 ext. 1234"},
    {FORMAT_PHONE, "+441632960961"},
    {FORMAT_URI, "https://example.ca"},
    {FORMAT_URI, "https://example.ca:8443/a/b?c=d%20e#f"},
    {FORMAT_IANA_ZONE, "America/Toronto"},
    {FORMAT_IANA_ZONE, "America/Argentina/Buenos_Aires"},
    {FORMAT_IANA_ZONE, "America/Port-au-Prince"},
};

static const struct sample bad[] = {
    {FORMAT_UUID, ""},
    {FORMAT_UUID, "7d0e6a2e4f0c4a3e9d5e0f6f5b7c9a11"},
    {FORMAT_UUID, "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a1"},
    {FORMAT_UUID, "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a111"},
    {FORMAT_UUID, "7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a1g"},
    {FORMAT_UUID, "{7d0e6a2e-4f0c-4a3e-9d5e-0f6f5b7c9a1}"},
    {FORMAT_DATE, "2026-02-29"},
    {FORMAT_DATE, "1900-02-29"},
    {FORMAT_DATE, "2026-13-01"},
    {FORMAT_DATE, "2026-00-10"},
    {FORMAT_DATE, "2026-04-31"},
    {FORMAT_DATE, "2026-11-00"},
    {FORMAT_DATE, "0000-01-01"},
    {FORMAT_DATE, "2026-11-22 "},
    {FORMAT_DATE, "2026-1-2"},
    {FORMAT_DATE, "20261122"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00"},
    {FORMAT_DATE_TIME, "2026-11-22 13:45:00Z"},
    {FORMAT_DATE_TIME, "2026-11-22t13:45:00z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45Z"},
    {FORMAT_DATE_TIME, "2026-11-22T24:00:00Z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:60:00Z"},
    {FORMAT_DATE_TIME, "2026-12-31T23:59:60Z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00.Z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00.1234567890Z"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00+15:00"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00+0100"},
    {FORMAT_DATE_TIME, "2026-11-22T13:45:00Z "},
    {FORMAT_LOCAL_DATE_TIME, "2026-11-22T18:30:00"},
    {FORMAT_LOCAL_DATE_TIME, "2026-11-22T18:30Z"},
    {FORMAT_LOCAL_DATE_TIME, "2026-11-31T18:30"},
    {FORMAT_EMAIL, "kim"},
    {FORMAT_EMAIL, "@example.ca"},
    {FORMAT_EMAIL, "kim@"},
    {FORMAT_EMAIL, "kim@localhost"},
    {FORMAT_EMAIL, "kim@@example.ca"},
    {FORMAT_EMAIL, ".kim@example.ca"},
    {FORMAT_EMAIL, "kim.@example.ca"},
    {FORMAT_EMAIL, "k..m@example.ca"},
    {FORMAT_EMAIL, "kim <kim@example.ca>"},
    {FORMAT_EMAIL, "kim@example.ca\r\nBcc: x@example.ca"},
    {FORMAT_EMAIL, "kim@example.ca,x@example.ca"},
    {FORMAT_EMAIL, "\"kim\"@example.ca"},
    {FORMAT_EMAIL, "kim@[127.0.0.1]"},
    {FORMAT_EMAIL, "kim@127.0.0.1"},
    {FORMAT_EMAIL, "kim@-example.ca"},
    {FORMAT_EMAIL, "kim@example-.ca"},
    {FORMAT_EMAIL, "kim@example..ca"},
    {FORMAT_EMAIL, "kim@example.ca."},
    {FORMAT_EMAIL, "k\xc3\xadm@example.ca"},
    {FORMAT_PHONE, "911"},
    {FORMAT_PHONE, "call me"},
    {FORMAT_PHONE, "613-555-0100;ext=1"},
    {FORMAT_PHONE, "613-555-0100 x"},
    {FORMAT_PHONE, "613-555-0100-"},
    {FORMAT_PHONE, "+1+613+555+0100"},
    {FORMAT_PHONE, "12345678901234567"},
    {FORMAT_PHONE, " 613-555-0100"},
    {FORMAT_URI, "http://example.ca"},
    {FORMAT_URI, "https://"},
    {FORMAT_URI, "https://kim:secret@example.ca/"},
    {FORMAT_URI, "https://localhost/"},
    {FORMAT_URI, "https://127.0.0.1/"},
    {FORMAT_URI, "https://example.ca:port/"},
    {FORMAT_URI, "https://example.ca/a b"},
    {FORMAT_URI, "https://example.ca/%zz"},
    {FORMAT_URI, "https://example.ca/<script>"},
    {FORMAT_URI, "javascript:alert(1)"},
    {FORMAT_IANA_ZONE, "EST"},
    {FORMAT_IANA_ZONE, "UTC"},
    {FORMAT_IANA_ZONE, "Etc/GMT+5"},
    {FORMAT_IANA_ZONE, "+05:00"},
    {FORMAT_IANA_ZONE, "America/"},
    {FORMAT_IANA_ZONE, "/Toronto"},
    {FORMAT_IANA_ZONE, "America//Toronto"},
    {FORMAT_IANA_ZONE, "../etc/passwd"},
    {FORMAT_IANA_ZONE, "A/B/C/D"},
    {FORMAT_COUNT, ""},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!format_check(good[i].format, good[i].text))
            fail_msg("refused: %s", good[i].text);
    }
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (format_check(bad[i].format, bad[i].text))
            fail_msg("accepted: %s", bad[i].text);
    }
}

static void test_lengths(void **state)
{
    (void)state;
    char email[400] = {0};
    memset(email, 'a', 64);
    strncat(email, "@example.ca", 12);
    assert_true(format_check(FORMAT_EMAIL, email));
    memmove(email + 1, email, strlen(email));
    assert_false(format_check(FORMAT_EMAIL, email));
    char uri[2100] = "https://example.ca/";
    memset(uri + strlen(uri), 'a', 2000 - strlen(uri));
    assert_true(format_check(FORMAT_URI, uri));
    uri[2000] = 'a';
    assert_false(format_check(FORMAT_URI, uri));
}

/* An address that colleagues may read needs the explicit agreement of the person. */
static void test_government_address(void **state)
{
    (void)state;
    assert_true(format_is_government_address("kim@forces.gc.ca"));
    assert_true(format_is_government_address("kim@FORCES.GC.CA"));
    assert_true(format_is_government_address("kim@gc.ca"));
    assert_true(format_is_government_address("kim@a.b.gc.ca"));
    assert_true(format_is_government_address("kim@canada.ca"));
    assert_true(format_is_government_address("kim@ecn.mil.ca"));
    assert_false(format_is_government_address("kim@notgc.ca"));
    assert_false(format_is_government_address("kim@gc.ca.example.com"));
    assert_false(format_is_government_address("forces.gc.ca@example.com"));
    assert_false(format_is_government_address("kim"));
}

static void test_phone_normalise(void **state)
{
    (void)state;
    char phone[40];
    format_phone_normalise("+1 (613) 555-0100 ext. 12", phone, sizeof phone);
    assert_string_equal(phone, "6135550100x12");
    format_phone_normalise("613.555.0100", phone, sizeof phone);
    assert_string_equal(phone, "6135550100");
    format_phone_normalise("6135550100", phone, 4);
    assert_string_equal(phone, "613");
}

static void test_utf8(void **state)
{
    (void)state;
    static const char *const whole[] = {"",
                                        "abc",
                                        "\xc3\xa9",
                                        "\xe2\x82\xac",
                                        "\xf0\x9f\x98\x80",
                                        "\xef\xbf\xbf",
                                        "\xf4\x8f\xbf\xbf",
                                        "\xed\x9f\xbf"};
    static const char *const broken[] = {"\x80",
                                         "\xc3",
                                         "\xc0\x80",
                                         "\xc1\xbf",
                                         "\xe0\x80\x80",
                                         "\xed\xa0\x80",
                                         "\xf0\x80\x80\x80",
                                         "\xf4\x90\x80\x80",
                                         "\xf5\x80\x80",
                                         "\xff",
                                         "\xe2\x82",
                                         "\xe2(\xa1",
                                         "\x80\x80\x80\x80\x80\x80",
                                         "\xff\x80\x80\x80\x80\x80",
                                         "\xc0\x80\x80\x80\x80"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        assert_true(format_is_utf8(whole[i], strlen(whole[i])));
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_false(format_is_utf8(broken[i], strlen(broken[i])));
    assert_false(format_is_utf8("a\0b", 3));
}

/* The same as another text; "" is no name. */
static void check_name(const char *text, const char *other)
{
    char key[NAMES_TEXT_MAX], other_key[NAMES_TEXT_MAX];
    bool is_name = names_key(text, key);
    assert_int_equal(is_name, *other != '\0');
    assert_int_equal(format_check(FORMAT_NAME, text), is_name);
    if (is_name) {
        assert_true(names_key(other, other_key));
        assert_string_equal(key, other_key);
    }
}

static void test_name(void **state)
{
    (void)state;
    check_name("Jean-Fran\xc3\xa7ois C\xc3\xb4t\xc3\xa9", "jean francois cote");
    check_name("JEAN FRANC\xcc\xa7OIS  COTE\xcc\x81 ", "jean francois cote");
    check_name("O'Brien", "obrien");
    check_name("o\xe2\x80\x99"
               "brien",
               "obrien");
    check_name("St. John\xe2\x80\x93Smith", "st john smith");
    check_name("2 R.C.R.", "2 rcr");
    check_name("\xc5\x92uvre \xc3\x86sir Stra\xc3\x9f"
               "e",
               "oeuvre aesir strasse");
    check_name("\xc5\xbdi\xc5\xbe"
               "ek \xc5\x81ukasz \xc4\x8c",
               "zizek lukasz c");
    check_name("\xc2\xa0 a \xc2\xb7 b", "a b");
    check_name("\xd0\x96\xe5\xb1\xb1\xf0\x9f\x90\xbb", "\xd0\xb6\xe5\xb1\xb1");
    check_name(" .-' \xcc\x81", "");
    check_name("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_government_address),
        cmocka_unit_test(test_phone_normalise),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
