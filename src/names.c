/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

/* UTF-16 units: a hundred characters, most of which become a few. */
enum { UNITS_MAX = 1024 };

/* How a text is taken. */
enum { KEY = 0, NAME = 1, DIGRAPHS = 2, JOINED = 4 };

struct units {
    int32_t count;
    UChar at[UNITS_MAX];
};

static pthread_once_t icu_once = PTHREAD_ONCE_INIT;
static USpoofChecker *checker; /* never changed once it is made */
static const UNormalizer2 *fold, *decompose;

static void icu_open(void)
{
    UErrorCode error = U_ZERO_ERROR;
    fold = unorm2_getNFKCCasefoldInstance(&error);
    decompose = unorm2_getNFDInstance(&error);
    USpoofChecker *made = uspoof_open(&error);
    uspoof_setChecks(made, USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE | USPOOF_MIXED_NUMBERS,
                     &error);
    uspoof_setRestrictionLevel(made, USPOOF_HIGHLY_RESTRICTIVE);
    checker = U_SUCCESS(error) ? made : NULL;
}

static bool icu_is_there(void)
{
    return pthread_once(&icu_once, icu_open) == 0 && checker;
}

int names_version_of(int rules)
{
    return rules * 1000 + U_ICU_VERSION_MAJOR_NUM;
}

/* ---- characters ---- */

/* What people type for an apostrophe. Some become a blank and a mark when they are normalised, so
 * they go before. */
static bool is_apostrophe(UChar32 c)
{
    static const UChar all[] = {0x27,   0x60,   0xb4,   0x2b9,  0x2bb,  0x2bc,  0x2bd,
                                0x2be,  0x2bf,  0x2c8,  0x2ca,  0x2cb,  0x2ee,  0x55a,
                                0x1fbd, 0x1fbf, 0x1fef, 0x1ffd, 0x1ffe, 0x2018, 0x2019,
                                0x201a, 0x201b, 0x2032, 0x2035, 0xa78c, 0xff07, 0xff40};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] == c)
            return true;
    return false;
}

/* Letters that no normalisation takes apart, small already. NULL: itself. */
static const char *letters_of(UChar32 c)
{
    static const struct {
        UChar letter;
        char letters[3];
    } all[] = {{0xe6, "ae"},  {0xf0, "d"},  {0xf8, "o"},  {0xfe, "th"}, {0x111, "d"},
               {0x127, "h"},  {0x131, "i"}, {0x138, "k"}, {0x142, "l"}, {0x14b, "n"},
               {0x153, "oe"}, {0x167, "t"}, {0x1dd, "e"}, {0x259, "e"}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].letter == c)
            return all[i].letters;
    return NULL;
}

/* The character at *at, in well-formed UTF-8; *at moves behind it. */
static UChar32 next_of(const unsigned char **at)
{
    UChar32 c = *(*at)++;
    int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (more > 0)
        c &= 0x3f >> more;
    for (; more > 0; more--)
        c = c << 6 | (*(*at)++ & 0x3f);
    return c;
}

/* The same in well-formed UTF-16. */
static UChar32 unit_next(const UChar *at, int32_t *i)
{
    UChar32 c = at[(*i)++];
    return U16_IS_LEAD(c) ? U16_GET_SUPPLEMENTARY(c, at[(*i)++]) : c;
}

static bool is_kind(UChar32 c, uint32_t kinds)
{
    return (U_MASK(u_charType(c)) & kinds) != 0;
}

static bool is_seen(UChar32 c)
{
    return !is_kind(c, U_GC_Z_MASK | U_GC_C_MASK | U_GC_M_MASK) && c != 0x2800 &&
           !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* ---- units ---- */

static bool units_add(struct units *units, UChar32 c)
{
    if (units->count + U16_LENGTH(c) > UNITS_MAX)
        return false;
    U16_APPEND_UNSAFE(units->at, units->count, c);
    return true;
}

static bool units_add_letters(struct units *units, const char *letters)
{
    for (; *letters != '\0'; letters++)
        if (!units_add(units, *letters))
            return false;
    return true;
}

static bool units_add_blank(struct units *units)
{
    bool is_needed = units->count > 0 && units->at[units->count - 1] != ' ';
    return !is_needed || units_add(units, ' ');
}

/* Without apostrophes, normalised: case and compatibility forms are gone, marks stand alone. */
static bool units_read(const char *text, struct units *ret_units)
{
    UErrorCode error = U_ZERO_ERROR;
    struct units raw = {0}, folded;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        UChar32 c = next_of(&at);
        if (!is_apostrophe(c) && !units_add(&raw, c))
            return false;
    }
    folded.count = unorm2_normalize(fold, raw.at, raw.count, folded.at, UNITS_MAX, &error);
    if (U_SUCCESS(error))
        ret_units->count =
            unorm2_normalize(decompose, folded.at, folded.count, ret_units->at, UNITS_MAX, &error);
    return U_SUCCESS(error);
}

