/* SPDX-License-Identifier: MIT
 *
 * alongside token explain: which check refuses a token, and which setting governs that. Of the
 * token nothing is printed but its role. */
#include "command.h"
#include "config.h"
#include "db.h"
#include "fetch.h"
#include "router.h"
#include "token.h"
#include "token_claims.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* More than a token may have, so that a longer one is told from its beginning. */
enum { TEXT_MAX_BYTES = 65536, ACCOUNT_LIMIT_MS = 5000 };

static const char no_setting[] = "none";

static const struct refusal {
    const char *reason, *words, *settings;
} refusals[] = {
    {"size", "It is longer than 16 KiB: the provider has to put less into it.", no_setting},
    {"syntax", "It is not three parts of base64url with dots between them.", no_setting},
    {"header",
     "Its header is no JSON object, or brings a key or a reading of its own (jku, jwk, "
     "x5u, x5c, crit, zip, b64).",
     no_setting},
    {"alg", "It is signed with an algorithm that is not accepted.", "token_algorithms"},
    {"typ", "Its header has a typ that is not accepted, or none.", "token_types"},
    {"kid", "The name of its key is empty or too long.", no_setting},
    {"claims", "What it says is no JSON object.", no_setting},
    {"key", "There is no key of that name and algorithm.",
     "token_jwks_url, token_jwks_file, token_local_key, or without them token_issuer"},
    {"signature", "The key is there, and the signature is not by it.",
     "token_jwks_url, token_jwks_file, token_local_key, or without them token_issuer"},
    {"sub", "It has no sub of 1 to 255 visible ASCII characters.", no_setting},
    {"iss", "It is by another issuer.", "token_issuer"},
    {"aud", "It is for another audience.", "token_audience"},
    {"scope",
     "Its typ is JWT or missing, and it has neither scope nor scp: perhaps it is an ID "
     "token.",
     "token_types"},
    {"times", "It lacks exp or iat, or one of its times is no number.", no_setting},
    {"expired", "It has ended.", "token_leeway_s"},
    {"not-yet", "It is from the future: one of the clocks is wrong.", "token_leeway_s"},
    {"lifetime", "It lives longer than is accepted.", "token_max_lifetime_s"},
    {"role", "It has no role of ours where one is looked for.",
     "token_role_path, token_role_names"},
    {"two-roles", "It has several roles of ours.", "token_role_path, token_role_names"},
    {"account-unknown",
     "No account has this issuer and sub: write the sub where the account is "
     "kept, or hand over a sign-in code.",
     no_setting},
    {"account-inactive", "The account has been ended.", no_setting},
    {"role-differs", "The account has another role than the token.",
     "token_role_path, token_role_names"},
};

static const struct refusal *refusal_find(const char *reason)
{
    for (size_t i = 0; reason && i < sizeof refusals / sizeof *refusals; i++) {
        if (strcmp(refusals[i].reason, reason) == 0)
            return &refusals[i];
    }
    return NULL;
}

static int fault(const char *what)
{
    fprintf(stderr, "alongside: %s\n", what);
    return EXIT_FAILURE;
}

/* Whether the account lets it in. False when that cannot be asked. */
static bool account_ask(const struct token_reading *reading, const struct refusal **ret_refusal)
{
    const char *params[] = {reading->config->token_issuer, reading->claims.subject,
                            role_name(reading->claims.role)};
    struct db_session *session = db_session_open(reading->config->worker_database_url, NULL);
    struct db_rows *rows =
        session ? db_session_run(session, "account_explain", ACCOUNT_LIMIT_MS, 3, params) : NULL;
    if (rows)
        *ret_refusal = refusal_find(db_rows_get(rows, 0, 0));
    db_rows_free(rows);
    db_session_close(session);
    return rows;
}

static int verdict_print(const struct token_reading *reading)
{
    const struct refusal *refusal = refusal_find(reading->reason);
    printf("signature: %s\n", reading->is_signed ? "good" : "not that of a key of ours");
    if (!refusal && !*reading->config->worker_database_url)
        puts("account: not asked for, which needs the setting worker_database_url");
    else if (!refusal && !account_ask(reading, &refusal))
        return fault("the account cannot be asked for");
    if (!refusal) {
        printf("accepted as %s\n", role_name(reading->claims.role));
        return EXIT_SUCCESS;
    }
    printf("refused: %s\n%s\nsettings: %s\n", refusal->reason, refusal->words, refusal->settings);
    return EXIT_FAILURE;
}

/* Without the name of its scheme, blanks and the end of its line. */
static const char *token_trim(char *text)
{
    static const char scheme[] = "Bearer ", blanks[] = " \t\r\n";
    char *token = text + strspn(text, blanks);
    if (strncasecmp(token, scheme, sizeof scheme - 1) == 0)
        token += sizeof scheme - 1;
    token += strspn(token, blanks);
    size_t length = strlen(token);
    while (length > 0 && strchr(blanks, token[length - 1]))
        token[--length] = '\0';
    return token;
}

int command_token_explain(const struct config *config)
{
    static char text[TEXT_MAX_BYTES + 1];
    text[fread(text, 1, TEXT_MAX_BYTES, stdin)] = '\0';
    const char *token = token_trim(text);
    if (!*token)
        return fault("there is no token on standard input");
    if (!fetch_init())
        return fault("libcurl cannot start");
    struct token_verifier *verifier = token_verifier_create(config);
    int code = EXIT_FAILURE;
    if (verifier && token_verifier_wait(verifier)) {
        struct token_reading reading;
        token_explain(verifier, token, &reading);
        code = verdict_print(&reading);
    }
    token_verifier_destroy(verifier);
    fetch_finish();
    return code;
}
