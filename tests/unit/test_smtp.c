/* SPDX-License-Identifier: MIT
 *
 * Mail: what is written, what is refused, and how each answer of a server is understood. */
#include "config.h"
#include "fetch.h"
#include "smtp.h"
#include "tcp_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>

#include <cmocka.h>

/* A server that answers each command from a script and keeps what it was told. */
static struct {
    pthread_mutex_t lock;
    const char
        *refused_verb; /* answered with `refusal`; "." = after the content, "220" = greeting */
    const char *refusal;
    char transcript[16384];
} mailbox = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void keep(const char *line)
{
    size_t used = strlen(mailbox.transcript);
    snprintf(mailbox.transcript + used, sizeof mailbox.transcript - used, "%s", line);
}

/* Under the lock. False when the conversation is over. */
static bool reply(const char *line, bool *is_content, FILE *out)
{
    bool is_end = *is_content && strcmp(line, ".\r\n") == 0;
    if (*is_content && !is_end)
        return true;
    *is_content = false;
    const char *verb = is_end ? "." : line, *answer = "250 fine";
    if (mailbox.refused_verb &&
        strncasecmp(verb, mailbox.refused_verb, strlen(mailbox.refused_verb)) == 0) {
        answer = mailbox.refusal;
    } else if (strncasecmp(verb, "DATA", 4) == 0) {
        *is_content = true;
        answer = "354 go on";
    } else if (strncasecmp(verb, "EHLO", 4) == 0) {
        answer = "250-test\r\n250 AUTH PLAIN";
    } else if (strncasecmp(verb, "AUTH", 4) == 0) {
        answer = "334 ";
    } else if (strncmp(verb, "AHUAcA==", 8) == 0) { /* \0 u \0 p */
        answer = "235 welcome";
    }
    fprintf(out, "%s\r\n", answer);
    return strncasecmp(verb, "QUIT", 4) != 0;
}

static void mail_answer(struct tcp_server *server, FILE *in, FILE *out)
{
    char line[2048];
    bool is_content = false, is_open = true;
    (void)server;
    pthread_mutex_lock(&mailbox.lock);
    bool is_welcome = !mailbox.refused_verb || strcmp(mailbox.refused_verb, "220") != 0;
    fprintf(out, "%s\r\n", is_welcome ? "220 test" : mailbox.refusal);
    pthread_mutex_unlock(&mailbox.lock);
    fflush(out);
    while (is_open && fgets(line, sizeof line, in)) {
        pthread_mutex_lock(&mailbox.lock);
        keep(line);
        is_open = reply(line, &is_content, out);
        pthread_mutex_unlock(&mailbox.lock);
        fflush(out);
    }
}

static struct tcp_server server = {.answer = mail_answer};
static char url[64];

static int setup(void **state)
{
    (void)state;
    tcp_start(&server);
    snprintf(url, sizeof url, "smtp://127.0.0.1:%d", server.port);
    return fetch_init() ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    tcp_stop(&server);
    fetch_finish();
    return 0;
}

static const struct smtp_mail plain = {"0a-1", "someone@example.test", "A message for you",
                                       "Hello\nthere", "en"};

static enum smtp_outcome send_to(const char *smtp_url, const char *user, int *ret_code)
{
    struct config config = {.smtp_url = smtp_url,
                            .smtp_from = "no-reply@post.test",
                            .smtp_username = user,
                            .smtp_password = "p"};
    return smtp_send(&config, &plain, NULL, ret_code);
}

/* Sends `plain` to a server that refuses one verb; ret_transcript is what it saw. */
static enum smtp_outcome
send_refused(const char *verb, const char *refusal, const char *user, int *ret_code)
{
    pthread_mutex_lock(&mailbox.lock);
    mailbox.refused_verb = verb;
    mailbox.refusal = refusal;
    mailbox.transcript[0] = '\0';
    pthread_mutex_unlock(&mailbox.lock);
    return send_to(url, user, ret_code);
}

static bool was_told(const char *text)
{
    pthread_mutex_lock(&mailbox.lock);
    bool is_there = strstr(mailbox.transcript, text) != NULL;
    pthread_mutex_unlock(&mailbox.lock);
    return is_there;
}

static void mail_is_sent(void **state)
{
    (void)state;
    int code = 0;
    assert_int_equal(send_refused(NULL, NULL, "", &code), SMTP_SENT);
    assert_int_equal(code, 250);
    assert_true(was_told("EHLO post.test\r\n"));
    assert_true(was_told("MAIL FROM:<no-reply@post.test>\r\n"));
    assert_true(was_told("RCPT TO:<someone@example.test>\r\n"));
    assert_true(was_told("\r\nSubject: A message for you\r\n"));
    assert_true(was_told("\r\n\r\nHello\r\nthere\r\n.\r\n"));
    assert_false(was_told("AUTH"));
    assert_int_equal(send_refused(NULL, NULL, "u", &code), SMTP_SENT);
    assert_true(was_told("AUTH PLAIN\r\nAHUAcA==\r\nMAIL FROM"));
}

