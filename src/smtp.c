/* SPDX-License-Identifier: MIT */
#include "smtp.h"

#include "config.h"
#include "fetch.h"
#include "monotonic.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    ADDRESS_MAX = 254,
    LOCAL_PART_MAX = 64,
    SUBJECT_MAX = 500,
    LINE_MAX_CHARACTERS = 76,
    WORD_BYTES =
        36, /* in =?UTF-8?B?...?= after "Subject: ": below the 76 characters a line may have */
    CONNECT_TIMEOUT_MS = 10000,
    SEND_TIMEOUT_MS = 30000,
    STOP_GRACE_MS = 4000
};

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Dot-separated, non-empty atoms of letters, digits and `others`. */
static bool atoms_are_valid(const char *text, size_t length, const char *others)
{
    char before = '.';
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '.' ? before == '.' : !is_alphanumeric(c) && (c == '\0' || !strchr(others, c)))
            return false;
        before = c;
    }
    return length > 0 && before != '.';
}

bool smtp_address_is_valid(const char *address)
{
    const char *at = strchr(address, '@');
    size_t length = strnlen(address, ADDRESS_MAX + 1);
    if (!at || length > ADDRESS_MAX || at - address > LOCAL_PART_MAX)
        return false;
    return atoms_are_valid(address, (size_t)(at - address), "!#$%&'*+-/=?^_`{|}~") &&
           atoms_are_valid(at + 1, length - (size_t)(at - address) - 1, "-");
}

static bool line_is_safe(const char *line, size_t max_bytes)
{
    size_t length = 0;
    for (; line[length]; length++) {
        if ((unsigned char)line[length] < 0x20 || line[length] == 0x7f)
            return false;
    }
    return length <= max_bytes;
}

static bool is_plain_ascii(const char *text)
{
    for (; *text; text++) {
        if (*text < 0x20 || *text > 0x7e)
            return false;
    }
    return true;
}

