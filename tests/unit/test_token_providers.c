/* SPDX-License-Identifier: MIT
 *
 * What providers do differently: algorithms, types, where roles are and what they are called. */
#include "token_kit.h"

#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Last: its macro fail() would hide the function of problem.h. */
#include <cmocka.h>

static jwk_t *rs, *ps, *p384, *ed;
static char jwks_path[64];
static struct config config;

/* A public entry that names its algorithm, or does not. */
static json_t *entry_of(jwk_t *key, const char *alg)
{
    json_t *entry = kit_public(key);
    json_object_del(entry, "alg");
    if (alg)
        json_object_set_new(entry, "alg", json_string(alg));
    return entry;
}

static int setup(void **state)
{
    (void)state;
    log_init(LOG_LEVEL_ERROR); /* standard output is for the report */
    rs = kit_key(R_KEY_TYPE_RSA, 2048, "rs");
    ps = kit_key(R_KEY_TYPE_RSA, 2048, "ps");
    p384 = kit_key(R_KEY_TYPE_EC, 384, "p384");
    ed = kit_key(R_KEY_TYPE_EDDSA, 256, "ed");
    char *jwks = kit_jwks(json_pack("[oooo]", entry_of(rs, NULL), entry_of(ps, "PS256"),
                                    entry_of(p384, NULL), entry_of(ed, "EdDSA")));
    kit_file(jwks, jwks_path);
    free(jwks);
    config = kit_config();
    config.token_jwks_file = jwks_path;
    config.token_algorithms = "RS256, PS256, ES384, EdDSA";
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    jwk_t *keys[] = {rs, ps, p384, ed};
    for (size_t i = 0; i < 4; i++)
        r_jwk_free(keys[i]);
    return unlink(jwks_path);
}

static json_t *header_of(const char *kid)
{
    return json_pack("{ss ss}", "typ", "at+jwt", "kid", kid);
}

/* What comes of a token under these settings; role 0: refused. */
static enum role role_under(const struct config *settings, char *token)
{
    struct token_verifier *verifier = token_verifier_create(settings);
    assert_non_null(verifier);
    enum role role = 0;
    kit_ask_token(verifier, token, &role);
    token_verifier_destroy(verifier);
    return role;
}

static char *token_of(json_t *claims)
{
    return kit_sign(rs, R_JWA_ALG_RS256, header_of("rs"), claims);
}

static void each_algorithm_is_accepted(void **state)
{
    (void)state;
    const struct {
        jwk_t *key;
        jwa_alg alg;
        const char *kid;
    } good[] = {{rs, R_JWA_ALG_RS256, "rs"},
                {ps, R_JWA_ALG_PS256, "ps"},
                {p384, R_JWA_ALG_ES384, "p384"},
                {ed, R_JWA_ALG_EDDSA, "ed"}};
    for (size_t i = 0; i < 4; i++) {
        static const char *const types[] = {"at+jwt", "JWT"};
        for (size_t j = 0; j < 2; j++) {
            struct config both = config;
            both.token_types = "at+jwt,JWT";
            json_t *header = json_pack("{ss ss}", "typ", types[j], "kid", good[i].kid);
            json_t *claims = kit_claims_with("scope", json_string("x"));
            char *token = kit_sign(good[i].key, good[i].alg, header, claims);
            char *forged = strdup(token), *letter = &forged[strlen(forged) - 9];
            *letter = *letter == 'A' ? 'B' : 'A';
            assert_int_equal(role_under(&both, token), ROLE_COORDINATOR);
            assert_int_equal(role_under(&both, forged), 0);
        }
    }
}

static void each_key_has_one_algorithm(void **state)
{
    (void)state;
    char *token = kit_sign(rs, R_JWA_ALG_PS256, header_of("rs"), kit_claims());
    assert_int_equal(role_under(&config, token), 0);
    token = kit_sign(ps, R_JWA_ALG_RS256, header_of("ps"), kit_claims());
    assert_int_equal(role_under(&config, token), 0);
    struct config fewer = config;
    fewer.token_algorithms = "RS256";
    token = kit_sign(ps, R_JWA_ALG_PS256, header_of("ps"), kit_claims());
    assert_int_equal(role_under(&fewer, token), 0);
}

static void large_tokens_are_read(void **state)
{
    (void)state;
    json_t *roles = json_array();
    for (int i = 0; i < 500; i++)
        json_array_append_new(roles, json_sprintf("department-role-%d", i));
    json_array_append_new(roles, json_string("peer"));
    assert_int_equal(role_under(&config, token_of(kit_claims_with("roles", roles))), ROLE_PEER);
}

