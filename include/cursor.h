/* SPDX-License-Identifier: MIT
 *
 * Opaque, encrypted list cursors (AES-256-GCM under a key derived from the seal key), bound to
 * operation and filters, URL-safe, at most 512 characters. A cursor is a position, never a
 * permission. */
#pragma once

#include <stdbool.h>

struct request;

/* keyset: JSON text from SQL, at most 350 bytes. Bound to rq->route->operation, rq->path_ids and
 * every query parameter but cursor and limit. Owned by the arena; NULL sets INTERNAL. */
const char *cursor_encode(struct request *rq, const char *keyset);
/* The keyset JSON text, owned by the arena; NULL when the cursor is not one of ours or not for this
 * list (no problem is set), or memory is exhausted (INTERNAL). */
const char *cursor_decode(struct request *rq, const char *cursor);
