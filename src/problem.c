/* SPDX-License-Identifier: MIT */
#include "problem.h"

#include "app.h"
#include "config.h"
#include "request.h"

#include <stdlib.h>
#include <string.h>

enum { FAULTS_MAX = 50 };

static const struct problem_kind kinds[PROBLEM_COUNT] = {
    [PROBLEM_NONE] = {500, "internal", "", ""},
#define PROBLEM(id, status, slug, en, fr) [PROBLEM_##id] = {status, slug, en, fr},
#include "problems.def"
#undef PROBLEM
};

static const struct {
    const char *code;
    const char *detail_en;
    const char *detail_fr;
} faults[FAULT_COUNT] = {
    [FAULT_NONE] = {"invalid", "This value is not valid.", "Cette valeur n'est pas valide."},
#define FAULT(id, code, en, fr) [FAULT_##id] = {code, en, fr},
#include "faults.def"
#undef FAULT
};

static const struct reason {
    const char *code;
    const char *detail_en;
    const char *detail_fr;
} reasons[] = {
#define REASON(id, code, en, fr) {code, en, fr},
#include "reasons.def"
#undef REASON
};

const struct problem_kind *problem_kind(enum problem_id id)
{
    return &kinds[id];
}

enum problem_id problem_from_slug(const char *slug)
{
    for (int id = PROBLEM_NONE + 1; slug && id < PROBLEM_COUNT; id++) {
        if (strcmp(kinds[id].slug, slug) == 0)
            return (enum problem_id)id;
    }
    return PROBLEM_NONE;
}

enum fault_id fault_from_code(const char *code)
{
    for (int id = FAULT_NONE + 1; code && id < FAULT_COUNT; id++) {
        if (strcmp(faults[id].code, code) == 0)
            return (enum fault_id)id;
    }
    return FAULT_NONE;
}

const char *fault_code(enum fault_id id)
{
    return faults[id].code;
}

static const struct reason *reason_find(const char *code)
{
    for (size_t i = 0; code && i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i].code, code) == 0)
            return &reasons[i];
    }
    return NULL;
}

bool reason_is_known(const char *code)
{
    return reason_find(code);
}

bool fail(struct request *rq, enum problem_id id)
{
    return fail_with(rq, id, NULL);
}

bool fail_with(struct request *rq, enum problem_id id, json_t *extra)
{
    if (rq->problem.id != PROBLEM_NONE) {
        json_decref(extra);
        return false;
    }
    rq->problem.id = id;
    rq->problem.extra = extra;
    return false;
}

bool fail_fault(
    struct request *rq, enum problem_id id, const char *in, const char *where, enum fault_id fault)
{
    if (rq->problem.id == PROBLEM_NONE)
        rq->problem.id = id;
    /* A fault belongs to the problem it was found for: one answer never mixes several kinds. */
    if (rq->problem.id != id || json_array_size(rq->problem.errors) >= FAULTS_MAX)
        return false;
    if (!rq->problem.errors)
        rq->problem.errors = json_array();
    json_array_append_new(rq->problem.errors,
                          json_pack("{s:s, s:s}", in, where, "code", faults[fault].code));
    return false;
}

/* One member of `errors`: what the finder said, and a sentence for people. */
static json_t *fault_render(json_t *error, enum language language)
{
    json_t *rendered = json_is_object(error) ? json_copy(error) : NULL;
    if (!rendered)
        return NULL;
    enum fault_id fault = fault_from_code(json_string_value(json_object_get(error, "code")));
    const char *en = faults[fault].detail_en, *fr = faults[fault].detail_fr;
    json_object_set_new(rendered, "detail", json_string(language == LANGUAGE_FR ? fr : en));
    if (language == LANGUAGE_BOTH)
        json_object_set_new(
            rendered, "localized",
            json_pack("{s:{s:s}, s:{s:s}}", "en", "detail", en, "fr", "detail", fr));
    return rendered;
}

static void faults_render(json_t *target, json_t *source, enum language language)
{
    size_t i;
    json_t *error;
    json_array_foreach(source, i, error)
    {
        if (json_array_size(target) < FAULTS_MAX)
            json_array_append_new(target, fault_render(error, language));
    }
}

/* What the document says in words, in one language; a detail only where there is a reason. */
static json_t *words_make(const char *title, const char *detail)
{
    return json_pack("{s:s, s:s*}", "title", title, "detail", detail);
}

static void
words_render(json_t *document, const struct request *rq, const struct problem_kind *kind)
{
    const struct reason *reason =
        reason_find(json_string_value(json_object_get(rq->problem.extra, "reason")));
    json_t *en = words_make(kind->title_en, reason ? reason->detail_en : NULL);
    json_t *fr = words_make(kind->title_fr, reason ? reason->detail_fr : NULL);
    json_object_update_missing(document, rq->language == LANGUAGE_FR ? fr : en);
    if (rq->language == LANGUAGE_BOTH)
        json_object_set_new(document, "localized", json_pack("{s:O, s:O}", "en", en, "fr", fr));
    json_decref(en);
    json_decref(fr);
}

/* Somebody who meets an error here may be somebody who needs help now. */
static void help_render(json_t *document, const struct request *rq)
{
    if (rq->actor.role != 0 && rq->actor.role != ROLE_PEER && rq->actor.role != ROLE_PUBLIC)
        return;
    json_auto_t *fallback = json_loads(rq->app->fallback, 0, NULL);
    json_object_set(document, "help", json_object_get(fallback, "help"));
}

/* Members of their own never replace the standard ones. */
static void extra_render(json_t *document, json_t *extra)
{
    const char *key;
    json_t *value;
    json_object_foreach(extra, key, value)
    {
        if (strcmp(key, "errors") != 0 && !json_object_get(document, key))
            json_object_set(document, key, value);
    }
}

static json_t *document_make(const struct request *rq)
{
    const struct problem_kind *kind = &kinds[rq->problem.id ? rq->problem.id : PROBLEM_INTERNAL];
    json_t *document =
        json_pack("{s:o, s:i, s:o}", "type",
                  json_sprintf("%s/problems/%s", rq->app->config->public_url, kind->slug), "status",
                  kind->status, "instance", json_sprintf("urn:uuid:%s", rq->id));
    json_auto_t *errors = json_array();
    if (!document || !errors)
        return document;
    words_render(document, rq, kind);
    faults_render(errors, rq->problem.errors, rq->language);
    faults_render(errors, json_object_get(rq->problem.extra, "errors"), rq->language);
    if (json_array_size(errors) > 0)
        json_object_set(document, "errors", errors);
    extra_render(document, rq->problem.extra);
    help_render(document, rq);
    return document;
}

const char *problem_render(struct request *rq)
{
    json_auto_t *document = document_make(rq);
    char *text = document ? json_dumps(document, JSON_COMPACT) : NULL;
    const char *owned = text ? rq_strndup(rq, text, strlen(text)) : NULL;
    free(text);
    return owned ? owned : rq->app->fallback;
}

char *problem_fallback_make(const char *help)
{
    json_auto_t *document =
        json_pack("{s:s, s:s, s:o}", "type", "about:blank", "title", "The service could not answer",
                  "help", help ? json_loads(help, 0, NULL) : NULL);
    return document ? json_dumps(document, JSON_COMPACT) : NULL;
}
