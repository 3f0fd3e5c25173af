/* SPDX-License-Identifier: MIT
 *
 * The forms of text that the contract names with `format`. Pure functions over 0-terminated text;
 * no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* FORMAT(id, name): name as in the OpenAPI document; compile.py reads this list. */
#define FORMATS                                                                                    \
    FORMAT(UUID, "uuid")                                                                           \
    FORMAT(DATE, "date")                                                                           \
    FORMAT(DATE_TIME, "date-time")                                                                 \
    FORMAT(LOCAL_DATE_TIME, "local-date-time")                                                     \
    FORMAT(EMAIL, "email")                                                                         \
    FORMAT(PHONE, "phone")                                                                         \
    FORMAT(URI, "uri")                                                                             \
    FORMAT(IANA_ZONE, "iana-zone")                                                                 \
    FORMAT(NAME, "name")                                                                           \
    FORMAT(LABEL, "label")                                                                         \
    FORMAT(UNIT, "unit")                                                                           \
    FORMAT(HANDLE, "handle")

enum format {
    FORMAT_NONE = 0,
#define FORMAT(id, name) FORMAT_##id,
    FORMATS
#undef FORMAT
        FORMAT_COUNT
};

/* True when text has the form; FORMAT_NONE takes everything. */
bool format_check(enum format format, const char *text) __attribute__((warn_unused_result));
/* Well-formed UTF-8 (RFC 3629) without U+0000. */
bool format_is_utf8(const char *text, size_t length) __attribute__((warn_unused_result));
/* A real day of the Gregorian calendar, years 1 to 9999: exactly YYYY-MM-DD at the start of text.
 */
bool format_starts_with_date(const char *text) __attribute__((warn_unused_result));
/* True when the domain of an e-mail address is the Government of Canada's or the Canadian Forces':
 * colleagues may read it. */
bool format_is_government_address(const char *email);
/* A phone number as it is dialled within North America, so that two spellings of one number compare
 * equal, national and international alike: digits, without the prefix of a call abroad and without
 * that country's 1; 'x' before an extension. ret holds at least size bytes; the result always
 * fits 33. */
void format_phone_normalise(const char *text, char *ret, size_t size);