static void roles_come_from_several_places(void **state)
{
    (void)state;
    struct config both = config;
    both.token_role_path = "role, scope";
    json_t *person = kit_claims_with("scope", json_string("openid  coordinator"));
    json_object_set_new(person, "role", json_string("coordinator"));
    assert_int_equal(role_under(&both, token_of(person)), ROLE_COORDINATOR);
    assert_int_equal(role_under(&both, token_of(kit_claims_with("scope", json_string("line")))),
                     ROLE_LINE);
    json_t *two = kit_claims_with("scope", json_string("openid line"));
    json_object_set_new(two, "role", json_string("peer"));
    assert_int_equal(role_under(&both, token_of(two)), 0);
    assert_int_equal(role_under(&both, token_of(kit_claims())), 0);
    both.token_role_path = "resource_access.alongside.api.roles";
    json_t *dotted = kit_claims_with("resource_access",
                                     json_pack("{s{s[s]}}", "alongside.api", "roles", "peer"));
    assert_int_equal(role_under(&both, token_of(dotted)), ROLE_PEER);
}

static void roles_may_have_other_names(void **state)
{
    (void)state;
    struct config named = config;
    named.token_role_names = "Help Line=peer";
    assert_null(token_verifier_create(&named)); /* a name with a blank is two words */
    named.token_role_names = "Hotline=line,24-7=line, a=b=peer_supporter";
    const struct {
        const char *name;
        enum role role;
    } cases[] = {{"Hotline", ROLE_LINE}, {"24-7", ROLE_LINE},          {"line", 0}, {"hotline", 0},
                 {"peer", ROLE_PEER},    {"a=b", ROLE_PEER_SUPPORTER}, {"a", 0},    {"public", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *claims = kit_claims_with("roles", json_pack("[ss]", "other", cases[i].name));
        assert_int_equal(role_under(&named, token_of(claims)), cases[i].role);
    }
    static const char *const bad[] = {"x", "x=", "=line", "x=king", "x=public", "a=line,x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        named.token_role_names = bad[i];
        assert_null(token_verifier_create(&named));
    }
}

static void local_tokens_use_the_names(void **state)
{
    (void)state;
    jwk_t *key = kit_key(R_KEY_TYPE_EC, 256, NULL);
    char *pem = kit_pem(key);
    struct config named = kit_config();
    named.token_local_key = pem;
    named.token_role_path = "a.roles, scope";
    named.token_role_names = "Hotline=line";
    char *token = token_mint(&named, "someone", "line", 60);
    assert_non_null(token);
    assert_int_equal(role_under(&named, token), ROLE_LINE);
    free(pem);
    r_jwk_free(key);
}

/* A token without typ, signed by hand: the library always writes one of ours. */
static char *untyped(json_t *claims)
{
    return kit_sign(rs, R_JWA_ALG_RS256, json_pack("{ss}", "kid", "rs"), claims);
}

static void types_and_scopes(void **state)
{
    (void)state;
    struct config loose = config;
    loose.token_types = "at+jwt,absent";
    assert_int_equal(role_under(&config, untyped(kit_claims_with("scope", json_string("x")))), 0);
    assert_int_equal(role_under(&loose, untyped(kit_claims_with("scope", json_string("x")))),
                     ROLE_COORDINATOR);
    assert_int_equal(role_under(&loose, untyped(kit_claims())), 0);
    assert_int_equal(role_under(&loose, untyped(kit_claims_with("scp", json_string("")))), 0);
    assert_int_equal(role_under(&loose, untyped(kit_claims_with("scp", json_pack("[s]", "x")))),
                     ROLE_COORDINATOR);
    assert_int_equal(role_under(&loose, untyped(kit_claims_with("scp", json_string("x")))),
                     ROLE_COORDINATOR);
    json_t *header = json_pack("{ss ss}", "typ", "absent", "kid", "rs");
    char *token = kit_sign(rs, R_JWA_ALG_RS256, header, kit_claims_with("scope", json_string("x")));
    assert_int_equal(role_under(&loose, token), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_algorithm_is_accepted),
        cmocka_unit_test(each_key_has_one_algorithm),
        cmocka_unit_test(large_tokens_are_read),
        cmocka_unit_test(roles_come_from_several_places),
        cmocka_unit_test(roles_may_have_other_names),
        cmocka_unit_test(local_tokens_use_the_names),
        cmocka_unit_test(types_and_scopes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