/* At most WORD_BYTES of text, not ending inside a character. */
static size_t word_length(const char *text)
{
    size_t length = strnlen(text, WORD_BYTES + 1);
    if (length <= WORD_BYTES)
        return length;
    length = WORD_BYTES;
    while (length > WORD_BYTES - 4 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static void base64_write(FILE *out, const char *text, size_t bytes)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes; i += 3) {
        unsigned group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < bytes ? (unsigned char)text[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            fputc(i + k <= bytes ? letters[group >> (18 - 6 * k) & 63] : '=', out);
    }
}

static void subject_write(FILE *out, const char *subject)
{
    fputs("Subject: ", out);
    if (is_plain_ascii(subject) && strlen(subject) <= 60 && !strstr(subject, "=?")) {
        fprintf(out, "%s\r\n", subject);
        return;
    }
    for (bool is_first = true; is_first || *subject; is_first = false) {
        size_t length = word_length(subject);
        fputs(is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?", out);
        base64_write(out, subject, length);
        fputs("?=", out);
        subject += length;
    }
    fputs("\r\n", out);
}

static bool is_line_end(char c)
{
    return c == '\0' || c == '\n' || c == '\r';
}

/* One octet of the text, after a soft line break when the line is full. Returns the column after
 * it. */
static size_t octet_write(FILE *out, const char *c, size_t column)
{
    bool is_blank = *c == ' ' && !is_line_end(c[1]);
    bool is_literal = is_blank || (*c > ' ' && *c <= '~' && *c != '=');
    size_t width = is_literal ? 1 : 3;
    if (column + width > LINE_MAX_CHARACTERS - 1) {
        fputs("=\r\n", out);
        column = 0;
    }
    if (is_literal)
        fputc(*c, out);
    else
        fprintf(out, "=%02X", (unsigned char)*c);
    return column + width;
}

/* RFC 2045 6.7. Every line break of the text becomes CRLF. */
static void body_write(FILE *out, const char *body)
{
    size_t column = 0;
    for (const char *c = body; *c; c++) {
        if (*c == '\r' && c[1] == '\n')
            continue;
        if (is_line_end(*c)) {
            fputs("\r\n", out);
            column = 0;
        } else {
            column = octet_write(out, c, column);
        }
    }
    if (column > 0)
        fputs("\r\n", out);
}

/* RFC 5322 wants English names, whatever the locale. */
static void date_write(FILE *out)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    fprintf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[utc.tm_wday], utc.tm_mday,
            months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static bool language_is_safe(const char *language)
{
    return !language ||
           strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-, ") ==
               strlen(language);
}

static bool id_is_safe(const char *id)
{
    size_t length = strspn(id, "0123456789abcdef-");
    return length > 0 && id[length] == '\0';
}

char *smtp_compose(const char *from, const struct smtp_mail *mail, size_t *ret_bytes)
{
    char *text = NULL;
    if (!id_is_safe(mail->id) || !smtp_address_is_valid(from) || !smtp_address_is_valid(mail->to) ||
        !line_is_safe(mail->subject, SUBJECT_MAX) || !language_is_safe(mail->language))
        return NULL;
    FILE *out = open_memstream(&text, ret_bytes);
    if (!out)
        return NULL;
    fprintf(out, "From: <%s>\r\nTo: <%s>\r\n", from, mail->to);
    date_write(out);
    fprintf(out, "Message-ID: <%s%s>\r\n", mail->id, strchr(from, '@'));
    subject_write(out, mail->subject);
    fputs("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n",
          out);
    if (mail->language)
        fprintf(out, "Content-Language: %s\r\n", mail->language);
    fputs("Auto-Submitted: auto-generated\r\n\r\n", out);
    body_write(out, mail->body);
    bool is_written = !ferror(out);
    if (fclose(out) == 0 && is_written)
        return text;
    free(text);
    return NULL;
}

/* One conversation. `step` is the last command sent: only a refusal of the recipient or the content
 * is about this mail. */
struct delivery {
    const char *text;
    size_t bytes;
    size_t sent;
    char step[5];
    bool is_leaving; /* QUIT: the outcome is known */
    const atomic_bool *is_stopping;
    uint64_t stop_ns; /* when a stop ends the conversation; 0 = no stop yet */
};

static size_t text_read(char *buffer, size_t size, size_t count, void *context)
{
    struct delivery *delivery = context;
    size_t more = delivery->bytes - delivery->sent;
    if (more > size * count)
        more = size * count;
    memcpy(buffer, delivery->text + delivery->sent, more);
    delivery->sent += more;
    return more;
}

static int step_notice(CURL *handle, curl_infotype type, char *data, size_t bytes, void *context)
{
    struct delivery *delivery = context;
    (void)handle;
    bool is_command = type == CURLINFO_HEADER_OUT && bytes >= sizeof delivery->step - 1;
    if (is_command && memcmp(data, "QUIT", 4) == 0)
        delivery->is_leaving = true;
    else if (is_command)
        memcpy(delivery->step, data, sizeof delivery->step - 1);
    return 0;
}

/* curl asks at least once a second. It would wait two minutes for the answer to QUIT. */
static int stop_look(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct delivery *delivery = context;
    (void)a, (void)b, (void)c, (void)d;
    if (delivery->is_leaving)
        return 1;
    if (!delivery->is_stopping || !atomic_load(delivery->is_stopping))
        return 0;
    if (delivery->stop_ns == 0)
        delivery->stop_ns = monotonic_ns() + (uint64_t)STOP_GRACE_MS * NS_PER_MS;
    return monotonic_ns() >= delivery->stop_ns;
}

/* smtp_url with the sender's domain as the name we greet with (curl would send the machine's),
 * unless it names one. NULL when the address is not smtp or smtps, or carries credentials. Caller
 * frees with curl_free. */
static char *server_address(const struct config *config, bool *ret_is_loopback)
{
    CURLU *address = curl_url();
    char *scheme = NULL, *host = NULL, *path = NULL, *user = NULL, *url = NULL;
    const char *domain = strchr(config->smtp_from, '@');
    if (address && domain &&
        curl_url_set(address, CURLUPART_URL, config->smtp_url, 0) == CURLUE_OK &&
        curl_url_get(address, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
        curl_url_get(address, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(address, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(address, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
        (strcmp(scheme, "smtp") == 0 || strcmp(scheme, "smtps") == 0) &&
        (strcmp(path, "/") != 0 ||
         curl_url_set(address, CURLUPART_PATH, domain + 1, 0) == CURLUE_OK)) {
        *ret_is_loopback = fetch_host_is_loopback(host);
        curl_url_get(address, CURLUPART_URL, &url, 0);
    }
    curl_free(user);
    curl_free(scheme);
    curl_free(host);
    curl_free(path);
    curl_url_cleanup(address);
    return url;
}

static bool callbacks_set(CURL *handle, struct delivery *delivery)
{
    bool is_set = curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_READFUNCTION, text_read) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_READDATA, delivery) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_VERBOSE, 1L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, step_notice) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_DEBUGDATA, delivery) == CURLE_OK;
    /* Or QUIT is said only when the handle is gone, and nobody asks us. */
    is_set &= curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, stop_look) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_XFERINFODATA, delivery) == CURLE_OK;
    return is_set;
}

