/* SPDX-License-Identifier: MIT
 *
 * The only door: what is let in, and everything that must not be. */
#include "token_kit.h"

#include "crypto.h"
#include "log.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Last: its macro fail() would hide the function of problem.h. */
#include <cmocka.h>

static jwk_t *ec_key, *rsa_key, *foreign_key;
static char jwks_path[64];
static struct config config, jwt_config;
static struct token_verifier *verifier, *jwt_verifier;

static int setup(void **state)
{
    (void)state;
    log_init(LOG_LEVEL_ERROR); /* standard output is for the report */
    ec_key = kit_key(R_KEY_TYPE_EC, 256, "ec-1");
    rsa_key = kit_key(R_KEY_TYPE_RSA, 2048, "rsa-1");
    foreign_key = kit_key(R_KEY_TYPE_EC, 256, "ec-1");
    char *jwks = kit_jwks(json_pack("[oo]", kit_public(ec_key), kit_public(rsa_key)));
    kit_file(jwks, jwks_path);
    free(jwks);
    config = kit_config();
    config.token_jwks_file = jwks_path;
    jwt_config = config;
    jwt_config.token_types = "at+jwt, JWT";
    verifier = token_verifier_create(&config);
    jwt_verifier = token_verifier_create(&jwt_config);
    return verifier && jwt_verifier ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    token_verifier_destroy(verifier);
    token_verifier_destroy(jwt_verifier);
    r_jwk_free(ec_key);
    r_jwk_free(rsa_key);
    r_jwk_free(foreign_key);
    return unlink(jwks_path);
}

static json_t *header_of(const char *type, const char *kid)
{
    return json_pack("{ss ss}", "typ", type, "kid", kid);
}

