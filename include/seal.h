/* SPDX-License-Identifier: MIT
 *
 * Sealed fields. What identifies or locates a person is encrypted before SQL sees it (AES-256-GCM).
 *
 *   key-encryption keys (configuration, one current, older ones for reading)
 *     -> a data key made for one write, wrapped, stored in sealed_keys with its owner
 *        -> values:  <key id>.<base64url(nonce|ciphertext|tag)>,  AAD = version|label|key id
 *
 * A fresh data key for every write means no key has to be read before a write: one round trip stays
 * one. Deleting the keys of an owner erases every value of theirs. On the way out SQL emits, inside
 * a JSON string,  U+0001 label.key id.value payload.wrapped  (function unseal()); the contract
 * refuses control characters in input, so nobody else can write that mark. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;
struct seal;

/* keys: "<id>:<64 hex digits>" separated by commas; the first seals, all open. NULL + *ret_error
 * (static) when malformed. */
struct seal *seal_create(const char *keys, const char **ret_error);
void seal_destroy(struct seal *seal); /* zeroes; accepts NULL */
/* Digests come from this key, not from the last of the list; before anything is digested. NULL, or
 * what is wrong (static). */
const char *seal_digest_from(struct seal *seal, const char *key);
/* {"key k1": its check value, ...}: what a database remembers of its keys. Caller frees; NULL when
 * memory is exhausted. */
char *seal_checks(const struct seal *seal);

/* A data key for one write. */
struct seal_key {
    char id[37];
    uint8_t key[32];
    char wrapped[128];
};
bool seal_key_make(const struct seal *seal, struct seal_key *ret_key)
    __attribute__((warn_unused_result));
void seal_key_wipe(struct seal_key *key);
/* Sealed text (caller frees with free()), or NULL when memory or randomness fails. label:
 * "contact.email". */
char *seal_text(const struct seal_key *key, const char *label, const char *text, size_t length);
/* Keyed digest for lookups: HMAC-SHA256 under a key derived for `label`, over the normalised text
 * (trimmed, lower-case, NFC is the caller's), hex. Digests must outlive a rotation, so their key
 * (and those of fingerprints and cursors) comes from the oldest key in the list, or one of its own:
 * changing that means recomputing stored digests first. */
void seal_digest(
    const struct seal *seal, const char *label, const char *text, size_t length, char ret_hex[65]);
/* Keyed digest of a request as it came (method, path, query, body), for Idempotency-Key: hex. */
void seal_fingerprint(const struct request *rq, char ret_hex[65]);
/* The key of list cursors, borrowed from seal. */
const uint8_t *seal_cursor_key(const struct seal *seal);

/* Opens every sealed mark in a JSON text; plain text is escaped as JSON. Owned by the arena. Text
 * without marks is returned as it is. A value that cannot be opened fails the request with INTERNAL
 * (never partly opened text). */
bool seal_open_json(
    struct request *rq, const char *json, size_t length, const char **ret_text, size_t *ret_length);
/* The same for one mark outside a request (outbox): 0-terminated plain text, caller frees; NULL
 * when it cannot be opened. */
char *seal_open_mark(const struct seal *seal, const char *mark);
/* As seal_open_json for text that is not JSON (mail bodies): marks are opened without escaping;
 * caller frees. */
char *seal_open_text(const struct seal *seal, const char *text);
