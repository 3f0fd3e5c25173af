/* SPDX-License-Identifier: MIT
 *
 * The nine stops in their order. Deny by default: a stop that returns false ends the walk with the
 * problem it has set. */
#include "app.h"
#include "bounds.h"
#include "config.h"
#include "contract.h"
#include "crypto.h"
#include "cursor.h"
#include "db.h"
#include "http_exchange.h"
#include "monotonic.h"
#include "seal.h"
#include "token.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Stop 1: what was sent is one whole request, and not too much of it. */
static bool guard(struct http_exchange *exchange, bool is_host_needed)
{
    struct request *rq = &exchange->rq;
    if (!http_framing_is_sound(&exchange->headers, is_host_needed)) {
        exchange->is_close_needed = true;
        return fail(rq, PROBLEM_BAD_REQUEST);
    }
    /* The library cuts longer bodies off at limit + 1 bytes. */
    if (rq->raw_body_bytes > (size_t)rq->app->config->max_body_bytes) {
        exchange->is_close_needed = true;
        return fail(rq, PROBLEM_TOO_LARGE);
    }
    return true;
}

/* Stops 3 and 4. What everybody may read does not depend on who asks: a token that ran out hides no
 * help line, and caches may share the answer. */
static bool authorise(struct request *rq)
{
    if (rq->route->roles & ROLE_PUBLIC)
        return true;
    if (!token_verify(rq->app->tokens, rq))
        return false;
    if (rq->route->roles & (unsigned)rq->actor.role)
        return true;
    if (!rq->actor.role)
        return fail(rq, PROBLEM_UNAUTHENTICATED);
    return fail(rq, rq->route->flags & ROUTE_UNSEEN ? PROBLEM_NOT_FOUND : PROBLEM_FORBIDDEN);
}

static bool negotiate(struct http_exchange *exchange, const char *content_type)
{
    const char *accept = exchange->headers.value[HEADER_ACCEPT];
    if (!accept)
        return true;
    char media_type[64] = "application/json";
    if (content_type) {
        size_t length = strcspn(content_type, "; ");
        if (length >= sizeof media_type)
            return fail(&exchange->rq, PROBLEM_INTERNAL);
        memcpy(media_type, content_type, length);
        media_type[length] = '\0';
    }
    static const char problem_type[] = "application/problem+json";
    if (http_accepts(accept, media_type) ||
        (strcasestr(accept, problem_type) && http_accepts(accept, problem_type)))
        return true;
    return fail(&exchange->rq, PROBLEM_NOT_ACCEPTABLE);
}

