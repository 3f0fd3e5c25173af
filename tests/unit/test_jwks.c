/* SPDX-License-Identifier: MIT
 *
 * Key sets, fetching them, and their rotation under a verifier that is in use. */
#include "token_kit.h"

#include "discovery.h"
#include "fetch.h"
#include "jwks.h"
#include "keyring.h"
#include "log.h"
#include "tcp_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Last: its macro fail() would hide the function of problem.h. */
#include <cmocka.h>

/* What the issuer answers at the moment. */
static struct {
    pthread_mutex_t lock;
    const char *status;
    const char *body;
} issuer = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void issuer_says(const char *status, const char *body)
{
    pthread_mutex_lock(&issuer.lock);
    issuer.status = status;
    issuer.body = body;
    pthread_mutex_unlock(&issuer.lock);
}

static void issuer_answer(struct tcp_server *server, FILE *in, FILE *out)
{
    char line[1024];
    (void)server;
    while (fgets(line, sizeof line, in) && line[0] != '\r')
        ;
    pthread_mutex_lock(&issuer.lock);
    fprintf(out, "HTTP/1.1 %s\r\nConnection: close\r\n\r\n%s", issuer.status, issuer.body);
    pthread_mutex_unlock(&issuer.lock);
}

static struct tcp_server server = {.answer = issuer_answer};
static char url[64];
static jwk_t *first_key, *second_key, *rsa_key;

static int setup(void **state)
{
    (void)state;
    log_init(LOG_LEVEL_ERROR); /* standard output is for the report */
    first_key = kit_key(R_KEY_TYPE_EC, 256, "first");
    second_key = kit_key(R_KEY_TYPE_EC, 256, "second");
    rsa_key = kit_key(R_KEY_TYPE_RSA, 2048, "rsa");
    issuer_says("404 Not Found", "");
    tcp_start(&server);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/jwks", server.port);
    return fetch_init() ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    tcp_stop(&server);
    fetch_finish();
    r_jwk_free(first_key);
    r_jwk_free(second_key);
    r_jwk_free(rsa_key);
    return 0;
}

static struct jwks *set_of(json_t *entries, size_t *ret_skipped)
{
    char *text = kit_jwks(entries);
    struct jwks *set = jwks_parse(text, strlen(text), ret_skipped);
    free(text);
    return set;
}

static json_t *entry_with(const char *name, json_t *value)
{
    json_t *entry = kit_public(first_key);
    json_object_set_new(entry, name, value);
    return entry;
}

static void unusable_keys_do_not_lose_the_others(void **state)
{
    (void)state;
    jwk_t *short_key = kit_key(R_KEY_TYPE_RSA, 1024, "short"),
          *other_curve = kit_key(R_KEY_TYPE_EC, 521, "p521");
    json_t *entries = json_pack(
        "[ooooo]", kit_public(short_key), kit_public(other_curve), json_string("x"), json_null(),
        json_pack("{ssssss}", "kty", "oct", "k", "c2VjcmV0", "kid", "secret"));
    json_array_append_new(entries, entry_with("use", json_string("enc")));
    json_array_append_new(entries, entry_with("alg", json_string("ES384")));
    json_array_append_new(entries, entry_with("key_ops", json_pack("[s]", "sign")));
    json_array_append_new(entries, entry_with("key_ops", json_string("verify")));
    json_array_append_new(entries, entry_with("x", json_string("AAAA")));
    json_array_append_new(entries, entry_with("kid", json_integer(1)));
    json_array_append_new(entries, entry_with("kid", json_string("")));
    json_array_append_new(entries, kit_public(rsa_key));
    size_t skipped = 0;
    struct jwks *set = set_of(entries, &skipped);
    assert_int_equal(jwks_count(set), 1);
    assert_int_equal(skipped, 12);
    assert_non_null(jwks_find(set, "rsa", JWKS_RS256));
    jwks_unref(set);
    r_jwk_free(short_key);
    r_jwk_free(other_curve);
}

