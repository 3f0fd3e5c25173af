/* SPDX-License-Identifier: MIT */
#include "format.h"

#include "names.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* <ctype.h> follows the locale and is undefined for negative char. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Every '9' of shape is a digit, everything else stands for itself; text may go on behind it. */
static bool starts_with_shape(const char *text, const char *shape)
{
    for (; *shape != '\0'; text++, shape++)
        if (*shape == '9' ? !is_digit(*text) : *text != *shape)
            return false;
    return true;
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

bool format_starts_with_date(const char *text)
{
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!starts_with_shape(text, "9999-99-99"))
        return false;
    int year = two_digits(text) * 100 + two_digits(text + 2);
    int month = two_digits(text + 5);
    int day = two_digits(text + 8);
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= lengths[month - 1] + (month == 2 && is_leap);
}

/* RFC 3629, 4: bytes behind a lead byte; SIZE_MAX = no lead byte. */
static size_t utf8_more(uint8_t lead)
{
    if (lead == 0 || lead > 0xf4 || (lead >= 0x80 && lead < 0xc2))
        return SIZE_MAX;
    return lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
}

/* The second byte excludes overlong forms, surrogates and what lies beyond U+10FFFF. */
static bool is_utf8_second(uint8_t lead, uint8_t second)
{
    uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most;
}

bool format_is_utf8(const char *text, size_t length)
{
    const uint8_t *at = (const uint8_t *)text;
    const uint8_t *end = at + length;
    while (at < end) {
        uint8_t lead = *at++;
        size_t more = utf8_more(lead);
        if (more > (size_t)(end - at) || (more > 0 && !is_utf8_second(lead, *at)))
            return false;
        for (; more > 0; more--)
            if ((*at++ & 0xc0) != 0x80)
                return false;
    }
    return true;
}

/* RFC 9562, 4: the textual form; versions and variants are not looked at, as PostgreSQL does not.
 */
static bool is_uuid(const char *text)
{
    for (int i = 0; i < 36; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash ? text[i] != '-' : !is_hex(text[i]))
            return false;
    }
    return text[36] == '\0';
}

static bool is_date(const char *text)
{
    return format_starts_with_date(text) && text[10] == '\0';
}

static bool is_clock(const char *text)
{
    return starts_with_shape(text, "99:99") && two_digits(text) < 24 && two_digits(text + 3) < 60;
}

/* RFC 3339, 5.6 date-time: T and Z in upper case, an offset always. Leap seconds (:60) are refused:
 * no rule of ours needs one, and PostgreSQL would make it the next minute. */
static bool is_date_time(const char *text)
{
    if (!format_starts_with_date(text) || text[10] != 'T' || !is_clock(text + 11))
        return false;
    const char *at = text + 16;
    if (!starts_with_shape(at, ":99") || two_digits(at + 1) > 59)
        return false;
    at += 3;
    if (*at == '.') {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits < 1 || digits > 9)
            return false;
        at += 1 + digits;
    }
    if (*at == 'Z')
        return at[1] == '\0';
    /* The farthest offset in use is +14:00. */
    return (*at == '+' || *at == '-') && is_clock(at + 1) && two_digits(at + 1) <= 14 &&
           at[6] == '\0';
}

/* Wall time: RFC 3339 date, T, hour and minute, no offset; the zone stands beside it. */
static bool is_local_date_time(const char *text)
{
    return format_starts_with_date(text) && text[10] == 'T' && is_clock(text + 11) &&
           text[16] == '\0';
}

/* RFC 1035, 2.3.1 with RFC 1123's leading digits: 1 to 63 letters, digits and inner hyphens. */
static bool is_label(const char *text, size_t length)
{
    static const char inner[] = "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return length >= 1 && length <= 63 && strspn(text, inner) >= length && text[0] != '-' &&
           text[length - 1] != '-';
}

/* At least two labels, the last not all digits (so no IPv4 address), 253 characters in all. */
static bool is_domain(const char *text, size_t length)
{
    const char *end = text + length;
    const char *dot = memchr(text, '.', length);
    if (length > 253 || !dot)
        return false;
    for (; dot; text = dot + 1, dot = memchr(text, '.', (size_t)(end - text))) {
        if (!is_label(text, (size_t)(dot - text)))
            return false;
    }
    size_t last = (size_t)(end - text);
    return is_label(text, last) && strspn(text, "0123456789") < last;
}

/* RFC 5321, 4.1.2: Dot-string @ Domain with the limits of 4.5.3.1 and RFC 3696 erratum 1690 (254 in
 * all). Quoted local parts and address literals are left out: nobody reads mail there, and they are
 * the way into header injection. */
static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    if (!at || at == text || at - text > 64 || strlen(text) > 254)
        return false;
    char before = '.';
    for (const char *c = text; c < at; before = *c, c++) {
        bool is_atom = is_letter(*c) || is_digit(*c) || strchr("!#$%&'*+-/=?^_`{|}~", *c);
        if (!is_atom && (*c != '.' || before == '.'))
            return false;
    }
    return before != '.' && is_domain(at + 1, strlen(at + 1));
}