/* Stops 5 and 6. */
static bool check(struct http_exchange *exchange)
{
    struct request *rq = &exchange->rq;
    const char *encoding = exchange->headers.value[HEADER_CONTENT_ENCODING];
    if (encoding && rq->raw_body_bytes > 0 && strcasecmp(encoding, "identity") != 0) {
        exchange->is_encoding_refused = true;
        return fail(rq, PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    }
    return contract_check(rq);
}

/* What the key was first used for; the key alone must not answer another request. */
static bool fingerprint(struct request *rq)
{
    char *hex = rq_alloc(rq, 65);
    if (!hex)
        return fail(rq, PROBLEM_INTERNAL);
    seal_fingerprint(rq, hex);
    rq->fingerprint = hex;
    return true;
}

static bool preconditions(struct request *rq)
{
    if ((rq->route->flags & ROUTE_IDEMPOTENT) && !rq->idempotency_key)
        return fail(rq, PROBLEM_IDEMPOTENCY_KEY_REQUIRED);
    if (rq->route->flags & ROUTE_IDEMPOTENT) {
        rq->idempotency_key_sql = http_idempotency_key(&rq->arena, rq->idempotency_key);
        if (!rq->idempotency_key_sql)
            return fail_fault(rq, PROBLEM_BAD_PARAMETER, "header", "Idempotency-Key", FAULT_FORMAT);
        if (!fingerprint(rq))
            return false;
    }
    if ((rq->route->flags & ROUTE_IF_MATCH) && !rq->if_match)
        return fail(rq, PROBLEM_PRECONDITION_REQUIRED);
    if (rq->if_match && rq->route->method != METHOD_GET &&
        !http_if_match(&rq->arena, rq->if_match, &rq->if_match_sql))
        return fail(rq, PROBLEM_INTERNAL);
    return true;
}

/* Of what SQL answered: a cursor is sealed anew in every answer. Whether a page goes on stands in
 * it, too: its rows are the same only where what follows them is. */
static bool page_tag(struct request *rq)
{
    char hex[CRYPTO_HEX_BYTES];
    const struct response *response = &rq->response;
    crypto_sha256_hex((struct bytes){(const uint8_t *)response->body, response->body_bytes}, hex);
    rq->response.etag = rq_printf(rq, "%.32s%s", hex, response->next ? "-" : "");
    return rq->response.etag ? true : fail(rq, PROBLEM_INTERNAL);
}

/* {"data": what SQL answered, "page": ...} and Link. */
static bool page_wrap(struct http_exchange *exchange)
{
    static const char head[] = "{\"data\":", middle[] = ",\"page\":{\"next_cursor\":",
                      more[] = ",\"has_more\":true}}", end[] = "null,\"has_more\":false}}";
    struct request *rq = &exchange->rq;
    struct response *response = &rq->response;
    const char *cursor = response->next ? cursor_encode(rq, response->next) : NULL;
    const char *others = http_query_without_cursor(&rq->arena, rq->query_string);
    if ((response->next && !cursor) || !others)
        return fail(rq, PROBLEM_INTERNAL);
    size_t cursor_bytes = cursor ? strlen(cursor) : 0;
    char *text = rq_alloc(rq, sizeof head + sizeof middle + sizeof more + sizeof end +
                                  cursor_bytes + response->body_bytes + 3);
    if (!text)
        return fail(rq, PROBLEM_INTERNAL);
    char *p = stpcpy(text, head);
    p = mempcpy(p, response->body ? response->body : "[]",
                response->body ? response->body_bytes : 2);
    p = stpcpy(p, middle);
    if (cursor) {
        *p++ = '"';
        p = mempcpy(p, cursor, cursor_bytes);
        *p++ = '"';
    }
    p = stpcpy(p, cursor ? more : end);
    response->body = text;
    response->body_bytes = (size_t)(p - text);
    const char *first = others[0] ? "?" : "";
    exchange->link =
        cursor ? rq_printf(rq, "<%s?%s%scursor=%s>; rel=\"next\", <%s%s%s>; rel=\"first\"", rq->url,
                           others, others[0] ? "&" : "", cursor, rq->url, first, others)
               : rq_printf(rq, "<%s%s%s>; rel=\"first\"", rq->url, first, others);
    return exchange->link ? true : fail(rq, PROBLEM_INTERNAL);
}

/* Stop 9, the part that can still fail: open what is sealed, wrap pages. */
static bool finish(struct http_exchange *exchange)
{
    struct request *rq = &exchange->rq;
    struct response *response = &rq->response;
    if (response->status < 200 || response->status > 299)
        return fail(rq, PROBLEM_INTERNAL);
    bool is_json = rq->route->lane != LANE_NONE && !response->content_type;
    if (response->body && is_json &&
        !seal_open_json(rq, response->body, response->body_bytes, &response->body,
                        &response->body_bytes))
        return false;
    if ((rq->route->flags & ROUTE_TAGGED) && !page_tag(rq))
        return false;
    return !(rq->route->flags & ROUTE_LIST) || page_wrap(exchange);
}

/* Until when whoever has all there is waits for more: where waiting holds up nobody else. */
static uint64_t wait_end_ns(const struct http_exchange *exchange)
{
    json_int_t seconds = exchange->listener == LISTENER_WAITING
                             ? json_integer_value(json_object_get(exchange->rq.query, "wait"))
                             : 0;
    return monotonic_ns() + (uint64_t)seconds * NS_PER_S;
}

/* Stops 7 to 9, again when there is news, as long as the client has what would be sent. */
static bool run(struct http_exchange *exchange)
{
    struct request *rq = &exchange->rq;
    struct app *app = rq->app;
    uint64_t end_ns = wait_end_ns(exchange);
    for (;;) {
        unsigned long long seen = db_news(app->db);
        if (!db_run(rq) || !finish(exchange))
            return false;
        if (!http_is_unmodified(rq) || !db_news_wait(app->db, seen, end_ns, &app->is_draining))
            return true;
        rq->response = (struct response){0};
    }
}

static bool answer(struct http_exchange *exchange)
{
    struct request *rq = &exchange->rq;
    bool is_json = rq->route->lane != LANE_NONE && !(rq->route->flags & ROUTE_OWN_TYPE);
    if (is_json)
        return negotiate(exchange, NULL) && check(exchange) && preconditions(rq) && run(exchange);
    /* A handler in C, or the statement, says itself what it sends; neither changes anything. */
    return check(exchange) && preconditions(rq) &&
           (rq->route->lane == LANE_NONE ? rq->route->handler(rq) : db_run(rq)) &&
           negotiate(exchange, rq->response.content_type) && finish(exchange);
}

/* Whom it concerns is known, nothing has been looked at yet. */
static bool answer_in_bounds(struct http_exchange *exchange)
{
    struct request *rq = &exchange->rq;
    struct bound_place place;
    if (rq->route->lane == LANE_NONE)
        return answer(exchange);
    enum bound_kind kind = exchange->listener == LISTENER_WAITING ? BOUND_WAIT
                           : rq->route->lane == LANE_WRITE        ? BOUND_WRITE
                                                                  : BOUND_READ;
    if (!bounds_enter(rq->app->bounds, rq, kind, &place))
        return false;
    bool is_answered = answer(exchange);
    bounds_leave(&place);
    return is_answered;
}

/* Whoever asks the operator why they cannot come in is found in the log by these digits, and so is
 * whoever tries what they may not, again and again. */
static void refusal_note(struct request *rq)
{
    char digest[65];
    const char *subject = rq->actor.subject;
    if (!subject || !*subject)
        return;
    seal_digest(rq->app->seal, "token.subject", subject, strlen(subject), digest);
    snprintf(rq->refused_subject, sizeof rq->refused_subject, "%.16s", digest);
}

bool http_walk(struct http_exchange *exchange, bool is_host_needed)
{
    struct request *rq = &exchange->rq;
    if (!guard(exchange, is_host_needed) || !router_match(rq->app->router, rq, &exchange->allow))
        return false;
    if (!rq->route) { /* OPTIONS: answered before authentication, so that browsers may ask */
        rq->response.status = 204;
        return true;
    }
    if (http_kept_answer(exchange))
        return negotiate(exchange, NULL);
    if ((exchange->listener == LISTENER_MEMORY && rq->route->lane != LANE_NONE) ||
        (exchange->listener == LISTENER_WAITING && !(rq->route->flags & ROUTE_TAGGED)))
        return fail(rq, PROBLEM_NOT_FOUND);
    bool is_answered = authorise(rq) && answer_in_bounds(exchange);
    if (!is_answered)
        refusal_note(rq);
    return is_answered;
}
