/* SPDX-License-Identifier: MIT
 *
 * First line: an operation; the rest: a body as a client may send it. */
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

/* The operation named; a random name chooses one all the same, so that the fuzzer need not know
 * them. */
static const struct contract *contract_choose(const uint8_t *name, size_t length)
{
    size_t sum = 0;
    for (size_t i = 0; i < length; i++)
        sum = sum * 31 + name[i];
    for (size_t i = 0; i < contract_operations_count; i++) {
        const char *operation = contract_operations[i].operation;
        if (strlen(operation) == length && memcmp(operation, name, length) == 0)
            return contract_operations[i].contract;
    }
    return contract_operations[sum % contract_operations_count].contract;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct app app;
    const char *error;
    if (app.seal == NULL)
        app.seal = seal_create("a:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                               &error);
    const uint8_t *line_end = memchr(data, '\n', size);
    if (line_end == NULL)
        return 0;
    const struct contract *contract = contract_choose(data, (size_t)(line_end - data));
    static const struct route route = {.operation = "fuzz"};
    struct request rq = {.app = &app,
                         .route = &route,
                         .raw_body = line_end + 1,
                         .raw_body_bytes = size - (size_t)(line_end + 1 - data),
                         .content_type = "application/json"};
    bool is_good = contract_check_against(&rq, contract);
    require(is_good == (rq.problem.id == PROBLEM_NONE));
    require(is_good || (rq.body_sql == NULL && rq.keys_sql == NULL));
    if (is_good && rq.body_sql != NULL) {
        json_t *sent = json_loads(rq.body_sql, JSON_REJECT_DUPLICATES, NULL);
        require(json_is_object(sent));
        json_decref(sent);
    }
    request_release(&rq);
    return 0;
}
