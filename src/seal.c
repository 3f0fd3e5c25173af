/* SPDX-License-Identifier: MIT */
#include "app.h"
#include "request.h"
#include "seal_mark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEAL_KEYS_MAX = 8, SEAL_ID_MAX = 16 };

struct seal_master {
    char id[SEAL_ID_MAX + 1];
    uint8_t key[CRYPTO_KEY_BYTES];
};

struct seal {
    struct seal_master masters[SEAL_KEYS_MAX]; /* [0] seals, all open */
    size_t count;
    uint8_t digest_key[CRYPTO_KEY_BYTES];
    uint8_t fingerprint_key[CRYPTO_KEY_BYTES];
    uint8_t cursor_key[CRYPTO_KEY_BYTES];
};

static const char lower_digits_dash[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

/* One "<id>:<64 hex digits>"; *text moves behind it. NULL, or what is wrong. */
static const char *key_parse(struct seal_master *master, const char **text)
{
    const char *id = *text;
    size_t length = strspn(id, lower_digits_dash);
    if (length < 1 || length > SEAL_ID_MAX || id[length] != ':')
        return "a key is <id>:<64 hex digits>, the id 1 to 16 of a-z 0-9 -";
    memcpy(master->id, id, length);
    master->id[length] = '\0';
    const char *hex = id + length + 1;
    if (!crypto_unhex(hex, master->key, sizeof master->key))
        return "a key has 64 hex digits";
    *text = hex + 2 * sizeof master->key;
    return NULL;
}

static const char *master_parse(struct seal *seal, const char **text)
{
    if (seal->count == SEAL_KEYS_MAX)
        return "too many keys";
    struct seal_master *master = &seal->masters[seal->count];
    const char *error = key_parse(master, text);
    for (size_t i = 0; !error && i < seal->count; i++) {
        if (strcmp(seal->masters[i].id, master->id) == 0)
            error = "two keys have the same id";
    }
    seal->count += !error;
    return error;
}

static const char *masters_parse(struct seal *seal, const char *keys)
{
    for (;;) {
        const char *error = master_parse(seal, &keys);
        if (error)
            return error;
        if (*keys == '\0')
            return NULL;
        if (*keys++ != ',')
            return "keys are separated by commas";
    }
}

static void digests_from(struct seal *seal, const uint8_t key[CRYPTO_KEY_BYTES])
{
    crypto_derive(key, "alongside digest v1", seal->digest_key);
    crypto_derive(key, "alongside fingerprint v1", seal->fingerprint_key);
    crypto_derive(key, "alongside cursor v1", seal->cursor_key);
}

const char *seal_digest_from(struct seal *seal, const char *key)
{
    struct seal_master master;
    const char *error = key_parse(&master, &key);
    if (!error && *key != '\0')
        error = "digests have one key";
    if (!error)
        digests_from(seal, master.key);
    explicit_bzero(&master, sizeof master);
    return error;
}

/* Derived, so it tells nothing of the key, and is the same for no other. */
static json_t *check_value(const uint8_t key[CRYPTO_KEY_BYTES])
{
    uint8_t check[CRYPTO_KEY_BYTES];
    char hex[2 * CRYPTO_KEY_BYTES + 1];
    crypto_derive(key, "alongside check v1", check);
    crypto_hex((struct bytes){check, sizeof check}, hex);
    return json_string(hex);
}

char *seal_checks(const struct seal *seal)
{
    json_t *checks = json_object();
    bool is_made = checks && json_object_set_new(checks, "the key of digests",
                                                 check_value(seal->digest_key)) == 0;
    for (size_t i = 0; is_made && i < seal->count; i++) {
        char name[sizeof "key " + SEAL_ID_MAX];
        snprintf(name, sizeof name, "key %s", seal->masters[i].id);
        is_made = json_object_set_new(checks, name, check_value(seal->masters[i].key)) == 0;
    }
    char *text = is_made ? json_dumps(checks, JSON_COMPACT) : NULL;
    json_decref(checks);
    return text;
}

struct seal *seal_create(const char *keys, const char **ret_error)
{
    struct seal *seal = calloc(1, sizeof *seal);
    if (!seal) {
        *ret_error = "out of memory";
        return NULL;
    }
    const char *error = masters_parse(seal, keys);
    if (error) {
        seal_destroy(seal);
        *ret_error = error;
        return NULL;
    }
    digests_from(seal, seal->masters[seal->count - 1].key);
    return seal;
}

void seal_destroy(struct seal *seal)
{
    if (!seal)
        return;
    explicit_bzero(seal, sizeof *seal);
    free(seal);
}

const uint8_t *seal_cursor_key(const struct seal *seal)
{
    return seal->cursor_key;
}

void seal_key_wipe(struct seal_key *key)
{
    explicit_bzero(key, sizeof *key);
}

enum {
    KEY_AAD_MAX = 4 + SEAL_ID_MAX + 1 + SEAL_UUID_LENGTH,
    VALUE_AAD_MAX = 3 + SEAL_LABEL_MAX + 1 + SEAL_UUID_LENGTH
};

static char *append(char *at, const char *text, size_t length)
{
    memcpy(at, text, length);
    return at + length;
}

/* "k1|<master id>|<key id>": a wrapped key is good for its own id and under its own master only. */
static struct bytes key_aad(const char *master_id, const char *key_id, char buffer[KEY_AAD_MAX])
{
    char *at = append(buffer, "k1|", 3);
    at = append(at, master_id, strlen(master_id));
    at = append(at, "|", 1);
    at = append(at, key_id, SEAL_UUID_LENGTH);
    return (struct bytes){buffer, (size_t)(at - buffer)};
}

/* "v1|<label>|<key id>": a value opens only as what it was sealed as. */
static struct bytes
value_aad(const char *label, size_t length, const char *key_id, char buffer[VALUE_AAD_MAX])
{
    char *at = append(buffer, "v1|", 3);
    at = append(at, label, length);
    at = append(at, "|", 1);
    at = append(at, key_id, SEAL_UUID_LENGTH);
    return (struct bytes){buffer, (size_t)(at - buffer)};
}

bool seal_key_make(const struct seal *seal, struct seal_key *ret_key)
{
    const struct seal_master *master = &seal->masters[0];
    uint8_t box[CRYPTO_KEY_BYTES + CRYPTO_BOX_OVERHEAD];
    char aad[KEY_AAD_MAX];
    struct seal_key key = {.id = ""};
    uuid_make(key.id);
    bool is_made = crypto_random(key.key, sizeof key.key) &&
                   crypto_box(master->key, key_aad(master->id, key.id, aad),
                              (struct bytes){key.key, sizeof key.key}, box);
    if (is_made) {
        char *at = append(key.wrapped, master->id, strlen(master->id));
        *at++ = '~';
        crypto_base64url((struct bytes){box, sizeof box}, at);
        *ret_key = key;
    }
    seal_key_wipe(&key);
    return is_made;
}

char *seal_text(const struct seal_key *key, const char *label, const char *text, size_t length)
{
    char aad[VALUE_AAD_MAX];
    size_t label_length = strlen(label);
    if (label_length > SEAL_LABEL_MAX)
        return NULL;
    size_t size = length + CRYPTO_BOX_OVERHEAD;
    uint8_t *box = malloc(size);
    char *sealed = malloc(SEAL_UUID_LENGTH + 1 + crypto_base64url_size(size) + 1);
    if (!box || !sealed ||
        !crypto_box(key->key, value_aad(label, label_length, key->id, aad),
                    (struct bytes){text, length}, box)) {
        free(box);
        free(sealed);
        return NULL;
    }
    char *at = append(sealed, key->id, SEAL_UUID_LENGTH);
    *at++ = '.';
    crypto_base64url((struct bytes){box, size}, at);
    free(box);
    return sealed;
}

void seal_digest(
    const struct seal *seal, const char *label, const char *text, size_t length, char ret_hex[65])
{
    static const char blank[] = " \t\r\n";
    while (length > 0 && memchr(blank, text[0], sizeof blank - 1))
        text++, length--;
    while (length > 0 && memchr(blank, text[length - 1], sizeof blank - 1))
        length--;
    uint8_t key[CRYPTO_KEY_BYTES], mac[CRYPTO_HASH_BYTES];
    crypto_derive(seal->digest_key, label, key);
    crypto_hmac_sha256_lower(key, (struct bytes){text, length}, mac);
    crypto_hex((struct bytes){mac, sizeof mac}, ret_hex);
    explicit_bzero(key, sizeof key);
}

void seal_fingerprint(const struct request *rq, char ret_hex[65])
{
    uint8_t mac[CRYPTO_HASH_BYTES];
    const char *query = rq->query_string ? rq->query_string : "";
    /* The terminating zeros keep "PO" "ST" and "P" "OST" apart; no text here can hold one. */
    const struct bytes parts[] = {{rq->method_name, strlen(rq->method_name) + 1},
                                  {rq->url, strlen(rq->url) + 1},
                                  {query, strlen(query) + 1},
                                  {rq->raw_body, rq->raw_body_bytes}};
    crypto_hmac_sha256(rq->app->seal->fingerprint_key, parts, rq->raw_body_bytes > 0 ? 4 : 3, mac);
    crypto_hex((struct bytes){mac, sizeof mac}, ret_hex);
}

enum letters { LETTER_LABEL = 1, LETTER_ID = 2, LETTER_BASE64URL = 4, LETTER_HEX = 8 };

static const uint8_t letters[256] = {
    ['a' ... 'f'] = LETTER_LABEL | LETTER_ID | LETTER_BASE64URL | LETTER_HEX,
    ['g' ... 'z'] = LETTER_LABEL | LETTER_ID | LETTER_BASE64URL,
    ['0' ... '9'] = LETTER_ID | LETTER_BASE64URL | LETTER_HEX,
    ['A' ... 'Z'] = LETTER_BASE64URL,
    ['-'] = LETTER_ID | LETTER_BASE64URL,
    ['_'] = LETTER_LABEL | LETTER_BASE64URL,
};

/* The text still to be read. */
struct scan {
    const char *at;
    const char *end;
};

static size_t scan_letters(struct scan *scan, enum letters kind)
{
    const char *start = scan->at;
    while (scan->at < scan->end && (letters[(unsigned char)*scan->at] & kind) != 0)
        scan->at++;
    return (size_t)(scan->at - start);
}

static bool scan_sign(struct scan *scan, char sign)
{
    if (scan->at == scan->end || *scan->at != sign)
        return false;
    scan->at++;
    return true;
}

/* In lower case: the form PostgreSQL writes. */
static bool scan_uuid(struct scan *scan)
{
    static const uint8_t groups[] = {8, 4, 4, 4, 12};
    for (size_t i = 0; i < sizeof groups; i++) {
        if ((i > 0 && !scan_sign(scan, '-')) || scan_letters(scan, LETTER_HEX) != groups[i])
            return false;
    }
    return true;
}

bool seal_mark_parse(const char *text, const char *end, struct seal_mark *ret_mark)
{
    struct scan scan = {text, end};
    struct seal_mark mark = {.label = text};
    if (scan_letters(&scan, LETTER_LABEL) == 0 || !scan_sign(&scan, '.') ||
        scan_letters(&scan, LETTER_LABEL) == 0)
        return false;
    mark.label_length = (size_t)(scan.at - text);
    if (mark.label_length > SEAL_LABEL_MAX || !scan_sign(&scan, '.'))
        return false;
    mark.key_id = scan.at;
    if (!scan_uuid(&scan) || !scan_sign(&scan, '.'))
        return false;
    mark.payload = scan.at;
    mark.payload_length = scan_letters(&scan, LETTER_BASE64URL);
    if (!scan_sign(&scan, '.'))
        return false;
    mark.wrapped = scan.at;
    mark.master_length = scan_letters(&scan, LETTER_ID);
    if (!scan_sign(&scan, '~'))
        return false;
    (void)scan_letters(&scan, LETTER_BASE64URL);
    mark.wrapped_length = (size_t)(scan.at - mark.wrapped);
    if (mark.wrapped_length > SEAL_WRAPPED_MAX)
        return false;
    mark.end = scan.at;
    *ret_mark = mark;
    return true;
}

static const struct seal_master *master_find(const struct seal *seal, const char *id, size_t length)
{
    for (size_t i = 0; i < seal->count; i++) {
        if (strlen(seal->masters[i].id) == length && memcmp(seal->masters[i].id, id, length) == 0)
            return &seal->masters[i];
    }
    return NULL;
}

bool seal_mark_unwrap(const struct seal *seal,
                      const struct seal_mark *mark,
                      uint8_t ret_key[CRYPTO_KEY_BYTES])
{
    size_t id_length = mark->master_length;
    const struct seal_master *master = master_find(seal, mark->wrapped, id_length);
    uint8_t box[SEAL_WRAPPED_MAX];
    size_t size;
    char aad[KEY_AAD_MAX];
    return master &&
           crypto_unbase64url(mark->wrapped + id_length + 1, mark->wrapped_length - id_length - 1,
                              box, &size) &&
           size == CRYPTO_KEY_BYTES + CRYPTO_BOX_OVERHEAD &&
           crypto_unbox(master->key, key_aad(master->id, mark->key_id, aad),
                        (struct bytes){box, size}, ret_key);
}

bool seal_mark_open(const struct seal_mark *mark,
                    const uint8_t key[CRYPTO_KEY_BYTES],
                    uint8_t *ret_text,
                    size_t *ret_size)
{
    char aad[VALUE_AAD_MAX];
    size_t size;
    /* Decoded, decrypted in place, then moved over the nonce. */
    if (!crypto_unbase64url(mark->payload, mark->payload_length, ret_text, &size) ||
        !crypto_unbox(key, value_aad(mark->label, mark->label_length, mark->key_id, aad),
                      (struct bytes){ret_text, size}, ret_text + CRYPTO_NONCE_BYTES))
        return false;
    *ret_size = size - CRYPTO_BOX_OVERHEAD;
    memmove(ret_text, ret_text + CRYPTO_NONCE_BYTES, *ret_size);
    return true;
}