/* ITU-T E.164 and E.123 as people write them: an optional +, digits with spaces . - ( ) between, an
 * extension. */
static bool is_phone(const char *text)
{
    size_t length = strlen(text);
    size_t digits = 0;
    if (length < 7 || length > 32)
        return false;
    const char *at = text + (*text == '+');
    for (; *at != '\0' && strchr("0123456789 .-()", *at); at++)
        digits += is_digit(*at);
    if (digits < 7 || digits > 15 || strchr(" .-", text[0]))
        return false;
    if (*at == '\0')
        return is_digit(at[-1]);
    if (strncasecmp(at, "ext", 3) == 0)
        at += 3 + (at[3] == '.');
    else if (*at == 'x')
        at++;
    else
        return false;
    at += *at == ' ';
    digits = strspn(at, "0123456789");
    return digits >= 1 && digits <= 8 && at[digits] == '\0';
}

/* RFC 3986, 2: unreserved and reserved characters without brackets, and whole percent escapes. */
static bool is_uri_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '%' && (!is_hex(text[1]) || !is_hex(text[2])))
            return false;
        if (!is_letter(*text) && !is_digit(*text) && !strchr("-._~:/?#@!$&'()*+,;=%", *text))
            return false;
    }
    return true;
}

/* RFC 3986 with the scheme https: no user information, a real host, an optional port. At most 2,000
 * characters. */
static bool is_uri(const char *text)
{
    if (strncasecmp(text, "https://", 8) != 0 || strlen(text) > 2000)
        return false;
    const char *host = text + 8;
    size_t length = strcspn(host, ":/?#");
    const char *at = host + length;
    if (!is_domain(host, length))
        return false;
    if (*at == ':') {
        size_t digits = strspn(at + 1, "0123456789");
        if (digits < 1 || digits > 5)
            return false;
        at += 1 + digits;
    }
    return (*at == '\0' || strchr("/?#", *at)) && is_uri_text(at);
}

/* The names of the tz database: Area/Location(/Location). Only the form; whether the zone exists is
 * SQL's to say. Abbreviations (EST), bare offsets and Etc/ have no seasons and no place, so they
 * cannot say when a group meets. */
static bool is_iana_zone(const char *text)
{
    size_t slashes = 0;
    if (strlen(text) > 64 || strncmp(text, "Etc/", 4) == 0 || !is_letter(*text))
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '/' && (++slashes > 2 || !is_letter(at[1])))
            return false;
        if (!is_letter(*at) && !is_digit(*at) && !strchr("/_+-", *at))
            return false;
    }
    return slashes > 0;
}

bool format_check(enum format format, const char *text)
{
    switch (format) {
    case FORMAT_NONE:
    case FORMAT_HANDLE: /* an address or a number, as somebody else wrote it down */
        return true;
    case FORMAT_UUID:
        return is_uuid(text);
    case FORMAT_DATE:
        return is_date(text);
    case FORMAT_DATE_TIME:
        return is_date_time(text);
    case FORMAT_LOCAL_DATE_TIME:
        return is_local_date_time(text);
    case FORMAT_EMAIL:
        return is_email(text);
    case FORMAT_PHONE:
        return is_phone(text);
    case FORMAT_URI:
        return is_uri(text);
    case FORMAT_IANA_ZONE:
        return is_iana_zone(text);
    case FORMAT_NAME:
        return names_is_name(text);
    case FORMAT_LABEL:
    case FORMAT_UNIT:
        return names_label_fault(text, format == FORMAT_UNIT) == NAMES_GOOD;
    case FORMAT_COUNT:
        break;
    }
    return false;
}

bool format_is_government_address(const char *email)
{
    static const char *const domains[] = {"gc.ca", "canada.ca", "mil.ca"};
    const char *at = strrchr(email, '@');
    if (!at)
        return false;
    const char *domain = at + 1;
    size_t length = strlen(domain);
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        size_t size = strlen(domains[i]);
        if (length < size || strcasecmp(domain + length - size, domains[i]) != 0)
            continue;
        if (length == size || domain[length - size - 1] == '.')
            return true;
    }
    return false;
}

static size_t prefix_length(const char *text, size_t size, const char *prefix)
{
    size_t length = strlen(prefix);
    return size >= length && memcmp(text, prefix, length) == 0 ? length : 0;
}

void format_phone_normalise(const char *text, char *ret, size_t size)
{
    size_t used = 0;
    bool is_abroad = *text == '+';
    for (; *text != '\0' && used + 1 < size; text++) {
        if (is_digit(*text))
            ret[used++] = *text;
        else if (*text == 'x' || *text == 'X')
            ret[used++] = 'x';
    }
    ret[used] = '\0';
    size_t skipped = is_abroad ? 0 : prefix_length(ret, used, "011");
    if (!is_abroad && skipped == 0)
        skipped = prefix_length(ret, used, "00");
    if (used - skipped >= 11 && ret[skipped] == '1' && strspn(ret + skipped, "0123456789") == 11)
        skipped++;
    memmove(ret, ret + skipped, used - skipped + 1);
}
