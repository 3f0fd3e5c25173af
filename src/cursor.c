/* SPDX-License-Identifier: MIT */
#include "cursor.h"

#include "app.h"
#include "crypto.h"
#include "request.h"
#include "seal.h"

#include <stdlib.h>
#include <string.h>

enum { CURSOR_LENGTH_MAX = 512, KEYSET_MAX = CURSOR_LENGTH_MAX * 3 / 4 - CRYPTO_BOX_OVERHEAD };

/* What the cursor belongs to: operation, path ids, filters. Sorted, so that the order in the URL
 * does not matter. NULL when memory is exhausted. */
static char *binding_make(struct request *rq)
{
    json_auto_t *filters = rq->query ? json_copy(rq->query) : json_object();
    if (!filters)
        return NULL;
    (void)json_object_del(filters, "limit");
    (void)json_object_del(filters, "cursor");
    (void)json_object_del(filters, "after");
    char *text = json_dumps(filters, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text)
        return NULL;
    const char *ids[PATH_IDS_MAX];
    for (size_t i = 0; i < PATH_IDS_MAX; i++)
        ids[i] = rq->path_ids[i] ? rq->path_ids[i] : "";
    char *binding = rq_printf(rq, "c1|%s|%s|%s|%s", rq->route->operation, ids[0], ids[1], text);
    free(text);
    return binding;
}

const char *cursor_encode(struct request *rq, const char *keyset)
{
    uint8_t box[KEYSET_MAX + CRYPTO_BOX_OVERHEAD];
    struct bytes plain = {keyset, strlen(keyset)};
    char *binding = plain.size <= KEYSET_MAX ? binding_make(rq) : NULL;
    char *cursor = binding ? rq_alloc(rq, CURSOR_LENGTH_MAX + 1) : NULL;
    if (!cursor || !crypto_box(seal_cursor_key(rq->app->seal),
                               (struct bytes){binding, strlen(binding)}, plain, box)) {
        (void)fail(rq, PROBLEM_INTERNAL);
        return NULL;
    }
    crypto_base64url((struct bytes){box, plain.size + CRYPTO_BOX_OVERHEAD}, cursor);
    return cursor;
}

const char *cursor_decode(struct request *rq, const char *cursor)
{
    uint8_t box[KEYSET_MAX + CRYPTO_BOX_OVERHEAD];
    size_t size;
    size_t length = strlen(cursor);
    if (length > CURSOR_LENGTH_MAX || !crypto_unbase64url(cursor, length, box, &size) ||
        size < CRYPTO_BOX_OVERHEAD)
        return NULL;
    char *binding = binding_make(rq);
    char *keyset = binding ? rq_alloc(rq, size - CRYPTO_BOX_OVERHEAD + 1) : NULL;
    if (!keyset) {
        (void)fail(rq, PROBLEM_INTERNAL);
        return NULL;
    }
    if (!crypto_unbox(seal_cursor_key(rq->app->seal), (struct bytes){binding, strlen(binding)},
                      (struct bytes){box, size}, (uint8_t *)keyset))
        return NULL;
    keyset[size - CRYPTO_BOX_OVERHEAD] = '\0';
    return keyset;
}
