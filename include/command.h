/* SPDX-License-Identifier: MIT
 *
 * The operator's commands beside serve. Each returns the exit status of the process. */
#pragma once

struct config;

/* The exit status for a command line that cannot be understood. */
enum { COMMAND_MISUSE = 2 };

/* words: what follows the command's name. */
int command_migrate(const struct config *config, int count, char **words);
int command_token(const struct config *config, int count, char **words);
int command_audit(const struct config *config, int count, char **words);
int command_healthcheck(const struct config *config);
int command_routes(void);
int command_roles(void);
