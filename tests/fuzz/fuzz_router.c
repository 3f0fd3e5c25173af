/* SPDX-License-Identifier: MIT
 *
 * First line: method and request target; then headers, one `Name: value` a line. Everything a
 * client says before its body. */
#include "http_headers.h"
#include "request.h"
#include "router.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct route table[] = {
    {.method = METHOD_GET, .path = "/", .operation = "root"},
    {.method = METHOD_GET, .path = "/v1/things", .operation = "things_list"},
    {.method = METHOD_PATCH, .path = "/v1/things/{thing_id}", .operation = "things_update"},
    {.method = METHOD_GET, .path = "/v1/things/{thing_id}/parts/{part_id}", .operation = "parts"},
};

static void require(bool is_true)
{
    if (!is_true)
        abort();
}

static void match(char *line)
{
    static struct router *router;
    if (!router)
        require((router = router_create(table, sizeof table / sizeof *table)));
    char *target = strchr(line, ' ');
    if (target)
        *target++ = '\0';
    char *query = target ? strchr(target, '?') : NULL;
    if (query)
        *query++ = '\0';
    struct request rq = {.method_name = line, .url = http_target_path(target ? target : "")};
    const char *allow = NULL;
    bool is_found = router_match(router, &rq, &allow);
    require(is_found == (rq.problem.id == PROBLEM_NONE));
    /* What has a percent sign or an empty segment is no path of ours. */
    require(!is_found || (!strchr(rq.url, '%') && !strstr(rq.url, "//")));
    const char *others = http_query_without_cursor(&rq.arena, query);
    require(others && !strpbrk(others, "<>\r\n \""));
    request_release(&rq);
}

static void header(struct arena *arena, const char *value)
{
    const char *versions = NULL;
    require(http_if_match(arena, value, &versions));
    require(!versions || strspn(versions, "{}0123456789,") == strlen(versions));
    http_none_match(value, "3.both");
    const char *key = http_idempotency_key(arena, value);
    require(!key || (*key && strlen(key) <= 255));
    http_language(value);
    http_accepts(value, "application/json");
    http_origin_is_allowed(value, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { LINES = 64 };
    char *text = malloc(size + 1), *rest = text;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const char *names[LINES + 1] = {0}, *values[LINES + 1] = {0};
    struct arena arena = {0};
    match(strsep(&rest, "\n"));
    for (size_t i = 0; rest && i < LINES; i++) {
        names[i] = strsep(&rest, "\n");
        char *colon = strchr(names[i], ':');
        if (colon)
            *colon++ = '\0';
        values[i] = colon ? colon + strspn(colon, " ") : NULL;
        if (values[i])
            header(&arena, values[i]);
    }
    struct http_headers headers = {0};
    require(http_headers_collect(&arena, names, values, "X-Clock", &headers));
    bool is_sound = http_framing_is_sound(&headers, true);
    require(!is_sound ||
            !(headers.value[HEADER_CONTENT_LENGTH] && headers.value[HEADER_TRANSFER_ENCODING]));
    arena_release(&arena);
    free(text);
    return 0;
}
