/* SPDX-License-Identifier: MIT */
#include "token.h"

#include "config.h"
#include "crypto.h"
#include "fetch.h"
#include "jwks.h"
#include "keyring.h"
#include "log.h"
#include "problem.h"
#include "request.h"
#include "token_cache.h"
#include "token_claims.h"

#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

enum {
    TOKEN_MAX_BYTES = 16384,
    SIGNATURE_MAX_BYTES = 1024,
    KEY_FILE_MAX_BYTES = 256 * 1024,
    FETCH_PAUSE_S = 2,
    KEY_WAIT_MS = 4000
};

struct token_verifier {
    const struct config *config;
    struct keyring *keys;
    struct token_cache *cache;
};

/* A token as it stands in the header, in its three parts. */
struct token_text {
    const char *start; /* 0-terminated */
    size_t length;
    const char *payload;
    const char *signature;
};

static char *file_read(const char *path, size_t *ret_bytes)
{
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(KEY_FILE_MAX_BYTES + 1) : NULL;
    size_t bytes = text ? fread(text, 1, KEY_FILE_MAX_BYTES + 1, file) : 0;
    bool is_read = text && !ferror(file) && bytes > 0 && bytes <= KEY_FILE_MAX_BYTES;
    if (file)
        fclose(file);
    if (!is_read) {
        free(text);
        return NULL;
    }
    *ret_bytes = bytes;
    return text;
}

static struct jwks *file_keys(const char *path)
{
    size_t bytes = 0, skipped = 0;
    char *text = file_read(path, &bytes);
    struct jwks *keys = text ? jwks_parse(text, bytes, &skipped) : NULL;
    free(text);
    if (!keys)
        fprintf(stderr, "token_jwks_file: no usable key (RSA of 2048 bits or more, P-256, P-384, "
                        "Ed25519) in it\n");
    else if (skipped > 0)
        fprintf(stderr, "token_jwks_file: %zu keys are not usable and left out\n", skipped);
    return keys;
}

/* The keys of the installation. False when one that is configured cannot be used. */
static bool base_keys(const struct config *config, struct jwks **ret_keys)
{
    struct jwks *local = NULL, *file = NULL;
    if (config->token_local_key[0] && !(local = jwks_from_private_pem(config->token_local_key))) {
        fprintf(stderr, "token_local_key: not an EC P-256 private key in PEM\n");
        return false;
    }
    if (config->token_jwks_file[0] && !(file = file_keys(config->token_jwks_file))) {
        jwks_unref(local);
        return false;
    }
    bool is_wanted = local || file;
    *ret_keys = jwks_merge(local, file);
    jwks_unref(local);
    jwks_unref(file);
    return *ret_keys || !is_wanted;
}

static struct keyring *keys_start(const struct config *config)
{
    struct jwks *base = NULL;
    if (!base_keys(config, &base))
        return NULL;
    bool is_discovered =
        !base && !config->token_jwks_url[0] && fetch_url_is_allowed(config->token_issuer);
    if (!base && !config->token_jwks_url[0] && !is_discovered) {
        fprintf(stderr, "no key to verify tokens with: set token_issuer to the address of one that "
                        "can be discovered, token_jwks_url, token_jwks_file or token_local_key\n");
        return NULL;
    }
    long refresh_s = config->token_jwks_refresh_s < 1 ? 1 : config->token_jwks_refresh_s;
    struct keyring_plan plan = {.url = config->token_jwks_url,
                                .issuer = is_discovered ? config->token_issuer : "",
                                .ca_file = config->token_ca_file,
                                .refresh_s = refresh_s,
                                .pause_s = FETCH_PAUSE_S};
    struct keyring *keys = keyring_create(base, &plan);
    jwks_unref(base);
    return keys;
}

struct token_verifier *token_verifier_create(const struct config *config)
{
    jwks_init();
    if (!token_config_is_sound(config))
        return NULL;
    if (config->token_jwks_url[0] && !fetch_url_is_allowed(config->token_jwks_url)) {
        fprintf(
            stderr,
            "token_jwks_url: must be https (http on loopback only), without user or password\n");
        return NULL;
    }
    struct token_verifier *verifier = calloc(1, sizeof *verifier);
    if (!verifier)
        return NULL;
    verifier->config = config;
    verifier->cache = token_cache_create();
    verifier->keys = verifier->cache ? keys_start(config) : NULL;
    if (verifier->keys)
        return verifier;
    token_verifier_destroy(verifier);
    return NULL;
}