static void refusals_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *verb, *answer, *user;
        enum smtp_outcome outcome;
        int code;
    } cases[] = {
        {"RCPT", "550 5.1.1 nobody here", "", SMTP_REFUSED, 550},
        {"RCPT", "450 4.2.1 busy", "", SMTP_LATER, 450},
        {"DATA", "554 no", "", SMTP_REFUSED, 554},
        {".", "552 too much", "", SMTP_REFUSED, 552},
        {".", "451 later", "", SMTP_LATER, 451},
        /* What is wrong with us is not held against the mail. */
        {"MAIL", "550 not from you", "", SMTP_AWAY, 550},
        {"AUTH", "535 wrong password", "u", SMTP_AWAY, 535},
        {"220", "421 closing", "", SMTP_AWAY, 421},
        {"RCPT", "421 closing", "", SMTP_AWAY, 421},
        /* It was handed over: this may be about it. */
        {".", "421 closing", "", SMTP_LATER, 421},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int code = 0;
        assert_int_equal(send_refused(cases[i].verb, cases[i].answer, cases[i].user, &code),
                         cases[i].outcome);
        assert_int_equal(code, cases[i].code);
    }
}

static void absent_server_means_later(void **state)
{
    (void)state;
    int code = 1;
    assert_int_equal(send_to("smtp://127.0.0.1:1", "", &code), SMTP_AWAY);
    assert_int_equal(code, 0);
    static const char *const urls[] = {"http://127.0.0.1:1", "smtp://u:p@127.0.0.1:1",
                                       "file:///dev/null", "", "\r\n"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++)
        assert_int_equal(send_to(urls[i], "", &code), SMTP_AWAY);
}

static char *compose(const char *subject, const char *body, const char *language)
{
    size_t bytes = 0;
    struct smtp_mail mail = {"0a-1", "someone@example.test", subject, body, language};
    return smtp_compose("no-reply@post.test", &mail, &bytes);
}

static void headers_cannot_be_injected(void **state)
{
    (void)state;
    static const char *const subjects[] = {"a\r\nBcc: x@y.test",
                                           "a\nb",
                                           "a\rb",
                                           "\x01"
                                           "contact.email.x",
                                           "a\tb",
                                           "\x7f"};
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        assert_null(compose(subjects[i], "b", "en"));
    assert_null(compose("a", "b", "en\r\nBcc: x@y.test"));
    char *text = compose("a", "b\r\n.\r\nMAIL FROM:<x@y.test>\r\n", NULL);
    assert_non_null(text);
    assert_null(strstr(text, "Content-Language"));
    free(text);
    char longest[600];
    memset(longest, 's', sizeof longest);
    longest[599] = '\0';
    assert_null(compose(longest, "b", NULL));
}

static void addresses_are_checked(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b", "first.last+tag@sub.example.test",
                                       "o'neil@example.test", "x_y@a-b.test"};
    static const char *const bad[] = {"",       "a",      "@b",          "a@",
                                      "a@b@c",  "a b@c",  "a@b c",       "a@b\r\nRCPT TO:<x@y>",
                                      "<a@b>",  "a@b>",   "a@b,c@d",     "\"a b\"@c",
                                      "a..b@c", ".a@c",   "a.@c",        "a@.c",
                                      "a@c.",   "a@c..d", "a@[1.2.3.4]", "\xc3\xa9@c",
                                      "a@b\x01"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(smtp_address_is_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(smtp_address_is_valid(bad[i]));
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[60] = '@';
    longest[254] = '\0';
    assert_true(smtp_address_is_valid(longest));
    longest[254] = 'a';
    longest[255] = '\0';
    assert_false(smtp_address_is_valid(longest));
    int code = 0;
    struct config config = {
        .smtp_url = url, .smtp_from = "no-reply@post.test", .smtp_username = ""};
    struct smtp_mail mail = {"0a-1", "a@b\r\nRCPT TO:<x@y.test>", "s", "b", "en"};
    assert_int_equal(smtp_send(&config, &mail, NULL, &code), SMTP_REFUSED);
}

static void subject_is_encoded(void **state)
{
    (void)state;
    char *text = compose("Un message pour vous, déjà écrit à l'avance, avec beaucoup de caractères "
                         "accentués: éééééééééé",
                         "b", "fr");
    assert_non_null(text);
    char *start = strstr(text, "Subject: =?UTF-8?B?");
    assert_non_null(start);
    char *end = strstr(start, "\r\nMIME-Version");
    assert_non_null(end);
    for (char *line = start; line < end;) {
        char *next = strstr(line, "\r\n");
        assert_true(next - line <= 76);
        line = next + 2;
        assert_true(line[0] == ' ' || line == end + 2);
    }
    for (char *c = text; *c; c++)
        assert_true(*c > 0 && *c < 0x7f);
    free(text);
    text = compose("=?UTF-8?B?QQ==?=", "b", NULL); /* what looks encoded is encoded again */
    assert_non_null(strstr(text, "Subject: =?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=\r\n"));
    free(text);
    text = compose("", "b", NULL);
    assert_non_null(strstr(text, "Subject: \r\n"));
    free(text);
}

static void body_is_quoted_printable(void **state)
{
    (void)state;
    char *text = compose("s", "caf\xc3\xa9 = 1 \nend\ttab\t\r\n\rlast", "en");
    assert_non_null(strstr(text, "\r\n\r\ncaf=C3=A9 =3D 1=20\r\nend=09tab=09\r\n\r\nlast\r\n"));
    free(text);
    char body[1001];
    memset(body, 'w', 1000);
    body[1000] = '\0';
    text = compose("s", body, "en");
    for (char *line = text, *next; (next = strstr(line, "\r\n")); line = next + 2)
        assert_true(next - line <= 76);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_is_sent),
        cmocka_unit_test(refusals_are_told_apart),
        cmocka_unit_test(absent_server_means_later),
        cmocka_unit_test(headers_cannot_be_injected),
        cmocka_unit_test(addresses_are_checked),
        cmocka_unit_test(subject_is_encoded),
        cmocka_unit_test(body_is_quoted_printable),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
