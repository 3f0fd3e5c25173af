/* SPDX-License-Identifier: MIT
 *
 * First line: an operation; the rest: a query string as it stands in the request line. */
#include "app.h"
#include "contract_tables.h"
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
    char *text = strndup((const char *)data, size);
    char *query = strchr(text, '\n');
    if (query != NULL) {
        *query++ = '\0';
        const struct contract *contract = contract_find(text);
        if (contract == NULL)
            contract = contract_operations[strlen(text) % contract_operations_count].contract;
        struct request rq = {.app = &app, .route = &route, .query_string = query};
        bool is_good = contract_query_check(&rq, contract);
        require(is_good == (rq.problem.id == PROBLEM_NONE));
        require(is_good == (rq.query_sql != NULL));
        json_t *sent = is_good ? json_loads(rq.query_sql, JSON_REJECT_DUPLICATES, NULL) : NULL;
        require(is_good == json_is_object(sent));
        require(json_object_get(sent, "cursor") == NULL);
        json_decref(sent);
        request_release(&rq);
    }
    free(text);
    return 0;
}
