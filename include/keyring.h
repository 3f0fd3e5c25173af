/* SPDX-License-Identifier: MIT
 *
 * The keys in force: those of the installation (file, local key) and those fetched from the
 * issuer's address by a thread of its own, never on the path of a request. A failed fetch keeps
 * what is there. Thread safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct jwks;
struct keyring;

struct keyring_plan {
    const char *url; /* "" = nothing is fetched; borrowed, must outlive the ring */
    long refresh_s;  /* between fetches */
    long pause_s;    /* least time between two fetches, however often they are asked for */
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
/* A token named a kid that is not here: one fetch soon. Never blocks on the network. */
void keyring_ask(struct keyring *ring);
