/* SPDX-License-Identifier: MIT */
#include "format.h"
#include "names.h"
#include "seal.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wctype.h>

#include <cmocka.h>

struct pair {
    const char *one, *other;
};

/* Whether every token of the shorter is among the other's, two at least; or both are one, the same.
 */
static bool is_within(const struct names_spelling *few, const struct names_spelling *many)
{
    size_t found = 0;
    for (size_t i = 0; i < few->count; i++)
        for (size_t k = 0; k < many->count; k++)
            found += strcmp(few->tokens[i], many->tokens[k]) == 0;
    return found == few->count && (found > 1 || many->count == 1);
}

static bool is_match(const char *one, const char *other)
{
    static struct names a, b;
    bool is_found = false;
    assert_true(names_spell(one, &a));
    assert_true(names_spell(other, &b));
    for (size_t i = 0; i < a.count; i++)
        for (size_t k = 0; k < b.count; k++)
            is_found = is_found || is_within(&a.spellings[i], &b.spellings[k]) ||
                       is_within(&b.spellings[k], &a.spellings[i]);
    return is_found;
}

/* S6: each of these was another name. */
static const struct pair same[] = {
    {"Joan Sample", "Jo\u200ban Sample"},             /* zero-width space */
    {"Joan Sample", "Jo\u00adan Sam\u2060ple"},       /* soft hyphen, word joiner */
    {"Joan Sample", "\ufeffJoan Sample"},             /* byte order mark */
    {"Joan Sample", "\u202eJoan \u2066Sample"},       /* bidirectional */
    {"Joan Sample", "Jo\u034fan\ufe0f Sa\u3164mple"}, /* joiner, variation selector, filler */
    {"Joan Sample", "\uff2a\uff4f\uff41\uff4e\u3000\uff33\uff41\uff4d\uff50\uff4c\uff45"},
    {"Joan Sample", "J\u043ean Sample"},           /* Cyrillic o */
    {"Joan Sample", "J\u03bfan S\u0430mpl\u0435"}, /* Greek and Cyrillic */
    {"Joan Sample", "Joan\u00a0Sample"},
    {"Joan Sample", "Joan\u2009\u2009Sample"},
    {"Joan Sample", "SAMPLE, Joan"},
    {"Joan Sample", "Joan B. Sample"},
    {"Joan Sample", "J. Joan Sample"},
    {"Joan Sample", "Joan Beatrix Sample"},
    {"Joan Sample", "joan joan sample"},
    {"Robin O'Brien", "Robin O\u2019Brien"},
    {"Robin O'Brien", "Robin O\u2018Brien"},
    {"Robin O'Brien", "Robin O\u02bcBrien"},
    {"Robin O'Brien", "Robin O`Brien"},
    {"Robin O'Brien", "Robin O\u00b4Brien"},
    {"Robin O'Brien", "Robin O\u2032Brien"},
    {"Robin O'Brien", "Robin O\uff07Brien"},
    {"Robin O'Brien", "Robin OBrien"},
    {"Robin O'Brien", "Robin O Brien"},
    {"Robin O'Brien", "O'Brien, Robin"},
    {"Robin O'Brien", "O BRIEN Robin"},
    {"Robin Brien", "Robin O Brien"},
    {"\u00c9lise Nguy\u1ec5n", "E\u0301lise Nguye\u0302\u0303n"},
    {"\u00c9lise Nguy\u1ec5n", "Elise Nguyen"},
    {"\u00c9lise Nguy\u1ec5n", "NGUY\u1ec4N \u00c9LISE"},
    {"\u0110\u1eb7ng Th\u1ecb", "Dang Thi"},
    {"\u0218tefan Mure\u0219an", "\u015etefan Mure\u015fan"}, /* comma and cedilla */
    {"\u0218tefan Mure\u0219an", "Stefan Muresan"},
    {"\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432",
     "\u0418\u0412\u0410\u041d \u041f\u0415\u0422\u0420\u041e\u0412"},
    {"\u0393\u03b9\u03ce\u03c1\u03b3\u03bf\u03c2 \u03a0\u03b1\u03c0\u03ac\u03c2",
     "\u0393\u0399\u03a9\u03a1\u0393\u039f\u03a3 \u03a0\u0391\u03a0\u0391\u03a3"},
    {"Marie St-Pierre", "Marie Saint-Pierre"},
    {"Marie St. Pierre", "Marie Saint Pierre"},
    {"Marie St\u2011Pierre", "Marie St\u2013Pierre"},
    {"Marie Ste-Croix", "Marie Sainte-Croix"},
    {"J\u00fcrgen M\u00fcller", "Juergen Mueller"},
    {"J\u00fcrgen M\u00fcller", "Jurgen Muller"},
    {"S\u00f8ren \u00c5gaard", "Soeren Aagaard"},
    {"S\u00f8ren \u00c5gaard", "Soren Agaard"},
    {"Zo\u00eb Stra\u00dfe", "Zoe Strasse"},
    {"Fran\u00e7oise L\u2019Heureux", "Francoise LHeureux"},
    {"Ewa \u0141ukasz", "Ewa Lukasz"},
    {"\u738b\u4f1f", "\u738b \u4f1f"},
    {"\ud55c \ubbfc\uc218", "\u1112\u1161\u11ab \u1106\u1175\u11ab\u1109\u116e"},
    {"J\u00fa", "ju"},
    {"J P", "j.p."},
};

