/* SPDX-License-Identifier: MIT
 *
 * The Authorization header. Input that starts with '{' is "header\nclaims\nsignature": it is made
 * into a token, so that the fuzzer reaches what lies behind the base64. Anything else is the header
 * as it is. Nothing may ever be let in. */
#include "config.h"
#include "crypto.h"
#include "log.h"
#include "request.h"
#include "token.h"

#include <rhonabwy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config config;
static struct token_verifier *verifier;

static void prepare(void)
{
    static unsigned char pem[4096];
    size_t bytes = sizeof pem - 1;
    jwk_t *private = NULL, *public = NULL;
    log_init(LOG_LEVEL_ERROR);
    r_global_init();
    if (r_jwk_init(&private) != RHN_OK || r_jwk_init(&public) != RHN_OK ||
        r_jwk_generate_key_pair(private, public, R_KEY_TYPE_EC, 256, "local") != RHN_OK ||
        r_jwk_export_to_pem_der(private, R_FORMAT_PEM, pem, &bytes, 0) != RHN_OK)
        abort();
    r_jwk_free(private);
    r_jwk_free(public);
    config = (struct config){.token_issuer = "i",
                             .token_audience = "a",
                             .token_types = "at+jwt,JWT",
                             .token_algorithms = "RS256,ES256",
                             .token_jwks_file = "",
                             .token_jwks_url = "",
                             .token_local_key = (const char *)pem,
                             .token_max_lifetime_s = INT32_MAX,
                             .token_role_path = "roles",
                             .token_role_names = "",
                             .token_ca_file = ""};
    verifier = token_verifier_create(&config);
    if (!verifier)
        abort();
}

/* One line of the input as a base64url segment. */
static const uint8_t *segment_write(FILE *out, const uint8_t *from, const uint8_t *end)
{
    const uint8_t *stop = memchr(from, '\n', (size_t)(end - from));
    size_t bytes = (size_t)((stop ? stop : end) - from);
    char *text = malloc(crypto_base64url_size(bytes) + 1);
    if (!text)
        abort();
    crypto_base64url((struct bytes){from, bytes}, text);
    fputs(text, out);
    free(text);
    return stop ? stop + 1 : end;
}

static char *header_make(const uint8_t *data, size_t size)
{
    if (size == 0 || data[0] != '{')
        return strndup((const char *)data, size);
    char *header = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&header, &bytes);
    if (!out)
        abort();
    const uint8_t *at = data, *end = data + size;
    fputs("Bearer ", out);
    at = segment_write(out, at, end);
    fputc('.', out);
    at = segment_write(out, at, end);
    fputc('.', out);
    segment_write(out, at, end);
    fclose(out);
    return header;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!verifier)
        prepare();
    struct request rq = {.authorization = size ? header_make(data, size) : ""};
    if (token_verify(verifier, &rq))
        abort();
    request_release(&rq);
    if (size)
        free((char *)rq.authorization);
    return 0;
}
