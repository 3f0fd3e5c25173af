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
#include <stdio.h>
#include <stdlib.h>
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

/* The contract with the address of this installation; made once, for as long as the process lives.
 * Of two threads that make it at a time one keeps its own. NULL when memory is exhausted. */
static const char *contract_text(const char *public_url)
{
    static _Atomic(char *) known;
    char *text = atomic_load(&known), *none = NULL;
    if (text)
        return text;
    const char *server = strstr(contract_document, contract_server);
    if (asprintf(&text, "%.*s%s%s", (int)(server - contract_document), contract_document,
                 public_url, server + strlen(contract_server)) < 0)
        return NULL;
    if (atomic_compare_exchange_strong(&known, &none, text))
        return text;
    free(text);
    return none;
}

bool documentation_contract(struct request *rq)
{
    static _Atomic uint64_t known;
    const char *text = contract_text(rq->app->config->public_url);
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
