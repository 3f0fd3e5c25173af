/* SPDX-License-Identifier: MIT
 *
 * Whom to call must be said while the database is away or stands still: such answers are walked for
 * once, at start, and given from memory. */
#include "app.h"
#include "http_exchange.h"

#include <stdlib.h>
#include <string.h>

enum { LANGUAGES = LANGUAGE_FR + 1 };

/* The whole first page; its Link; a row for each language. */
struct http_kept {
    char *body[LANGUAGES], *link[LANGUAGES];
    size_t body_bytes[LANGUAGES];
};

static struct http_kept *kept_of(const struct request *rq)
{
    return &rq->app->kept[rq->route - routes];
}

static bool keep(struct app *app, const struct route *route, enum language language)
{
    struct http_exchange exchange = {
        .rq = {.app = app, .method_name = "GET", .url = route->path, .language = language}};
    struct request *rq = &exchange.rq;
    uuid_make(rq->id);
    bool is_kept = http_walk(&exchange, false);
    if (is_kept) {
        struct http_kept *kept = kept_of(rq);
        kept->body[language] = strndup(rq->response.body, rq->response.body_bytes);
        kept->body_bytes[language] = rq->response.body_bytes;
        kept->link[language] = strdup(exchange.link);
        is_kept = kept->body[language] && kept->link[language];
    }
    request_release(rq);
    return is_kept;
}

bool http_kept_fill(struct app *app)
{
    bool is_filled = (app->kept = calloc(routes_count, sizeof *app->kept));
    for (size_t i = 0; is_filled && i < routes_count; i++) {
        for (int language = 0; (routes[i].flags & ROUTE_KEPT) && language < LANGUAGES; language++)
            is_filled = is_filled && keep(app, &routes[i], (enum language)language);
    }
    return is_filled;
}

void http_kept_free(struct app *app)
{
    for (size_t i = 0; app->kept && i < routes_count * LANGUAGES; i++) {
        free(app->kept[i / LANGUAGES].body[i % LANGUAGES]);
        free(app->kept[i / LANGUAGES].link[i % LANGUAGES]);
    }
    free(app->kept);
}

bool http_kept_answer(struct http_exchange *exchange)
{
    struct request *rq = &exchange->rq;
    const struct http_kept *kept =
        (rq->route->flags & ROUTE_KEPT) && !rq->query_string ? kept_of(rq) : NULL;
    if (!kept || !kept->link[rq->language])
        return false;
    exchange->link = kept->link[rq->language];
    rq->response = (struct response){.status = 200,
                                     .body = kept->body[rq->language],
                                     .body_bytes = kept->body_bytes[rq->language]};
    return true;
}
