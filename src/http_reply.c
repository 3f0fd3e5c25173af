/* SPDX-License-Identifier: MIT
 *
 * Every header of every response is set here, once. The library refuses empty values and then drops
 * the headers that follow; header() lets none through, and the ones that protect come first. */
#include "app.h"
#include "config.h"
#include "http_exchange.h"

#include <string.h>
#include <ulfius.h>

static const char allow_headers[] =
    "Authorization, Content-Type, Accept-Language, If-Match, If-None-Match, "
    "Idempotency-Key, Prefer, X-Request-Id, traceparent, tracestate";
static const char expose_headers[] =
    "ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, "
    "Content-Disposition, Deprecation, Sunset, WWW-Authenticate, Idempotent-Replayed";

static void header(struct _u_response *response, const char *name, const char *value)
{
    if (value && *value)
        u_map_put(response->map_header, name, value);
}

static void security_headers(const struct request *rq, struct _u_response *response)
{
    const char *policy = rq->response.content_security_policy;
    header(response, "X-Content-Type-Options", "nosniff");
    header(response, "Referrer-Policy", "no-referrer");
    header(response, "Content-Security-Policy",
           policy ? policy : "default-src 'none'; frame-ancestors 'none'");
}

static void cors_headers(const struct http_exchange *exchange, struct _u_response *response)
{
    const char *allowed = exchange->rq.app->config->cors_origins;
    const char *origin = exchange->headers.value[HEADER_ORIGIN];
    if (!origin || !allowed || !http_origin_is_allowed(allowed, origin))
        return;
    header(response, "Access-Control-Allow-Origin", origin);
    header(response, "Access-Control-Expose-Headers", expose_headers);
    bool is_preflight = exchange->rq.method == METHOD_OPTIONS &&
                        exchange->headers.value[HEADER_ACCESS_CONTROL_REQUEST_METHOD] &&
                        exchange->allow;
    if (!is_preflight)
        return;
    header(response, "Access-Control-Allow-Methods", exchange->allow);
    header(response, "Access-Control-Allow-Headers", allow_headers);
    header(response, "Access-Control-Max-Age", "7200");
}

static const char *content_language(enum language language)
{
    return language == LANGUAGE_BOTH ? "en, fr" : language_name(language);
}

/* RFC 6750 section 3: no error code for somebody who sent no token at all. */
static const char *challenge(const struct request *rq)
{
    bool is_token_refused = rq->authorization && rq->route && rq->actor.role == 0;
    switch ((int)rq->problem.id) {
    case PROBLEM_UNAUTHENTICATED:
        return rq->authorization ? "Bearer realm=\"alongside\", error=\"invalid_token\", "
                                   "error_description=\"The access token is not valid\""
                                 : "Bearer realm=\"alongside\"";
    case PROBLEM_FORBIDDEN:
        return "Bearer realm=\"alongside\", error=\"insufficient_scope\"";
    case PROBLEM_BAD_REQUEST:
        return is_token_refused ? "Bearer realm=\"alongside\", error=\"invalid_request\"" : NULL;
    default:
        return NULL;
    }
}

/* draft-ietf-httpapi-ratelimit-headers: what is limited is how many are under way, not how often.
 */
static void quota_headers(struct request *rq, struct _u_response *response)
{
    header(response, "Retry-After", "1");
    header(response, "RateLimit-Policy",
           rq_printf(rq, "\"%s\";q=%u;qu=\"concurrent-requests\"", rq->quota.kind, rq->quota.most));
    header(response, "RateLimit", rq_printf(rq, "\"%s\";r=0;t=1", rq->quota.kind));
}

static void problem_headers(struct http_exchange *exchange, struct _u_response *response)
{
    struct request *rq = &exchange->rq;
    header(response, "Cache-Control", "no-store");
    header(response, "WWW-Authenticate", challenge(rq));
    if (rq->problem.id == PROBLEM_METHOD_NOT_ALLOWED)
        header(response, "Allow", exchange->allow);
    if (rq->problem.id == PROBLEM_UNAVAILABLE || rq->problem.id == PROBLEM_TIMEOUT ||
        rq->problem.id == PROBLEM_IDEMPOTENCY_IN_PROGRESS)
        header(response, "Retry-After", "1");
    if (rq->problem.id == PROBLEM_TOO_MANY_REQUESTS)
        quota_headers(rq, response);
    if (exchange->is_encoding_refused)
        header(response, "Accept-Encoding", "identity");
    else if (rq->problem.id == PROBLEM_UNSUPPORTED_MEDIA_TYPE && rq->method == METHOD_PATCH)
        header(response, "Accept-Patch", "application/merge-patch+json");
}

