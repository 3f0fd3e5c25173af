/* SPDX-License-Identifier: MIT
 *
 * The operator's commands beside serve. Each returns the exit status of the process. */
#pragma once

#include <stdbool.h>

struct config;
struct seal;

/* The exit status for a command line that cannot be understood. */
enum { COMMAND_MISUSE = 2 };

/* words: what follows the command's name. */
int command_migrate(const struct config *config, int count, char **words);
int command_token(const struct config *config, int count, char **words);
/* Of the token on standard input. */
int command_token_explain(const struct config *config);
int command_audit(const struct config *config, int count, char **words);
int command_healthcheck(const struct config *config);
int command_routes(void);
int command_roles(void);

/* Whether these are the keys of that database; false and a line when not. */
bool command_check_seal(const char *database_url, const struct seal *seal)
    __attribute__((warn_unused_result));
/* The part of `alongside check` about the audit, where a worker links it: false and one line when
 * its chain cannot go on; a line when its months have to be seen to. */
bool command_check_audit(const struct config *config) __attribute__((warn_unused_result));
/* And about names: a line for what was declared by an older comparison, and for what is still to be
 * made anew; false when nobody knows. */
bool command_check_names(const struct config *config) __attribute__((warn_unused_result));