static char *token_of(json_t *claims)
{
    return kit_sign(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", "ec-1"), claims);
}

static void assert_accepted(char *token)
{
    enum role role = 0;
    assert_int_equal(kit_ask_token(verifier, token, &role), PROBLEM_NONE);
    assert_int_equal(role, ROLE_COORDINATOR);
}

static void assert_refused(char *token)
{
    assert_int_equal(kit_ask_token(verifier, token, NULL), PROBLEM_UNAUTHENTICATED);
}

static void no_header_is_nobody(void **state)
{
    (void)state;
    enum role role = ROLE_ADMINISTRATOR;
    assert_int_equal(kit_ask(verifier, NULL, &role, NULL), PROBLEM_NONE);
    assert_int_equal(role, 0);
}

static void both_algorithms_are_accepted(void **state)
{
    (void)state;
    assert_accepted(token_of(kit_claims()));
    assert_accepted(kit_sign(rsa_key, R_JWA_ALG_RS256, header_of("at+jwt", "rsa-1"), kit_claims()));
    assert_accepted(
        kit_sign(rsa_key, R_JWA_ALG_RS256, header_of("application/AT+JWT", "rsa-1"), kit_claims()));
}

static void actor_is_filled_and_remembered(void **state)
{
    (void)state;
    char *token = token_of(kit_claims()), subject[256] = "", header[4200];
    snprintf(header, sizeof header, "bEARER %s", token);
    for (int i = 0; i < 3; i++) { /* verified once, remembered twice */
        enum role role = 0;
        assert_int_equal(kit_ask(verifier, header, &role, subject), PROBLEM_NONE);
        assert_int_equal(role, ROLE_COORDINATOR);
        assert_string_equal(subject, "someone");
    }
    char *letter = &header[strlen(header) - 3]; /* of the signature */
    *letter = *letter == 'A' ? 'B' : 'A';
    assert_int_equal(kit_ask(verifier, header, NULL, NULL), PROBLEM_UNAUTHENTICATED);
    free(token);
}

static void credentials_have_one_form(void **state)
{
    (void)state;
    char *token = token_of(kit_claims()), header[9000];
    static const char *const malformed[] = {"%s",
                                            "Bearer",
                                            "Bearer ",
                                            "Bearer %s ",
                                            "Bearer %s %s",
                                            "Bearer %s,Bearer %s",
                                            "Bearer %s, Basic eDp5",
                                            "Bearer a\tb",
                                            "Bearer %s\x01",
                                            "Bearer \"%s\"",
                                            ",",
                                            ""};
    for (size_t i = 1; i < sizeof malformed / sizeof *malformed; i++) {
        size_t used = 0;
        for (const char *c = malformed[i]; *c; c++) {
            bool is_token = c[0] == '%';
            used += (size_t)snprintf(header + used, sizeof header - used, "%.*s",
                                     is_token ? 4096 : 1, is_token ? token : c);
            c += is_token;
        }
        header[used] = '\0';
        assert_int_equal(kit_ask(verifier, header, NULL, NULL), PROBLEM_BAD_REQUEST);
    }
    snprintf(header, sizeof header, "Basic %s", token);
    assert_int_equal(kit_ask(verifier, header, NULL, NULL), PROBLEM_UNAUTHENTICATED);
    snprintf(header, sizeof header, "Bearer  %s", token);
    assert_int_equal(kit_ask(verifier, header, NULL, NULL), PROBLEM_NONE);
    free(token);
}

static void segments_are_strict(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "a",    "a.b",    "a.b.c.d", "..",     "a..c",       ".b.c",
        "a.b.", "a.b.c=", "a.b.c~",  "a+.b.c", "e30.e30.e30"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        assert_refused(strdup(tokens[i]));
    char *token = token_of(kit_claims());
    char *last =
        token + strlen(token) - 1; /* 86 characters say 64 bytes: the last four bits must be 0 */
    *last = *last == 'A' ? 'B' : (char)(*last + 1);
    assert_refused(token);
}

static void oversized_token_is_refused(void **state)
{
    (void)state;
    char *filler = calloc(1, 12501);
    memset(filler, 'x', 12500);
    assert_refused(token_of(kit_claims_with("filler", json_string(filler))));
    filler[11800] = '\0';
    assert_accepted(token_of(kit_claims_with("filler", json_string(filler))));
    free(filler);
}

static void forged_signatures_are_refused(void **state)
{
    (void)state;
    assert_refused(
        kit_sign(foreign_key, R_JWA_ALG_ES256, header_of("at+jwt", "ec-1"), kit_claims()));
    char *token = token_of(kit_claims()), *dot = strrchr(token, '.');
    dot[1] = '\0'; /* empty */
    assert_refused(token);
    token = token_of(kit_claims());
    dot = strrchr(token, '.');
    memset(dot + 1, 'A', strlen(dot + 1)); /* r = s = 0 */
    assert_refused(token);
    token = token_of(kit_claims());
    dot = strrchr(token, '.');
    dot[5] = '\0'; /* short */
    assert_refused(token);
}

/* The signature of one token under the claims of another. */
static void swapped_payload_is_refused(void **state)
{
    (void)state;
    char *token = token_of(kit_claims()),
         *other = token_of(kit_claims_with("roles", json_string("administrator"))), *mixed;
    char *payload = strchr(other, '.') + 1, *header_end = strchr(token, '.');
    assert_true(asprintf(&mixed, "%.*s.%.*s%s", (int)(header_end - token), token,
                         (int)(strrchr(payload, '.') - payload), payload, strrchr(token, '.')) > 0);
    assert_refused(mixed);
    free(token);
    free(other);
}

static char *unsigned_token(const char *header, const char *signature)
{
    json_t *claims = kit_claims();
    char *payload = json_dumps(claims, JSON_COMPACT), head[512], body[2048], *token;
    crypto_base64url((struct bytes){header, strlen(header)}, head);
    crypto_base64url((struct bytes){payload, strlen(payload)}, body);
    assert_true(asprintf(&token, "%s.%s.%s", head, body, signature) > 0);
    free(payload);
    json_decref(claims);
    return token;
}

static void algorithm_none_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"none", "None", "NONE", "nOnE", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char header[128];
        snprintf(header, sizeof header, "{\"alg\":\"%s\",\"typ\":\"at+jwt\",\"kid\":\"ec-1\"}",
                 names[i]);
        assert_refused(unsigned_token(header, ""));
        assert_refused(unsigned_token(header, "AAAA"));
    }
    assert_refused(unsigned_token("{\"typ\":\"at+jwt\",\"kid\":\"ec-1\"}", "AAAA"));
    assert_refused(
        unsigned_token("{\"alg\":[\"ES256\"],\"typ\":\"at+jwt\",\"kid\":\"ec-1\"}", "AAAA"));
    assert_refused(
        unsigned_token("{\"alg\":\"es256\",\"typ\":\"at+jwt\",\"kid\":\"ec-1\"}", "AAAA"));
}