static void purpose_may_be_named(void **state)
{
    (void)state;
    json_t *entry = entry_with("use", json_string("sig"));
    json_object_set_new(entry, "alg", json_string("ES256"));
    json_object_set_new(entry, "key_ops", json_pack("[ss]", "x", "verify"));
    json_object_set_new(entry, "x5u", json_string("http://127.0.0.1:1/never-followed"));
    size_t skipped = 0;
    struct jwks *set = set_of(json_pack("[o]", entry), &skipped);
    assert_int_equal(jwks_count(set), 1);
    jwks_unref(set);
}

static void private_half_is_not_kept(void **state)
{
    (void)state;
    struct jwks *set = set_of(json_pack("[o]", r_jwk_export_to_json_t(first_key)), NULL);
    const struct jwks_key *key = jwks_find(set, "first", JWKS_ES256);
    assert_non_null(key);
    assert_non_null(strstr(jwks_key_pem(key), "BEGIN PUBLIC KEY"));
    jwks_unref(set);
    char *pem = kit_pem(first_key);
    set = jwks_from_private_pem(pem);
    key = jwks_find(set, JWKS_LOCAL_KID, JWKS_ES256);
    assert_non_null(key);
    assert_non_null(strstr(jwks_key_pem(key), "BEGIN PUBLIC KEY"));
    assert_null(strstr(jwks_key_pem(key), "PRIVATE"));
    char *token = jwks_sign(pem, "at+jwt", "{\"a\":1}");
    assert_true(jwks_verify(key, token));
    token[strlen(token) / 2] ^= 1;
    assert_false(jwks_verify(key, token));
    free(token);
    free(pem);
    jwks_unref(set);
    pem = kit_pem(rsa_key);
    assert_null(jwks_from_private_pem(pem));
    assert_null(jwks_from_private_pem(""));
    assert_null(jwks_sign(pem, "at+jwt", "{}"));
    free(pem);
}

static void malformed_documents_give_no_set(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[],\"keys\":[]}", "\xff"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_null(jwks_parse(texts[i], strlen(texts[i]), NULL));
}

static void keys_are_found_by_kid_and_algorithm(void **state)
{
    (void)state;
    json_t *again = kit_public(second_key);
    json_object_set_new(again, "kid", json_string("first"));
    size_t skipped = 0;
    struct jwks *set = set_of(json_pack("[oooo]", kit_public(first_key), kit_public(second_key),
                                        kit_public(rsa_key), again),
                              &skipped);
    assert_int_equal(skipped, 1);
    assert_non_null(jwks_find(set, "first", JWKS_ES256));
    assert_null(jwks_find(set, "first", JWKS_RS256));
    assert_null(jwks_find(set, "fir", JWKS_ES256));
    assert_null(jwks_find(set, "", JWKS_ES256));
    assert_null(jwks_find(set, NULL, JWKS_ES256));
    assert_non_null(jwks_find(set, NULL, JWKS_RS256));
    assert_null(jwks_find(NULL, "first", JWKS_ES256));
    jwks_unref(set);
}

static void first_set_wins_when_merged(void **state)
{
    (void)state;
    json_t *usurper = kit_public(second_key);
    json_object_set_new(usurper, "kid", json_string("first"));
    struct jwks *ours = set_of(json_pack("[o]", kit_public(first_key)), NULL);
    struct jwks *theirs = set_of(json_pack("[oo]", usurper, kit_public(rsa_key)), NULL);
    struct jwks *both = jwks_merge(ours, theirs);
    assert_int_equal(jwks_count(both), 2);
    assert_ptr_equal(jwks_find(both, "first", JWKS_ES256), jwks_find(ours, "first", JWKS_ES256));
    jwks_unref(ours);
    jwks_unref(theirs);
    assert_non_null(jwks_key_pem(jwks_find(both, "rsa", JWKS_RS256)));
    jwks_unref(both);
    assert_null(jwks_merge(NULL, NULL));
}

