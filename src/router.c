/* SPDX-License-Identifier: MIT */
#include "router.h"

#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METHODS = METHOD_HEAD + 1, ALLOW_BYTES = 64 };

static const char *const method_names[METHODS] = {
    [METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE", [METHOD_OPTIONS] = "OPTIONS",
    [METHOD_HEAD] = "HEAD"};

/* One segment of paths. Children are literals, or one UUID child; their syntaxes exclude each
 * other, so matching never has to go back. */
struct node {
    const char *literal; /* borrowed from the table; not terminated at length */
    size_t length;
    struct node *first_child; /* literals only */
    struct node *next;
    struct node *uuid;
    const struct route *rows[METHODS];
    char allow[ALLOW_BYTES]; /* "" when no row ends here */
};

struct router {
    struct node root;
};

static const struct {
    enum role role;
    const char *name;
} role_names[] = {
    {ROLE_PUBLIC, "public"},
    {ROLE_PEER, "peer"},
    {ROLE_PEER_SUPPORTER, "peer_supporter"},
    {ROLE_MENTAL_HEALTH_PROFESSIONAL, "mental_health_professional"},
    {ROLE_COORDINATOR, "coordinator"},
    {ROLE_LINE, "line"},
    {ROLE_ADMINISTRATOR, "administrator"},
};

enum role role_from_name(const char *name)
{
    for (size_t i = 0; name && i < sizeof role_names / sizeof *role_names; i++) {
        if (strcmp(role_names[i].name, name) == 0)
            return role_names[i].role;
    }
    return 0;
}

const char *role_name(enum role role)
{
    for (size_t i = 0; i < sizeof role_names / sizeof *role_names; i++) {
        if (role_names[i].role == role)
            return role_names[i].name;
    }
    return "public";
}

const char *method_name(enum method method)
{
    return (int)method > 0 && (int)method < METHODS ? method_names[method] : "_OTHER";
}

static struct node *child_find(const struct node *node, const char *segment, size_t length)
{
    for (struct node *child = node->first_child; child; child = child->next) {
        if (child->length == length && memcmp(child->literal, segment, length) == 0)
            return child;
    }
    return NULL;
}

static struct node *child_add(struct node *node, const char *segment, size_t length)
{
    bool is_parameter = segment[0] == '{';
    if (is_parameter && (length <= 5 || memcmp(segment + length - 4, "_id}", 4) != 0))
        return NULL;
    struct node *existing = is_parameter ? node->uuid : child_find(node, segment, length);
    if (existing)
        return existing;
    struct node *child = calloc(1, sizeof *child);
    if (!child)
        return NULL;
    child->literal = segment;
    child->length = length;
    if (is_parameter) {
        node->uuid = child;
    } else {
        child->next = node->first_child;
        node->first_child = child;
    }
    return child;
}

/* The node at which this path ends, made where missing. NULL when the path is not one a row may
 * have. */
static struct node *path_add(struct node *root, const char *path)
{
    if (path[0] != '/')
        return NULL;
    struct node *node = root;
    size_t parameters = 0;
    for (const char *segment = path + 1; *segment && node;) {
        size_t length = strcspn(segment, "/");
        if (length == 0 || (segment[length] == '/' && segment[length + 1] == '\0'))
            return NULL;
        if (segment[0] == '{' && ++parameters > PATH_IDS_MAX)
            return NULL;
        node = child_add(node, segment, length);
        segment += length + (segment[length] == '/');
    }
    return node;
}

static void allow_fill(struct node *node)
{
    static const enum method order[] = {METHOD_GET,   METHOD_HEAD,   METHOD_POST,   METHOD_PUT,
                                        METHOD_PATCH, METHOD_DELETE, METHOD_OPTIONS};
    size_t used = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        bool is_offered = order[i] == METHOD_OPTIONS ||
                          node->rows[order[i] == METHOD_HEAD ? METHOD_GET : order[i]];
        if (is_offered)
            used += (size_t)snprintf(node->allow + used, sizeof node->allow - used, "%s%s",
                                     used ? ", " : "", method_names[order[i]]);
    }
}