/* HS256 keyed with the public key that everybody can have. */
static void hmac_with_public_key_is_refused(void **state)
{
    (void)state;
    jwk_t *public = NULL, *secret = NULL;
    r_jwk_init(&public);
    r_jwk_extract_pubkey(rsa_key, public, R_FLAG_IGNORE_REMOTE);
    char *pem = kit_pem(public);
    r_jwk_init(&secret);
    assert_int_equal(r_jwk_import_from_symmetric_key(secret, (unsigned char *)pem, strlen(pem)),
                     RHN_OK);
    static const char *const types[] = {"at+jwt", "JWT"};
    for (size_t i = 0; i < 2; i++) {
        json_t *claims = kit_claims_with("scope", json_string("read"));
        char *token = kit_sign(secret, R_JWA_ALG_HS256, header_of(types[i], "rsa-1"), claims);
        assert_int_equal(kit_ask_token(jwt_verifier, token, NULL), PROBLEM_UNAUTHENTICATED);
    }
    r_jwk_free(public);
    r_jwk_free(secret);
    free(pem);
}

static void algorithm_is_pinned_to_the_key(void **state)
{
    (void)state;
    assert_refused(kit_sign(rsa_key, R_JWA_ALG_RS256, header_of("at+jwt", "ec-1"), kit_claims()));
    assert_refused(kit_sign(rsa_key, R_JWA_ALG_RS512, header_of("at+jwt", "rsa-1"), kit_claims()));
    assert_refused(kit_sign(rsa_key, R_JWA_ALG_PS256, header_of("at+jwt", "rsa-1"), kit_claims()));
    struct config narrow = config;
    narrow.token_algorithms = "RS256";
    struct token_verifier *only_rsa = token_verifier_create(&narrow);
    assert_int_equal(kit_ask_token(only_rsa, token_of(kit_claims()), NULL),
                     PROBLEM_UNAUTHENTICATED);
    token_verifier_destroy(only_rsa);
}

static void headers_that_bring_their_own_key_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"crit", "zip", "jku", "jwk", "x5u", "x5c", "b64"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *header = header_of("at+jwt", "ec-1");
        json_t *value = strcmp(names[i], "jwk") == 0 ? kit_public(ec_key) : json_string("DEF");
        json_object_set_new(header, names[i], value);
        assert_refused(kit_sign(ec_key, R_JWA_ALG_ES256, header, kit_claims()));
    }
}

/* ec_key as one that signs without naming itself. Caller frees. */
static jwk_t *nameless_key(void)
{
    json_t *key = r_jwk_export_to_json_t(ec_key);
    json_object_del(key, "kid");
    jwk_t *nameless = NULL;
    r_jwk_init(&nameless);
    r_jwk_import_from_json_t(nameless, key);
    json_decref(key);
    return nameless;
}

