/* SPDX-License-Identifier: MIT
 *
 * Files compiled into the binary by sql/embed.py, so that the binary is all an operator installs.
 */
#pragma once

#include <stddef.h>

struct embedded {
    const char
        *name; /* statements: "referrals_create"; other kinds: file name, "groups.sql", "0001" */
    const char *text; /* 0-terminated */
    size_t bytes;
    const char *sha256; /* hex */
    /* Lists: the keyset before the first row, JSON text; NULL for everything else. */
    const char *first;
};

/* The row of this name in an array, or NULL. */
const struct embedded *embedded_find(const struct embedded *files, const char *name);

/* Each array ends with a row whose name is NULL and is sorted by name. */
extern const struct embedded
    embedded_statements[]; /* sql/statements/<domain>/<operation>.sql, without jobs/ */
extern const struct embedded embedded_jobs[];       /* sql/statements/jobs/<name>.sql */
extern const struct embedded embedded_migrations[]; /* sql/migrations/NNNN/, one text a release */
extern const struct embedded embedded_functions[];  /* sql/functions/<word>.sql */
extern const struct embedded embedded_policies[];   /* sql/policies/<table>.sql */
extern const struct embedded embedded_reference[];  /* sql/reference/<table>.sql */
extern const struct embedded embedded_demo[];       /* sql/demo/NN_name.sql */
extern const struct embedded embedded_roles[];      /* sql/roles.sql */
