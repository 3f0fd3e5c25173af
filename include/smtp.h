/* SPDX-License-Identifier: MIT
 *
 * One mail through one SMTP server (smtp_url). Encrypted on the way (smtps, or STARTTLS demanded)
 * unless the server is on loopback. Nothing in the mail can end a header: what would is refused,
 * not cleaned. Blocks up to 30 s, and a few more seconds at most once *is_stopping. Thread safe. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct config;

struct smtp_mail {
    const char *id;       /* of the message, the same for each attempt: whoever gets two copies sees
                             one */
    const char *to;       /* one address */
    const char *subject;  /* UTF-8, one line */
    const char *body;     /* UTF-8, lines end with \n or \r\n */
    const char *language; /* "en" or "fr", or "en, fr" for both; NULL = not said */
};

enum smtp_outcome {
    SMTP_SENT,    /* the server has taken it over */
    SMTP_LATER,   /* put off, or handed over without an answer: perhaps it was taken */
    SMTP_REFUSED, /* this mail will never be taken: the server said so of its recipient or content,
                     or it is unsafe */
    SMTP_AWAY /* no server, or one that does not want us: nothing about this mail, and none of it
                 has left */
};

/* *ret_code: the SMTP reply that decided it, 0 when none did. is_stopping: NULL = never. */
enum smtp_outcome smtp_send(const struct config *config,
                            const struct smtp_mail *mail,
                            const atomic_bool *is_stopping,
                            int *ret_code) __attribute__((warn_unused_result));
/* RFC 5322 text with CRLF, quoted-printable. NULL when the id, an address, the subject or the
 * language is unsafe. Caller frees, zeroed first. */
char *smtp_compose(const char *from, const struct smtp_mail *mail, size_t *ret_bytes);
/* local@domain in ASCII without quoting, 254 characters at most. */
bool smtp_address_is_valid(const char *address);
