/* SPDX-License-Identifier: MIT
 *
 * Writes lines to stdout by a thread of its own, within 50 ms: whoever logs never waits for whoever
 * reads the log. Private to log.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* False: no thread; lines are then written at once. */
bool log_writer_start(void);
/* Writes what is left; a second at most, since nobody may be reading. */
void log_writer_stop(void);
/* A line that finds no room is dropped and counted. */
void log_writer_put(const char *line, size_t bytes);
unsigned long long log_writer_dropped(void);
