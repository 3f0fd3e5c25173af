/* SPDX-License-Identifier: MIT
 *
 * When names are compared by other rules or other tables, the digests of those that open are made
 * anew. */
#pragma once

#include <stdbool.h>

struct db_session;
struct seal;

/* A batch of those that are of an older version, the same again after whatever happens in between.
 * False when the database did not answer. */
bool names_renew(const struct seal *seal, struct db_session *session)
    __attribute__((warn_unused_result));
