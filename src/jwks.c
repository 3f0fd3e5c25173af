/* SPDX-License-Identifier: MIT */
#include "jwks.h"

#include <jansson.h>
#include <pthread.h>
#include <rhonabwy.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 64, RSA_BITS_MIN = 2048, RSA_BITS_MAX = 8192, PEM_MAX = 4096 };

struct jwks_key {
    atomic_uint refs;
    enum jwks_alg alg;
    char kid[JWKS_KID_MAX + 1]; /* "" = the key has none */
    char *pem;
    jwk_t *jwk;
};

struct jwks {
    atomic_uint refs;
    size_t count;
    struct jwks_key *keys[KEYS_MAX];
};

/* What we verify with, by the names of RFC 7518 and RFC 8037. */
static const struct {
    const char *name, *type, *curve;
    enum jwks_alg alg;
    jwa_alg library_alg;
} algorithms[] = {
    {"RS256", "RSA", NULL, JWKS_RS256, R_JWA_ALG_RS256},
    {"PS256", "RSA", NULL, JWKS_PS256, R_JWA_ALG_PS256},
    {"ES256", "EC", "P-256", JWKS_ES256, R_JWA_ALG_ES256},
    {"ES384", "EC", "P-384", JWKS_ES384, R_JWA_ALG_ES384},
    {"EdDSA", "OKP", "Ed25519", JWKS_EDDSA, R_JWA_ALG_EDDSA},
};
enum { ALGORITHMS = sizeof algorithms / sizeof *algorithms };

enum jwks_alg jwks_alg_from_name(const char *name, size_t length)
{
    for (size_t i = 0; i < ALGORITHMS; i++) {
        if (strlen(algorithms[i].name) == length && memcmp(algorithms[i].name, name, length) == 0)
            return algorithms[i].alg;
    }
    return 0;
}

static void init_once(void)
{
    r_global_init();
}

void jwks_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_once);
}

static void key_unref(struct jwks_key *key)
{
    if (!key || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1)
        return;
    r_jwk_free(key->jwk);
    free(key->pem);
    free(key);
}

/* Takes over the key, also when it is not added. */
static bool set_add_new(struct jwks *set, struct jwks_key *key)
{
    bool is_repeated = key->kid[0] && jwks_find(set, key->kid, key->alg);
    if (is_repeated || set->count == KEYS_MAX) {
        key_unref(key);
        return false;
    }
    set->keys[set->count++] = key;
    return true;
}

static struct jwks *set_new(void)
{
    struct jwks *set = calloc(1, sizeof *set);
    if (set)
        atomic_init(&set->refs, 1);
    return set;
}

struct jwks *jwks_ref(struct jwks *set)
{
    if (set)
        atomic_fetch_add_explicit(&set->refs, 1, memory_order_relaxed);
    return set;
}