static const struct pair different[] = {
    {"Joan Sample", "Joan"},
    {"Joan Sample", "Sample"},
    {"Joan Sample", "Joanna Sample"},
    {"Joan Sample", "John Sample"},
    {"Joan Sample", "Joan Samples"},
    {"Joan Beatrix Sample", "Joan Claire Sample"},
    {"Joan Sample", "J. Sample"},
    {"Robin O'Brien", "Robin Brien"},
    {"Marie Pierre", "Marie-Ève"},
    {"Samuel Roy", "Samul Roy"},
    {"Joe Roy", "Jo Roy"},
    {"Michael Roy", "Michal Roy"},
    {"Joan", "Jean"},
    {"Joan", "Joan Sample"},
    {"\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432", "Ivan Petrov"},
    {"\u738b\u4f1f", "\u738b\u82b3"},
};

static void test_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        if (!is_match(same[i].one, same[i].other) || !is_match(same[i].other, same[i].one))
            fail_msg("%s is another than %s", same[i].one, same[i].other);
        assert_true(names_is_name(same[i].one) && format_check(FORMAT_NAME, same[i].other));
    }
}

static void test_different(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof different / sizeof *different; i++) {
        if (is_match(different[i].one, different[i].other))
            fail_msg("%s is %s", different[i].one, different[i].other);
    }
}

static void check_key(const char *one, const char *other, bool is_same)
{
    char a[NAMES_TEXT_MAX], b[NAMES_TEXT_MAX];
    assert_true(names_key(one, a));
    assert_true(names_key(other, b));
    if ((strcmp(a, b) == 0) != is_same)
        fail_msg("%s and %s: %s, %s", one, other, a, b);
}

/* "Q", the letter, "q". */
static void word_make(wint_t c, char ret_word[16])
{
    char *at = ret_word;
    *at++ = 'Q';
    if (c < 0x800) {
        *at++ = (char)(0xc0 | c >> 6);
    } else {
        *at++ = (char)(0xe0 | c >> 12);
        *at++ = (char)(0x80 | (c >> 6 & 63));
    }
    *at++ = (char)(0x80 | (c & 63));
    memcpy(at, "q", 2);
}

/* Every letter of Latin, Greek, Cyrillic, Armenian and Georgian: small and capital are one. */
static void test_letters(void **state)
{
    (void)state;
    static const wint_t blocks[][2] = {{0xc0, 0x24f},    {0x370, 0x52f},   {0x531, 0x587},
                                       {0x10a0, 0x10ff}, {0x1c80, 0x1cbf}, {0x1e00, 0x1fff},
                                       {0x2c00, 0x2cff}, {0xa640, 0xa7ff}, {0xff21, 0xff5a}};
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
        for (wint_t c = blocks[b][0]; c <= blocks[b][1]; c++) {
            char capital[16], small[16];
            if (!iswalpha(c) || towlower(c) < 0x80)
                continue;
            word_make(c, capital);
            word_make(towlower(c), small);
            check_key(capital, small, true);
        }
    }
}

static void test_nothing(void **state)
{
    (void)state;
    static const char *const none[] = {"",       " ",      "...",    "-'-",        "\u200b\u200b",
                                       "\u3000", "\u202e", "\u0301", "\U0001f341", "\u2800"};
    struct names names;
    char key[NAMES_TEXT_MAX];
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_false(names_spell(none[i], &names));
        assert_false(names_is_name(none[i]));
        assert_false(names_key(none[i], key));
    }
}

