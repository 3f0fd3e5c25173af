/* SPDX-License-Identifier: MIT */
#include "names_renew.h"

#include "db.h"
#include "log.h"
#include "names.h"
#include "seal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A round's: a few hundred milliseconds at most, so that nothing waits for it. */
#define BATCH "100"

enum { LIMIT_MS = 5000, COLUMN_SUBJECT = 0, COLUMN_ID, COLUMN_SEALED, COLUMN_MARK };

/* What is announced stands there as it is. NULL for what does not open: it is left alone until it
 * is written again, or the version moves. */
static json_t *mark_digest(const struct seal *seal, const char *mark, const char *id)
{
    char *name = mark ? seal_open_text(seal, mark) : NULL;
    json_t *digests = name ? names_digest(seal, "person.name", name) : NULL;
    if (!name)
        log_event(LOG_LEVEL_ERROR, "a name cannot be opened, to be compared anew", "id", id, NULL);
    if (name)
        explicit_bzero(name, strlen(name));
    free(name);
    return digests;
}

static json_t *row_renew(const struct seal *seal, const struct db_rows *rows, int row)
{
    const char *id = db_rows_get(rows, row, COLUMN_ID);
    return json_pack("{s:s, s:s, s:s, s:o?}", "subject", db_rows_get(rows, row, COLUMN_SUBJECT),
                     "owner_id", id, "sealed", db_rows_get(rows, row, COLUMN_SEALED), "digests",
                     mark_digest(seal, db_rows_get(rows, row, COLUMN_MARK), id));
}

static bool renewed_keep(struct db_session *session, const char *version, const json_t *renewed)
{
    char *text = json_dumps(renewed, JSON_COMPACT);
    const char *params[] = {version, text};
    struct db_rows *rows =
        text ? db_session_run(session, "names_renew", LIMIT_MS, 2, params) : NULL;
    free(text);
    db_rows_free(rows);
    return rows != NULL;
}

bool names_renew(const struct seal *seal, struct db_session *session)
{
    char version[12];
    snprintf(version, sizeof version, "%d", names_version_of(NAMES_RULES));
    const char *params[] = {version, BATCH};
    struct db_rows *rows = db_session_run(session, "names_stale", LIMIT_MS, 2, params);
    json_t *renewed = rows ? json_array() : NULL;
    for (int row = 0; renewed && row < db_rows_count(rows); row++)
        json_array_append_new(renewed, row_renew(seal, rows, row));
    bool is_done =
        renewed && (json_array_size(renewed) == 0 || renewed_keep(session, version, renewed));
    json_decref(renewed);
    db_rows_free(rows);
    return is_done;
}
