/* SPDX-License-Identifier: MIT
 *
 * Opaque, encrypted list cursors (AES-256-GCM under a key derived from the seal key), bound to operation and filters,
 * URL-safe, at most 512 characters. A cursor is a position, never a permission. */
#pragma once

#include <stdbool.h>

struct request;

/* keyset: JSON text from SQL. Bound to rq->route->operation and every query parameter but cursor and limit.
 * Owned by the arena; NULL sets INTERNAL. */
const char *cursor_encode(struct request *rq, const char *keyset);
/* The keyset JSON text, owned by the arena; NULL (no problem set) when the cursor is not one of ours or not for this list. */
const char *cursor_decode(struct request *rq, const char *cursor);