/* ä is written ae, and å aa, where there is no such letter. */
static const char *digraph_end(UChar before, UChar32 c)
{
    if (c == 0x308 && (before == 'a' || before == 'o' || before == 'u'))
        return "e";
    return c == 0x30a && before == 'a' ? "a" : "";
}

/* One character behind what stands there. */
static bool fold_add(struct units *units, UChar32 c, unsigned how)
{
    const char *letters = letters_of(c);
    if (letters)
        return units_add_letters(units, c == 0xf8 && (how & DIGRAPHS) ? "oe" : letters);
    if (is_kind(c, U_GC_M_MASK)) {
        UChar before = units->count > 0 ? units->at[units->count - 1] : 0;
        return !(how & DIGRAPHS) || units_add_letters(units, digraph_end(before, c));
    }
    if (is_kind(c, U_GC_L_MASK | U_GC_N_MASK))
        return units_add(units, c);
    if (is_apostrophe(c) || is_kind(c, U_GC_C_MASK) || (c == '.' && how == KEY))
        return true;
    return units_add_blank(units);
}

/* Letters and digits, a blank between; nothing else is left. */
static bool text_fold(const char *text, unsigned how, struct units *ret_units)
{
    struct units read;
    ret_units->count = 0;
    if (!icu_is_there() || !units_read(text, &read))
        return false;
    for (int32_t i = 0; i < read.count;) {
        if (!fold_add(ret_units, unit_next(read.at, &i), how))
            return false;
    }
    ret_units->count -= ret_units->count > 0 && ret_units->at[ret_units->count - 1] == ' ';
    return ret_units->count > 0;
}

/* What a prototype of look-alikes is made of, as letters again. */
static bool look_add(struct units *units, UChar32 c)
{
    const char *letters = letters_of(c);
    if (letters)
        return units_add_letters(units, letters);
    return (c != ' ' && !is_kind(c, U_GC_L_MASK | U_GC_N_MASK)) || units_add(units, c);
}

/* As UTF-8, look-alikes made one. NULL when there is no room. */
static const char *look_write(const UChar *at, int32_t count, char *ret_text, size_t size)
{
    UErrorCode error = U_ZERO_ERROR;
    struct units look, small, kept = {0};
    int32_t length = 0;
    look.count = uspoof_getSkeleton(checker, 0, at, count, look.at, UNITS_MAX, &error);
    small.count =
        u_strFoldCase(small.at, UNITS_MAX, look.at, look.count, U_FOLD_CASE_DEFAULT, &error);
    if (U_FAILURE(error))
        return NULL;
    for (int32_t i = 0; i < small.count;)
        if (!look_add(&kept, unit_next(small.at, &i)))
            return NULL;
    u_strToUTF8(ret_text, (int32_t)size, &length, kept.at, kept.count, &error);
    return U_SUCCESS(error) && (size_t)length < size ? ret_text : NULL;
}

bool names_key(const char *text, char ret_key[NAMES_TEXT_MAX])
{
    struct units units;
    return text_fold(text, KEY, &units) &&
           look_write(units.at, units.count, ret_key, NAMES_TEXT_MAX) && *ret_key != '\0';
}

bool names_unit_key(const char *text, char ret_key[NAMES_TEXT_MAX])
{
    if (!names_key(text, ret_key))
        return false;
    char *kept = ret_key;
    for (const char *at = ret_key; *at != '\0'; at++)
        if (*at != ' ')
            *kept++ = *at;
    *kept = '\0';
    return true;
}

/* ---- tokens ---- */

struct token {
    const UChar *at;
    int32_t count;
};

struct tokens {
    struct units units; /* what they point into */
    size_t count;
    struct token all[NAMES_TOKENS_MAX];
};

static UChar32 first_of(const struct token *token)
{
    int32_t i = 0;
    return unit_next(token->at, &i);
}

static bool is_single(const struct token *token)
{
    return token->count == U16_LENGTH(first_of(token));
}

/* The tokens as they are written; what comes after the last there is room for does not count. */
static void tokens_split(struct tokens *tokens)
{
    const UChar *at = tokens->units.at, *end = at + tokens->units.count;
    for (tokens->count = 0; at < end && tokens->count < NAMES_TOKENS_MAX;) {
        const UChar *blank = u_memchr(at, ' ', (int32_t)(end - at));
        const UChar *stop = blank ? blank : end;
        tokens->all[tokens->count++] = (struct token){at, (int32_t)(stop - at)};
        at = stop + (blank != NULL);
    }
}

/* Initials go, or become one with what follows ("O Brien"); where there are only single characters
 * they are the name, together. Of scripts without capital letters one character may be a name. */