static bool handle_prepare(CURL *handle, const struct config *config, struct delivery *delivery)
{
    bool is_loopback = false;
    char *url = server_address(config, &is_loopback);
    bool is_set = url && curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK;
    curl_free(url);
    is_set &= curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
    long encryption = is_loopback ? CURLUSESSL_NONE : CURLUSESSL_ALL;
    is_set &= curl_easy_setopt(handle, CURLOPT_USE_SSL, encryption) == CURLE_OK;
    is_set &=
        curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)SEND_TIMEOUT_MS) == CURLE_OK;
    if (config->smtp_username[0]) {
        is_set &= curl_easy_setopt(handle, CURLOPT_USERNAME, config->smtp_username) == CURLE_OK;
        is_set &= curl_easy_setopt(handle, CURLOPT_PASSWORD, config->smtp_password) == CURLE_OK;
    }
    return is_set && callbacks_set(handle, delivery);
}

/* A wrong password, a refused sender or a server that closes (421) is the installation's trouble
 * and must not cost a single mail. A copy that was handed over must, or one person could get any
 * number. */
static enum smtp_outcome outcome_of(CURLcode result, long code, const struct delivery *delivery)
{
    bool is_about_mail = strcmp(delivery->step, "RCPT") == 0 || strcmp(delivery->step, "DATA") == 0;
    if (result == CURLE_OK)
        return SMTP_SENT;
    if (result == CURLE_ABORTED_BY_CALLBACK)
        return SMTP_AWAY;
    if (code >= 500 && is_about_mail)
        return SMTP_REFUSED;
    bool is_put_off = code >= 400 && code != 421 && is_about_mail;
    return is_put_off || delivery->sent > 0 ? SMTP_LATER : SMTP_AWAY;
}

static enum smtp_outcome
text_send(const struct config *config, const char *to, struct delivery *delivery, int *ret_code)
{
    CURL *handle = curl_easy_init();
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    CURLcode result = CURLE_FAILED_INIT;
    long code = 0;
    if (handle && recipients && handle_prepare(handle, config, delivery) &&
        curl_easy_setopt(handle, CURLOPT_MAIL_FROM, config->smtp_from) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK)
        result = curl_easy_perform(handle);
    if (handle)
        curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(recipients);
    curl_easy_cleanup(handle);
    *ret_code = result == CURLE_OK || code >= 400 ? (int)code : 0;
    return outcome_of(result, code, delivery);
}

enum smtp_outcome smtp_send(const struct config *config,
                            const struct smtp_mail *mail,
                            const atomic_bool *is_stopping,
                            int *ret_code)
{
    *ret_code = 0;
    if (!smtp_address_is_valid(config->smtp_from))
        return SMTP_AWAY;
    size_t bytes = 0;
    char *text = smtp_compose(config->smtp_from, mail, &bytes);
    if (!text)
        return SMTP_REFUSED;
    struct delivery delivery = {.text = text, .bytes = bytes, .is_stopping = is_stopping};
    enum smtp_outcome outcome = text_send(config, mail->to, &delivery, ret_code);
    explicit_bzero(text, bytes);
    free(text);
    return outcome;
}