static bool row_add(struct router *router, const struct route *row)
{
    bool is_method = (int)row->method >= METHOD_GET && (int)row->method <= METHOD_DELETE;
    struct node *node = is_method ? path_add(&router->root, row->path) : NULL;
    if (!node || node->rows[row->method]) {
        fprintf(stderr, "route %s %s %s\n", method_name(row->method), row->path,
                node ? "is there twice" : "cannot be used");
        return false;
    }
    node->rows[row->method] = row;
    allow_fill(node);
    return true;
}

struct router *router_create(const struct route *table, size_t count)
{
    struct router *router = calloc(1, sizeof *router);
    if (!router) {
        fputs("route table: memory is exhausted\n", stderr);
        return NULL;
    }
    bool is_good = true;
    for (size_t i = 0; i < count; i++)
        is_good = row_add(router, &table[i]) && is_good;
    if (is_good)
        return router;
    router_destroy(router);
    return NULL;
}

/* Depth is that of the longest path of the table. */
static void children_free(struct node *node)
{
    struct node *child = node->first_child;
    while (child) {
        struct node *next = child->next;
        children_free(child);
        free(child);
        child = next;
    }
    if (node->uuid)
        children_free(node->uuid);
    free(node->uuid);
}

void router_destroy(struct router *router)
{
    if (!router)
        return;
    children_free(&router->root);
    free(router);
}

static const struct node *
segment_match(const struct node *node, const char *segment, size_t length, char ret_id[37])
{
    const struct node *child = child_find(node, segment, length);
    if (child)
        return child;
    return node->uuid && uuid_parse(segment, length, ret_id) ? node->uuid : NULL;
}

/* Sets rq->path_ids on the way. NULL: no such path, or (rare) no memory, which is a problem set on
 * rq. */
static const struct node *path_match(const struct router *router, struct request *rq)
{
    const char *segment = rq->url;
    const struct node *node = &router->root;
    if (!segment || *segment++ != '/')
        return NULL;
    if (*segment == '\0')
        return node;
    size_t ids = 0;
    for (;;) {
        size_t length = strcspn(segment, "/");
        char id[37] = "";
        node = segment_match(node, segment, length, id);
        if (!node)
            return NULL;
        if (id[0] && !(rq->path_ids[ids++] = rq_strndup(rq, id, strlen(id)))) {
            fail(rq, PROBLEM_INTERNAL);
            return NULL;
        }
        if (segment[length] == '\0')
            return node;
        segment += length + 1;
    }
}

/* 0 when the token is no method we know; METHODS when it is a registered one that no row can offer.
 */
static int method_parse(const char *name)
{
    static const char *const offered_nowhere[] = {"TRACE", "CONNECT", "QUERY"};
    for (int method = METHOD_GET; method < METHODS; method++) {
        if (strcmp(name, method_names[method]) == 0)
            return method;
    }
    for (size_t i = 0; i < sizeof offered_nowhere / sizeof *offered_nowhere; i++) {
        if (strcmp(name, offered_nowhere[i]) == 0)
            return METHODS;
    }
    return 0;
}

bool router_match(const struct router *router, struct request *rq, const char **ret_allow)
{
    int method = method_parse(rq->method_name);
    if (method == 0)
        return fail(rq, PROBLEM_NOT_IMPLEMENTED_METHOD);
    if (method < METHODS)
        rq->method = (enum method)method;
    if (method == METHOD_OPTIONS && strcmp(rq->url, "*") == 0) {
        *ret_allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        return true;
    }
    const struct node *node = path_match(router, rq);
    if (!node || !node->allow[0])
        return fail(rq, PROBLEM_NOT_FOUND);
    *ret_allow = node->allow;
    if (method == METHOD_OPTIONS)
        return true;
    rq->route = method == METHODS ? NULL : node->rows[method == METHOD_HEAD ? METHOD_GET : method];
    return rq->route ? true : fail(rq, PROBLEM_METHOD_NOT_ALLOWED);
}
