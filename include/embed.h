/* SPDX-License-Identifier: MIT
 *
 * Files compiled into the binary by sql/embed.py, so that the binary is all an operator installs.
 */
#pragma once

#include <stddef.h>

struct embedded {
    const char *name;   /* of the operation, the job or the file: "referrals_create", "0001" */
    const char *text;   /* 0-terminated */
    size_t bytes;       /* of text */
    const char *sha256; /* of text, hex */
    const char *first;  /* lists: the keyset before the first row, JSON text; else NULL */
};

/* The row of this name in an array, or NULL. */
const struct embedded *embedded_find(const struct embedded *files, const char *name);

/* Each array is sorted by name and ends with a row whose name is NULL. */
extern const struct embedded embedded_roles[];      /* sql/roles.sql */
extern const struct embedded embedded_migrations[]; /* sql/migrations/NNNN/, one text a release */
extern const struct embedded embedded_functions[];  /* sql/functions/ */
extern const struct embedded embedded_policies[];   /* sql/policies/ */
extern const struct embedded embedded_reference[];  /* sql/reference/ */
extern const struct embedded embedded_demo[];       /* sql/demo/ */
extern const struct embedded embedded_upgrade[];    /* sql/upgrade/ */
extern const struct embedded embedded_statements[]; /* sql/statements/<word>/<verb>.sql */
extern const struct embedded embedded_jobs[];       /* sql/statements/jobs/ */