void jwks_unref(struct jwks *set)
{
    if (!set || atomic_fetch_sub_explicit(&set->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < set->count; i++)
        key_unref(set->keys[i]);
    free(set);
}

size_t jwks_count(const struct jwks *set)
{
    return set ? set->count : 0;
}

struct jwks *jwks_merge(const struct jwks *first, const struct jwks *second)
{
    const struct jwks *parts[] = {first, second};
    struct jwks *set = first || second ? set_new() : NULL;
    for (size_t part = 0; set && part < 2; part++) {
        for (size_t i = 0; i < jwks_count(parts[part]); i++) {
            struct jwks_key *key = parts[part]->keys[i];
            atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
            set_add_new(set, key);
        }
    }
    return set;
}

/* Whether this is a public key that we verify with. */
static bool key_is_usable(jwk_t *jwk, enum jwks_alg alg)
{
    unsigned bits = 0;
    int type = r_jwk_key_type(jwk, &bits, R_FLAG_IGNORE_REMOTE);
    bool is_rsa = alg == JWKS_RS256 || alg == JWKS_PS256;
    if (alg == 0 || !(type & R_KEY_TYPE_PUBLIC))
        return false;
    return !is_rsa || (bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX);
}

static char *key_export_pem(jwk_t *jwk)
{
    unsigned char pem[PEM_MAX];
    size_t bytes = sizeof pem - 1;
    if (r_jwk_export_to_pem_der(jwk, R_FORMAT_PEM, pem, &bytes, R_FLAG_IGNORE_REMOTE) != RHN_OK)
        return NULL;
    return bytes > 0 && bytes < sizeof pem ? strndup((const char *)pem, bytes) : NULL;
}

/* Takes over jwk (a public key) in every case. */
static struct jwks_key *key_new(jwk_t *jwk, enum jwks_alg alg, const char *kid)
{
    bool is_good = key_is_usable(jwk, alg) && strlen(kid) <= JWKS_KID_MAX;
    struct jwks_key *key = is_good ? calloc(1, sizeof *key) : NULL;
    if (!key) {
        r_jwk_free(jwk);
        return NULL;
    }
    atomic_init(&key->refs, 1);
    key->alg = alg;
    key->jwk = jwk;
    memcpy(key->kid, kid, strlen(kid) + 1);
    key->pem = key_export_pem(jwk);
    if (key->pem)
        return key;
    key_unref(key);
    return NULL;
}

static bool text_is(const json_t *value, const char *wanted)
{
    const char *text = json_string_value(value);
    return text && strcmp(text, wanted) == 0;
}

/* RFC 7517 4.2-4.4: what the issuer says about the key's purpose must not speak against verifying
 * signatures. */
static bool entry_is_for_signatures(const json_t *entry)
{
    const json_t *use = json_object_get(entry, "use");
    const json_t *operations = json_object_get(entry, "key_ops");
    if (use && !text_is(use, "sig"))
        return false;
    if (!operations)
        return true;
    size_t index;
    const json_t *operation;
    json_array_foreach(operations, index, operation)
    {
        if (text_is(operation, "verify"))
            return true;
    }
    return false;
}

/* The algorithm that this entry is pinned to: the one it names, or the first of its type. 0 when it
 * is none of ours. */
static enum jwks_alg entry_alg(const json_t *entry)
{
    const json_t *type = json_object_get(entry, "kty"), *curve = json_object_get(entry, "crv");
    const json_t *own_alg = json_object_get(entry, "alg");
    for (size_t i = 0; i < ALGORITHMS; i++) {
        if (text_is(type, algorithms[i].type) &&
            (!algorithms[i].curve || text_is(curve, algorithms[i].curve)) &&
            (!own_alg || text_is(own_alg, algorithms[i].name)))
            return algorithms[i].alg;
    }
    return 0;
}

/* Only the public numbers are handed on: certificates and addresses in the entry are nothing to be
 * followed, and a private half that should not be there is not kept. */
static struct jwks_key *key_from_entry(json_t *entry)
{
    static const char *const rsa[] = {"kty", "n", "e", NULL};
    static const char *const ec[] = {"kty", "crv", "x", "y", NULL};
    static const char *const okp[] = {"kty", "crv", "x", NULL};
    enum jwks_alg alg = entry_alg(entry);
    json_t *kid = json_object_get(entry, "kid");
    const char *const *names = alg == JWKS_EDDSA                        ? okp
                               : alg == JWKS_RS256 || alg == JWKS_PS256 ? rsa
                                                                        : ec;
    if (alg == 0 || !entry_is_for_signatures(entry))
        return NULL;
    if (kid && json_string_length(kid) == 0)
        return NULL;
    json_t *numbers = json_object();
    for (size_t i = 0; names[i]; i++) {
        if (json_object_set(numbers, names[i], json_object_get(entry, names[i])) != 0)
            break; /* absent: the import below refuses */
    }
    jwk_t *jwk = NULL;
    bool is_read = r_jwk_init(&jwk) == RHN_OK && r_jwk_import_from_json_t(jwk, numbers) == RHN_OK;
    json_decref(numbers);
    if (is_read)
        return key_new(jwk, alg, kid ? json_string_value(kid) : "");
    r_jwk_free(jwk);
    return NULL;
}

struct jwks *jwks_parse(const char *json, size_t bytes, size_t *ret_skipped)
{
    jwks_init();
    json_t *document = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, NULL);
    json_t *entries = json_object_get(document, "keys");
    struct jwks *set = json_is_array(entries) ? set_new() : NULL;
    size_t index, skipped = 0;
    json_t *entry;
    json_array_foreach(set ? entries : NULL, index, entry)
    {
        struct jwks_key *key = key_from_entry(entry);
        if (!key || !set_add_new(set, key))
            skipped++;
    }
    json_decref(document);
    if (ret_skipped)
        *ret_skipped = skipped;
    if (jwks_count(set) > 0)
        return set;
    jwks_unref(set);
    return NULL;
}