static void initials_settle(struct tokens *tokens, unsigned how)
{
    struct units *units = &tokens->units;
    size_t whole = 0;
    for (size_t i = 0; i < tokens->count; i++)
        whole += !is_single(&tokens->all[i]);
    int32_t used = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        struct token token = tokens->all[i];
        bool is_initial = is_single(&token) && u_hasBinaryProperty(first_of(&token), UCHAR_CASED);
        if (is_initial && whole > 0 && !(how & JOINED))
            continue;
        u_memmove(units->at + used, token.at, token.count);
        used += token.count;
        if (whole > 0 && !is_initial && i + 1 < tokens->count)
            units->at[used++] = ' ';
    }
    used -= used > 0 && units->at[used - 1] == ' ';
    units->count = used;
    tokens_split(tokens);
}

/* What is usually shortened. */
static struct token token_long(struct token token)
{
    static const UChar saint[] = u"sainte";
    bool is_saint = token.count >= 2 && token.at[0] == 's' && token.at[1] == 't';
    if (is_saint && token.count == 2)
        return (struct token){saint, 5};
    if (is_saint && token.count == 3 && token.at[2] == 'e')
        return (struct token){saint, 6};
    return token;
}

/* ---- spellings ---- */

static int text_compare(const void *one, const void *other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Sorted, each once, a blank between. NULL when there is no room. */
static const char *names_join(struct names *names, const char **tokens, size_t *count)
{
    char *text = names->text + names->used, *at = text;
    const char *end = names->text + sizeof names->text;
    size_t kept = 0;
    qsort(tokens, *count, sizeof *tokens, text_compare);
    for (size_t i = 0; i < *count; i++) {
        if (kept > 0 && strcmp(tokens[kept - 1], tokens[i]) == 0)
            continue;
        tokens[kept++] = tokens[i];
        size_t length = strlen(tokens[i]);
        if (length + 2 > (size_t)(end - at))
            return NULL;
        if (kept > 1)
            *at++ = ' ';
        memcpy(at, tokens[i], length + 1);
        at += length;
    }
    *count = kept;
    names->used += (size_t)(at - text) + 1;
    return text;
}

static bool tokens_write(struct names *names, const struct tokens *tokens)
{
    struct names_spelling *spelling = &names->spellings[names->count];
    *spelling = (struct names_spelling){0};
    for (size_t i = 0; i < tokens->count; i++) {
        struct token token = token_long(tokens->all[i]);
        const char *text = look_write(token.at, token.count, names->text + names->used,
                                      sizeof names->text - names->used);
        if (!text)
            return false;
        names->used += strlen(text) + 1;
        if (*text != '\0')
            spelling->tokens[spelling->count++] = text;
    }
    if (spelling->count == 0)
        return false;
    const char *ends[] = {spelling->tokens[0], spelling->tokens[spelling->count - 1]};
    size_t two = 2;
    spelling->ends = names_join(names, ends, &two);
    spelling->whole = names_join(names, spelling->tokens, &spelling->count);
    bool is_written = spelling->ends && spelling->whole;
    if (two < 2)
        spelling->ends = NULL;
    return is_written;
}

static bool is_spelling_new(const struct names *names)
{
    const struct names_spelling *made = &names->spellings[names->count];
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->spellings[i].whole, made->whole) == 0)
            return false;
    return true;
}

static bool names_read(const char *text, unsigned how, struct tokens *ret_tokens)
{
    if (!text_fold(text, how, &ret_tokens->units))
        return false;
    tokens_split(ret_tokens);
    initials_settle(ret_tokens, how);
    return true;
}

bool names_spell(const char *text, struct names *ret_names)
{
    static const unsigned ways[] = {NAME, NAME | DIGRAPHS, NAME | JOINED, NAME | DIGRAPHS | JOINED};
    struct tokens tokens;
    ret_names->count = 0;
    ret_names->used = 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!names_read(text, ways[i], &tokens) || !tokens_write(ret_names, &tokens))
            return false;
        ret_names->count += is_spelling_new(ret_names);
    }
    return true;
}

bool names_is_name(const char *text)
{
    struct names *names = malloc(sizeof *names); /* too much for a stack that stays */
    bool is_name = names && names_spell(text, names);
    if (names)
        explicit_bzero(names, sizeof *names);
    free(names);
    return is_name;
}

/* ---- what may be written ---- */

/* The usual blank, or something that can be seen, or a mark upon it. */
static bool is_plain(UChar32 c)
{
    return c == ' ' || is_seen(c) ||
           (is_kind(c, U_GC_M_MASK) && !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
}

enum names_fault names_label_fault(const char *text, bool is_unit)
{
    UErrorCode error = U_ZERO_ERROR;
    bool has_letter = is_unit;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        UChar32 c = next_of(&at);
        if (!is_plain(c))
            return NAMES_INVISIBLE;
        has_letter = has_letter || is_kind(c, U_GC_L_MASK);
    }
    char key[NAMES_TEXT_MAX];
    if (!has_letter || !names_key(text, key))
        return NAMES_NO_LETTER;
    int32_t found = uspoof_checkUTF8(checker, text, -1, NULL, &error);
    return U_FAILURE(error) || found != 0 ? NAMES_LOOK_ALIKE : NAMES_GOOD;
}

bool names_is_visible(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        if (is_seen(next_of(&at)))
            return true;
    }
    return false;
}
