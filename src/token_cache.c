/* SPDX-License-Identifier: MIT */
#include "token_cache.h"

#include "crypto.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* 64 shards × 16 sets × 4 entries = 4096 tokens. Only verified tokens get in, so nobody can push
 * others out at will. */
enum { SHARDS = 64, SETS = 16, WAYS = 4 };

struct entry {
    uint8_t digest[CRYPTO_HASH_BYTES];
    uint64_t generation;
    int64_t expires_s; /* 0 = free */
    struct token_claims claims;
};

struct shard {
    pthread_mutex_t lock;
    struct entry entries[SETS][WAYS];
};

struct token_cache {
    struct shard shards[SHARDS];
};

struct token_cache *token_cache_create(void)
{
    struct token_cache *cache = calloc(1, sizeof *cache);
    for (size_t i = 0; cache && i < SHARDS; i++)
        pthread_mutex_init(&cache->shards[i].lock, NULL);
    return cache;
}

void token_cache_destroy(struct token_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&cache->shards[i].lock);
    explicit_bzero(cache, sizeof *cache);
    free(cache);
}

static struct shard *shard_of(struct token_cache *cache, const uint8_t *digest)
{
    return &cache->shards[digest[0] % SHARDS];
}

static struct entry *entry_find(struct entry *set, const uint8_t *digest)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].expires_s != 0 && crypto_equal(set[i].digest, digest, CRYPTO_HASH_BYTES))
            return &set[i];
    }
    return NULL;
}

bool token_cache_find(struct token_cache *cache,
                      const uint8_t *digest,
                      uint64_t generation,
                      int64_t now_s,
                      struct token_claims *ret_claims)
{
    struct shard *shard = shard_of(cache, digest);
    pthread_mutex_lock(&shard->lock);
    const struct entry *entry = entry_find(shard->entries[digest[1] % SETS], digest);
    bool is_found = entry && entry->generation == generation && entry->expires_s > now_s;
    if (is_found)
        *ret_claims = entry->claims;
    pthread_mutex_unlock(&shard->lock);
    return is_found;
}

/* Where a new entry goes: a free, stale or expired place, else the one that would expire first. */
static struct entry *entry_choose(struct entry *set, uint64_t generation, int64_t now_s)
{
    struct entry *chosen = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].generation != generation || set[i].expires_s <= now_s)
            return &set[i];
        if (set[i].expires_s < chosen->expires_s)
            chosen = &set[i];
    }
    return chosen;
}

void token_cache_put(struct token_cache *cache,
                     const uint8_t *digest,
                     uint64_t generation,
                     int64_t now_s,
                     const struct token_claims *claims)
{
    int64_t expires_s = now_s + TOKEN_CACHE_TTL_S;
    if (claims->expires_s < expires_s)
        expires_s = claims->expires_s;
    if (expires_s <= now_s)
        return;
    struct shard *shard = shard_of(cache, digest);
    pthread_mutex_lock(&shard->lock);
    struct entry *set = shard->entries[digest[1] % SETS];
    struct entry *entry = entry_find(set, digest);
    if (!entry)
        entry = entry_choose(set, generation, now_s);
    memcpy(entry->digest, digest, sizeof entry->digest);
    entry->generation = generation;
    entry->expires_s = expires_s;
    entry->claims = *claims;
    pthread_mutex_unlock(&shard->lock);
}
