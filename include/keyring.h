/* SPDX-License-Identifier: MIT
 *
 * The keys in force: those of the installation (file, local key) and those fetched from the
 * issuer's address by a thread of its own. A failed fetch keeps what is there. Thread safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jwks;
struct keyring;

struct keyring_plan {
    /* All borrowed, must outlive the ring. With neither url nor issuer nothing is fetched. */
    const char *url;     /* of the keys; "" = as the issuer's discovery document says */
    const char *issuer;  /* "" = nothing to discover */
    const char *ca_file; /* "" = whom the system trusts */
    long refresh_s;      /* between fetches */
    long pause_s;        /* least time between two fetches, however often they are asked for */
};

/* base: keys of the installation, or NULL; the ring takes a reference. NULL when the thread cannot
 * be made. */
struct keyring *keyring_create(struct jwks *base, const struct keyring_plan *plan);
/* Waits for a fetch under way (5 s at most). Accepts NULL. */
void keyring_destroy(struct keyring *ring);
/* The present keys (caller frees with jwks_unref; NULL while there are none) and the number that
 * counts their changes. */
struct jwks *keyring_get(struct keyring *ring, uint64_t *ret_generation);
/* Takes no lock: for every request. */
uint64_t keyring_generation(const struct keyring *ring);
bool keyring_is_ready(const struct keyring *ring);
/* Whether the first fetch went well, waiting for its end (10 s at most); otherwise ret_fault says
 * address and cause. True when nothing is fetched. */
bool keyring_wait_first(struct keyring *ring, char *ret_fault, size_t size);
/* A token named a kid that is not here. Waits for a fetch that begins from now on, one for all who
 * wait: false when none has ended, well or not, within limit_ms, or when too many wait already.
 * True when nothing is fetched. */
bool keyring_wait_fetch(struct keyring *ring, long limit_ms) __attribute__((warn_unused_result));
