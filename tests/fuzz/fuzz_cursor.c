/* SPDX-License-Identifier: MIT
 *
 * The input as a cursor, which must not be taken for one of ours; and as a keyset, which must come
 * back. */
#include "app.h"
#include "cursor.h"
#include "request.h"
#include "seal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct app app;
    static struct route route = {.operation = "fuzz"};
    const char *error;
    if (app.seal == NULL)
        app.seal = seal_create("a:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                               &error);
    struct request rq = {.app = &app, .route = &route};
    char *text = strndup((const char *)data, size);
    require(cursor_decode(&rq, text) == NULL && rq.problem.id == PROBLEM_NONE);
    const char *cursor = cursor_encode(&rq, text);
    require((cursor != NULL) == (strlen(text) <= 356));
    if (cursor != NULL) {
        const char *keyset = cursor_decode(&rq, cursor);
        require(keyset != NULL && strcmp(keyset, text) == 0 && strlen(cursor) <= 512);
    }
    request_release(&rq);
    free(text);
    return 0;
}