static void kid_finds_the_key(void **state)
{
    (void)state;
    char longest[200] = "";
    memset(longest, 'k', 129);
    assert_refused(kit_sign(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", "ec-2"), kit_claims()));
    assert_refused(kit_sign(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", ""), kit_claims()));
    assert_refused(kit_sign(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", longest), kit_claims()));
    jwk_t *nameless = nameless_key();
    json_t *header = json_pack("{ss si}", "typ", "at+jwt", "kid", 1);
    assert_refused(kit_sign(nameless, R_JWA_ALG_ES256, header, kit_claims()));
    r_jwk_free(nameless);
}

static void kid_may_be_missing_when_there_is_no_choice(void **state)
{
    (void)state;
    json_t *two =
        json_pack("[ooo]", kit_public(ec_key), kit_public(foreign_key), kit_public(rsa_key));
    json_object_set_new(json_array_get(two, 1), "kid", json_string("ec-2"));
    char *jwks = kit_jwks(two), path[64];
    kit_file(jwks, path);
    struct config wide = config;
    wide.token_jwks_file = path;
    struct token_verifier *with_two = token_verifier_create(&wide);
    jwk_t *nameless = nameless_key();
    for (int i = 0; i < 2; i++) {
        char *token =
            kit_sign(nameless, R_JWA_ALG_ES256, json_pack("{ss}", "typ", "at+jwt"), kit_claims());
        assert_int_equal(kit_ask_token(i ? with_two : verifier, token, NULL),
                         i ? PROBLEM_UNAUTHENTICATED : PROBLEM_NONE);
    }
    r_jwk_free(nameless);
    token_verifier_destroy(with_two);
    unlink(path);
    free(jwks);
}

static void types_are_a_list(void **state)
{
    (void)state;
    static const char *const types[] = {"JWT",        "jwt", "application/jwt", "secevent+jwt",
                                        "logout+jwt", "",    "application/"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        json_t *claims = kit_claims_with("scope", json_string("read"));
        assert_refused(kit_sign(ec_key, R_JWA_ALG_ES256, header_of(types[i], "ec-1"), claims));
    }
    json_t *claims = kit_claims_with("scope", json_string("read"));
    assert_refused(kit_sign(ec_key, R_JWA_ALG_ES256, json_pack("{ss}", "kid", "ec-1"), claims));
}

static void jwt_needs_a_scope(void **state)
{
    (void)state;
    static const char *const types[] = {"JWT", "jwt", "application/JWT"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        json_t *claims = kit_claims_with("scope", json_string("read"));
        char *token = kit_sign(rsa_key, R_JWA_ALG_RS256, header_of(types[i], "rsa-1"), claims);
        assert_int_equal(kit_ask_token(jwt_verifier, token, NULL), PROBLEM_NONE);
        token = kit_sign(ec_key, R_JWA_ALG_ES256, header_of(types[i], "ec-1"),
                         kit_claims_with("scope", json_string("a")));
        assert_int_equal(kit_ask_token(jwt_verifier, token, NULL), PROBLEM_NONE);
        token = kit_sign(foreign_key, R_JWA_ALG_ES256, header_of(types[i], "ec-1"),
                         kit_claims_with("scope", json_string("a")));
        assert_int_equal(kit_ask_token(jwt_verifier, token, NULL), PROBLEM_UNAUTHENTICATED);
        token = kit_sign(rsa_key, R_JWA_ALG_RS256, header_of(types[i], "rsa-1"), kit_claims());
        assert_int_equal(kit_ask_token(jwt_verifier, token, NULL), PROBLEM_UNAUTHENTICATED);
        token = kit_sign(rsa_key, R_JWA_ALG_RS256, header_of(types[i], "rsa-1"),
                         kit_claims_with("scope", json_string("")));
        assert_int_equal(kit_ask_token(jwt_verifier, token, NULL), PROBLEM_UNAUTHENTICATED);
    }
}

static void issuer_and_audience_are_exact(void **state)
{
    (void)state;
    assert_refused(token_of(kit_claims_with("iss", json_string("https://issuer.test/"))));
    assert_refused(token_of(kit_claims_with("iss", NULL)));
    assert_refused(token_of(kit_claims_with("aud", json_string("alongside2"))));
    assert_refused(token_of(kit_claims_with("aud", json_string("along"))));
    assert_refused(token_of(kit_claims_with("aud", NULL)));
    assert_refused(token_of(kit_claims_with("aud", json_pack("[s]", "other"))));
    assert_refused(token_of(kit_claims_with("aud", json_pack("[s i]", "alongside", 1))));
    assert_refused(token_of(kit_claims_with("aud", json_array())));
    assert_refused(token_of(kit_claims_with("aud", json_pack("{si}", "alongside", 1))));
    assert_accepted(token_of(kit_claims_with("aud", json_pack("[ss]", "other", "alongside"))));
}

static void times_are_kept(void **state)
{
    (void)state;
    json_int_t now = time(NULL);
    assert_refused(token_of(kit_claims_with("exp", json_integer(now - 31))));
    assert_refused(token_of(kit_claims_with("exp", NULL)));
    assert_refused(token_of(kit_claims_with("exp", json_string("9999999999"))));
    assert_refused(token_of(kit_claims_with("exp", json_integer(now + 3700))));
    assert_refused(token_of(kit_claims_with("exp", json_real(1e300))));
    assert_refused(token_of(kit_claims_with("exp", json_integer(now - 1)))); /* ends before iat */
    assert_refused(token_of(kit_claims_with("iat", NULL)));
    assert_refused(token_of(kit_claims_with("iat", json_integer(now + 60))));
    assert_refused(token_of(kit_claims_with("iat", json_true())));
    assert_refused(token_of(kit_claims_with("nbf", json_integer(now + 60))));
    assert_refused(token_of(kit_claims_with("nbf", json_real((double)now + 60.5))));
    assert_refused(token_of(kit_claims_with("nbf", json_string("0"))));
    assert_accepted(token_of(kit_claims_with("exp", json_real((double)now + 100.25))));
    assert_accepted(token_of(kit_claims_with("nbf", json_integer(now + 20))));
    assert_accepted(token_of(kit_claims_with("iat", json_integer(now + 20))));
    json_t *claims = kit_claims_with("exp", json_integer(now - 20)); /* within the leeway */
    json_object_set_new(claims, "iat", json_integer(now - 100));
    assert_accepted(token_of(claims));
}

static void subjects_are_visible_text(void **state)
{
    (void)state;
    char subject[300] = "";
    memset(subject, 's', 256);
    assert_refused(token_of(kit_claims_with("sub", json_string(subject))));
    subject[255] = '\0';
    assert_accepted(token_of(kit_claims_with("sub", json_string(subject))));
    static const char *const bad[] = {"", "a b", "a\tb", "a\nb", "\xc3\xa9", "a\x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(token_of(kit_claims_with("sub", json_string(bad[i]))));
    assert_refused(token_of(kit_claims_with("sub", json_integer(7))));
    assert_refused(token_of(kit_claims_with("sub", NULL)));
}

static void exactly_one_role(void **state)
{
    (void)state;
    assert_accepted(token_of(kit_claims_with("roles", json_string("coordinator"))));
    assert_accepted(token_of(
        kit_claims_with("roles", json_pack("[sss]", "offline_access", "coordinator", "x"))));
    assert_accepted(
        token_of(kit_claims_with("roles", json_pack("[ss]", "coordinator", "coordinator"))));
    assert_accepted(token_of(kit_claims_with("roles", json_pack("[ss]", "public", "coordinator"))));
    assert_refused(token_of(kit_claims_with("roles", json_pack("[ss]", "peer", "coordinator"))));
    assert_refused(token_of(kit_claims_with("roles", json_pack("[s]", "public"))));
    assert_refused(token_of(kit_claims_with("roles", json_pack("[s]", "Coordinator"))));
    assert_refused(token_of(kit_claims_with("roles", json_string("peer coordinator"))));
    assert_refused(token_of(kit_claims_with("roles", json_array())));
    assert_refused(token_of(kit_claims_with("roles", json_pack("{ss}", "0", "coordinator"))));
    assert_refused(token_of(kit_claims_with("roles", json_integer(3))));
    assert_refused(token_of(kit_claims_with("roles", NULL)));
}

static void role_path_is_walked(void **state)
{
    (void)state;
    static const char *const paths[] = {"realm_access.roles", "https://example.test/claims.roles",
                                        "roles.roles"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct config elsewhere = config;
        elsewhere.token_role_path = paths[i];
        struct token_verifier *other = token_verifier_create(&elsewhere);
        json_t *claims =
            i == 1 ? kit_claims_with(paths[i], json_pack("[s]", "peer"))
                   : kit_claims_with("realm_access", json_pack("{s[s]}", "roles", "peer"));
        enum role role = 0;
        enum problem_id wanted = i == 2 ? PROBLEM_UNAUTHENTICATED : PROBLEM_NONE;
        assert_int_equal(kit_ask_token(other, token_of(claims), &role), wanted);
        assert_int_equal(role, i == 2 ? 0 : ROLE_PEER);
        token_verifier_destroy(other);
    }
}

static void json_is_strict(void **state)
{
    (void)state;
    char payload[4000];
    long now = time(NULL);
    static const char *const extra[] = {"\"roles\":[\"administrator\"],", "\"sub\":\"other\",",
                                        "\"exp\":9999999999,"};
    for (size_t i = 0; i < sizeof extra / sizeof *extra; i++) {
        snprintf(payload, sizeof payload,
                 "{%s\"iss\":\"https://"
                 "issuer.test\",\"aud\":\"alongside\",\"sub\":\"someone\",\"iat\":%ld,\"exp\":%ld,"
                 "\"roles\":[\"coordinator\"]}",
                 extra[i], now, now + 60);
        assert_refused(
            kit_sign_text(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", "ec-1"), payload));
    }
    static const char *const texts[] = {"[]",  "1", "\"x\"", "{", "{}x", "{\"a\":\"\\u0000\"}",
                                        "\xff"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_refused(
            kit_sign_text(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", "ec-1"), texts[i]));
    memset(payload, '[', 2500);
    payload[2500] = '\0';
    assert_refused(kit_sign_text(ec_key, R_JWA_ALG_ES256, header_of("at+jwt", "ec-1"), payload));
    assert_refused(unsigned_token(
        "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"x\",\"kid\":\"ec-1\"}", "AAAA"));
    assert_refused(unsigned_token(
        "{\"alg\":\"none\",\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"ec-1\"}", "AAAA"));
}

static void local_tokens_are_minted(void **state)
{
    (void)state;
    jwk_t *key = kit_key(R_KEY_TYPE_EC, 256, NULL), *wrong = kit_key(R_KEY_TYPE_EC, 384, NULL);
    char *pem = kit_pem(key), *wrong_pem = kit_pem(wrong);
    struct config local = kit_config();
    local.token_local_key = pem;
    local.token_role_path = "realm_access.roles";
    struct token_verifier *small = token_verifier_create(&local);
    assert_non_null(small);
    assert_true(token_verifier_is_ready(small));
    enum role role = 0;
    char *token = token_mint(&local, "urn:demo:1", "peer_supporter", 999999);
    assert_non_null(token);
    assert_int_equal(kit_ask_token(small, token, &role), PROBLEM_NONE);
    assert_int_equal(role, ROLE_PEER_SUPPORTER);
    assert_int_equal(kit_ask_token(verifier, token_mint(&local, "a", "peer", 60), NULL),
                     PROBLEM_UNAUTHENTICATED);
    assert_null(token_mint(&local, "a", "public", 60));
    assert_null(token_mint(&local, "a", "king", 60));
    assert_null(token_mint(&local, "", "peer", 60));
    assert_null(token_mint(&local, "a b", "peer", 60));
    assert_null(token_mint(&local, "a", "peer", 0));
    assert_null(token_mint(&config, "a", "peer", 60));
    local.token_local_key = wrong_pem;
    assert_null(token_mint(&local, "a", "peer", 60));
    assert_null(token_verifier_create(&local));
    token_verifier_destroy(small);
    free(pem);
    free(wrong_pem);
    r_jwk_free(key);
    r_jwk_free(wrong);
}

static void unusable_configuration_stops_the_start(void **state)
{
    (void)state;
    struct config bad = kit_config();
    bad.token_issuer = "urn:issuer";
    assert_null(token_verifier_create(&bad)); /* no key at all, and nowhere to ask for one */
    bad.token_jwks_file = "/nonexistent/keys.json";
    assert_null(token_verifier_create(&bad));
    char path[64];
    static const char *const texts[] = {"", "{}", "{\"keys\":[]}", "not json",
                                        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        kit_file(texts[i], path);
        bad.token_jwks_file = path;
        assert_null(token_verifier_create(&bad));
        unlink(path);
    }
    static const char *const urls[] = {"http://issuer.test/jwks", "ftp://127.0.0.1/",
                                       "https://a:b@issuer.test/", "file:///etc/passwd", "x"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        bad = config;
        bad.token_jwks_url = urls[i];
        assert_null(token_verifier_create(&bad));
    }
    bad = config;
    bad.token_algorithms = "RS256,HS256";
    assert_null(token_verifier_create(&bad));
    bad.token_algorithms = "";
    assert_null(token_verifier_create(&bad));
    bad = config;
    bad.token_types = " ,";
    assert_null(token_verifier_create(&bad));
    bad = config;
    bad.token_local_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assert_null(token_verifier_create(&bad));
}

enum { THREADS = 4, ASKED = 200 };

static void *ask_often(void *context)
{
    for (int i = 0; i < ASKED; i++) {
        if (kit_ask(verifier, context, NULL, NULL) != PROBLEM_NONE)
            return context;
    }
    return NULL;
}

static void threads_share_the_memory(void **state)
{
    (void)state;
    char *headers[THREADS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        char *token = token_of(kit_claims_with("jti", json_integer((json_int_t)i / 2)));
        assert_true(asprintf(&headers[i], "Bearer %s", token) > 0);
        free(token);
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, headers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
        free(headers[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_header_is_nobody),
        cmocka_unit_test(both_algorithms_are_accepted),
        cmocka_unit_test(actor_is_filled_and_remembered),
        cmocka_unit_test(credentials_have_one_form),
        cmocka_unit_test(segments_are_strict),
        cmocka_unit_test(oversized_token_is_refused),
        cmocka_unit_test(forged_signatures_are_refused),
        cmocka_unit_test(swapped_payload_is_refused),
        cmocka_unit_test(algorithm_none_is_refused),
        cmocka_unit_test(hmac_with_public_key_is_refused),
        cmocka_unit_test(algorithm_is_pinned_to_the_key),
        cmocka_unit_test(headers_that_bring_their_own_key_are_refused),
        cmocka_unit_test(kid_finds_the_key),
        cmocka_unit_test(kid_may_be_missing_when_there_is_no_choice),
        cmocka_unit_test(types_are_a_list),
        cmocka_unit_test(jwt_needs_a_scope),
        cmocka_unit_test(issuer_and_audience_are_exact),
        cmocka_unit_test(times_are_kept),
        cmocka_unit_test(subjects_are_visible_text),
        cmocka_unit_test(exactly_one_role),
        cmocka_unit_test(role_path_is_walked),
        cmocka_unit_test(json_is_strict),
        cmocka_unit_test(local_tokens_are_minted),
        cmocka_unit_test(unusable_configuration_stops_the_start),
        cmocka_unit_test(threads_share_the_memory),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
