/* SPDX-License-Identifier: MIT
 *
 * Settings, read once at start (config.def has every row). Immutable afterwards. */
#pragma once

#include <stdbool.h>

struct config {
#define TEXT const char *
#define SECRET const char *
#define NUMBER long
#define CONFIG(key, type, default, help) type key;
#include "config.def"
#undef CONFIG
#undef TEXT
#undef SECRET
#undef NUMBER
};

/* Reads file (NULL = none) and environment. NULL and messages on stderr (every fault, not only the
 * first) when a name is unknown, a value does not fit or, for a server (is_server), a required one
 * is missing; other commands need only what they use. Caller frees with config_destroy, which
 * zeroes secrets and accepts NULL. */
struct config *config_load(const char *file, bool is_server);
void config_destroy(struct config *config);
/* The table, for --help. */
void config_print_help(void);