/* What a hundred characters become is bounded, or refused; never cut. */
static void test_lengths(void **state)
{
    (void)state;
    static struct names names;
    char long_name[NAMES_TEXT_MAX * 2];
    for (size_t length = 1; length < 500; length++) {
        memset(long_name, 'a' + (int)(length % 26), length);
        long_name[length] = '\0';
        assert_true(names_spell(long_name, &names));
    }
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_false(names_spell(long_name, &names));
    assert_int_equal(names_label_fault(long_name, false), NAMES_NO_LETTER);
    char many[400] = "";
    for (int i = 0; i < 100; i++)
        memcpy(many + 3 * i, "\ufdfa", 4); /* eighteen letters each */
    assert_false(names_is_name(many));
    char words[600] = "";
    for (int i = 0; i < 40; i++)
        snprintf(words + strlen(words), 8, "w%c%c ", 'a' + i / 26, 'a' + i % 26);
    assert_true(names_spell(words, &names));
    assert_int_equal(names.spellings[0].count, NAMES_TOKENS_MAX);
}

static void test_labels(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum names_fault fault;
    } labels[] = {
        {"Maple", NAMES_GOOD},
        {"Rivi\u00e8re Bleue", NAMES_GOOD},
        {"L'\u00c9toile du Nord-Ouest 2", NAMES_GOOD},
        {"2 R22eR", NAMES_GOOD},
        {"\u041a\u043b\u0451\u043d", NAMES_GOOD},
        {"\u6953", NAMES_GOOD},
        {"Maple \U0001f341", NAMES_GOOD},
        {"", NAMES_NO_LETTER},
        {"12", NAMES_NO_LETTER},
        {"\U0001f341", NAMES_NO_LETTER},
        {"...", NAMES_NO_LETTER},
        {"\u200b\u200b", NAMES_INVISIBLE},
        {"\u3000\u3000", NAMES_INVISIBLE},
        {"Maple\u200b", NAMES_INVISIBLE},
        {"Maple\u00a0", NAMES_INVISIBLE},
        {"\u202eMaple", NAMES_INVISIBLE},
        {"Ma\u2067ple", NAMES_INVISIBLE},
        {"\ufeffMaple", NAMES_INVISIBLE},
        {"Ma\u00adple", NAMES_INVISIBLE},
        {"Maple\u2800", NAMES_INVISIBLE},
        {"Maple\ue000", NAMES_INVISIBLE},
        {"Riv\u0456ere", NAMES_LOOK_ALIKE},
        {"Mapl\u0435", NAMES_LOOK_ALIKE},
        {"M\u03b1ple", NAMES_LOOK_ALIKE},
        {"Maple\u0301\u0301", NAMES_LOOK_ALIKE},
        {"Maple 1\u0662", NAMES_LOOK_ALIKE},
    };
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (names_label_fault(labels[i].text, false) != labels[i].fault)
            fail_msg("%s: %d", labels[i].text, names_label_fault(labels[i].text, false));
        assert_int_equal(format_check(FORMAT_LABEL, labels[i].text), labels[i].fault == NAMES_GOOD);
    }
}