static void fetches_are_bounded(void **state)
{
    (void)state;
    struct fetched fetched = {0};
    issuer_says("200 OK", "0123456789");
    assert_true(fetch_url(url, "", 10, 2000, &fetched));
    assert_int_equal(fetched.status, 200);
    assert_int_equal(fetched.bytes, 10);
    assert_string_equal(fetched.body, "0123456789");
    free(fetched.body);
    assert_false(fetch_url(url, "", 9, 2000, &fetched));
    char redirect[160];
    snprintf(redirect, sizeof redirect, "302 Found\r\nLocation: %s", url);
    int before = atomic_load(&server.connections);
    issuer_says(redirect, "");
    assert_true(fetch_url(url, "", 10, 2000, &fetched));
    assert_int_equal(fetched.status, 302);
    assert_int_equal(atomic_load(&server.connections), before + 1);
    free(fetched.body);
    assert_false(fetch_url("http://127.0.0.1:1/", "", 10, 2000, &fetched));
}

static void only_safe_addresses_are_fetched(void **state)
{
    (void)state;
    assert_true(fetch_url_is_allowed("https://issuer.test/jwks"));
    assert_true(fetch_url_is_allowed("http://localhost:9/"));
    assert_true(fetch_url_is_allowed("http://[::1]:9/"));
    static const char *const refused[] = {"http://issuer.test/",
                                          "http://127.0.0.1.issuer.test/",
                                          "http://localhost.test/",
                                          "ftp://localhost/",
                                          "file:///etc/passwd",
                                          "https://u:p@issuer.test/",
                                          "https://u@issuer.test/",
                                          "gopher://127.0.0.1/",
                                          "",
                                          "issuer.test"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(fetch_url_is_allowed(refused[i]));
}

static char *token_by(jwk_t *key)
{
    json_t *header = json_pack("{ss}", "typ", "at+jwt");
    return kit_sign(key, R_JWA_ALG_ES256, header, kit_claims());
}

/* Waits until the ring's generation is another one; 5 s at most. */
static bool changes(const struct keyring *ring, uint64_t generation)
{
    for (int i = 0; i < 500 && keyring_generation(ring) == generation; i++)
        usleep(10000);
    return keyring_generation(ring) != generation;
}

static bool ring_knows(struct keyring *ring, const char *kid)
{
    uint64_t generation;
    struct jwks *keys = keyring_get(ring, &generation);
    bool is_known = jwks_find(keys, kid, JWKS_ES256) != NULL;
    jwks_unref(keys);
    return is_known;
}

static void keys_rotate_and_failures_keep_them(void **state)
{
    (void)state;
    char *one = kit_jwks(json_pack("[o]", kit_public(first_key))),
         *two = kit_jwks(json_pack("[o]", kit_public(second_key)));
    struct keyring_plan plan = {
        .url = url, .issuer = "", .ca_file = "", .refresh_s = 1000, .pause_s = 1};
    issuer_says("500 Oops", one);
    struct keyring *ring = keyring_create(NULL, &plan);
    assert_non_null(ring);
    assert_false(keyring_is_ready(ring));
    issuer_says("200 OK", one);
    assert_true(changes(ring, 0));
    assert_true(ring_knows(ring, "first"));
    uint64_t generation = keyring_generation(ring);

    static const char *const useless[][2] = {
        {"500 Oops", "{}"}, {"200 OK", "{\"keys\":[]}"}, {"200 OK", "<html>"}};
    for (size_t i = 0; i < 3; i++) {
        issuer_says(useless[i][0], useless[i][1]);
        int before = atomic_load(&server.connections);
        for (int k = 0; k < 50; k++) /* however often it is asked: one fetch per pause */
            assert_false(keyring_wait_fetch(ring, 0));
        for (int k = 0; k < 400 && atomic_load(&server.connections) == before; k++)
            usleep(10000);
        assert_int_equal(atomic_load(&server.connections), before + 1);
        assert_int_equal(keyring_generation(ring), generation);
        assert_true(ring_knows(ring, "first"));
    }
    issuer_says("200 OK", two);
    assert_true(keyring_wait_fetch(ring, 5000));
    assert_true(changes(ring, generation));
    assert_true(ring_knows(ring, "second"));
    assert_false(ring_knows(ring, "first"));
    keyring_destroy(ring);
    issuer_says("404 Not Found", "");
    free(one);
    free(two);
}

static void verifier_with_url_becomes_ready(void **state)
{
    (void)state;
    char *one = kit_jwks(json_pack("[o]", kit_public(first_key))),
         *two = kit_jwks(json_pack("[o]", kit_public(second_key)));
    struct config config = kit_config();
    config.token_jwks_url = url;
    config.token_jwks_refresh_s = 1;
    issuer_says("503 Later", "");
    struct token_verifier *verifier = token_verifier_create(&config);
    assert_non_null(verifier);
    assert_false(token_verifier_is_ready(verifier));
    char *token = token_by(first_key);
    assert_int_equal(kit_ask_token(verifier, strdup(token), NULL), PROBLEM_UNAVAILABLE);
    assert_false(token_verifier_wait(verifier));
    issuer_says("200 OK", one);
    for (int i = 0; i < 500 && !token_verifier_is_ready(verifier); i++)
        usleep(10000);
    assert_true(token_verifier_is_ready(verifier));
    assert_int_equal(kit_ask_token(verifier, strdup(token), NULL), PROBLEM_NONE);
    issuer_says("200 OK",
                two); /* the old key is gone: what was remembered under it counts no longer */
    enum problem_id problem = PROBLEM_NONE;
    for (int i = 0; i < 500 && problem == PROBLEM_NONE; i++) {
        problem = kit_ask_token(verifier, strdup(token), NULL);
        usleep(10000);
    }
    assert_int_equal(problem, PROBLEM_UNAUTHENTICATED);
    assert_int_equal(kit_ask_token(verifier, token_by(second_key), NULL), PROBLEM_NONE);
    token_verifier_destroy(verifier);
    issuer_says("404 Not Found", "");
    free(token);
    free(one);
    free(two);
}

static void the_issuer_says_where_its_keys_are(void **state)
{
    (void)state;
    const char *cause = "";
    static const char issuer_url[] = "http://127.0.0.1:1/realms/x/";
    char *address = discovery_url(issuer_url);
    assert_string_equal(address, "http://127.0.0.1:1/realms/x/.well-known/openid-configuration");
    free(address);
    static const char *const nowhere[] = {"urn:alongside:local", "http://id.example/",
                                          "https://a:b@id.example", ""};
    for (size_t i = 0; i < 4; i++)
        assert_null(discovery_url(nowhere[i]));
    static const char good[] = "{\"issuer\":\"i\",\"jwks_uri\":\"https://id.example/keys\"}";
    address = discovery_read(good, sizeof good - 1, "i", &cause);
    assert_string_equal(address, "https://id.example/keys");
    free(address);
    static const char *const bad[] = {
        "",
        "[]",
        "{\"issuer\":\"i\"}",
        "{\"issuer\":\"j\",\"jwks_uri\":\"https://id.example/keys\"}",
        "{\"issuer\":\"i\",\"jwks_uri\":\"http://id.example/keys\"}",
        "{\"issuer\":\"i\",\"issuer\":\"i\",\"jwks_uri\":\"https://id.example/keys\"}"};
    for (size_t i = 0; i < 6; i++) {
        cause = NULL;
        assert_null(discovery_read(bad[i], strlen(bad[i]), "i", &cause));
        assert_non_null(cause);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusable_keys_do_not_lose_the_others),
        cmocka_unit_test(purpose_may_be_named),
        cmocka_unit_test(private_half_is_not_kept),
        cmocka_unit_test(malformed_documents_give_no_set),
        cmocka_unit_test(keys_are_found_by_kid_and_algorithm),
        cmocka_unit_test(first_set_wins_when_merged),
        cmocka_unit_test(fetches_are_bounded),
        cmocka_unit_test(only_safe_addresses_are_fetched),
        cmocka_unit_test(keys_rotate_and_failures_keep_them),
        cmocka_unit_test(verifier_with_url_becomes_ready),
        cmocka_unit_test(the_issuer_says_where_its_keys_are),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
