/* SPDX-License-Identifier: MIT
 *
 * Tokens verified a moment ago, by SHA-256 of the whole token: verifying costs a thousand times
 * more than looking here. Fixed size, never larger; an entry lives until its token expires, 60 s at
 * most, and only under the keys it was verified with. Thread safe. */
#pragma once

#include "token_claims.h"

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_CACHE_TTL_S = 60 };

struct token_cache;

struct token_cache *token_cache_create(void);
void token_cache_destroy(struct token_cache *cache); /* accepts NULL */
/* digest: CRYPTO_HASH_BYTES of SHA-256. generation: of the keys in force; an entry made under
 * others is not found. */
bool token_cache_find(struct token_cache *cache,
                      const uint8_t *digest,
                      uint64_t generation,
                      int64_t now_s,
                      struct token_claims *ret_claims) __attribute__((warn_unused_result));
void token_cache_put(struct token_cache *cache,
                     const uint8_t *digest,
                     uint64_t generation,
                     int64_t now_s,
                     const struct token_claims *claims);
