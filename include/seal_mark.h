/* SPDX-License-Identifier: MIT
 *
 * Between seal.c (keys) and seal_open.c (marks in texts); nobody else needs it. */
#pragma once

#include "crypto.h"
#include "seal.h"

enum {
    SEAL_UUID_LENGTH = 36,
    SEAL_LABEL_MAX = 64,
    SEAL_WRAPPED_MAX = sizeof((struct seal_key *)0)->wrapped - 1
};

/* What stands behind U+0001, taken apart; borrowed from the text. */
struct seal_mark {
    const char *label;
    size_t label_length;
    const char *key_id; /* SEAL_UUID_LENGTH characters */
    const char *payload;
    size_t payload_length;
    const char *wrapped; /* <master key id>~<base64url> */
    size_t master_length;
    size_t wrapped_length;
    const char *end;
};

/* text: from behind U+0001; nothing at or after end is looked at. */
bool seal_mark_parse(const char *text, const char *end, struct seal_mark *ret_mark)
    __attribute__((warn_unused_result));
/* The mark's data key. */
bool seal_mark_unwrap(const struct seal *seal,
                      const struct seal_mark *mark,
                      uint8_t ret_key[CRYPTO_KEY_BYTES]) __attribute__((warn_unused_result));
/* The mark's text under its data key. ret holds at least payload_length bytes. */
bool seal_mark_open(const struct seal_mark *mark,
                    const uint8_t key[CRYPTO_KEY_BYTES],
                    uint8_t *ret_text,
                    size_t *ret_size) __attribute__((warn_unused_result));