void token_verifier_destroy(struct token_verifier *verifier)
{
    if (!verifier)
        return;
    keyring_destroy(verifier->keys);
    token_cache_destroy(verifier->cache);
    free(verifier);
}

bool token_verifier_wait(struct token_verifier *verifier)
{
    char fault[512];
    if (keyring_wait_first(verifier->keys, fault, sizeof fault))
        return true;
    fprintf(stderr, "token keys not fetched: %s\n", fault);
    return false;
}

bool token_verifier_is_ready(const struct token_verifier *verifier)
{
    return keyring_is_ready(verifier->keys);
}

static bool is_base64url(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* Characters a bearer token may have at all (RFC 6750 2.1) besides those of base64url. */
static bool is_other_token_character(char c)
{
    return c != '\0' && strchr(".~+/=", c);
}

/* The text after "Bearer ", or NULL with a problem set. */
static const char *credential_read(struct request *rq, size_t *ret_length)
{
    static const char scheme[] = "Bearer";
    const char *header = rq->authorization;
    size_t scheme_length = strcspn(header, " ");
    if (!header[0] || strchr(header, ',')) {
        fail(rq, PROBLEM_BAD_REQUEST);
        return NULL;
    }
    if (scheme_length != sizeof scheme - 1 || strncasecmp(header, scheme, scheme_length) != 0) {
        fail(rq, PROBLEM_UNAUTHENTICATED);
        return NULL;
    }
    const char *token = header + scheme_length;
    token += strspn(token, " ");
    size_t length = 0;
    while (is_base64url(token[length]) || is_other_token_character(token[length]))
        length++;
    if (length == 0 || token[length]) {
        fail(rq, PROBLEM_BAD_REQUEST);
        return NULL;
    }
    *ret_length = length;
    return token;
}

/* Three non-empty base64url segments: nothing else reaches the libraries, which are lenient. */
static bool token_split(const char *token, size_t length, struct token_text *ret_text)
{
    const char *dots[2];
    size_t count = 0;
    for (const char *c = token; *c; c++) {
        if (is_base64url(*c))
            continue;
        if (*c != '.' || count == 2)
            return false;
        dots[count++] = c;
    }
    if (count != 2 || dots[0] == token || dots[1] == dots[0] + 1 || !dots[1][1])
        return false;
    *ret_text = (struct token_text){
        .start = token, .length = length, .payload = dots[0] + 1, .signature = dots[1] + 1};
    return true;
}

/* libjwt takes the algorithm from the token and accepts everything when the key is empty: hence the
 * checks around it, besides the algorithm having been pinned to the key before. */
static bool jwt_verify(const struct jwks_key *key, enum jwks_alg alg, const char *token)
{
    const char *pem = jwks_key_pem(key);
    int pem_bytes = (int)strlen(pem);
    jwt_t *jwt = NULL;
    if (pem_bytes <= 0 || jwt_decode(&jwt, token, (const unsigned char *)pem, pem_bytes) != 0 ||
        !jwt)
        return false;
    bool is_valid = jwt_get_alg(jwt) == (alg == JWKS_RS256 ? JWT_ALG_RS256 : JWT_ALG_ES256);
    jwt_free(jwt);
    return is_valid;
}

static bool signature_check(struct token_reading *reading,
                            const struct jwks_key *key,
                            const struct token_text *text)
{
    uint8_t signature[SIGNATURE_MAX_BYTES];
    size_t bytes = 0, length = text->length - (size_t)(text->signature - text->start);
    if (length > crypto_base64url_size(sizeof signature) ||
        !crypto_unbase64url(text->signature, length, signature, &bytes) || bytes == 0)
        return token_refuse(reading, "signature");
    enum jwks_alg alg = reading->header.alg;
    bool is_libjwts = reading->header.is_plain_jwt && (alg == JWKS_RS256 || alg == JWKS_ES256);
    bool is_valid = is_libjwts ? jwt_verify(key, alg, text->start) : jwks_verify(key, text->start);
    return is_valid || token_refuse(reading, "signature");
}

/* Against the keys there are. False without any for it. */
static bool key_check(struct token_verifier *verifier,
                      const struct token_text *text,
                      struct token_reading *reading,
                      uint64_t *ret_generation)
{
    struct jwks *keys = keyring_get(verifier->keys, ret_generation);
    const char *kid = reading->header.has_kid ? reading->header.kid : NULL;
    const struct jwks_key *key = jwks_find(keys, kid, reading->header.alg);
    if (key)
        reading->is_signed = signature_check(reading, key, text);
    jwks_unref(keys);
    return key;
}

/* The claims count only because the signature over these very bytes is checked, also of a token
 * that they refuse: its reason is worth the operator's time. */
static void token_check(struct token_verifier *verifier,
                        const struct token_text *text,
                        struct token_reading *reading,
                        uint64_t *ret_generation)
{
    size_t header_length = (size_t)(text->payload - text->start) - 1;
    size_t payload_length = (size_t)(text->signature - text->payload) - 1;
    if (!token_header_read(reading, text->start, header_length) ||
        !token_claims_read(reading, text->payload, payload_length) ||
        key_check(verifier, text, reading, ret_generation))
        return;
    /* Perhaps the issuer has a new key. Nobody waits for a token that is refused anyway. */
    bool is_worth_it = reading->header.has_kid && !reading->reason;
    bool is_known = !is_worth_it || (keyring_is_ready(verifier->keys) &&
                                     keyring_wait_fetch(verifier->keys, KEY_WAIT_MS));
    if (is_worth_it && key_check(verifier, text, reading, ret_generation))
        return;
    reading->is_undecided = !reading->reason && (!is_known || !keyring_is_ready(verifier->keys));
    token_refuse(reading, "key");
}

static bool actor_set(const struct token_verifier *verifier,
                      struct request *rq,
                      const struct token_claims *claims)
{
    const char *issuer = verifier->config->token_issuer;
    rq->actor.issuer = rq_strndup(rq, issuer, strlen(issuer));
    rq->actor.subject = rq_strndup(rq, claims->subject, strlen(claims->subject));
    if (!rq->actor.issuer || !rq->actor.subject)
        return fail(rq, PROBLEM_INTERNAL);
    rq->actor.role = claims->role;
    return true;
}

/* Everything about a token that is not remembered from before. */
static void token_read(struct token_verifier *verifier,
                       struct bytes token,
                       struct token_reading *reading,
                       uint64_t *ret_generation)
{
    struct token_text text;
    if (token.size > TOKEN_MAX_BYTES)
        token_refuse(reading, "size");
    else if (!token_split(token.data, token.size, &text))
        token_refuse(reading, "syntax");
    else
        token_check(verifier, &text, reading, ret_generation);
}

void token_explain(struct token_verifier *verifier, const char *token, struct token_reading *ret)
{
    uint64_t generation = 0;
    *ret = (struct token_reading){.config = verifier->config, .now_s = time(NULL)};
    token_read(verifier, (struct bytes){token, strlen(token)}, ret, &generation);
}

static bool refuse_token(struct request *rq, const struct token_reading *reading)
{
    if (reading->is_signed) {
        rq->refusal = reading->reason;
        rq->actor.subject =
            rq_strndup(rq, reading->claims.subject, strlen(reading->claims.subject));
    } else {
        log_event(LOG_LEVEL_DEBUG, "token refused", "reason", reading->reason, "request_id", rq->id,
                  NULL);
    }
    return fail(rq, PROBLEM_UNAUTHENTICATED);
}

bool token_verify(struct token_verifier *verifier, struct request *rq)
{
    rq->actor = (struct actor){0};
    if (!rq->authorization)
        return true;
    size_t length = 0;
    const char *token = credential_read(rq, &length);
    if (!token)
        return false;
    struct token_reading reading = {.config = verifier->config, .now_s = time(NULL)};
    uint8_t digest[CRYPTO_HASH_BYTES];
    crypto_sha256((struct bytes){token, length}, digest);
    uint64_t generation = keyring_generation(verifier->keys);
    if (token_cache_find(verifier->cache, digest, generation, reading.now_s, &reading.claims))
        return actor_set(verifier, rq, &reading.claims);
    token_read(verifier, (struct bytes){token, length}, &reading, &generation);
    if (reading.is_undecided)
        return fail(rq, PROBLEM_UNAVAILABLE);
    if (!reading.is_signed || reading.reason)
        return refuse_token(rq, &reading);
    token_cache_put(verifier->cache, digest, generation, reading.now_s, &reading.claims);
    return actor_set(verifier, rq, &reading.claims);
}
