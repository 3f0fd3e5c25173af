/* SPDX-License-Identifier: MIT */
#include "app.h"
#include "config.h"
#include "contract.h"
#include "documentation_files.h"
#include "handlers.h"
#include "request.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

/* FNV-1a: tells one build's file from another's, nothing more. Made once; two threads at a time
 * make the same. */
static uint64_t fingerprint(_Atomic uint64_t *known, const char *text, size_t length)
{
    uint64_t hash = atomic_load_explicit(known, memory_order_relaxed);
    if (hash)
        return hash;
    hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
    atomic_store_explicit(known, hash, memory_order_relaxed);
    return hash;
}

struct file {
    const char *content_type; /* NULL = application/json */
    const char *text;
    size_t bytes;
};

static bool file_answer(struct request *rq, struct file file, _Atomic uint64_t *known)
{
    rq->response = (struct response){
        .status = 200,
        .body = file.text,
        .body_bytes = file.bytes,
        .content_type = file.content_type,
        .etag = rq_printf(rq, "%016" PRIx64, fingerprint(known, file.text, file.bytes)),
    };
    return rq->response.etag ? true : fail(rq, PROBLEM_INTERNAL);
}

bool documentation_contract(struct request *rq)
{
    static _Atomic uint64_t known;
    /* Where it is served, an installation knows better. */
    const char *server = strstr(contract_document, contract_server);
    char *text = rq_printf(rq, "%.*s%s%s", (int)(server - contract_document), contract_document,
                           rq->app->config->public_url, server + strlen(contract_server));
    return text ? file_answer(rq, (struct file){NULL, text, strlen(text)}, &known)
                : fail(rq, PROBLEM_INTERNAL);
}

bool documentation_page(struct request *rq)
{
    static _Atomic uint64_t known;
    struct file file = {"text/html; charset=utf-8", documentation_html, documentation_html_bytes};
    if (!file_answer(rq, file, &known))
        return false;
    rq->response.content_security_policy = rq_printf(
        rq,
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src %s; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        documentation_style_source);
    return rq->response.content_security_policy ? true : fail(rq, PROBLEM_INTERNAL);
}

bool documentation_script(struct request *rq)
{
    static _Atomic uint64_t known;
    struct file file = {"text/javascript; charset=utf-8", documentation_js, documentation_js_bytes};
    return file_answer(rq, file, &known);
}
