/* SPDX-License-Identifier: MIT
 *
 * One mail through one SMTP server (smtp_url). Encrypted on the way (smtps, or STARTTLS demanded)
 * unless the server is on loopback. Nothing in the mail can end a header: what would is refused,
 * not cleaned. Blocks up to 30 s. Thread safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct config;

struct smtp_mail {
    const char *to;       /* one address */
    const char *subject;  /* UTF-8, one line */
    const char *body;     /* UTF-8, lines end with \n or \r\n */
    const char *language; /* "en" or "fr", or "en, fr" for both; NULL = not said */
};

enum smtp_outcome {
    SMTP_SENT,    /* the server has taken it over */
    SMTP_LATER,   /* server away, busy, or does not want us: another attempt may go well */
    SMTP_REFUSED, /* this mail will never be taken: the server said so of its recipient or content,
                     or it is unsafe */
    SMTP_AWAY     /* as SMTP_LATER, but no server answered: other mail would not be taken either */
};

/* *ret_code: the SMTP reply that decided it, 0 when none did. */
enum smtp_outcome smtp_send(const struct config *config,
                            const struct smtp_mail *mail,
                            int *ret_code) __attribute__((warn_unused_result));
/* RFC 5322 text with CRLF, quoted-printable. NULL when an address, the subject or the language is
 * unsafe. Caller frees, zeroed first. */
char *smtp_compose(const char *from, const struct smtp_mail *mail, size_t *ret_bytes);
/* local@domain in ASCII without quoting, 254 characters at most. */
bool smtp_address_is_valid(const char *address);
