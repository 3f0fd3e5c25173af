/* SPDX-License-Identifier: MIT
 *
 * Names as people see them: what is compared, and what may not be written. By ICU: compatibility
 * forms and case folded, marks and default-ignorable characters dropped, one class of apostrophes,
 * of hyphens and of blanks, look-alikes made one. What is kept of a name is never this text, only
 * keyed digests of it (names_digest.c). Thread safe. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct seal;

/* The number of the rules by which names are compared is part of every digest, so only what was
 * made by the same rules is ever equal. Whoever changes what a name becomes gives the new rules the
 * next number and keeps the old ones beside them: of what was said of others nothing opens, so
 * whoever joins is digested by each of them, as long as `alongside check` knows a declaration of
 * it. */
enum { NAMES_RULES_OLDEST = 1, NAMES_RULES = 1 };

/* bytes of UTF-8: what a name becomes is a few times as long at most, or it is no name */
enum { NAMES_TOKENS_MAX = 16, NAMES_SPELLINGS_MAX = 4, NAMES_TEXT_MAX = 3072 };

/* One way in which people write a name. Order, repetitions and initials do not count. */
struct names_spelling {
    size_t count;
    const char *tokens[NAMES_TOKENS_MAX]; /* sorted */
    const char *whole;                    /* all of them, a blank between */
    const char *ends; /* first and last as written, sorted; NULL where there is one only */
};

/* "Jürgen O Brien": with u or ue, with or without the O. The first is the plainest. */
struct names {
    size_t count;
    struct names_spelling spellings[NAMES_SPELLINGS_MAX];
    size_t used;
    char text[NAMES_SPELLINGS_MAX * NAMES_TEXT_MAX]; /* what the pointers above point into */
};

/* False when nothing that counts is in text, or far too much. text is UTF-8. */
bool names_spell(const char *text, struct names *ret_names) __attribute__((warn_unused_result));
bool names_is_name(const char *text) __attribute__((warn_unused_result));

/* The key of an alias: two that look the same have the same. False as above. */
bool names_key(const char *text, char ret_key[NAMES_TEXT_MAX]) __attribute__((warn_unused_result));
/* Of a unit: blanks do not count either, "2RCR" is "2 RCR". */
bool names_unit_key(const char *text, char ret_key[NAMES_TEXT_MAX])
    __attribute__((warn_unused_result));

enum names_fault {
    NAMES_GOOD,
    NAMES_INVISIBLE,  /* invisible or bidirectional characters, blanks other than the usual one */
    NAMES_NO_LETTER,  /* no letter (of a unit: nor a digit), or far too long */
    NAMES_LOOK_ALIKE, /* letters of several scripts, digits of several, marks one upon the other */
};

/* What an alias, or else a unit, may not be. */
enum names_fault names_label_fault(const char *text, bool is_unit);
/* Whether anything at all can be seen of a text. */
bool names_is_visible(const char *text) __attribute__((warn_unused_result));

/* What is kept of a name: [{"version", "whole", "ends", "tokens"}], by each of the rules a spelling
 * each; label: "person.name". NULL when memory is exhausted or it is no name. */
json_t *names_digest(const struct seal *seal, const char *label, const char *text);
/* 1072: rules 1 with ICU 72, whose tables of look-alikes are not those of another. When it moves,
 * the worker makes the digests of names that open anew (names_renew.h). */
int names_version_of(int rules);
