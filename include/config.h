/* SPDX-License-Identifier: MIT
 *
 * Settings, read once at start (config.def has every row). Immutable afterwards. */
#pragma once

#include <stdbool.h>

struct config {
#define TEXT const char *
#define SECRET const char *
#define NUMBER long
#define FLAG bool
#define CONFIG(key, type, default, help) type key;
#include "config.def"
#undef CONFIG
#undef TEXT
#undef SECRET
#undef NUMBER
#undef FLAG
};

/* Reads file (NULL = none) and environment. NULL and messages on stderr (every fault, not only the first) when a name is
 * unknown, a required one is missing or a value does not fit. Caller frees with config_destroy, which zeroes secrets. */
struct config *config_load(const char *file);
void config_destroy(struct config *config);
/* The table, for --help. */
void config_print_help(void);