/* "<row version>.<variant>": strong tags must differ where the bytes do. */
static const char *tag_make(struct request *rq)
{
    const char *version = rq->response.etag;
    return version && *version ? rq_printf(rq, "\"%s.%s\"", version, language_name(rq->language))
                               : NULL;
}

static void
success_headers(struct http_exchange *exchange, struct _u_response *response, const char *tag)
{
    struct request *rq = &exchange->rq;
    bool is_shared =
        rq->route && (rq->route->flags & ROUTE_PUBLIC_CACHE) && (rq->route->roles & ROLE_PUBLIC);
    header(response, "Cache-Control",
           is_shared ? "public, max-age=300, stale-while-revalidate=60" : "no-store");
    header(response, "ETag", tag);
    header(response, "Location", rq->response.location);
    header(response, "Link", exchange->link);
    if (rq->response.is_replay)
        header(response, "Idempotent-Replayed", "true");
    if (rq->method == METHOD_OPTIONS) {
        header(response, "Allow", exchange->allow);
        if (exchange->allow && strstr(exchange->allow, "PATCH"))
            header(response, "Accept-Patch", "application/merge-patch+json");
    }
}

bool http_is_unmodified(struct request *rq)
{
    const char *tag = rq->if_none_match && rq->response.status == 200 && rq->route &&
                              rq->route->method == METHOD_GET
                          ? tag_make(rq)
                          : NULL;
    if (!tag)
        return false;
    char bare[128];
    size_t length = strlen(tag) - 2;
    if (length >= sizeof bare)
        return false;
    memcpy(bare, tag + 1, length);
    bare[length] = '\0';
    return http_none_match(rq->if_none_match, bare);
}

static void problem_respond(struct request *rq)
{
    const char *document = problem_render(rq);
    rq->response = (struct response){
        .status = problem_kind(rq->problem.id)->status,
        .body = document,
        .body_bytes = strlen(document),
        .content_type = "application/problem+json",
    };
}

static void body_set(struct request *rq, bool is_problem, struct _u_response *response)
{
    struct response *ours = &rq->response;
    if (!ours->body || ours->status == 204) {
        ours->body_bytes = 0;
        return;
    }
    if (ours->status != 304) {
        header(response, "Content-Type",
               ours->content_type ? ours->content_type : "application/json");
        /* A text that SQL wrote in another form has a language of its own. */
        if (is_problem || !(rq->route && (rq->route->flags & ROUTE_OWN_TYPE)))
            header(response, "Content-Language", content_language(rq->language));
    }
    /* HEAD and 304 get their body too: the library counts it for Content-Length and does not send
     * it. */
    bool is_set = ulfius_set_binary_body_response(response, (unsigned int)ours->status, ours->body,
                                                  ours->body_bytes) == U_OK;
    if (!is_set || ours->status == 304 || rq->method == METHOD_HEAD)
        ours->body_bytes = 0;
}

int http_reply(struct http_exchange *exchange, struct _u_response *response)
{
    struct request *rq = &exchange->rq;
    bool is_problem = rq->problem.id != PROBLEM_NONE;
    if (is_problem)
        problem_respond(rq);
    header(response, "X-Request-Id", rq->id);
    security_headers(rq, response);
    header(response, "API-Version", ALONGSIDE_VERSION);
    header(response, "Vary", "Accept-Language, Origin");
    cors_headers(exchange, response);
    if (is_problem) {
        problem_headers(exchange, response);
    } else {
        const char *tag = tag_make(rq);
        success_headers(exchange, response, tag);
        if (http_is_unmodified(rq))
            rq->response.status = 304;
    }
    if (exchange->is_close_needed ||
        atomic_load_explicit(&rq->app->is_draining, memory_order_relaxed))
        header(response, "Connection", "close");
    body_set(rq, is_problem, response);
    response->status = rq->response.status;
    return rq->response.status;
}