/* NULL unless it is an EC P-256 private key. Caller frees with r_jwk_free. */
static jwk_t *private_read(const char *pem)
{
    jwks_init();
    jwk_t *jwk = NULL;
    if (!pem || r_jwk_init(&jwk) != RHN_OK)
        return NULL;
    int rc = r_jwk_import_from_pem_der(jwk, R_X509_TYPE_PRIVKEY, R_FORMAT_PEM,
                                       (const unsigned char *)pem, strlen(pem));
    const char *curve = rc == RHN_OK ? r_jwk_get_property_str(jwk, "crv") : NULL;
    if (curve && strcmp(curve, "P-256") == 0 &&
        (r_jwk_key_type(jwk, NULL, R_FLAG_IGNORE_REMOTE) & R_KEY_TYPE_PRIVATE))
        return jwk;
    r_jwk_free(jwk);
    return NULL;
}

struct jwks *jwks_from_private_pem(const char *pem)
{
    jwk_t *private = private_read(pem), *public = NULL;
    if (!private)
        return NULL;
    bool is_read = r_jwk_init(&public) == RHN_OK &&
                   r_jwk_extract_pubkey(private, public, R_FLAG_IGNORE_REMOTE) == RHN_OK;
    r_jwk_free(private);
    if (!is_read) {
        r_jwk_free(public);
        return NULL;
    }
    struct jwks_key *key = key_new(public, JWKS_ES256, JWKS_LOCAL_KID);
    struct jwks *set = key ? set_new() : NULL;
    if (set)
        set_add_new(set, key);
    else
        key_unref(key);
    return set;
}

const struct jwks_key *jwks_find(const struct jwks *set, const char *kid, enum jwks_alg alg)
{
    const struct jwks_key *found = NULL;
    for (size_t i = 0; i < jwks_count(set); i++) {
        const struct jwks_key *key = set->keys[i];
        if (key->alg != alg || (kid && strcmp(key->kid, kid) != 0))
            continue;
        if (kid)
            return key;
        if (found)
            return NULL;
        found = key;
    }
    return found;
}

const char *jwks_key_pem(const struct jwks_key *key)
{
    return key->pem;
}

bool jwks_verify(const struct jwks_key *key, const char *token)
{
    jws_t *jws = NULL;
    if (r_jws_init(&jws) != RHN_OK)
        return false;
    jwa_alg alg = R_JWA_ALG_UNKNOWN;
    for (size_t i = 0; i < ALGORITHMS; i++) {
        if (algorithms[i].alg == key->alg)
            alg = algorithms[i].library_alg;
    }
    bool is_valid =
        r_jws_advanced_compact_parse(jws, token, R_PARSE_NONE, R_FLAG_IGNORE_REMOTE) == RHN_OK &&
        r_jws_get_alg(jws) == alg &&
        r_jws_verify_signature(jws, key->jwk, R_FLAG_IGNORE_REMOTE) == RHN_OK;
    r_jws_free(jws);
    return is_valid;
}

char *jwks_sign(const char *private_pem, const char *type, const char *claims)
{
    jwk_t *private = private_read(private_pem);
    jws_t *jws = NULL;
    char *token = NULL;
    if (private && r_jws_init(&jws) == RHN_OK && r_jws_set_alg(jws, R_JWA_ALG_ES256) == RHN_OK &&
        r_jws_set_header_str_value(jws, "typ", type) == RHN_OK &&
        r_jws_set_header_str_value(jws, "kid", JWKS_LOCAL_KID) == RHN_OK &&
        r_jws_set_payload(jws, (const unsigned char *)claims, strlen(claims)) == RHN_OK) {
        char *text = r_jws_serialize(jws, private, R_FLAG_IGNORE_REMOTE);
        token = text ? strdup(text) : NULL;
        r_free(text);
    }
    r_jws_free(jws);
    r_jwk_free(private);
    return token;
}