/* As an alias, but a number is a unit. */
static void test_units(void **state)
{
    (void)state;
    static const struct pair same_unit[] = {
        {"2 RCR", "2rcr"},
        {"2 RCR", "2-R.C.R."},
        {"2 RCR", "  2\u2011RCR "},
        {"2 RCR", "\uff12\u3000\uff32\uff23\uff32"},
        {"2 RCR", "2\u200bR\u00adCR\u202e"},
        {"427", "4 2 7"},
        {"Bataillon d'\u00e9lite", "BATAILLON D\u2019ELITE"},
        {"Bataillon d'\u00e9lite", "bataillon d'e\u0301lite"},
    };
    static const struct pair others[] = {{"2 RCR", "3 RCR"}, {"2 RCR", "RCR"}, {"427", "428"}};
    static const char *const bad[] = {
        "", "...", "\U0001f341", "2 RCR\u200b", "\u202e2 RCR", "2\u00a0RCR", "2 R\u0421R"};
    char one[NAMES_TEXT_MAX], other[NAMES_TEXT_MAX];
    for (size_t i = 0; i < sizeof same_unit / sizeof *same_unit; i++) {
        assert_true(names_unit_key(same_unit[i].one, one) &&
                    names_unit_key(same_unit[i].other, other));
        assert_string_equal(one, other);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_true(names_unit_key(others[i].one, one) && names_unit_key(others[i].other, other));
        assert_string_not_equal(one, other);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(format_check(FORMAT_UNIT, bad[i]));
    for (size_t i = 0; i < sizeof same_unit / sizeof *same_unit; i++)
        assert_true(format_check(FORMAT_UNIT, same_unit[i].one));
    assert_false(names_unit_key("-'-", one));
}

static void test_keys(void **state)
{
    (void)state;
    static const struct pair same_look[] = {
        {"Maple", "maple"},
        {"Maple", "MAPLE "},
        {"Maple", "Map1e"},
        {"Maple", "Ma\u0440le"},
        {"coco", "\u0441\u043e\u0441\u043e"}, /* all of it Cyrillic */
        {"Rivi\u00e8re Bleue", "Riviere  bleue"},
        {"Rivi\u00e8re Bleue", "Rivie\u0300re-Bleue"},
        {"2 R.C.R.", "2 rcr"},
        {"3 R22eR", "3\u00a0R22ER"},
        {"Heron 0", "Heron O"},
    };
    static const struct pair other_look[] = {
        {"Maple", "Maples"},
        {"A Coy 2 RCR", "B Coy 2 RCR"},
        {"2 RCR", "RCR 2"},
        {"2 RCR", "3 RCR"},
    };
    for (size_t i = 0; i < sizeof same_look / sizeof *same_look; i++)
        check_key(same_look[i].one, same_look[i].other, true);
    for (size_t i = 0; i < sizeof other_look / sizeof *other_look; i++)
        check_key(other_look[i].one, other_look[i].other, false);
}

static void test_visible(void **state)
{
    (void)state;
    assert_true(names_is_visible("she/her"));
    assert_true(names_is_visible("\u200b\u2665"));
    assert_true(names_is_visible("?"));
    assert_false(names_is_visible("\u200b"));
    assert_false(names_is_visible("\u202e \u3000"));
    assert_false(names_is_visible(" \u00a0\t"));
    assert_false(names_is_visible("\u0301"));
}

static void test_telephone(void **state)
{
    (void)state;
    static const char *const spellings[] = {"+1 613 555 0177",    "613-555-0177",
                                            "(613) 555.0177",     "1 613 555 0177",
                                            "011 1 613 555 0177", "0016135550177"};
    char phone[40];
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        format_phone_normalise(spellings[i], phone, sizeof phone);
        assert_string_equal(phone, "6135550177");
    }
    format_phone_normalise("+44 20 7946 0958", phone, sizeof phone);
    assert_string_equal(phone, "442079460958");
    format_phone_normalise("011 44 20 7946 0958", phone, sizeof phone);
    assert_string_equal(phone, "442079460958");
}

static json_t *digest_of(const struct seal *seal, const char *name)
{
    json_t *digest = names_digest(seal, "person.name", name);
    assert_non_null(digest);
    return digest;
}

/* What is kept is the same for the same name, says nothing of it, and costs little. */
static void test_digest(void **state)
{
    (void)state;
    const char *error;
    struct seal *seal =
        seal_create("a:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", &error);
    json_t *one = digest_of(seal, "Joan B. Sample"), *other = digest_of(seal, "SAMPLE, jo\u200ban");
    assert_true(json_array_size(one) == 2 && json_array_size(other) == 1);
    assert_true(json_equal(json_array_get(one, 0), json_array_get(other, 0)));
    json_t *spelling = json_array_get(other, 0);
    assert_int_equal(json_integer_value(json_object_get(spelling, "version")),
                     names_version_of(NAMES_RULES));
    assert_int_equal(json_array_size(json_object_get(spelling, "tokens")), 2);
    assert_true(json_equal(json_object_get(spelling, "whole"), json_object_get(spelling, "ends")));
    char *text = json_dumps(one, 0);
    assert_null(strstr(text, "joan"));
    free(text);
    json_decref(one);
    json_decref(other);
    assert_null(names_digest(seal, "person.name", "..."));
    enum { ROUNDS = 2000 };
    struct timespec begin, end;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    for (int i = 0; i < ROUNDS; i++)
        json_decref(digest_of(seal, "J\u00fcrgen O'Brien-Tremblay"));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    double us =
        ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) / 1e3 /
        ROUNDS;
    print_message("# a digest of a name: %.1f us\n", us);
    assert_true(us < 2000);
    seal_destroy(seal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),    cmocka_unit_test(test_different),
        cmocka_unit_test(test_letters), cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_labels),
        cmocka_unit_test(test_units),   cmocka_unit_test(test_keys),
        cmocka_unit_test(test_visible), cmocka_unit_test(test_telephone),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
