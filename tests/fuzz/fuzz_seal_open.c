/* SPDX-License-Identifier: MIT
 *
 * A text from the database in which every '@' stands for a good mark; opened as JSON and as mail.
 */
#include "app.h"
#include "request.h"
#include "seal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct app app;
static char mark[512]; /* without its sign */

static void require(bool is_true)
{
    if (!is_true)
        abort();
}

static void prepare(void)
{
    const char *error;
    struct seal_key key;
    app.seal =
        seal_create("a:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", &error);
    require(app.seal != NULL && seal_key_make(app.seal, &key));
    char *sealed = seal_text(&key, "contact.email", "\"kim\"", 5);
    require(sealed != NULL);
    (void)snprintf(mark, sizeof mark, "contact.email.%s.%s", sealed, key.wrapped);
    free(sealed);
}

/* Caller frees. */
static char *expand(const uint8_t *data, size_t size, const char *sign)
{
    char *text = malloc(size * (strlen(mark) + strlen(sign) + 1) + 1);
    require(text != NULL);
    char *out = text;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '@')
            out = stpcpy(stpcpy(out, sign), mark);
        else if (data[i] != '\0')
            *out++ = (char)data[i];
    }
    *out = '\0';
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (app.seal == NULL)
        prepare();
    if (size > 4096)
        return 0;
    struct request rq = {.app = &app};
    char *text = expand(data, size, "\\u0001");
    size_t length = strlen(text);
    char *exact =
        malloc(length > 0 ? length : 1); /* a sanitizer sees the first byte read past the text */
    require(exact != NULL);
    memcpy(exact, text, length);
    const char *opened = NULL;
    size_t opened_length = 0;
    bool is_open = seal_open_json(&rq, exact, length, &opened, &opened_length);
    require(is_open == (rq.problem.id == PROBLEM_NONE) && is_open == (opened != NULL));
    require(is_open || rq.problem.id == PROBLEM_INTERNAL);
    /* JSON stays JSON. */
    json_t *before = json_loadb(text, length, JSON_DECODE_ANY, NULL);
    json_t *after =
        is_open && before != NULL ? json_loadb(opened, opened_length, JSON_DECODE_ANY, NULL) : NULL;
    require(!is_open || before == NULL || after != NULL);
    json_decref(before);
    json_decref(after);
    request_release(&rq);
    free(exact);
    free(text);
    text = expand(data, size, "\x01");
    free(seal_open_text(app.seal, text));
    free(seal_open_mark(app.seal, text));
    free(text);
    return 0;
}
